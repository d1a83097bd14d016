//! `maquette fmt`.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Stdio;

use insta::assert_snapshot;

use super::workspace;
use crate::project::{MANIFEST, Project};

const UGLY: &str = "from  x\n\n\n\nTAGS a ,b\n";
const FINE: &str = "FROM x\n\nTAGS a, b\n";

fn bytes(project: &Project, path: &str) -> Vec<u8> {
    fs::read(project.path().join(path)).unwrap()
}

#[test]
fn the_workspace_is_formatted_and_stays_so() {
    let project = workspace(&[
        ("models/a.Modelfile", UGLY.as_bytes()),
        ("models/b.Modelfile", FINE.as_bytes()),
        ("models/c.Modelfile", b"FROM x\nINCLUDE ../parts/d\nINCLUDE ../parts/none\nINCLUDE ../../outside\n"),
        // Fragments have no name of their own, and may include others.
        ("parts/d", b"TAGS  a\nINCLUDE e\nTAGS c ,d\nINCLUDE d\n"),
        ("parts/e", b"SYSTEM   a"),
        ("other.txt", UGLY.as_bytes()),
    ]);
    let run = project.run(&["fmt"]);
    assert_eq!(run.success().stdout, "models/a.Modelfile\nparts/d\nparts/e\n");
    assert_eq!(run.stderr, "3 files formatted, 2 already formatted\n");
    assert_eq!(project.read("models/a.Modelfile"), FINE);
    assert_eq!(project.read("parts/d"), "TAGS a\nINCLUDE e\nTAGS c, d\nINCLUDE d\n");
    assert_eq!(project.read("parts/e"), "SYSTEM a\n");
    assert_eq!(project.read("other.txt"), UGLY);
    let again = project.run(&["fmt"]);
    assert_eq!(
        (again.success().stdout.as_str(), again.stderr.as_str()),
        ("", "0 files formatted, 5 already formatted\n")
    );
    project.run(&["fmt", "--check"]).success();
    assert_eq!(project.run(&["fmt", "other.txt"]).success().stdout, "other.txt\n");
}

#[test]
fn checking_and_showing_write_nothing() {
    let project = workspace(&[("models/a.Modelfile", UGLY.as_bytes()), ("models/b.Modelfile", FINE.as_bytes())]);
    let before = project.files();
    let check = project.run(&["fmt", "--check"]);
    assert_eq!(check.fails(1).stdout, "models/a.Modelfile\n");
    assert_eq!(check.stderr, "1 file needs formatting, 1 already formatted\n");
    let diff = project.run(&["fmt", "--diff"]);
    assert_snapshot!(diff.fails(1).stdout, @r"
    --- a/models/a.Modelfile
    +++ b/models/a.Modelfile
    @@ -1,5 +1,3 @@
    -from  x
    +FROM x
     
    -
    -
    -TAGS a ,b
    +TAGS a, b
    ");
    assert_eq!(project.files(), before);
}

#[test]
fn encodings_and_line_ends() {
    let utf16: Vec<u8> = "\u{feff}FROM x\r\nSYSTEM é\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let project = workspace(&[
        ("models/bom.Modelfile", b"\xEF\xBB\xBFFROM x\n"),
        ("models/crlf.Modelfile", b"FROM x\r\nSYSTEM \"\"\"a\r\nb\"\"\"\r\nTAGS a,b"),
        ("models/utf16.Modelfile", &utf16),
        ("models/latin1.Modelfile", b"from x\nSYSTEM caf\xe9\n"),
    ]);
    let run = project.run(&["fmt"]);
    assert_snapshot!(run.fails(1).stderr, @r"
    models/bom.Modelfile: without the byte order mark
    error: models/latin1.Modelfile:2:11: this is no valid text in the file's encoding; the file is left as it is
      help: `maquette check models/latin1.Modelfile` says what is wrong
    models/utf16.Modelfile: UTF-8 instead of UTF-16
    3 files formatted, 0 already formatted, 1 left as it is
    ");
    assert_eq!(bytes(&project, "models/bom.Modelfile"), b"FROM x\n");
    assert_eq!(bytes(&project, "models/crlf.Modelfile"), b"FROM x\r\nSYSTEM \"\"\"a\r\nb\"\"\"\r\nTAGS a, b\r\n");
    assert_eq!(bytes(&project, "models/utf16.Modelfile"), "FROM x\r\nSYSTEM é\r\n".as_bytes());
    assert_eq!(bytes(&project, "models/latin1.Modelfile"), b"from x\nSYSTEM caf\xe9\n");
}

