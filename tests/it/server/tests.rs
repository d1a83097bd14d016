//! That the harness is what it says, so that a test which fails on it has found something else.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::process::Process;
use super::seed::{
    ACTION, BARE_BASE, CLOSED_BASE, FILTER, FOREIGN, FOREIGN_PRIVATE, HANDBOOK, KNOWLEDGE, OPEN_BASE, SALES, SKILL,
    SUPPORT, TOOL, TWINS,
};
use super::{Server, Version, api, changes, each_version, exclusive_of};

/// The body of a preset of the administrator's on a base.
fn preset(id: &str, base: &str) -> Value {
    json!({
        "id": id, "base_model_id": base, "name": id,
        "params": {"system": "You are short.", "temperature": 0.5, "stop": ["END", "\n"]},
        "meta": {"maquette": {"fields": {"system": "abc", "none": null}}},
        "access_grants": [],
    })
}

fn public() -> Value {
    json!([{"principal_type": "user", "principal_id": "*", "permission": "read"}])
}

/// The values of one key, sorted, of a list or of the list under `items` or `users`.
fn pluck(answer: &Value, key: &str) -> Vec<String> {
    let list = ["items", "users", "data"].iter().find_map(|list| answer.get(list)).unwrap_or(answer);
    let mut values: Vec<_> =
        list.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap().to_owned()).collect();
    values.sort();
    values
}

#[test]
fn the_server_is_of_the_version_that_was_asked_for() {
    each_version(|version| {
        let server = exclusive_of(version);
        let answer = server.send(Method::GET, None, "/api/version", None).unwrap();
        assert_eq!(answer["version"], server.version.number);
        assert_eq!(Version::of(version.name).number, server.version.number);
    });
}

#[test]
fn the_accounts_are_who_they_should_be() {
    each_version(|version| {
        let server = exclusive_of(version);
        let people = server.get(&server.admin, "/api/v1/users/all").unwrap();
        let person = |account: &api::Account| {
            let found = people["users"].as_array().unwrap().iter().find(|person| person["id"] == account.id.as_str());
            let found = found.unwrap();
            assert_eq!((&found["email"], &found["name"]), (&json!(account.email), &json!(account.name)));
            found["role"].as_str().unwrap().to_owned()
        };
        let roles = [&server.admin, &server.second_admin, &server.user, &server.stranger].map(person);
        assert_eq!(roles, ["admin", "admin", "user", "user"]);
        assert!(server.get(&server.second_admin, "/api/v1/models/base").is_ok());
        assert_eq!(server.get(&server.user, "/api/v1/models/base").unwrap_err().status, 401);
        assert_eq!(pluck(&server.get(&server.user, "/api/v1/groups/").unwrap(), "name"), [SUPPORT]);
        assert_eq!(server.get(&server.stranger, "/api/v1/groups/").unwrap(), json!([]));
    });
}

#[test]
fn everything_that_a_model_can_name_is_there() {
    each_version(|version| {
        let server = exclusive_of(version);
        let get = |path: &str| server.get(&server.admin, path).unwrap();
        let groups = get("/api/v1/groups/");
        assert_eq!(pluck(&groups, "name"), [SALES, SUPPORT, TWINS, TWINS]);
        let seed = &server.seed;
        let mut ids = vec![&seed.support, &seed.sales];
        ids.extend(&seed.twins);
        ids.sort();
        assert_eq!(pluck(&groups, "id").iter().collect::<Vec<_>>(), ids);

        let knowledge = get("/api/v1/knowledge/?page=1");
        assert_eq!(pluck(&knowledge, "name"), [KNOWLEDGE, HANDBOOK, HANDBOOK]);
        let mut ids = vec![&seed.knowledge];
        ids.extend(&seed.handbooks);
        ids.sort();
        assert_eq!(pluck(&knowledge, "id").iter().collect::<Vec<_>>(), ids);

        assert_eq!(pluck(&get("/api/v1/tools/"), "id"), [TOOL]);
        if version.has_skills() {
            assert_eq!(pluck(&get("/api/v1/skills/"), "id"), [SKILL]);
        }
        let functions = get("/api/v1/functions/");
        assert_eq!(pluck(&functions, "id"), [ACTION, "echo", FILTER]);
        assert_eq!(pluck(&functions, "type"), ["action", "filter", "pipe"]);
        assert!(functions.as_array().unwrap().iter().all(|function| function["is_active"] == true));
        assert_eq!(pluck(&get("/api/models/base"), "id"), [CLOSED_BASE, OPEN_BASE, BARE_BASE]);
        assert_eq!(pluck(&json!(server.all_models()), "id"), [OPEN_BASE, FOREIGN_PRIVATE, FOREIGN]);
    });
}

