//! `maquette export`: models for somebody else's hands.

use std::collections::BTreeSet;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use serde_json::Value;

use super::survey::{Selection, Site, survey};
use super::{Exit, Failure, Ui, at, output, runtime};
use crate::check::{Targets, secrets};
use crate::decompile::Names;
use crate::diagnostic::Severity;
use crate::diff;
use crate::ir::modelfile;
use crate::project;
use crate::remote::{self, open_webui};
use crate::report::counted;
use crate::state::{Intent, ModelIntent, ReferenceKind};
use crate::workspace::Workspace;

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only the models with these ids; `*` and `?` stand for any characters.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// For whom.
    #[arg(long, value_enum, default_value_t = Format::OpenWebui)]
    format: Format,
    /// Export what this remote has, instead of what the files say.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["remote", "all_remotes", "arg"])]
    from: Option<String>,
    #[command(flatten)]
    selection: Selection,
    /// Leave out what names things or people of the server (access, tools, knowledge …), and what looks like a key.
    #[arg(long)]
    share: bool,
    /// Write to this file; with `--format ollama` into this folder, a file a model. Nothing that is there is overwritten.
    #[arg(long, short, value_name = "PATH")]
    out: Option<Utf8PathBuf>,
    /// Overwrite what is there.
    #[arg(long, requires = "out")]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The JSON that the Models page imports.
    OpenWebui,
    /// Modelfiles that `ollama create` takes.
    Ollama,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    match (arguments.format, &arguments.from) {
        (Format::OpenWebui, _) => open_webui(arguments, directory, ui),
        (Format::Ollama, None) => ollama(arguments, directory, ui),
        (Format::Ollama, Some(name)) => Err(Failure::new("Modelfiles are written from files, not from a remote")
            .help(format!("`maquette import --remote {name}` makes files of what it has; export those"))),
    }
}

/// The Models page's JSON.
fn open_webui(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let rows = match &arguments.from {
        Some(name) => observed_rows(arguments, name, directory)?,
        None => match desired_rows(arguments, directory, ui)? {
            Some(rows) => rows,
            None => return Ok(Exit::Failed),
        },
    };
    let mut exported = Vec::with_capacity(rows.len());
    for raw in &rows {
        if arguments.share {
            exported.push(share(raw, ui));
        } else {
            exported.push(open_webui::exported(raw));
        }
    }
    let mut text = serde_json::to_string_pretty(&exported).map_err(|error| Failure::new(error.to_string()))?;
    text.push('\n');
    match &arguments.out {
        None => ui.result(|out, _| out.write_all(text.as_bytes()))?,
        Some(path) => {
            write(&at(directory, path), &text, arguments.force)?;
            ui.note(&format!(
                "wrote {} to {path}; the Models page's Import takes it",
                counted(exported.len(), "model")
            ));
        }
    }
    Ok(Exit::Done)
}

/// What a remote has, as it gave it.
fn observed_rows(arguments: &Arguments, name: &str, directory: &Utf8Path) -> Result<Vec<Value>, Failure> {
    let project = project::load(directory)?;
    let remote = remote::open(&project, name)?;
    let none: BTreeSet<ReferenceKind> = BTreeSet::new();
    let observed = runtime()?.block_on(remote.observe(Box::pin(async { none })))?;
    let meant = diff::Targets::new(&arguments.ids, &[]);
    meant.all_match(observed.rows.keys().map(String::as_str)).map_err(|unknown| {
        Failure::new(unknown.to_string()).help(format!("`maquette models ls --remote {name}` lists what there is"))
    })?;
    Ok(observed.rows.into_values().filter(|row| meant.includes(&row.id)).map(|row| row.raw).collect())
}

