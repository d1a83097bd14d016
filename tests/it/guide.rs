//! The guide is played: its files are written, its commands run, and what they print is what it shows.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::project::Project;

/// A fenced block: what stands after the opening fence, and the text.
struct Block<'a> {
    info: &'a str,
    text: &'a str,
}

/// The page in pieces: prose as it is, and blocks.
fn pieces(page: &str) -> Vec<Result<Block<'_>, &str>> {
    let mut pieces = Vec::new();
    for (at, piece) in page.split("```").enumerate() {
        pieces.push(if at % 2 == 0 {
            Err(piece)
        } else {
            let (info, text) = piece.split_once('\n').unwrap();
            Ok(Block { info, text })
        });
    }
    pieces
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The arguments of a line of a console.
fn arguments(line: &str) -> Vec<&str> {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("maquette"), "{line}");
    words.collect()
}

/// The page with what its commands print today.
pub(crate) fn played(path: &str) -> String {
    let page = read(path);
    let project = Project::new();
    fs::create_dir(project.path().join(".git")).unwrap();
    let mut commands = 0;
    let mut out = String::new();
    for piece in pieces(&page) {
        match piece {
            Err(prose) => out.push_str(prose),
            Ok(Block { info, text }) => {
                let mut now = text.to_owned();
                if let Some((_, file)) = info.split_once(' ') {
                    project.file(file, text);
                } else if info == "console" {
                    now.clear();
                    for line in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
                        let run = project.run(&arguments(line));
                        write!(now, "$ {line}\n{}{}", run.stdout, run.stderr).unwrap();
                        commands += 1;
                    }
                }
                write!(out, "```{info}\n{now}```").unwrap();
            }
        }
    }
    assert!(commands > 5, "the test no longer sees the commands");
    out
}

/// What CI is told to run, runs there, and leaves the report that is uploaded.
#[test]
fn the_commands_for_ci_run() {
    let page = read("docs/from-ollama.md");
    let project = Project::new();
    let mut reports = 0;
    for block in pieces(&page).into_iter().flatten() {
        if let Some((_, file)) = block.info.split_once(' ') {
            project.file(file, block.text);
        }
    }
    for block in pieces(&page).into_iter().flatten().filter(|block| block.info == "yaml") {
        for line in block.text.lines().filter_map(|line| line.split_once("maquette check")) {
            let run = project.run(&arguments(&format!("maquette check{}", line.1)));
            run.success();
            if let Some((_, file)) = line.1.split_once("--output ") {
                assert!(block.text.lines().any(|line| line.ends_with(&format!(": {file}"))), "{file} is not uploaded");
                let report: serde_json::Value = serde_json::from_str(&project.read(file)).unwrap();
                assert!(!report.is_null());
                reports += 1;
            }
        }
    }
    assert_eq!(reports, 2);
    // And those in the prose, which need no files.
    for prose in pieces(&page).into_iter().filter_map(Result::err) {
        for command in prose
            .split('`')
            .filter(|code| ["maquette explain ", "maquette rules"].iter().any(|it| code.starts_with(it)))
        {
            project.run(&arguments(command)).success();
        }
    }
}

/// Every example of the pages is fine as it stands, unless the page shows what is wrong with it.
#[test]
fn the_examples_of_the_language_page_are_fine() {
    let page = read("docs/language.md");
    let mut examples = 0;
    for block in pieces(&page).into_iter().flatten().filter(|block| block.info.starts_with("modelfile")) {
        let project = Project::new();
        project.file("example.Modelfile", block.text);
        project.run(&["check", "--target", "open-webui", "--fail-on", "warning", "."]).success();
        examples += 1;
    }
    assert!(examples > 2, "the test no longer sees the examples");
}
