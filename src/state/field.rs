//! The fields of a model, the unit in which everything is compared, planned and owned.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One field of a model. Ordered as people read a model: what it is, what it says, who may use it, the rest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Field {
    /// The base model's id.
    Base,
    /// The display name.
    Name,
    /// Whether it can be used.
    Active,
    /// The system prompt.
    System,
    /// One parameter, by the remote's own name.
    Param(Cow<'static, str>),
    /// Who may use and edit it.
    Access,
    /// One capability, on or off.
    Capability(String),
    /// Another key of the remote's metadata.
    Meta(Cow<'static, str>),
    /// Something that Ollama builds into a model.
    Part(Part),
}

/// What Ollama builds into a model besides its parameters and its system prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The weights.
    Weights,
    /// What reads images and sound.
    Projectors,
    /// Adapters of the weights.
    Adapters,
    /// The smaller model that drafts for it.
    Draft,
    /// The template of its prompts.
    Template,
    /// What takes the template's place.
    Renderer,
    /// What reads its answers.
    Parser,
    /// The oldest Ollama that runs it.
    Requires,
    /// What was said before every chat.
    Messages,
    /// The licences.
    License,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 10] = [
        Self::Weights,
        Self::Projectors,
        Self::Adapters,
        Self::Draft,
        Self::Template,
        Self::Renderer,
        Self::Parser,
        Self::Requires,
        Self::Messages,
        Self::License,
    ];

    /// Its word, which is also the key of Ollama's create request where that has one.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weights => "files",
            Self::Projectors => "projectors",
            Self::Adapters => "adapters",
            Self::Draft => "draft_files",
            Self::Template => "template",
            Self::Renderer => "renderer",
            Self::Parser => "parser",
            Self::Requires => "requires",
            Self::Messages => "messages",
            Self::License => "license",
        }
    }

    /// The part of that word.
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.as_str() == word)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base => f.write_str("base"),
            Self::Name => f.write_str("name"),
            Self::Active => f.write_str("active"),
            Self::System => f.write_str("system"),
            Self::Param(name) => write!(f, "params.{name}"),
            Self::Access => f.write_str("access"),
            Self::Capability(name) => write!(f, "meta.capabilities.{name}"),
            Self::Meta(key) => write!(f, "meta.{key}"),
            Self::Part(part) => f.write_str(part.as_str()),
        }
    }
}

/// The text names no field.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a field of a model")]
pub struct ParseFieldError(String);

impl FromStr for Field {
    type Err = ParseFieldError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "base" => Self::Base,
            "name" => Self::Name,
            "active" => Self::Active,
            "system" => Self::System,
            "access" => Self::Access,
            other => match other.split_once('.') {
                Some(("params", name)) => Self::Param(name.to_owned().into()),
                Some(("meta", key)) => match key.strip_prefix("capabilities.") {
                    Some(name) => Self::Capability(name.to_owned()),
                    None => Self::Meta(key.to_owned().into()),
                },
                _ => match Part::find(other) {
                    Some(part) => Self::Part(part),
                    None => return Err(ParseFieldError(text.to_owned())),
                },
            },
        })
    }
}

impl TryFrom<String> for Field {
    type Error = ParseFieldError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.to_string()
    }
}

impl JsonSchema for Field {
    fn schema_name() -> Cow<'static, str> {
        "Field".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let parts = Part::ALL.map(Part::as_str).join("|");
        schemars::json_schema!({
            "type": "string",
            "description": "A field of a model.",
            "pattern": format!("^(base|name|active|system|access|{parts}|params\\..*|meta\\..*)$")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_back_from_its_own_text() {
        let all = [
            Field::Base,
            Field::Name,
            Field::Active,
            Field::System,
            Field::Access,
            Field::Param("top_p".into()),
            Field::Param("a.b".into()),
            Field::Capability("vision".into()),
            Field::Meta("tags".into()),
            Field::Meta("dotted.key".into()),
        ];
        for field in all.into_iter().chain(Part::ALL.map(Field::Part)) {
            assert_eq!(field.to_string().parse::<Field>().unwrap(), field);
        }
        assert!("colour".parse::<Field>().is_err());
    }
}
