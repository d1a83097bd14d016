//! The directives: one file each, listed once in [`ALL`].
//!
//! Keyword, shape of the value, how often it may stand, where it goes on each target, documentation: all of it is the
//! [`Directive`] value in the directive's own file. Lowering, completion, hover and the language page come from it.

mod access;
mod actions;
mod active;
mod adapter;
mod arg;
mod avatar;
mod capabilities;
mod description;
mod draft;
mod features;
mod filters;
mod from;
mod hidden;
mod id;
mod include;
mod knowledge;
mod license;
mod message;
mod meta;
mod moved;
mod name;
mod r#override;
mod parameter;
mod parser;
mod protect;
mod renderer;
mod requires;
mod skills;
mod suggestion;
mod system;
mod systemfile;
mod tags;
mod template;
mod tools;

pub use access::ACCESS;
pub use actions::ACTIONS;
pub use active::ACTIVE;
pub use adapter::ADAPTER;
pub use arg::ARG;
pub use avatar::AVATAR;
pub use capabilities::{CAPABILITIES, KNOWN_CAPABILITIES};
pub use description::DESCRIPTION;
pub use draft::DRAFT;
pub use features::{FEATURES, KNOWN_FEATURES};
pub use filters::FILTERS;
pub use from::FROM;
pub use hidden::HIDDEN;
pub use id::ID;
pub use include::INCLUDE;
pub use knowledge::KNOWLEDGE;
pub use license::LICENSE;
pub use message::MESSAGE;
pub use meta::META;
pub use moved::MOVED;
pub use name::NAME;
pub use r#override::OVERRIDE;
pub use parameter::PARAMETER;
pub use parser::PARSER;
pub use protect::PROTECT;
pub use renderer::RENDERER;
pub use requires::REQUIRES;
pub use skills::SKILLS;
pub use suggestion::SUGGESTION;
pub use system::SYSTEM;
pub use systemfile::SYSTEMFILE;
pub use tags::TAGS;
pub use template::TEMPLATE;
pub use tools::TOOLS;

use crate::syntax::Word;

/// Whose word it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Ollama's, in any case.
    Ollama,
    /// Ours, in upper case only.
    Maquette,
}

/// What a value looks like, and so which [`Value`](crate::ir::Value) it becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Ollama's own value rules: bare, `"…"` or `"""…"""` without escapes. Becomes `Value::Text`.
    OllamaText,
    /// Ollama's `name value`. Becomes `Value::Parameter`.
    Parameter,
    /// Ollama's `role value`. Becomes `Value::Message`.
    Message,
    /// Bare, a JSON string, or `"""…"""`; not empty. Becomes `Value::Text`.
    Text,
    /// A text on one line without blanks. Becomes `Value::Text`.
    Word,
    /// A path relative to the file. Becomes `Value::Text`.
    Path,
    /// Items separated by commas. Becomes `Value::List`.
    List,
    /// Items that a minus switches off. Becomes `Value::Switches`.
    Switches,
    /// `public`, `private`, `read …`, `write …`. Becomes `Value::Access`.
    Access,
    /// Items that may be prefixed, after an optional `full`. Becomes `Value::Knowledge`.
    Knowledge,
    /// Three JSON strings, or one text. Becomes `Value::Suggestion`.
    Suggestion,
    /// A path, an address or `none`. Becomes `Value::Avatar`.
    Avatar,
    /// `true` or `false`. Becomes `Value::Flag`.
    Flag,
    /// A key and any JSON. Becomes `Value::Meta`.
    Meta,
    /// `name` or `name=default`. Becomes `Value::Argument`.
    Argument,
}

/// How often a directive may stand in one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// At most once; a second one is an error.
    Once,
    /// Any number, of which the last one counts; the others are reported.
    LastWins,
    /// Any number; they add up.
    Many,
}

/// Which field of a model a directive fills, in the words of [`crate::state::Field`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The model's own id.
    Id,
    /// The base model.
    Base,
    /// The base model whose own row is managed.
    Override,
    /// A former id.
    Moved,
    /// One parameter.
    Parameter,
    /// The system prompt.
    System,
    /// The display name.
    Name,
    /// Whether it can be used.
    Active,
    /// Who may use it.
    Access,
    /// A key of Open WebUI's `meta`.
    Meta(&'static str),
    /// The key that the statement itself names.
    AnyMeta,
    /// Something that Ollama builds into a model; the word is the key of its create request.
    Build(&'static str),
    /// The mark that keeps a row from being deleted.
    Protect,
    /// Gone before a model exists: ARG, INCLUDE, SYSTEMFILE.
    CompileTime,
}

/// What a target does with a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It can hold it.
    Yes,
    /// It cannot, and the model works all the same.
    Ignored,
    /// It cannot, and the model means something else without it.
    Lost,
}

