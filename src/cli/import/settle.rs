//! Files are drafted until they mean exactly what the rows are: each draft is compiled and bound again, and what is not read
//! as it was meant is said in the next way, or left out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::check;
use crate::cli::Failure;
use crate::decompile::{
    Attachment, Entry, Named, Page, Saying, Shelf, Style, base_sayings, id_statement, page, sayings,
};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::Project;
use crate::remote::Remote;
use crate::resolve::fields_of;
use crate::source::{DiskFiles, Drafts, Location};
use crate::state::{Desired, Field, Observed, ObservedRow, Unbound};
use crate::workspace::Workspace;

/// More rounds than there are ways of saying a thing, and rules that have to be told to let it pass.
const MAX_ROUNDS: usize = 24;

/// A file that is being drafted.
pub(super) struct Draft<'a> {
    /// The row that it describes.
    pub(super) row: &'a ObservedRow,
    /// The file, relative to the root.
    pub(super) path: Utf8PathBuf,
    /// Statements beside the fields.
    head: Vec<String>,
    fields: BTreeMap<Field, Choice>,
    /// Why there is no file for the row.
    pub(super) refused: Option<String>,
    /// Its text, and the files that it names.
    pub(super) page: Page,
}

/// The ways of saying a field, and which of them is taken.
struct Choice {
    sayings: Vec<Saying>,
    at: usize,
    allowed: BTreeSet<&'static str>,
}

impl Choice {
    fn saying(&self) -> Option<&Saying> {
        self.sayings.get(self.at)
    }
}

/// What is drafted for.
pub(super) struct Desk<'a> {
    pub(super) project: &'a Project,
    /// The remote of the manifest that the rows are of, if they are of one.
    pub(super) remote_name: &'a str,
    pub(super) remote: &'a dyn Remote,
    pub(super) observed: &'a Observed,
}

/// What came of the drafts.
pub(super) struct Settled {
    /// What lies beside the files.
    pub(super) attachments: BTreeMap<Utf8PathBuf, Attachment>,
    /// What the drafts come to.
    pub(super) desired: Desired,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        row: &'a ObservedRow,
        unbound: &Unbound,
        Named { path, gives_id }: Named,
        is_protected: bool,
        style: &Style,
    ) -> Self {
        let mut fields: BTreeMap<Field, Choice> = BTreeMap::new();
        let choice = |sayings| Choice { sayings, at: 0, allowed: BTreeSet::new() };
        fields.insert(Field::Base, choice(base_sayings(unbound, &row.id, style)));
        for (field, phrases) in &unbound.fields {
            fields.insert(field.clone(), choice(sayings(field, phrases, style)));
        }
        // OVERRIDE gives the id, too.
        let id = if gives_id || unbound.base.is_none() { None } else { id_statement(&row.id, style) };
        let head = id.into_iter().chain(is_protected.then(|| "PROTECT true".to_owned())).collect();
        let baseless = fields.get(&Field::Base).is_none_or(|base| base.sayings.is_empty());
        let refused = baseless.then(|| "what it is built on has no name".to_owned());
        Self { row, path, head, fields, refused, page: Page::default() }
    }

    /// The fields that the file cannot say.
    pub(super) fn left_out(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|(_, choice)| choice.saying().is_none()).map(|(field, _)| field)
    }

    /// The fields that the file says.
    pub(super) fn said(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|(_, choice)| choice.saying().is_some()).map(|(field, _)| field)
    }

    /// Says a field in the next way. Nothing more can be done where there is no file without the field.
    fn reword(&mut self, field: &Field, why: &str) -> bool {
        let Some(choice) = self.fields.get_mut(field).filter(|choice| choice.saying().is_some()) else { return false };
        choice.at += 1;
        choice.allowed.clear();
        if *field == Field::Base && choice.saying().is_none() {
            self.refuse(why);
        }
        true
    }

    fn refuse(&mut self, why: &str) {
        self.refused.get_or_insert_with(|| why.to_owned());
    }

    /// Lets what a rule has against a field pass, if it can be let pass.
    fn allow(&mut self, field: &Field, rule: &str) -> bool {
        let Some(rule) = check::find(rule).filter(|rule| !rule.firm) else { return false };
        self.fields.get_mut(field).is_some_and(|choice| choice.allowed.insert(rule.name))
    }
}

