//! What the words of a file come to: values of arguments, lines of models, what a prompt costs.

use std::collections::{BTreeMap, HashMap, HashSet};

use camino::Utf8Path;
use indexmap::IndexMap;

use super::symbols::{Page, Role};
use super::world::File;
use crate::expand::Giver;
use crate::ir::{Place, Statement, Value};
use crate::source::Span;
use crate::workspace::Editions;

/// What an argument stands for: the value, who gives it, and the remotes on which that is so; no name is every remote.
pub(super) struct Stands {
    pub(super) value: String,
    pub(super) giver: Giver,
    pub(super) on: Vec<String>,
}

/// How many models that include a file are looked at for what an argument stands for in it.
const MODELS: usize = 20;

/// What the arguments of one file stand for.
pub(super) struct Arguments<'w> {
    file: File<'w>,
    page: &'w Page,
    editions: Editions,
    sets: Vec<Set<'w>>,
}

/// What a file says with one set of arguments.
struct Set<'w> {
    index: usize,
    /// The remotes that have it; none where all do.
    on: Vec<String>,
    /// The statements of the file, in every model that it takes part in, by where their values start.
    statements: HashMap<u32, Vec<&'w Statement>>,
}

impl<'w> Arguments<'w> {
    /// Those of a file, in all the models that it takes part in.
    pub(super) fn of(file: File<'w>, page: &'w Page) -> Self {
        let editions = Editions::new(file.project(), BTreeMap::new());
        let mut remotes: IndexMap<usize, Vec<String>> = IndexMap::new();
        for remote in file.project().iter().flat_map(|project| project.manifest.remotes.keys()) {
            remotes.entry(editions.of(remote)).or_default().push(remote.clone());
        }
        if remotes.is_empty() {
            remotes.insert(0, Vec::new());
        }
        let is_one = remotes.len() == 1;
        let models = file.folder.symbols().models_of(&page.path).take(MODELS);
        let models: HashSet<&str> = models.map(|page| page.path.as_str()).collect();
        let sets = remotes.into_iter().map(|(index, on)| {
            let mut statements: HashMap<u32, Vec<&Statement>> = HashMap::new();
            let compiled = file.session().with_args(index).iter().filter(|one| models.contains(one.path.as_str()));
            for statement in compiled.flat_map(|one| &one.document.statements) {
                if statement.value_location.file == file.id && !statement.filled.is_empty() {
                    statements.entry(statement.value_location.span.start).or_default().push(statement);
                }
            }
            Set { index, on: if is_one { Vec::new() } else { on }, statements }
        });
        Self { file, page, sets: sets.collect(), editions }
    }

    /// What an argument stands for in the value that starts at `start`, on each remote.
    pub(super) fn stands(&self, name: &str, start: u32) -> Vec<Stands> {
        let mut found: Vec<Stands> = Vec::new();
        for set in &self.sets {
            for (value, giver) in self.in_set(set, name, start) {
                match found.iter_mut().find(|known| known.value == value && known.giver == giver) {
                    Some(known) => known.on.extend(set.on.iter().cloned()),
                    None => found.push(Stands { value, giver, on: set.on.clone() }),
                }
            }
        }
        found
    }

    /// The values with one set of arguments: several where several models include the file.
    fn in_set(&self, set: &Set<'_>, name: &str, start: u32) -> Vec<(String, Giver)> {
        let mut values: Vec<(String, Giver)> = Vec::new();
        for statement in set.statements.get(&start).into_iter().flatten() {
            let filled = statement.filled.iter().find(|filled| *filled.name == *name);
            let value = filled.map(|filled| (filled.with.value.to_string(), filled.with.giver));
            values.extend(value.filter(|value| !values.contains(value)));
        }
        if values.is_empty() {
            let given = self.editions.settings().args.get(set.index).and_then(|args| args.get(name));
            values.extend(given.map(|given| (given.value.to_string(), given.giver)));
        }
        if values.is_empty() {
            values.extend(self.default(name).map(|value| (value, Giver::File)));
        }
        values
    }

    /// The default that the file itself gives.
    fn default(&self, name: &str) -> Option<String> {
        let declared = self.page.of_argument(name).find(|mention| mention.role == Role::Declared)?;
        let text = &self.file.source().text;
        let rest = Span::new(declared.span.end, declared.statement.end.max(declared.span.end)).of(text).trim_start();
        let default = crate::syntax::value::text(rest.strip_prefix('=')?, 0).text;
        (!default.contains("${")).then_some(default)
    }
}

/// What a model takes over from those that it builds on: the words for its fields, its own left out.
pub(super) fn inherited(file: &File<'_>, page: &Page) -> Vec<String> {
    let (line, _) = file.folder.symbols().line(page);
    let mut own: Vec<String> = said(file, &page.path);
    let mut found: Vec<String> = Vec::new();
    for parent in line {
        for word in said(file, &parent.path) {
            if !own.contains(&word) {
                own.push(word.clone());
                found.push(word);
            }
        }
    }
    found
}

/// What a model's file says of what is inherited: names of parameters, keywords of directives.
fn said(file: &File<'_>, path: &Utf8Path) -> Vec<String> {
    let whole = file.folder.root.join(path);
    let compiled = file.folder.find(&whole).and_then(|id| file.session().compiled(id));
    let mut words: Vec<String> = Vec::new();
    for statement in compiled.iter().flat_map(|compiled| &compiled.document.statements) {
        let word = match (statement.directive.place, &statement.value) {
            (Place::Parameter, Value::Parameter { name, .. }) => name.value.clone(),
            (
                Place::System
                | Place::Meta(
                    "toolIds" | "filterIds" | "actionIds" | "skillIds" | "knowledge" | "defaultFeatureIds"
                    | "capabilities",
                ),
                _,
            ) => statement.directive.keyword.to_owned(),
            _ => continue,
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// How many tokens a text is, about. No tokenizer is asked, since every model has another one: four characters of English are
/// a token, two of other alphabets, and one character of Chinese, Japanese or Korean.
pub(super) fn tokens(text: &str) -> usize {
    let (mut quarters, mut whole) = (0, 0);
    for character in text.chars() {
        match character {
            '\0'..='\u{7f}' => quarters += 1,
            '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'.. => whole += 1,
            _ => quarters += 2,
        }
    }
    usize::div_ceil(quarters, 4) + whole
}

/// How [`tokens`] counts, for people.
pub(super) const HOW_TOKENS_ARE_COUNTED: &str =
    "an estimate: four characters of English are a token, two of other alphabets, one of Chinese, Japanese and Korean";

/// A text in a code span of Markdown, on one line and shortened.
pub(super) fn code(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut line: String =
        text.chars().take(LONGEST).map(|character| if character.is_control() { '␤' } else { character }).collect();
    if line.len() < text.len() && text.chars().count() > LONGEST {
        line.push('…');
    }
    let longest = line.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if line.is_empty() || line.starts_with(['`', ' ']) || line.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{line}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_about_what_models_count() {
        for (text, expected) in [("", 0), ("word", 1), ("You are helpful.", 4), ("Привет мир", 5), ("你好世界", 4)]
        {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_gets_out_of_a_code_span() {
        for (text, expected) in
            [("a", "`a`"), ("a`b", "``a`b``"), ("`a``", "``` `a`` ```"), ("a\nb", "`a␤b`"), ("", "`  `")]
        {
            assert_eq!(code(text), expected, "{text:?}");
        }
    }
}
