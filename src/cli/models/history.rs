//! `maquette models history`: the versions of a model that the server keeps.

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
        Format::Human => ui.result(|out, layout| history_human(&lines, layout, out))?,
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
    let mut lines: Vec<VersionLine> = Vec::new();
    for page in 1.. {
        let entries = desk.runtime.block_on(server.client().history(&row.id, page))?;
        let before = lines.len();
        for line in entries.iter().filter_map(|entry| line(entry, current)) {
            // A version that was made between two pages moves the others down by one.
            if lines.iter().all(|known| known.version != line.version) {
                lines.push(line);
            }
        }
        if lines.len() == before || lines.len() >= limit {
            break;
        }
    }
    lines.truncate(limit);
    Ok(lines)
}

fn line(entry: &Value, current: Option<&str>) -> Option<VersionLine> {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let version = text("/id")?;
    let created_at = entry.get("created_at").and_then(Value::as_u64).unwrap_or_default();
    Some(VersionLine {
        current: current == Some(version.as_str()),
        version,
        created_at,
        time: utc(created_at),
        by: text("/user/name"),
        message: text("/commit_message"),
    })
}
