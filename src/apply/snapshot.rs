//! The state before an apply, as a value: the rows as they were, and what was about to be written to them.
//!
//! A snapshot holds prompts, and whatever else the remote says of the rows: names and addresses of their owners, for
//! one. It holds no token. Its first line is a seal, keyed with the workspace's id, over every byte that follows.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::diff::{Action, Change, Provenance};
use crate::plan::{Counts, Plan};
use crate::remote::Via;
use crate::state::{Field, Observed, WorkspaceKey};

/// The version of the snapshot's form. The first had no seal and did not say what the apply was about to do.
pub(super) const FORMAT: u32 = 2;

/// What stands before the seal.
const OPENING: &str = "{\n  \"seal\": \"";

/// What a snapshot holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot<'a> {
    /// Vouches for every byte that follows it.
    #[serde(default)]
    pub seal: String,
    /// What it is a snapshot of.
    #[serde(flatten)]
    pub head: Head,
    /// Rows as the remote gave them: those that the apply changes, and all where it replaces the whole table.
    pub rows: Vec<Cow<'a, Value>>,
}

/// What a snapshot is of, without its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Head {
    /// Version of this form.
    pub format: u32,
    /// The version of maquette that wrote it.
    #[serde(default)]
    pub maquette: String,
    /// Digest of the workspace's id.
    #[serde(default)]
    pub workspace: String,
    /// The remote's name.
    pub remote: String,
    /// Where it is.
    pub origin: String,
    /// Its version, where it has one.
    #[serde(default)]
    pub version: Option<String>,
    /// Seconds since 1970.
    pub taken_at: u64,
    /// What the apply was about to do.
    #[serde(default)]
    pub plan: Option<Intended>,
    /// Rows that the apply touches and that were not there.
    #[serde(default)]
    pub absent: Vec<String>,
}

/// What an apply was about to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Intended {
    /// The plan's seal.
    pub seal: String,
    /// How it was written.
    pub via: Via,
    /// The command that it was, such as `models off`, where that was not an apply of the files or a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Whether it was a rollback.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rollback: bool,
    /// The rows, in the plan's order.
    pub rows: Vec<IntendedRow>,
}

impl Intended {
    /// How many rows were to be created, updated and deleted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let of = |action| self.rows.iter().filter(|row| row.action == action && !row.retire).count();
        let retire = self.rows.iter().filter(|row| row.retire).count();
        Counts { create: of(Action::Create), update: of(Action::Update), retire, delete: of(Action::Delete) }
    }
}

/// What was about to happen to one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IntendedRow {
    /// The row.
    pub id: String,
    /// What was to happen to it.
    pub action: Action,
    /// Whether it was to be switched off because its file had gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retire: bool,
    /// The keyed digest of every value that a field has while it is being written and after it. It tells our writes from
    /// edits of others.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub writes: BTreeMap<Field, Vec<String>>,
}

/// Why a text is not a snapshot that can be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It is no snapshot, or broken off.
    #[error("it is not a snapshot, or a damaged one: {0}")]
    Damaged(String),
    /// It is of a form that this version does not know.
    #[error("it is a snapshot of format {0}; this version of maquette reads formats up to {FORMAT}")]
    Newer(u64),
    /// It was written before snapshots were sealed.
    #[error("it is of format 1, which carries no seal: nothing vouches for what it holds")]
    Unsealed,
    /// It was written in another workspace.
    #[error("it was written by another workspace")]
    OtherWorkspace,
    /// Its seal does not fit.
    #[error("it was edited or damaged after it was written")]
    Edited,
}

impl<'a> Snapshot<'a> {
    /// What the plan is about to change, or everything where the whole table is replaced.
    pub(super) fn of(plan: &Plan, fresh: &'a Observed, key: &WorkspaceKey, taken_at: u64) -> Self {
        let touched = |id: &str| matches!(plan.via, Via::Sync | Via::File) || plan.preconditions.rows.contains_key(id);
        let absent = plan.preconditions.rows.iter().filter(|(_, row)| row.is_none());
        let head = Head {
            format: FORMAT,
            maquette: env!("CARGO_PKG_VERSION").to_owned(),
            workspace: key.workspace().to_owned(),
            remote: plan.remote.name.clone(),
            origin: plan.remote.origin.clone(),
            version: plan.remote.version.clone(),
            taken_at,
            plan: Some(Intended {
                seal: plan.seal.clone(),
                via: plan.via,
                command: plan.command.clone(),
                rollback: plan.command.is_none() && plan.changes.iter().any(|change| change.restore.is_some()),
                rows: plan.changes.iter().map(|change| intended(change, fresh, key)).collect(),
            }),
            absent: absent.map(|(id, _)| id.clone()).collect(),
        };
        let rows = fresh.rows.values().filter(|row| touched(&row.id)).map(|row| Cow::Borrowed(&row.raw)).collect();
        Self { seal: String::new(), head, rows }
    }

