//! Every verdict of a diff, on rows of two letters.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::*;
use crate::source::{Location, SourceFile, Sources, Span};
use crate::state::{Applied, Field, Fields};

const ORIGIN: &str = "https://chat.example.com";

fn key() -> WorkspaceKey {
    WorkspaceKey::new("0123456789abcdef")
}

/// Where a file says its id: no diff asks.
fn nowhere() -> Location {
    Location::new(Sources::new().add(SourceFile::new("a.Modelfile".into(), b"")), Span::at(0))
}

/// Fields by their names; null is the remote's default.
fn values(pairs: &[(&str, Value)]) -> Vec<(Field, Option<Value>)> {
    let some = |value: &Value| (!value.is_null()).then(|| value.clone());
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), some(value))).collect()
}

/// A workspace and a remote, said row by row.
#[derive(Default)]
struct Scene {
    desired: Desired,
    observed: Observed,
    intent: Intent,
    options: Options,
}

impl Scene {
    /// A file that mentions these fields.
    fn file(mut self, id: &str, fields: &[(&str, Value)]) -> Self {
        let row = DesiredRow {
            whole: false,
            fields: values(fields).into_iter().collect(),
            initial: Fields::from([(Field::Name, json!(id)), (Field::Access, json!([]))]),
            free: BTreeSet::new(),
            protect: false,
            moved: Vec::new(),
            location: nowhere(),
            path: format!("{id}.Modelfile").into(),
        };
        self.desired.rows.insert(id.to_owned(), row);
        self.intent.known_ids.insert(id.to_owned());
        self
    }

    /// The last file says something more.
    fn saying(mut self, change: impl Fn(&mut DesiredRow)) -> Self {
        change(self.desired.rows.last_mut().unwrap().1);
        self
    }

    fn moved(self, former: &[&str]) -> Self {
        self.saying(|row| row.moved = former.iter().map(|&id| id.to_owned()).collect())
    }

    /// A row of somebody else's, with these fields.
    fn row(mut self, id: &str, fields: &[(&str, Value)]) -> Self {
        let fields = values(fields).into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
        let row = ObservedRow { id: id.to_owned(), fields, mark: None, owner: None, raw: Value::Null };
        self.observed.rows.insert(id.to_owned(), row);
        self
    }

    /// The last row is ours, with this mark on it.
    fn marked(mut self, applied: &[(&str, Value)], change: impl Fn(&mut Mark)) -> Self {
        let (id, row) = self.observed.rows.last_mut().unwrap();
        let applied: Applied = values(applied)
            .into_iter()
            .map(|(field, value)| {
                let digest = key().field(id, &field, value.as_ref());
                (field, digest)
            })
            .collect();
        let mut mark = key().mark(id, ORIGIN, false, applied);
        change(&mut mark);
        row.mark = Some(mark.to_value());
        self
    }

    /// The last row is ours, and this was applied to it.
    fn ours(self, applied: &[(&str, Value)]) -> Self {
        self.marked(applied, |_| ())
    }

    fn retire(mut self) -> Self {
        self.options.retire = true;
        self
    }

    fn diff(&self) -> Changes {
        diff(&self.desired, &self.observed, &self.intent, &key(), ORIGIN, &self.options)
    }

    /// What a diff finds, a line each.
    fn lines(&self) -> Vec<String> {
        lines(&self.diff())
    }
}

fn lines(changes: &Changes) -> Vec<String> {
    let shown = |value: &Option<Value>| value.as_ref().map_or("default".to_owned(), Value::to_string);
    let mut lines = Vec::new();
    for change in &changes.rows {
        let action = serde_json::to_value(change.action).unwrap();
        let classes: Vec<&str> = change.classes.iter().map(|class| class.as_str()).collect();
        let notes = [(change.claim, " claim"), (change.retire, " retire"), (change.protect, " protect")];
        let notes: String = notes.iter().filter(|(on, _)| *on).map(|(_, note)| *note).collect();
        let from = change.moved_from.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
        lines.push(format!("{} {}{from}{notes} [{}]", action.as_str().unwrap(), change.id, classes.join(" ")));
        for field in &change.fields {
            let provenance = serde_json::to_value(field.provenance).unwrap();
            let (before, after) = (shown(&field.before), shown(&field.after));
            lines.push(format!("  {} {}: {before} -> {after}", provenance.as_str().unwrap(), field.field));
        }
    }
    for kept in &changes.kept {
        lines.push(format!("keep {} {}", kept.id, serde_json::to_value(kept.reason).unwrap().as_str().unwrap()));
    }
    lines
}

