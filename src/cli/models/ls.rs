//! `maquette models ls`: the models of a remote, those that are asked for, in the order that is asked for.

use std::collections::BTreeSet;

use camino::Utf8Path;
use clap::{Args, ValueEnum};

use super::super::{Exit, Failure, Ui};
use super::Format;
use super::desk::{Desk, Site, tell_of_hidden};
use crate::remote::open_webui::{Search, View};
use crate::report::models::{ModelLine, Workspace, models_human, principals};
use crate::state::ReferenceKind;

/// Arguments of `models ls`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: Site,
    #[command(flatten)]
    filter: Filter,
    /// Only your own presets: those of the account that the token is of.
    #[arg(long, conflicts_with = "shared")]
    created: bool,
    /// Only presets of others.
    #[arg(long)]
    shared: bool,
    /// The order.
    #[arg(long, value_enum, value_name = "BY", default_value_t = Sort::Id)]
    sort: Sort,
    /// The other way round.
    #[arg(long)]
    reverse: bool,
    /// At most this many.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Which models are meant; all of what is given has to fit.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct Filter {
    /// Only those with this in their id, name or base model, in upper or lower case.
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    /// Only those with this tag; may be repeated.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only those of this owner, by e-mail address or id.
    #[arg(long, value_name = "WHO")]
    owner: Option<String>,
    /// Only rows of base models.
    #[arg(long, conflicts_with = "preset")]
    base: bool,
    /// Only presets.
    #[arg(long)]
    preset: bool,
    /// Only those that are switched on.
    #[arg(long, conflicts_with = "inactive")]
    active: bool,
    /// Only those that are switched off.
    #[arg(long)]
    inactive: bool,
    /// Only those that this workspace's files describe.
    #[arg(long, conflicts_with = "unmanaged")]
    managed: bool,
    /// Only the others.
    #[arg(long)]
    unmanaged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sort {
    /// By id.
    Id,
    /// By name.
    Name,
    /// By owner.
    Owner,
    /// The oldest first.
    Created,
    /// Those first that were not changed for longest.
    Updated,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open(directory)?;
    let view = match (arguments.created, arguments.shared) {
        (true, _) => Some(View::Created),
        (_, true) => Some(View::Shared),
        _ => None,
    };
    let viewed = view.map(|view| viewed(&desk, view)).transpose()?;
    let observed = desk.observe(&[ReferenceKind::Group, ReferenceKind::User])?;
    tell_of_hidden(&observed, ui);
    let rows = observed.rows.values().filter(|row| viewed.as_ref().is_none_or(|viewed| viewed.contains(&row.id)));
    let names = principals(&observed.catalogue);
    let lines = rows.map(|row| (desk.line(row, &names), row.owner.as_deref()));
    let lines = lines.filter(|(line, owner)| arguments.filter.takes(line, *owner)).map(|(line, _)| line).collect();
    let mut lines = sorted(lines, arguments.sort, arguments.reverse);
    let left_out = lines.len().saturating_sub(arguments.limit.unwrap_or(usize::MAX));
    lines.truncate(lines.len() - left_out);
    match arguments.format {
        Format::Human => ui.table(|out, layout| models_human(&lines, layout, out))?,
        Format::Json => ui.json(&lines)?,
    }
    if left_out > 0 {
        ui.note(&format!("note: {left_out} more are left out by `--limit`"));
    }
    Ok(Exit::Done)
}

/// The ids of the presets that are the token's owner's, or not.
fn viewed(desk: &Desk, view: View) -> Result<BTreeSet<String>, Failure> {
    let client = desk.server()?.client();
    let rows = desk.runtime.block_on(client.search(&Search { view: Some(view), ..Search::default() }))?;
    Ok(rows.iter().filter_map(|row| row.get("id")?.as_str().map(str::to_owned)).collect())
}

impl Filter {
    fn takes(&self, line: &ModelLine, owner_id: Option<&str>) -> bool {
        let either = |wanted: bool, other: bool, is: bool| (!wanted || is) && (!other || !is);
        let has = |text: &str| {
            let text = text.to_lowercase();
            [Some(&line.id), Some(&line.name), line.base.as_ref()]
                .into_iter()
                .flatten()
                .any(|field| field.to_lowercase().contains(&text))
        };
        let is_owner = |who: &str| {
            owner_id == Some(who) || line.owner.as_deref().is_some_and(|owner| owner.eq_ignore_ascii_case(who))
        };
        self.text.as_deref().is_none_or(has)
            && self.tag.iter().all(|tag| line.tags.contains(tag))
            && self.owner.as_deref().is_none_or(is_owner)
            && either(self.base, self.preset, line.base.is_none())
            && either(self.active, self.inactive, line.active)
            && either(self.managed, self.unmanaged, line.workspace == Workspace::This)
    }
}

