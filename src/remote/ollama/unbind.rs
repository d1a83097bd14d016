//! What a file would say of a model: what it has besides what its base has. Pure.

use serde_json::Value;

use crate::state::{Field, Observed, ObservedRow, Part, Phrase, Unbound};

/// The model in the words of files. One that was not built on a model of the server has nothing to say FROM.
pub(super) fn unbind(row: &ObservedRow, observed: &Observed) -> Unbound {
    let Some(base) = row.get(&Field::Base).and_then(Value::as_str) else {
        return Unbound { base: Some(Vec::new()), ..Unbound::default() };
    };
    let on = observed.rows.get(base);
    let own = row
        .fields
        .iter()
        .filter(|(field, value)| **field != Field::Base && on.is_none_or(|on| on.get(field) != Some(*value)));
    let fields = own.map(|(field, value)| {
        let phrase = match field {
            Field::Param(name) => Phrase::Parameter(name.clone().into_owned(), value.clone()),
            Field::Part(Part::License) => Phrase::Json(added(value, on.and_then(|on| on.get(field)))),
            _ => Phrase::Json(value.clone()),
        };
        (field.clone(), vec![phrase])
    });
    Unbound { base: Some(vec![base.to_owned()]), fields: fields.collect() }
}

/// The licences that were added to those of the base.
fn added(all: &Value, inherited: Option<&Value>) -> Value {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (all, inherited) = (list(Some(all)), list(inherited));
    all.strip_prefix(inherited.as_slice()).map_or_else(|| all.clone(), <[Value]>::to_vec).into()
}
