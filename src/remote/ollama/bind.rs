//! What the server would build from each file: the model that FROM names, with what the file says laid over it. Pure.
//!
//! Ollama knows no fields but only whole models: what a file does not mention comes from its base, and what the base does
//! not have is nothing. So a row that is desired mentions everything.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::capabilities::{self, Capabilities, FilledIn};
use super::row::{architecture, canonical, digest, id_of};
use crate::diagnostic::{Diagnostic, closest};
use crate::ir::name::{Name, Source, looks_like_path, select};
use crate::ir::parameter;
use crate::source::Located;
use crate::state::{
    Base, Desired, DesiredRow, Field, Fields, Intent, ModelIntent, Observed, Part, Reference, ReferenceKind, Wanted,
};
use crate::syntax::without_dropped;

/// Names of base models that differ on a remote: the name in the files, and the name there.
pub(super) type Names = BTreeMap<String, String>;

/// Binds an intent. A model with a finding is left out; the caller stops at the finding.
pub(super) fn bind(
    intent: &Intent,
    observed: &Observed,
    names: &Names,
    capabilities: &Capabilities,
) -> (Desired, Vec<Diagnostic>) {
    let mut binder = Binder {
        intent,
        observed,
        names,
        capabilities,
        built: BTreeMap::new(),
        references: BTreeSet::new(),
        findings: Vec::new(),
    };
    for id in intent.models.keys() {
        binder.line(id);
    }
    let row = |model: &ModelIntent| {
        Some((model.id.value.clone(), row(model, &binder.built.get(&model.id.value)?.as_ref()?.fields)))
    };
    let rows: IndexMap<String, DesiredRow> = intent.models.values().filter_map(row).collect();
    (Desired { rows, references: binder.references }, binder.findings)
}

fn row(model: &ModelIntent, fields: &Fields) -> DesiredRow {
    DesiredRow {
        fields: fields.iter().map(|(field, value)| (field.clone(), Some(value.clone()))).collect(),
        initial: Fields::new(),
        whole: true,
        protect: model.protect,
        moved: model.moved.iter().map(|id| id.value.clone()).collect(),
        location: model.id.location,
        path: model.path.clone(),
    }
}

/// What FROM says.
fn from(model: &ModelIntent) -> Option<&Located<String>> {
    match (&model.parent, &model.base) {
        (Some(parent), _) => Some(parent),
        (None, Base::On(base)) => Some(base),
        (None, Base::Own) => None,
    }
}

/// A model as the server has it, or would build it.
#[derive(Clone)]
struct Built {
    fields: Fields,
    architecture: Option<String>,
}

struct Binder<'a> {
    intent: &'a Intent,
    observed: &'a Observed,
    names: &'a Names,
    capabilities: &'a Capabilities,
    /// What becomes of each model of the workspace; none of one that cannot be built.
    built: BTreeMap<String, Option<Built>>,
    references: BTreeSet<Reference>,
    findings: Vec<Diagnostic>,
}

