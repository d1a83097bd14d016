//! The model table put aside, and put back behind the server's back: a hundred times faster than through its API.

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::{Server, database};

/// Where the server keeps models, who may use them, and their versions. Older servers have fewer of them.
const TABLES: [&str; 3] = ["model", "access_grant", "model_history"];

/// The rows of one table, column by column.
struct Table {
    name: &'static str,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

/// Everything there was about models at one moment, to the byte.
pub(crate) struct Frozen(Vec<Table>);

impl Server {
    /// Puts aside what there is about models.
    pub(crate) fn freeze(&self) -> Frozen {
        let path = self.data_dir().join("webui.db");
        let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let moment = connection.transaction().unwrap();
        let exists = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?";
        let tables = TABLES.into_iter().filter(|name| moment.query_row(exists, [name], |row| row.get(0)) == Ok(1));
        let tables = tables.map(|name| {
            let mut statement = moment.prepare(&format!("SELECT * FROM {name}")).unwrap();
            let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
            let rows = statement.query_map([], |row| (0..columns.len()).map(|column| row.get(column)).collect());
            let rows = rows.unwrap().map(Result::unwrap).collect();
            Table { name, columns, rows }
        });
        Frozen(tables.collect())
    }

    /// Puts back what was put aside. What the server holds in memory of it, which is what chats see, is not touched.
    pub(crate) fn thaw(&self, frozen: &Frozen) {
        let path = self.data_dir().join("webui.db");
        let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        connection.busy_timeout(database::PATIENCE).unwrap();
        let change = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
        for Table { name, columns, rows } in &frozen.0 {
            change.execute(&format!("DELETE FROM {name}"), []).unwrap();
            let places = vec!["?"; columns.len()].join(", ");
            let sql = format!("INSERT INTO {name} ({}) VALUES ({places})", columns.join(", "));
            let mut insert = change.prepare(&sql).unwrap();
            for row in rows {
                insert.execute(params_from_iter(row)).unwrap();
            }
        }
        change.commit().unwrap();
    }
}
