//! SARIF 2.1.0, the standard of OASIS that code hosts take.
//!
//! Form: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>, and what GitHub makes of it:
//! <https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support>. Columns are code units of
//! UTF-16 from 1, and ends are exclusive; line ends are those of the language. The texts of messages are plain, in which a
//! `[word](target)` would still be a link (3.11.6). Braces are left as they are although 3.11.5 wants them doubled: nothing
//! here has arguments to fill in, and a viewer that fills in nothing would show doubled ones doubled.

use std::collections::BTreeMap;
use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::super::printable::printable;
use super::{Findings, code, json};
use crate::check::{Rule, fingerprints};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::source::{Location, Span, Unit};

/// Where the standard keeps its schema.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The base of relative addresses, by the name that GitHub's own tools give it.
const ROOT: &str = "%SRCROOT%";

/// What stands as it is in the path of an address: RFC 3986's `unreserved`, and slashes.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    column_kind: &'static str,
    newline_sequences: [&'static str; 3],
    results: Vec<Finding>,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: [Place; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Repair>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Repair {
    description: Text,
    artifact_changes: [Change; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Text>,
}

/// Writes all findings as one log of one run.
///
/// # Errors
/// Those of `out`.
pub fn sarif(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let used: BTreeMap<&str, &Rule> =
        findings.diagnostics.iter().filter_map(|one| code(one).0).map(|rule| (rule.code, rule)).collect();
    let fingerprints = fingerprints(findings.diagnostics, findings.sources);
    let results = findings.diagnostics.iter().zip(fingerprints).map(|(diagnostic, fingerprint)| {
        let (rule, _) = code(diagnostic);
        let related = diagnostic.labels.iter().zip(1..).map(|(label, number)| Place {
            id: Some(number),
            physical_location: physical(findings, Some(label.location)),
            message: Some(text(&label.message)),
        });
        let digest = fingerprint.digest(&findings.path(diagnostic.location));
        Finding {
            rule_id: rule.map_or(diagnostic.rule, |rule| rule.code),
            rule_index: rule.and_then(|rule| used.keys().position(|code| *code == rule.code)),
            level: level(diagnostic.severity),
            message: text(&message(diagnostic)),
            locations: [Place {
                id: None,
                physical_location: physical(findings, diagnostic.location),
                message: diagnostic.label.as_deref().map(text),
            }],
            related_locations: related.collect(),
            partial_fingerprints: BTreeMap::from([("maquetteLine/v1", digest)]),
            fixes: repair(diagnostic, findings).into_iter().collect(),
        }
    });
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "maquette",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: used.values().map(|rule| descriptor(rule)).collect(),
            },
        },
        // Where it is on this machine is nobody's business.
        original_uri_base_ids: BTreeMap::from([(ROOT, Base { description: text("the root of the repository") })]),
        column_kind: "utf16CodeUnits",
        newline_sequences: ["\r\n", "\n", "\r"],
        results: results.collect(),
    };
    json(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] }, out)
}

fn descriptor(rule: &Rule) -> Descriptor {
    Descriptor {
        id: rule.code,
        name: rule.name,
        short_description: text(rule.summary),
        full_description: text(rule.summary),
        help: Help { text: rule.docs, markdown: rule.docs },
        default_configuration: Configuration { level: level(rule.level) },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn message(diagnostic: &Diagnostic) -> String {
    match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

/// A plain text without links.
fn text(text: &str) -> Text {
    let text = printable(text).into_owned();
    Text { text: if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text } }
}

/// A place; where there is none, the start of the manifest, since GitHub refuses results without a line.
fn physical(findings: &Findings, location: Option<Location>) -> Physical {
    let region = location
        .map_or(Region { start_line: 1, start_column: None, end_line: None, end_column: None }, |at| {
            region(findings, at)
        });
    Physical { artifact_location: artifact(&findings.path(location)), region }
}

fn artifact(path: &str) -> Artifact {
    let encoded = utf8_percent_encode(path, PATH).to_string();
    if path.starts_with('/') {
        Artifact { uri: format!("file://{encoded}"), uri_base_id: None }
    } else {
        Artifact { uri: encoded, uri_base_id: Some(ROOT) }
    }
}

fn region(findings: &Findings, location: Location) -> Region {
    let (start, end) = findings.range(location, Unit::Utf16);
    Region {
        start_line: start.line,
        start_column: Some(start.column),
        end_line: Some(end.line),
        end_column: Some(end.column),
    }
}

fn repair(diagnostic: &Diagnostic, findings: &Findings) -> Option<Repair> {
    let (Fix { title, edits, .. }, location) = (diagnostic.fix.as_ref()?, diagnostic.location?);
    let at = |span: Span| region(findings, Location::new(location.file, span));
    let replacements = edits.iter().map(|edit| Replacement {
        deleted_region: at(edit.span),
        // What is inserted is no message: nothing in it is escaped.
        inserted_content: (!edit.text.is_empty()).then(|| Text { text: edit.text.clone() }),
    });
    Some(Repair {
        description: text(title),
        artifact_changes: [Change {
            artifact_location: artifact(&findings.path(diagnostic.location)),
            replacements: replacements.collect(),
        }],
    })
}
