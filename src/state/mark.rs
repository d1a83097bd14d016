//! The ownership mark: what a row says of who wrote it and what was written.
//!
//! It lies in a place that the remote keeps and does not use. It tells a reader of the row nothing: the digests are keyed
//! with the workspace's id, which only the repository holds. It is bound to the row's id and to the remote's origin, so
//! that a copy of a row (the server's Clone button) and an imported export carry no valid mark.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;

use super::canonical::{canonical_json, hex};
use super::{Field, Fields};

/// The version of the mark's form.
const FORMAT: u32 = 1;

/// How many bytes of an HMAC are kept: 96 bits are enough against accidents, and the key against everything else.
const KEPT_BYTES: usize = 12;

/// The digest of each field as it was last written.
pub type Applied = BTreeMap<Field, String>;

/// The mark of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mark {
    /// Version of this form.
    #[serde(rename = "v")]
    pub format: u32,
    /// Digest of the workspace's id.
    pub workspace: String,
    /// Digest of the id of the row that it was written for.
    pub row: String,
    /// Digest of the origin of the remote that it was written for.
    pub origin: String,
    /// Whether the row is never deleted, even when its file goes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    /// Whether the row was switched off because its file went.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
    /// What was written.
    #[serde(default)]
    pub applied: Applied,
    /// What an apply that has begun is about to write, besides what `applied` holds. Empty once it is through.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pending: BTreeMap<Field, Vec<String>>,
}

/// Whose a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Ours: the mark is this workspace's, for this row on this remote.
    Ours(Mark),
    /// Not ours: no mark, or another workspace's.
    Foreign,
    /// It carries our mark, but one that was written for another row or another remote: a copy.
    Copy,
}

/// The workspace's id as the key of everything that marks hold.
#[derive(Clone)]
pub struct WorkspaceKey {
    /// Keyed once: thousands of fields are hashed with it.
    mac: Hmac<Sha256>,
    workspace: String,
}

impl std::fmt::Debug for WorkspaceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WorkspaceKey(…)")
    }
}

impl WorkspaceKey {
    /// The key of the workspace with that id.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "HMAC takes a key of any length")]
    pub fn new(id: &str) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(id.as_bytes()).expect("HMAC takes a key of any length");
        let mut key = Self { mac, workspace: String::new() };
        key.workspace = key.keyed("workspace", &[]);
        key
    }

    /// Names the workspace without telling its id.
    #[must_use]
    pub fn workspace(&self) -> &str {
        &self.workspace
    }

    /// The digest of a field's value in the row `id`; `None` is the remote's default.
    #[must_use]
    pub fn field(&self, id: &str, field: &Field, value: Option<&Value>) -> String {
        let value = value.map(canonical_json).unwrap_or_default();
        self.keyed("field", &[id, &field.to_string(), &value])
    }

    /// The digests of the fields that are managed, given what they are in the row `id`.
    pub fn applied<'a>(&self, id: &str, managed: impl IntoIterator<Item = &'a Field>, fields: &Fields) -> Applied {
        managed.into_iter().map(|field| (field.clone(), self.field(id, field, fields.get(field)))).collect()
    }

    /// A mark for the row `id` on the remote at `origin`.
    #[must_use]
    pub fn mark(&self, id: &str, origin: &str, protect: bool, applied: Applied) -> Mark {
        Mark {
            format: FORMAT,
            workspace: self.workspace.clone(),
            row: self.keyed("row", &[id]),
            origin: self.keyed("origin", &[origin]),
            protect,
            retired: false,
            applied,
            pending: BTreeMap::new(),
        }
    }

    /// Reads what a row carries at the mark's place.
    #[must_use]
    pub fn ownership(&self, id: &str, origin: &str, raw: Option<&Value>) -> Ownership {
        let Some(mark) = raw.and_then(|raw| Mark::deserialize(raw).ok()) else { return Ownership::Foreign };
        if mark.format != FORMAT || mark.workspace != self.workspace {
            Ownership::Foreign
        } else if mark.row != self.keyed("row", &[id]) || mark.origin != self.keyed("origin", &[origin]) {
            Ownership::Copy
        } else {
            Ownership::Ours(mark)
        }
    }

    /// Vouches for a whole value.
    #[must_use]
    pub fn seal(&self, value: &Value) -> String {
        self.keyed("seal", &[&canonical_json(value)])
    }

    /// Vouches for a whole text.
    #[must_use]
    pub fn seal_text(&self, text: &str) -> String {
        self.keyed("text", &[text])
    }

    /// Vouches for what a row of a remote is.
    #[must_use]
    pub fn claim(&self, origin: &str, id: &str, fingerprint: &str) -> String {
        self.keyed("claim", &[origin, id, fingerprint])
    }

    /// HMAC-SHA256 of a purpose and parts, each with its length in front so that no two lists of parts collide.
    fn keyed(&self, purpose: &str, parts: &[&str]) -> String {
        let mut mac = self.mac.clone();
        for part in std::iter::once(&purpose).chain(parts) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        let bytes = mac.finalize().into_bytes();
        hex(bytes.get(..KEPT_BYTES).unwrap_or(&bytes))
    }
}

