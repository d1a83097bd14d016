//! Every way in which a row can have been, can be, and can have come from the one to the other.

use serde_json::json;

use super::*;
use crate::apply::snapshot::FORMAT;
use crate::apply::{Head, Intended};
use crate::project::RemoteKind;
use crate::remote::Via;
use crate::remote::open_webui::observe_row;
use crate::state::Applied;

const ORIGIN: &str = "https://chat";

fn key() -> WorkspaceKey {
    WorkspaceKey::new("0123456789abcdef")
}

fn remote() -> Identity {
    Identity { name: "chat".into(), kind: RemoteKind::OpenWebui, origin: ORIGIN.into() }
}

/// A row of nobody's.
fn foreign(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "params": {"system": "s"}, "meta": {"odd": {"x": null}}, "access_grants": []})
}

/// A row of ours whose name is managed.
fn ours(id: &str, name: &str) -> Value {
    marked(foreign(id, name), false)
}

fn marked(mut row: Value, protect: bool) -> Value {
    let id = row["id"].as_str().unwrap().to_owned();
    let fields = observe_row(row.clone()).unwrap().fields;
    let mark = key().mark(&id, ORIGIN, protect, key().applied(&id, [&Field::Name], &fields));
    row["meta"]["maquette"] = mark.to_value();
    row
}

/// A row with another value in a field that no file manages.
fn edited(mut row: Value) -> Value {
    row["params"]["system"] = json!("edited");
    row
}

/// What the apply was about to do to a row, and that it wrote this name.
fn intended(id: &str, action: Action, name: Option<&str>) -> IntendedRow {
    let digest = |name: &str| key().field(id, &Field::Name, Some(&json!(name)));
    let writes = name.map(|name| (Field::Name, vec![digest(name)])).into_iter().collect();
    IntendedRow { id: id.into(), action, retire: false, writes }
}

/// As [`intended`] for a row that is made: every field of it was written.
fn made(row: &Value) -> IntendedRow {
    let row = observe_row(row.clone()).unwrap();
    let writes =
        row.fields.iter().map(|(field, value)| (field.clone(), vec![key().field(&row.id, field, Some(value))]));
    IntendedRow { id: row.id.clone(), action: Action::Create, retire: false, writes: writes.collect() }
}

fn snapshot(was: &[Value], rows: Vec<IntendedRow>) -> Snapshot<'static> {
    let head = Head {
        format: FORMAT,
        maquette: String::new(),
        workspace: key().workspace().to_owned(),
        remote: "chat".into(),
        origin: ORIGIN.into(),
        version: None,
        taken_at: 0,
        plan: Some(Intended { seal: String::new(), via: Via::Rows, command: None, rollback: false, rows }),
        absent: Vec::new(),
    };
    let rows = was.iter().map(|row| std::borrow::Cow::Owned(row.clone())).collect();
    Snapshot { seal: String::new(), head, rows }
}

struct Case {
    was: Vec<Value>,
    rows: Vec<IntendedRow>,
    now: Vec<Value>,
    targets: Vec<&'static str>,
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

impl Case {
    fn run(&self, on_drift: OnDrift) -> Result<Rollback, RollbackError> {
        let rows = self.now.iter().map(|row| observe_row(row.clone()).unwrap());
        let observed = Observed { rows: rows.map(|row| (row.id.clone(), row)).collect(), ..Observed::default() };
        let basis = Basis {
            remote: &remote(),
            observed: &observed,
            key: &key(),
            read_row: &observe_row,
            on_drift,
            claims: &set(&["claimed"]),
            targets: &set(&self.targets),
        };
        rollback(&snapshot(&self.was, self.rows.clone()), &basis)
    }

