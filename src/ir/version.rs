//! What Ollama takes as a version in REQUIRES: `golang.org/x/mod/semver` v0.30.0, with or without a `v` in front.

/// Whether REQUIRES may say `text`. The minor and the patch number can be left out, what follows them then too.
#[must_use]
pub fn is_valid(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (numbers, pre) = text.split_once('-').map_or((text, None), |(numbers, pre)| (numbers, Some(pre)));
    let count = numbers.split('.').count();
    let tail = count == 3 || pre.is_none() && build.is_none();
    count <= 3
        && tail
        && numbers.split('.').all(is_number)
        && pre.is_none_or(|pre| pre.split('.').all(|word| is_word(word) && (!is_numeric(word) || is_number(word))))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

fn is_numeric(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits without a zero in front.
fn is_number(text: &str) -> bool {
    is_numeric(text) && (text == "0" || !text.starts_with('0'))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::is_valid;

    #[test]
    fn versions_are_judged_as_ollama_judges_them() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/ollama-show-format.json");
        let vectors: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = vectors["semver"].as_array().unwrap();
        assert!(cases.len() > 20);
        for case in cases {
            assert_eq!(is_valid(case["in"].as_str().unwrap()), case["valid"], "{case}");
        }
    }
}
