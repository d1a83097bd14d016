//! `maquette ollama`, and `maquette models` on an Ollama server.

use serde_json::{Value, json};

use super::fake::Fake;
use super::server::Server;
use crate::project::{Output, Project};

/// A server with a base model and one that is managed, and the workspace of that.
fn begun(server: Server) -> (Server, Project) {
    server.seed("base", &json!({"system": "Be kind."}));
    let project = server.project();
    project.file("support.Modelfile", "FROM base\nSYSTEM Be short.\n");
    project.run(&["apply", "--auto-approve"]).success();
    (server, project)
}

#[track_caller]
fn says(output: &Output, words: &str) {
    assert!(output.stdout.contains(words) || output.stderr.contains(words), "`{words}` is not in\n{output}");
}

#[test]
fn models_are_listed() {
    let (_server, project) = begun(Server::start());
    let listed = project.run(&["ollama", "ls"]);
    let lines: Vec<&str> = listed.success().stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{listed}");
    assert!(lines[0].starts_with("name") && lines[1].starts_with("base:latest"), "{listed}");
    assert!(lines[2].starts_with("support:latest") && lines[2].contains(" base:latest"), "{listed}");
    let json: Value =
        serde_json::from_str(&project.run(&["ollama", "ls", "--format", "json"]).success().stdout).unwrap();
    assert_eq!((&json[0]["name"], &json[1]["name"]), (&json!("base:latest"), &json!("support:latest")));
    says(project.run(&["ollama", "ps"]).success(), "No model is in memory.");
    assert_eq!(project.run(&["ollama", "ps", "--format", "json"]).success().stdout.trim(), "[]");
}

#[test]
fn a_model_is_shown_as_a_file_of_which_nothing_differs() {
    let (server, project) = begun(Server::start());
    project.file(
        "support.Modelfile",
        "FROM base\nSYSTEM \"\"\"He said \"hi\"\nand left\"\"\"\nPARAMETER num_ctx 1048576\nPARAMETER stop \" x\"\nREQUIRES 0.14.0\nLICENSE Ours\n\
         RENDERER qwen3.5\nPARSER qwen3.5\nMESSAGE user a: b\n",
    );
    project.run(&["apply", "--auto-approve"]).success();
    let shown = project.run(&["ollama", "show", "support:latest"]);
    project.file("support.Modelfile", &shown.success().stdout);
    says(project.run(&["plan"]).success(), "Nothing to do");
    let json = project.run(&["ollama", "show", "support", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.success().stdout).unwrap();
    assert_eq!(json["show"]["requires"], "0.14.0");
    says(project.run(&["ollama", "show", "base"]).code(1), "`FROM base` in a file builds on it");
    says(project.run(&["ollama", "show", "suport"]).code(1), "did you mean `support`?");
    drop(server);
}

#[test]
fn a_server_is_examined() {
    let (_server, project) = begun(Server::start());
    let found = project.run(&["doctor"]);
    for words in ["Ollama 0.", "2 can be read", "no model is loaded"] {
        says(found.success(), words);
    }
}

#[test]
fn a_copy_overwrites_nothing_unasked() {
    let (server, project) = begun(Server::start());
    project.run(&["ollama", "cp", "support", "copy"]).success();
    assert_eq!(server.show("copy")["system"], "Be short.");
    says(project.run(&["ollama", "cp", "base", "copy"]).code(1), "the server has a model `copy` already");
    assert_eq!(server.show("copy")["system"], "Be short.");
    project.run(&["ollama", "cp", "base", "copy", "--force"]).success();
    assert_eq!(server.show("copy")["system"], "Be kind.");
    says(project.run(&["ollama", "cp", "absent", "x"]).code(1), "the server has no model `absent`");
}

#[test]
fn a_model_is_taken_out_of_memory() {
    let (_server, project) = begun(Server::start());
    says(project.run(&["ollama", "stop", "base"]).success(), "`base` is no longer in memory");
    says(project.run(&["ollama", "stop", "absent"]).code(1), "the server has no model `absent`");
}

#[test]
fn what_the_server_fetches_is_told_as_it_comes() {
    let (_server, project) = begun(Server::of(Fake::start()));
    let pulled = project.run(&["ollama", "pull", "llama3.2"]);
    says(pulled.success(), "the server has `llama3.2` now");
    let told: Vec<&str> = pulled.stderr.lines().collect();
    assert_eq!(told, ["pulling manifest", "pulling bbbbbbbbbbbb", "success", "the server has `llama3.2` now"]);
    let lines = project.run(&["ollama", "push", "acme/support", "--format", "json"]);
    let lines: Vec<Value> = lines.success().stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[2]["completed"], &lines[3]["status"]), (&json!(100), &json!("success")));
    says(project.run(&["ollama", "pull", "absent"]).code(1), "pull model manifest: file does not exist");
}

#[test]
fn which_server_is_meant() {
    let (server, project) = begun(Server::of(Fake::start()));
    let manifest = project.read("maquette.toml");
    project.manifest(&format!("{manifest}\n[remotes.export]\nkind = \"file\"\npath = \"x.json\"\n"));
    project.run(&["ollama", "ls"]).success();
    says(project.run(&["ollama", "ls", "--remote", "export"]).code(1), "is of kind `file`, and not an Ollama server");
    says(project.run(&["ollama", "ls", "--remote", "gpo"]).code(1), "did you mean `gpu`?");
    project.manifest(&format!("{manifest}\n[remotes.b]\nkind = \"ollama\"\nurl = \"127.0.0.1:{}\"\n", server.port));
    says(project.run(&["ollama", "ls"]).code(1), "choose one with `--remote`: `gpu`, `b`");
    project.manifest(manifest.split("[remotes").next().unwrap());
    says(project.run(&["ollama", "ls"]).code(1), "the manifest has no remote of kind `ollama`");
}

#[test]
fn single_models_are_looked_at_and_deleted_as_on_every_remote() {
    let (server, project) = begun(Server::start());
    says(project.run(&["models", "ls"]).success(), "support");
    says(project.run(&["models", "show", "support"]).success(), "Be short.");
    says(project.run(&["models", "diff", "support", "base"]).code(2), "Be kind.");
    says(project.run(&["ollama", "rm", "support", "--yes"]).code(1), "is this workspace's");
    project.run(&["ollama", "rm", "support", "--yes", "--allow-managed"]).success();
    assert_eq!(server.names(), ["base:latest"]);
    let last = project.run(&["ollama", "rm", "base", "--yes"]);
    says(last.success(), "no other model on the server has the weights of `base`");
    assert_eq!(server.names(), [""; 0]);
}
