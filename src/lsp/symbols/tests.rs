//! New names, tried out: afterwards the workspace means what it meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use proptest::prelude::*;

use super::rename::{Changes, Ground, argument, model};
use super::{Index, Name, Page};
use crate::check::Targets;
use crate::diagnostic::{Applicability, Fix};
use crate::ir::{Place, Value};
use crate::project::{FileName, MANIFEST, Project, model_name};
use crate::session::{Compiled, Session};
use crate::source::MemoryFiles;
use crate::workspace::Editions;

/// Files by path; `maquette.toml` without its `[workspace]`.
type Texts = BTreeMap<Utf8PathBuf, String>;

const HEAD: &str = "[workspace]\nname = \"w\"\nid = \"0123456789abcdef\"\n";

/// Texts with a `-- path` line in front of each.
fn texts(text: &str) -> Texts {
    let files = text.split("-- ").skip(1).map(|file| file.split_once('\n').unwrap());
    files.map(|(path, text)| (path.into(), text.to_owned())).collect()
}

struct Workspace {
    texts: Texts,
    project: Project,
    sets: usize,
    session: Session,
    index: Index,
}

impl Workspace {
    fn new(texts: Texts) -> Self {
        let text = format!("{HEAD}{}", texts.get(Utf8Path::new(MANIFEST)).map_or("", String::as_str));
        let project = Project { root: "/w".into(), manifest: toml::from_str(&text).unwrap(), text };
        let mut files = MemoryFiles::default();
        for (path, text) in &texts {
            files.insert(project.root.join(path), text.as_bytes());
        }
        let models = texts.keys().filter(|path| matches!(model_name(path), FileName::Model(_)));
        let editions = Editions::new(Some(&project), BTreeMap::new());
        let session =
            Session::load_with(&files, &project.root, &models.cloned().collect::<Vec<_>>(), editions.settings());
        let index = Index::of(&session, None);
        Self { texts, sets: editions.settings().args.len(), project, session, index }
    }

    fn of(text: &str) -> Self {
        Self::new(texts(text))
    }

    fn model(&self, old: &str, new: &str, can_move: bool) -> Result<Changes, String> {
        let ground = Ground {
            project: Some(&self.project),
            text: &|path| Some(Arc::from(self.texts.get(path)?.as_str())),
            is_taken: &|path| self.texts.contains_key(path),
            can_move,
        };
        model(&self.index, &ground, old, new)
    }

    fn argument(&self, path: &str, old: &str, new: &str) -> Result<Changes, String> {
        argument(&self.index, Some(&self.project.text), Utf8Path::new(path), old, new)
    }

    /// The workspace with the changes made.
    fn after(&self, changes: Changes) -> Self {
        let mut texts = self.texts.clone();
        for (path, edits) in changes.edits {
            let fix = Fix { title: String::new(), applicability: Applicability::Safe, edits };
            let text = texts.get_mut(&path).unwrap();
            if path == MANIFEST {
                *text = fix.apply(&format!("{HEAD}{text}"))[HEAD.len()..].to_owned();
            } else {
                *text = fix.apply(text);
            }
        }
        if let Some((from, to)) = changes.moved {
            let text = texts.remove(&from).unwrap();
            texts.insert(to, text);
        }
        Self::new(texts)
    }

    /// What every model says, by id, with every set of arguments. What it is called and was called is left out; of what it
    /// is built on, `rename` gives the name.
    fn meaning(&self, rename: &dyn Fn(&str) -> String) -> BTreeMap<String, Vec<String>> {
        let mut models: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in (0..self.sets).flat_map(|set| self.session.with_args(set)) {
            let page = Page::of_model(&file.path, &file.tree, &file.document, &self.session.sources);
            let says = models.entry(rename(page.id().unwrap_or_default())).or_default();
            for statement in &file.document.statements {
                let value = match (&statement.value, statement.directive.place) {
                    (_, Place::Id | Place::Moved | Place::Override) => continue,
                    (Value::Text(text), Place::Base) => rename(&text.text),
                    (Value::Text(text), _) => text.text.clone(),
                    (Value::Parameter { name, value }, _) => format!("{} {value:?}", name.value),
                    (value, _) => value.items().iter().map(|(item, _)| item.to_string()).collect::<Vec<_>>().join(","),
                };
                says.push(format!("{} {value}", statement.directive.keyword));
            }
        }
        models
    }

