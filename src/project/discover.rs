//! The files of a workspace.

use camino::{Utf8Path, Utf8PathBuf};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;

use super::{FileName, Project, model_name};

/// What a walk through the workspace found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// Files that describe models, relative to the root, sorted.
    pub files: Vec<Utf8PathBuf>,
    /// What could not be looked at: a folder without permission, a name that is not UTF-8, a link that leaves the
    /// workspace. Each is a sentence. As long as there is one, nothing is deleted anywhere.
    pub problems: Vec<Problem>,
}

/// Something that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The place, relative to the root, as far as it can be shown.
    pub path: Utf8PathBuf,
    /// What is wrong with it.
    pub message: String,
}

/// A glob that is none.
#[derive(Debug, thiserror::Error)]
#[error("`{glob}` is not a glob: {reason}")]
pub struct GlobError {
    /// The text.
    pub glob: String,
    /// What is wrong.
    pub reason: String,
}

/// Walks through the workspace.
///
/// With globs every file that one of them matches is in, hidden or ignored or not; without, every file with a recognised
/// name that is not hidden and that `.gitignore` does not exclude.
///
/// # Errors
/// [`GlobError`] if a glob of the manifest is none.
pub fn discover(project: &Project) -> Result<Discovered, GlobError> {
    let globs = project.manifest.workspace.models.as_deref().map(globs).transpose()?;
    let by_name = globs.is_none();
    let walk = WalkBuilder::new(&project.root)
        .standard_filters(by_name)
        .require_git(false)
        .git_global(false)
        .git_exclude(false)
        .parents(false)
        .follow_links(false)
        .filter_entry(|entry| entry.depth() == 0 || !is_private(entry.file_name().to_str()))
        .build();
    let mut found = Discovered::default();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.problems.push(Problem {
                    path: Utf8PathBuf::new(),
                    message: relative_text(&error.to_string(), &project.root),
                });
                continue;
            }
        };
        if entry.file_type().is_some_and(|kind| kind.is_dir()) {
            continue;
        }
        let Some(path) = Utf8Path::from_path(entry.path()) else {
            let path = Utf8PathBuf::from(entry.path().to_string_lossy().into_owned());
            let path = path.strip_prefix(&project.root).unwrap_or(&path).to_owned();
            found.problems.push(Problem { path, message: "the file's name is not UTF-8".into() });
            continue;
        };
        let path = path.strip_prefix(&project.root).unwrap_or(path);
        let taken = match &globs {
            Some(globs) => globs.is_match(path),
            None => !matches!(model_name(path), FileName::Other(_)),
        };
        if !taken {
            continue;
        }
        if entry.path_is_symlink() {
            match project.root.join(path).canonicalize_utf8() {
                Ok(target) if target.starts_with(&project.root) => {}
                Ok(_) => {
                    found
                        .problems
                        .push(Problem { path: path.to_owned(), message: "the link leads out of the workspace".into() });
                    continue;
                }
                Err(_) => {
                    found.problems.push(Problem { path: path.to_owned(), message: "the link leads nowhere".into() });
                    continue;
                }
            }
        }
        found.files.push(path.to_owned());
    }
    found.files.sort_unstable();
    Ok(found)
}

/// Which of `files` the globs of a remote take in; all without globs.
///
/// # Errors
/// [`GlobError`] if one is none.
pub fn select<'a>(
    files: impl IntoIterator<Item = &'a Utf8Path>,
    selection: Option<&[String]>,
) -> Result<Vec<&'a Utf8Path>, GlobError> {
    let globs = selection.map(globs).transpose()?;
    Ok(files.into_iter().filter(|path| globs.as_ref().is_none_or(|globs| globs.is_match(path))).collect())
}

/// All of these globs as one.
pub(super) fn globs(texts: &[String]) -> Result<GlobSet, GlobError> {
    let fail =
        |glob: &str, error: &globset::Error| GlobError { glob: glob.to_owned(), reason: error.kind().to_string() };
    let mut set = GlobSetBuilder::new();
    for text in texts {
        let relative = text.strip_prefix("./").unwrap_or(text);
        let glob = GlobBuilder::new(relative).literal_separator(true).build().map_err(|error| fail(text, &error))?;
        set.add(glob);
    }
    set.build().map_err(|error| fail(&texts.join(", "), &error))
}

/// Folders that hold no sources of anybody's.
fn is_private(name: Option<&str>) -> bool {
    matches!(name, Some(".git" | ".maquette"))
}

fn relative_text(message: &str, root: &Utf8Path) -> String {
    message.replace(&format!("{root}/"), "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::load;

    fn workspace(models: &str, files: &[&str]) -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        let manifest = format!("[workspace]\nname = \"t\"\nid = \"0123456789abcdef\"\n{models}");
        std::fs::write(root.join("maquette.toml"), manifest).unwrap();
        for file in files {
            std::fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            std::fs::write(root.join(file), "FROM x\n").unwrap();
        }
        let project = load(root).unwrap();
        (folder, project)
    }

    #[test]
    fn without_globs_recognised_names_count() {
        let (folder, project) = workspace(
            "",
            &["a.Modelfile", "b/Modelfile", "Modelfile.c", ".hidden/d.Modelfile", "readme.md", "out/e.Modelfile"],
        );
        std::fs::write(folder.path().join(".gitignore"), "out/\n").unwrap();
        let found = discover(&project).unwrap();
        assert_eq!(found.files, ["Modelfile.c", "a.Modelfile", "b/Modelfile"]);
        assert_eq!(found.problems, []);
    }

    #[test]
    fn globs_take_in_what_they_match() {
        let (_folder, project) = workspace(
            "models = [\"./models/**/*.Modelfile\", \"extra/*.txt\"]\n",
            &["models/a/b.Modelfile", "models/c.Modelfile", "other.Modelfile", "extra/x.txt", "extra/deep/y.txt"],
        );
        assert_eq!(discover(&project).unwrap().files, ["extra/x.txt", "models/a/b.Modelfile", "models/c.Modelfile"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_inside() {
        let (folder, project) = workspace("", &["a.Modelfile"]);
        let outside = tempfile::NamedTempFile::new().unwrap();
        std::os::unix::fs::symlink(folder.path().join("a.Modelfile"), folder.path().join("b.Modelfile")).unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("c.Modelfile")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("d.Modelfile")).unwrap();
        let found = discover(&project).unwrap();
        assert_eq!(found.files, ["a.Modelfile", "b.Modelfile"]);
        assert_eq!(found.problems.len(), 2);
    }
}
