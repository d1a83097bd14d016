//! Statements become typed values, by the shape that their directive says.
//!
//! What cannot be read is a finding at its place and missing from the document. A keyword that is neither Ollama's nor
//! ours is left to [`crate::check`], which sees it in the tree beside the lines around it.

mod extended;
mod filling;
mod parameter;
mod precedence;
mod prompt;

use std::borrow::Cow;

use filling::Filling;

use super::{Directive, Document, Part, Place, Role, Shape, Statement, Text, Value, directive};
use crate::diagnostic::Diagnostic;
use crate::expand::{Expanded, PartRole};
use crate::source::{FileId, Location, Span};
use crate::syntax::{self, Head, Tree};

/// Lowers one model.
#[must_use]
pub fn lower(expanded: &Expanded) -> (Document, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut statements = Vec::with_capacity(expanded.parts.first().map_or(0, |own| own.tree.items.len()));
    let mut filling = expanded.substitutes.then(|| Filling::new(expanded));
    for placed in expanded.statements() {
        let Some(part) = expanded.parts.get(placed.part) else { continue };
        if let Some(filling) = &mut filling {
            filling.begin(&placed, part);
        }
        let (tree, file, statement) = (&*part.tree, part.file, placed.statement);
        let known = findings.len();
        let mut lowering = Lowering { tree, file, statement, findings: &mut findings, filling: filling.as_mut() };
        let directive = match statement.head {
            Head::Ollama(word) => directive::of(word),
            Head::Extended => match directive::find(lowering.text(statement.keyword)) {
                Some(directive) => directive,
                None => continue,
            },
        };
        let lowered = match part.role {
            PartRole::Own | PartRole::Fragment => lowering.lower(directive),
            PartRole::Prompt { .. } => Some((directive, Value::Text(lowering.prompt()))),
        };
        let filled = match &mut filling {
            Some(filling) => filling.end(tree, file, statement, known, &mut findings),
            None => Vec::new(),
        };
        let Some((directive, value)) = lowered else { continue };
        // What composition took in is gone; what it could not read has its finding.
        if directive.place == Place::CompileTime {
            continue;
        }
        let at = |span| Location::new(file, span);
        let location = match part.role {
            PartRole::Own | PartRole::Fragment => at(statement.span),
            PartRole::Prompt { .. } => part.included_at.unwrap_or_else(|| at(statement.span)),
        };
        statements.push(Statement {
            directive,
            value,
            location,
            value_location: at(statement.value.span),
            part: placed.part,
            filled,
        });
    }
    if let Some(filling) = filling {
        findings.extend(filling.unused());
    }
    if expanded.parts.len() > 1 {
        prompt::join(expanded, &mut statements, &mut findings);
        precedence::settle(expanded, &mut statements);
    }
    let parts = expanded.parts.iter().map(|part| Part {
        file: part.file,
        included_at: part.included_at,
        parent: part.parent,
        is_text: matches!(part.role, PartRole::Prompt { .. }),
    });
    (Document { file: expanded.file, parts: parts.collect(), statements }, findings)
}

/// One statement on its way.
struct Lowering<'a, 'e> {
    tree: &'a Tree,
    file: FileId,
    statement: &'a syntax::Statement,
    findings: &'a mut Vec<Diagnostic>,
    /// Fills in arguments, where there may be any.
    filling: Option<&'a mut Filling<'e>>,
}

impl<'a> Lowering<'a, '_> {
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
    fn value(&mut self) -> Text {
        let text = self.read().into_owned();
        if !self.tree.has_dropped {
            return Text { text, written: None };
        }
        let written = self.fill(self.tree.slice(self.statement.value.content));
        // Ollama only deletes, so equal lengths are equal texts.
        let written = (written.len() != text.len()).then(|| written.into_owned());
        Text { text, written }
    }

    /// The value in Ollama's reading.
    fn read(&mut self) -> Cow<'a, str> {
        match self.tree.value(&self.statement.value) {
            Cow::Borrowed(text) => self.fill(text),
            Cow::Owned(text) => Cow::Owned(self.fill(&text).into_owned()),
        }
    }

    /// The text of a file that SYSTEMFILE names.
    fn prompt(&mut self) -> Text {
        let text = prompt::normalise(self.text(self.statement.value.content));
        let filled = self.fill(&text);
        let kept = syntax::without_dropped(&filled).into_owned();
        let written = (kept.len() != filled.len()).then(|| filled.into_owned());
        Text { text: kept, written }
    }

    /// A text with what the references in it stand for.
    fn fill<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        match &mut self.filling {
            Some(filling) => filling.fill(text),
            None => Cow::Borrowed(text),
        }
    }

    /// Whether something was filled in in this statement: then its text is not its value.
    fn has_filled(&self) -> bool {
        self.filling.as_ref().is_some_and(|filling| filling.has_filled())
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