    /// Whether a reference somewhere has no value, which is an error or a warning.
    fn lacks_values(&self) -> bool {
        let files: Vec<&Compiled> =
            (0..self.sets).flat_map(|set| self.session.with_args(set)).map(|file| &**file).collect();
        let found = self.session.judge(&files, &|_| Targets::ALL);
        found.iter().any(|finding| matches!(finding.rule, "undefined-arg" | "arg-without-value"))
    }

    /// The files that differ, one after the other.
    fn shown(&self, before: &Self) -> String {
        let changed = self.texts.iter().filter(|(path, text)| before.texts.get(*path) != Some(*text));
        changed.map(|(path, text)| format!("-- {path}\n{text}")).collect::<Vec<_>>().concat()
    }
}

/// The files that a new name of a model changes.
fn renamed(text: &str, old: &str, new: &str, can_move: bool) -> String {
    let before = Workspace::of(text);
    match before.model(old, new, can_move) {
        Err(why) => why,
        Ok(changes) => {
            let after = before.after(changes);
            let is = |id: &str| if id == old { new.to_owned() } else { id.to_owned() };
            assert_eq!(after.meaning(&str::to_owned), before.meaning(&is), "{text}");
            after.shown(&before)
        }
    }
}

#[test]
fn a_model_is_renamed_in_its_file_and_wherever_it_is_built_on() {
    for (text, old, new, can_move, expected) in [
        (
            "-- a.Modelfile\nFROM x\n-- b.Modelfile\nFROM a\n",
            "a",
            "c",
            true,
            "-- b.Modelfile\nFROM c\n-- c.Modelfile\nFROM x\nMOVED a\n",
        ),
        ("-- a.Modelfile\nFROM x\r\nTAGS t", "a", "c", false, "-- a.Modelfile\nFROM x\r\nID c\r\nMOVED a\r\nTAGS t"),
        (
            "-- Modelfile.a\nFROM x\n-- b.Modelfile\nFROM \"a\"\n",
            "a",
            "c",
            true,
            "-- Modelfile.c\nFROM x\nMOVED a\n-- b.Modelfile\nFROM c\n",
        ),
        // A folder is not renamed, and neither is a file whose name could not hold the id.
        ("-- a/Modelfile\nFROM x", "a", "c", true, "-- a/Modelfile\nFROM x\nID c\nMOVED a"),
        ("-- a.Modelfile\nFROM x\n", "a", "o/c:1", true, "-- a.Modelfile\nFROM x\nID o/c:1\nMOVED a\n"),
        ("-- x.Modelfile\nFROM x1\nID a\n", "a", "c", true, "-- x.Modelfile\nFROM x1\nID c\nMOVED a\n"),
        ("-- x.Modelfile\nID \"a\"\nFROM x1", "a", "c", true, "-- x.Modelfile\nID \"c\"\nMOVED a\nFROM x1"),
        // Back again.
        ("-- x.Modelfile\nID a\nMOVED c\nFROM x1\n", "a", "c", true, "-- x.Modelfile\nID c\nMOVED a\nFROM x1\n"),
        // A file that a glob names, or that others include, keeps its name.
        (
            "-- maquette.toml\n[remotes.r]\nkind = \"file\"\npath = \"f\"\nmodels = [\"a.*\"]\n-- a.Modelfile\nFROM x\n",
            "a",
            "c",
            true,
            "-- a.Modelfile\nFROM x\nID c\nMOVED a\n",
        ),
        (
            "-- a.Modelfile\nFROM x\n-- c.Modelfile\nID d\nFROM x\n",
            "a",
            "c",
            true,
            "-- a.Modelfile\nFROM x\nID c\nMOVED a\n",
        ),
        // A base in a fragment.
        (
            "-- a.Modelfile\nFROM x\n-- b.Modelfile\nINCLUDE f\n-- f\nFROM a\n",
            "a",
            "c",
            false,
            "-- a.Modelfile\nFROM x\nID c\nMOVED a\n-- f\nFROM c\n",
        ),
    ] {
        assert_eq!(renamed(text, old, new, can_move), expected, "{text}");
    }
}

