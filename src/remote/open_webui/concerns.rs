//! What changes would leave dangling, and models that their readers cannot use. Pure.
//!
//! In: the changes, and what the server has. Out: [`Concern`]s about what comes of the changes; what was so before is no
//! concern of theirs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::Concern;
use super::access;
use super::capabilities::{self, BaseAccess};
use crate::diff::{Action, Change, Provenance};
use crate::state::{Catalogue, Field, Observed, ObservedRow, ReferenceKind};

fn base_access(version: &str) -> BaseAccess {
    capabilities::of(version).map_or(BaseAccess::Always, |row| row.base_access)
}

/// What there is to say about the changes.
pub(super) fn concerns(changes: &[Change], observed: &Observed) -> Vec<Concern> {
    let rule = base_access(observed.version.as_deref().unwrap_or_default());
    let before = Table::before(observed);
    let after = Table::after(observed, changes);
    let mut concerns: Vec<Concern> = Vec::new();
    for change in changes {
        if let Some(fate) = fate(change, changes) {
            concerns.extend(named_in_settings(&change.id, &fate, observed));
            concerns.extend(built_on(&change.id, &fate, &before, &after));
        }
    }
    for (id, row) in &after.rows {
        let reach = out_of_reach(id, row, rule, &before, &after, &observed.catalogue);
        concerns.extend(reach.map(|reach| reach.concern("would be")));
    }
    concerns
}

/// The presets that some who may read them cannot use now.
pub(super) fn stranded(observed: &Observed) -> Vec<Concern> {
    let rule = base_access(observed.version.as_deref().unwrap_or_default());
    let (nothing, now) = (Table { rows: BTreeMap::new() }, Table::before(observed));
    let reaches = now.rows.iter().filter_map(|(id, row)| {
        out_of_reach(id, row, rule, &nothing, &now, &observed.catalogue).map(|reach| reach.concern("is"))
    });
    reaches.collect()
}

/// How a model goes, in words; `None` if it does not.
fn fate(change: &Change, changes: &[Change]) -> Option<String> {
    let renamed = changes.iter().find(|other| other.moved_from.as_ref() == Some(&change.id));
    match change.action {
        Action::Delete => Some(renamed.map_or_else(
            || "would be deleted".to_owned(),
            |other| format!("would be renamed to `{}`", other.id.escape_debug()),
        )),
        Action::Update => {
            let off = |value: &Option<Value>| *value == Some(Value::Bool(false));
            let switched = change
                .fields
                .iter()
                .any(|field| field.field == Field::Active && off(&field.after) && !off(&field.before));
            switched.then(|| "would be switched off".to_owned())
        }
        Action::Create => None,
    }
}

/// The server's settings name the model.
fn named_in_settings(id: &str, fate: &str, observed: &Observed) -> Vec<Concern> {
    let has = |list: &[String]| list.iter().any(|named| named == id);
    let shown = id.escape_debug();
    let mut concerns = Vec::new();
    if has(&observed.settings.default_models) {
        concerns.push(Concern {
            code: "default-model".into(),
            id: id.to_owned(),
            message: format!("`{shown}` {fate}, and new chats begin with it"),
            help: "choose another default model in the server's settings".into(),
        });
    }
    if has(&observed.settings.model_order) {
        concerns.push(Concern {
            code: "model-order".into(),
            id: id.to_owned(),
            message: format!("`{shown}` {fate}, and the server's order of models names it"),
            help: "save the order of models anew in the server's settings".into(),
        });
    }
    concerns
}

/// Presets that are built on a preset that goes. (A base model goes on being there without its row.)
fn built_on(id: &str, fate: &str, before: &Table, after: &Table) -> Option<Concern> {
    before.rows.get(id)?.base.as_ref()?;
    let on_it = |(_, row): &(&String, &Row)| row.base.as_deref() == Some(id);
    let left: Vec<String> =
        after.rows.iter().filter(on_it).map(|(other, _)| format!("`{}`", other.escape_debug())).collect();
    (!left.is_empty()).then(|| Concern {
        code: "base-gone".into(),
        id: id.to_owned(),
        message: format!("`{}` {fate}, and {} built on it", id.escape_debug(), is_or_are(&left)),
        help: "build them on another model first".into(),
    })
}

