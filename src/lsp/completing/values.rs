//! The values of directives and parameters.

use std::collections::BTreeSet;

use camino::Utf8Path;
use gen_lsp_types::CompletionItemKind;

use super::{Offer, paths};
use crate::check::rules;
use crate::ir::directive::{Directive, FROM, KNOWN_CAPABILITIES, KNOWN_FEATURES, Shape};
use crate::ir::{Role, Value, parameter};
use crate::lsp::world::{File, World};
use crate::state::ReferenceKind;

/// In how many models of the workspace it is looked what they say.
const MANY: usize = 5000;

/// Values of a parameter.
pub(super) fn of_parameter(name: &str) -> Vec<Offer> {
    let Some(row) = parameter::find(name) else { return Vec::new() };
    let mut offers: Vec<Offer> =
        row.kind.words().iter().map(|word| Offer::new(*word, CompletionItemKind::EnumMember)).collect();
    let number = row.default.filter(|default| default.parse::<f64>().is_ok());
    if let Some(default) = number.filter(|default| !offers.iter().any(|offer| offer.label == *default)) {
        offers.push(Offer::new(default, CompletionItemKind::Value).detail("the default").ranked(1));
    }
    if let Some((least, most)) = row.range.filter(|_| number.is_some()) {
        for (end, detail) in [(least, "the least"), (most, "the most")] {
            let end = end.to_string();
            if end.parse::<f64>().is_ok_and(f64::is_finite) && !offers.iter().any(|offer| offer.label == end) {
                offers.push(Offer::new(end, CompletionItemKind::Value).detail(detail).ranked(6));
            }
        }
    }
    offers
}

/// Values of a directive, or items after `before`, of which `written` is there.
pub(super) fn of(world: &World, file: &File, directive: &'static Directive, before: &str, written: &str) -> Vec<Offer> {
    let words = |words: &[&str]| -> Vec<Offer> {
        words.iter().map(|word| Offer::new(*word, CompletionItemKind::EnumMember)).collect()
    };
    let any = |_: &Utf8Path| true;
    match (directive.keyword, directive.shape) {
        ("PARSER", _) => words(&rules::PARSERS),
        ("RENDERER", _) => words(&rules::RENDERERS),
        ("FROM" | "OVERRIDE", _) => bases(world, file, written),
        ("FEATURES", _) => words(&KNOWN_FEATURES),
        ("CAPABILITIES", _) => {
            let off = KNOWN_CAPABILITIES.iter().map(|name| format!("-{name}"));
            let off = off.map(|name| Offer::new(name, CompletionItemKind::EnumMember).detail("switched off").ranked(6));
            words(&KNOWN_CAPABILITIES).into_iter().chain(off).collect()
        }
        (_, Shape::Flag) => words(&["true", "false"]),
        (_, Shape::Message) => words(&[Role::User, Role::Assistant, Role::System].map(Role::as_str)),
        ("ADAPTER" | "DRAFT", _) | (_, Shape::Path) => paths::below(file, written, any),
        (_, Shape::Avatar) => {
            let is_image = |path: &Utf8Path| {
                path.extension().is_some_and(|one| ["png", "jpg", "jpeg", "gif", "webp"].contains(&one))
            };
            let mut offers = paths::below(file, written, is_image);
            offers.extend(words(&["none"]));
            offers
        }
        (_, Shape::Access) => others(access(world, file, directive, before), before),
        (_, Shape::Knowledge) => {
            let mut offers = others(items(world, file, directive), before);
            if before.is_empty() {
                offers.push(Offer::new("full", CompletionItemKind::Keyword).detail("the whole text of what follows"));
            }
            offers
        }
        (_, Shape::List | Shape::Switches) => others(items(world, file, directive), before),
        _ => Vec::new(),
    }
}

/// Without what stands in front already.
fn others(mut offers: Vec<Offer>, before: &str) -> Vec<Offer> {
    offers.retain(|offer| !before.split(',').any(|item| item.trim() == offer.label));
    offers
}