    /// What the rollback would do, a line a change or a note: `update a: name, system!`, where `!` is drift.
    fn lines(&self, on_drift: OnDrift) -> Vec<String> {
        let rollback = self.run(on_drift).unwrap();
        let changes = rollback.changes.rows.iter().map(|change| {
            let fields = change
                .fields
                .iter()
                .map(|field| format!("{}{}", field.field, if field.provenance.is_drift() { "!" } else { "" }));
            let fields: Vec<String> = fields.collect();
            let action = format!("{:?}", change.action).to_lowercase();
            format!("{action} {}: {}", change.id, fields.join(", ")).trim_end_matches(": ").to_owned()
        });
        let notes = rollback.notes.iter().map(|(id, text)| format!("{id}: {text}"));
        changes.chain(notes).collect()
    }
}

#[track_caller]
fn check(was: Vec<Value>, rows: Vec<IntendedRow>, now: Vec<Value>, expected: &[&str]) {
    let case = Case { was, rows, now, targets: Vec::new() };
    assert_eq!(case.lines(OnDrift::Fail), expected);
    assert_eq!(case.lines(OnDrift::Overwrite), expected);
}

#[track_caller]
fn check_keeping(was: Vec<Value>, rows: Vec<IntendedRow>, now: Vec<Value>, expected: &[&str]) {
    assert_eq!(Case { was, rows, now, targets: Vec::new() }.lines(OnDrift::Keep), expected);
}

#[test]
fn a_row_that_was_made_goes() {
    let row = ours("a", "New");
    check(vec![], vec![made(&row)], vec![row.clone()], &["delete a"]);
    // Never made, or gone already.
    check(vec![], vec![made(&row)], vec![], &[]);
    // Somebody worked on it since.
    check(vec![], vec![made(&row)], vec![edited(row.clone())], &["delete a: system!"]);
    check_keeping(vec![], vec![made(&row)], vec![row.clone()], &["delete a"]);
    let stays = ["a: it was not there, but it was edited since: it stays"];
    check_keeping(vec![], vec![made(&row)], vec![edited(row)], &stays);
}

#[test]
fn a_row_that_others_made_stays() {
    let row = ours("a", "New");
    let stays = ["a: it was not there, and what is there now is not this workspace's: it stays"];
    check(vec![], vec![made(&row)], vec![foreign("a", "Theirs")], &stays);
    let mut copy = ours("b", "New");
    copy["id"] = json!("a");
    check(vec![], vec![made(&row)], vec![copy], &stays);
    let stays = ["a: it was not there, but it is protected now: it stays"];
    check(vec![], vec![made(&row)], vec![marked(foreign("a", "New"), true)], &stays);
}

#[test]
fn a_row_that_went_comes_back() {
    let rows = vec![intended("a", Action::Delete, None)];
    check(vec![ours("a", "Old")], rows.clone(), vec![], &["create a: name, system, access, meta.odd"]);
    // The deletion did not happen.
    check(vec![ours("a", "Old")], rows.clone(), vec![ours("a", "Old")], &[]);
    let rollback = Case { was: vec![ours("a", "Old")], rows, now: vec![], targets: vec![] }.run(OnDrift::Fail).unwrap();
    let [change] = &rollback.changes.rows[..] else { panic!("{rollback:?}") };
    let restore = change.restore.as_ref().unwrap();
    assert_eq!(restore.row, Some(ours("a", "Old")));
    assert_eq!(restore.mark, Some(ours("a", "Old")["meta"]["maquette"].clone()));
    assert_eq!(change.applied.keys().collect::<Vec<_>>(), [&Field::Name]);
}

#[test]
fn a_row_that_others_deleted_is_drift() {
    let rows = vec![intended("a", Action::Update, Some("New"))];
    check(vec![ours("a", "Old")], rows.clone(), vec![], &["create a: name!, system!, access!, meta.odd!"]);
    check_keeping(vec![ours("a", "Old")], rows, vec![], &["a: it was deleted since: it stays away"]);
}

#[test]
fn exactly_what_differs_is_put_back() {
    let rows = vec![intended("a", Action::Update, Some("New"))];
    let (old, new) = (ours("a", "Old"), ours("a", "New"));
    check(vec![old.clone()], rows.clone(), vec![new.clone()], &["update a: name"]);
    check(vec![old.clone()], rows.clone(), vec![old.clone()], &[]);
    check(vec![old.clone()], rows.clone(), vec![edited(new.clone())], &["update a: name, system!"]);
    check_keeping(vec![old.clone()], rows.clone(), vec![edited(new.clone())], &["update a: name"]);
    check_keeping(vec![old.clone()], rows.clone(), vec![edited(old.clone())], &[]);
    // The name was edited too: neither the apply nor a mark knows it.
    let mut renamed = new.clone();
    renamed["name"] = json!("Theirs");
    check(vec![old.clone()], rows.clone(), vec![renamed], &["update a: name!"]);
    // A later apply of ours wrote it, from wherever: the mark knows.
    check(vec![old.clone()], rows.clone(), vec![ours("a", "Later")], &["update a: name"]);
    // Keys that are not compared, such as times, make no difference.
    let mut touched = old.clone();
    touched["updated_at"] = json!(5);
    check(vec![old], rows, vec![touched], &[]);
}

#[test]
fn a_mark_alone_is_put_back() {
    let rows = vec![intended("a", Action::Update, None)];
    // A foreign row that was claimed is given back without a mark.
    check(vec![foreign("a", "A")], rows.clone(), vec![ours("a", "A")], &["update a"]);
    let case = Case { was: vec![foreign("a", "A")], rows: rows.clone(), now: vec![ours("a", "A")], targets: vec![] };
    let rollback = case.run(OnDrift::Fail).unwrap();
    let [change] = &rollback.changes.rows[..] else { panic!("{rollback:?}") };
    assert_eq!(change.restore, Some(Restore { row: Some(foreign("a", "A")), mark: None }));
    assert_eq!((change.applied.clone(), change.protect), (Applied::new(), false));
    // One that was protected is protected again.
    let case = Case { was: vec![marked(foreign("a", "A"), true)], rows, now: vec![ours("a", "A")], targets: vec![] };
    assert!(case.run(OnDrift::Fail).unwrap().changes.rows[0].protect);
}

#[test]
fn what_is_not_ours_now_stays_as_it_is() {
    let rows = vec![intended("a", Action::Update, Some("New"))];
    let stays =
        ["a: it differs from the snapshot, but is not this workspace's now: it stays, unless you say `--claim`"];
    check(vec![ours("a", "Old")], rows.clone(), vec![foreign("a", "Old")], &stays);
    check(vec![foreign("a", "Old")], rows.clone(), vec![foreign("a", "Theirs")], &stays);
    check(vec![foreign("a", "Old")], rows, vec![foreign("a", "Old")], &[]);
    // Unless somebody says so: then what the apply did not write is what others wrote.
    let rows = vec![intended("claimed", Action::Update, Some("New"))];
    let now = edited(foreign("claimed", "New"));
    check(vec![ours("claimed", "Old")], rows.clone(), vec![now.clone()], &["update claimed: name, system!"]);
    let case = Case { was: vec![ours("claimed", "Old")], rows, now: vec![now], targets: vec![] };
    assert!(case.run(OnDrift::Fail).unwrap().changes.rows[0].claim);
}

#[test]
fn only_targets_if_there_are_any() {
    let rows = vec![intended("a", Action::Update, Some("New")), intended("b", Action::Update, Some("New"))];
    let mut case = Case {
        was: vec![ours("a", "Old"), ours("b", "Old")],
        rows,
        now: vec![ours("a", "New"), ours("b", "New")],
        targets: vec![],
    };
    assert_eq!(case.lines(OnDrift::Fail), ["update a: name", "update b: name"]);
    case.targets = vec!["b"];
    assert_eq!(case.lines(OnDrift::Fail), ["update b: name"]);
    case.targets = vec!["c"];
    assert_eq!(case.run(OnDrift::Fail), Err(RollbackError::UnknownTarget("c".into())));
}

#[test]
fn rows_that_the_apply_did_not_touch_are_left_alone() {
    let rows = vec![intended("a", Action::Update, Some("New"))];
    let was = vec![ours("a", "Old"), foreign("gone", "G"), foreign("there", "T"), foreign("same", "S")];
    let now = vec![ours("a", "New"), edited(foreign("there", "T")), foreign("same", "S"), foreign("new", "N")];
    let note = "gone: it was not part of that apply, and is gone now: `--target` puts it back by name";
    check(was.clone(), rows.clone(), now.clone(), &["update a: name", note]);
    let targets = vec!["gone", "there", "same"];
    let case = Case { was, rows, now, targets };
    assert_eq!(
        case.lines(OnDrift::Fail),
        [
            "create gone: name, system, access, meta.odd",
            "there: it was not part of that apply: it stays as others have left it"
        ]
    );
    let changes = case.run(OnDrift::Fail).unwrap().changes;
    assert_eq!(changes.unchanged, 1, "the one that is the same");
}

#[test]
fn deletions_come_last_and_what_is_ours_is_counted() {
    let made_row = ours("a", "New");
    let rows = vec![made(&made_row), intended("b", Action::Delete, None), intended("c", Action::Update, Some("New"))];
    let (was, now) = (vec![ours("b", "B"), ours("c", "Old")], vec![made_row, ours("c", "New"), foreign("d", "D")]);
    let changes = Case { was, rows, now, targets: vec![] }.run(OnDrift::Fail).unwrap().changes;
    let order: Vec<_> = changes.rows.iter().map(|change| (change.id.as_str(), change.action)).collect();
    assert_eq!(order, [("b", Action::Create), ("c", Action::Update), ("a", Action::Delete)]);
    assert_eq!((changes.managed, changes.unchanged), (2, 0));
}

#[test]
fn a_snapshot_of_something_else_is_refused() {
    let observed = Observed::default();
    let with = |change: fn(&mut Snapshot<'static>)| {
        let mut snapshot = snapshot(&[ours("a", "A")], vec![intended("a", Action::Delete, None)]);
        change(&mut snapshot);
        let (remote, key, targets) = (remote(), key(), BTreeSet::new());
        let basis = Basis {
            remote: &remote,
            observed: &observed,
            key: &key,
            read_row: &observe_row,
            on_drift: OnDrift::Fail,
            claims: &targets,
            targets: &targets,
        };
        rollback(&snapshot, &basis).map(|rollback| rollback.changes.rows.len())
    };
    assert_eq!(with(|_| {}), Ok(1));
    let other = with(|snapshot| snapshot.head.origin = "https://other".into());
    assert_eq!(other, Err(RollbackError::OtherRemote { snapshot: "https://other".into(), remote: ORIGIN.into() }));
    assert_eq!(with(|snapshot| snapshot.head.plan = None), Err(RollbackError::NoIntention));
    assert_eq!(with(|snapshot| snapshot.rows.push(std::borrow::Cow::Owned(json!({})))), Err(RollbackError::BadRow));
}
