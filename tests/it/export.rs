//! `maquette export`: what the page's Import and `ollama create` take, and what strangers may see.

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::apply::Desk;
use crate::project::{MANIFEST, Output, Project};
use crate::server::{each_version, exclusive_of};

const SUPPORT: &str = "FROM helper\nNAME Support\nTAGS a, b\nACCESS read group:Support\nTOOLS order_lookup\n\
    KNOWLEDGE Handbook\nSYSTEM \"\"\"Ask for sk-abcdefghijklmnopqrstuvwxyz1 first.\"\"\"\n";
const HELPER: &str = "FROM llama3.2:3b\nPARAMETER temperature 0.3\nPARAMETER stop \"a b\"\n";

fn workspace() -> Project {
    let project = Project::new();
    project.manifest(MANIFEST);
    project.file("models/support.Modelfile", SUPPORT).file("models/helper.Modelfile", HELPER);
    project
}

#[track_caller]
fn rows(output: &Output) -> Vec<Value> {
    output.success();
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{output}"))
}

#[test]
fn files_become_the_pages_json() {
    let project = workspace();
    let rows = rows(&project.run(&["export", "help*"]));
    let expected = json!([{
        "id": "helper", "base_model_id": "llama3.2:3b", "name": "helper",
        "params": { "temperature": 0.3, "stop": ["a b"] }, "meta": {}, "is_active": true,
        "access_grants": [], "access_control": {},
    }]);
    assert_eq!(json!(rows), expected);
}

#[test]
fn what_is_shared_names_nobody() {
    let project = workspace();
    let shared = project.run(&["export", "--share", "support"]);
    let rows = rows(&shared);
    assert_eq!(rows[0]["params"]["system"], "Ask for REMOVED first.");
    assert_eq!(rows[0]["meta"], json!({ "tags": [{ "name": "a" }, { "name": "b" }] }));
    assert_eq!(rows[0]["access_grants"], json!([]));
    assert!(
        shared
            .stderr
            .ends_with("left out of `support`: meta.knowledge, meta.toolIds, access, 1 that looks like a key\n"),
        "{shared}"
    );
}

#[test]
fn what_is_there_is_not_overwritten() {
    let project = workspace();
    project.run(&["export", "--out", "a.json"]).success();
    let before = project.read("a.json");
    project.file("models/helper.Modelfile", "FROM llama3.2:3b\nNAME Other\n");
    let refused = project.run(&["export", "--out", "a.json"]);
    refused.code(1);
    assert!(refused.stderr.contains("`a.json` is there already"), "{refused}");
    assert_eq!(project.read("a.json"), before);
    project.run(&["export", "--out", "a.json", "--force"]).success();
    assert!(project.read("a.json").contains("Other"));
}

#[test]
fn ollama_gets_a_file_a_model_in_the_order_in_which_they_are_created() {
    let project = workspace();
    let many = project.run(&["export", "--format", "ollama"]);
    many.code(1);
    let refused = project.run(&["export", "--format", "ollama", "--out", "plain"]);
    refused.code(1);
    assert!(refused.stderr.contains("target-cannot-hold"), "{refused}");

    project.file("models/support.Modelfile", "FROM helper\nSYSTEM \"\"\"Be kind.\"\"\"\n");
    project.file("models/odd.Modelfile", "FROM helper\nID team/odd-one:v1\n");
    let written = project.run(&["export", "--format", "ollama", "--out", "plain"]);
    written.success();
    assert_snapshot!(written.stdout, @r"
    ollama create helper -f plain/helper.Modelfile
    ollama create team/odd-one:v1 -f plain/team-odd-one-v1.Modelfile
    ollama create support -f plain/support.Modelfile
    ");
    assert_eq!(
        project.read("plain/helper.Modelfile"),
        "FROM llama3.2:3b\nPARAMETER temperature 0.3\nPARAMETER stop a b\n"
    );
    assert_eq!(fs::read_dir(project.path().join("plain")).unwrap().count(), 3);
}

#[test]
fn what_does_not_fit_is_refused_with_a_way_out() {
    let project = workspace();
    for (arguments, words) in [
        (&["export", "suport"][..], "did you mean `support`?"),
        (&["export", "--from", "local", "x"], "matches no model"),
        (&["export", "--from", "local", "--format", "ollama"], "maquette import --remote local"),
        (&["export", "--from", "nowhere"], "`nowhere`"),
        (&["export", "--format", "ollama", "--share", "helper"], "--share"),
        (&["export", "--force"], "--out"),
    ] {
        let output = project.run(arguments);
        output.code(1);
        assert!(output.stderr.contains(words), "{arguments:?}: {output}");
        assert_eq!(output.stdout, "", "{arguments:?}");
    }
}

/// A wrong form of access would make a model public on the older versions, and private on the newer ones.
#[test]
fn a_server_of_any_version_takes_an_export_and_means_the_same() {
    each_version(|version| {
        let server = exclusive_of(version);
        let desk = Desk::at(&server);
        desk.model("closed", "NAME Closed\nACCESS private\nSYSTEM hello");
        desk.model("open", "NAME Open\nACCESS public\nTAGS a");
        desk.model("team", "NAME Team\nACCESS read group:Support");
        let exported = rows(&desk.project.run(&["export"]));
        server.post(&server.admin, "/api/v1/models/import", json!({ "models": exported })).unwrap();
        let claims = ["--claim", "closed", "--claim", "open", "--claim", "team"];
        let plan = desk.plan(&[&claims[..], &["--format", "json"]].concat());
        assert_eq!(plan.planned(), ["update closed", "update open", "update team"], "{}", version.name);

        let again = rows(&desk.project.run(&["export", "--from", "chat", "closed", "open", "team"]));
        let access = |rows: &[Value]| -> Vec<[Value; 3]> {
            let mut found: Vec<_> =
                rows.iter().map(|row| ["id", "access_grants", "access_control"].map(|key| row[key].clone())).collect();
            found.sort_by_key(|found| found[0].to_string());
            found
        };
        assert_eq!(access(&again), access(&exported), "{}", version.name);
    });
}