impl Mark {
    /// Whether `digest` is what was last written of `field`, or what a begun apply was about to write.
    #[must_use]
    pub fn knows(&self, field: &Field, digest: &str) -> bool {
        self.applied.get(field).is_some_and(|applied| applied == digest)
            || self.pending.get(field).is_some_and(|pending| pending.iter().any(|one| one == digest))
    }

    /// Whether it says exactly this, and nothing is under way.
    #[must_use]
    pub fn says(&self, applied: &Applied, protect: bool, retired: bool) -> bool {
        self.applied == *applied && self.protect == protect && self.retired == retired && self.pending.is_empty()
    }

    /// The mark as it lies in a row.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mark_holds_for_its_row_remote_and_workspace_only() {
        let key = WorkspaceKey::new("0f5e");
        let raw = key.mark("support", "https://a", false, Applied::new()).to_value();
        assert!(matches!(key.ownership("support", "https://a", Some(&raw)), Ownership::Ours(_)));
        assert_eq!(key.ownership("support-clone", "https://a", Some(&raw)), Ownership::Copy);
        assert_eq!(key.ownership("support", "https://b", Some(&raw)), Ownership::Copy);
        assert_eq!(WorkspaceKey::new("other").ownership("support", "https://a", Some(&raw)), Ownership::Foreign);
        assert_eq!(key.ownership("support", "https://a", None), Ownership::Foreign);
        for broken in [json!(null), json!("x"), json!({"v": 1}), json!([1])] {
            assert_eq!(key.ownership("support", "https://a", Some(&broken)), Ownership::Foreign);
        }
    }

    #[test]
    fn a_mark_tells_a_reader_nothing() {
        let key = WorkspaceKey::new("0f5e9a");
        let fields = Fields::from([(Field::Name, json!("Secret project"))]);
        let text = key
            .mark("support", "https://a.example", true, key.applied("support", [&Field::Name], &fields))
            .to_value()
            .to_string();
        for word in ["0f5e9a", "Secret", "a.example", "support"] {
            assert!(!text.contains(word), "{word} is in {text}");
        }
    }

    #[test]
    fn digests_tell_values_fields_and_rows_apart() {
        let key = WorkspaceKey::new("k");
        let base = key.field("a", &Field::Name, Some(&json!("x")));
        assert_ne!(base, key.field("b", &Field::Name, Some(&json!("x"))));
        assert_ne!(base, key.field("a", &Field::System, Some(&json!("x"))));
        assert_ne!(base, key.field("a", &Field::Name, Some(&json!("y"))));
        assert_ne!(base, key.field("a", &Field::Name, None));
        assert_eq!(base, key.field("a", &Field::Name, Some(&json!("x"))));
    }
}