#[test]
fn a_name_that_cannot_be_right_is_refused() {
    let two = "-- a.Modelfile\nFROM x\n-- b.Modelfile\nFROM y\n";
    for (text, old, new, expected) in [
        (two, "z", "c", "no file of this workspace describes `z`, so it cannot be renamed here"),
        (two, "a", "b", "`b` is the id of `b.Modelfile` already"),
        (two, "a", "y", "`y` cannot be used: `b.Modelfile` is built on another model of that name"),
        (two, "a", "c d", "`c d` cannot be the id of a model: it holds a blank"),
        (two, "a", "", "`` cannot be the id of a model: it is empty"),
        (two, "a", "${c}", "`${c}` cannot be the id of a model here: `${` begins an argument"),
        (
            "-- a.Modelfile\nFROM x\n-- b.Modelfile\nID a\nFROM x\n",
            "a",
            "c",
            "both `a.Modelfile` and `b.Modelfile` describe `a`; give each an id of its own first",
        ),
        (
            "-- a.Modelfile\nOVERRIDE o\n",
            "o",
            "c",
            "`o` is a model of the server, whose row this file manages; it is called so there",
        ),
        (
            "-- a.Modelfile\nARG n=o\nID ${n}\nFROM x\n",
            "o",
            "c",
            "the id `o` is made of arguments; give them other values instead",
        ),
        (
            "-- a.Modelfile\nFROM x\n-- b.Modelfile\nARG n=a\nFROM ${n}\n",
            "a",
            "c",
            "`b.Modelfile` names `a` with arguments; change that first",
        ),
        (
            "-- a.Modelfile\nFROM x\n-- b.Modelfile\nFROM x\nMOVED c\n",
            "a",
            "c",
            "`c` cannot be used: `b.Modelfile` was called so before",
        ),
    ] {
        assert_eq!(renamed(text, old, new, true), expected, "{text}");
    }
}

/// The files that a new name of an argument changes.
fn argued(text: &str, path: &str, old: &str, new: &str) -> String {
    let before = Workspace::of(text);
    match before.argument(path, old, new) {
        Err(why) => why,
        Ok(changes) => {
            let after = before.after(changes);
            assert_eq!(after.meaning(&str::to_owned), before.meaning(&str::to_owned), "{text}");
            after.shown(&before)
        }
    }
}