fn is_or_are(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

/// A preset that some who may read it cannot use, because they may not use its base model.
struct OutOfReach<'a> {
    id: &'a str,
    base: String,
    /// The base model has a row of its own.
    has_row: bool,
    readers: Vec<String>,
}

impl OutOfReach<'_> {
    /// In words; `is` is how it stands with the access.
    fn concern(self, is: &str) -> Concern {
        let (shown, base) = (self.id.escape_debug(), self.base.escape_debug());
        let (why, help) = if self.has_row {
            ("may not use", format!("give them access to `{base}` too"))
        } else {
            (
                "may not use, since it has no row and is the administrators'",
                format!("add a file with `OVERRIDE {base}` and `ACCESS`"),
            )
        };
        Concern {
            code: "base-out-of-reach".into(),
            id: self.id.to_owned(),
            message: format!("`{shown}` {is} open to {}, who {why}: its base model `{base}`", self.readers.join(", ")),
            help,
        }
    }
}

/// The preset, if some who may read it cannot use it, and could before or could not read it before.
fn out_of_reach<'a>(
    id: &'a str,
    row: &Row,
    rule: BaseAccess,
    before: &Table,
    after: &Table,
    catalogue: &Catalogue,
) -> Option<OutOfReach<'a>> {
    let (base, barred) = after.barred(id, row, rule)?;
    let already = before.rows.get(id).and_then(|row| before.barred(id, row, rule)).map(|(_, barred)| barred);
    let new: Vec<String> = barred
        .iter()
        .filter(|principal| !already.as_ref().is_some_and(|already| already.contains(*principal)))
        .map(|principal| who(principal, catalogue))
        .collect();
    let has_row = after.rows.contains_key(&base);
    (!new.is_empty()).then_some(OutOfReach { id, base, has_row, readers: new })
}

fn who(principal: &str, catalogue: &Catalogue) -> String {
    let named = |kind, id: &str| catalogue.name_of(kind, id).unwrap_or(id).escape_debug().to_string();
    match principal.split_once(':') {
        Some(("user", "*")) => "everybody".to_owned(),
        Some(("group", id)) => format!("the group `{}`", named(ReferenceKind::Group, id)),
        Some(("user", id)) => format!("`{}`", named(ReferenceKind::User, id)),
        _ => format!("`{}`", principal.escape_debug()),
    }
}

/// A row, as far as it matters here.
#[derive(Clone)]
struct Row {
    base: Option<String>,
    /// Who may read it: `group:<id>`, `user:<id>`, `user:*`.
    readers: BTreeSet<String>,
    owner: Option<String>,
}

/// The model table.
struct Table {
    rows: BTreeMap<String, Row>,
}

impl Table {
    fn before(observed: &Observed) -> Self {
        Self { rows: observed.rows.iter().map(|(id, row)| (id.clone(), Row::of(row))).collect() }
    }

    fn after(observed: &Observed, changes: &[Change]) -> Self {
        let mut table = Self::before(observed);
        for change in changes {
            let row = match change.action {
                Action::Delete => {
                    table.rows.remove(&change.id);
                    continue;
                }
                Action::Update => observed.rows.get(&change.id).map(Row::of),
                Action::Create => {
                    let former = change.moved_from.as_ref().and_then(|former| observed.rows.get(former));
                    former.map(|former| Row { owner: None, ..Row::of(former) })
                }
            };
            let mut row = row.unwrap_or(Row { base: None, readers: BTreeSet::new(), owner: None });
            for field in change.fields.iter().filter(|field| field.provenance != Provenance::Release) {
                match field.field {
                    Field::Base => row.base = field.after.as_ref().and_then(Value::as_str).map(str::to_owned),
                    Field::Access => row.readers = readers(field.after.as_ref()),
                    _ => {}
                }
            }
            table.rows.insert(change.id.clone(), row);
        }
        table
    }

