//! What happens: to files, on the remote, and applies. Each act is done to the world and to the reference.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::field::{EDITED, Key, OVERRIDE};
use super::reference::{File, OnDrift, Order, Reference, Row};
use super::world::World;

/// The ids of models with files. Others make rows with these ids too.
const IDS: [&str; 5] = ["m0", "m1", "m2", "m3", OVERRIDE];

/// One thing that happens. What cannot happen, such as the edit of a row that is not there, does not.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// A file is written, whole.
    Writes(&'static str, Vec<(Key, usize)>),
    /// A line is put into a file, or another in its place.
    Sets(&'static str, Key, usize),
    /// A line is taken out of a file.
    Unsets(&'static str, Key),
    Protects(&'static str, bool),
    /// A file goes.
    Removes(&'static str),
    /// A model gets another id.
    Renames(&'static str, &'static str),
    /// Somebody edits a row, to this value or back to the default.
    Edits(&'static str, Key, Option<usize>),
    Toggles(&'static str),
    Clones(&'static str, &'static str),
    Deletes(&'static str),
    /// Somebody makes a row of his own.
    Makes(&'static str),
    /// An apply, which may take over what is not ours, of everything or of one model.
    Applies(OnDrift, bool, Option<&'static str>),
    /// The last apply or rollback is rolled back, which may take over what is not ours.
    RollsBack(OnDrift, bool),
}

/// Any sequence of acts, with applies among them.
pub(super) fn acts(most: usize) -> impl Strategy<Value = Vec<Act>> {
    vec(act(), 1..most)
}

fn act() -> impl Strategy<Value = Act> {
    let id = || select(IDS.to_vec());
    let key = || select(EDITED.to_vec());
    let said = || select([EDITED.as_slice(), &[Key::Active]].concat());
    let choice = || 0..3_usize;
    let mentions = vec((said(), choice()), 0..4);
    let on_drift = select(vec![OnDrift::Fail, OnDrift::Keep, OnDrift::Overwrite]);
    let target = proptest::option::weighted(0.2, id());
    let rollback = (on_drift.clone(), any::<bool>());
    prop_oneof![
        4 => (id(), mentions).prop_map(|(id, mentions)| Act::Writes(id, mentions)),
        3 => (id(), said(), choice()).prop_map(|(id, key, choice)| Act::Sets(id, key, choice)),
        2 => (id(), said()).prop_map(|(id, key)| Act::Unsets(id, key)),
        1 => (id(), any::<bool>()).prop_map(|(id, on)| Act::Protects(id, on)),
        2 => id().prop_map(Act::Removes),
        2 => (id(), id()).prop_map(|(from, to)| Act::Renames(from, to)),
        4 => (id(), key(), proptest::option::of(choice())).prop_map(|(id, key, choice)| Act::Edits(id, key, choice)),
        1 => id().prop_map(Act::Toggles),
        1 => (id(), id()).prop_map(|(from, to)| Act::Clones(from, to)),
        1 => id().prop_map(Act::Deletes),
        1 => id().prop_map(Act::Makes),
        2 => rollback.prop_map(|(on_drift, claims)| Act::RollsBack(on_drift, claims)),
        6 => (on_drift, any::<bool>(), target).prop_map(|(on_drift, claims, id)| Act::Applies(on_drift, claims, id)),
    ]
}

impl Act {
    /// Lets it happen to both, and compares what can be seen.
    pub(super) fn happens(&self, world: &dyn World, reference: &mut Reference) -> Result<(), TestCaseError> {
        let Reference { files, rows, .. } = reference;
        match self {
            Self::Writes(id, mentions) => {
                let mentions = mentions.iter().map(|(key, choice)| (*key, key.value(*choice))).collect();
                let moved = files.get(*id).map(|file| file.moved.clone()).unwrap_or_default();
                files.insert((*id).into(), File { mentions, protect: false, moved });
            }
            Self::Sets(id, key, choice) => {
                if let Some(file) = files.get_mut(*id) {
                    file.mentions.insert(*key, key.value(*choice));
                }
            }
            Self::Unsets(id, key) => {
                if let Some(file) = files.get_mut(*id) {
                    file.mentions.remove(key);
                }
            }
            Self::Protects(id, on) => {
                if let Some(file) = files.get_mut(*id) {
                    file.protect = *on;
                }
            }
            Self::Removes(id) => drop(files.remove(*id)),
            Self::Renames(from, to) => {
                if !files.contains_key(*to)
                    && [*from, *to].iter().all(|id| *id != OVERRIDE)
                    && let Some(mut file) = files.remove(*from)
                {
                    file.moved.push((*from).into());
                    files.insert((*to).into(), file);
                }
            }
            Self::Edits(id, key, choice) => {
                let value = choice.and_then(|choice| key.value(choice));
                let cannot_be_empty = matches!(key, Key::Name | Key::Access);
                if let Some(row) = rows.get_mut(*id).filter(|_| value.is_some() || !cannot_be_empty) {
                    world.edit(id, *key, value.as_deref());
                    match value {
                        Some(value) => row.values.insert(*key, value),
                        None => row.values.remove(key),
                    };
                }
            }
            Self::Toggles(id) => {
                if let Some(row) = rows.get_mut(*id) {
                    world.toggle(id);
                    if row.values.remove(&Key::Active).is_none() {
                        row.values.insert(Key::Active, "false".into());
                    }
                }
            }
            Self::Clones(from, to) => {
                if !rows.contains_key(*to)
                    && let Some(row) = rows.get(*from)
                {
                    world.clone_row(from, to);
                    let mut row = Row { ours: false, ..row.clone() };
                    row.values.entry(Key::Name).and_modify(|name| name.push_str(" (Clone)"));
                    // The page switches nothing off that it makes.
                    rows.insert((*to).into(), row);
                }
            }
            Self::Deletes(id) => {
                if rows.remove(*id).is_some() {
                    world.delete(id);
                }
            }
            Self::Makes(id) => {
                if !rows.contains_key(*id) {
                    world.make(id);
                    let values = [(Key::Name, "Theirs"), (Key::Access, "private"), (Key::System, "Theirs.")];
                    let mut values: super::field::Values =
                        values.into_iter().map(|(key, value)| (key, value.to_owned())).collect();
                    values.extend(super::field::base_of(id).map(|base| (Key::Base, base)));
                    rows.insert((*id).into(), Row { values, ours: false, mark: None });
                }
            }
            Self::Applies(on_drift, claims, target) => {
                let order = Order { on_drift: *on_drift, claims: claimed(*claims), target: target.map(str::to_owned) };
                return world.applies(reference, &order);
            }
            Self::RollsBack(on_drift, claims) => {
                let order = Order { on_drift: *on_drift, claims: claimed(*claims), target: None };
                return world.rolls_back(reference, &order);
            }
        }
        Ok(())
    }
}

/// What may be taken over: everything or nothing.
fn claimed(everything: bool) -> BTreeSet<String> {
    IDS.iter().filter(|_| everything).map(|id| (*id).to_owned()).collect()
}
