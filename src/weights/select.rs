//! Which path a value means, and which files of a folder belong to a model (`parser/parser.go`, ollama fb307609).

use camino::{Utf8Path, Utf8PathBuf};

use super::head::{Content, SNIFFED, content};

/// The path that Ollama makes of a value; none where a home folder is not known.
#[must_use]
pub fn expand(value: &str, folder: &Utf8Path, home: impl Fn(&str) -> Option<Utf8PathBuf>) -> Option<Utf8PathBuf> {
    if value.starts_with(['/', '\\']) || Utf8Path::new(value).is_absolute() {
        return Some(Utf8PathBuf::from(value));
    }
    let Some(rest) = value.strip_prefix('~') else { return Some(folder.join(value)) };
    let (user, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let home = home(user)?;
    Some(if rest.is_empty() { home } else { home.join(rest.trim_start_matches('/')) })
}

/// Reads folders and the beginnings of files.
pub(super) trait Shelf {
    /// The names of what is in a folder, sorted; `None` if it is none.
    fn names(&self, folder: &Utf8Path) -> Option<Vec<String>>;

    /// The first bytes of a file; `None` if it cannot be read.
    fn head(&self, path: &Utf8Path, length: usize) -> Option<Vec<u8>>;
}

/// Why no files were found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotFound {
    /// The folder holds no weights.
    NoWeights,
    /// A file holds something else than its name says.
    WrongContent(Utf8PathBuf),
}

/// The weights that a folder may hold, by the pattern of their names and what they have to be; the first that it holds count.
const WEIGHTS: [(&str, &str, Option<Content>); 6] = [
    ("model", ".safetensors", None),
    ("consolidated", ".safetensors", None),
    ("pytorch_model", ".bin", Some(Content::Zip)),
    ("consolidated", ".pth", Some(Content::Zip)),
    ("", ".gguf", Some(Content::Binary)),
    ("", ".bin", Some(Content::Binary)),
];

