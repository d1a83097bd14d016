//! Statements become typed values, by the shape that their directive says.
//!
//! What cannot be read is a finding at its place and missing from the document. A keyword that is neither Ollama's nor
//! ours is left to [`crate::check`], which sees it in the tree beside the lines around it.

mod extended;
mod parameter;

use super::{Directive, Document, Role, Shape, Statement, Text, Value, directive};
use crate::diagnostic::Diagnostic;
use crate::expand::Expanded;
use crate::source::{FileId, Location, Span};
use crate::syntax::{self, Head, Tree};

/// Lowers one model.
#[must_use]
pub fn lower(expanded: &Expanded) -> (Document, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut statements = Vec::with_capacity(expanded.statements.len());
    for (part, statement) in &expanded.statements {
        let Some(part) = expanded.parts.get(*part) else { continue };
        let mut lowering = Lowering { tree: &part.tree, file: part.file, statement, findings: &mut findings };
        let directive = match statement.head {
            Head::Ollama(word) => directive::of(word),
            Head::Extended => match directive::find(lowering.text(statement.keyword)) {
                Some(directive) => directive,
                None => continue,
            },
        };
        if let Some((directive, value)) = lowering.lower(directive) {
            statements.push(Statement {
                directive,
                value,
                location: lowering.at(statement.span),
                value_location: lowering.at(statement.value.span),
            });
        }
    }
    (Document { file: expanded.file, statements }, findings)
}

/// One statement on its way.
struct Lowering<'a> {
    tree: &'a Tree,
    file: FileId,
    statement: &'a syntax::Statement,
    findings: &'a mut Vec<Diagnostic>,
}

impl<'a> Lowering<'a> {
    /// The directive is another one where a parameter is named like an instruction.
    fn lower(&mut self, directive: &'static Directive) -> Option<(&'static Directive, Value)> {
        let value = match directive.shape {
            Shape::OllamaText => self.ollama_text(directive)?,
            Shape::Parameter => return self.parameter(),
            Shape::Message => self.message()?,
            Shape::Text
            | Shape::Word
            | Shape::Path
            | Shape::List
            | Shape::Switches
            | Shape::Access
            | Shape::Knowledge
            | Shape::Suggestion
            | Shape::Avatar
            | Shape::Flag
            | Shape::Meta
            | Shape::Argument => self.extended(directive)?,
        };
        Some((directive, value))
    }

    /// A text as Ollama reads it; only what names something must not be empty.
    fn ollama_text(&mut self, directive: &'static Directive) -> Option<Value> {
        use directive::{ADAPTER, DRAFT, FROM};
        let text = self.value();
        if text.text.is_empty() && [&FROM, &ADAPTER, &DRAFT].iter().any(|named| directive.is(named)) {
            self.missing_value(directive.keyword, directive.value);
            return None;
        }
        Some(Value::Text(text))
    }

    fn message(&mut self) -> Option<Value> {
        let role = Role::parse(self.text(self.statement.name?))?;
        Some(Value::Message { role, content: self.value() })
    }

    /// The value in Ollama's reading, and as written where the two differ.
    fn value(&self) -> Text {
        let text = self.tree.value(&self.statement.value).into_owned();
        let written = self.text(self.statement.value.content);
        // Ollama only deletes, so equal lengths are equal texts.
        let written = (written.len() != text.len()).then(|| written.to_owned());
        Text { text, written }
    }

    fn missing_value(&mut self, name: &str, value: &str) {
        let syntax::Statement { keyword, name: word, value: raw, .. } = *self.statement;
        let place = if raw.span.is_empty() { word.unwrap_or(keyword) } else { raw.span };
        let finding = self.finding("missing-value", keyword.cover(place), format!("`{name}` has no value"));
        self.findings.push(finding.help(format!("write `{name} {value}`")));
    }

    fn finding(&self, rule: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        let finding = Diagnostic::new(rule, self.at(span), message);
        debug_assert!(span.end as usize <= self.tree.text.len(), "{finding:?}");
        finding
    }

    fn at(&self, span: Span) -> Location {
        Location::new(self.file, span)
    }

    fn text(&self, span: Span) -> &'a str {
        span.of(&self.tree.text)
    }
}

#[cfg(test)]
mod tests;