fn sorted(mut lines: Vec<ModelLine>, sort: Sort, reverse: bool) -> Vec<ModelLine> {
    // Those that are alike stay in the order of their ids.
    lines.sort_by(|a, b| a.id.cmp(&b.id));
    match sort {
        Sort::Id => {}
        Sort::Name => lines.sort_by_key(|line| line.name.to_lowercase()),
        Sort::Owner => lines.sort_by_key(|line| line.owner.as_ref().map(|owner| owner.to_lowercase())),
        Sort::Created => lines.sort_by_key(|line| line.created_at),
        Sort::Updated => lines.sort_by_key(|line| line.updated_at),
    }
    if reverse {
        lines.reverse();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: &str) -> ModelLine {
        ModelLine {
            id: id.into(),
            name: format!("The {id}"),
            base: Some("llama3.2:3b".into()),
            active: true,
            hidden: false,
            tags: vec!["x".into(), "y".into()],
            access: "private".into(),
            owner: Some("ada@example.com".into()),
            workspace: Workspace::None,
            created_at: None,
            updated_at: None,
        }
    }

    #[test]
    fn a_filter_takes_what_fits_all_of_it() {
        let base = ModelLine { base: None, ..line("llama3.2:3b") };
        let off = ModelLine { active: false, ..line("off") };
        let ours = ModelLine { workspace: Workspace::This, ..line("ours") };
        let other = ModelLine { workspace: Workspace::Other, tags: vec!["x".into()], owner: None, ..line("other") };
        let all = [base, off, ours, other];
        let text = |text: &str| Some(text.to_owned());
        let none = || Filter::default();
        for (filter, expected) in [
            (none(), "llama3.2:3b off ours other"),
            (Filter { text: text("THE O"), ..none() }, "off ours other"),
            (Filter { text: text("llama"), ..none() }, "llama3.2:3b off ours other"),
            (Filter { tag: vec!["x".into()], ..none() }, "llama3.2:3b off ours other"),
            (Filter { tag: vec!["x".into(), "y".into()], ..none() }, "llama3.2:3b off ours"),
            (Filter { owner: text("ADA@example.com"), ..none() }, "llama3.2:3b off ours"),
            (Filter { owner: text("id"), ..none() }, "llama3.2:3b off ours other"),
            (Filter { owner: text("grace@example.com"), ..none() }, ""),
            (Filter { base: true, ..none() }, "llama3.2:3b"),
            (Filter { preset: true, ..none() }, "off ours other"),
            (Filter { active: true, ..none() }, "llama3.2:3b ours other"),
            (Filter { inactive: true, ..none() }, "off"),
            (Filter { managed: true, ..none() }, "ours"),
            (Filter { unmanaged: true, ..none() }, "llama3.2:3b off other"),
            (Filter { preset: true, active: true, unmanaged: true, ..none() }, "other"),
        ] {
            let taken: Vec<&str> =
                all.iter().filter(|line| filter.takes(line, Some("id"))).map(|line| line.id.as_str()).collect();
            assert_eq!(taken.join(" "), expected, "{filter:?}");
        }
    }

    #[test]
    fn orders() {
        let lines = || {
            vec![
                ModelLine { name: "b".into(), owner: None, created_at: Some(3), updated_at: Some(1), ..line("1") },
                ModelLine {
                    name: "A".into(),
                    owner: Some("z".into()),
                    created_at: Some(2),
                    updated_at: Some(2),
                    ..line("3")
                },
                ModelLine {
                    name: "a".into(),
                    owner: Some("Y".into()),
                    created_at: Some(2),
                    updated_at: None,
                    ..line("2")
                },
            ]
        };
        for (sort, expected) in [
            (Sort::Id, "1 2 3"),
            (Sort::Name, "2 3 1"),
            (Sort::Owner, "1 2 3"),
            (Sort::Created, "2 3 1"),
            (Sort::Updated, "2 1 3"),
        ] {
            let order = |reverse| {
                let ids: Vec<String> = sorted(lines(), sort, reverse).into_iter().map(|line| line.id).collect();
                ids.join(" ")
            };
            assert_eq!(order(false), expected, "{sort:?}");
            assert_eq!(order(true), expected.chars().rev().collect::<String>(), "{sort:?}");
        }
    }
}
