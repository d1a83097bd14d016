//! Modelfiles and images that cannot be what they should be: the file is named, and nothing is written.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use insta::assert_snapshot;

use crate::project::{MANIFEST, Project};

const APPLY: &[&str] = &["apply", "--auto-approve"];

/// What is said of a second Modelfile.
#[track_caller]
fn beside(text: impl AsRef<[u8]>) -> String {
    let project = Project::applied();
    project.file("models/b.Modelfile", text);
    project.refusal(APPLY)
}

#[test]
fn an_empty_file_has_no_base_model() {
    assert_snapshot!(beside(""), @r"
    MF103 missing-from

      × the file names no base model
       ╭─[models/b.Modelfile:1:1]
     1 │ 
       · ▲
       ╰────
      help: add `FROM <base model>`, or `OVERRIDE <id>` to manage a base model's own row

    1 error
    ");
}

#[test]
fn a_file_that_is_not_utf_8_is_shown_where_it_is_not() {
    assert_snapshot!(beside(b"FROM x\nSYSTEM caf\xe9\n"), @r"
    MF001 invalid-utf8

      × a byte is not text and becomes `�`
       ╭─[models/b.Modelfile:2:11]
     2 │ SYSTEM caf�
       ·           ─
       ╰────
      help: save the file as UTF-8

    1 error
    ");
}

#[test]
fn utf_16_is_read_by_its_mark_and_never_guessed() {
    let text: Vec<u8> = "FROM x\nSYSTEM Größe\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_snapshot!(beside(&text), @r"
    MF003 utf16-without-bom

      × the file looks like UTF-16, but it has no byte order mark that says so
       ╭─[models/b.Modelfile:1:2]
     1 │ F\u{0}R\u{0}O\u{0}M\u{0} \u{0}x\u{0}
       ·  ─────
       ╰────
      help: save the file as UTF-8

    1 error
    ");
    let project = Project::applied();
    project.file("models/b.Modelfile", [b"\xff\xfe", &text[..]].concat());
    let plan = project.run(&["plan"]);
    assert!(plan.success().stdout.contains("system: \"Größe\""), "{plan}");
}

#[test]
fn a_binary_file_is_not_printed_to_its_end() {
    let noise: Vec<u8> = (0_u32..60_000).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let said = beside(noise);
    assert!(said.contains("invalid-utf8") && said.contains("more in models/b.Modelfile are not shown"), "{said}");
    assert!(said.len() < 100_000, "{} bytes", said.len());
}

#[test]
fn a_huge_file_is_not_read() {
    let project = Project::applied();
    let path = project.path().join("models/b.Modelfile");
    fs::File::create(path).unwrap().set_len((64 << 20) + 1).unwrap();
    assert_snapshot!(project.refusal(APPLY), @r"
    MF602 unreadable-file

      × `models/b.Modelfile` is larger than 64 MiB

    1 error
    ");
}

#[test]
fn a_named_pipe_is_not_waited_for() {
    let project = Project::applied();
    let path = project.path().join("models/b.Modelfile");
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    assert_snapshot!(project.refusal(APPLY), @r"
    MF602 unreadable-file

      × `models/b.Modelfile` is not a regular file

    1 error
    ");
}

#[test]
fn a_folder_named_like_a_modelfile_is_a_folder() {
    let project = Project::applied();
    project.file("models/b.Modelfile/c.Modelfile", "FROM x\n");
    let plan = project.run(&["plan"]);
    assert!(plan.success().stdout.contains("+ create c"), "{plan}");
}

#[test]
fn links_are_followed_inside_the_workspace_only() {
    let project = Project::applied();
    let outside = tempfile::NamedTempFile::new().unwrap();
    fs::write(outside.path(), "FROM x\n").unwrap();
    symlink(outside.path(), project.path().join("models/b.Modelfile")).unwrap();
    symlink("nowhere", project.path().join("models/c.Modelfile")).unwrap();
    assert_snapshot!(project.refusal(APPLY), @r"
    MF602 unreadable-file

      × `models/b.Modelfile`: the link leads out of the workspace

    MF602 unreadable-file

      × `models/c.Modelfile`: the link leads nowhere

    2 errors
    ");
}

/// Whoever runs as root reads everything, and then there is nothing to refuse.
#[test]
fn what_may_not_be_read_blocks_the_apply() {
    let project = Project::applied();
    project.file("models/closed/b.Modelfile", "FROM x\n").file("models/c.Modelfile", "FROM x\n");
    let (folder, file) = (project.path().join("models/closed"), project.path().join("models/c.Modelfile"));
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    let everything_can_be_read = fs::read(&file).is_ok();
    let output = project.run(&["check"]);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    if everything_can_be_read {
        output.success();
        return;
    }
    let said = output.code(1).stdout.clone();
    assert!(said.contains("models/closed") && said.contains("cannot read `models/c.Modelfile`"), "{said}");
}

#[test]
fn two_files_of_one_id_are_both_named() {
    assert_snapshot!(beside("FROM x\nID support\n"), @r"
    MF601 duplicate-id

      × two files describe the model `support`
       ╭─[models/support.Modelfile:1:1]
     1 │ FROM llama3.2:3b
       · ▲
       ╰────
      help: give one of them another ID, or delete it

    Advice: 
      ☞ the other is `models/b.Modelfile`
       ╭─[models/b.Modelfile:2:4]
     2 │ ID support
       ·    ───────
       ╰────

    1 error
    ");
}

#[test]
fn a_directive_that_stands_twice_is_marked_twice() {
    assert_snapshot!(beside("FROM x\nNAME one\nNAME two\n"), @r"
    MF501 duplicate-directive

      × `NAME` stands a second time
       ╭─[models/b.Modelfile:2:1]
     2 │ NAME one
       · ────┬───
       ·     ╰── the first one is here
     3 │ NAME two
       · ────────
       ╰────
      help: remove one of them

    1 error
    ");
}

#[test]
fn a_file_that_is_not_there_is_an_error_where_it_is_named() {
    assert_snapshot!(beside("FROM x\nARG a=b\nINCLUDE c\nSYSTEMFILE d.md\n"), @r"
    MF552 unused-arg

      ⚠ nothing below refers to `${a}`
       ╭─[models/b.Modelfile:2:1]
     2 │ ARG a=b
       · ───────
       ╰────
      help: remove it, or write it where it is meant

    MF602 unreadable-file

      × there is no file `c`
       ╭─[models/b.Modelfile:3:9]
     3 │ INCLUDE c
       ·         ─
       ╰────
      help: the path is relative to the file that holds it

    MF602 unreadable-file

      × there is no file `d.md`
       ╭─[models/b.Modelfile:4:12]
     4 │ SYSTEMFILE d.md
       ·            ────
       ╰────
      help: the path is relative to the file that holds it

    2 errors, 1 warning
    ");
}

#[test]
fn one_file_that_does_not_parse_blocks_every_deletion() {
    let project = Project::applied();
    fs::remove_file(project.path().join("models/support.Modelfile")).unwrap();
    project.file("models/b.Modelfile", "FROM x\nOOPS\n");
    for rules in ["", "[rules]\nunknown-parameter = \"off\"\n"] {
        project.manifest(&format!("{MANIFEST}\n{rules}"));
        let said = project.refusal(APPLY);
        assert!(said.contains("unknown-instruction"), "{said}");
    }
}

#[test]
fn an_avatar_is_an_image_of_the_workspace() {
    let project = Project::applied();
    project
        .file("models/text.png", "no image")
        .file("models/drawing.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    let mut large = b"\x89PNG\r\n\x1a\n".to_vec();
    large.resize((2 << 20) + 1, 0);
    project.file("models/large.png", large);
    symlink("/etc/hostname", project.path().join("models/link.png")).unwrap();
    let mut said = Vec::new();
    for avatar in
        ["none.png", "text.png", "drawing.svg", "large.png", "link.png", "../../x.png", "/x.png", ".", "ftp://x"]
    {
        project.file("models/support.Modelfile", format!("FROM llama3.2:3b\nAVATAR {avatar}\n"));
        let refusal = project.refusal(APPLY);
        let told = |line: &&str| line.contains('×') || line.contains("help:");
        said.extend(refusal.lines().filter(told).map(|line| line.trim_end().to_owned()));
    }
    assert_snapshot!(said.join("\n"), @r"
    × there is no file `none.png`
    help: the path is relative to the file that holds it
    × `text.png` is not an image that the server takes
    help: use a PNG, JPEG, GIF or WebP file
    × `drawing.svg` is an SVG image, which the server drops without a word
    help: save it as PNG, JPEG, GIF or WebP
    × `large.png` is larger than 2 MiB
    help: make it smaller: it is sent with every list of models; 250 × 250 pixels are enough
    × `link.png` leads out of the workspace
    help: copy the image into the workspace; links that lead out count as outside
    × `../../x.png` leads out of the workspace
    help: copy the image into the workspace; links that lead out count as outside
    × `/x.png` leads out of the workspace
    help: copy the image into the workspace; links that lead out count as outside
    × `.` is not a file
    help: the path is relative to the file that holds it
    × `ftp:` is no address of an image, so open webui shows no image
    help: name an image file of the workspace, or an `https://` address
    ");
}

#[test]
fn escapes_in_values_do_nothing_to_the_terminal() {
    let project = Project::applied();
    let text = "FROM x\nNAME \"a\\u001b[31mb\\r\"\nDESCRIPTION \"one\\n\"\nTAGS \"t\\u0007\", \"two\\nlines\"\n\
                SYSTEM \"\"\"Hello \u{1b}[2J\u{202e}there\"\"\"\n";
    project.file("models/b.Modelfile", text);
    let plan = project.run(&["plan"]);
    assert_snapshot!(plan.success().stdout, @r#"
    Plan for local (export.json)

      + create b
          base: "x"
          name: "a\u{1b}[31mb\u{d}"
          system: "Hello \u{1b}[2J\u{202e}there"
          access: private
          meta.description: "one" (1 line, 4 B)
          meta.tags: t\u{7}, "two\nlines"

    1 to create, 0 to update, 0 to delete; 1 unchanged.
    Written by file: the export is replaced in one go.
    "#);
    project.run(&["plan", "--color", "always"]).acts_on_no_terminal();
    project.run(APPLY).success();
    project.file("models/b.Modelfile", "FROM x\nSYSTEM \"\"\"Hello \u{9b}2Jthere,\nfriend\"\"\"\n");
    let plan = project.run(&["plan"]);
    assert_snapshot!(plan.success().stdout, @r#"
    Plan for local (export.json)

      ~ update b
          name: "a\u{1b}[31mb\u{d}" -> "b"  (no longer in the file; goes back to the default)
          system:
            | Hello [-\u{1b}[2J\u{202e}there-]{+\u{9b}2Jthere,+}
            | {+friend+}
          meta.description:  (no longer in the file; goes back to the default)
            - "one" (1 line, 4 B)
            + (default)
          meta.tags:  (no longer in the file; goes back to the default)
            - t\u{7}, "two\nlines"
            + (default)

    0 to create, 1 to update, 0 to delete; 1 unchanged.
    Written by file: the export is replaced in one go.
    "#);
    project.file("models/b.Modelfile", "FROM x\nID a\u{1b}]0;title\u{7}b\n");
    assert_snapshot!(project.refusal(APPLY), @r"
    MF510 invalid-id

      × `a\u{1b}]0;title\u{7}b` cannot be an id: it holds a control character
       ╭─[models/b.Modelfile:2:4]
     2 │ ID a\u{1b}]0;title\u{7}b
       ·    ─────────────────────
       ╰────
      help: an id has 1 to 256 characters and no blanks

    1 error
    ");
    project.run(&["check", "--color", "always"]).acts_on_no_terminal();
}

#[test]
fn a_broken_file_alone_is_named_by_check() {
    let project = Project::new();
    project.file("b.Modelfile", "FROM x:1b\nSYSTM Be kind.\n");
    assert_snapshot!(project.refusal(&["check", "b.Modelfile", "missing.Modelfile"]), @r"
    MF602 unreadable-file

      × there is no file `missing.Modelfile`

    MF101 unknown-instruction

      × `SYSTM` is no directive
       ╭─[b.Modelfile:2:1]
     2 │ SYSTM Be kind.
       · ─────
       ╰────
      help: did you mean `SYSTEM`?

    2 errors
    ");
}