fn scene() -> Scene {
    Scene::default()
}

/// The digests that a row gets for these values.
fn digests(id: &str, fields: &[(&str, Value)]) -> Applied {
    values(fields)
        .into_iter()
        .map(|(field, value)| {
            let digest = key().field(id, &field, value.as_ref());
            (field, digest)
        })
        .collect::<BTreeMap<_, _>>()
}

#[test]
fn a_new_model() {
    let scene = scene().file("a", &[("name", json!("A")), ("system", json!("s")), ("meta.tags", Value::Null)]);
    assert_eq!(
        scene.lines(),
        [
            "create a [behaviour]",
            "  local name: default -> \"A\"",
            "  local system: default -> \"s\"",
            "  local access: default -> []",
        ]
    );
    let changes = scene.diff();
    assert_eq!((changes.managed, changes.unchanged), (0, 0));
    assert_eq!(
        changes.rows[0].applied,
        digests("a", &[("name", json!("A")), ("system", json!("s")), ("meta.tags", Value::Null)])
    );
}

#[test]
fn a_row_as_its_file_says_is_unchanged() {
    let fields = [("name", json!("A")), ("meta.tags", Value::Null)];
    let changes = scene().file("a", &fields).row("a", &[("name", json!("A")), ("system", json!("x"))]).ours(&fields);
    let changes = changes.diff();
    assert_eq!(lines(&changes), [""; 0]);
    assert_eq!((changes.managed, changes.unchanged), (1, 1));
}

/// One field of a file, of the row, and as it was applied; null is the default, `None` is not mentioned.
#[track_caller]
fn three_way(file: Option<Value>, has: Value, applied: Option<Value>, expected: &[&str]) {
    let named = |value: Option<Value>| value.map(|value| vec![("system", value)]).unwrap_or_default();
    let scene = scene().file("a", &named(file)).row("a", &[("system", has)]).ours(&named(applied));
    let changes = scene.diff();
    let found: Vec<String> = lines(&changes).into_iter().map(|line| line.trim().to_owned()).collect();
    assert_eq!(found, expected);
    assert_eq!(changes.managed, 1);
    assert_eq!(changes.unchanged, usize::from(expected.is_empty()));
}

#[test]
fn a_mentioned_field() {
    let (old, new, other) = (|| json!("old"), || json!("new"), || json!("other"));
    // Nobody moved; the mark is renewed where it does not say so yet.
    three_way(Some(old()), old(), Some(old()), &[]);
    three_way(Some(old()), old(), None, &["update a []"]);
    three_way(Some(Value::Null), Value::Null, Some(Value::Null), &[]);
    // The files moved.
    three_way(Some(new()), old(), Some(old()), &["update a [behaviour]", "local system: \"old\" -> \"new\""]);
    three_way(Some(Value::Null), old(), Some(old()), &["update a [behaviour]", "local system: \"old\" -> default"]);
    three_way(
        Some(new()),
        Value::Null,
        Some(Value::Null),
        &["update a [behaviour]", "local system: default -> \"new\""],
    );
    // It was not managed before, so what was there is nobody's edit.
    three_way(Some(new()), other(), None, &["update a [behaviour]", "local system: \"other\" -> \"new\""]);
    // The server moved.
    three_way(Some(old()), other(), Some(old()), &["update a [behaviour]", "drift system: \"other\" -> \"old\""]);
    three_way(Some(old()), Value::Null, Some(old()), &["update a [behaviour]", "drift system: default -> \"old\""]);
    three_way(
        Some(Value::Null),
        other(),
        Some(Value::Null),
        &["update a [behaviour]", "drift system: \"other\" -> default"],
    );
    // Both moved: apart, and to the same value.
    three_way(Some(new()), other(), Some(old()), &["update a [behaviour]", "conflict system: \"other\" -> \"new\""]);
    three_way(
        Some(Value::Null),
        other(),
        Some(old()),
        &["update a [behaviour]", "conflict system: \"other\" -> default"],
    );
    three_way(Some(new()), new(), Some(old()), &["update a []"]);
}

