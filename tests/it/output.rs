//! What people and machines get to read.

use std::fs;

use insta::assert_snapshot;
use jsonschema::validator_for;
use serde_json::Value;

use crate::project::{MANIFEST, Project};

/// Models to create, update and delete, on a terminal of 80 columns that shows no colour.
fn busy() -> Project {
    let mut project = Project::applied();
    project.env("COLUMNS", "80");
    project.file("models/old.Modelfile", "FROM llama3.2:3b\n");
    project.file(
        "models/prose.Modelfile",
        format!("FROM llama3.2:3b\nSYSTEM \"\"\"{}\"\"\"\n", prompt("kind", "English")),
    );
    project.run(&["apply", "--auto-approve"]).success();
    fs::remove_file(project.path().join("models/old.Modelfile")).unwrap();
    let prompt = prompt("exact", "German");
    project.file("models/prose.Modelfile", format!("FROM qwen3:8b\nACCESS public\nSYSTEM \"\"\"{prompt}\"\"\"\n"));
    project.file(
        "models/new.Modelfile",
        "FROM llama3.2:3b\nNAME New one\nDESCRIPTION Answers\nTAGS a, \"b, c\"\nCAPABILITIES -vision\nHIDDEN true\n\
         ACCESS read group:staff\nTOOLS search, mail\nSUGGESTION \"What now?\"\nPARAMETER temperature 0.3\nPARAMETER stop END\n",
    );
    project
}

fn prompt(how: &str, language: &str) -> String {
    format!("You are {how}. {}\nAnswer in {language}.", "Say what you know and where you know it from. ".repeat(6))
}

