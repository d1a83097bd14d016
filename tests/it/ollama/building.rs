//! Models that are built from files of this machine.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::fake::{Fake, State};
use super::gguf;
use super::server::Server;
use crate::project::{Output, Project};

const APPLY: &[&str] = &["apply", "--auto-approve"];

#[track_caller]
fn says(output: &Output, words: &str) {
    assert!(output.stdout.contains(words) || output.stderr.contains(words), "`{words}` is not in\n{output}");
}

/// Applies, and makes sure that nothing is left to do.
#[track_caller]
fn apply(project: &Project) -> Output {
    let output = project.run(APPLY);
    output.success();
    let plan = project.run(&["plan", "--detailed-exitcode"]);
    assert!(plan.success().stdout.contains("Nothing to do"), "{plan}");
    output
}

/// A small server, what it keeps, and a workspace.
fn begun() -> (Server, Project, Arc<Mutex<State>>) {
    let fake = Fake::start();
    let state = Arc::clone(&fake.state);
    let server = Server::of(fake);
    let project = server.project();
    (server, project, state)
}

/// How often each kind of thing was asked for since the last time.
fn asked(state: &Mutex<State>, what: &str) -> usize {
    state.lock().unwrap().heard.iter().filter(|(asked, _)| asked.starts_with(what)).count()
}

fn forget(state: &Mutex<State>) {
    state.lock().unwrap().heard.clear();
}

#[test]
fn a_model_is_built_from_a_file_and_an_adapter() {
    let server = Server::start();
    let project = server.project();
    project.file("models/weights/base.gguf", gguf::model()).file("models/lora.gguf", gguf::adapter());
    project.file("models/tuned.Modelfile", "FROM ./weights/base.gguf\nADAPTER ./lora.gguf\nSYSTEM Be short.\n");
    project.file("models/kid.Modelfile", "FROM tuned\nPARAMETER top_k 3\n");
    says(&apply(&project), "Done: 2 created");
    let shown = server.show("tuned");
    assert_eq!(shown["system"], "Be short.");
    assert!(shown["modelfile"].as_str().unwrap().contains("\nADAPTER "), "{shown}");
    assert_eq!(server.show("kid")["system"], "Be short.");

    // What is said of it changes, and the weights stay.
    project.file("models/tuned.Modelfile", "FROM ./weights/base.gguf\nADAPTER ./lora.gguf\n");
    says(&apply(&project), "Done: 0 created, 2 updated");
    assert_eq!(server.show("tuned")["system"], Value::Null);
    assert!(server.show("tuned")["modelfile"].as_str().unwrap().contains("\nADAPTER "));

    // And back, with what the server has.
    project.run(&["rollback", "--auto-approve"]).success();
    assert_eq!(server.show("tuned")["system"], "Be short.");
    apply(&project);

    // Other weights, and no adapter.
    project
        .file("models/weights/base.gguf", gguf::other())
        .file("models/tuned.Modelfile", "FROM ./weights/base.gguf\n");
    let plan = project.run(&["plan"]);
    says(plan.success(), "files: sha256:a100206d570b… -> sha256:");
    apply(&project);
    assert!(!server.show("kid")["modelfile"].as_str().unwrap().contains("\nADAPTER "));
}

#[test]
fn files_are_sent_once_and_only_if_the_server_lacks_them() {
    let (_server, project, state) = begun();
    state.lock().unwrap().rewrites = true;
    project.file("base.gguf", gguf::model()).file("a.Modelfile", "FROM ./base.gguf\nSYSTEM A.\n");
    project.file("b.Modelfile", "FROM ./base.gguf\nSYSTEM B.\n");
    project.run(&["plan"]).success();
    assert_eq!(asked(&state, "POST /api/blobs") + asked(&state, "HEAD"), 0, "a preview sends nothing");
    apply(&project);
    assert_eq!((asked(&state, "POST /api/blobs"), asked(&state, "POST /api/create")), (1, 2));

    // The server throws away what no model needs, and what it made of the file stays.
    let digest = super::server::digest(&gguf::model());
    assert!(state.lock().unwrap().blobs.remove(&digest).is_some());
    forget(&state);
    apply(&project);
    assert_eq!((asked(&state, "HEAD"), asked(&state, "POST /api/create")), (0, 0), "nothing is to do");
    project.file("a.Modelfile", "FROM ./base.gguf\nSYSTEM C.\n");
    apply(&project);
    assert_eq!((asked(&state, "POST /api/blobs"), asked(&state, "POST /api/create")), (0, 1));

    project.file("base.gguf", gguf::other());
    forget(&state);
    says(&apply(&project), "Done: 0 created, 2 updated");
    assert_eq!((asked(&state, "POST /api/blobs"), asked(&state, "POST /api/create")), (1, 2));
}