    /// The text of the file, sealed.
    ///
    /// # Errors
    /// If a value has no JSON form.
    pub(super) fn to_text(&self, key: &WorkspaceKey) -> serde_json::Result<String> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        let seal = text.get(OPENING.len()..).map(|rest| key.seal_text(rest)).unwrap_or_default();
        text.insert_str(OPENING.len(), &seal);
        Ok(text)
    }
}

impl Snapshot<'static> {
    /// Reads the text of a file, and makes sure that this workspace wrote it and that nobody changed it since.
    ///
    /// # Errors
    /// [`Flaw`].
    pub fn from_text(text: &str, key: &WorkspaceKey) -> Result<Self, Flaw> {
        let snapshot = Self::unverified(text)?;
        if snapshot.head.format < FORMAT {
            return Err(Flaw::Unsealed);
        }
        if snapshot.head.workspace != key.workspace() {
            return Err(Flaw::OtherWorkspace);
        }
        let sealed = text.strip_prefix(OPENING).and_then(|rest| rest.split_at_checked(snapshot.seal.len()));
        match sealed {
            Some((seal, rest)) if seal == snapshot.seal && key.seal_text(rest) == seal => Ok(snapshot),
            _ => Err(Flaw::Edited),
        }
    }

    /// Reads the text of a file of any form that is known, whoever wrote it.
    ///
    /// # Errors
    /// [`Flaw::Damaged`], [`Flaw::Newer`].
    pub fn unverified(text: &str) -> Result<Self, Flaw> {
        #[derive(Deserialize)]
        struct Form {
            format: u64,
        }
        let damaged = |error: serde_json::Error| Flaw::Damaged(error.to_string());
        let Form { format } = serde_json::from_str(text).map_err(damaged)?;
        if format > u64::from(FORMAT) {
            return Err(Flaw::Newer(format));
        }
        serde_json::from_str(text).map_err(damaged)
    }
}

/// Every value that a field of the row has on the way.
fn intended(change: &Change, fresh: &Observed, key: &WorkspaceKey) -> IntendedRow {
    let mut writes: BTreeMap<Field, Vec<String>> = BTreeMap::new();
    let former = change.moved_from.as_ref().and_then(|former| fresh.rows.get(former));
    for (field, value) in former.into_iter().flat_map(|former| &former.fields) {
        writes.insert(field.clone(), vec![key.field(&change.id, field, Some(value))]);
    }
    let written = change.fields.iter().filter(|field| field.provenance != Provenance::Release);
    for field in written.filter(|_| change.action != Action::Delete) {
        let mut digests = vec![key.field(&change.id, &field.field, field.after.as_ref())];
        if let (Field::Access, Some(Value::Array(before)), Some(Value::Array(after))) =
            (&field.field, &field.before, &field.after)
        {
            // Access is narrowed to what both have before it is widened.
            let both: Vec<&Value> = before.iter().filter(|grant| after.contains(grant)).collect();
            let narrowed = key.field(&change.id, &field.field, Some(&json!(both)));
            if !digests.contains(&narrowed) {
                digests.push(narrowed);
            }
        }
        writes.insert(field.field.clone(), digests);
    }
    IntendedRow { id: change.id.clone(), action: change.action, retire: change.retire, writes }
}

/// Reads what stands before the rows and nothing else: a snapshot may be large. Not verified.
///
/// # Errors
/// [`Flaw::Damaged`], [`Flaw::Newer`].
pub(super) fn read_head(file: impl std::io::Read) -> Result<Head, Flaw> {
    let mut head = None;
    let mut json = serde_json::Deserializer::from_reader(std::io::BufReader::new(file));
    let end = HeadSeed(&mut head).deserialize(&mut json);
    match (head, end) {
        (Some(Ok(head)), _) if head.format <= FORMAT => Ok(head),
        (Some(Ok(head)), _) => Err(Flaw::Newer(u64::from(head.format))),
        (Some(Err(reason)), _) => Err(Flaw::Damaged(reason)),
        (None, Err(error)) => Err(Flaw::Damaged(error.to_string())),
        (None, Ok(())) => Err(Flaw::Damaged("it is empty".into())),
    }
}

/// Puts the head aside as soon as it is read. That the object goes on is then an error of the reader, and no matter.
struct HeadSeed<'h>(&'h mut Option<Result<Head, String>>);

impl<'de> DeserializeSeed<'de> for HeadSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for HeadSeed<'_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a snapshot")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let head = Head::deserialize(MapAccessDeserializer::new(BeforeRows(map)));
        *self.0 = Some(head.map_err(|error| error.to_string()));
        Ok(())
    }
}

