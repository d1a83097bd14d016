//! What a case is: a few rows, and what happens to them step by step.

use serde_json::Value;

/// A sequence of states of rows of its own. Cases do not know of each other, so that many share one apply.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
}

/// What somebody does on the server, then what is written into the files; then comes an apply.
#[derive(Default)]
pub(super) struct Step {
    pub(super) acts: Vec<Act>,
    /// The files that are written anew, by id, and those that go.
    pub(super) files: Vec<(String, Option<String>)>,
    /// Arguments of this apply beyond the usual.
    pub(super) arguments: Vec<String>,
    /// What the rows are then, beyond what [`Step::row`] takes for granted; `None`: there is no such row.
    pub(super) rows: Vec<(String, Option<Value>)>,
}

/// What somebody else does on the remote, the other administrator in the browser where it is a server.
pub(super) enum Act {
    /// Opens a model in the editor, changes the row, saves.
    Edit(String, Edit),
    /// Replaces who may use a model: `read group:Support`.
    Grant(String, Vec<&'static str>),
    /// Flips the switch.
    Toggle(String),
    Delete(String),
    /// Copies the first row to the second id.
    Clone(String, String),
    /// Makes a row.
    Create(Value),
    /// Puts a value into the row that no page writes, at a pointer into the row: what older versions and scripts left.
    Leave(String, &'static str, Value),
    /// Gives a row an id that no page gives.
    Rename(String, &'static str),
}

/// A change of a row as the API shows it.
pub(super) type Edit = Box<dyn Fn(&mut Value) + Send + Sync>;

impl Case {
    pub(super) fn new(name: impl Into<String>, steps: impl Into<Vec<Step>>) -> Self {
        Self { name: name.into(), steps: steps.into() }
    }

    /// One model's file in different states, and what the row is in each.
    pub(super) fn of(id: &str, states: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let steps = states.into_iter().map(|(lines, row)| Step::file(id, lines).row(id, row));
        Self::new(id, steps.collect::<Vec<_>>())
    }

    /// Every id that the case touches.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().flat_map(Step::ids)
    }
}

impl Step {
    /// Writes the file of a model; without FROM or OVERRIDE it is on the open base.
    pub(super) fn file(id: &str, lines: &str) -> Self {
        Self::default().and_file(id, lines)
    }

    /// Removes the file of a model.
    pub(super) fn removal(id: &str) -> Self {
        Self::default().and_removal(id)
    }

    /// Somebody does something first.
    pub(super) fn act(act: Act) -> Self {
        Self::default().and_act(act)
    }

    pub(super) fn edit(id: &str, edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::act(Act::Edit(id.to_owned(), Box::new(edit)))
    }

    pub(super) fn and_file(mut self, id: &str, lines: &str) -> Self {
        let is_whole = lines.starts_with("FROM ") || lines.starts_with("OVERRIDE ");
        let text = match (is_whole, lines.starts_with("OVERRIDE ")) {
            (_, true) => format!("{lines}\n"),
            (true, _) => format!("{lines}\nID {id}\n"),
            _ => format!("FROM echo.small\nID {id}\n{lines}\n"),
        };
        self.files.push((id.to_owned(), Some(text)));
        self
    }

    pub(super) fn and_removal(mut self, id: &str) -> Self {
        self.files.push((id.to_owned(), None));
        self
    }

    pub(super) fn and_act(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }

    pub(super) fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// What the row is then. What is not said is as in a new private model: named by its id, on the open base, active,
    /// empty, and the administrator's.
    pub(super) fn row(mut self, id: &str, row: Value) -> Self {
        self.rows.push((id.to_owned(), Some(row)));
        self
    }

    /// There is no such row then.
    pub(super) fn gone(mut self, id: &str) -> Self {
        self.rows.push((id.to_owned(), None));
        self
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let acts = self.acts.iter().map(Act::id);
        let rows = self.rows.iter().map(|(id, _)| id.as_str());
        self.files.iter().map(|(id, _)| id.as_str()).chain(acts).chain(rows)
    }
}

impl Act {
    /// The row that somebody does it to; of a new one, itself.
    pub(super) fn subject(&self) -> &str {
        match self {
            Self::Clone(original, _) => original,
            Self::Rename(from, _) => from,
            other => other.id(),
        }
    }

    /// The row that there is afterwards, or no longer.
    fn id(&self) -> &str {
        match self {
            Self::Edit(id, _) | Self::Grant(id, _) | Self::Toggle(id) | Self::Delete(id) | Self::Leave(id, ..) => id,
            Self::Clone(_, copy) => copy,
            Self::Create(row) => row["id"].as_str().unwrap(),
            Self::Rename(_, id) => id,
        }
    }
}
