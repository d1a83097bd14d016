//! `maquette models tags`: the tags of a remote, and how many models have each.

use std::collections::BTreeMap;

use camino::Utf8Path;
use clap::Args;

use super::super::{Exit, Failure, Ui};
use super::Format;
use super::desk::{Site, tell_of_hidden};
use crate::report::models::{TagLine, tags_human};
use crate::state::{Field, Observed};

/// Arguments of `models tags`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: Site,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let observed = arguments.site.open(directory)?.observe(&[])?;
    tell_of_hidden(&observed, ui);
    let lines = counted(&observed);
    match arguments.format {
        Format::Human => ui.table(|out, layout| tags_human(&lines, layout, out))?,
        Format::Json => ui.json(&lines)?,
    }
    Ok(Exit::Done)
}

/// Every tag with its models, in the order of the alphabet.
fn counted(observed: &Observed) -> Vec<TagLine> {
    let mut tags: BTreeMap<&str, TagLine> = BTreeMap::new();
    for row in observed.rows.values() {
        let names = row.get(&Field::Meta("tags".into())).and_then(serde_json::Value::as_array);
        for tag in names.into_iter().flatten().filter_map(serde_json::Value::as_str) {
            let line = tags.entry(tag).or_insert_with(|| TagLine { tag: tag.to_owned(), presets: 0, bases: 0 });
            if row.get(&Field::Base).is_some() {
                line.presets += 1;
            } else {
                line.bases += 1;
            }
        }
    }
    tags.into_values().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::remote::open_webui::observe_row;

    #[test]
    fn tags_are_counted_whatever_form_they_are_stored_in() {
        let row = |id: &str, base: Option<&str>, tags: serde_json::Value| {
            let row = observe_row(json!({"id": id, "base_model_id": base, "meta": {"tags": tags}})).unwrap();
            (row.id.clone(), row)
        };
        let rows = [
            row("a", Some("base"), json!([{"name": "x"}, {"name": "y"}])),
            row("b", Some("base"), json!(["x"])),
            row("base", None, json!([{"name": "x"}])),
            row("c", None, json!(null)),
        ];
        let observed = Observed { rows: rows.into_iter().collect(), ..Observed::default() };
        let line = |tag: &str, presets, bases| TagLine { tag: tag.into(), presets, bases };
        assert_eq!(counted(&observed), [line("x", 2, 1), line("y", 1, 0)]);
    }
}
