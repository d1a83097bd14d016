//! `# maquette: allow <rule>` on the line above silences a rule there.

use super::{Context, Rule, find};
use crate::diagnostic::Diagnostic;
use crate::source::{Location, Span};
use crate::syntax::Item;

/// Removes the findings that comments of the file silence, and reports the comments that silence nothing. It belongs after
/// every phase that finds something, and leaves findings in other files and those of firm rules alone. A text that is a prompt
/// holds no comments of ours: what is found in it is silenced at the SYSTEMFILE that names it.
pub fn allow(context: &Context, findings: &mut Vec<Diagnostic>) {
    let comments = context.tree.items.iter().enumerate().filter_map(|(at, item)| Some((at, comment(item)?)));
    let mut silenced: Vec<Allowed> = comments.flat_map(|(at, span)| allowed(context, at, span)).collect();
    if silenced.is_empty() {
        return;
    }
    silenced.sort_by_key(|allowed| allowed.line);
    let lines = context.file.lines();
    findings.retain(|finding| {
        let own = |place: &Location| place.file == context.id;
        let Some(place) = finding.location.filter(own).or_else(|| finding.included_at().filter(own)) else {
            return true;
        };
        if find(finding.rule).is_some_and(|rule| rule.firm) {
            return true;
        }
        // A finding inside a long value belongs to the statement's first line too.
        let starts = [place.span.start, start_of_statement(context, place.span.start)];
        let mut is_silenced = false;
        for line in starts.map(|start| lines.line(start)) {
            let first = silenced.partition_point(|allowed| allowed.line < line);
            let here = silenced.iter_mut().skip(first).take_while(|allowed| allowed.line == line);
            for allowed in here.filter(|allowed| allowed.rule.is_some_and(|rule| rule.name == finding.rule)) {
                allowed.used = true;
                is_silenced = true;
            }
        }
        !is_silenced
    });
    silenced.sort_by_key(|allowed| allowed.name);
    for allowed in silenced.iter().filter(|allowed| !allowed.used) {
        let name = context.text(allowed.name);
        let place = context.at(allowed.name);
        findings.push(match allowed.rule {
            None => {
                let known = super::rules::ALL.iter().map(|rule| rule.name);
                let meant = crate::diagnostic::closest(name, known);
                let finding = Diagnostic::new("unused-allow", place, format!("there is no rule `{name}`"));
                finding.help(match meant {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "remove it".to_owned(),
                })
            }
            Some(rule) if rule.firm => {
                Diagnostic::new("unused-allow", place, format!("`{name}` cannot be silenced")).help("remove it")
            }
            Some(_) => {
                let message = format!("`{name}` finds nothing in the line below");
                Diagnostic::new("unused-allow", place, message).help("remove it")
            }
        });
    }
}

struct Allowed {
    /// The rule as written.
    name: Span,
    /// The rule that is meant, if there is one.
    rule: Option<&'static Rule>,
    /// The line that it is about.
    line: u32,
    used: bool,
}

fn comment(item: &Item) -> Option<Span> {
    match item {
        Item::Comment(span) => Some(*span),
        Item::Trivia(_) | Item::Statement(_) | Item::Malformed(_) => None,
    }
}

/// The rules that one comment names, separated by commas or blanks.
fn allowed(context: &Context, at: usize, comment: Span) -> Vec<Allowed> {
    let text = context.text(comment);
    let names = text.trim_start_matches('#').trim_start().strip_prefix("maquette:").map(str::trim_start);
    let Some(names) = names.and_then(|rest| rest.strip_prefix("allow")) else { return Vec::new() };
    let line = next_line(context, at, comment);
    let base = comment.end - u32::try_from(names.len()).unwrap_or_default();
    let mut found = Vec::new();
    let mut offset = base;
    for name in names.split([',', ' ', '\t']) {
        let length = u32::try_from(name.len()).unwrap_or_default();
        if !name.is_empty() {
            found.push(Allowed { name: Span::new(offset, offset + length), rule: find(name), line, used: false });
        }
        offset += length + 1;
    }
    found
}

/// The line of the next item that is no comment: several comments may stand above one statement.
fn next_line(context: &Context, at: usize, comment: Span) -> u32 {
    let mut after = context.tree.items.iter().skip(at).take(MANY_COMMENTS);
    let item = after.find(|item| matches!(item, Item::Statement(_) | Item::Malformed(_)));
    context.file.lines().line(item.map_or(comment.start, |item| item.span().start))
}

/// How many lines of comments may stand above a statement; a bound, so that a file of comments takes linear time.
const MANY_COMMENTS: usize = 100;

/// Where the statement that holds `offset` starts.
fn start_of_statement(context: &Context, offset: u32) -> u32 {
    let items = &context.tree.items;
    let at = items.partition_point(|item| item.span().start <= offset);
    items.get(at.wrapping_sub(1)).map_or(offset, |item| item.span().start)
}
