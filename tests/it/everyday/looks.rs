//! What is looked at and not changed.

use std::fs;

use serde_json::json;

use super::{ids, json, models};
use crate::apply::Desk;
use crate::project::Project;
use crate::server::{CLOSED_BASE, FOREIGN, FOREIGN_PRIVATE, OPEN_BASE, each_version, exclusive_of};

#[test]
fn models_are_listed_shown_and_compared() {
    each_version(|version| {
        let server = exclusive_of(version);
        let desk = Desk::at(&server);
        desk.model("support", "NAME Support\nTAGS By hand, kind\nACCESS read group:Support").applies(&[]);
        let before = server.database().snapshot();

        let all = [OPEN_BASE, FOREIGN_PRIVATE, FOREIGN, "support"];
        assert_eq!(ids(&desk, &[]), all);
        for (filter, expected) in [
            (vec!["--managed"], vec!["support"]),
            (vec!["--unmanaged", "--preset"], vec![FOREIGN_PRIVATE, FOREIGN]),
            (vec!["--base"], vec![OPEN_BASE]),
            (vec!["--tag", "By hand"], vec![FOREIGN, "support"]),
            (vec!["--tag", "By hand", "--tag", "kind"], vec!["support"]),
            (vec!["--owner", "grace@example.com", "ODD"], vec![FOREIGN]),
            (vec!["--created"], vec!["support"]),
            (vec!["--shared"], vec![FOREIGN_PRIVATE, FOREIGN]),
            (vec!["--inactive"], vec![]),
            (vec!["--sort", "name", "--reverse", "--limit", "2"], vec!["support", FOREIGN_PRIVATE]),
        ] {
            assert_eq!(ids(&desk, &filter), expected, "{}: {filter:?}", version.name);
        }
        let line = &json(&desk, &["ls", "support"])[0];
        assert_eq!(
            [&line["access"], &line["owner"], &line["workspace"], &line["base"]],
            [&json!("read group:Support"), &json!("ada@example.com"), &json!("this"), &json!(OPEN_BASE)]
        );
        let table = models(&desk, &["ls", "--preset"]);
        table.success();
        assert!(table.stdout.lines().count() == 4 && table.stdout.contains("hidden"), "{table}");

        let shown = models(&desk, &["show", FOREIGN]);
        shown.success();
        for words in ["You are odd.", "write group:Support", "grace@example.com", "on, hidden", "image/gif", "meta.odd"]
        {
            assert!(shown.stdout.contains(words), "{words}\n{shown}");
        }
        assert_eq!(json(&desk, &["show", FOREIGN])["params"], server.model(FOREIGN).unwrap()["params"]);
        models(&desk, &["show", "foriegn-private"]).fails(1);

        let tags = json(&desk, &["tags"]);
        assert_eq!(tags[0], json!({"tag": "By hand", "presets": 2, "bases": 0}));
        let bases = json(&desk, &["bases"]);
        let base = |id: &str| bases.as_array().unwrap().iter().find(|base| base["id"] == id).unwrap().clone();
        assert_eq!([&base(OPEN_BASE)["access"], &base(OPEN_BASE)["has_row"]], [&json!("public"), &json!(true)]);
        assert_eq!(
            [&base(CLOSED_BASE)["access"], &base(CLOSED_BASE)["has_row"]],
            [&json!("administrators"), &json!(false)]
        );
        assert_eq!(base(OPEN_BASE)["presets"].as_array().unwrap().len(), 3);

        models(&desk, &["diff", FOREIGN, FOREIGN]).success();
        let differing = models(&desk, &["diff", FOREIGN, "support"]);
        differing.code(2);
        assert!(differing.stdout.contains("You are odd."), "{differing}");
        assert!(differing.stdout.contains("write group:Support -> read group:Support"), "{differing}");

        models(&desk, &["image", FOREIGN, "--out", "a.gif"]).success();
        assert_eq!(fs::read(desk.project.path().join("a.gif")).unwrap()[..6], *b"GIF89a");
        models(&desk, &["image", FOREIGN, "--out", "a.gif"]).fails(1);
        models(&desk, &["image", FOREIGN_PRIVATE, "--out", "b.gif"]).fails(1);
        assert!(!desk.project.path().join("b.gif").exists());

        let history = models(&desk, &["history", "support"]);
        history.code(i32::from(!version.has_history()));
        let unloaded = models(&desk, &["unload", FOREIGN]);
        unloaded.fails(1);
        assert_eq!(server.database().snapshot(), before, "{}: looking changes nothing", version.name);
    });
}

