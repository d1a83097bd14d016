//! Which statement of which part counts: what a file says itself beats what it includes, and a later fragment an earlier one.
//!
//! What adds up is not touched, but for items that two parts both name. Within one part nothing is taken out: there the
//! rules about repetition speak.

use std::collections::HashMap;
use std::hash::Hash;

use super::directive;
use crate::expand::Expanded;
use crate::ir::{AccessRule, Cardinality, Place, Statement, Value, parameter};

/// Takes out what another part beats.
pub(super) fn settle(expanded: &Expanded, statements: &mut Vec<Statement>) {
    let rank = |statement: &Statement| expanded.parts.get(statement.part).map_or(0, |part| part.rank);
    let said = Strongest::of(statements.iter().filter_map(|statement| Some((key(statement)?, rank(statement)))));
    let access = Access::of(statements, &rank);
    let keep: Vec<bool> = statements
        .iter()
        .map(|statement| {
            let counts = key(statement).is_none_or(|key| said.is(&key, rank(statement)));
            counts && (!statement.directive.is(&directive::ACCESS) || access.counts(rank(statement)))
        })
        .collect();
    let named = Strongest::of(statements.iter().flat_map(|statement| {
        let items = statement.value.items().into_iter();
        items.map(|(item, _)| ((statement.directive.keyword, item), rank(statement)))
    }));
    let keep_items: Vec<Vec<bool>> = statements
        .iter()
        .map(|statement| {
            let keyword = statement.directive.keyword;
            let items = statement.value.items().into_iter();
            items.map(|(item, _)| named.is(&(keyword, item), rank(statement))).collect()
        })
        .collect();
    let mut verdicts = keep.into_iter().zip(keep_items);
    statements.retain_mut(|statement| {
        let Some((keep, items)) = verdicts.next() else { return true };
        keep && (items.iter().all(|keep| *keep) || thin_out(&mut statement.value, &items))
    });
}

/// What only one part can say.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Directive(&'static str),
    /// FROM or OVERRIDE.
    Base,
    Parameter(&'a str),
    Meta(&'a str),
}

fn key(statement: &Statement) -> Option<Key<'_>> {
    match (statement.directive.place, &statement.value) {
        (Place::Base | Place::Override, _) => Some(Key::Base),
        (Place::Parameter, Value::Parameter { name, .. }) => {
            let adds_up = parameter::find(&name.value).is_some_and(parameter::Parameter::adds_up);
            (!adds_up).then_some(Key::Parameter(&name.value))
        }
        (Place::AnyMeta, Value::Meta { key, .. }) => Some(Key::Meta(key)),
        _ => match statement.directive.cardinality {
            Cardinality::Once | Cardinality::LastWins => Some(Key::Directive(statement.directive.keyword)),
            Cardinality::Many => None,
        },
    }
}

/// For each key the highest rank that has it.
struct Strongest<K>(HashMap<K, u32>);

impl<K: Eq + Hash> Strongest<K> {
    fn of(said: impl Iterator<Item = (K, u32)>) -> Self {
        let mut strongest = HashMap::new();
        for (key, rank) in said {
            let known = strongest.entry(key).or_insert(rank);
            *known = rank.max(*known);
        }
        Self(strongest)
    }

    fn is(&self, key: &K, rank: u32) -> bool {
        self.0.get(key).is_none_or(|strongest| *strongest == rank)
    }
}

/// Which parts' ACCESS counts: grants add up, but `public` and `private` stand alone, so they beat what weaker parts grant,
/// and stronger parts' grants beat them.
struct Access {
    from: u32,
    to: u32,
}

impl Access {
    fn of(statements: &[Statement], rank: &impl Fn(&Statement) -> u32) -> Self {
        let rules = statements.iter().filter(|statement| statement.directive.is(&directive::ACCESS));
        let alone = rules
            .clone()
            .filter(|statement| matches!(statement.value, Value::Access(AccessRule::Public | AccessRule::Private)));
        let Some(alone) = alone.map(rank).max() else { return Self { from: 0, to: u32::MAX } };
        if rules.map(rank).any(|rank| rank > alone) {
            Self { from: alone + 1, to: u32::MAX }
        } else {
            Self { from: alone, to: alone }
        }
    }

    fn counts(&self, rank: u32) -> bool {
        (self.from..=self.to).contains(&rank)
    }
}

/// Takes the items out that do not count; false if none is left.
fn thin_out(value: &mut Value, keep: &[bool]) -> bool {
    fn retain<T>(items: &mut Vec<T>, keep: &[bool]) -> bool {
        let mut keep = keep.iter();
        items.retain(|_| keep.next().copied().unwrap_or(true));
        !items.is_empty()
    }
    match value {
        Value::List(items) => retain(items, keep),
        Value::Switches(items) => retain(items, keep),
        Value::Knowledge(items) => retain(items, keep),
        Value::Access(AccessRule::Grant { principals, .. }) => retain(principals, keep),
        Value::Text(_)
        | Value::Parameter { .. }
        | Value::Message { .. }
        | Value::Access(AccessRule::Public | AccessRule::Private)
        | Value::Suggestion { .. }
        | Value::Avatar(_)
        | Value::Flag(_)
        | Value::Meta { .. }
        | Value::Argument { .. } => true,
    }
}
