//! A plan of every kind of change, to be applied over a bad line again and again, and what is looked at afterwards.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::apply::Desk;
use crate::project::Output;
use crate::server::{Asked, FOREIGN_PRIVATE, Frozen, Proxy, Server, Snapshot, changes};

/// What a sync touches of every row (seen on 0.12.4), and what no two runs have in common.
const TIMES: [&str; 3] = ["created_at", "updated_at", "version_id"];

/// A workspace behind a proxy whose files have moved on, on a server that is put back for each run.
pub(crate) struct Scene<'a> {
    pub(crate) desk: Desk<'a>,
    pub(crate) proxy: Proxy,
    /// The requests of a run in which nothing goes wrong, in their order.
    pub(crate) requests: Vec<Asked>,
    frozen: Frozen,
    before: Arc<Snapshot>,
    after: Arc<Snapshot>,
    /// What a witness saw that nobody should have.
    leaks: Arc<Mutex<BTreeSet<String>>>,
}

impl<'a> Scene<'a> {
    /// Content, access both ways, a new model, a renamed one, one that goes and one that is taken over.
    pub(crate) fn new(server: &'a Server, via: &'static str) -> Self {
        let proxy = Proxy::to(&server.url);
        let desk = Desk::by(server, via).through(&proxy);
        desk.model("moves", "SYSTEM Old.\nACCESS read group:Support").model("text", "SYSTEM Old.\nACCESS public");
        desk.model("former", "SYSTEM Old.\nACCESS read group:Support").model("goes", "SYSTEM Old.").applies(&[]);
        let (frozen, before) = (server.freeze(), Arc::new(server.database().snapshot()));

        desk.model("moves", "SYSTEM New.\nACCESS read user:sam@example.com")
            .model("text", "SYSTEM New.\nACCESS public");
        desk.remove("former").model("latter", "MOVED former\nSYSTEM Old.\nACCESS read group:Support");
        desk.remove("goes").model("comes", "SYSTEM New.\nACCESS public");
        desk.model(FOREIGN_PRIVATE, "SYSTEM New.");
        proxy.mend();
        let output = desk.apply(&CLAIM);
        output.success();
        let requests = proxy.asked();
        desk.is_settled();
        let after = Arc::new(server.database().snapshot());
        let others = timeless(&before, &after).into_iter().filter(|change| !touches(change));
        assert_eq!(others.collect::<Vec<_>>(), [] as [String; 0]);

        let leaks = Arc::<Mutex<BTreeSet<String>>>::default();
        let scene = Self { desk, proxy, requests, frozen, before, after, leaks };
        scene.watch();
        scene
    }

    /// Looks on after each write, for as long as the scene is there.
    fn watch(&self) {
        let look = self.desk.server.onlooker();
        let (before, after, leaks) = (Arc::clone(&self.before), Arc::clone(&self.after), Arc::clone(&self.leaks));
        self.proxy.witness(Some(Arc::new(move || {
            leaks.lock().unwrap().extend(exposed(&before, &look(), &after));
        })));
    }

    /// Puts the server back to before, with nothing wrong.
    pub(crate) fn begin(&self) {
        self.proxy.mend();
        self.desk.server.thaw(&self.frozen);
        self.leaks.lock().unwrap().clear();
    }

    /// `maquette apply` of everything.
    pub(crate) fn apply(&self) -> Output {
        let output = self.desk.apply(&CLAIM);
        self.proxy.settle();
        output
    }

    /// The same, to be started and killed.
    pub(crate) fn command(&self) -> Command {
        self.desk.command(&CLAIM)
    }

    /// What is on the server, or was at some moment, and should not be there.
    pub(crate) fn exposed(&self) -> Vec<String> {
        let now = self.desk.server.database().snapshot();
        let mut leaks: BTreeSet<String> = self.leaks.lock().unwrap().clone();
        leaks.extend(exposed(&self.before, &now, &self.after));
        leaks.into_iter().collect()
    }

    /// What differs from before in rows that the plan leaves alone.
    pub(crate) fn changed_bystanders(&self, now: &Snapshot) -> Vec<String> {
        let mut changes = timeless(&self.before, now);
        changes.retain(|change| !touches(change));
        changes
    }

    /// What is wrong after a run over a bad line: with what is on the server, and with what the program said of it.
    pub(crate) fn losses(&self, output: &Output) -> Vec<String> {
        let now = self.desk.server.database().snapshot();
        let mut losses = self.exposed();
        losses.extend(self.lies(output, &now));
        losses
    }

    /// What is wrong after applying again over a sound line.
    pub(crate) fn losses_after_healing(&self) -> Vec<String> {
        self.proxy.mend();
        let output = self.apply();
        let now = self.desk.server.database().snapshot();
        let mut losses = timeless(&self.after, &now);
        losses.extend(exposed(&self.before, &now, &self.after));
        if output.code != Some(0) {
            losses.push(format!("applying again fails\n{output}"));
        }
        losses
    }

