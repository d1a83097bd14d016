//! Where the fields of a model come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::expand::Giver;
use crate::ir::{Place, Statement};
use crate::report::{ModelOrigins, Origin};
use crate::resolve;
use crate::session::Compiled;
use crate::source::{Location, Sources};
use crate::state::{Field, Intent};

/// The origins of everything that these files say or inherit, model by model.
pub(super) fn origins(
    asked: &[&Compiled],
    files: &[Arc<Compiled>],
    intent: &Intent,
    sources: &Sources,
) -> Vec<ModelOrigins> {
    let teller = Teller { files, intent, sources };
    asked.iter().map(|file| teller.model(file)).collect()
}

struct Teller<'a> {
    files: &'a [Arc<Compiled>],
    intent: &'a Intent,
    sources: &'a Sources,
}

impl Teller<'_> {
    fn model(&self, file: &Compiled) -> ModelOrigins {
        let mut fields: BTreeMap<String, Vec<Origin>> = BTreeMap::new();
        for statement in &file.document.statements {
            let origin = self.origin(file, statement, &[]);
            for name in names(statement) {
                fields.entry(name).or_default().push(origin.clone());
            }
        }
        let model = self.intent.models.values().find(|model| model.path == file.path);
        for field in model.iter().flat_map(|model| &model.inherited) {
            fields.insert(field.to_string(), self.inherited(file, field));
        }
        if model.is_some_and(|model| model.parent.is_some()) {
            fields.insert(Field::Base.to_string(), self.inherited(file, &Field::Base));
        }
        let title = model.map_or_else(|| file.path.to_string(), |model| format!("{} ({})", model.id.value, file.path));
        ModelOrigins { title, fields }
    }

    /// The statements of the models that this one builds on that give it a field.
    fn inherited(&self, file: &Compiled, field: &Field) -> Vec<Origin> {
        let mut through = Vec::new();
        let mut at = self.intent.models.values().find(|model| model.path == file.path);
        while let Some(model) = at {
            let Some(named) = &model.parent else { break };
            through.push(format!("FROM {} at {}", named.value, self.place(named.location)));
            let Some(parent) = self.intent.models.get(&named.value) else { break };
            let is_own = match field {
                Field::Base => parent.parent.is_none(),
                field => !parent.inherited.contains(field),
            };
            if is_own {
                let Some(file) = self.files.iter().find(|file| file.path == parent.path) else { break };
                let statements = file.document.statements.iter();
                let said = statements.filter(|statement| resolve::fields_of(statement).contains(field));
                return said.map(|statement| self.origin(file, statement, &through)).collect();
            }
            at = Some(parent);
        }
        Vec::new()
    }

    fn origin(&self, file: &Compiled, statement: &Statement, through: &[String]) -> Origin {
        let included = file.document.chain(statement.part).map(|at| format!("included at {}", self.place(at)));
        let mut through: Vec<String> = included.chain(through.iter().cloned()).collect();
        for filled in &statement.filled {
            let by = match (filled.with.giver, filled.with.declared_at) {
                (Giver::File, Some(at)) => format!("ARG at {}", self.place(at)),
                (giver, Some(at)) => format!("{}, ARG at {}", giver.noun(), self.place(at)),
                (giver, None) => giver.noun().to_owned(),
            };
            through.push(format!("${{{}}} is `{}`: {by}", filled.name, filled.with.value));
        }
        Origin { place: self.place(statement.value_location), through }
    }

    fn place(&self, location: Location) -> String {
        let file = self.sources.get(location.file);
        format!("{}:{}", file.path, file.lines().line(location.span.start))
    }
}

/// What a statement fills, in the words of a plan, and by its keyword where no plan speaks of it.
fn names(statement: &Statement) -> Vec<String> {
    let fields = resolve::fields_of(statement);
    match statement.directive.place {
        Place::Id | Place::Moved | Place::Protect | Place::Build(_) => vec![statement.directive.keyword.to_lowercase()],
        _ => fields.iter().map(Field::to_string).collect(),
    }
}
