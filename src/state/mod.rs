//! The domain: models and their fields, what files want of them, what a remote has of them.
//!
//! Both sides of a diff are the same thing: [`Field`]s with canonical JSON values. Normalisation happens when a row is
//! observed or an intent is bound, never later. No I/O here, and no wire format.

mod behind;
mod canonical;
mod claims;
mod field;
mod intent;
mod mark;
mod observed;
mod unbound;

pub use behind::{Behind, Node};
pub use canonical::{canonical_json, digest, normalise};
pub(crate) use canonical::{hex, hex_prefix};
pub use claims::{Claim, Claims, ClaimsError};
pub use field::{Field, ParseFieldError, Part};
pub use intent::{Base, Desired, DesiredRow, Intent, LocalFiles, ModelIntent, Wanted};
pub use mark::{Applied, Mark, Ownership, WorkspaceKey};
pub use observed::{Catalogue, Entry, Observed, ObservedRow, Reference, ReferenceKind, Settings, View};
pub use unbound::{Audience, Phrase, Unbound};

use std::collections::BTreeMap;

use serde_json::Value;

/// A model's fields in canonical form. A field that is missing has the remote's default.
pub type Fields = BTreeMap<Field, Value>;
