//! The name of a model's file: its id where that can be a file's name everywhere, else something like it.

use std::collections::HashSet;

use camino::{Utf8Path, Utf8PathBuf};

use crate::project::{FileName, model_name};

/// How a file of ours ends.
const EXTENSION: &str = ".Modelfile";

/// The longest name without its end, in bytes: what is made out of it stays below the 255 of most disks.
const LONGEST: usize = 120;

/// Names that Windows keeps for devices, whatever follows a dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A file's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The file.
    pub path: Utf8PathBuf,
    /// Whether its name gives the id.
    pub gives_id: bool,
}

/// Gives each model a file of its own, also where the disk takes no notice of case.
#[derive(Clone, Debug, Default)]
pub struct Names {
    taken: HashSet<String>,
}

impl Names {
    /// Takes a path out of what may be given.
    pub fn take(&mut self, path: &Utf8Path) {
        self.taken.insert(folded(path.as_str()));
    }

    /// The file for the model of that id in `folder`.
    pub fn choose(&mut self, folder: &Utf8Path, id: &str) -> Named {
        if is_plain(id) {
            let path = folder.join(format!("{id}{EXTENSION}"));
            if model_name(&path) == FileName::Model(id.to_owned()) && self.taken.insert(folded(path.as_str())) {
                return Named { path, gives_id: true };
            }
        }
        let stem = slug(id);
        let mut number = 1;
        loop {
            let name = if number == 1 { format!("{stem}{EXTENSION}") } else { format!("{stem}-{number}{EXTENSION}") };
            let path = folder.join(name);
            if self.taken.insert(folded(path.as_str())) {
                return Named { path, gives_id: false };
            }
            number += 1;
        }
    }
}

/// Whether an id can be a file's name on every disk: no disk writes these characters in another way.
fn is_plain(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'@');
    id.bytes().all(allowed) && !id.starts_with(['.', '-']) && id.len() <= LONGEST && !is_device(id)
}

fn is_device(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |prefix: &str| first.strip_prefix(prefix).is_some_and(|rest| rest.len() == 1 && rest != "0");
    DEVICES.contains(&first.as_str()) || numbered("com") || numbered("lpt")
}

/// Something that reminds of the id: letters and digits stay, and what is between them becomes `-`.
fn slug(id: &str) -> String {
    let mut slug = String::new();
    for character in id.chars() {
        if slug.len() + character.len_utf8() > LONGEST {
            break;
        }
        if character.is_alphanumeric() || matches!(character, '_' | '.') {
            slug.push(character);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches(['-', '.']);
    if slug.is_empty() {
        "model".to_owned()
    } else if is_device(slug) || slug.starts_with("Modelfile.") {
        format!("model-{slug}")
    } else {
        slug.to_owned()
    }
}

/// The name of a model's file without what makes it one.
pub(super) fn stem_of(path: &Utf8Path) -> String {
    let name = path.file_name().unwrap_or_default();
    let stem = name
        .strip_suffix(EXTENSION)
        .or_else(|| name.strip_suffix(".modelfile"))
        .or_else(|| name.strip_prefix("Modelfile."))
        .or_else(|| path.parent().and_then(Utf8Path::file_name).filter(|_| name == "Modelfile"))
        .unwrap_or(name);
    // A path in a file is never a reference.
    stem.replace(['$', '{', '}', '"', ','], "-")
}

/// One text for names that some disk takes for the same.
pub(super) fn folded(path: &str) -> String {
    path.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(ids: &[&str]) -> Vec<String> {
        let mut names = Names::default();
        let files = ids.iter().map(|id| names.choose(Utf8Path::new("models"), id));
        files.map(|file| format!("{}{}", file.path, if file.gives_id { "" } else { " +ID" })).collect()
    }

    #[test]
    fn an_id_names_its_file_where_it_can() {
        for (id, expected) in [
            ("support", "models/support.Modelfile"),
            ("v1.2_b-3+x@y", "models/v1.2_b-3+x@y.Modelfile"),
            ("llama3.2:3b", "models/llama3.2-3b.Modelfile +ID"),
            ("hf.co/a/b:Q4", "models/hf.co-a-b-Q4.Modelfile +ID"),
            ("../../etc/passwd", "models/etc-passwd.Modelfile +ID"),
            ("..", "models/model.Modelfile +ID"),
            (".hidden", "models/hidden.Modelfile +ID"),
            ("-rf", "models/rf.Modelfile +ID"),
            ("🦄", "models/model.Modelfile +ID"),
            ("Größe 日本", "models/Größe-日本.Modelfile +ID"),
            ("CON", "models/model-CON.Modelfile +ID"),
            ("aux.txt", "models/model-aux.txt.Modelfile +ID"),
            ("com1", "models/model-com1.Modelfile +ID"),
            ("com10", "models/com10.Modelfile"),
            ("Modelfile", "models/Modelfile.Modelfile"),
            ("Modelfile.x", "models/model-Modelfile.x.Modelfile +ID"),
            ("a.Modelfile", "models/a.Modelfile.Modelfile"),
            ("trailing.", "models/trailing..Modelfile"),
            ("a\u{1b}[31mb\u{0}", "models/a-31mb.Modelfile +ID"),
        ] {
            assert_eq!(choose(&[id]), [expected], "{id:?}");
        }
    }

    #[test]
    fn no_two_models_share_a_file_on_any_disk() {
        assert_eq!(
            choose(&["a", "A", "a/", "A:"]),
            ["models/a.Modelfile", "models/A-2.Modelfile +ID", "models/a-3.Modelfile +ID", "models/A-4.Modelfile +ID"]
        );
        let long = "x".repeat(256);
        let names = choose(&[&long, &format!("{long}y")]);
        assert!(names.iter().all(|name| name.len() < 160) && names[0] != names[1], "{names:?}");
    }

    #[test]
    fn what_lies_beside_a_file_has_its_name() {
        for (path, expected) in [
            ("models/a.Modelfile", "a"),
            ("models/a.modelfile", "a"),
            ("Modelfile.a", "a"),
            ("a/Modelfile", "a"),
            ("a.txt", "a.txt"),
            ("${x}.Modelfile", "--x-"),
        ] {
            assert_eq!(stem_of(Utf8Path::new(path)), expected, "{path}");
        }
    }
}
