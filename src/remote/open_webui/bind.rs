//! Names become ids and values take the server's canonical form. Pure.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::access::{self, Grants};
use super::row::canonical;
use crate::diagnostic::{Diagnostic, closest};
use crate::ir::{AccessRule, KnowledgeItem, KnowledgeKind, Level, Principal, parameter};
use crate::project;
use crate::source::Located;
use crate::state::{
    Base, Catalogue, Desired, DesiredRow, Entry, Field, Fields, Intent, ModelIntent, Observed, ObservedRow, Reference,
    ReferenceKind, Wanted,
};

/// Names that differ on a remote: by kind, the name in the files and the name there.
pub type NameMaps = BTreeMap<ReferenceKind, BTreeMap<String, String>>;

/// The names that the manifest maps for a remote.
#[must_use]
pub fn name_maps(settings: &project::Remote) -> NameMaps {
    let maps = [
        (ReferenceKind::Base, &settings.bases),
        (ReferenceKind::Group, &settings.groups),
        (ReferenceKind::User, &settings.users),
        (ReferenceKind::Knowledge, &settings.knowledge),
        (ReferenceKind::Tool, &settings.tools),
        (ReferenceKind::Filter, &settings.filters),
        (ReferenceKind::Action, &settings.actions),
        (ReferenceKind::Skill, &settings.skills),
    ];
    maps.into_iter().map(|(kind, names)| (kind, names.clone())).collect()
}

/// What binding depends on besides the intent and what was read.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// Names that differ on this remote.
    pub names: &'a NameMaps,
    /// Whether names can be looked up. If not, they are kept as written, and that is reported once.
    pub checked: bool,
}

/// Binds an intent. A model with a finding at error level is bound as far as it goes; the caller stops at the finding.
#[must_use]
pub fn bind(intent: &Intent, observed: &Observed, rules: &Rules<'_>) -> (Desired, Vec<Diagnostic>) {
    let mut binder = Binder {
        catalogue: &observed.catalogue,
        rows: &observed.rows,
        found: None,
        rules,
        findings: Vec::new(),
        references: BTreeSet::new(),
        unchecked: BTreeSet::new(),
    };
    let rows = intent.models.values().map(|model| (model.id.value.clone(), binder.row(model))).collect();
    binder.findings.extend(unchecked(&binder.unchecked));
    (Desired { rows, references: binder.references }, binder.findings)
}

/// The field under the server's own name. `None` where the server has no such thing: a rule of `check` says so.
fn own_field(field: &Field) -> Option<Field> {
    match field {
        Field::Param(name) => {
            let key = parameter::find(name).map_or(Some(name.as_ref()), |known| known.open_webui)?;
            Some(Field::Param(key.to_owned().into()))
        }
        Field::Part(_) => None,
        other => Some(other.clone()),
    }
}

/// The names that could not be looked up, in one finding of no particular place: there are as many as there are files.
fn unchecked(names: &BTreeSet<String>) -> Option<Diagnostic> {
    let mut shown: Vec<String> = names.iter().take(3).map(|name| format!("`{name}`")).collect();
    if names.len() > shown.len() {
        shown.push(format!("{} more", names.len() - shown.len()));
    }
    let last = shown.pop()?;
    let names = if shown.is_empty() { last } else { format!("{} and {last}", shown.join(", ")) };
    let message = format!("this remote has nothing to look names up in; kept as written: {names}");
    Some(Diagnostic::unplaced("unchecked-reference", message))
}

struct Binder<'a> {
    catalogue: &'a Catalogue,
    rows: &'a IndexMap<String, ObservedRow>,
    /// The row that is being bound, if it is there.
    found: Option<&'a ObservedRow>,
    rules: &'a Rules<'a>,
    findings: Vec<Diagnostic>,
    references: BTreeSet<Reference>,
    unchecked: BTreeSet<String>,
}