#[test]
fn a_plan_for_people() {
    assert_snapshot!(busy().run(&["plan"]).success().stdout, @r#"
    Plan for local (export.json)

      + create new
          base: "llama3.2:3b"
          name: "New one"
          params.stop: END
          params.temperature: 0.3
          access: read group:staff
          meta.capabilities.vision: false
          meta.description: "Answers"
          meta.hidden: true
          meta.suggestion_prompts: What now?
          meta.tags: a, "b, c"
          meta.toolIds: mail, search

      ~ update prose  (access widened)
          base: "llama3.2:3b" -> "qwen3:8b"
          system:
            | You are [-kind-]{+exact+}. Say what you know and where you know […] and where you know it from. 
            | Answer in [-English-]{+German+}.
          access: private -> public

      - delete old  (no file describes it any more)

    1 to create, 1 to update, 1 to delete; 1 unchanged.
    Written by file: the export is replaced in one go.
    "#);
}

#[test]
fn a_plan_of_nothing() {
    assert_snapshot!(Project::applied().run(&["plan"]).success().stdout, @r"
    Plan for local (export.json)

    Nothing to do: 1 model is as the files say.
    ");
}

#[test]
fn a_plan_with_drift_is_blocked() {
    let project = busy();
    project.file("export.json", project.read("export.json").replace("You are kind.", "You are rude."));
    let plan = project.run(&["plan"]);
    let (_, prose) = plan.code(1).stdout.split_once("  ~ update prose  (access widened)").unwrap();
    assert_snapshot!(prose, @r#"
          base: "llama3.2:3b" -> "qwen3:8b"
          system:  (edited on the server and in the files)
            | You are [-rude-]{+exact+}. Say what you know and where you know […] and where you know it from. 
            | Answer in [-English-]{+German+}.
          access: private -> public

      - delete old  (no file describes it any more)

    1 to create, 1 to update, 1 to delete; 1 unchanged.
    Written by file: the export is replaced in one go.

    blocked: 1 model was edited on the server since the last apply
      help: `maquette adopt` writes it into the files, `--on-drift overwrite` puts back what they say, `--on-drift keep` leaves the edited fields as they are
    "#);
}

#[test]
fn a_plan_with_a_row_of_somebody_else_is_blocked() {
    let project = Project::applied();
    project.file("models/sales.Modelfile", "FROM llama3.2:3b\n");
    project.file("export.json", project.read("export.json").replacen('[', "[{\"id\": \"sales\"},", 1));
    assert_snapshot!(project.run(&["plan"]).code(1).stdout, @r"
    Plan for local (export.json)

      = sales  left alone: it is not this workspace's

    0 to create, 0 to update, 0 to delete; 1 unchanged.

    blocked: the model `sales` on the remote is not this workspace's: somebody else made it
      help: `--claim sales` takes it over; another ID in the file leaves it alone
    ");
}

#[test]
fn an_outcome_for_people() {
    let project = busy();
    let output = project.run(&["apply", "--auto-approve"]);
    let (_, outcome) = output.success().stdout.split_once("in one go.\n").unwrap();
    let (outcome, snapshot) = outcome.split_once(".maquette/snapshots/").unwrap();
    assert_snapshot!(outcome, @r"
    Done: 1 created, 1 updated, 1 deleted, read back and as promised.
    The state before is in
    ");
    assert!(snapshot.contains("-local"), "{snapshot}");
}

#[test]
fn findings_for_people() {
    let mut project = Project::applied();
    project.env("COLUMNS", "80");
    project.file("models/support.Modelfile", "FROM llama3.2:3b\nSYSTM Be kind.\nPARAMETER temprature 1\nTAGS a, a\n");
    let check = project.run(&["check"]);
    assert_snapshot!(check.code(1).stdout, @r"
    MF101 unknown-instruction

      × `SYSTM` is no directive
       ╭─[models/support.Modelfile:2:1]
     2 │ SYSTM Be kind.
       · ─────
       ╰────
      help: did you mean `SYSTEM`?

    MF301 unknown-parameter

      × there is no parameter `temprature`
       ╭─[models/support.Modelfile:3:11]
     3 │ PARAMETER temprature 1
       ·           ──────────
       ╰────
      help: did you mean `temperature`?

    MF507 duplicate-item

      ⚠ `a` is listed twice
       ╭─[models/support.Modelfile:4:6]
     4 │ TAGS a, a
       ·      ┬  ─
       ·      ╰── the first time here
       ╰────
      help: remove one of them

    2 errors, 1 warning
    ");
    assert_eq!(check.stderr, "");
    let fine = Project::applied();
    assert_snapshot!(fine.run(&["check"]).success().stderr, @r"
    1 file is fine
    ");
}

#[test]
fn colour_only_where_it_is_asked_for() {
    let mut project = busy();
    let coloured = project.run(&["plan", "--color", "always"]);
    coloured.success().acts_on_no_terminal();
    assert!(
        coloured.stdout.contains("\u{1b}[32m+ create\u{1b}[0m") && coloured.stdout.contains("\u{1b}[31m[-kind-]"),
        "{coloured}"
    );
    let plain = project.run(&["plan"]);
    assert_eq!(without_colour(&coloured.stdout), plain.stdout);
    project.env("NO_COLOR", "");
    let piped = project.run(&["plan"]);
    assert!(!piped.stdout.contains('\u{1b}') && !piped.stderr.contains('\u{1b}'), "{piped}");
}

fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').unwrap().1)
}

#[test]
fn no_line_of_a_plan_is_wider_than_the_terminal_by_its_own_making() {
    let plan = busy().run(&["plan"]);
    let labels = plan.success().stdout.lines().filter(|line| !line.contains('|'));
    let wide: Vec<_> = labels.filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

/// The schema of that name.
fn schema(project: &Project, name: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&project.run(&["schema", name]).success().stdout).unwrap();
    validator_for(&schema).unwrap()
}

#[track_caller]
fn assert_valid(schema: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> =
        schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

#[test]
fn plans_are_what_their_schema_says() {
    let project = busy();
    let schema = schema(&project, "plan");
    let output = project.run(&["plan", "--format", "json", "--out", "plan.json"]);
    let plan: Value = serde_json::from_str(&output.success().stdout).unwrap();
    assert_valid(&schema, &plan);
    let saved: Value = serde_json::from_str(&project.read("plan.json")).unwrap();
    assert_eq!(plan, saved);
    assert_eq!(plan["changes"].as_array().unwrap().len(), 3);
    assert!(!schema.is_valid(&serde_json::json!({"format": 1})), "a schema that takes anything");
}

#[test]
fn findings_are_what_their_schema_says() {
    let project = Project::applied();
    let schema = schema(&project, "diagnostics");
    project.file("models/support.Modelfile", "FROM llama3.2:3b\nNAME a\nNAME b\nSYSTM x\n");
    project.file("models/b.Modelfile", "FROM x\nID support\nAVATAR none.png\n");
    std::os::unix::fs::symlink("nowhere", project.path().join("models/c.Modelfile")).unwrap();
    let output = project.run(&["check", "--format", "json"]);
    let findings: Value = serde_json::from_str(&output.code(1).stdout).unwrap();
    assert_valid(&schema, &findings);
    let findings = findings["diagnostics"].as_array().unwrap();
    assert!(findings.len() >= 5 && findings.iter().all(|finding| finding["code"] != ""), "{findings:#?}");
    let clean = Project::applied().run(&["check", "--format", "json"]);
    assert_valid(&schema, &serde_json::from_str(&clean.success().stdout).unwrap());
}

#[test]
fn documents_are_what_their_schema_says() {
    let project = busy();
    let schema = schema(&project, "ir");
    let output = project.run(&["compile", "--target", "ir", "models/new.Modelfile", "models/prose.Modelfile"]);
    let documents: Vec<Value> =
        output.success().stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(documents.len(), 2);
    for document in &documents {
        assert_valid(&schema, document);
    }
}

#[test]
fn manifests_are_what_their_schema_says() {
    let project = Project::new();
    project.run(&["init"]).success();
    let schema = schema(&project, "manifest");
    let json = |text: &str| serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
    assert_valid(&schema, &json(&project.read("maquette.toml")));
    assert_valid(&schema, &json(MANIFEST));
    assert!(!schema.is_valid(&json(&MANIFEST.replace("kind = ", "sort = "))));
}
