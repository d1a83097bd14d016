//! `maquette models bases`: what presets can be built on, and who may use it.

use std::collections::BTreeMap;

use camino::Utf8Path;
use clap::Args;

use super::super::{Exit, Failure, Ui};
use super::Format;
use super::desk::{Site, is_hidden, is_on};
use crate::remote::open_webui::capabilities::BaseAccess;
use crate::report::models::{BaseLine, access_words, bases_human, principals};
use crate::state::{Entry, Field, Observed, ReferenceKind};

/// Arguments of `models bases`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: Site,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open(directory)?;
    let server = desk.server()?;
    let observed = desk.observe(&[ReferenceKind::Base, ReferenceKind::Group, ReferenceKind::User])?;
    let lines = lines(&observed);
    match arguments.format {
        Format::Human => ui.table(|out, layout| bases_human(&lines, layout, out))?,
        Format::Json => ui.json(&lines)?,
    }
    ui.note(match server.capabilities(&observed)?.base_access {
        BaseAccess::Free => "who may use a preset needs no access to its base model on this version",
        BaseAccess::OfRow => "who uses a preset needs access to its base model too, where that has a row of its own",
        BaseAccess::Always => {
            "who uses a preset needs access to its base model too; without a row of its own it is the administrators'"
        }
    });
    Ok(Exit::Done)
}

/// The models of all providers, and rows of base models that no provider has any more.
fn lines(observed: &Observed) -> Vec<BaseLine> {
    let names = principals(&observed.catalogue);
    let mut presets: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for row in observed.rows.values() {
        if let Some(base) = row.get(&Field::Base).and_then(serde_json::Value::as_str) {
            presets.entry(base).or_default().push(row.id.clone());
        }
    }
    let line = |id: &str, entry: Option<&Entry>| {
        let row = observed.rows.get(id);
        let name = row.and_then(|row| row.get(&Field::Name)?.as_str()).or(entry.map(|entry| entry.name.as_str()));
        BaseLine {
            id: id.to_owned(),
            name: name.unwrap_or_default().to_owned(),
            provider: match entry {
                Some(entry) => entry.kind.clone(),
                None => Some("gone".to_owned()),
            },
            has_row: row.is_some(),
            access: row
                .map_or_else(|| "administrators".to_owned(), |row| access_words(row.get(&Field::Access), &names)),
            active: row.is_none_or(is_on),
            hidden: row.is_some_and(is_hidden),
            presets: presets.get(id).cloned().unwrap_or_default(),
        }
    };
    let entries = observed.catalogue.of(ReferenceKind::Base).unwrap_or_default();
    let mut lines: Vec<BaseLine> = entries.iter().map(|entry| line(&entry.id, Some(entry))).collect();
    let gone = observed
        .rows
        .values()
        .filter(|row| row.get(&Field::Base).is_none() && !entries.iter().any(|entry| entry.id == row.id));
    lines.extend(gone.map(|row| line(&row.id, None)));
    lines.sort_by(|a, b| a.id.cmp(&b.id));
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::remote::open_webui::observe_row;

    #[test]
    fn bases_with_and_without_rows_and_rows_without_bases() {
        let rows = [
            json!({"id": "big", "name": "Big one", "base_model_id": null, "is_active": false, "meta": {"hidden": true},
                "access_grants": [{"principal_type": "group", "principal_id": "g", "permission": "read"}]}),
            json!({"id": "gone", "name": "Gone", "base_model_id": null, "access_grants": []}),
            json!({"id": "a", "base_model_id": "small"}),
            json!({"id": "b", "base_model_id": "small"}),
        ];
        let rows = rows.into_iter().filter_map(observe_row).map(|row| (row.id.clone(), row)).collect();
        let mut observed = Observed { rows, ..Observed::default() };
        let entry =
            |id: &str, kind: Option<&str>| Entry { id: id.into(), name: id.into(), kind: kind.map(str::to_owned) };
        observed.catalogue.entries = BTreeMap::from([
            (ReferenceKind::Base, vec![entry("small", Some("ollama")), entry("big", None)]),
            (ReferenceKind::Group, vec![Entry { name: "Support".into(), ..entry("g", None) }]),
        ]);
        let said: Vec<String> = lines(&observed)
            .into_iter()
            .map(|line| {
                let state = (line.has_row, line.active, line.hidden);
                format!("{} {} {:?} [{}] {state:?} {:?}", line.id, line.name, line.provider, line.access, line.presets)
            })
            .collect();
        assert_eq!(
            said,
            [
                "big Big one None [read group:Support] (true, false, true) []",
                "gone Gone Some(\"gone\") [private] (true, true, false) []",
                "small small Some(\"ollama\") [administrators] (false, true, false) [\"a\", \"b\"]",
            ]
        );
    }
}
