//! Models of a server, read and written as its own pages do it.

use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Access, Account, Answer, Server, editor};

impl Server {
    /// One row as the API shows it, to the administrator.
    pub(crate) fn model(&self, id: &str) -> Answer {
        self.get(&self.admin, &model_path(id))
    }

    /// Every row, presets and overrides, as the API shows them to the administrator.
    pub(crate) fn all_models(&self) -> Vec<Value> {
        let paths: &[_] = if self.version.lists_all() { &["all"] } else { &["export", "base"] };
        let list = |path| match self.get(&self.admin, &format!("/api/v1/models/{path}")).unwrap() {
            Value::Array(rows) => rows,
            other => panic!("not a list: {other}"),
        };
        paths.iter().flat_map(list).collect()
    }

    /// Creates a row from a body that holds at least `id`, `name`, `params` and `meta`; its `access_grants` take the form of
    /// the version.
    pub(crate) fn create_model(&self, account: &Account, mut body: Value) -> Answer {
        if self.version.access == Access::Control
            && let Some(grants) = body.as_object_mut().unwrap().shift_remove("access_grants")
        {
            body["access_control"] = control(&grants);
        }
        self.post(account, "/api/v1/models/create", body)
    }

    /// Imports rows as the Models page does; their `access_grants` take the form of the version.
    pub(crate) fn import_models(&self, account: &Account, mut rows: Vec<Value>) -> Answer {
        for row in &mut rows {
            if self.version.access == Access::Control
                && let Some(grants) = row.as_object_mut().unwrap().shift_remove("access_grants")
            {
                row["access_control"] = control(&grants);
            }
        }
        self.post(account, "/api/v1/models/import", json!({ "models": rows }))
    }

    /// Deletes a row.
    pub(crate) fn delete_model(&self, account: &Account, id: &str) -> Answer {
        self.post(account, "/api/v1/models/model/delete", json!({"id": id}))
    }

    /// Replaces who may use a model, by the grants of the newer versions.
    pub(crate) fn grant(&self, account: &Account, id: &str, grants: &Value) -> Answer {
        if self.version.access == Access::Control {
            let mut row = self.get(account, &model_path(id))?;
            row["access_control"] = control(grants);
            return self.post(account, "/api/v1/models/model/update", row);
        }
        self.post(account, "/api/v1/models/model/access/update", json!({"id": id, "access_grants": grants}))
    }

    /// Somebody opens a model in the editor, changes something and saves.
    ///
    /// The editor sends the whole row back, completed and tidied in its own way, and then loads the model list, which
    /// refreshes the registry. Where the page saves access by a call of its own, see [`Server::grant`], it is not part of it.
    pub(crate) fn edit_model(&self, account: &Account, id: &str, edit: impl FnOnce(&mut Value)) -> Value {
        let mut row = self.get(account, &model_path(id)).unwrap();
        edit(&mut row);
        editor::tidy(&mut row, self.version);
        if self.version.access == Access::GrantsApart {
            row.as_object_mut().unwrap().shift_remove("access_grants");
        }
        let saved = self.post(account, "/api/v1/models/model/update", row).unwrap();
        self.get(account, "/api/models").unwrap();
        saved
    }

    /// Somebody presses Clone, gives the copy an id and saves: everything is copied, marks and access included.
    pub(crate) fn clone_model(&self, account: &Account, id: &str, copy: &str) -> Value {
        let mut row = self.get(account, &model_path(id)).unwrap();
        row["id"] = json!(copy);
        row["name"] = json!(format!("{} (Clone)", row["name"].as_str().unwrap()));
        editor::tidy(&mut row, self.version);
        editor::complete_new(&mut row);
        let saved = self.create_model(account, row).unwrap();
        self.get(account, "/api/models").unwrap();
        saved
    }

    /// Somebody flips the switch that takes a model out of use, or back into it.
    pub(crate) fn toggle_model(&self, account: &Account, id: &str) -> Value {
        let path = format!("/api/v1/models/model/toggle?{}", query(id));
        self.send(Method::POST, Some(account), &path, None).unwrap()
    }
}

/// The older form of grants.
pub(super) fn control(grants: &Value) -> Value {
    let grants = grants.as_array().unwrap();
    if grants.is_empty() {
        return json!({});
    }
    if grants.iter().any(|grant| grant["principal_id"] == "*") {
        return Value::Null;
    }
    let ids = |permission: &str, kind: &str| -> Vec<&Value> {
        let ours = grants.iter().filter(|grant| grant["permission"] == permission && grant["principal_type"] == kind);
        ours.map(|grant| &grant["principal_id"]).collect()
    };
    let lists = |permission| json!({"group_ids": ids(permission, "group"), "user_ids": ids(permission, "user")});
    json!({"read": lists("read"), "write": lists("write")})
}

fn model_path(id: &str) -> String {
    format!("/api/v1/models/model?{}", query(id))
}

fn query(id: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("id", id).finish()
}
