//! The table against what Ollama's own code says, and the values of Open WebUI.

use std::collections::BTreeSet;

use super::*;

fn vectors() -> Json {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/ollama-format-params.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What Ollama's `FormatParams` says: the JSON that it sends, or its error.
fn format_params(name: &str, values: &[&str]) -> Result<Json, String> {
    let row = ALL.iter().find(|row| row.name == name && row.ollama.holds());
    let row = row.ok_or_else(|| format!("unknown parameter '{name}'"))?;
    // Ollama looks at the first value of a scalar, and takes all of a list's.
    let values = if row.adds_up() { values } else { &values[..1] };
    let read: Result<Vec<Json>, ValueError> =
        values.iter().map(|text| parse_value(row, text).map(|value| serde_json::to_value(value).unwrap())).collect();
    match read {
        Ok(list) if row.adds_up() => Ok(list.into()),
        Ok(mut list) => Ok(list.remove(0)),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn values_are_accepted_and_refused_as_ollama_does() {
    let vectors = vectors();
    let cases = vectors["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 398);
    for case in cases {
        let values: Vec<&str> =
            case["values"].as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect();
        let actual = format_params(case["name"].as_str().unwrap(), &values);
        if case.get("jsonerr").is_some() {
            assert_eq!(actual, Err(format!("`{}` is no finite number", values[0])), "{case}");
        } else if case["ok"] == true {
            let expected = &case["json"];
            let actual = actual.unwrap_or_else(|error| panic!("{case}: {error}"));
            // 1 and 1.0 are the same number of JSON, but not of `serde_json`.
            let same = if expected.is_f64() || actual.is_f64() {
                actual.as_f64() == expected.as_f64()
            } else {
                &actual == expected
            };
            assert!(same, "{case}: {actual}");
        } else {
            assert_eq!(actual, Err(case["error"].as_str().unwrap().to_owned()), "{case}");
        }
    }
}

#[test]
fn the_table_has_the_types_that_ollama_has() {
    let vectors = vectors();
    let types = vectors["types"].as_object().unwrap();
    assert_eq!(types.len(), 20);
    for (name, go) in types {
        let kind = match go.as_str().unwrap() {
            "int" | "*int" => Kind::Integer,
            "float32" => Kind::Float,
            "*bool" => Kind::Boolean,
            "[]string" => Kind::Texts,
            other => panic!("the test does not know `{other}`"),
        };
        let row = find(name).unwrap();
        assert_eq!((row.name, row.kind), (name.as_str(), kind));
    }
    let held: BTreeSet<&str> = ALL.iter().filter(|row| row.ollama.holds()).map(|row| row.name).collect();
    assert_eq!(held, types.keys().map(String::as_str).collect());

    let expected: BTreeSet<&str> =
        vectors["deprecated"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let deprecated = ALL.iter().filter(|row| matches!(row.ollama, Ollama::Deprecated(_)));
    assert_eq!(deprecated.map(|row| row.name).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn names_are_unique_and_twins_are_one_parameter() {
    let mut seen = BTreeSet::new();
    assert!(names().all(|name| seen.insert(name)), "a name is listed twice");
    assert_eq!(find("max_tokens").unwrap().name, "num_predict");
    assert!(find("Temperature").is_none() && find("system").is_none() && find("").is_none());
    for row in ALL {
        assert!(row.summary.ends_with('.'), "{}", row.name);
        assert!(row.ollama != Ollama::Unknown || row.open_webui.is_some(), "nobody knows `{}`", row.name);
    }
}

#[test]
fn values_of_open_webui_are_typed() {
    let cases: [(&str, &str, Result<Json, &str>); 14] = [
        ("function_calling", "native", Ok("native".into())),
        ("function_calling", "nativ", Err("`nativ` is none of the words it takes")),
        ("think", "false", Ok(false.into())),
        ("think", "high", Ok("high".into())),
        ("think", "hi", Err("`hi` is none of the words it takes")),
        ("stream_response", "true", Ok(true.into())),
        ("max_tokens", "100", Ok(100.into())),
        ("logit_bias", "50256:-100", Ok("50256:-100".into())),
        ("logit_bias", r#"{"50256": -100}"#, Ok(serde_json::json!({ "50256": -100 }))),
        ("custom_params", r#"{"a": {"b": 1}}"#, Ok(serde_json::json!({ "a": { "b": 1 } }))),
        ("custom_params", "[1]", Err("the value is not a JSON object")),
        ("reasoning_tags", r#"["<t>", "</t>"]"#, Ok(serde_json::json!(["<t>", "</t>"]))),
        ("reasoning_tags", "false", Ok(false.into())),
        ("keep_alive", "-1", Ok("-1".into())),
    ];
    for (name, text, expected) in cases {
        let actual = parse_value(find(name).unwrap(), text).map(|value| serde_json::to_value(value).unwrap());
        assert_eq!(actual.map_err(|error| error.to_string()), expected.map_err(str::to_owned), "{name} {text}");
    }
}
