//! What the program says of servers that are wrong, ill or hostile: the fault and a way out, never the token.

use std::net::TcpListener;

use insta::assert_snapshot;

use crate::faulty::{Faulty, Reply, TOKEN};
use crate::project::Project;

/// What is said of a server that gives this answer to everything.
#[track_caller]
fn of(status: &'static str, kind: &'static str, body: &'static str) -> String {
    let server = Faulty::saying(status, kind, body);
    server.refuses(&server.project(), &["plan"])
}

/// What is said of a server whose version this is.
#[track_caller]
fn of_version(body: &'static str) -> String {
    let server = Faulty::ill_at("GET /api/version", || Reply::json(body));
    server.refuses(&server.project(), &["plan"])
}

/// What is said of a server whose list of models this is.
#[track_caller]
fn of_models(body: &'static str) -> String {
    let server = Faulty::ill_at("GET /api/v1/models/all", || Reply::json(body));
    server.refuses(&server.project(), &["plan"])
}

#[test]
fn a_server_in_good_health_gets_a_plan() {
    let server = Faulty::answering(|asked, _| Reply::healthy(asked));
    let plan = server.project().run(&["plan", "--detailed-exitcode"]);
    assert!(plan.code(2).stdout.contains("+ create support"), "{plan}");
    assert!(server.heard().iter().all(|request| request.contains(TOKEN)), "the token is what it asks for");
}

