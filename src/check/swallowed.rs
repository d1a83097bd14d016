//! Lines inside a quoted value that look like directives: the sign of a quote that was not closed where it should be.

use crate::ir::{directive, parameter};

/// The first such line of `content` after its own first line, with its offset.
pub(super) fn line(content: &str) -> Option<(u32, &str)> {
    let mut at = 0;
    for line in content.split_inclusive(['\n', '\r']) {
        if at > 0 && looks_like_directive(line) {
            return Some((u32::try_from(at).ok()?, line.trim_end()));
        }
        at += line.len();
    }
    None
}

/// Whether the line of `content` that holds the offset, and is not its first, looks like a directive.
pub(super) fn is_line(content: &str, offset: u32) -> bool {
    let before = content.get(..offset as usize).unwrap_or_default();
    before.rfind(['\n', '\r']).is_some_and(|at| looks_like_directive(content.get(at + 1..).unwrap_or_default()))
}

/// Whether `line` starts with a keyword in upper case, and for PARAMETER goes on with a parameter.
fn looks_like_directive(line: &str) -> bool {
    let Some((keyword, rest)) = line.split_once([' ', '\t']) else { return false };
    let Some(directive) = directive::find(keyword) else { return false };
    let name = rest.split([' ', '\t']).next().unwrap_or_default();
    !directive.is(&directive::PARAMETER) || parameter::find(name).is_some()
}
