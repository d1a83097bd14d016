//! `maquette import`: what exists becomes files of the workspace. Nothing is written to a server.

mod folder;
#[cfg(test)]
mod laws;
mod outcome;
mod rows;
mod settle;
mod single;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use globset::{GlobBuilder, GlobSetBuilder};

use self::outcome::{Fate, Model, Outcome};
use self::rows::Scene;
use self::settle::{Desk, Draft};
pub(super) use self::single::single;
use super::claims;
use super::replace::{create, replace};
use super::{Exit, Failure, Ui, runtime};
use crate::decompile::{Named, Names, Style};
use crate::ir;
use crate::project::{self, Project};
use crate::source::{DiskFiles, Files as _};
use crate::state::{Claims, Desired, Field, ObservedRow, Ownership, View, WorkspaceKey};
use crate::workspace::Workspace;

/// From how many bytes on a prompt has a file of its own, where `--systemfile` does not say.
const LONG_PROMPT: &str = "2000";

/// Where files go that no glob of the manifest has an opinion about.
const FOLDER: &str = "models";

/// Arguments of `import`.
#[derive(Debug, Default, Args)]
pub(super) struct Arguments {
    /// The models, by id or by a glob of ids; all without any.
    #[arg(value_name = "ID|GLOB")]
    ids: Vec<String>,
    /// The remote to read; may be left out where there is only one.
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
    /// Read this instead: a file that the Models page exported, or a folder of Modelfiles. With `--remote`, that one only
    /// tells what ids of groups, people and knowledge are called.
    #[arg(long, value_name = "PATH")]
    from: Option<Utf8PathBuf>,
    /// Only models with this tag; may be repeated, and one of them is enough.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only models of this owner, by e-mail address, name or id; may be repeated.
    #[arg(long, value_name = "WHO")]
    owner: Vec<String>,
    /// The folder of new files, relative to the workspace's root (default: the first one that its globs take in).
    #[arg(long, value_name = "DIR")]
    into: Option<Utf8PathBuf>,
    /// Give long system prompts files of their own: those of at least MIN bytes.
    #[arg(long, value_name = "MIN", num_args = 0..=1, require_equals = true, default_missing_value = LONG_PROMPT)]
    systemfile: Option<usize>,
    /// Write nothing, and exit with 2 if anything would be written.
    #[arg(long)]
    dry_run: bool,
    /// The same, and print what would change.
    #[arg(long)]
    diff: bool,
    /// Write files anew that say something else than the remote has.
    #[arg(long)]
    force: bool,
    /// How to print what came of the models.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people: what was written, and what was not.
    #[default]
    Human,
    /// Everything, as JSON.
    Json,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let project = project::load(directory)?;
    if let Some(path) = &arguments.from
        && super::at(directory, path).is_dir()
    {
        return folder::run(arguments, &project, &super::at(directory, path), ui);
    }
    let scene = runtime()?.block_on(rows::read(arguments, &project, directory))?;
    if let View::Partial(reason) = &scene.observed.view {
        ui.note(&format!("note: not every model can be seen: {reason}"));
    }
    let outcome = import(arguments, &project, &scene)?;
    outcome.print(arguments, ui)?;
    if arguments.previews() {
        return Ok(if outcome.is_settled() { Exit::Done } else { Exit::Pending });
    }
    Ok(write(&outcome, &project, ui))
}

impl Arguments {
    /// Everything that a remote has, as without any other argument.
    pub(super) fn everything_of(remote: &str) -> Self {
        Self { remote: Some(remote.to_owned()), ..Self::default() }
    }

    fn previews(&self) -> bool {
        self.dry_run || self.diff
    }
}

