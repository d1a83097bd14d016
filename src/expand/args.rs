//! Values for `${name}` that come from outside the files: the manifest's and the command line's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Who gives an argument its value; the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Giver {
    /// `--arg name=value`.
    CommandLine,
    /// The `args` of the remote.
    Remote,
    /// The `args` of the workspace.
    Workspace,
    /// The default that stands at the ARG, or the ARG of the same name in the including file.
    File,
}

impl Giver {
    /// Who that is, in messages.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::CommandLine => "`--arg`",
            Self::Remote => "the remote's `args`",
            Self::Workspace => "the workspace's `args`",
            Self::File => "the file",
        }
    }
}

/// A value and who gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The value.
    pub value: Arc<str>,
    /// Who gives it.
    pub giver: Giver,
    /// Whether the manifest knows the name, so that it is replaced in files that do not declare it, too.
    pub everywhere: bool,
}

/// The values that one compilation is made with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Args {
    values: BTreeMap<String, Given>,
    /// Names that the manifest gives a value on other remotes only.
    elsewhere: BTreeSet<String>,
}

impl Args {
    /// The values of the workspace, those of one remote, which win, and those of the command line, which win over both.
    /// `elsewhere` are the names that any remote of the manifest gives a value.
    pub fn new<'a>(
        workspace: &BTreeMap<String, String>,
        remote: &BTreeMap<String, String>,
        command_line: &BTreeMap<String, String>,
        elsewhere: impl IntoIterator<Item = &'a String>,
    ) -> Self {
        let mut values: BTreeMap<String, Given> = BTreeMap::new();
        for (giver, given) in [(Giver::Workspace, workspace), (Giver::Remote, remote)] {
            for (name, value) in given {
                let value = Given { value: value.as_str().into(), giver, everywhere: true };
                values.insert(name.clone(), value);
            }
        }
        let elsewhere: BTreeSet<String> = elsewhere.into_iter().cloned().collect();
        for (name, value) in command_line {
            let everywhere = values.contains_key(name) || elsewhere.contains(name);
            let value = Given { value: value.as_str().into(), giver: Giver::CommandLine, everywhere };
            values.insert(name.clone(), value);
        }
        let elsewhere = elsewhere.into_iter().filter(|name| !values.contains_key(name)).collect();
        Self { values, elsewhere }
    }

    /// The value of a name, if anybody outside of the files gives it one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Given> {
        self.values.get(name)
    }

    /// Whether only other remotes give the name a value.
    #[must_use]
    pub fn is_elsewhere(&self, name: &str) -> bool {
        self.elsewhere.contains(name)
    }

    /// Whether `name` means something in files that do not declare it.
    #[must_use]
    pub fn is_everywhere(&self, name: &str) -> bool {
        self.is_elsewhere(name) || self.values.get(name).is_some_and(|given| given.everywhere)
    }

    /// Whether no name means anything in files that do not declare it.
    #[must_use]
    pub fn touches_only_arguments(&self) -> bool {
        self.elsewhere.is_empty() && !self.values.values().any(|given| given.everywhere)
    }

    /// The names that mean something everywhere, for did-you-mean.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let given = self.values.iter().filter(|(_, given)| given.everywhere).map(|(name, _)| name.as_str());
        given.chain(self.elsewhere.iter().map(String::as_str))
    }
}

/// Whether `name` can stand in `${…}`: a letter or `_`, then letters, digits and `_`, all of them ASCII.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(word) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_stronger_giver_wins() {
        let workspace = map(&[("a", "w"), ("b", "w"), ("c", "w")]);
        let remote = map(&[("b", "r"), ("c", "r")]);
        let line = map(&[("c", "l"), ("d", "l"), ("e", "l")]);
        let elsewhere = ["b".to_owned(), "e".to_owned(), "f".to_owned()];
        let args = Args::new(&workspace, &remote, &line, &elsewhere);
        let show = |name: &str| args.get(name).map(|given| (&*given.value, given.giver, given.everywhere));
        assert_eq!(show("a"), Some(("w", Giver::Workspace, true)));
        assert_eq!(show("b"), Some(("r", Giver::Remote, true)));
        assert_eq!(show("c"), Some(("l", Giver::CommandLine, true)));
        assert_eq!(show("d"), Some(("l", Giver::CommandLine, false)));
        assert_eq!(show("e"), Some(("l", Giver::CommandLine, true)));
        assert_eq!(show("f"), None);
        assert!(args.is_elsewhere("f") && !args.is_elsewhere("e") && !args.touches_only_arguments());
        assert!(Args::new(&map(&[]), &map(&[]), &line, []).touches_only_arguments());
    }

    #[test]
    fn names_are_those_of_the_grammar() {
        for (name, is) in [("a", true), ("_a1", true), ("", false), ("1a", false), ("a-b", false), ("é", false)] {
            assert_eq!(is_name(name), is, "{name}");
        }
    }
}
