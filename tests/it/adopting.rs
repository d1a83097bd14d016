//! What was edited on a remote is written back into the files.

use serde_json::{Value, json};

use crate::project::{MANIFEST, Output, Project};

/// A workspace of these files, applied to its export.
fn applied(manifest: &str, files: &[(&str, &str)]) -> Project {
    let project = Project::new();
    project.manifest(&format!("{MANIFEST}{manifest}"));
    for (path, text) in files {
        project.file(path, text);
    }
    project.run(&["apply", "--auto-approve"]).success();
    project
}

/// Somebody edits a row.
fn edit(project: &Project, id: &str, edit: impl FnOnce(&mut Value)) {
    let mut rows: Vec<Value> = serde_json::from_str(&project.read("export.json")).unwrap();
    edit(rows.iter_mut().find(|row| row["id"] == id).unwrap());
    project.file("export.json", json!(rows).to_string());
}

/// Adopts, after which a plan writes no field, and an apply leaves nothing to do.
#[track_caller]
fn adopts(project: &Project, arguments: &[&str]) -> Output {
    let output = project.run(&[&["adopt"], arguments].concat());
    output.success();
    let planned = project.run(&["plan", "--format", "json"]).planned();
    assert!(planned.iter().all(|line| !line.contains(':')), "{planned:?}\n{output}");
    project.run(&["apply", "--auto-approve"]).success();
    assert!(project.run(&["plan"]).stdout.contains("Nothing to do"));
    output
}

/// A file before, what somebody does to the row, and the file after it was adopted.
type Case = (&'static str, fn(&mut Value), &'static str);

const CASES: &[Case] = &[
    (
        "# mine\nFROM llama3.2:3b\nNAME Support\n\n# warm\nPARAMETER temperature 0.3\nSYSTEM Be kind.\n",
        |row| {
            row["name"] = json!("Help desk");
            row["params"]["temperature"] = json!(0.5);
            row["params"]["system"] = json!("Be kind.\nBe brief.");
        },
        "# mine\nFROM llama3.2:3b\nNAME Help desk\n\n# warm\nPARAMETER temperature 0.5\nSYSTEM \"\"\"Be kind.\nBe brief.\"\"\"\n",
    ),
    (
        "FROM llama3.2:3b\nTAGS a, b\nTAGS c\nPARAMETER stop x # not a comment\nPARAMETER stop y\nACCESS private\n",
        |row| {
            row["meta"]["tags"] = json!([{"name": "c"}, {"name": "d, e"}]);
            row["params"]["stop"] = json!(["z"]);
            row["access_grants"] = json!([{"principal_type": "user", "principal_id": "*", "permission": "read"}]);
        },
        "FROM llama3.2:3b\nTAGS c, \"d, e\"\nPARAMETER stop z\nACCESS public\n",
    ),
    (
        "FROM llama3.2:3b\nPARAMETER temperature 0.3\nPARAMETER seed 1\nCAPABILITIES -vision, usage\nHIDDEN true\nACTIVE false\n",
        |row| {
            row["params"] = json!({"seed": 1});
            row["meta"]["capabilities"] = json!({"vision": true, "usage": true, "citations": true});
            row["meta"]["hidden"] = json!(false);
            row["is_active"] = json!(true);
        },
        "FROM llama3.2:3b\nPARAMETER seed 1\nCAPABILITIES usage\n",
    ),
    (
        "FROM llama3.2:3b\r\nNAME Support\r\nMETA color \"red\"\r\n",
        |row| {
            row["base_model_id"] = json!("qwen3:8b");
            row["meta"]["color"] = json!({"of": "${things}"});
        },
        "FROM qwen3:8b\r\nNAME Support\r\nMETA color {\"of\": \"${things}\"}\r\n",
    ),
];

#[test]
fn what_was_edited_is_written_where_it_stood() {
    for (before, change, after) in CASES {
        let project = applied("", &[("models/support.Modelfile", before)]);
        edit(&project, "support", change);
        adopts(&project, &[]);
        assert_eq!(project.read("models/support.Modelfile"), *after);
    }
}

#[test]
fn nothing_is_written_where_nothing_was_edited_and_by_a_preview() {
    let project = applied("", &[("models/support.Modelfile", "FROM llama3.2:3b\nNAME Support\n")]);
    let before = project.files();
    assert!(adopts(&project, &[]).stderr.contains("adopted 0 fields"));
    edit(&project, "support", |row| row["name"] = json!("Help"));
    let edited = project.files();
    project.run(&["adopt", "--dry-run"]).code(2);
    let diff = project.run(&["adopt", "--diff"]);
    assert!(diff.code(2).stdout.contains("-NAME Support\n+NAME Help\n"), "{diff}");
    assert!(project.files() == edited && before.len() == edited.len());
}

