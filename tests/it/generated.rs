//! What is generated is up to date. `UPDATE=1 cargo test --test it generated` writes it anew.

use std::fs;
use std::path::Path;

use crate::project::Project;

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
    let all = Project::new().run(&["--help"]);
    all.success();
    page.push_str(&section("maquette", &all.stdout));
    let commands = all.stdout.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for command in commands.lines().filter_map(|line| line.split_whitespace().next()) {
        let help = Project::new().run(&[command, "--help"]);
        help.success();
        page.push_str(&section(&format!("maquette {command}"), &help.stdout));
    }
    check("docs/cli.md", &page);
}

fn section(title: &str, help: &str) -> String {
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    format!("\n## {title}\n\n```text\n{}\n```\n", help.join("\n").trim_end())
}
