//! The folder of snapshots: closed to others, trusted in nothing, and never full.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::{FOLDER, files, ids, newest};
use crate::project::{MANIFEST, Project};

const APPLY: &[&str] = &["apply", "--auto-approve"];

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Applies another text of the one model, so many times.
fn apply_times(project: &Project, times: std::ops::Range<usize>) {
    for number in times {
        project.file("models/support.Modelfile", format!("FROM y\nSYSTEM {number}\n"));
        project.run(APPLY).success();
    }
}

#[test]
fn only_the_owner_reads_it() {
    let project = Project::applied();
    project.file("models/support.Modelfile", "FROM y\n");
    project.run(&[APPLY, &["--snapshot-dir", "new/deep"]].concat()).success();
    for folder in [FOLDER, ".maquette", "new/deep"] {
        assert_eq!(mode(project.path().join(folder)), 0o700, "{folder}");
    }
    for folder in [FOLDER, "new/deep"] {
        for ending in ["json", "journal"] {
            let files = files(&project, folder, ending);
            assert!(!files.is_empty(), "{folder} {ending}");
            for path in files {
                assert_eq!(mode(&path), 0o600, "{path:?}");
            }
        }
        assert_eq!(project.read(format!("{folder}/.gitignore")), "*\n");
    }
}

#[test]
fn a_folder_that_was_there_stays_as_it_is() {
    let project = Project::applied();
    fs::create_dir(project.path().join("artifacts")).unwrap();
    fs::set_permissions(project.path().join("artifacts"), fs::Permissions::from_mode(0o755)).unwrap();
    for folder in ["artifacts", "."] {
        project.file("models/support.Modelfile", format!("FROM y\nSYSTEM {folder}\n"));
        project.run(&[APPLY, &["--snapshot-dir", folder]].concat()).success();
        assert!(!project.path().join(folder).join(".gitignore").exists(), "everything in {folder} would be ignored");
        assert_eq!(mode(project.path().join(folder)), 0o755);
        let [snapshot] = &files(&project, folder, "json")
            .into_iter()
            .filter(|path| !path.ends_with("export.json"))
            .collect::<Vec<_>>()[..]
        else {
            panic!()
        };
        assert_eq!(mode(snapshot), 0o600);
    }
}

#[test]
fn no_link_leads_out() {
    for link in [".maquette", FOLDER] {
        let project = Project::new();
        project.manifest(MANIFEST).file("models/support.Modelfile", "FROM y\n");
        let outside = tempfile::tempdir().unwrap();
        let link = project.path().join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(outside.path(), &link).unwrap();
        let said = project.refusal(APPLY);
        assert!(said.contains("it is a link that leads out of the workspace"), "{said}");
        assert!(said.contains("`--snapshot-dir DIR` puts it somewhere else"), "{said}");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
        project.run(&["snapshots"]).fails(1);
        project.run(&["rollback"]).fails(1);
        // Where it leads, said in so many words, it is the user's own wish.
        let outside = outside.path().to_str().unwrap();
        project.run(&[APPLY, &["--snapshot-dir", outside]].concat()).success();
        assert!(fs::read_dir(outside).unwrap().count() > 1);
    }
    // One that stays inside is nobody's trap.
    let project = Project::new();
    project.manifest(MANIFEST).file("models/support.Modelfile", "FROM y\n").file("elsewhere/x", "");
    symlink("elsewhere", project.path().join(".maquette")).unwrap();
    project.run(APPLY).success();
    assert_eq!(ids(&project, "elsewhere/snapshots").len(), 1);
}

#[test]
fn the_newest_are_kept() {
    let project = Project::new();
    project.manifest(&format!("{MANIFEST}[snapshots]\nkeep = 2\n"));
    apply_times(&project, 0..2);
    let before = ids(&project, FOLDER);
    // Of other remotes, of other workspaces, and what is no snapshot at all.
    let kept = ["19700101T000000Z-other", "1000000000-local", "note"];
    let text = project.read(format!("{FOLDER}/{}.json", before[0]));
    project.file(format!("{FOLDER}/{}.json", kept[0]), text.replacen("\"local\"", "\"other\"", 1));
    project.file(format!("{FOLDER}/{}.json", kept[1]), "{\"format\": 1, \"remote\": \"local\", \"origin\": \"file:export.json\", \"taken_at\": 1000000000, \"rows\": []}");
    project.file(format!("{FOLDER}/{}.json", kept[2]), "{}");
    // And one whose apply was ended midway, however old.
    let journal = files(&project, FOLDER, "journal").remove(0);
    let lines: Vec<String> = fs::read_to_string(&journal).unwrap().lines().map(str::to_owned).collect();
    fs::write(&journal, lines[..3].join("\n")).unwrap();
    project.file("models/support.Modelfile", "FROM y\nSYSTEM 3\n");
    project.run(&[APPLY, &["--snapshot-dir", FOLDER]].concat()).success();
    let now = ids(&project, FOLDER);
    assert!(kept.iter().all(|id| now.iter().any(|one| one == id)), "{now:?}");
    assert!(now.contains(&before[0]), "its apply was ended midway");

    // The apply that succeeded has made up for it.
    apply_times(&project, 4..6);
    let own: Vec<String> = ids(&project, FOLDER).into_iter().filter(|id| !kept.contains(&id.as_str())).collect();
    assert_eq!(own.len(), 2);
    assert!(!own.contains(&before[0]) && !own.contains(&before[1]));
    let journals = files(&project, FOLDER, "journal");
    assert_eq!(journals.len(), 2, "journals go with their snapshots");
}

