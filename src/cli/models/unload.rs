//! `maquette models unload`: Ollama drops a model from memory.

use camino::Utf8Path;
use clap::Args;

use super::super::{Exit, Failure, Ui};
use super::desk::Site;
use crate::remote::Error;
use crate::state::{Field, Observed};

/// Arguments of `models unload`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The model of Ollama, or a preset that is built on it.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    site: Site,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open(directory)?;
    let client = desk.server()?.client();
    let observed = desk.observe(&[])?;
    let model = loaded(&arguments.id, &observed);
    let shown = model.escape_debug();
    if let Err(error) = desk.runtime.block_on(client.unload(model)) {
        let why = Failure::from(error.clone());
        return Err(match error {
            Error::Refused { .. } => why.help(format!(
                "only models of Ollama are loaded and unloaded by Open WebUI; `maquette models bases` tells whose `{shown}` is"
            )),
            _ => why,
        });
    }
    ui.note(&format!("`{shown}` is no longer in memory; the next question to it takes longer"));
    Ok(Exit::Done)
}

/// What is really in memory when a model is used: what its base model, and that one's, is in the end.
fn loaded<'a>(id: &'a str, observed: &'a Observed) -> &'a str {
    let mut model = id;
    // As many steps as there are rows: a base that leads back to its preset leads nowhere.
    for _ in 0..observed.rows.len() {
        let base = observed.rows.get(model).and_then(|row| row.get(&Field::Base)?.as_str());
        match base.filter(|base| *base != model) {
            Some(base) => model = base,
            None => break,
        }
    }
    model
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::remote::open_webui::observe_row;

    #[test]
    fn a_preset_stands_for_what_it_is_built_on() {
        let row = |id: &str, base: Option<&str>| {
            let row = observe_row(json!({"id": id, "base_model_id": base})).unwrap();
            (row.id.clone(), row)
        };
        let rows = [
            row("a", Some("b")),
            row("b", Some("llama3.2:3b")),
            row("llama3.2:3b", None),
            row("x", Some("y")),
            row("y", Some("x")),
        ];
        let observed = Observed { rows: rows.into_iter().collect(), ..Observed::default() };
        for (id, expected) in
            [("a", "llama3.2:3b"), ("b", "llama3.2:3b"), ("llama3.2:3b", "llama3.2:3b"), ("other", "other")]
        {
            assert_eq!(loaded(id, &observed), expected, "{id}");
        }
        assert!(["x", "y"].contains(&loaded("x", &observed)), "it comes to an end");
    }
}
