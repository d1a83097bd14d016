//! A document becomes findings: every rule has a name, a code, a level, a page, and most have a function.
//!
//! In: a file's text, tree and document. Out: [`Diagnostic`]s, graded by [`grade`]. What other phases find belongs to rules
//! of this registry too; such a rule has no function here. Absent on purpose: anything that needs a server.
//!
//! A new rule is `rules/<name>.rs`, its page `rules/<name>.md`, and one line in [`rules::ALL`].

mod allow;
mod baseline;
mod dropped;
mod fingerprint;
pub mod fix;
mod grade;
mod place;
pub mod rules;
mod secrets;
mod swallowed;
mod syntax;
mod template;
mod weights;

pub use allow::allow;
pub use baseline::{Baseline, BaselineError};
pub use dropped::character_name;
pub use fingerprint::{Fingerprint, fingerprints};
pub use grade::{LevelSetting, Levels, Selection, SelectionError, grade};
pub use secrets::secrets;
pub use weights::Weights;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{self, Directive, Document, Support, Value};
use crate::source::{FileId, Location, SourceFile, Span};
use crate::syntax::{Item, Statement, Tree};

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its kebab-case name.
    pub name: &'static str,
    /// Its code, which never changes: `MF…`.
    pub code: &'static str,
    /// How severe its findings are where the manifest does not say.
    pub level: Severity,
    /// Whether nobody can silence it or lower its level: what it reports could not be read or cannot be done, and going on
    /// would do something else than the file says.
    pub firm: bool,
    /// One sentence.
    pub summary: &'static str,
    /// Its page in Markdown: what, why, examples, how to silence it.
    pub docs: &'static str,
    /// Finds it in a document; none where another phase does.
    pub run: Option<fn(&Context, &mut Reporter)>,
}

impl Rule {
    /// Which repairs its findings may carry, as the head of its page says: `safe fix`, `unsafe fix` or `safe or unsafe fix`.
    #[must_use]
    pub fn fix(&self) -> Option<&'static str> {
        self.docs.lines().nth(2)?.split(" · ").nth(2)
    }
}

/// What a rule looks at.
#[derive(Debug)]
pub struct Context<'a> {
    /// The file.
    pub file: &'a SourceFile,
    /// Its name in locations.
    pub id: FileId,
    /// Its tree.
    pub tree: &'a Tree,
    /// What it says, with what it includes. A fragment says nothing by itself: its directives are part of the documents
    /// that include it, and this is empty.
    pub document: &'a Document,
    /// Where the model goes.
    pub targets: Targets,
    /// What lies where it points to weights; none where nobody looked.
    weights: Option<&'a Weights>,
    /// Its template, once a rule has asked for it.
    template: OnceCell<Option<template::View<'a>>>,
}

impl<'a> Context<'a> {
    /// Whether the file only takes part in models: what it lacks is no fault of its own.
    #[must_use]
    pub fn is_fragment(&self) -> bool {
        self.document.file != self.id
    }

    /// What rules look at in one file.
    #[must_use]
    pub fn new(file: &'a SourceFile, id: FileId, tree: &'a Tree, document: &'a Document, targets: Targets) -> Self {
        Self { file, id, tree, document, targets, weights: None, template: OnceCell::new() }
    }

    /// The same, knowing what lies where the file points to weights.
    #[must_use]
    pub fn beside(self, weights: &'a Weights) -> Self {
        Self { weights: Some(weights), ..self }
    }

    /// The statements of a directive about files, with what they say, where Ollama reads them.
    fn values_of(&self, directive: &'static Directive) -> impl Iterator<Item = (&'a ir::Statement, &'a str)> + use<'a> {
        let document = self.document;
        let statements = self.targets.ollama.then(|| document.all(directive)).into_iter().flatten();
        statements.filter_map(|statement| match &statement.value {
            Value::Text(text) => Some((statement, text.text.as_str())),
            _ => None,
        })
    }

    /// What lies where a value of such a directive points.
    fn found(&self, value: &str) -> Option<&'a weights::Found> {
        self.weights?.at(value)
    }

    /// The template that counts, if a target reads it.
    fn template(&self) -> Option<&template::View<'a>> {
        self.template.get_or_init(|| template::View::new(self)).as_ref()
    }

    /// The statement of the file that starts at `offset`.
    fn statement_at(&self, offset: u32) -> Option<&'a Statement> {
        let items = &self.tree.items;
        let at = items.binary_search_by_key(&offset, |item| item.span().start).ok()?;
        // Nothing but trivia is empty, and it may stand where a statement starts.
        items.get(at.saturating_sub(1)..)?.iter().take(3).find_map(|item| match item {
            Item::Statement(statement) if statement.span.start == offset => Some(statement),
            _ => None,
        })
    }

    /// The place of `span` in the file.
    #[must_use]
    pub fn at(&self, span: Span) -> Location {
        Location::new(self.id, span)
    }

    /// The text that `span` covers.
    #[must_use]
    pub fn text(&self, span: Span) -> &'a str {
        span.of(&self.tree.text)
    }
}

