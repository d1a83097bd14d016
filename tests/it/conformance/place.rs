//! Where a sequence runs: an export file or a server, a workspace on it, and what can be seen of its rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::MutexGuard;

use serde_json::{Map, Value, json};

use super::case::Act;
use crate::project::{Output, Project};
use crate::server::{Server, Version, exclusive_of, is_quick};

/// The columns that everybody may see move on rows that no file speaks of, by the way of writing.
fn moves(way: &str) -> &'static [&'static str] {
    match way {
        // The sync endpoint touches every row that it is sent, and it has to be sent every row (seen on 0.12.4).
        "sync" => &["updated_at"],
        _ => &[],
    }
}

/// What cases need to know of a place before they are made.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    /// The server's version; `None` for an export file.
    pub(super) version: Option<Version>,
}

impl Facts {
    pub(super) fn is_file(&self) -> bool {
        self.version.is_none()
    }

    /// The minor version, of the newest for an export file.
    pub(super) fn minor(&self) -> u32 {
        self.version.unwrap_or_else(Version::newest).minor()
    }

    pub(super) fn name(&self) -> &'static str {
        self.version.map_or("file", |version| version.name)
    }

    /// Every sound way of writing that this run goes.
    pub(super) fn ways(&self) -> &'static [&'static str] {
        match self.version {
            None => &["file"],
            Some(version) if version.minor() >= 12 => &["rows", "import", "sync"],
            // `apply::import` compares what an import makes with what row by row does, on each version.
            Some(_) if is_quick() => &["rows"],
            Some(_) => &["rows", "import"],
        }
    }
}

/// A workspace whose one remote is an export file or a server.
pub(super) struct Place {
    pub(super) facts: Facts,
    way: &'static str,
    pub(super) project: Project,
    server: Option<MutexGuard<'static, Server>>,
    /// What the ids of groups and people stand for.
    names: BTreeMap<String, String>,
}

/// Every row of a place, in the form of its table.
pub(super) type Rows = BTreeMap<String, Value>;

const MANIFEST: &str = r#"[workspace]
name = "acme"
id = "0123456789abcdef0123456789abcdef"

[guard]
max-deletes = "100%"
max-updates = "100%"

[remotes.place]
"#;

impl Place {
    /// A place with nothing but rows of others in it.
    pub(super) fn new(facts: Facts, way: &'static str) -> Self {
        let mut project = Project::new();
        let server = facts.version.map(exclusive_of);
        let mut names = BTreeMap::new();
        if let Some(server) = &server {
            let port = server.url.rsplit_once(':').unwrap().1;
            project.env(format!("MAQUETTE_TOKEN_127_0_0_1_{port}"), &server.admin.token);
            project.manifest(&format!("{MANIFEST}kind = \"open-webui\"\nurl = \"{}\"\n", server.url));
            let seed = &server.seed;
            let accounts = [&server.admin, &server.second_admin, &server.user, &server.stranger];
            names.extend(accounts.map(|account| (account.id.clone(), account.email.to_owned())));
            let known =
                [(&seed.support, "Support"), (&seed.sales, "Sales, EMEA"), (&seed.knowledge, "Größe & Maß 日本")];
            names.extend(known.map(|(id, name)| (id.clone(), name.to_owned())));
        } else {
            project.manifest(&format!("{MANIFEST}kind = \"file\"\npath = \"export.json\"\n"));
            project.file("export.json", others().to_string());
        }
        Self { facts, way, project, server, names }
    }

