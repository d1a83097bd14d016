//! What is found to be wrong, and what mends it.

use serde_json::{Value, json};

use super::models;
use crate::apply::Desk;
use crate::project::Project;
use crate::server::{FOREIGN, FOREIGN_PRIVATE, each_version, exclusive_of};

/// What the doctor finds about the remote: `failure null-list foreign-private`.
#[track_caller]
fn found(desk: &Desk, code: i32) -> Vec<String> {
    let output = desk.project.run(&["doctor", "--format", "json"]);
    output.code(code);
    let patients: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{output}"));
    let found = patients[1]["found"].as_array().unwrap().iter().filter(|one| one["health"] != "good");
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    found.map(|one| format!("{} {} {}", text(one, "health"), text(one, "topic"), text(one, "model"))).collect()
}

#[test]
fn what_is_wrong_with_a_server_and_its_models_is_found_and_mended() {
    each_version(|version| {
        let server = exclusive_of(version);
        let desk = Desk::at(&server);
        desk.model("support", "").applies(&[]);
        let well = desk.project.run(&["doctor"]);
        well.success();
        for words in [&format!("Open WebUI {}", version.number), "an administrator", "agrees with ours", "none between"]
        {
            assert!(well.stdout.contains(words), "{words}\n{well}");
        }

        // Behind the server's back, as imports of older versions have left it in many databases.
        server.tamper_column(
            FOREIGN_PRIVATE,
            "meta",
            &json!({"filterIds": null, "actionIds": null, "toolIds": ["gone"]}),
        );
        let nobody = json!([{"principal_type": "group", "principal_id": "gone", "permission": "read"}]);
        server.grant(&server.second_admin, FOREIGN, &nobody).unwrap();
        assert_eq!(server.get(&server.user, "/api/models").unwrap_err().status, 500, "{}", version.name);
        let wrong = found(&desk, 1);
        for expected in [
            "failure answers ".to_owned(),
            format!("failure null-list {FOREIGN_PRIVATE}"),
            format!("warning gone-reference {FOREIGN_PRIVATE}"),
            format!("note gone-grant {FOREIGN}"),
        ] {
            assert!(wrong.contains(&expected), "{}: {expected:?} is not in {wrong:?}", version.name);
        }

        let before = server.database().snapshot();
        desk.manifest("[guard]\nmax-updates = 1\n");
        let many = models(&desk, &["repair", "--all", "--yes"]);
        many.fails(1);
        assert!(many.stderr.contains("at most 1 may be in one apply"), "{many}");
        models(&desk, &["repair", "--all", "--dry-run", "--allow-updates", "2"]).code(2);
        desk.manifest("");
        let shown = models(&desk, &["repair", "--all", "--dry-run"]);
        shown.code(2);
        assert_eq!(server.database().snapshot(), before);
        models(&desk, &["repair", "--all", "--yes"]).success();
        assert!(server.get(&server.user, "/api/models").is_ok());
        let meta = desk.row(FOREIGN_PRIVATE)["meta"].clone();
        for key in ["filterIds", "actionIds", "toolIds"] {
            assert_eq!(meta.get(key), None, "{}: {meta}", version.name);
        }
        assert_eq!(super::json(&desk, &["ls", FOREIGN])[0]["access"], "private");
        let left = found(&desk, 0);
        assert!(left.iter().all(|line| line.starts_with("note abilities")), "{}: {left:?}", version.name);
        let again = models(&desk, &["repair", "--all"]);
        again.success();
        assert!(again.stderr.contains("there is nothing to repair"), "{again}");
    });
}

#[test]
fn a_token_that_is_not_an_administrators_is_told_by_its_role() {
    let server = exclusive_of(crate::server::Version::newest());
    let desk = Desk::of(&server, WORKSPACE, Some(&server.user.token));
    let output = desk.project.run(&["doctor"]);
    output.code(1);
    assert!(output.stdout.contains("una@example.com, whose role is `user`"), "{output}");
}

/// The id of a workspace that has applied nothing.
const WORKSPACE: &str = "fedcba9876543210";

#[test]
fn what_can_be_told_without_a_server() {
    let mut project = Project::new();
    project.env("HTTPS_PROXY", "http://user:secret@127.0.0.1:1");
    project.env("COLUMNS", "200");
    let none = project.run(&["doctor"]);
    none.code(1);
    assert!(none.stdout.contains("maquette.toml"), "{none}");

    project.manifest(
        "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef\"\n\
         [remotes.a]\nkind = \"open-webui\"\nurl = \"http://127.0.0.1:1\"\n\
         [remotes.b]\nkind = \"open-webui\"\nurl = \"https://chat.example.com\"\n\
         [remotes.c]\nkind = \"open-webui\"\nurl = \"http://chat.example.com\"\n\
         [remotes.d]\nkind = \"file\"\npath = \"export.json\"\n",
    );
    project.env("MAQUETTE_TOKEN_chat_example_com", "sk-secret");
    let output = project.run(&["doctor"]);
    output.code(1);
    for words in [
        "there is no token for `http://127.0.0.1:1`",
        "through http://127.0.0.1, as HTTPS_PROXY or ALL_PROXY says",
        "the token would travel unencrypted",
        "0 can be read",
        "no file describes a model yet",
    ] {
        assert!(output.stdout.contains(words), "{words}\n{output}");
    }
    assert!(!output.stdout.contains("secret"), "{output}");
    let one = project.run(&["doctor", "--remote", "d"]);
    one.success();
    assert!(!one.stdout.contains("chat.example.com"), "{one}");
    project.refusal(&["doctor", "--remote", "nobody"]);
}

#[test]
fn a_server_that_says_nothing_does_not_keep_the_others_waiting() {
    // It takes connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut project = Project::new();
    project.manifest(&format!(
        "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef\"\n\
         [remotes.silent]\nkind = \"open-webui\"\nurl = \"http://127.0.0.1:{port}\"\n\
         [remotes.local]\nkind = \"file\"\npath = \"export.json\"\n"
    ));
    project.env(format!("MAQUETTE_TOKEN_127_0_0_1_{port}"), "sk-1");
    let output = project.run(&["doctor"]);
    output.code(1);
    assert!(output.stdout.contains("did not say its version within 10 s"), "{output}");
    assert!(output.stdout.contains("0 can be read"), "{output}");
}