#[test]
fn a_field_that_is_no_longer_mentioned() {
    let (old, other) = (|| json!("old"), || json!("other"));
    three_way(None, old(), None, &[]);
    three_way(None, old(), Some(old()), &["update a [behaviour]", "reset system: \"old\" -> default"]);
    three_way(None, other(), Some(old()), &["update a [behaviour]", "resetconflict system: \"other\" -> default"]);
    // It is at its default already: only the mark has to learn it.
    three_way(None, Value::Null, Some(old()), &["update a []"]);
}

#[test]
fn a_name_goes_back_to_the_id() {
    let named =
        |has: &str| scene().file("a", &[]).row("a", &[("name", json!(has))]).ours(&[("name", json!("A"))]).lines();
    assert_eq!(named("A"), ["update a [cosmetic]", "  reset name: \"A\" -> \"a\""]);
    assert_eq!(named("B"), ["update a [cosmetic]", "  resetconflict name: \"B\" -> \"a\""]);
    assert_eq!(named("a"), ["update a []"]);
}

#[test]
fn access_is_released_as_it_stands() {
    let grants = || json!(["read group:g"]);
    let released = scene().file("a", &[]).row("a", &[("access", grants())]).ours(&[("access", grants())]);
    assert_eq!(released.lines(), ["update a []", "  release access: [\"read group:g\"] -> [\"read group:g\"]"]);
    assert_eq!(released.diff().rows[0].applied, Applied::new());
    let edited = scene().file("a", &[]).row("a", &[("access", json!([]))]).ours(&[("access", grants())]);
    assert_eq!(edited.lines(), ["update a []", "  release access: [] -> []"]);
}

#[test]
fn what_a_broken_off_apply_announced_is_no_edit() {
    let pending = |field: &str, value: Value| {
        let digest = key().field("a", &field.parse().unwrap(), Some(&value));
        BTreeMap::from([(field.parse::<Field>().unwrap(), vec![digest])])
    };
    let scene = |has: &str, applied: &[(&str, Value)]| {
        let scene = scene().file("a", &[("system", json!("new"))]).row("a", &[("system", json!(has))]);
        scene.marked(applied, |mark| mark.pending = pending("system", json!("half"))).lines()
    };
    let applied = [("system", json!("old"))];
    assert_eq!(scene("half", &applied), ["update a [behaviour]", "  local system: \"half\" -> \"new\""]);
    assert_eq!(scene("old", &applied), ["update a [behaviour]", "  local system: \"old\" -> \"new\""]);
    assert_eq!(scene("other", &applied), ["update a [behaviour]", "  conflict system: \"other\" -> \"new\""]);
    assert_eq!(scene("new", &applied), ["update a []"]);
    assert_eq!(scene("half", &[]), ["update a [behaviour]", "  local system: \"half\" -> \"new\""]);
    assert_eq!(scene("other", &[]), ["update a [behaviour]", "  conflict system: \"other\" -> \"new\""]);
}

#[test]
fn a_broken_off_apply_leaves_a_mark_to_renew() {
    let fields = [("system", json!("s"))];
    let scene = scene().file("a", &fields).row("a", &fields);
    let scene = scene.marked(&fields, |mark| mark.pending = BTreeMap::from([(Field::System, vec!["x".into()])]));
    assert_eq!(scene.lines(), ["update a []"]);
}

#[test]
fn a_field_that_was_only_announced_and_is_no_longer_mentioned_is_reset() {
    let scene = scene().file("a", &[]).row("a", &[("system", json!("half"))]);
    let digest = key().field("a", &Field::System, Some(&json!("half")));
    let scene = scene.marked(&[], |mark| mark.pending = BTreeMap::from([(Field::System, vec![digest.clone()])]));
    assert_eq!(scene.lines(), ["update a [behaviour]", "  reset system: \"half\" -> default"]);
}

