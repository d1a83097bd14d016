//! What was edited on a remote since the last apply, for people.

use std::io::{self, Write};

use super::plan_human::{Setting, field};
use super::{Layout, printable, style, wording};
use crate::plan::Plan;

/// Writes the drift of one remote: a plan that holds nothing but fields that were edited there.
///
/// # Errors
/// Those of `out`.
pub fn drift_human(drift: &Plan, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let title = layout.paint(style::STRONG, &printable(&format!("Drift of {}", drift.remote.name)));
    writeln!(out, "{title} ({})", printable(&wording::place(drift)))?;
    writeln!(out)?;
    for change in &drift.changes {
        let sign = layout.paint(style::CHANGED, "~");
        writeln!(out, "  {sign} {}", layout.paint(style::STRONG, &printable(&change.id)))?;
        let setting = Setting { names: &drift.names, on_drift: drift.on_drift, new: false };
        for one in &change.fields {
            field(&setting, one, layout, out)?;
        }
        writeln!(out)?;
    }
    let count = drift.changes.len();
    if count == 0 {
        return writeln!(out, "Nothing was edited on the remote since the last apply.");
    }
    let models = if count == 1 { "1 model was".to_owned() } else { format!("{count} models were") };
    let summary = format!("{models} edited on the remote since the last apply.");
    writeln!(out, "{}", layout.paint(style::STRONG, &summary))?;
    writeln!(
        out,
        "`maquette adopt` writes it into the files; `maquette apply --on-drift overwrite` puts back what they say, `--on-drift keep` leaves it."
    )
}