impl Binder<'_> {
    /// Builds a model after those of the workspace that it is built on. A line may be as long as the workspace.
    fn line(&mut self, id: &str) {
        let mut line = vec![id];
        while let Some(parent) =
            line.last().and_then(|id| self.intent.models.get(*id)).and_then(|model| self.parent(model))
        {
            // A cycle was told of when the files were resolved.
            if self.built.contains_key(parent) || line.contains(&parent) {
                break;
            }
            line.push(parent);
        }
        for id in line.into_iter().rev() {
            if !self.built.contains_key(id)
                && let Some(model) = self.intent.models.get(id)
            {
                let built = self.build(model);
                self.built.insert(id.to_owned(), built);
            }
        }
    }

    /// The model of the workspace that goes to this remote too and that this one is built on.
    fn parent<'m>(&self, model: &'m ModelIntent) -> Option<&'m str> {
        let parent = from(model)?.value.as_str();
        self.intent.models.contains_key(parent).then_some(parent)
    }

    fn build(&mut self, model: &ModelIntent) -> Option<Built> {
        self.check_id(&model.id)?;
        let Some(from) = from(model) else {
            let message =
                format!("`{}` is a row of Open WebUI's own, and nothing that Ollama could build", model.id.value);
            self.find(
                "target-cannot-hold",
                &model.id,
                message,
                "write FROM instead of OVERRIDE, or keep the file from this remote with `models` in the manifest",
            );
            return None;
        };
        let (base, mut built) = self.base(model, from)?;
        built.fields.insert(Field::Base, json!(base));
        let own: Vec<_> = model.fields.iter().filter(|(field, _)| !model.inherited.contains(*field)).collect();
        let says = |wanted: &Field| own.iter().any(|(field, _)| *field == wanted);
        let stops = says(&Field::Param("stop".into()));
        for (field, wanted) in own {
            self.lay(&mut built.fields, field, wanted)?;
        }
        fill_in(&mut built, self.capabilities.filled_in, stops);
        Some(built)
    }

    /// An id that the server lists as it is written: another spelling of the same name would be a row that is not found.
    fn check_id(&mut self, id: &Located<String>) -> Option<()> {
        let name = Name::parse(&id.value);
        if let Some((part, text)) = name.fault() {
            let message = format!("`{}` is no name of a model for Ollama: its {} is `{text}`", id.value, part.as_str());
            let help = "a name is of letters, digits, `-`, `_` and `.`, a namespace before a `/`, a tag after a `:`";
            self.find("invalid-model-name", id, message, help);
            return None;
        }
        let shortest = id_of(&id.value);
        let there = self.observed.rows.keys().find(|other| Name::parse(other).same_as(&name)).unwrap_or(&shortest);
        if *there == id.value {
            return Some(());
        }
        let message = format!("the server calls `{}` `{there}`", id.value);
        self.find("invalid-model-name", id, message, &format!("write `ID {there}`"));
        None
    }

    /// What a model is built on: its id, and what it is, or will be once the plan is carried out.
    fn base(&mut self, model: &ModelIntent, from: &Located<String>) -> Option<(String, Built)> {
        if let Some(parent) = self.parent(model) {
            let built = self.built.get(parent)?.clone()?;
            return Some((parent.to_owned(), built));
        }
        let name = self.names.get(&from.value).unwrap_or(&from.value);
        let unsupported = if looks_like_path(name) {
            Some(("is a path", "build it once with `ollama create`, and give its name to FROM"))
        } else if matches!(select(name), Ok((_, Source::Cloud))) {
            Some(("runs in Ollama's cloud", "name a model that the server has itself"))
        } else {
            None
        };
        if let Some((what, help)) = unsupported {
            let message = format!("`{name}` {what}, which this version of maquette cannot build on");
            self.find("unknown-base", from, message, help);
            return None;
        }
        let wanted = Name::parse(name);
        if Name::parse(&model.id.value).same_as(&wanted) {
            let message = format!("`{name}` is built on itself: its licences would pile up with every apply");
            self.find("from-self", from, message, "give the model another ID than the one that FROM names");
            return None;
        }
        let Some(row) = self.observed.rows.values().find(|row| Name::parse(&row.id).same_as(&wanted)) else {
            let message = format!("the server has no model `{name}`");
            let help = match closest(name, self.observed.rows.keys().map(String::as_str)) {
                Some(close) => format!("did you mean `{close}`?"),
                None => format!("`ollama pull {name}` fetches it, if it is in a registry"),
            };
            self.find("unknown-base", from, message, &help);
            return None;
        };
        // Another model of the same name is another base.
        let id = format!("{}@{}", row.id, digest(row).unwrap_or_default());
        self.references.insert(Reference { kind: ReferenceKind::Base, name: from.value.clone(), id });
        let built = Built { fields: row.fields.clone(), architecture: architecture(row).map(str::to_owned) };
        Some((row.id.clone(), built))
    }

    /// Lays one field of a file over what the base has.
    fn lay(&mut self, fields: &mut Fields, field: &Field, wanted: &Located<Wanted>) -> Option<()> {
        let value = match &wanted.value {
            Wanted::Json(value) => value.clone(),
            Wanted::Default => Value::Null,
            // Open WebUI's.
            Wanted::Access(_) | Wanted::Knowledge(_) | Wanted::Ids(..) => return Some(()),
        };
        let field = match field {
            Field::Param(name) => match parameter::find(name) {
                Some(row) if row.ollama.holds() => Field::Param(row.name.into()),
                // A rule of `check` says what becomes of it.
                _ => return Some(()),
            },
            Field::System => Field::System,
            Field::Part(part) => Field::Part(*part),
            Field::Base | Field::Name | Field::Active | Field::Access | Field::Capability(_) | Field::Meta(_) => {
                return Some(());
            }
        };
        self.check_version(&field, wanted)?;
        let value = match value {
            // Other targets take a text as it is written.
            Value::String(text) => json!(without_dropped(&text)),
            other => other,
        };
        if let (Field::Part(Part::License), Some(Value::Array(licenses))) = (&field, fields.get_mut(&field)) {
            licenses.extend(value.as_array().into_iter().flatten().cloned());
            return Some(());
        }
        // Nothing unsets what a base has: an empty text is none, and the server goes by the base.
        match canonical(&field, value.clone()) {
            Some(value) => drop(fields.insert(field, value)),
            None if field == Field::Part(Part::Template) && value != "" => drop(fields.remove(&field)),
            None => {}
        }
        Some(())
    }

    /// Whether the server's version knows what a field says, and this version of maquette how to say it.
    fn check_version(&mut self, field: &Field, wanted: &Located<Wanted>) -> Option<()> {
        let Field::Part(part) = *field else { return Some(()) };
        let message = match capabilities::since(part) {
            _ if matches!(part, Part::Adapters | Part::Draft) => {
                format!("`{}` from a file is something that this version of maquette cannot build", part.as_str())
            }
            Some(since) if !self.capabilities.parts.contains(&part) => {
                format!("`{}` needs Ollama {since} or newer", part.as_str())
            }
            _ => return Some(()),
        };
        let place = Located::new(String::new(), wanted.location);
        let version = self.observed.version.as_deref().unwrap_or_default().escape_debug().to_string();
        self.find("target-cannot-hold", &place, message, &format!("remove it; the server runs {version}"));
        None
    }

    fn find(&mut self, rule: &'static str, at: &Located<String>, message: String, help: &str) {
        self.findings.push(Diagnostic::new(rule, at.location, message).help(help));
    }
}

/// What the server fills in by itself for weights of some architectures; the stop string only where the file has none,
/// whatever the base has.
fn fill_in(built: &mut Built, rules: &[FilledIn], stops: bool) {
    let (renderer, parser) = (Field::Part(Part::Renderer), Field::Part(Part::Parser));
    let Built { fields, architecture } = built;
    if fields.contains_key(&renderer) && fields.contains_key(&parser) {
        return;
    }
    let Some(rule) = rules.iter().find(|rule| architecture.as_deref() == Some(rule.architecture)) else { return };
    fields.entry(renderer).or_insert_with(|| json!(rule.renderer));
    fields.entry(parser).or_insert_with(|| json!(rule.parser));
    if let Some(stop) = rule.stop.filter(|_| !stops) {
        fields.insert(Field::Param("stop".into()), json!([stop]));
    }
}
