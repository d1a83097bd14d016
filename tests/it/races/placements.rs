//! Every request of an apply is held back while another administrator does something: each placement in turn.

use std::collections::BTreeMap;
use std::time::Instant;

use super::rival::{Act, Fate};
use crate::faults::{Scene, has_turn, ways};
use crate::server::{Asked, FOREIGN, FOREIGN_PRIVATE, aside, is_full};

/// What the other administrator does: to each kind of row that the plan touches, to rows that it leaves alone, and new ones.
const ACTS: [Act; 18] = [
    Act::Edits("moves"),
    Act::Edits("text"),
    Act::Edits("goes"),
    Act::Edits("former"),
    Act::Edits(FOREIGN_PRIVATE),
    Act::Edits(FOREIGN),
    Act::Toggles("text"),
    Act::Toggles("moves"),
    Act::Toggles(FOREIGN),
    Act::Shares("moves"),
    Act::Shares("text"),
    Act::Shares(FOREIGN),
    Act::Deletes("moves"),
    Act::Deletes("text"),
    Act::Deletes(FOREIGN),
    Act::Creates("comes"),
    Act::Creates("newcomer"),
    Act::Clones("text", "copy"),
];

/// The writes before which an act is lost without a word, because the server has no compare-and-swap and we have had our
/// look already. `docs/guarantees.md` has this table in words.
fn loses(write: &Asked, act: Act) -> bool {
    let id = act.id();
    let is = |path: &str| write.what == format!("POST /api/v1/models/{path}");
    if is("sync") {
        return match act {
            // Who may use a row that exists is no part of what 0.12.4 syncs.
            Act::Shares(_) => false,
            // A row that others made is ours when it is made again, which is noticed.
            Act::Deletes(id) => id != FOREIGN,
            // What exists by then keeps its access, which is noticed.
            Act::Creates(id) => id != "comes",
            // The server's history holds the edit, unless the row goes and its history with it.
            Act::Edits(id) => ["goes", "former"].contains(&id),
            Act::Toggles(_) | Act::Clones(..) => true,
        };
    }
    match act {
        Act::Edits(_) => is(&format!("model/delete {id}")),
        Act::Toggles(_) => is(&format!("model/update?id={id}")) || is(&format!("model/delete {id}")),
        Act::Shares(_) => is(&format!("model/access/update {id}")) || is(&format!("model/delete {id}")),
        Act::Deletes(_) | Act::Creates(_) | Act::Clones(..) => false,
    }
}

/// The writes of an apply whose look has been had, and which are still to come.
fn looming<'a>(requests: &'a [Asked], passed: &[Asked]) -> Vec<&'a Asked> {
    let writes = requests.iter().enumerate().filter(|(_, asked)| asked.writes() && !passed.contains(asked));
    let looked = writes.filter(|(place, write)| {
        let about = |asked: &&Asked| match write.id() {
            Some(id) => asked.id() == Some(id),
            None => asked.what == "GET /api/v1/models/all",
        };
        requests[..*place].iter().rev().find(about).is_some_and(|look| !look.writes() && passed.contains(look))
    });
    looked.map(|(_, write)| write).collect()
}

#[test]
fn every_edit_of_others_survives_or_is_reported_but_in_the_windows_that_are_known() {
    let server = aside();
    let begun = Instant::now();
    for via in ways() {
        server.restore();
        let scene = Scene::new(&server, via);
        let mut fates = BTreeMap::<Fate, usize>::new();
        let mut wrong = Vec::new();
        for (number, at) in scene.requests.iter().enumerate() {
            for act in chosen(number, at) {
                scene.begin();
                let (output, happened) = scene.proxy.holding(
                    at,
                    || scene.apply(),
                    |passed| {
                        let loses = looming(&scene.requests, passed).into_iter().any(|write| loses(write, act));
                        act.happens(&server).then_some(loses)
                    },
                );
                let case = format!("{via}: {act:?} at {at}");
                // A model that is gone by then cannot be edited.
                let Some(loses) = happened.unwrap_or_else(|| panic!("{case}: the request did not come\n{output}"))
                else {
                    continue;
                };
                let now = server.database().snapshot();
                let fate = act.fate(&server, &now, &output);
                *fates.entry(fate).or_default() += 1;
                if (fate == Fate::Lost) != loses {
                    wrong.push(format!("{case}: {fate:?}\n{output}"));
                }
                let mut others = scene.changed_bystanders(&now);
                others.retain(|change| !change.starts_with(&format!("{}: ", act.id())));
                wrong.extend(others.iter().map(|change| format!("{case}: {change}\n{output}")));
            }
        }
        println!(
            "races: {via} on {}: {} requests × {} acts, {} placements tried, {fates:?}, {:.0} s",
            server.version.number,
            scene.requests.len(),
            ACTS.len(),
            fates.values().sum::<usize>(),
            begun.elapsed().as_secs_f64(),
        );
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }
}

/// What is done at a request in this run: everything where it would be lost, and some of the rest in turn.
fn chosen(number: usize, at: &Asked) -> Vec<Act> {
    let turns = if at.writes() { 2 } else { usize::from(has_turn(number, at)) };
    let in_turn = |place: usize| (0..turns).any(|turn| (number * 5 + turn) % ACTS.len() == place);
    let chosen = |(place, act): &(usize, &Act)| is_full() || in_turn(*place) || loses(at, **act);
    ACTS.iter().enumerate().filter(chosen).map(|(_, act)| *act).collect()
}