#[test]
fn a_web_page_is_no_answer() {
    assert_snapshot!(of("200 OK", "text/html", "<!doctype html><title>Open WebUI</title>"), @r"
    error: `http://127.0.0.1:[port]` answered GET /api/version with a web page instead of data
      help: check the remote's `url`: it must be the server's own address (of Open WebUI the one under which its page opens), without a proxy before it that asks to sign in
    ");
    assert_snapshot!(of("403 Forbidden", "text/html", "<!DOCTYPE html><title>Sign in</title>"), @r"
    error: `http://127.0.0.1:[port]` answered GET /api/version with a web page instead of data
      help: check the remote's `url`: it must be the server's own address (of Open WebUI the one under which its page opens), without a proxy before it that asks to sign in
    ");
}

#[test]
fn another_program_is_no_open_webui() {
    assert_snapshot!(of("404 Not Found", "text/plain", "404 page not found"), @r"
    error: `http://127.0.0.1:[port]` refused GET /api/version with status 404: 404 page not found
      help: check the remote's `url`: it must be the server's own address, of Open WebUI the one under which its page opens
    ");
    assert_snapshot!(of("200 OK", "application/json", "[]"), @r"
    error: `http://127.0.0.1:[port]` gave an unusable answer to GET /api/version: it names no version
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    ");
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Faulty::answering(|asked, _| Reply::healthy(asked));
    let target = format!("http://127.0.0.1:{}/api/version", other.port());
    let server = Faulty::answering(move |_, _| {
        Reply::raw(&format!(
            "HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        ))
    });
    let said = server.refuses(&server.project(), &["plan"]);
    assert_snapshot!(said.replace(&other.port().to_string(), "[other]"), @r"
    error: `http://127.0.0.1:[port]` redirects GET /api/version to `http://127.0.0.1:[other]/api/version`
      help: set the remote's `url` to where the server really is; redirects are not followed, so that the token stays with its host
    ");
    assert_eq!(other.heard(), [""; 0]);
}

#[test]
fn plain_http_on_this_machine_goes_through_no_proxy() {
    let proxy = Faulty::answering(|_, _| Reply::json("{}"));
    let server = Faulty::answering(|asked, _| Reply::healthy(asked));
    let mut project = server.project();
    for variable in ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"] {
        project.env(variable, format!("http://127.0.0.1:{}", proxy.port()));
    }
    project.run(&["plan"]).success();
    assert_eq!(proxy.heard(), [""; 0]);
}

#[test]
fn a_token_that_is_refused_says_why() {
    let json = "application/json";
    let expired = r#"{"detail": "Your session has expired or the token is invalid. Please sign in again."}"#;
    assert_snapshot!(of("401 Unauthorized", json, expired), @r"
    error: `http://127.0.0.1:[port]` does not accept the token: Your session has expired or the token is invalid. Please sign in again.
      help: make a new API key in Open WebUI under Settings, Account; where that is missing, the server needs ENABLE_API_KEYS
    ");
    assert_snapshot!(of("403 Forbidden", json, r#"{"detail": "Not authenticated"}"#), @r"
    error: `http://127.0.0.1:[port]` does not accept the token: Not authenticated
      help: make a new API key in Open WebUI under Settings, Account; where that is missing, the server needs ENABLE_API_KEYS
    ");
    assert_snapshot!(of("403 Forbidden", json, r#"{"detail": "Use of API key is not enabled in the environment."}"#), @r"
    error: `http://127.0.0.1:[port]` does not accept the token: Use of API key is not enabled in the environment.
      help: make a new API key in Open WebUI under Settings, Account; where that is missing, the server needs ENABLE_API_KEYS
    ");
    let user = r#"{"detail": "You do not have permission to access this resource. Please contact your administrator for assistance."}"#;
    assert_snapshot!(of("401 Unauthorized", json, user), @r"
    error: the token for `http://127.0.0.1:[port]` is not an administrator's: You do not have permission to access this resource. Please contact your administrator for assistance.
      help: use the API key of an administrator: only they see every model
    ");
}

#[test]
fn a_server_that_sends_the_token_back_does_not_get_it_printed() {
    let server = Faulty::answering(|_, _| Reply::refusal("400 Bad Request", &format!("what is {TOKEN}?")));
    assert_snapshot!(server.refuses(&server.project(), &["plan"]), @r"
    error: `http://127.0.0.1:[port]` refused GET /api/version with status 400: what is [token]?
    ");
}

#[test]
fn without_a_token_nothing_is_asked() {
    let server = Faulty::answering(|asked, _| Reply::healthy(asked));
    let bound = server.project();
    let project = Project::new();
    project.manifest(&bound.read("maquette.toml")).file("support.Modelfile", "FROM llama3.2:3b\n");
    assert_snapshot!(server.refuses(&project, &["plan"]), @r"
    error: there is no token for `http://127.0.0.1:[port]`
      help: set `MAQUETTE_TOKEN_127_0_0_1_[port]` or `MAQUETTE_TOKEN_127_0_0_1` in the environment, or run `maquette login http://127.0.0.1:[port]`
    ");
    let mut project = project;
    project.env(format!("MAQUETTE_TOKEN_127_0_0_1_{}", server.port()), "two words");
    assert_snapshot!(server.refuses(&project, &["plan"]), @r"
    error: the environment variable `MAQUETTE_TOKEN_127_0_0_1_[port]` holds no usable token: it is empty, or has blanks or other than ASCII characters in it
    ");
    assert_eq!(server.heard(), [""; 0]);
}

#[test]
fn a_token_does_not_travel_in_the_clear() {
    let mut project = Project::new();
    project.env("MAQUETTE_TOKEN_chat_example_com", TOKEN).file("support.Modelfile", "FROM x\n");
    let manifest = |url: &str| {
        format!(
            "[workspace]\nname = \"a\"\nid = \"0123456789abcdef\"\n[remotes.a]\nkind = \"open-webui\"\nurl = \"{url}\"\n"
        )
    };
    project.manifest(&manifest("http://chat.example.com"));
    assert_snapshot!(project.refusal(&["plan"]), @r"
    error: `http://chat.example.com/` is plain http to another machine: the token would travel unencrypted
      help: use https, or set `allow-http = true` for this remote if the network between is yours
    ");
    for url in
        ["https://me:hunter2@chat.example.com", "https://chat.example.com/?key=hunter2", "chat.example.com#hunter2"]
    {
        project.manifest(&manifest(url));
        let said = project.refusal(&["plan"]);
        assert!(said.contains("is not the address of a server") && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = Faulty::answering(|_, _| Reply::Silence);
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mut project = server.project();
    let manifest = project.read("maquette.toml").replace(&server.port().to_string(), &port.to_string());
    project.manifest(&manifest);
    project.env(format!("MAQUETTE_TOKEN_127_0_0_1_{port}"), TOKEN);
    assert_snapshot!(project.refusal(&["plan"]).replace(&port.to_string(), "[port]"), @r"
    error: cannot reach `http://127.0.0.1:[port]`: Connection refused (os error 111)
      help: check the remote's `url`, and whether the server runs
    ");
}

#[test]
fn tls_on_a_plain_port_is_no_secure_connection() {
    let server = Faulty::saying("400 Bad Request", "text/plain", "");
    assert_snapshot!(server.refuses(&server.project_with("https", ""), &["plan"]), @r"
    error: no secure connection to `https://127.0.0.1:[port]`: received corrupt message of type InvalidContentType
      help: check whether the `url` should begin with http://, and whether this machine trusts the server's certificate
    ");
}

#[test]
fn a_server_that_hangs_is_waited_for_as_long_as_the_manifest_says() {
    let server = Faulty::answering(|_, _| Reply::Silence);
    assert_snapshot!(server.refuses(&server.project(), &["plan"]), @r"
    error: `http://127.0.0.1:[port]` did not answer GET /api/version within 1 s
      help: try again, or raise the remote's `timeout` (seconds)
    ");
    let server = Faulty::ill_at("GET /api/v1/models/all", || {
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n[")
    });
    let said = server.refuses(&server.project(), &["plan"]);
    assert!(said.contains("GET /api/v1/models/all"), "{said}");
}

#[test]
fn an_answer_that_breaks_off_or_is_no_json_is_not_used() {
    let server = Faulty::ill_at("GET /api/v1/models/all", || {
        Reply::raw(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\nconnection: close\r\n\r\n[{\"id\":",
        )
    });
    assert_snapshot!(server.refuses(&server.project(), &["plan"]), @r"
    error: `http://127.0.0.1:[port]` gave an unusable answer to GET /api/v1/models/all: end of file before message length reached
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    ");
    assert_snapshot!(of_models(r#"[{"id": "a""#), @r"
    error: `http://127.0.0.1:[port]` gave an unusable answer to GET /api/v1/models/all: it is not JSON: EOF while parsing an object at line 1 column 11
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    ");
    let server = Faulty::answering(|_, _| Reply::Bytes(Vec::new()));
    assert_snapshot!(server.refuses(&server.project(), &["plan"]), @r"
    error: `http://127.0.0.1:[port]` gave an unusable answer to GET /api/version: connection closed before message completed
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    ");
}

#[test]
fn an_answer_of_the_wrong_shape_is_not_used() {
    assert_snapshot!(of_models(r#"{"items": []}"#), @r"
    error: `http://127.0.0.1:[port]` gave an unusable answer to GET /api/v1/models/all: it is not a list
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    ");
    assert_snapshot!(of_models(r#"[{"name": "a"}]"#), @r"
    error: `http://127.0.0.1:[port]` gave an unusable answer to GET /api/v1/models/all: a row has no id
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    ");
    assert_snapshot!(of_models(r#"[{"id": "a", "access_grants": []}, {"id": "a", "access_grants": []}]"#), @r"
    error: `http://127.0.0.1:[port]` gave an unusable answer to GET /api/v1/models/all: two rows have the same id
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    ");
    assert_snapshot!(of_models(r#"[{"id": "a", "access_control": {}}]"#), @r"
    error: `http://127.0.0.1:[port]` gave an unusable answer to GET /api/v1/models/all: a row has no `access_grants`, which rows of this version have
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    ");
    assert_snapshot!(of_models("null"), @r"
    error: `http://127.0.0.1:[port]` gave an unusable answer to GET /api/v1/models/all: it is not a list
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    ");
}

#[test]
fn a_version_that_is_not_known_is_not_written_to() {
    assert_snapshot!(of_version(r#"{"version": "0.6.5"}"#), @r"
    error: `http://127.0.0.1:[port]` runs Open WebUI 0.6.5, which this version of maquette does not support
      help: supported: Open WebUI 0.6.43 to 0.12.4
    ");
    assert_snapshot!(of_version(r#"{"version": "0.6.42"}"#), @r"
    error: `http://127.0.0.1:[port]` runs Open WebUI 0.6.42, which this version of maquette does not support
      help: supported: Open WebUI 0.6.43 to 0.12.4
    ");
    assert_snapshot!(of_version(r#"{"version": "\u001b[2J\u202egarbage\n"}"#), @r"
    error: `http://127.0.0.1:[port]` runs Open WebUI \u{1b}[2J\u{202e}garbage\n, which this version of maquette does not support
      help: supported: Open WebUI 0.6.43 to 0.12.4
    ");
    assert_snapshot!(of_version(r#"{"version": 12}"#), @r"
    error: `http://127.0.0.1:[port]` gave an unusable answer to GET /api/version: it names no version
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    ");
    assert_snapshot!(of_version("{}"), @r"
    error: `http://127.0.0.1:[port]` gave an unusable answer to GET /api/version: it names no version
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    ");
}

#[test]
fn an_answer_that_announces_too_much_is_not_read() {
    let server = Faulty::ill_at("GET /api/v1/models/all", || {
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9000000000\r\n\r\n[")
    });
    assert_snapshot!(server.refuses(&server.project(), &["plan"]), @r"
    error: the answer of `http://127.0.0.1:[port]` to GET /api/v1/models/all is larger than 512 MiB
      help: avatars are what makes models large: give them smaller ones
    ");
}

#[test]
fn a_passing_fault_passes() {
    let server = Faulty::answering(|asked, before| match before {
        0 => Reply::new("500 Internal Server Error", "text/plain", "Internal Server Error"),
        1 => Reply::Bytes(Vec::new()),
        _ => Reply::healthy(asked),
    });
    let plan = server.project().run(&["plan"]);
    assert!(plan.success().stdout.contains("+ create support"), "{plan}");
}

#[test]
fn a_fault_that_stays_is_reported() {
    assert_snapshot!(of("500 Internal Server Error", "text/plain", "Internal Server Error"), @r"
    error: `http://127.0.0.1:[port]` refused GET /api/version with status 500: Internal Server Error
      help: look into the server's log, and try again
    ");
    assert_snapshot!(of("429 Too Many Requests", "text/plain", "\u{1b}[2Jslow down\u{7}"), @r"
    error: `http://127.0.0.1:[port]` refused GET /api/version with status 429: \u{1b}[2Jslow down\u{7}
      help: the server asks for patience: try again in 1 s or later
    ");
}

/// 429 with so many seconds to wait.
fn busy(seconds: u32) -> Reply {
    Reply::raw(&format!(
        "HTTP/1.1 429 Too Many Requests\r\nretry-after: {seconds}\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbusy"
    ))
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for() {
    let server = Faulty::answering(|asked, before| match (asked, before) {
        ("GET /api/v1/models/all", 0) => busy(0),
        _ => Reply::healthy(asked),
    });
    server.project().run(&["plan"]).success();
    let heard = server.heard().len();
    let patient = Faulty::answering(|asked, _| Reply::healthy(asked));
    patient.project().run(&["plan"]).success();
    assert_eq!(heard, patient.heard().len() + 1, "the request is asked once more, and no other");
}

#[test]
fn a_wait_that_nobody_would_sit_through_is_reported_at_once() {
    let server = Faulty::answering(|_, _| busy(3600));
    assert_snapshot!(server.refuses(&server.project(), &["plan"]), @r"
    error: `http://127.0.0.1:[port]` refused GET /api/version with status 429: busy
      help: the server asks for patience: try again in 3600 s or later
    ");
    assert_eq!(server.heard().len(), 1);
}

#[test]
fn a_write_that_has_to_wait_is_sent_again() {
    let sent = std::sync::atomic::AtomicUsize::new(0);
    let server = Faulty::ill_at("POST /api/v1/models/create", move || {
        match sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => busy(0),
            _ => Reply::refusal("400 Bad Request", "The model id is too long."),
        }
    });
    let output = server.project().run(&["apply", "--auto-approve"]);
    assert!(output.code(1).stdout.contains("status 400: The model id is too long."), "{output}");
}

/// What an apply says to a server that answers every creation so; nothing of it may be taken for done.
#[track_caller]
fn creating(answer: impl Fn() -> Reply + Send + Sync + 'static) -> String {
    let server = Faulty::ill_at("POST /api/v1/models/create", answer);
    let output = server.project().run(&["apply", "--auto-approve"]);
    assert!(!output.code(1).stdout.contains("1 created"), "{output}");
    let (_, outcome) = output.stdout.split_once("stay safe.\n").unwrap_or_else(|| panic!("{output}"));
    server.placeless(outcome.split("The state before").next().unwrap())
}

#[test]
fn a_write_that_is_refused_has_failed() {
    assert_snapshot!(creating(|| Reply::refusal("400 Bad Request", "The model id is too long.")), @r"
    failed: create support: `http://127.0.0.1:[port]` refused POST /api/v1/models/create with status 400: The model id is too long.
    Not finished: 0 created, 0 updated, 0 deleted; 1 failed, 0 not done.
    Run `maquette plan` to see what is left; applying again finishes it.
    ");
    assert_snapshot!(creating(|| Reply::refusal("401 Unauthorized", "Uh-oh! This model id is already registered.")), @r"
    failed: create support: `support` has changed on the remote since it was read
      help: somebody else is editing; run `maquette plan` again
    Not finished: 0 created, 0 updated, 0 deleted; 1 failed, 0 not done.
    Run `maquette plan` to see what is left; applying again finishes it.
    ");
    assert_snapshot!(creating(|| Reply::json("null")), @r"
    failed: create support: `support` cannot be written: the server answered `null` to: create support
    Not finished: 0 created, 0 updated, 0 deleted; 1 failed, 0 not done.
    Run `maquette plan` to see what is left; applying again finishes it.
    ");
}

#[test]
fn a_write_that_breaks_off_has_failed_unless_the_row_is_there() {
    assert_snapshot!(creating(|| Reply::new("500 Internal Server Error", "text/plain", "Internal Server Error")), @r"
    failed: create support: `http://127.0.0.1:[port]` refused POST /api/v1/models/create with status 500: Internal Server Error
      help: look into the server's log, and try again
    Not finished: 0 created, 0 updated, 0 deleted; 1 failed, 0 not done.
    Run `maquette plan` to see what is left; applying again finishes it.
    ");
    assert_snapshot!(creating(|| Reply::Bytes(Vec::new())), @r"
    failed: create support: `http://127.0.0.1:[port]` gave an unusable answer to POST /api/v1/models/create: connection closed before message completed
      help: check that the remote's `url` leads to the server itself, and that nothing between changes its answers
    Not finished: 0 created, 0 updated, 0 deleted; 1 failed, 0 not done.
    Run `maquette plan` to see what is left; applying again finishes it.
    ");
}

#[test]
fn a_server_that_says_yes_and_does_nothing_is_found_out() {
    let server = Faulty::ill_at("POST /api/v1/models/create", || Reply::json(r#"{"id": "support"}"#));
    let output = server.project().run(&["apply", "--auto-approve"]);
    assert!(output.code(1).stdout.contains("not as promised: support: it is not there"), "{output}");
}
