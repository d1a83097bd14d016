//! `${name}` in values that are read already: nothing that is filled in is parsed again.

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;
use crate::expand::{self, Budget, Environment, Expanded, Outcome, Part, PartRole, Placed, Scopes};
use crate::ir::Filled;
use crate::source::FileId;
use crate::syntax::{Statement, Tree};

/// The arguments of a document, statement by statement.
pub(super) struct Filling<'e> {
    scopes: &'e Scopes,
    environment: Environment,
    budget: Budget,
    outcome: Outcome,
    /// The statement that is being lowered, and whether references in it count without a value, too.
    placed: Option<(Placed<'e>, bool)>,
}

impl<'e> Filling<'e> {
    pub(super) fn new(expanded: &'e Expanded) -> Self {
        Self {
            scopes: &expanded.scopes,
            environment: expanded.environment.clone(),
            budget: expanded.budget,
            outcome: Outcome::default(),
            placed: None,
        }
    }

    /// Turns to the next statement.
    pub(super) fn begin(&mut self, placed: &Placed<'e>, part: &Part) {
        let counts = part.role != PartRole::Prompt { expand: false };
        self.placed = counts.then_some((*placed, part.opted));
    }

    /// `text` with what its references stand for.
    pub(super) fn fill<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let Some((placed, opted)) = self.placed.filter(|_| text.contains("${")) else { return Cow::Borrowed(text) };
        self.environment.enter_at(self.scopes, &placed);
        self.environment.substitute(self.scopes, text, opted, &mut self.budget, &mut self.outcome)
    }

    /// Whether something was filled in in this statement.
    pub(super) fn has_filled(&self) -> bool {
        !self.outcome.uses.is_empty()
    }

    /// What was filled in in the statement. What was found in it since `known` has no repair: that would replace the
    /// reference by what it stands for.
    pub(super) fn end(
        &mut self,
        tree: &Tree,
        file: FileId,
        statement: &Statement,
        known: usize,
        findings: &mut Vec<Diagnostic>,
    ) -> Vec<Filled> {
        let outcome = std::mem::take(&mut self.outcome);
        if !outcome.uses.is_empty() {
            findings.iter_mut().skip(known).for_each(|finding| finding.fix = None);
        }
        findings.extend(expand::problems(&outcome, tree, file, statement, &self.environment, self.scopes));
        outcome.uses.into_iter().map(|(name, with)| Filled { name, with }).collect()
    }

    /// The arguments that nothing refers to.
    pub(super) fn unused(&self) -> Vec<Diagnostic> {
        let unused = self.environment.unused(self.scopes).filter(|binding| binding.value.is_some());
        unused
            .map(|binding| {
                let message = format!("nothing below refers to `${{{}}}`", binding.name);
                Diagnostic::new("unused-arg", binding.location, message)
                    .help("remove it, or write it where it is meant")
            })
            .collect()
    }
}
