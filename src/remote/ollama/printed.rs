//! What `POST /api/show` prints for people, read back: parameters in Go's own notation, and the Modelfile.

use serde_json::{Map, Value, json};

/// The parameters: a line each, the name padded to 30 columns, one blank, and the value as Go's `%#v` prints it; a list is
/// as many lines. Their order is another one at every call. One that is set to nothing (`<nil>`) is none.
pub(super) fn parameters(text: &str) -> Map<String, Value> {
    let mut all: Map<String, Value> = Map::new();
    for line in text.lines() {
        let Some((name, value)) = line.split_once(' ') else { continue };
        let Some(value) = value_of(value.trim_start_matches(' ')) else { continue };
        match all.get_mut(name) {
            None if name == "stop" => drop(all.insert(name.to_owned(), json!([value]))),
            None => drop(all.insert(name.to_owned(), value)),
            Some(Value::Array(items)) => items.push(value),
            Some(other) => *other = json!([other.take(), value]),
        }
    }
    all
}

/// A value in Go's notation; what is neither a number, a truth value nor a text is kept as it is printed.
fn value_of(text: &str) -> Option<Value> {
    Some(match text {
        "<nil>" => return None,
        "true" => json!(true),
        "false" => json!(false),
        _ => match (unquoted(text), text.parse::<f64>()) {
            (Some(text), _) => json!(text),
            (None, Ok(number)) if number.is_finite() => json!(number),
            (None, _) => json!({ "go": text }),
        },
    })
}

/// What stands in a literal of Go's `strconv.Quote`.
fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let escape = rest.next()?;
        let mut code = |digits: usize| {
            let text: String = rest.by_ref().take(digits).collect();
            u32::from_str_radix(&text, 16).ok().and_then(char::from_u32)
        };
        out.push(match escape {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            c @ ('\\' | '"' | '\'') => c,
            'x' => code(2)?,
            'u' => code(4)?,
            'U' => code(8)?,
            _ => return None,
        });
    }
    Some(out)
}

/// What only the printed Modelfile tells of a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Printed {
    /// Digest of the weights.
    pub(super) weights: Option<String>,
    /// Digests of the projectors.
    pub(super) projectors: Vec<String>,
    /// Digests of the adapters.
    pub(super) adapters: Vec<String>,
    /// Digest of the draft model.
    pub(super) draft: Option<String>,
    /// The template; `{{ .Prompt }}` where there is none.
    pub(super) template: Option<String>,
    /// The renderer.
    pub(super) renderer: Option<String>,
    /// The parser.
    pub(super) parser: Option<String>,
    /// The licences.
    pub(super) licenses: Vec<String>,
}

/// What is known from elsewhere in the answer: it tells where a value ends, which the printed Modelfile alone does not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known<'a> {
    /// The template that the server would use: the model's, or that of the weights.
    pub(super) template: &'a str,
    /// The system prompt.
    pub(super) system: &'a str,
    /// The licences, a line break between them.
    pub(super) license: &'a str,
}

/// Reads a printed Modelfile. `None` if it is not printed as versions that are known print it.
///
/// Ollama quotes values that hold a line break and escapes nothing, so a Modelfile does not tell by itself where a value
/// ends. Its parts come in a fixed order, and what `known` says is looked for at its place.
pub(super) fn modelfile(text: &str, known: Known<'_>) -> Option<Printed> {
    let mut printed = Printed::default();
    // Comments, and a line that is empty.
    let mut rest = text;
    while rest.starts_with(['#', '\n']) {
        rest = rest.split_once('\n')?.1;
    }
    let (weights, mut rest) = line(rest, "FROM ")?;
    printed.weights = digest_of(weights);
    loop {
        rest = if let Some((path, rest)) = line(rest, "ADAPTER ") {
            printed.adapters.extend(digest_of(path));
            rest
        } else if let Some((path, rest)) = line(rest, "DRAFT ") {
            printed.draft = digest_of(path);
            rest
        } else if let Some((path, rest)) = line(rest, "FROM ") {
            printed.projectors.extend(digest_of(path));
            rest
        } else {
            break;
        };
    }
    if let Some(value) = rest.strip_prefix("TEMPLATE ") {
        let (template, after) = match exactly(value, known.template) {
            Some(after) => (known.template, after),
            None => quoted(value)?,
        };
        printed.template = Some(template.to_owned());
        rest = after;
    }
    if let Some(value) = rest.strip_prefix("SYSTEM ") {
        rest = exactly(value, known.system)?;
    }
    if let Some((renderer, after)) = line(rest, "RENDERER ") {
        printed.renderer = Some(renderer.to_owned());
        rest = after;
    }
    if let Some((parser, after)) = line(rest, "PARSER ") {
        printed.parser = Some(parser.to_owned());
        rest = after;
    }
    if !known.license.is_empty() {
        // The parameters before them may hold line breaks: the first place at which all licences can be read is theirs.
        let mut starts = std::iter::once(0).chain(rest.match_indices('\n').map(|(at, _)| at + 1));
        printed.licenses = starts.find_map(|at| licenses(rest.get(at..)?, known.license))?;
    }
    Some(printed)
}

