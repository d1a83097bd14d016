//! Findings that were there before: an old repository adopts the rules for what is new, and mends the rest when it likes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{find, fingerprints};
use crate::diagnostic::Diagnostic;
use crate::source::Sources;

/// The version of the form.
const FORMAT: u32 = 1;

/// Findings that are known, by what makes them the same ones wherever they move in their file. It sorts and prints so that a
/// finding that comes or goes changes one line.
///
/// Findings of firm rules are never in it: what cannot be read or done stays an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    format: u32,
    /// By file, rule and digest of the line: how many there are. Findings without a place are those of the file `.`.
    findings: BTreeMap<String, BTreeMap<String, BTreeMap<String, usize>>>,
}

/// Why a text is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It has another form.
    #[error("it is no baseline: {0}")]
    Invalid(String),
    /// It is one of another version.
    #[error("it is a baseline of format {0}; this version of maquette reads format {FORMAT}")]
    Format(u32),
}

impl Default for Baseline {
    fn default() -> Self {
        Self { format: FORMAT, findings: BTreeMap::new() }
    }
}

impl Baseline {
    /// Reads one.
    ///
    /// # Errors
    /// [`BaselineError`] if the text is none.
    pub fn parse(text: &[u8]) -> Result<Self, BaselineError> {
        let baseline: Self = serde_json::from_slice(text).map_err(|error| BaselineError::Invalid(error.to_string()))?;
        if baseline.format == FORMAT { Ok(baseline) } else { Err(BaselineError::Format(baseline.format)) }
    }