    /// The first base model that some readers of a preset may not use, and who they are.
    fn barred(&self, id: &str, row: &Row, rule: BaseAccess) -> Option<(String, BTreeSet<String>)> {
        if rule == BaseAccess::Free {
            return None;
        }
        let mut seen = BTreeSet::from([id]);
        let mut next = row.base.as_deref();
        while let Some(base) = next {
            if !seen.insert(base) {
                break;
            }
            let Some(found) = self.rows.get(base) else {
                let barred = rule == BaseAccess::Always && !row.readers.is_empty();
                return barred.then(|| (base.to_owned(), row.readers.clone()));
            };
            let barred: BTreeSet<String> =
                row.readers.iter().filter(|reader| !found.is_read_by(reader)).cloned().collect();
            if !barred.is_empty() {
                return Some((base.to_owned(), barred));
            }
            next = found.base.as_deref();
        }
        None
    }
}

impl Row {
    fn of(row: &ObservedRow) -> Self {
        let base = row.get(&Field::Base).and_then(Value::as_str).map(str::to_owned);
        Self { base, readers: readers(row.get(&Field::Access)), owner: row.owner.clone() }
    }

    /// Whether a reader of something else may read this too, as far as that can be told without knowing who is in which group.
    fn is_read_by(&self, reader: &str) -> bool {
        let owns = self.owner.as_deref().is_some_and(|owner| reader.strip_prefix("user:") == Some(owner));
        self.readers.contains("user:*") || self.readers.contains(reader) || owns
    }
}

