//! `maquette.toml` in an editor: what its schema says of the place at the cursor.

use std::sync::LazyLock;

use gen_lsp_types::{CompletionItemKind, Position, Range, Uri};
use serde_json::Value as Json;

use super::completing::Offer;
use super::position::Page;
use super::uri;
use super::world::World;
use crate::check;
use crate::project::{self, MANIFEST};
use crate::source::{LineIndex, Span};

/// The schema; the same one that `maquette schema manifest` prints.
static SCHEMA: LazyLock<Json> = LazyLock::new(|| project::schema().to_value());

/// What could be written in a manifest, and what it replaces; none if this is no manifest.
pub(super) fn offers(world: &World, uri: &Uri, position: Position) -> Option<(Range, Vec<Offer>)> {
    at(world, uri, position, |page, offset| {
        let line = line_before(page, offset);
        let ending = |text: &str| Span::new(offset - u32::try_from(text.len()).unwrap_or_default(), offset);
        let start = line.trim_start();
        if start.starts_with('#') {
            return None;
        }
        if let Some(header) = start.strip_prefix("[[").or_else(|| start.strip_prefix('[')) {
            let parent: Vec<&str> = header.split('.').collect();
            let (name, parents) = parent.split_last()?;
            return Some((page.range(ending(name.trim_start())), keys(parents, true)));
        }
        let mut path = table(page.text, offset);
        if let Some((key, value)) = start.split_once('=') {
            path.extend(key.split('.').map(unquoted));
            let value = value.trim_start().rsplit(['[', ',', ' ']).next().unwrap_or_default();
            return Some((page.range(ending(value)), values(&path)));
        }
        let (parents, name) = start.rsplit_once('.').unwrap_or(("", start));
        path.extend(parents.split('.').filter(|part| !part.is_empty()).map(unquoted));
        Some((page.range(ending(name)), keys(&path, false)))
    })
}

/// What there is to know about the key at a position of a manifest, as Markdown, and where that key is.
pub(super) fn hover(world: &World, uri: &Uri, position: Position) -> Option<(Range, String)> {
    at(world, uri, position, |page, offset| {
        let line = page.lines.line(offset);
        let start = page.lines.start(line)?;
        let text = page.lines.text_of(page.text, line);
        let begin = text.len() - text.trim_start().len();
        let trimmed = text.trim_start();
        let (path, key) = if let Some(header) = trimmed.strip_prefix("[[").or_else(|| trimmed.strip_prefix('[')) {
            let header = header.split(']').next()?;
            (header.split('.').map(unquoted).collect::<Vec<_>>(), header)
        } else {
            let key = trimmed.split('=').next().filter(|_| trimmed.contains('='))?.trim_end();
            let mut path = table(page.text, offset);
            path.extend(key.split('.').map(unquoted));
            (path, key)
        };
        let at = start + u32::try_from(begin + trimmed.find(key)?).ok()?;
        let span = Span::new(at, at + u32::try_from(key.len()).ok()?);
        let docs = node(&path).and_then(described)?;
        (span.start <= offset && offset <= span.end).then(|| (page.range(span), docs))
    })
}

/// Looks at a manifest that is open.
fn at<T>(world: &World, uri: &Uri, position: Position, look: impl FnOnce(&Page, u32) -> Option<T>) -> Option<T> {
    let document = world.document(uri)?;
    let path = uri::path(uri)?;
    if path.file_name() != Some(MANIFEST) {
        return None;
    }
    let lines = LineIndex::new(&document.text);
    let page = Page { text: &document.text, lines: &lines, unit: world.client.unit };
    look(&page, page.offset(position))
}

fn line_before<'a>(page: &Page<'a>, offset: u32) -> &'a str {
    let start = page.lines.start(page.lines.line(offset)).unwrap_or_default();
    Span::new(start, offset.max(start)).of(page.text)
}

/// The path of the table that `offset` is in.
fn table(text: &str, offset: u32) -> Vec<&str> {
    let before = text.get(..offset as usize).unwrap_or_default();
    let mut headers = before.lines().map(str::trim).filter_map(|line| line.strip_prefix('[')?.split(']').next());
    let last = headers.next_back().map(|header| header.trim_start_matches('['));
    last.into_iter().flat_map(|header| header.split('.')).map(unquoted).collect()
}

fn unquoted(key: &str) -> &str {
    key.trim().trim_matches(['"', '\''])
}

/// The schema of what lies at a path.
fn node<'a>(path: &[&str]) -> Option<&'a Json> {
    path.iter().try_fold(&*SCHEMA, |node, key| {
        let node = resolved(node);
        let own = node.get("properties").and_then(|properties| properties.get(*key));
        own.or_else(|| node.get("additionalProperties").filter(|any| any.is_object()))
    })
}