#[test]
fn prompts_and_images_go_into_their_files() {
    let file = "FROM llama3.2:3b\nSYSTEMFILE ../house.md\nSYSTEMFILE ../own.md\n";
    let other = "FROM llama3.2:3b\nSYSTEMFILE ../house.md\n";
    let project = applied(
        "",
        &[
            ("house.md", "You are kind.\n"),
            ("own.md", "Be brief.\r\nAlways.\r\n"),
            ("models/support.Modelfile", file),
            ("models/other.Modelfile", other),
        ],
    );
    edit(&project, "support", |row| {
        row["params"]["system"] = json!("You are kind.\n\nBe brief.\nOften.");
        row["meta"]["profile_image_url"] = json!("data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACADs=");
    });
    // What the file does not mention is not managed, so it is nothing that was edited.
    adopts(&project, &[]);
    assert_eq!(project.read("own.md"), "Be brief.\r\nOften.\r\n");
    assert_eq!(
        (project.read("house.md").as_str(), project.read("models/support.Modelfile").as_str()),
        ("You are kind.\n", file)
    );

    // The prompt of two models is not changed by an edit of one of them.
    edit(&project, "other", |row| row["params"]["system"] = json!("You are rude."));
    adopts(&project, &[]);
    assert_eq!(project.read("house.md"), "You are kind.\n");
    assert_eq!(project.read("models/other.Modelfile"), "FROM llama3.2:3b\nSYSTEM You are rude.\n");

    project.file("models/other.Modelfile", "FROM llama3.2:3b\nSYSTEM You are rude.\nAVATAR none\n");
    project.run(&["apply", "--auto-approve"]).success();
    edit(&project, "other", |row| {
        row["meta"]["profile_image_url"] = json!("data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACADs=");
    });
    adopts(&project, &[]);
    assert!(project.read("models/other.Modelfile").ends_with("\nAVATAR avatars/other.gif\n"));
}

#[test]
fn fragments_change_only_when_that_is_asked_for() {
    let part = "PARAMETER temperature 0.3\nTAGS ours\n";
    let files = [
        ("part", part),
        ("models/a.Modelfile", "FROM llama3.2:3b\nINCLUDE ../part\n"),
        ("models/b.Modelfile", "FROM llama3.2:3b\nINCLUDE ../part\n"),
    ];
    let warm = |row: &mut Value| row["params"]["temperature"] = json!(0.9);
    let project = applied("", &files);
    edit(&project, "a", warm);
    adopts(&project, &[]);
    assert_eq!(project.read("part"), part);
    assert_eq!(project.read("models/a.Modelfile"), "FROM llama3.2:3b\nINCLUDE ../part\nPARAMETER temperature 0.9\n");

    let project = applied("", &files);
    edit(&project, "a", warm);
    project.run(&["adopt", "--fragments"]).success();
    assert_eq!(project.read("part"), part.replace("0.3", "0.9"));
    assert_eq!(
        project.run(&["plan", "--format", "json"]).planned(),
        ["update a", "update b: params.temperature (local)"]
    );

    // A list of the fragment adds up with the file's, so nothing in the file takes an item of it away.
    let project = applied("", &files);
    edit(&project, "a", |row| row["meta"]["tags"] = json!([{"name": "theirs"}]));
    let before = project.files();
    let output = project.run(&["adopt"]);
    assert!(output.fails(1).stderr.contains("left: meta.tags of `a`"), "{output}");
    assert!(project.files() == before);
}

#[test]
fn conflicts_and_arguments_are_told_and_never_guessed() {
    let file = "ARG tone=kind\nFROM llama3.2:3b\nNAME Support\nDESCRIPTION d\nSYSTEM Be ${tone}.\n";
    let project = applied("", &[("models/support.Modelfile", file)]);
    edit(&project, "support", |row| {
        row["name"] = json!("Theirs");
        row["meta"]["description"] = json!("new");
        row["params"]["system"] = json!("Be rude.");
    });
    let mine = file.replace("NAME Support", "NAME Mine");
    project.file("models/support.Modelfile", &mine);
    let output = project.run(&["adopt"]);
    output.fails(1);
    assert!(output.stderr.contains("left: name of `support`: it was changed there and in the files"), "{output}");
    assert!(output.stderr.contains("left: system of `support`: its value comes from `${tone}`"), "{output}");
    assert_eq!(project.read("models/support.Modelfile"), mine.replace("DESCRIPTION d", "DESCRIPTION new"));

    project.run(&["adopt", "--theirs", "support"]).fails(1);
    assert!(project.read("models/support.Modelfile").contains("NAME Theirs\nDESCRIPTION new\nSYSTEM Be ${tone}.\n"));
    assert!(project.run(&["adopt", "--theirs", "nobody"]).fails(1).stderr.contains("`nobody` was not edited"));
}

#[test]
fn models_that_were_made_there_are_for_import() {
    let project = applied("", &[("models/support.Modelfile", "FROM llama3.2:3b\n")]);
    let mut rows: Vec<Value> = serde_json::from_str(&project.read("export.json")).unwrap();
    let mut new = rows[0].clone();
    new["id"] = json!("new");
    new["meta"] = json!({});
    rows.push(new);
    project.file("export.json", json!(rows).to_string());
    let output = adopts(&project, &[]);
    assert!(output.stderr.contains("1 model has no file; `maquette import` writes one"), "{output}");
}
