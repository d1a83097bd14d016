//! Trees become one: a file with everything that it includes, each statement knowing where it came from.
//!
//! In: the tree of a model's file, a [`Library`] that reads what it names, and the values of its arguments. Out:
//! [`Expanded`], the statements of all parts in the order in which they stand. What `${name}` stands for is noted beside
//! them and filled in when values are read ([`crate::ir::lower`]), so that nothing is parsed twice. Absent on purpose:
//! which of two statements wins.

mod args;
mod library;
mod scope;
#[cfg(test)]
mod tests;

pub use args::{Args, Given, Giver, is_name};
pub use library::{Library, Reach, Shelf, Unavailable};
pub use scope::{Binding, Environment, Outcome, Reference, Scopes, Unknown, Use, escape, references};

use std::borrow::Cow;
use std::sync::Arc;

use camino::Utf8PathBuf;
use scope::Scope;

use crate::diagnostic::{Diagnostic, closest};
use crate::source::{FileError, FileId, Location, Span};
use crate::syntax::value::{self, Written};
use crate::syntax::{Head, Item, Quoting, Statement, Tree};

/// How deep fragments may include each other.
pub const MAX_DEPTH: usize = 16;

/// How many fragments and text files may take part in one model. The same one counts as often as it is included.
pub const MAX_PARTS: usize = 1000;

/// How many bytes may become part of one model by INCLUDE, SYSTEMFILE and `${name}`, all together (4 MiB).
pub const MAX_BYTES: usize = 4 << 20;

/// A file's statements after composition.
#[derive(Clone, Debug)]
pub struct Expanded {
    /// The file that describes the model.
    pub file: FileId,
    /// The files whose statements take part, in the order in which they are met; the first is the model's own.
    pub parts: Vec<Part>,
    /// What may still be filled in.
    pub budget: Budget,
    /// The arguments, and what they stand for.
    pub scopes: Scopes,
    /// The arguments that paths and defaults refer to.
    pub environment: Environment,
    /// Whether any text may hold a reference that counts.
    pub substitutes: bool,
    /// None: the statements of the one part, as they stand there.
    pieces: Option<Vec<Piece>>,
}

/// Among how many names one is looked for that may be meant.
const MANY_NAMES: usize = 100;

/// One file that takes part in a model.
#[derive(Clone, Debug)]
pub struct Part {
    /// The file.
    pub file: FileId,
    /// Its tree.
    pub tree: Arc<Tree>,
    /// The statement that names it; none for the model's own file.
    pub included_at: Option<Location>,
    /// The part that holds that statement.
    pub parent: usize,
    /// What it is.
    pub role: PartRole,
    /// Of two parts, the one with the higher rank wins.
    pub rank: u32,
    /// Whether it declares an argument, or is included by a part that does.
    pub opted: bool,
}

/// What a part is to its model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartRole {
    /// The model's own file.
    Own,
    /// Named by INCLUDE.
    Fragment,
    /// Named by SYSTEMFILE.
    Prompt {
        /// Whether `${name}` is replaced in it.
        expand: bool,
    },
}

/// What of a size limit is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: MAX_BYTES }
    }
}

impl Budget {
    /// Takes `bytes` of what is left, if there is so much.
    pub(crate) fn spend(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

/// One statement of one part, and the arguments that are visible to it.
#[derive(Clone, Copy, Debug)]
struct Piece {
    part: u32,
    item: u32,
    scope: Scope,
}

/// One statement in its place.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// Its part, by index.
    pub part: usize,
    /// The statement.
    pub statement: &'a Statement,
    scope: Scope,
}

impl Expanded {
    /// A file that stands alone: its statements are those of its tree, as they stand there.
    #[must_use]
    pub fn alone(file: FileId, tree: &Arc<Tree>) -> Self {
        Self::new(file, tree, Arc::default())
    }

    fn new(file: FileId, tree: &Arc<Tree>, args: Arc<Args>) -> Self {
        let own = Part {
            file,
            tree: Arc::clone(tree),
            included_at: None,
            parent: 0,
            role: PartRole::Own,
            rank: 0,
            opted: false,
        };
        Self {
            file,
            parts: vec![own],
            budget: Budget::default(),
            scopes: Scopes::new(args),
            environment: Environment::default(),
            substitutes: false,
            pieces: None,
        }
    }