/// What is to become of the rows. Pure but for looking at the files that are there.
fn import(arguments: &Arguments, project: &Project, scene: &Scene) -> Result<Outcome, Failure> {
    let key = WorkspaceKey::new(&project.manifest.workspace.id);
    let style = Style { arguments: argument_names(project), systemfile: arguments.systemfile };
    let existing = Existing::read(project, scene)?;
    let folder = folder_of(arguments, project, &scene.name)?;
    let mut names = existing.names(project, &folder);
    let mut outcome = Outcome::default();

    let mut selected = scene.select(arguments)?;
    selected.sort_by(|a, b| a.id.cmp(&b.id));
    let mut taken: Vec<&ObservedRow> = Vec::with_capacity(selected.len());
    for row in selected {
        match obstacle(row, scene, &existing, arguments, &key) {
            Some(reason) => outcome.models.push(Model::skipped(&row.id, reason)),
            None => taken.push(row),
        }
    }
    let unbound = scene.remote.unbind(&taken, &scene.observed);
    let mut drafts: Vec<Draft> = Vec::with_capacity(taken.len());
    for (row, unbound) in taken.iter().zip(&unbound) {
        let is_protected = scene.ownership(row, &key).is_some_and(|mark| mark.protect);
        let place = existing.paths.get(&row.id).map_or_else(
            || names.choose(&folder, &row.id),
            |path| Named { path: path.clone(), gives_id: gives_id(path, &row.id) },
        );
        drafts.push(Draft::new(row, unbound, place, is_protected, &style));
    }
    let desk = Desk { project, remote_name: &scene.name, remote: &*scene.remote, observed: &scene.observed };
    let settled = desk.settle(&mut drafts)?;
    existing.is_undisturbed(&settled.desired, &drafts)?;
    for draft in &drafts {
        outcome.models.push(judge(draft, &existing, arguments, project));
    }
    outcome.attach(settled.attachments);
    if let Some(path) =
        outcome.attachments.keys().find(|path| takes_in(project.manifest.workspace.models.as_deref(), path))
    {
        return Err(Failure::new(format!("`{path}`, which is no model, would be among the workspace's `models`"))
            .help("let the globs of the manifest end in `*.Modelfile`"));
    }
    if let Some(origin) = &scene.origin {
        outcome.claims = Some(noted(&outcome, origin, project, scene, &existing, &key)?);
    }
    outcome.models.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(outcome)
}

/// The names that mean something in files that do not declare them.
pub(super) fn argument_names(project: &Project) -> BTreeSet<String> {
    let manifest = &project.manifest;
    let of_remotes = manifest.remotes.values().flat_map(|remote| remote.args.keys());
    manifest.args.keys().chain(of_remotes).cloned().collect()
}

/// Why there is to be no file for a row.
fn obstacle(
    row: &ObservedRow,
    scene: &Scene,
    existing: &Existing,
    arguments: &Arguments,
    key: &WorkspaceKey,
) -> Option<String> {
    if let Some(fault) = ir::id::fault(&row.id) {
        return Some(format!("its id cannot be managed: {fault}"));
    }
    if existing.elsewhere.contains(&row.id) {
        return Some("a file describes it already, and goes to other remotes only".to_owned());
    }
    let is_marked = row.mark.is_some() && scene.origin.is_some();
    let of_another = is_marked && key.ownership(&row.id, "", row.mark.as_ref()) == Ownership::Foreign;
    let is_named = arguments.ids.contains(&row.id);
    (of_another && !is_named).then(|| "another workspace manages it; name its id to take it over".to_owned())
}

/// The models that files of the workspace describe already.
struct Existing {
    /// The files of those that go to the remote, by id.
    paths: BTreeMap<String, Utf8PathBuf>,
    /// The ids of those that do not.
    elsewhere: BTreeSet<String>,
    /// What they come to.
    desired: Desired,
    /// Every id that is described.
    known: BTreeSet<String>,
}

impl Existing {
    fn read(project: &Project, scene: &Scene) -> Result<Self, Failure> {
        let workspace = Workspace::with_more(project.clone(), BTreeMap::new(), &[])?;
        let (intent, _) = crate::cli::weights::intent(&workspace, &scene.name)?;
        let (desired, _) = scene.remote.bind(&intent, &scene.observed);
        let paths: BTreeMap<String, Utf8PathBuf> =
            intent.models.iter().map(|(id, model)| (id.clone(), model.path.clone())).collect();
        let elsewhere = intent.known_ids.iter().filter(|id| !paths.contains_key(*id)).cloned().collect();
        Ok(Self { paths, elsewhere, desired, known: intent.known_ids })
    }

    /// The names of files that are taken.
    fn names(&self, project: &Project, folder: &Utf8Path) -> Names {
        let mut names = Names::default();
        for path in self.paths.values() {
            names.take(path);
        }
        let there = project.root.join(folder).read_dir_utf8().into_iter().flatten().filter_map(Result::ok);
        for entry in there {
            names.take(&folder.join(entry.file_name()));
        }
        names
    }

