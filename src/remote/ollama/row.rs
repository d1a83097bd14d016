//! One model: from what the server says of it to fields.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::mark::{self, Licenses, MadeOf};
use super::printed::{self, Known, Printed};
use crate::ir::name::{Name, looks_like_path};
use crate::state::{Field, Fields, Observed, ObservedRow, Part, normalise};

/// The template of a model that has none.
pub(super) const NO_TEMPLATE: &str = "{{ .Prompt }}";

/// What is kept of an answer of `POST /api/show`; the rest is large, and tells of the weights.
const KEPT: [&str; 10] = [
    "modelfile",
    "parameters",
    "template",
    "system",
    "license",
    "messages",
    "requires",
    "details",
    "remote_host",
    "remote_model",
];

/// The one entry of `model_info` that is kept.
const ARCHITECTURE: &str = "general.architecture";

/// A model's id: its name without what is default, the tag included. Names that differ in case only are one model's.
pub(super) fn id_of(name: &str) -> String {
    let shortest = Name::parse(name).shortest();
    shortest.strip_suffix(":latest").map(str::to_owned).unwrap_or(shortest)
}

/// A row from an entry of `GET /api/tags` and what `POST /api/show` says of the same model.
pub(super) fn row_of(listed: &Value, mut shown: Value) -> Option<ObservedRow> {
    let mut kept = Map::new();
    for key in KEPT {
        if let Some(value) = shown.get_mut(key).map(Value::take).filter(|value| !value.is_null()) {
            kept.insert(key.into(), value);
        }
    }
    let architecture = shown.get("model_info").and_then(|info| info.get(ARCHITECTURE)).cloned();
    kept.insert("architecture".into(), architecture.unwrap_or_default());
    let digest = listed.get("digest").cloned().unwrap_or_default();
    observe_row(json!({ "model": name_of(listed)?, "digest": digest, "show": kept }))
}

/// The name under which `GET /api/tags` lists a model.
pub(super) fn name_of(listed: &Value) -> Option<&str> {
    listed.get("model").or_else(|| listed.get("name"))?.as_str()
}

/// Names with their tags and digests, from entries of `GET /api/tags`.
#[must_use]
pub fn listing(listed: &[Value]) -> BTreeSet<(String, String)> {
    let entry = |model: &Value| {
        let digest = model.get("digest").and_then(Value::as_str).unwrap_or_default();
        Some((name_of(model)?.to_owned(), digest.to_owned()))
    };
    listed.iter().filter_map(entry).collect()
}

/// The same of a server that was read.
#[must_use]
pub fn listing_of(observed: &Observed) -> BTreeSet<(String, String)> {
    let raw: Vec<Value> =
        observed.rows.values().map(|row| json!({"model": row.raw.get("model"), "digest": digest(row)})).collect();
    listing(&raw)
}

/// Reads a row. `None` if it is none, or if its Modelfile is not printed as versions that are known print it.
pub(super) fn observe_row(raw: Value) -> Option<ObservedRow> {
    let id = id_of(raw.get("model")?.as_str()?);
    let show = raw.get("show")?;
    let text = |key: &str| show.get(key).and_then(Value::as_str).unwrap_or_default();
    let printed = on_server(&raw)?;
    let Licenses { own: licenses, mark, made_of } = mark::split(printed.licenses.clone());
    let base = base_of(show, &printed);
    let level = show.get("details").and_then(|details| details.get("quantization_level")).and_then(Value::as_str);
    let printed = by_origin(printed, &made_of, level.unwrap_or_default());

    let mut fields = Fields::new();
    let mut put = |field: Field, value: Option<Value>| {
        if let Some(value) = value.and_then(|value| canonical(&field, value)) {
            fields.insert(field, value);
        }
    };
    put(Field::Base, base.map(Value::from));
    put(Field::System, Some(json!(text("system"))));
    for (name, value) in printed::parameters(text("parameters")) {
        put(Field::Param(name.into()), Some(value));
    }
    let remote = show.get("remote_host").map(|host| json!([host, show.get("remote_model")]));
    put(Field::Part(Part::Weights), remote.or_else(|| printed.weights.map(Value::from)));
    put(Field::Part(Part::Projectors), Some(json!(printed.projectors)));
    put(Field::Part(Part::Adapters), Some(json!(printed.adapters)));
    put(Field::Part(Part::Draft), printed.draft.map(Value::from));
    put(Field::Part(Part::Template), printed.template.map(Value::from));
    put(Field::Part(Part::Renderer), printed.renderer.map(Value::from));
    put(Field::Part(Part::Parser), printed.parser.map(Value::from));
    put(Field::Part(Part::Requires), Some(json!(text("requires"))));
    put(Field::Part(Part::Messages), show.get("messages").cloned());
    put(Field::Part(Part::License), Some(json!(licenses)));
    Some(ObservedRow { id, fields, mark, owner: None, raw })
}

