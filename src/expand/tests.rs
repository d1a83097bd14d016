//! What composition makes of files in memory. A case is a text: the model's own file, and after each `#--- path` another.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;
use proptest::prelude::*;

use super::{Args, Expanded, Library, MAX_BYTES, MAX_DEPTH, MAX_PARTS, Reach, expand};
use crate::diagnostic::Diagnostic;
use crate::source::{MemoryFiles, SourceFile};
use crate::syntax;

fn files(text: &str) -> (String, MemoryFiles) {
    let mut parts = text.split("#--- ");
    let own = parts.next().unwrap_or_default().to_owned();
    let mut files = MemoryFiles::default();
    for part in parts {
        let (path, text) = part.split_once('\n').unwrap_or((part, ""));
        files.insert(format!("/w/{path}"), text);
    }
    (own, files)
}

/// Expands the model of a case, whose own file is `models/m.Modelfile`, and shows something of it.
fn with<T>(text: &str, args: &Arc<Args>, show: impl FnOnce(&Expanded, &[Diagnostic], &Library<'_>) -> T) -> T {
    let (own, files) = files(text);
    let mut library = Library::new(&files, Utf8Path::new("/w"));
    let source = SourceFile::new("models/m.Modelfile".into(), own.as_bytes());
    let tree = Arc::new(syntax::parse(Arc::clone(&source.text)));
    let id = library.add(source, Arc::clone(&tree));
    let (expanded, findings) = expand(id, &tree, &mut library, Reach::Root, args);
    show(&expanded, &findings, &library)
}

/// The statements as they stand, each with its file.
fn statements(text: &str) -> Vec<String> {
    with(text, &Arc::default(), |expanded, findings, library| {
        assert_eq!(findings, [], "{text}");
        expanded
            .statements()
            .map(|placed| {
                let part = &expanded.parts[placed.part];
                let path = &library.sources.get(part.file).path;
                format!("{}: {}", path.file_name().unwrap(), part.tree.slice(placed.statement.span))
            })
            .collect()
    })
}

/// The rules that find something, each with the text that it marks.
fn found(text: &str, args: &Arc<Args>) -> Vec<String> {
    with(text, args, |_, findings, library| {
        findings
            .iter()
            .map(|finding| {
                let place = finding.location.unwrap();
                format!("{}@{}", finding.rule, place.span.of(&library.sources.get(place.file).text))
            })
            .collect()
    })
}

#[test]
fn fragments_are_spliced_in_place() {
    let text = "FROM x\nINCLUDE ../shared/a.part\nTAGS own\n#--- shared/a.part\nTAGS a\nINCLUDE deep/b.part\nTOOLS a\n\
                #--- shared/deep/b.part\nTAGS b\n";
    let expected =
        ["m.Modelfile: FROM x", "a.part: TAGS a", "b.part: TAGS b", "a.part: TOOLS a", "m.Modelfile: TAGS own"];
    assert_eq!(statements(text), expected);
}

#[test]
fn a_file_without_composition_is_taken_as_it_stands() {
    let text = "FROM x\nSYSTEM ${name} and $${name}\n";
    with(text, &Arc::default(), |expanded, findings, _| {
        assert!(expanded.pieces.is_none() && !expanded.substitutes && findings.is_empty());
        assert_eq!(expanded.statements().count(), 2);
    });
}

#[test]
fn ranks_say_who_wins() {
    let text = "INCLUDE a\nINCLUDE c\n#--- models/a\nINCLUDE b\nTAGS a\n#--- models/b\nTAGS b\n#--- models/c\nTAGS c\n";
    with(text, &Arc::default(), |expanded, _, library| {
        let mut parts: Vec<_> = expanded.parts.iter().collect();
        parts.sort_by_key(|part| part.rank);
        let names: Vec<_> = parts.iter().map(|part| library.sources.get(part.file).path.file_name().unwrap()).collect();
        assert_eq!(names, ["b", "a", "c", "m.Modelfile"]);
    });
}

#[test]
fn what_cannot_be_taken_in_is_reported_at_its_place() {
    let deep: Vec<String> = (0..=MAX_DEPTH).map(|n| format!("#--- models/f{n}\nINCLUDE f{}\n", n + 1)).collect();
    let deep = format!("INCLUDE f0\n{}", deep.concat());
    let cases: [(&str, &[&str]); 14] = [
        ("INCLUDE nothing", &["unreadable-file@nothing"]),
        ("SYSTEMFILE nothing", &["unreadable-file@nothing"]),
        ("INCLUDE ../../a", &["path-outside-workspace@../../a"]),
        ("INCLUDE /w/models/a\n#--- models/a\n", &["path-outside-workspace@/w/models/a"]),
        ("SYSTEMFILE ../../../../../../etc/passwd", &["path-outside-workspace@../../../../../../etc/passwd"]),
        ("INCLUDE m.Modelfile\n#--- models/m.Modelfile\nTAGS a", &["include-cycle@m.Modelfile"]),
        ("INCLUDE a\n#--- models/a\nINCLUDE b\n#--- models/b\nINCLUDE ./../models/a", &["include-cycle@./../models/a"]),
        (&deep, &["include-too-deep@f16"]),
        ("ARG a\nTAGS ${a}", &["arg-without-value@ARG a"]),
        ("INCLUDE a\nINCLUDE a\n#--- models/a\n", &[]),
        ("ARG a=b\nINCLUDE ${a}\nINCLUDE ${c}\n#--- models/b\n#--- models/${c}\n", &["undefined-arg@${c}"]),
        ("INCLUDE ${a}\n#--- models/${a}\n", &[]),
        ("INCLUDE \"a\\u0020b\"\n#--- models/a b\n", &[]),
        // What is not written right is left to be lowered like any other value.
        ("INCLUDE \"a\nARG 1=2\nSYSTEMFILE \"\"\"a\"\"\"", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(found(text, &Arc::default()), expected, "{text}");
    }
}

#[test]
fn a_text_that_is_not_utf8_is_reported_where_it_is_not() {
    for (bytes, at) in [(b"Gr\xfc\xdfe".as_slice(), 2), (b"\xff\xfea\0".as_slice(), 0)] {
        let mut files = MemoryFiles::default();
        files.insert("/w/a.md", bytes);
        let mut library = Library::new(&files, Utf8Path::new("/w"));
        let source = SourceFile::new("m".into(), b"SYSTEMFILE a.md");
        let tree = Arc::new(syntax::parse(Arc::clone(&source.text)));
        let id = library.add(source, Arc::clone(&tree));
        let (_, findings) = expand(id, &tree, &mut library, Reach::Root, &Arc::default());
        let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
        let place = finding.location.unwrap();
        assert_eq!((finding.rule, place.span.start, place.file == id), ("unreadable-file", at, false));
    }
}

/// Each fragment includes the next one twice: without a bound, two to the power of fifteen parts.
#[test]
fn a_small_workspace_cannot_become_a_large_model() {
    let doubling: Vec<String> =
        (0..15).map(|n| format!("#--- models/f{n}\nTAGS a\nINCLUDE f{}\nINCLUDE f{}\n", n + 1, n + 1)).collect();
    let doubling = format!("INCLUDE f0\n{}#--- models/f15\n{}", doubling.concat(), "# \n".repeat(10));
    let big = format!("{}#--- models/a\n{}", "INCLUDE a\n".repeat(9), "#".repeat(MAX_BYTES / 8));
    let text = format!("{}#--- models/a\n{}", "SYSTEMFILE a\n".repeat(9), "#".repeat(MAX_BYTES / 8));
    for case in [&doubling, &big, &text] {
        with(case, &Arc::default(), |expanded, findings, _| {
            let [finding] = findings else { panic!("{findings:#?}") };
            assert_eq!(finding.rule, "include-too-large");
            assert!(expanded.parts.len() <= MAX_PARTS + 1);
            assert!(expanded.parts[1..].iter().map(|part| part.tree.text.len()).sum::<usize>() <= MAX_BYTES);
        });
    }
}

#[test]
fn arguments_that_repeat_each_other_are_bounded() {
    let mut lines = vec![format!("ARG a0={}\n", "x".repeat(1000))];
    lines.extend((0..20).map(|n| format!("ARG a{}={}\n", n + 1, format!("${{a{n}}}").repeat(10))));
    with(&lines.concat(), &Arc::default(), |expanded, findings, _| {
        assert!(!findings.is_empty() && findings.iter().all(|finding| finding.rule == "include-too-large"));
        let values = expanded.scopes.bindings().iter().filter_map(|binding| binding.value.as_ref());
        assert!(values.map(|value| value.len()).sum::<usize>() < 2 * MAX_BYTES);
    });
}

fn values(text: &str, args: &Arc<Args>) -> Vec<String> {
    with(text, args, |expanded, _, _| {
        let bindings = expanded.scopes.bindings().iter();
        bindings.map(|binding| format!("{}={}", binding.name, binding.value.as_deref().unwrap_or("?"))).collect()
    })
}

#[test]
fn an_argument_takes_the_strongest_value() {
    let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let args = Args::new(&map(&[("w", "1"), ("r", "1")]), &map(&[("r", "2")]), &map(&[("l", "3")]), []);
    let cases: [(&str, &[&str]); 9] = [
        ("ARG w=0\nARG r=0\nARG l=0\nARG d=0\nARG n", &["w=1", "r=2", "l=3", "d=0", "n=?"]),
        ("ARG a=x\nARG b=${a}y${c}\nARG c=1", &["a=x", "b=xy${c}", "c=1"]),
        ("ARG a=x\nARG a=${a}${a}\nARG b=${a}", &["a=x", "a=xx", "b=xx"]),
        ("ARG a=$${x}\nARG b=${a}", &["a=${x}", "b=${x}"]),
        // A fragment's are its own, and it sees those of the file that includes it.
        ("ARG a=1\nINCLUDE f\nARG c=${b}\n#--- models/f\nARG b=${a}", &["a=1", "b=1", "c=${b}"]),
        ("ARG a=1\nINCLUDE f\nARG c=${a}\n#--- models/f\nARG a=2", &["a=1", "a=2", "c=1"]),
        ("ARG a=1\nINCLUDE f\n#--- models/f\nARG a", &["a=1", "a=1"]),
        ("INCLUDE f\nARG a=1\n#--- models/f\nARG b=${a}", &["b=${a}", "a=1"]),
        ("ARG a=\"a, \\\"b\\\"\"\nARG b=${a}", &["a=a, \"b\"", "b=a, \"b\""]),
    ];
    for (text, expected) in cases {
        assert_eq!(values(text, &Arc::new(args.clone())), expected, "{text}");
    }
}

/// Workspaces of a few files that name each other and arguments at random.
fn workspace() -> impl Strategy<Value = String> {
    let line = line();
    let file = prop::collection::vec(line, 0..6).prop_map(|lines| lines.concat());
    prop::collection::vec(file, 1..6).prop_map(|files| {
        let files = files.into_iter().enumerate();
        let named = files.map(|(at, file)| if at == 0 { file } else { format!("#--- models/f{at}\n{file}") });
        named.collect::<Vec<_>>().concat()
    })
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..7u8).prop_map(|n| format!("INCLUDE f{n}\n")),
        (0..7u8).prop_map(|n| format!("SYSTEMFILE f{n}\n")),
        (0..7u8).prop_map(|n| format!("SYSTEMFILE expand f{n}\n")),
        (0..4u8, 0..4u8).prop_map(|(a, b)| format!("ARG a{a}=x${{a{b}}}${{a{b}}}\n")),
        (0..4u8).prop_map(|a| format!("ARG a{a}\n")),
        (0..4u8).prop_map(|a| format!("TAGS ${{a{a}}}, $${{a{a}}}\n")),
        (0..4u8).prop_map(|a| format!("INCLUDE f${{a{a}}}\n")),
        (0..4u8).prop_map(|a| format!("SYSTEM \"${{a{a}}}é\n")),
        Just("INCLUDE ../../x\n".to_owned()),
        Just("INCLUDE \n".to_owned()),
    ]
}

proptest! {
    #[test]
    fn any_workspace_expands_within_bounds(text in workspace()) {
        with(&text, &Arc::default(), |expanded, findings, library| {
            prop_assert!(expanded.parts.len() <= MAX_PARTS + 1);
            let depth = |mut at: usize| {
                let mut depth = 0;
                while expanded.parts[at].included_at.is_some() {
                    prop_assert!(expanded.parts[at].parent < at);
                    at = expanded.parts[at].parent;
                    depth += 1;
                }
                prop_assert!(depth <= MAX_DEPTH + 1);
                Ok(())
            };
            for (at, part) in expanded.parts.iter().enumerate() {
                depth(at)?;
                let place = part.included_at.unwrap_or(crate::source::Location::new(part.file, crate::source::Span::at(0)));
                prop_assert!(library.sources.get(place.file).text.get(place.span.start as usize..place.span.end as usize).is_some());
            }
            for finding in findings {
                let place = finding.location.unwrap();
                let text = &library.sources.get(place.file).text;
                prop_assert!(text.get(place.span.start as usize..place.span.end as usize).is_some(), "{finding:?}");
            }
            Ok(())
        })?;
    }
}
