//! Models that are made of several files, and that differ from remote to remote.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};

use crate::project::{Output, Project};

const HEAD: &str =
    "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef0123456789abcdef\"\nmodels = [\"models/**/*.Modelfile\"]\n";

/// Two remotes that differ in their arguments.
fn two_remotes() -> Project {
    let project = Project::new();
    project.manifest(&format!(
        "{HEAD}[args]\nteam = \"Support\"\n\
         [remotes.staging]\nkind = \"file\"\npath = \"staging.json\"\nargs = {{ base = \"llama3.2:1b\" }}\n\
         [remotes.production]\nkind = \"file\"\npath = \"production.json\"\nargs = {{ base = \"llama3.2:3b\", team = \"Sales\" }}\n"
    ));
    project
}

fn one_remote() -> Project {
    let project = Project::new();
    project.manifest(&format!("{HEAD}[remotes.local]\nkind = \"file\"\npath = \"export.json\"\n"));
    project
}

#[track_caller]
fn row(project: &Project, export: &str, id: &str) -> Value {
    let rows: Vec<Value> = serde_json::from_str(&project.read(export)).unwrap();
    rows.into_iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no row {id}"))
}

#[track_caller]
fn says(output: &Output, words: &str) {
    assert!(output.stdout.contains(words) || output.stderr.contains(words), "`{words}` is not in\n{output}");
}

#[test]
fn a_change_of_the_base_shows_in_the_plan_of_what_is_built_on_it() {
    let project = one_remote();
    project.file("models/house.Modelfile", "FROM llama3.2:3b\nINCLUDE ../shared/tone.part\nTAGS house\nTOOLS clock\n");
    project.file("models/child.Modelfile", "FROM house\nNAME Child\nPARAMETER top_k 7\n");
    project.file("shared/tone.part", "SYSTEMFILE tone.md\nPARAMETER top_k 5\nPARAMETER temperature 0.3\n");
    project.file("shared/tone.md", "Be brief.\r\nBe kind.\r\n");
    project.run(&["apply", "--auto-approve"]).success();
    let child = row(&project, "export.json", "child");
    assert_eq!(child["base_model_id"], "llama3.2:3b");
    assert_eq!(child["params"], json!({"system": "Be brief.\nBe kind.", "top_k": 7, "temperature": 0.3}));
    assert_eq!((&child["meta"]["toolIds"], &child["meta"]["tags"]), (&json!(["clock"]), &Value::Null));
    assert_eq!((&child["name"], &child["access_grants"]), (&json!("Child"), &json!([])));

    project.file("shared/tone.part", "SYSTEMFILE tone.md\nPARAMETER top_k 5\nPARAMETER temperature 0.4\n");
    let plan = project.run(&["plan", "--detailed-exitcode", "--format", "json"]);
    plan.code(2);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let changed: Vec<&Value> = plan["changes"].as_array().unwrap().iter().map(|change| &change["id"]).collect();
    assert_eq!(changed, ["child", "house"]);

    // A saved plan rests on fragments and texts, too.
    project.run(&["plan", "--out", "plan.json"]).success();
    project.file("shared/tone.md", "Be long.\n");
    says(&project.run(&["apply", "plan.json", "--auto-approve"]), "changed since");
}

#[test]
fn the_same_files_go_to_every_remote_with_its_arguments() {
    let project = two_remotes();
    let file =
        "ARG base\nARG hello=Hello\nFROM ${base}\nNAME ${team}\nSYSTEM ${hello}, ${team}. $${team}\nTAGS ${team}, b\n";
    project.file("models/a.Modelfile", file);
    project.run(&["check"]).success();
    project.run(&["apply", "--all-remotes", "--auto-approve"]).success();
    for (export, base, team) in
        [("staging.json", "llama3.2:1b", "Support"), ("production.json", "llama3.2:3b", "Sales")]
    {
        let row = row(&project, export, "a");
        assert_eq!((&row["base_model_id"], &row["name"]), (&json!(base), &json!(team)));
        assert_eq!(row["params"]["system"], format!("Hello, {team}. ${{team}}"));
    }
    // The command line is stronger, and a comma in a value is part of one item.
    let arguments = ["plan", "--remote", "staging", "--arg", "team=A, B", "--arg", "hello=Bye", "--out", "plan.json"];
    says(&project.run(&arguments), "\"A, B\"");
    // A saved plan knows its values.
    project.run(&["apply", "plan.json", "--auto-approve"]).success();
    let row = row(&project, "staging.json", "a");
    assert_eq!(
        (&row["params"]["system"], &row["meta"]["tags"]),
        (&json!("Bye, A, B. ${team}"), &json!([{"name": "A, B"}, {"name": "b"}]))
    );
    says(&project.run(&["plan", "--remote", "staging", "--arg", "taem=x"]), "did you mean `team`?");
    says(&project.run(&["plan", "--remote", "staging", "--arg", "team"]), "write `name=value`");
}