#[test]
fn a_snapshot_that_cannot_be_relied_on_is_refused() {
    let project = Project::applied();
    project.file("models/support.Modelfile", "FROM y\nSYSTEM New.\n");
    project.run(APPLY).success();
    let id = newest(&project);
    let path = project.path().join(format!("{FOLDER}/{id}.json"));
    let text = fs::read_to_string(&path).unwrap();
    let with = |content: &[u8]| {
        fs::write(&path, content).unwrap();
        let said = project.refusal(&["rollback", "--auto-approve", &id]);
        let list = project.run(&["snapshots"]);
        list.success();
        (said, list.stdout)
    };
    for (content, words) in [
        (text.replacen("Be kind.", "Be evil.", 1), "it was edited or damaged after it was written"),
        (text.replacen("\"rows\":", "\"rows\" :", 1), "it was edited or damaged after it was written"),
        (text.replacen("\"format\": 2", "\"format\": 3", 1), "it is a snapshot of format 3"),
        (text.replacen("\"format\": 2", "\"format\": 1", 1), "carries no seal"),
        (text[..text.len() / 2].to_owned(), "a damaged one"),
        (String::new(), "a damaged one"),
        ("[]".into(), "a damaged one"),
    ] {
        let (said, _) = with(content.as_bytes());
        assert!(said.contains(words), "{words}: {said}");
    }
    let (said, list) = with(b"\xff\x00\x1b[31m");
    assert!(said.contains("it is not text"), "{said}");
    assert!(list.contains("warning:") && list.contains(&id), "{list}");

    let list = |project: &Project| project.run(&["snapshots"]).success().stdout.clone();
    fs::File::create(&path).unwrap().set_len(2 << 30).unwrap();
    let said = project.run(&["rollback", "--auto-approve", &id]);
    assert!(said.fails(1).stderr.contains("larger than 1024 MiB"), "{said}");
    assert!(list(&project).contains("larger than 1024 MiB"));
    fs::remove_file(&path).unwrap();
    fs::write(project.path().join("elsewhere"), &text).unwrap();
    symlink(project.path().join("elsewhere"), &path).unwrap();
    let said = project.refusal(&["rollback", "--auto-approve", &id]);
    assert!(said.contains("it is not a regular file") && list(&project).contains("it is not a regular file"), "{said}");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let said = project.refusal(&["rollback", "--auto-approve", &id]);
    assert!(said.contains("it is not a regular file"), "{said}");

    for hostile in ["../../maquette", "nonesuch", "..", "a\u{1b}b"] {
        let said = project.refusal(&["rollback", "--auto-approve", hostile]);
        assert!(said.contains("there is no snapshot") && said.contains("`maquette snapshots` lists"), "{said}");
        assert!(!said.contains('\u{1b}'));
    }
}

#[test]
fn a_snapshot_of_another_workspace_or_remote_is_refused() {
    let project = Project::applied();
    let id = newest(&project);
    project.manifest(&MANIFEST.replace("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"));
    let said = project.refusal(&["rollback", "--auto-approve", &id]);
    assert!(said.contains("it was written by another workspace"), "{said}");
    let list = project.run(&["snapshots"]);
    assert!(list.success().stdout.contains("of another workspace"), "{list}");
    let said = project.refusal(&["rollback", "--auto-approve"]);
    assert!(said.contains("there is no snapshot of `local`"), "{said}");

    project.manifest(&format!("{MANIFEST}[remotes.other]\nkind = \"file\"\npath = \"other.json\"\n"));
    let said = project.refusal(&["rollback", "--auto-approve", &id, "--remote", "other"]);
    assert!(
        said.contains("the snapshot was taken of `file:export.json`, and the remote is `file:other.json`"),
        "{said}"
    );
    let said = project.refusal(&["rollback", "--auto-approve"]);
    assert!(said.contains("the manifest has several remotes"), "{said}");
    // What an edited one holds can be looked at all the same.
    let path = project.path().join(format!("{FOLDER}/{id}.json"));
    fs::write(&path, fs::read_to_string(&path).unwrap().replacen("\"local\"", "\"lokal\"", 1)).unwrap();
    let shown = project.run(&["snapshots", "show", &id]);
    assert!(shown.fails(1).stderr.contains("cannot be relied on: it was edited"), "{shown}");
    assert!(shown.stdout.contains("support  was not there"), "{shown}");
}
