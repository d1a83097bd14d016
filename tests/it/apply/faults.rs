//! Servers that are away, and tokens that are not good enough.

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use super::Desk;
use super::desk::WORKSPACE;
use crate::server::{Server, Version, changes, exclusive};

#[test]
fn a_server_that_was_killed_is_told_of_and_applying_again_converges() {
    let mut server = Server::start(Version::newest());
    for via in ["rows", "sync"] {
        let id = format!("by-{via}");
        let plan = Desk::at(&server).model(&id, "NAME A").project.run(&["plan", "--via", via, "--out", "saved.json"]);
        plan.success();
        server.kill();
        let desk = Desk::at(&server);
        desk.model(&id, "NAME A");
        for arguments in [&["plan"][..], &["apply", "--auto-approve", "--via", via]] {
            let output = desk.project.run(arguments);
            output.fails(1);
            assert!(output.stderr.contains("cannot reach") && output.stderr.contains("help:"), "{output}");
            assert_eq!(output.stdout, "");
        }
        let desk = desk.project;
        server.restart();
        desk.run(&["apply", "--auto-approve", "--via", via]).success();
        assert_eq!(server.model(&id).unwrap()["name"], "A");
    }
}

#[test]
fn a_server_that_is_killed_midway_loses_nothing_and_applying_again_converges() {
    const MODELS: usize = 120;
    let mut server = Server::start(Version::newest());
    let desk = Desk::at(&server);
    for number in 0..MODELS {
        desk.model(&format!("m{number}"), "NAME A\nACCESS read group:Support");
    }
    let project = desk.project;
    let mut command = project.command(&["apply", "--auto-approve"]);
    let apply = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let seeded = server.database().snapshot();
    while server.database().snapshot().len() < seeded.len() + 5 {
        thread::sleep(Duration::from_millis(2));
    }
    server.kill();
    let output = apply.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("Not finished") && said.contains("cannot reach"), "{said}");

    server.restart();
    let written = server.database().snapshot().len() - seeded.len();
    assert!((5..MODELS).contains(&written), "{written}");
    project.run(&["apply", "--auto-approve"]).success();
    project.run(&["plan", "--detailed-exitcode"]).success();
    let now = server.database().snapshot();
    assert_eq!(now.len(), seeded.len() + MODELS);
    let mut changed = changes(&seeded, &now);
    changed.retain(|change| !change.ends_with(": created"));
    assert_eq!(changed, [] as [String; 0]);
}

#[test]
fn a_token_that_is_not_good_enough_is_told_of() {
    let server = exclusive();
    let before = server.database().snapshot();
    for (token, words) in [
        (None, "there is no token for"),
        (Some("sk-wrong"), "does not accept the token"),
        (Some("eyJhbGciOiJIUzI1NiJ9.e30.x"), "does not accept the token"),
        (Some(server.user.token.as_str()), "is not an administrator's"),
    ] {
        let desk = Desk::of(&server, WORKSPACE, token);
        desk.model("a", "TOOLS clock\nACCESS read group:Support");
        for output in [desk.plan(&[]), desk.apply(&[])] {
            output.fails(1);
            assert!(output.stderr.contains(words) && output.stderr.contains("help:"), "{words}\n{output}");
            assert!(token.is_none_or(|token| !output.to_string().contains(token)), "{output}");
        }
    }
    assert_eq!(changes(&before, &server.database().snapshot()), [] as [String; 0]);
}

#[test]
fn https_to_a_port_that_speaks_plain_http_is_told_of() {
    let server = exclusive();
    let desk = Desk::at(&server);
    let manifest = desk.project.read("maquette.toml").replace("http://", "https://");
    desk.project.manifest(&manifest);
    let output = desk.model("a", "").plan(&[]);
    output.fails(1);
    assert!(output.stderr.contains("no secure connection to `https://127.0.0.1"), "{output}");
    assert!(output.stderr.contains("should begin with http://"), "{output}");
}

#[test]
fn an_address_that_is_no_open_webui_is_told_of() {
    let server = exclusive();
    let desk = Desk::at(&server);
    let manifest = desk.project.read("maquette.toml").replace(&server.url, &format!("{}/elsewhere", server.url));
    desk.project.manifest(&manifest);
    let output = desk.model("a", "").plan(&[]);
    output.fails(1);
    assert!(output.stderr.contains("a web page instead of data"), "{output}");
}
