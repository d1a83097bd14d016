//! Changes become requests. Pure: what is shown is what is sent.

use serde_json::{Map, Value, json};

use super::super::{Call, Error, Method, Stage, Step, Via, Writing};
use super::access::{self, Grants};
use super::capabilities::{AccessForm, Capabilities, Ids, Sync};
use super::client::{by_id, endpoint, query};
use super::import;
use super::restore::{final_mark, with_fields};
use super::row::{observe_row, set_mark, without_unwritable};
use crate::diff::{Action, Change, Provenance};
use crate::state::{Field, Mark, Observed, ObservedRow, Ownership, WorkspaceKey};

/// The requests for `changes`.
pub(super) fn render(
    capabilities: &Capabilities,
    origin: &str,
    changes: &[Change],
    fresh: &Observed,
    writing: &Writing<'_>,
) -> Result<Vec<Step>, Error> {
    if let Some(reason) = capabilities.unsound(writing.via) {
        return Err(Error::Unsound { via: writing.via, reason: reason.to_owned() });
    }
    let at_once = match writing.via {
        Via::Sync => capabilities.sync == Sync::WithGrants,
        Via::Rows | Via::Import | Via::File => capabilities.access == AccessForm::Control,
    };
    let blank =
        changes.iter().find(|change| change.action != Action::Delete && change.id.contains(char::is_whitespace));
    if let Some(change) = blank.filter(|_| capabilities.ids == Ids::WithoutBlanks) {
        let reason = "its id has a blank in it, which this version refuses; it can only be deleted";
        return Err(Error::Inexpressible { id: change.id.clone(), reason: reason.into() });
    }
    let renderer = Renderer { fresh, key: writing.key, origin, access: capabilities.access, at_once };
    let rows = changes.iter().map(|change| renderer.row(change)).collect::<Result<Vec<_>, _>>()?;
    let mut steps: Vec<Step> = match writing.via {
        Via::Rows | Via::File => rows.into_iter().flat_map(RowSteps::into_steps).collect(),
        Via::Import => import::steps(rows),
        Via::Sync => sync_steps(rows, fresh)?,
    };
    steps.sort_by_key(|step| step.stage);
    Ok(steps)
}

struct Renderer<'a> {
    fresh: &'a Observed,
    key: &'a WorkspaceKey,
    origin: &'a str,
    access: AccessForm,
    /// Content and access are written in one commit, so nothing has to be staged.
    at_once: bool,
}

/// What happens to one row.
pub(super) struct RowSteps {
    pub(super) id: String,
    action: Action,
    /// Steps before the content is written.
    before: Vec<Step>,
    /// The row as it is right before its content is written, and as it is then.
    write: Option<(Option<ObservedRow>, ObservedRow)>,
    /// When its content is written.
    stage: Stage,
    /// Steps after it.
    after: Vec<Step>,
}

