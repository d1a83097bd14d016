//! An Ollama that can only be reached through Open WebUI.

use serde_json::json;

use super::scene::{SUPPORT, Scene, ollama};
use crate::server::{Server, Version, exclusive, exclusive_of};

/// What the manifest says of an Ollama behind the connection of that number.
fn through(front: &Server, node: usize) -> String {
    format!("url = \"{}/ollama\"\nnode = {node}", front.url)
}

#[test]
fn models_are_built_changed_and_deleted_through_open_webui() {
    for version in ["0.12.4", "0.6.43"] {
        let front = exclusive_of(Version::of(version));
        // The second one has the same base, and a model of its own.
        let nodes = [ollama(), ollama()];
        nodes[1].seed("other", &json!({"system": "Other."}));
        let scene = Scene::of(&front, &nodes, &json!({}));
        scene.manifest("", &[&through(&front, 0), &through(&front, 1)]);
        scene
            .project
            .file("maquette.toml", scene.project.read("maquette.toml").replace("\"gpu-0\", \"gpu-1\"", "\"gpu-0\""));
        scene.file("support", SUPPORT);
        let to = ["--remote", "chat"];
        scene.apply(&to).success();
        assert_eq!(nodes[0].names(), ["base:latest", "support:latest"], "{version}");
        assert_eq!(nodes[1].names(), ["base:latest", "other:latest"], "{version}");
        assert_eq!(scene.row("support:latest")["name"], "Support");
        scene.file("support", &SUPPORT.replace("Be short.", "Be brief."));
        scene.apply(&to).success();
        assert_eq!(nodes[0].show("support")["system"], "Be brief.");
        scene.project.run(&["plan", "--remote", "chat", "--detailed-exitcode"]).success();

        let ollama = |arguments: &[&str]| scene.project.run(&[&["ollama"], arguments, &["--remote", "gpu-0"]].concat());
        assert!(ollama(&["ls"]).success().stdout.contains("support:latest"));
        ollama(&["cp", "support", "copy"]).success();
        ollama(&["rm", "copy", "--yes", "--allow-managed"]).success();
        ollama(&["pull", "base"]).success();
        ollama(&["stop", "support"]).success();
        let pushed = ollama(&["push", "support"]);
        assert!(pushed.code(1).stderr.contains("through Open WebUI"), "{pushed}");

        scene.remove("support").file("plain", "FROM base\n");
        scene.apply(&["--remote", "chat", "--allow-deletes", "1"]).success();
        assert_eq!(nodes[0].names(), ["base:latest"], "{version}");
    }
}

#[test]
fn what_does_not_pass_is_told_before_anything_is_written() {
    let front = exclusive();
    let nodes = [ollama(), ollama()];
    let scene = Scene::of(&front, &nodes, &json!({}));
    let refusal = |more: &[&str]| {
        scene.manifest("", more);
        let output = scene.project.run(&["plan", "--remote", "gpu-0"]);
        output.fails(1);
        format!("{output}")
    };
    let through = [through(&front, 0), through(&front, 1)];
    let through: Vec<&str> = through.iter().map(String::as_str).collect();
    for (id, file, words) in [
        ("w", "FROM ./model.gguf\n", "weights cannot be sent through Open WebUI"),
        ("a", "FROM base\nADAPTER ./lora.gguf\n", "an adapter cannot be sent through Open WebUI"),
    ] {
        scene.file(id, file);
        scene.project.file("model.gguf", "GGUF").file("lora.gguf", "GGUF");
        let said = refusal(&through);
        assert!(said.contains(words), "{words}: {said}");
        scene.remove(id);
    }
    scene.file("support", SUPPORT);
    let said = refusal(&[&format!("url = \"{}/ollama\"", front.url)]);
    assert!(said.contains("`node = 0` is the first"), "{said}");

    nodes[1].seed("support", &json!({}));
    nodes[0].seed("support", &json!({}));
    let said = refusal(&through);
    assert!(said.contains("several of Open WebUI's Ollama servers have `support`"), "{said}");
    nodes[1].seed("base", &json!({"system": "Another."}));
    let said = refusal(&through);
    assert!(said.contains("which differ"), "{said}");
}

#[test]
fn a_connection_with_a_prefix_is_not_looked_through() {
    let front = exclusive();
    let nodes = [ollama()];
    let scene = Scene::of(&front, &nodes, &json!({"0": {"prefix_id": "gpu"}}));
    scene.manifest("", &[&through(&front, 0)]);
    scene.file("support", SUPPORT);
    let output = scene.project.run(&["plan"]);
    output.fails(1);
    assert!(format!("{output}").contains("its connection has a prefix"), "{output}");
}
