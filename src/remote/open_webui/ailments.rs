//! What is wrong with rows as they are stored: what breaks the server for everybody, what nobody can use, and what refers
//! to things that are gone. Pure.
//!
//! What a reading did not ask for is not judged: without the list of groups no group is gone.

use serde_json::{Value, json};

use super::super::version::Version;
use super::super::{Ailment, Health};
use super::access;
use super::capabilities::{self, Capabilities, Ids};
use super::concerns;
use super::restore::gone_principals;
use crate::diff::{FieldChange, Provenance};
use crate::state::{Field, Observed, ObservedRow, ReferenceKind};

/// The first version on which `GET /api/v1/models/tags` takes tags that are texts.
const TAKES_TEXT_TAGS: Version = Version(0, 8, 11);

/// The first version on which it takes `null` for tags.
const TAKES_NO_TAGS: Version = Version(0, 11, 0);

/// The word for a preset whose base model is not there.
const MISSING_BASE: &str = "missing-base";

/// The lists of ids that a row can have in `meta`, with what they name.
const REFERENCES: [(&str, ReferenceKind); 5] = [
    ("toolIds", ReferenceKind::Tool),
    ("filterIds", ReferenceKind::Filter),
    ("defaultFilterIds", ReferenceKind::Filter),
    ("actionIds", ReferenceKind::Action),
    ("skillIds", ReferenceKind::Skill),
];

/// The kinds of things that rows are judged by.
pub const JUDGED_BY: [ReferenceKind; 8] = [
    ReferenceKind::Base,
    ReferenceKind::Group,
    ReferenceKind::User,
    ReferenceKind::Knowledge,
    ReferenceKind::Tool,
    ReferenceKind::Filter,
    ReferenceKind::Action,
    ReferenceKind::Skill,
];

/// What is wrong with the rows, the worst first.
pub(super) fn ailments(observed: &Observed) -> Vec<Ailment> {
    let version = observed.version.as_deref().unwrap_or_default();
    let (version, capabilities) = (Version::parse(version), capabilities::of(version));
    let mut found: Vec<Ailment> = Vec::new();
    for row in observed.rows.values() {
        let patient = Patient { row, observed };
        found.extend(patient.null_lists(version));
        found.extend(patient.text_tags(version));
        found.extend(patient.blank_id(capabilities));
        found.extend(patient.base());
        found.extend(patient.references());
        found.extend(patient.knowledge());
        found.extend(patient.access());
        found.extend(patient.owner());
    }
    // A model that no provider has is out of everybody's reach, and no file mends that.
    let mut stranded = concerns::stranded(observed);
    stranded.retain(|concern| !found.iter().any(|other| other.code == MISSING_BASE && other.id == concern.id));
    found.extend(stranded.into_iter().map(|concern| Ailment {
        code: "base-out-of-reach",
        id: concern.id,
        health: Health::Warning,
        message: concern.message,
        help: format!("{}, and run `maquette apply`", concern.help),
        mend: None,
    }));
    found.sort_by_key(|ailment| std::cmp::Reverse(ailment.health));
    found
}

/// One row, and what is around it.
struct Patient<'a> {
    row: &'a ObservedRow,
    observed: &'a Observed,
}