    /// Where the program did not tell the truth.
    fn lies(&self, output: &Output, now: &Snapshot) -> Vec<String> {
        let mut lies = Vec::new();
        let left = unfinished(&self.before, now, &self.after);
        match output.code {
            Some(0) => {
                if !left.is_empty() {
                    lies.push(format!("it says that it is done, and {left:?} is not\n{output}"));
                }
            }
            Some(1) => {
                let wrote = !timeless(&self.before, now).is_empty();
                if !wrote && output.stderr.is_empty() && !output.stdout.contains("Not finished") {
                    lies.push(format!("it does not say why it failed\n{output}"));
                }
                if wrote && !output.stdout.contains("Not finished") {
                    lies.push(format!("it wrote and does not say how far it came\n{output}"));
                }
                // Who is told that it is not finished looks for what is left.
                let silent = left.iter().filter(|id| wrote && !names(output, id));
                lies.extend(silent.map(|id| format!("it does not say that `{id}` is not done\n{output}")));
            }
            _ => lies.push(format!("it ended in a way of its own\n{output}")),
        }
        lies
    }
}

/// The rows that the plan touches.
const TOUCHED: [&str; 7] = ["moves", "text", "former", "latter", "goes", "comes", FOREIGN_PRIVATE];

/// Whether a line of [`changes`] is about a row that the plan touches.
fn touches(change: &str) -> bool {
    TOUCHED.iter().any(|id| change.starts_with(&format!("{id}: ")))
}

/// The arguments of every apply.
const CLAIM: [&str; 2] = ["--claim", FOREIGN_PRIVATE];

/// Whether the program says of a row that it is not done.
fn names(output: &Output, id: &str) -> bool {
    let of_failure =
        |line: &&str| ["failed:", "not done:", "not as promised:"].iter().any(|word| line.starts_with(word));
    output.stdout.lines().filter(of_failure).any(|line| line.contains(&format!(" {id}")))
}

/// What differs but for times.
fn timeless(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let mut changes = changes(before, after);
    changes.retain(|change| !TIMES.iter().any(|time| change.contains(&format!(": {time}: "))));
    changes
}

/// The planned rows that are not as planned.
fn unfinished(before: &Snapshot, now: &Snapshot, after: &Snapshot) -> BTreeSet<String> {
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let same = |id: &&&String| now.get(**id).map(timed_out) != after.get(**id).map(timed_out);
    ids.iter().filter(same).map(|id| (*id).clone()).collect()
}

/// A row without its times.
fn timed_out(row: &Value) -> Value {
    let mut row = row.clone();
    for time in TIMES {
        row.as_object_mut().unwrap().shift_remove(time);
    }
    row
}

/// What is on the server that should never be there between these two moments.
fn exposed(before: &Snapshot, now: &Snapshot, after: &Snapshot) -> Vec<String> {
    let mut wrong = Vec::new();
    let ids: BTreeSet<&String> = before.keys().chain(now.keys()).chain(after.keys()).collect();
    for id in ids {
        let (old, row, new) = (before.get(id), now.get(id), after.get(id));
        let Some(row) = row else {
            if new.is_some() && old.is_some() {
                wrong.push(format!("{id}: it is gone"));
            }
            continue;
        };
        // A row that the plan leaves alone is as it was, whatever it is.
        if let (Some(old), Some(new)) = (old, new)
            && timed_out(old) == timed_out(new)
        {
            if timed_out(row) != timed_out(old) {
                wrong.push(format!("{id}: the plan does not touch it, and it changed: {old} -> {row}"));
            }
            continue;
        }
        let may = |of: Option<&Value>| -> BTreeSet<String> { of.map(readers).unwrap_or_default() };
        let has = |of: Option<&Value>| of.is_some_and(|of| content(of) == content(row));
        let readers = readers(row);
        let allowed = match (has(old), has(new)) {
            (true, true) => may(old).union(&may(new)).cloned().collect(),
            (true, false) => may(old),
            (false, true) => may(new),
            (false, false) => {
                wrong.push(format!("{id}: its content is neither that of before nor that of after: {row}"));
                continue;
            }
        };
        for reader in readers.difference(&allowed) {
            wrong.push(format!("{id}: {reader} sees {} and must not", content(row)));
        }
        if old.is_some_and(|old| old["user_id"] != row["user_id"]) {
            wrong.push(format!("{id}: its owner has changed"));
        }
    }
    wrong
}

fn readers(row: &Value) -> BTreeSet<String> {
    row["grants"].as_array().unwrap().iter().map(|grant| grant.as_str().unwrap().to_owned()).collect()
}

/// What a reader sees of a row.
fn content(row: &Value) -> Value {
    let mut meta = row["meta"].clone();
    meta.as_object_mut().unwrap().shift_remove("maquette");
    json!([row["name"], row["base_model_id"], row["is_active"], row["params"], meta])
}
