//! Several remotes in one command: each has its own plan, outcome and failure.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::project::Project;
use crate::server::{self, Server, Version};

const TWO: &str = r#"[workspace]
name = "acme"
id = "0123456789abcdef0123456789abcdef"
models = ["models/**/*.Modelfile"]

[remotes.staging]
kind = "file"
path = "staging.json"

[remotes.production]
kind = "file"
path = "production.json"
models = ["models/public/**"]
"#;

/// Two models, one of which goes to staging only.
fn two() -> Project {
    let project = Project::new();
    project.manifest(TWO);
    project.file("models/draft.Modelfile", "FROM llama3.2:3b\nNAME Draft\n");
    project.file("models/public/support.Modelfile", "FROM llama3.2:3b\nNAME Support\n");
    project
}

fn ids(project: &Project, file: &str) -> Vec<String> {
    let rows: Vec<Value> = serde_json::from_str(&project.read(file)).unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn all_remotes_are_planned_and_applied_in_one_run() {
    let project = two();
    let plan = project.run(&["plan", "--all-remotes", "--detailed-exitcode"]);
    plan.code(2);
    assert_snapshot!(plan.stdout, @r#"
    Plan for staging (staging.json)

      + create draft
          base: "llama3.2:3b"
          name: "Draft"
          access: private

      + create support
          base: "llama3.2:3b"
          name: "Support"
          access: private

    2 to create, 0 to update, 0 to delete; 0 unchanged.
    Written by file: the export is replaced in one go.
    Plan for production (production.json)

      + create support
          base: "llama3.2:3b"
          name: "Support"
          access: private

    1 to create, 0 to update, 0 to delete; 0 unchanged.
    Written by file: the export is replaced in one go.
    "#);
    project.run(&["apply", "--remote", "staging,production", "--auto-approve"]).success();
    assert_eq!(ids(&project, "staging.json"), ["draft", "support"]);
    assert_eq!(ids(&project, "production.json"), ["support"]);
    project.run(&["plan", "--all-remotes", "--detailed-exitcode"]).success();
}

#[test]
fn a_remote_that_fails_does_not_keep_the_others_waiting() {
    let project = two();
    project.file("staging.json", "no export");
    let output = project.run(&["apply", "--all-remotes", "--auto-approve"]);
    output.fails(1);
    assert!(output.stderr.contains("error: staging: `staging.json` is not an export"), "{output}");
    assert_eq!(ids(&project, "production.json"), ["support"]);
    assert_eq!(project.read("staging.json"), "no export");
    // What is reported about one is not reported about all.
    assert!(!output.stderr.contains("error: production"), "{output}");
}

#[test]
fn a_blocked_plan_stops_its_own_remote_only() {
    let project = two();
    project.run(&["apply", "--remote", "staging", "--auto-approve"]).success();
    let drifted = project.read("staging.json").replace("Draft", "Edited");
    project.file("staging.json", &drifted);
    let output = project.run(&["apply", "--all-remotes", "--auto-approve"]);
    output.fails(1);
    assert!(output.stderr.contains("error: staging: the plan cannot be applied"), "{output}");
    assert_eq!(project.read("staging.json"), drifted);
    assert_eq!(ids(&project, "production.json"), ["support"]);
}

#[test]
fn plans_of_several_remotes_are_saved_and_applied_together() {
    let project = two();
    let plan = project.run(&["plan", "--all-remotes", "--format", "json", "--out", "plans.json"]);
    plan.success();
    let plans: Vec<Value> = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!(plans.iter().map(|plan| &plan["remote"]["name"]).collect::<Vec<_>>(), ["staging", "production"]);
    project.run(&["apply", "plans.json", "--auto-approve"]).success();
    assert_eq!(ids(&project, "production.json"), ["support"]);
    let again = project.run(&["apply", "plans.json", "--auto-approve"]);
    again.fails(1);
    assert!(again.stderr.contains("staging: the plan is stale"), "{again}");
    assert!(again.stderr.contains("production: the plan is stale"), "{again}");
}

#[test]
fn plans_are_not_saved_when_one_is_missing() {
    let project = two();
    project.file("staging.json", "no export");
    project.run(&["plan", "--all-remotes", "--out", "plans.json"]).fails(1);
    assert!(!project.path().join("plans.json").exists(), "a part of what was asked for was saved");
}

#[test]
fn remotes_are_named_each_once() {
    let project = two();
    let plan = project.run(&["plan", "--remote", "staging,staging", "--format", "json"]);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!(plan["remote"]["name"], "staging");
    let refusal = project.refusal(&["plan", "--remote", "staging,prod"]);
    assert_snapshot!(refusal, @r"
    error: there is no remote `prod` in the manifest
      help: there is `staging` or `production`
    ");
    let refusal = project.refusal(&["plan", "--all-remotes", "--remote", "staging"]);
    assert!(refusal.contains("cannot be used with"), "{refusal}");
}

#[test]
fn drift_is_told_of_each_remote_and_nothing_is_written() {
    let project = two();
    project.run(&["apply", "--all-remotes", "--auto-approve"]).success();
    project.run(&["drift", "--all-remotes"]).success();

    let drifted = project.read("production.json").replace("Support", "Help");
    project.file("production.json", &drifted);
    // A change in the files is no drift.
    project.file("models/draft.Modelfile", "FROM llama3.2:3b\nNAME Drafts\n");
    fs::remove_dir_all(project.path().join(".maquette")).unwrap();
    let before = project.files();
    let drift = project.run(&["drift", "--all-remotes"]);
    drift.code(2);
    assert_eq!(before, project.files());
    assert_snapshot!(drift.stdout, @r#"
    Drift of staging (staging.json)

    Nothing was edited on the remote since the last apply.
    Drift of production (production.json)

      ~ support
          name: "Help" -> "Support"  (edited on the server)

    1 model was edited on the remote since the last apply.
    `maquette adopt` writes it into the files; `maquette apply --on-drift overwrite` puts back what they say, `--on-drift keep` leaves it.
    "#);
    let drift = project.run(&["drift", "--remote", "production", "--format", "json"]);
    drift.code(2);
    let drift: Value = serde_json::from_str(&drift.stdout).unwrap();
    assert_eq!(drift["changes"][0]["fields"][0]["provenance"], "drift");
}

#[test]
fn the_same_files_mean_other_names_on_other_remotes() {
    let project = two();
    project.manifest(&TWO.replace(
        "path = \"production.json\"\n",
        "path = \"production.json\"\nbases = { \"llama3.2:3b\" = \"llama3.2:1b\" }\ngroups = { Support = \"SSO-Support\" }\n\
         users = { \"lead@example.com\" = \"boss@example.com\" }\nknowledge = { Handbook = \"Manual\" }\n\
         tools = { clock = \"time\" }\nfilters = { polite = \"kind\" }\nactions = { copy = \"paste\" }\nskills = { tone = \"mood\" }\n",
    ));
    project.file(
        "models/public/support.Modelfile",
        "FROM llama3.2:3b\nACCESS read group:Support\nACCESS write user:lead@example.com\nKNOWLEDGE Handbook\n\
         TOOLS clock, other\nFILTERS polite\nACTIONS copy\nSKILLS tone\n",
    );
    project.run(&["apply", "--all-remotes", "--auto-approve"]).success();
    let support = |file: &str| {
        let rows: Vec<Value> = serde_json::from_str(&project.read(file)).unwrap();
        rows.into_iter().find(|row| row["id"] == "support").unwrap()
    };
    let names = |row: &Value| {
        let grants = row["access_grants"].as_array().unwrap().iter();
        let mut names: Vec<String> = grants.map(|grant| grant["principal_id"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names.dedup();
        names.push(row["base_model_id"].as_str().unwrap().to_owned());
        names.push(row["meta"]["knowledge"][0]["name"].as_str().unwrap().to_owned());
        for key in ["toolIds", "filterIds", "actionIds", "skillIds"] {
            names.extend(row["meta"][key].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()));
        }
        names
    };
    assert_eq!(
        names(&support("staging.json")),
        ["Support", "lead@example.com", "llama3.2:3b", "Handbook", "clock", "other", "polite", "copy", "tone"]
    );
    assert_eq!(
        names(&support("production.json")),
        ["SSO-Support", "boss@example.com", "llama3.2:1b", "Manual", "other", "time", "kind", "paste", "mood"]
    );
    project.run(&["plan", "--all-remotes", "--detailed-exitcode"]).success();
}

#[test]
fn what_is_on_staging_is_promoted_to_production_by_names() {
    let staging = server::exclusive_of(Version::of("0.10.2"));
    let production = server::exclusive_of(Version::newest());
    let mut project = Project::new();
    let remote = |name: &str, server: &Server, group: &str| {
        let url = &server.url;
        format!("[remotes.{name}]\nkind = \"open-webui\"\nurl = \"{url}\"\ngroups = {{ Helpers = \"{group}\" }}\n")
    };
    project.manifest(&format!(
        "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef\"\n{}{}",
        remote("staging", &staging, "Support"),
        remote("production", &production, "Sales, EMEA")
    ));
    for server in [&staging, &production] {
        let port = server.url.rsplit_once(':').unwrap().1;
        project.env(format!("MAQUETTE_TOKEN_127_0_0_1_{port}"), &server.admin.token);
    }
    project.file("support.Modelfile", "FROM echo.small\nACCESS read group:Helpers\nKNOWLEDGE \"Größe & Maß 日本\"\n");
    project.run(&["apply", "--remote", "staging", "--auto-approve"]).success();
    project.run(&["drift", "--all-remotes"]).success();
    project.run(&["apply", "--all-remotes", "--auto-approve"]).success();
    project.run(&["plan", "--all-remotes", "--detailed-exitcode"]).success();
    for (server, group) in [(&staging, &staging.seed.support), (&production, &production.seed.sales)] {
        assert_eq!(server.database().grants("support"), [format!("group:{group}:read")]);
        let row = server.database().model("support").unwrap();
        assert_eq!(row["meta"]["knowledge"][0]["id"], server.seed.knowledge.as_str());
    }
}
