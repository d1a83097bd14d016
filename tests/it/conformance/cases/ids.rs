//! Ids of every kind that servers take.

use serde_json::json;

use super::super::case::{Case, Step};

pub(super) fn cases() -> Vec<Case> {
    let long = "long-".to_owned() + &"x".repeat(251);
    let ids = [
        "acme/sub/support:v1.2",
        "größe-日本",
        "🦄",
        "a%20b?c=d&e=f#g",
        "Upper.Case",
        "quote'and`tick",
        "a+b=c@d;e~f",
        &long,
    ];
    ids.map(|id| {
        let name = format!("id {id:.40}");
        let open = json!({"name": "i", "access": ["read user:*"]});
        let closed = json!({"name": "j", "access": ["read group:Support"]});
        Case::new(
            name,
            [
                Step::file(id, "NAME i\nACCESS public").row(id, open),
                Step::file(id, "NAME j\nACCESS read group:Support").row(id, closed),
                Step::removal(id).gone(id),
            ],
        )
    })
    .into()
}
