//! Both servers from one file: what Ollama builds, and what the Open WebUI in front of it says about that. Pure.
//!
//! In: what the files want of each of them. Out: the same, split so that everything stands in one place only. A model that
//! Ollama builds is what people pick: it is not a preset in Open WebUI but the base model's own row, under the id that Open
//! WebUI lists for it. What Ollama holds is not said again there.

mod front;

pub use front::for_open_webui;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::check;
use crate::ir::name::looks_like_path;
use crate::ir::{Document, Place, Statement, Support, Value, directive, parameter};
use crate::state::{Field, Intent, Wanted};

/// Whether a file says something that only Ollama can hold: then Ollama builds the model.
#[must_use]
pub fn needs_ollama(document: &Document) -> bool {
    document.last(&directive::OVERRIDE).is_none() && document.statements.iter().any(is_for_ollama_alone)
}

fn is_for_ollama_alone(statement: &Statement) -> bool {
    match (statement.directive.place, &statement.value) {
        (Place::Parameter, Value::Parameter { name, .. }) => {
            parameter::find(&name.value).is_some_and(|row| row.ollama.holds() && row.open_webui.is_none())
        }
        (Place::Base, Value::Text(from)) => looks_like_path(from.as_written()),
        _ => statement.directive.ollama == Support::Yes && statement.directive.open_webui != Support::Yes,
    }
}

/// The files that need Ollama, and those that they build on: `files` are paths, ids and contents.
#[must_use]
pub fn by_need(files: &[(&Utf8Path, Option<String>, &Document)]) -> BTreeSet<Utf8PathBuf> {
    let by_id: BTreeMap<&str, usize> =
        files.iter().enumerate().filter_map(|(at, (_, id, _))| Some((id.as_deref()?, at))).collect();
    let mut needed: BTreeSet<usize> = BTreeSet::new();
    for (at, (_, _, document)) in files.iter().enumerate() {
        let mut next = needs_ollama(document).then_some(at);
        while let Some(at) = next.filter(|at| needed.insert(*at)) {
            let from = files.get(at).and_then(|(_, _, document)| document.last(&directive::FROM));
            next = match from.map(|from| &from.value) {
                Some(Value::Text(base)) => by_id.get(base.as_written()).copied(),
                _ => None,
            };
        }
    }
    needed.into_iter().filter_map(|at| Some(files.get(at)?.0.to_owned())).collect()
}

/// What an Ollama behind an Open WebUI is to build: everything but what only the row in front can say.
pub fn for_ollama(intent: &mut Intent) {
    for model in intent.models.values_mut() {
        model.fields.retain(|field, wanted| *field != Field::System || is_held_by_ollama(field, &wanted.value));
    }
}

/// Whether Ollama holds what a file says of a field, so that the row in front does not say it again. A prompt with
/// variables that Open WebUI fills in would be shown to the model as it stands.
fn is_held_by_ollama(field: &Field, wanted: &Wanted) -> bool {
    match (field, wanted) {
        (Field::System, Wanted::Json(serde_json::Value::String(text))) => !check::has_prompt_variables(text),
        (Field::System | Field::Part(_) | Field::Base, _) => true,
        (Field::Param(name), _) => parameter::find(name).is_some_and(|row| row.ollama.holds()),
        (Field::Name | Field::Active | Field::Access | Field::Capability(_) | Field::Meta(_), _) => false,
    }
}

#[cfg(test)]
mod tests;
