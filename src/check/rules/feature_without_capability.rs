//! `feature-without-capability`

use std::collections::HashMap;

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::directive::{CAPABILITIES, FEATURES};
use crate::source::Location;

/// FEATURES switches on what CAPABILITIES switches off.
pub(super) static RULE: Rule = Rule {
    name: "feature-without-capability",
    code: "MF543",
    level: Severity::Warning,
    firm: false,
    summary: "FEATURES switches on what CAPABILITIES switches off.",
    docs: include_str!("feature_without_capability.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let mut off: HashMap<&str, Location> = HashMap::new();
    for statement in context.document.all(&CAPABILITIES) {
        let Value::Switches(switches) = &statement.value else { continue };
        off.extend(
            switches
                .iter()
                .filter(|switch| !switch.value.on)
                .map(|switch| (switch.value.name.as_str(), switch.location)),
        );
    }
    for statement in context.document.all(&FEATURES) {
        let Value::List(features) = &statement.value else { continue };
        for feature in features {
            let Some(&place) = off.get(feature.value.as_str()) else { continue };
            reporter.push(
                Diagnostic::new(
                    "feature-without-capability",
                    feature.location,
                    format!("`{}` is on by default, and switched off", feature.value),
                )
                .also(place, "it is switched off here")
                .help("remove one of them"),
            );
        }
    }
}