    /// The statements, in order.
    pub fn statements(&self) -> impl Iterator<Item = Placed<'_>> {
        let own = self.parts.first().filter(|_| self.pieces.is_none());
        let alone = own.into_iter().flat_map(|own| own.tree.statements());
        let alone = alone.map(|statement| Placed { part: 0, statement, scope: None });
        let composed = self.pieces.iter().flatten().filter_map(|piece| {
            let part = piece.part as usize;
            match self.parts.get(part)?.tree.items.get(piece.item as usize)? {
                Item::Statement(statement) => Some(Placed { part, statement, scope: piece.scope }),
                Item::Trivia(_) | Item::Comment(_) | Item::Malformed(_) => None,
            }
        });
        alone.chain(composed)
    }
}

impl Environment {
    /// Makes the arguments visible that are visible to `placed`.
    pub fn enter_at(&mut self, scopes: &Scopes, placed: &Placed<'_>) {
        self.enter(scopes, placed.scope);
    }
}

/// Expands one model's tree. `reach` bounds the paths in it.
#[must_use]
pub fn expand(
    file: FileId,
    tree: &Arc<Tree>,
    library: &mut Library<'_>,
    reach: Reach,
    args: &Arc<Args>,
) -> (Expanded, Vec<Diagnostic>) {
    let mut expanded = Expanded::new(file, tree, Arc::clone(args));
    expanded.substitutes =
        !args.touches_only_arguments() && memchr::memmem::find(tree.text.as_bytes(), b"${").is_some();
    if !composes(tree) {
        return (expanded, Vec::new());
    }
    expanded.pieces = Some(Vec::with_capacity(tree.items.len()));
    expanded.substitutes = true;
    let fence = library.fence(file, reach);
    let mut work = Expander { expanded, library, fence, findings: Vec::new(), is_full: false, next_rank: 0 };
    work.part(0, None, 0);
    (work.expanded, work.findings)
}

/// The keywords of composition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keyword {
    Arg,
    Include,
    Systemfile,
}

fn keyword(tree: &Tree, statement: &Statement) -> Option<Keyword> {
    if statement.head != Head::Extended {
        return None;
    }
    match tree.slice(statement.keyword) {
        "ARG" => Some(Keyword::Arg),
        "INCLUDE" => Some(Keyword::Include),
        "SYSTEMFILE" => Some(Keyword::Systemfile),
        _ => None,
    }
}

/// Whether a file uses composition.
#[must_use]
pub fn composes(tree: &Tree) -> bool {
    tree.statements().any(|statement| keyword(tree, statement).is_some())
}

struct Expander<'a, 'f> {
    expanded: Expanded,
    library: &'a mut Library<'f>,
    fence: Utf8PathBuf,
    findings: Vec<Diagnostic>,
    /// A limit was met and reported; nothing more is included.
    is_full: bool,
    next_rank: u32,
}

impl Expander<'_, '_> {
    /// Takes in the statements of a part, and what they include. `scope` is what is visible at its start.
    fn part(&mut self, index: usize, scope: Scope, depth: usize) {
        let Some(part) = self.expanded.parts.get(index) else { return };
        let (file, parent, tree) = (part.file, part.parent, Arc::clone(&part.tree));
        let declares = tree.statements().any(|statement| keyword(&tree, statement) == Some(Keyword::Arg));
        let opted = declares || (index > 0 && self.expanded.parts.get(parent).is_some_and(|parent| parent.opted));
        if let Some(part) = self.expanded.parts.get_mut(index) {
            part.opted = opted;
        }
        let here = Here { part: index, file, tree: &tree, opted, depth };
        let mut scope = scope;
        for (item, at) in tree.items.iter().zip(0u32..) {
            let Item::Statement(statement) = item else { continue };
            // What is not written as it should be is left to be reported like any other value.
            let taken = match keyword(&tree, statement) {
                None => false,
                Some(Keyword::Arg) => self.argument(&here, statement, &mut scope),
                Some(Keyword::Include) => self.include(&here, statement, scope),
                Some(Keyword::Systemfile) => self.systemfile(&here, statement, scope),
            };
            if !taken {
                self.place(index, at, scope);
            }
        }
        // What a file says itself is stronger than what it includes, and what comes later than what came before.
        if let Some(part) = self.expanded.parts.get_mut(index) {
            part.rank = self.next_rank;
        }
        self.next_rank += 1;
    }

    fn place(&mut self, part: usize, item: u32, scope: Scope) {
        let part = u32::try_from(part).unwrap_or(u32::MAX);
        self.expanded.pieces.get_or_insert_default().push(Piece { part, item, scope });
    }

