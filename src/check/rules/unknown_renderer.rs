//! `unknown-renderer`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity, closest};
use crate::ir::directive::RENDERER;
use crate::ir::{Directive, Value};
use crate::source::Location;

/// RENDERER names none that Ollama has.
pub(super) static RULE: Rule = Rule {
    name: "unknown-renderer",
    code: "MF416",
    level: Severity::Warning,
    firm: false,
    summary: "RENDERER names none that Ollama has.",
    docs: include_str!("unknown_renderer.md"),
    run: Some(run),
};

/// `model/renderers/renderer.go`, ollama fb307609.
pub const RENDERERS: [&str; 26] = [
    "qwen3-coder",
    "qwen3-vl-instruct",
    "qwen3-vl-thinking",
    "qwen3.5",
    "qwen3.8",
    "ornith",
    "cogito",
    "deepseek3.1",
    "olmo3",
    "olmo3.1",
    "olmo3-think",
    "olmo3-32b-think",
    "nemotron-3-nano",
    "nemotron-3.5-nano",
    "gemma4",
    "gemma4-small",
    "gemma4-large",
    "functiongemma",
    "glm-4.7",
    "glm-ocr",
    "lfm2",
    "lfm2-thinking",
    "laguna",
    "poolside-v1",
    "cohere",
    "glimmer",
];

fn run(context: &Context, reporter: &mut Reporter) {
    judge(context, &RENDERER, &RENDERERS, |name, place| {
        let message = format!("ollama has no renderer `{name}`: chatting would fail");
        reporter.push(with_help(Diagnostic::new("unknown-renderer", place, message), name, &RENDERERS));
    });
}

/// Calls `report` with the name that the directive says, if it is not known, and where it stands.
pub(super) fn judge(
    context: &Context,
    directive: &'static Directive,
    known: &[&str],
    report: impl FnOnce(&str, Location),
) {
    let Some(statement) = context.document.last(directive).filter(|_| context.targets.ollama) else { return };
    if let Value::Text(text) = &statement.value
        && !text.text.is_empty()
        && !known.contains(&text.text.as_str())
    {
        report(&text.text, statement.value_location);
    }
}

/// The finding with the name that is probably meant.
pub(super) fn with_help(finding: Diagnostic, name: &str, known: &[&'static str]) -> Diagnostic {
    let (Some(meant), Some(place)) = (closest(name, known.iter().copied()), finding.location) else {
        return finding.help("ollama 0.33 does not know it; a newer one may");
    };
    let edit = Edit { span: place.span, text: meant.to_owned() };
    finding.help(format!("did you mean `{meant}`?")).fix(Applicability::Unsafe, format!("write `{meant}`"), vec![edit])
}
