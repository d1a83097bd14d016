//! What keeps a plan from being applied, at each limit, and what a plan holds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::*;
use crate::diff::{Class, FieldChange, KeptReason, Provenance};
use crate::project::{ClassPolicy, Decision, Guard, Limit, Percent};
use crate::state::{Applied, Catalogue, Entry, Field, Fields, Mark, ReferenceKind, View};

const ORIGIN: &str = "https://chat.example.com";

fn key() -> WorkspaceKey {
    WorkspaceKey::new("0123456789abcdef")
}

/// A remote, the files and what a diff found, ready to be planned.
struct Scene {
    changes: Changes,
    observed: Observed,
    intent: Intent,
    policy: Policy,
}

fn scene() -> Scene {
    let intent = Intent { known_ids: BTreeSet::from(["z".to_owned()]), complete: true, ..Intent::default() };
    let scene = Scene { changes: Changes::default(), observed: Observed::default(), intent, policy: Policy::default() };
    scene.with_file("z")
}

impl Scene {
    /// A file that goes to this remote.
    fn with_file(mut self, id: &str) -> Self {
        let location = nowhere();
        let model = crate::state::ModelIntent {
            id: crate::source::Located::new(id.to_owned(), location),
            path: "z.Modelfile".into(),
            base: crate::state::Base::Own,
            parent: None,
            made_of: Vec::new(),
            files: BTreeMap::new(),
            fields: BTreeMap::new(),
            inherited: BTreeSet::new(),
            protect: false,
            moved: Vec::new(),
        };
        self.intent.models.insert(id.to_owned(), model);
        self
    }

    fn change(mut self, change: Change) -> Self {
        self.changes.rows.push(change);
        self
    }

    /// This many changes of an action, of so many managed rows.
    fn many(mut self, count: usize, managed: usize, change: impl Fn(&str) -> Change) -> Self {
        self.changes.rows.extend((0..count).map(|number| change(&format!("m{number}"))));
        self.changes.managed = managed;
        self
    }

    fn keep(mut self, id: &str, reason: KeptReason) -> Self {
        self.changes.kept.push(Kept { id: id.to_owned(), reason });
        self
    }

