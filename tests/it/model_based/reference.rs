//! The reference: what files and rows are, and what a plan and an apply make of them, as plainly as it can be said.
//!
//! It knows nothing of the program but what its documents promise, and shares no code with it.

use std::collections::{BTreeMap, BTreeSet};

use super::field::{Key, Values};

/// The most rows that go in one apply of a workspace as small as these.
const MAX_DELETES: usize = 3;

/// A file of the workspace.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct File {
    /// What it mentions; nothing means that it asks for the default.
    pub(super) mentions: BTreeMap<Key, Option<String>>,
    pub(super) protect: bool,
    /// Former ids, oldest first.
    pub(super) moved: Vec<String>,
}

/// A row of the remote.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    /// What is not the default.
    pub(super) values: Values,
    /// Whether the administrator of the workspace made it.
    pub(super) ours: bool,
    pub(super) mark: Option<Mark>,
}

/// What a row says of the last apply.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    /// The row that it was written for: a copy carries its original's.
    pub(super) of: String,
    pub(super) protect: bool,
    pub(super) applied: BTreeMap<Key, Option<String>>,
}

/// Files and rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reference {
    pub(super) files: BTreeMap<String, File>,
    pub(super) rows: BTreeMap<String, Row>,
    /// The last apply or rollback that changed something.
    pub(super) last: Option<Written>,
}

/// An apply or a rollback that is through.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Written {
    /// The rows before and after it.
    before: BTreeMap<String, Row>,
    after: BTreeMap<String, Row>,
    /// What it did to which row.
    actions: BTreeMap<String, String>,
}

/// What happens to fields that were edited on the remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDrift {
    Fail,
    Keep,
    Overwrite,
}

/// Action, id, and for each field its name and where the difference comes from.
pub(super) type Change = (String, String, Vec<(String, String)>);

/// What a plan says, in the words of its JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Plan {
    pub(super) changes: BTreeSet<Change>,
    pub(super) blockers: BTreeSet<String>,
    /// The rows afterwards.
    pub(super) after: BTreeMap<String, Row>,
}

/// What an apply is asked to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    pub(super) on_drift: OnDrift,
    /// Rows that may be taken over.
    pub(super) claims: BTreeSet<String>,
    /// The one model that it is about.
    pub(super) target: Option<String>,
}

/// What is to happen to one row.
struct Step {
    action: &'static str,
    id: String,
    fields: Vec<(String, String)>,
    /// The row that it takes the place of.
    former: Option<String>,
    /// Whether it undoes somebody's edit.
    is_drift: bool,
    /// The row afterwards.
    after: Option<Row>,
}

