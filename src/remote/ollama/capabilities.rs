//! What each version of Ollama can do. Everything that depends on a version is a column here.
//!
//! Seen on a real 0.33.0; the boundaries before it are read in the code of the releases. `docs/ollama-facts.md` says which
//! is which.

use super::super::version::Version;
use crate::state::Part;

/// One range of versions.
#[derive(Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The first version.
    pub from: Version,
    /// The first version that this row no longer speaks of.
    pub before: Version,
    /// Whether these versions were ever looked at. Newer ones get the rules of the newest row, and are written only when a
    /// person names them.
    pub known: bool,
    /// What they take and hand back of what was not always there.
    pub parts: &'static [Part],
    /// Whether FROM the name of a model in Ollama's cloud makes a model that stands for it.
    pub cloud: bool,
    /// What is filled in for a model whose weights are of an architecture and that says neither renderer nor parser:
    /// architecture, renderer, parser, stop.
    pub filled_in: &'static [FilledIn],
}

/// What a server fills in by itself.
#[derive(Debug, PartialEq, Eq)]
pub struct FilledIn {
    /// `general.architecture` of the weights.
    pub architecture: &'static str,
    /// The renderer.
    pub renderer: &'static str,
    /// The parser.
    pub parser: &'static str,
    /// The stop string, where the create request has none.
    pub stop: Option<&'static str>,
}

/// As of 0.33.0 (`createModel` in `server/create.go`).
const FILLED_IN: &[FilledIn] = &[
    FilledIn { architecture: "gemma4", renderer: "gemma4", parser: "gemma4", stop: Some("<turn|>") },
    FilledIn { architecture: "laguna", renderer: "laguna", parser: "laguna", stop: None },
    FilledIn { architecture: "nemotron_h", renderer: "nemotron-3-nano", parser: "nemotron-3-nano", stop: None },
    FilledIn { architecture: "nemotron_h_moe", renderer: "nemotron-3-nano", parser: "nemotron-3-nano", stop: None },
    FilledIn { architecture: "nemotron_h_omni", renderer: "nemotron-3-nano", parser: "nemotron-3-nano", stop: None },
];

const V0_5_5: Capabilities = Capabilities {
    from: Version(0, 5, 5),
    before: Version(0, 12, 0),
    known: true,
    parts: &[],
    cloud: false,
    filled_in: &[],
};

const V0_12: Capabilities = Capabilities {
    from: Version(0, 12, 0),
    before: Version(0, 14, 0),
    parts: &[Part::Renderer, Part::Parser],
    ..V0_5_5
};

const V0_14: Capabilities = Capabilities {
    from: Version(0, 14, 0),
    before: Version(0, 30, 0),
    parts: &[Part::Renderer, Part::Parser, Part::Requires],
    ..V0_12
};

const V0_30: Capabilities = Capabilities {
    from: Version(0, 30, 0),
    before: Version(0, 34, 0),
    parts: &[Part::Renderer, Part::Parser, Part::Requires, Part::Draft],
    cloud: true,
    filled_in: FILLED_IN,
    ..V0_14
};

/// Every version from the oldest supported one on, without a gap; the last row speaks of what is not known yet.
pub static TABLE: &[Capabilities] = &[
    V0_5_5,
    V0_12,
    V0_14,
    V0_30,
    Capabilities { from: Version(0, 34, 0), before: Version(u32::MAX, 0, 0), known: false, ..V0_30 },
];

/// The versions that are written without asking, for people.
pub const SUPPORTED: &str = "Ollama 0.5.5 to 0.33";

/// The row of the table for a version; none if it is older than all of them, or no version.
#[must_use]
pub fn of(version: &str) -> Option<&'static Capabilities> {
    let version = Version::parse(version)?;
    TABLE.iter().find(|row| row.from <= version && version < row.before)
}

/// The first version that takes a part; none if all of them do, or none does.
#[must_use]
pub fn since(part: Part) -> Option<Version> {
    TABLE.iter().find(|row| row.parts.contains(&part)).map(|row| row.from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_no_gap_and_names_what_is_supported() {
        for pair in TABLE.windows(2) {
            assert_eq!(pair[0].before, pair[1].from);
        }
        let known: Vec<_> = TABLE.iter().filter(|row| row.known).collect();
        let Version(major, minor, _) = known.last().unwrap().before;
        assert_eq!(SUPPORTED, format!("Ollama {} to {major}.{}", known[0].from, minor - 1));
        assert_eq!(TABLE.len(), known.len() + 1);
    }

    #[test]
    fn versions_find_their_row() {
        for (version, from) in [
            ("0.5.4", None),
            ("0.0.0", None),
            ("", None),
            ("main", None),
            ("0.5.5", Some("0.5.5")),
            ("0.11.11", Some("0.5.5")),
            ("0.12.0-rc0", Some("0.12.0")),
            ("0.13.5", Some("0.12.0")),
            ("0.14.0", Some("0.14.0")),
            ("0.33.0-rc2", Some("0.30.0")),
            ("v0.33.7", Some("0.30.0")),
            ("0.34.0", Some("0.34.0")),
            ("1.0", Some("0.34.0")),
        ] {
            assert_eq!(of(version).map(|row| row.from.to_string()).as_deref(), from, "{version}");
        }
    }
}