impl Patient<'_> {
    /// `null` where the server wants a list: some endpoints then answer 500 to everybody.
    fn null_lists(&self, version: Option<Version>) -> Option<Ailment> {
        let is_null = |key: &str| self.meta(key).is_some_and(Value::is_null);
        let breaks_chats: Vec<&str> = ["filterIds", "actionIds"].into_iter().filter(|key| is_null(key)).collect();
        if !breaks_chats.is_empty() {
            let lists = breaks_chats.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
            let message = format!("`{}` has null for {lists}: the list of models fails for everybody", self.shown());
            return Some(self.mended("null-list", Health::Failure, message, Vec::new()));
        }
        let old = version.is_some_and(|version| version < TAKES_NO_TAGS);
        (old && is_null("tags")).then(|| {
            let message = format!("`{}` has null for its tags: the list of tags fails for everybody", self.shown());
            self.mended("null-list", Health::Failure, message, Vec::new())
        })
    }

    fn text_tags(&self, version: Option<Version>) -> Option<Ailment> {
        let has_text =
            self.meta("tags").and_then(Value::as_array).is_some_and(|tags| tags.iter().any(Value::is_string));
        (has_text && version.is_some_and(|version| version < TAKES_TEXT_TAGS)).then(|| {
            let message = format!(
                "`{}` has tags that are bare texts: on this version the list of tags fails for everybody",
                self.shown()
            );
            self.mended("text-tags", Health::Failure, message, Vec::new())
        })
    }

    fn blank_id(&self, capabilities: Option<&Capabilities>) -> Option<Ailment> {
        let refused = capabilities.is_some_and(|capabilities| capabilities.ids == Ids::WithoutBlanks);
        (refused && self.row.id.contains(char::is_whitespace)).then(|| {
            let without: String = self.row.id.split_whitespace().collect::<Vec<_>>().join("-");
            let (id, new) = (quoted(&self.row.id), quoted(&without));
            self.left(
                "blank-id",
                Health::Warning,
                format!("`{}` has a blank in its id: this version lets nobody change it any more", self.shown()),
                format!("`maquette models clone {id} {new} --with-access`, then `maquette models rm {id}`"),
            )
        })
    }

    /// A base model that is not there, or that is the model itself.
    fn base(&self) -> Option<Ailment> {
        let base = self.row.get(&Field::Base)?.as_str()?;
        if base == self.row.id {
            let message = format!("`{}` is its own base model", self.shown());
            let change = change(Field::Base, self.row.get(&Field::Base), None);
            return Some(self.mended("own-base", Health::Warning, message, vec![change]));
        }
        let known = self.observed.catalogue.of(ReferenceKind::Base).filter(|known| !known.is_empty())?;
        // Ollama's models go by their names without the tag, too.
        let is_it = |id: &str| id == base || id.split_once(':').is_some_and(|(name, _)| name == base);
        let is_there = self.observed.rows.contains_key(base) || known.iter().any(|entry| is_it(&entry.id));
        (!is_there).then(|| {
            self.left(
                MISSING_BASE,
                Health::Warning,
                format!("`{}` is built on `{}`, which no provider has", self.shown(), base.escape_debug()),
                format!(
                    "pull or connect that model, choose another one (`maquette models bases`), or take it out of use: \
                     `maquette models off {}`",
                    quoted(&self.row.id)
                ),
            )
        })
    }

    /// Tools, filters, actions and skills that are gone.
    fn references(&self) -> Vec<Ailment> {
        let lists = REFERENCES.into_iter().filter_map(|(key, kind)| {
            let known = self.observed.catalogue.of(kind)?;
            let field = Field::Meta(key.into());
            let ids = self.row.get(&field)?.as_array()?;
            // Those of tool servers are listed only while the servers answer.
            let is_gone = |id: &&Value| {
                let id = id.as_str().unwrap_or_default();
                !id.starts_with("server:") && !known.iter().any(|entry| entry.id == id)
            };
            let gone: Vec<&str> = ids.iter().filter(is_gone).filter_map(Value::as_str).collect();
            if gone.is_empty() {
                return None;
            }
            let left: Vec<&Value> = ids.iter().filter(|id| !is_gone(id)).collect();
            let message = format!("`{}` names {}, not there any more", self.shown(), named(kind, &gone));
            let change = change(field, self.row.get(&Field::Meta(key.into())), list(&left));
            Some(self.mended("gone-reference", Health::Warning, message, vec![change]))
        });
        lists.collect()
    }

    /// Knowledge collections that are gone. Files and notes are not judged: the server lists only some of them.
    fn knowledge(&self) -> Option<Ailment> {
        let known = self.observed.catalogue.of(ReferenceKind::Knowledge)?;
        let field = Field::Meta("knowledge".into());
        let items = self.row.get(&field)?.as_array()?;
        let id = |item: &Value| item.get("id").and_then(Value::as_str).map(str::to_owned);
        let is_gone = |item: &&Value| {
            let is_collection =
                item.get("type").is_some_and(|kind| kind == "collection") && item.get("legacy").is_none();
            is_collection && id(item).is_some_and(|id| !known.iter().any(|entry| entry.id == id))
        };
        let gone: Vec<String> = items.iter().filter(is_gone).filter_map(id).collect();
        if gone.is_empty() {
            return None;
        }
        let left: Vec<&Value> = items.iter().filter(|item| !is_gone(item)).collect();
        let names: Vec<&str> = gone.iter().map(String::as_str).collect();
        let message =
            format!("`{}` names {}, not there any more", self.shown(), named(ReferenceKind::Knowledge, &names));
        let change = change(field.clone(), self.row.get(&field), list(&left));
        Some(self.mended("gone-reference", Health::Warning, message, vec![change]))
    }

    /// Grants to people and groups that are gone.
    fn access(&self) -> Option<Ailment> {
        let before = self.row.get(&Field::Access);
        let gone = gone_principals(before, self.observed);
        if gone.is_empty() {
            return None;
        }
        let who: Vec<String> = gone.iter().map(|(word, id)| format!("the {word} `{}`", id.escape_debug())).collect();
        let message = format!("`{}` is open to {}, not there any more", self.shown(), who.join(", "));
        let mut grants = access::from_canonical(before);
        grants.retain(|(_, word, id)| !gone.contains(&(word.clone(), id.clone())));
        let change = change(Field::Access, before, Some(access::to_canonical(&grants)));
        Some(self.mended("gone-grant", Health::Note, message, vec![change]))
    }

    fn owner(&self) -> Option<Ailment> {
        let owner = self.row.owner.as_deref()?;
        let known = self.observed.catalogue.of(ReferenceKind::User)?;
        (!known.iter().any(|entry| entry.id == owner)).then(|| {
            self.left(
                "gone-owner",
                Health::Note,
                format!("the account that `{}` belongs to is not there any more", self.shown()),
                "administrators can still change it; a file of the workspace with its ID looks after it".into(),
            )
        })
    }

    fn meta(&self, key: &str) -> Option<&Value> {
        self.row.raw.get("meta").and_then(|meta| meta.get(key))
    }

    fn shown(&self) -> String {
        self.row.id.escape_debug().to_string()
    }

    /// Something that the repair command mends.
    fn mended(&self, code: &'static str, health: Health, message: String, mend: Vec<FieldChange>) -> Ailment {
        let help = format!("`maquette models repair {}`", quoted(&self.row.id));
        Ailment { mend: Some(mend), ..self.left(code, health, message, help) }
    }

    /// Something that a person has to decide on.
    fn left(&self, code: &'static str, health: Health, message: String, help: String) -> Ailment {
        Ailment { code, id: self.row.id.clone(), health, message, help, mend: None }
    }
}

fn change(field: Field, before: Option<&Value>, after: Option<Value>) -> FieldChange {
    FieldChange { field, provenance: Provenance::Local, before: before.cloned(), after }
}

/// The list; none if nothing is left in it.
fn list(items: &[&Value]) -> Option<Value> {
    (!items.is_empty()).then(|| json!(items))
}

/// `the tool `a``, `the tools `a`, `b``.
fn named(kind: ReferenceKind, ids: &[&str]) -> String {
    let s = if ids.len() == 1 { "" } else { "s" };
    let ids: Vec<String> = ids.iter().map(|id| format!("`{}`", id.escape_debug())).collect();
    format!("the {}{s} {}", kind.noun(), ids.join(", "))
}

/// An id as one word of a shell's command line.
fn quoted(id: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@+,".contains(c);
    if !id.is_empty() && !id.starts_with('-') && id.chars().all(plain) {
        id.to_owned()
    } else {
        format!("'{}'", id.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests;
