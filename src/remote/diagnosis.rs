//! What is well with a remote and what is not.

use serde::Serialize;

use super::Error;
use crate::diff::FieldChange;

/// How well something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It is as it should be.
    Good,
    /// It is fine, and worth knowing.
    Note,
    /// It will be in somebody's way.
    Warning,
    /// It does not work.
    Failure,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// What was looked at: `version`, `access`, …; of models the stable word for what is wrong.
    pub topic: String,
    /// How well it is.
    pub health: Health,
    /// The model that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What was found.
    pub message: String,
    /// What mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Diagnosis {
    /// Something that was found about the remote as a whole.
    #[must_use]
    pub fn new(topic: &str, health: Health, message: impl Into<String>) -> Self {
        Self { topic: topic.to_owned(), health, model: None, message: message.into(), help: None }
    }

    /// The same with what mends it.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl From<Error> for Diagnosis {
    fn from(error: Error) -> Self {
        let (topic, help) = (error.topic(), error.help());
        Self { topic: topic.to_owned(), health: Health::Failure, model: None, message: error.to_string(), help }
    }
}

/// Something that is wrong with a model as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Ailment {
    /// A stable word for it.
    pub code: &'static str,
    /// The model.
    pub id: String,
    /// How bad it is.
    pub health: Health,
    /// What is wrong.
    pub message: String,
    /// What mends it.
    pub help: String,
    /// The changes that mend it without touching anything that works; none at all where writing the row anew is enough.
    /// `None` if a person has to decide.
    pub mend: Option<Vec<FieldChange>>,
}

impl From<Ailment> for Diagnosis {
    fn from(ailment: Ailment) -> Self {
        let Ailment { code, id, health, message, help, mend: _ } = ailment;
        Self { topic: code.to_owned(), health, model: Some(id), message, help: Some(help) }
    }
}