    fn argument(&mut self, here: &Here<'_>, statement: &Statement, scope: &mut Scope) -> bool {
        if statement.value.quoting == Quoting::Triple {
            return false;
        }
        let content = here.tree.slice(statement.value.content);
        let Ok(argument) = value::argument(content, statement.value.content.start) else { return false };
        let name = argument.name.text;
        // A default may refer to what was declared before it, whether it counts or not.
        let default = argument.default.map(|default| self.filled(here, statement, *scope, &default.text).into());
        let environment = &mut self.expanded.environment;
        environment.enter(&self.expanded.scopes, *scope);
        let outside = self.expanded.scopes.args().get(&name).map(|given| (Arc::clone(&given.value), given.giver));
        let given = outside.or(default.map(|default| (default, Giver::File))).or_else(|| {
            // As an ARG of a stage takes up the one of the same name above the stages of a Dockerfile.
            let visible = environment.visible(&self.expanded.scopes, &name)?;
            Some((Arc::clone(visible.value.as_ref()?), visible.giver))
        });
        let location = Location::new(here.file, statement.span);
        if given.is_none() {
            let finding = Diagnostic::new("arg-without-value", location, format!("nothing gives `{name}` a value"));
            let remotes = if self.expanded.scopes.args().is_elsewhere(&name) { " of this remote, too" } else { "" };
            self.findings.push(finding.help(format!(
                "write a default as in `ARG {name}=<default>`, set it in the manifest's `args`{remotes}, or pass `--arg {name}=<value>`"
            )));
        }
        *scope = self.expanded.scopes.declare(*scope, &name, given, location);
        true
    }

    fn include(&mut self, here: &Here<'_>, statement: &Statement, scope: Scope) -> bool {
        let Some((_, path)) = self.path(here, statement, scope, None) else { return false };
        let place = Location::new(here.file, statement.value.span);
        if self.is_full {
            return true;
        }
        if here.depth == MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} files include each other in a row");
            let help = "include the file from where it is needed, without so many in between";
            self.findings.push(Diagnostic::new("include-too-deep", place, message).help(help));
            return true;
        }
        match self.library.fragment(here.file, &path, &self.fence) {
            Err(why) => self.unavailable(&why, &path, place),
            Ok((file, _)) if self.is_open(here.part, file) => {
                let shown = &self.library.sources.get(file).path;
                let message = format!("`{shown}` includes itself");
                let message = if file == here.file { message } else { format!("{message} through other files") };
                let finding = Diagnostic::new("include-cycle", place, message);
                self.findings.push(finding.help("remove one of the `INCLUDE` lines between them"));
            }
            Ok((file, tree)) => {
                if self.has_room(tree.text.len(), place) {
                    let part = self.add(here, file, tree, Location::new(here.file, statement.span), PartRole::Fragment);
                    self.part(part, scope, here.depth + 1);
                }
            }
        }
        true
    }

    fn systemfile(&mut self, here: &Here<'_>, statement: &Statement, scope: Scope) -> bool {
        let Some((expand, path)) = self.path(here, statement, scope, Some("expand")) else { return false };
        let place = Location::new(here.file, statement.value.span);
        if self.is_full {
            return true;
        }
        let (file, tree) = match self.library.prompt(here.file, &path, &self.fence) {
            Ok(found) => found,
            Err(why) => {
                self.unavailable(&why, &path, place);
                return true;
            }
        };
        if let Some(at) = self.library.not_utf8(file) {
            let finding = Diagnostic::new(
                "unreadable-file",
                Location::new(file, Span::at(at)),
                format!("`{path}` is not UTF-8 text"),
            );
            self.findings.push(finding.also(place, "the system prompt is to be read from it").help("save it as UTF-8"));
        } else if self.has_room(tree.text.len(), place) {
            let role = PartRole::Prompt { expand };
            let part = self.add(here, file, tree, Location::new(here.file, statement.span), role);
            self.place(part, 0, scope);
        }
        true
    }

    /// The path that a statement names, after `word` if it starts with that.
    fn path(
        &mut self,
        here: &Here<'_>,
        statement: &Statement,
        scope: Scope,
        word: Option<&str>,
    ) -> Option<(bool, String)> {
        if statement.value.quoting == Quoting::Triple {
            return None;
        }
        let content = here.tree.slice(statement.value.content);
        let follows = |rest: &&str| rest.starts_with([' ', '\t']) && !rest.trim_matches([' ', '\t']).is_empty();
        let rest = word.and_then(|word| content.strip_prefix(word)).filter(follows);
        let written: Written = value::text(rest.unwrap_or(content), statement.value.content.start);
        if written.text.is_empty() || written.broken_string().is_some() {
            return None;
        }
        Some((rest.is_some(), self.filled(here, statement, scope, &written.text).into_owned()))
    }

    /// A text of composition itself with its references replaced.
    fn filled<'t>(&mut self, here: &Here<'_>, statement: &Statement, scope: Scope, text: &'t str) -> Cow<'t, str> {
        let Expanded { environment, scopes, budget, .. } = &mut self.expanded;
        environment.enter(scopes, scope);
        let mut outcome = Outcome::default();
        let filled = environment.substitute(scopes, text, here.opted, budget, &mut outcome);
        let findings = problems(&outcome, here.tree, here.file, statement, environment, scopes);
        self.findings.extend(findings);
        filled
    }

    fn add(&mut self, here: &Here<'_>, file: FileId, tree: Arc<Tree>, at: Location, role: PartRole) -> usize {
        let opted = here.opted;
        let part = Part { file, tree, included_at: Some(at), parent: here.part, role, rank: 0, opted };
        self.expanded.parts.push(part);
        self.expanded.parts.len() - 1
    }

    /// Whether `file` is being taken in right now, by `part` or one that it stands in.
    fn is_open(&self, part: usize, file: FileId) -> bool {
        let mut at = part;
        loop {
            let Some(part) = self.expanded.parts.get(at) else { return false };
            if part.file == file {
                return true;
            }
            if at == 0 {
                return false;
            }
            at = part.parent;
        }
    }

    /// Whether another part of that size may be taken in; the first that may not is reported.
    fn has_room(&mut self, bytes: usize, place: Location) -> bool {
        if self.expanded.parts.len() <= MAX_PARTS && self.expanded.budget.spend(bytes) {
            return true;
        }
        self.is_full = true;
        self.findings.push(too_large(place));
        false
    }

    fn unavailable(&mut self, why: &Unavailable, path: &str, place: Location) {
        self.findings.push(match why {
            Unavailable::Outside => {
                Diagnostic::new("path-outside-workspace", place, format!("`{path}` leads out of the workspace"))
                    .help("copy the file into the workspace; links that lead out count as outside")
            }
            Unavailable::File(error) => {
                Diagnostic::new("unreadable-file", place, error.to_string()).help(match error {
                    FileError::Missing(_) => "the path is relative to the file that holds it",
                    FileError::TooLarge { .. } | FileError::NotAFile(_) | FileError::Io { .. } => {
                        "name a text file that can be read"
                    }
                })
            }
        });
    }
}

