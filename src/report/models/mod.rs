//! Models of a remote for people and programs: lists, one model, what differs between two.

mod lists;
mod one;

pub use lists::{
    BaseLine, ModelLine, TagLine, VersionLine, Workspace, bases_human, history_human, models_human, tags_human,
};
pub use one::{ModelPage, differences_human, model_human};

use std::collections::BTreeMap;

use serde_json::Value;

use super::value::brief;
use crate::state::{Catalogue, Field, ReferenceKind};

/// The names of groups and people, by `group:<id>` and `user:<id>`.
#[must_use]
pub fn principals(catalogue: &Catalogue) -> BTreeMap<String, String> {
    let of = |kind, word: &'static str| {
        let entries = catalogue.of(kind).unwrap_or_default();
        entries.iter().map(move |entry| (format!("{word}:{}", entry.id), entry.name.clone()))
    };
    of(ReferenceKind::Group, "group").chain(of(ReferenceKind::User, "user")).collect()
}

/// Who may use a model, in words: `public`, `private`, `read group:Support`.
#[must_use]
pub fn access_words(access: Option<&Value>, names: &BTreeMap<String, String>) -> String {
    // A kind of remote without access has no word for it.
    access.map(|access| brief(&Field::Access, Some(access), names, usize::MAX)).unwrap_or_default()
}
