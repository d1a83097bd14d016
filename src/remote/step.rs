//! Requests as values: what an apply would send, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::state::Field;
use crate::weights::File;

/// By which requests changes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// The export file is replaced as a whole.
    File,
    /// Row by row.
    Rows,
    /// New rows many at once through the models import endpoint, the rest row by row.
    Import,
    /// The models sync endpoint: the whole table in one transaction.
    Sync,
}

impl Via {
    /// The word of `--via`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Rows => "rows",
            Self::Import => "import",
            Self::Sync => "sync",
        }
    }
}

/// When a step runs. Steps of one stage may run side by side; a stage begins when the one before it is through.
///
/// Access is narrowed before new content is written and widened after it, so that nobody sees what he should not, also if
/// we die in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Tell the mark what is about to happen to access.
    Announce,
    /// Take access away.
    Narrow,
    /// Write content.
    Write,
    /// Give access.
    Widen,
    /// Tell the mark that access is through.
    Seal,
    /// Delete rows.
    Delete,
}

/// One request and what is known of its effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When it runs.
    pub stage: Stage,
    /// What it does, for people: `create support`.
    pub title: String,
    /// The fingerprints of the rows that it touches, right before; `None` is a row that is not there.
    pub expects: Vec<(String, Option<String>)>,
    /// The fingerprints of rows that it builds on and leaves as they are. It runs after a step of its stage that writes
    /// one of them.
    pub rests_on: Vec<(String, Option<String>)>,
    /// The same of the rows that it touches, right after.
    pub promises: Vec<(String, Option<String>)>,
    /// The request replaces the whole table: there may be no other rows than those in `expects`.
    pub whole_table: bool,
    /// The request itself.
    pub call: Call,
}

/// How a server is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Only reads.
    Get,
    /// Only asks whether something is there.
    Head,
    /// Writes.
    Post,
    /// Deletes.
    Delete,
}

impl Method {
    /// The method's own word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// A request to a server.
    Http {
        /// The method.
        method: Method,
        /// The path below the server's address, with its query.
        path: String,
        /// The JSON body.
        body: Value,
    },
    /// A model that is built, on an Ollama server.
    Build {
        /// The JSON body.
        body: Value,
        /// The files of this machine that it names: those that the server lacks are sent first.
        files: Vec<File>,
        /// What the server fills in by itself in rows of the same plan: fingerprints of what they become leave it out.
        free: BTreeMap<String, BTreeSet<Field>>,
    },
    /// A file that is replaced in one go.
    Replace {
        /// Its new content.
        content: String,
    },
}