#[test]
fn a_value_that_only_another_remote_has_is_an_error_where_it_is_missing() {
    let project = two_remotes();
    project.file("models/a.Modelfile", "FROM llama3.2:3b\nSYSTEM ${only} and ${home}\n");
    project.manifest(&project.read("maquette.toml").replace("args = { base", "args = { only = \"x\", base").replacen(
        "only = \"x\", ",
        "",
        1,
    ));
    project.run(&["plan", "--remote", "production"]).success();
    let refusal = project.refusal(&["plan", "--remote", "staging"]);
    assert!(refusal.contains("`${only}` has a value on other remotes only"), "{refusal}");
    assert!(!refusal.contains("undefined-arg"), "{refusal}");
    project.refusal(&["check"]);
}

#[test]
fn a_finding_in_a_fragment_is_told_once_with_its_chain_and_can_be_silenced_there() {
    let project = one_remote();
    for n in 0..30 {
        project.file(format!("models/m{n}.Modelfile"), "FROM llama3.2:3b\nINCLUDE ../shared/a.part\n");
    }
    project.file("shared/a.part", "INCLUDE b.part\n");
    project.file("shared/b.part", "PARAMETER top_k 1\nPARAMETER top_k 2\nNONSENSE x\n");
    let output = project.run(&["check", "--format", "json"]);
    output.code(1);
    let report: Value = serde_json::from_str(&output.stdout).unwrap();
    let found = report["diagnostics"].as_array().unwrap();
    let rules: Vec<&Value> = found.iter().map(|one| &one["rule"]).collect();
    assert_eq!(rules, ["duplicate-scalar", "unknown-instruction"]);
    for one in found {
        assert_eq!(one["path"], "shared/b.part");
        let chain: Vec<&Value> =
            one["related"].as_array().unwrap().iter().rev().take(2).map(|place| &place["path"]).collect();
        assert_eq!(chain, ["models/m0.Modelfile", "shared/a.part"], "{one}");
    }
    project.file("shared/b.part", "# maquette: allow duplicate-scalar\nPARAMETER top_k 1\nPARAMETER top_k 2\n");
    project.run(&["check"]).success();
    assert!(project.run(&["check"]).stdout.is_empty());
}

#[test]
fn links_and_paths_do_not_lead_out() {
    let project = one_remote();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "PARAMETER top_k 1\n").unwrap();
    fs::create_dir_all(project.path().join("models")).unwrap();
    symlink(outside.path().join("secret"), project.path().join("link")).unwrap();
    symlink(outside.path(), project.path().join("folder")).unwrap();
    symlink("../inside", project.path().join("models/good")).unwrap();
    project.file("inside", "PARAMETER top_k 1\n");
    let up = format!("../../../../../../../../../..{}/secret", outside.path().display());
    let absolute = format!("{}/secret", outside.path().display());
    for path in ["../link", "../folder/secret", &up, &absolute] {
        for keyword in ["INCLUDE", "SYSTEMFILE"] {
            project.file("models/a.Modelfile", format!("FROM llama3.2:3b\n{keyword} {path}\n"));
            let refusal = project.refusal(&["check"]);
            assert!(refusal.contains("leads out of the workspace"), "{path}: {refusal}");
        }
    }
    project.file("models/a.Modelfile", "FROM llama3.2:3b\nINCLUDE good\n");
    project.run(&["check"]).success();
    // Neither does a device, a folder or a pipe hold anything up.
    for path in [".", "/dev/zero"] {
        project.file("models/a.Modelfile", format!("FROM llama3.2:3b\nINCLUDE {path}\n"));
        project.refusal(&["check"]);
    }
}

#[test]
fn without_a_workspace_the_files_own_folder_is_the_root() {
    let project = Project::new();
    project.file("a/m.Modelfile", "FROM x\nINCLUDE parts/p\nSYSTEMFILE ../up.md\n");
    project.file("a/parts/p", "PARAMETER top_k 1\n");
    project.file("up.md", "Up.");
    let refusal = project.refusal(&["compile", "--target", "ollama", "a/m.Modelfile"]);
    assert!(refusal.contains("`../up.md` leads out of the workspace"), "{refusal}");
    project.file("a/m.Modelfile", "FROM x\nINCLUDE parts/p\nSYSTEMFILE up.md\nARG n\nMESSAGE user ${n}\n");
    project.file("a/up.md", "One.\n\nTwo.\n");
    let output = project.run(&["compile", "--target", "ollama", "a/m.Modelfile", "--arg", "n=hi"]);
    output.success();
    assert_eq!(output.stdout, "FROM x\nPARAMETER top_k 1\nSYSTEM \"One.\n\nTwo.\"\nMESSAGE user hi\n");
}