impl Reference {
    /// Whether there is a file or a row of ours with this id.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.files.contains_key(id) || self.rows.get(id).is_some_and(|row| row.is_ours(id))
    }

    /// What a plan finds.
    pub(super) fn plan(&self, order: &Order) -> Plan {
        let mut steps = Vec::new();
        let mut foreign = BTreeSet::new();
        for (id, file) in &self.files {
            match self.rows.get(id) {
                None => steps.push(self.create(id, file)),
                Some(row) if row.is_ours(id) || order.claims.contains(id) => {
                    steps.extend(update(id, file, row, order.on_drift));
                }
                Some(_) => drop(foreign.insert(id.clone())),
            }
        }
        let gone = self.rows.iter().filter(|(id, row)| row.is_ours(id) && !self.files.contains_key(*id));
        let (kept, gone): (Vec<_>, Vec<_>) = gone.partition(|(_, row)| row.mark.as_ref().unwrap().protect);
        steps.extend(gone.iter().map(|(id, _)| Step {
            action: "delete",
            id: (*id).clone(),
            fields: Vec::new(),
            former: None,
            is_drift: false,
            after: None,
        }));
        if let Some(target) = &order.target {
            // A rename is one change, whichever of its ids is named.
            let renames: Vec<(String, String)> =
                steps.iter().filter_map(|step| Some((step.id.clone(), step.former.clone()?))).collect();
            let is_meant = |id: &String| {
                let rename = renames.iter().find(|(id_now, former)| id_now == id || former == id);
                rename.map_or(id == target, |(id_now, former)| id_now == target || former == target)
            };
            steps.retain(|step| is_meant(&step.id));
            foreign.retain(is_meant);
        }

        let mut plan = Plan { after: self.rows.clone(), ..Plan::default() };
        let renamed: BTreeSet<&String> = steps.iter().filter_map(|step| step.former.as_ref()).collect();
        // A renamed row is not lost.
        let lost = steps.iter().filter(|step| step.action == "delete" && !renamed.contains(&step.id)).count();
        for (code, is_blocked) in [
            ("foreign", !foreign.is_empty()),
            ("drift", order.on_drift == OnDrift::Fail && steps.iter().any(|step| step.is_drift)),
            ("protected", kept.iter().any(|(id, _)| renamed.contains(id))),
            ("too-many-deletes", lost > MAX_DELETES),
        ] {
            plan.blockers.extend(is_blocked.then(|| code.to_owned()));
        }
        for step in steps {
            match step.after {
                Some(row) => plan.after.insert(step.id.clone(), row),
                None => plan.after.remove(&step.id),
            };
            plan.changes.insert((step.action.to_owned(), step.id, step.fields));
        }
        plan
    }

    /// A row that is not there: new, or one of ours under a former id.
    fn create(&self, id: &str, file: &File) -> Step {
        let former = file.moved.iter().find(|former| self.rows.get(*former).is_some_and(|row| row.is_ours(former)));
        let mut values = match former {
            Some(former) => self.rows[former].values.clone(),
            None => Values::from([(Key::Name, id.to_owned()), (Key::Access, "private".to_owned())]),
        };
        let desired = file.desired(id);
        let mut fields = Vec::new();
        for (key, value) in &desired {
            if value.is_some() || (former.is_some() && values.contains_key(key)) {
                fields.push((key.to_string(), "local".to_owned()));
            }
            set(&mut values, *key, value.clone());
        }
        if former.is_none() {
            let unsaid = [Key::Name, Key::Access].into_iter().filter(|key| !desired.contains_key(key));
            fields.extend(unsaid.map(|key| (key.to_string(), "local".to_owned())));
        }
        fields.sort();
        let mark = Mark { of: id.to_owned(), protect: file.protect, applied: desired };
        let after = Some(Row { values, ours: true, mark: Some(mark) });
        Step { action: "create", id: id.to_owned(), fields, former: former.cloned(), is_drift: false, after }
    }
}

impl Reference {
    /// Takes note of a plan that was carried out.
    pub(super) fn becomes(&mut self, plan: Plan) {
        if plan.changes.is_empty() {
            return;
        }
        let before = std::mem::replace(&mut self.rows, plan.after);
        let actions = plan.changes.into_iter().map(|(action, id, _)| (id, action)).collect();
        self.last = Some(Written { before, after: self.rows.clone(), actions });
    }

    /// What a rollback of the last apply does; nothing if there was none. Fields are not named.
    pub(super) fn rollback(&self, order: &Order) -> Option<Plan> {
        let last = self.last.as_ref()?;
        let mut plan = Plan { after: self.rows.clone(), ..Plan::default() };
        let mut is_edited = false;
        for (id, action) in &last.actions {
            let (was, now) = (last.before.get(id), self.rows.get(id));
            let is_ours = now.is_some_and(|now| now.is_ours(id));
            // Whether a field is as an apply of ours left it.
            let wrote = |key: &Key| {
                let has = now.and_then(|now| now.values.get(key));
                let left = last.after.get(id);
                let mark = now.and_then(|now| now.mark.as_ref()).filter(|_| is_ours);
                left.is_some_and(|left| left.values.get(key) == has)
                    || mark.and_then(|mark| mark.applied.get(key)).is_some_and(|applied| applied.as_ref() == has)
            };
            let (done, after, edited) = match (was, now) {
                (None, None) => continue,
                (None, Some(now)) => {
                    if !is_ours || now.mark.as_ref().is_some_and(|mark| mark.protect) {
                        continue;
                    }
                    ("delete", None, now.values.keys().any(|key| !wrote(key)))
                }
                (Some(was), None) => ("create", Some(Row { ours: true, ..was.clone() }), action != "delete"),
                (Some(was), Some(now)) => {
                    let keys: BTreeSet<&Key> = was.values.keys().chain(now.values.keys()).collect();
                    let differing = keys.into_iter().filter(|key| was.values.get(key) != now.values.get(key));
                    let (ours, edited): (Vec<&Key>, Vec<&Key>) = differing.partition(|key| wrote(key));
                    let put_back: Vec<&Key> = match order.on_drift {
                        OnDrift::Keep => ours,
                        OnDrift::Fail | OnDrift::Overwrite => ours.into_iter().chain(edited.clone()).collect(),
                    };
                    let is_allowed = is_ours || order.claims.contains(id);
                    if !is_allowed || put_back.is_empty() && was.mark == now.mark {
                        continue;
                    }
                    let mut after = Row { mark: was.mark.clone(), ..now.clone() };
                    for key in put_back {
                        set(&mut after.values, *key, was.values.get(key).cloned());
                    }
                    ("update", Some(after), order.on_drift != OnDrift::Keep && !edited.is_empty())
                }
            };
            if edited && order.on_drift == OnDrift::Keep {
                continue;
            }
            is_edited |= edited;
            match after {
                Some(row) => plan.after.insert(id.clone(), row),
                None => plan.after.remove(id),
            };
            plan.changes.insert((done.to_owned(), id.clone(), Vec::new()));
        }
        let deleted = plan.changes.iter().filter(|(action, ..)| action == "delete").count();
        let blockers =
            [("drift", is_edited && order.on_drift == OnDrift::Fail), ("too-many-deletes", deleted > MAX_DELETES)];
        plan.blockers = blockers.into_iter().filter(|(_, is)| *is).map(|(code, _)| code.to_owned()).collect();
        Some(plan)
    }
}

