//! What formatting does to each kind of text, and what holds for every text.

use proptest::prelude::*;

use super::{Options, Refusal, format};
use crate::source::decode;
use crate::syntax::{Command, Dialect, Head, Tree, parse, verdict};

const PLAIN: Options = Options { order: false };
const ORDERED: Options = Options { order: true };

fn formatted(text: &str, options: Options) -> Result<String, Refusal> {
    format(&parse(text.into()), options)
}

#[track_caller]
fn check(options: Options, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let found = formatted(text, options).unwrap_or_else(|refusal| panic!("{text:?}: {refusal}"));
        assert_eq!(found, *expected, "{text:?}");
        assert_holds(text, options);
    }
}

#[test]
fn lines() {
    check(
        PLAIN,
        &[
            ("", ""),
            (" \r\n\t\n", ""),
            ("FROM x", "FROM x\n"),
            ("\n\n  FROM x  \n\n\n\n\tSYSTEM y\n\n", "FROM x\n\nSYSTEM y\n"),
            ("# a  \n   # b\n#c\n\n\nFROM x\n# d", "# a\n# b\n#c\n\nFROM x\n# d\n"),
            // The first line end between statements is that of the file; those inside of values are part of them.
            ("FROM x\r\n\r\n\r\nSYSTEM y\n", "FROM x\r\n\r\nSYSTEM y\r\n"),
            ("FROM x\nSYSTEM y\r\n", "FROM x\nSYSTEM y\n"),
            ("FROM x\rSYSTEM y\r\r\rTEMPLATE z", "FROM x\nSYSTEM y\n\nTEMPLATE z\n"),
            ("SYSTEM \"\"\"a\r\nb\"\"\"\nFROM x", "SYSTEM \"\"\"a\r\nb\"\"\"\nFROM x\n"),
            ("SYSTEM \"\"\"a\nb\"\"\"\r\nFROM x", "SYSTEM \"\"\"a\nb\"\"\"\r\nFROM x\r\n"),
            // A character that Ollama drops in front of a keyword is without effect.
            ("\u{feff}FROM x", "FROM x\n"),
        ],
    );
}

#[test]
fn values_of_ollama() {
    check(
        PLAIN,
        &[
            ("from   x\nParameter\ttemperature\t 0.7 \n", "FROM x\nPARAMETER temperature 0.7\n"),
            ("message user  hi", "MESSAGE user hi\n"),
            ("PARAMETER  temperature 0.7", "PARAMETER  temperature 0.7\n"),
            ("SYSTEM ", "SYSTEM \"\"\n"),
            ("SYSTEM   \"\"  ", "SYSTEM \"\"\n"),
            ("PARAMETER stop \"<|im_end|>\"", "PARAMETER stop <|im_end|>\n"),
            ("PARAMETER stop \" a\"", "PARAMETER stop \" a\"\n"),
            ("TEMPLATE \"\"\"{{ .Prompt }}\"\"\"", "TEMPLATE {{ .Prompt }}\n"),
            ("SYSTEM \"\"\" a\"\"\"", "SYSTEM \" a\"\n"),
            ("SYSTEM \"\"\"\"a\"\"\"", "SYSTEM \"\"a\"\n"),
            ("SYSTEM \"\"\"\"\"a\"\"\"", "SYSTEM \"\"\"\"\"a\"\"\"\n"),
            ("SYSTEM \"\"\"\"\"\"\"", "SYSTEM \"\"\"\"\"\"\"\n"),
            ("SYSTEM \"say \"hi\" now\"", "SYSTEM say \"hi\" now\n"),
            // Without its quotes it would look like something else.
            ("SYSTEM \"a # b\"", "SYSTEM \"a # b\"\n"),
            ("SYSTEM a # b", "SYSTEM a # b\n"),
            ("SYSTEM \"\"\"“a”\"\"\"", "SYSTEM \"“a”\"\n"),
            ("SYSTEM \"'a'\"", "SYSTEM \"'a'\"\n"),
            // Several lines.
            ("SYSTEM \"a\nb\"", "SYSTEM \"\"\"a\nb\"\"\"\n"),
            ("SYSTEM \"\"\"\na  \n\"\"\"", "SYSTEM \"\"\"\na  \n\"\"\"\n"),
            ("SYSTEM \"a \"b\" c\nd\"", "SYSTEM \"a \"b\" c\nd\"\n"),
            ("SYSTEM \"a\nFROM b\"", "SYSTEM \"a\nFROM b\"\n"),
            ("PARAMETER stop \"a\" # b\nPARAMETER stop \"c\"", "PARAMETER stop \"a\" # b\nPARAMETER stop \"c\"\n"),
            // Characters that Ollama drops.
            ("system   a\u{a0}b  ", "SYSTEM a\u{a0}b\n"),
            ("SYSTEM  \"a\u{200b}\"  ", "SYSTEM \"a\u{200b}\"\n"),
            ("SYSTEM \"\u{200b}\"\"a\"\"\"", "SYSTEM \"\u{200b}\"\"a\"\"\"\n"),
            ("SYSTEM \u{a0} a", "SYSTEM \u{a0} a\n"),
        ],
    );
}

