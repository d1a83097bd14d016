//! How good the rules are, measured on `fixtures/corpus/`, whose README says what a label means. The figures are
//! `docs/rule-quality.md`, which `generated.rs` compares.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use maquette::check::find;
use maquette::diagnostic::Severity;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::project::Project;

/// What the labels say of one file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    target: Target,
    takes: bool,
    /// Where it is not what `takes` is.
    works: Option<bool>,
    faults: Vec<Label>,
    #[serde(rename = "why")]
    _why: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Target {
    Ollama,
    OpenWebui,
    Both,
}

impl Case {
    /// Whether the target takes the file and it does there what it says.
    fn works(&self) -> bool {
        self.works.unwrap_or(self.takes)
    }
}

impl Target {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Ollama => &["--target", "ollama"],
            Self::OpenWebui => &["--target", "open-webui"],
            Self::Both => &["--target", "ollama", "--target", "open-webui"],
        }
    }
}

/// One fault of a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    rule: String,
    line: u64,
    /// Rules that name the fault as well.
    #[serde(default)]
    or: Vec<String>,
    /// Neither a miss without a finding nor a false alarm with one.
    #[serde(default)]
    optional: bool,
}

impl Label {
    fn fits(&self, finding: &Finding) -> bool {
        self.line == finding.line && (self.rule == finding.rule || self.or.contains(&finding.rule))
    }
}

/// What the program says of a file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    #[serde(default)]
    path: String,
    #[serde(default)]
    line: u64,
    rule: String,
    severity: String,
    message: String,
}

#[derive(Deserialize)]
struct Report {
    diagnostics: Vec<Finding>,
}

/// A line of a file.
#[derive(Debug)]
struct Place {
    path: String,
    line: u64,
}

/// How a rule did.
#[derive(Debug, Default)]
struct Score {
    found: Vec<Place>,
    missed: Vec<Place>,
    false_alarms: Vec<Finding>,
}

impl Score {
    fn labelled(&self) -> usize {
        self.found.len() + self.missed.len()
    }
}

/// How the program did.
#[derive(Debug)]
struct Measured {
    cases: BTreeMap<String, Case>,
    rules: BTreeMap<String, Score>,
    /// Files that their target takes and that work as written, but get an error.
    wronged: Vec<Finding>,
}

/// What `fixtures/corpus/measure_peer.py` wrote.
#[derive(Deserialize)]
struct Peer {
    name: String,
    version: String,
    command: String,
    corpus: String,
    files: usize,
    wronged: Vec<String>,
    /// By level, errors first.
    false_alarms: [usize; 3],
    found: BTreeMap<String, usize>,
    covered: usize,
    codes: BTreeMap<String, Code>,
}

#[derive(Deserialize)]
struct Code {
    rules: Vec<String>,
    hits: usize,
    false_alarms: usize,
}

static MEASURED: LazyLock<Measured> = LazyLock::new(measure);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus")
}

/// The files of one folder, sorted.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn cases() -> BTreeMap<String, Case> {
    let mut cases = BTreeMap::new();
    for group in entries(&folder()).into_iter().filter(|group| group.join("labels.toml").exists()) {
        let labels = fs::read_to_string(group.join("labels.toml")).unwrap();
        let labels: BTreeMap<String, Case> =
            toml::from_str(&labels).unwrap_or_else(|error| panic!("{}: {error}", group.display()));
        let name = group.file_name().unwrap().to_str().unwrap();
        cases.extend(labels.into_iter().map(|(file, case)| (format!("{name}/{file}.Modelfile"), case)));
    }
    cases
}

fn measure() -> Measured {
    let cases = cases();
    let mut findings = BTreeSet::new();
    for target in [Target::Ollama, Target::OpenWebui, Target::Both] {
        let files = cases.iter().filter(|(_, case)| case.target == target).map(|(path, _)| path.as_str());
        let folder = folder();
        let mut arguments = vec!["check", "-C", folder.to_str().unwrap(), "--format", "json"];
        arguments.extend(target.arguments());
        arguments.extend(files);
        let output = Project::new().run(&arguments);
        let report: Report = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{output}"));
        findings.extend(report.diagnostics);
    }
    let mut measured = Measured { cases, rules: BTreeMap::new(), wronged: Vec::new() };
    for (path, case) in &measured.cases {
        for label in case.faults.iter().filter(|label| !label.optional) {
            let score = measured.rules.entry(label.rule.clone()).or_default();
            let is_found = findings.iter().any(|finding| finding.path == *path && label.fits(finding));
            let places = if is_found { &mut score.found } else { &mut score.missed };
            places.push(Place { path: path.clone(), line: label.line });
        }
    }
    let mut seen = BTreeSet::new();
    for finding in findings {
        let case = measured.cases.get(&finding.path).unwrap_or_else(|| panic!("a finding without a file: {finding:?}"));
        if case.faults.iter().any(|label| label.fits(&finding)) {
            continue;
        }
        if case.works() && finding.severity == "error" {
            measured.wronged.push(finding.clone());
        }
        if seen.insert((finding.path.clone(), finding.line, finding.rule.clone())) {
            measured.rules.entry(finding.rule.clone()).or_default().false_alarms.push(finding);
        }
    }
    measured
}