impl Renderer<'_> {
    fn row(&self, change: &Change) -> Result<RowSteps, Error> {
        match change.action {
            Action::Create => self.create(change),
            Action::Update => self.update(change),
            Action::Delete => self.delete(change),
        }
    }

    fn create(&self, change: &Change) -> Result<RowSteps, Error> {
        if self.fresh.rows.contains_key(&change.id) {
            return Err(Error::Moved { id: change.id.clone() });
        }
        let former = change.moved_from.as_ref().and_then(|former| self.fresh.rows.get(former));
        let mut raw = former.map_or_else(|| blank_row(&change.id, self.access), |former| former.raw.clone());
        set_key(&mut raw, "id", json!(change.id));
        let raw = self.patched(&raw, change);
        let row = marked(in_form(raw, self.access), final_mark(change, self.key, self.origin))?;
        Ok(RowSteps { write: Some((None, row)), ..RowSteps::of(change) })
    }

    fn delete(&self, change: &Change) -> Result<RowSteps, Error> {
        let row = self.fresh(&change.id)?;
        let step = Step {
            stage: Stage::Delete,
            title: format!("delete {}", change.id),
            expects: vec![(change.id.clone(), Some(row.fingerprint()))],
            rests_on: Vec::new(),
            promises: vec![(change.id.clone(), None)],
            whole_table: false,
            call: post(endpoint::DELETE, by_id(&change.id)),
        };
        Ok(RowSteps { after: vec![step], ..RowSteps::of(change) })
    }

    fn update(&self, change: &Change) -> Result<RowSteps, Error> {
        let found = self.fresh(&change.id)?;
        let access =
            change.fields.iter().find(|field| field.field == Field::Access && field.provenance != Provenance::Release);
        let old = access::from_canonical(found.get(&Field::Access));
        let new = access.map_or_else(|| old.clone(), |change| access::from_canonical(change.after.as_ref()));
        let narrow: Grants = old.intersection(&new).cloned().collect();
        let (narrows, widens) = (narrow != old, narrow != new);

        let mut steps = RowSteps::of(change);
        if self.at_once {
            let row = marked(self.patched(&found.raw, change), final_mark(change, self.key, self.origin))?;
            steps.write = Some((Some(found.clone()), row));
            // Among the rows those that only lose access still come first, and those that only gain it last.
            steps.stage = match (narrows, widens) {
                (true, false) => Stage::Narrow,
                (false, true) => Stage::Widen,
                (true, true) | (false, false) => Stage::Write,
            };
            return Ok(steps);
        }

        let hash = |grants: &Grants| self.key.field(&change.id, &Field::Access, Some(&access::to_canonical(grants)));
        let mut current = found.clone();
        if narrows && widens {
            // Neither what was nor what will be: the mark says beforehand that it may be met.
            let mut mark = self.old_mark(&current, change);
            mark.pending.insert(Field::Access, vec![hash(&narrow), hash(&new)]);
            let next = marked(current.raw.clone(), Some(mark.to_value()))?;
            steps.before.push(content_step(
                Stage::Announce,
                format!("announce the change of access to {}", change.id),
                &current,
                &next,
            ));
            current = next;
        }
        if narrows {
            let next = with_access(&current, &narrow)?;
            steps.before.push(access_step(
                Stage::Narrow,
                format!("take access to {}", change.id),
                &current,
                &next,
                &narrow,
            ));
            current = next;
        }
        let last = final_mark(change, self.key, self.origin);
        let mark = if widens {
            let mut mark = self.key.mark(&change.id, self.origin, change.protect, change.applied.clone());
            mark.applied.insert(Field::Access, hash(&narrow));
            mark.pending.insert(Field::Access, vec![hash(&new)]);
            Some(mark.to_value())
        } else {
            last.clone()
        };
        let content = change.fields.iter().filter(|field| field.field != Field::Access);
        let next = marked(with_fields(&current.raw, change, content, &self.fresh.catalogue), mark)?;
        steps.write = Some((Some(current), next.clone()));
        if widens {
            let open = with_access(&next, &new)?;
            steps.after.push(access_step(Stage::Widen, format!("give access to {}", change.id), &next, &open, &new));
            let sealed = marked(open.raw.clone(), last)?;
            steps.after.push(content_step(Stage::Seal, format!("note the access to {}", change.id), &open, &sealed));
        }
        Ok(steps)
    }

    fn fresh(&self, id: &str) -> Result<&ObservedRow, Error> {
        self.fresh.rows.get(id).ok_or_else(|| Error::Moved { id: id.to_owned() })
    }

    fn patched(&self, raw: &Value, change: &Change) -> Value {
        let fields = change.fields.iter().filter(|field| field.provenance != Provenance::Release);
        with_fields(raw, change, fields, &self.fresh.catalogue)
    }

    /// The mark that the row has; an empty one for a row that is being claimed.
    fn old_mark(&self, row: &ObservedRow, change: &Change) -> Mark {
        match self.key.ownership(&row.id, self.origin, row.mark.as_ref()) {
            Ownership::Ours(mark) => mark,
            Ownership::Foreign | Ownership::Copy => {
                self.key.mark(&row.id, self.origin, change.protect, crate::state::Applied::new())
            }
        }
    }
}

