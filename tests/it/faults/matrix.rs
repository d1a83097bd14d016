//! Every request of an apply meets every fault.

use std::time::Instant;

use super::{Scene, has_turn, ways};
use crate::project::Output;
use crate::server::{Asked, Fault, Lasting, aside, is_full};

/// What can go wrong, and for how long.
const FAULTS: [(Fault, Lasting); 17] = [
    (Fault::ResetAfter, Lasting::Once),
    (Fault::Failure, Lasting::Once),
    (Fault::Refused, Lasting::ForGood),
    (Fault::ResetBefore, Lasting::Once),
    (Fault::Truncated, Lasting::Once),
    (Fault::ResetAfter, Lasting::ForGood),
    (Fault::Busy, Lasting::Once),
    (Fault::HangsAfter, Lasting::Once),
    (Fault::WebPage, Lasting::Once),
    (Fault::Failure, Lasting::ForGood),
    (Fault::HangsBefore, Lasting::Once),
    (Fault::Drips, Lasting::Once),
    (Fault::ResetBefore, Lasting::ForGood),
    (Fault::Truncated, Lasting::ForGood),
    (Fault::Busy, Lasting::ForGood),
    (Fault::WebPage, Lasting::ForGood),
    (Fault::DripsForever, Lasting::Once),
];

#[test]
fn no_fault_at_any_request_loses_or_leaks_anything() {
    let server = aside();
    let begun = Instant::now();
    for via in ways() {
        server.restore();
        let scene = Scene::new(&server, via);
        let mut cases = 0;
        let mut losses = Vec::new();
        let mut survived = 0;
        for (number, at) in scene.requests.iter().enumerate() {
            for (fault, lasting) in chosen(number, at) {
                cases += 1;
                let output = strike(&scene, number, at, fault, lasting);
                let mut lost = scene.losses(&output);
                survived += usize::from(output.code == Some(0));
                lost.extend(scene.losses_after_healing());
                losses.extend(lost.iter().map(|loss| format!("{via}: {at}: {fault:?} {lasting:?}: {loss}")));
            }
        }
        println!(
            "faults: {via} on {}: {} requests, {cases} cases, {survived} got through at once, {} losses, {:.0} s",
            server.version.number,
            scene.requests.len(),
            losses.len(),
            begun.elapsed().as_secs_f64(),
        );
        assert!(losses.is_empty(), "{}", losses.join("\n\n"));
    }
}

/// The faults that a request meets in this run.
fn chosen(number: usize, at: &Asked) -> Vec<(Fault, Lasting)> {
    if is_full() {
        return FAULTS.to_vec();
    }
    // One after the other, so that each kind has its turn: some at a read, more at a write.
    let count = if at.writes() { 2 } else { usize::from(has_turn(number, at)) };
    (0..count).map(|turn| FAULTS[(number * 3 + turn) % FAULTS.len()]).collect()
}

/// Applies over a line that goes wrong at a request.
fn strike(scene: &Scene, number: usize, at: &Asked, fault: Fault, lasting: Lasting) -> Output {
    let waits = [Fault::HangsBefore, Fault::HangsAfter, Fault::DripsForever].contains(&fault);
    // On a busy machine the server itself may be slower than what is to be waited for.
    let patience: &[&str] =
        if waits { &["timeout = 1", "timeout = 3", "timeout = 9", "timeout = 27"] } else { &["timeout = 60"] };
    for timeout in patience {
        scene.begin();
        scene.desk.manifest(timeout);
        match fault {
            Fault::Refused => scene.proxy.close_after(number),
            _ => scene.proxy.fail(at, fault, lasting),
        }
        let output = scene.apply();
        scene.desk.manifest("timeout = 60");
        if scene.proxy.has_struck() {
            return output;
        }
    }
    panic!("{at} does not come")
}
