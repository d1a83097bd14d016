//! Real servers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::varied::{COUNT, rows};
use crate::apply::Desk;
use crate::server::{CLOSED_BASE, OPEN_BASE, changes, each_version, exclusive_of};

/// What a plan would do: the ids of the rows that are only marked, and everything else.
fn planned(plan: &str) -> (usize, Vec<Value>) {
    let plan: Value = serde_json::from_str(plan).unwrap();
    let all = plan["changes"].as_array().unwrap().clone();
    let is_takeover =
        |change: &Value| change["claim"] == true && change["fields"] == json!([]) && change["action"] == "update";
    let (marked, other): (Vec<Value>, Vec<Value>) = all.into_iter().partition(is_takeover);
    assert_eq!(plan["blockers"], json!([]));
    (marked.len(), other)
}

#[test]
fn rows_of_every_kind_are_imported_and_then_nothing_differs() {
    each_version(|version| {
        let server = exclusive_of(version);
        server.import_models(&server.second_admin, rows(&server.seed, &server.user.id)).unwrap();
        server.refresh_registry();
        let table = server.database().snapshot();
        let there = server.all_models();
        assert!(there.len() >= COUNT, "{}: {} rows", version.name, there.len());

        let desk = Desk::at(&server);
        desk.manifest("args = { name = \"Ann\" }\n");
        let output = desk.project.run(&["import", "--systemfile=5000", "--format", "json"]);
        output.success();
        let outcome: Value = serde_json::from_str(&output.stdout).unwrap();
        let mut fates: BTreeMap<&str, usize> = BTreeMap::new();
        for model in outcome["models"].as_array().unwrap() {
            *fates.entry(model["fate"].as_str().unwrap()).or_default() += 1;
        }
        let models = outcome["models"].as_array().unwrap().iter();
        let left_out: usize = models.filter_map(|model| model["left_out"].as_array()).map(Vec::len).sum();
        println!("{}: {} rows imported, {left_out} fields left out: {fates:?}", version.name, there.len());
        assert_eq!(fates.get("new").copied().unwrap_or_default(), there.len(), "{output}");
        assert_eq!(changes(&table, &server.database().snapshot()), [] as [String; 0], "import writes to no server");

        let plan = desk.plan(&["--format", "json"]);
        plan.success();
        let (marked, other) = planned(&plan.stdout);
        assert_eq!((marked, other), (there.len(), Vec::new()));
        assert_eq!(
            desk.project.run(&["import", "--dry-run"]).success().stdout,
            "",
            "a second import has nothing to do"
        );

        desk.applies(&[]);
        // What is used up goes.
        let output = desk.project.run(&["import"]);
        assert!(output.success().stderr.contains(&format!("; {} unchanged", there.len())), "{output}");
        assert_eq!(desk.project.read("maquette.claims"), "");
    });
}

#[test]
fn a_claim_is_for_the_row_as_it_was() {
    let server = crate::server::exclusive();
    let desk = Desk::at(&server);
    let names = |id: &str, text: &str| desk.project.read(format!("models/{id}.Modelfile")).contains(text);
    desk.project.run(&["import", crate::server::FOREIGN_PRIVATE, OPEN_BASE]).success();
    assert!(names("foreign-private", "FROM echo.small\nNAME Private\nACCESS private\n"));
    assert!(names("echo.small", "OVERRIDE echo.small\nNAME Echo small\n"));

    // Somebody edits one of them before the next apply: nothing of it is overwritten.
    server.edit_model(&server.second_admin, crate::server::FOREIGN_PRIVATE, |row| row["name"] = json!("Edited"));
    let plan = desk.plan(&[]);
    assert!(plan.fails(1).stdout.contains("was changed after it was imported"), "{plan}");
    desk.apply(&[]).fails(1);
    assert_eq!(desk.row(crate::server::FOREIGN_PRIVATE)["name"], "Edited");

    // And somebody makes another one of the same id.
    server.delete_model(&server.second_admin, crate::server::FOREIGN_PRIVATE).unwrap();
    let other = json!({"id": crate::server::FOREIGN_PRIVATE, "base_model_id": CLOSED_BASE, "name": "Mine", "params": {}, "meta": {}});
    server.create_model(&server.admin, other).unwrap();
    desk.apply(&[]).fails(1);
    assert_eq!(desk.row(crate::server::FOREIGN_PRIVATE)["name"], "Mine");

    let output = desk.project.run(&["import"]);
    assert!(output.success().stdout.contains("differs    models/foreign-private.Modelfile: base, name"), "{output}");
    desk.project.run(&["import", "--force", crate::server::FOREIGN_PRIVATE]).success();
    desk.applies(&[]);
    assert_eq!(desk.row(crate::server::FOREIGN_PRIVATE)["name"], "Mine");
}

#[test]
fn names_stand_where_ids_were_and_edits_come_back() {
    let server = crate::server::exclusive();
    let desk = Desk::at(&server);
    desk.project.run(&["import", crate::server::FOREIGN]).success();
    let path = "models/foreign-odd-1.Modelfile";
    let text = desk.project.read(path);
    assert!(text.contains("ID foreign/odd:1\n") && text.contains("ACCESS write group:Support\n"), "{text}");
    assert!(text.contains("AVATAR avatars/foreign-odd-1.gif\n") && text.contains("META odd {"), "{text}");
    desk.applies(&[]);

    let seed = &server.seed;
    server.edit_model(&server.second_admin, crate::server::FOREIGN, |row| {
        row["name"] = json!("Renamed");
        row["params"]["system"] = json!("You are even.");
        row["meta"]["tags"] = json!([{"name": "By hand"}, {"name": "New"}]);
    });
    let grant = json!([{"principal_type": "group", "principal_id": seed.sales, "permission": "read"}]);
    server.grant(&server.second_admin, crate::server::FOREIGN, &grant).unwrap();
    desk.project.run(&["adopt"]).success();
    let expected = text
        .replace("NAME Foreign \u{1f984}", "NAME Renamed")
        .replace("SYSTEM You are odd.", "SYSTEM You are even.")
        .replace("TAGS By hand", "TAGS By hand, New")
        .replace("ACCESS write group:Support", "ACCESS read group:\"Sales, EMEA\"");
    assert_eq!(desk.project.read(path), expected);
    assert!(
        desk.changes().iter().all(|line| !line.contains(':') || line == "update foreign/odd:1"),
        "{:?}",
        desk.changes()
    );
    desk.applies(&[]);
}
