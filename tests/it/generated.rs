//! What is generated is up to date. `UPDATE=1 cargo test --test it generated` writes it anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use maquette::check::rules;
use maquette::diagnostic::Severity;
use maquette::ir::{directive, parameter};
use maquette::remote::open_webui::capabilities::{AccessForm, BaseAccess, Import, Reading, Sync, TABLE};

use crate::project::Project;

/// How a page says that it is generated.
const WRITTEN: &str = "Written by `UPDATE=1 cargo test --test it generated`";

/// Compares a committed file with what the program says now, or writes it.
#[track_caller]
fn check(path: &str, now: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, now).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(committed == now, "`{path}` is out of date; `UPDATE=1 cargo test --test it generated` writes it anew");
}

#[test]
fn schemas() {
    for name in ["manifest", "ir", "plan", "snapshot", "diagnostics"] {
        let schema = Project::new().run(&["schema", name]);
        schema.success();
        check(&format!("docs/schemas/{name}.json"), &schema.stdout);
    }
}

#[test]
fn the_command_line() {
    let mut page = String::from("# The command line\n\nWritten by `UPDATE=1 cargo test --test it generated`.\n");
    commands(&[], &mut page);
    check("docs/cli.md", &page);
}

/// A command's help, and that of its own commands.
fn commands(words: &[&str], page: &mut String) {
    let help = Project::new().run(&[words, &["--help"]].concat());
    help.success();
    page.push_str(&section(&[&["maquette"], words].concat().join(" "), &help.stdout));
    let listed = help.stdout.split_once("Commands:\n").map(|(_, rest)| rest.split("\n\n").next().unwrap());
    // A name stands further left than what goes on of the line before it.
    let names = listed.into_iter().flat_map(str::lines).filter_map(|line| line.strip_prefix("  "));
    for name in names.filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_whitespace().next()) {
        commands(&[words, &[name]].concat(), page);
    }
}

fn section(title: &str, help: &str) -> String {
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    format!("\n## {title}\n\n```text\n{}\n```\n", help.join("\n").trim_end())
}

#[test]
fn the_quality_of_the_rules() {
    check("docs/rule-quality.md", &crate::corpus::page());
}

#[test]
fn the_rules() {
    let mut page = format!(
        "# The rules\n\n{WRITTEN} from `src/check/rules/`.\n\n\
         Each finding names its rule. `maquette explain RULE` prints these pages, `maquette rules` this list. Levels are set in the \
         manifest (`[rules]`, and `[[overrides]]` for some files), and `# maquette: allow RULE` on the line above silences one place. \
         *Firm* rules cannot be silenced: what they report could not be read or cannot be done. How much each finds, and how often \
         it is wrong, is [measured on a corpus](../rule-quality.md).\n\n\
         | code | rule | level | | repair | |\n|---|---|---|---|---|---|\n"
    );
    for rule in rules::ALL {
        let level = match rule.level {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "information",
        };
        let (firm, fix) = (if rule.firm { "firm" } else { "" }, rule.fix().unwrap_or_default());
        let file = format!("{}.md", rule.name);
        writeln!(page, "| `{}` | [{}]({file}) | {level} | {firm} | {fix} | {} |", rule.code, rule.name, rule.summary)
            .unwrap();
        check(&format!("docs/rules/{file}"), rule.docs);
    }
    check("docs/rules/README.md", &page);
    only("docs/rules", rules::ALL.iter().map(|rule| format!("{}.md", rule.name)).chain(["README.md".to_owned()]));
}

/// Nothing else is in the folder: the page of a rule that went is gone too.
#[track_caller]
fn only(folder: &str, files: impl Iterator<Item = String>) {
    let there = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let there: BTreeSet<String> = there.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, files.collect(), "{folder}");
}

#[test]
fn the_directives() {
    let mut page = format!(
        "# The directives\n\n{WRITTEN} from `src/ir/directive/`.\n\n\
         The words of a Modelfile: Ollama's first, then those of Maquette. `maquette explain WORD` prints one of these sections. How \
         values are written is on the [page of the language](language.md).\n\n"
    );
    let link = |keyword: &str| format!("[{keyword}](#{})", keyword.to_lowercase());
    let links: Vec<String> = directive::ALL.iter().map(|directive| link(directive.keyword)).collect();
    writeln!(page, "{}", links.join(" · ")).unwrap();
    for directive in directive::ALL {
        write!(page, "\n## {}\n\n{}", directive.keyword, directive.page()).unwrap();
    }
    check("docs/directives.md", &page);
}

