//! The program is killed at every request of an apply.

use std::process::Stdio;
use std::time::Instant;

use super::{Scene, has_turn, ways};
use crate::server::{Asked, Then, aside, is_full};

#[test]
fn no_kill_at_any_request_loses_or_leaks_anything() {
    let server = aside();
    let begun = Instant::now();
    for via in ways() {
        server.restore();
        let scene = Scene::new(&server, via);
        let mut cases = 0;
        let mut losses = Vec::new();
        for (_, at) in scene.requests.iter().enumerate().filter(|(number, at)| has_turn(*number, at)) {
            for &then in chosen(at) {
                cases += 1;
                scene.begin();
                kill(&scene, at, then);
                let mut lost = scene.exposed();
                lost.extend(scene.losses_after_healing());
                losses.extend(lost.iter().map(|loss| format!("{via}: killed at {at}, which then {then:?}: {loss}")));
            }
        }
        println!(
            "kills: {via} on {}: {} requests, {cases} cases, {} losses, {:.0} s",
            server.version.number,
            scene.requests.len(),
            losses.len(),
            begun.elapsed().as_secs_f64(),
        );
        assert!(losses.is_empty(), "{}", losses.join("\n\n"));
    }
}

/// What becomes of the request on the line: for a read it is all the same.
fn chosen(at: &Asked) -> &'static [Then] {
    if at.writes() || is_full() { &[Then::Arrives, Then::Lost] } else { &[Then::Lost] }
}

/// SIGKILL while the request is on the line.
fn kill(scene: &Scene, at: &Asked, then: Then) {
    scene.proxy.hold(at);
    let mut command = scene.command();
    let mut apply = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    scene.proxy.wait();
    apply.kill().unwrap();
    apply.wait().unwrap();
    scene.proxy.release(then);
    scene.proxy.settle();
}
