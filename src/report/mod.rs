//! Everything that is printed. In: values of the phases. Out: text, written to what the caller gives.
//!
//! Text that came from a file or a remote goes through [`printable`] on its way to people.

mod diagnostics_human;
mod diagnostics_json;
mod doctor_human;
mod drift_human;
pub mod findings;
mod lines;
pub mod models;
mod ollama;
mod origins_human;
mod outcome_human;
mod page;
mod plan_html;
mod plan_human;
mod plan_markdown;
mod printable;
mod rules;
mod snapshots_human;
mod table;
mod unified_diff;
mod value;
mod wording;
mod words;

pub use diagnostics_human::diagnostics_human;
pub use diagnostics_json::{DiagnosticReport, diagnostics_json, diagnostics_json_lines, diagnostics_schema};
pub use doctor_human::{Patient, doctor_human};
pub use drift_human::drift_human;
pub use ollama::{ollama_models, ollama_running};
pub use origins_human::{ModelOrigins, Origin, origins_human};
pub use outcome_human::{outcome_human, remote_title};
pub use page::page;
pub use plan_html::plan_html;
pub use plan_human::plan_human;
pub use plan_markdown::{MARKDOWN_LIMIT, plan_markdown};
pub use printable::printable;
pub use rules::{RuleEntry, rules_human, rules_json};
pub use snapshots_human::{snapshot_human, snapshots_human};
pub use unified_diff::unified_diff;
pub(crate) use wording::counted;

/// How text for people is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Columns.
    pub width: usize,
    /// Whether escape sequences for colour may be written.
    pub colour: bool,
}

impl Layout {
    /// The text in that style, if there is colour.
    pub(crate) fn paint(self, style: anstyle::Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// The colours, each with one meaning.
pub(crate) mod style {
    use anstyle::{AnsiColor, Style};

    pub(crate) const ADDED: Style = AnsiColor::Green.on_default();
    pub(crate) const REMOVED: Style = AnsiColor::Red.on_default();
    pub(crate) const CHANGED: Style = AnsiColor::Yellow.on_default();
    pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
    pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
    pub(crate) const STRONG: Style = Style::new().bold();
    pub(crate) const FAINT: Style = Style::new().dimmed();
}