#[test]
fn a_single_file_is_compiled_with_the_workspace_around_it() {
    let project = two_remotes();
    project.file("models/base.Modelfile", "ARG base\nFROM ${base}\nSYSTEM Hello, ${team}.\n");
    project.file("models/deep/child.Modelfile", "FROM base\nDESCRIPTION ${team}\n");
    let file = "models/deep/child.Modelfile";
    for (remote, base, team) in [("staging", "llama3.2:1b", "Support"), ("production", "llama3.2:3b", "Sales")] {
        let output = project.run(&["compile", "--target", "open-webui", "--remote", remote, file]);
        output.success();
        let rows: Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!(rows.as_array().unwrap().len(), 1);
        assert_eq!((&rows[0]["base_model_id"], &rows[0]["meta"]["description"]), (&json!(base), &json!(team)));
        assert_eq!(rows[0]["params"]["system"], format!("Hello, {team}."));
    }
    let output = project.run(&["compile", "--explain", "--remote", "staging", file]);
    output.success();
    insta::assert_snapshot!(output.stdout, @r"
    child (models/deep/child.Modelfile)
      base              models/base.Modelfile:2
                          FROM base at models/deep/child.Modelfile:1
                          ${base} is `llama3.2:1b`: the remote's `args`, ARG at models/base.Modelfile:1
      meta.description  models/deep/child.Modelfile:2
                          ${team} is `Support`: the workspace's `args`
      system            models/base.Modelfile:3
                          FROM base at models/deep/child.Modelfile:1
                          ${team} is `Support`: the workspace's `args`
    ");
    says(&project.run(&["compile", "--explain", "--remote", "nowhere", file]), "staging");
}

#[test]
fn models_that_are_built_on_each_other_in_a_circle_are_refused() {
    let project = one_remote();
    project.file("models/a.Modelfile", "FROM b\n");
    project.file("models/b.Modelfile", "FROM c\n");
    project.file("models/c.Modelfile", "FROM a\n");
    project.file("models/d.Modelfile", "FROM a\n");
    project.file("models/llama3.Modelfile", "FROM llama3\n");
    for command in ["check", "plan"] {
        let refusal = project.refusal(&[command]);
        assert_eq!(refusal.matches("from-cycle").count(), 1, "{refusal}");
        assert_eq!(refusal.matches("from-self").count(), 1, "{refusal}");
    }
    says(&project.run(&["compile", "--target", "ollama", "models/b.Modelfile"]), "from-cycle");
    // A base model's own row is that base model.
    for name in ["a", "b", "c", "d"] {
        fs::remove_file(project.path().join(format!("models/{name}.Modelfile"))).unwrap();
    }
    project.file("models/llama3.Modelfile", "OVERRIDE llama3\nSYSTEM Own.\n");
    project.file("models/on-it.Modelfile", "FROM llama3\n");
    project.run(&["apply", "--auto-approve"]).success();
    let preset = row(&project, "export.json", "on-it");
    assert_eq!((&preset["base_model_id"], &preset["params"]), (&json!("llama3"), &json!({})));
}

/// A base that goes to another remote only is still what its children are built on.
#[test]
fn a_base_may_go_somewhere_else() {
    let project = two_remotes();
    let manifest = project.read("maquette.toml").replacen(
        "path = \"staging.json\"",
        "path = \"staging.json\"\nmodels = [\"models/child.Modelfile\"]",
        1,
    );
    project.manifest(&manifest);
    project.file("models/house.Modelfile", "ARG base\nFROM ${base}\nPARAMETER top_k 3\n");
    project.file("models/child.Modelfile", "FROM house\n");
    project.run(&["apply", "--remote", "staging", "--auto-approve"]).success();
    let rows: Vec<Value> = serde_json::from_str(&project.read("staging.json")).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["base_model_id"], &rows[0]["params"]), (&json!("llama3.2:1b"), &json!({"top_k": 3})));
    // What is wrong with it there is wrong with its children.
    project.manifest(&manifest.replace("base = \"llama3.2:1b\"", "bass = \"x\""));
    assert!(project.refusal(&["plan", "--remote", "staging"]).contains("arg-without-value"));
}

#[test]
fn the_example_is_fine_and_plans() {
    let project = Project::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/composition"), &project.path());
    project.run(&["check"]).success();
    project.run(&["apply", "--all-remotes", "--auto-approve"]).success();
    assert_eq!(row(&project, "production.json", "sales")["base_model_id"], "llama3.2:3b");
    let plan = project.run(&["plan", "--all-remotes", "--detailed-exitcode"]);
    plan.success();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The blocks of docs/composition.md: `path` says which file one is; the commands print what is shown.
#[test]
fn the_page_shows_what_happens() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/composition.md")).unwrap();
    let project = Project::new();
    let mut commands = 0;
    for block in page.split("\n```").skip(1).step_by(2) {
        let (head, body) = block.split_once('\n').unwrap();
        let body = format!("{}\n", body.trim_end());
        if let Some((_, path)) = head.split_once(' ') {
            project.file(path, &body);
            continue;
        }
        assert_eq!(head, "console");
        let (command, shown) = body.split_once('\n').unwrap();
        let command = command.strip_prefix("$ maquette ").expect("a command");
        let output = project.run(&command.split(' ').collect::<Vec<_>>());
        assert_eq!(output.stdout.trim_end(), shown.trim_end(), "`{command}`\n{output}");
        commands += 1;
    }
    assert!(commands > 4, "{commands}");
}
