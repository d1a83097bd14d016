//! The parameters: one row each in [`ALL`], and how their values are read.
//!
//! A row says what a parameter is called everywhere, what its value looks like, and which server knows it. Ollama's own
//! values are accepted and refused as its `FormatParams` does (`api/types.go`, ollama fb307609), with one exception:
//! `inf` and `nan`, which Ollama accepts and then fails to send, are refused here.

mod number;
mod table;

pub use table::ALL;

use serde_json::Value as Json;

use super::ParameterValue;

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number of 64 bits.
    Integer,
    /// A number; on the wire a 32-bit float.
    Float,
    /// `true` or `false`, also `1`, `t`, `T`, `TRUE`, `True` and the like.
    Boolean,
    /// Text; each statement adds one to a list.
    Texts,
    /// Text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true`, `false` or one of these words.
    BooleanOr(&'static [&'static str]),
    /// A JSON object.
    Object,
    /// A JSON object, or text.
    ObjectOrText,
    /// A JSON list, or `true` or `false`.
    ListOrBoolean,
}

impl Kind {
    /// What a value is called in messages.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Integer => "a whole number",
            Self::Float => "a number",
            Self::Boolean => "`true` or `false`",
            Self::Texts | Self::Text => "text",
            Self::Choice(_) => "one of a few words",
            Self::BooleanOr(_) => "`true`, `false` or one of a few words",
            Self::Object => "a JSON object",
            Self::ObjectOrText => "text or a JSON object",
            Self::ListOrBoolean => "a JSON list, `true` or `false`",
        }
    }

    /// A value of this kind, for help.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::Integer => "42",
            Self::Float => "0.7",
            Self::Boolean | Self::BooleanOr(_) | Self::ListOrBoolean => "true",
            Self::Texts | Self::Text => "\"text\"",
            Self::Choice(words) => words.first().copied().unwrap_or_default(),
            Self::Object | Self::ObjectOrText => "{\"key\": \"value\"}",
        }
    }

    /// The words that it takes, if it takes only a few.
    #[must_use]
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Self::Choice(words) | Self::BooleanOr(words) => words,
            Self::Boolean => &["true", "false"],
            Self::Integer
            | Self::Float
            | Self::Texts
            | Self::Text
            | Self::Object
            | Self::ObjectOrText
            | Self::ListOrBoolean => &[],
        }
    }
}

/// What Ollama's `create` does with a parameter. Versions are releases of Ollama.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ollama {
    /// It takes it.
    Known,
    /// It takes it since this version.
    Since(&'static str),
    /// It takes it still; what ends it.
    Leaving(&'static str),
    /// It warns and drops it, since this version.
    Deprecated(&'static str),
    /// It refuses it, since this version.
    Removed(&'static str),
    /// It never knew it.
    Unknown,
}

impl Ollama {
    /// Whether the parameter reaches a model.
    #[must_use]
    pub fn holds(self) -> bool {
        matches!(self, Self::Known | Self::Since(_) | Self::Leaving(_))
    }
}

/// One parameter.
#[derive(Debug)]
pub struct Parameter {
    /// The canonical name: Ollama's, where Ollama has one.
    pub name: &'static str,
    /// Other names of the same parameter.
    pub aliases: &'static [&'static str],
    /// What its value looks like.
    pub kind: Kind,
    /// The values that make sense, both ends included.
    pub range: Option<(f64, f64)>,
    /// What counts where it is not set, in words.
    pub default: Option<&'static str>,
    /// What Ollama does with it.
    pub ollama: Ollama,
    /// Its key in Open WebUI's `params`, where it has one (0.12.4).
    pub open_webui: Option<&'static str>,
    /// One sentence.
    pub summary: &'static str,
}

impl Parameter {
    /// Whether each statement adds a value instead of replacing the one before.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.kind == Kind::Texts
    }
}

/// The parameter of that name, canonical or not. Names are compared with their case, as Ollama does.
#[must_use]
pub fn find(name: &str) -> Option<&'static Parameter> {
    let canonical = ALL.iter().find(|row| row.name == name);
    canonical.or_else(|| ALL.iter().find(|row| row.aliases.contains(&name)))
}

/// Every name, for did-you-mean and completion.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied()))
}

/// Why a value cannot be read. The first three texts are Ollama's own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message says it")]
pub enum ValueError {
    #[error("invalid int value [{0}]")]
    Integer(String),
    #[error("invalid float value [{0}]")]
    Float(String),
    #[error("invalid bool value [{0}]")]
    Boolean(String),
    #[error("`{0}` is no finite number")]
    NotFinite(String),
    #[error("`{0}` is none of the words it takes")]
    Word(String),
    #[error("{0}")]
    Json(String),
}

/// Reads a value as the row wants it.
///
/// # Errors
/// [`ValueError`]
pub fn parse_value(row: &Parameter, text: &str) -> Result<ParameterValue, ValueError> {
    match row.kind {
        // Rust's grammar of decimal numbers is the one of Go's `ParseInt` with base 10.
        Kind::Integer => text.parse().map(ParameterValue::Integer).map_err(|_| ValueError::Integer(text.to_owned())),
        Kind::Float => match number::parse(text) {
            Some(number) if number.is_finite() => Ok(ParameterValue::Number(number)),
            Some(_) => Err(ValueError::NotFinite(text.to_owned())),
            None => Err(ValueError::Float(text.to_owned())),
        },
        Kind::Boolean => boolean(text).map(ParameterValue::Boolean).ok_or_else(|| ValueError::Boolean(text.to_owned())),
        Kind::Choice(words) => word(words, text),
        Kind::BooleanOr(words) => match boolean(text) {
            Some(on) => Ok(ParameterValue::Boolean(on)),
            None => word(words, text),
        },
        Kind::Object => json(text, row.kind, Json::is_object),
        Kind::ObjectOrText if text.trim_start().starts_with('{') => json(text, row.kind, Json::is_object),
        Kind::Texts | Kind::Text | Kind::ObjectOrText => Ok(ParameterValue::Text(text.to_owned())),
        Kind::ListOrBoolean => match boolean(text) {
            Some(on) => Ok(ParameterValue::Boolean(on)),
            None => json(text, row.kind, Json::is_array),
        },
    }
}

/// The value of a parameter that is not in the table: JSON where it is JSON, else text.
#[must_use]
pub fn unknown_value(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// The words of Go's `ParseBool`.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

fn word(words: &[&str], text: &str) -> Result<ParameterValue, ValueError> {
    if words.contains(&text) {
        Ok(ParameterValue::Text(text.to_owned()))
    } else {
        Err(ValueError::Word(text.to_owned()))
    }
}

fn json(text: &str, kind: Kind, fits: fn(&Json) -> bool) -> Result<ParameterValue, ValueError> {
    match serde_json::from_str::<Json>(text) {
        Ok(value) if fits(&value) => Ok(ParameterValue::Json(value)),
        Ok(_) => Err(ValueError::Json(format!("the value is not {}", kind.noun()))),
        Err(error) => Err(ValueError::Json(format!("the value is not JSON: {error}"))),
    }
}

#[cfg(test)]
mod tests;
