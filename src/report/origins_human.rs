//! Where the fields of models come from, for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Layout, printable, style};

/// Where the fields of one model come from.
#[derive(Clone, Debug)]
pub struct ModelOrigins {
    /// The model, and its file.
    pub title: String,
    /// Fields by name.
    pub fields: BTreeMap<String, Vec<Origin>>,
}

/// One place that a field comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// File and line.
    pub place: String,
    /// Through what it became part of the model, the nearest first.
    pub through: Vec<String>,
}

/// Writes a block for each model.
///
/// # Errors
/// Those of `out`.
pub fn origins_human(models: &[ModelOrigins], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    for (model, at) in models.iter().zip(0..) {
        if at > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", layout.paint(style::STRONG, &printable(&model.title)))?;
        let width = model.fields.keys().map(|name| name.chars().count()).max().unwrap_or_default().min(MAX_NAME);
        for (name, origins) in &model.fields {
            let mut name = printable(name).into_owned();
            for origin in origins {
                writeln!(out, "  {name:width$}  {}", printable(&origin.place))?;
                for step in &origin.through {
                    writeln!(out, "  {:width$}    {}", "", printable(&shortened(step)))?;
                }
                name = String::new();
            }
        }
    }
    Ok(())
}

/// Longer names do not push the places to the right.
const MAX_NAME: usize = 40;

/// At most a line of a text that holds an argument's value.
fn shortened(step: &str) -> String {
    let line = step.replace(['\r', '\n'], " ");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
