//! What `init` asks on a terminal, where the command line does not say it.

use url::Url;

use super::{Answers, TokenSource};
use crate::cli::{Failure, Ui};
use crate::remote::{credentials, open_webui};

/// How often an answer that cannot be used is asked for again.
const TRIES: usize = 3;

/// Asks what is not known yet: which server, where its token comes from, and whether to import.
pub(super) fn ask(known: Answers, ui: &mut Ui) -> Result<Answers, Failure> {
    let mut answers = known;
    if answers.url.is_none() {
        answers.url = server(ui)?;
    }
    let Some(url) = answers.url.clone() else { return Ok(answers) };
    if answers.token.is_none() {
        answers.token = Some(token_source(&url, ui)?);
    }
    if answers.import.is_none() && answers.token != Some(TokenSource::Later) {
        let answer = ui.ask("Import its models now? Nothing on it is changed. [Y/n]")?;
        answers.import = Some(matches!(answer.to_lowercase().as_str(), "" | "y" | "yes"));
    }
    Ok(answers)
}

fn server(ui: &mut Ui) -> Result<Option<Url>, Failure> {
    for _ in 0..TRIES {
        let answer = ui.ask("Your Open WebUI server, such as https://chat.example.com (empty for none):")?;
        if answer.is_empty() {
            return Ok(None);
        }
        match open_webui::address(&answer, false) {
            Ok(url) => return Ok(Some(url)),
            Err(error) => ui.error(&error.to_string(), None),
        }
    }
    Err(Failure::new("no address that can be used")
        .help("`maquette init --url ADDRESS` takes it from the command line"))
}

fn token_source(url: &Url, ui: &mut Ui) -> Result<TokenSource, Failure> {
    let variable = credentials::variables(url).into_iter().next().unwrap_or_default();
    ui.note("An administrator's API key is needed (Settings > Account on the server). Where does it come from?");
    ui.note("  1  I type it in now, and it is kept in my own credentials file, outside of the repository");
    ui.note(&format!("  2  the environment variable {variable}"));
    ui.note("  3  later");
    for _ in 0..TRIES {
        match ui.ask("[1]")?.as_str() {
            "" | "1" => return Ok(TokenSource::File),
            "2" => return Ok(TokenSource::Environment),
            "3" => return Ok(TokenSource::Later),
            _ => ui.error("answer with 1, 2 or 3", None),
        }
    }
    Ok(TokenSource::Later)
}
