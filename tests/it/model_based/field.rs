//! The fields that the reference knows: how a file says them and where a row keeps them.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use serde_json::{Value, json};

use crate::server::OPEN_BASE;

/// A model whose file manages the row of a base model itself.
pub(super) const OVERRIDE: &str = "echo.large";

/// A person whom both kinds of remotes know by this name.
pub(super) const PERSON: &str = "una@example.com";

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Access,
    Active,
    Base,
    Description,
    Name,
    System,
    Temperature,
}

/// What a row holds besides defaults.
pub(super) type Values = BTreeMap<Key, String>;

/// The fields that files mention and people edit. Whether a model is active is a switch of its own.
pub(super) const EDITED: [Key; 5] = [Key::Access, Key::Description, Key::Name, Key::System, Key::Temperature];

impl Display for Key {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Access => "access",
            Self::Active => "active",
            Self::Base => "base",
            Self::Description => "meta.description",
            Self::Name => "name",
            Self::System => "system",
            Self::Temperature => "params.temperature",
        })
    }
}

impl Key {
    /// One of a few values; nothing is the default.
    pub(super) fn value(self, choice: usize) -> Option<String> {
        let values: [&str; 3] = match self {
            Self::Access => ["private", "public", "person"],
            Self::Active => ["true", "false", "true"],
            Self::Base => [OPEN_BASE; 3],
            Self::Description => ["One.", "Two.", "Three."],
            Self::Name => ["First", "Second", "Third"],
            Self::System => ["Be kind.", "Be brief.", "Be \"odd\":\n\t{x}."],
            Self::Temperature => ["0.25", "0.5", "1.5"],
        };
        let value = values[choice % values.len()];
        (value != "true").then(|| value.to_owned())
    }

    /// The line of a file that asks for a value.
    pub(super) fn line(self, value: Option<&str>) -> String {
        match (self, value) {
            (Self::Access, Some("person")) => format!("ACCESS read user:{PERSON}\n"),
            (Self::Access, Some(who)) => format!("ACCESS {who}\n"),
            (Self::Active, value) => format!("ACTIVE {}\n", value.unwrap_or("true")),
            (Self::Description, Some(text)) => format!("DESCRIPTION {text}\n"),
            (Self::Name, Some(text)) => format!("NAME {text}\n"),
            (Self::System, Some(text)) => format!("SYSTEM \"\"\"{text}\"\"\"\n"),
            (Self::Temperature, Some(number)) => format!("PARAMETER temperature {number}\n"),
            (_, _) => panic!("no file says {self} {value:?}"),
        }
    }

    /// Puts a value into a row; who may use it is not part of that.
    pub(super) fn write(self, row: &mut Value, value: Option<&str>) {
        let (part, key, value) = match (self, value) {
            (Self::Name, Some(name)) => return row["name"] = json!(name),
            (Self::Description, value) => ("meta", "description", value.map(|text| json!(text))),
            (Self::System, value) => ("params", "system", value.map(|text| json!(text))),
            (Self::Temperature, value) => {
                ("params", "temperature", value.map(|text| json!(text.parse::<f64>().unwrap())))
            }
            (_, _) => panic!("nobody edits {self} to {value:?}"),
        };
        let part = row[part].as_object_mut().unwrap();
        match value {
            Some(value) => drop(part.insert(key.to_owned(), value)),
            None => drop(part.shift_remove(key)),
        }
    }
}

/// The base of a model.
pub(super) fn base_of(id: &str) -> Option<String> {
    (id != OVERRIDE).then(|| OPEN_BASE.to_owned())
}

/// What a row of the API or of an export holds.
pub(super) fn read(row: &Value) -> Values {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let read = [
        (Key::Base, text(&row["base_model_id"])),
        (Key::Name, text(&row["name"])),
        (Key::Active, (row["is_active"] == false).then(|| "false".to_owned())),
        (Key::Access, Some(access(&row["access_grants"]))),
        (Key::System, text(&row["params"]["system"])),
        (Key::Temperature, row["params"]["temperature"].as_f64().map(|number| number.to_string())),
        (Key::Description, text(&row["meta"]["description"])),
    ];
    read.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn access(grants: &Value) -> String {
    let mut who: Vec<&str> =
        grants.as_array().unwrap().iter().map(|grant| grant["principal_id"].as_str().unwrap()).collect();
    who.sort_unstable();
    match who.as_slice() {
        [] => "private".into(),
        ["*"] => "public".into(),
        [_] => "person".into(),
        more => panic!("nobody gave access to {more:?}"),
    }
}

/// The grants of a value of [`Key::Access`].
pub(super) fn grants(value: &str, person: &str) -> Value {
    let read = |who: &str| json!([{"principal_type": "user", "principal_id": who, "permission": "read"}]);
    match value {
        "private" => json!([]),
        "public" => read("*"),
        _ => read(person),
    }
}