/// Where the expander is.
struct Here<'t> {
    part: usize,
    file: FileId,
    tree: &'t Tree,
    opted: bool,
    depth: usize,
}

/// The finding that a model takes in too much.
pub(crate) fn too_large(place: Location) -> Diagnostic {
    let message =
        format!("a model may be composed of at most {MAX_PARTS} files and {} MiB; this would be more", MAX_BYTES >> 20);
    Diagnostic::new("include-too-large", place, message)
        .help("look for fragments that include the same ones again and again, and for arguments that repeat each other")
}

/// What there is to say of the references in a value of `statement`.
pub(crate) fn problems(
    outcome: &Outcome,
    tree: &Tree,
    file: FileId,
    statement: &Statement,
    environment: &Environment,
    scopes: &Scopes,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    if outcome.too_large {
        findings.push(too_large(Location::new(file, statement.value.span)));
    }
    if outcome.unknown.is_empty() {
        return findings;
    }
    // One look at the text for all of them: there may be as many as it has room for.
    let (content, base) = (tree.slice(statement.value.content), statement.value.content.start);
    let written = scope::first_references(content);
    for (name, unknown) in &outcome.unknown {
        let span = written.get(name.as_str()).map_or(statement.value.span, |at| {
            let start = base + u32::try_from(*at).unwrap_or_default();
            Span::new(start, start + u32::try_from(name.len() + "${}".len()).unwrap_or_default())
        });
        let place = Location::new(file, span);
        findings.push(match unknown {
            Unknown::Elsewhere => {
                let message = format!("`${{{name}}}` has a value on other remotes only");
                Diagnostic::new("arg-without-value", place, message).help(format!(
                    "give `{name}` a value in the `args` of this remote or of the workspace, or write `$${{{name}}}` for the text itself"
                ))
            }
            Unknown::Undeclared => {
                let message = format!("nothing above declares `{name}`, so `${{{name}}}` stays as it is");
                let help = match closest(name, environment.names(scopes).take(MANY_NAMES)) {
                    Some(meant) => format!("did you mean `${{{meant}}}`?"),
                    None => format!("declare it above with `ARG {name}=<default>`, or write `$${{{name}}}` for the text itself"),
                };
                Diagnostic::new("undefined-arg", place, message).help(help)
            }
        });
    }
    findings
}