    /// Files that are not written anew mean what they meant: a model that comes in may be what another one's FROM names.
    fn is_undisturbed(&self, after: &Desired, drafts: &[Draft<'_>]) -> Result<(), Failure> {
        let drafted: BTreeSet<&str> = drafts.iter().map(|draft| draft.row.id.as_str()).collect();
        for (id, before) in self.desired.rows.iter().filter(|(id, _)| !drafted.contains(id.as_str())) {
            if after.rows.get(id).is_some_and(|after| after.fields != before.fields) {
                let message = format!(
                    "`{}` would mean something else: a model that it is built on by name would come in",
                    before.path
                );
                return Err(Failure::new(message).help("import the others by their ids, or rename that base model"));
            }
        }
        Ok(())
    }
}

/// Whether the name of the file gives the id.
fn gives_id(path: &Utf8Path, id: &str) -> bool {
    project::model_name(path) == project::FileName::Model(id.to_owned())
}

/// What becomes of a draft.
fn judge(draft: &Draft<'_>, existing: &Existing, arguments: &Arguments, project: &Project) -> Model {
    let id = &draft.row.id;
    if let Some(reason) = &draft.refused {
        return Model::skipped(id, reason.clone());
    }
    let mut model = Model::new(id, Fate::New, Some(draft.path.clone()));
    model.left_out = draft.left_out().map(ToString::to_string).collect();
    model.page = draft.page.clone();
    if let (Some(before), true) = (existing.desired.rows.get(id), existing.paths.contains_key(id)) {
        let unsaid = draft.said().filter(|field| !before.fields.contains_key(*field));
        let other = before.fields.iter().filter(|(field, value)| value.as_ref() != draft.row.get(field));
        let differs: BTreeSet<&Field> = unsaid.chain(other.map(|(field, _)| field)).collect();
        model.differs = differs.iter().map(ToString::to_string).collect();
        model.fate = match (differs.is_empty(), arguments.force) {
            (true, _) => Fate::Unchanged,
            (false, true) => Fate::Rewritten,
            (false, false) => Fate::Differs,
        };
        let there = DiskFiles.read(&project.root.join(&draft.path)).unwrap_or_default();
        model.before = String::from_utf8_lossy(&there).into_owned();
    }
    model
}

/// The claims after the import: a row that a file now describes and that is not ours yet is claimed as it is, and what is used up goes.
fn noted(
    outcome: &Outcome,
    origin: &str,
    project: &Project,
    scene: &Scene,
    existing: &Existing,
    key: &WorkspaceKey,
) -> Result<Claims, Failure> {
    let mut claims = claims::read(project)?;
    for model in &outcome.models {
        let Some(row) = scene.observed.rows.get(&model.id) else { continue };
        let describes = matches!(model.fate, Fate::New | Fate::Rewritten | Fate::Unchanged);
        if describes && scene.ownership(row, key).is_none() {
            claims.add(origin, row, key);
        }
    }
    let described: BTreeSet<&str> =
        outcome.models.iter().filter(|model| model.path.is_some()).map(|model| &*model.id).collect();
    let ids: Vec<String> = claims.ids(origin).map(str::to_owned).collect();
    for id in ids {
        let row = scene.observed.rows.get(&id);
        let is_ours = row.is_some_and(|row| scene.ownership(row, key).is_some());
        let is_gone = row.is_none() && scene.observed.view == View::Complete;
        let is_described = described.contains(id.as_str()) || existing.known.contains(&id);
        if is_ours || is_gone || !is_described {
            claims.remove(origin, &id);
        }
    }
    Ok(claims)
}

/// The folder of new files: one whose files are part of the workspace, and go to the remote.
fn folder_of(arguments: &Arguments, project: &Project, remote: &str) -> Result<Utf8PathBuf, Failure> {
    let of_remote = project.manifest.remotes.get(remote).and_then(|remote| remote.models.as_deref());
    let globs = [project.manifest.workspace.models.as_deref(), of_remote];
    let takes = |folder: &Utf8Path| {
        let file = folder.join("x.Modelfile");
        globs.iter().flatten().all(|globs| matches_any(globs, &file))
    };
    if let Some(folder) = &arguments.into {
        let folder = inside(folder)?;
        if takes(&folder) {
            return Ok(folder);
        }
        let message = format!("`{folder}/*.Modelfile` is not among the workspace's `models`");
        return Err(
            Failure::new(message).help("choose a folder that the globs of the manifest take in, or add one there")
        );
    }
    let stems = globs.iter().rev().flatten().flat_map(|globs| globs.iter()).map(|glob| stem(glob));
    let candidates = std::iter::once(Utf8PathBuf::from(FOLDER)).chain(stems);
    candidates
        .into_iter()
        .find(|folder| takes(folder))
        .ok_or_else(|| Failure::new("no folder is sure to be part of the workspace").help("name one with `--into DIR`"))
}

/// A folder relative to the root, without anything that leads elsewhere.
fn inside(folder: &Utf8Path) -> Result<Utf8PathBuf, Failure> {
    use camino::Utf8Component::{CurDir, Normal};
    let parts: Vec<_> = folder.components().filter(|part| *part != CurDir).collect();
    if parts.iter().any(|part| !matches!(part, Normal(_))) {
        return Err(Failure::new(format!("`{folder}` leads out of the workspace")).help("name a folder below its root"));
    }
    Ok(parts.into_iter().collect())
}

/// Whether globs that the manifest gives match the file.
fn takes_in(globs: Option<&[String]>, file: &Utf8Path) -> bool {
    globs.is_some_and(|globs| matches_any(globs, file))
}

fn matches_any(globs: &[String], file: &Utf8Path) -> bool {
    let mut set = GlobSetBuilder::new();
    let one = |glob: &String| GlobBuilder::new(glob.strip_prefix("./").unwrap_or(glob)).literal_separator(true).build();
    for glob in globs.iter().filter_map(|glob| one(glob).ok()) {
        set.add(glob);
    }
    set.build().is_ok_and(|set| set.is_match(file))
}

/// The folders of a glob up to the first part that is a pattern.
fn stem(glob: &str) -> Utf8PathBuf {
    let folders = glob.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').filter(|part| *part != ".").take_while(|part| !part.contains(['*', '?', '[', '{'])).collect()
}

impl Outcome {
    /// Writes the files, and then the claims: whether those are others now. The failures are about files, one each.
    fn write(&self, project: &Project) -> Result<bool, Vec<Failure>> {
        let mut failures = Vec::new();
        let root = &project.root;
        for (path, attachment) in self.attachments.iter().filter(|(_, attachment)| !attachment.is_there) {
            failures.extend(create(root, path, &attachment.bytes).err().map(failed));
        }
        for model in &self.models {
            let Some(path) = &model.path else { continue };
            let text = model.page.text.as_bytes();
            match model.fate {
                Fate::New => failures.extend(create(root, path, text).err().map(failed)),
                Fate::Rewritten => match DiskFiles.read(&root.join(path)) {
                    Ok(before) => failures.extend(replace(root, path, &before, text).err().map(failed)),
                    Err(error) => failures.push(failed(error.naming(path))),
                },
                Fate::Unchanged | Fate::Differs | Fate::Skipped => {}
            }
        }
        match &self.claims {
            Some(noted) if failures.is_empty() => claims::write(project, noted).map_err(|failure| vec![failure]),
            _ if failures.is_empty() => Ok(false),
            _ => Err(failures),
        }
    }
}

fn failed(error: impl std::error::Error) -> Failure {
    Failure::new(error.to_string())
}

/// Writes what came of an import, and says what is to be known of it.
fn write(outcome: &Outcome, project: &Project, ui: &mut Ui) -> Exit {
    match outcome.write(project) {
        Ok(true) => {
            let file = claims::FILE;
            ui.note(&if outcome.claims.as_ref().is_some_and(Claims::is_empty) {
                format!("`{file}` has served and is empty now; commit that, too")
            } else {
                format!("`{file}` says which models the next apply takes over; commit it with the files")
            });
            Exit::Done
        }
        Ok(false) => Exit::Done,
        Err(failures) => {
            for failure in &failures {
                failure.show(ui);
            }
            Exit::Failed
        }
    }
}