#[test]
fn the_parameters() {
    let mut page = format!(
        "# The parameters\n\n{WRITTEN} from `src/ir/parameter/table.rs`.\n\n\
         What `PARAMETER` can set: names as Ollama has them, then those of Open WebUI alone. Versions are releases of Ollama; the keys \
         of Open WebUI are those of 0.12.4. `maquette explain NAME` prints one of these sections.\n\n\
         | parameter | value | default | Ollama | Open WebUI |\n|---|---|---|---|---|\n"
    );
    for parameter in parameter::ALL {
        let section = parameter.page();
        let cell = |label: &str| {
            let line = section.lines().find_map(|line| line.strip_prefix(&format!("- {label}: ")));
            line.unwrap_or_default().to_owned()
        };
        let name = parameter.name;
        let cells = ["value", "default", "Ollama", "Open WebUI"].map(cell).join(" | ");
        writeln!(page, "| [{name}](#{name}) | {cells} |").unwrap();
    }
    for parameter in parameter::ALL {
        write!(page, "\n## {}\n\n{}", parameter.name, parameter.page()).unwrap();
    }
    check("docs/parameters.md", &page);
}

#[test]
fn the_grammars_of_editors() {
    for (name, list) in [("modelfile", "Modelfile"), ("template", "Modelfile-template")] {
        let grammar = crate::editors::grammar(&format!("{name}.source.json"), WRITTEN);
        check(&format!("editors/textmate/{name}.tmLanguage.json"), &grammar);
        check(&format!("editors/sublime/{list}.tmLanguage"), &crate::editors::property_list(&grammar));
    }
}

/// Its commands are run anew.
#[test]
fn the_tutorial() {
    check("docs/tutorial.md", &crate::tutorial::played("docs/tutorial.md"));
}

#[test]
fn the_guide_from_ollama() {
    check("docs/from-ollama.md", &crate::guide::played("docs/from-ollama.md"));
}

#[test]
fn the_client() {
    check("docs/client.md", &crate::client_page::page(WRITTEN));
}

#[test]
fn the_versions_of_open_webui() {
    check("docs/versions.md", &versions_page());
}

fn versions_page() -> String {
    let mut page = String::from(
        "# Versions of Open WebUI\n\nWritten by `UPDATE=1 cargo test --test it generated` from \
         `src/remote/open_webui/capabilities.rs`. `rows` is sound on every version, and its default; nothing here rests on \
         `updated_at`, which older versions do not renew. Each row speaks of SQLite and PostgreSQL alike: a client cannot \
         see which it is.\n\n\
         | versions | all rows are read by | access | new models by `import` | the whole table by `sync` | skills | history | a user of a preset needs its base |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for row in TABLE {
        let versions = if row.known { format!("from {}", row.from) } else { format!("from {}, not known", row.from) };
        let reading = match row.reading {
            Reading::ExportAndBase => {
                "`/models/export` and `/models/base`; whether these are all is judged by `/models/list`"
            }
            Reading::All => "`/models/all`",
        };
        let access = match row.access {
            AccessForm::Control => "`access_control`, in one commit with the content",
            AccessForm::Grants => "`access_grants`, narrowed before the content is written and widened after it",
        };
        let import = match row.import {
            Import::Unsound(reason) => format!("no: {reason}"),
            Import::Creates if row.reading == Reading::All => "many at once".to_owned(),
            Import::Creates => "with `--via import`".to_owned(),
        };
        let sync = match row.sync {
            Sync::Unsound(reason) => format!("no: {reason}"),
            Sync::WithGrants => "yes, with access".to_owned(),
            Sync::WithoutGrants => "yes; access row by row".to_owned(),
        };
        let yes = |yes: bool| if yes { "yes" } else { "no" };
        let (skills, history) = (yes(row.skills), yes(row.history));
        let base = match row.base_access {
            BaseAccess::Free => "no",
            BaseAccess::OfRow => "if that has a row",
            BaseAccess::Always => "yes",
        };
        writeln!(page, "| {versions} | {reading} | {access} | {import} | {sync} | {skills} | {history} | {base} |")
            .unwrap();
    }
    page.push_str(
        "\nA version that is not known is planned against with the rules of the newest known one, and written, row by row, only \
         with `--allow-unknown-version`. Versions older than the first are refused.\n\n\
         With `BYPASS_ADMIN_ACCESS_CONTROL=false` a server hides models of others from an administrator. Where that shows \
         (before 0.11.4: the page lists more presets than are given out, or a model of somebody else's is refused) nothing is \
         deleted and nothing imported. It cannot always be seen: such a server of before 0.11.4 on which every base model's row \
         can be read, and every preset that is listed be edited, looks like one that has no other models. An id that a hidden \
         model has is not overwritten: the server refuses to create it, and an import looks for each id first.\n",
    );
    page
}
