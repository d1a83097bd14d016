//! `system-edge-whitespace`

use crate::check::place::Placed;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::ir::directive::SYSTEM;
use crate::source::Span;

/// SYSTEM starts or ends with blanks or empty lines.
pub(super) static RULE: Rule = Rule {
    name: "system-edge-whitespace",
    code: "MF421",
    level: Severity::Info,
    firm: false,
    summary: "SYSTEM starts or ends with blanks or empty lines.",
    docs: include_str!("system_edge_whitespace.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(system) = context.document.last(&SYSTEM) else { return };
    let Some(placed) = Placed::new(context, system) else { return };
    let text = placed.text;
    if text.trim().is_empty() {
        return;
    }
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len();
    // One line end, however it is written.
    let is_usual = |edge: &str| matches!(edge, "" | "\n" | "\r\n");
    let edges = [(0, start), (end, text.len())];
    let odd = edges.into_iter().find(|&(from, to)| !is_usual(text.get(from..to).unwrap_or_default()));
    let Some((from, to)) = odd else { return };
    let offset = |at: usize| u32::try_from(at).unwrap_or_default();
    let place = placed.at(Span::new(offset(from), offset(to)));
    let where_ = if from == 0 { "starts" } else { "ends" };
    let finding = Diagnostic::new("system-edge-whitespace", place, format!("the prompt {where_} with blanks"));
    let edits: Vec<Edit> = edges
        .into_iter()
        .filter(|(from, to)| from < to)
        .map(|(from, to)| Edit { span: placed.at(Span::new(offset(from), offset(to))).span, text: String::new() })
        .collect();
    let lies_here = placed.is_exact() && !text.trim().starts_with('"') && !text.trim().ends_with('"');
    reporter.push(if lies_here {
        finding.fix(Applicability::Unsafe, "remove the blanks at both ends", edits)
    } else {
        finding
    });
}