#[test]
fn protection_comes_and_goes_with_the_file() {
    let fields = [("system", json!("s"))];
    let protect = scene().file("a", &fields).saying(|row| row.protect = true).row("a", &fields);
    assert_eq!(protect.ours(&fields).lines(), ["update a protect []"]);
    let free = scene().file("a", &fields).row("a", &fields).marked(&fields, |mark| mark.protect = true);
    assert_eq!(free.lines(), ["update a []"]);
    let both = scene().file("a", &fields).saying(|row| row.protect = true).row("a", &fields);
    assert_eq!(both.marked(&fields, |mark| mark.protect = true).lines(), [""; 0]);
    let new = scene().file("a", &[]).saying(|row| row.protect = true);
    assert_eq!(new.lines()[0], "create a protect [behaviour]");
}

#[test]
fn rows_of_others_are_left_alone_or_claimed() {
    let fields = [("system", json!("s"))];
    let scene = || scene().file("a", &fields).row("a", &[("system", json!("theirs"))]);
    assert_eq!(scene().lines(), ["keep a foreign"]);
    let copy = || scene().marked(&[], |mark| mark.row = "another".into());
    assert_eq!(copy().lines(), ["keep a copy"]);
    for mut claimed in [scene(), copy()] {
        claimed.options.claims.insert("a".into());
        assert_eq!(claimed.lines(), ["update a claim [behaviour]", "  local system: \"theirs\" -> \"s\""]);
        assert_eq!(claimed.diff().managed, 0, "it was not ours when the limits were set");
    }
    // Even if nothing differs, the row gets its mark.
    let mut same = self::scene().file("a", &fields).row("a", &fields);
    same.options.claims.insert("a".into());
    assert_eq!(same.lines(), ["update a claim []"]);
    // A claim says nothing about rows that are ours.
    let mut ours = self::scene().file("a", &fields).row("a", &fields).ours(&fields);
    ours.options.claims.insert("a".into());
    assert_eq!(ours.lines(), [""; 0]);
    // Nor is a row of others touched that no file speaks of.
    let mut alone = self::scene().row("a", &[]);
    alone.options.claims.insert("a".into());
    assert_eq!(alone.lines(), [""; 0]);
    assert_eq!(self::scene().row("a", &[]).marked(&[], |mark| mark.origin = "x".into()).diff().managed, 0);
}

#[test]
fn rows_whose_file_is_gone() {
    let row = || scene().row("a", &[]);
    assert_eq!(row().ours(&[]).lines(), ["delete a [destructive]"]);
    assert_eq!(row().ours(&[]).diff().managed, 1);
    assert_eq!(row().marked(&[], |mark| mark.protect = true).lines(), ["keep a protected"]);
    assert_eq!(row().marked(&[], |mark| mark.protect = true).diff().managed, 1);
    let mut elsewhere = row().ours(&[]);
    elsewhere.intent.known_ids.insert("a".into());
    assert_eq!(elsewhere.lines(), ["keep a other-selection"]);
    // A row that was switched off goes too where the manifest does not say otherwise any more.
    assert_eq!(row().marked(&[], |mark| mark.retired = true).lines(), ["delete a [destructive]"]);
}

#[test]
fn a_renamed_row_keeps_what_its_file_does_not_mention() {
    let former = [("name", json!("A")), ("system", json!("s")), ("access", json!(["read user:*"]))];
    let scene = scene().file("new", &[("system", json!("t")), ("params.seed", Value::Null)]).moved(&["old"]);
    let scene = scene.row("old", &former).ours(&[("system", json!("s"))]);
    assert_eq!(
        scene.lines(),
        ["create new from old [behaviour]", "  local system: default -> \"t\"", "delete old [behaviour]"]
    );
    assert!(!scene.diff().rows[1].is_removal());
    // The former row has a value where the file says the default.
    let cleared = self::scene().file("new", &[("system", Value::Null)]).moved(&["old"]).row("old", &former).ours(&[]);
    assert_eq!(cleared.lines()[1], "  local system: default -> default");
    // What the former row does not have, a new one gets.
    let bare = self::scene().file("new", &[]).moved(&["old"]).row("old", &[]).ours(&[]);
    assert_eq!(
        bare.lines()[..3],
        ["create new from old [behaviour]", "  local name: default -> \"new\"", "  local access: default -> []"]
    );
    // Access that the file mentions is compared with what the former row had.
    let wider = self::scene().file("new", &[("access", json!(["read user:*"]))]).moved(&["old"]);
    assert_eq!(
        wider.row("old", &[("access", json!([]))]).ours(&[]).lines()[0],
        "create new from old [behaviour access-widened]"
    );
}

