//! `bad-avatar-address`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::AVATAR;
use crate::ir::{Avatar, Value};

/// AVATAR names an address that Open WebUI throws away.
pub(super) static RULE: Rule = Rule {
    name: "bad-avatar-address",
    code: "MF512",
    level: Severity::Error,
    firm: false,
    summary: "AVATAR names an address that Open WebUI throws away.",
    docs: include_str!("bad_avatar_address.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in context.document.all(&AVATAR) {
        let Value::Avatar(Avatar::Url(address)) = &statement.value else { continue };
        if let Some(why) = fault(address) {
            reporter.push(
                Diagnostic::new(
                    "bad-avatar-address",
                    statement.value_location,
                    format!("{why}, so open webui shows no image"),
                )
                .help("name an image file of the workspace, or an `https://` address"),
            );
        }
    }
}

/// Why Open WebUI (since 0.9) replaces the address by nothing, if it does.
fn fault(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once(':').unwrap_or((address, ""));
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => {
            let host = rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?', '#']).next());
            host.is_none_or(str::is_empty).then(|| "the address has no host".to_owned())
        }
        "data" => {
            let allowed = ["png", "jpeg", "gif", "webp"].map(|kind| format!("image/{kind};base64,"));
            let is_allowed = allowed.iter().any(|start| rest.starts_with(start.as_str()));
            (!is_allowed).then(|| "a `data:` address must hold a base64 image of PNG, JPEG, GIF or WebP".to_owned())
        }
        scheme => Some(format!("`{scheme}:` is no address of an image")),
    }
}
