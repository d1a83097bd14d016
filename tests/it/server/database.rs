//! The server's tables as they are, beside what its API says of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};
use serde_json::{Map, Value, json};

use super::version::{Access, Version};

/// How long is waited for the server's own writes.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A read-only connection to `webui.db`.
pub(crate) struct Database {
    connection: Connection,
    version: Version,
}

/// Every row of the model table by id: every column, `params` and `meta` decoded, and its `grants`, wherever they are kept.
pub(crate) type Snapshot = BTreeMap<String, Value>;

impl Database {
    pub(super) fn open(path: &Path, version: Version) -> Self {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let connection = connection.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        connection.busy_timeout(PATIENCE).unwrap();
        Self { connection, version }
    }

    /// Everything there is about models at one moment, for a comparison by [`changes`].
    pub(crate) fn snapshot(&self) -> Snapshot {
        let moment = self.connection.unchecked_transaction().unwrap();
        let snapshot = self.models();
        moment.finish().unwrap();
        snapshot
    }

    fn models(&self) -> Snapshot {
        let rows = self.rows("SELECT * FROM model ORDER BY id", []);
        rows.into_iter()
            .map(|mut row| {
                for column in ["params", "meta", "access_control"] {
                    if let Some(text) = row.get(column).and_then(Value::as_str) {
                        row[column] = serde_json::from_str(text).unwrap();
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
                   WHERE resource_type = 'model' AND resource_id = ? ORDER BY who";
        let rows = self.rows(sql, [id]);
        rows.iter().map(|row| row["who"].as_str().unwrap().to_owned()).collect()
    }

    /// The versions of a model, oldest first, each with its `snapshot` decoded; none where the server keeps none.
    pub(crate) fn history(&self, id: &str) -> Vec<Value> {
        if !self.version.has_history() {
            return Vec::new();
        }
        let mut rows = self.rows("SELECT * FROM model_history WHERE model_id = ? ORDER BY created_at, rowid", [id]);
        for row in &mut rows {
            row["snapshot"] = serde_json::from_str(row["snapshot"].as_str().unwrap()).unwrap();
        }
        rows
    }

    /// How many versions each model has, as rows of `id` and `versions`; none where the server keeps none.
    pub(crate) fn history_sizes(&self) -> Vec<Value> {
        if !self.version.has_history() {
            return Vec::new();
        }
        let sql = "SELECT model_id AS id, count(*) AS versions FROM model_history GROUP BY model_id ORDER BY model_id";
        self.rows(sql, [])
    }

    /// Any query, each row an object of its columns.
    pub(crate) fn rows(&self, sql: &str, parameters: impl rusqlite::Params) -> Vec<Value> {
        let mut statement = self.connection.prepare(sql).unwrap();
        let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
        let rows = statement.query_map(parameters, |row| Ok(object(&columns, row))).unwrap();
        rows.map(Result::unwrap).collect()
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

/// Carries out one statement, waiting for the server's own writes.
pub(super) fn write(path: &Path, sql: &str, parameters: impl rusqlite::Params) {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    connection.busy_timeout(PATIENCE).unwrap();
    connection.execute(sql, parameters).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// One row as an object.
fn object(columns: &[String], row: &Row<'_>) -> Value {
    let mut object = Map::new();
    for (index, column) in columns.iter().enumerate() {
        let value = match row.get_ref(index).unwrap() {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => json!(number),
            ValueRef::Real(number) => json!(number),
            ValueRef::Text(text) => json!(std::str::from_utf8(text).unwrap()),
            ValueRef::Blob(bytes) => json!(bytes),
        };
        object.insert(column.clone(), value);
    }
    Value::Object(object)
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