    /// The way of writing.
    pub(super) fn way(&self) -> &'static str {
        self.way
    }

    /// `maquette apply` without a question.
    pub(super) fn apply(&self, arguments: &[&str]) -> Output {
        self.run(&["apply", "--auto-approve"], arguments)
    }

    /// `maquette plan`.
    pub(super) fn plan(&self, arguments: &[&str]) -> Output {
        self.run(&["plan"], arguments)
    }

    /// The changes that a plan finds, a line each, sorted: `create a`, `delete b`, and for an update a line a field:
    /// `update c: name (drift)`.
    pub(super) fn planned(&self) -> Vec<String> {
        let mut lines = self.plan(&["--format", "json"]).planned();
        lines.sort();
        lines
    }

    /// The server, where it is one.
    pub(super) fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    fn run(&self, command: &[&str], arguments: &[&str]) -> Output {
        // An export file is written in one way only, and takes no word on it.
        let via: &[&str] = if self.facts.is_file() { &[] } else { &["--via", self.way] };
        self.project.run(&[command, via, arguments].concat())
    }

    /// Writes or removes the file of a model.
    pub(super) fn file(&self, id: &str, text: Option<&str>) {
        let name: String =
            id.chars().map(|c| if c.is_ascii_alphanumeric() { c.into() } else { format!("_{:x}", c as u32) }).collect();
        let name = format!("{name:.80}.Modelfile");
        match text {
            Some(text) => drop(self.project.file(name, text)),
            None => fs::remove_file(self.project.path().join(name)).unwrap(),
        }
    }

    /// Lets somebody do something.
    pub(super) fn act(&self, act: &Act) {
        match &self.server {
            Some(server) => on_server(server, act, &self.names),
            None => self.in_file(act),
        }
    }

    /// Does in the export what a person would with an editor of text.
    fn in_file(&self, act: &Act) {
        let Value::Array(mut rows) = serde_json::from_str(&self.project.read("export.json")).unwrap() else {
            panic!("no list")
        };
        let at = rows.iter().position(|row| row["id"] == act.subject());
        let row = at.map(|at| &mut rows[at]);
        match act {
            Act::Edit(_, edit) => edit(row.unwrap()),
            Act::Grant(_, grants) => row.unwrap()["access_grants"] = written(grants, &self.names),
            Act::Toggle(_) => {
                let row = row.unwrap();
                row["is_active"] = json!(row["is_active"] != true);
            }
            Act::Delete(_) => drop(rows.remove(at.unwrap())),
            Act::Clone(_, copy) => {
                let mut row = row.unwrap().clone();
                row["id"] = json!(copy);
                rows.push(row);
            }
            Act::Create(new) => {
                let mut new = new.clone();
                new["is_active"] = json!(true);
                rows.push(new);
            }
            Act::Leave(_, pointer, value) => leave(row.unwrap(), pointer, value),
            Act::Rename(_, id) => row.unwrap()["id"] = json!(id),
        }
        self.project.file("export.json", Value::Array(rows).to_string());
    }

    /// Every row as it lies in the table, or in the file.
    pub(super) fn rows(&self) -> Rows {
        if let Some(server) = &self.server {
            return server.database().snapshot();
        }
        let Value::Array(rows) = serde_json::from_str(&self.project.read("export.json")).unwrap() else {
            panic!("no list")
        };
        rows.into_iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row)).collect()
    }

    /// How many versions each row has, where the server keeps them.
    pub(super) fn versions(&self) -> Vec<Value> {
        self.server.as_ref().map_or_else(Vec::new, |server| server.database().history_sizes())
    }

    /// What a row says, in the one form in which cases expect it.
    pub(super) fn view(&self, row: &Value) -> Value {
        let mut meta = row["meta"].as_object().cloned().unwrap_or_default();
        meta.shift_remove("maquette");
        if let Some(Value::Object(capabilities)) = meta.get_mut("capabilities") {
            // What the editor fills in: a capability that is not named is on, but for one.
            capabilities.retain(|name, on| !on.is_null() && *on != json!(name != "usage"));
        }
        if let Some(Value::Array(items)) = meta.get_mut("knowledge") {
            for item in items {
                item["id"] = json!(self.name(item["id"].as_str().unwrap()));
            }
        }
        meta.retain(|_, value| !matches!(value, Value::Null) && !is_empty(value) && value != "/static/favicon.png");
        json!({
            "base": row["base_model_id"], "name": row["name"], "active": row["is_active"] == true || row["is_active"] == 1,
            "params": row["params"], "meta": meta, "access": self.access(row), "owner": self.owner(row),
        })
    }

    /// What a row is whose case says nothing of it.
    pub(super) fn plain(id: &str) -> Map<String, Value> {
        let row = json!({
            "base": "echo.small", "name": id, "active": true, "params": {}, "meta": {}, "access": [],
            "owner": "ada@example.com",
        });
        row.as_object().unwrap().clone()
    }

    /// Who may use a model: `read group:Support`, sorted.
    fn access(&self, row: &Value) -> Vec<String> {
        let grants: Vec<[String; 3]> = if self.server.is_some() {
            let texts = row["grants"].as_array().unwrap().iter().map(|grant| grant.as_str().unwrap());
            texts
                .map(|text| {
                    let (principal, permission) = text.rsplit_once(':').unwrap();
                    let (kind, id) = principal.split_once(':').unwrap();
                    [kind, id, permission].map(str::to_owned)
                })
                .collect()
        } else {
            let keys = ["principal_type", "principal_id", "permission"];
            let grants = row["access_grants"].as_array().into_iter().flatten();
            grants.map(|grant| keys.map(|key| grant[key].as_str().unwrap().to_owned())).collect()
        };
        let texts = grants.iter().map(|[kind, id, permission]| format!("{permission} {kind}:{}", self.name(id)));
        texts.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whose the row is. An export file does not care.
    fn owner(&self, row: &Value) -> Value {
        match &self.server {
            Some(_) => json!(self.name(row["user_id"].as_str().unwrap())),
            None => Value::Null,
        }
    }

    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }

    /// What differs between two looks, a line each, but for the rows that `of` names and the columns that this way moves.
    pub(super) fn changes(&self, before: &Rows, after: &Rows, of: &BTreeSet<&str>) -> Vec<String> {
        let mut changes = crate::server::changes(before, after);
        changes.retain(|change| {
            let moves = moves(self.way).iter().any(|column| change.contains(&format!(": {column}: ")));
            let names = of.iter().any(|id| change.strip_prefix(*id).is_some_and(|rest| rest.starts_with(": ")));
            !moves && !names
        });
        changes
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty) || value == ""
}

