//! Who may use a model: each form, and each way from one to another.

use serde_json::{Value, json};

use super::super::case::{Act, Case, Step};

/// What the file says of access, and what the row grants then.
const FORMS: &[(&str, &[&str])] = &[
    ("ACCESS private", &[]),
    ("ACCESS public", &["read user:*"]),
    ("ACCESS read group:Support", &["read group:Support"]),
    (
        "ACCESS read group:\"Sales, EMEA\", user:una@example.com",
        &["read group:Sales, EMEA", "read user:una@example.com"],
    ),
    ("ACCESS write group:Support", &["read group:Support", "write group:Support"]),
    ("ACCESS write user:sam@example.com", &["read user:sam@example.com", "write user:sam@example.com"]),
    (
        "ACCESS read group:Support\nACCESS write user:una@example.com",
        &["read group:Support", "read user:una@example.com", "write user:una@example.com"],
    ),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = (0..FORMS.len()).map(through_the_others).collect();
    cases.push(released());
    cases.push(with_contents());
    cases
}

fn granted(grants: &[&str]) -> Value {
    json!({"access": grants})
}

/// From one form to each other in turn, so that the cases together take every step there is between two forms, narrowing,
/// widening and both at once.
fn through_the_others(form: usize) -> Case {
    let id = format!("access-{form}");
    let stride = form + 1;
    let order = (0..=FORMS.len()).map(|step| FORMS[(form + step * stride) % FORMS.len()]);
    let steps = order.map(|(lines, grants)| Step::file(&id, lines).row(&id, granted(grants)));
    Case::new(&id, steps.collect::<Vec<_>>())
}

/// Access that goes from the file stays as it is, and is nobody's drift from then on.
fn released() -> Case {
    let id = "access-released";
    Case::new(
        id,
        [
            Step::file(id, "ACCESS read group:Support").row(id, granted(&["read group:Support"])),
            Step::file(id, "").row(id, granted(&["read group:Support"])),
            Step::act(Act::Grant(id.into(), vec!["read user:*"])).row(id, granted(&["read user:*"])),
            Step::file(id, "NAME n").row(id, json!({"name": "n", "access": ["read user:*"]})),
            Step::file(id, "NAME n\nACCESS private").row(id, json!({"name": "n"})),
        ],
    )
}

/// Access and contents change in one apply.
fn with_contents() -> Case {
    let row = |system: &str, access: &str| json!({"params": {"system": system}, "access": [access]});
    Case::of(
        "access-with-contents",
        [
            ("SYSTEM Old.\nACCESS read group:Support", row("Old.", "read group:Support")),
            ("SYSTEM New.\nACCESS read user:sam@example.com", row("New.", "read user:sam@example.com")),
            ("SYSTEM Open.\nACCESS public", row("Open.", "read user:*")),
            ("SYSTEM Shut.\nACCESS private", json!({"params": {"system": "Shut."}})),
        ],
    )
}