impl<'a> Binder<'a> {
    fn row(&mut self, model: &ModelIntent) -> DesiredRow {
        self.found = self.rows.get(&model.id.value);
        let mut fields: BTreeMap<Field, Option<Value>> = BTreeMap::new();
        let base = match &model.base {
            Base::On(base) => self.base(&self.here(ReferenceKind::Base, base)).map(Value::from),
            Base::Own => {
                self.base(&model.id);
                None
            }
        };
        fields.insert(Field::Base, base);
        for (field, wanted) in &model.fields {
            let Some(field) = own_field(field) else { continue };
            let value = self.value(&field, wanted);
            fields.insert(field, value);
        }
        let initial = Fields::from([(Field::Name, json!(model.id.value)), (Field::Access, json!([]))]);
        DesiredRow {
            fields,
            initial,
            free: BTreeSet::new(),
            whole: false,
            protect: model.protect,
            moved: model.moved.iter().map(|id| id.value.clone()).collect(),
            location: model.id.location,
            path: model.path.clone(),
        }
    }

    fn value(&mut self, field: &Field, wanted: &Located<Wanted>) -> Option<Value> {
        let value = match &wanted.value {
            Wanted::Default => return None,
            Wanted::Json(value) => value.clone(),
            Wanted::Access(rules) => self.access(rules),
            Wanted::Knowledge(items) => items.iter().filter_map(|item| self.knowledge(item)).collect(),
            Wanted::Ids(kind, ids) => {
                ids.iter().filter_map(|id| self.by_id(*kind, &self.here(*kind, id))).map(Value::from).collect()
            }
        };
        canonical(field, value)
    }

    /// The name as this remote knows it.
    fn here(&self, kind: ReferenceKind, name: &Located<String>) -> Located<String> {
        let mapped = self.rules.names.get(&kind).and_then(|names| names.get(&name.value));
        mapped.map_or_else(|| name.clone(), |here| Located::new(here.clone(), name.location))
    }

    /// The base model's id: as written, or with the tag that Ollama leaves out.
    fn base(&mut self, name: &Located<String>) -> Option<String> {
        let Some(entries) = self.lookup(ReferenceKind::Base, &name.value) else {
            return Some(name.value.clone());
        };
        let latest = format!("{}:latest", name.value);
        let found = entries
            .iter()
            .find(|entry| entry.id == name.value)
            .or_else(|| entries.iter().find(|entry| entry.id == latest));
        if let Some(entry) = found {
            // The server finds the one with the tag, too: a row that says it without is left as it is.
            let id = if self.holds(ReferenceKind::Base, &name.value) { &name.value } else { &entry.id };
            return Some(self.refer(ReferenceKind::Base, &name.value, id));
        }
        self.gone("unknown-base", ReferenceKind::Base, name, entries)
    }

    fn access(&mut self, rules: &[AccessRule]) -> Value {
        let mut grants = Grants::new();
        for rule in rules {
            match rule {
                AccessRule::Private => {}
                AccessRule::Public => drop(grants.insert(access::public())),
                AccessRule::Grant { level, principals } => {
                    for principal in principals {
                        let Some((kind, id)) = self.principal(principal) else { continue };
                        // Write stands beside read, as the server's own page writes it: there one does not include the other.
                        if *level == Level::Write {
                            grants.insert(("write".into(), kind.into(), id.clone()));
                        }
                        grants.insert(("read".into(), kind.into(), id));
                    }
                }
            }
        }
        access::to_canonical(&grants)
    }

    fn principal(&mut self, principal: &Located<Principal>) -> Option<(&'static str, String)> {
        let located = |name: &str| Located::new(name.to_owned(), principal.location);
        match &principal.value {
            // Everybody, beside others.
            Principal::UserId(id) if id == "*" => Some(("user", id.clone())),
            Principal::GroupId(id) => Some(("group", self.exact(ReferenceKind::Group, "unknown-group", &located(id))?)),
            Principal::UserId(id) => Some(("user", self.exact(ReferenceKind::User, "unknown-user", &located(id))?)),
            Principal::User(email) => Some(("user", self.user(&self.here(ReferenceKind::User, &located(email)))?)),
            Principal::Group(name) => {
                let here = self.here(ReferenceKind::Group, &located(name));
                let id = self.by_name(ReferenceKind::Group, "unknown-group", "ambiguous-group", &here, "group-id:")?;
                Some(("group", id))
            }
        }
    }

