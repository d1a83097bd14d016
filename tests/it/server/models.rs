//! Models of a server, read and written as its own pages do it.

use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Account, Answer, Server, editor};

impl Server {
    /// One row as the API shows it, to the administrator.
    pub(crate) fn model(&self, id: &str) -> Answer {
        self.get(&self.admin, &model_path(id))
    }

    /// Every row, presets and overrides, as the API shows them to the administrator.
    pub(crate) fn all_models(&self) -> Vec<Value> {
        let Value::Array(rows) = self.get(&self.admin, "/api/v1/models/all").unwrap() else { panic!("not a list") };
        rows
    }

    /// Creates a row from a body that holds at least `id`, `name`, `params` and `meta`.
    pub(crate) fn create_model(&self, account: &Account, body: Value) -> Answer {
        self.post(account, "/api/v1/models/create", body)
    }

    /// Deletes a row.
    pub(crate) fn delete_model(&self, account: &Account, id: &str) -> Answer {
        self.post(account, "/api/v1/models/model/delete", json!({"id": id}))
    }

    /// Replaces who may use a model.
    pub(crate) fn grant(&self, account: &Account, id: &str, grants: &Value) -> Answer {
        self.post(account, "/api/v1/models/model/access/update", json!({"id": id, "access_grants": grants}))
    }

    /// Somebody opens a model in the editor, changes something and saves.
    ///
    /// The editor sends the whole row back, completed and tidied in its own way, and then loads the model list, which
    /// refreshes the registry. Access is not part of it: the page saves that by a call of its own, see [`Server::grant`].
    pub(crate) fn edit_model(&self, account: &Account, id: &str, edit: impl FnOnce(&mut Value)) -> Value {
        let mut row = self.get(account, &model_path(id)).unwrap();
        edit(&mut row);
        editor::tidy(&mut row);
        row.as_object_mut().unwrap().shift_remove("access_grants");
        let saved = self.post(account, "/api/v1/models/model/update", row).unwrap();
        self.get(account, "/api/models").unwrap();
        saved
    }

    /// Somebody presses Clone, gives the copy an id and saves: everything is copied, marks and access included.
    pub(crate) fn clone_model(&self, account: &Account, id: &str, copy: &str) -> Value {
        let mut row = self.get(account, &model_path(id)).unwrap();
        row["id"] = json!(copy);
        row["name"] = json!(format!("{} (Clone)", row["name"].as_str().unwrap()));
        editor::tidy(&mut row);
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

fn model_path(id: &str) -> String {
    format!("/api/v1/models/model?{}", query(id))
}

fn query(id: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("id", id).finish()
}