/// What the files say, names resolved on the remote that they are for. `None` if findings stand in the way; they have
/// been printed.
fn desired_rows(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Option<Vec<Value>>, Failure> {
    let Some(survey) = runtime()?.block_on(survey(directory, &arguments.selection, ui))? else { return Ok(None) };
    let Ok([site]) = <[Site; 1]>::try_from(survey.of_those_asked_for().sites) else { return Err(for_one_remote()) };
    let ready = site.state?;
    let meant = diff::Targets::new(&arguments.ids, &[]);
    meant
        .all_match(ready.desired.rows.keys().map(String::as_str))
        .map_err(|unknown| Failure::new(unknown.to_string()))?;
    let rows = ready.desired.rows.iter().filter(|(id, _)| meant.includes(id));
    Ok(Some(rows.map(|(id, row)| open_webui::new_row(id, row, &ready.observed.catalogue)).collect()))
}

/// A row for strangers. What was left out is told.
fn share(raw: &Value, ui: &mut Ui) -> Value {
    let (mut row, mut left_out) = open_webui::shared(raw);
    let found = redact(&mut row);
    if found > 0 {
        left_out.push(if found == 1 {
            "1 that looks like a key".into()
        } else {
            format!("{found} that look like keys")
        });
    }
    let id = row.get("id").and_then(Value::as_str).unwrap_or_default();
    match left_out.as_slice() {
        [] => ui.note(&format!("`{id}` is shared whole")),
        parts => ui.note(&format!("left out of `{id}`: {}", parts.join(", "))),
    }
    row
}

/// Takes out of every text what looks like a key, and counts.
fn redact(value: &mut Value) -> usize {
    match value {
        Value::String(text) => {
            // An image is no text, and what its letters spell by accident is no key.
            let found = if text.starts_with("data:image/") { Vec::new() } else { secrets(text) };
            for (range, _) in found.iter().rev() {
                text.replace_range(range.clone(), "REMOVED");
            }
            found.len()
        }
        Value::Array(items) => items.iter_mut().map(redact).sum(),
        Value::Object(map) => map.values_mut().map(redact).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Modelfiles for `ollama create`.
fn ollama(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    if arguments.share {
        return Err(Failure::new("`--share` is for `--format open-webui`")
            .help("a Modelfile for Ollama holds nothing of a server; `maquette check` tells of keys in it"));
    }
    let workspace = Workspace::compile(project::load(directory)?, arguments.selection.given.values())?;
    let remote = match arguments.selection.remote.as_slice() {
        [] => None,
        names if names.len() == 1 && !arguments.selection.all_remotes => {
            arguments.selection.names(&workspace.project)?.into_iter().next()
        }
        _ => return Err(for_one_remote()),
    };
    let meant = diff::Targets::new(&arguments.ids, &[]);
    let all = workspace.files(remote.as_deref());
    let (intent, mut findings) = workspace.resolve(all, &|_| true)?;
    meant.all_match(intent.models.keys().map(String::as_str)).map_err(|unknown| Failure::new(unknown.to_string()))?;
    // Those that others are built on come first, as `ollama create` needs them.
    let mut models: Vec<_> = intent.models.values().filter(|model| meant.includes(&model.id.value)).collect();
    models.sort_by_cached_key(|model| depth(model, &intent));
    let asked: Vec<_> =
        models.iter().filter_map(|model| Some((*model, &**all.iter().find(|file| file.path == model.path)?))).collect();
    let files: Vec<_> = asked.iter().map(|(_, file)| *file).collect();
    // How models go to Open WebUI is not the question here.
    findings.retain(|finding| finding.rule == "from-cycle");
    findings.extend(workspace.session.judge(&files, &|_| Targets { open_webui: false, ollama: true }));
    workspace.grade(&mut findings);
    // The rest is for `check`.
    findings.retain(|finding| finding.severity == Severity::Error);
    if !findings.is_empty() {
        ui.diagnostics(&findings, &workspace.session.sources);
        return Ok(Exit::Failed);
    }
    let mut texts = Vec::with_capacity(asked.len());
    for (model, file) in &asked {
        let text = modelfile::print(&file.document)
            .map_err(|error| Failure::new(format!("`{}` cannot be written for Ollama: {error}", file.path)))?;
        texts.push((model.id.value.as_str(), text));
    }
    let Some(folder) = &arguments.out else {
        let [(_, text)] = texts.as_slice() else {
            return Err(Failure::new(format!("these are {}", counted(texts.len(), "model")))
                .help("name one, or give a folder for all of them with `--out`"));
        };
        ui.result(|out, _| out.write_all(text.as_bytes()))?;
        return Ok(Exit::Done);
    };
    std::fs::create_dir_all(at(directory, folder))
        .map_err(|error| Failure::new(format!("cannot make the folder `{folder}`: {error}")))?;
    let mut names = Names::default();
    for (id, text) in &texts {
        let path = names.choose(folder, id).path;
        write(&at(directory, &path), text, arguments.force)?;
        ui.result(|out, _| writeln!(out, "ollama create {} -f {}", word(id), word(path.as_str())))?;
    }
    ui.note(&format!("wrote {} to {folder}; the commands above create them", counted(texts.len(), "model")));
    Ok(Exit::Done)
}

/// How many models of the workspace a model is built on.
fn depth(model: &ModelIntent, intent: &Intent) -> usize {
    let mut seen = BTreeSet::from([model.id.value.as_str()]);
    let mut parent = model.parent.as_ref();
    while let Some(base) = parent.and_then(|id| intent.models.get(&id.value)) {
        if !seen.insert(&base.id.value) {
            break;
        }
        parent = base.parent.as_ref();
    }
    seen.len()
}

/// A word of a shell's command line.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

fn for_one_remote() -> Failure {
    Failure::new("an export is for one remote").help("choose it with `--remote`")
}

/// Writes a file; one that is there stays, unless it is to be overwritten.
fn write(path: &Utf8Path, text: &str, force: bool) -> Result<(), Failure> {
    if !force && std::fs::symlink_metadata(path).is_ok_and(|found| found.is_file() || found.is_symlink()) {
        return Err(Failure::new(format!("`{path}` is there already")).help("`--force` overwrites it"));
    }
    output::write(path, |out: &mut dyn io::Write| out.write_all(text.as_bytes()))
}
