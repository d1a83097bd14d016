//! Which arguments are visible where, and `${name}` in texts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::args::is_name;
use super::{Args, Budget, Giver};
use crate::source::Location;

/// One ARG, as the directives after it see it.
#[derive(Clone, Debug)]
pub struct Binding {
    /// Its name.
    pub name: Arc<str>,
    /// Its value; none where nobody gives one, which is an error at the ARG.
    pub value: Option<Arc<str>>,
    /// Who gives it.
    pub giver: Giver,
    /// The ARG.
    pub location: Location,
    /// The argument declared before it that is still visible.
    previous: Option<u32>,
    /// How many are visible with it.
    depth: u32,
}

/// A place's visible arguments: the last one declared, which leads to those before it.
pub(super) type Scope = Option<u32>;

/// All arguments of a model, as a tree: each leads to the one before it.
#[derive(Clone, Debug, Default)]
pub struct Scopes {
    bindings: Vec<Binding>,
    args: Arc<Args>,
}

/// What `${name}` was replaced by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// What stands there instead.
    pub value: Arc<str>,
    /// Who gives it.
    pub giver: Giver,
    /// The ARG that declares it; none where the manifest alone does.
    pub declared_at: Option<Location>,
}

/// Why `${name}` could not be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Nothing declares it.
    Undeclared,
    /// Only other remotes give it a value.
    Elsewhere,
}

impl Scopes {
    pub(super) fn new(args: Arc<Args>) -> Self {
        Self { bindings: Vec::new(), args }
    }

    /// The values from outside of the files.
    #[must_use]
    pub fn args(&self) -> &Args {
        &self.args
    }

    /// Every ARG, in order.
    #[must_use]
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    pub(super) fn declare(
        &mut self,
        scope: Scope,
        name: &str,
        value: Option<(Arc<str>, Giver)>,
        location: Location,
    ) -> Scope {
        let depth = scope.and_then(|at| self.get(at)).map_or(0, |binding| binding.depth) + 1;
        let giver = value.as_ref().map_or(Giver::File, |(_, giver)| *giver);
        let value = value.map(|(value, _)| value);
        let at = u32::try_from(self.bindings.len()).ok()?;
        self.bindings.push(Binding { name: name.into(), value, giver, location, previous: scope, depth });
        Some(at)
    }

    fn get(&self, at: u32) -> Option<&Binding> {
        self.bindings.get(at as usize)
    }
}

/// Walks through a model's scopes in the order of its directives. Looking a name up costs the same however many there are.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The visible bindings, the last one on top.
    stack: Vec<u32>,
    by_name: HashMap<Arc<str>, Vec<u32>>,
    /// Which bindings were looked up.
    used: Vec<bool>,
}

/// What became of the references in some texts.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The names that were replaced.
    pub uses: IndexMap<Arc<str>, Use>,
    /// Those that could not be.
    pub unknown: IndexMap<String, Unknown>,
    /// The texts would have become larger than a model may be.
    pub too_large: bool,
}

impl Environment {
    /// Makes exactly the arguments of `scope` visible.
    pub(super) fn enter(&mut self, scopes: &Scopes, scope: Scope) {
        if self.stack.last().copied() == scope {
            return;
        }
        let (mut missing, mut at) = (Vec::new(), scope);
        while let Some((index, binding)) = at.and_then(|at| Some((at, scopes.get(at)?))) {
            if self.stack.get(binding.depth as usize - 1) == Some(&index) {
                break;
            }
            missing.push(index);
            at = binding.previous;
        }
        let shared = at.and_then(|at| scopes.get(at)).map_or(0, |binding| binding.depth as usize);
        while self.stack.len() > shared {
            let Some(gone) = self.stack.pop().and_then(|gone| scopes.get(gone)) else { continue };
            self.by_name.get_mut(&gone.name).map(Vec::pop);
        }
        for index in missing.into_iter().rev() {
            let Some(binding) = scopes.get(index) else { continue };
            self.stack.push(index);
            self.by_name.entry(Arc::clone(&binding.name)).or_default().push(index);
        }
    }

