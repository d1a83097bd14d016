//! Findings as the protocol has them.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use camino::Utf8Path;
use gen_lsp_types::{
    Code, CodeDescription, Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    Message, Range, Uri,
};

use super::folder::Folder;
use super::position::Page;
use super::uri;
use super::world::{File, Manifest, World};
use crate::check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{self, MANIFEST};
use crate::source::{LineIndex, Span};

/// What clients show as the author of findings.
const SOURCE: &str = "maquette";

/// Rules about something that does nothing.
const UNNECESSARY: [&str; 4] = ["unused-allow", "unused-arg", "template-ignored", "empty-system-is-noop"];

/// Rules about something that is going away.
const DEPRECATED: [&str; 4] =
    ["deprecated-parameter", "removed-parameter", "template-obsolete-variable", "legacy-template"];

/// The findings of a file, as the client gets them.
fn of(world: &World, file: &File) -> Vec<Shown> {
    file.findings().iter().filter_map(|finding| shown(world, file.folder, finding)).collect()
}

/// The findings of the document at an address.
pub(super) fn of_document(world: &World, uri: &Uri) -> Vec<Shown> {
    if let Ok(file) = world.file(uri) {
        return of(world, &file);
    }
    let path = world.document(uri).map(|document| document.path.clone()).or_else(|| uri::path(uri));
    let path = path.filter(|path| path.file_name() == Some(MANIFEST));
    let manifest =
        world.manifests.iter().find(|manifest| path.as_deref().and_then(Utf8Path::parent) == Some(&manifest.root));
    manifest.map(|manifest| of_manifest(world, manifest)).unwrap_or_default()
}

/// What is wrong with a manifest; where nothing is, what is wrong with its workspace and belongs to no file that can be shown.
fn of_manifest(world: &World, manifest: &Manifest) -> Vec<Shown> {
    let Some(problem) = &manifest.problem else {
        let folders = world.folders.iter().filter(|folder| folder.is_whole() && folder.root == manifest.root);
        return folders.flat_map(|folder| &folder.unplaced).map(|finding| unplaced(world, finding)).collect();
    };
    let (mut message, range) = match &**problem {
        project::Error::Manifest { text, message, span, .. } => {
            let lines = LineIndex::new(text);
            let page = Page { text, lines: &lines, unit: world.client.unit };
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let range = span.as_ref().map(|span| page.range(Span::new(offset(span.start), offset(span.end))));
            (message.clone(), range.unwrap_or_default())
        }
        problem => (problem.to_string(), Range::default()),
    };
    if let Some(help) = problem.help() {
        message = format!("{message}\nhelp: {help}");
    }
    vec![Shown {
        range,
        severity: Some(DiagnosticSeverity::Error),
        code: Some(Code::String("invalid-manifest".to_owned())),
        code_description: page(world, "invalid-manifest"),
        source: Some(SOURCE.to_owned()),
        message: Message::String(message),
        ..Shown::default()
    }]
}

/// The findings of every file, in a lasting order; of files without any, too.
pub(super) fn of_all(world: &World) -> Vec<(Uri, Vec<Shown>)> {
    let mut all: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
    for folder in &world.folders {
        for (id, _) in folder.session().sources.iter() {
            if let Some(uri) = world.uri(folder, id) {
                // A file of a workspace is judged there; that it stands in another folder, too, adds nothing.
                all.entry(uri.0).or_insert_with(|| of(world, &world.file_in(folder, id)));
            }
        }
    }
    for manifest in &world.manifests {
        let path = manifest.root.join(MANIFEST);
        let uri = world.documents.at(&path).map(|document| document.uri.clone()).or_else(|| uri::of(&path));
        if let Some(uri) = uri {
            all.insert(uri.0, of_manifest(world, manifest));
        }
    }
    all.into_iter().map(|(uri, found)| (Uri(uri), found)).collect()
}

/// A finding that belongs to no place, at the start of the manifest.
fn unplaced(world: &World, finding: &Diagnostic) -> Shown {
    Shown {
        range: Range::default(),
        severity: Some(severity(finding)),
        code: Some(Code::String(finding.rule.to_owned())),
        code_description: page(world, finding.rule),
        source: Some(SOURCE.to_owned()),
        message: Message::String(message(finding)),
        ..Shown::default()
    }
}

fn severity(finding: &Diagnostic) -> DiagnosticSeverity {
    match finding.severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Info => DiagnosticSeverity::Information,
    }
}

/// Everything that is said at the place of a finding.
fn message(finding: &Diagnostic) -> String {
    let label = finding.label.iter().map(|label| format!("\n{label}"));
    let help = finding.help.iter().map(|help| format!("\nhelp: {help}"));
    std::iter::once(finding.message.clone()).chain(label).chain(help).collect()
}

/// One finding; none for one that belongs to no place.
pub(super) fn shown(world: &World, folder: &Folder, finding: &Diagnostic) -> Option<Shown> {
    let place = finding.location?;
    let file = world.file_in(folder, place.file);
    let related: Vec<DiagnosticRelatedInformation> = finding
        .labels
        .iter()
        .filter_map(|label| {
            let location = world.location(folder, label.location)?;
            Some(DiagnosticRelatedInformation { location, message: label.message.clone() })
        })
        .collect();
    let tag = |rules: &[&str], tag: DiagnosticTag| rules.contains(&finding.rule).then_some(tag);
    let tags: Vec<DiagnosticTag> =
        [tag(&UNNECESSARY, DiagnosticTag::Unnecessary), tag(&DEPRECATED, DiagnosticTag::Deprecated)]
            .into_iter()
            .flatten()
            .collect();
    Some(Shown {
        range: file.range(place.span),
        severity: Some(severity(finding)),
        code: Some(Code::String(finding.rule.to_owned())),
        code_description: page(world, finding.rule),
        source: Some(SOURCE.to_owned()),
        message: Message::String(message(finding)),
        tags: (!tags.is_empty()).then_some(tags),
        related_information: (!related.is_empty()).then_some(related),
        data: None,
    })
}

/// The page of a rule, where the client says where these are.
fn page(world: &World, rule: &str) -> Option<CodeDescription> {
    page_of(world, rule).map(|href| CodeDescription { href })
}

/// The address of a rule's page, where the client says where these are.
pub(super) fn page_of(world: &World, rule: &str) -> Option<Uri> {
    let folder = world.client.settings.rule_pages.as_deref()?.trim_end_matches('/');
    let rule = check::find(rule)?;
    Some(Uri(format!("{folder}/{}.md", rule.name)))
}

/// What tells findings from others: equal texts have equal ones.
pub(super) fn fingerprint(findings: &[Shown]) -> String {
    let mut hasher = DefaultHasher::new();
    // Findings are always JSON.
    serde_json::to_string(findings).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
