//! Files that Models pages exported, and folders of Modelfiles.

use serde_json::{Value, json};

use crate::project::{MANIFEST, Project};

fn workspace() -> Project {
    let project = Project::new();
    project.manifest(MANIFEST);
    project
}

fn row(id: &str) -> Value {
    json!({"id": id, "base_model_id": "llama3.2:3b", "name": "A", "params": {"system": "Be kind."}, "meta": {"description": "d"}})
}

/// What the page of each version wrote, as far as it differs.
fn shapes() -> Vec<(&'static str, Value)> {
    let with = |more: Value| {
        let mut row = row("a");
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    let user = json!({"id": "u", "name": "Ann", "email": "ann@example.com", "role": "admin", "profile_image_url": ""});
    vec![
        (
            "of 0.3: what the page showed, the row in `info`",
            json!([{"id": "a", "name": "A", "object": "model", "info": row("a")}]),
        ),
        (
            "of 0.5 and 0.6: all, with owner and access",
            json!([with(json!({
                "user_id": "u", "access_control": null, "is_active": true, "updated_at": 1, "created_at": 1, "user": user,
            }))]),
        ),
        (
            "of 0.8 and newer",
            json!([with(json!({
                "user_id": "u", "access_grants": [{"id": "x", "resource_type": "model", "resource_id": "a", "principal_type": "user",
                    "principal_id": "*", "permission": "read", "created_at": 1}], "is_active": true, "updated_at": 1, "created_at": 1,
            }))]),
        ),
        (
            "of 0.12: with a version, derived keys and a background",
            json!([with(json!({
                "access_grants": [{"principal_type": "user", "principal_id": "*", "permission": "read"}], "version_id": "v",
                "write_access": true, "background_image_data": null,
                "meta": {"description": "d", "profile_image_url": null, "capabilities": null, "chat_variables_schema": []},
            }))]),
        ),
        ("what the import endpoint takes", json!({"models": [row("a")]})),
        ("one model by itself", row("a")),
    ]
}

#[test]
fn exports_of_every_version_are_read() {
    for (what, export) in shapes() {
        let project = workspace();
        project.file("old.json", format!("\u{feff}{export}"));
        project.run(&["import", "--from", "old.json"]).success();
        let text = project.read("models/a.Modelfile");
        assert_eq!(text, "FROM llama3.2:3b\nNAME A\nDESCRIPTION d\nACCESS public\n\nSYSTEM Be kind.\n", "{what}");
        assert!(!project.path().join("maquette.claims").exists(), "{what}: there is nothing to claim");
    }
}

#[test]
fn what_is_no_export_is_refused() {
    for (text, words) in [
        ("{", "it is not JSON"),
        ("5", "it is no list of models"),
        ("{}", "entry 1 is no model"),
        ("[{\"id\": \"a\", \"content\": \"a prompt\"}]", "entry 1 is no model"),
        ("{\"models\": {}}", "its `models` is no list"),
        ("[{\"id\": \"a\", \"params\": {}}, {\"id\": \"a\", \"params\": {}}]", "two entries have the id `a`"),
    ] {
        let project = workspace();
        project.file("x.json", text);
        let output = project.run(&["import", "--from", "x.json"]);
        assert!(output.fails(1).stderr.contains(words), "{output}");
    }
    let output = workspace().run(&["import", "--from", "none.json"]);
    assert!(output.fails(1).stderr.contains("none.json"), "{output}");
}

#[test]
fn an_export_that_is_a_remote_is_imported_and_taken_over() {
    let project = workspace();
    let mut rows: Vec<Value> = vec![row("a"), row("b/c:1")];
    rows[0]["access_grants"] = json!([{"principal_type": "group", "principal_id": "g", "permission": "read"}]);
    rows[1]["access_grants"] = json!([]);
    project.file("export.json", json!(rows).to_string());
    for line in [&["import"][..], &["import", "--from", "export.json"]] {
        project.run(line).success();
        let plan = project.run(&["plan", "--format", "json"]);
        assert_eq!(plan.planned(), ["update a", "update b/c:1"]);
    }
    assert!(project.read("models/a.Modelfile").contains("ACCESS read group-id:g\n"));
    project.run(&["apply", "--auto-approve"]).success();
    assert!(project.run(&["plan"]).stdout.contains("Nothing to do"));
}

#[test]
fn models_are_chosen_by_id_tag_and_owner() {
    let project = workspace();
    let row = |id: &str, tag: &str, email: &str| {
        let mut row = row(id);
        row["meta"]["tags"] = json!([{"name": tag}]);
        row["user_id"] = json!(format!("id of {email}"));
        row["user"] = json!({"email": email, "name": "N"});
        row
    };
    let rows = [
        row("team/a", "x", "ann@example.com"),
        row("team/b", "y", "bob@example.com"),
        row("c", "x", "bob@example.com"),
    ];
    project.file("x.json", json!(rows).to_string());
    for (line, expected) in [
        (&["team/*"][..], &["team/a", "team/b"][..]),
        (&["c", "team/a"], &["c", "team/a"]),
        (&["--tag", "X"], &["c", "team/a"]),
        (&["--owner", "bob@example.com"], &["c", "team/b"]),
        (&["--owner", "id of ann@example.com", "--tag", "x"], &["team/a"]),
        (&["--owner", "nobody"], &[]),
    ] {
        let output = project.run(&[&["import", "--from", "x.json", "--dry-run", "--format", "json"], line].concat());
        let outcome: Value = serde_json::from_str(&output.stdout).unwrap();
        let ids: Vec<&str> =
            outcome["models"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{line:?}");
    }
    let output = project.run(&["import", "--from", "x.json", "team/aa"]);
    assert!(output.fails(1).stderr.contains("did you mean `team/a`?"), "{output}");
    assert_eq!(project.files().len(), 2, "nothing was written");
}

#[test]
fn files_stay_inside_whatever_they_are_called() {
    let project = workspace();
    let ids = ["../../x", "/etc/x", "..", "CON", "A", "a", "\u{1b}[31m", "x\u{202e}y"];
    let rows: Vec<Value> = ids.iter().map(|id| row(id)).collect();
    project.file("x.json", json!(rows).to_string());
    let output = project.run(&["import", "--from", "x.json", "--color", "always"]);
    output.success();
    assert!(!output.stdout.contains("\u{1b}[31m") && !output.stdout.contains('\u{202e}'), "{output}");
    assert!(output.stdout.contains("its id cannot be managed: it holds a control character"), "{output}");
    let root = project.path();
    let files: Vec<String> = project
        .files()
        .keys()
        .filter_map(|path| Some(path.strip_prefix(&root).ok()?.display().to_string()))
        .filter(|path| path.contains("Modelfile"))
        .collect();
    assert_eq!(files.len(), ids.len() - 1, "{files:?}");
    assert!(files.iter().all(|path| path.starts_with("models/") && path.matches('/').count() == 1), "{files:?}");
    project.run(&["check"]).code(0);
}

#[test]
fn folders_of_modelfiles_are_taken_in() {
    let project = workspace();
    project.file("old/Support.Modelfile", "from llama3.2:3b\nsystem be kind\n");
    project.file("old/deep/Modelfile", "FROM llama3.2:3b\n\n\n# mine\nPARAMETER temperature 0.3\n");
    project.file("old/a b.Modelfile", "FROM x\n");
    project.file("old/weights.Modelfile", "FROM ./x.gguf\n");
    project.file("old/broken.Modelfile", "FROM x\nWhat is this\n");
    let output = project.run(&["import", "--from", "old"]);
    output.success();
    assert_eq!(project.read("models/Support.Modelfile"), "FROM llama3.2:3b\nSYSTEM be kind\n");
    assert_eq!(project.read("models/deep.Modelfile"), "FROM llama3.2:3b\n\n# mine\nPARAMETER temperature 0.3\n");
    for words in ["nothing gives it an id", "it names `./x.gguf`, which lies beside it", "a line of it cannot be read"]
    {
        assert!(output.stdout.contains(words), "{words}\n{output}");
    }
    assert!(project.run(&["import", "--from", "old"]).success().stdout.contains("it is there already"));
}

#[test]
fn without_a_workspace_the_way_to_one_is_told() {
    let output = Project::new().run(&["import", "--from", "x.json"]);
    assert!(output.fails(1).stderr.contains("`maquette init` writes one"), "{output}");
}
