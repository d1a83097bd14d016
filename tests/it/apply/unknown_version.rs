//! Servers that are newer than what is known.

use crate::faulty::{Faulty, Reply};

fn newer() -> Faulty {
    Faulty::ill_at("GET /api/version", || Reply::json(r#"{"version": "0.13.1"}"#))
}

/// Whether anything was written.
fn writes(server: &Faulty) -> bool {
    server.heard().iter().any(|request| request.starts_with("POST"))
}

#[test]
fn a_plan_is_shown_and_not_applied() {
    let server = newer();
    let project = server.project();
    for arguments in [&["plan"][..], &["apply", "--auto-approve"], &["plan", "--allow-unknown-version", "0.13.0"]] {
        let output = project.run(arguments);
        output.fails(1);
        assert!(output.stdout.contains("+ create support"), "{output}");
        let said = output.to_string();
        assert!(
            said.contains("version 0.13.1 is newer than those") && said.contains("--allow-unknown-version 0.13.1"),
            "{said}"
        );
    }
    assert!(!writes(&server));
}

#[test]
fn naming_the_version_allows_rows_and_nothing_else() {
    let server = newer();
    let project = server.project();
    let output = project.run(&["plan", "--allow-unknown-version", "0.13.1"]);
    output.success();
    assert!(output.stdout.contains("Written by rows: this version is not known"), "{output}");
    for via in ["sync", "import"] {
        let output = project.run(&["plan", "--via", via, "--allow-unknown-version", "0.13.1"]);
        output.fails(1);
        assert!(output.stderr.contains("is not sound here: this version is not known"), "{output}");
    }
    project.run(&["apply", "--auto-approve", "--allow-unknown-version", "0.13.1"]).code(1);
    assert!(server.heard().iter().any(|request| request.starts_with("POST /api/v1/models/create")));
}