/// Does what the other administrator does in the browser.
fn on_server(server: &Server, act: &Act, names: &BTreeMap<String, String>) {
    let grace = &server.second_admin;
    match act {
        Act::Edit(id, edit) => drop(server.edit_model(grace, id, edit)),
        Act::Grant(id, grants) => drop(server.grant(grace, id, &written(grants, names)).unwrap()),
        Act::Toggle(id) => drop(server.toggle_model(grace, id)),
        Act::Delete(id) => drop(server.delete_model(grace, id).unwrap()),
        Act::Clone(id, copy) => drop(server.clone_model(grace, id, copy)),
        Act::Create(row) => drop(server.create_model(grace, row.clone()).unwrap()),
        Act::Leave(id, pointer, value) => {
            let mut row = server.database().model(id).unwrap();
            leave(&mut row, pointer, value);
            let column = pointer.split('/').nth(1).unwrap();
            server.tamper_column(id, column, &row[column]);
        }
        Act::Rename(from, id) => server.tamper_column(from, "id", &json!(id)),
    }
}

/// Grants in the form in which a page sends them.
fn written(grants: &[&str], names: &BTreeMap<String, String>) -> Value {
    let id = |name: &str| {
        let known = names.iter().find(|(_, known)| *known == name);
        known.map_or_else(|| name.to_owned(), |(id, _)| id.clone())
    };
    let grant = |text: &&str| {
        let (permission, principal) = text.split_once(' ').unwrap();
        let (kind, name) = principal.split_once(':').unwrap();
        json!({"principal_type": kind, "principal_id": id(name), "permission": permission})
    };
    grants.iter().map(grant).collect()
}

/// Puts a value into a row at a pointer.
fn leave(row: &mut Value, pointer: &str, value: &Value) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    row.pointer_mut(parent).unwrap()[key] = value.clone();
}

/// Rows of others in an export.
fn others() -> Value {
    json!([
        {
            "id": "foreign/odd:1", "base_model_id": "echo.small", "name": "Foreign \u{1f984}", "is_active": true,
            "params": {"system": "You are odd.", "stop": ["END"], "custom_params": {"odd": "1"}},
            "meta": {
                "profile_image_url": "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACADs=", "hidden": true,
                "odd": {"nested": {"nothing": null, "list": [1, null, {"x": 0.1}]}},
            },
            "access_grants": [{"principal_type": "group", "principal_id": "Support", "permission": "read"}],
            "user_id": "grace", "created_at": 1, "updated_at": 2, "unheard_of": [1.5, null],
        },
        {"id": "foreign-private", "name": "Private", "meta": "no object", "params": null, "access_grants": []},
    ])
}