#[test]
fn what_cannot_be_read_is_left_as_it_is() {
    let project =
        workspace(&[("models/a.Modelfile", UGLY.as_bytes()), ("models/b.Modelfile", b"from x\n\nhello you\n")]);
    let run = project.run(&["fmt"]);
    assert_snapshot!(run.fails(1).stderr, @r"
    error: models/b.Modelfile:3:1: this line cannot be read; the file is left as it is
      help: `maquette check models/b.Modelfile` says what is wrong
    1 file formatted, 0 already formatted, 1 left as it is
    ");
    assert_eq!(project.read("models/b.Modelfile"), "from x\n\nhello you\n");
    assert_eq!(project.read("models/a.Modelfile"), FINE);
    project.run(&["fmt", "models/missing.Modelfile"]).fails(1);
}

#[test]
fn links_are_kept_and_not_followed_out_of_the_workspace() {
    let project = workspace(&[("parts/a", UGLY.as_bytes()), ("models/b.Modelfile", FINE.as_bytes())]);
    let outside = project.path().parent().unwrap().join("outside.Modelfile");
    fs::write(&outside, UGLY).unwrap();
    symlink("../parts/a", project.path().join("models/link.Modelfile")).unwrap();
    project.run(&["fmt"]).success();
    assert_eq!(project.read("parts/a"), FINE);
    assert!(project.path().join("models/link.Modelfile").is_symlink());

    symlink(&outside, project.path().join("models/out.Modelfile")).unwrap();
    project.run(&["fmt"]).fails(1);
    let run = project.run(&["fmt", "models/out.Modelfile"]);
    assert_snapshot!(run.fails(1).stderr, @r"
    error: `models/out.Modelfile` is a link that leads out of the workspace; write to the file that it leads to
    0 files formatted, 0 already formatted, 1 left as it is
    ");
    assert_eq!(fs::read_to_string(&outside).unwrap(), UGLY);
    project.run(&["fmt", outside.to_str().unwrap()]).success();
    assert_eq!(fs::read_to_string(&outside).unwrap(), FINE);
}

#[test]
fn the_mode_stays_and_read_only_files_are_refused() {
    let project = workspace(&[("models/a.Modelfile", UGLY.as_bytes()), ("models/b.Modelfile", UGLY.as_bytes())]);
    let path = |name: &str| project.path().join(format!("models/{name}.Modelfile"));
    fs::set_permissions(path("a"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(path("b"), fs::Permissions::from_mode(0o444)).unwrap();
    let run = project.run(&["fmt"]);
    assert_eq!(run.fails(1).stdout, "models/a.Modelfile\n");
    assert!(run.stderr.contains("error: `models/b.Modelfile` is read-only\n"), "{run}");
    assert_eq!(fs::metadata(path("a")).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(project.read("models/b.Modelfile"), UGLY);
}

#[test]
fn the_order_is_asked_for() {
    let text = "SYSTEM a\nFROM x\n";
    let project = workspace(&[("models/a.Modelfile", text.as_bytes())]);
    project.run(&["fmt", "--check"]).success();
    project.run(&["fmt", "--check", "--order"]).fails(1);
    project.manifest(&format!("{MANIFEST}[format]\norder = true\n"));
    project.run(&["fmt"]).success();
    assert_eq!(project.read("models/a.Modelfile"), "FROM x\nSYSTEM a\n");
}

/// What the program answers to `text`, its exit code first.
fn through(project: &Project, arguments: &[&str], text: &[u8]) -> (Option<i32>, Vec<u8>, String) {
    let mut command = project.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), output.stdout, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn standard_input_comes_back_on_standard_output() {
    let project = Project::new();
    let answer = |arguments: &[&str], text: &[u8]| through(&project, arguments, text);
    assert_eq!(answer(&["fmt", "-"], UGLY.as_bytes()), (Some(0), FINE.as_bytes().to_vec(), String::new()));
    // Byte for byte, even what a terminal would act on.
    let coded = b"SYSTEM a\x1b[31mb\n";
    assert_eq!(answer(&["fmt", "-"], coded), (Some(0), coded.to_vec(), String::new()));
    let (code, stdout, stderr) = answer(&["fmt", "-", "--stdin-filename", "b/c.Modelfile"], b"FROM x\nhello you\n");
    assert_eq!((code, stdout.as_slice()), (Some(1), &b""[..]));
    assert!(stderr.starts_with("error: b/c.Modelfile:2:1: this line cannot be read"), "{stderr}");
    let (code, stdout, _) = answer(&["fmt", "-", "--check"], UGLY.as_bytes());
    assert_eq!((code, stdout.as_slice()), (Some(1), &b"<stdin>\n"[..]));
    assert_eq!(answer(&["fmt", "-", "--check"], FINE.as_bytes()).0, Some(0));
    assert_eq!(answer(&["fmt", "-", "a"], b"").0, Some(1));
}

/// The blocks of the page: what a file says before, and after.
#[test]
fn the_examples_of_the_page_are_what_happens() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formatting.md")).unwrap();
    let blocks = |kind: &str| -> Vec<String> {
        let fence = format!("```modelfile {kind}\n");
        page.split(&fence).skip(1).map(|rest| rest.split("```\n").next().unwrap().to_owned()).collect()
    };
    let (before, after) = (blocks("before"), blocks("after"));
    assert!(before.len() == after.len() && before.len() >= 3, "{}", before.len());
    for (before, after) in before.iter().zip(&after) {
        let project = Project::new();
        project.file("a.Modelfile", before);
        let arguments: &[&str] = if before.starts_with("# In any order") { &["--order"] } else { &[] };
        project.run(&[&["fmt", "a.Modelfile"], arguments].concat()).success();
        assert_eq!(project.read("a.Modelfile"), *after);
    }
    for keyword in maquette::format::RANKS {
        assert!(page.contains(&format!("`{keyword}`")), "{keyword}");
    }
    let order: Vec<usize> =
        maquette::format::RANKS.iter().map(|keyword| page.rfind(&format!("`{keyword}`")).unwrap()).collect();
    assert!(order.is_sorted(), "the page shows the order of the code");
}

#[test]
fn what_we_show_is_formatted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut shown = vec![];
    for file in fs::read_dir(root.join("examples/quickstart/models")).unwrap() {
        shown.push(fs::read_to_string(file.unwrap().path()).unwrap());
    }
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    shown.extend(readme.split("```modelfile\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()));
    let project = Project::new();
    project.run(&["init", "--name", "acme"]).success();
    for (text, number) in shown.iter().zip(1..) {
        project.file(format!("models/shown{number}.Modelfile"), text);
    }
    assert!(shown.len() > 2);
    project.run(&["fmt", "--diff"]).success();
}
