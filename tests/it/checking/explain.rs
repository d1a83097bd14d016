//! The pages and the list of rules.

use insta::assert_snapshot;
use serde_json::Value;

use crate::project::Project;

#[test]
fn a_page_is_markdown_in_a_pipe_and_drawn_on_a_terminal() {
    let project = Project::new();
    let page = project.run(&["explain", "not-finite"]).success().stdout.clone();
    assert!(page.starts_with("# not-finite\n\n`MF306` · error\n"), "{page}");
    assert_eq!(page, project.run(&["explain", "mf306"]).success().stdout);
    assert_snapshot!(project.run(&["explain", "TAGS"]).success().stdout, @r#"
    # TAGS

    Tags; those of several lines add up.

    - form: `TAGS <tag>, …`
    - value: items separated by commas; one that holds a comma is a JSON string
    - how often: any number of times; they add up
    - keyword: Maquette's, in upper case only
    - Open WebUI: `meta.tags`
    - Ollama: has no such thing; the model works all the same

    ```modelfile
    TAGS support, internal
    ```
    "#);
    assert_snapshot!(project.run(&["explain", "max_tokens"]).success().stdout, @r#"
    # PARAMETER num_predict

    The largest number of tokens of an answer; -1 has no limit.

    - value: a whole number, -2 or more
    - default: -1
    - other names: `max_tokens`
    - Ollama: known
    - Open WebUI: `params.max_tokens`

    ```modelfile
    PARAMETER num_predict 42
    ```
    "#);
    let drawn = project.run(&["explain", "not-finite", "--color", "always"]);
    drawn.success().acts_on_no_terminal();
    assert!(!drawn.stdout.contains("```"), "{drawn}");
}

#[test]
fn words_that_nobody_knows_are_guessed() {
    for (word, help) in [
        ("not-finit", "did you mean `not-finite`?"),
        ("KNOWLEGDE", "did you mean `KNOWLEDGE`?"),
        ("temprature", "did you mean `temperature`?"),
        ("\u{1b}[31m", "`maquette rules` lists the rules"),
    ] {
        let run = Project::new().run(&["explain", word]);
        assert!(run.fails(1).stderr.contains(help) && !run.stderr.contains('\u{1b}'), "{run}");
    }
}

#[test]
fn every_rule_is_listed() {
    let project = Project::new();
    let rules: Value = serde_json::from_str(&project.run(&["rules", "--format", "json"]).success().stdout).unwrap();
    let rules = rules.as_array().unwrap();
    let listed = project.run(&["rules"]).success().stdout.clone();
    for rule in rules {
        let [name, code, summary] = ["name", "code", "summary"].map(|key| rule[key].as_str().unwrap());
        let line = listed.lines().find(|line| line.starts_with(code)).unwrap();
        assert!(line.contains(name) && line.ends_with(summary), "{line}");
        assert_eq!(line.contains(" fix "), !rule["fix"].is_null(), "{line}");
    }
    assert!(rules.len() > 70);
    let unknown = rules.iter().find(|rule| rule["code"] == "MF301").unwrap();
    assert_snapshot!(unknown, @r#"
    {"name":"unknown-parameter","code":"MF301","level":"error","firm":false,"fix":"safe or unsafe fix","summary":"There is no parameter of that name."}
    "#);
}
