//! The typed values that directives hold.

use std::fmt::{self, Display, Formatter};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use crate::source::{Located, Location};

/// A text value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The value as Ollama reads it.
    pub text: String,
    /// The value as written, where Ollama would delete characters from it (see [`crate::syntax::is_kept`]). Other targets take this one.
    pub written: Option<String>,
}

impl Text {
    /// The value for a target that deletes nothing.
    #[must_use]
    pub fn as_written(&self) -> &str {
        self.written.as_deref().unwrap_or(&self.text)
    }
}

/// A parameter's value with its JSON type.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ParameterValue {
    /// A whole number.
    Integer(i64),
    /// A number; finite, and what a 32-bit float of Ollama's holds.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Text.
    Text(String),
    /// Any JSON, for parameters that take an object or a list (Open WebUI's only).
    Json(Json),
}

/// Who says a MESSAGE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the three words of Ollama's language")]
pub enum Role {
    System,
    User,
    Assistant,
}

impl Role {
    /// The role of that name, in lower case as Ollama wants it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::System, Self::User, Self::Assistant].into_iter().find(|role| role.as_str() == name)
    }

    /// The role as Ollama writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// What a grant lets somebody do. Write includes read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Use the model.
    Read,
    /// Edit it too.
    Write,
}

/// Somebody whom ACCESS names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(tag = "principal", content = "name", rename_all = "kebab-case")]
pub enum Principal {
    /// `group:<name>`
    Group(String),
    /// `group-id:<id>`
    GroupId(String),
    /// `user:<email>`
    User(String),
    /// `user-id:<id>`
    UserId(String),
}

/// One ACCESS statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessRule {
    /// Everybody with an account may use it.
    Public,
    /// Only its owner and administrators.
    Private,
    /// Some may.
    Grant {
        /// What.
        level: Level,
        /// Who.
        principals: Vec<Located<Principal>>,
    },
}

/// What kind of thing a KNOWLEDGE item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KnowledgeKind {
    /// A collection: by name or id.
    Collection,
    /// `file:<name>`
    File,
    /// `note:<title>`
    Note,
}

/// One KNOWLEDGE item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnowledgeItem {
    /// What it is.
    pub kind: KnowledgeKind,
    /// Its name or id.
    pub name: String,
    /// Whether the whole text is given to the model instead of what retrieval finds.
    pub full: bool,
}

/// One CAPABILITIES item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The capability.
    pub name: String,
    /// On, or off (`-name`).
    pub on: bool,
}

/// What AVATAR names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Avatar {
    /// An image file, relative to the file that names it.
    File(String),
    /// A web address.
    Url(String),
    /// `none`: the server's default image.
    None,
}

/// A directive's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// FROM, SYSTEM, TEMPLATE, NAME, DESCRIPTION, ID …
    Text(Text),
    /// PARAMETER
    Parameter {
        /// The canonical name (see [`crate::ir::parameter`]), as written where it is unknown.
        name: Located<String>,
        /// The typed value.
        value: ParameterValue,
    },
    /// MESSAGE
    Message {
        /// Who.
        role: Role,
        /// What.
        content: Text,
    },
    /// TAGS, TOOLS, FILTERS, ACTIONS, SKILLS, FEATURES. No items: the empty list, said on purpose.
    List(Vec<Located<String>>),
    /// ACCESS
    Access(AccessRule),
    /// KNOWLEDGE
    Knowledge(Vec<Located<KnowledgeItem>>),
    /// CAPABILITIES
    Switches(Vec<Located<Switch>>),
    /// SUGGESTION
    Suggestion {
        /// The two lines of the button, where given.
        title: Option<[String; 2]>,
        /// What is asked.
        prompt: String,
    },
    /// AVATAR
    Avatar(Avatar),
    /// HIDDEN, ACTIVE, PROTECT
    Flag(bool),
    /// META
    Meta {
        /// The key.
        key: String,
        /// Its value.
        value: Json,
    },
    /// ARG
    Argument {
        /// The name.
        name: String,
        /// Its default.
        default: Option<String>,
    },
}

/// What one item of a list names. Two that are equal, in statements of one directive, are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item<'a> {
    /// A tag, an id, a feature, or a capability, whether on or off.
    Word(&'a str),
    /// Something to know, whether whole or not.
    Knowledge(KnowledgeKind, &'a str),
    /// Somebody who may do something. Read beside write is no repetition.
    Grant(Level, &'a Principal),
}

impl Value {
    /// The items of a list with their places; none of what is no list.
    #[must_use]
    pub fn items(&self) -> Vec<(Item<'_>, Location)> {
        match self {
            Self::List(items) => items.iter().map(|item| (Item::Word(&item.value), item.location)).collect(),
            Self::Switches(items) => items.iter().map(|item| (Item::Word(&item.value.name), item.location)).collect(),
            Self::Knowledge(items) => {
                items.iter().map(|item| (Item::Knowledge(item.value.kind, &item.value.name), item.location)).collect()
            }
            Self::Access(AccessRule::Grant { level, principals }) => {
                principals.iter().map(|principal| (Item::Grant(*level, &principal.value), principal.location)).collect()
            }
            Self::Text(_)
            | Self::Parameter { .. }
            | Self::Message { .. }
            | Self::Access(AccessRule::Public | AccessRule::Private)
            | Self::Suggestion { .. }
            | Self::Avatar(_)
            | Self::Flag(_)
            | Self::Meta { .. }
            | Self::Argument { .. } => Vec::new(),
        }
    }
}

/// As it is written, without the quotes that it may need.
impl Display for Item<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) | Self::Knowledge(KnowledgeKind::Collection, word) => f.write_str(word),
            Self::Knowledge(KnowledgeKind::File, name) => write!(f, "file:{name}"),
            Self::Knowledge(KnowledgeKind::Note, title) => write!(f, "note:{title}"),
            Self::Grant(_, Principal::Group(name)) => write!(f, "group:{name}"),
            Self::Grant(_, Principal::GroupId(id)) => write!(f, "group-id:{id}"),
            Self::Grant(_, Principal::User(email)) => write!(f, "user:{email}"),
            Self::Grant(_, Principal::UserId(id)) => write!(f, "user-id:{id}"),
        }
    }
}