/// What the figures rest on, in hexadecimal.
fn digest() -> String {
    let mut hash = Sha256::new();
    for group in entries(&folder()).into_iter().filter(|group| group.join("labels.toml").exists()) {
        for path in entries(&group).into_iter().filter(|path| path.is_file()) {
            hash.update(path.strip_prefix(folder()).unwrap().to_str().unwrap());
            hash.update([0]);
            hash.update(fs::read(path).unwrap());
        }
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[test]
fn every_file_has_its_label() {
    let labelled: BTreeSet<String> = MEASURED.cases.keys().cloned().collect();
    let mut files = BTreeSet::new();
    for path in entries(&folder()).iter().filter(|path| path.is_dir()).flat_map(|group| entries(group)) {
        if path.extension().is_some_and(|extension| extension == "Modelfile") {
            files.insert(path.strip_prefix(folder()).unwrap().to_str().unwrap().to_owned());
        }
    }
    assert_eq!(files, labelled);
    assert!(files.len() >= 300, "the corpus has shrunk to {} files", files.len());
}

#[test]
fn no_file_that_works_gets_an_error() {
    assert!(MEASURED.wronged.is_empty(), "{:#?}", MEASURED.wronged);
}

#[test]
fn no_rule_raises_a_false_error() {
    let alarms = MEASURED.rules.values().flat_map(|score| &score.false_alarms);
    let errors: Vec<_> = alarms.filter(|alarm| alarm.severity == "error").collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn repositories_without_a_workspace_need_no_ids() {
    let project = Project::new();
    for path in ["Modelfile", "a/ollama/Modelfile", "b/ollama/Modelfile", "two words.Modelfile", "mistral.Modelfile"] {
        project.file(path, "FROM mistral\nSYSTEM You are brief.\n");
    }
    for target in [Target::Ollama, Target::OpenWebui] {
        project.run(&[&["check", "."], target.arguments()].concat()).success();
    }
}

/// `docs/rule-quality.md`.
pub(crate) fn page() -> String {
    let measured = &*MEASURED;
    let peer: Peer =
        serde_json::from_str(&fs::read_to_string(folder().join("owist-modelfile-lint.json")).unwrap()).unwrap();
    let stale = peer.corpus != digest() && std::env::var_os("UPDATE").is_none();
    assert!(!stale, "the peer was measured on another corpus: `fixtures/corpus/measure_peer.py` measures it anew");
    let mut page = format!(
        "# How good the rules are\n\nWritten by `UPDATE=1 cargo test --test it generated` from `fixtures/corpus/`: {} files made \
         up after what public repositories hold, each labelled with what is truly wrong with it. Its README says what a label \
         means.\n\n",
        measured.cases.len(),
    );
    totals(&mut page, measured, &peer);
    per_rule(&mut page, measured, &peer);
    the_peer(&mut page, &peer);
    lists(&mut page, measured);
    page
}

/// The figures of all rules together, for one kind of files.
struct Total {
    files: usize,
    taken: usize,
    working: usize,
    wronged: usize,
    labelled: usize,
    found: usize,
    false_alarms: [usize; 3],
}

impl Total {
    fn of(measured: &Measured, is_in: impl Fn(Target) -> bool) -> Self {
        let is_in = |path: &str| measured.cases.get(path).is_some_and(|case| is_in(case.target));
        let cases = || measured.cases.iter().filter(|(path, _)| is_in(path)).map(|(_, case)| case);
        let scores = || measured.rules.values();
        let found = scores().flat_map(|score| &score.found).filter(|place| is_in(&place.path)).count();
        let missed = scores().flat_map(|score| &score.missed).filter(|place| is_in(&place.path)).count();
        let alarms = |severity| {
            let alarms = scores().flat_map(|score| &score.false_alarms);
            alarms.filter(|alarm| is_in(&alarm.path) && alarm.severity == severity).count()
        };
        let wronged: BTreeSet<_> = measured.wronged.iter().map(|finding| &finding.path).collect();
        Self {
            files: cases().count(),
            taken: cases().filter(|case| case.takes).count(),
            working: cases().filter(|case| case.works()).count(),
            wronged: wronged.into_iter().filter(|path| is_in(path)).count(),
            labelled: found + missed,
            found,
            false_alarms: ["error", "warning", "info"].map(alarms),
        }
    }
}

fn totals(page: &mut String, measured: &Measured, peer: &Peer) {
    let all = Total::of(measured, |_| true);
    let ollama = Total::of(measured, |target| target == Target::Ollama);
    assert_eq!(ollama.files, peer.files, "the peer was measured on other files");
    writeln!(
        page,
        "| | Maquette, all files | Maquette, files for Ollama | {} {}, files for Ollama |\n|---|---|---|---|",
        peer.name, peer.version,
    )
    .unwrap();
    let row = |page: &mut String, name: &str, cells: [String; 3]| {
        writeln!(page, "| {name} | {} |", cells.join(" | ")).unwrap();
    };
    let both = |cell: &dyn Fn(&Total) -> String, peer: String| [cell(&all), cell(&ollama), peer];
    row(page, "files", both(&|total| total.files.to_string(), peer.files.to_string()));
    row(page, "… that their target takes", both(&|total| total.taken.to_string(), ollama.taken.to_string()));
    row(
        page,
        "… and that do there what they say",
        both(&|total| total.working.to_string(), ollama.working.to_string()),
    );
    row(
        page,
        "of these, files that get an error",
        both(&|total| total.wronged.to_string(), peer.wronged.len().to_string()),
    );
    let found: usize = peer.found.values().sum();
    let part = |found: usize, of: usize| format!("{found} of {of} ({})", percent(found, of));
    row(page, "faults found", both(&|total| part(total.found, total.labelled), part(found, ollama.labelled)));
    row(page, "… of those that its rules are about", [String::new(), String::new(), part(found, peer.covered)]);
    let alarms = |[errors, warnings, infos]: [usize; 3]| {
        format!("{} ({errors} errors, {warnings} warnings, {infos} information)", errors + warnings + infos)
    };
    row(page, "false alarms", both(&|total| alarms(total.false_alarms), alarms(peer.false_alarms)));
    page.push('\n');
}

fn per_rule(page: &mut String, measured: &Measured, peer: &Peer) {
    page.push_str(
        "## By rule\n\nRecall is found of labelled. A rule of Maquette that no file of the corpus is about is not in the table: most of \
         them need a server.\n\n\
         | rule | code | level | faults | found | recall | false alarms | found by the peer |\n|---|---|---|---|---|---|---|---|\n",
    );
    let mut rows: Vec<_> = measured.rules.iter().collect();
    rows.sort_by_key(|(name, _)| (find(name).map_or("~", |rule| rule.code), (*name).clone()));
    for (name, score) in rows {
        let (code, level) = find(name).map_or(("–", "none yet"), |rule| (rule.code, word(rule.level)));
        let (found, labelled) = (score.found.len(), score.labelled());
        let recall = if labelled == 0 { "–".to_owned() } else { percent(found, labelled) };
        let by_peer = peer.found.get(name).copied().unwrap_or_default();
        writeln!(
            page,
            "| `{name}` | {code} | {level} | {labelled} | {found} | {recall} | {} | {by_peer} |",
            score.false_alarms.len(),
        )
        .unwrap();
    }
}

fn the_peer(page: &mut String, peer: &Peer) {
    writeln!(
        page,
        "\n## The peer\n\n`{}` {} from PyPI, on the same {} files, by\n\n```sh\n{}\n```\n\nA finding of it is a hit where it stands on the line \
         of a label of one of the rules that its code means (a finding without a line: anywhere in the file); what hits no label is a \
         false alarm, but for the lines that it cannot read after one that is labelled as unreadable. {} of the files that work as written get an error from it:\n",
        peer.name,
        peer.version,
        peer.files,
        peer.command,
        peer.wronged.len(),
    )
    .unwrap();
    for path in &peer.wronged {
        writeln!(page, "- `{path}`").unwrap();
    }
    page.push_str("\n| its code | our rules | hits | false alarms |\n|---|---|---|---|\n");
    for (name, code) in &peer.codes {
        let rules: Vec<_> = code.rules.iter().map(|rule| format!("`{rule}`")).collect();
        let rules = if rules.is_empty() { "–".to_owned() } else { rules.join(" ") };
        writeln!(page, "| {name} | {rules} | {} | {} |", code.hits, code.false_alarms).unwrap();
    }
}

fn lists(page: &mut String, measured: &Measured) {
    page.push_str("\n## What is missed\n\n");
    for (name, score) in measured.rules.iter().filter(|(_, score)| !score.missed.is_empty()) {
        let places: Vec<_> = score.missed.iter().map(|Place { path, line }| format!("`{path}:{line}`")).collect();
        writeln!(page, "- `{name}`: {}", places.join(", ")).unwrap();
    }
    page.push_str("\n## False alarms\n\n");
    for alarm in measured.rules.values().flat_map(|score| &score.false_alarms) {
        let level = if alarm.severity == "info" { "information" } else { alarm.severity.as_str() };
        writeln!(page, "- `{}:{}` {level}: `{}`", alarm.path, alarm.line, alarm.rule).unwrap();
    }
}

fn word(level: Severity) -> &'static str {
    match level {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "information",
    }
}

fn percent(part: usize, whole: usize) -> String {
    (part * 100).checked_div(whole).map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"))
}