/// The files of a folder that belong to a model, relative to it.
pub(super) fn files_for_model(shelf: &impl Shelf, folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, NotFound> {
    let here = shelf.names(folder).unwrap_or_default();
    let matching = |names: &[String], (start, end): (&str, &str)| -> Vec<Utf8PathBuf> {
        let is = |name: &&String| {
            name.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)) && name.len() >= start.len() + end.len()
        };
        names.iter().filter(is).map(Utf8PathBuf::from).collect()
    };
    let below = |pattern: (&str, &str)| -> Vec<Utf8PathBuf> {
        let inside = |name: &String| {
            let names = shelf.names(&folder.join(name)).unwrap_or_default();
            matching(&names, pattern).into_iter().map(|file| Utf8Path::new(name).join(file)).collect::<Vec<_>>()
        };
        here.iter().flat_map(inside).collect()
    };
    let is = |path: &Utf8PathBuf, wanted: Content| {
        shelf.head(&folder.join(path), SNIFFED).is_some_and(|head| content(&head) == wanted)
    };
    let all = |paths: Vec<Utf8PathBuf>, wanted: Content| match paths.iter().find(|path| !is(path, wanted)) {
        Some(wrong) => Err(NotFound::WrongContent(wrong.clone())),
        None => Ok(paths),
    };

    let weights = WEIGHTS.iter().find_map(|(start, end, wanted)| {
        let found = matching(&here, (start, end));
        let fits = !found.is_empty() && wanted.is_none_or(|wanted| found.iter().all(|path| is(path, wanted)));
        fits.then_some((found, *start == "model"))
    });
    let Some((mut files, has_parts)) = weights else { return Err(NotFound::NoWeights) };
    if has_parts {
        files.extend(below(("model", ".safetensors")));
    }
    files.extend(all(matching(&here, ("", ".json")), Content::Text)?);
    files.extend(all(below(("", ".json")), Content::Text)?);
    let exactly = |name: &str| -> Vec<Utf8PathBuf> {
        here.iter().filter(|there| *there == name).map(Utf8PathBuf::from).collect()
    };
    files.extend(all(exactly("chat_template.jinja"), Content::Text)?);
    // One that git holds as a pointer is text: it is taken, and refused where it is looked at.
    files.extend(exactly("tokenizer.model"));
    if exactly("tokenizer.model").is_empty() {
        let nested =
            below(("tokenizer.model", "")).into_iter().filter(|path| path.file_name() == Some("tokenizer.model"));
        files.extend(nested);
    }
    files.dedup();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value as Json;

    use super::*;

    fn vectors() -> Json {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/ollama-paths.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn paths_are_expanded_as_ollama_does() {
        let vectors = vectors();
        let unix = &vectors["expand_path_unix"];
        let home = |user: &str| match user {
            "" => Some(Utf8PathBuf::from(unix["home"].as_str().unwrap())),
            user => Some(Utf8PathBuf::from(unix["users"][user].as_str()?)),
        };
        let cases = unix["cases"].as_array().unwrap();
        assert!(cases.len() >= 10);
        for case in cases {
            let folder = Utf8Path::new("/pwd").join(case["relative_dir"].as_str().unwrap().replace("$PWD", "/pwd"));
            let expanded = expand(case["path"].as_str().unwrap(), &folder, home);
            let wanted = case["want"].as_str().map(|want| Utf8PathBuf::from(want.replace("$PWD", "/pwd")));
            // `.` and a slash at the end mean nothing to the disk.
            let clean = |path: Utf8PathBuf| path.components().collect::<Utf8PathBuf>();
            assert_eq!(expanded.map(clean), wanted.map(clean), "{case}");
        }
    }

    /// A folder in memory.
    struct Memory(BTreeMap<Utf8PathBuf, Vec<u8>>);

    impl Shelf for Memory {
        fn names(&self, folder: &Utf8Path) -> Option<Vec<String>> {
            let below = self.0.keys().filter_map(|path| path.strip_prefix(folder).ok());
            let mut names: Vec<String> =
                below.filter_map(|path| Some(path.components().next()?.as_str().to_owned())).collect();
            names.dedup();
            (!names.is_empty()).then_some(names)
        }

        fn head(&self, path: &Utf8Path, length: usize) -> Option<Vec<u8>> {
            self.0.get(path).map(|bytes| bytes.iter().take(length).copied().collect())
        }
    }

    #[test]
    fn the_files_of_a_folder_are_chosen_as_ollama_does() {
        let vectors = vectors();
        let cases = vectors["files_for_model"].as_array().unwrap();
        assert!(cases.len() >= 11);
        for case in cases {
            let files = case["files"].as_object().unwrap();
            let bytes = |kind: &str| match kind {
                "text" => b"plain".to_vec(),
                "json" => b"{}".to_vec(),
                "zip" => b"PK\x03\x04".to_vec(),
                _ => vec![0, 1, 2, 3],
            };
            let there =
                files.iter().map(|(name, kind)| (Utf8Path::new("/m").join(name), bytes(kind.as_str().unwrap())));
            let found = files_for_model(&Memory(there.collect()), Utf8Path::new("/m"));
            let mut wanted: Vec<String> = match &case["want"] {
                Json::Array(names) => names.iter().map(|name| name.as_str().unwrap().to_owned()).collect(),
                Json::String(_) => files.keys().cloned().collect(),
                _ => {
                    assert!(found.is_err(), "{case}: {found:?}");
                    continue;
                }
            };
            wanted.sort();
            let mut found: Vec<String> = found.unwrap().into_iter().map(Utf8PathBuf::into_string).collect();
            found.sort();
            assert_eq!(found, wanted, "{case}");
        }
    }

    #[test]
    fn a_page_in_place_of_settings_is_no_settings() {
        let there = [("model.safetensors", &b"x"[..]), ("config.json", b"<!DOCTYPE html>")];
        let there = there.map(|(name, bytes)| (Utf8Path::new("/m").join(name), bytes.to_vec()));
        let found = files_for_model(&Memory(there.into()), Utf8Path::new("/m"));
        assert_eq!(found, Err(NotFound::WrongContent("config.json".into())));
    }
}
