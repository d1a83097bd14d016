//! What a change means to the people who use a model, so that a policy can speak of it.
//!
//! | change | class |
//! |---|---|
//! | a field that only shows (the table below, the name, the licences) | cosmetic |
//! | any other field | behaviour |
//! | access | widened, narrowed, or both: somebody gains, somebody loses |
//! | a new model | behaviour, and widened if it is open to anybody |
//! | a model that is switched on | behaviour |
//! | a model that is switched off or deleted | destructive |
//! | a row that goes because its content lives on under another id | behaviour |
//! | only the mark is renewed, access is released as it stands | none |

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::verdict::{Action, Change, FieldChange, Provenance};
use crate::state::{Field, ObservedRow, Part};

/// What a change means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It changes how a model is shown.
    Cosmetic,
    /// It changes what a model does.
    Behaviour,
    /// Somebody may use or edit a model who could not before.
    AccessWidened,
    /// Somebody may no longer use or edit a model.
    AccessNarrowed,
    /// A model is deleted or switched off.
    Destructive,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 5] =
        [Self::Cosmetic, Self::Behaviour, Self::AccessWidened, Self::AccessNarrowed, Self::Destructive];

    /// The word of the manifest and of `--confirm`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cosmetic => "cosmetic",
            Self::Behaviour => "behaviour",
            Self::AccessWidened => "access-widened",
            Self::AccessNarrowed => "access-narrowed",
            Self::Destructive => "destructive",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no class.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a class of changes; there are `cosmetic`, `behaviour`, `access-widened`, `access-narrowed` and `destructive`"
)]
pub struct ParseClassError(String);

impl FromStr for Class {
    type Err = ParseClassError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|class| class.as_str() == text).ok_or_else(|| ParseClassError(text.to_owned()))
    }
}

/// The keys of a model's metadata that are known, and what a change of them means. A key that is missing may do anything:
/// it is behaviour.
pub const META_CLASSES: &[(&str, Class)] = &[
    ("profile_image_url", Class::Cosmetic),
    ("background_image_url", Class::Cosmetic),
    ("description", Class::Cosmetic),
    ("tags", Class::Cosmetic),
    ("hidden", Class::Cosmetic),
    ("suggestion_prompts", Class::Cosmetic),
    ("i18n", Class::Cosmetic),
    ("voice_avatar", Class::Cosmetic),
    // How a model sounds is heard by everybody who listens to it, and a voice that does not exist says nothing.
    ("tts", Class::Behaviour),
    ("voice", Class::Behaviour),
    ("capabilities", Class::Behaviour),
    ("knowledge", Class::Behaviour),
    ("toolIds", Class::Behaviour),
    ("filterIds", Class::Behaviour),
    ("defaultFilterIds", Class::Behaviour),
    ("actionIds", Class::Behaviour),
    ("skillIds", Class::Behaviour),
    ("defaultFeatureIds", Class::Behaviour),
    ("builtinTools", Class::Behaviour),
    ("terminalId", Class::Behaviour),
];

/// What a change of a field means, but for access and for whether a model is on, which depend on the values.
fn of_field(field: &Field) -> Class {
    match field {
        Field::Name | Field::Part(Part::License) => Class::Cosmetic,
        Field::Base
        | Field::Active
        | Field::System
        | Field::Param(_)
        | Field::Access
        | Field::Capability(_)
        | Field::Part(_) => Class::Behaviour,
        Field::Meta(key) => {
            META_CLASSES.iter().find(|(known, _)| known == key).map_or(Class::Behaviour, |(_, class)| *class)
        }
    }
}

/// What a change means. A new row that takes over the content of a `former` one is compared with it.
#[must_use]
pub fn classes(change: &Change, former: Option<&ObservedRow>) -> BTreeSet<Class> {
    match change.action {
        Action::Delete => BTreeSet::from([Class::Destructive]),
        Action::Update => change.fields.iter().flat_map(of_change).collect(),
        Action::Create => {
            let written = change.fields.iter().find(|field| field.field == Field::Access);
            let before = former.and_then(|former| former.get(&Field::Access));
            let after = written.map_or(before, |field| field.after.as_ref());
            of_access(before, after).chain([Class::Behaviour]).collect()
        }
    }
}

fn of_change(change: &FieldChange) -> Vec<Class> {
    match &change.field {
        _ if change.provenance == Provenance::Release => Vec::new(),
        Field::Access => of_access(change.before.as_ref(), change.after.as_ref()).collect(),
        Field::Active if change.after == Some(Value::Bool(false)) => vec![Class::Destructive],
        field => vec![of_field(field)],
    }
}

/// Who gains and who loses. Who is in which group is not known here: another group's members may be the same people, and
/// still that is both.
fn of_access(before: Option<&Value>, after: Option<&Value>) -> impl Iterator<Item = Class> {
    let (before, after) = (grants(before), grants(after));
    let widened = after.iter().any(|grant| !covers(&before, grant)).then_some(Class::AccessWidened);
    let narrowed = before.iter().any(|grant| !covers(&after, grant)).then_some(Class::AccessNarrowed);
    widened.into_iter().chain(narrowed)
}