/// What a model is made of by the files that it was built of, as far as its marks tell: what the server has made of them has
/// digests of its own.
fn by_origin(printed: Printed, made_of: &[MadeOf], level: &str) -> Printed {
    let last = |part: Part| made_of.iter().rev().find_map(|made_of| made_of.get(&part)).cloned();
    // Somebody may have quantized them since, and the mark was inherited.
    let is_so = |weights: &String| quantized(weights).is_none_or(|wanted| wanted.eq_ignore_ascii_case(level));
    let (mut printed, draft) = (printed, last(Part::Draft));
    if let Some(weights) = last(Part::Weights).filter(is_so)
        && printed.weights.is_some()
    {
        // What reads pictures came with them, or is made of them.
        (printed.weights, printed.projectors) = (Some(weights), Vec::new());
    }
    printed.draft = printed.draft.map(|found| draft.unwrap_or(found));
    // What was added last stands last.
    let adapters: Vec<&String> = made_of.iter().filter_map(|made_of| made_of.get(&Part::Adapters)).collect();
    for (found, origin) in printed.adapters.iter_mut().rev().zip(adapters.into_iter().rev()) {
        found.clone_from(origin);
    }
    printed
}

/// Weights that are to be quantized.
pub(super) fn as_quantized(weights: &str, level: &str) -> String {
    format!("{weights} as {level}")
}

/// To what weights were quantized, where that was asked for.
fn quantized(weights: &str) -> Option<&str> {
    weights.rsplit_once(" as ").map(|(_, level)| level)
}

/// What the Modelfile of a row says, with the digests that the server has.
pub(super) fn on_server(raw: &Value) -> Option<Printed> {
    let show = raw.get("show")?;
    let text = |key: &str| show.get(key).and_then(Value::as_str).unwrap_or_default();
    printed::modelfile(
        text("modelfile"),
        Known { template: text("template"), system: text("system"), license: text("license") },
    )
}

/// Whether a model only stands for one that runs elsewhere.
pub(super) fn is_remote(fields: &Fields) -> bool {
    fields.get(&Field::Part(Part::Weights)).is_some_and(Value::is_array)
}

/// The model that it was built on. One that was built from a file names that file, or nothing.
fn base_of(show: &Value, printed: &Printed) -> Option<String> {
    let parent = show.get("details")?.get("parent_model")?.as_str()?;
    let is_name = printed.weights.is_some() && !looks_like_path(parent) && Name::parse(parent).is_valid();
    is_name.then(|| id_of(parent))
}

/// The canonical form of a field's value; `None` is what a model without it has. The same for observed and desired values.
pub(super) fn canonical(field: &Field, value: Value) -> Option<Value> {
    let value = match field {
        // The server keeps every number as a 64-bit float.
        Field::Param(_) => normalise(as_floats(value)),
        Field::Part(Part::Template) if value == NO_TEMPLATE => return None,
        Field::Part(Part::Requires) => match value.as_str() {
            Some(text) => json!(text.strip_prefix('v').unwrap_or(text)),
            None => value,
        },
        Field::Part(Part::Messages) => value.as_array().into_iter().flatten().map(message).collect(),
        _ => value,
    };
    let is_nothing = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty() && !matches!(field, Field::Param(_)),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    (!is_nothing).then_some(value)
}

/// A message by who says what: the server hands back no more.
fn message(message: &Value) -> Value {
    json!({ "role": message.get("role"), "content": message.get("content") })
}

fn as_floats(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Number(number), |float| json!(float)),
        Value::Array(items) => items.into_iter().map(as_floats).collect(),
        other => other,
    }
}

/// The architecture of its weights.
pub(super) fn architecture(row: &ObservedRow) -> Option<&str> {
    row.raw.get("show")?.get("architecture")?.as_str()
}

