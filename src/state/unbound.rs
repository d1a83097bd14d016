//! A row in the words of files: the way back from what a remote has to what a file would say of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Field, ObservedRow};
use crate::ir::{KnowledgeItem, Principal};

/// What a file would say of a row. Each thing may be said in several ways, the most readable first; which of them is right
/// is for whoever writes the file to find out, by binding it again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unbound {
    /// What it is built on. Nothing: the row is a base model's own.
    pub base: Option<Vec<String>>,
    /// Its fields, under the remote's own names; a field without any way to say it cannot be said.
    pub fields: BTreeMap<Field, Vec<Phrase>>,
}

/// A field's value in the words of files.
#[derive(Clone, Debug, PartialEq)]
pub enum Phrase {
    /// The value itself.
    Json(Value),
    /// A parameter by the name that it has in files.
    Parameter(String, Value),
    /// Who may use and edit it.
    Access(Audience),
    /// What it knows, in order.
    Knowledge(Vec<KnowledgeItem>),
}

/// Who may use and edit a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody with an account may use it.
    Public,
    /// Its owner and administrators.
    Private,
    /// Some may.
    Some {
        /// These may use it.
        read: Vec<Principal>,
        /// These may use and edit it.
        write: Vec<Principal>,
    },
}

impl Unbound {
    /// A row whose values mean in files what they mean on the remote.
    #[must_use]
    pub fn plain(row: &ObservedRow) -> Self {
        let base = row.get(&Field::Base).and_then(Value::as_str).map(|base| vec![base.to_owned()]);
        let fields = row.fields.iter().filter(|(field, _)| **field != Field::Base);
        let phrase = |field: &Field, value: &Value| match field {
            Field::Param(name) => Phrase::Parameter(name.clone().into_owned(), value.clone()),
            _ => Phrase::Json(value.clone()),
        };
        Self { base, fields: fields.map(|(field, value)| (field.clone(), vec![phrase(field, value)])).collect() }
    }
}
