//! `maquette check --fix`.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use insta::assert_snapshot;

use super::workspace;
use crate::project::Project;

/// Two problems that are safe to repair, one that may be repaired, and one that may not.
const BAD: &str = "from llama3.2:3b\nPARAMETER top-k 5\nPARAMETER stop a\\n\nID a b\n";
const SAFE: &str = "FROM llama3.2:3b\nPARAMETER top_k 5\nPARAMETER stop a\\n\nID a b\n";

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

#[test]
fn safe_repairs_are_made_and_the_rest_is_reported() {
    let project = workspace(&[("models/a.Modelfile", BAD.as_bytes())]);
    let run = project.run(&["check", "--fix"]);
    assert_eq!(project.read("models/a.Modelfile"), SAFE);
    assert_eq!(last_line(&run.fails(1).stderr), "fixed 2 problems in 1 file; 2 remain (1 fixable with --unsafe-fixes)");
    assert!(run.stdout.contains("invalid-id") && run.stdout.contains("backslash-escape"), "{run}");
    assert!(!run.stdout.contains("bad-parameter-separator"), "{run}");
    let run = project.run(&["check", "--fix", "--unsafe-fixes"]);
    assert_eq!(last_line(&run.fails(1).stderr), "fixed 1 problem in 1 file; 1 remains");
    let again = project.run(&["check", "--fix", "--unsafe-fixes"]);
    assert_eq!(last_line(&again.fails(1).stderr), "fixed 0 problems in 0 files; 1 remains");
}

#[test]
fn a_preview_writes_nothing() {
    let project = workspace(&[("models/a.Modelfile", b"from llama3.2:3b\nPARAMETER top_k=5\n")]);
    let before = project.files();
    let run = project.run(&["check", "--diff"]);
    assert_snapshot!(run.code(2).stdout, @r"
    --- a/models/a.Modelfile
    +++ b/models/a.Modelfile
    @@ -1,2 +1,2 @@
    -from llama3.2:3b
    -PARAMETER top_k=5
    +FROM llama3.2:3b
    +PARAMETER top_k 5
    ");
    assert_eq!(last_line(&run.stderr), "would fix 2 problems in 1 file; 0 remain");
    assert_eq!(project.files(), before);
    project.run(&["check", "--fix"]).success();
    project.run(&["check", "--diff"]).success();
    // Errors that no repair takes away are errors.
    project.file("models/b.Modelfile", BAD);
    project.run(&["check", "--diff"]).fails(1);
    project.run(&["check", "--unsafe-fixes"]).fails(1);
    project.run(&["check", "--diff", "--format", "json"]).fails(1);
}

#[test]
fn a_file_with_two_names_is_repaired_once() {
    let project = workspace(&[("models/a.Modelfile", b"from llama3.2:3b\nID one\nPARAMETER top-k 5\n")]);
    symlink("a.Modelfile", project.path().join("models/b.Modelfile")).unwrap();
    let run = project.run(&["check", "--fix"]);
    assert_eq!(project.read("models/a.Modelfile"), "FROM llama3.2:3b\nID one\nPARAMETER top_k 5\n");
    assert!(last_line(&run.stderr).starts_with("fixed 2 problems in 1 file; "), "{run}");
    assert!(project.path().join("models/b.Modelfile").is_symlink());
}

#[test]
fn encodings_and_line_ends_stay() {
    let utf16: Vec<u8> = "\u{feff}FROM llama3.2:3b\r\nPARAMETER top-k 5\r\nSYSTEM é😀\r\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    let latin1 = b"FROM llama3.2:3b\nPARAMETER top-k 5\nSYSTEM caf\xe9\n";
    let project = workspace(&[
        ("models/bom.Modelfile", b"\xEF\xBB\xBFfrom llama3.2:3b\r\n\r\nSYSTEM a\n"),
        ("models/utf16.Modelfile", &utf16),
        ("models/latin1.Modelfile", latin1),
    ]);
    let run = project.run(&["check", "--fix"]);
    run.fails(1);
    let bytes = |name: &str| fs::read(project.path().join(format!("models/{name}.Modelfile"))).unwrap();
    assert_eq!(bytes("bom"), b"\xEF\xBB\xBFFROM llama3.2:3b\r\n\r\nSYSTEM a\n");
    let expected: Vec<u8> = "\u{feff}FROM llama3.2:3b\r\nPARAMETER top_k 5\r\nSYSTEM é😀\r\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    assert_eq!(bytes("utf16"), expected);
    assert_eq!(bytes("latin1"), latin1);
    assert!(run.stderr.contains("`models/latin1.Modelfile` is left as it is: some of its bytes are no text"), "{run}");
}

#[test]
fn what_cannot_be_written_is_said_and_left() {
    let project =
        workspace(&[("models/a.Modelfile", b"from llama3.2:3b\n"), ("models/b.Modelfile", b"from llama3.2:3b\n")]);
    let path = project.path().join("models/b.Modelfile");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let run = project.run(&["check", "--fix"]);
    assert!(run.fails(1).stderr.contains("error: `models/b.Modelfile` is read-only\n"), "{run}");
    assert_eq!(project.read("models/a.Modelfile"), "FROM llama3.2:3b\n");
    assert_eq!(project.read("models/b.Modelfile"), "from llama3.2:3b\n");
    assert_eq!(last_line(&run.stderr), "fixed 1 problem in 1 file; 1 remains");
}

#[test]
fn files_that_are_named_are_repaired_without_a_workspace() {
    let project = Project::new();
    project.file("a.Modelfile", BAD).file("b.Modelfile", BAD);
    project.run(&["check", "--fix", "a.Modelfile"]).fails(1);
    assert_eq!(project.read("a.Modelfile"), SAFE);
    assert_eq!(project.read("b.Modelfile"), BAD);
}

#[test]
fn a_fragment_of_many_models_is_repaired_once() {
    let model = b"FROM llama3.2:3b\nINCLUDE ../parts/house\n";
    let project = workspace(&[
        ("models/a.Modelfile", model),
        ("models/b.Modelfile", model),
        ("parts/house", b"parameter top_k 5\nPARAMETER TEMPERATURE 0.5\nSYSTEM Be brief.\n"),
    ]);
    let run = project.run(&["check", "--fix"]);
    assert_eq!(project.read("parts/house"), "PARAMETER top_k 5\nPARAMETER temperature 0.5\nSYSTEM Be brief.\n");
    assert_eq!(last_line(&run.success().stderr), "fixed 2 problems in 1 file; 0 remain", "{run}");
    assert_eq!(project.read("models/a.Modelfile").as_bytes(), model);
}