#[test]
fn what_the_server_takes_from_the_weights_is_left_to_it() {
    let (server, project, state) = begun();
    state.lock().unwrap().rewrites = true;
    project.file("base.gguf", gguf::templated()).file("mmproj.gguf", gguf::projector());
    project.file("support.Modelfile", "FROM ./base.gguf\nFROM ./mmproj.gguf\n");
    project.file("kid.Modelfile", "FROM support\nSYSTEM Be short.\n");
    apply(&project);
    let shown = server.show("kid");
    assert_eq!((&shown["template"], &shown["system"]), (&json!("DETECTED {{ .Prompt }}"), &json!("Be short.")));
    assert!(shown["parameters"].as_str().unwrap().contains("<|end|>"), "{shown}");

    // What a file says counts, and goes with it.
    project.file("support.Modelfile", "FROM ./base.gguf\nFROM ./mmproj.gguf\nTEMPLATE Own {{ .Prompt }}\n");
    apply(&project);
    assert_eq!(server.show("kid")["template"], "Own {{ .Prompt }}");
    project.file("support.Modelfile", "FROM ./base.gguf\nFROM ./mmproj.gguf\n");
    apply(&project);
    assert_eq!(server.show("kid")["template"], "DETECTED {{ .Prompt }}");
    project.file("support.Modelfile", "FROM ./base.gguf\nFROM ./mmproj.gguf\nTEMPLATE {{ .Prompt }}\n");
    apply(&project);
    assert_eq!(server.show("support")["template"], "{{ .Prompt }}");
}

#[test]
fn a_folder_of_safetensors_and_a_draft_are_sent_file_by_file() {
    let (server, project, state) = begun();
    let safetensors = b"\x02\0\0\0\0\0\0\0{}";
    project.file("m/model.safetensors", safetensors).file("m/config.json", "{}").file("m/README.md", "not sent");
    project.file("draft.gguf", gguf::other()).file("support.Modelfile", "FROM ./m\nDRAFT ./draft.gguf\n");
    apply(&project);
    let state = state.lock().unwrap();
    let (_, body) = state.heard.iter().find(|(asked, _)| asked == "POST /api/create").unwrap();
    let names: Vec<&String> = body["files"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["config.json", "model.safetensors"]);
    drop(state);
    assert!(server.show("support")["modelfile"].as_str().unwrap().contains("\nDRAFT "));
}

#[test]
fn an_interrupted_upload_goes_on_where_it_was() {
    let (server, project, state) = begun();
    let safetensors = b"\x02\0\0\0\0\0\0\0{}";
    project
        .file("m/model.safetensors", safetensors)
        .file("m/config.json", "{ }")
        .file("support.Modelfile", "FROM ./m\n");
    let weights = super::server::digest(safetensors);
    let path = format!("POST /api/blobs/{weights}");
    let answer = |status: u16, text: &'static str| {
        let path = path.clone();
        let fault = move |asked: &str, _: &Value| (asked == path).then(|| (status, text.to_owned()));
        state.lock().unwrap().fault = Some(Box::new(fault));
        project.run(APPLY)
    };
    says(answer(500, "{\"error\":\"no space left on device\"}").code(1), "no space left on device");
    assert_eq!(asked(&state, "POST /api/blobs"), 2);
    forget(&state);
    says(answer(201, "").code(1), "it took the file and does not have it");
    assert_eq!(asked(&state, "POST /api/blobs"), 1, "what the server has is not sent again");
    says(answer(413, "<html>Request Entity Too Large</html>").code(1), "client_max_body_size");
    let mismatch = "{\"error\":\"digest mismatch, expected \\\"a\\\", got \\\"b\\\"\"}";
    says(answer(400, mismatch).code(1), "has changed since it was read; run the command again");
    assert_eq!(server.names(), [""; 0]);
    state.lock().unwrap().fault = None;
    forget(&state);
    apply(&project);
    assert_eq!(asked(&state, "POST /api/blobs"), 1);
}