#[test]
fn what_is_no_rename() {
    // Somebody else's row, a row that is not there, a row that a file describes.
    assert_eq!(scene().file("new", &[]).moved(&["old"]).row("old", &[]).lines()[0], "create new [behaviour]");
    assert_eq!(scene().file("new", &[]).moved(&["old"]).lines()[0], "create new [behaviour]");
    let described = scene().file("new", &[]).moved(&["old"]).file("old", &[]).row("old", &[]).ours(&[]);
    assert_eq!(described.lines()[0], "create new [behaviour]");
    assert_eq!(described.lines().len(), 3, "and `old` stays: {:?}", described.lines());
    let mut elsewhere = scene().file("new", &[]).moved(&["old"]).row("old", &[]).ours(&[]);
    elsewhere.intent.known_ids.insert("old".into());
    assert_eq!(elsewhere.lines()[0], "create new [behaviour]");
    assert_eq!(elsewhere.lines().last().unwrap(), "keep old other-selection");
}

#[test]
fn a_chain_of_renames_takes_the_first_former_row_that_is_there() {
    let new = || scene().file("c", &[]).moved(&["b", "a"]);
    let first = new().row("a", &[]).ours(&[]).lines();
    assert_eq!((&*first[0], &*first[first.len() - 1]), ("create c from a [behaviour]", "delete a [behaviour]"));
    let both = new().row("a", &[]).ours(&[]).row("b", &[]).ours(&[]).lines();
    assert_eq!(both[0], "create c from b [behaviour]");
    assert_eq!(both[both.len() - 2..], ["delete a [destructive]", "delete b [behaviour]"]);
}

#[test]
fn a_rename_that_was_broken_off_is_finished() {
    let scene = scene().file("new", &[]).moved(&["old"]).row("new", &[]).ours(&[]).row("old", &[]).ours(&[]);
    assert_eq!(scene.lines(), ["delete old [behaviour]"]);
    // The row of that id must be ours: else nothing was taken over.
    let foreign = self::scene().file("new", &[]).moved(&["old"]).row("new", &[]).row("old", &[]).ours(&[]);
    assert_eq!(foreign.lines(), ["delete old [destructive]", "keep new foreign"]);
}

#[test]
fn a_protected_row_is_not_replaced() {
    let scene = scene().file("new", &[]).moved(&["old"]).row("old", &[]).marked(&[], |mark| mark.protect = true);
    let lines = scene.lines();
    assert_eq!((&*lines[0], &*lines[lines.len() - 1]), ("create new from old [behaviour]", "keep old protected"));
}

#[test]
fn a_row_is_switched_off_where_deleting_is_for_later() {
    let applied = [("system", json!("s"))];
    let scene = scene().row("a", &[("system", json!("edited"))]).ours(&applied).retire();
    assert_eq!(scene.lines(), ["update a retire [destructive]", "  local active: default -> false"]);
    let change = &scene.diff().rows[0];
    assert!(change.is_removal());
    assert_eq!(change.applied, digests("a", &[("system", json!("s")), ("active", json!(false))]));
}

#[test]
fn a_row_that_is_off_already_is_only_marked() {
    let off = [("active", json!(false))];
    let theirs = scene().row("a", &off).ours(&[]).retire();
    assert_eq!(theirs.lines(), ["update a retire []"]);
    assert!(theirs.diff().rows[0].is_removal());
    assert_eq!(theirs.diff().rows[0].applied, Applied::new(), "it is not ours to switch on again");
    let ours = scene().row("a", &off).ours(&off).retire();
    assert_eq!(ours.diff().rows[0].applied, digests("a", &off));
}

#[test]
fn a_row_that_was_switched_off_stays_so() {
    let off = [("active", json!(false))];
    let retired = |fields: &[(&str, Value)]| scene().row("a", fields).marked(&off, |mark| mark.retired = true).retire();
    let changes = retired(&off).diff();
    assert_eq!(lines(&changes), ["keep a retired"]);
    assert_eq!(changes.managed, 1);
    assert_eq!(retired(&[]).lines(), ["update a retire [destructive]", "  drift active: default -> false"]);
    let protected = scene().row("a", &[]).marked(&[], |mark| mark.protect = true).retire();
    assert_eq!(protected.lines(), ["keep a protected"]);
}

