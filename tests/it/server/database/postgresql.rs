//! `PostgreSQL`, which makes objects of rows by itself.

use serde_json::Value;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls};

use super::super::api::RUNTIME;
use super::{Tables, Use};

pub(super) struct Postgresql {
    client: Client,
}

impl Postgresql {
    pub(super) fn open(url: &str, to: Use) -> Self {
        let client = connect(url).unwrap_or_else(|error| panic!("{url}: {error:?}"));
        if to == Use::Read {
            let setting = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";
            RUNTIME.block_on(client.batch_execute(setting)).unwrap();
        }
        Self { client }
    }
}

/// Connects to a database.
fn connect(url: &str) -> Result<Client, tokio_postgres::Error> {
    RUNTIME.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        // It ends when the client is dropped. What goes wrong on it, the client's next request says too.
        drop(tokio::spawn(connection));
        Ok(client)
    })
}

/// Whether a database takes connections.
pub(in super::super) fn is_ready(url: &str) -> bool {
    connect(url).is_ok()
}

impl Tables for Postgresql {
    fn begin(&self) {
        self.execute("BEGIN", &[]);
    }

    fn rows(&self, sql: &str, parameters: &[&str]) -> Vec<Value> {
        let sql = format!("SELECT row_to_json(one)::text FROM ({sql}) AS one");
        let rows = RUNTIME.block_on(self.client.query(&sql, &bound(parameters)));
        let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        rows.iter().map(|row| serde_json::from_str(row.get(0)).unwrap()).collect()
    }

    fn execute(&self, sql: &str, parameters: &[&str]) {
        let done = RUNTIME.block_on(self.client.execute(sql, &bound(parameters)));
        done.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    fn insert(&self, table: &str, row: &Value) {
        let sql = format!("INSERT INTO {table} SELECT * FROM json_populate_record(NULL::{table}, $1::text::json)");
        self.execute(&sql, &[&row.to_string()]);
    }

    fn order_of_insertion(&self) -> &'static str {
        "ctid"
    }
}

fn bound<'a>(parameters: &'a [&str]) -> Vec<&'a (dyn ToSql + Sync)> {
    parameters.iter().map(|parameter| parameter as &(dyn ToSql + Sync)).collect()
}
