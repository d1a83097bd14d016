//! A manifest that is missing, broken or means harm, and a command line that is wrong: a clear error, and nothing written.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::symlink;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::project::{MANIFEST, Project};

const APPLY: &[&str] = &["apply", "--auto-approve"];

/// What is said of the manifest with one line replaced.
#[track_caller]
fn with(line: &str, instead: &str) -> String {
    let project = Project::applied();
    assert!(MANIFEST.contains(line), "{line}");
    project.manifest(&MANIFEST.replace(line, instead));
    project.refusal(APPLY)
}

/// What is said of the manifest with more at its end.
#[track_caller]
fn with_more(text: &str) -> String {
    let project = Project::applied();
    project.manifest(&format!("{MANIFEST}\n{text}\n"));
    project.refusal(APPLY)
}

#[test]
fn without_a_manifest_there_is_a_word_on_how_to_begin() {
    let project = Project::new();
    assert_snapshot!(project.refusal(&["plan"]), @r"
    error: there is no `maquette.toml` in `[workspace]` or any folder above it
      help: `maquette init` writes one; `-C DIR` starts somewhere else
    ");
    assert_snapshot!(project.refusal(&["-C", "nowhere", "plan"]), @r"
    error: cannot resolve `nowhere`: No such file or directory (os error 2)
    ");
}

#[test]
fn a_workspace_without_models_is_an_error_and_deletes_nothing() {
    let project = Project::applied();
    fs::remove_file(project.path().join("models/support.Modelfile")).unwrap();
    assert_snapshot!(project.refusal(APPLY), @r"
    error: the workspace has no model
      help: no file matches `models` of the manifest: `models/**/*.Modelfile`
    ");
    assert_snapshot!(project.refusal(&["check"]), @r"
    error: the workspace has no model
      help: no file matches `models` of the manifest: `models/**/*.Modelfile`
    ");
    project.manifest(&MANIFEST.replace("models = [\"models/**/*.Modelfile\"]\n", ""));
    assert_snapshot!(project.refusal(APPLY), @r"
    error: the workspace has no model
      help: no file has a name such as `support.Modelfile`, or it is hidden or ignored
    ");
}

#[test]
fn a_manifest_that_is_no_toml_is_shown_where_it_breaks() {
    assert_snapshot!(with("[workspace]", "[workspace"), @r"
    MF620 invalid-manifest

      × unclosed table, expected `]`
       ╭─[maquette.toml:1:11]
     1 │ [workspace
       ·           ▲
       ╰────

    1 error
    ");
}

#[test]
fn a_manifest_that_is_no_text_is_named() {
    let project = Project::applied();
    project.file("maquette.toml", b"\xff\xfe[\0");
    assert_snapshot!(project.refusal(APPLY), @r"
    error: `maquette.toml` is not UTF-8 text
      help: save it as UTF-8
    ");
    fs::File::create(project.path().join("maquette.toml")).unwrap().set_len((64 << 20) + 1).unwrap();
    assert_snapshot!(project.refusal(APPLY), @r"
    error: `maquette.toml` is larger than 64 MiB
    ");
}

#[test]
fn a_key_that_the_manifest_does_not_know_is_marked() {
    assert_snapshot!(with("kind = \"file\"", "kind = \"file\"\ntoken = \"x\""), @r#"
    MF620 invalid-manifest

      × unknown field `token`, expected one of `kind`, `path`, `url`, `args`, `groups`, `users`,
      │ `bases`, `knowledge`, `tools`, `filters`, `actions`, `skills`, `ollama`, `node`, `models`,
      │ `exclusive`, `allow-http`, `timeout`, `pull`, `quantize`, `delete`, `guard`
       ╭─[maquette.toml:8:1]
     8 │ token = "x"
       · ─────
       ╰────

    1 error
    "#);
    assert_snapshot!(with("kind = \"file\"", "kind = \"nextcloud\""), @r#"
    MF620 invalid-manifest

      × unknown variant `nextcloud`, expected one of `file`, `open-webui`, `ollama`
       ╭─[maquette.toml:7:8]
     7 │ kind = "nextcloud"
       ·        ───────────
       ╰────

    1 error
    "#);
}

#[test]
fn what_the_manifest_may_not_say_is_marked() {
    assert_snapshot!(with("id = \"0123456789abcdef0123456789abcdef\"\n", ""), @r#"
    MF620 invalid-manifest

      × missing field `id`
       ╭─[maquette.toml:1:1]
     1 │ [workspace]
       · ───────────
       ╰────
      help: `maquette init` writes a random one; it stays, for models on servers are known by it

    1 error
    "#);
    assert_snapshot!(with("0123456789abcdef0123456789abcdef", "short"), @r#"
    MF620 invalid-manifest

      × the workspace's `id` has fewer than 16 characters; `maquette init` writes a random one
       ╭─[maquette.toml:3:1]
     3 │ id = "short"
       · ──
       ╰────

    1 error
    "#);
    assert_snapshot!(with_more("[args]\nbase-model = \"llama3.2\""), @r#"
    MF620 invalid-manifest

      × `base-model` in `args` cannot stand in `${…}`: a name is of letters, digits and `_`
        ╭─[maquette.toml:11:1]
     11 │ base-model = "llama3.2"
        · ──────────
        ╰────

    1 error
    "#);
    assert_snapshot!(with_more("[guard]\nmax-deletes = \"200%\""), @r#"
    MF620 invalid-manifest

      × `200%` is not a percentage; write it as "10%", from 0 to 100, or give a number of models such
      │ as 5
        ╭─[maquette.toml:11:15]
     11 │ max-deletes = "200%"
        ·               ──────
        ╰────

    1 error
    "#);
    assert_snapshot!(with("kind = \"file\"", "kind = \"file\"\ntimeout = 0"), @r"
    MF620 invalid-manifest

      × the remote `local` has a `timeout` of 0 seconds; leave it out, or give at least 1
       ╭─[maquette.toml:8:1]
     8 │ timeout = 0
       · ───────
       ╰────

    1 error
    ");
}

#[test]
fn a_rule_that_does_not_exist_gets_the_closest_one_named() {
    assert_snapshot!(with_more("[rules]\nsecret-in-valu = \"off\""), @r#"
    MF620 invalid-manifest

      × there is no rule `secret-in-valu`; did you mean `secret-in-value`?
        ╭─[maquette.toml:11:1]
     11 │ secret-in-valu = "off"
        · ──────────────
        ╰────

    1 error
    "#);
    assert_snapshot!(with_more("[rules]\nduplicate-id = \"warn\""), @r#"
    MF620 invalid-manifest

      × the rule `duplicate-id` cannot be lowered: going on would do something else than the file says
        ╭─[maquette.toml:11:1]
     11 │ duplicate-id = "warn"
        · ────────────
        ╰────

    1 error
    "#);
}

#[test]
fn a_glob_that_is_none_is_quoted() {
    assert_snapshot!(with("models/**/*.Modelfile", "models/[a"), @r"
    error: `models/[a` is not a glob: unclosed character class; missing ']'
      help: the globs are under `models` in the manifest
    ");
}

#[test]
fn a_remote_is_chosen_by_name() {
    let project = Project::applied();
    assert_snapshot!(project.refusal(&["plan", "--remote", "locl"]), @r"
    error: there is no remote `locl` in the manifest
      help: did you mean `local`?
    ");
    assert_snapshot!(project.refusal(&["plan", "--remote", "production"]), @r"
    error: there is no remote `production` in the manifest
      help: there is `local`
    ");
    project.manifest(&format!("{MANIFEST}\n[remotes.second]\nkind = \"file\"\npath = \"second.json\"\n"));
    assert_snapshot!(project.refusal(APPLY), @r"
    error: the manifest has several remotes
      help: choose with `--remote`, or take `--all-remotes`: `local`, `second`
    ");
    project.manifest(MANIFEST.split("[remotes").next().unwrap());
    assert_snapshot!(project.refusal(APPLY), @r#"
    error: the manifest has no remote
      help: add one, such as `[remotes.local]` with `kind = "file"` and `path = "open-webui-export.json"`
    "#);
}

#[test]
fn a_remote_that_cannot_switch_models_off_is_not_asked_to() {
    let ollama = "kind = \"ollama\"\nurl = \"127.0.0.1:11434\"\ndelete = \"deactivate\"";
    let said = with("kind = \"file\"", ollama);
    assert!(said.contains("is of kind `ollama`, which cannot switch a model off"), "{said}");
}

#[test]
fn an_export_stays_in_the_workspace() {
    assert_snapshot!(with("export.json", "../export.json"), @r"
    error: `../export.json` leads out of the workspace; a `file` remote's path stays inside
    ");
    assert_snapshot!(with("export.json", "models/../../export.json"), @r"
    error: `models/../../export.json` leads out of the workspace; a `file` remote's path stays inside
    ");
    assert_snapshot!(with("export.json", "/tmp/export.json"), @r"
    error: `/tmp/export.json` leads out of the workspace; a `file` remote's path stays inside
    ");
    assert_snapshot!(with("export.json", "models"), @r"
    error: `models` is not a regular file
    ");
    assert_snapshot!(with("path = \"export.json\"", "path = \"\""), @r"
    error: the `path` of a `file` remote is empty; name a file, such as `open-webui-export.json`
    ");
    assert_snapshot!(with("export.json", "maquette.toml"), @r"
    error: `maquette.toml` is not an export of Open WebUI: it is not JSON: expected value at line 1 column 2
      help: the remote's `path` names what Open WebUI's Models page exports; move this file away to begin with an empty one
    ");
}

#[test]
fn a_link_does_not_lead_an_export_out_of_the_workspace() {
    let outside = tempfile::tempdir().unwrap();
    let project = Project::applied();
    let export = project.path().join("export.json");
    fs::rename(&export, outside.path().join("export.json")).unwrap();
    symlink(outside.path().join("export.json"), &export).unwrap();
    assert_snapshot!(project.refusal(APPLY), @r"
    error: `export.json` leads out of the workspace; a `file` remote's path stays inside
    ");

    fs::remove_file(&export).unwrap();
    symlink(outside.path().join("new.json"), &export).unwrap();
    assert_snapshot!(project.refusal(APPLY), @r"
    error: `export.json` is a link that leads nowhere
    ");

    symlink(outside.path(), project.path().join("elsewhere")).unwrap();
    project.manifest(&MANIFEST.replace("export.json", "elsewhere/export.json"));
    assert_snapshot!(project.refusal(APPLY), @r"
    error: `elsewhere/export.json` leads out of the workspace; a `file` remote's path stays inside
    ");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1, "something was written outside");
}

#[test]
fn a_path_with_escapes_in_it_is_printed_without_effect() {
    let project = Project::applied();
    project.manifest(&MANIFEST.replace("export.json", "\\u001b[31m\\u202e.json"));
    let output = project.run(&["plan", "--color", "always"]);
    let title = output.success().stdout.lines().next().unwrap();
    assert_eq!(title, "\u{1b}[1mPlan for local\u{1b}[0m (\\u{1b}[31m\\u{202e}.json)");
}

#[test]
fn wrong_usage_is_a_failure_and_not_pending_changes() {
    let project = Project::applied();
    for arguments in [&["plan", "--nope"][..], &["frobnicate"], &["apply", "plan.json", "--remote", "local"], &[]] {
        project.run(arguments).fails(1);
    }
}

#[test]
fn a_reader_that_goes_away_is_not_worth_a_word() {
    let project = Project::applied();
    for number in 0..2000 {
        project.file(format!("models/m{number}.Modelfile"), "FROM llama3.2:3b\n");
    }
    let mut child = project.command(&["plan"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut beginning = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut beginning).unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
    assert!(said.ends_with("1 note\n"), "{said}");
}