/// An object that ends where the rows begin.
struct BeforeRows<A>(A);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for BeforeRows<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let Some(key) = self.0.next_key::<String>()? else { return Ok(None) };
        if key == "rows" {
            return Ok(None);
        }
        seed.deserialize(serde::de::value::StringDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.0.next_value_seed(seed)
    }
}

/// The JSON Schema of a snapshot.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Snapshot<'static>)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{Changes, FieldChange, Restore};
    use crate::plan::{Basis, Policy, plan};
    use crate::project::RemoteKind;
    use crate::remote::Identity;
    use crate::remote::open_webui::observe_row;
    use crate::state::{Applied, Intent};

    fn key() -> WorkspaceKey {
        WorkspaceKey::new("0123456789abcdef")
    }

    fn observed(rows: &[Value]) -> Observed {
        let rows = rows.iter().map(|row| observe_row(row.clone()).unwrap());
        Observed { rows: rows.map(|row| (row.id.clone(), row)).collect(), ..Observed::default() }
    }

    fn change(id: &str, action: Action, fields: Vec<FieldChange>) -> Change {
        Change {
            fields,
            ..serde_json::from_value(json!({ "id": id, "action": action, "applied": Applied::new() })).unwrap()
        }
    }

    fn field(field: Field, before: Option<Value>, after: Option<Value>) -> FieldChange {
        FieldChange { field, provenance: Provenance::Local, before, after }
    }

    fn planned(changes: Vec<Change>, observed: &Observed, via: Via) -> Plan {
        let remote = Identity { name: "chat".into(), kind: RemoteKind::OpenWebui, origin: "https://chat".into() };
        let basis = Basis {
            remote: &remote,
            observed,
            intent: &Intent::default(),
            references: &std::collections::BTreeSet::new(),
            key: &key(),
            sources: "",
        };
        let changes = Changes { rows: changes, ..Changes::default() };
        plan(changes, (via, String::new()), &Policy::default(), &basis)
    }

    fn rows() -> Vec<Value> {
        vec![
            json!({"id": "a", "name": "Größe \u{1f984}\u{0}", "meta": {"odd": [1.50, null, 1e300]}, "params": {}, "access_grants": []}),
            json!({"id": "b", "name": "B", "meta": {}, "params": {}, "access_grants": []}),
        ]
    }

    fn text(via: Via) -> String {
        let observed = observed(&rows());
        let name = field(Field::Name, Some(json!("x")), Some(json!("y")));
        let changes = vec![change("a", Action::Update, vec![name]), change("new", Action::Create, vec![])];
        let plan = planned(changes, &observed, via);
        Snapshot::of(&plan, &observed, &key(), 7).to_text(&key()).unwrap()
    }

    #[test]
    fn a_snapshot_is_read_back_as_it_was_written() {
        let snapshot = Snapshot::from_text(&text(Via::Rows), &key()).unwrap();
        assert_eq!(snapshot.rows, [Cow::<Value>::Owned(rows().remove(0))]);
        assert_eq!((snapshot.head.taken_at, snapshot.head.absent.as_slice()), (7, &["new".to_owned()][..]));
        let plan = snapshot.head.plan.as_ref().unwrap();
        assert_eq!(plan.counts(), Counts { create: 1, update: 1, ..Counts::default() });
        assert!(!plan.rollback);
        assert_eq!(read_head(text(Via::Rows).as_bytes()).unwrap(), snapshot.head);
        // The whole table where it is replaced as a whole.
        for via in [Via::Sync, Via::File] {
            assert_eq!(Snapshot::from_text(&text(via), &key()).unwrap().rows.len(), 2);
        }
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let whole = text(Via::Rows);
        for at in 0..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] = if bytes[at] == b' ' { b'\t' } else { b' ' };
            let Ok(edited) = String::from_utf8(bytes) else { continue };
            assert!(Snapshot::from_text(&edited, &key()).is_err(), "byte {at}: {edited}");
        }
        for end in 0..whole.len() {
            if let Some(cut) = whole.get(..end) {
                assert!(Snapshot::from_text(cut, &key()).is_err(), "cut at {end}");
            }
        }
        assert_eq!(Snapshot::from_text(&format!("{whole} "), &key()), Err(Flaw::Edited));
    }

    #[test]
    fn what_cannot_be_relied_on_is_named() {
        let whole = text(Via::Rows);
        let read = |text: &str| Snapshot::from_text(text, &key()).unwrap_err();
        assert_eq!(Snapshot::from_text(&whole, &WorkspaceKey::new("another")), Err(Flaw::OtherWorkspace));
        assert_eq!(read(&whole.replacen("\"format\": 2", "\"format\": 3", 1)), Flaw::Newer(3));
        assert_eq!(read("{\"format\": 99, \"odd\": true}"), Flaw::Newer(99));
        assert_eq!(read(&whole.replacen("\"seal\": \"", "\"seal\": \"0", 1)), Flaw::Edited);
        assert_eq!(
            read(&whole.replacen("\"y\"", "\"z\"", 1).replacen("\"B\"", "\"C\"", 1).replacen("Gr", "gr", 1)),
            Flaw::Edited
        );
        assert!(matches!(read(&whole[..whole.len() / 2]), Flaw::Damaged(_)));
        assert!(matches!(read(""), Flaw::Damaged(_)));
        assert!(matches!(read("[]"), Flaw::Damaged(_)));
        let first = r#"{"format": 1, "remote": "r", "origin": "o", "version": null, "taken_at": 5, "rows": [{"id": "a"}], "absent": ["b"]}"#;
        assert_eq!(read(first), Flaw::Unsealed);
        assert_eq!(Snapshot::unverified(first).unwrap().head.absent, ["b"]);
        assert_eq!(read_head(first.as_bytes()).unwrap().taken_at, 5);
    }

    #[test]
    fn the_head_is_read_without_the_rows() {
        let whole = text(Via::Rows);
        let rows = whole.rfind("\"rows\"").unwrap();
        // Whatever comes after the key of the rows is not looked at.
        assert!(read_head(&whole.as_bytes()[..rows + 9]).is_ok());
        assert!(read_head(&whole.as_bytes()[..rows - 20]).is_err());
        assert!(matches!(read_head(&b""[..]), Err(Flaw::Damaged(_))));
        assert!(matches!(read_head(&b"[]"[..]), Err(Flaw::Damaged(_))));
        assert!(matches!(read_head(&b"{\"rows\": []}"[..]), Err(Flaw::Damaged(_))));
        assert_eq!(read_head(whole.replacen("\"format\": 2", "\"format\": 3", 1).as_bytes()), Err(Flaw::Newer(3)));
    }

    #[test]
    fn every_value_on_the_way_is_known() {
        let key = key();
        let digest = |field: &Field, value: Value| key.field("a", field, Some(&value));
        let (before, after) = (json!(["read group:a", "read user:b"]), json!(["read user:b", "read user:c"]));
        let fields = vec![
            field(Field::Name, Some(json!("x")), None),
            field(Field::Access, Some(before.clone()), Some(after.clone())),
            FieldChange { provenance: Provenance::Release, ..field(Field::System, Some(json!("s")), Some(json!("s"))) },
        ];
        let row = intended(&change("a", Action::Update, fields), &Observed::default(), &key);
        assert_eq!(row.writes.keys().collect::<Vec<_>>(), [&Field::Name, &Field::Access]);
        assert_eq!(row.writes[&Field::Name], [key.field("a", &Field::Name, None)]);
        assert_eq!(
            row.writes[&Field::Access],
            [digest(&Field::Access, after), digest(&Field::Access, json!(["read user:b"]))]
        );
        let gone = change("a", Action::Delete, vec![field(Field::Name, Some(json!("x")), None)]);
        assert!(intended(&gone, &Observed::default(), &key).writes.is_empty());
        // Access that is only widened has no value between.
        let widened = field(Field::Access, Some(json!(["read user:b"])), Some(before));
        let row = intended(&change("a", Action::Update, vec![widened]), &Observed::default(), &key);
        assert_eq!(row.writes[&Field::Access].len(), 2, "what it was, and what it becomes");
    }

    #[test]
    fn a_renamed_row_takes_its_former_fields_along() {
        let observed =
            observed(&[json!({"id": "old", "name": "Old", "params": {"seed": 1}, "meta": {}, "access_grants": []})]);
        let mut renamed = change("new", Action::Create, vec![field(Field::Name, None, Some(json!("New")))]);
        renamed.moved_from = Some("old".into());
        let row = intended(&renamed, &observed, &key());
        let seed = Field::Param("seed".into());
        assert_eq!(row.writes[&seed], [key().field("new", &seed, Some(&json!(1)))]);
        assert_eq!(row.writes[&Field::Name], [key().field("new", &Field::Name, Some(&json!("New")))]);
    }

    #[test]
    fn a_rollback_is_told_from_an_apply() {
        let observed = observed(&rows());
        let mut restored = change("a", Action::Update, vec![]);
        restored.restore = Some(Restore::default());
        let plan = planned(vec![restored], &observed, Via::Rows);
        assert!(Snapshot::of(&plan, &observed, &key(), 0).head.plan.unwrap().rollback);
    }
}
