//! An old repository adopts the rules for what is new.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use insta::assert_snapshot;

use super::{check, repository};

const BASELINE: &str = "my models/maquette-baseline.json";

#[test]
fn what_is_known_is_not_told_again() {
    let project = repository();
    let run = project.run(&check(&["--update-baseline"]));
    assert_snapshot!(run.success().stderr, @r#"
    wrote maquette-baseline.json: 5 findings, 0 before
    3 files have nothing new; 5 findings are known from the baseline
    "#);
    assert_eq!(run.stdout, "");
    assert_snapshot!(project.read(BASELINE), @r#"
    {
      "format": 1,
      "findings": {
        "größe.Modelfile": {
          "duplicate-item": {
            "c840edb8fac236a7": 1
          },
          "duplicate-scalar": {
            "01c7c7373da88acc": 1
          },
          "unknown-parameter": {
            "d4f871731851397d": 1
          }
        },
        "legacy/old.Modelfile": {
          "removed-parameter": {
            "199109308b8c6510": 1
          },
          "unknown-parameter": {
            "d4f871731851397d": 1
          }
        }
      }
    }
    "#);
    project.run(&check(&["--fail-on", "info"])).success();

    // Lines move, and one mistake is made again.
    let old = project.read("my models/legacy/old.Modelfile");
    project.file("my models/legacy/old.Modelfile", format!("# moved\n\n{old}PARAMETER tempratur 1\n"));
    let run = project.run(&check(&["--format", "concise"]));
    assert_snapshot!(run.code(1).stdout, @r#"
    legacy/old.Modelfile:4:1: warning[MF308] duplicate-scalar: `tempratur` is set again below, and this value does not count
    legacy/old.Modelfile:6:11: error[MF301] unknown-parameter: there is no parameter `tempratur`
    "#);

    // One is mended.
    project.file("my models/legacy/old.Modelfile", old.replace("num_gqa", "num_ctx"));
    let run = project.run(&check(&["--format", "concise"]));
    assert_snapshot!(run.success().stdout, @r#"
    info[MF902] stale-baseline: the baseline knows 1 finding of `removed-parameter` in `legacy/old.Modelfile` that is no longer there
    "#);
    project.run(&check(&["--update-baseline", "--fail-on", "info"])).success();
    assert!(!project.read(BASELINE).contains("removed-parameter"));
}

/// What cannot be read or done stays an error, whatever the repository had before.
#[test]
fn firm_rules_are_never_known() {
    let project = repository();
    project.file("my models/legacy/older.Modelfile", "SYSTEM x\n");
    let run = project.run(&check(&["--update-baseline", "--format", "concise"]));
    assert_snapshot!(run.code(1).stdout, @r#"
    legacy/older.Modelfile:1:1: error[MF103] missing-from: the file names no base model
    "#);
    assert!(!project.read(BASELINE).contains("missing-from"));
}

#[test]
fn of_files_that_were_not_asked_for_nothing_changes() {
    let project = repository();
    project.run(&check(&["--update-baseline"])).success();
    let before = project.read(BASELINE);
    let text = project.read("my models/größe.Modelfile");
    project.file("my models/größe.Modelfile", text.replace("TAGS", "# TAGS"));
    fs::remove_file(project.path().join("my models/legacy/old.Modelfile")).unwrap();

    let run = project.run(&check(&["größe.Modelfile", "--format", "concise"]));
    assert_snapshot!(run.success().stdout, @r#"
    info[MF902] stale-baseline: the baseline knows 1 finding of `duplicate-item` in `größe.Modelfile` that is no longer there
    "#);
    project.run(&check(&["größe.Modelfile", "--update-baseline"])).success();
    let after = project.read(BASELINE);
    assert!(before.contains("duplicate-item") && !after.contains("duplicate-item"), "{after}");
    assert!(after.contains("legacy/old.Modelfile"), "{after}");
    project.run(&check(&["--update-baseline"])).success();
    assert!(!project.read(BASELINE).contains("legacy/old.Modelfile"));
}

/// A plan stops at errors too, and the baseline of the workspace is part of what is agreed on.
#[test]
fn plans_know_what_is_known() {
    let project = repository();
    project.run(&["-C", "my models", "plan"]).code(1);
    project.run(&check(&["--update-baseline"])).success();
    project.run(&["-C", "my models", "plan", "--out", "plan.json"]).success();
    project.run(&["-C", "my models", "apply", "plan.json", "--auto-approve"]).success();
}

#[test]
fn the_file_is_the_one_that_is_named() {
    let project = repository();
    let manifest = project.read("my models/maquette.toml");
    project.file("my models/maquette.toml", format!("{manifest}[check]\nbaseline = \"known/all.json\"\n"));
    let missing = project.run(&check(&[]));
    assert!(missing.fails(1).stderr.contains("there is no file `known/all.json`"), "{missing}");
    fs::create_dir(project.path().join("my models/known")).unwrap();
    project.run(&check(&["--update-baseline"])).success();
    project.run(&check(&[])).success();
    let mode = fs::metadata(project.path().join("my models/known/all.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o444, 0o444, "others in the team may read it");

    let other = project.run(&check(&["--baseline", "other.json"]));
    assert!(other.fails(1).stderr.contains("there is no file `other.json`"), "{other}");
    project.run(&check(&["--baseline", "other.json", "--update-baseline"])).success();
    assert_eq!(project.read("my models/other.json"), project.read("my models/known/all.json"));
}

#[test]
fn a_file_that_is_no_baseline_is_left_alone() {
    let project = repository();
    let refused = project.refusal(&check(&["--baseline", "fine.Modelfile", "--update-baseline"]));
    assert!(refused.contains("`fine.Modelfile`: it is no baseline"), "{refused}");
    project.file(BASELINE, "{\"format\": 9, \"findings\": {}}");
    let refused = project.refusal(&check(&["--update-baseline"]));
    assert!(refused.contains("it is a baseline of format 9"), "{refused}");
    let both = project.refusal(&check(&["--update-baseline", "--select", "MF3"]));
    assert!(both.contains("cannot be used with"), "{both}");
}