/// The row with its access in that form: one from a snapshot may be of before the server's update.
fn in_form(mut raw: Value, form: AccessForm) -> Value {
    if let Some(row) = raw.as_object_mut()
        && access::form_of(row) != Some(form)
    {
        let grants = access::of_row(row);
        row.retain(|key, _| key != AccessForm::Control.key() && key != AccessForm::Grants.key());
        row.insert(form.key().into(), access::to_form(&grants, form));
    }
    raw
}

/// The row with that mark.
fn marked(mut raw: Value, mark: Option<Value>) -> Result<ObservedRow, Error> {
    set_mark(&mut raw, mark);
    observed(raw)
}

impl RowSteps {
    /// Nothing yet.
    fn of(change: &Change) -> Self {
        Self {
            id: change.id.clone(),
            action: change.action,
            before: Vec::new(),
            write: None,
            stage: Stage::Write,
            after: Vec::new(),
        }
    }

    /// Whether the row is new.
    pub(super) fn creates(&self) -> bool {
        self.created().is_some()
    }

    /// The row as it is created.
    pub(super) fn created(&self) -> Option<&ObservedRow> {
        self.write.as_ref().filter(|(before, _)| before.is_none()).map(|(_, after)| after)
    }

    pub(super) fn into_steps(self) -> Vec<Step> {
        let write = self.write.map(|(before, after)| match before {
            None => Step {
                stage: self.stage,
                title: format!("create {}", self.id),
                expects: vec![(self.id.clone(), None)],
                rests_on: Vec::new(),
                promises: vec![(self.id.clone(), Some(after.fingerprint()))],
                whole_table: false,
                call: post(endpoint::CREATE, form(&after.raw)),
            },
            Some(before) => content_step(self.stage, format!("update {}", self.id), &before, &after),
        });
        self.before.into_iter().chain(write).chain(self.after).collect()
    }
}

/// All content in one request: the union of everything on the server with what changes.
fn sync_steps(rows: Vec<RowSteps>, fresh: &Observed) -> Result<Vec<Step>, Error> {
    let mut table: indexmap::IndexMap<&str, (Option<String>, Option<&ObservedRow>)> =
        fresh.rows.iter().map(|(id, row)| (id.as_str(), (Some(row.fingerprint()), Some(row)))).collect();
    for row in &rows {
        match (&row.write, row.action) {
            (Some((before, after)), _) => {
                table.insert(&row.id, (before.as_ref().map(ObservedRow::fingerprint), Some(after)));
            }
            (None, _) => {
                if let Some(entry) = table.get_mut(row.id.as_str()) {
                    entry.1 = None;
                }
            }
        }
    }
    let models: Vec<Value> = table.values().filter_map(|(_, row)| *row).map(sync_row).collect();
    if models.is_empty() {
        // `{"models": []}` deletes every row on every version; it is never sent.
        return Err(Error::Unsound { via: Via::Sync, reason: "no row would be left".into() });
    }
    let id = |id: &&str| (*id).to_owned();
    let sync = Step {
        stage: Stage::Write,
        title: format!("sync {} rows in one transaction", models.len()),
        expects: table.iter().map(|(name, (before, _))| (id(name), before.clone())).collect(),
        rests_on: Vec::new(),
        promises: table.iter().map(|(name, (_, row))| (id(name), row.map(ObservedRow::fingerprint))).collect(),
        whole_table: true,
        call: post(endpoint::SYNC, json!({ "models": models })),
    };
    drop(table);
    let mut steps: Vec<Step> = Vec::with_capacity(rows.len());
    for row in rows {
        steps.extend(row.before);
        if row.action != Action::Delete {
            steps.extend(row.after);
        }
    }
    steps.push(sync);
    Ok(steps)
}

