//! Applies that were ended midway are told of, whatever has become of their journals.

use std::fs;
use std::path::PathBuf;

use super::{FOLDER, files};
use crate::project::Project;

/// A workspace whose last apply seems to have been killed after its step was sent.
fn killed() -> (Project, PathBuf) {
    let project = Project::applied();
    let journal = files(&project, FOLDER, "journal").pop().unwrap();
    let text = fs::read_to_string(&journal).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "began, steps, begun, done, end: {text}");
    fs::write(&journal, lines[..3].join("\n") + "\n").unwrap();
    (project, journal)
}

/// A plan says nothing of any journal.
#[track_caller]
fn is_quiet(project: &Project) {
    let output = project.run(&["plan"]);
    assert!(!["midway", "journal", "under way"].iter().any(|word| output.success().stderr.contains(word)), "{output}");
}

#[test]
fn the_next_run_says_what_was_done() {
    let (project, journal) = killed();
    for command in [&["plan"][..], &["drift"]] {
        let output = project.run(command);
        output.success();
        assert!(output.stderr.contains("the apply to local of 20"), "{output}");
        assert!(
            output.stderr.contains("was ended midway: 0 of 1 steps are done, 1 was under way (write 1 rows)"),
            "{output}"
        );
    }
    let list = project.run(&["snapshots"]);
    assert!(list.success().stdout.contains("ended midway, 0 of 1 steps done"), "{list}");
    // It was done all the same: an apply with nothing left to do closes the journal.
    let output = project.run(&["apply"]);
    assert!(output.success().stderr.contains("was ended midway"), "{output}");
    assert!(fs::read_to_string(journal).unwrap().contains("{\"closed\":"));
    is_quiet(&project);
    let list = project.run(&["snapshots"]);
    assert!(list.success().stdout.contains("ended midway, made up for since"), "{list}");
}

#[test]
fn an_apply_that_succeeds_closes_the_journal() {
    let (project, _) = killed();
    project.file("models/support.Modelfile", "FROM y\n");
    let output = project.run(&["apply", "--auto-approve"]);
    assert!(output.success().stderr.contains("was ended midway"), "{output}");
    is_quiet(&project);
}

#[test]
fn an_apply_that_lives_is_told_from_one_that_was_killed() {
    let (project, journal) = killed();
    let held = fs::File::open(&journal).unwrap();
    held.lock().unwrap();
    let output = project.run(&["plan"]);
    assert!(output.success().stderr.contains("an apply to local that began at 20"), "{output}");
    assert!(output.stderr.contains("is under way") && !output.stderr.contains("midway"), "{output}");
    drop(held);
    assert!(project.run(&["plan"]).stderr.contains("midway"));
}

#[test]
fn a_damaged_journal_stops_nothing() {
    for content in ["", "{}\n{}\n", "\u{0}\u{1b}[31m", "{\"began\":"] {
        let (project, journal) = killed();
        fs::write(&journal, content).unwrap();
        let output = project.run(&["plan"]);
        assert!(
            output.success().stderr.contains("cannot be read, so what its apply has done is not known"),
            "{output}"
        );
        project.file("models/support.Modelfile", "FROM y\n");
        project.run(&["apply", "--auto-approve"]).success();
        assert!(!journal.exists(), "it is set aside");
        assert_eq!(fs::read_to_string(journal.with_extension("journal.damaged")).unwrap(), content);
        is_quiet(&project);
    }
    // A link is not written through.
    let (project, journal) = killed();
    let target = project.path().join("target");
    fs::rename(&journal, &target).unwrap();
    std::os::unix::fs::symlink(&target, &journal).unwrap();
    let before = fs::read(&target).unwrap();
    assert!(project.run(&["apply"]).success().stderr.contains("it is not a regular file"));
    assert_eq!(fs::read(&target).unwrap(), before);
}

#[test]
fn journals_of_other_remotes_and_workspaces_are_theirs() {
    let (project, journal) = killed();
    let text = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, text.replacen("\"remote\":\"local\"", "\"remote\":\"other\"", 1)).unwrap();
    is_quiet(&project);
    project.run(&["apply"]).success();
    assert!(!fs::read_to_string(journal).unwrap().contains("closed"));
}