#[test]
fn values_of_ours() {
    check(
        PLAIN,
        &[
            ("NAME   Support bot", "NAME Support bot\n"),
            ("NAME \"Support\"", "NAME Support\n"),
            ("NAME \"\"\"Support\"\"\"", "NAME Support\n"),
            ("NAME \"\\u00e9\"", "NAME é\n"),
            ("NAME \" a\"", "NAME \" a\"\n"),
            ("NAME \"a\\nb\"", "NAME \"a\\nb\"\n"),
            ("NAME \"a # b\"", "NAME \"a # b\"\n"),
            ("NAME \"\\u00a0\"", "NAME \"\\u00a0\"\n"),
            ("NAME \"\\\"a\\\"\"", "NAME \"\\\"a\\\"\"\n"),
            ("NAME \"Best\" bot", "NAME \"Best\" bot\n"),
            ("DESCRIPTION \"\"\"a\nb\"\"\"", "DESCRIPTION \"\"\"a\nb\"\"\"\n"),
            ("TAGS a ,b,  \"c\",\"d, e\"", "TAGS a, b, c, \"d, e\"\n"),
            ("TAGS \t ", "TAGS \n"),
            ("TAGS a,,b", "TAGS a,,b\n"),
            ("CAPABILITIES vision,- usage, -\"a b\"", "CAPABILITIES vision, -usage, -\"a b\"\n"),
            ("CAPABILITIES \"-a\", -\"-b\"", "CAPABILITIES \"-a\", -\"-b\"\n"),
            ("ACCESS read  group:a,group:\"b\" , user:c@d.e", "ACCESS read group:a, group:\"b\", user:c@d.e\n"),
            ("ACCESS   public", "ACCESS public\n"),
            ("KNOWLEDGE full   a ,b", "KNOWLEDGE full a, b\n"),
            ("KNOWLEDGE \"full\" ,b", "KNOWLEDGE full, b\n"),
            ("KNOWLEDGE \"full a\"", "KNOWLEDGE \"full a\"\n"),
            ("SUGGESTION \"a\",\"b\" , \"c\"", "SUGGESTION \"a\" \"b\" \"c\"\n"),
            ("SUGGESTION \"What now?\"", "SUGGESTION What now?\n"),
            ("AVATAR \"none\"", "AVATAR \"none\"\n"),
            ("HIDDEN    true", "HIDDEN true\n"),
            ("META   a   {\"b\":  1.50}", "META a {\"b\":  1.50}\n"),
            ("META \"a b\"   1", "META \"a b\" 1\n"),
            ("ARG a  =   b c", "ARG a=b c\n"),
            ("ARG  a=", "ARG a=\n"),
            ("ARG a = \"b\"", "ARG a=\"b\"\n"),
            ("INCLUDE  \"a b.Modelfile\"", "INCLUDE \"a b.Modelfile\"\n"),
            ("SYSTEMFILE   expand  a.md", "SYSTEMFILE expand  a.md\n"),
            ("ID \"a\"", "ID a\n"),
            ("TAGS a\u{a0},b", "TAGS a\u{a0},b\n"),
        ],
    );
}

