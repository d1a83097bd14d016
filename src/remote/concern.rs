//! What a plan would leave behind that somebody should know of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that the changes of a plan would leave dangling, or out of its readers' reach.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Concern {
    /// A stable word for it.
    pub code: String,
    /// The model that it is about.
    pub id: String,
    /// What would be.
    pub message: String,
    /// What would mend it.
    pub help: String,
}
