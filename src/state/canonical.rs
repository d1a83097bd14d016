//! One form for equal JSON values, so that they compare equal and hash equal.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value};
use sha2::{Digest as _, Sha256};

/// The largest whole number that every JSON reader holds exactly.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// The value with whole floats written as integers (`1.0` is `1`: servers and browsers differ in which they keep).
#[must_use]
pub fn normalise(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(normalise_number(number)),
        Value::Array(items) => Value::Array(items.into_iter().map(normalise).collect()),
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, value)| (key, normalise(value))).collect::<Map<_, _>>())
        }
        other @ (Value::Null | Value::Bool(_) | Value::String(_)) => other,
    }
}

fn normalise_number(number: Number) -> Number {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= MAX_SAFE_INTEGER => {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53, checked above")]
            let whole = float as i64;
            Number::from(whole)
        }
        _ => number,
    }
}

/// The value as JSON text with sorted keys and no blanks: equal values give equal text.
#[must_use]
pub fn canonical_json(value: &Value) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, value)) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_scalar(&Value::from(key.as_str()), out);
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => write_scalar(scalar, out),
    }
}

fn write_scalar(value: &Value, out: &mut String) {
    // A String never refuses to be written to.
    let _ = write!(out, "{value}");
}

/// SHA-256 of the value's canonical text, in lower-case hexadecimal.
#[must_use]
pub fn digest(value: &Value) -> String {
    hex(&Sha256::digest(canonical_json(value)))
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The first eight hexadecimal digits of a digest: enough to see that two things differ.
pub(crate) fn hex_prefix(digest: &[u8]) -> String {
    hex(digest.get(..4).unwrap_or(digest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_values_have_one_text() {
        let a = json!({"b": [1, {"y": null, "x": "é\n"}], "a": true});
        let b = json!({"a": true, "b": [1, {"x": "é\n", "y": null}]});
        assert_eq!(canonical_json(&a), canonical_json(&b));
        assert_eq!(canonical_json(&a), r#"{"a":true,"b":[1,{"x":"é\n","y":null}]}"#);
        assert_ne!(digest(&a), digest(&json!({"a": true})));
    }

    #[test]
    fn whole_floats_are_integers() {
        assert_eq!(normalise(json!({"a": 1.0, "b": [2.5, -0.0, 1e300]})), json!({"a": 1, "b": [2.5, 0, 1e300]}));
    }
}
