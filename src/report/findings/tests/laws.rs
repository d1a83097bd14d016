//! What holds of every format, whatever the findings say.

use proptest::prelude::*;
use serde_json::Value;

use super::super::{checkstyle, concise, github, gitlab, rdjson, sarif};
use super::{PLAIN, Roots, Workspace, lines, tests, workspace};
use crate::diagnostic::Diagnostic;
use crate::source::{Location, SourceFile, Sources, Span};

/// What the standard's own schema says, with the formats of addresses checked too.
#[test]
fn logs_are_what_the_standard_says() {
    let schema = include_str!("../../../../fixtures/schemas/sarif-2.1.0.json");
    let schema =
        jsonschema::options().should_validate_formats(true).build(&serde_json::from_str(schema).unwrap()).unwrap();
    let empty = Workspace { diagnostics: Vec::new(), ..workspace() };
    let no_manifest = Workspace { roots: Roots { manifest: None, ..workspace().roots }, ..workspace() };
    for workspace in [workspace(), empty, no_manifest] {
        let log: Value = serde_json::from_str(&workspace.print(sarif)).unwrap();
        let errors: Vec<String> =
            schema.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{log:#}");
    }
    assert!(!schema.is_valid(&serde_json::json!({"version": "2.1.0", "runs": [{}]})), "a schema that takes anything");
}

/// A repair, carried out by positions alone as a reader of the format would, gives what the program itself would write.
#[test]
fn repairs_can_be_carried_out_by_their_positions() {
    let workspace = workspace();
    let finding = &workspace.diagnostics[1];
    let text = &workspace.sources.get(finding.location.unwrap().file).text;
    let repaired = finding.fix.as_ref().unwrap().apply(text);
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let lines: Vec<&str> = text.split_inclusive(['\n', '\r']).collect();
    // "\r\n" was split in two.
    let lines: Vec<String> = lines.iter().fold(Vec::new(), |mut lines: Vec<String>, line| {
        match lines.last_mut() {
            Some(last) if last.ends_with('\r') && *line == "\n" => last.push('\n'),
            _ => lines.push((*line).to_owned()),
        }
        lines
    });
    let before = |line: usize| lines[..line - 1].concat();

    let log: Value = serde_json::from_str(&workspace.print(sarif)).unwrap();
    let replacements = &log["runs"][0]["results"][1]["fixes"][0]["artifactChanges"][0]["replacements"];
    let mut units: Vec<u16> = text.encode_utf16().collect();
    for replacement in replacements.as_array().unwrap().iter().rev() {
        let region = &replacement["deletedRegion"];
        let at = |line: &str, column: &str| {
            before(number(&region[line])).encode_utf16().count() + number(&region[column]) - 1
        };
        let inserted = replacement["insertedContent"]["text"].as_str().unwrap_or_default();
        units.splice(at("startLine", "startColumn")..at("endLine", "endColumn"), inserted.encode_utf16());
    }
    assert_eq!(String::from_utf16(&units).unwrap(), repaired);

    let report: Value = serde_json::from_str(&workspace.print(rdjson)).unwrap();
    let suggestion = &report["diagnostics"][1]["suggestions"][0];
    let at = |end: &str| {
        let position = &suggestion["range"][end];
        before(number(&position["line"])).len() + number(&position["column"]) - 1
    };
    let mut bytes = text.to_string();
    bytes.replace_range(at("start")..at("end"), suggestion["text"].as_str().unwrap());
    assert_eq!(bytes, repaired);
}

#[test]
fn xml_is_well_formed_and_says_what_was_said() {
    let workspace = workspace();
    for text in [workspace.print(tests), workspace.print(checkstyle)] {
        let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let said: Vec<&str> = document
            .descendants()
            .flat_map(|node| node.attribute("message").into_iter().chain(node.text()))
            .filter(|text| text.contains("]]></failure></script>&amp;\"' [a](https://b)"))
            .collect();
        assert!(!said.is_empty(), "{text}");
        assert!(said.iter().all(|text| text.contains("\\u{1b}[31m") && text.contains("\\u{fffe}\\u{0}")), "{said:#?}");
    }
}

/// No format lets a text act: on a terminal or log, as a line of its own, or by being hidden.
#[test]
fn nothing_of_strangers_acts() {
    let workspace = workspace();
    let printed = [
        workspace.print(lines),
        workspace.print(github),
        workspace.print(gitlab),
        workspace.print(tests),
        workspace.print(checkstyle),
        workspace.print(rdjson),
        workspace.print(sarif),
    ];
    for text in printed {
        let hides = |c: char| (c.is_control() && c != '\n' && c != '\t') || c == '\u{202e}';
        assert!(!text.contains(hides), "{text:?}");
        // A runner takes such a line as a command, wherever it stands in a log.
        let commands: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with("::")).collect();
        let ours = ["::error title=MF", "::warning title=MF", "::notice title=MF"];
        assert!(commands.iter().all(|line| ours.iter().any(|start| line.starts_with(start))), "{commands:#?}");
        assert!(commands.is_empty() || commands.len() == workspace.diagnostics.len(), "{commands:#?}");
    }
    assert!(!workspace.print(sarif).contains("[a](https://b)"), "a link");
}

