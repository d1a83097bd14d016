//! What Ollama's own `parser.ParseFile` says of a tree (ollama fb307609), for `--dialect ollama`, and what ours says.

use std::fmt;

use super::tree::{Fault, Head, Item, Malformed, Statement, Tree, Word};
use crate::source::Span;

/// By whose rules a tree is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Ollama's: its eleven words and nothing else.
    Ollama,
    /// Ours: the extended directives as well.
    #[default]
    Maquette,
}

/// One of Ollama's commands, named as in its `parser.Command`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Command {
    /// `model` for FROM, the name as written for PARAMETER, else the keyword in lower case.
    pub name: String,
    /// The value without quotes and dropped characters; of a MESSAGE `role: text`.
    pub args: String,
}

/// Why a file is refused. Displayed, it is Ollama's error text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The text without the line.
    pub message: String,
    /// The line in Ollama's counting: each CR and each LF starts one.
    pub line: Option<u32>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "(line {line}): {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// What becomes of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Its commands in order; none if there is an error, as with Ollama.
    pub commands: Vec<Command>,
    /// The first error.
    pub error: Option<Refusal>,
}

const BAD_COMMAND: &str = "command must be one of \"from\", \"license\", \"template\", \"system\", \"adapter\", \
    \"draft\", \"renderer\", \"parser\", \"parameter\", \"message\", or \"requires\"";
const BAD_ROLE: &str = "message role must be one of \"system\", \"user\", or \"assistant\"";
const UNEXPECTED_END: &str = "unexpected EOF";
const NO_FROM: &str = "no FROM line";

/// Judges `tree`. `is_known` tells which extended keywords exist; it is asked in Maquette's dialect only, and unknown
/// ones are the error that they are for Ollama. A file without FROM is refused in both dialects, unless it is an OVERRIDE.
#[must_use]
pub fn verdict(tree: &Tree, dialect: Dialect, is_known: impl Fn(&str) -> bool) -> Verdict {
    let knows = |keyword: Span| {
        let keyword = tree.slice(keyword);
        Word::parse(keyword).is_some() || dialect == Dialect::Maquette && is_known(keyword)
    };
    let mut commands = Vec::new();
    for item in &tree.items {
        let refusal = match item {
            Item::Trivia(_) | Item::Comment(_) => continue,
            Item::Statement(statement) if knows(statement.keyword) => {
                commands.push(command(tree, statement));
                continue;
            }
            Item::Statement(statement) => refusal(tree, BAD_COMMAND, statement.keyword.end),
            Item::Malformed(malformed) => malformed_refusal(tree, malformed, knows(malformed.keyword)),
        };
        return Verdict { commands: Vec::new(), error: Some(refusal) };
    }
    // Ollama looks for the name of the command, so a parameter called `model` will do. OVERRIDE stands in place of FROM.
    let overrides =
        |statement: &Statement| statement.head == Head::Extended && tree.slice(statement.keyword) == "OVERRIDE";
    if commands.iter().any(|command| command.name == "model") || tree.statements().any(overrides) {
        return Verdict { commands, error: None };
    }
    Verdict { commands: Vec::new(), error: Some(Refusal { message: NO_FROM.to_owned(), line: None }) }
}

fn command(tree: &Tree, statement: &Statement) -> Command {
    let value = tree.value(&statement.value).into_owned();
    let name = statement.name.map(|name| tree.slice(name));
    match (statement.head, name) {
        (Head::Ollama(Word::From), _) => Command { name: "model".to_owned(), args: value },
        (Head::Ollama(Word::Parameter), Some(name)) => Command { name: name.to_owned(), args: value },
        (Head::Ollama(Word::Message), Some(role)) => {
            Command { name: "message".to_owned(), args: format!("{role}: {value}") }
        }
        (Head::Ollama(_) | Head::Extended, _) => {
            Command { name: tree.slice(statement.keyword).to_ascii_lowercase(), args: value }
        }
    }
}

fn malformed_refusal(tree: &Tree, malformed: &Malformed, is_known: bool) -> Refusal {
    match malformed.fault {
        Fault::Command => refusal(tree, BAD_COMMAND, malformed.at),
        Fault::Role => refusal(tree, BAD_ROLE, malformed.at),
        Fault::Unclosed { .. } if !is_known => refusal(tree, BAD_COMMAND, malformed.keyword.end),
        Fault::Name { word } => Refusal { message: format!("{UNEXPECTED_END}: {}", tree.slice(word)), line: None },
        Fault::Unclosed { .. } | Fault::End => Refusal { message: UNEXPECTED_END.to_owned(), line: None },
    }
}

/// An error that Ollama's parser meets at the character at `at`.
fn refusal(tree: &Tree, message: &str, at: u32) -> Refusal {
    let until = (at as usize + 1).min(tree.text.len());
    let read = tree.text.as_bytes().get(..until).unwrap_or_default();
    let line = 1 + memchr::memchr2_iter(b'\r', b'\n', read).count();
    Refusal { message: message.to_owned(), line: Some(u32::try_from(line).unwrap_or(u32::MAX)) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde::Deserialize;

    use super::*;
    use crate::source::decode;
    use crate::syntax::parse;

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        input: Option<String>,
        input_base64: Option<String>,
        ok: bool,
        commands: Vec<VectorCommand>,
        error: Option<String>,
        error_match: Option<String>,
        line: Option<u32>,
    }

    #[derive(Deserialize)]
    struct VectorCommand {
        name: String,
        args: String,
    }

    fn ollama(bytes: &[u8]) -> Verdict {
        verdict(&parse(decode(bytes).text.into()), Dialect::Ollama, |_| true)
    }

    fn base64(text: &str) -> Vec<u8> {
        const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digit = |byte| DIGITS.iter().zip(0u32..).find(|&(&digit, _)| digit == byte).map(|(_, value)| value);
        let digits: Vec<u32> = text.bytes().filter_map(digit).collect();
        let mut bytes = Vec::new();
        for group in digits.chunks(4) {
            let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
            bytes.extend(&bits.to_be_bytes()[1..group.len()]);
        }
        bytes
    }

    #[test]
    fn every_vector_of_ollamas_parser_is_judged_as_ollama_does() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/ollama-parser.json");
        let vectors: Vec<Vector> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        assert!(vectors.len() >= 213);
        for vector in vectors {
            let input = vector.input_base64.as_deref().map(base64).or(vector.input.map(String::into_bytes)).unwrap();
            let found = ollama(&input);
            let commands: Vec<_> =
                vector.commands.into_iter().map(|c| Command { name: c.name, args: c.args }).collect();
            assert_eq!(found.commands, commands, "{}", vector.name);
            assert_eq!(found.error.is_none(), vector.ok, "{}", vector.name);
            let (Some(found), Some(error)) = (found.error, vector.error) else { continue };
            match vector.error_match.as_deref() {
                // Go's errors.Is: the text may go on.
                Some("is") => assert!(found.to_string().starts_with(&error), "{}: {found}", vector.name),
                Some("line+msg") => assert_eq!(found.message, error, "{}", vector.name),
                _ => assert_eq!(found.to_string(), error, "{}", vector.name),
            }
            if vector.line.is_some() {
                assert_eq!(found.line, vector.line, "{}", vector.name);
            }
        }
    }
}
