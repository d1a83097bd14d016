//! What the README shows is what happens.

use std::fs;
use std::path::Path;

use crate::project::Project;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A copy of the quickstart workspace.
fn quickstart() -> Project {
    let project = Project::new();
    for file in ["maquette.toml", "models/support.Modelfile", "models/translator.Modelfile"] {
        project.file(file, fs::read(root().join("examples/quickstart").join(file)).unwrap());
    }
    project
}

#[test]
fn the_main_job_runs_as_the_readme_shows_it() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let command = "$ cargo run --quiet -- -C examples/quickstart apply --auto-approve\n";
    let shown = readme.split(command).nth(1).expect("the command stands in the README").split("```").next().unwrap();
    let project = quickstart();
    let run = project.run(&["apply", "--auto-approve"]);
    run.success();
    let same_each_time = |text: &str| {
        let lines = text.trim_end().lines();
        let lines = lines.filter(|line| !line.starts_with("The state before is in") && !line.starts_with("It took "));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(same_each_time(&run.stdout), same_each_time(shown), "the README shows something else\n{run}");
    project.run(&["plan", "--detailed-exitcode"]).success();
}

#[test]
fn the_examples_of_the_readme_are_fine() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks: Vec<&str> =
        readme.split("```modelfile\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(!blocks.is_empty());
    for (block, number) in blocks.iter().zip(1..) {
        let project = Project::new();
        project.file(format!("example{number}.Modelfile"), block);
        project.run(&["check", "--target", "open-webui", "."]).success();
    }
}

#[test]
fn init_makes_a_workspace_that_applies() {
    let project = Project::new();
    project.run(&["init", "--name", "acme"]).success();
    let manifest = project.read("maquette.toml");
    project.run(&["check"]).success();
    project.run(&["apply", "--auto-approve"]).success();
    project.run(&["plan", "--detailed-exitcode"]).success();
    project.run(&["init"]).fails(1);
    assert_eq!(project.read("maquette.toml"), manifest, "init overwrote a manifest");
}
