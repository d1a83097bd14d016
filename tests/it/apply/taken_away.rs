//! Rows whose existence or mark somebody took away.

use super::Desk;
use crate::server::exclusive;

#[test]
fn a_row_that_somebody_deleted_is_made_again() {
    let server = exclusive();
    let desk = Desk::at(&server);
    desk.model("a", "NAME A").model("b", "").applies(&[]);
    server.delete_model(&server.second_admin, "a").unwrap();
    assert_eq!(desk.changes(), ["create a"]);
    desk.applies(&[]);
    assert_eq!(desk.row("a")["name"], "A");
}

#[test]
fn a_mark_that_somebody_removed_makes_the_row_foreign() {
    let server = exclusive();
    let desk = Desk::at(&server);
    desk.model("a", "NAME A").applies(&[]);
    server.tamper("UPDATE model SET meta = json_remove(meta, '$.maquette') WHERE id = 'a'", &[]);
    let output = desk.apply(&[]);
    output.fails(1);
    assert!(output.stdout.contains("--claim a"), "{output}");
    desk.applies(&["--claim", "a"]);
}
