//! Names of models as Ollama reads them.
//!
//! From `types/model/name.go` and `internal/modelref/modelref.go`, ollama fb307609. A name is
//! `[host/][namespace/]model[:tag]`; what is left out has a default.

use std::fmt;

const HOST: &str = "registry.ollama.ai";
const NAMESPACE: &str = "library";
const TAG: &str = "latest";

/// Stands for a part that a separator promised and that is empty; never valid.
const MISSING: &str = "!MISSING!";

/// A name taken apart. A part that was not written is empty; [`Name::parse`] fills in the defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Name<'a> {
    /// The registry, such as `hf.co` or `localhost:5000`.
    pub host: &'a str,
    /// The account or organisation.
    pub namespace: &'a str,
    /// The model.
    pub model: &'a str,
    /// The variant.
    pub tag: &'a str,
    /// What stood before `://`; not part of the name.
    pub scheme: &'a str,
}

/// A part of a name, for its rules and for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the field of `Name` that it is named after")]
pub enum Part {
    Host,
    Namespace,
    Model,
    Tag,
    Digest,
}

impl Part {
    /// Whether `text` may stand as this part: ASCII only, and its first character a letter, a digit or `_`.
    #[must_use]
    pub fn allows(self, text: &str) -> bool {
        let longest = if self == Self::Host { 350 } else { 80 };
        let allowed = |(at, byte): (usize, u8)| match byte {
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => true,
            b'-' => at > 0,
            b'.' => at > 0 && self != Self::Namespace,
            b':' => at > 0 && matches!(self, Self::Host | Self::Digest),
            _ => false,
        };
        !text.is_empty() && text.len() <= longest && text.bytes().enumerate().all(allowed)
    }

    /// The part's name in messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Namespace => "namespace",
            Self::Model => "model",
            Self::Tag => "tag",
            Self::Digest => "digest",
        }
    }
}

impl<'a> Name<'a> {
    /// Takes `text` apart as written. Whether the parts are allowed is for [`Name::is_valid`] to say.
    #[must_use]
    pub fn bare(text: &'a str) -> Self {
        let mut name = Self::default();
        let mut rest = text;
        // A tag holds no `/`, so a colon before the last one belongs to the host.
        if rest.rfind(':') > rest.rfind('/') {
            (rest, name.tag) = cut_last(rest, ':').unwrap_or((rest, ""));
        }
        let Some((before, model)) = cut_last(rest, '/') else {
            return Self { model: rest, ..name };
        };
        name.model = model;
        let Some((before, namespace)) = cut_last(before, '/') else {
            return Self { namespace: before, ..name };
        };
        let (scheme, host) = before.split_once("://").unwrap_or(("", before));
        Self { host, namespace, scheme, ..name }
    }

    /// Takes `text` apart and fills in the defaults.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let or = |part: &'a str, default: &'a str| if part.is_empty() { default } else { part };
        let name = Self::bare(text);
        Self {
            host: or(name.host, HOST),
            namespace: or(name.namespace, NAMESPACE),
            tag: or(name.tag, TAG),
            scheme: or(name.scheme, "https"),
            ..name
        }
    }

    /// Whether every part is there and allowed.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.fault().is_none()
    }

    /// The first part that is missing or not allowed, with its text.
    #[must_use]
    pub fn fault(&self) -> Option<(Part, &'a str)> {
        let parts = [
            (Part::Host, self.host),
            (Part::Namespace, self.namespace),
            (Part::Model, self.model),
            (Part::Tag, self.tag),
        ];
        parts.into_iter().find(|(part, text)| !part.allows(text))
    }

    /// The name without what is default, as servers list it: the tag is always there.
    #[must_use]
    pub fn shortest(&self) -> String {
        let Self { host, namespace, model, tag, .. } = self;
        if !host.eq_ignore_ascii_case(HOST) {
            format!("{host}/{namespace}/{model}:{tag}")
        } else if !namespace.eq_ignore_ascii_case(NAMESPACE) {
            format!("{namespace}/{model}:{tag}")
        } else {
            format!("{model}:{tag}")
        }
    }

    /// Whether both name one model: a server compares without regard to case.
    #[must_use]
    pub fn same_as(&self, other: &Name<'_>) -> bool {
        self.host.eq_ignore_ascii_case(other.host)
            && self.namespace.eq_ignore_ascii_case(other.namespace)
            && self.model.eq_ignore_ascii_case(other.model)
            && self.tag.eq_ignore_ascii_case(other.tag)
    }
}

/// The parts that are not empty, with their separators.
impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [self.host, self.namespace] {
            if !part.is_empty() {
                write!(f, "{part}/")?;
            }
        }
        f.write_str(self.model)?;
        if self.tag.is_empty() { Ok(()) } else { write!(f, ":{}", self.tag) }
    }
}

/// What stands before and after the last `separator`; [`MISSING`] for what is empty.
fn cut_last(text: &str, separator: char) -> Option<(&str, &str)> {
    let or_missing = |part| if str::is_empty(part) { MISSING } else { part };
    text.rsplit_once(separator).map(|(before, after)| (or_missing(before), or_missing(after)))
}

/// Where a model runs, as the end of its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The name does not say.
    Unspecified,
    /// `:local`
    Local,
    /// `:cloud`, or a tag that ends in `-cloud`
    Cloud,
}

/// Why a name with its selector cannot be used; the texts are Ollama's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// Two selectors.
    #[error("use either :local or :cloud, not both")]
    Conflict,
    /// Nothing but blanks.
    #[error("model is required")]
    Empty,
}