/// The grants of a canonical value: `<permission> <kind>:<id>`.
fn grants(value: Option<&Value>) -> BTreeSet<&str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether whoever `grant` speaks of has it among `grants`: by name, or because everybody has.
fn covers(grants: &BTreeSet<&str>, grant: &str) -> bool {
    let everybody = grant.split_once(' ').map(|(permission, _)| format!("{permission} user:*"));
    grants.contains(grant) || everybody.is_some_and(|everybody| grants.contains(everybody.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::state::{Applied, Fields};

    fn field(field: &str, before: Value, after: Value) -> FieldChange {
        let some = |value: Value| (!value.is_null()).then_some(value);
        FieldChange {
            field: field.parse().unwrap(),
            provenance: Provenance::Local,
            before: some(before),
            after: some(after),
        }
    }

    fn change(action: Action, fields: Vec<FieldChange>) -> Change {
        Change { fields, applied: Applied::new(), ..Change::new("a", action) }
    }

    #[track_caller]
    fn check(change: &Change, former: Option<Value>, expected: &str) {
        let former = former.map(|access| ObservedRow {
            id: "former".into(),
            fields: Fields::from([(Field::Access, access)]),
            mark: None,
            owner: None,
            raw: Value::Null,
        });
        let classes: Vec<&str> = classes(change, former.as_ref()).into_iter().map(Class::as_str).collect();
        assert_eq!(classes.join(" "), expected, "{change:?}");
    }

    fn update(name: &str, before: Value, after: Value, expected: &str) {
        check(&change(Action::Update, vec![field(name, before, after)]), None, expected);
    }

    #[test]
    fn fields() {
        for name in ["name", "meta.description", "meta.tags", "meta.hidden", "meta.profile_image_url", "meta.i18n"] {
            update(name, json!("a"), json!("b"), "cosmetic");
            update(name, json!("a"), Value::Null, "cosmetic");
        }
        for name in ["base", "system", "params.top_p", "meta.capabilities.vision", "meta.toolIds", "meta.unheard_of"] {
            update(name, json!("a"), json!("b"), "behaviour");
            update(name, Value::Null, json!("b"), "behaviour");
        }
        update("active", Value::Null, json!(false), "destructive");
        update("active", json!(true), json!(false), "destructive");
        update("active", json!(false), json!(true), "behaviour");
        update("active", json!(false), Value::Null, "behaviour");
    }

    #[test]
    fn several_fields_add_up_and_none_is_none() {
        let fields = vec![field("name", json!("a"), json!("b")), field("system", json!("a"), json!("b"))];
        check(&change(Action::Update, fields), None, "cosmetic behaviour");
        check(&change(Action::Update, Vec::new()), None, "");
    }

    #[test]
    fn access() {
        let access =
            |before: &[&str], after: &[&str], expected| update("access", json!(before), json!(after), expected);
        access(&[], &["read group:g"], "access-widened");
        access(&["read group:g"], &[], "access-narrowed");
        access(&["read group:g"], &["read group:h"], "access-widened access-narrowed");
        access(&["read group:g"], &["read group:g", "write group:g"], "access-widened");
        access(&["read group:g", "write group:g"], &["read group:g"], "access-narrowed");
        access(&["read user:*"], &["read group:g"], "access-narrowed");
        access(&["read group:g"], &["read user:*"], "access-widened");
        access(&["read group:g"], &["read group:g", "read user:*"], "access-widened");
        access(&["read group:g", "read user:*"], &["read user:*"], "");
        access(&["read user:*"], &["read user:*", "write group:g"], "access-widened");
        access(&["write user:*"], &["read group:g"], "access-widened access-narrowed");
        update("access", Value::Null, json!(["read user:*"]), "access-widened");
        update("access", json!(["read user:*"]), Value::Null, "access-narrowed");
    }

    #[test]
    fn released_access_stays_as_it_is() {
        let mut released = field("access", json!(["read user:*"]), json!(["read user:*"]));
        released.provenance = Provenance::Release;
        check(&change(Action::Update, vec![released.clone()]), None, "");
        // Whatever it says: nothing of it is written.
        released.after = None;
        check(&change(Action::Update, vec![released]), None, "");
    }

    #[test]
    fn new_rows() {
        let create = |access: Option<Value>| {
            let name = field("name", Value::Null, json!("A"));
            let access = access.map(|access| field("access", Value::Null, access));
            change(Action::Create, std::iter::once(name).chain(access).collect())
        };
        check(&create(Some(json!([]))), None, "behaviour");
        check(&create(Some(json!(["read user:*"]))), None, "behaviour access-widened");
        check(&create(Some(json!(["read group:g"]))), None, "behaviour access-widened");
        check(&change(Action::Create, vec![field("active", Value::Null, json!(false))]), None, "behaviour");
        // Renamed: what the file does not say is as it was.
        check(&create(None), Some(json!(["read user:*"])), "behaviour");
        check(&create(Some(json!([]))), Some(json!(["read user:*"])), "behaviour access-narrowed");
        check(&create(Some(json!(["read user:*"]))), Some(json!([])), "behaviour access-widened");
        check(&create(Some(json!(["read user:*"]))), Some(json!(["read user:*"])), "behaviour");
    }

    #[test]
    fn rows_that_go() {
        check(&change(Action::Delete, Vec::new()), None, "destructive");
    }

    #[test]
    fn a_class_is_read_back_from_its_own_word() {
        for class in Class::ALL {
            assert_eq!(class.to_string().parse(), Ok(class));
            assert_eq!(serde_json::to_value(class).unwrap(), class.as_str());
        }
        let error = "widened".parse::<Class>().unwrap_err().to_string();
        assert!(error.contains("`widened` is not a class") && error.contains("`access-widened`"), "{error}");
    }

    #[test]
    fn the_table_names_each_key_once() {
        let mut keys: Vec<&str> = META_CLASSES.iter().map(|(key, _)| *key).collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }
}
