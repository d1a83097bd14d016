//! `textDocument/signatureHelp`: which part of a statement the cursor is in.

use gen_lsp_types::{
    ActiveParameter, Documentation, MarkupContent, MarkupKind, ParameterInformation, ParameterInformationLabel,
    ServerCapabilities, SignatureHelp, SignatureHelpOptions, SignatureHelpParams, SignatureHelpRequest,
    SignatureInformation,
};

use crate::ir::directive::{self, Directive, Shape};
use crate::ir::parameter;
use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::world::World;
use crate::source::Span;
use crate::syntax::Word;

pub(super) fn handler() -> Handler {
    Handler::new::<SignatureHelpRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.signature_help_provider = Some(SignatureHelpOptions {
        trigger_characters: Some(vec![" ".to_owned(), "\"".to_owned()]),
        ..SignatureHelpOptions::default()
    });
}

fn answer(world: &World, params: &SignatureHelpParams) -> Result<Option<SignatureHelp>, Refusal> {
    let at = &params.text_document_position_params;
    let Ok(file) = world.file(&at.text_document.uri) else { return Ok(None) };
    let offset = file.offset(at.position);
    let (lines, text) = (file.source().lines(), &file.source().text);
    let start = lines.start(lines.line(offset)).unwrap_or_default();
    let before = Span::new(start, offset.max(start)).of(text);
    Ok(signature(before))
}

/// What there is to say about a line that is written so far.
fn signature(line: &str) -> Option<SignatureHelp> {
    let (keyword, rest) = line.trim_start().split_once([' ', '\t'])?;
    let directive = Word::parse(keyword).map(directive::of).or_else(|| directive::find(keyword))?;
    let (parts, active): (&[&str], usize) = match directive.shape {
        Shape::Suggestion => (&["\"<title>\"", "\"<subtitle>\"", "\"<prompt>\""], strings(rest)),
        Shape::Parameter => (&["<name>", "<value>"], usize::from(rest.trim_start().contains([' ', '\t']))),
        Shape::Message => (&["<role>", "<text>"], usize::from(rest.trim_start().contains([' ', '\t']))),
        Shape::Meta => (&["<key>", "<JSON>"], usize::from(rest.trim_start().contains([' ', '\t']))),
        Shape::Access => {
            (&["read | write | public | private", "<principal>, …"], usize::from(rest.trim_start().contains(' ')))
        }
        _ => return None,
    };
    let docs = match directive.shape {
        Shape::Parameter => rest.split_whitespace().next().and_then(parameter::find).map(parameter::Parameter::page),
        _ => None,
    };
    Some(help(directive, parts, active, docs.unwrap_or_else(|| directive.summary.to_owned())))
}

fn help(directive: &Directive, parts: &[&str], active: usize, docs: String) -> SignatureHelp {
    let label = |part: &&str| ParameterInformation {
        label: ParameterInformationLabel::String((*part).to_owned()),
        documentation: None,
    };
    let active = u32::try_from(active.min(parts.len() - 1)).unwrap_or_default();
    let signature = SignatureInformation {
        label: format!("{} {}", directive.keyword, parts.join(" ")),
        documentation: Some(Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: docs })),
        parameters: Some(parts.iter().map(label).collect()),
        active_parameter: Some(ActiveParameter::Int(active)),
    };
    SignatureHelp {
        signatures: vec![signature],
        active_signature: Some(0),
        active_parameter: Some(ActiveParameter::Int(active)),
    }
}

/// How many JSON strings were closed.
fn strings(text: &str) -> usize {
    let (mut is_open, mut is_escaped, mut closed) = (false, false, 0);
    for character in text.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_open => is_escaped = true,
            '"' => {
                closed += usize::from(is_open);
                is_open = !is_open;
            }
            _ => {}
        }
    }
    closed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_at_the_cursor_is_active() {
        for (line, active) in [
            ("SUGGESTION ", Some(0)),
            ("SUGGESTION \"a \\\" b\" ", Some(1)),
            ("SUGGESTION \"a\" \"b\" \"c\"", Some(2)),
            ("parameter ", Some(0)),
            ("PARAMETER num_ctx ", Some(1)),
            ("ACCESS read ", Some(1)),
            ("NAME x", None),
            ("access read", None),
        ] {
            let is = signature(line).and_then(|help| match help.active_parameter {
                Some(ActiveParameter::Int(at)) => Some(at),
                _ => None,
            });
            assert_eq!(is, active, "{line}");
        }
    }
}
