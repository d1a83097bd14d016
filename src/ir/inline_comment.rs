//! A comment behind a value: part of the value for Ollama, and never meant so.

use crate::diagnostic::{Applicability, Diagnostic, Edit};
use crate::source::{FileId, Location, Span};
use crate::syntax::Statement;

/// Splits `value # comment`; a `#` counts only between blanks.
pub(crate) fn split(text: &str) -> Option<(&str, &str)> {
    let at = memchr::memchr_iter(b'#', text.as_bytes()).find(|&at| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        before.ends_with([' ', '\t']) && !before.trim_end().is_empty() && after.starts_with([' ', '\t'])
    })?;
    let (value, comment) = text.split_at_checked(at)?;
    Some((value.trim_end(), comment))
}

/// The finding about a bare value that [`split`] took apart; its repair moves the comment to a line of its own.
pub(crate) fn finding(file: FileId, statement: &Statement, value: &str, comment: &str) -> Diagnostic {
    let content = statement.value.content;
    let comment_at = content.end - u32::try_from(comment.len()).unwrap_or_default();
    let message = "a comment cannot stand behind a value: it becomes part of it";
    let above = Edit { span: Span::at(statement.span.start), text: format!("{comment}\n") };
    // From the end of the value: what lies between are blanks.
    let after_value = content.start + u32::try_from(value.len()).unwrap_or_default();
    let gone = Edit { span: Span::new(after_value.min(comment_at), content.end), text: String::new() };
    Diagnostic::new("inline-comment", Location::new(file, Span::new(comment_at, content.end)), message)
        .help("put the comment on a line of its own")
        .fix(Applicability::Safe, "move the comment to the line above", vec![above, gone])
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_comment_stands_between_blanks() {
        let cases: [(&str, Option<(&str, &str)>); 7] = [
            ("0.7 # warm", Some(("0.7", "# warm"))),
            ("0.7\t#\twarm # very", Some(("0.7", "#\twarm # very"))),
            ("0.7 #warm", None),
            ("0.7# warm", None),
            ("# warm", None),
            (" # warm", None),
            ("C# and F#", None),
        ];
        for (text, expected) in cases {
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