    /// A user by e-mail address, which the server keeps in lower case.
    fn user(&mut self, email: &Located<String>) -> Option<String> {
        let Some(entries) = self.lookup(ReferenceKind::User, &email.value) else {
            return Some(email.value.clone());
        };
        if let Some(entry) = entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(&email.value)) {
            return Some(self.refer(ReferenceKind::User, &email.value, &entry.id));
        }
        self.findings.push(unknown_name("unknown-user", ReferenceKind::User, email, entries));
        None
    }

    fn knowledge(&mut self, item: &Located<KnowledgeItem>) -> Option<Value> {
        let (kind, word) = match item.value.kind {
            KnowledgeKind::Collection => (ReferenceKind::Knowledge, "collection"),
            KnowledgeKind::File => (ReferenceKind::File, "file"),
            KnowledgeKind::Note => (ReferenceKind::Note, "note"),
        };
        let name = self.here(kind, &Located::new(item.value.name.clone(), item.location));
        let id = match self.catalogue.of(kind).and_then(|entries| entries.iter().find(|entry| entry.id == name.value)) {
            Some(entry) => self.refer(kind, &name.value, &entry.id.clone()),
            None => self.by_name(kind, "unknown-knowledge", "ambiguous-knowledge", &name, "")?,
        };
        Some(if item.value.full {
            json!({ "type": word, "id": id, "context": "full" })
        } else {
            json!({ "type": word, "id": id })
        })
    }

    /// Something that is named by id only, of a kind that the server may call differently.
    fn by_id(&mut self, kind: ReferenceKind, id: &Located<String>) -> Option<String> {
        let (rule, word) = match kind {
            ReferenceKind::Filter => ("unknown-filter", Some("filter")),
            ReferenceKind::Action => ("unknown-action", Some("action")),
            ReferenceKind::Skill => ("unknown-skill", None),
            _ => ("unknown-tool", None),
        };
        let Some(entries) = self.lookup(kind, &id.value) else { return Some(id.value.clone()) };
        if let Some(entry) = entries.iter().find(|entry| entry.id == id.value) {
            let other = entry.kind.as_deref().zip(word).filter(|(is, wanted)| is != wanted).map(|(is, _)| is);
            if let Some(other) = other.filter(|_| !self.holds(kind, &id.value)) {
                let message = format!("`{}` is a function of the kind `{other}`, not {}", id.value, kind.noun());
                self.findings.push(Diagnostic::new("wrong-function-kind", id.location, message));
                return None;
            }
        }
        self.exact(kind, rule, id)
    }

    /// The entry with exactly that id.
    fn exact(&mut self, kind: ReferenceKind, rule: &'static str, id: &Located<String>) -> Option<String> {
        let Some(entries) = self.lookup(kind, &id.value) else { return Some(id.value.clone()) };
        if entries.iter().any(|entry| entry.id == id.value) {
            return Some(self.refer(kind, &id.value, &id.value));
        }
        self.gone(rule, kind, id, entries)
    }

    /// Something that is not there. A row that refers to it already may go on doing so.
    fn gone(
        &mut self,
        rule: &'static str,
        kind: ReferenceKind,
        id: &Located<String>,
        entries: &[Entry],
    ) -> Option<String> {
        if !self.holds(kind, &id.value) {
            self.findings.push(unknown_name(rule, kind, id, entries));
            return None;
        }
        let message = format!("the model refers to the {} `{}`, which the server does not have", kind.noun(), id.value);
        let finding = Diagnostic::new("dangling-reference", id.location, message);
        self.findings.push(finding.help("take it out here to take it out there, or bring it back on the server"));
        Some(id.value.clone())
    }

    /// Whether the row that is there refers to that id already.
    fn holds(&self, kind: ReferenceKind, id: &str) -> bool {
        self.found.is_some_and(|row| refers(row, kind, id))
    }

    /// The one entry with that name.
    fn by_name(
        &mut self,
        kind: ReferenceKind,
        unknown: &'static str,
        ambiguous: &'static str,
        name: &Located<String>,
        id_prefix: &str,
    ) -> Option<String> {
        let Some(entries) = self.lookup(kind, &name.value) else { return Some(name.value.clone()) };
        let matching: Vec<&Entry> = entries.iter().filter(|entry| entry.name == name.value).collect();
        match matching.as_slice() {
            [one] => Some(self.refer(kind, &name.value, &one.id)),
            // A group's id is written as one; that of knowledge may stand where its name would.
            [] if kind != ReferenceKind::Group => self.gone(unknown, kind, name, entries),
            [] => {
                self.findings.push(unknown_name(unknown, kind, name, entries));
                None
            }
            several => {
                let ids: Vec<String> = several.iter().map(|entry| format!("`{id_prefix}{}`", entry.id)).collect();
                let message = format!("{} {}s have the name `{}`", several.len(), kind.noun(), name.value);
                let help = format!("name one by its id: {}", ids.join(" or "));
                self.findings.push(Diagnostic::new(ambiguous, name.location, message).help(help));
                None
            }
        }
    }

    /// The entries of a kind; where it cannot be looked up, `None`, and the name is noted.
    fn lookup(&mut self, kind: ReferenceKind, name: &str) -> Option<&'a [Entry]> {
        let entries = self.catalogue.of(kind).filter(|_| self.rules.checked);
        if entries.is_none() {
            self.unchecked.insert(name.to_owned());
        }
        entries
    }

    fn refer(&mut self, kind: ReferenceKind, name: &str, id: &str) -> String {
        self.references.insert(Reference { kind, name: name.to_owned(), id: id.to_owned() });
        id.to_owned()
    }
}

