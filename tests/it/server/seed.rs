//! What every test server holds before a test starts, made through its API.

use reqwest::Method;
use serde_json::{Value, json};

use super::api::{self, Account};
use super::models::control;
use super::process::Process;
use super::{Access, Server, Version};

/// A base model that everybody may use: it has a row, of the second administrator's.
pub(crate) const OPEN_BASE: &str = "echo.small";
/// A base model without a row: only administrators may use it, and presets on it.
pub(crate) const CLOSED_BASE: &str = "echo.large";
/// Another base model without a row, for tests that give it one.
pub(crate) const BARE_BASE: &str = "echo.tiny";
/// A tool, a filter, an action and a skill, by id.
pub(crate) const TOOL: &str = "clock";
pub(crate) const FILTER: &str = "polite";
pub(crate) const ACTION: &str = "copy_answer";
pub(crate) const SKILL: &str = "tone";
/// Groups: a usual name, one with a comma, and one that two groups have.
pub(crate) const SUPPORT: &str = "Support";
pub(crate) const SALES: &str = "Sales, EMEA";
pub(crate) const TWINS: &str = "Twins";
/// Knowledge collections: a name that two have, and one that says what names may hold.
pub(crate) const HANDBOOK: &str = "Handbook";
pub(crate) const KNOWLEDGE: &str = "Größe & Maß 日本";
/// Presets of the second administrator, which no plan of ours may touch: one full of odd things, one plain and private.
pub(crate) const FOREIGN: &str = "foreign/odd:1";
pub(crate) const FOREIGN_PRIVATE: &str = "foreign-private";

/// The ids that the server gave to what it knows by name.
pub(crate) struct Seed {
    pub(crate) support: String,
    pub(crate) sales: String,
    pub(crate) twins: [String; 2],
    pub(crate) handbooks: [String; 2],
    pub(crate) knowledge: String,
    /// The rows of the model table, as they were created.
    rows: Vec<Value>,
}

const PASSWORD: &str = "correct horse battery";

/// Starts a server and seeds it.
pub(super) fn start(version: Version) -> Server {
    let process = Process::start(version);
    let url = process.url().to_owned();
    let post = |token: Option<&str>, path: &str, body: Value| {
        api::send(Method::POST, &format!("{url}{path}"), token, Some(&body))
            .unwrap_or_else(|refused| panic!("{path}: {refused:?}\n{}", process.log_tail()))
    };

    // The first to sign up becomes the administrator, who adds the others.
    let person = |name, email| json!({"name": name, "email": email, "password": PASSWORD});
    let account = |name, email, answer: &Value| Account { id: id(answer), name, email, token: text(answer, "token") };
    let first = post(None, "/api/v1/auths/signup", person("Ada Admin", "ada@example.com"));
    let mut admin = account("Ada Admin", "ada@example.com", &first);
    let add = |name, email, role: &str| {
        let mut body = person(name, email);
        body["role"] = json!(role);
        account(name, email, &post(Some(&admin.token), "/api/v1/auths/add", body))
    };
    let mut second_admin = add("Grace Second", "grace@example.com", "admin");
    let user = add("Una User", "una@example.com", "user");
    let stranger = add("Sam Stranger", "sam@example.com", "user");
    for admin in [&mut admin, &mut second_admin] {
        admin.token = text(&post(Some(&admin.token), "/api/v1/auths/api_key", json!({})), "api_key");
    }

    let make = |path: &str, body: Value| id(&post(Some(&admin.token), path, body));
    let group = |name| make("/api/v1/groups/create", json!({"name": name, "description": ""}));
    let support = group(SUPPORT);
    let members = format!("/api/v1/groups/id/{support}/users/add");
    post(Some(&admin.token), &members, json!({"user_ids": [user.id]}));
    let (sales, twins) = (group(SALES), [group(TWINS), group(TWINS)]);

    let functions = [
        ("echo", include_str!("seed/echo.py")),
        (FILTER, include_str!("seed/polite.py")),
        (ACTION, include_str!("seed/copy_answer.py")),
    ];
    for (name, source) in functions {
        make(
            "/api/v1/functions/create",
            json!({"id": name, "name": name, "content": source, "meta": {"description": ""}}),
        );
        post(Some(&admin.token), &format!("/api/v1/functions/id/{name}/toggle"), json!({}));
    }
    let source = include_str!("seed/clock.py");
    make("/api/v1/tools/create", json!({"id": TOOL, "name": "Clock", "content": source, "meta": {"description": ""}}));
    if version.has_skills() {
        make("/api/v1/skills/create", json!({"id": SKILL, "name": "Tone", "description": "", "content": "Be kind."}));
    }
    let knowledge = |name| make("/api/v1/knowledge/create", json!({"name": name, "description": ""}));
    let (handbooks, knowledge) = ([knowledge(HANDBOOK), knowledge(HANDBOOK)], knowledge(KNOWLEDGE));

    let rows = rows(&support);
    let seed = Seed { support, sales, twins, handbooks, knowledge, rows };
    let server = Server { process, version, url, admin, second_admin, user, stranger, seed };
    server.restore();
    server
}

