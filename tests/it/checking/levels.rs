//! Which findings are reported, and which of them fail the command.

use super::{check, repository};

/// The rules that a run reports, each with its severity.
#[track_caller]
fn reported(output: &crate::project::Output) -> Vec<(String, String)> {
    let findings = output.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    findings.map(|one| ["rule", "severity"].map(|key| one[key].as_str().unwrap().to_owned()).into()).collect()
}

#[test]
fn overrides_hold_for_their_files_only() {
    let project = repository();
    let manifest = project.read("my models/maquette.toml");
    let overrides = "duplicate-scalar = \"info\"\n\
                     [[overrides]]\npaths = [\"legacy/**\"]\nrules = { unknown-parameter = \"off\", MF303 = \"info\" }\n";
    project.file("my models/maquette.toml", manifest + overrides);
    let run = project.run(&check(&["--format", "json-lines"]));
    let expected = [
        ("duplicate-item", "warning"),
        ("unknown-parameter", "error"),
        ("duplicate-scalar", "info"),
        ("removed-parameter", "info"),
    ];
    assert_eq!(reported(run.code(1)), expected.map(|(rule, severity)| (rule.to_owned(), severity.to_owned())), "{run}");
    // Files that are named are in the same workspace.
    let run = project.run(&["-C", "my models/legacy", "check", "old.Modelfile", "--format", "json-lines"]);
    assert_eq!(reported(run.success()).len(), 1, "{run}");
}

#[test]
fn rules_are_selected_and_ignored() {
    let project = repository();
    let count = |arguments: &[&str], code: i32| {
        let run = project.run(&check(&[arguments, &["--format", "json-lines"]].concat()));
        reported(run.code(code)).len()
    };
    assert_eq!(count(&[], 1), 5);
    assert_eq!(count(&["--select", "duplicate-item,MF308"], 0), 2);
    assert_eq!(count(&["--ignore", "MF301", "--ignore", "MF303"], 0), 2);
    assert_eq!(count(&["--select", "MF3", "--ignore", "MF301,duplicate-scalar"], 1), 1);
    for (arguments, words) in [
        (["--select", "unknown-paramter"], "did you mean `unknown-parameter`?"),
        (["--ignore", "missing-from"], "`missing-from` cannot be ignored"),
        (["--ignore", "MF000"], "there is no rule `MF000`"),
    ] {
        let run = project.run(&check(&arguments));
        assert!(run.fails(1).stderr.contains(words), "{run}");
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn the_exit_code_follows_the_level_that_is_asked_for() {
    let project = repository();
    for (select, level, code) in [
        ("duplicate-item", "error", 0),
        ("duplicate-item", "warning", 1),
        ("unknown-parameter", "error", 1),
        ("unknown-parameter", "never", 0),
        ("stale-baseline", "info", 0),
    ] {
        project.run(&check(&["--select", select, "--fail-on", level])).code(code);
    }
    // The same line is drawn between failed and passed tests.
    let failures = |level: &str| {
        let run = project.run(&check(&["--fail-on", level, "--format", "junit"]));
        run.stdout.matches("<failure").count()
    };
    assert_eq!(["error", "warning", "never"].map(failures), [3, 5, 0]);
}
