//! What the other administrator does, and how to see afterwards whether it is still so.

use serde_json::{Value, json};

use crate::project::Output;
use crate::server::{Server, Snapshot};

/// One thing that the other administrator does in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    /// Opens a model, changes something that no file mentions, and saves.
    Edits(&'static str),
    /// Switches a model off.
    Toggles(&'static str),
    /// Gives a model to other people.
    Shares(&'static str),
    Deletes(&'static str),
    Creates(&'static str),
    /// Makes a copy of the first with the id of the second.
    Clones(&'static str, &'static str),
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fate {
    /// It is as the other administrator left it.
    Survives,
    /// It is not, and the program says so.
    Reported,
    /// It is not, and nobody knows.
    Lost,
}

impl Act {
    /// The model that is another afterwards.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Edits(id)
            | Self::Toggles(id)
            | Self::Shares(id)
            | Self::Deletes(id)
            | Self::Creates(id)
            | Self::Clones(_, id) => id,
        }
    }

    /// Does it. Returns whether it could be done: a model that is gone cannot be edited.
    pub(super) fn happens(self, server: &Server) -> bool {
        let them = &server.second_admin;
        if !matches!(self, Self::Creates(_) | Self::Clones(..)) && server.model(self.id()).is_err() {
            return false;
        }
        match self {
            Self::Edits(id) => drop(server.edit_model(them, id, |row| row["params"]["seed"] = json!(7))),
            Self::Toggles(id) => drop(server.toggle_model(them, id)),
            Self::Shares(id) => drop(server.grant(them, id, &shared(server)).unwrap()),
            Self::Deletes(id) => drop(server.delete_model(them, id).unwrap()),
            Self::Creates(id) => {
                let body = json!({
                    "id": id, "base_model_id": "echo.small", "name": "Theirs", "params": {}, "meta": {},
                    "access_grants": [],
                });
                return server.create_model(them, body).is_ok();
            }
            Self::Clones(id, copy) => {
                if server.model(id).is_err() {
                    return false;
                }
                server.clone_model(them, id, copy);
            }
        }
        true
    }

    /// What became of it, given the table afterwards and what the program said.
    pub(super) fn fate(self, server: &Server, now: &Snapshot, output: &Output) -> Fate {
        let row = now.get(self.id());
        let has = |is: &dyn Fn(&Value) -> bool| row.is_some_and(is);
        let theirs = |row: &Value| row["user_id"] == server.second_admin.id.as_str();
        let survives = match self {
            Self::Edits(_) => has(&|row| row["params"]["seed"] == 7),
            Self::Toggles(_) => has(&|row| row["is_active"] != 1 && row["is_active"] != true),
            Self::Shares(_) => has(&|row| row["grants"] == json!([format!("user:{}:read", server.user.id)])),
            Self::Deletes(_) => row.is_none(),
            Self::Creates(_) => has(&|row| row["name"] == "Theirs" && theirs(row)),
            Self::Clones(..) => has(&theirs),
        };
        if survives {
            Fate::Survives
        } else if says(output, self.id()) {
            Fate::Reported
        } else {
            Fate::Lost
        }
    }
}

/// Access that no file of the tests asks for.
fn shared(server: &Server) -> Value {
    json!([{"principal_type": "user", "principal_id": server.user.id, "permission": "read"}])
}

/// Whether the program warns of a model, or fails because of it.
fn says(output: &Output, id: &str) -> bool {
    let warns = |line: &str| {
        ["failed:", "not as promised:", "overwritten:", "warning:"].iter().any(|word| line.starts_with(word))
    };
    let mut lines = output.stdout.lines().filter(|line| warns(line)).chain(output.stderr.lines());
    lines.any(|line| line.contains(id))
}
