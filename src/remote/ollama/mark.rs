//! Where the ownership mark lies: in a licence of its own, the last one.
//!
//! Ollama keeps no label. Of what its API takes and hands back, only a licence means nothing to the server: a parameter that
//! it does not know is warned of at every request and breaks the Modelfile that `ollama show` prints, and any other text
//! goes into prompts. Licences survive a copy, a push and a pull; who builds on a model inherits them, and with them a mark
//! that was made for another model, which is nobody's.

use serde_json::Value;

use crate::state::canonical_json;

/// How the licence begins that holds the mark.
const PREFIX: &str = "[Maquette's ownership mark, not a licence] ";

/// The licence that holds this mark. One line: whatever prints licences prints it as it is.
pub(super) fn to_license(mark: &Value) -> String {
    format!("{PREFIX}{}", canonical_json(mark))
}

/// The licences that are some, and the mark: the last one, because what a model inherits stands before its own.
pub(super) fn split(licenses: Vec<String>) -> (Vec<String>, Option<Value>) {
    let (marks, licenses): (Vec<_>, Vec<_>) = licenses.into_iter().partition(|text| text.starts_with(PREFIX));
    let last = marks.last().and_then(|text| text.strip_prefix(PREFIX));
    (licenses, last.and_then(|text| serde_json::from_str(text).ok()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mark_is_found_again_among_licences() {
        let (inherited, own) = (json!({"v": 1, "row": "a"}), json!({"v": 1, "row": "b\n\"c"}));
        let license = |text: &str| text.to_owned();
        let all = vec![license("MIT"), to_license(&inherited), license("Apache"), to_license(&own)];
        assert!(!all[3].contains('\n'), "{}", all[3]);
        assert_eq!(split(all.clone()), (vec![license("MIT"), license("Apache")], Some(own)));
        let without_own = all.into_iter().take(3).collect();
        assert_eq!(split(without_own).1, Some(inherited));
        assert_eq!(split(vec![license("MIT")]), (vec![license("MIT")], None));
        assert_eq!(split(vec![format!("{PREFIX}nonsense")]), (vec![], None));
    }
}