/// The kinds of server that a model goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    /// Open WebUI.
    pub open_webui: bool,
    /// Ollama.
    pub ollama: bool,
}

impl Targets {
    /// Both.
    pub const ALL: Self = Self { open_webui: true, ollama: true };

    /// These and those.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { open_webui: self.open_webui || other.open_webui, ollama: self.ollama || other.ollama }
    }

    /// What becomes of something that each target supports as said, with the targets that lose it.
    #[must_use]
    pub fn judge(self, open_webui: Support, ollama: Support) -> Fate {
        let judged = [(self.open_webui, open_webui), (self.ollama, ollama)];
        let any = |support| judged.contains(&(true, support));
        match (any(Support::Yes), any(Support::Lost), any(Support::Ignored)) {
            (true, true, _) => Fate::LostSomewhere,
            (false, true, _) => Fate::Lost,
            (false, false, true) => Fate::Ignored,
            (_, false, _) => Fate::Kept,
        }
    }
}

/// Whether a system prompt holds variables that Open WebUI fills in, and Ollama does not.
#[must_use]
pub fn has_prompt_variables(text: &str) -> bool {
    rules::template_in_system::has_prompt_variables(text)
}

/// What becomes of something on all targets together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Some target keeps it, and none loses meaning.
    Kept,
    /// No target does anything with it.
    Ignored,
    /// Some target keeps it, and another one means something else without it.
    LostSomewhere,
    /// No target keeps it, and some means something else without it.
    Lost,
}

/// Takes what rules find.
#[derive(Debug)]
pub struct Reporter {
    rule: &'static str,
    findings: Vec<Diagnostic>,
}

impl Reporter {
    /// Takes one finding of the rule that runs.
    pub fn push(&mut self, finding: Diagnostic) {
        debug_assert_eq!(finding.rule, self.rule, "a rule reports under its own name");
        self.findings.push(finding);
    }
}

/// Everything that is to be said of one file without asking a server, in the order of the text.
#[must_use]
pub fn check(context: &Context) -> Vec<Diagnostic> {
    let mut reporter = Reporter { rule: "", findings: syntax::findings(context) };
    for rule in rules::ALL {
        if let Some(run) = rule.run {
            reporter.rule = rule.name;
            run(context, &mut reporter);
        }
    }
    // In the wrong encoding no line can be read, and each would be reported.
    let is_unreadable = |finding: &Diagnostic| finding.rule == "utf16-without-bom";
    if reporter.findings.iter().any(is_unreadable) {
        reporter.findings.retain(is_unreadable);
    }
    keep_references(context.document, &mut reporter.findings);
    reporter.findings.sort_by_key(|finding| finding.location.map(|location| location.span));
    reporter.findings
}

/// Takes out the repairs of statements that hold `${name}`: they would write down what it stands for.
fn keep_references(document: &Document, findings: &mut [Diagnostic]) {
    let filled = document.statements.iter().filter(|statement| !statement.filled.is_empty());
    let filled: BTreeSet<Location> = filled.map(|statement| statement.location).collect();
    for finding in findings.iter_mut().filter(|finding| finding.fix.is_some()) {
        let Some(place) = finding.location else { continue };
        // Statements do not overlap, so only the last one that starts before it can hold it.
        let from = Location::new(place.file, Span::new(place.span.start, u32::MAX));
        let statement = filled.range(..=from).next_back();
        if statement.is_some_and(|one| one.file == place.file && place.span.start < one.span.end) {
            finding.fix = None;
        }
    }
}

/// The rules that look at texts which other files name as prompts.
const OF_TEXTS: [&str; 5] =
    ["dropped-control", "dropped-private-or-new", "dropped-space", "dropped-zero-width", "secret-in-value"];

/// Everything that is to be said of a text file that is a system prompt.
#[must_use]
pub fn check_text(context: &Context) -> Vec<Diagnostic> {
    let mut reporter = Reporter { rule: "", findings: Vec::new() };
    for rule in rules::ALL.iter().filter(|rule| OF_TEXTS.contains(&rule.name)) {
        if let Some(run) = rule.run {
            reporter.rule = rule.name;
            run(context, &mut reporter);
        }
    }
    reporter.findings
}

/// The rule with that name or code.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    static INDEX: LazyLock<BTreeMap<&str, &Rule>> =
        LazyLock::new(|| rules::ALL.iter().flat_map(|rule| [(rule.name, *rule), (rule.code, *rule)]).collect());
    INDEX.get(name).copied()
}

#[cfg(test)]
mod tests;