    fn basis<T>(&self, with: impl FnOnce(&Basis<'_>) -> T) -> T {
        let remote = Identity { name: "chat".into(), kind: RemoteKind::OpenWebui, origin: ORIGIN.into() };
        with(&Basis {
            remote: &remote,
            observed: &self.observed,
            intent: &self.intent,
            references: &BTreeSet::new(),
            key: &key(),
            sources: "sources",
        })
    }

    fn plan(&self) -> Plan {
        self.basis(|basis| plan(self.changes.clone(), (Via::Rows, "because".into()), &self.policy, basis))
    }

    fn codes(&self) -> Vec<String> {
        self.plan().blockers.into_iter().map(|blocker| blocker.code).collect()
    }

    /// The only blocker, in full.
    fn blocker(&self) -> String {
        let [Blocker { code, message, help }] = &self.plan().blockers[..] else { panic!("{:?}", self.plan().blockers) };
        format!("{code}: {message} / {help}")
    }
}

fn nowhere() -> crate::source::Location {
    use crate::source::{Location, SourceFile, Sources, Span};
    Location::new(Sources::new().add(SourceFile::new("z.Modelfile".into(), b"")), Span::at(0))
}

fn delete(id: &str) -> Change {
    Change { classes: BTreeSet::from([Class::Destructive]), ..Change::new(id, Action::Delete) }
}

fn replaced(id: &str) -> Change {
    Change { classes: BTreeSet::from([Class::Behaviour]), ..Change::new(id, Action::Delete) }
}

fn retire(id: &str) -> Change {
    Change { retire: true, ..Change::new(id, Action::Update) }
}

fn update(id: &str) -> Change {
    Change::new(id, Action::Update)
}

fn edited(id: &str, provenance: Provenance) -> Change {
    let field = FieldChange { field: Field::Name, provenance, before: Some(json!("x")), after: Some(json!("y")) };
    Change { fields: vec![field], ..update(id) }
}

#[test]
fn a_harmless_plan_has_no_blocker() {
    let scene = scene().change(Change::new("a", Action::Create)).change(edited("b", Provenance::Local));
    assert_eq!(scene.codes(), [""; 0]);
}

#[test]
fn how_many_may_be_deleted() {
    for (deletes, managed, limit, blocked) in [
        // By default a tenth, and always three.
        (3, 3, None, false),
        (4, 4, None, true),
        (4, 39, None, true),
        (4, 40, None, false),
        (5, 49, None, true),
        (5, 50, None, false),
        (3, 10, Some(Limit::Share(Percent(0))), true),
        (1, 10, Some(Limit::Share(Percent(0))), true),
        (0, 10, Some(Limit::Share(Percent(0))), false),
        (5, 10, Some(Limit::Share(Percent(50))), false),
        (6, 10, Some(Limit::Share(Percent(50))), true),
        (2, 100, Some(Limit::Count(2)), false),
        (3, 100, Some(Limit::Count(2)), true),
        (1, 100, Some(Limit::Count(0)), true),
        (9, 9, Some(Limit::Share(Percent(100))), false),
    ] {
        for change in [delete, retire] {
            let mut scene = scene().many(deletes, managed, change);
            scene.policy.guard.max_deletes = limit;
            let expected: &[&str] = if blocked { &["too-many-deletes"] } else { &[] };
            assert_eq!(scene.codes(), expected, "{deletes} of {managed}, {limit:?}");
        }
    }
}

#[test]
fn deletions_may_be_allowed_by_their_exact_number() {
    for (allowed, fine) in [(None, false), (Some(3), false), (Some(4), true), (Some(5), false)] {
        let mut scene = scene().many(4, 4, delete);
        scene.policy.allow_deletes = allowed;
        assert_eq!(scene.codes().is_empty(), fine, "{allowed:?}");
    }
    let mut both = scene().many(2, 4, delete).change(retire("x")).change(retire("y"));
    both.policy.allow_deletes = Some(4);
    assert_eq!(both.codes(), [""; 0]);
}

#[test]
fn a_renamed_row_is_not_lost() {
    let scene = scene().many(3, 9, delete).change(replaced("old")).change(replaced("older"));
    assert_eq!(scene.codes(), [""; 0]);
}

#[test]
fn what_is_said_about_too_many() {
    assert_eq!(
        scene().many(4, 5, delete).blocker(),
        "too-many-deletes: 4 of 5 managed models would be deleted; at most 3 may be in one apply / \
         if that is meant, `--allow-deletes 4`"
    );
    assert_eq!(
        scene().many(4, 5, retire).blocker(),
        "too-many-deletes: 4 of 5 managed models would be switched off or deleted; at most 3 may be in one apply / \
         if that is meant, `--allow-deletes 4`"
    );
    let mut updates = scene().many(4, 5, update);
    updates.policy.guard.max_updates = Some(Limit::Count(1));
    assert_eq!(
        updates.blocker(),
        "too-many-updates: 4 of 5 managed models would be updated; at most 1 may be in one apply / \
         if that is meant, `--allow-updates 4`"
    );
}

#[test]
fn how_many_may_be_updated() {
    for (updates, managed, limit, allowed, blocked) in [
        (50, 50, None, None, false),
        (3, 4, Some(Limit::Share(Percent(50))), None, false),
        (4, 4, Some(Limit::Share(Percent(50))), None, true),
        (5, 10, Some(Limit::Share(Percent(50))), None, false),
        (6, 10, Some(Limit::Share(Percent(50))), None, true),
        (6, 10, Some(Limit::Share(Percent(50))), Some(6), false),
        (6, 10, Some(Limit::Share(Percent(50))), Some(5), true),
        (6, 10, Some(Limit::Share(Percent(50))), Some(7), true),
        (2, 10, Some(Limit::Count(2)), None, false),
        (3, 10, Some(Limit::Count(2)), None, true),
        (0, 10, Some(Limit::Count(0)), None, false),
    ] {
        let mut scene = scene().many(updates, managed, update);
        scene.policy.guard.max_updates = limit;
        scene.policy.allow_updates = allowed;
        let expected: &[&str] = if blocked { &["too-many-updates"] } else { &[] };
        assert_eq!(scene.codes(), expected, "{updates} of {managed}, {limit:?}, {allowed:?}");
    }
    // What is switched off counts as a deletion, and what is new as neither.
    let mut others = scene().many(3, 9, retire).change(Change::new("a", Action::Create)).change(replaced("b"));
    others.policy.guard.max_updates = Some(Limit::Count(0));
    assert_eq!(others.codes(), [""; 0]);
}

#[test]
fn nothing_goes_while_something_is_not_known() {
    for change in [delete("a"), replaced("a"), retire("a")] {
        let blocked = |change: Change, spoil: fn(&mut Scene)| {
            let mut scene = scene().change(change);
            scene.changes.managed = 9;
            spoil(&mut scene);
            scene.codes()
        };
        let incomplete: fn(&mut Scene) = |scene| scene.intent.complete = false;
        let partial: fn(&mut Scene) = |scene| scene.observed.view = View::Partial("blind".into());
        let empty: fn(&mut Scene) = |scene| scene.intent.known_ids.clear();
        assert_eq!(blocked(change.clone(), |_| ()), [""; 0]);
        assert_eq!(blocked(change.clone(), incomplete), ["incomplete-sources"]);
        assert_eq!(blocked(change.clone(), partial), ["incomplete-view"]);
        assert_eq!(blocked(change, empty), ["empty-workspace"]);
        for spoil in [incomplete, partial, empty] {
            assert_eq!(blocked(update("a"), spoil), [""; 0]);
            assert_eq!(blocked(Change::new("a", Action::Create), spoil), [""; 0]);
        }
    }
    let mut partial = scene().change(delete("a"));
    partial.observed.view = View::Partial("blind".into());
    assert!(partial.blocker().contains("not every row of the remote can be seen, so nothing is deleted: blind"));
}

#[test]
fn no_number_overrules_what_is_not_known() {
    let mut scene = scene().change(delete("a"));
    scene.intent.known_ids.clear();
    scene.policy.allow_deletes = Some(1);
    assert_eq!(scene.codes(), ["empty-workspace"]);
}

#[test]
fn a_selection_of_no_file_deletes_nothing_by_accident() {
    let mut scene = scene().change(delete("a"));
    scene.changes.managed = 9;
    scene.intent.models.clear();
    assert_eq!(
        scene.blocker(),
        "empty-selection: no file of the workspace goes to `chat`, and 1 model would be deleted / \
         check `models` of the remote in the manifest; if that is meant, `--allow-deletes 1`"
    );
    scene.policy.allow_deletes = Some(1);
    assert_eq!(scene.codes(), [""; 0]);
    let mut renamed = self::scene().change(replaced("a"));
    renamed.intent.models.clear();
    assert_eq!(renamed.codes(), [""; 0]);
}

#[test]
fn rows_of_others_stop_a_plan() {
    let blocked = |reason| scene().keep("a\n", reason).plan().blockers;
    assert_eq!(
        blocked(KeptReason::Foreign),
        [Blocker::new(
            "foreign",
            "the model `a\\n` on the remote is not this workspace's: somebody else made it".into(),
            "`--claim a\\n` takes it over; another ID in the file leaves it alone"
        )]
    );
    assert_eq!(
        blocked(KeptReason::Copy),
        [Blocker::new(
            "foreign",
            "the model `a\\n` on the remote carries this workspace's mark, but one made for another row or another address"
                .into(),
            "`--claim a\\n` takes it over, after making sure that nobody made the copy for himself; another ID in the file \
             leaves it alone"
        )]
    );
    for reason in [KeptReason::OtherSelection, KeptReason::Protected, KeptReason::Retired] {
        assert_eq!(blocked(reason), []);
    }
}

#[test]
fn a_protected_row_is_not_renamed() {
    let renamed = |former: &str| Change { moved_from: Some(former.into()), ..Change::new("new", Action::Create) };
    assert_eq!(
        scene().change(renamed("old")).keep("old", KeptReason::Protected).blocker(),
        "protected: `new` is to replace `old`, which is protected / \
         apply the file of `old` with `PROTECT false` first, or take `MOVED old` away to have both"
    );
    assert_eq!(scene().change(renamed("old")).keep("other", KeptReason::Protected).codes(), [""; 0]);
    assert_eq!(scene().change(renamed("old")).keep("old", KeptReason::Retired).codes(), [""; 0]);
    assert_eq!(scene().change(update("new")).keep("old", KeptReason::Protected).codes(), [""; 0]);
}

#[test]
fn edits_on_the_server_stop_a_plan_unless_it_says_what_to_do() {
    for (provenance, drifts) in [
        (Provenance::Local, false),
        (Provenance::Reset, false),
        (Provenance::Release, false),
        (Provenance::Drift, true),
        (Provenance::Conflict, true),
        (Provenance::ResetConflict, true),
    ] {
        for (on_drift, stops) in [(OnDrift::Fail, true), (OnDrift::Overwrite, false), (OnDrift::Keep, false)] {
            let mut scene = scene().change(edited("a", provenance));
            scene.policy.on_drift = on_drift;
            let expected: &[&str] = if drifts && stops { &["drift"] } else { &[] };
            assert_eq!(scene.codes(), expected, "{provenance:?}, {on_drift:?}");
        }
    }
    let two = scene().change(edited("a", Provenance::Drift)).change(edited("b", Provenance::Conflict));
    assert!(
        two.blocker()
            .starts_with("drift: 2 models were edited on the server since the last apply / `maquette adopt` writes")
    );
    assert!(scene().change(edited("a", Provenance::Drift)).blocker().starts_with("drift: 1 model was edited"));
}

#[test]
fn the_policy_of_the_manifest_counts() {
    let mut scene = scene().change(delete("a"));
    scene.changes.managed = 9;
    scene.policy.guard.policy = ClassPolicy { destructive: Some(Decision::Confirm), ..ClassPolicy::default() };
    assert_eq!(scene.codes(), ["unconfirmed"]);
    scene.policy.confirmed.insert(Class::Destructive, Confirmed::Count(1));
    assert_eq!(scene.codes(), [""; 0]);
    scene.policy.guard = Guard::default();
    assert_eq!(scene.codes(), [""; 0]);
}

/// A row of ours, the digests of what was applied, and an update of it.
fn drifting(
    applied: &[(Field, Value)],
    mark: impl Fn(&mut Mark),
    fields: &[(Field, Provenance)],
    desired: &[(Field, Value)],
) -> (Scene, Option<Change>) {
    let mut scene = scene();
    let digests = |values: &[(Field, Value)]| -> Applied {
        values.iter().map(|(field, value)| (field.clone(), key().field("a", field, Some(value)))).collect()
    };
    let mut written = key().mark("a", ORIGIN, false, digests(applied));
    mark(&mut written);
    let row = ObservedRow {
        id: "a".into(),
        fields: Fields::new(),
        mark: Some(written.to_value()),
        owner: None,
        raw: Value::Null,
    };
    scene.observed.rows.insert("a".into(), row);
    let fields = fields.iter().map(|(field, provenance)| FieldChange {
        field: field.clone(),
        provenance: *provenance,
        before: Some(json!("server")),
        after: Some(json!("file")),
    });
    let change = Change {
        fields: fields.collect(),
        applied: digests(desired),
        classes: Class::ALL.into(),
        ..Change::new("a", Action::Update)
    };
    scene.changes.rows = vec![change];
    let settled = scene.basis(|basis| settle_drift(scene.changes.clone(), OnDrift::Keep, basis));
    (scene, settled.rows.into_iter().next())
}

#[test]
fn keeping_an_edit_leaves_the_field_and_goes_on_saying_what_was_applied() {
    let old = [(Field::Name, json!("old")), (Field::System, json!("old"))];
    let new = [(Field::Name, json!("old")), (Field::System, json!("new"))];
    let fields = [(Field::Name, Provenance::Drift), (Field::System, Provenance::Local)];
    let (_, change) = drifting(&old, |_| (), &fields, &new);
    let change = change.unwrap();
    assert_eq!(change.fields.iter().map(|field| &field.field).collect::<Vec<_>>(), [&Field::System]);
    assert_eq!(change.applied[&Field::Name], key().field("a", &Field::Name, Some(&json!("old"))));
    assert_eq!(change.applied[&Field::System], key().field("a", &Field::System, Some(&json!("new"))));
    assert_eq!(change.classes, BTreeSet::from([Class::Behaviour]));
}

#[test]
fn keeping_a_conflict_leaves_the_server_s_value_and_the_conflict() {
    // Both changed: the file to `new`, the server to something else. The mark still says `old`, so that a later plan
    // shows the same conflict again, and not an edit that nobody made.
    let old = [(Field::Name, json!("old"))];
    let new = [(Field::Name, json!("new"))];
    let (_, change) = drifting(&old, |_| (), &[(Field::Name, Provenance::Conflict)], &new);
    assert_eq!(change, None, "nothing is left to write, not even a mark");
}

#[test]
fn keeping_an_edit_of_a_field_that_is_no_longer_mentioned_keeps_it_managed() {
    let old = [(Field::Name, json!("old"))];
    let (_, change) = drifting(&old, |_| (), &[(Field::Name, Provenance::ResetConflict)], &[]);
    assert_eq!(change, None);
}

#[test]
fn keeping_an_edit_of_what_was_never_applied_forgets_the_field() {
    let new = [(Field::Name, json!("new"))];
    let (_, change) = drifting(&[], |_| (), &[(Field::Name, Provenance::Conflict)], &new);
    assert_eq!(change, None);
}

#[test]
fn keeping_edits_still_renews_a_mark_that_is_not_right() {
    let old = [(Field::Name, json!("old"))];
    let fields = [(Field::Name, Provenance::Drift)];
    let renews = |mark: fn(&mut Mark)| drifting(&old, mark, &fields, &old).1.is_some();
    assert!(!renews(|_| ()));
    assert!(renews(|mark| mark.protect = true));
    assert!(renews(|mark| mark.retired = true));
    assert!(renews(|mark| mark.pending = BTreeMap::from([(Field::Access, vec!["x".into()])])));
}

#[test]
fn only_keeping_takes_edits_out() {
    let (scene, kept) = drifting(&[], |_| (), &[(Field::Name, Provenance::Drift)], &[]);
    assert_eq!(kept, None);
    for on_drift in [OnDrift::Overwrite, OnDrift::Fail] {
        let settled = scene.basis(|basis| settle_drift(scene.changes.clone(), on_drift, basis));
        assert_eq!(settled, scene.changes);
    }
    let settled = scene.basis(|basis| settle_drift(scene.changes.clone(), OnDrift::Keep, basis));
    assert_eq!((settled.rows.len(), settled.unchanged), (0, 1));
    // New rows, rows that go and rows that are taken over have nothing to keep.
    let others = [Change::new("new", Action::Create), delete("gone"), Change { claim: true, ..update("theirs") }];
    for change in others {
        let mut scene = self::scene().change(change.clone());
        let row =
            |id: &str| ObservedRow { id: id.into(), fields: Fields::new(), mark: None, owner: None, raw: Value::Null };
        scene.observed.rows.insert("gone".into(), row("gone"));
        scene.observed.rows.insert("theirs".into(), row("theirs"));
        let settled = scene.basis(|basis| settle_drift(scene.changes.clone(), OnDrift::Keep, basis));
        assert_eq!(settled.rows, [change]);
    }
}

#[test]
fn a_plan_rests_on_the_rows_that_it_touches_and_names_their_people() {
    let mut scene = scene();
    let row =
        |id: &str| ObservedRow { id: id.to_owned(), fields: Fields::new(), mark: None, owner: None, raw: Value::Null };
    for id in ["old", "gone", "bystander"] {
        scene.observed.rows.insert(id.to_owned(), row(id));
    }
    let entry = |id: &str, name: &str| Entry { id: id.into(), name: name.into(), kind: None };
    scene.observed.catalogue = Catalogue {
        entries: BTreeMap::from([
            (ReferenceKind::Group, vec![entry("g", "Support"), entry("x", "Nobody")]),
            (ReferenceKind::User, vec![entry("u", "a@example.com")]),
        ]),
    };
    let access = FieldChange {
        field: Field::Access,
        provenance: Provenance::Local,
        before: Some(json!(["read group:g"])),
        after: Some(json!(["read user:u", "read user:*", "write group:unknown"])),
    };
    // Only access holds principals.
    let tags =
        FieldChange { field: Field::Meta("tags".into()), after: Some(json!(["read group:x"])), ..access.clone() };
    let new =
        Change { moved_from: Some("old".into()), fields: vec![access, tags], ..Change::new("new", Action::Create) };
    let scene = scene.change(new).change(delete("gone"));
    let plan = scene.plan();
    let print = |id: &str| Some(row(id).fingerprint());
    let rows = [("gone", print("gone")), ("new", None), ("old", print("old"))];
    assert_eq!(plan.preconditions.rows, rows.map(|(id, print)| (id.to_owned(), print)).into());
    let names = [("group:g", "Support"), ("user:u", "a@example.com")];
    assert_eq!(plan.names, names.map(|(id, name)| (id.to_owned(), name.to_owned())).into());
    assert_eq!(plan.counts(), Counts { create: 1, update: 0, retire: 0, delete: 1 });
    assert!(!plan.is_empty() && self::scene().plan().is_empty());
}

#[test]
fn a_plan_that_was_edited_has_a_broken_seal() {
    let plan = scene().many(4, 4, delete).plan();
    assert!(plan.is_sealed_by(&key()));
    assert!(!plan.is_sealed_by(&WorkspaceKey::new("another workspace")));
    let mut edited = plan.clone();
    edited.blockers.clear();
    assert!(!edited.is_sealed_by(&key()));
    let mut edited = plan;
    edited.changes.pop();
    assert!(!edited.is_sealed_by(&key()));
}

/// What taking note of a row that was [`drifting`] leaves to do.
fn noted(
    applied: &[(Field, Value)],
    mark: impl Fn(&mut Mark),
    fields: &[(Field, Provenance)],
    desired: &[(Field, Value)],
    change: impl Fn(&mut Change),
) -> Option<Change> {
    let (mut scene, _) = drifting(applied, mark, fields, desired);
    change(&mut scene.changes.rows[0]);
    scene.changes.kept.push(Kept { id: "theirs".into(), reason: KeptReason::Foreign });
    let noted = scene.basis(|basis| refresh_only(scene.changes.clone(), basis));
    assert_eq!(noted.kept, []);
    assert_eq!(noted.rows.len() + noted.not_targeted, 2);
    noted.rows.into_iter().next()
}

#[test]
fn taking_note_renews_the_mark_of_what_is_as_the_files_say_and_writes_no_field() {
    let (name, system, old) = (Field::Name, Field::System, json!("old"));
    let value = |field: &Field, text: &str| (field.clone(), json!(text));
    let digest = |field: &Field, text: &str| key().field("a", field, Some(&json!(text)));
    // The name is on the server as the file says since somebody typed it in; the prompt is not.
    let applied = [value(&name, "old"), value(&system, "old")];
    let desired = [value(&name, "new"), value(&system, "new")];
    let change = noted(&applied, |_| (), &[(system.clone(), Provenance::Local)], &desired, |_| ()).unwrap();
    assert_eq!((change.fields.len(), change.classes.len()), (0, 0));
    assert_eq!(
        change.applied,
        BTreeMap::from([(name.clone(), digest(&name, "new")), (system.clone(), digest(&system, "old"))])
    );
    // A field that was never applied and differs stays unknown to the mark.
    let change = noted(&[], |_| (), &[(system.clone(), Provenance::Local)], &desired, |_| ()).unwrap();
    assert_eq!(change.applied.keys().collect::<Vec<_>>(), [&name]);
    // Whatever differs goes on differing: there is nothing to note.
    for provenance in [
        Provenance::Local,
        Provenance::Drift,
        Provenance::Conflict,
        Provenance::Reset,
        Provenance::ResetConflict,
        Provenance::Release,
    ] {
        let fields = [(name.clone(), provenance)];
        assert_eq!(noted(&[(name.clone(), old.clone())], |_| (), &fields, &[value(&name, "new")], |_| ()), None);
    }
    // Protection is the file's to give and to take, in an apply.
    let change = noted(&[], |mark| mark.protect = true, &[], &[value(&name, "new")], |_| ()).unwrap();
    assert!(change.protect);
}

#[test]
fn some_rows_are_not_to_be_noted() {
    let desired = [(Field::Name, json!("new"))];
    let nothing: fn(&mut Mark) = |_| ();
    let unchanged: fn(&mut Change) = |_| ();
    let taken = |mark: fn(&mut Mark), change: fn(&mut Change)| noted(&[], mark, &[], &desired, change).is_some();
    assert!(taken(nothing, unchanged));
    assert!(!taken(nothing, |change| change.action = Action::Create));
    assert!(!taken(nothing, |change| change.action = Action::Delete));
    assert!(!taken(nothing, |change| change.retire = true));
    assert!(!taken(|mark| mark.retired = true, unchanged));
    assert!(!taken(|mark| mark.workspace = "other".into(), unchanged));
    assert!(!taken(|mark| mark.pending = BTreeMap::from([(Field::Access, vec!["x".into()])]), unchanged));
}

#[test]
fn a_plan_counts_what_is_switched_off_by_itself() {
    let plan = scene().change(retire("a")).change(update("b")).change(update("c")).plan();
    assert_eq!(plan.counts(), Counts { create: 0, update: 2, retire: 1, delete: 0 });
}

#[test]
fn concerns_are_warnings_unless_the_manifest_forbids_them() {
    use crate::project::Tolerance;
    let concern = |id: &str| Concern {
        code: "default-model".into(),
        id: id.into(),
        message: format!("`{id}` is missed"),
        help: "choose another".into(),
    };
    let blockers = |concerns: Vec<Concern>, tolerance: Option<Tolerance>| {
        let mut scene = scene();
        scene.policy.guard.concerns = tolerance;
        let plan = scene.plan().with_concerns(concerns.clone(), &scene.policy, &key());
        assert_eq!(plan.concerns, concerns);
        assert!(plan.is_sealed_by(&key()));
        plan.blockers.into_iter().map(|blocker| format!("{}: {}", blocker.code, blocker.message)).collect::<Vec<_>>()
    };
    assert_eq!(blockers(vec![concern("a")], None), [""; 0]);
    assert_eq!(blockers(vec![concern("a")], Some(Tolerance::Allow)), [""; 0]);
    assert_eq!(blockers(vec![], Some(Tolerance::Forbid)), [""; 0]);
    let forbid = |concerns| blockers(concerns, Some(Tolerance::Forbid));
    assert_eq!(forbid(vec![concern("a")]), ["concerns: `a` is missed, which the manifest forbids"]);
    assert_eq!(
        forbid(vec![concern("a"), concern("b")]),
        ["concerns: `a` is missed, and 1 more, which the manifest forbids"]
    );
}
