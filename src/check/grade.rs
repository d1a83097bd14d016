//! How severe findings are, and which of them are asked for.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Rule, find, rules};
use crate::diagnostic::{Diagnostic, Severity, closest};
use crate::source::{FileId, Sources};

/// How severe the findings of a rule are to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LevelSetting {
    /// Not reported.
    Off,
    /// Reported as information.
    Info,
    /// Reported as a warning.
    Warn,
    /// Reported as an error.
    Error,
}

/// The levels of rules, by name or code: everywhere, and in some files.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    everywhere: BTreeMap<String, LevelSetting>,
    in_files: Vec<(GlobSet, BTreeMap<String, LevelSetting>)>,
}

impl Levels {
    /// Levels that hold everywhere.
    #[must_use]
    pub fn new(everywhere: BTreeMap<String, LevelSetting>) -> Self {
        Self { everywhere, in_files: Vec::new() }
    }

    /// The same with levels for the files that `files` match; of several, the last counts.
    #[must_use]
    pub fn within(mut self, files: GlobSet, levels: BTreeMap<String, LevelSetting>) -> Self {
        self.in_files.push((files, levels));
        self
    }

    /// The level of a rule, where `groups` of files are meant.
    fn of(&self, rule: &Rule, groups: &[usize]) -> Option<LevelSetting> {
        let here = groups.iter().rev().filter_map(|&group| self.in_files.get(group)).map(|(_, levels)| levels);
        let mut all = here.chain([&self.everywhere]);
        all.find_map(|levels| levels.get(rule.name).or_else(|| levels.get(rule.code))).copied()
    }
}

/// Gives each finding the severity that `levels` or else its rule says, and removes what is off. Firm rules stay what they are.
pub fn grade(findings: &mut Vec<Diagnostic>, levels: &Levels, sources: &Sources) {
    let mut groups: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
    findings.retain_mut(|finding| {
        let Some(rule) = find(finding.rule) else { return true };
        let groups = match finding.location {
            None => &Vec::new(),
            Some(at) => groups.entry(at.file).or_insert_with(|| {
                let all = levels.in_files.iter().enumerate();
                let path = &sources.get(at.file).path;
                all.filter(|(_, (files, _))| files.is_match(path)).map(|(group, _)| group).collect()
            }),
        };
        finding.severity = match levels.of(rule, groups).filter(|_| !rule.firm) {
            Some(LevelSetting::Off) => return false,
            Some(LevelSetting::Info) => Severity::Info,
            Some(LevelSetting::Warn) => Severity::Warning,
            Some(LevelSetting::Error) => Severity::Error,
            None => rule.level,
        };
        true
    });
}

/// Which rules are asked for.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    only: Option<BTreeSet<&'static str>>,
    without: BTreeSet<&'static str>,
}

/// Why rules cannot be selected like that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// The word is neither a name nor the start of a code.
    #[error("there is no rule `{word}`{}", meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default())]
    Unknown {
        /// The word.
        word: String,
        /// What it probably means.
        meant: Option<&'static str>,
    },
    /// The rule cannot be left out.
    #[error("`{0}` cannot be ignored: going on would do something else than the file says")]
    Firm(String),
}

impl Selection {
    /// Only the rules of `only`, if there are any, and none of `without`: names, codes, and starts of codes such as `MF3`.
    ///
    /// # Errors
    /// [`SelectionError`] for a word that means no rule, and for rules to ignore that are all firm.
    pub fn new(only: &[String], without: &[String]) -> Result<Self, SelectionError> {
        let mut selection = Self::default();
        for word in only {
            let names = meant(word)?.into_iter().map(|rule| rule.name);
            selection.only.get_or_insert_default().extend(names);
        }
        for word in without {
            let rules = meant(word)?;
            if rules.iter().all(|rule| rule.firm) {
                return Err(SelectionError::Firm(word.clone()));
            }
            selection.without.extend(rules.into_iter().map(|rule| rule.name));
        }
        Ok(selection)
    }

    /// Whether every rule is asked for.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.only.is_none() && self.without.is_empty()
    }

    /// Removes the findings that are not asked for. Those of firm rules stay.
    pub fn narrow(&self, findings: &mut Vec<Diagnostic>) {
        findings.retain(|finding| {
            let is_firm = find(finding.rule).is_none_or(|rule| rule.firm);
            let is_wanted = self.only.as_ref().is_none_or(|only| only.contains(finding.rule));
            is_firm || (is_wanted && !self.without.contains(finding.rule))
        });
    }
}