/// A row that is there and that the file may change.
fn update(id: &str, file: &File, row: &Row, on_drift: OnDrift) -> Option<Step> {
    let desired = file.desired(id);
    let mark = row.mark.as_ref().filter(|mark| mark.of == id);
    let mut found: Vec<(Key, Option<String>, &str)> = Vec::new();
    for (key, wanted) in &desired {
        let has = row.values.get(key);
        if has == wanted.as_ref() {
            continue;
        }
        let provenance = match mark.and_then(|mark| mark.applied.get(key)) {
            None => "local",
            Some(last) if last.as_ref() == has => "local",
            Some(last) if last == wanted => "drift",
            Some(_) => "conflict",
        };
        found.push((*key, wanted.clone(), provenance));
    }
    let unmentioned = mark.iter().flat_map(|mark| &mark.applied).filter(|(key, _)| !desired.contains_key(key));
    for (key, last) in unmentioned {
        let has = row.values.get(key);
        // A name cannot be empty.
        let default = (*key == Key::Name).then(|| id.to_owned());
        if *key == Key::Access {
            found.push((*key, has.cloned(), "release"));
        } else if has.is_some() && has != default.as_ref() {
            found.push((*key, default, if last.as_ref() == has { "reset" } else { "resetconflict" }));
        }
    }

    let mut applied = desired;
    let mut after = row.clone();
    let mut fields = Vec::new();
    let mut undoes = false;
    for (key, value, provenance) in found {
        let is_drift = ["drift", "conflict", "resetconflict"].contains(&provenance);
        if is_drift && on_drift == OnDrift::Keep {
            match mark.and_then(|mark| mark.applied.get(&key)) {
                Some(last) => applied.insert(key, last.clone()),
                None => applied.remove(&key),
            };
            continue;
        }
        undoes |= is_drift;
        set(&mut after.values, key, value);
        fields.push((key.to_string(), provenance.to_owned()));
    }
    after.mark = Some(Mark { of: id.to_owned(), protect: file.protect, applied });
    fields.sort();
    let differs = !fields.is_empty() || after.mark != row.mark;
    differs.then(|| Step {
        action: "update",
        id: id.to_owned(),
        fields,
        former: None,
        is_drift: undoes,
        after: Some(after),
    })
}

fn set(values: &mut Values, key: Key, value: Option<String>) {
    match value {
        Some(value) => values.insert(key, value),
        None => values.remove(&key),
    };
}

impl File {
    /// Every field that the file speaks of.
    fn desired(&self, id: &str) -> BTreeMap<Key, Option<String>> {
        let mut desired = self.mentions.clone();
        desired.insert(Key::Base, super::field::base_of(id));
        desired
    }
}

impl Row {
    fn is_ours(&self, id: &str) -> bool {
        self.mark.as_ref().is_some_and(|mark| mark.of == id)
    }
}