/// The rest of the first line after this word, and what follows the line.
fn line<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    text.strip_prefix(word)?.split_once('\n')
}

/// `sha256:` and the digest in the name of a blob.
fn digest_of(path: &str) -> Option<String> {
    let name = path.trim_end_matches(['"', ' ']).rsplit(['/', '\\']).next()?;
    let digest = name.strip_prefix("sha256-")?;
    let is_digest = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| format!("sha256:{digest}"))
}

/// The quotes that Ollama puts around a value.
fn quotes(value: &str) -> &'static str {
    let is_quoted = value.contains('\n') || value.starts_with(' ') || value.ends_with(' ');
    match is_quoted {
        true if value.contains('"') => "\"\"\"",
        true => "\"",
        false => "",
    }
}

/// What follows the line, if `text` begins with exactly this value, as Ollama prints it.
fn exactly<'a>(text: &'a str, value: &str) -> Option<&'a str> {
    let quotes = quotes(value);
    let after = text.strip_prefix(quotes)?.strip_prefix(value)?.strip_prefix(quotes)?;
    after.strip_prefix('\n')
}

/// A value of which nothing is known, up to the first end that it can have, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    for quotes in ["\"\"\"", "\""] {
        let Some(inner) = text.strip_prefix(quotes) else { continue };
        let end = format!("{quotes}\n");
        let ends = inner.match_indices(&end).map(|(at, _)| (inner.get(..at), inner.get(at + end.len()..)));
        for value in ends {
            if let (Some(value), Some(after)) = value
                && self::quotes(value) == quotes
            {
                return Some((value, after));
            }
        }
    }
    text.split_once('\n')
}