#[test]
fn a_model_is_shown_as_the_file_that_says_the_same() {
    each_version(|version| {
        let server = exclusive_of(version);
        let desk = Desk::at(&server);
        let shown = models(&desk, &["show", FOREIGN, "--format", "modelfile"]);
        shown.success();
        assert!(shown.stdout.contains(&format!("ID {FOREIGN}\n")), "{shown}");
        assert!(shown.stderr.contains("which `maquette import` writes"), "{shown}");
        desk.project.file("foreign.Modelfile", shown.stdout.replace("AVATAR ", "# AVATAR "));
        let plan = desk.plan(&["--claim", FOREIGN]);
        plan.success();
        assert!(plan.stdout.contains("0 to create, 1 to update, 0 to delete"), "{plan}");
        assert!(plan.stdout.contains("taken over") && !plan.stdout.contains("      "), "no field changes\n{plan}");
        // As any other of its workspace: what is in the way of a file is in the way of none that is only shown.
        assert_eq!(models(&desk, &["show", FOREIGN, "--format", "modelfile"]).stdout, shown.stdout);
    });
}

#[test]
fn text_of_strangers_acts_on_no_terminal() {
    let server = exclusive_of(crate::server::Version::newest());
    let desk = Desk::at(&server);
    let hostile = "\u{1b}[31mred\u{7}\u{202e}";
    let row = json!({"id": format!("bad{hostile}"), "base_model_id": format!("gone{hostile}"), "name": hostile,
        "params": {"system": format!("{hostile}\nmore")}, "meta": {"description": hostile, "tags": [{"name": hostile}],
        "toolIds": [hostile], "profile_image_url": format!("https://example.com/{hostile}")}, "access_grants": []});
    let id = format!("bad{hostile}");
    server.create_model(&server.second_admin, row).unwrap();
    for arguments in [
        vec!["models", "ls"],
        vec!["models", "show", &id],
        vec!["models", "diff", &id, FOREIGN],
        vec!["models", "tags"],
        vec!["models", "bases"],
        vec!["models", "history", &id],
        vec!["models", "off", &id],
        vec!["models", "repair", &id, "--dry-run"],
        vec!["models", "rm", &id, "--dry-run"],
        vec!["models", "image", &id, "--out", "x"],
        vec!["models", "show", "\u{1b}[31m"],
        vec!["doctor"],
    ] {
        let output = desk.project.run(&[&["--color", "always"], &*arguments].concat());
        output.acts_on_no_terminal();
    }
}

#[test]
fn two_remotes_are_compared_by_name() {
    let server = exclusive_of(crate::server::Version::newest());
    let desk = Desk::at(&server);
    let mut row = server.model(FOREIGN).unwrap();
    row["name"] = json!("Other");
    desk.project.file("export.json", json!([row]).to_string());
    desk.manifest("[remotes.local]\nkind = \"file\"\npath = \"export.json\"\n");
    let differing = models(&desk, &["diff", FOREIGN, "--remote", "chat", "--with", "local"]);
    differing.code(2);
    assert!(differing.stdout.contains("name:") && differing.stdout.contains("group:Support"), "{differing}");
}

#[test]
fn what_ollama_has_nothing_of_is_refused_before_anything_is_asked() {
    let project = Project::new();
    project.manifest(
        "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef\"\n[remotes.o]\nkind = \"ollama\"\nurl = \"http://127.0.0.1:1\"\n",
    );
    for arguments in [["off", "a"], ["hide", "a"], ["rm", "a"], ["repair", "a"], ["bases", "--format=json"]] {
        let said = project.refusal(&[&["models"][..], &arguments].concat());
        assert!(said.contains("kind `open-webui`"), "{said}");
    }
}

#[test]
fn an_export_file_has_models_too() {
    let project = Project::applied();
    for (arguments, words) in [
        (vec!["ls"], "support"),
        (vec!["ls", "--managed"], "llama3.2:3b"),
        (vec!["show", "support"], "Be kind."),
        (vec!["tags"], "No model has a tag."),
    ] {
        let output = project.run(&[vec!["models"], arguments].concat());
        output.success();
        assert!(output.stdout.contains(words), "{output}");
    }
    for arguments in [
        vec!["bases"],
        vec!["history", "support"],
        vec!["unload", "support"],
        vec!["ls", "--created"],
        vec!["image", "support", "--out", "x"],
    ] {
        project.refusal(&[vec!["models"], arguments].concat());
    }
    project.run(&["models", "off", "support"]).success();
    assert!(project.read("export.json").contains("\"is_active\": false"));
    project.run(&["models", "rm", "support", "--yes", "--allow-managed"]).success();
    assert!(!project.read("export.json").contains("support"));
    project.run(&["rollback", "--auto-approve"]).success();
    assert!(project.read("export.json").contains("support"));
}
