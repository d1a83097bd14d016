//! `maquette explain`: the page of a rule, a directive or a parameter.

use clap::Args;

use super::{Exit, Failure, Ui};
use crate::check;
use crate::diagnostic::closest;
use crate::ir::{directive, parameter};
use crate::report;

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A rule's name or code, a directive, or a parameter.
    #[arg(value_name = "WORD")]
    word: String,
}

pub(super) fn run(arguments: &Arguments, ui: &mut Ui) -> Result<Exit, Failure> {
    let word = arguments.word.as_str();
    let page = page(word).ok_or_else(|| {
        let failure = Failure::new(format!("`{word}` is no rule, directive or parameter"));
        let known = check::rules::ALL.iter().map(|rule| rule.name).chain(parameter::names());
        match closest(word, known.chain(directive::ALL.iter().map(|directive| directive.keyword))) {
            Some(meant) => failure.help(format!("did you mean `{meant}`?")),
            None => failure.help("`maquette rules` lists the rules"),
        }
    })?;
    let drawn = ui.draws_results();
    ui.result(|out, layout| if drawn { report::page(&page, layout, out) } else { out.write_all(page.as_bytes()) })?;
    Ok(Exit::Done)
}

/// The page, in Markdown.
fn page(word: &str) -> Option<String> {
    let upper = word.to_uppercase();
    if let Some(rule) = check::find(word).or_else(|| check::find(&upper)) {
        return Some(rule.docs.to_owned());
    }
    if let Some(parameter) = parameter::find(word) {
        return Some(format!("# PARAMETER {}\n\n{}", parameter.name, parameter.page()));
    }
    directive::find(&upper).map(|directive| format!("# {}\n\n{}", directive.keyword, directive.page()))
}
