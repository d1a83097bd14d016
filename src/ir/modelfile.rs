//! A document becomes a plain Modelfile: what Ollama takes, meaning the same.

use super::{Document, Family, ParameterValue, Place, Statement, Value, parameter};
use crate::syntax::quote;

/// A value that no Modelfile can express.
#[derive(Debug, thiserror::Error)]
#[error(
    "the value of {keyword} cannot be written in a Modelfile: a line of it ends in `\"\"\"`, or Ollama would delete characters from it"
)]
pub struct Inexpressible {
    keyword: &'static str,
}

/// Prints the statements that are Ollama's, each on its own line or lines.
///
/// # Errors
/// [`Inexpressible`] if a value would not be read back as it is.
pub fn print(document: &Document) -> Result<String, Inexpressible> {
    let mut out = String::new();
    let ollama = document.statements.iter().filter(|statement| statement.directive.family == Family::Ollama);
    for statement in ollama {
        if let Some(line) = line(statement)? {
            out.push_str(&line);
            out.push('\n');
        }
    }
    Ok(out)
}

fn line(statement: &Statement) -> Result<Option<String>, Inexpressible> {
    let keyword = statement.directive.keyword;
    let quoted = |value: &str| quote(value).ok_or(Inexpressible { keyword }).map(std::borrow::Cow::into_owned);
    Ok(Some(match (statement.directive.place, &statement.value) {
        (Place::Parameter, Value::Parameter { name, value }) => {
            // Open WebUI's own parameters mean nothing to Ollama; a rule of `check` has said so.
            if parameter::find(&name.value).is_some_and(|known| !known.ollama.holds()) {
                return Ok(None);
            }
            format!("{keyword} {} {}", name.value, quoted(&parameter_text(value))?)
        }
        (_, Value::Message { role, content }) => format!("{keyword} {} {}", role.as_str(), quoted(&content.text)?),
        (_, Value::Text(text)) => format!("{keyword} {}", quoted(&text.text)?),
        _ => return Ok(None),
    }))
}

fn parameter_text(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Integer(number) => number.to_string(),
        ParameterValue::Number(number) => number.to_string(),
        ParameterValue::Boolean(on) => on.to_string(),
        ParameterValue::Text(text) => text.clone(),
        ParameterValue::Json(value) => value.to_string(),
    }
}