/// The digest of its manifest: what it is, down to the bit.
pub(super) fn digest(row: &ObservedRow) -> Option<&str> {
    row.raw.get("digest")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_shortest_name() {
        for (name, id) in [
            ("support:latest", "support"),
            ("support", "support"),
            ("support:v2", "support:v2"),
            ("registry.ollama.ai/library/llama3.2:latest", "llama3.2"),
            ("acme/support:latest", "acme/support"),
            ("hf.co/acme/support:Q4_K_M", "hf.co/acme/support:Q4_K_M"),
        ] {
            assert_eq!(id_of(name), id);
        }
    }

    #[test]
    fn a_model_is_read_with_everything_that_the_server_tells() {
        let digest = |letter: &str| letter.repeat(64);
        let mark = json!({"v": 1});
        let modelfile = format!(
            "# Modelfile generated by \"ollama show\"\n# To build a new Modelfile based on this, replace FROM with:\n\
             # FROM support:latest\n\nFROM /m/blobs/sha256-{}\nADAPTER /m/blobs/sha256-{}\nTEMPLATE {{{{ .Prompt }}}}\n\
             SYSTEM Be kind.\nRENDERER qwen3.5\nPARAMETER num_ctx 1.048576e+06\nLICENSE MIT\nLICENSE {}\n\
             MESSAGE user hi\n",
            digest("a"),
            digest("b"),
            mark::to_license(&mark, &MadeOf::new()),
        );
        let shown = json!({
            "modelfile": modelfile, "template": "{{ .Prompt }}", "system": "Be kind.", "requires": "0.14.0",
            "license": format!("MIT\n{}", mark::to_license(&mark, &MadeOf::new())),
            "parameters": "num_ctx                        1.048576e+06\nstop                           \"a\"",
            "messages": [{"role": "user", "content": "hi", "thinking": "no"}],
            "details": {"parent_model": "llama3.2:latest", "family": "llama"},
            "model_info": {"general.architecture": "llama", "general.parameter_count": 7},
            "tensors": [1, 2, 3],
        });
        let row = row_of(&json!({"name": "support:latest", "digest": "d1"}), shown).unwrap();
        assert_eq!(row.id, "support");
        assert_eq!(row.mark, Some(mark));
        assert_eq!((architecture(&row), super::digest(&row)), (Some("llama"), Some("d1")));
        assert_eq!(row.raw["show"].get("tensors"), None);
        let fields: Value = row.fields.iter().map(|(field, value)| (field.to_string(), value.clone())).collect();
        assert_eq!(
            fields,
            json!({
                "base": "llama3.2",
                "system": "Be kind.",
                "params.num_ctx": 1_048_576,
                "params.stop": ["a"],
                "files": format!("sha256:{}", digest("a")),
                "adapters": [format!("sha256:{}", digest("b"))],
                "renderer": "qwen3.5",
                "requires": "0.14.0",
                "messages": [{"role": "user", "content": "hi"}],
                "license": ["MIT"],
            })
        );
        assert_eq!(observe_row(row.raw.clone()), Some(row), "a row is read back from what is kept of it");
    }

    #[test]
    fn equal_values_have_one_form() {
        for (field, value, expected) in [
            (Field::Param("seed".into()), json!(9_007_199_254_740_993_i64), Some(json!(9_007_199_254_740_992_i64))),
            (Field::Param("top_k".into()), json!(40.0), Some(json!(40))),
            (Field::Param("stop".into()), json!([]), None),
            (Field::Param("stop".into()), json!([""]), Some(json!([""]))),
            (Field::Part(Part::Template), json!("{{ .Prompt }}"), None),
            (Field::Part(Part::Requires), json!("v0.14.0"), Some(json!("0.14.0"))),
            (Field::Part(Part::License), json!([]), None),
            (Field::System, json!(""), None),
        ] {
            let once = canonical(&field, value.clone());
            assert_eq!(once.clone().and_then(|value| canonical(&field, value)), once, "{field} {value}");
            match (&field, &expected) {
                (Field::Param(_), Some(expected)) if expected.is_number() => {
                    assert_eq!(once.unwrap().as_f64(), expected.as_f64(), "{field} {value}");
                }
                _ => assert_eq!(once, expected, "{field} {value}"),
            }
        }
    }
}
