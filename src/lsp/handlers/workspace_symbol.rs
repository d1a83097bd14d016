//! `workspace/symbol`: the models and arguments of the workspace, by a part of their names.

use gen_lsp_types::{
    BaseSymbolInformation, Location, ServerCapabilities, SymbolInformation, SymbolKind, WorkspaceSymbolParams,
    WorkspaceSymbolProvider, WorkspaceSymbolRequest, WorkspaceSymbolResponse,
};

use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::named::location;
use crate::lsp::symbols::{Name, Origin, Role};
use crate::lsp::world::World;
use crate::source::Span;

/// As many as anybody looks at.
const MOST: usize = 256;

pub(super) fn handler() -> Handler {
    Handler::new::<WorkspaceSymbolRequest>(answer, advertise).thorough()
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.workspace_symbol_provider = Some(WorkspaceSymbolProvider::Bool(true));
}

fn answer(world: &World, params: &WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>, Refusal> {
    let query = params.query.to_lowercase();
    let mut found = Vec::new();
    for folder in &world.folders {
        for page in folder.symbols().pages() {
            if let Some((id, origin)) = page.model.as_ref().and_then(|model| model.id.as_ref())
                && matches(id, &query)
            {
                let (path, span) = match origin {
                    Origin::Id(said) | Origin::Override(said) => (&said.path, said.span),
                    Origin::FileName => (&page.path, Span::at(0)),
                };
                let place = location(world, folder, path, span);
                found.extend(place.map(|place| symbol(id, SymbolKind::Class, place, page.path.as_str())));
            }
            for mention in page.mentions.iter().filter(|mention| mention.role == Role::Declared) {
                let Name::Argument(name) = &mention.name else { continue };
                if matches(name, &query) {
                    let place = location(world, folder, &page.path, mention.span);
                    found.extend(place.map(|place| symbol(name, SymbolKind::Variable, place, page.path.as_str())));
                }
            }
            if found.len() >= MOST {
                break;
            }
        }
    }
    found.truncate(MOST);
    Ok(Some(WorkspaceSymbolResponse::SymbolInformationList(found)))
}

/// Whether the letters of the query occur in the name, in their order, as editors filter.
fn matches(name: &str, query: &str) -> bool {
    let name = name.to_lowercase();
    let mut letters = name.chars();
    query.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

fn symbol(name: &str, kind: SymbolKind, location: Location, container: &str) -> SymbolInformation {
    let container_name = Some(container.to_owned());
    let base = BaseSymbolInformation { name: name.to_owned(), kind, tags: None, container_name };
    SymbolInformation::new(None, location, base)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn letters_match_in_their_order() {
        for (name, query, expected) in [
            ("support-bot", "", true),
            ("Support-Bot", "sb", true),
            ("support", "supo", true),
            ("support", "bs", false),
        ] {
            assert_eq!(matches(name, query), expected, "{name} {query}");
        }
    }
}
