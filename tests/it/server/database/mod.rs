//! The server's tables as they are, beside what its API says of them.
//!
//! The two kinds of database differ in [`Tables`] alone. Statements name their parameters `$1`, `$2`, which both know.

mod postgresql;
mod sqlite;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::version::{Access, Version};
use postgresql::Postgresql;
pub(super) use postgresql::is_ready;
use sqlite::Sqlite;

/// Where a server keeps its tables.
#[derive(Clone)]
pub(super) enum Place {
    /// The path of `webui.db`.
    Sqlite(PathBuf),
    /// The URL of a `PostgreSQL` database.
    Postgresql(String),
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Read,
    Write,
}

/// A connection: what each kind of database does in its own way.
pub(super) trait Tables {
    /// Begins a transaction, which `COMMIT` ends. What is read meanwhile is of one moment.
    fn begin(&self);

    /// Any query, each row an object of its columns.
    fn rows(&self, sql: &str, parameters: &[&str]) -> Vec<Value>;

    /// Carries out one statement, waiting for the server's own writes.
    fn execute(&self, sql: &str, parameters: &[&str]);

    /// Puts a row into a table, as [`Tables::rows`] gave it.
    fn insert(&self, table: &str, row: &Value);

    /// What to order rows by that were made in the same second.
    fn order_of_insertion(&self) -> &'static str;
}

impl Place {
    /// Opens a connection.
    pub(super) fn open(&self, to: Use) -> Box<dyn Tables> {
        match self {
            Self::Sqlite(path) => Box::new(Sqlite::open(path, to)),
            Self::Postgresql(url) => Box::new(Postgresql::open(url, to)),
        }
    }
}

/// A read-only connection.
pub(crate) struct Database {
    tables: Box<dyn Tables>,
    version: Version,
}

/// Every row of the model table by id: every column, `params` and `meta` decoded, and its `grants`, wherever they are kept.
pub(crate) type Snapshot = BTreeMap<String, Value>;

impl Database {
    pub(super) fn open(place: &Place, version: Version) -> Self {
        Self { tables: place.open(Use::Read), version }
    }

    /// Everything there is about models at one moment, for a comparison by [`changes`].
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.at_one_moment(Self::models)
    }

    /// Looks at several things as they are at one moment.
    pub(super) fn at_one_moment<T>(&self, look: impl FnOnce(&Self) -> T) -> T {
        self.tables.begin();
        let seen = look(self);
        self.tables.execute("COMMIT", &[]);
        seen
    }

    fn models(&self) -> Snapshot {
        let rows = self.rows("SELECT * FROM model ORDER BY id", &[]);
        rows.into_iter()
            .map(|mut row| {
                for column in ["params", "meta", "access_control"] {
                    if let Some(value) = row.get_mut(column) {
                        decode(value);
                    }
                }
                let id = row["id"].as_str().unwrap().to_owned();
                row["grants"] = match self.version.access {
                    Access::Control => json!(of_control(&row["access_control"])),
                    Access::Grants | Access::GrantsApart => json!(self.grant_rows(&id)),
                };
                (id, row)
            })
            .collect()
    }

    /// One row, as [`Database::snapshot`] has it.
    pub(crate) fn model(&self, id: &str) -> Option<Value> {
        self.snapshot().remove(id)
    }

    /// Who may use a model, sorted: `user:*:read`.
    pub(crate) fn grants(&self, id: &str) -> Vec<String> {
        let row = self.model(id).unwrap_or_else(|| panic!("there is no row {id:?}"));
        row["grants"].as_array().unwrap().iter().map(|grant| grant.as_str().unwrap().to_owned()).collect()
    }

    fn grant_rows(&self, id: &str) -> Vec<String> {
        let sql = "SELECT principal_type || ':' || principal_id || ':' || permission AS who FROM access_grant
                   WHERE resource_type = 'model' AND resource_id = $1 ORDER BY who";
        let rows = self.rows(sql, &[id]);
        rows.iter().map(|row| row["who"].as_str().unwrap().to_owned()).collect()
    }

    /// The versions of a model, oldest first, each with its `snapshot` decoded; none where the server keeps none.
    pub(crate) fn history(&self, id: &str) -> Vec<Value> {
        if !self.version.has_history() {
            return Vec::new();
        }
        let order = self.tables.order_of_insertion();
        let sql = format!("SELECT * FROM model_history WHERE model_id = $1 ORDER BY created_at, {order}");
        let mut rows = self.rows(&sql, &[id]);
        for row in &mut rows {
            decode(&mut row["snapshot"]);
        }
        rows
    }

    /// How many versions each model has, as rows of `id` and `versions`; none where the server keeps none.
    pub(crate) fn history_sizes(&self) -> Vec<Value> {
        if !self.version.has_history() {
            return Vec::new();
        }
        let sql = "SELECT model_id AS id, count(*) AS versions FROM model_history GROUP BY model_id ORDER BY model_id";
        self.rows(sql, &[])
    }

    /// Any query, each row an object of its columns.
    pub(super) fn rows(&self, sql: &str, parameters: &[&str]) -> Vec<Value> {
        self.tables.rows(sql, parameters)
    }
}

/// Reads JSON that is kept as a text.
fn decode(value: &mut Value) {
    if let Value::String(text) = value {
        *value = serde_json::from_str(text).unwrap();
    }
}

/// What `access_control` grants, in the form of the newer table.
fn of_control(control: &Value) -> Vec<String> {
    if control.is_null() {
        return vec!["user:*:read".to_owned()];
    }
    let mut grants = Vec::new();
    for (principals, kind) in [("group_ids", "group"), ("user_ids", "user")] {
        for permission in ["read", "write"] {
            let ids = control[permission][principals].as_array().into_iter().flatten();
            grants.extend(ids.map(|id| format!("{kind}:{}:{permission}", id.as_str().unwrap())));
        }
    }
    grants.sort();
    grants
}

/// What differs between two snapshots, one line a column: `id: column: before -> after`, in order.
pub(crate) fn changes(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let mut changes = Vec::new();
    for (id, row) in before {
        let Some(now) = after.get(id) else {
            changes.push(format!("{id}: deleted"));
            continue;
        };
        for (column, value) in row.as_object().unwrap() {
            if value != &now[column] {
                changes.push(format!("{id}: {column}: {value} -> {}", now[column]));
            }
        }
    }
    changes.extend(after.keys().filter(|id| !before.contains_key(*id)).map(|id| format!("{id}: created")));
    changes
}
