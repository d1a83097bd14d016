//! Which way of writing is right: what is sound there, and of that the cheapest.

use super::super::{Error, Via};
use super::capabilities::{Capabilities, Reading, Sync};
use crate::diff::{Action, Change};
use crate::state::{Field, Observed, View};

/// From how many new rows on importing them pays.
const IMPORT_FROM: usize = 20;

/// Milliseconds of the server's time on 0.12.4 with its own database: 1 000 unchanged rows synced in 3.0 to 3.2 s, a single
/// update in 16 to 20 ms and the look before it. Only their ratios matter.
mod cost {
    /// One row of the table that is synced, changed or not.
    pub(super) const SYNCED_ROW: usize = 3;
    /// One request that writes a row, with the look before it.
    pub(super) const REQUEST: usize = 25;
    /// How many times as long everything may take in one transaction.
    pub(super) const WORTH_ONE_TRANSACTION: usize = 2;
}

/// The way of writing that is right, and why.
pub(super) fn choose(
    capabilities: &Capabilities,
    exclusive: bool,
    asked: Option<Via>,
    changes: &[Change],
    observed: &Observed,
) -> Result<(Via, String), Error> {
    let unsound = |via| unsound(via, capabilities, changes, observed);
    if let Some(via) = asked {
        return match unsound(via) {
            Some(reason) => Err(Error::Unsound { via, reason }),
            None => Ok((via, format!("asked for with `--via {}`; {}", via.as_str(), what(via)))),
        };
    }
    if !capabilities.known {
        return Ok((
            Via::Rows,
            "this version is not known; row by row every change is looked at before and after".into(),
        ));
    }
    let creates = changes.iter().filter(|change| change.action == Action::Create).count();
    let (row_cost, sync_cost) = costs(capabilities, changes, observed);
    let why_not_sync = match unsound(Via::Sync) {
        _ if !exclusive => "the remote is not exclusive: rows that others make meanwhile stay safe".to_owned(),
        Some(reason) => format!("the remote is exclusive, but {reason}"),
        None if sync_cost > row_cost * cost::WORTH_ONE_TRANSACTION => {
            let few = count(changes.len(), "change");
            format!(
                "the remote is exclusive, but {few} cost the server less than all its {} models",
                observed.rows.len()
            )
        }
        None => return Ok((Via::Sync, format!("the remote is exclusive: {}", what(Via::Sync)))),
    };
    // Where rows are looked for one by one before an import, it costs as much as creating them.
    if creates >= IMPORT_FROM && capabilities.reading == Reading::All && unsound(Via::Import).is_none() {
        return Ok((Via::Import, format!("{}, many at once; {why_not_sync}", count(creates, "new model"))));
    }
    Ok((Via::Rows, why_not_sync))
}

fn what(via: Via) -> &'static str {
    match via {
        Via::Sync => "all content in one transaction",
        Via::Import => "new models many at once, the rest row by row",
        Via::Rows | Via::File => "row by row",
    }
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// What writing row by row and what replacing the whole table costs the server.
fn costs(capabilities: &Capabilities, changes: &[Change], observed: &Observed) -> (usize, usize) {
    let of_access = |change: &&Change| {
        change.action == Action::Update && change.fields.iter().any(|field| field.field == Field::Access)
    };
    // Access is two requests of its own, and a third where it is both given and taken.
    let access = changes.iter().filter(of_access).count() * 2 * cost::REQUEST;
    let sync_access = if capabilities.sync == Sync::WithoutGrants { access } else { 0 };
    (changes.len() * cost::REQUEST + access, observed.rows.len() * cost::SYNCED_ROW + cost::REQUEST + sync_access)
}

/// Why these changes must not be written that way.
fn unsound(via: Via, capabilities: &Capabilities, changes: &[Change], observed: &Observed) -> Option<String> {
    if let Some(reason) = capabilities.unsound(via) {
        return Some(reason.to_owned());
    }
    if let (Via::Sync | Via::Import, View::Partial(reason)) = (via, &observed.view) {
        // One would delete the rows that are hidden, the other overwrite them.
        return Some(format!("not every row can be seen: {reason}"));
    }
    if via != Via::Sync {
        return None;
    }
    if let Some(id) = observed.rows.keys().find(|id| id.chars().any(char::is_whitespace)) {
        // Seen on 0.12.4: every sync that lists such a row fails with 500, and leaving it out deletes it.
        return Some(format!("the row `{}` has a blank in its id, which the sync endpoint refuses", id.escape_debug()));
    }
    let deleted = changes.iter().filter(|change| change.action == Action::Delete).count();
    let created = changes.iter().filter(|change| change.action == Action::Create).count();
    (observed.rows.len() + created == deleted)
        .then(|| "no row would be left, and an empty list is taken for everything".into())
}

#[cfg(test)]
mod tests {
    use super::super::capabilities;
    use super::*;
    use crate::diff::{FieldChange, Provenance};
    use crate::state::{Fields, ObservedRow};

    fn table(rows: usize) -> Observed {
        let row = |id: &str| ObservedRow {
            id: id.to_owned(),
            fields: Fields::new(),
            mark: None,
            owner: None,
            raw: serde_json::Value::Null,
        };
        let rows = (0..rows).map(|number| format!("m{number}")).map(|id| (id.clone(), row(&id))).collect();
        Observed { rows, ..Observed::default() }
    }

