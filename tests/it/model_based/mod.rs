//! Anything that may happen, in any order: to files, on the remote, and applies between. Plans and rows are at every moment
//! what a simple reference says that they are.
//!
//! The seeds are fixed, so that every run of a commit tries the same; those of failures of before are in `regressions.txt`
//! and are tried first. `MAQUETTE_TESTS=full` tries ten times as many.

mod act;
mod field;
mod reference;
mod world;

use std::time::Instant;

use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::server::exclusive;
use crate::server::is_full;
use act::{Act, acts};
use reference::{OnDrift, Reference};
use world::{Chat, Export, World};

/// Where every run begins.
const SEED: [u8; 32] = *b"the same cases in each run of it";

fn runner(cases: u32) -> TestRunner {
    let cases = if is_full() { cases * 10 } else { cases };
    let config = Config {
        cases,
        max_shrink_iters: 2000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/model_based/regressions.txt"
        )))),
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &SEED))
}

/// Lets everything happen, and at the end an apply that gets through, after which nothing is left to do.
fn agree(world: &dyn World, acts: &[Act]) -> Result<(), TestCaseError> {
    let mut reference = Reference::default();
    for act in acts {
        act.happens(world, &mut reference)?;
        world.agrees(&reference, &format!("after {act:?}"))?;
    }
    Act::Applies(OnDrift::Overwrite, true, None).happens(world, &mut reference)?;
    Act::Applies(OnDrift::Fail, false, None).happens(world, &mut reference)
}

#[test]
fn a_new_model_is_made_also_where_edits_of_others_are_kept() {
    let acts = [Act::Writes("m0", Vec::new()), Act::Applies(OnDrift::Keep, false, None)];
    agree(&Export::new(), &acts).unwrap();
}

#[test]
fn an_export_agrees_with_the_reference() {
    let begun = Instant::now();
    let mut runner = runner(150);
    runner.run(&acts(16), |acts| agree(&Export::new(), &acts)).unwrap_or_else(|error| panic!("{error}"));
    println!("model-based: export: {} cases, {:.0} s", runner.config().cases, begun.elapsed().as_secs_f64());
}

#[test]
fn a_server_agrees_with_the_reference() {
    let server = exclusive();
    let begun = Instant::now();
    let mut runner = runner(16);
    let seeded = server.freeze();
    let vias = proptest::sample::select(vec!["rows", "sync"]);
    let result = runner.run(&(vias, acts(12)), |(via, acts)| {
        server.thaw(&seeded);
        agree(&Chat::new(&server, via), &acts)
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    println!(
        "model-based: {}: {} cases, {:.0} s",
        server.version.number,
        runner.config().cases,
        begun.elapsed().as_secs_f64()
    );
}