/// The rows of the model table, all of the second administrator's.
fn rows(support: &str) -> Vec<Value> {
    let everybody = json!({"principal_type": "user", "principal_id": "*", "permission": "read"});
    let member = |permission| json!({"principal_type": "group", "principal_id": support, "permission": permission});
    vec![
        json!({
            "id": OPEN_BASE, "base_model_id": null, "name": "Echo small", "params": {},
            "meta": {"description": "An override of a base model"}, "access_grants": [everybody],
        }),
        json!({
            "id": FOREIGN, "base_model_id": OPEN_BASE, "name": "Foreign \u{1f984}",
            "params": {"system": "You are odd.", "temperature": 0.1, "stop": ["END"], "custom_params": {"odd": "1"}},
            "meta": {
                "profile_image_url": "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACADs=",
                "description": "Made by hand", "capabilities": {"vision": false}, "tags": [{"name": "By hand"}],
                "hidden": true, "odd": {"nested": {"nothing": null, "list": [1, null, {"x": 0.1}]}},
            },
            "access_grants": [member("read"), member("write")],
        }),
        json!({
            "id": FOREIGN_PRIVATE, "base_model_id": OPEN_BASE, "name": "Private", "params": {}, "meta": {},
            "access_grants": [],
        }),
    ]
}

impl Server {
    /// Puts the model table back to the seed: what a test added goes, what it changed or deleted is made anew.
    pub(crate) fn restore(&self) {
        let seeded = |row: &Value| self.seed.rows.iter().any(|seed| self.holds(seed, row));
        let (kept, other): (Vec<Value>, Vec<Value>) = self.all_models().into_iter().partition(seeded);
        for row in other {
            self.delete_model(&self.admin, &id(&row)).unwrap();
        }
        for seed in self.seed.rows.iter().filter(|seed| !kept.iter().any(|row| row["id"] == seed["id"])) {
            self.create_model(&self.second_admin, seed.clone()).unwrap();
        }
        self.refresh_registry();
    }

    /// Whether a row is still what the seed says of it.
    fn holds(&self, seed: &Value, row: &Value) -> bool {
        // The server adds keys that are null to `meta`, and the older ones an image.
        let meta = |row: &Value| {
            let mut meta = row["meta"].as_object().unwrap().clone();
            meta.retain(|_, value| !value.is_null() && value != "/static/favicon.png");
            meta
        };
        ["id", "base_model_id", "name", "params"].iter().all(|&key| seed[key] == row[key])
            && row["user_id"] == self.second_admin.id.as_str()
            && row["is_active"] == true
            && meta(seed) == meta(row)
            && match self.version.access {
                Access::Control => control(&seed["access_grants"]) == row["access_control"],
                Access::Grants | Access::GrantsApart => grants(seed) == grants(row),
            }
    }
}

/// Who may do what, sorted.
fn grants(row: &Value) -> Vec<[&str; 3]> {
    let keys = ["principal_type", "principal_id", "permission"];
    let mut grants: Vec<_> = row["access_grants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|grant| keys.map(|key| grant[key].as_str().unwrap()))
        .collect();
    grants.sort_unstable();
    grants
}

fn id(answer: &Value) -> String {
    text(answer, "id")
}

fn text(answer: &Value, key: &str) -> String {
    answer[key].as_str().unwrap_or_else(|| panic!("no {key} in {answer}")).to_owned()
}
