//! Which models a plan is about: `--target` and `--exclude`.

use std::collections::BTreeSet;

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::verdict::{Change, Changes};
use crate::diagnostic::closest;
use crate::state::{Behind, Desired, Observed, Ownership, WorkspaceKey};

/// The models that are meant.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Only these; none of them means all.
    only: Vec<Pattern>,
    /// And of those, not these.
    excludes: Vec<Pattern>,
    /// The servers whose models go by their own names, too.
    behind: Option<Behind>,
    /// Ids that are known elsewhere: a pattern for one of them is no mistake.
    elsewhere: BTreeSet<String>,
}

/// An id, or a glob of ids.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    /// Nothing if the text is no glob: an id may hold any character.
    globs: GlobSet,
}

/// A pattern that matches no model: a mistake that would leave something undone, or do it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` matches no model of this workspace{}", .pattern.escape_debug(), suggestion(.close.as_ref()))]
pub struct UnknownTarget {
    pattern: String,
    close: Option<String>,
}

fn suggestion(close: Option<&String>) -> String {
    close.map(|close| format!("; did you mean `{}`?", close.escape_debug())).unwrap_or_default()
}

impl Pattern {
    /// The pattern that is written so.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut globs = GlobSetBuilder::new();
        if let Ok(glob) = Glob::new(text) {
            globs.add(glob);
        }
        Self { text: text.to_owned(), globs: globs.build().unwrap_or_default() }
    }

    /// Whether it means the model of that id.
    #[must_use]
    pub fn matches(&self, id: &str) -> bool {
        self.text == id || self.globs.is_match(id)
    }
}

impl Targets {
    /// The models whose ids match one of `targets` (all, if there are none) and none of `excludes`.
    #[must_use]
    pub fn new(targets: &[String], excludes: &[String]) -> Self {
        let patterns = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect();
        Self { only: patterns(targets), excludes: patterns(excludes), ..Self::default() }
    }

    /// The same, also by the names that the servers behind have for their models.
    #[must_use]
    pub fn behind(self, behind: Option<Behind>) -> Self {
        Self { behind, ..self }
    }

    /// The same, knowing of models that are elsewhere.
    #[must_use]
    pub fn beside(self, elsewhere: BTreeSet<String>) -> Self {
        Self { elsewhere, ..self }
    }

    /// An id, and what else the model goes by.
    fn names(&self, id: &str) -> Vec<String> {
        let others = self.behind.iter().flat_map(|behind| &behind.nodes).filter_map(|node| node.name_of(id));
        std::iter::once(id.to_owned()).chain(others).collect()
    }

    /// Whether the model with that id is meant.
    #[must_use]
    pub fn includes(&self, id: &str) -> bool {
        self.select(&[id])
    }

    /// Looks for a pattern that matches none of the ids that are known.
    ///
    /// # Errors
    /// [`UnknownTarget`] if there is one.
    pub fn all_match<'a>(&self, known: impl IntoIterator<Item = &'a str>) -> Result<(), UnknownTarget> {
        let known: BTreeSet<String> = known.into_iter().flat_map(|id| self.names(id)).collect();
        for pattern in self.only.iter().chain(&self.excludes) {
            if !known.iter().chain(&self.elsewhere).any(|id| pattern.matches(id)) {
                let close = closest(&pattern.text, known.iter().map(String::as_str)).map(str::to_owned);
                return Err(UnknownTarget { pattern: pattern.text.clone(), close });
            }
        }
        Ok(())
    }

    /// Whether any of a change's ids is meant, and none is excluded.
    fn select(&self, ids: &[&str]) -> bool {
        let ids: Vec<String> = ids.iter().flat_map(|id| self.names(id)).collect();
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| ids.iter().any(|id| pattern.matches(id)));
        (self.only.is_empty() || any(&self.only)) && !any(&self.excludes)
    }

    /// The changes that are meant. What is left out is only counted. A rename is one change, whichever of its ids is named.
    ///
    /// # Errors
    /// [`UnknownTarget`] if a pattern matches neither a file's id nor the id of a row that is ours.
    pub fn narrow(
        &self,
        mut changes: Changes,
        desired: &Desired,
        observed: &Observed,
        key: &WorkspaceKey,
        origin: &str,
    ) -> Result<Changes, UnknownTarget> {
        if self.only.is_empty() && self.excludes.is_empty() {
            return Ok(changes);
        }
        let ours = observed
            .rows
            .iter()
            .filter(|(id, row)| matches!(key.ownership(id, origin, row.mark.as_ref()), Ownership::Ours(_)));
        self.all_match(desired.rows.keys().chain(ours.map(|(id, _)| id)).map(String::as_str))?;
        let renames: Vec<(String, String)> =
            changes.rows.iter().filter_map(|change| Some((change.id.clone(), change.moved_from.clone()?))).collect();
        let is_meant = |id: &str| {
            let both = renames.iter().find(|(new, former)| new == id || former == id);
            both.map_or_else(|| self.select(&[id]), |(new, former)| self.select(&[new, former]))
        };
        let total = changes.rows.len() + changes.kept.len();
        changes.rows.retain(|change: &Change| is_meant(&change.id));
        changes.kept.retain(|kept| is_meant(&kept.id));
        changes.not_targeted = total - changes.rows.len() - changes.kept.len();
        Ok(changes)
    }
}