    fn changes(action: Action, count: usize) -> Vec<Change> {
        (0..count).map(|number| Change::new(format!("m{number}"), action)).collect()
    }

    /// What is chosen where nothing is asked for.
    fn chosen(version: &str, exclusive: bool, changes: &[Change], rows: usize) -> Via {
        choose(capabilities::of(version).unwrap(), exclusive, None, changes, &table(rows)).unwrap().0
    }

    /// Why a way that is asked for is refused.
    fn refused(version: &str, via: Via, changes: &[Change], observed: &Observed) -> Option<String> {
        let choice = choose(capabilities::of(version).unwrap(), true, Some(via), changes, observed);
        match choice {
            Ok((chosen, why)) => {
                assert_eq!(chosen, via);
                assert!(why.starts_with(&format!("asked for with `--via {}`; ", via.as_str())), "{why}");
                None
            }
            Err(Error::Unsound { via: refused, reason }) => {
                assert_eq!(refused, via);
                Some(reason)
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_table_is_synced_only_where_it_is_all_ours_and_worth_it() {
        // 100 rows: 3 · 100 + 25 for a sync, 25 a change row by row, of which twice as much is too much.
        let edits = |count| changes(Action::Update, count);
        assert_eq!(chosen("0.12.4", true, &edits(7), 100), Via::Sync);
        assert_eq!(chosen("0.12.4", true, &edits(6), 100), Via::Rows);
        assert_eq!(chosen("0.12.4", false, &edits(7), 100), Via::Rows);
        assert_eq!(chosen("0.10.2", true, &edits(7), 100), Via::Rows);
        assert_eq!(chosen("0.13.0", true, &edits(7), 100), Via::Rows);
    }

    #[test]
    fn access_is_extra_where_a_sync_leaves_it_out() {
        let mut edits = changes(Action::Update, 6);
        for edit in &mut edits {
            let (field, provenance) = (Field::Access, Provenance::Local);
            edit.fields.push(FieldChange { field, provenance, before: None, after: None });
        }
        // Row by row 6 · 75 = 450. A sync is 325, and 300 more where access goes by requests of its own.
        assert_eq!(chosen("0.12.3", true, &edits, 100), Via::Sync);
        assert_eq!(chosen("0.12.4", true, &edits, 100), Via::Sync);
        assert_eq!(chosen("0.12.3", true, &edits, 290), Via::Sync);
        assert_eq!(chosen("0.12.4", true, &edits, 290), Via::Rows);
    }

    #[test]
    fn new_rows_are_imported_once_there_are_many_and_one_look_shows_whether_they_are_free() {
        let new = |count| changes(Action::Create, count);
        assert_eq!(chosen("0.12.4", false, &new(20), 0), Via::Import);
        assert_eq!(chosen("0.12.4", false, &new(19), 0), Via::Rows);
        assert_eq!(chosen("0.12.4", false, &changes(Action::Update, 20), 20), Via::Rows);
        assert_eq!(chosen("0.11.3", false, &new(20), 0), Via::Rows);
        assert_eq!(chosen("0.13.0", false, &new(20), 0), Via::Rows);
    }

    #[test]
    fn what_would_lose_rows_is_refused_even_where_it_is_asked_for() {
        let edit = changes(Action::Update, 1);
        let whole = table(2);
        assert_eq!(refused("0.12.4", Via::Sync, &edit, &whole), None);
        assert_eq!(refused("0.12.4", Via::Import, &edit, &whole), None);
        assert_eq!(refused("0.6.43", Via::Rows, &edit, &whole), None);
        assert!(refused("0.10.2", Via::Sync, &edit, &whole).unwrap().contains("changes nothing and says 200"));
        assert!(refused("0.13.0", Via::Import, &edit, &whole).unwrap().contains("not known"));

        let partial = Observed { view: View::Partial("two are hidden".into()), ..table(2) };
        for via in [Via::Sync, Via::Import] {
            assert_eq!(
                refused("0.12.4", via, &edit, &partial).as_deref(),
                Some("not every row can be seen: two are hidden")
            );
        }
        assert_eq!(refused("0.12.4", Via::Rows, &edit, &partial), None);

        let mut blank = table(2);
        let row = blank.rows.get("m0").cloned().unwrap();
        blank.rows.insert("a\u{a0}b".into(), row);
        assert!(refused("0.12.4", Via::Sync, &edit, &blank).unwrap().contains(r"`a\u{a0}b` has a blank in its id"));
        assert_eq!(refused("0.12.4", Via::Import, &edit, &blank), None);

        let everything = changes(Action::Delete, 2);
        assert!(refused("0.12.4", Via::Sync, &everything, &whole).unwrap().contains("no row would be left"));
        assert_eq!(refused("0.12.4", Via::Sync, &everything, &table(3)), None);
        let mut swapped = changes(Action::Delete, 2);
        swapped.push(Change::new("new", Action::Create));
        assert_eq!(refused("0.12.4", Via::Sync, &swapped, &whole), None);
    }
}
