//! `maquette models history`: the versions of a model that the server keeps.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::iter::successors;

use camino::Utf8Path;
use clap::Args;
use serde_json::Value;

use super::super::{Exit, Failure, Ui};
use super::Format;
use super::desk::{Desk, Site, row_of};
use crate::apply::utc;
use crate::report::models::{VersionLine, history_human};
use crate::state::{Observed, ObservedRow};

/// Arguments of `models history`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The model.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    site: Site,
    /// At most this many, the newest first.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open(directory)?;
    let observed = desk.observe(&[])?;
    let lines = versions(&desk, &observed, row_of(&observed, &arguments.id)?, arguments.limit)?;
    match arguments.format {
        Format::Human => ui.table(|out, layout| history_human(&lines, layout, out))?,
        Format::Json => ui.json(&lines)?,
    }
    Ok(Exit::Done)
}

/// Up to that many versions of a model, the newest first.
pub(super) fn versions(
    desk: &Desk,
    observed: &Observed,
    row: &ObservedRow,
    limit: usize,
) -> Result<Vec<VersionLine>, Failure> {
    let server = desk.server()?;
    if !server.capabilities(observed)?.history {
        let version = observed.version.as_deref().unwrap_or_default();
        return Err(Failure::new(format!("Open WebUI {version} keeps no history of models; 0.12.0 and newer do")).help(
            "`maquette snapshots` lists what was there before each change by maquette, `maquette rollback` puts it back",
        ));
    }
    let current = row.raw.get("version_id").and_then(Value::as_str);
    let mut found: Vec<(VersionLine, Option<String>)> = Vec::new();
    for page in 1.. {
        let entries = desk.runtime.block_on(server.client().history(&row.id, page))?;
        let before = found.len();
        for (line, parent) in entries.iter().filter_map(|entry| line(entry, current)) {
            // A version that was made between two pages moves the others down by one.
            if found.iter().all(|(known, _)| known.version != line.version) {
                found.push((line, parent));
            }
        }
        if found.len() == before || found.len() >= limit {
            break;
        }
    }
    let mut lines = in_order(found);
    lines.truncate(limit);
    Ok(lines)
}

/// The newest first; of those of one second, which the server gives in any order, each before the one it was made from.
fn in_order(found: Vec<(VersionLine, Option<String>)>) -> Vec<VersionLine> {
    let parents: BTreeMap<String, String> =
        found.iter().filter_map(|(line, parent)| Some((line.version.clone(), parent.clone()?))).collect();
    let age = |line: &VersionLine| {
        // As many steps as there are versions: what the server says may lead in a circle.
        let ancestors = successors(Some(&line.version), |version| parents.get(*version)).take(parents.len() + 1);
        (Reverse(line.created_at), Reverse(ancestors.count()))
    };
    let mut lines: Vec<VersionLine> = found.into_iter().map(|(line, _)| line).collect();
    lines.sort_by_cached_key(age);
    lines
}

/// A version, and the one it was made from.
fn line(entry: &Value, current: Option<&str>) -> Option<(VersionLine, Option<String>)> {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let version = text("/id")?;
    let created_at = entry.get("created_at").and_then(Value::as_u64).unwrap_or_default();
    let line = VersionLine {
        current: current == Some(version.as_str()),
        version,
        created_at,
        time: utc(created_at),
        by: text("/user/name"),
        message: text("/commit_message"),
    };
    Some((line, text("/parent_id")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_of_one_second_stand_in_the_order_in_which_they_were_made() {
        let found = |version: &str, created_at: u64, parent: Option<&str>| {
            let entry = json!({"id": version, "created_at": created_at, "parent_id": parent});
            line(&entry, Some("d")).unwrap()
        };
        let versions = vec![
            found("b", 7, Some("a")),
            found("d", 7, Some("c")),
            found("a", 7, Some("old")),
            found("c", 7, Some("b")),
            found("old", 3, None),
        ];
        let order: Vec<(String, bool)> =
            in_order(versions).into_iter().map(|line| (line.version, line.current)).collect();
        let expected = [("d", true), ("c", false), ("b", false), ("a", false), ("old", false)];
        assert_eq!(order, expected.map(|(version, current)| (version.to_owned(), current)));
        let circle = vec![found("x", 1, Some("y")), found("y", 1, Some("x"))];
        assert_eq!(in_order(circle).len(), 2);
    }
}
