//! The first minutes: `init` asks or is told, and a shell gets its completions and its manual.

use std::process::{Command, Stdio};

use crate::project::Project;
use crate::server::exclusive;

/// How `init` is told of a server without a question.
fn port(url: &str) -> &str {
    url.rsplit_once(':').unwrap().1
}

#[test]
fn on_a_terminal_init_asks_and_nothing_is_a_good_answer() {
    let project = Project::new();
    let asked = project.type_at(&["init", "--name", "acme"], "\n");
    asked.success();
    assert!(asked.stdout.contains("Your Open WebUI server"), "{asked}");
    assert!(project.read("maquette.toml").contains("[remotes.local]"));
    project.run(&["check"]).success();
}

#[test]
fn an_address_that_cannot_be_used_is_asked_for_again() {
    let project = Project::new();
    let asked = project.type_at(&["init"], "chat.example.com\nhttps://chat.example.com\n3\n");
    asked.success();
    assert!(asked.stdout.contains("begins with https://"), "{asked}");
    let manifest = project.read("maquette.toml");
    assert!(
        manifest.contains("[remotes.production]\nkind = \"open-webui\"\nurl = \"https://chat.example.com\"\n"),
        "{manifest}"
    );
    assert!(asked.stdout.contains("maquette login https://chat.example.com"), "{asked}");
}

#[test]
fn init_is_told_everything_by_a_script() {
    let project = Project::new();
    for (arguments, words) in [
        (&["init", "--url", "chat.example.com"][..], "begins with https://"),
        (&["init", "--url", "http://chat.example.com"], "plain http"),
        (&["init", "--import"], "--url"),
        (&["init", "--token", "later"], "--url"),
        (&["init", "--url", "https://chat.example.com", "--import", "--no-import"], "cannot be used with"),
    ] {
        assert!(project.refusal(arguments).contains(words), "{arguments:?}");
    }
    let told =
        project.run(&["init", "--url", "https://chat.example.com", "--remote", "our.chat", "--token", "environment"]);
    told.success();
    assert!(told.stderr.contains("MAQUETTE_TOKEN_chat_example_com is not set here"), "{told}");
    assert!(project.read("maquette.toml").contains("[remotes.\"our.chat\"]"));
    project.run(&["check"]).success();
}

/// Three answers, and what the server has is in files, with which it agrees.
#[test]
fn three_answers_lead_to_files_of_what_a_server_has() {
    let server = exclusive();
    let mut project = Project::new();
    project.env(format!("MAQUETTE_TOKEN_127_0_0_1_{}", port(&server.url)), &server.admin.token);
    let asked = project.type_at(&["init", "--name", "acme"], &format!("{}\n2\n\n", server.url));
    asked.success();
    let plan = project.run(&["plan", "--format", "json"]);
    plan.success();
    let planned = plan.planned();
    assert!(
        !planned.is_empty() && planned.iter().all(|line| line.starts_with("update ") && !line.contains(": ")),
        "{planned:?}"
    );
}

#[test]
fn a_key_that_is_typed_is_kept_and_not_shown() {
    let project = Project::new();
    let key = "sk-0123456789abcdef0123456789abcdef";
    let typed = format!("https://chat.example.com\n1\nn\n{key}\n");
    let asked = project.type_at(&["init"], &typed);
    asked.success();
    let credentials = project.path().join("../home/.config/maquette/credentials.toml");
    let kept = std::fs::read_to_string(credentials).unwrap();
    assert!(kept.contains(key), "{kept}");
    assert!(!project.read("maquette.toml").contains(key));
}

/// What is printed for a shell is a script that this shell reads without an error, and it knows the commands.
#[test]
fn shells_get_their_completions() {
    let project = Project::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = project.run(&["completions", shell]);
        script.success();
        for word in ["import", "rollback", "detailed-exitcode"] {
            assert!(script.stdout.contains(word), "{shell}: no {word}");
        }
    }
    let script = project.run(&["completions", "bash"]).stdout;
    let mut bash = Command::new("bash");
    bash.args(["-c", &format!("{script}\nCOMP_WORDS=(maquette roll); COMP_CWORD=1; _maquette maquette roll maquette; echo \"${{COMPREPLY[@]}}\"")]);
    let output = bash.stdin(Stdio::null()).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "rollback",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let project = Project::new();
    let page = project.run(&["man"]);
    page.success();
    assert!(page.stdout.contains(".TH maquette 1"), "{page}");
    project.run(&["man", "--out", "manual"]).success();
    let help = project.run(&["--help"]).stdout;
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for command in commands.lines().filter_map(|line| line.split_whitespace().next()) {
        let page = project.read(format!("manual/maquette-{command}.1"));
        assert!(page.contains(".SH SYNOPSIS"), "{command}: {page}");
    }
}