impl Desk<'_> {
    /// Drafts until nothing is to be changed any more.
    pub(super) fn settle(&self, drafts: &mut [Draft<'_>]) -> Result<Settled, Failure> {
        for _ in 0..MAX_ROUNDS {
            let attachments = self.write(drafts);
            let read = self.read(drafts, &attachments)?;
            if !judge(drafts, &read) {
                return Ok(Settled { attachments, desired: read.desired });
            }
        }
        Err(Failure::new("the files do not settle, which is a bug of maquette; nothing was written")
            .help("import the models one by one to find the one that is to be reported"))
    }

    /// Writes the text of every draft.
    fn write(&self, drafts: &mut [Draft<'_>]) -> BTreeMap<Utf8PathBuf, Attachment> {
        let mut neighbours = Shelf::new(&DiskFiles, &self.project.root);
        for draft in drafts.iter_mut().filter(|draft| draft.refused.is_none()) {
            let said = draft.fields.values().filter_map(|choice| Some((choice, choice.saying()?)));
            let entries: Vec<Entry> = said.map(|(choice, saying)| Entry { saying, allowed: &choice.allowed }).collect();
            draft.page = page(&draft.path, &draft.head, &entries, &mut neighbours);
        }
        neighbours.into_placed()
    }

    /// Reads the workspace as if the drafts were written.
    fn read(&self, drafts: &[Draft<'_>], attachments: &BTreeMap<Utf8PathBuf, Attachment>) -> Result<Reading, Failure> {
        let root = &self.project.root;
        let mut files = Drafts::default();
        let mut paths = Vec::with_capacity(drafts.len());
        for draft in drafts.iter().filter(|draft| draft.refused.is_none()) {
            files.insert(&root.join(&draft.path), draft.page.text.clone().into_bytes());
            paths.push(draft.path.clone());
        }
        for (path, attachment) in attachments {
            files.insert(&root.join(path), attachment.bytes.clone());
        }
        let workspace = Workspace::with_drafts(self.project.clone(), BTreeMap::new(), &paths, Arc::new(files))?;
        let (intent, mut findings) = crate::cli::weights::intent(&workspace, self.remote_name)?;
        findings.extend(workspace.findings(None, Some(&[self.remote_name.to_owned()]))?);
        let (desired, bound) = self.remote.bind(&intent, self.observed);
        findings.extend(bound);
        workspace.grade(&mut findings);
        findings.retain(|finding| finding.severity == Severity::Error);
        let files = workspace.files(Some(self.remote_name)).iter();
        let by_path = files.map(|file| (file.path.clone(), Arc::clone(file))).collect();
        Ok(Reading { workspace, by_path, desired, errors: findings })
    }
}

/// What the drafts were read as.
struct Reading {
    workspace: Workspace,
    by_path: BTreeMap<Utf8PathBuf, Arc<crate::session::Compiled>>,
    desired: Desired,
    errors: Vec<Diagnostic>,
}

impl Reading {
    /// The file of a finding, and the place in it: a prompt belongs to the file that names it.
    fn home(&self, finding: &Diagnostic) -> Option<(&Utf8Path, Location)> {
        let place = finding.included_at().or(finding.location)?;
        Some((&self.workspace.session.sources.get(place.file).path, place))
    }

    /// The fields that the statement at that place fills.
    fn fields_at(&self, path: &Utf8Path, place: Location) -> Vec<Field> {
        let Some(file) = self.by_path.get(path) else { return Vec::new() };
        let span = place.span;
        let here = file.document.statements.iter().filter(|one| {
            let at = one.location;
            at.file == place.file && at.span.start <= span.start && span.start < at.span.end.max(at.span.start + 1)
        });
        here.flat_map(fields_of).collect()
    }
}

/// Rewords what is not read as it was meant. False, if nothing is to be reworded.
fn judge(drafts: &mut [Draft<'_>], read: &Reading) -> bool {
    let mut errors: BTreeMap<&Utf8Path, Vec<(&Diagnostic, Location)>> = BTreeMap::new();
    for finding in &read.errors {
        if let Some((path, place)) = read.home(finding) {
            errors.entry(path).or_default().push((finding, place));
        }
    }
    let mut changed = false;
    for draft in drafts.iter_mut().filter(|draft| draft.refused.is_none()) {
        let errors = errors.get(draft.path.as_path()).map(Vec::as_slice).unwrap_or_default();
        let reworded = reword(draft, read, errors);
        if !reworded && let Some((finding, _)) = errors.first() {
            draft.refuse(&finding.message);
        }
        changed |= reworded || draft.refused.is_some();
    }
    changed
}

fn reword(draft: &mut Draft<'_>, read: &Reading, errors: &[(&Diagnostic, Location)]) -> bool {
    let mut changed = false;
    for (finding, place) in errors {
        for field in read.fields_at(&draft.path, *place) {
            let field = remote_field(draft, &field);
            changed |= draft.allow(&field, finding.rule) || draft.reword(&field, &finding.message);
        }
    }
    if changed {
        return true;
    }
    let row = draft.row;
    let Some(desired) = read.desired.rows.get(&row.id) else {
        draft.refuse("no file can give this id");
        return true;
    };
    let said: Vec<Field> = draft.said().cloned().collect();
    for field in &said {
        if desired.fields.get(field).map(Option::as_ref) != Some(row.get(field)) {
            changed |= draft.reword(field, &misread(field, row));
        }
    }
    // What it says besides, such as what it takes over from a model that its base happens to be.
    let besides =
        desired.fields.iter().find(|(field, value)| !said.contains(field) && value.as_ref() != row.get(field));
    if let Some((field, _)) = besides.filter(|_| !changed) {
        draft.refuse(&format!("built on what it names as its base, it would have another `{field}`"));
        changed = true;
    }
    changed
}

fn misread(field: &Field, row: &ObservedRow) -> String {
    let base = row.get(&Field::Base).and_then(serde_json::Value::as_str).unwrap_or_default();
    match field {
        Field::Base => format!("`FROM {base}` means another model of the workspace"),
        other => format!("no directive says its `{other}`"),
    }
}

/// The draft's own name of a field: a parameter has another name in files than on the server.
fn remote_field(draft: &Draft<'_>, field: &Field) -> Field {
    if draft.fields.contains_key(field) {
        return field.clone();
    }
    let Field::Param(name) = field else { return field.clone() };
    let key = crate::ir::parameter::find(name).and_then(|row| row.open_webui);
    key.map_or_else(|| field.clone(), |key| Field::Param(key.into()))
}