#[test]
fn the_order_of_directives() {
    check(
        ORDERED,
        &[
            (
                "# about\n\n# the text\nSYSTEM a\nPARAMETER top_k 1\nPARAMETER stop b\nPARAMETER stop a\n\nfrom x\n# end",
                "# about\n\nFROM x\nPARAMETER top_k 1\nPARAMETER stop b\nPARAMETER stop a\n\n# the text\nSYSTEM a\n# end\n",
            ),
            // What counts from its place on stays there.
            (
                "SYSTEM a\nFROM x\nARG b=c\nTAGS t\nNAME n\nINCLUDE f\nTAGS t\nID i",
                "FROM x\nSYSTEM a\nARG b=c\nNAME n\nTAGS t\nINCLUDE f\nID i\nTAGS t\n",
            ),
            // For Ollama this is a SYSTEM, and the last one counts.
            ("PARAMETER system a\nSYSTEM b\nPARAMETER top_k 1", "PARAMETER top_k 1\nPARAMETER system a\nSYSTEM b\n"),
            ("SYSTEM b\nPARAMETER system a\nFROM x", "FROM x\nSYSTEM b\nPARAMETER system a\n"),
            ("SYSTEMFILE a.md\nSYSTEM b\nFROM x", "FROM x\nSYSTEMFILE a.md\nSYSTEM b\n"),
            ("FROM a\nPARAMETER model b\nFROM c", "FROM a\nPARAMETER model b\nFROM c\n"),
            // A comment that silences a rule stays with what it speaks of.
            ("# maquette: allow a\n\nSYSTEM a\nFROM x", "FROM x\n# maquette: allow a\n\nSYSTEM a\n"),
        ],
    );
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    for text in ["FROM x\nhello", "FROM x\nSYSTEM \"a", "FROM x\nNONSENSE a", "FROM", "TAGS\n", "PARAMETER a\n"] {
        assert!(matches!(formatted(text, PLAIN), Err(Refusal::Unreadable { .. })), "{text:?}");
    }
}

#[test]
fn the_last_line_of_defence_holds() {
    let same = |before: &str, after: &str, options| super::meaning::is_same(&tree(before), &tree(after), options);
    for (before, after) in [
        ("FROM x", "FROM y"),
        ("FROM x", "SYSTEM x"),
        ("FROM x\nSYSTEM a", "SYSTEM a\nFROM x"),
        ("PARAMETER stop a", "PARAMETER seed a"),
        ("# a\nFROM x", "FROM x"),
        ("SYSTEM \"\"\"a\r\nb\"\"\"", "SYSTEM \"\"\"a\nb\"\"\""),
        ("SYSTEM a\u{a0}b", "SYSTEM ab"),
        ("TAGS a, b", "TAGS b, a"),
        ("CAPABILITIES -a", "CAPABILITIES a"),
        ("KNOWLEDGE full a", "KNOWLEDGE a"),
        ("META a 1.0", "META a 1"),
        ("NAME a", "DESCRIPTION a"),
    ] {
        assert!(!same(before, after, PLAIN), "{before:?} {after:?}");
    }
    assert!(same("FROM x\nSYSTEM a", "SYSTEM a\nFROM x", ORDERED));
    assert!(!same("PARAMETER stop a\nPARAMETER stop b", "PARAMETER stop b\nPARAMETER stop a", ORDERED));
    assert!(!same("ARG a\nINCLUDE b", "INCLUDE b\nARG a", ORDERED));
}

fn tree(text: &str) -> Tree {
    parse(text.into())
}

/// Formatting changes no verdict of Ollama's, and nothing when it is done again. Where only lines of the extended
/// language differ in order, nothing else does.
fn assert_holds(text: &str, options: Options) {
    let before = parse(text.into());
    match format(&before, options) {
        Ok(formatted) => {
            let after = tree(&formatted);
            assert_eq!(judged(&after, options), judged(&before, options), "{text:?} became {formatted:?}");
            assert_eq!(format(&after, options).as_ref(), Ok(&formatted), "{text:?} is not settled");
            assert!(formatted.is_empty() || formatted.ends_with('\n') && !formatted.ends_with("\n\n"), "{formatted:?}");
        }
        Err(Refusal::Unreadable { .. }) => {
            let is_unknown = |statement| super::is_unknown(&before, statement);
            assert!(before.malformed().next().is_some() || before.statements().any(is_unknown), "{text:?}");
        }
        Err(refusal @ Refusal::Changed) => panic!("{text:?}: {refusal}"),
    }
}

