//! The JSON form of a document: what `compile --target ir` prints, and its schema.
//!
//! Published and versioned by [`FORMAT`](super::FORMAT): a key is added without notice, and changes its meaning or goes
//! only with a higher number.

use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::Value as Json;

use super::{Avatar, KnowledgeKind, Level, ParameterValue, Principal, Role, Value};
use crate::source::{Located, Location, Sources, Span};

/// A document in its JSON form.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "Maquette IR", inline)]
pub struct Document<'a> {
    /// The version of this form.
    pub format: u32,
    /// The file, relative to the workspace's root.
    pub path: &'a str,
    /// What it says, in order.
    pub statements: Vec<Statement<'a>>,
}

/// One directive with its value.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Statement<'a> {
    /// The keyword.
    pub directive: &'static str,
    /// The file that it stands in, where that is another one than the document's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<&'a str>,
    /// Where it stands: the offsets, in bytes of the decoded text, of its first byte and after its last.
    pub span: [u32; 2],
    /// The value.
    pub value: TypedValue<'a>,
}

/// A value, tagged by its kind.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TypedValue<'a> {
    /// Text.
    Text(Text<'a>),
    /// One parameter.
    Parameter {
        /// Its canonical name, as written where it is unknown.
        name: &'a str,
        /// Its value.
        value: &'a ParameterValue,
    },
    /// A message.
    Message {
        /// Who says it.
        role: Role,
        /// What is said.
        content: Text<'a>,
    },
    /// A list; without items it is the empty list, said on purpose.
    List {
        /// The items.
        items: Vec<Item<&'a str>>,
    },
    /// Everybody, or nobody else.
    Access {
        /// Which of the two.
        to: Everybody,
    },
    /// A grant.
    Grant {
        /// What.
        level: Level,
        /// To whom.
        principals: Vec<Item<&'a Principal>>,
    },
    /// Knowledge.
    Knowledge {
        /// The items.
        items: Vec<Item<Knowledge<'a>>>,
    },
    /// Switches.
    Switches {
        /// The items.
        items: Vec<Item<Switch<'a>>>,
    },
    /// A suggested prompt.
    Suggestion {
        /// The two lines of its button.
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'a [String; 2]>,
        /// What is asked.
        prompt: &'a str,
    },
    /// An image file.
    AvatarFile {
        /// Its path, relative to the file that names it.
        path: &'a str,
    },
    /// An image's address.
    AvatarUrl {
        /// The address.
        url: &'a str,
    },
    /// The server's default image.
    AvatarNone,
    /// True or false.
    Flag {
        /// Which.
        value: bool,
    },
    /// A key of Open WebUI's `meta`.
    Meta {
        /// The key.
        key: &'a str,
        /// Its value.
        value: &'a Json,
    },
    /// An argument.
    Argument {
        /// Its name.
        name: &'a str,
        /// Its default.
        #[serde(skip_serializing_if = "Option::is_none")]
        default: Option<&'a str>,
    },
}

/// A text.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Text<'a> {
    /// The text as Ollama reads it.
    pub text: &'a str,
    /// The text as written, where Ollama deletes characters from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<&'a str>,
}

/// The two kinds of access that name nobody.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Everybody {
    /// Everybody with an account.
    Public,
    /// Only the owner and administrators.
    Private,
}

/// Something in a list, and where it stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Item<T> {
    /// Its value.
    pub value: T,
    /// Its offsets.
    pub span: [u32; 2],
}

/// One thing to look things up in.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Knowledge<'a> {
    /// What it is.
    pub kind: KnowledgeKind,
    /// Its name or id.
    pub name: &'a str,
    /// Whether the model is given its whole text.
    pub full: bool,
}

/// One switch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Switch<'a> {
    /// What is switched.
    pub name: &'a str,
    /// On or off.
    pub on: bool,
}

/// The JSON form of `document`, whose files are in `sources`.
#[must_use]
pub fn document<'a>(document: &'a super::Document, sources: &'a Sources) -> Document<'a> {
    let path = |location: Location| sources.get(location.file).path.as_str();
    let statement = |statement: &'a super::Statement| Statement {
        directive: statement.directive.keyword,
        path: (statement.location.file != document.file).then(|| path(statement.location)),
        span: offsets(statement.location.span),
        value: typed(&statement.value),
    };
    Document {
        format: super::FORMAT,
        path: sources.get(document.file).path.as_str(),
        statements: document.statements.iter().map(statement).collect(),
    }
}

/// The JSON Schema of the form.
#[must_use]
pub fn schema() -> Schema {
    schemars::schema_for!(Document)
}

fn typed(value: &Value) -> TypedValue<'_> {
    match value {
        Value::Text(written) => TypedValue::Text(text(written)),
        Value::Parameter { name, value } => TypedValue::Parameter { name: &name.value, value },
        Value::Message { role, content } => TypedValue::Message { role: *role, content: text(content) },
        Value::List(list) => TypedValue::List { items: items(list, String::as_str) },
        Value::Access(super::AccessRule::Public) => TypedValue::Access { to: Everybody::Public },
        Value::Access(super::AccessRule::Private) => TypedValue::Access { to: Everybody::Private },
        Value::Access(super::AccessRule::Grant { level, principals }) => {
            TypedValue::Grant { level: *level, principals: items(principals, |principal| principal) }
        }
        Value::Knowledge(list) => TypedValue::Knowledge {
            items: items(list, |item| Knowledge { kind: item.kind, name: &item.name, full: item.full }),
        },
        Value::Switches(list) => {
            TypedValue::Switches { items: items(list, |item| Switch { name: &item.name, on: item.on }) }
        }
        Value::Suggestion { title, prompt } => TypedValue::Suggestion { title: title.as_ref(), prompt },
        Value::Avatar(Avatar::File(path)) => TypedValue::AvatarFile { path },
        Value::Avatar(Avatar::Url(url)) => TypedValue::AvatarUrl { url },
        Value::Avatar(Avatar::None) => TypedValue::AvatarNone,
        Value::Flag(value) => TypedValue::Flag { value: *value },
        Value::Meta { key, value } => TypedValue::Meta { key, value },
        Value::Argument { name, default } => TypedValue::Argument { name, default: default.as_deref() },
    }
}

fn text(text: &super::Text) -> Text<'_> {
    Text { text: &text.text, written: text.written.as_deref() }
}

fn items<'a, T, U>(list: &'a [Located<T>], view: impl Fn(&'a T) -> U) -> Vec<Item<U>> {
    list.iter().map(|item| Item { value: view(&item.value), span: offsets(item.location.span) }).collect()
}

fn offsets(span: Span) -> [u32; 2] {
    [span.start, span.end]
}