/// The licences that `text` begins with, if they are the ones that `joined` holds, a line break between them.
fn licenses(text: &str, joined: &str) -> Option<Vec<String>> {
    let value = text.strip_prefix("LICENSE ")?;
    let cuts = joined.match_indices('\n').map(|(at, _)| at).chain([joined.len()]);
    for cut in cuts {
        let Some(license) = joined.get(..cut) else { continue };
        // Looking for the end first is what keeps this fast: most licences have hundreds of lines.
        let quotes = if value.starts_with("\"\"\"") {
            "\"\"\""
        } else if value.starts_with('"') {
            "\""
        } else {
            ""
        };
        let is_end = |quotes: &str| {
            let after = value.get(quotes.len() + cut..)?.strip_prefix(quotes)?;
            after.strip_prefix('\n')
        };
        let Some(after) = [quotes, ""].into_iter().find_map(|quotes| {
            is_end(quotes)?;
            exactly(value, license)
        }) else {
            continue;
        };
        if cut == joined.len() {
            return Some(vec![license.to_owned()]);
        }
        if let Some(more) = joined.get(cut + 1..).and_then(|joined| licenses(after, joined)) {
            return Some(std::iter::once(license.to_owned()).chain(more).collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parameters_are_read_as_the_server_prints_them() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/ollama-show-format.json");
        let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for case in vectors["fmt"].as_array().unwrap() {
            let printed = case["parameters"].as_str().unwrap();
            let read = parameters(printed);
            match &case["json"] {
                Value::Null => assert!(read.is_empty(), "{printed}"),
                Value::Number(number) => assert_eq!(read["name"].as_f64(), number.as_f64(), "{printed}"),
                // No file can say these.
                Value::Array(_) | Value::Object(_) => assert!(read["name"]["go"].is_string(), "{printed}"),
                other => assert_eq!(read["name"], *other, "{printed}"),
            }
        }
        let read = parameters("stop                           \"a\"\ntop_k 3\nstop                           \"b c\"");
        assert_eq!(Value::Object(read), json!({"stop": ["a", "b c"], "top_k": 3.0}));
    }

    /// A model as the server prints it (`Model.String` and `quote` of 0.33.0).
    fn print(printed: &Printed, system: &str, parameters: &[(&str, &str)], message: &str) -> String {
        let quote = |value: &str| format!("{0}{value}{0}", quotes(value));
        let blob = |digest: &String| format!("/root/.ollama/models/blobs/{}", digest.replace(':', "-"));
        let mut lines = vec![
            "# Modelfile generated by \"ollama show\"".to_owned(),
            "# To build a new Modelfile based on this, replace FROM with:".to_owned(),
            "# FROM support:latest\n".to_owned(),
        ];
        lines.push(format!("FROM {}", printed.weights.as_ref().map(blob).unwrap_or_default()));
        lines.extend(printed.adapters.iter().map(|digest| format!("ADAPTER {}", blob(digest))));
        lines.extend(printed.draft.iter().map(|digest| format!("DRAFT {}", blob(digest))));
        lines.extend(printed.projectors.iter().map(|digest| format!("FROM {}", blob(digest))));
        lines.extend(printed.template.iter().map(|text| format!("TEMPLATE {}", quote(text))));
        lines.extend((!system.is_empty()).then(|| format!("SYSTEM {}", quote(system))));
        lines.extend(printed.renderer.iter().map(|text| format!("RENDERER {}", quote(text))));
        lines.extend(printed.parser.iter().map(|text| format!("PARSER {}", quote(text))));
        lines.extend(parameters.iter().map(|(name, value)| format!("PARAMETER {name} {}", quote(value))));
        lines.extend(printed.licenses.iter().map(|text| format!("LICENSE {}", quote(text))));
        lines.extend((!message.is_empty()).then(|| format!("MESSAGE user {}", quote(message))));
        lines.join("\n") + "\n"
    }

    /// Texts with what makes quoting ambiguous.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-z ]{0,6}",
            Just("\"".to_owned()),
            Just("\"\"\"".to_owned()),
            Just("\n".to_owned()),
            Just("\"\"\"\nLICENSE x\n".to_owned()),
            Just("\nPARAMETER stop \"".to_owned()),
            Just("\r\né".to_owned()),
        ];
        proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
    }

    fn digests(number: usize) -> Vec<String> {
        (0..number).map(|number| format!("sha256:{:064x}", number + 10)).collect()
    }

    proptest! {
        #[test]
        fn a_printed_modelfile_is_read_back(
            (template, system, message, stop) in (text(), text(), text(), text()),
            licenses in proptest::collection::vec(text().prop_filter("some", |text| !text.is_empty()), 0..3),
            (adapters, projectors, draft) in (0..2usize, 0..2usize, proptest::bool::ANY),
            (renderer, parser) in (proptest::option::of("[a-z0-9.]{1,8}"), proptest::option::of("[a-z0-9.]{1,8}")),
        ) {
            let printed = Printed {
                weights: digests(1).pop(),
                projectors: digests(projectors),
                adapters: digests(adapters),
                draft: draft.then(|| digests(1).remove(0)),
                template: Some(template.clone()),
                renderer,
                parser,
                licenses: licenses.clone(),
            };
            let license = licenses.join("\n");
            let known = Known { template: &template, system: &system, license: &license };
            let parameters = [("stop", stop.as_str()), ("temperature", "0.7")];
            let read = modelfile(&print(&printed, &system, &parameters, &message), known).unwrap();
            // Licences that run into each other may be cut elsewhere; all of their text is there.
            prop_assert_eq!(read.licenses.join("\n"), license);
            prop_assert_eq!(Printed { licenses: licenses.clone(), ..read }, printed);
        }
    }

    #[test]
    fn a_template_of_which_nothing_is_known_is_read_up_to_its_quotes() {
        for template in ["{{ .Prompt }}", "{{ .System }}\n{{ .Prompt }}", "say \"{{ .Prompt }}\"\nnow", " x "] {
            let printed = Printed {
                weights: digests(1).pop(),
                template: Some(template.to_owned()),
                licenses: vec!["MIT".into(), "a\nb".into()],
                ..Printed::default()
            };
            let text = print(&printed, "Be kind.", &[("stop", "\n")], "hi");
            let known = Known { template: "{% jinja %}", system: "Be kind.", license: "MIT\na\nb" };
            assert_eq!(modelfile(&text, known), Some(printed), "{template}");
        }
    }

    #[test]
    fn what_is_printed_otherwise_is_not_guessed_at() {
        assert_eq!(modelfile("", Known::default()), None);
        assert_eq!(modelfile("FROM x\nSYSTEM a\n", Known { system: "b", ..Known::default() }), None);
        assert_eq!(modelfile("FROM x\nLICENSE a\n", Known { license: "b", ..Known::default() }), None);
        let cloud = modelfile("# c\n\nFROM \nTEMPLATE {{ .Prompt }}\n", Known::default()).unwrap();
        assert_eq!((cloud.weights, cloud.template.as_deref()), (None, Some("{{ .Prompt }}")));
    }
}
