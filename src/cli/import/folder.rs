//! Plain Modelfiles of another folder become files of the workspace: in canonical form, named by the models that they describe.

use camino::{Utf8Path, Utf8PathBuf};

use super::outcome::{Fate, Model, Outcome};
use super::{Arguments, argument_names, folder_of, write};
use crate::cli::paths::below;
use crate::cli::{Exit, Failure, Ui};
use crate::decompile::{Names, Page, Style, id_statement};
use crate::diff::Pattern;
use crate::format::{self, format};
use crate::ir::directive;
use crate::project::{self, FileName, Project};
use crate::source::{DiskFiles, FileError, Files as _, SourceFile};
use crate::syntax::{self, Head, Statement, Tree, Word, value};
use crate::workspace::Workspace;

pub(super) fn run(arguments: &Arguments, project: &Project, from: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let chooses = !arguments.tag.is_empty() || !arguments.owner.is_empty();
    if chooses || arguments.systemfile.is_some() || arguments.force {
        return Err(Failure::new("of a folder, `--tag`, `--owner`, `--systemfile` and `--force` mean nothing")
            .help("leave them out; ids and globs choose among its models"));
    }
    let from = from.canonicalize_utf8().map_err(|error| Failure::new(format!("cannot read `{from}`: {error}")))?;
    let into = folder_of(arguments, project, arguments.remote.as_deref().unwrap_or_default())?;
    let workspace = Workspace::with_more(project.clone(), std::collections::BTreeMap::new(), &[])?;
    let known = workspace.ids()?;
    let style = Style { arguments: argument_names(project), systemfile: None };
    let patterns: Vec<Pattern> = arguments.ids.iter().map(|text| Pattern::new(text)).collect();
    let mut names = Names::default();
    for entry in project.root.join(&into).read_dir_utf8().into_iter().flatten().filter_map(Result::ok) {
        names.take(&into.join(entry.file_name()));
    }
    let mut outcome = Outcome::default();
    for path in below(std::slice::from_ref(&from), &from)? {
        let shown = path.strip_prefix(&from).unwrap_or(&path).to_owned();
        if path.starts_with(project.root.join(&into)) {
            continue;
        }
        let model = match read(&path) {
            Ok(source) => draft(&source, &from, &shown),
            Err(error) => Err(error.naming(&shown).to_string()),
        };
        outcome.models.push(match model {
            Err(reason) => Model::skipped(shown.as_str(), reason),
            Ok((id, _)) if !patterns.is_empty() && !patterns.iter().any(|pattern| pattern.matches(&id)) => continue,
            Ok((id, text)) => {
                let is_known = known.contains(&id) || outcome.models.iter().any(|model| model.id == id);
                if is_known {
                    Model::skipped(&id, already(project, &workspace, &id, &text))
                } else {
                    let file = names.choose(&into, &id);
                    let says_id =
                        syntax::parse(text.as_str().into()).statements().any(|one| text_of(one, &text) == "ID");
                    let head = if file.gives_id || says_id { None } else { id_statement(&id, &style) };
                    let text = head.map_or(text.clone(), |head| with_id(&text, &head));
                    Model { page: Page { text, neighbours: Vec::new() }, ..Model::new(&id, Fate::New, Some(file.path)) }
                }
            }
        });
    }
    outcome.print(arguments, ui)?;
    if arguments.previews() {
        return Ok(if outcome.is_settled() { Exit::Done } else { Exit::Pending });
    }
    let exit = write(&outcome, project, ui);
    if !outcome.is_settled() {
        ui.note("next: `maquette check` says what is to be looked at in them");
    }
    Ok(exit)
}

fn read(path: &Utf8Path) -> Result<SourceFile, FileError> {
    Ok(SourceFile::new(path.to_owned(), &DiskFiles.read(path)?))
}

/// The model's id, and its text in canonical form; or why it is not taken.
fn draft(source: &SourceFile, from: &Utf8Path, shown: &Utf8Path) -> Result<(String, String), String> {
    if !source.malformed.is_empty() {
        return Err("it is no valid text in its encoding".to_owned());
    }
    let tree = syntax::parse(source.text.clone());
    if let Some(path) = tree.statements().find_map(|one| path_in(&tree, one)) {
        return Err(format!("it names `{path}`, which lies beside it: copy both into the workspace"));
    }
    let said = tree.statements().filter(|one| ["ID", "OVERRIDE"].contains(&tree.slice(one.keyword)));
    let id = said.last().map(|one| value::text(tree.slice(one.value.content), 0).text);
    let id = id.or_else(|| match project::model_name(shown) {
        FileName::Model(id) => Some(id),
        // A folder that holds nothing but this one's file is named after it.
        FileName::Bare => from.file_name().map(str::to_owned),
        FileName::Other(_) => None,
    });
    let Some(id) = id.filter(|id| crate::ir::id::fault(id).is_none()) else {
        return Err("nothing gives it an id; rename it to `<id>.Modelfile`".to_owned());
    };
    let text = format(&tree, format::Options { order: false })
        .map_err(|refusal| format!("{refusal}; `maquette check` says what is wrong"))?;
    Ok((id, text))
}

/// A path that counts from the place of the file.
fn path_in<'t>(tree: &'t Tree, one: &Statement) -> Option<&'t str> {
    let content = tree.slice(one.value.content);
    let is_path = match one.head {
        Head::Ollama(Word::Adapter | Word::Draft) => true,
        Head::Ollama(Word::From) => {
            let extension = Utf8Path::new(content).extension().unwrap_or_default().to_ascii_lowercase();
            content.starts_with(['.', '/', '~']) || matches!(extension.as_str(), "gguf" | "safetensors")
        }
        Head::Ollama(_) => false,
        Head::Extended => {
            let keyword = tree.slice(one.keyword);
            let beside = [directive::INCLUDE.keyword, directive::SYSTEMFILE.keyword, directive::AVATAR.keyword];
            beside.contains(&keyword) && !content.contains("://") && content.trim() != "none"
        }
    };
    is_path.then_some(content)
}

fn text_of<'t>(one: &Statement, text: &'t str) -> &'t str {
    one.keyword.of(text)
}

/// The text with the statement behind its FROM.
fn with_id(text: &str, statement: &str) -> String {
    let tree = syntax::parse(text.into());
    let from = tree.statements().find(|one| one.head == Head::Ollama(Word::From));
    let at = from.map_or(0, |from| from.span.end as usize);
    let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at..).unwrap_or_default());
    if before.is_empty() { format!("{statement}\n{after}") } else { format!("{before}\n{statement}{after}") }
}

/// Why a model that is there already is left alone.
fn already(project: &Project, workspace: &Workspace, id: &str, text: &str) -> String {
    let path: Option<Utf8PathBuf> = workspace.path_of(id);
    let same = path.as_ref().and_then(|path| DiskFiles.read(&project.root.join(path)).ok());
    match path {
        Some(_) if same.is_some_and(|there| there == text.as_bytes()) => "it is there already".to_owned(),
        Some(path) => format!("`{path}` describes a model of that id already"),
        None => "another one of these files describes a model of that id".to_owned(),
    }
}
