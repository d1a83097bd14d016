//! `maquette init`: a manifest, and a first model or all that a server has.

mod questions;

use std::io::Write as _;

use camino::Utf8Path;
use clap::{Args, ValueEnum};
use url::Url;

use super::{Exit, Failure, Ui, import, login};
use crate::project::MANIFEST;
use crate::remote::{credentials, open_webui};
use crate::state::hex;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The workspace's name (default: the folder's).
    #[arg(long)]
    name: Option<String>,
    /// The Open WebUI server that the models are on, such as `https://chat.example.com`.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// What the manifest calls the server.
    #[arg(long, value_name = "NAME", default_value = "production")]
    remote: String,
    /// Where the server's token comes from (default: asked on a terminal, else `later`).
    #[arg(long, value_enum, value_name = "SOURCE", requires = "url")]
    token: Option<TokenSource>,
    /// Import the server's models at once.
    #[arg(long, requires = "url", conflicts_with = "no_import")]
    import: bool,
    /// Do not import, and do not ask.
    #[arg(long)]
    no_import: bool,
    /// Ask nothing.
    #[arg(long)]
    yes: bool,
}

/// Where a server's token comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TokenSource {
    /// The environment, as in CI.
    Environment,
    /// Your own credentials file; the key is asked for, or read from standard input.
    File,
    /// Not now.
    Later,
}

/// What was asked, or said on the command line.
#[derive(Clone, Debug)]
struct Answers {
    url: Option<Url>,
    token: Option<TokenSource>,
    import: Option<bool>,
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
    let answers = answers(arguments, ui)?;
    let id = random_id().map_err(|error| Failure::new(format!("the system gives no random numbers: {error}")))?;
    if let (Some(url), Some(TokenSource::File)) = (&answers.url, answers.token) {
        login::keep(url, ui)?;
    }
    let server = answers.url.as_ref().map(|url| Server { name: &arguments.remote, url });
    write_new(&folder, MANIFEST, &manifest(&name, &id, server), ui)?;
    if answers.import == Some(true) {
        // The workspace is there, whatever becomes of the import: it can be tried again.
        let arguments = import::Arguments::everything_of(&arguments.remote);
        let exit = import::run(&arguments, &folder, ui)
            .map_err(|failure| failure.or_help("the workspace is made; `maquette import` tries again"))?;
        ui.note("next: look through `models/`, commit it, then `maquette plan`");
        return Ok(exit);
    }
    write_new(&folder, FIRST_MODEL, MODEL, ui)?;
    match (&answers.url, answers.token) {
        (Some(url), None | Some(TokenSource::Later)) => ui.note(&format!(
            "next: `maquette login {}`, then `maquette import` for what the server has, or `maquette plan`",
            url.as_str().trim_end_matches('/')
        )),
        (Some(_), Some(_)) => ui.note("next: `maquette import` for what the server has, or `maquette plan`"),
        (None, _) => ui.note("next: `maquette check`, then `maquette plan`"),
    }
    Ok(Exit::Done)
}

/// What the command line says, and what people answer where somebody is there.
fn answers(arguments: &Arguments, ui: &mut Ui) -> Result<Answers, Failure> {
    let url = arguments.url.as_deref().map(|url| open_webui::address(url, false)).transpose()?;
    let import = match (arguments.import, arguments.no_import) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    let answers = Answers { url, token: arguments.token, import };
    let answers = if ui.is_interactive() && !arguments.yes { questions::ask(answers, ui)? } else { answers };
    if answers.token == Some(TokenSource::Environment)
        && let Some(url) = &answers.url
        && let variables = credentials::variables(url)
        && let Some(variable) = variables.first()
        && !variables.iter().any(|variable| std::env::var_os(variable).is_some())
    {
        ui.note(&format!("note: {variable} is not set here"));
    }
    Ok(answers)
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

/// A server of the manifest.
struct Server<'a> {
    name: &'a str,
    url: &'a Url,
}

fn manifest(name: &str, id: &str, server: Option<Server>) -> String {
    let name = toml::Value::String(name.to_owned());
    let remotes = server.map_or_else(|| NO_SERVER.to_owned(), |server| {
        let (name, url) = (key(server.name), toml::Value::from(server.url.as_str().trim_end_matches('/')));
        let variable = credentials::variables(server.url).into_iter().next().unwrap_or_default();
        format!(
            "# Its token is not kept here: set {variable}, or run `maquette login <url>`.\n\
             [remotes.{name}]\nkind = \"open-webui\"\nurl = {url}\n\
             # groups = {{ Support = \"SSO-EMEA-Support\" }}   # names that differ there\n\
             # exclusive = true                            # every model of that server is described here: use the sync endpoint\n"
        )
    });
    format!(
        r#"# The workspace's manifest; `maquette schema manifest` describes every key.

[workspace]
name = {name}
# Marks what this workspace writes as its own. Written once, at random: with another id nothing on any server is ours.
id = "{id}"
models = ["models/**/*.Modelfile"]

{remotes}
[guard]
max-deletes = "10%"   # of the managed models in one apply; three are always allowed
"#
    )
}

/// A key of a table, quoted where it would be read as another one.
fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_bare { name.to_owned() } else { toml::Value::from(name).to_string() }
}

/// The remotes of a workspace without a server.
const NO_SERVER: &str = r#"# An Open WebUI export on disk. It needs no server: its content can be imported on the Models page, and an export from
# there can be planned against.
[remotes.local]
kind = "file"
path = "open-webui-export.json"

# A server. Its token is not kept here: set MAQUETTE_TOKEN_chat_example_com, or run `maquette login <url>`.
# [remotes.production]
# kind = "open-webui"
# url = "https://chat.example.com"
# groups = { Support = "SSO-EMEA-Support" }   # names that differ there
# exclusive = true                            # every model of that server is described here: use the sync endpoint
"#;

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
