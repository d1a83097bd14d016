//! What the server would build from each file: the model that FROM names, with what the file says laid over it. Pure.
//!
//! Ollama knows no fields but only whole models: what a file does not mention comes from its base, and what the base does
//! not have is nothing. So a row that is desired mentions everything.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::capabilities::{self, Capabilities, FilledIn};
use super::row::{architecture, as_quantized, canonical, digest, id_of, is_remote};
use crate::diagnostic::{Diagnostic, closest};
use crate::ir::name::{Name, Source, looks_like_path, select};
use crate::ir::parameter;
use crate::project::Quantization;
use crate::source::Located;
use crate::state::{
    Base, Desired, DesiredRow, Field, Fields, Intent, ModelIntent, Observed, Part, Reference, ReferenceKind, Wanted,
};
use crate::syntax::without_dropped;
use crate::weights::Shape;

/// What the manifest says of a remote.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    /// Names of base models that differ on it: the name in the files, and the name there.
    pub(super) names: BTreeMap<String, String>,
    /// To what the weights of models are quantized, by id.
    pub(super) quantize: BTreeMap<String, Quantization>,
    /// Whether it may fetch a base that it does not have.
    pub(super) pull: bool,
}

/// Where models run that only stand for others, unless the server's own settings say otherwise.
const CLOUD: &str = "https://ollama.com:443";

/// Binds an intent. A model with a finding is left out; the caller stops at the finding.
pub(super) fn bind(
    intent: &Intent,
    observed: &Observed,
    terms: &Terms,
    capabilities: &Capabilities,
) -> (Desired, Vec<Diagnostic>) {
    let mut binder = Binder {
        intent,
        observed,
        terms,
        capabilities,
        built: BTreeMap::new(),
        references: BTreeSet::new(),
        findings: Vec::new(),
    };
    for id in intent.models.keys() {
        binder.line(id);
    }
    let row =
        |model: &ModelIntent| Some((model.id.value.clone(), row(model, binder.built.get(&model.id.value)?.as_ref()?)));
    for id in terms.quantize.keys().filter(|id| !intent.known_ids.contains(*id)) {
        let known = intent.known_ids.iter().map(String::as_str);
        let help =
            closest(id, known).map_or("name a model by its id".to_owned(), |close| format!("did you mean `{close}`?"));
        let message = format!("`quantize` in the manifest speaks of `{id}`, and no file describes such a model");
        binder.findings.push(Diagnostic::unplaced("invalid-manifest", message).help(help));
    }
    let rows: IndexMap<String, DesiredRow> = intent.models.values().filter_map(row).collect();
    (Desired { rows, references: binder.references }, binder.findings)
}