#[test]
fn a_user_can_chat_with_a_public_preset_on_the_open_base_only() {
    each_version(|version| {
        let server = exclusive_of(version);
        for (id, base, grants) in
            [("open", OPEN_BASE, public()), ("private", OPEN_BASE, json!([])), ("closed", CLOSED_BASE, public())]
        {
            server.create_model(&server.admin, preset(id, base)).unwrap();
            server.grant(&server.admin, id, &grants).unwrap();
        }
        server.refresh_registry();
        for user in [&server.user, &server.stranger] {
            assert!(server.chat(user, "open", "hello").is_ok());
            assert!(server.chat(user, OPEN_BASE, "hello").is_ok());
            let closed = ["private", CLOSED_BASE, FOREIGN_PRIVATE];
            // Before 0.11 a preset opens its base to everybody who may use the preset.
            assert_eq!(server.chat(user, "closed", "hello").is_ok(), version.minor() < 11, "{user:?}");
            for id in closed {
                assert_eq!(server.chat(user, id, "hello").unwrap_err().detail, "Model not found", "{id}");
            }
        }
        assert!(server.chat(&server.user, FOREIGN, "hello").is_ok(), "a member of the group");
        assert!(server.chat(&server.stranger, FOREIGN, "hello").is_err(), "no member of the group");
        assert!(server.chat(&server.admin, "closed", "hello").is_ok());
    });
}

#[test]
fn the_base_models_answer_with_what_reached_them() {
    each_version(|version| {
        let server = exclusive_of(version);
        server.create_model(&server.admin, preset("short", CLOSED_BASE)).unwrap();
        assert_eq!(server.chat(&server.admin, "short", "hello").unwrap_err().detail, "Model not found");
        server.refresh_registry();
        let params = json!({"temperature": 0.5, "stop": ["END", "\n"]});
        let heard = json!({"model": CLOSED_BASE, "text": "hello", "system": ["You are short."], "params": params});
        assert_eq!(server.heard("short"), heard);
    });
}

#[test]
fn the_database_shows_every_change_to_a_row() {
    each_version(|version| {
        let server = exclusive_of(version);
        let database = server.database();
        let before = database.snapshot();
        server.create_model(&server.admin, preset("short", OPEN_BASE)).unwrap();
        let row = database.model("short").unwrap();
        assert_eq!(row["user_id"], server.admin.id.as_str());
        assert_eq!(row["params"]["stop"], json!(["END", "\n"]));
        assert_eq!(row["meta"]["maquette"], json!({"fields": {"system": "abc", "none": null}}));
        assert_eq!(database.grants(FOREIGN), ["read", "write"].map(|to| format!("group:{}:{to}", server.seed.support)));
        assert_eq!(database.history("short").len(), usize::from(version.has_history()));
        assert_eq!(changes(&before, &database.snapshot()), ["short: created"]);

        server.delete_model(&server.second_admin, "short").unwrap();
        server.grant(&server.admin, FOREIGN_PRIVATE, &public()).unwrap();
        let mut changed = changes(&before, &database.snapshot());
        changed.retain(|change| !change.contains("updated_at") && !change.contains("access_control"));
        assert_eq!(changed, [format!("{FOREIGN_PRIVATE}: grants: [] -> [\"user:*:read\"]")]);
    });
}

#[test]
fn a_save_in_the_editor_changes_what_the_editor_changes() {
    each_version(|version| {
        let server = exclusive_of(version);
        let mut body = preset("short", OPEN_BASE);
        body["params"]["stop"] = json!(["a,b", "\n", "END"]);
        server.create_model(&server.admin, body).unwrap();
        let before = server.database().model("short").unwrap();
        let saved = server.edit_model(&server.second_admin, "short", |row| row["name"] = json!("Long"));
        let after = server.database().model("short").unwrap();
        assert_eq!(saved["name"], "Long");
        assert_eq!(after["name"], "Long");
        assert_eq!(after["user_id"], server.admin.id.as_str());
        assert_eq!(after["meta"]["maquette"], before["meta"]["maquette"]);
        assert_eq!(after["meta"]["capabilities"]["vision"], true);
        assert_eq!(after["params"]["stop"], json!(["a", "b", "END"]));
        assert_eq!(server.heard("short")["model"], OPEN_BASE, "the registry knows it");
        let authors: Vec<_> = server.database().history("short").iter().map(|entry| entry["user_id"].clone()).collect();
        let expected = [server.admin.id.as_str(), server.second_admin.id.as_str()];
        assert_eq!(authors, if version.has_history() { &expected[..] } else { &[] });
    });
}