/// A row as the sync endpoint takes it: complete, with grants in the full form.
fn sync_row(row: &ObservedRow) -> Value {
    let grants = access::from_canonical(row.get(&Field::Access));
    let mut raw = without_unwritable(&row.raw);
    if let Some(map) = raw.as_object_mut() {
        map.insert("access_grants".into(), access::to_full_grants(&grants, &row.id));
        // Required by the endpoint; it keeps owners and times of rows that exist (0.12.0 and newer).
        map.entry("user_id").or_insert_with(|| json!(""));
        map.entry("created_at").or_insert_with(|| json!(0));
        map.entry("updated_at").or_insert_with(|| json!(0));
        map.retain(|key, _| SYNC_KEYS.contains(&key.as_str()));
    }
    raw
}

const SYNC_KEYS: [&str; 10] = [
    "id",
    "user_id",
    "base_model_id",
    "name",
    "params",
    "meta",
    "access_grants",
    "is_active",
    "created_at",
    "updated_at",
];

/// A row as create, update and import take it: complete, because what is left out means different things on different
/// versions. Access stays in the form that the row has: another is ignored, and 0.7 and older take that for public.
pub(super) fn form(raw: &Value) -> Value {
    let raw = without_unwritable(raw);
    let key = |key: &str| raw.get(key).cloned();
    let mut form = Map::new();
    form.insert("id".into(), json!(key("id")));
    form.insert("base_model_id".into(), json!(key("base_model_id")));
    form.insert("name".into(), json!(key("name")));
    form.insert("params".into(), key("params").unwrap_or_else(|| json!({})));
    form.insert("meta".into(), key("meta").unwrap_or_else(|| json!({})));
    if let Some(row) = raw.as_object()
        && let Some(kind) = access::form_of(row)
    {
        let value = match kind {
            // As it was found: this form may hold more than is known of it.
            AccessForm::Control => key(kind.key()).unwrap_or_default(),
            AccessForm::Grants => access::to_grants(&access::of_row(row)),
        };
        form.insert(kind.key().into(), value);
    }
    form.insert("is_active".into(), key("is_active").unwrap_or(json!(true)));
    Value::Object(form)
}

fn content_step(stage: Stage, title: String, before: &ObservedRow, after: &ObservedRow) -> Step {
    let path = format!("{}?{}", endpoint::UPDATE, query(&[("id", &after.id)]));
    row_step(stage, title, before, after, post(&path, form(&after.raw)))
}

fn access_step(stage: Stage, title: String, before: &ObservedRow, after: &ObservedRow, grants: &Grants) -> Step {
    let body = json!({ "id": after.id, "access_grants": access::to_grants(grants) });
    row_step(stage, title, before, after, post(endpoint::ACCESS, body))
}

fn row_step(stage: Stage, title: String, before: &ObservedRow, after: &ObservedRow, call: Call) -> Step {
    Step {
        stage,
        title,
        expects: vec![(before.id.clone(), Some(before.fingerprint()))],
        rests_on: Vec::new(),
        promises: vec![(after.id.clone(), Some(after.fingerprint()))],
        whole_table: false,
        call,
    }
}

fn with_access(row: &ObservedRow, grants: &Grants) -> Result<ObservedRow, Error> {
    let mut raw = row.raw.clone();
    set_key(&mut raw, AccessForm::Grants.key(), access::to_grants(grants));
    observed(raw)
}

fn observed(raw: Value) -> Result<ObservedRow, Error> {
    observe_row(raw).ok_or_else(|| Error::Inexpressible { id: String::new(), reason: "it has no id".into() })
}

fn set_key(raw: &mut Value, key: &str, value: Value) {
    if let Some(map) = raw.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

/// A new row before anything is said of it: private.
pub(in crate::remote) fn blank_row(id: &str, access: AccessForm) -> Value {
    let mut row = Map::new();
    row.insert("id".into(), json!(id));
    row.insert("base_model_id".into(), Value::Null);
    row.insert("name".into(), json!(""));
    row.insert("params".into(), json!({}));
    row.insert("meta".into(), json!({}));
    row.insert(access.key().into(), access::to_form(&Grants::new(), access));
    row.insert("is_active".into(), json!(true));
    Value::Object(row)
}

pub(super) fn post(path: &str, body: Value) -> Call {
    Call::Http { method: Method::Post, path: path.to_owned(), body }
}
