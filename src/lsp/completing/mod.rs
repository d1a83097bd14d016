//! What could be written at a cursor.

mod paths;
mod place;
mod values;

use gen_lsp_types::CompletionItemKind;

use self::place::{Place, Slot};
use super::world::{File, World};
use crate::check;
use crate::ir::directive::{self, Directive, Family, Shape};
use crate::ir::parameter;
use crate::source::Span;

/// Something that could be written.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    /// What it is called.
    pub(super) label: String,
    /// What it is.
    pub(super) kind: CompletionItemKind,
    /// A few words beside it.
    pub(super) detail: Option<String>,
    /// What there is to know, as Markdown.
    pub(super) docs: Option<String>,
    /// What is written, if not the label.
    pub(super) text: Option<String>,
    /// The same with places to fill in, for clients that can.
    pub(super) snippet: Option<String>,
    /// Whether it should not be written any more.
    pub(super) is_deprecated: bool,
    /// The smaller the further up.
    pub(super) rank: u8,
}

impl Offer {
    /// Something that is written as it is called.
    pub(super) fn new(label: impl Into<String>, kind: CompletionItemKind) -> Self {
        Self {
            label: label.into(),
            kind,
            detail: None,
            docs: None,
            text: None,
            snippet: None,
            is_deprecated: false,
            rank: 5,
        }
    }

    /// The same with a few words beside it.
    pub(super) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// The same with what there is to know.
    pub(super) fn docs(self, docs: impl Into<String>) -> Self {
        Self { docs: Some(docs.into()), ..self }
    }

    /// What is written instead of the label.
    pub(super) fn written(self, text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..self }
    }

    fn ranked(self, rank: u8) -> Self {
        Self { rank, ..self }
    }
}

/// What could be written at `offset`, and what of the text it replaces.
pub(super) fn offers(world: &World, file: &File, offset: u32) -> Option<(Span, Vec<Offer>)> {
    let tree = file.tree()?;
    let lines = file.source().lines();
    let start = lines.start(lines.line(offset)).unwrap_or_default();
    let Place { slot, word } = place::find(tree, start, offset)?;
    let offers = match slot {
        Slot::Keyword => keywords(file),
        Slot::Rule => rules(),
        Slot::Argument => arguments(file),
        Slot::Parameter => parameters(),
        Slot::ParameterValue(name) => values::of_parameter(name),
        Slot::Value(directive, before) => values::of(world, file, directive, before, word.of(&tree.text)),
        Slot::Action(directive) => actions(directive),
    };
    Some((word, offers))
}

fn keywords(file: &File) -> Vec<Offer> {
    let statements: Vec<&str> = file
        .tree()
        .into_iter()
        .flat_map(|tree| tree.statements().map(|statement| tree.slice(statement.keyword)))
        .collect();
    let is_there = |directive: &Directive| statements.iter().any(|word| word.eq_ignore_ascii_case(directive.keyword));
    let mut offers: Vec<Offer> = directive::ALL
        .iter()
        .map(|directive| {
            let only_once = directive.cardinality != directive::Cardinality::Many;
            let rank = match (only_once && is_there(directive), directive.family) {
                (true, _) => 9,
                (false, Family::Ollama) => 3,
                (false, Family::Maquette) => 4,
            };
            let offer = Offer::new(directive.keyword, CompletionItemKind::Keyword).detail(directive.value);
            Offer {
                text: Some(format!("{} ", directive.keyword)),
                snippet: Some(snippet(directive)),
                ..offer.docs(directive.page()).ranked(rank)
            }
        })
        .collect();
    if statements.is_empty() {
        let text =
            "FROM ${1:llama3.2:3b}\nNAME ${2:Name}\nDESCRIPTION ${3:What it is for.}\nSYSTEM \"\"\"\n$0\n\"\"\"\n";
        let offer = Offer::new("model", CompletionItemKind::Snippet).detail("a model with a name and a prompt");
        offers.push(Offer {
            text: Some("FROM ".to_owned()),
            snippet: Some(text.to_owned()),
            ..offer.docs(format!("```modelfile\n{text}```\n")).ranked(1)
        });
    }
    offers
}

/// A directive with places to fill in.
fn snippet(directive: &Directive) -> String {
    let keyword = directive.keyword;
    match (keyword, directive.shape) {
        ("SYSTEM" | "TEMPLATE" | "LICENSE", _) => format!("{keyword} \"\"\"\n$0\n\"\"\""),
        (_, Shape::Message) => format!("{keyword} ${{1|user,assistant,system|}} $0"),
        (_, Shape::Suggestion) => format!("{keyword} \"${{1:title}}\" \"${{2:subtitle}}\" \"${{3:prompt}}\""),
        (_, Shape::Argument) => format!("{keyword} ${{1:name}}=${{2:default}}"),
        _ => format!("{keyword} $0"),
    }
}

fn rules() -> Vec<Offer> {
    let rules = check::rules::ALL.iter().filter(|rule| !rule.firm);
    let offer =
        |rule: &check::Rule| Offer::new(rule.name, CompletionItemKind::EnumMember).detail(rule.code).docs(rule.docs);
    rules.map(|rule| offer(rule)).collect()
}

fn arguments(file: &File) -> Vec<Offer> {
    let own = file.compiled().into_iter().flat_map(|file| file.arguments.iter().map(ToString::to_string));
    let manifest = file.project().map(|project| &project.manifest);
    let of_all = manifest.into_iter().flat_map(|manifest| manifest.args.keys().cloned());
    let of_remotes = manifest.into_iter().flat_map(|manifest| &manifest.remotes);
    let of_remotes = of_remotes.flat_map(|(_, remote)| remote.args.keys().cloned());
    let names: std::collections::BTreeSet<String> = own.chain(of_all).chain(of_remotes).collect();
    let value = |name: &str| manifest.and_then(|manifest| manifest.args.get(name));
    let offer = |name: String| {
        let detail = value(&name).map(|value| format!("`{value}` in the manifest"));
        Offer { detail, ..Offer::new(name, CompletionItemKind::Variable) }
    };
    names.into_iter().map(offer).collect()
}

fn parameters() -> Vec<Offer> {
    parameter::ALL
        .iter()
        .map(|row| {
            let detail = row.default.map(|default| format!("default: {default}"));
            let offer = Offer::new(row.name, CompletionItemKind::Property).docs(row.page());
            let is_going = !row.ollama.holds() && row.open_webui.is_none();
            Offer {
                detail,
                text: Some(format!("{} ", row.name)),
                is_deprecated: is_going,
                rank: if is_going { 9 } else { 5 },
                ..offer
            }
        })
        .collect()
}

fn actions(directive: &Directive) -> Vec<Offer> {
    match directive.keyword {
        "SYSTEM" => check::rules::PROMPT_VARIABLES
            .iter()
            .map(|name| Offer::new(*name, CompletionItemKind::Variable).detail("filled in by Open WebUI"))
            .collect(),
        "TEMPLATE" => {
            let variables = crate::template::ROOT.iter().chain(&crate::template::MESSAGE);
            let variables = variables.map(|name| Offer::new(format!(".{name}"), CompletionItemKind::Variable));
            let functions = crate::template::FUNCTIONS.iter();
            variables.chain(functions.map(|name| Offer::new(*name, CompletionItemKind::Function).ranked(6))).collect()
        }
        _ => Vec::new(),
    }
}