    /// What is written to its file.
    #[must_use]
    pub fn text(&self) -> String {
        // A map of texts and numbers is always JSON.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// All findings that may be known.
    #[must_use]
    pub fn of(findings: &[Diagnostic], sources: &Sources) -> Self {
        let mut baseline = Self::default();
        for (finding, fingerprint) in findings.iter().zip(fingerprints(findings, sources)) {
            if may_be_known(finding) {
                let rules = baseline.findings.entry(file(finding, sources)).or_default();
                *rules.entry(finding.rule.to_owned()).or_default().entry(fingerprint.line).or_default() += 1;
            }
        }
        baseline
    }

    /// How many findings are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.findings.values().flat_map(BTreeMap::values).flat_map(BTreeMap::values).sum()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same with the entries of `other` about files that are not among `files`: of what was not looked at, nothing is known.
    #[must_use]
    pub fn and_others_of(mut self, other: &Self, files: &BTreeSet<String>) -> Self {
        for (file, rules) in &other.findings {
            if !files.contains(file) {
                self.findings.entry(file.clone()).or_insert_with(|| rules.clone());
            }
        }
        self
    }

    /// Removes the findings that are known. Returns how many, and a finding for each file and rule of which something is no
    /// longer found; of files that are not among `files`, if there are any, nothing is said.
    pub fn hide(
        &self,
        findings: &mut Vec<Diagnostic>,
        sources: &Sources,
        files: Option<&BTreeSet<String>>,
    ) -> (usize, Vec<Diagnostic>) {
        let mut left = self.findings.clone();
        let before = findings.len();
        let mut fingerprints = fingerprints(findings, sources).into_iter();
        findings.retain(|finding| {
            let Some(fingerprint) = fingerprints.next().filter(|_| may_be_known(finding)) else { return true };
            let rules = left.get_mut(&file(finding, sources));
            let count = rules.and_then(|rules| rules.get_mut(finding.rule)?.get_mut(&fingerprint.line));
            match count {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            }
        });
        let mut stale = Vec::new();
        for (file, rules) in left.iter().filter(|(file, _)| files.is_none_or(|files| files.contains(*file))) {
            for (rule, lines) in rules {
                let count: usize = lines.values().sum();
                let (findings, are) = if count == 1 { ("finding", "is") } else { ("findings", "are") };
                if count > 0 {
                    let message = format!(
                        "the baseline knows {count} {findings} of `{rule}` in `{file}` that {are} no longer there"
                    );
                    let finding = Diagnostic::unplaced("stale-baseline", message);
                    stale.push(finding.help("`maquette check --update-baseline` takes them out"));
                }
            }
        }
        (before - findings.len(), stale)
    }
}

/// Where there is no place in a file, it is the workspace.
fn file(finding: &Diagnostic, sources: &Sources) -> String {
    finding.location.map_or_else(|| ".".to_owned(), |at| sources.get(at.file).path.to_string())
}

fn may_be_known(finding: &Diagnostic) -> bool {
    finding.rule != "stale-baseline" && find(finding.rule).is_some_and(|rule| !rule.firm)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::source::{Location, SourceFile, Span};

    /// Files of a text each, and a finding at every `!` (a firm one at every `?`).
    fn found(files: &[(&str, &str)]) -> (Sources, Vec<Diagnostic>) {
        let mut sources = Sources::new();
        let mut findings = Vec::new();
        for (path, text) in files {
            let id = sources.add(SourceFile::new((*path).into(), text.as_bytes()));
            for (at, mark) in text.match_indices(['!', '?']) {
                let rule = if mark == "!" { "unknown-parameter" } else { "missing-from" };
                findings.push(Diagnostic::new(rule, Location::new(id, Span::at(u32::try_from(at).unwrap())), "x"));
            }
        }
        (sources, findings)
    }

    #[test]
    fn it_prints_a_line_for_each_line_of_a_file() {
        let (sources, findings) = found(&[("b", "one !\ntwo ? !\none !\n"), ("a", "!")]);
        let baseline = Baseline::of(&findings, &sources);
        assert_eq!(baseline.len(), 4);
        assert_eq!(Baseline::parse(baseline.text().as_bytes()).unwrap(), baseline);
        assert_snapshot!(baseline.text(), @r#"
        {
          "format": 1,
          "findings": {
            "a": {
              "unknown-parameter": {
                "1d8fbc25294ed3e2": 1
              }
            },
            "b": {
              "unknown-parameter": {
                "1c95da753b556c5b": 2,
                "982298b9cdc875bd": 1
              }
            }
          }
        }
        "#);
    }

    #[test]
    fn what_is_known_is_hidden_and_what_is_new_is_not() {
        let (sources, findings) = found(&[("a", "one !\ntwo !\ntwo !\n"), ("b", "!")]);
        let baseline = Baseline::of(&findings, &sources);
        for (now, shown, hidden, gone) in [
            ("one !\ntwo !\ntwo !\n", 0, 4, 0),
            ("# moved\n  two !\n\none  !\ntwo !\n", 0, 4, 0),
            ("one !\ntwo !\ntwo !\ntwo !\n", 1, 4, 0),
            ("one !\ntwo !\nthree !\n", 1, 3, 1),
            ("one ?\n", 1, 1, 3),
        ] {
            let (sources, mut findings) = found(&[("a", now), ("b", "!")]);
            let (count, stale) = baseline.hide(&mut findings, &sources, None);
            assert_eq!((findings.len(), count, stale.len()), (shown, hidden, usize::from(gone > 0)), "{now:?}");
            let words = format!("the baseline knows {gone} finding");
            assert!(stale.iter().all(|finding| finding.message.starts_with(&words)), "{stale:?}");
        }
    }

    #[test]
    fn of_files_that_were_not_looked_at_nothing_is_said_and_nothing_forgotten() {
        let (sources, findings) = found(&[("a", "!"), ("b", "!")]);
        let baseline = Baseline::of(&findings, &sources);
        let (sources, mut findings) = found(&[("a", "")]);
        let looked_at = BTreeSet::from(["a".to_owned()]);
        let (_, stale) = baseline.hide(&mut findings, &sources, Some(&looked_at));
        assert_eq!(stale.len(), 1);
        let updated = Baseline::of(&findings, &sources).and_others_of(&baseline, &looked_at);
        assert_eq!(updated.findings.keys().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        for (text, message) in [
            ("[]", "it is no baseline: "),
            (
                "{\"format\": 2, \"findings\": {}}",
                "it is a baseline of format 2; this version of maquette reads format 1",
            ),
            ("{\"format\": 1, \"findings\": {}, \"x\": 1}", "it is no baseline: unknown field `x`"),
        ] {
            let error = Baseline::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
