//! `maquette parse`: what a parser makes of a file, one JSON line each.

use std::io::Read as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Exit, Failure, Ui};
use crate::ir::directive;
use crate::source::{DiskFiles, Files as _, MAX_FILE_BYTES, SourceFile};
use crate::syntax::{self, Command, Dialect};

/// Arguments of `parse`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Whose rules to judge by.
    #[arg(long, value_enum, default_value_t = DialectArgument::Maquette)]
    dialect: DialectArgument,
    /// Files; `-` is standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DialectArgument {
    /// Exactly as Ollama's own parser.
    Ollama,
    /// With the directives of Maquette.
    Maquette,
}

/// One line of the result.
#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    ok: bool,
    commands: &'a [Command],
    error: Option<&'a str>,
    #[serde(rename = "line")]
    number: Option<u32>,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let dialect = match arguments.dialect {
        DialectArgument::Ollama => Dialect::Ollama,
        DialectArgument::Maquette => Dialect::Maquette,
    };
    let mut exit = Exit::Done;
    for path in &arguments.paths {
        let (commands, error, number) = match read(directory, path) {
            Ok(bytes) => {
                let source = SourceFile::new(path.clone(), &bytes);
                let verdict = syntax::verdict(&syntax::parse(Arc::clone(&source.text)), dialect, is_keyword);
                // Ollama's whole message, which begins with the line where there is one.
                let number = verdict.error.as_ref().and_then(|refusal| refusal.line);
                (verdict.commands, verdict.error.map(|refusal| refusal.to_string()), number)
            }
            Err(message) => (Vec::new(), Some(message), None),
        };
        if error.is_some() {
            exit = Exit::Failed;
        }
        let line =
            Line { path: path.as_str(), ok: error.is_none(), commands: &commands, error: error.as_deref(), number };
        ui.result(|out, _| {
            serde_json::to_writer(&mut *out, &line)?;
            writeln!(out)
        })?;
    }
    Ok(exit)
}

fn is_keyword(word: &str) -> bool {
    directive::find(word).is_some()
}

fn read(directory: &Utf8Path, path: &Utf8Path) -> Result<Vec<u8>, String> {
    if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .take(MAX_FILE_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("cannot read standard input: {error}"))?;
        return Ok(bytes);
    }
    DiskFiles.read(&directory.join(path)).map_err(|error| error.to_string())
}
