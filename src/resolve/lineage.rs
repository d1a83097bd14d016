//! FROM another model of the workspace: what a model takes over from the one that it builds on.
//!
//! Open WebUI does not chain presets, so a model is flattened onto the base that its line begins with. Inherited is what
//! says how a model works, field by field, and not who it is. An Ollama remote builds models on each other as they stand:
//! [`ModelIntent::parent`] and [`ModelIntent::inherited`] tell it apart.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::source::Located;
use crate::state::{Base, Field, ModelIntent};

/// Whether a model takes the field over from the one that it builds on.
fn is_inherited(field: &Field) -> bool {
    match field {
        Field::System | Field::Param(_) | Field::Capability(_) => true,
        Field::Meta(key) => {
            matches!(&**key, "toolIds" | "filterIds" | "actionIds" | "skillIds" | "knowledge" | "defaultFeatureIds")
        }
        // What Ollama builds in, it builds on what is there.
        Field::Base | Field::Name | Field::Active | Field::Access | Field::Part(_) => false,
    }
}

/// How far the line of a model is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Done,
}

/// Gives every model what it inherits. Lines are walked with a stack of our own: a line may be as long as the workspace.
pub(super) fn flatten(models: &mut IndexMap<String, ModelIntent>, findings: &mut Vec<Diagnostic>) {
    let mut states: HashMap<usize, State> = HashMap::new();
    for start in 0..models.len() {
        let mut line = Vec::new();
        let mut at = start;
        // Up to where the line begins, or is known, or meets itself.
        let cycle = loop {
            match states.get(&at) {
                Some(State::Done) => break None,
                Some(State::Open) => break Some(at),
                None => {}
            }
            states.insert(at, State::Open);
            line.push(at);
            match parent(models, at) {
                Some(parent) => at = parent,
                None => break None,
            }
        };
        if let Some(first) = cycle {
            let members = line.iter().skip_while(|member| **member != first);
            report(models, &members.copied().collect::<Vec<_>>(), findings);
        }
        for member in line.into_iter().rev() {
            states.insert(member, State::Done);
            if cycle.is_none()
                && let Some(parent) = parent(models, member)
            {
                inherit(models, member, parent);
            }
        }
    }
}

/// The model that this one builds on. A base model's own row is that base model: there is nothing to take over.
fn parent(models: &IndexMap<String, ModelIntent>, at: usize) -> Option<usize> {
    let (own, model) = models.get_index(at)?;
    let Base::On(base) = &model.base else { return None };
    let (index, _, parent) = models.get_full(&base.value)?;
    // FROM the model's own id is the business of `from-self`.
    (base.value != *own && parent.base != Base::Own).then_some(index)
}

fn inherit(models: &mut IndexMap<String, ModelIntent>, at: usize, parent: usize) {
    let Some((_, from)) = models.get_index(parent) else { return };
    let base = from.base.clone();
    let fields: Vec<_> =
        from.fields.iter().filter(|(field, _)| is_inherited(field)).map(|(f, w)| (f.clone(), w.clone())).collect();
    let Some((_, model)) = models.get_index_mut(at) else { return };
    if let Base::On(named) = std::mem::replace(&mut model.base, base) {
        model.parent = Some(named);
    }
    for (field, wanted) in fields {
        if !model.fields.contains_key(&field) {
            model.inherited.insert(field.clone());
            model.fields.insert(field, wanted);
        }
    }
}

/// One finding for a cycle, at the model that comes first.
fn report(models: &IndexMap<String, ModelIntent>, members: &[usize], findings: &mut Vec<Diagnostic>) {
    let named = |at: &usize| {
        let (id, model) = models.get_index(*at)?;
        match &model.base {
            Base::On(base) => Some((id, base)),
            Base::Own => None,
        }
    };
    let mut line = members.iter().filter_map(named);
    let Some((id, base)) = line.next() else { return };
    let Located { location, .. } = base;
    let message = format!("`{id}` is built on itself through other models");
    let finding = Diagnostic::new("from-cycle", *location, message);
    let finding = line.take(SHOWN).fold(finding, |finding, (id, base)| {
        finding.also(base.location, format!("`{id}` is built on `{}`", base.value))
    });
    findings.push(finding.help("build one of them on a base model"));
}

/// How many models of a cycle are shown.
const SHOWN: usize = 5;
