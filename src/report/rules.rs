//! The list of rules.

use std::io::{self, Write};

use serde::Serialize;

use super::{Layout, style};
use crate::check::{Rule, rules};
use crate::diagnostic::Severity;

/// One rule for machines.
#[derive(Debug, Serialize)]
pub struct RuleEntry {
    name: &'static str,
    code: &'static str,
    level: Severity,
    /// Whether nobody can silence it.
    firm: bool,
    /// Which repairs there are, in words.
    fix: Option<&'static str>,
    summary: &'static str,
}

/// Every rule for machines, by code.
#[must_use]
pub fn rules_json() -> Vec<RuleEntry> {
    let entry = |rule: &&'static Rule| {
        let Rule { name, code, level, firm, summary, .. } = **rule;
        RuleEntry { name, code, level, firm, fix: rule.fix(), summary }
    };
    rules::ALL.iter().map(entry).collect()
}

/// Writes every rule on a line, by code.
///
/// # Errors
/// Those of `out`.
pub fn rules_human(layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let longest = rules::ALL.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
    for rule in rules::ALL {
        let (style, level) = match rule.level {
            Severity::Error => (style::ERROR, "error  "),
            Severity::Warning => (style::WARNING, "warning"),
            Severity::Info => (style::STRONG, "info   "),
        };
        let name = format!("{:longest$}", rule.name);
        let (firm, fix) = (if rule.firm { "firm" } else { "    " }, rule.fix().map_or("   ", |_| "fix"));
        let level = layout.paint(style, level);
        writeln!(out, "{} {} {level} {firm} {fix}  {}", rule.code, layout.paint(style::STRONG, &name), rule.summary)?;
    }
    let words = "firm: cannot be silenced; fix: some findings come with a repair; `maquette explain RULE` says more";
    writeln!(out, "\n{}", layout.paint(style::FAINT, words))
}
