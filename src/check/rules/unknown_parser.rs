//! `unknown-parser`

use super::unknown_renderer;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::PARSER;

/// PARSER names none that Ollama has.
pub(super) static RULE: Rule = Rule {
    name: "unknown-parser",
    code: "MF428",
    level: Severity::Warning,
    firm: false,
    summary: "PARSER names none that Ollama has.",
    docs: include_str!("unknown_parser.md"),
    run: Some(run),
};

/// `model/parsers/parsers.go`, ollama fb307609.
pub const PARSERS: [&str; 27] = [
    "qwen3",
    "qwen3-thinking",
    "qwen3.5",
    "ornith",
    "qwen3-coder",
    "qwen3-vl-instruct",
    "qwen3-vl-thinking",
    "ministral",
    "passthrough",
    "harmony",
    "cogito",
    "deepseek3",
    "olmo3",
    "olmo3-think",
    "nemotron-3-nano",
    "nemotron-3.5-nano",
    "functiongemma",
    "glm-4.7",
    "gemma4",
    "gemma4-no-thinking",
    "glm-ocr",
    "lfm2",
    "lfm2-thinking",
    "laguna",
    "poolside-v1",
    "cohere",
    "glimmer",
];

fn run(context: &Context, reporter: &mut Reporter) {
    unknown_renderer::judge(context, &PARSER, &PARSERS, |name, place| {
        let message = format!("ollama has no parser `{name}`: it uses none");
        let finding = Diagnostic::new("unknown-parser", place, message);
        reporter.push(unknown_renderer::with_help(finding, name, &PARSERS));
    });
}
