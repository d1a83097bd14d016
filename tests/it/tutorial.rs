//! The tutorial is played against a real server: its commands are run by a shell, and what they print is what it shows.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;

use crate::project::Project;
use crate::server::{OPEN_BASE, Server, exclusive};

/// What stands in the page for the server, and for the model that everybody may use there.
const SHOWN: [&str; 2] = ["https://chat.example.com", "gpt-5-mini"];

/// Models as people make them in the page.
fn people_make_models(server: &Server) {
    for row in server.all_models() {
        let id = row["id"].as_str().unwrap();
        if id != OPEN_BASE {
            server.delete_model(&server.admin, id).unwrap();
        }
    }
    let read = json!({ "principal_type": "group", "principal_id": server.seed.support, "permission": "read" });
    let everybody = json!({ "principal_type": "user", "principal_id": "*", "permission": "read" });
    let made = [
        json!({
            "id": "support", "base_model_id": OPEN_BASE, "name": "Support", "access_grants": [read],
            "params": {
                "system": "You answer customers of a shop for garden tools.\nAnswer kindly. Say so when you do not know.",
                "temperature": 0.3,
            },
            "meta": {
                "description": "Answers questions about our products", "toolIds": ["clock"],
                "knowledge": [{ "type": "collection", "id": server.seed.knowledge, "name": "…" }],
                "tags": [{ "name": "customers" }], "capabilities": { "vision": false },
            },
        }),
        json!({
            "id": "translator", "base_model_id": OPEN_BASE, "name": "Übersetzer", "access_grants": [everybody],
            "params": { "system": "Translate what you are given: German into English, everything else into German.", "temperature": 0 },
            "meta": { "description": "Deutsch ⇄ English", "suggestion_prompts": [{ "content": "Translate: " }] },
        }),
        json!({
            "id": "team/minutes", "base_model_id": OPEN_BASE, "name": "Minutes", "access_grants": [],
            "params": { "system": "Write the minutes of a meeting.", "custom_params": { "seed": "7" } }, "meta": {},
        }),
    ];
    for row in made {
        server.create_model(&server.admin, row).unwrap();
    }
    server.refresh_registry();
}

/// The page with what its commands print today.
pub(crate) fn played(path: &str) -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let server = exclusive();
    people_make_models(&server);
    let real = [server.url.as_str(), OPEN_BASE];
    let swap = |text: &str, from: [&str; 2], to: [&str; 2]| text.replace(from[0], to[0]).replace(from[1], to[1]);

    let mut project = Project::new();
    let variable = format!("MAQUETTE_TOKEN_127_0_0_1_{}", server.url.rsplit_once(':').unwrap().1);
    let program = Path::new(env!("CARGO_BIN_EXE_maquette")).parent().unwrap().to_str().unwrap();
    project.env(variable, &server.admin.token);
    project.env("PATH", format!("{program}:{}", std::env::var("PATH").unwrap()));
    for who in ["AUTHOR", "COMMITTER"] {
        project.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.com");
    }
    project.env("COLUMNS", "80");

    let (mut out, mut commands, mut in_console) = (String::new(), 0, false);
    for line in page.lines() {
        if line.starts_with("<!-- Grace") {
            server.edit_model(&server.second_admin, "translator", |row| row["params"]["temperature"] = json!(0.7));
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| in_console) else {
            let fence = line.starts_with("```");
            // What a command printed when the page was written is printed anew.
            if fence || !in_console {
                writeln!(out, "{line}").unwrap();
            }
            if fence {
                in_console = line == "```console";
            }
            continue;
        };
        let mut shell = project.shell(&swap(command, SHOWN, real));
        let output = shell.stdin(Stdio::null()).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = swap(&String::from_utf8(text).unwrap(), real, SHOWN);
        writeln!(out, "$ {command}\n{}", timeless(&project.placeless(&text)).trim_end()).unwrap();
        commands += 1;
    }
    assert!(commands > 10, "the test no longer sees the commands");
    // A command that prints nothing leaves an empty line.
    out.replace("\n\n```\n", "\n```\n").replace("\n\n$ ", "\n$ ")
}

/// The text without what differs from run to run: how long it took, when it was, and what it is called by chance.
fn timeless(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("It took ") {
            lines.push("It took 0.4 s.".to_owned());
            continue;
        }
        let words = line.split(' ').map(|word| {
            let is_time = |part: &str| part.len() == 16 && part.starts_with("20") && part.ends_with('Z');
            word.split_inclusive(['/', '-'])
                .map(|part| {
                    let bare = part.trim_end_matches(['/', '-']);
                    if is_time(bare) { part.replace(bare, "20261121T114500Z") } else { part.to_owned() }
                })
                .collect::<String>()
        });
        lines.push(words.collect::<Vec<_>>().join(" "));
    }
    // Two applies in the same second are numbered.
    (2..5).fold(lines.join("\n"), |text, number| text.replace(&format!("Z-production-{number}"), "Z-production"))
}