/// Everything that is known of one directive.
#[derive(Debug)]
pub struct Directive {
    /// The keyword, in upper case.
    pub keyword: &'static str,
    /// Whose it is.
    pub family: Family,
    /// What its value looks like.
    pub shape: Shape,
    /// How often it may stand.
    pub cardinality: Cardinality,
    /// Where its value goes.
    pub place: Place,
    /// What Open WebUI does with it.
    pub open_webui: Support,
    /// What Ollama does with it.
    pub ollama: Support,
    /// The value in documentation and completion, such as `<base model>`.
    pub value: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// An example: one or more whole lines.
    pub example: &'static str,
}

/// Every directive: Ollama's first, then ours, in the order in which the language page tells of them.
pub static ALL: &[&Directive] = &[
    &FROM,
    &PARAMETER,
    &SYSTEM,
    &TEMPLATE,
    &ADAPTER,
    &DRAFT,
    &LICENSE,
    &MESSAGE,
    &RENDERER,
    &PARSER,
    &REQUIRES,
    &OVERRIDE,
    &ID,
    &MOVED,
    &NAME,
    &DESCRIPTION,
    &TAGS,
    &ACCESS,
    &TOOLS,
    &FILTERS,
    &ACTIONS,
    &SKILLS,
    &KNOWLEDGE,
    &CAPABILITIES,
    &FEATURES,
    &SUGGESTION,
    &AVATAR,
    &HIDDEN,
    &ACTIVE,
    &PROTECT,
    &META,
    &ARG,
    &INCLUDE,
    &SYSTEMFILE,
];

/// The directive with that keyword in upper case.
#[must_use]
pub fn find(keyword: &str) -> Option<&'static Directive> {
    ALL.iter().copied().find(|directive| directive.keyword == keyword)
}

/// The directive of a word of Ollama's.
#[must_use]
pub fn of(word: Word) -> &'static Directive {
    match word {
        Word::From => &FROM,
        Word::License => &LICENSE,
        Word::Template => &TEMPLATE,
        Word::System => &SYSTEM,
        Word::Adapter => &ADAPTER,
        Word::Draft => &DRAFT,
        Word::Renderer => &RENDERER,
        Word::Parser => &PARSER,
        Word::Parameter => &PARAMETER,
        Word::Message => &MESSAGE,
        Word::Requires => &REQUIRES,
    }
}

impl Directive {
    /// Whether the two are the same directive; there is only one value of each.
    #[must_use]
    pub fn is(&self, other: &Directive) -> bool {
        std::ptr::eq(self, other)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_listed_once_under_its_own_keyword() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/ir/directive");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_uppercase())
            .filter(|name| name != "MOD")
            .collect();
        let listed: BTreeSet<String> = ALL.iter().map(|directive| directive.keyword.to_owned()).collect();
        assert_eq!(files, listed);
        assert_eq!(listed.len(), ALL.len(), "a directive is listed twice");
    }

    #[test]
    fn every_directive_is_found_by_its_keyword_and_its_example_starts_with_it() {
        for directive in ALL {
            assert!(find(directive.keyword).is_some_and(|found| found.is(directive)), "{}", directive.keyword);
            for line in directive.example.lines() {
                let rest = line.strip_prefix(directive.keyword);
                assert!(rest.is_some_and(|rest| rest.starts_with(' ')), "{}: {line}", directive.keyword);
            }
            assert!(directive.summary.ends_with('.'), "{}", directive.summary);
        }
        assert!(find("from").is_none(), "keywords are found in upper case only");
    }

    #[test]
    fn only_ollamas_words_belong_to_its_family() {
        let of_ollama = ALL.iter().filter(|directive| directive.family == Family::Ollama).count();
        assert_eq!(of_ollama, 11);
        assert!(of(Word::From).is(&FROM) && of(Word::Requires).is(&REQUIRES));
    }
}
