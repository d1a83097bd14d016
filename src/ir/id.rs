//! Ids of models as Open WebUI takes them (0.12.4).

/// The longest id that a model is created with, in characters.
const LONGEST: usize = 256;

/// Why `id` is refused, if it is. Blanks are refused since 0.11.4; what older versions took cannot be updated now.
#[must_use]
pub fn fault(id: &str) -> Option<&'static str> {
    if id.is_empty() {
        Some("it is empty")
    } else if id.contains(char::is_whitespace) {
        Some("it holds a blank")
    } else if id.contains(char::is_control) {
        Some("it holds a control character")
    } else if id.chars().count() > LONGEST {
        Some("it is longer than 256 characters")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn ids_are_free_but_for_blanks_control_characters_and_length() {
        let cases = [
            ("support-bot", None),
            ("hf.co/a/b:Q4?#%&\"'\\<>é🦙..", None),
            ("", Some("it is empty")),
            ("a b", Some("it holds a blank")),
            ("a\u{a0}b", Some("it holds a blank")),
            ("a\n", Some("it holds a blank")),
            ("a\u{7}", Some("it holds a control character")),
        ];
        for (id, expected) in cases {
            assert_eq!(fault(id), expected, "{id:?}");
        }
        assert_eq!(fault(&"é".repeat(256)), None);
        assert_eq!(fault(&"é".repeat(257)), Some("it is longer than 256 characters"));
    }
}