#[test]
fn an_argument_is_renamed_wherever_it_is_the_same() {
    for (text, path, expected) in [
        (
            "-- a.Modelfile\nARG x=1\nFROM b:${x}\nSYSTEM $${x} is ${x}, ${xx}\n",
            "a.Modelfile",
            "-- a.Modelfile\nARG y=1\nFROM b:${y}\nSYSTEM $${x} is ${y}, ${xx}\n",
        ),
        // What is included sees it; another model does not.
        (
            "-- a.Modelfile\nARG x=1\nFROM b\nINCLUDE f\n-- b.Modelfile\nARG x=2\nFROM c:${x}\n-- f\nSYSTEM ${x}\n",
            "a.Modelfile",
            "-- a.Modelfile\nARG y=1\nFROM b\nINCLUDE f\n-- f\nSYSTEM ${y}\n",
        ),
        // Two models share a fragment, and so its argument.
        (
            "-- a.Modelfile\nARG x=1\nFROM b\nINCLUDE f\n-- b.Modelfile\nARG x=2\nFROM c:${x}\nINCLUDE f\n-- f\nSYSTEM ${x}\n",
            "f",
            "-- a.Modelfile\nARG y=1\nFROM b\nINCLUDE f\n-- b.Modelfile\nARG y=2\nFROM c:${y}\nINCLUDE f\n-- f\nSYSTEM ${y}\n",
        ),
        // One of a fragment is its own.
        (
            "-- a.Modelfile\nFROM b\nINCLUDE f\nSYSTEM ${x}\n-- f\nARG x=1\nTAGS ${x}\n",
            "f",
            "-- f\nARG y=1\nTAGS ${y}\n",
        ),
        (
            "-- a.Modelfile\nARG x=1\nFROM b\nSYSTEMFILE expand p\n-- p\nI am ${x}.\n",
            "a.Modelfile",
            "-- a.Modelfile\nARG y=1\nFROM b\nSYSTEMFILE expand p\n-- p\nI am ${y}.\n",
        ),
        (
            "-- a.Modelfile\nARG x=1\nFROM b:${x}\nSYSTEMFILE p\n-- p\nI am ${x}.\n",
            "a.Modelfile",
            "-- a.Modelfile\nARG y=1\nFROM b:${y}\nSYSTEMFILE p\n",
        ),
        // The manifest's are known everywhere.
        (
            "-- maquette.toml\n[args]\nx = \"1\"\n[remotes.r]\nkind = \"file\"\npath = \"f\"\nargs = { x = \"2\" }\n-- a.Modelfile\nFROM b:${x}\nTAGS $${x}\n-- b.Modelfile\nARG z=1\nFROM b:${x}${z}\nTAGS $${x}\n",
            "a.Modelfile",
            "-- a.Modelfile\nFROM b:${y}\nTAGS ${x}\n-- b.Modelfile\nARG z=1\nFROM b:${y}${z}\nTAGS $${x}\n-- maquette.toml\n[args]\ny = \"1\"\n[remotes.r]\nkind = \"file\"\npath = \"f\"\nargs = { y = \"2\" }\n",
        ),
        ("-- a.Modelfile\nFROM b\nSYSTEM ${x}\n", "a.Modelfile", "nothing declares `x`, so it cannot be renamed"),
        ("-- a.Modelfile\nARG x=1\nFROM b:${x}\nTAGS ${y}\n", "a.Modelfile", "`${y}` stands in `a.Modelfile` already"),
        (
            "-- a.Modelfile\nARG x=1\nFROM b:${x}\nINCLUDE f\n-- f\nTAGS ${y}\n",
            "a.Modelfile",
            "`${y}` stands in `f` already",
        ),
        (
            "-- maquette.toml\n[args]\ny = \"1\"\n-- a.Modelfile\nARG x=1\nFROM b:${x}\n",
            "a.Modelfile",
            "the manifest gives `y` a value already",
        ),
    ] {
        assert_eq!(argued(text, path, "x", "y"), expected, "{text}");
    }
    let wrong = argued("-- a.Modelfile\nARG x=1\nFROM b:${x}\n", "a.Modelfile", "x", "a-b");
    assert_eq!(wrong, "`a-b` cannot be the name of an argument: it is a letter or `_`, then letters, digits and `_`");
}

#[test]
fn the_index_follows_its_files() {
    let mut workspace = Workspace::of("-- a.Modelfile\nFROM x\n-- b.Modelfile\nFROM a\n-- c.Modelfile\nFROM b\n");
    let line = |index: &Index, path: &str| {
        let (line, base) = index.line(index.page(Utf8Path::new(path)).unwrap());
        (line.iter().filter_map(|page| page.id()).collect::<Vec<_>>().join(" "), base.map(str::to_owned))
    };
    assert_eq!(line(&workspace.index, "c.Modelfile"), ("b a".to_owned(), Some("x".to_owned())));
    let again = Workspace::of("-- a.Modelfile\nFROM c\n-- b.Modelfile\nFROM a\n-- c.Modelfile\nFROM b\n");
    let changed = again.index.page(Utf8Path::new("a.Modelfile")).unwrap().clone();
    workspace.index.put(changed);
    assert_eq!(workspace.index.built_on("x").count(), 0);
    assert_eq!(line(&workspace.index, "c.Modelfile").1, None, "a cycle ends");
    workspace.index.remove(Utf8Path::new("b.Modelfile"));
    assert_eq!(line(&workspace.index, "c.Modelfile"), (String::new(), Some("b".to_owned())));
    assert_eq!(workspace.index.mentions(&Name::Model("a".to_owned())).count(), 0);
}

