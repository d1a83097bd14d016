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

/// Whether a line of `content` after its first looks like a directive and holds an action of a template.
pub(super) fn holds_action(content: &str) -> bool {
    content.split(['\n', '\r']).skip(1).any(|line| looks_like_directive(line) && line.contains("{{"))
}

/// Whether `line` starts with a keyword in upper case, and for PARAMETER goes on with a parameter.
fn looks_like_directive(line: &str) -> bool {
    let Some((keyword, rest)) = line.split_once([' ', '\t']) else { return false };
    let Some(directive) = directive::find(keyword) else { return false };
    let name = rest.split([' ', '\t']).next().unwrap_or_default();
    !directive.is(&directive::PARAMETER) || parameter::find(name).is_some()
}