/// What a schema refers to; of what may be nothing, what it is otherwise; of a list, its items.
fn resolved(node: &Json) -> &Json {
    let mut node = node;
    // References lead to definitions, and these to few others.
    for _ in 0..8 {
        let reference =
            node.get("$ref").and_then(Json::as_str).and_then(|name| SCHEMA.pointer(name.strip_prefix('#')?));
        let alternatives = node.get("anyOf").and_then(Json::as_array);
        let alternative = alternatives.and_then(|all| all.iter().find(|one| one.get("type") != Some(&"null".into())));
        match reference.or(alternative).or_else(|| node.get("items")) {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

/// What is said of it, itself or what it refers to.
fn described(node: &Json) -> Option<String> {
    let text = |node: &Json| node.get("description").and_then(Json::as_str).map(str::to_owned);
    text(node).or_else(|| text(resolved(node)))
}

/// The keys of a table; only those that are tables themselves, for a header.
fn keys(path: &[&str], is_header: bool) -> Vec<Offer> {
    if path.last() == Some(&"rules") {
        let offer = |rule: &&check::Rule| {
            Offer::new(rule.name, CompletionItemKind::Property)
                .detail(rule.code)
                .docs(rule.docs)
                .written(format!("{} = ", rule.name))
        };
        return check::rules::ALL.iter().map(offer).collect();
    }
    let Some(table) = node(path).map(resolved) else { return Vec::new() };
    let properties = table.get("properties").and_then(Json::as_object);
    let is_table = |node: &Json| {
        let node = resolved(node);
        node.get("properties").is_some() || node.get("additionalProperties").is_some_and(Json::is_object)
    };
    let mut offers = Vec::new();
    for (name, value) in properties.into_iter().flatten().filter(|(_, value)| !is_header || is_table(value)) {
        let offer = Offer::new(name, CompletionItemKind::Property);
        let docs = described(value);
        let written = if is_header { name.clone() } else { format!("{name} = ") };
        offers.push(Offer { docs, ..offer.written(written) });
    }
    offers
}

/// The values that a key takes, where these are a few words.
fn values(path: &[&str]) -> Vec<Offer> {
    let Some(node) = node(path).map(resolved) else { return Vec::new() };
    if node.get("type").and_then(Json::as_str) == Some("boolean") {
        return ["true", "false"].map(|word| Offer::new(word, CompletionItemKind::EnumMember)).to_vec();
    }
    let listed = node.get("enum").and_then(Json::as_array).into_iter().flatten().map(|word| (word, None));
    let described = node.get("oneOf").and_then(Json::as_array).into_iter().flatten();
    let described =
        described.filter_map(|one| Some((one.get("const")?, one.get("description").and_then(Json::as_str))));
    let words = listed.chain(described).filter_map(|(word, docs)| Some((word.as_str()?, docs)));
    words
        .map(|(word, docs)| {
            let offer = Offer::new(format!("\"{word}\""), CompletionItemKind::EnumMember);
            Offer { docs: docs.map(str::to_owned), ..offer }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(offers: &[Offer]) -> Vec<&str> {
        offers.iter().map(|offer| offer.label.as_str()).collect()
    }

    #[test]
    fn the_schema_tells_of_every_place() {
        for (path, key) in [
            (&[][..], "workspace"),
            (&["workspace"], "models"),
            (&["remotes", "any"], "allow-http"),
            (&["remotes", "any", "guard"], "max-deletes"),
            (&["overrides"], "paths"),
            (&["rules"], "secret-in-value"),
        ] {
            assert!(labels(&keys(path, false)).contains(&key), "{path:?}: {:?}", labels(&keys(path, false)));
        }
        assert!(labels(&keys(&[], true)).contains(&"guard"));
        assert!(!labels(&keys(&["remotes", "any"], true)).contains(&"url"));
        for (path, word) in [
            (&["remotes", "any", "kind"][..], "\"open-webui\""),
            (&["remotes", "any", "exclusive"], "true"),
            (&["rules", "secret-in-value"], "\"off\""),
        ] {
            assert!(labels(&values(path)).contains(&word), "{path:?}: {:?}", labels(&values(path)));
        }
        assert!(described(node(&["workspace", "id"]).unwrap()).unwrap().contains("random id"));
    }

    #[test]
    fn the_table_around_a_place_is_found() {
        let text = "[a]\nx = 1\n[remotes.\"my server\".args]\ny = 2\n";
        assert_eq!(table(text, 6), ["a"]);
        assert_eq!(table(text, 40), ["remotes", "my server", "args"]);
    }
}
