//! What is written is read back, piece by piece.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::state::{Field, Phrase};

/// What a field is said by, the best way first.
fn said(field: &Field, value: Value) -> Vec<String> {
    let phrase = match field {
        Field::Param(name) => Phrase::Parameter(name.clone().into_owned(), value),
        _ => Phrase::Json(value),
    };
    let style = Style { arguments: ["name".to_owned()].into(), systemfile: None };
    let shown = |saying: Saying| match saying {
        Saying::Statements(statements) => statements.join("\n"),
        Saying::Switch(item) => format!("CAPABILITIES {item}"),
        Saying::File { keyword, folder, extension, bytes, .. } => {
            format!("{keyword} {folder}/….{extension}: {} bytes", bytes.len())
        }
    };
    sayings(field, &[phrase], &style).into_iter().map(shown).collect()
}

#[test]
fn the_plainest_form_comes_first() {
    let meta = |key: &'static str| Field::Meta(key.into());
    let param = |name: &'static str| Field::Param(name.into());
    for (field, value, expected) in [
        (Field::Name, json!("Support"), &["NAME Support"][..]),
        (Field::Name, json!("a\tb"), &[r#"NAME "a\tb""#]),
        (Field::Name, json!("#1"), &[r##"NAME "#1""##]),
        (Field::Name, json!("${name}"), &["NAME $${name}"]),
        (Field::Name, json!("${other}"), &["NAME ${other}"]),
        (Field::Name, json!(""), &[]),
        (Field::System, json!("a"), &["SYSTEM a", "SYSTEMFILE prompts/….md: 2 bytes"]),
        (Field::System, json!("a\"\"\"\nb"), &["SYSTEMFILE prompts/….md: 7 bytes"]),
        (Field::System, json!("a\r\nb"), &["SYSTEM \"\"\"a\r\nb\"\"\""]),
        (Field::Active, json!(false), &["ACTIVE false"]),
        (Field::Capability("vision".into()), json!(false), &["CAPABILITIES -vision"]),
        (Field::Capability("-x".into()), json!(true), &[r#"CAPABILITIES "-x""#]),
        (meta("tags"), json!(["a b", "c,d"]), &[r#"TAGS a b, "c,d""#]),
        (meta("x"), json!({"a": ["\u{0}"]}), &[r#"META x {"a": ["\u0000"]}"#]),
        (meta("maquette"), json!(1), &[]),
        (meta("profile_image_url"), json!("https://a/b"), &["AVATAR https://a/b"]),
        (meta("profile_image_url"), json!("/a/b"), &[]),
        (param("temperature"), json!(0.7), &["PARAMETER temperature 0.7"]),
        (param("temperature"), json!("0.7"), &[]),
        (param("temperature"), json!(0.123_456_789_012), &[]),
        (param("num_ctx"), json!(1.5), &[]),
        (param("nobodys"), json!("1"), &[r#"PARAMETER nobodys ""1"""#]),
        (param("nobodys"), json!("a b"), &["PARAMETER nobodys a b"]),
        (param("stop"), json!(["a", "b "]), &["PARAMETER stop a\nPARAMETER stop \"b \""]),
    ] {
        assert_eq!(said(&field, value.clone()), expected, "{field} {value}");
    }
}

#[test]
fn a_page_is_in_groups_and_in_order() {
    let files = crate::source::MemoryFiles::default();
    let mut shelf = Shelf::new(&files, "/".into());
    let one = |statement: &str| Saying::Statements(vec![statement.to_owned()]);
    let sayings =
        [one("SYSTEM x"), one("META a 1"), one("PARAMETER seed 1"), Saying::Switch("-a".into()), one("FROM b")];
    let (none, some) = ([].into(), ["unknown-capability"].into());
    let allowed = |at: usize| if at == 3 { &some } else { &none };
    let entries: Vec<Entry> =
        sayings.iter().enumerate().map(|(at, saying)| Entry { saying, allowed: allowed(at) }).collect();
    let page = page("models/a.Modelfile".into(), &["ID x".to_owned()], &entries, &mut shelf);
    insta::assert_snapshot!(page.text, @r"
    FROM b
    ID x

    PARAMETER seed 1

    # maquette: allow unknown-capability
    CAPABILITIES -a

    META a 1

    SYSTEM x
    ");
}

proptest! {
    #[test]
    fn json_strings_are_json(text in "\\PC{0,20}|[\"\\\\\n\t\u{0}\u{7f}\u{200b}\u{1f984}]{0,8}") {
        let written = quoting::string(&text);
        prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
        prop_assert!(!crate::syntax::has_dropped(&written) && !written.contains(['\n', '\t']));
    }
}