fn readers(access: Option<&Value>) -> BTreeSet<String> {
    let grants = access::from_canonical(access).into_iter().filter(|(permission, _, _)| permission == "read");
    grants.map(|(_, kind, id)| format!("{kind}:{id}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diff::FieldChange;
    use crate::state::{Entry, Fields, Settings};

    /// A row: its id, its base, and who may read it.
    fn row(id: &str, base: &str, readers: &[&str]) -> ObservedRow {
        let mut fields = Fields::from([(Field::Access, grants(readers))]);
        if !base.is_empty() {
            fields.insert(Field::Base, json!(base));
        }
        ObservedRow { id: id.into(), fields, mark: None, owner: Some("owner".into()), raw: Value::Null }
    }

    fn grants(readers: &[&str]) -> Value {
        readers.iter().map(|reader| json!(format!("read {reader}"))).collect()
    }

    fn server(version: &str, rows: &[ObservedRow]) -> Observed {
        let entry = |id: &str, name: &str| Entry { id: id.into(), name: name.into(), kind: None };
        let mut observed = Observed { version: Some(version.into()), ..Observed::default() };
        observed.rows = rows.iter().map(|row| (row.id.clone(), row.clone())).collect();
        observed.catalogue.entries = BTreeMap::from([
            (ReferenceKind::Group, vec![entry("g", "Support")]),
            (ReferenceKind::User, vec![entry("u", "una@example.com")]),
        ]);
        observed
    }

    fn field(field: Field, before: Option<Value>, after: Option<Value>) -> FieldChange {
        FieldChange { field, provenance: Provenance::Local, before, after }
    }

    fn access(id: &str, readers: &[&str]) -> Change {
        let fields = vec![field(Field::Access, None, Some(grants(readers)))];
        Change { fields, ..Change::new(id, Action::Update) }
    }

    fn create(id: &str, base: &str, readers: &[&str]) -> Change {
        let base = field(Field::Base, None, Some(json!(base)));
        let fields = vec![base, field(Field::Access, None, Some(grants(readers)))];
        Change { fields, ..Change::new(id, Action::Create) }
    }

    fn delete(id: &str) -> Change {
        Change::new(id, Action::Delete)
    }

    fn said(changes: &[Change], observed: &Observed) -> Vec<String> {
        let concerns = concerns(changes, observed);
        concerns
            .into_iter()
            .map(|concern| format!("{}: {} / {}", concern.code, concern.message, concern.help))
            .collect()
    }

    /// How many concerns there are.
    fn count(changes: &[Change], observed: &Observed) -> usize {
        said(changes, observed).len()
    }

    #[test]
    fn the_rule_by_version() {
        for (version, rule) in [
            ("0.6.43", BaseAccess::Free),
            ("0.8.12", BaseAccess::Free),
            ("0.9.0", BaseAccess::OfRow),
            ("0.10.2", BaseAccess::OfRow),
            ("0.11.0", BaseAccess::Always),
            ("v0.12.4", BaseAccess::Always),
            ("1.0.0", BaseAccess::Always),
            ("1.9.0", BaseAccess::Always),
            ("", BaseAccess::Always),
        ] {
            assert_eq!(base_access(version), rule, "{version}");
        }
    }

    #[test]
    fn a_preset_on_a_base_model_without_a_row() {
        let change = [create("p", "b", &["group:g"])];
        assert_eq!(
            said(&change, &server("0.12.4", &[])),
            [
                "base-out-of-reach: `p` would be open to the group `Support`, who may not use, since it has no row and is the \
              administrators': its base model `b` / add a file with `OVERRIDE b` and `ACCESS`"
            ]
        );
        assert_eq!(count(&change, &server("0.10.2", &[])), 0);
        assert_eq!(count(&change, &server("0.8.12", &[])), 0);
        assert_eq!(count(&[create("p", "b", &[])], &server("0.12.4", &[])), 0, "nobody reads it");
    }

    #[test]
    fn a_preset_on_a_base_model_with_a_row() {
        let reads = |version: &str, of_base: &[&str], of_preset: &[&str]| {
            count(&[create("p", "b", of_preset)], &server(version, &[row("b", "", of_base)]))
        };
        for version in ["0.9.6", "0.12.4"] {
            assert_eq!(reads(version, &["group:g"], &["group:g"]), 0);
            assert_eq!(reads(version, &["user:*"], &["group:g", "user:u"]), 0);
            assert_eq!(reads(version, &["group:g"], &["user:*"]), 1);
            assert_eq!(reads(version, &["group:g"], &["group:h"]), 1);
            assert_eq!(reads(version, &[], &["user:u"]), 1);
            assert_eq!(reads(version, &[], &["user:owner"]), 0, "the base is his own");
            assert_eq!(reads(version, &[], &["group:owner"]), 1);
        }
        assert_eq!(reads("0.8.12", &[], &["user:*"]), 0);
        assert_eq!(
            said(&[create("p", "b", &["user:*", "user:u", "user:x"])], &server("0.12.4", &[row("b", "", &["user:x"])])),
            [
                "base-out-of-reach: `p` would be open to everybody, `una@example.com`, who may not use: its base model `b` / \
              give them access to `b` too"
            ]
        );
    }

    #[test]
    fn writing_is_not_reading() {
        let mut base = row("b", "", &[]);
        base.fields.insert(Field::Access, json!(["write group:g"]));
        assert_eq!(count(&[create("p", "b", &["group:g"])], &server("0.12.4", &[base])), 1);
    }

    #[test]
    fn what_a_change_does_to_presets_that_are_there() {
        let open = [row("b", "", &["group:g"]), row("p", "b", &["group:g"])];
        let now = server("0.12.4", &open);
        assert_eq!(count(&[], &now), 0);
        assert_eq!(count(&[access("b", &[])], &now), 1);
        assert_eq!(count(&[access("p", &["group:g", "user:*"])], &now), 1);
        assert_eq!(count(&[access("p", &[])], &now), 0);
        assert_eq!(count(&[delete("b")], &now), 1);
        assert_eq!(count(&[delete("b"), delete("p")], &now), 0);
        assert_eq!(count(&[delete("b")], &server("0.10.2", &open)), 0, "without a row the base is free there");
        let other =
            Change { fields: vec![field(Field::Base, None, Some(json!("c")))], ..Change::new("p", Action::Update) };
        assert_eq!(count(&[other], &now), 1);
        let mut released = access("b", &[]);
        released.fields[0].provenance = Provenance::Release;
        assert_eq!(count(&[released], &now), 0, "nothing of it is written");
    }

    #[test]
    fn what_was_so_before_is_no_concern_of_the_changes() {
        let now = server("0.12.4", &[row("b", "", &[]), row("p", "b", &["group:g"])]);
        assert_eq!(count(&[Change::new("p", Action::Update)], &now), 0);
        assert_eq!(count(&[access("p", &["group:g"])], &now), 0);
        assert_eq!(
            said(&[access("p", &["group:g", "user:u"])], &now),
            ["base-out-of-reach: `p` would be open to `una@example.com`, who may not use: its base model `b` / \
              give them access to `b` too"]
        );
    }

    #[test]
    fn a_chain_of_bases_is_walked_and_a_ring_ends() {
        let rows = [row("a", "b", &["user:*"]), row("b", "c", &["user:*"]), row("c", "", &[])];
        assert_eq!(count(&[create("p", "a", &["group:g"])], &server("0.12.4", &rows)), 1);
        let ring = [row("a", "b", &["user:*"]), row("b", "a", &["user:*"])];
        assert_eq!(count(&[create("p", "a", &["group:g"])], &server("0.12.4", &ring)), 0);
    }

    #[test]
    fn a_renamed_preset_is_judged_by_what_it_takes_over() {
        let now = server("0.12.4", &[row("old", "b", &["group:g"]), row("b", "", &[])]);
        let new = Change { moved_from: Some("old".into()), ..Change::new("new", Action::Create) };
        assert_eq!(count(&[new, delete("old")], &now), 1);
    }

    #[test]
    fn settings_that_name_a_model_that_goes() {
        let mut now = server("0.12.4", &[row("p", "", &[]), row("q", "", &[])]);
        now.settings = Settings { default_models: vec!["p".into()], model_order: vec!["q".into(), "p".into()] };
        assert_eq!(
            said(&[delete("p")], &now),
            [
                "default-model: `p` would be deleted, and new chats begin with it / \
                 choose another default model in the server's settings",
                "model-order: `p` would be deleted, and the server's order of models names it / \
                 save the order of models anew in the server's settings",
            ]
        );
        assert_eq!(count(&[delete("q")], &now), 1);
        let new = Change { moved_from: Some("q".into()), ..Change::new("r", Action::Create) };
        assert!(said(&[new, delete("q")], &now)[0].contains("`q` would be renamed to `r`, and"));
        let switch = |before: Option<bool>, after: Option<bool>| {
            let value = |on: Option<bool>| on.map(Value::Bool);
            let fields = vec![field(Field::Active, value(before), value(after))];
            said(&[Change { fields, ..Change::new("q", Action::Update) }], &now)
        };
        assert!(switch(None, Some(false))[0].contains("`q` would be switched off, and"));
        assert_eq!(switch(Some(false), None), [""; 0]);
        assert_eq!(switch(Some(false), Some(false)), [""; 0]);
        assert_eq!(count(&[Change::new("q", Action::Update)], &now), 0);
        assert_eq!(count(&[create("q2", "", &[])], &now), 0);
    }

    #[test]
    fn presets_on_a_preset_that_goes() {
        let now = server("0.8.12", &[row("p", "b", &[]), row("x", "p", &[]), row("y", "p", &[]), row("b", "", &[])]);
        assert_eq!(
            said(&[delete("p")], &now),
            ["base-gone: `p` would be deleted, and `x`, `y` are built on it / build them on another model first"]
        );
        assert!(said(&[delete("p"), delete("x")], &now)[0].contains("and `y` is built on it"));
        assert_eq!(count(&[delete("p"), delete("x"), delete("y")], &now), 0);
        assert_eq!(count(&[delete("b")], &now), 0, "a base model is there without its row");
    }
}
