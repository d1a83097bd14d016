//! `think-tags-mismatch`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// The TEMPLATE opens the model's thoughts with one tag and closes them with another.
pub(super) static RULE: Rule = Rule {
    name: "think-tags-mismatch",
    code: "MF418",
    level: Severity::Info,
    firm: false,
    summary: "The TEMPLATE opens the model's thoughts with one tag and closes them with another.",
    docs: include_str!("think_tags_mismatch.md"),
    run: Some(run),
};

/// How models mark their thoughts.
const TAGS: [&str; 4] = ["think", "thinking", "thought", "reasoning"];

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template().filter(|view| view.template().is_some()) else { return };
    let text = view.placed.text;
    let find = |tag: String| text.find(&tag).and_then(|at| Some((u32::try_from(at).ok()?, tag)));
    // One that is opened only may be on purpose: it makes the model think.
    let opened = TAGS.iter().find_map(|tag| find(format!("<{tag}>")).filter(|_| !text.contains(&format!("</{tag}>"))));
    let closed = TAGS.iter().find_map(|tag| find(format!("</{tag}>")).filter(|_| !text.contains(&format!("<{tag}>"))));
    let (Some((_, opening)), Some((at, closing))) = (opened, closed) else { return };
    let place = view.placed.at(Span::new(at, at + u32::try_from(closing.len()).unwrap_or_default()));
    let message = format!("`{closing}` closes what `{opening}` opens");
    reporter.push(Diagnostic::new("think-tags-mismatch", place, message).help("use one pair of tags"));
}
