//! Lists of models, base models, tags and versions.

use std::io::{self, Write};

use serde::Serialize;

use super::super::Layout;
use super::super::table::{Column, table};

/// Whose file describes a model, as its mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Workspace {
    /// One of this workspace.
    This,
    /// Nobody here knows: it carries a mark of another workspace, or one that was copied along.
    Other,
    /// Nobody's.
    None,
}

/// One model of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelLine {
    /// Its id.
    pub id: String,
    /// What people see.
    pub name: String,
    /// The model that it is built on; none if it is the row of a base model.
    pub base: Option<String>,
    /// Whether it is switched on.
    pub active: bool,
    /// Whether the selector leaves it out.
    pub hidden: bool,
    /// Its tags.
    pub tags: Vec<String>,
    /// Who may use it, in words.
    pub access: String,
    /// Whose it is: an address, or the id where that is not known.
    pub owner: Option<String>,
    /// Whose file describes it.
    pub workspace: Workspace,
    /// Seconds since 1970.
    pub created_at: Option<u64>,
    /// Seconds since 1970.
    pub updated_at: Option<u64>,
}

/// One base model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BaseLine {
    /// Its id.
    pub id: String,
    /// What people see.
    pub name: String,
    /// Where it comes from: `ollama`, `openai`, …
    pub provider: Option<String>,
    /// Whether it has a row of its own, which says who may use it.
    pub has_row: bool,
    /// Who may use it, in words.
    pub access: String,
    /// Whether it is switched on.
    pub active: bool,
    /// Whether the selector leaves it out.
    pub hidden: bool,
    /// The presets that are built on it.
    pub presets: Vec<String>,
}

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TagLine {
    /// The tag.
    pub tag: String,
    /// How many presets have it.
    pub presets: usize,
    /// How many rows of base models have it.
    pub bases: usize,
}

/// One version of a model in the server's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VersionLine {
    /// Its id.
    pub version: String,
    /// Whether it is what the model says now.
    pub current: bool,
    /// Seconds since 1970.
    pub created_at: u64,
    /// When that was, for people.
    pub time: String,
    /// Who made it.
    pub by: Option<String>,
    /// What was said of it.
    pub message: Option<String>,
}

/// Writes a list of models.
///
/// # Errors
/// Those of `out`.
pub fn models_human(lines: &[ModelLine], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Column::whole("ID"),
        Column::cut("NAME"),
        Column::cut("BASE"),
        Column::cut("TAGS"),
        Column::cut("ACCESS"),
        Column::cut("OWNER"),
        Column::whole("STATE"),
    ];
    let texts = |line: &ModelLine| {
        let workspace = match line.workspace {
            Workspace::This => Some("managed"),
            Workspace::Other => Some("of another workspace"),
            Workspace::None => None,
        };
        [
            line.id.clone(),
            line.name.clone(),
            line.base.clone().unwrap_or_else(|| "(base model)".to_owned()),
            line.tags.join(", "),
            line.access.clone(),
            line.owner.clone().unwrap_or_default(),
            state(line.active, line.hidden, workspace),
        ]
    };
    let lines: Vec<_> = lines.iter().map(texts).collect();
    if lines.is_empty() { writeln!(out, "There is no such model.") } else { table(columns, &lines, layout, out) }
}

/// Writes a list of base models.
///
/// # Errors
/// Those of `out`.
pub fn bases_human(lines: &[BaseLine], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Column::whole("ID"),
        Column::cut("NAME"),
        Column::cut("PROVIDER"),
        Column::cut("ACCESS"),
        Column::whole("PRESETS"),
        Column::whole("STATE"),
    ];
    let texts = |line: &BaseLine| {
        [
            line.id.clone(),
            line.name.clone(),
            line.provider.clone().unwrap_or_default(),
            line.access.clone(),
            line.presets.len().to_string(),
            state(line.active, line.hidden, (!line.has_row).then_some("no row")),
        ]
    };
    let lines: Vec<_> = lines.iter().map(texts).collect();
    if lines.is_empty() { writeln!(out, "No provider gives any model.") } else { table(columns, &lines, layout, out) }
}

/// Writes a list of tags.
///
/// # Errors
/// Those of `out`.
pub fn tags_human(lines: &[TagLine], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let columns = [Column::whole("TAG"), Column::whole("PRESETS"), Column::whole("BASE MODELS")];
    let count = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    let lines: Vec<_> = lines.iter().map(|line| [line.tag.clone(), count(line.presets), count(line.bases)]).collect();
    if lines.is_empty() { writeln!(out, "No model has a tag.") } else { table(columns, &lines, layout, out) }
}

/// Writes the versions of a model.
///
/// # Errors
/// Those of `out`.
pub fn history_human(lines: &[VersionLine], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Column::whole("VERSION"),
        Column::whole("TIME"),
        Column::cut("BY"),
        Column::cut("MESSAGE"),
        Column::whole("STATE"),
    ];
    let texts = |line: &VersionLine| {
        [
            line.version.clone(),
            line.time.clone(),
            line.by.clone().unwrap_or_default(),
            line.message.clone().unwrap_or_default(),
            if line.current { "current".to_owned() } else { String::new() },
        ]
    };
    let lines: Vec<_> = lines.iter().map(texts).collect();
    if lines.is_empty() { writeln!(out, "There is no version.") } else { table(columns, &lines, layout, out) }
}

/// What is not as usual with a model.
fn state(active: bool, hidden: bool, more: Option<&'static str>) -> String {
    let words = [(!active).then_some("off"), hidden.then_some("hidden"), more];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Layout = Layout { width: 100, colour: false };

    #[test]
    fn models_in_a_table() {
        let line = ModelLine {
            id: "support".into(),
            name: "Support\u{202e}".into(),
            base: Some("llama3.2:3b".into()),
            active: false,
            hidden: true,
            tags: vec!["a".into(), "b".into()],
            access: "public".into(),
            owner: Some("ada@example.com".into()),
            workspace: Workspace::This,
            created_at: None,
            updated_at: None,
        };
        let base = ModelLine {
            id: "llama3.2:3b".into(),
            base: None,
            active: true,
            hidden: false,
            workspace: Workspace::None,
            ..line.clone()
        };
        let mut out = Vec::new();
        models_human(&[line, base], PLAIN, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
        ID           NAME             BASE          TAGS  ACCESS  OWNER            STATE
        support      Support\u{202e}  llama3.2:3b   a, b  public  ada@example.com  off, hidden, managed
        llama3.2:3b  Support\u{202e}  (base model)  a, b  public  ada@example.com
        ");
    }
}
