//! Where the ownership mark lies: in a licence of its own, the last one.
//!
//! Ollama keeps no label. Of what its API takes and hands back, only a licence means nothing to the server: a parameter that
//! it does not know is warned of at every request and breaks the Modelfile that `ollama show` prints, and any other text
//! goes into prompts. Licences survive a copy, a push and a pull; who builds on a model inherits them, and with them a mark
//! that was made for another model, which is nobody's.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::state::{Part, canonical_json};

/// How the licence begins that holds the mark.
const PREFIX: &str = "[Maquette's ownership mark, not a licence] ";

/// The key beside the mark's own under which stands what a model was made of.
const MADE_OF: &str = "made_of";

/// What a model was made of besides its base, by the digests of the files as they lie on the machine that built it: what
/// becomes of them on the server has other digests.
pub(super) type MadeOf = BTreeMap<Part, String>;

/// The licence that holds this mark. One line: whatever prints licences prints it as it is.
pub(super) fn to_license(mark: &Value, made_of: &MadeOf) -> String {
    let mut mark = mark.clone();
    if let (Some(mark), false) = (mark.as_object_mut(), made_of.is_empty()) {
        let made_of: Value = made_of.iter().map(|(part, digest)| (part.as_str().to_owned(), json!(digest))).collect();
        mark.insert(MADE_OF.to_owned(), made_of);
    }
    format!("{PREFIX}{}", canonical_json(&mark))
}

/// What the licences of a model say.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Licenses {
    /// Those that are some.
    pub(super) own: Vec<String>,
    /// The mark: the last one, because what a model inherits stands before its own.
    pub(super) mark: Option<Value>,
    /// What the models were made of that it is built on, and last what it is made of itself.
    pub(super) made_of: Vec<MadeOf>,
}

/// Tells licences from marks.
pub(super) fn split(licenses: Vec<String>) -> Licenses {
    let (marks, own): (Vec<_>, Vec<_>) = licenses.into_iter().partition(|text| text.starts_with(PREFIX));
    let mut read = Licenses { own, ..Licenses::default() };
    for text in marks.iter().filter_map(|text| text.strip_prefix(PREFIX)) {
        read.mark = serde_json::from_str(text).ok();
        let made_of = read.mark.as_mut().and_then(Value::as_object_mut).and_then(|mark| mark.shift_remove(MADE_OF));
        let Some(Value::Object(made_of)) = made_of else { continue };
        let part = |(word, digest): (&String, &Value)| Some((Part::find(word)?, digest.as_str()?.to_owned()));
        read.made_of.push(made_of.iter().filter_map(part).collect());
    }
    read
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mark_is_found_again_among_licences() {
        let (inherited, own) = (json!({"v": 1, "row": "a"}), json!({"v": 1, "row": "b\n\"c"}));
        let license = |text: &str| text.to_owned();
        let nothing = MadeOf::new();
        let files = MadeOf::from([(Part::Weights, "sha256:1".to_owned()), (Part::Adapters, "sha256:2".to_owned())]);
        let all = vec![license("MIT"), to_license(&inherited, &files), license("Apache"), to_license(&own, &nothing)];
        assert!(!all[3].contains('\n'), "{}", all[3]);
        let own_licenses = vec![license("MIT"), license("Apache")];
        let made_of = vec![files];
        assert_eq!(split(all.clone()), Licenses { own: own_licenses, mark: Some(own), made_of: made_of.clone() });
        let without_own = split(all.into_iter().take(3).collect());
        assert_eq!((without_own.mark, without_own.made_of), (Some(inherited), made_of));
        assert_eq!(split(vec![license("MIT")]), Licenses { own: vec![license("MIT")], ..Licenses::default() });
        assert_eq!(split(vec![format!("{PREFIX}nonsense")]), Licenses::default());
    }
}
