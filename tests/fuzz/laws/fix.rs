//! Repairing: it settles, what could be read still can, and nothing that is certain is left to repair.

use maquette::check::Targets;
use maquette::check::fix::{Outcome, repair};
use maquette::diagnostic::{Applicability, Fix};
use maquette::ir::directive;
use maquette::session::Session;
use maquette::source::{MemoryFiles, decode};
use maquette::syntax::{Head, Statement, parse};

/// Each round makes a repair in each place that has one; those that wait for one another are few in a text of this size.
const MAX_ROUNDS: usize = 200;

pub(crate) fn holds(bytes: &[u8]) {
    let (first, bytes) = bytes.split_first().unwrap_or((&0, bytes));
    let targets = Targets { open_webui: first & 1 == 1, ollama: first & 2 == 2 };
    let unsafe_too = first & 4 == 4;
    let mut text = decode(bytes).text;
    let before = unread(&text);
    for round in 0.. {
        assert!(round < MAX_ROUNDS, "it does not settle: {text:?}");
        match repair(&text, &fixes(&text, targets, unsafe_too)) {
            Outcome::Repaired(repaired) => {
                assert!(repaired.count > 0 && repaired.text != text, "a repair changes something");
                text = repaired.text;
            }
            Outcome::Nothing => break,
            Outcome::Worse => {
                assert!(unsafe_too, "a safe repair breaks {text:?}");
                break;
            }
        }
    }
    assert!(unread(&text) <= before, "what could be read still can");
}

/// How many pieces of a text are no directive that anybody knows.
fn unread(text: &str) -> usize {
    let tree = parse(text.into());
    let is_unknown = |statement: &&Statement| {
        statement.head == Head::Extended && directive::find(tree.slice(statement.keyword)).is_none()
    };
    tree.malformed().count() + tree.statements().filter(is_unknown).count()
}

fn fixes(text: &str, targets: Targets, unsafe_too: bool) -> Vec<Fix> {
    let mut files = MemoryFiles::default();
    files.insert("a.Modelfile", ["\u{feff}", text].concat());
    let session = Session::load(&files, "".into(), &["a.Modelfile".into()]);
    let found = session.check(&|_| targets);
    let offered = found.into_iter().filter_map(|finding| finding.fix);
    offered.filter(|fix| unsafe_too || fix.applicability == Applicability::Safe).collect()
}