#[test]
fn what_was_announced_of_a_row_that_is_switched_off_counts_as_applied_if_it_is_there() {
    let half = json!(["read group:g"]);
    let scene = |has: Value| {
        let pending = key().field("a", &Field::Access, Some(&half));
        let scene = scene().row("a", &[("access", has)]).marked(&[("access", json!([]))], |mark| {
            mark.pending = BTreeMap::from([(Field::Access, vec![pending.clone()])]);
        });
        scene.retire().diff().rows[0].applied[&Field::Access].clone()
    };
    assert_eq!(scene(half.clone()), key().field("a", &Field::Access, Some(&half)));
    assert_eq!(scene(json!(["read user:x"])), key().field("a", &Field::Access, Some(&json!([]))));
}

#[test]
fn a_row_whose_file_comes_back_is_switched_on_again() {
    let off = [("active", json!(false))];
    let row = |file: &[(&str, Value)], applied: &[(&str, Value)]| {
        let scene = scene().file("a", file).row("a", &off).marked(applied, |mark| mark.retired = true);
        scene.retire().lines()
    };
    assert_eq!(row(&[], &off), ["update a [behaviour]", "  reset active: false -> default"]);
    assert_eq!(row(&off, &off), ["update a []"], "the file says that it is off");
    assert_eq!(row(&[], &[]), ["update a []"], "somebody else had switched it off");
}

#[test]
fn a_row_that_was_switched_off_and_is_renamed_is_on() {
    let off = [("active", json!(false))];
    let new = |applied: &[(&str, Value)], retired: bool, file: &[(&str, Value)], has: &[(&str, Value)]| {
        let scene = scene().file("new", file).moved(&["old"]).row("old", has);
        let lines = scene.marked(applied, |mark| mark.retired = retired).retire().lines();
        assert_eq!(lines.last().unwrap(), "delete old [behaviour]", "a rename deletes");
        lines.into_iter().filter(|line| line.contains("active")).collect::<Vec<_>>()
    };
    assert_eq!(new(&off, true, &[], &off), ["  local active: default -> default"]);
    assert_eq!(new(&off, true, &off, &off), ["  local active: default -> false"]);
    assert_eq!(new(&[], true, &[], &off), [""; 0], "somebody else had switched it off");
    assert_eq!(new(&off, false, &[], &off), [""; 0], "its file said so");
    assert_eq!(new(&off, true, &[], &[]), [""; 0], "it is on");
}

#[test]
fn which_changes_take_a_model_away() {
    let change = |action, retire, classes: &[Class]| Change {
        retire,
        classes: classes.iter().copied().collect::<BTreeSet<_>>(),
        ..Change::new("a", action)
    };
    for (change, expected) in [
        (change(Action::Delete, false, &[Class::Destructive]), true),
        (change(Action::Delete, false, &[Class::Behaviour]), false),
        (change(Action::Update, true, &[]), true),
        (change(Action::Update, false, &[Class::Destructive]), false),
        (change(Action::Create, false, &[Class::Behaviour]), false),
    ] {
        assert_eq!(change.is_removal(), expected, "{change:?}");
    }
}

/// What is left of the changes of a scene, and how many were left out.
fn narrowed(scene: &Scene, targets: &[&str], excludes: &[&str]) -> Result<(String, usize), UnknownTarget> {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let targets = Targets::new(&texts(targets), &texts(excludes));
    let left = targets.narrow(scene.diff(), &scene.desired, &scene.observed, &key(), ORIGIN)?;
    let ids = left.rows.iter().map(|change| change.id.as_str()).chain(left.kept.iter().map(|kept| kept.id.as_str()));
    Ok((ids.collect::<Vec<_>>().join(" "), left.not_targeted))
}

