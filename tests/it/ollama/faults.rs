//! What servers do on a bad day, and what others do meanwhile.

use serde_json::{Value, json};

use super::fake::Fake;
use super::server::Server;
use crate::project::{Output, Project};

const APPLY: &[&str] = &["apply", "--auto-approve"];

/// A server of our own with a base model, what it keeps, and a workspace with one model.
fn begun() -> (Server, Project, std::sync::Arc<std::sync::Mutex<super::fake::State>>) {
    let fake = Fake::start();
    let state = std::sync::Arc::clone(&fake.state);
    let server = Server::of(fake);
    server.seed("base", &json!({"system": "Be kind."}));
    let project = server.project();
    project.file("support.Modelfile", "FROM base\nSYSTEM Be short.\n");
    state.lock().unwrap().heard.clear();
    (server, project, state)
}

#[track_caller]
fn says(output: &Output, words: &str) {
    assert!(output.stdout.contains(words) || output.stderr.contains(words), "`{words}` is not in\n{output}");
}

#[test]
fn a_model_that_is_as_the_file_says_is_not_built_again() {
    let (_server, project, state) = begun();
    for number in 0..20 {
        project.file(format!("m{number}.Modelfile"), "FROM base\nSYSTEM Be short.\n");
    }
    project.run(APPLY).success();
    state.lock().unwrap().heard.clear();
    project.run(APPLY).success();
    let heard = std::mem::take(&mut state.lock().unwrap().heard);
    let asked = |what: &str| heard.iter().filter(|(asked, _)| asked == what).count();
    assert_eq!((asked("GET /api/version"), asked("GET /api/tags"), asked("POST /api/show")), (1, 1, 22));
    assert_eq!(heard.len(), 24, "nothing else is asked: {heard:?}");
}

#[test]
fn an_error_after_the_answer_has_begun_is_an_error() {
    let (server, project, state) = begun();
    for lines in [
        "{\"status\":\"a\"}\n{\"error\":\"the disk is full\"}\n",
        "{\"status\":\"a\"}\n",
        "{\"status\":\"a\"}\nnonsense\n",
        "",
    ] {
        state.lock().unwrap().fault =
            Some(Box::new(move |asked, _| (asked == "POST /api/create").then(|| (200, lines.to_owned()))));
        let output = project.run(APPLY);
        says(output.code(1), "support");
        if lines.contains("full") {
            says(&output, "gave up POST /api/create: the disk is full");
        }
        assert_eq!(server.names(), ["base:latest"]);
    }
    state.lock().unwrap().fault = None;
    project.run(APPLY).success();
    assert_eq!(server.names(), ["base:latest", "support:latest"]);
}

#[test]
fn what_is_built_on_a_model_that_failed_is_not_built() {
    let (server, project, state) = begun();
    project.file("a.Modelfile", "FROM support\n").file("b.Modelfile", "FROM base\n");
    let fails = |asked: &str, body: &Value| asked == "POST /api/create" && body["model"] == "support";
    state.lock().unwrap().fault =
        Some(Box::new(move |asked, body| fails(asked, body).then(|| (500, "{\"error\":\"no\"}".to_owned()))));
    says(project.run(APPLY).code(1), "no");
    assert_eq!(server.names(), ["b:latest", "base:latest"]);
    state.lock().unwrap().fault = None;
    project.run(APPLY).success();
    assert_eq!(server.names(), ["a:latest", "b:latest", "base:latest", "support:latest"]);
}

#[test]
fn a_base_that_goes_meanwhile_is_not_pulled() {
    let (_server, project, state) = begun();
    state.lock().unwrap().fault = Some(Box::new(move |asked, body| {
        // Whole readings ask for it by the name that the list has, and the last look before a write by its id.
        let gone = asked == "POST /api/show" && body["model"] == "base";
        gone.then(|| (404, "{\"error\":\"model 'base' not found\"}".to_owned()))
    }));
    says(project.run(APPLY).code(1), "`base` has changed on the remote since it was read");
    let heard = std::mem::take(&mut state.lock().unwrap().heard);
    assert!(heard.iter().all(|(asked, _)| asked != "POST /api/create"), "{heard:?}");
}

#[test]
fn a_model_that_cannot_be_shown_keeps_everything_from_being_deleted() {
    let (server, project, state) = begun();
    project.run(APPLY).success();
    std::fs::remove_file(project.path().join("support.Modelfile")).unwrap();
    project.file("other.Modelfile", "FROM base\n");
    server.seed("damaged", &json!({}));
    state.lock().unwrap().fault = Some(Box::new(|asked, body| {
        let damaged = asked == "POST /api/show" && body["model"] == "damaged:latest";
        damaged.then(|| (500, "{\"error\":\"open blob: no such file\"}".to_owned()))
    }));
    let plan = project.run(&["plan", "--allow-deletes", "1"]);
    says(plan.code(1), "not every row of the remote can be seen, so nothing is deleted");
    says(&plan, "the server cannot show `damaged:latest`: open blob: no such file");
}

#[test]
fn servers_that_are_too_old_or_too_new() {
    let (server, project, state) = begun();
    let plan = |version| {
        state.lock().unwrap().version = Some(version);
        project.run(&["plan"])
    };
    let old = plan("0.5.4");
    says(old.code(1), "runs Ollama 0.5.4, which this version of maquette does not support");
    says(&old, "supported: Ollama 0.5.5 to 0.33");
    says(plan("0.99.0").code(1), "--allow-unknown-version 0.99.0");
    project.file("support.Modelfile", "FROM base\nRENDERER qwen3.5\nPARSER qwen3.5\n");
    says(plan("0.11.0").code(1), "`renderer` needs Ollama 0.12.0 or newer");
    assert_eq!(server.names(), ["base:latest"]);
}

#[test]
fn a_server_behind_a_door() {
    let (_server, project, state) = begun();
    let says_no = |status: u16, body: &'static str| {
        state.lock().unwrap().fault = Some(Box::new(move |_, _| Some((status, body.to_owned()))));
        project.run(&["plan"])
    };
    let locked = says_no(401, "{\"error\":\"unauthorized\"}");
    says(locked.code(1), "lets nobody in without other credentials: unauthorized");
    says(&locked, "MAQUETTE_TOKEN_127_0_0_1");
    says(says_no(403, "").code(1), "does not answer requests under that name");
    says(says_no(502, "<html>Bad Gateway</html>").code(1), "502");
}

#[test]
fn a_secret_does_not_travel_in_the_clear() {
    let mut project = Project::new();
    project.manifest(
        "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef0123456789abcdef\"\n\n\
         [remotes.gpu]\nkind = \"ollama\"\nurl = \"gpu.invalid\"\n",
    );
    project.file("support.Modelfile", "FROM base\n");
    project.env("MAQUETTE_TOKEN_gpu_invalid_11434", "secret-0123456789");
    says(project.run(&["plan"]).code(1), "is plain http to another machine");
}
