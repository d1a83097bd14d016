//! Models of a server become files that mean the same.

use serde_json::json;

use super::server::Server;

#[test]
fn models_that_were_built_by_hand_are_taken_over_as_they_are() {
    let server = Server::start();
    let base = json!({
        "template": "T {{ .Prompt }}", "system": "Be kind.", "license": ["MIT", "two\nlines"],
        "parameters": {"temperature": 0.5, "num_ctx": 1_048_576, "stop": ["a", "b"]},
        "messages": [{"role": "user", "content": "hi"}],
    });
    server.seed("base", &base);
    let by_hand = json!({
        "model": "support", "from": "base", "system": "He said \"hi\"\nand left", "license": "Ours\n\"\"",
        "parameters": {"seed": 1_234_567, "temperature": 0.3, "stop": [" x", "\"y"]}, "requires": "0.14.0",
        "renderer": "qwen3.5", "parser": "qwen3.5", "template": "{{ .System }}\n{{ .Prompt }}",
        "messages": [{"role": "user", "content": "a: b"}, {"role": "assistant", "content": "c\nd"}],
    });
    server.must("POST", "/api/create", by_hand);
    server.must("POST", "/api/create", json!({"model": "acme/kid:v1", "from": "support", "system": "Be short."}));
    let before = [server.show("support"), server.show("acme/kid:v1")];

    let project = server.project();
    let imported = project.run(&["import", "support", "acme/kid:v1"]);
    imported.success();
    let plan = project.run(&["plan"]);
    assert!(plan.success().stdout.contains("0 to create, 2 to update, 0 to delete"), "{imported}\n{plan}");
    project.run(&["apply", "--auto-approve"]).success();
    assert!(project.run(&["plan"]).success().stdout.contains("Nothing to do"));
    for (before, model) in before.iter().zip(["support", "acme/kid:v1"]) {
        let after = server.show(model);
        for key in ["system", "template", "messages", "requires"] {
            assert_eq!(after[key], before[key], "{key} of {model}");
        }
        let sorted = |text: &serde_json::Value| {
            let mut lines: Vec<String> = text.as_str().unwrap().lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&after["parameters"]), sorted(&before["parameters"]), "{model}");
    }
    // What was pulled or built from weights is not built on anything that a file could name.
    let refused = project.run(&["import", "base"]);
    let said = format!("{}{}", refused.stdout, refused.stderr);
    assert!(said.contains("base") && !project.path().join("base.Modelfile").exists(), "{refused}");
}
