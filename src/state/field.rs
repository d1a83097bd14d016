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
                _ => return Err(ParseFieldError(text.to_owned())),
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
        schemars::json_schema!({
            "type": "string",
            "description": "A field of a model.",
            "pattern": "^(base|name|active|system|access|params\\..*|meta\\..*)$"
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
        for field in all {
            assert_eq!(field.to_string().parse::<Field>().unwrap(), field);
        }
        assert!("colour".parse::<Field>().is_err());
    }
}
