//! The whole life of models that both servers hold.

use insta::assert_snapshot;
use serde_json::json;

use super::scene::{SUPPORT, Scene, ollama};
use crate::server::{Version, exclusive, exclusive_of};

/// What is built is the base model's own row, whatever the server's version.
#[test]
fn a_model_is_built_and_shown_changed_and_deleted() {
    for version in ["0.12.4", "0.6.43"] {
        let front = exclusive_of(Version::of(version));
        let nodes = [ollama()];
        let scene = Scene::of(&front, &nodes, &json!({}));
        scene.file("support", SUPPORT);
        scene.file("team", "FROM support\nNAME Team\nDESCRIPTION Ours\nACCESS public\n");
        scene.file("plain", "FROM base\nSYSTEM Be plain.\n");
        let plan = scene.project.run(&["plan"]);
        let shown = plan
            .success()
            .stdout
            .replace(&nodes[0].url(), "[gpu]")
            .replace(&front.url, "[chat]")
            .replace(version, "[version]");
        insta::allow_duplicates! {
        assert_snapshot!(shown, @r#"
        Plan for gpu-0 (ollama 0.33.0-rc2 at [gpu])

          + create support
              base: "base"
              system: "Be short."
              params.temperature: 0.3
              files: sha256:a100206d570b…
              template: "{{ .System }} {{ .Prompt }}"

        1 to create, 0 to update, 0 to delete; 0 unchanged.
        Written by rows: Ollama builds one model at a time.
        Plan for chat (open-webui [version] at [chat])

          + create plain
              base: "base:latest"
              name: "plain"
              system: "Be plain."
              access: private

          + create support:latest
              name: "Support"
              params.function_calling: "native"
              access: public
              meta.tags: help
              meta.toolIds: clock

          + create team
              base: "support:latest"
              name: "Team"
              params.function_calling: "native"
              access: public
              meta.description: "Ours"
              meta.toolIds: clock

        3 to create, 0 to update, 0 to delete; 0 unchanged.
        Written by rows: the remote is not exclusive: rows that others make meanwhile stay safe.
        Carried out after what is built on gpu-0, and before what is deleted there.
        "#);
        }

        scene.applies(&[]);
        assert_eq!(nodes[0].names(), ["base:latest", "support:latest"], "{version}: the others are presets");
        let shown = nodes[0].show("support");
        assert_eq!(
            (&shown["system"], &shown["template"]),
            (&json!("Be short."), &json!("{{ .System }} {{ .Prompt }}"))
        );
        let row = scene.row("support:latest");
        assert_eq!((&row["base_model_id"], &row["name"]), (&json!(null), &json!("Support")));
        assert_eq!(
            row["params"],
            json!({"function_calling": "native"}),
            "{version}: what Ollama holds is not said again"
        );
        assert_eq!(row["meta"]["toolIds"], json!(["clock"]));
        assert!(!scene.has_row("support"), "{version}: there is no preset beside it");
        let team = scene.row("team");
        assert_eq!(
            (&team["base_model_id"], &team["params"]),
            (&json!("support:latest"), &json!({"function_calling": "native"}))
        );
        assert_eq!(
            team["meta"]["toolIds"],
            json!(["clock"]),
            "{version}: what Ollama does not know is handed down here"
        );
        assert_eq!(scene.row("plain")["base_model_id"], "base:latest");

        // Only what differs is written, and only where it differs.
        scene.file("support", &SUPPORT.replace("Be short.", "Be brief.").replace("NAME Support", "NAME Help"));
        assert_eq!(scene.changes(), ["gpu-0: update support: system", "chat: update support:latest: name"]);
        scene.applies(&[]);
        scene.file("support", &SUPPORT.replace("Be short.", "Be brief."));
        assert_eq!(scene.changes(), ["chat: update support:latest: name"]);
        scene.applies(&["--target", "support"]);

        scene.remove("support").file("team", "FROM base\nNAME Team\n");
        assert_eq!(
            scene.changes(),
            [
                "gpu-0: delete support: ",
                "chat: update team: base params.function_calling access meta.description meta.toolIds",
                "chat: delete support:latest: "
            ]
        );
        let output = scene.apply(&["--allow-deletes", "1"]);
        output.success();
        scene.is_settled();
        assert_eq!(nodes[0].names(), ["base:latest"]);
        assert!(!scene.has_row("support:latest"), "{version}");
    }
}

#[test]
fn edits_on_either_side_are_told_and_put_back() {
    let front = exclusive();
    let nodes = [ollama()];
    let scene = Scene::of(&front, &nodes, &json!({}));
    scene.file("support", SUPPORT);
    scene.applies(&[]);
    front.edit_model(&front.second_admin, "support:latest", |row| row["name"] = json!("Theirs"));
    nodes[0].must("POST", "/api/create", json!({"model": "support", "from": "support", "system": "Theirs."}));
    let drift = scene.project.run(&["drift"]);
    drift.code(2);
    for words in ["Drift of gpu-0", "Drift of chat", "name: \"Theirs\" -> \"Support\"", "Theirs."] {
        assert!(drift.stdout.contains(words), "{words}: {drift}");
    }
    let refused = scene.apply(&[]);
    refused.fails(1);
    assert!(refused.stderr.contains("gpu-0: the plan cannot be applied"), "{refused}");
    scene.apply(&["--on-drift", "overwrite"]).success();
    scene.is_settled();
    // What was edited in Open WebUI goes into the file, which knows it by its own id.
    front.edit_model(&front.second_admin, "support:latest", |row| row["name"] = json!("Theirs"));
    scene.project.run(&["adopt", "--remote", "chat"]).success();
    assert!(scene.project.read("support.Modelfile").contains("NAME Theirs"));
    scene.applies(&[]);
}

#[test]
fn what_belongs_to_others_is_left_alone_on_both_sides() {
    let front = exclusive();
    let nodes = [ollama()];
    nodes[0].seed("support", &json!({"system": "Not ours."}));
    let scene = Scene::of(&front, &nodes, &json!({}));
    scene.file("support", SUPPORT);
    let refused = scene.apply(&[]);
    refused.fails(1);
    for words in ["gpu-0: the plan cannot be applied", "chat: nothing was written, because `gpu-0` belongs to it"] {
        assert!(refused.stderr.contains(words), "{words}: {refused}");
    }
    assert_eq!(nodes[0].show("support")["system"], "Not ours.");
    assert!(!scene.has_row("support:latest"));

    // The row in front is somebody's, and so nothing is built behind it either.
    let theirs = json!({"id": "support:latest", "base_model_id": null, "name": "T", "params": {}, "meta": {}, "access_grants": []});
    front.create_model(&front.second_admin, theirs).unwrap();
    let refused = scene.apply(&["--claim", "support"]);
    refused.fails(1);
    assert!(refused.stderr.contains("gpu-0: nothing was written, because `chat` belongs to it"), "{refused}");
    assert_eq!(nodes[0].show("support")["system"], "Not ours.");
    scene.apply(&["--claim", "support", "--claim", "support:latest"]).success();
    scene.is_settled();
}

#[test]
fn a_preset_becomes_a_model_that_is_built() {
    let front = exclusive();
    let nodes = [ollama()];
    let scene = Scene::of(&front, &nodes, &json!({"0": {"prefix_id": "gpu"}}));
    scene.file("support", "FROM gpu.base:latest\nNAME Support\nSYSTEM Be short.\nACCESS public\n");
    scene.applies(&[]);
    assert_eq!(scene.row("support")["params"]["system"], "Be short.");
    scene.file("support", "FROM base\nNAME Support\nSYSTEM Be short, {{USER_NAME}}.\nLICENSE MIT\nACCESS public\n");
    scene.applies(&[]);
    assert!(!scene.has_row("support"), "it goes by the id that the server lists now");
    let row = scene.row("gpu.support:latest");
    assert_eq!(row["params"], json!({"system": "Be short, {{USER_NAME}}."}), "only Open WebUI fills the variable in");
    assert_eq!(nodes[0].show("support")["system"], "Be kind.");
}

#[test]
fn a_saved_plan_holds_both_parts() {
    let front = exclusive();
    let nodes = [ollama()];
    let scene = Scene::of(&front, &nodes, &json!({}));
    scene.file("support", SUPPORT);
    scene.project.run(&["plan", "--out", "plan.json"]).success();
    scene.project.run(&["apply", "plan.json", "--auto-approve"]).success();
    scene.is_settled();
    for format in ["markdown", "html"] {
        scene.file("support", &SUPPORT.replace("Be short.", "Be brief.").replace("NAME Support", "NAME Help"));
        let plan = scene.project.run(&["plan", "--format", format]);
        assert!(plan.success().stdout.contains("Carried out after what is built on"), "{plan}");
    }
    let doctor = scene.project.run(&["doctor"]);
    assert!(doctor.success().stdout.contains("gpu-0"), "{doctor}");
}

#[test]
fn what_fails_on_ollama_keeps_open_webui_waiting() {
    use super::super::fake::Fake;
    use super::super::server::Server as Ollama;
    let front = exclusive();
    let fake = Fake::start();
    let state = std::sync::Arc::clone(&fake.state);
    let nodes = [ollama(), Ollama::of(fake)];
    nodes[1].seed("base", &json!({"system": "Other."}));
    let scene = Scene::of(&front, &nodes, &json!({}));
    scene.file("support", SUPPORT);
    state.lock().unwrap().fault =
        Some(Box::new(|path, _| (path == "POST /api/create").then(|| (500, "{\"error\": \"no room\"}".to_owned()))));
    let output = scene.apply(&[]);
    output.fails(1);
    for words in ["failed: create support", "no room", "Done: 1 created"] {
        assert!(output.stdout.contains(words), "{words}: {output}");
    }
    assert!(output.stderr.contains("chat: nothing was written here, because `gpu-1` is not finished"), "{output}");
    assert!(!scene.has_row("support:latest"));
    assert_eq!(nodes[0].names(), ["base:latest", "support:latest"], "what is done stays done");

    state.lock().unwrap().fault = None;
    assert_eq!(scene.changes().len(), 2, "{:?}", scene.changes());
    scene.applies(&[]);

    // A row that cannot be deleted keeps what is behind it.
    scene.remove("support").file("other", "FROM base\n");
    scene.manifest("[guard.policy]\ndestructive = \"forbid\"", &[]);
    let output = scene.apply(&["--allow-deletes", "1"]);
    output.fails(1);
    assert_eq!(nodes[0].names(), ["base:latest", "support:latest"], "{output}");
}

#[test]
fn the_example_is_applied_as_it_stands() {
    let front = exclusive();
    let nodes = [ollama()];
    nodes[0].seed("llama3.2:3b", &json!({}));
    let scene = Scene::of(&front, &nodes, &json!({}));
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/both-servers");
    let read = |file: &str| std::fs::read_to_string(example.join(file)).unwrap();
    let manifest = read("maquette.toml").replace("http://127.0.0.1:8080\"", &format!("{}\"", front.url));
    scene.project.manifest(&manifest.replace("127.0.0.1:11434", &nodes[0].url()));
    for model in ["models/support.Modelfile", "models/sales.Modelfile"] {
        scene.project.file(model, read(model));
    }
    let check = scene.project.run(&["check", "--fail-on", "warning"]);
    check.success();
    scene.applies(&[]);
    assert_eq!(scene.row("support:latest")["name"], "Support");
    assert_eq!(scene.row("sales")["base_model_id"], "support:latest");
    let doctor = scene.project.run(&["doctor"]);
    assert!(doctor.success().stdout.contains("`gpu` is its connection 0"), "{doctor}");

    // A preset of somebody else's would lose its base.
    let preset = json!({"id": "theirs", "base_model_id": "support:latest", "name": "T", "params": {}, "meta": {}, "access_grants": []});
    front.create_model(&front.second_admin, preset).unwrap();
    for model in ["models/support.Modelfile", "models/sales.Modelfile"] {
        std::fs::remove_file(scene.project.path().join(model)).unwrap();
    }
    scene.project.file("models/plain.Modelfile", "FROM llama3.2:3b\n");
    let plan = scene.project.run(&["plan", "--allow-deletes", "2"]);
    let words = "`support:latest` would be deleted on Ollama, and is the base of `theirs`";
    assert!(plan.success().stdout.contains(words), "{plan}");
}