/// Models of the workspace, base models of the remote, and what other files are built on.
fn bases(world: &World, file: &File, written: &str) -> Vec<Offer> {
    let mut offers: Vec<Offer> = file
        .folder
        .ids()
        .iter()
        .map(|id| Offer::new(id, CompletionItemKind::Class).detail("a model of this workspace").ranked(2))
        .collect();
    offers.extend(remote(world, file, &FROM));
    let mut seen: BTreeSet<String> = offers.iter().map(|offer| offer.label.clone()).collect();
    for model in file.session().files.iter().take(MANY) {
        for statement in model.document.statements.iter().filter(|one| one.directive.keyword == "FROM") {
            if let Value::Text(text) = &statement.value
                && statement.location.file != file.id
                && seen.insert(text.text.clone())
            {
                offers.push(Offer::new(&text.text, CompletionItemKind::Class).detail("used in this workspace"));
            }
        }
    }
    if written.starts_with('.') {
        offers.extend(paths::below(file, written, |path| path.extension() == Some("gguf")));
    }
    offers
}

fn access(world: &World, file: &File, directive: &'static Directive, before: &str) -> Vec<Offer> {
    if before.is_empty() {
        let form = |form: &str, detail: &str| Offer::new(form, CompletionItemKind::Keyword).detail(detail);
        return vec![
            form("public", "everybody with an account may use it"),
            form("private", "only its owner and administrators"),
            form("read ", "these may use it"),
            form("write ", "these may edit it, too"),
        ];
    }
    let mut offers = items(world, file, directive);
    let forms = ["group:", "user:", "group-id:", "user-id:"];
    offers.extend(forms.map(|form| Offer::new(form, CompletionItemKind::Keyword).ranked(6)));
    offers
}

/// What the remote has, and what other models of the workspace say.
fn items(world: &World, file: &File, directive: &'static Directive) -> Vec<Offer> {
    let mut offers = remote(world, file, directive);
    let mut seen: BTreeSet<String> = offers.iter().map(|offer| offer.label.clone()).collect();
    for model in file.session().files.iter().take(MANY) {
        for statement in model.document.all(directive).filter(|statement| statement.location.file != file.id) {
            for (item, _) in statement.value.items() {
                let label = item.to_string();
                if seen.insert(label.clone()) {
                    offers.push(Offer::new(label, CompletionItemKind::Value).detail("used in this workspace"));
                }
            }
        }
    }
    offers
}

/// What the workspace's default remote has that a directive can name, as far as that is known by now.
fn remote(world: &World, file: &File, directive: &Directive) -> Vec<Offer> {
    let kinds: &[(ReferenceKind, &str)] = match directive.keyword {
        "FROM" | "OVERRIDE" => &[(ReferenceKind::Base, "")],
        "TOOLS" => &[(ReferenceKind::Tool, "")],
        "FILTERS" => &[(ReferenceKind::Filter, "")],
        "ACTIONS" => &[(ReferenceKind::Action, "")],
        "SKILLS" => &[(ReferenceKind::Skill, "")],
        "KNOWLEDGE" => {
            &[(ReferenceKind::Knowledge, ""), (ReferenceKind::File, "file:"), (ReferenceKind::Note, "note:")]
        }
        "ACCESS" => &[(ReferenceKind::Group, "group:"), (ReferenceKind::User, "user:")],
        _ => return Vec::new(),
    };
    // Nobody is asked for the sake of a folder that nobody trusts.
    let names = world.trusted.then(|| world.outside.names(&file.folder.root)).flatten();
    let Some(names) = names else { return Vec::new() };
    let mut offers = Vec::new();
    for (kind, prefix) in kinds {
        for entry in names.catalogue.of(*kind).unwrap_or_default() {
            // These are named by their ids, everything else by what people call it.
            let by_id = matches!(
                kind,
                ReferenceKind::Base
                    | ReferenceKind::Tool
                    | ReferenceKind::Filter
                    | ReferenceKind::Action
                    | ReferenceKind::Skill
            );
            let (name, other) = if by_id { (&entry.id, &entry.name) } else { (&entry.name, &entry.id) };
            let item = format!("{prefix}{name}");
            let detail = format!("{other}, {} on {}", kind.noun(), names.remote);
            let text = if is_plain(&item) { item.clone() } else { serde_json::json!(item).to_string() };
            offers.push(Offer::new(item, CompletionItemKind::Reference).detail(detail).written(text).ranked(3));
        }
    }
    offers
}

/// Whether an item of a list can be written as it is.
fn is_plain(item: &str) -> bool {
    item.trim() == item && !item.contains([',', '"']) && !item.contains(char::is_control)
}
