//! Lists of an Ollama server's models for people.

use std::io::{self, Write};

use serde_json::Value;

use super::Layout;
use super::table::{Column, table};

/// Writes the models that a server has.
///
/// # Errors
/// Those of `out`.
pub fn ollama_models(models: &[Value], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    if models.is_empty() {
        return writeln!(out, "The server has no model.");
    }
    let columns = [
        Column::whole("name"),
        Column::whole("size"),
        Column::cut("parameters"),
        Column::cut("quantization"),
        Column::cut("built on"),
        Column::whole("changed"),
    ];
    let line = |model: &Value| {
        [
            text(model, "/name"),
            size(model, "/size"),
            text(model, "/details/parameter_size"),
            text(model, "/details/quantization_level"),
            text(model, "/details/parent_model"),
            moment(model, "/modified_at"),
        ]
    };
    table(columns, &models.iter().map(line).collect::<Vec<_>>(), layout, out)
}

/// Writes the models that are in a server's memory.
///
/// # Errors
/// Those of `out`.
pub fn ollama_running(models: &[Value], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    if models.is_empty() {
        return writeln!(out, "No model is in memory.");
    }
    let columns = [
        Column::whole("name"),
        Column::whole("size"),
        Column::whole("on gpu"),
        Column::whole("context"),
        Column::whole("until"),
    ];
    let line = |model: &Value| {
        let context = model.get("context_length").and_then(Value::as_u64).map(|length| length.to_string());
        [
            text(model, "/name"),
            size(model, "/size"),
            size(model, "/size_vram"),
            context.unwrap_or_default(),
            moment(model, "/expires_at"),
        ]
    };
    table(columns, &models.iter().map(line).collect::<Vec<_>>(), layout, out)
}

fn text(model: &Value, pointer: &str) -> String {
    model.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// `2026-11-21 19:06`, of what the server writes as RFC 3339 in its own time zone.
fn moment(model: &Value, pointer: &str) -> String {
    text(model, pointer).replacen('T', " ", 1).chars().take(16).collect()
}

/// As disks count.
fn size(model: &Value, pointer: &str) -> String {
    let Some(bytes) = model.pointer(pointer).and_then(Value::as_u64) else { return String::new() };
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    fn printed(write: impl Fn(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    const LAYOUT: Layout = Layout { width: 100, colour: false };

    #[test]
    fn models() {
        let models = [
            json!({
                "name": "support:latest", "size": 2_019_393_189_u64, "modified_at": "2026-11-21T19:06:35.8+01:00",
                "details": {"parent_model": "llama3.2:latest", "parameter_size": "3.2B", "quantization_level": "Q4_K_M"},
            }),
            json!({"name": "\u{1b}[2Jodd", "size": 672}),
        ];
        assert_snapshot!(printed(|out| ollama_models(&models, LAYOUT, out)), @r"
        name            size    parameters  quantization  built on         changed
        support:latest  2.0 GB  3.2B        Q4_K_M        llama3.2:latest  2026-11-21 19:06
        \u{1b}[2Jodd    672 B
        ");
        assert_snapshot!(printed(|out| ollama_models(&[], LAYOUT, out)), @"The server has no model.");
    }

    #[test]
    fn running() {
        let models = [json!({
            "name": "support:latest", "size": 4_500_000_u64, "size_vram": 1_500, "context_length": 4096,
            "expires_at": "2026-11-21T19:06:35.8+01:00",
        })];
        assert_snapshot!(printed(|out| ollama_running(&models, LAYOUT, out)), @r"
        name            size    on gpu  context  until
        support:latest  4.5 MB  1.5 kB  4096     2026-11-21 19:06
        ");
        assert_snapshot!(printed(|out| ollama_running(&[], LAYOUT, out)), @"No model is in memory.");
    }
}
