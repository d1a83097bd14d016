//! `maquette init`: a manifest and a first model.

use std::io::Write as _;

use camino::Utf8Path;
use clap::Args;

use super::{Exit, Failure, Ui};
use crate::project::MANIFEST;
use crate::state::hex;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The workspace's name (default: the folder's).
    #[arg(long)]
    name: Option<String>,
}

/// The first model's file.
const FIRST_MODEL: &str = "models/assistant.Modelfile";

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let folder = directory.canonicalize_utf8().map_err(|error| {
        Failure::new(format!("cannot resolve `{directory}`: {error}")).help("make the folder first")
    })?;
    let name =
        arguments.name.clone().or_else(|| folder.file_name().map(str::to_owned)).unwrap_or_else(|| "models".into());
    if folder.join(MANIFEST).exists() {
        return Err(Failure::new(format!("there is a `{MANIFEST}` already")).help("nothing was written; edit that one"));
    }
    if let Some(above) = folder.ancestors().skip(1).find(|above| above.join(MANIFEST).is_file()) {
        ui.note(&format!("note: {above} is a workspace too; this one is a workspace of its own"));
    }
    let id = random_id().map_err(|error| Failure::new(format!("the system gives no random numbers: {error}")))?;
    write_new(&folder, MANIFEST, &manifest(&name, &id), ui)?;
    write_new(&folder, FIRST_MODEL, MODEL, ui)?;
    ui.note("next: `maquette check`, then `maquette plan`");
    Ok(Exit::Done)
}

/// Writes a file that is not there yet; one that is there is left as it is.
fn write_new(folder: &Utf8Path, relative: &str, text: &str, ui: &mut Ui) -> Result<(), Failure> {
    let fail = |error: std::io::Error| Failure::new(format!("cannot write `{relative}`: {error}"));
    let path = folder.join(relative);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(fail)?;
    }
    match std::fs::File::create_new(&path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).map_err(fail)?;
            ui.note(&format!("wrote {relative}"));
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            ui.note(&format!("kept {relative}, which is there already"));
        }
        Err(error) => return Err(fail(error)),
    }
    Ok(())
}

/// 128 random bits in hexadecimal.
fn random_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

fn manifest(name: &str, id: &str) -> String {
    let name = toml::Value::String(name.to_owned());
    format!(
        r#"# The workspace's manifest; `maquette schema manifest` describes every key.

[workspace]
name = {name}
# Marks what this workspace writes as its own. Written once, at random: with another id nothing on any server is ours.
id = "{id}"
models = ["models/**/*.Modelfile"]

# An Open WebUI export on disk. It needs no server: its content can be imported on the Models page, and an export from
# there can be planned against.
[remotes.local]
kind = "file"
path = "open-webui-export.json"

# A server. Its token is not kept here: set MAQUETTE_TOKEN_chat_example_com, or run `maquette login <url>`.
# [remotes.production]
# kind = "open-webui"
# url = "https://chat.example.com"
# groups = {{ Support = "SSO-EMEA-Support" }}   # names that differ there
# exclusive = true                            # every model of that server is described here: use the sync endpoint

[guard]
max-deletes = "10%"   # of the managed models in one apply; three are always allowed
"#
    )
}

const MODEL: &str = r#"# A first model: rename the file and the model is renamed.
FROM llama3.2:3b
NAME Assistant
DESCRIPTION Answers questions about our handbook
TAGS handbook, everyone
ACCESS private

PARAMETER temperature 0.3

SYSTEM """You answer questions about our handbook.
Say so when you do not know."""
"#;