/// Whether a row refers to the thing with that id. A base model's own row refers to that model.
fn refers(row: &ObservedRow, kind: ReferenceKind, id: &str) -> bool {
    let list = |field: &Field| row.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let meta = |key: &'static str| list(&Field::Meta(key.into()));
    let grants = |kind: &str| {
        let of = format!(" {kind}:{id}");
        list(&Field::Access).iter().filter_map(Value::as_str).any(|grant| grant.strip_suffix(&of).is_some())
    };
    let knows = |kind: &str| {
        let of = |item: &Value, key: &str, value: &str| item.get(key).is_some_and(|is| is == value);
        meta("knowledge").iter().any(|item| of(item, "type", kind) && of(item, "id", id))
    };
    match kind {
        ReferenceKind::Base => match row.get(&Field::Base) {
            Some(base) => base == id,
            None => row.id == id,
        },
        ReferenceKind::Group => grants("group"),
        ReferenceKind::User => grants("user"),
        ReferenceKind::Knowledge => knows("collection"),
        ReferenceKind::File => knows("file"),
        ReferenceKind::Note => knows("note"),
        ReferenceKind::Tool => meta("toolIds").iter().any(|one| one == id),
        ReferenceKind::Filter => meta("filterIds").iter().any(|one| one == id),
        ReferenceKind::Action => meta("actionIds").iter().any(|one| one == id),
        ReferenceKind::Skill => meta("skillIds").iter().any(|one| one == id),
    }
}

fn unknown_name(rule: &'static str, kind: ReferenceKind, name: &Located<String>, entries: &[Entry]) -> Diagnostic {
    let finding = Diagnostic::new(rule, name.location, format!("the server has no {} `{}`", kind.noun(), name.value));
    let known = entries.iter().flat_map(|entry| [entry.id.as_str(), entry.name.as_str()]);
    match closest(&name.value, known) {
        Some(close) => {
            let entry = entries.iter().find(|entry| entry.id == close || entry.name == close);
            match entry.filter(|entry| entry.name == close && entry.id != close && is_by_id(kind)) {
                Some(entry) => finding.help(format!("did you mean `{}`, which is called `{close}`?", entry.id)),
                None => finding.help(format!("did you mean `{close}`?")),
            }
        }
        None if entries.is_empty() => finding.help(format!("it has no {} at all", kind.noun())),
        None => finding,
    }
}

fn is_by_id(kind: ReferenceKind) -> bool {
    matches!(
        kind,
        ReferenceKind::Base
            | ReferenceKind::Tool
            | ReferenceKind::Filter
            | ReferenceKind::Action
            | ReferenceKind::Skill
    )
}
