//! `maquette ollama pull` and `push`, with what the server tells meanwhile.

use std::sync::Mutex;

use camino::Utf8Path;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::super::{Exit, Failure, Ui};
use super::Format;
use super::site::Site;
use crate::remote::ollama::Progress;
use crate::report::printable;

/// Arguments of `ollama pull` and `ollama push`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The model.
    model: String,
    #[command(flatten)]
    site: Site,
    /// How to print how far it is; for machines, a line of JSON for each step.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Where a model goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// From the registry.
    Pull,
    /// To the registry.
    Push,
}

pub(super) fn run(way: Way, arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let Arguments { model, site, format } = arguments;
    let server = site.open(directory)?;
    let client = server.client();
    let bar = if ui.draws() && *format == Format::Human { bar() } else { ProgressBar::hidden() };
    let told: Mutex<String> = Mutex::new(String::new());
    let is_drawn = !bar.is_hidden();
    let watch = |progress: &Progress| match format {
        Format::Json => tell(&mut std::io::stdout().lock(), &serde_json::json!(progress).to_string()),
        Format::Human if is_drawn => draw(&bar, progress),
        // A line for each thing that it begins.
        Format::Human => {
            if let Ok(mut told) = told.lock()
                && *told != progress.status
            {
                told.clone_from(&progress.status);
                tell(&mut std::io::stderr().lock(), &printable(&progress.status));
            }
        }
    };
    let done = server.runtime.block_on(async {
        match way {
            Way::Pull => client.pull(model, &watch).await,
            Way::Push => client.push(model, &watch).await,
        }
    });
    bar.finish_and_clear();
    done?;
    ui.note(&match way {
        Way::Pull => format!("the server has `{model}` now"),
        Way::Push => format!("the registry has `{model}` now"),
    });
    Ok(Exit::Done)
}

fn tell(to: &mut dyn std::io::Write, line: &str) {
    // Nobody is left to tell if this fails.
    let _ = to.write_all(format!("{line}\n").as_bytes());
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    // A template that cannot be read would be a mistake of ours; the default of the bar shows as much.
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {bytes}/{total_bytes} {bytes_per_sec} {wide_msg}") {
        bar.set_style(style.progress_chars("━╸╌"));
    }
    bar
}

/// One bar, for the layer that the server is at.
fn draw(bar: &ProgressBar, progress: &Progress) {
    bar.set_message(printable(&progress.status).replace('\n', " "));
    bar.set_length(progress.total.unwrap_or_default());
    bar.set_position(progress.completed.unwrap_or_default());
}