#[test]
fn every_format_tells_every_finding() {
    let workspace = workspace();
    let json = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    let of_sarif = json(workspace.print(sarif))["runs"][0]["results"].as_array().unwrap().len();
    let of_gitlab = json(workspace.print(gitlab));
    let fingerprints: std::collections::BTreeSet<&str> =
        of_gitlab.as_array().unwrap().iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    let counts = [
        workspace.print(lines).lines().count(),
        workspace.print(github).lines().count(),
        fingerprints.len(),
        workspace.print(tests).matches("<testcase name=\"MF").count(),
        workspace.print(checkstyle).matches("<error ").count(),
        json(workspace.print(rdjson))["diagnostics"].as_array().unwrap().len(),
        of_sarif,
    ];
    assert_eq!(counts, [workspace.diagnostics.len(); 7]);
}

/// A file that somebody named so that its line looks like a command to a CI server.
#[test]
fn a_path_is_no_command() {
    let mut sources = Sources::new();
    let file = sources.add(SourceFile::new("::error::x.Modelfile".into(), b"x"));
    let findings = [Diagnostic::new("unknown-instruction", Location::new(file, Span::at(0)), "x")];
    let mut out = Vec::new();
    concise(&findings, &sources, PLAIN, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "./::error::x.Modelfile:1:1: error[MF101] unknown-instruction: x\n");
}

proptest! {
    /// Whatever a finding and a file say: XML and JSON can be read, and a command is one line.
    #[test]
    fn no_text_breaks_a_format(message in any::<String>(), text in any::<String>(), path in "[^/]{1,9}") {
        let mut sources = Sources::new();
        let file = sources.add(SourceFile::new(path.into(), text.as_bytes()));
        let end = u32::try_from(sources.get(file).text.len()).unwrap();
        let whole = Location::new(file, Span::new(0, end));
        let finding = Diagnostic::new("unknown-instruction", whole, message.clone()).help(message.clone());
        let diagnostics = vec![finding.also(whole, message.clone()).label(message)];
        let workspace = Workspace { sources, diagnostics, roots: workspace().roots };
        for xml in [workspace.print(tests), workspace.print(checkstyle)] {
            prop_assert!(roxmltree::Document::parse(&xml).is_ok(), "{xml:?}");
        }
        for json in [workspace.print(sarif), workspace.print(gitlab), workspace.print(rdjson)] {
            prop_assert!(serde_json::from_str::<Value>(&json).is_ok(), "{json:?}");
        }
        let is_one_line = |text: &str| text.ends_with('\n') && text.find(['\n', '\r']) == Some(text.len() - 1);
        for line in [workspace.print(lines), workspace.print(github)] {
            prop_assert!(is_one_line(&line), "{line:?}");
        }
    }
}