    /// The ARG of that name that is visible here.
    pub(super) fn visible<'s>(&mut self, scopes: &'s Scopes, name: &str) -> Option<&'s Binding> {
        let at = *self.by_name.get(name)?.last()?;
        if self.used.len() <= at as usize {
            self.used.resize(at as usize + 1, false);
        }
        if let Some(used) = self.used.get_mut(at as usize) {
            *used = true;
        }
        scopes.get(at)
    }

    /// The names that are visible here, for did-you-mean.
    pub fn names<'s>(&self, scopes: &'s Scopes) -> impl Iterator<Item = &'s str> {
        let declared = self.stack.iter().filter_map(|&at| scopes.get(at)).map(|binding| &*binding.name);
        declared.chain(scopes.args.names())
    }

    /// The ARGs that nothing refers to.
    pub fn unused<'s>(&self, scopes: &'s Scopes) -> impl Iterator<Item = &'s Binding> {
        let is_used = |at: usize| self.used.get(at).copied().unwrap_or_default();
        scopes.bindings.iter().enumerate().filter(move |(at, _)| !is_used(*at)).map(|(_, binding)| binding)
    }

    /// `text` with every `${name}` replaced whose name has a value here, and every `$${name}` by `${name}`. Values are not
    /// looked through again. In a part that has `opted` in, names that have no value are noted.
    pub fn substitute<'t>(
        &mut self,
        scopes: &Scopes,
        text: &'t str,
        opted: bool,
        budget: &mut Budget,
        outcome: &mut Outcome,
    ) -> Cow<'t, str> {
        let mut filled = String::new();
        let mut done = 0;
        for at in memchr::memmem::find_iter(text.as_bytes(), b"${") {
            // A name holds no `$`, so no reference starts inside another one.
            let Some(name) = name_at(text, at) else { continue };
            let before = text.get(done..at).unwrap_or_default();
            let end = at + name.len() + "${}".len();
            if before.ends_with('$') {
                let is_declared = self.by_name.get(name).is_some_and(|visible| !visible.is_empty());
                if opted || is_declared || scopes.args.is_everywhere(name) {
                    filled.push_str(before);
                    filled.push_str(text.get(at + 1..end).unwrap_or_default());
                    done = end;
                }
                continue;
            }
            let Some(found) = self.find(scopes, name, opted, outcome) else { continue };
            if !budget.spend(found.value.len()) {
                outcome.too_large = true;
                break;
            }
            filled.push_str(before);
            filled.push_str(&found.value);
            done = end;
            outcome.uses.entry(name.into()).or_insert(found);
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        filled.push_str(text.get(done..).unwrap_or_default());
        Cow::Owned(filled)
    }

    fn find(&mut self, scopes: &Scopes, name: &str, opted: bool, outcome: &mut Outcome) -> Option<Use> {
        if let Some(binding) = self.visible(scopes, name) {
            // One without a value has its error.
            let value = Arc::clone(binding.value.as_ref()?);
            return Some(Use { value, giver: binding.giver, declared_at: Some(binding.location) });
        }
        if let Some(given) = scopes.args.get(name).filter(|given| given.everywhere) {
            return Some(Use { value: Arc::clone(&given.value), giver: given.giver, declared_at: None });
        }
        if scopes.args.is_elsewhere(name) {
            outcome.unknown.insert(name.to_owned(), Unknown::Elsewhere);
        } else if opted {
            outcome.unknown.insert(name.to_owned(), Unknown::Undeclared);
        }
        None
    }
}

/// The name in `${name}` at `at`, if that is what stands there.
fn name_at(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at + "${".len()..)?;
    // Looked at no further than a name reaches, so that a text of nothing but `${` takes linear time.
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let name = rest.get(..length).filter(|name| is_name(name))?;
    (rest.as_bytes().get(length) == Some(&b'}')).then_some(name)
}

/// `text` so that it means itself where `is_meant` tells which names are replaced: each such `${name}` becomes `$${name}`.
pub fn escape<'t>(text: &'t str, is_meant: &dyn Fn(&str) -> bool) -> Cow<'t, str> {
    let mut escaped = String::new();
    let mut done = 0;
    for at in memchr::memmem::find_iter(text.as_bytes(), b"${") {
        if name_at(text, at).is_some_and(is_meant) {
            escaped.push_str(text.get(done..at).unwrap_or_default());
            escaped.push('$');
            done = at;
        }
    }
    if done == 0 && escaped.is_empty() {
        return Cow::Borrowed(text);
    }
    escaped.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(escaped)
}

/// One `${name}` in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'t> {
    /// Where its `$` stands.
    pub at: usize,
    /// The name.
    pub name: &'t str,
    /// Whether another `$` in front of it makes it the text itself.
    pub is_escaped: bool,
}

/// Every `${name}` in `text`, in order.
pub fn references(text: &str) -> impl Iterator<Item = Reference<'_>> {
    memchr::memmem::find_iter(text.as_bytes(), b"${").filter_map(move |at| {
        let is_escaped = at > 0 && text.as_bytes().get(at - 1) == Some(&b'$');
        Some(Reference { at, name: name_at(text, at)?, is_escaped })
    })
}

/// Where each name is first referred to in `text`.
pub(super) fn first_references(text: &str) -> HashMap<&str, usize> {
    let mut found = HashMap::new();
    for reference in references(text).filter(|reference| !reference.is_escaped) {
        found.entry(reference.name).or_insert(reference.at);
    }
    found
}
