//! What looks like a key or a token.

use std::ops::Range;

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

/// Where the text holds something that looks like a key or a token, and what. Sorted by place, and apart from one another.
#[must_use]
pub fn secrets(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let text = text.as_bytes();
    let mut found = Vec::new();
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
                found.push((at..at + prefix.len() + follows, what));
            }
        }
    }
    found.extend(private_keys(text).map(|range| (range, "a private key")));
    found.sort_by_key(|(range, _)| range.start);
    // What looks like a key inside of a private key is part of it.
    let mut end = 0;
    found.retain(|(range, _)| {
        let is_apart = range.start >= end;
        end = end.max(range.end);
        is_apart
    });
    found
}

/// Private keys from their first line to their last one; to the end of the text where that is missing.
fn private_keys(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + memchr::memmem::find(text.get(from..)?, b"PRIVATE KEY-----")?;
            from = at + 1;
            // `-----BEGIN RSA PRIVATE KEY-----`
            let line = at.saturating_sub(40);
            let Some(begin) = memchr::memmem::rfind(text.get(line..at)?, b"-----BEGIN") else { continue };
            let rest = text.get(at..)?;
            let end = memchr::memmem::find(rest, b"-----END").and_then(|end| {
                let last = rest.get(end..)?;
                Some(at + end + memchr::memchr(b'\n', last).unwrap_or(last.len()))
            });
            from = end.unwrap_or(text.len());
            return Some(line + begin..from);
        }
    })
}

fn is_of_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_whole_and_once() {
        let key = "sk-abcdefghijklmnopqrst1";
        for (text, expected) in [
            (format!("a {key} b"), vec![key]),
            (format!("{key}\n{key}"), vec![key, key]),
            (format!("x{key}"), vec![]),
            ("sk-only-words-and-hyphens-here".to_owned(), vec![]),
            ("sk-short1".to_owned(), vec![]),
            (
                format!("a -----BEGIN RSA PRIVATE KEY-----\nMII\n{key}\n-----END RSA PRIVATE KEY-----\nb"),
                vec!["-----BEGIN RSA PRIVATE KEY-----\nMII\nsk-abcdefghijklmnopqrst1\n-----END RSA PRIVATE KEY-----"],
            ),
            ("-----BEGIN PRIVATE KEY-----\nMII".to_owned(), vec!["-----BEGIN PRIVATE KEY-----\nMII"]),
            ("no PRIVATE KEY----- here".to_owned(), vec![]),
        ] {
            let found: Vec<&str> = secrets(&text).into_iter().map(|(range, _)| &text[range]).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
