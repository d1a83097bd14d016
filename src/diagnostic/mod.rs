//! The one diagnostic: everything that is said about a user's text, from every phase.
//!
//! A phase names the rule and the place; how severe that is, is decided once, by [`crate::check::grade`], from the rule's
//! default and the manifest. Broken text is never an `Err`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::source::{Location, Span};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Works, but probably not as meant.
    Warning,
    /// Fails, or means something else than it says.
    Error,
}

/// A second place that explains the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place, possibly in another file.
    pub location: Location,
    /// What to see there.
    pub message: String,
}

/// How sure a [`Fix`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// Keeps the meaning, or restores the one that is certain.
    Safe,
    /// Probably what is meant.
    Unsafe,
}

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// A repair: edits of the file that the diagnostic is in, applied together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative.
    pub title: String,
    /// How sure it is.
    pub applicability: Applicability,
    /// Edits, not overlapping.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// `text` with the edits made.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut edits: Vec<&Edit> = self.edits.iter().collect();
        edits.sort_by_key(|edit| edit.span);
        let (mut repaired, mut done) = (String::with_capacity(text.len()), 0);
        for edit in edits {
            repaired.push_str(text.get(done..edit.span.start as usize).unwrap_or_default());
            repaired.push_str(&edit.text);
            done = edit.span.end as usize;
        }
        repaired.push_str(text.get(done..).unwrap_or_default());
        repaired
    }
}

/// What is said of the directives that lead to a finding's file.
const INCLUDED: &str = "included from here";

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's kebab-case name; its code and page are found by it in [`crate::check::rules::ALL`].
    pub rule: &'static str,
    /// [`Severity::Error`] until it is graded.
    pub severity: Severity,
    /// What is wrong: lower case, no final full stop.
    pub message: String,
    /// The place, where there is one in a file.
    pub location: Option<Location>,
    /// A few words that stand under the marked place.
    pub label: Option<String>,
    /// Other places.
    pub labels: Vec<Label>,
    /// What would work instead.
    pub help: Option<String>,
    /// A repair, where one is known.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding of `rule` at `location`.
    pub fn new(rule: &'static str, location: Location, message: impl Into<String>) -> Self {
        Self { location: Some(location), ..Self::unplaced(rule, message) }
    }

    /// A finding of `rule` that belongs to no place in a file.
    pub fn unplaced(rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: Severity::Error,
            message: message.into(),
            location: None,
            label: None,
            labels: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// The same with a hint at what would work.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with a few words under the marked place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The same with a second place.
    #[must_use]
    pub fn also(mut self, location: Location, message: impl Into<String>) -> Self {
        self.labels.push(Label { location, message: message.into() });
        self
    }

    /// Tells through which directives its file is part of a model, the nearest first.
    pub fn through(&mut self, chain: impl IntoIterator<Item = Location>) {
        self.labels.extend(chain.into_iter().map(|location| Label { location, message: INCLUDED.to_owned() }));
    }

    /// The directive through which its file is part of a model, if it tells of one.
    #[must_use]
    pub fn included_at(&self) -> Option<Location> {
        self.labels.iter().find(|label| label.message == INCLUDED).map(|label| label.location)
    }

    /// The same with a repair.
    #[must_use]
    pub fn fix(mut self, applicability: Applicability, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { title: title.into(), applicability, edits });
        self
    }
}

/// The word of `known` that `word` probably means: the closest within a third of its length, ignoring case.
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let limit = (word.chars().count() / 3).max(1);
    let length = lower.chars().count();
    known
        .into_iter()
        // The distance is at least the difference in length; and a word may be as long as its file.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}