#[test]
fn a_clone_copies_everything_but_the_owner() {
    each_version(|version| {
        let server = exclusive_of(version);
        server.clone_model(&server.admin, FOREIGN, "copy");
        let (original, copy) = (server.model(FOREIGN).unwrap(), server.model("copy").unwrap());
        assert_eq!(copy["meta"]["odd"], original["meta"]["odd"]);
        assert_eq!(copy["params"], original["params"]);
        assert_eq!(copy["name"], "Foreign \u{1f984} (Clone)");
        assert_eq!(copy["user_id"], server.admin.id.as_str());
        assert_eq!(server.database().grants("copy"), server.database().grants(FOREIGN));
    });
}

#[test]
fn each_test_finds_the_seeded_models() {
    each_version(|version| {
        let before = exclusive_of(version).database().snapshot();
        {
            let server = exclusive_of(version);
            server.create_model(&server.admin, preset("left-over", OPEN_BASE)).unwrap();
            server.delete_model(&server.admin, FOREIGN_PRIVATE).unwrap();
            server.grant(&server.admin, FOREIGN, &public()).unwrap();
            assert_eq!(server.toggle_model(&server.admin, OPEN_BASE)["is_active"], false);
        }
        let mut changed = changes(&before, &exclusive_of(version).database().snapshot());
        let moves = ["created_at", "updated_at", "version_id"];
        changed.retain(|change| !moves.iter().any(|column| change.contains(column)));
        assert_eq!(changed, [] as [String; 0]);
    });
}

#[test]
fn what_was_put_aside_comes_back_as_it_was() {
    each_version(|version| {
        let server = exclusive_of(version);
        let (frozen, before) = (server.freeze(), server.database().snapshot());
        let history = server.database().history_sizes();
        server.create_model(&server.admin, preset("left-over", OPEN_BASE)).unwrap();
        server.delete_model(&server.admin, FOREIGN_PRIVATE).unwrap();
        server.edit_model(&server.admin, OPEN_BASE, |row| row["name"] = json!("Other"));
        server.grant(&server.admin, FOREIGN, &public()).unwrap();
        assert_ne!(server.database().snapshot(), before);
        server.thaw(&frozen);
        assert_eq!(changes(&before, &server.database().snapshot()), [] as [String; 0]);
        assert_eq!(server.database().history_sizes(), history);
    });
}

#[test]
fn a_private_server_survives_a_kill_and_ends_with_its_owner() {
    let mut server = Server::start(Version::newest());
    server.create_model(&server.admin, preset("kept", OPEN_BASE)).unwrap();
    server.kill();
    assert!(!api::is_healthy(&server.url));
    server.restart();
    assert_eq!(server.model("kept").unwrap()["id"], "kept");
    assert!(!server.log_tail().is_empty());

    let folder = server.process.folder().to_owned();
    assert!(folder.join("data/webui.db").exists());
    server.process.close();
    assert!(!api::is_healthy(&server.url));
    assert!(!folder.exists());
}

/// This test runs this binary again, only this test of it and with this variable, as the owner of a server.
const OWNER: &str = "MAQUETTE_TEST_OWNS_A_SERVER";

#[test]
fn a_server_ends_when_its_owner_is_killed() {
    if std::env::var_os(OWNER).is_some() {
        let process = Process::start(Version::newest());
        println!("\nowns {} {}", process.url(), process.folder().display());
        loop {
            thread::park();
        }
    }
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "server::tests::a_server_ends_when_its_owner_is_killed", "--nocapture"])
        .env(OWNER, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(owner.stdout.take().unwrap()).lines().map(Result::unwrap);
    let owns = lines.find(|line| line.starts_with("owns ")).expect("the owner starts its server");
    let (url, folder) = owns.trim_start_matches("owns ").split_once(' ').unwrap();
    assert!(api::is_healthy(url));

    // SIGKILL: the owner gets no chance to tidy up.
    owner.kill().unwrap();
    owner.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while Path::new(folder).exists() {
        assert!(Instant::now() < deadline, "{folder} is still there");
        thread::sleep(Duration::from_millis(50));
    }
    assert!(!api::is_healthy(url));
}
