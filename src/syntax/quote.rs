//! Writing a value so that Ollama reads exactly it.

use std::borrow::Cow;

use super::is_kept;

/// The value in the plainest quoting that means it; `None` if no Modelfile can express it.
///
/// A value can be expressed if all of its characters are kept (see [`is_kept`]) and no line of it ends in the closing quote.
/// The order of the forms and the rule were checked against Ollama's own parser (fb307609).
#[must_use]
pub fn quote(value: &str) -> Option<Cow<'_, str>> {
    if !value.chars().all(is_kept) {
        return None;
    }
    let spans_lines = value.contains(['\n', '\r']);
    let edge_blank = value.starts_with([' ', '\t']) || value.ends_with([' ', '\t']);
    if !value.is_empty() && !spans_lines && !edge_blank && !value.starts_with('"') {
        return Some(Cow::Borrowed(value));
    }
    let single = format!("\"{value}\"");
    if !closes_early(value, "\"") && !single.starts_with("\"\"\"") {
        return Some(Cow::Owned(single));
    }
    (!closes_early(value, "\"\"\"")).then(|| Cow::Owned(format!("\"\"\"{value}\"\"\"")))
}

/// Whether a line inside of the value ends in the closing quote and blanks, which would end the value there.
fn closes_early(value: &str, closer: &str) -> bool {
    let mut lines: Vec<&str> = value.split(['\n', '\r']).collect();
    lines.pop();
    lines.iter().any(|line| line.trim_end_matches([' ', '\t']).ends_with(closer))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::syntax::{Dialect, parse, verdict};

    #[test]
    fn the_plainest_form_that_means_it() {
        for (value, expected) in [
            ("llama3.2", Some("llama3.2")),
            ("say \"hi\" now", Some("say \"hi\" now")),
            ("", Some("\"\"")),
            (" a", Some("\" a\"")),
            ("a\nb", Some("\"a\nb\"")),
            ("\"hi\" she said", Some("\"\"hi\" she said\"")),
            ("a \"b\"\nc", Some("\"\"\"a \"b\"\nc\"\"\"")),
            ("a\"\"\"\nb", None),
            ("a\u{a0}b", None),
        ] {
            assert_eq!(quote(value).as_deref(), expected, "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_read(value in "[a\" \\t\\n\\r\u{e9}#]{0,12}|\\PC{0,20}") {
            if let Some(quoted) = quote(&value) {
                let text: Arc<str> = format!("FROM x\nSYSTEM {quoted}\n").into();
                let read = verdict(&parse(text), Dialect::Ollama, |_| false);
                prop_assert_eq!(read.commands.last().map(|command| command.args.clone()), Some(value));
            }
        }
    }
}
