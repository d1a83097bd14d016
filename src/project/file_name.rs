//! What a file's name says of the model in it.

use camino::Utf8Path;

/// What a file's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileName {
    /// It names the model: `Modelfile.<id>`, `<id>.Modelfile`, `<id>.modelfile`, or the folder of a bare `Modelfile`.
    Model(String),
    /// A bare `Modelfile` at the root: only an ID directive can name the model.
    Bare,
    /// Not a recognised name; the file's stem names the model where a glob took the file in.
    Other(String),
}

/// Reads the name of a file, given relative to the workspace root.
#[must_use]
pub fn model_name(path: &Utf8Path) -> FileName {
    let name = path.file_name().unwrap_or_default();
    if name == "Modelfile" {
        let folder = path.parent().and_then(Utf8Path::file_name);
        return folder.map_or(FileName::Bare, |folder| FileName::Model(folder.to_owned()));
    }
    let affixed = name
        .strip_prefix("Modelfile.")
        .or_else(|| name.strip_suffix(".Modelfile"))
        .or_else(|| name.strip_suffix(".modelfile"))
        .filter(|id| !id.is_empty());
    match affixed {
        Some(id) => FileName::Model(id.to_owned()),
        None => FileName::Other(path.file_stem().unwrap_or_default().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_ids() {
        let model = |id: &str| FileName::Model(id.to_owned());
        for (path, expected) in [
            ("Modelfile", FileName::Bare),
            ("support/Modelfile", model("support")),
            ("a/b/Modelfile", model("b")),
            ("Modelfile.support", model("support")),
            ("models/support.Modelfile", model("support")),
            ("models/v1.2.modelfile", model("v1.2")),
            ("models/support.txt", FileName::Other("support".into())),
            (".Modelfile", FileName::Other(".Modelfile".into())),
        ] {
            assert_eq!(model_name(Utf8Path::new(path)), expected, "{path}");
        }
    }
}