#[test]
fn an_index_of_something_that_changed_is_as_one_that_is_made_anew() {
    let before = Workspace::of("-- a.Modelfile\nFROM x\nINCLUDE f\n-- b.Modelfile\nFROM a\n-- f\nTAGS ${t}\n");
    let after = Workspace::of("-- a.Modelfile\nFROM y\nSYSTEMFILE f\n-- c.Modelfile\nFROM a\n-- f\nTAGS ${u}\n");
    let shown = |index: &Index| {
        let uses = ["x", "y", "a"].map(|id| index.built_on(id).map(|page| page.path.clone()).collect::<Vec<_>>());
        let parts = index.models_of(Utf8Path::new("f")).map(|page| page.path.clone()).collect::<Vec<_>>();
        (index.pages().cloned().collect::<Vec<_>>(), uses, parts)
    };
    let renewed = Index::of(&after.session, Some(&before.index));
    assert_eq!(shown(&renewed), shown(&after.index));
    // What is the same is not made again.
    let again = Index::of(&after.session, Some(&renewed));
    let is_kept = |path: &str| {
        let path = Utf8Path::new(path);
        std::ptr::eq(again.page(path).unwrap(), renewed.page(path).unwrap())
    };
    assert!(is_kept("a.Modelfile") && is_kept("f"));
}

/// A workspace of models that build on each other, with arguments from everywhere.
fn workspaces() -> impl Strategy<Value = Texts> {
    let words =
        prop::sample::select(vec!["${x}", "${y}", "$${x}", "${z}", "$${z}", "${", "a", "b c", "\"", "é", "x", "$"]);
    let text = prop::collection::vec(words, 1..4).prop_map(|words| words.concat());
    let line = prop_oneof![
        text.clone().prop_map(|text| format!("SYSTEM {text}")),
        text.clone().prop_map(|text| format!("PARAMETER stop {text}")),
        text.prop_map(|text| format!("TAGS {}", text.replace('"', ""))),
        prop::sample::select(vec!["ARG x=1", "ARG x", "ARG x=${z}", "ARG z=2", "# ${x}", "INCLUDE f", "INCLUDE g"])
            .prop_map(str::to_owned),
        prop::sample::select(vec!["FROM a", "FROM b", "FROM base", "FROM \"a\"", "MOVED old"]).prop_map(str::to_owned),
        prop::sample::select(vec!["SYSTEMFILE expand p", "SYSTEMFILE p"]).prop_map(str::to_owned),
    ];
    let file = prop::collection::vec(line, 0..5).prop_map(|lines| lines.join("\n") + "\n");
    let manifest = prop::sample::select(vec![
        "",
        "[args]\nx = \"m\"\n",
        "[remotes.r]\nkind = \"file\"\npath = \"f\"\nargs = { x = \"r\" }\n",
    ]);
    let files = [file.clone(), file.clone(), file.clone(), file.clone(), file];
    (files, manifest).prop_map(|([a, b, c, f, g], manifest)| {
        let prompt = "I am ${x}, $${x}.\n".to_owned();
        let named = [("a.Modelfile", a), ("b.Modelfile", b), ("c.Modelfile", c), ("f", f), ("g", g), ("p", prompt)];
        let files = named.into_iter().map(|(path, text)| (path.into(), text));
        files.chain([(MANIFEST.into(), manifest.to_owned())]).collect()
    })
}

proptest! {
    #[test]
    fn whatever_is_renamed_means_what_it_meant(texts in workspaces(), at in 0..5usize, can_move in any::<bool>()) {
        let before = Workspace::new(texts);
        let path = ["a.Modelfile", "b.Modelfile", "c.Modelfile", "f", "g"][at];
        if let Ok(changes) = before.argument(path, "x", "fresh") {
            let after = before.after(changes);
            let (mut new, mut old) = (after.meaning(&str::to_owned), before.meaning(&str::to_owned));
            if before.lacks_values() {
                // What stands for nothing stays as it is written, which is another name now.
                for says in new.values_mut().chain(old.values_mut()).flatten() {
                    *says = says.replace("fresh", "x");
                }
            }
            prop_assert_eq!(new, old, "{}", after.shown(&before));
        }
        if let Ok(changes) = before.model("a", "fresh", can_move) {
            let after = before.after(changes);
            let is = |id: &str| if id == "a" { "fresh".to_owned() } else { id.to_owned() };
            prop_assert_eq!(after.meaning(&str::to_owned), before.meaning(&is), "{}", after.shown(&before));
        }
    }
}
