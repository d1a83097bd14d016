//! The whole life of models on a server.

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::server::Server;
use crate::project::{Output, Project};

const APPLY: &[&str] = &["apply", "--auto-approve"];

/// What is said of every model that the tests build on.
fn base() -> Value {
    json!({
        "template": "T {{ .Prompt }}", "system": "Be kind.", "license": ["MIT", "two\nlines"],
        "parameters": {"temperature": 0.5, "seed": 1_234_567, "stop": ["a", "b"]},
        "messages": [{"role": "user", "content": "hi"}],
    })
}

/// A server with a base model, and a workspace with one model of each kind of statement.
fn begun() -> (Server, Project) {
    let server = Server::start();
    server.seed("base", &base());
    let project = server.project();
    project.file("support.Modelfile", "FROM base\nSYSTEM Be short.\nPARAMETER temperature 0.3\nLICENSE Ours\n");
    (server, project)
}

/// Applies, and makes sure that nothing is left to do.
#[track_caller]
fn apply(project: &Project, more: &[&str]) -> Output {
    let output = project.run(&[APPLY, more].concat());
    output.success();
    settled(project);
    output
}

#[track_caller]
fn settled(project: &Project) {
    let plan = project.run(&["plan", "--detailed-exitcode"]);
    assert!(plan.success().stdout.contains("Nothing to do"), "{plan}");
}

#[track_caller]
fn says(output: &Output, words: &str) {
    assert!(output.stdout.contains(words) || output.stderr.contains(words), "`{words}` is not in\n{output}");
}

/// What the server says of a model, without the Modelfile and without the ownership mark.
fn shown(server: &Server, model: &str) -> Value {
    let mut shown = server.show(model);
    let mut parameters: Vec<String> = shown["parameters"]
        .as_str()
        .unwrap()
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    parameters.sort();
    shown["parameters"] = json!(parameters);
    let license = shown["license"].as_str().unwrap_or_default().to_owned();
    let license: Vec<&str> = license.lines().filter(|line| !line.starts_with("[Maquette")).collect();
    shown["license"] = json!(license);
    let keys = ["template", "system", "license", "parameters", "messages", "requires"];
    keys.into_iter().filter(|key| !shown[*key].is_null()).map(|key| (key, shown[key].clone())).collect()
}

#[test]
fn a_model_is_built_changed_and_deleted() {
    let (server, project) = begun();
    says(&apply(&project, &[]), "Done: 1 created, 0 updated, 0 deleted, read back and as promised.");
    assert_eq!(
        shown(&server, "support"),
        json!({
            "template": "T {{ .Prompt }}", "system": "Be short.", "license": ["MIT", "two", "lines", "Ours"],
            "parameters": ["seed 1.234567e+06", "stop \"a\"", "stop \"b\"", "temperature 0.3"],
            "messages": [{"role": "user", "content": "hi"}],
        })
    );

    project.file(
        "support.Modelfile",
        "FROM base\nTEMPLATE \"\"\"{{ .System }}\n{{ .Prompt }}\"\"\"\nPARAMETER stop x\nPARAMETER num_ctx 1048576\n\
         RENDERER qwen3.5\nPARSER qwen3.5\nREQUIRES v0.14.0\nMESSAGE user a\nMESSAGE assistant b: c\n",
    );
    says(&apply(&project, &[]), "Done: 0 created, 1 updated, 0 deleted");
    assert_eq!(
        shown(&server, "support"),
        json!({
            "template": "{{ .System }}\n{{ .Prompt }}", "system": "Be kind.", "license": ["MIT", "two", "lines"],
            "parameters": ["num_ctx 1.048576e+06", "seed 1.234567e+06", "stop \"x\"", "temperature 0.5"],
            "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b: c"}],
            "requires": "0.14.0",
        })
    );

    project.file("other.Modelfile", "FROM base\n");
    fs::remove_file(project.path().join("support.Modelfile")).unwrap();
    says(&apply(&project, &["--allow-deletes", "1"]), "Done: 1 created, 0 updated, 1 deleted");
    assert_eq!(server.names(), ["base:latest", "other:latest"]);
}

#[test]
fn models_are_built_after_those_that_they_are_built_on() {
    let (server, project) = begun();
    // In the order of their names each stands before what it is built on.
    project.file("a.Modelfile", "FROM b\nSYSTEM A.\n").file("b.Modelfile", "FROM c\nPARAMETER top_k 7\n");
    project.file("c.Modelfile", "FROM support\nLICENSE More\n");
    says(&apply(&project, &[]), "Done: 4 created");
    let a = shown(&server, "a");
    assert_eq!((&a["system"], &a["license"]), (&json!("A."), &json!(["MIT", "two", "lines", "Ours", "More"])));

    // What changes below changes everything above.
    project.file("support.Modelfile", "FROM base\nPARAMETER temperature 0.9\n");
    says(&apply(&project, &[]), "Done: 0 created, 4 updated");
    assert!(shown(&server, "a")["parameters"].as_array().unwrap().contains(&json!("temperature 0.9")));
}

