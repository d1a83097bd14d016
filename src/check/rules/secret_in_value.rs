//! `secret-in-value`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// A value looks like a key or a token.
pub(super) static RULE: Rule = Rule {
    name: "secret-in-value",
    code: "MF425",
    level: Severity::Warning,
    firm: false,
    summary: "A value looks like a key or a token.",
    docs: include_str!("secret_in_value.md"),
    run: Some(run),
};

/// How keys start, and how many characters of their alphabet must follow at least.
const KEYS: [(&str, usize, &str); 11] = [
    ("sk-", 20, "an API key"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("github_pat_", 30, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("AKIA", 16, "an AWS key"),
    ("AIza", 35, "a Google API key"),
    ("hf_", 30, "a Hugging Face token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("eyJhbGciOi", 40, "a JSON web token"),
];

fn run(context: &Context, reporter: &mut Reporter) {
    let text = context.tree.text.as_bytes();
    for (prefix, length, what) in KEYS {
        for at in memchr::memmem::find_iter(text, prefix) {
            // In the middle of a longer word it is no start; this also keeps `sk-sk-sk-…` from being read again and again.
            if at.checked_sub(1).and_then(|at| text.get(at)).copied().is_some_and(is_of_key) {
                continue;
            }
            let body = text.get(at + prefix.len()..).unwrap_or_default();
            let follows = body.iter().take_while(|&&byte| is_of_key(byte)).count();
            // `sk-` followed by words and hyphens is prose; a key has digits too.
            if follows >= length && body.iter().take(follows).any(u8::is_ascii_digit) {
                push(context, reporter, at, prefix.len() + follows, what);
            }
        }
    }
    for at in memchr::memmem::find_iter(text, "PRIVATE KEY-----") {
        // `-----BEGIN RSA PRIVATE KEY-----`
        let before = text.get(at.saturating_sub(40)..at).unwrap_or_default();
        if memchr::memmem::find(before, b"-----BEGIN").is_some() {
            push(context, reporter, at, "PRIVATE KEY".len(), "a private key");
        }
    }
}

fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

fn push(context: &Context, reporter: &mut Reporter, at: usize, length: usize, what: &str) {
    let (Ok(start), Ok(end)) = (u32::try_from(at), u32::try_from(at + length)) else { return };
    reporter.push(
        Diagnostic::new("secret-in-value", context.at(Span::new(start, end)), format!("this looks like {what}")).help(
            "take it out of the file and out of its history, and revoke it: whoever may use the model can read it",
        ),
    );
}
