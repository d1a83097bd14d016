//! What a file mentions of its model, directive by directive.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Context, Input, avatar};
use crate::diagnostic::Diagnostic;
use crate::ir::{ParameterValue, Place, Statement, Value, parameter};
use crate::source::Located;
use crate::state::{Field, Part, ReferenceKind, Wanted};

/// The fields that a directive fills, whatever it says.
#[must_use]
pub fn fields_of(statement: &Statement) -> Vec<Field> {
    match (statement.directive.place, &statement.value) {
        (Place::Base | Place::Override, _) => vec![Field::Base],
        (Place::System, _) => vec![Field::System],
        (Place::Name, _) => vec![Field::Name],
        (Place::Active, _) => vec![Field::Active],
        (Place::Access, _) => vec![Field::Access],
        (Place::Parameter, Value::Parameter { name, .. }) => vec![Field::Param(name.value.clone().into())],
        (Place::Meta("capabilities"), Value::Switches(switches)) => {
            switches.iter().map(|switch| Field::Capability(switch.value.name.clone())).collect()
        }
        (Place::Meta(key), _) => vec![Field::Meta(key.into())],
        (Place::AnyMeta, Value::Meta { key, .. }) => vec![Field::Meta(key.clone().into())],
        (Place::Build(key), _) => Part::find(key).map(Field::Part).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The fields that the file's directives fill.
pub(super) fn fields(
    input: &Input<'_>,
    context: &Context<'_>,
    findings: &mut Vec<Diagnostic>,
) -> BTreeMap<Field, Located<Wanted>> {
    let mut fields: BTreeMap<Field, Located<Wanted>> = BTreeMap::new();
    for statement in &input.document.statements {
        for (field, wanted) in wanted(statement, context, findings) {
            match fields.get_mut(&field) {
                Some(earlier) => merge(earlier, Located::new(wanted, statement.location)),
                None => {
                    fields.insert(field, Located::new(wanted, statement.location));
                }
            }
        }
    }
    fields
}

fn wanted(statement: &Statement, context: &Context<'_>, findings: &mut Vec<Diagnostic>) -> Vec<(Field, Wanted)> {
    let one = |field: Field, value: Json| vec![(field, Wanted::Json(value))];
    match (statement.directive.place, &statement.value) {
        (Place::System, Value::Text(text)) => one(Field::System, json!(text.as_written())),
        (Place::Name, Value::Text(text)) => one(Field::Name, json!(text.text)),
        (Place::Active, Value::Flag(on)) => one(Field::Active, json!(on)),
        (Place::Access, Value::Access(rule)) => vec![(Field::Access, Wanted::Access(vec![rule.clone()]))],
        (Place::Parameter, Value::Parameter { name, value }) => {
            one(Field::Param(name.value.clone().into()), parameter_value(&name.value, value))
        }
        (Place::Meta("capabilities"), Value::Switches(switches)) => switches
            .iter()
            .map(|switch| (Field::Capability(switch.value.name.clone()), Wanted::Json(json!(switch.value.on))))
            .collect(),
        (Place::Meta("knowledge"), Value::Knowledge(items)) => {
            vec![(Field::Meta("knowledge".into()), Wanted::Knowledge(items.clone()))]
        }
        (Place::Meta("profile_image_url"), Value::Avatar(image)) => avatar::wanted(image, statement, context)
            .map(|wanted| (Field::Meta("profile_image_url".into()), wanted))
            .map_err(|finding| findings.push(*finding))
            .into_iter()
            .collect(),
        (Place::Meta(key), Value::List(items)) => {
            let field = Field::Meta(key.into());
            let wanted = match reference_kind(key) {
                Some(kind) => Wanted::Ids(kind, items.clone()),
                None => Wanted::Json(items.iter().map(|item| json!(item.value)).collect()),
            };
            vec![(field, wanted)]
        }
        (Place::Meta(key), Value::Suggestion { title, prompt }) => {
            let suggestion = match title {
                Some(title) => json!({ "content": prompt, "title": title }),
                None => json!({ "content": prompt }),
            };
            one(Field::Meta(key.into()), json!([suggestion]))
        }
        (Place::Meta(key), Value::Text(text)) => one(Field::Meta(key.into()), json!(text.as_written())),
        (Place::Meta(key), Value::Flag(on)) => one(Field::Meta(key.into()), json!(on)),
        (Place::AnyMeta, Value::Meta { key, value }) => any_meta(statement, key, value, findings),
        (Place::Build(key), value) => built(key, value).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What a directive that names files of weights makes of them.
pub(super) fn made_of(statement: &Statement) -> Option<Part> {
    match statement.directive.place {
        Place::Base => Some(Part::Weights),
        Place::Build(key) => Part::find(key).filter(|part| matches!(part, Part::Adapters | Part::Draft)),
        _ => None,
    }
}

/// What Ollama builds in, as its parser reads it: only Ollama ever does.
fn built(key: &str, value: &Value) -> Option<(Field, Wanted)> {
    let part = Part::find(key)?;
    let value = match value {
        Value::Text(text) if matches!(part, Part::License | Part::Draft) => json!([text.text]),
        Value::Text(text) => json!(text.text),
        Value::Message { role, content } => json!([{ "role": role.as_str(), "content": content.text }]),
        _ => return None,
    };
    Some((Field::Part(part), Wanted::Json(value)))
}

/// Directives that may stand several times add up; where the last one wins, it replaces what was there.
fn merge(earlier: &mut Located<Wanted>, later: Located<Wanted>) {
    match (&mut earlier.value, later.value) {
        (Wanted::Access(rules), Wanted::Access(more)) => rules.extend(more),
        (Wanted::Knowledge(items), Wanted::Knowledge(more)) => items.extend(more),
        (Wanted::Ids(_, ids), Wanted::Ids(_, more)) => ids.extend(more),
        (Wanted::Json(Json::Array(items)), Wanted::Json(Json::Array(more))) => items.extend(more),
        (_, value) => *earlier = Located::new(value, later.location),
    }
}

/// `stop` is a list wherever it goes; every other parameter is a value.
fn parameter_value(name: &str, value: &ParameterValue) -> Json {
    let value = match value {
        ParameterValue::Integer(number) => json!(number),
        ParameterValue::Number(number) => json!(number),
        ParameterValue::Boolean(on) => json!(on),
        ParameterValue::Text(text) if parameter::find(name).is_none() => parameter::unknown_value(text),
        ParameterValue::Text(text) => json!(text),
        ParameterValue::Json(value) => value.clone(),
    };
    if name == "stop" { json!([value]) } else { value }
}

/// META sets any key but those that have a directive of their own or that are not ours to set.
fn any_meta(statement: &Statement, key: &str, value: &Json, findings: &mut Vec<Diagnostic>) -> Vec<(Field, Wanted)> {
    let taken =
        crate::ir::directive::ALL.iter().find(|directive| matches!(directive.place, Place::Meta(own) if own == key));
    let help = match (key, taken) {
        ("maquette", _) => "the ownership mark lies there; choose another key".to_owned(),
        ("chat_variables_schema", _) => "the server derives it from the system prompt".to_owned(),
        (_, Some(directive)) => format!("use {}", directive.keyword),
        (_, None) => return vec![(Field::Meta(key.to_owned().into()), Wanted::Json(value.clone()))],
    };
    let message = format!("META cannot set `{key}`");
    findings.push(Diagnostic::new("reserved-meta-key", statement.value_location, message).help(help));
    Vec::new()
}

fn reference_kind(meta_key: &str) -> Option<ReferenceKind> {
    Some(match meta_key {
        "toolIds" => ReferenceKind::Tool,
        "filterIds" => ReferenceKind::Filter,
        "actionIds" => ReferenceKind::Action,
        "skillIds" => ReferenceKind::Skill,
        _ => return None,
    })
}
