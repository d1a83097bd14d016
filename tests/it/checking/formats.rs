//! The formats, as CI reads them.

use insta::assert_snapshot;
use serde_json::Value;

use super::{check, repository};
use crate::project::Project;

#[test]
fn a_line_each() {
    assert_snapshot!(repository().run(&check(&["--format", "concise"])).code(1).stdout, @r#"
    größe.Modelfile:3:17: warning[MF507] duplicate-item: `a` is listed twice
    größe.Modelfile:4:11: error[MF301] unknown-parameter: there is no parameter `tempratur`
    größe.Modelfile:5:1: warning[MF308] duplicate-scalar: `top_k` is set again below, and this value does not count
    legacy/old.Modelfile:2:11: error[MF301] unknown-parameter: there is no parameter `tempratur`
    legacy/old.Modelfile:3:1: error[MF303] removed-parameter: `num_gqa` is gone since ollama 0.1.35
    "#);
}

#[test]
fn annotations_name_files_from_the_root_of_the_repository() {
    assert_snapshot!(repository().run(&check(&["--format", "github"])).code(1).stdout, @r#"
    ::warning title=MF507 duplicate-item,file=my models/größe.Modelfile,line=3,col=17,endLine=3,endColumn=18::`a` is listed twice%0Amy models/größe.Modelfile:3:14: the first time here%0Ahelp: remove one of them
    ::error title=MF301 unknown-parameter,file=my models/größe.Modelfile,line=4,col=11,endLine=4,endColumn=20::there is no parameter `tempratur`%0Ahelp: did you mean `temperature`?
    ::warning title=MF308 duplicate-scalar,file=my models/größe.Modelfile,line=5,col=1,endLine=5,endColumn=18::`top_k` is set again below, and this value does not count%0Amy models/größe.Modelfile:6:1: set again here
    ::error title=MF301 unknown-parameter,file=my models/legacy/old.Modelfile,line=2,col=11,endLine=2,endColumn=20::there is no parameter `tempratur`%0Ahelp: did you mean `temperature`?
    ::error title=MF303 removed-parameter,file=my models/legacy/old.Modelfile,line=3,col=1,endLine=3,endColumn=20::`num_gqa` is gone since ollama 0.1.35%0Ahelp: remove the line
    "#);
}

#[test]
fn every_format_tells_the_same() {
    let project = repository();
    let json = |format: &str| {
        serde_json::from_str::<Value>(&project.run(&check(&["--format", format])).code(1).stdout).unwrap()
    };
    let diagnostics = json("json")["diagnostics"].clone();
    let rules: Vec<&str> =
        diagnostics.as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
    let lines = project.run(&check(&["--format", "json-lines"])).code(1).stdout.clone();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(diagnostics, Value::from(lines));
    let issues = json("gitlab");
    assert_eq!(
        rules,
        issues.as_array().unwrap().iter().map(|issue| issue["check_name"].as_str().unwrap()).collect::<Vec<_>>()
    );
    assert!(
        issues
            .as_array()
            .unwrap()
            .iter()
            .all(|issue| issue["location"]["path"].as_str().unwrap().starts_with("my models/"))
    );
    let results = &json("sarif")["runs"][0]["results"];
    assert_eq!(results.as_array().unwrap().len(), rules.len());
    assert_eq!(json("rdjson")["diagnostics"].as_array().unwrap().len(), rules.len());
    for format in ["junit", "checkstyle"] {
        let text = project.run(&check(&["--format", format])).code(1).stdout.clone();
        let document = roxmltree::Document::parse(&text).unwrap();
        let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
        let told = if format == "junit" { count("failure") + count("system-out") } else { count("error") };
        assert_eq!(told, rules.len(), "{text}");
    }
}

/// The workspace is the repository where there is none around it, and files may lie outside of both.
#[test]
fn files_by_themselves_have_paths_too() {
    let project = Project::new();
    project.file("a b/x.Modelfile", "FROM llama3.2:3b\nSYSTM x\n");
    let path = |arguments: &[&str]| {
        let log = project.run(&[arguments, &["--format", "sarif"]].concat()).code(1).stdout.clone();
        let log: Value = serde_json::from_str(&log).unwrap();
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        project.placeless(place["uri"].as_str().unwrap())
    };
    assert_eq!(path(&["check", "a b/x.Modelfile"]), "a%20b/x.Modelfile");
    assert_eq!(path(&["-C", "a b", "check", "x.Modelfile"]), "x.Modelfile");
    let outside = Project::new();
    let file = outside.path().join("x.Modelfile");
    outside.file("x.Modelfile", "FROM llama3.2:3b\nSYSTM x\n");
    let uri = path(&["check", file.to_str().unwrap()]);
    assert_eq!(uri, format!("file://{}", file.to_str().unwrap()));
}

#[test]
fn a_report_goes_to_a_file_and_people_read_on() {
    let project = repository();
    let run = project.run(&check(&["--format", "sarif", "--output", "report.sarif"]));
    assert!(run.code(1).stdout.contains("× there is no parameter `tempratur`"), "{run}");
    let printed = project.run(&check(&["--format", "sarif"]));
    assert_eq!(project.read("my models/report.sarif"), printed.stdout);
    let before = project.files();
    let refused = project.run(&check(&["--output", "nowhere/report.json"]));
    assert!(refused.code(1).stderr.contains("cannot write `my models/nowhere/report.json`"), "{refused}");
    assert!(project.files() == before, "something is left behind");
    let device = project.run(&check(&["--format", "github", "--output", "/dev/stderr"]));
    assert!(device.code(1).stderr.starts_with("::"), "{device}");
}

/// Programs get to read what is wrong with the manifest too.
#[test]
fn a_broken_manifest_is_a_finding() {
    let project = repository();
    project.file(
        "my models/maquette.toml",
        "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef\"\n[rules]\nx = \"off\"\n",
    );
    let run = project.run(&check(&["--format", "github", "--fail-on", "never"]));
    assert_snapshot!(run.code(1).stdout, @r#"
    ::error title=MF620 invalid-manifest,file=my models/maquette.toml,line=5,col=1,endLine=5,endColumn=2::there is no rule `x`
    "#);
    assert_eq!(run.stderr, "");
    project.run(&check(&[])).fails(1);
}

#[test]
fn what_has_no_place_is_told_all_the_same() {
    let project = repository();
    std::os::unix::fs::symlink("nowhere", project.path().join("my models/c.Modelfile")).unwrap();
    for format in
        ["human", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit", "checkstyle", "rdjson"]
    {
        let run = project.run(&check(&["--format", format]));
        assert!(run.code(1).stdout.contains("the link leads nowhere"), "{format}\n{run}");
    }
}
