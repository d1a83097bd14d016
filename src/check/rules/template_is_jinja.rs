//! `template-is-jinja`

use crate::check::template::View;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;
use crate::template::PartKind;

/// The TEMPLATE is written in Jinja, which Ollama does not read.
pub(super) static RULE: Rule = Rule {
    name: "template-is-jinja",
    code: "MF402",
    level: Severity::Error,
    firm: false,
    summary: "The TEMPLATE is written in Jinja, which Ollama does not read.",
    docs: include_str!("template_is_jinja.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template() else { return };
    let Some(span) = sign(view) else { return };
    reporter.push(
        Diagnostic::new(
            "template-is-jinja",
            view.placed.at(span),
            "this is a Jinja template; ollama reads Go templates",
        )
        .help("write it as a Go template: `{{ range .Messages }}{{ .Role }}: {{ .Content }}{{ end }}`"),
    );
}

/// Words that stand in Jinja templates for models, and in no Go template.
const WORDS: [&str; 8] = [
    "bos_token",
    "eos_token",
    "add_generation_prompt",
    "raise_exception",
    "message['",
    "message.content",
    "message.role",
    "messages[",
];

/// What tells that a template is Jinja, in its text.
pub(super) fn sign(view: &View) -> Option<Span> {
    let text = view.placed.text;
    match &view.parsed {
        // What parses prints its tags as they stand; in a comment they are no more than talk.
        Ok(template) => {
            let texts = template.parts.iter().filter(|part| part.kind == PartKind::Text);
            texts.map(|part| part.span).find_map(|span| tag(span.of(text)).map(|tag| tag.shifted(span.start)))
        }
        Err(_) => tag(text).or_else(|| word(text)),
    }
}

fn tag(text: &str) -> Option<Span> {
    let starts = ["for ", "if ", "set ", "macro ", "block ", "endfor", "endif", "else"];
    let at = memchr::memmem::find_iter(text.as_bytes(), "{%").find(|at| {
        let rest = text.get(at + 2..).unwrap_or_default().trim_start_matches(['-', '+']).trim_start();
        starts.iter().any(|word| rest.starts_with(word))
    })?;
    span(at, "{%")
}

/// Inside of an action only: a text may speak of tokens.
fn word(text: &str) -> Option<Span> {
    let mut at = 0;
    // From one end to the next, so that nothing is read twice.
    while let Some(open) = memchr::memmem::find(text.get(at..)?.as_bytes(), b"{{") {
        at += open;
        let action = text.get(at..)?;
        let action = action.get(..memchr::memmem::find(action.as_bytes(), b"}}")?)?;
        let found = WORDS.iter().find_map(|word| span(at + action.find(word)?, word));
        if found.is_some() {
            return found;
        }
        at += action.len();
    }
    None
}

fn span(at: usize, word: &str) -> Option<Span> {
    Some(Span::new(u32::try_from(at).ok()?, u32::try_from(at + word.len()).ok()?))
}
