//! `[snapshots]` of the manifest.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::Deserialize;

/// How many snapshots of each remote are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The newest ones (default 50). An apply never removes its own, nor one of an apply that was ended midway.
    #[serde(default = "fifty")]
    pub keep: NonZeroU32,
    /// Those of the last days (default: however old).
    #[serde(default, rename = "keep-days")]
    pub keep_days: Option<NonZeroU32>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { keep: fifty(), keep_days: None }
    }
}

fn fifty() -> NonZeroU32 {
    const { NonZeroU32::new(50).expect("50 is not 0") }
}