/// What Ollama makes of the text, without the values of our own directives.
fn judged(tree: &Tree, options: Options) -> (Vec<Command>, Option<String>) {
    let ollama = verdict(tree, Dialect::Ollama, |_| true);
    let maquette = verdict(tree, Dialect::Maquette, |word| crate::ir::directive::find(word).is_some());
    let mut commands: Vec<Command> = std::iter::zip(maquette.commands, tree.statements())
        .filter(|(_, statement)| matches!(statement.head, Head::Ollama(_)))
        .map(|(command, _)| command)
        .collect();
    if options.order {
        commands.sort_by(|left, right| left.name.cmp(&right.name));
    }
    // The line of an error may move.
    (commands, ollama.error.or(maquette.error).map(|error| error.message))
}

#[test]
fn every_vector_of_ollamas_parser_keeps_its_meaning() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/ollama-parser.json");
    let vectors: Vec<serde_json::Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(vectors.len() >= 213);
    let mut formatted = 0;
    for vector in &vectors {
        let text = match (&vector["input"], &vector["input_base64"]) {
            (serde_json::Value::String(text), _) => decode(text.as_bytes()).text,
            (_, serde_json::Value::String(coded)) => {
                use base64::Engine as _;
                decode(&base64::engine::general_purpose::STANDARD.decode(coded).unwrap()).text
            }
            other => panic!("{other:?}"),
        };
        for options in [PLAIN, ORDERED] {
            assert_holds(&text, options);
        }
        formatted += usize::from(format(&tree(&text), PLAIN).is_ok());
    }
    assert!(formatted > 120, "{formatted}");
}

/// Texts that are mostly well-formed, line by line.
fn texts() -> impl Strategy<Value = String> {
    const HEADS: &[&str] = &[
        "FROM ",
        "from  ",
        "SYSTEM ",
        "System\t",
        "TEMPLATE ",
        "LICENSE ",
        "PARAMETER stop ",
        "PARAMETER  ",
        "parameter system ",
        "PARAMETER top_k ",
        "MESSAGE user ",
        "message assistant  ",
        "TAGS ",
        "ACCESS ",
        "ACCESS read ",
        "KNOWLEDGE ",
        "KNOWLEDGE full ",
        "CAPABILITIES ",
        "NAME ",
        "DESCRIPTION ",
        "SUGGESTION ",
        "META a ",
        "META ",
        "ARG ",
        "ARG a=",
        "INCLUDE ",
        "SYSTEMFILE ",
        "AVATAR ",
        "HIDDEN ",
        "ID ",
        "MOVED ",
        "#",
        "# maquette: allow missing-from",
        "  ",
        "\u{feff}FROM ",
        "\u{a0}",
        "",
    ];
    const PIECES: &[&str] = &[
        "a", "b c", "é", "“", "”", "'", "#", " # ", "\"", "\"", "\"\"\"", "\"\"\"", " ", "\t", ",", ", ", ":", "=",
        "-", "full ", "read ", "group:", "\\n", "\\", "\n", "\r\n", "\r", "\nFROM x", "\u{a0}", "\u{200b}", "\0",
        "none", "true", "{}", "1", "${a}",
    ];
    let value = prop::collection::vec(
        prop_oneof![12 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => ".{0,3}"],
        0..6,
    )
    .prop_map(|pieces| pieces.concat());
    let quotes = prop::sample::select(&["", "", "\"", "\"\"\""][..]);
    let ends = prop::sample::select(&["\n", "\n", "\n\n", "\n\n\n", "\r\n", "\r", " \n"][..]);
    let line = (prop::sample::select(HEADS), quotes, value, ends)
        .prop_map(|(head, quote, value, end)| [head, quote, &value, quote, end].concat());
    // Without a FROM there is no verdict to compare.
    let first = prop::sample::select(&["FROM x\n", "FROM x\r\n", "# a\n", ""][..]);
    (first, prop::collection::vec(line, 0..8)).prop_map(|(first, lines)| [first, &lines.concat()].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn formatting_keeps_the_meaning_and_settles_at_once(text in texts(), order: bool) {
        assert_holds(&text, Options { order });
    }

    #[test]
    fn the_order_is_one_however_it_was_before(text in texts()) {
        // Formatting first and ordering afterwards is the same as both at once.
        if let Ok(plain) = formatted(&text, PLAIN) {
            prop_assert_eq!(formatted(&plain, ORDERED), formatted(&text, ORDERED));
        }
    }
}