/// Splits `text` into the name and the selector at its end.
///
/// # Errors
/// [`SelectorError`]
pub fn select(text: &str) -> Result<(String, Source), SelectorError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(SelectorError::Empty);
    }
    let Some((base, source)) = selector(text) else {
        return Ok((text.to_owned(), Source::Unspecified));
    };
    if selector(&base).is_some() { Err(SelectorError::Conflict) } else { Ok((base, source)) }
}

fn selector(text: &str) -> Option<(String, Source)> {
    let (before, after) = text.rsplit_once(':')?;
    let after = after.trim();
    match after.to_lowercase().as_str() {
        "cloud" => Some((before.to_owned(), Source::Cloud)),
        "local" => Some((before.to_owned(), Source::Local)),
        lower if lower.ends_with("-cloud") && !after.contains('/') => {
            let tag = after.get(..after.len().checked_sub("-cloud".len())?)?;
            Some((format!("{before}:{tag}"), Source::Cloud))
        }
        _ => None,
    }
}

/// Whether a value of FROM is plainly a path. A name in a folder that looks like one of these is none either.
#[must_use]
pub fn looks_like_path(text: &str) -> bool {
    // `hf.co/user/repo:weights.gguf` is a name.
    let is_weights = |ending: &str| !text.contains(':') && text.to_ascii_lowercase().ends_with(ending);
    let has_drive = matches!(text.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    text.starts_with(['.', '/', '~'])
        || has_drive
        // Only a drive has a colon in a path of Windows.
        || text.contains('\\') && !text.contains(':')
        || [".gguf", ".safetensors", ".bin"].into_iter().any(is_weights)
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    fn vectors() -> Json {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/ollama-names.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn cases(vectors: &Json, key: &str) -> Vec<Json> {
        let cases = vectors[key].as_array().unwrap().clone();
        assert!(!cases.is_empty(), "{key}");
        cases
    }

    fn parts(name: &Name) -> Json {
        serde_json::json!({
            "host": name.host, "namespace": name.namespace, "model": name.model, "tag": name.tag, "scheme": name.scheme,
        })
    }

    #[test]
    fn names_are_read_as_ollama_reads_them() {
        let vectors = vectors();
        for case in cases(&vectors, "cases").iter().chain(&cases(&vectors, "derived")) {
            let text = case["in"].as_str().unwrap();
            let (bare, full) = (Name::bare(text), Name::parse(text));
            let path = format!("{}/{}/{}/{}", full.host, full.namespace, full.model, full.tag);
            for (key, expected) in case.as_object().unwrap() {
                let actual: Json = match key.as_str() {
                    "name" | "in" => continue,
                    "bare" => {
                        let mut expected = expected.clone();
                        // `serde_json` keeps the order of keys, which says nothing here.
                        expected.sort_all_objects();
                        let mut actual = parts(&bare);
                        actual.sort_all_objects();
                        assert_eq!(actual, expected, "{text}");
                        continue;
                    }
                    "bare_string" => bare.to_string().into(),
                    "bare_valid" => bare.is_valid().into(),
                    "bare_shortest" => bare.shortest().into(),
                    "string" => full.to_string().into(),
                    "shortest" => full.shortest().into(),
                    "valid" => full.is_valid().into(),
                    "filepath" => path.clone().into(),
                    other => panic!("the test does not know `{other}`"),
                };
                assert_eq!(&actual, expected, "{key} of {text}");
            }
        }
    }

    #[test]
    fn parts_are_judged_as_ollama_judges_them() {
        let vectors = vectors();
        for case in cases(&vectors, "valid_part") {
            let part = match case["kind"].as_str().unwrap() {
                "host" => Part::Host,
                "namespace" => Part::Namespace,
                "model" => Part::Model,
                "digest" => Part::Digest,
                other => panic!("the test does not know `{other}`"),
            };
            assert_eq!(part.allows(case["s"].as_str().unwrap()), case["want"], "{case}");
        }
        for case in cases(&vectors, "valid_namespace") {
            assert_eq!(Part::Namespace.allows(case["s"].as_str().unwrap()), case["want"], "{case}");
        }
        // A file's path below a server's folder of manifests is a name only if all four parts are there.
        for case in cases(&vectors, "from_filepath") {
            let mut split = case["in"].as_str().unwrap().split('/');
            let mut next = || split.next().unwrap_or_default();
            let name = Name { host: next(), namespace: next(), model: next(), tag: next(), scheme: "" };
            let valid = name.is_valid() && split.next().is_none();
            assert_eq!(valid, case["want"].as_object().is_some_and(|want| !want.is_empty()), "{case}");
        }
    }

    #[test]
    fn selectors_are_split_off_as_ollama_does() {
        for case in cases(&vectors(), "modelref") {
            let actual = match select(case["in"].as_str().unwrap()) {
                Ok((base, source)) => {
                    let source = match source {
                        Source::Unspecified => "",
                        Source::Local => "local",
                        Source::Cloud => "cloud",
                    };
                    serde_json::json!({ "in": case["in"], "base": base, "source": source })
                }
                Err(error) => serde_json::json!({ "in": case["in"], "error": error.to_string() }),
            };
            assert_eq!(actual, case);
        }
    }

    #[test]
    fn the_same_model_is_recognised_in_any_case() {
        assert!(Name::parse("Llama3.2").same_as(&Name::parse("registry.ollama.ai/library/llama3.2:LATEST")));
        assert!(!Name::parse("llama3.2").same_as(&Name::parse("llama3.2:1b")));
    }
}
