//! The sets of arguments that files are compiled with: one for each remote, and one for files that go to none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8Path;

use super::Error;
use crate::diagnostic::closest;
use crate::expand::{Args, Reach};
use crate::project::{self, Project};
use crate::session::{Compiled, Session, Settings};

/// The sets, and who takes which.
#[derive(Clone, Debug)]
pub struct Editions {
    settings: Settings,
    /// For each remote, the index of its set.
    of_remote: BTreeMap<String, usize>,
    given: BTreeMap<String, String>,
}

impl Editions {
    /// Those of a workspace; outside of one there is only what the command line gives.
    #[must_use]
    pub fn new(project: Option<&Project>, given: BTreeMap<String, String>) -> Self {
        let none = BTreeMap::new();
        let Some(manifest) = project.map(|project| &project.manifest) else {
            let args = Arc::new(Args::new(&none, &none, &given, []));
            return Self {
                settings: Settings { reach: Reach::Folder, args: vec![args] },
                of_remote: BTreeMap::new(),
                given,
            };
        };
        let known: BTreeSet<&String> = manifest.remotes.values().flat_map(|remote| remote.args.keys()).collect();
        let args = |remote| Args::new(&manifest.args, remote, &given, known.iter().copied());
        let mut sets = vec![Arc::new(args(&none))];
        let mut of_remote = BTreeMap::new();
        for (name, remote) in &manifest.remotes {
            let args = args(&remote.args);
            let index = sets.iter().position(|set| **set == args).unwrap_or(sets.len());
            if index == sets.len() {
                sets.push(Arc::new(args));
            }
            of_remote.insert(name.clone(), index);
        }
        Self { settings: Settings { reach: Reach::Root, args: sets }, of_remote, given }
    }

    /// What a session compiles them with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the command line gives.
    #[must_use]
    pub fn given(&self) -> &BTreeMap<String, String> {
        &self.given
    }

    /// The index of a remote's set.
    #[must_use]
    pub fn of(&self, remote: &str) -> usize {
        self.of_remote.get(remote).copied().unwrap_or_default()
    }

    /// The files as they are to be judged: as those of `remotes` take them that they go to; those that go to none of them,
    /// as all their remotes take them; and those that go nowhere, without any remote's arguments.
    pub fn judged<'s>(
        &self,
        session: &'s Session,
        project: Option<&Project>,
        remotes: Option<&[String]>,
    ) -> Result<Vec<&'s Compiled>, Error> {
        self.judged_among(session, project, remotes, &(0..session.files.len()).collect::<Vec<_>>())
    }

    /// The same of some of the files, by index.
    pub fn judged_among<'s>(
        &self,
        session: &'s Session,
        project: Option<&Project>,
        remotes: Option<&[String]>,
        files: &[usize],
    ) -> Result<Vec<&'s Compiled>, Error> {
        let paths: Vec<&Utf8Path> =
            files.iter().filter_map(|at| session.files.get(*at)).map(|file| file.path.as_path()).collect();
        let homes = self.homes(&paths, project)?;
        let mut judged: Vec<&Compiled> = Vec::with_capacity(files.len());
        for (&at, homes) in files.iter().zip(&homes) {
            let asked =
                homes.iter().filter(|(name, _)| remotes.is_none_or(|remotes| remotes.iter().any(|one| one == *name)));
            let mut sets: BTreeSet<usize> = asked.map(|(_, set)| *set).collect();
            if sets.is_empty() {
                sets.extend(homes.values());
            }
            if sets.is_empty() {
                sets.insert(0);
            }
            let mut seen: Vec<&Compiled> = Vec::with_capacity(sets.len());
            for file in sets.into_iter().filter_map(|set| session.with_args(set).get(at)) {
                if !seen.iter().any(|other| std::ptr::eq(*other, std::ptr::from_ref(&**file))) {
                    seen.push(file);
                }
            }
            judged.extend(seen);
        }
        Ok(judged)
    }

    /// For each file the remotes that it goes to, with their sets.
    fn homes<'p>(
        &self,
        paths: &[&Utf8Path],
        project: Option<&'p Project>,
    ) -> Result<Vec<BTreeMap<&'p str, usize>>, Error> {
        let mut homes: Vec<BTreeMap<&str, usize>> = vec![BTreeMap::new(); paths.len()];
        for (name, remote) in project.iter().flat_map(|project| &project.manifest.remotes) {
            let chosen = project::select(paths.iter().copied(), remote.models.as_deref())?;
            let chosen: BTreeSet<&str> = chosen.into_iter().map(Utf8Path::as_str).collect();
            for (path, homes) in paths.iter().zip(&mut homes) {
                if chosen.contains(path.as_str()) {
                    homes.insert(name, self.of(name));
                }
            }
        }
        Ok(homes)
    }

    /// Refuses values from the command line that nothing asks for: a name that is not written right would change nothing.
    pub fn refuse_unknown(&self, session: &Session, project: Option<&Project>) -> Result<(), Error> {
        if self.given.is_empty() {
            return Ok(());
        }
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for set in 0..self.settings.args.len() {
            known.extend(session.with_args(set).iter().flat_map(|file| file.arguments.iter().map(|name| &**name)));
        }
        if let Some(manifest) = project.map(|project| &project.manifest) {
            known.extend(manifest.args.keys().map(String::as_str));
            known.extend(manifest.remotes.values().flat_map(|remote| remote.args.keys()).map(String::as_str));
        }
        match self.given.keys().find(|name| !known.contains(name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let help = match closest(name, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("declare it with `ARG {name}`, or remove `--arg {name}=…`"),
                };
                Err(Error::Argument { name: name.clone(), help })
            }
        }
    }
}
