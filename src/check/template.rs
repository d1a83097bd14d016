//! The TEMPLATE of a model, parsed once for all the rules about it.

use std::collections::BTreeSet;

use super::Context;
use super::place::Placed;
use crate::ir::directive::{RENDERER, TEMPLATE};
use crate::ir::{Statement, Value};
use crate::source::Location;
use crate::template::{self, Fault, Template, Use};

/// The TEMPLATE that counts.
#[derive(Debug)]
pub(super) struct View<'a> {
    /// The directive.
    pub(super) statement: &'a Statement,
    /// Its text.
    pub(super) placed: Placed<'a>,
    /// What Ollama makes of it.
    pub(super) parsed: Result<Template<'a>, Fault>,
    /// The names that Ollama sees in it.
    variables: BTreeSet<&'a str>,
    /// The values that it uses.
    pub(super) uses: Vec<Use<'a>>,
    /// Whether a RENDERER of the same file writes the prompt instead.
    pub(super) is_ignored: bool,
}

impl<'a> View<'a> {
    /// None where no target reads it, or where it is empty and so the base model's counts.
    pub(super) fn new(context: &Context<'a>) -> Option<Self> {
        let statement = context.document.last(&TEMPLATE).filter(|_| context.targets.ollama)?;
        let placed = Placed::new(context, statement).filter(|placed| !placed.text.is_empty())?;
        let parsed = template::parse(placed.text);
        let variables = parsed.as_ref().map(Template::variables).unwrap_or_default();
        let uses = parsed.as_ref().map(Template::uses).unwrap_or_default();
        let renderer = context.document.last(&RENDERER).map(|renderer| &renderer.value);
        let is_ignored = matches!(renderer, Some(Value::Text(name)) if !name.text.is_empty());
        Some(Self { statement, placed, parsed, variables, uses, is_ignored })
    }

    /// The template, if Ollama takes it and reads it.
    pub(super) fn template(&self) -> Option<&Template<'a>> {
        self.parsed.as_ref().ok().filter(|_| !self.is_ignored)
    }

    /// Where a use stands.
    pub(super) fn at(&self, used: &Use) -> Location {
        self.placed.at(used.span)
    }

    /// Whether the template uses one of the values, in whatever case.
    pub(super) fn mentions(&self, names: &[&str]) -> bool {
        self.variables.iter().any(|used| names.iter().any(|name| name.eq_ignore_ascii_case(used)))
    }
}
