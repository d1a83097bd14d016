//! `webui.db`, which is what a server makes by itself.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, OpenFlags, Row, params_from_iter};
use serde_json::{Map, Value, json};

use super::{Tables, Use};

/// How long is waited for the server's own writes.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Sqlite {
    connection: Connection,
    to: Use,
}

impl Sqlite {
    pub(super) fn open(path: &Path, to: Use) -> Self {
        let flags = match to {
            Use::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Use::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let connection = Connection::open_with_flags(path, flags);
        let connection = connection.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        connection.busy_timeout(PATIENCE).unwrap();
        Self { connection, to }
    }
}

impl Tables for Sqlite {
    fn begin(&self) {
        // Who reads first and writes later may find that somebody else has written between.
        self.execute(if self.to == Use::Write { "BEGIN IMMEDIATE" } else { "BEGIN" }, &[]);
    }

    fn rows(&self, sql: &str, parameters: &[&str]) -> Vec<Value> {
        let mut statement = self.connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
        let rows = statement.query_map(params_from_iter(parameters), |row| Ok(object(&columns, row))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    fn execute(&self, sql: &str, parameters: &[&str]) {
        let done = self.connection.execute(sql, params_from_iter(parameters));
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    fn insert(&self, table: &str, row: &Value) {
        let row = row.as_object().unwrap();
        let columns: Vec<&str> = row.keys().map(String::as_str).collect();
        let places = vec!["?"; columns.len()].join(", ");
        let sql = format!("INSERT INTO {table} ({}) VALUES ({places})", columns.join(", "));
        let mut insert = self.connection.prepare_cached(&sql).unwrap();
        insert.execute(params_from_iter(row.values().map(cell))).unwrap();
    }

    fn order_of_insertion(&self) -> &'static str {
        "rowid"
    }
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

/// What [`object`] made a value of.
fn cell(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Number(number) => number.as_i64().map_or_else(|| Cell::Real(number.as_f64().unwrap()), Cell::Integer),
        Value::String(text) => Cell::Text(text.clone()),
        Value::Array(bytes) => {
            Cell::Blob(bytes.iter().map(|byte| byte.as_u64().unwrap().try_into().unwrap()).collect())
        }
        other => panic!("{other} is no value of a column"),
    }
}