#[test]
fn a_plan_is_narrowed_to_what_is_asked_for() {
    let scene = scene().file("support", &[]).file("sales/eu", &[]).file("sales/us", &[]).file("we[i]rd", &[]);
    let scene = scene.file("theirs", &[]).row("theirs", &[]).row("gone", &[]).ours(&[]);
    let check = |targets: &[&str], excludes: &[&str], expected: &str| {
        let (left, left_out) = narrowed(&scene, targets, excludes).unwrap();
        assert_eq!(left, expected, "{targets:?} {excludes:?}");
        assert_eq!(left_out, 6 - left.split(' ').filter(|id| !id.is_empty()).count());
    };
    check(&[], &[], "support sales/eu sales/us we[i]rd gone theirs");
    check(&["support"], &[], "support");
    check(&["support", "gone"], &[], "support gone");
    check(&["sales/*"], &[], "sales/eu sales/us");
    check(&["s*"], &[], "support sales/eu sales/us");
    check(&["s*"], &["sales/*"], "support");
    check(&[], &["s*"], "we[i]rd gone theirs");
    check(&["we[i]rd"], &[], "we[i]rd");
    check(&["*"], &["*"], "");
    check(&["theirs"], &[], "theirs");
}

#[test]
fn a_pattern_that_matches_nothing_is_a_mistake() {
    let scene = scene().file("support", &[]).row("foreign", &[]).row("gone", &[]).ours(&[]);
    for (targets, excludes, message) in [
        (&["suport"][..], &[][..], "`suport` matches no model of this workspace; did you mean `support`?"),
        (&["support"], &["nothing-like-it"], "`nothing-like-it` matches no model of this workspace"),
        (&["x*"], &[], "`x*` matches no model of this workspace"),
        // Somebody else's, which no file speaks of.
        (&["foreign"], &[], "`foreign` matches no model of this workspace"),
        (&[""], &[], "`` matches no model of this workspace"),
        (&["a[", "support"], &[], "`a[` matches no model of this workspace"),
    ] {
        assert_eq!(narrowed(&scene, targets, excludes).unwrap_err().to_string(), message);
    }
    // What is as its file says may be named too.
    let unchanged = self::scene().file("a", &[]).row("a", &[]).ours(&[]);
    assert_eq!(narrowed(&unchanged, &["a"], &[]), Ok((String::new(), 0)));
}

#[test]
fn a_rename_is_not_torn_apart() {
    let scene = scene().file("new", &[]).moved(&["old"]).file("b", &[]).row("old", &[]).ours(&[]);
    assert_eq!(narrowed(&scene, &["new"], &[]), Ok(("new old".into(), 1)));
    assert_eq!(narrowed(&scene, &["old"], &[]), Ok(("new old".into(), 1)));
    assert_eq!(narrowed(&scene, &[], &["new"]), Ok(("b".into(), 2)));
    assert_eq!(narrowed(&scene, &[], &["old"]), Ok(("b".into(), 2)));
    assert_eq!(narrowed(&scene, &["new"], &["old"]), Ok((String::new(), 3)));
}

#[test]
fn what_was_switched_off_is_purged() {
    let off = [("active", json!(false))];
    let retired = |mark: &mut Mark| mark.retired = true;
    let mut scene = scene().row("a", &off).marked(&off, retired).row("b", &off).marked(&off, retired);
    scene = scene.row("on", &[]).marked(&off, retired).row("here", &off).marked(&off, retired);
    scene = scene.row("ours", &off).ours(&off).row("foreign", &off);
    scene = scene.row("safe", &off).marked(&off, |mark| {
        mark.retired = true;
        mark.protect = true;
    });
    scene.intent.known_ids.insert("here".into());
    let purge = |ids: &[&str]| {
        let ids = ids.iter().map(|&id| id.to_owned()).collect();
        purge(&scene.observed, &scene.intent, &key(), ORIGIN, &ids)
    };
    let all = purge(&[]).unwrap();
    assert_eq!(lines(&all), ["delete a [destructive]", "delete b [destructive]"]);
    assert_eq!(all.managed, 6);
    assert_eq!(lines(&purge(&["b"]).unwrap()), ["delete b [destructive]", "keep a retired"]);
    for (ids, message) in [
        (&["on"][..], "`on` was switched on again on the remote, so it is not purged"),
        (&["here"], "a file of the workspace describes `here`, so it is not purged"),
        (&["a", "ours"], "`ours` was not switched off because its file went, so it is not purged"),
        (&["safe"], "`safe` is protected, so it is not purged"),
        (&["foreign"], "there is no model `foreign` of this workspace on the remote"),
        (&["c"], "there is no model `c` of this workspace on the remote; did you mean `a`?"),
    ] {
        assert_eq!(purge(ids).unwrap_err().to_string(), message);
    }
}