fn row(model: &ModelIntent, built: &Built) -> DesiredRow {
    let said = built.fields.iter().map(|(field, value)| (field.clone(), Some(value.clone())));
    DesiredRow {
        fields: said.chain(built.none.iter().map(|field| (field.clone(), None))).collect(),
        initial: Fields::new(),
        free: built.free.clone(),
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

/// The models that the server would have to fetch before those of the intent can be built, by their names there.
pub(super) fn missing(intent: &Intent, observed: &Observed, terms: &Terms) -> BTreeSet<String> {
    let name = |model: &ModelIntent| {
        let from = from(model).filter(|from| !intent.models.contains_key(&from.value))?;
        let name = terms.names.get(&from.value).unwrap_or(&from.value);
        let is_local = model.files.contains_key(&Part::Weights);
        let is_elsewhere = is_local || looks_like_path(name) || matches!(select(name), Ok((_, Source::Cloud)));
        let wanted = Name::parse(name);
        let is_there = || observed.rows.keys().any(|id| Name::parse(id).same_as(&wanted));
        (!is_elsewhere && wanted.is_valid() && !is_there()).then(|| name.clone())
    };
    intent.models.values().filter_map(name).collect()
}

/// A model as the server has it, or would build it.
#[derive(Clone, Default)]
struct Built {
    fields: Fields,
    /// What the server fills in by itself, as far as no file says it.
    free: BTreeSet<Field>,
    architecture: Option<String>,
    /// What the file says to be nothing, where the server would fill it in.
    none: BTreeSet<Field>,
}

struct Binder<'a> {
    intent: &'a Intent,
    observed: &'a Observed,
    terms: &'a Terms,
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
        let mut built = self.base(model, from)?;
        self.quantize(model, &mut built)?;
        let own: Vec<_> = model.fields.iter().filter(|(field, _)| !model.inherited.contains(*field)).collect();
        let says = |wanted: &Field| own.iter().any(|(field, _)| *field == wanted);
        let stops = says(&Field::Param("stop".into()));
        for (field, wanted) in own {
            self.lay(model, &mut built, field, wanted)?;
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

    /// What a model is built on, as it is, or will be once the plan is carried out.
    fn base(&mut self, model: &ModelIntent, from: &Located<String>) -> Option<Built> {
        if let Some(parent) = self.parent(model) {
            let mut built = self.built.get(parent)?.clone()?;
            if is_remote(&built.fields) {
                let message =
                    format!("`{parent}` only stands for a model in Ollama's cloud: nothing can be built on it");
                self.find("unknown-base", from, message, "give FROM the name of the model in the cloud itself");
                return None;
            }
            built.fields.insert(Field::Base, json!(parent));
            return Some(built);
        }
        if let Some(bundle) = model.files.get(&Part::Weights) {
            return Some(of_files(&bundle.digest(), &bundle.shape));
        }
        let name = self.terms.names.get(&from.value).unwrap_or(&from.value);
        if let Ok((there, Source::Cloud)) = select(name) {
            return self.in_cloud(model, from, &there);
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
                None if self.terms.pull => "`maquette apply` fetches it first, as the manifest allows".to_owned(),
                None => format!(
                    "`maquette ollama pull {name}` fetches it; `apply --pull`, or `pull = true` in the manifest, does so first"
                ),
            };
            self.find("unknown-base", from, message, &help);
            return None;
        };
        // Another model of the same name is another base.
        if is_remote(&row.fields) {
            let message = format!("`{}` only stands for a model elsewhere: nothing can be built on it", row.id);
            self.find(
                "unknown-base",
                from,
                message,
                "give FROM the name of the model in the cloud itself, such as `x:cloud`",
            );
            return None;
        }
        let id = format!("{}@{}", row.id, digest(row).unwrap_or_default());
        self.references.insert(Reference { kind: ReferenceKind::Base, name: from.value.clone(), id });
        let mut built = Built {
            fields: row.fields.clone(),
            free: BTreeSet::new(),
            architecture: architecture(row).map(str::to_owned),
            none: BTreeSet::new(),
        };
        built.fields.insert(Field::Base, json!(row.id));
        Some(built)
    }

    /// A model that stands for one in Ollama's cloud.
    fn in_cloud(&mut self, model: &ModelIntent, from: &Located<String>, there: &str) -> Option<Built> {
        if !self.capabilities.cloud {
            let message =
                format!("`{}` runs in Ollama's cloud, which this server's version knows nothing of", from.value);
            self.find("unknown-base", from, message, "name a model that the server has itself");
            return None;
        }
        if let Some((_, wanted)) = model.made_of.iter().find(|(part, _)| matches!(part, Part::Adapters | Part::Draft)) {
            let message = format!("`{}` runs in Ollama's cloud, where `{}` cannot go", from.value, wanted.value);
            self.find("target-cannot-hold", wanted, message, "remove it, or name a model that the server has itself");
            return None;
        }
        let weights = Field::Part(Part::Weights);
        // Where the cloud is, is a setting of the server's.
        let found = self.observed.rows.get(&model.id.value).and_then(|row| row.get(&weights)?.as_array()?.first());
        let host = found.cloned().unwrap_or_else(|| json!(CLOUD));
        Some(Built { fields: Fields::from([(weights, json!([host, there]))]), ..Built::default() })
    }

    /// Weights as the manifest wants them quantized.
    fn quantize(&mut self, model: &ModelIntent, built: &mut Built) -> Option<()> {
        let Some(wanted) = self.terms.quantize.get(&model.id.value) else { return Some(()) };
        let weights = Field::Part(Part::Weights);
        let (true, Some(Value::String(digest))) =
            (model.files.contains_key(&Part::Weights), built.fields.get(&weights))
        else {
            let message =
                format!("`{}` is not built from files, and `quantize` in the manifest is for what is", model.id.value);
            let help = "name a model in FROM that is quantized already, or the files themselves";
            self.find("target-cannot-hold", &model.id, message, help);
            return None;
        };
        let quantized = as_quantized(digest, wanted.as_str());
        built.fields.insert(weights, json!(quantized));
        Some(())
    }

    /// Lays one field of a file over what the base has.
    fn lay(&mut self, model: &ModelIntent, built: &mut Built, field: &Field, wanted: &Located<Wanted>) -> Option<()> {
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
        let is_free = built.free.remove(&field);
        let fields = &mut built.fields;
        if let Field::Part(part @ (Part::Adapters | Part::Draft)) = field {
            // Without files there is a finding already.
            let digest = json!(model.files.get(&part)?.digest());
            match fields.get_mut(&field) {
                Some(Value::Array(inherited)) => inherited.push(digest),
                _ if part == Part::Adapters => drop(fields.insert(field, json!([digest]))),
                _ => drop(fields.insert(field, digest)),
            }
            return Some(());
        }
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
            None if field == Field::Part(Part::Template) && value != "" => {
                fields.remove(&field);
                built.none.extend(is_free.then_some(field));
            }
            None => {}
        }
        Some(())
    }

    /// Whether the server's version knows what a field says.
    fn check_version(&mut self, field: &Field, wanted: &Located<Wanted>) -> Option<()> {
        let Field::Part(part) = *field else { return Some(()) };
        let message = match capabilities::since(part) {
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

/// A model of files of this machine, before anything is said of it.
fn of_files(digest: &str, shape: &Shape) -> Built {
    let (architecture, is_filled) = match shape {
        Shape::Gguf { architecture, has_chat_template } => (architecture.clone(), *has_chat_template),
        Shape::Safetensors => (None, true),
    };
    // A template that the server recognises brings these along.
    let mut free = vec![Field::Part(Part::Template), Field::Param("stop".into()), Field::Param("temperature".into())];
    if *shape == Shape::Safetensors {
        // What they become tells of which architecture they are.
        free.extend([Field::Part(Part::Renderer), Field::Part(Part::Parser)]);
    }
    free.retain(|_| is_filled);
    Built {
        fields: Fields::from([(Field::Part(Part::Weights), json!(digest))]),
        free: free.into_iter().collect(),
        architecture,
        none: BTreeSet::new(),
    }
}

/// What the server fills in by itself for weights of some architectures; the stop string only where the file has none,
/// whatever the base has.
fn fill_in(built: &mut Built, rules: &[FilledIn], stops: bool) {
    let (renderer, parser) = (Field::Part(Part::Renderer), Field::Part(Part::Parser));
    let Built { fields, architecture, free, .. } = built;
    if fields.contains_key(&renderer) && fields.contains_key(&parser) {
        return;
    }
    let Some(rule) = rules.iter().find(|rule| architecture.as_deref() == Some(rule.architecture)) else { return };
    fields.entry(renderer).or_insert_with(|| json!(rule.renderer));
    fields.entry(parser).or_insert_with(|| json!(rule.parser));
    if let Some(stop) = rule.stop.filter(|_| !stops) {
        free.remove(&Field::Param("stop".into()));
        fields.insert(Field::Param("stop".into()), json!([stop]));
    }
}