/// The rules that a word of the command line means.
fn meant(word: &str) -> Result<Vec<&'static Rule>, SelectionError> {
    if let Some(rule) = find(word) {
        return Ok(vec![rule]);
    }
    let is_start = word.len() > "MF".len() && word.starts_with("MF");
    let rules: Vec<_> = rules::ALL.iter().copied().filter(|rule| is_start && rule.code.starts_with(word)).collect();
    if rules.is_empty() {
        let code = rules::ALL.iter().map(|rule| rule.code).find(|code| code.eq_ignore_ascii_case(word));
        let meant = code.or_else(|| closest(word, rules::ALL.iter().map(|rule| rule.name)));
        return Err(SelectionError::Unknown { word: word.to_owned(), meant });
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Location, SourceFile, Span};

    /// One finding of each of these rules, in each of these files and in none.
    fn findings(rules: &[&'static str], files: &[&str]) -> (Sources, Vec<Diagnostic>) {
        let mut sources = Sources::new();
        let mut findings: Vec<Diagnostic> = rules.iter().map(|rule| Diagnostic::unplaced(rule, "x")).collect();
        for file in files {
            let id = sources.add(SourceFile::new((*file).into(), b"x"));
            findings.extend(rules.iter().map(|rule| Diagnostic::new(rule, Location::new(id, Span::at(0)), "x")));
        }
        (sources, findings)
    }

    fn levels(levels: &[(&str, LevelSetting)]) -> BTreeMap<String, LevelSetting> {
        levels.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect()
    }

    #[test]
    fn levels_of_files_beat_those_of_all_and_later_ones_earlier_ones() {
        let globs = |glob: &str| globset::GlobSetBuilder::new().add(globset::Glob::new(glob).unwrap()).build().unwrap();
        let all = Levels::new(levels(&[("duplicate-scalar", LevelSetting::Off), ("MF301", LevelSetting::Warn)]))
            .within(globs("old/**"), levels(&[("unknown-parameter", LevelSetting::Off), ("MF103", LevelSetting::Off)]))
            .within(globs("old/new/**"), levels(&[("MF301", LevelSetting::Info), ("MF308", LevelSetting::Error)]));
        let rules = ["missing-from", "unknown-parameter", "duplicate-scalar"];
        assert_eq!(rules.map(|rule| find(rule).unwrap().code), ["MF103", "MF301", "MF308"]);
        let (sources, mut found) = findings(&rules, &["a", "old/b", "old/new/c"]);
        grade(&mut found, &all, &sources);
        let graded: Vec<_> = found
            .iter()
            .map(|one| (one.location.map(|at| sources.get(at.file).path.as_str()), one.rule, one.severity))
            .collect();
        let from = ("missing-from", Severity::Error);
        let unknown = |severity| ("unknown-parameter", severity);
        let expected = [
            (None, from),
            (None, unknown(Severity::Warning)),
            (Some("a"), from),
            (Some("a"), unknown(Severity::Warning)),
            (Some("old/b"), from),
            (Some("old/new/c"), from),
            (Some("old/new/c"), unknown(Severity::Info)),
            (Some("old/new/c"), ("duplicate-scalar", Severity::Error)),
        ];
        assert_eq!(graded, expected.map(|(file, (rule, severity))| (file, rule, severity)));
    }

    #[test]
    fn rules_are_selected_by_names_codes_and_starts_of_codes() {
        let all = ["missing-from", "unknown-parameter", "duplicate-scalar", "empty-system-is-noop"];
        for (only, without, expected) in [
            (&[][..], &[][..], &all[..]),
            (&["unknown-parameter"], &[], &["missing-from", "unknown-parameter"]),
            (&["MF3", "MF9"], &[], &["missing-from", "unknown-parameter", "duplicate-scalar"]),
            (&["MF3"], &["MF301"], &["missing-from", "duplicate-scalar"]),
            (&[], &["MF1", "MF3"], &["missing-from", "empty-system-is-noop"]),
        ] {
            let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
            let (_, mut found) = findings(&all, &[]);
            Selection::new(&words(only), &words(without)).unwrap().narrow(&mut found);
            assert_eq!(found.iter().map(|one| one.rule).collect::<Vec<_>>(), expected, "{only:?} {without:?}");
        }
    }

    #[test]
    fn words_that_mean_no_rule_are_errors() {
        for (only, without, message) in [
            ("unknown-paramter", "", "there is no rule `unknown-paramter`; did you mean `unknown-parameter`?"),
            ("mf301", "", "there is no rule `mf301`; did you mean `MF301`?"),
            ("MF", "", "there is no rule `MF`"),
            ("", "MF30x", "there is no rule `MF30x`"),
            (
                "",
                "missing-from",
                "`missing-from` cannot be ignored: going on would do something else than the file says",
            ),
        ] {
            let words = |word: &str| if word.is_empty() { Vec::new() } else { vec![word.to_owned()] };
            assert_eq!(Selection::new(&words(only), &words(without)).unwrap_err().to_string(), message);
        }
    }
}