#[test]
fn what_a_server_could_not_use_is_told_before_anything_is_sent() {
    let (_server, project, state) = begun();
    let cut = gguf::model();
    project
        .file("cut.gguf", &cut[..cut.len() - 40])
        .file("pointer.gguf", "version https://git-lfs.github.com/spec/v1\n");
    project.file("secret.txt", "hunter2").file("empty/README.md", "x").file("lora.gguf", gguf::adapter());
    for (file, words) in [
        ("FROM ./cut.gguf\n", "is cut off: it has"),
        ("FROM ./pointer.gguf\n", "is a pointer of git lfs"),
        ("FROM ./secret.txt\n", "secret.txt` holds no weights"),
        ("FROM ./empty\n", "empty` holds no weights"),
        ("FROM ./absent.gguf\n", "there is no `./absent.gguf`"),
        ("FROM ~nobody/x.gguf\n", "is in a home folder that is not known here"),
        ("FROM base\nADAPTER ./absent\n", "there is no `./absent`"),
        ("FROM x:cloud\nADAPTER ./lora.gguf\n", "ollama drops `ADAPTER`"),
    ] {
        project.file("support.Modelfile", file);
        let said = project.refusal(&["plan"]);
        assert!(said.contains(words) && said.matches("  × ").count() == 1, "{file}: {said}");
    }
    assert_eq!(asked(&state, "POST /api/blobs"), 0);
}

#[test]
fn weights_are_quantized_where_the_manifest_says_so() {
    let (server, project, state) = begun();
    let manifest = project.read("maquette.toml");
    project.file("base.gguf", gguf::model()).file("support.Modelfile", "FROM ./base.gguf\n");
    let quantized = |id: &str| project.manifest(&format!("{manifest}quantize = {{ {id} = \"Q4_K_M\" }}\n"));
    quantized("suport");
    says(project.run(&["plan"]).code(1), "did you mean `support`?");
    quantized("support");
    apply(&project);
    assert_eq!(server.show("support")["details"]["quantization_level"], "Q4_K_M");
    // What is said of it changes: it is not quantized again.
    project.file("support.Modelfile", "FROM ./base.gguf\nSYSTEM A.\n");
    forget(&state);
    apply(&project);
    let again = state.lock().unwrap().heard.iter().filter(|(_, body)| !body["quantize"].is_null()).count();
    assert_eq!((again, asked(&state, "POST /api/blobs")), (0, 0));
    project.manifest(&manifest);
    apply(&project);
    assert_eq!(server.show("support")["details"]["quantization_level"], "unknown");

    // What a server has already is built on as it is.
    server.seed("base", &json!({}));
    project.file("support.Modelfile", "FROM base\n");
    quantized("support");
    says(project.run(&["plan"]).code(1), "`support` is not built from files");
}

#[test]
fn a_model_may_stand_for_one_in_the_cloud() {
    let (server, project, _state) = begun();
    project.file("support.Modelfile", "FROM gpt-oss:120b-cloud\nSYSTEM Be short.\n");
    apply(&project);
    assert_eq!(server.show("support")["remote_model"], "gpt-oss:120b");
    project.file("support.Modelfile", "FROM kimi:cloud\nSYSTEM Be short.\n");
    apply(&project);
    assert_eq!(server.show("support")["remote_model"], "kimi");
    project.file("kid.Modelfile", "FROM support\n");
    says(project.run(&["plan"]).code(1), "only stands for a model in Ollama's cloud");
}

#[test]
fn a_base_is_fetched_only_where_that_is_allowed() {
    let (server, project, state) = begun();
    state.lock().unwrap().registry.extend([("tiny", "Be kind."), ("other", "Be kind.")]);
    let manifest = project.read("maquette.toml");
    project.file("support.Modelfile", "FROM tiny\nPARAMETER top_k 3\n");
    for command in [&["plan"][..], APPLY] {
        let refused = project.run(command);
        says(refused.code(1), "the server has no model `tiny`");
        says(&refused, "apply --pull");
    }
    project.manifest(&format!("{manifest}pull = true\n"));
    says(project.run(&["plan"]).code(1), "`maquette apply` fetches it first");
    says(project.run(&["apply"]).code(1), "nobody is there to approve fetching it");
    assert_eq!(asked(&state, "POST /api/pull"), 0, "never by accident");
    says(&apply(&project), "Done: 1 created");
    assert_eq!(server.show("support")["system"], "Be kind.");

    project.manifest(&manifest);
    project.file("support.Modelfile", "FROM other\n");
    project.run(&["apply", "--auto-approve", "--pull"]).success();
    assert_eq!(asked(&state, "POST /api/pull"), 2);
    project.file("support.Modelfile", "FROM absent\n");
    says(project.run(&["apply", "--auto-approve", "--pull"]).code(1), "pull model manifest: file does not exist");
}