#[test]
fn a_plan_shows_what_the_server_would_build() {
    let (server, project) = begun();
    let plan = project.run(&["plan"]);
    let plan = plan.success().stdout.replace(&server.port.to_string(), "[port]");
    assert_snapshot!(plan, @r#"
    Plan for gpu (ollama 0.33.0-rc2 at http://127.0.0.1:[port])

      + create support
          base: "base"
          system: "Be short."
          params.seed: 1234567
          params.stop: a, b
          params.temperature: 0.3
          files: sha256:a100206d570b…
          template: "T {{ .Prompt }}"
          messages: user: hi
          license: MIT, "two\nlines", Ours

    1 to create, 0 to update, 0 to delete; 0 unchanged.
    Written by rows: Ollama builds one model at a time.
    "#);
}

#[test]
fn what_the_base_becomes_the_model_becomes() {
    let (server, project) = begun();
    apply(&project, &[]);
    let more = json!({"model": "base", "from": "base", "system": "Be kinder.", "parameters": {"top_p": 0.5}});
    server.must("POST", "/api/create", more);
    project.file("support.Modelfile", "FROM base\n");
    let plan = project.run(&["plan", "--detailed-exitcode"]);
    for words in ["params.top_p: (default) -> 0.5", "Be kinder.", "1 to update"] {
        says(plan.code(2), words);
    }
    apply(&project, &[]);
    assert_eq!(shown(&server, "support")["system"], "Be kinder.");
}

#[test]
fn what_somebody_changes_on_the_server_is_drift() {
    let (server, project) = begun();
    apply(&project, &[]);
    // Built on what is there, so the mark goes on saying whose it is.
    let edit = json!({"model": "support", "from": "support", "system": "Be rude.", "parameters": {"top_k": 3}});
    server.must("POST", "/api/create", edit);
    let plan = project.run(&["plan"]);
    says(plan.code(1), "1 model was edited on the server since the last apply");
    says(&plan, "Be rude.");
    says(&plan, "params.top_k");
    assert!(
        project.run(&["apply", "--auto-approve", "--on-drift", "overwrite"]).success().stdout.contains("1 updated")
    );
    settled(&project);
    assert_eq!(shown(&server, "support")["system"], "Be short.");
}

#[test]
fn models_of_others_are_left_alone() {
    let (server, project) = begun();
    server.seed("support", &json!({"system": "Theirs."}));
    let before = server.show("support");
    says(project.run(&["plan"]).code(1), "is not this workspace's: somebody else made it");
    says(project.run(APPLY).code(1), "--claim support");
    assert_eq!(server.show("support")["modelfile"], before["modelfile"]);

    apply(&project, &["--claim", "support"]);
    assert_eq!(shown(&server, "support")["system"], "Be short.");

    // A copy carries the mark of what it is a copy of, and so does what is built on it: neither is ours.
    server.must("POST", "/api/copy", json!({"source": "support", "destination": "copy"}));
    server.must("POST", "/api/create", json!({"model": "kid", "from": "support"}));
    settled(&project);
    project.file("copy.Modelfile", "FROM base\n");
    says(project.run(&["plan"]).code(1), "made for another row");
    fs::remove_file(project.path().join("copy.Modelfile")).unwrap();

    project.file("other.Modelfile", "FROM base\n");
    fs::remove_file(project.path().join("support.Modelfile")).unwrap();
    apply(&project, &["--allow-deletes", "1"]);
    assert_eq!(server.names(), ["base:latest", "copy:latest", "kid:latest", "other:latest"]);
}

#[test]
fn a_rollback_puts_back_what_was_there() {
    let (server, project) = begun();
    apply(&project, &[]);
    let before = shown(&server, "support");
    project.file("support.Modelfile", "FROM base\nPARAMETER num_ctx 4096\nTEMPLATE X {{ .Prompt }}\n");
    project.file("other.Modelfile", "FROM support\n");
    apply(&project, &[]);
    project.run(&["rollback", "--auto-approve", "--allow-deletes", "1"]).success();
    assert_eq!(shown(&server, "support"), before);
    assert_eq!(server.names(), ["base:latest", "support:latest"]);
}

#[test]
fn a_renamed_model_is_built_anew_and_the_former_one_goes() {
    let (server, project) = begun();
    apply(&project, &[]);
    fs::remove_file(project.path().join("support.Modelfile")).unwrap();
    project.file("help.Modelfile", "FROM base\nMOVED support\nSYSTEM Be short.\n");
    apply(&project, &[]);
    assert_eq!(server.names(), ["base:latest", "help:latest"]);
}

#[test]
fn weights_that_go_with_their_last_model_are_told_of() {
    let (server, project) = begun();
    apply(&project, &[]);
    fs::remove_file(project.path().join("support.Modelfile")).unwrap();
    project.file("other.Modelfile", "FROM base\n");
    let plan = project.run(&["plan", "--allow-deletes", "1"]);
    assert!(
        !plan.success().stdout.contains("no other model on the server has the weights"),
        "the base has them: {plan}"
    );
    server.must("DELETE", "/api/delete", json!({"model": "base"}));
    project.file("other.Modelfile", "FROM support\n");
    let plan = project.run(&["plan", "--allow-deletes", "1"]);
    says(&plan, "no other model on the server has the weights of `support`");
}

#[test]
fn what_cannot_be_built_is_refused_before_anything_is_written() {
    let (server, project) = begun();
    for (file, words) in [
        ("FROM missing\n", "the server has no model `missing`"),
        ("FROM bass\n", "did you mean `base`?"),
        ("FROM base\nID Base:latest\n", "write `ID base`"),
        ("FROM base:latest\nID base\n", "`base:latest` is built on itself"),
        ("FROM ./model.gguf\n", "there is no `./model.gguf`"),
        ("ID a/b/c/d/e\nFROM base\n", "no name of a model"),
        ("OVERRIDE base\n", "cannot hold `OVERRIDE`"),
    ] {
        project.file("support.Modelfile", file);
        let said = project.refusal(&["plan"]);
        assert!(said.contains(words), "{file}: {said}");
    }
    assert_eq!(server.names(), ["base:latest"]);
}
