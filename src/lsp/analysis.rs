//! The one thread that owns what is compiled. It takes edits and requests in the order in which they came, so that a request
//! sees what was there when it was made; tells the client what was found; and has done beside ([`Site::begin`]) whatever takes
//! longer than a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use gen_lsp_types::{MessageType, PublishDiagnosticsNotification, PublishDiagnosticsParams, Uri};
use lsp_server::Request;

use super::client::Client;
use super::dispatch::{Crew, Handler, Pending, answer};
use super::documents::{Document, Documents, MOST_BYTES};
use super::findings;
use super::folder::Folder;
use super::outside::Outside;
use super::site::{Done, PANICKED, Site, caught};
use super::uri;
use super::world::World;
use crate::project::{self, FileName, model_name};

/// How long nothing is edited before everything is looked at.
const QUIET: Duration = Duration::from_millis(100);

/// What there is to do.
pub(super) enum Job {
    /// Documents were opened, changed or closed.
    Documents(Documents),
    /// Files on disk are not what they were; whether a file came or went.
    Disk(Vec<(Uri, bool)>),
    /// The client opened or closed folders.
    Folders(Vec<Uri>),
    /// People changed a setting.
    Trust(bool),
    /// Somebody asks.
    Request(Request),
    /// Work beside has come to its end.
    Done(Done),
    /// There is nothing more to do.
    Stop,
}

/// The thread.
pub(super) struct Analysis {
    jobs: Sender<Job>,
    thread: Option<JoinHandle<()>>,
}

impl Analysis {
    /// Starts it.
    pub(super) fn start(
        client: &Arc<Client>,
        outside: Arc<dyn Outside>,
        handlers: Arc<Vec<Handler>>,
        pending: Arc<Pending>,
    ) -> Self {
        let (jobs, inbox) = channel();
        let world = World {
            trusted: client.settings.trusted,
            documents: Documents::default(),
            drafts: Arc::default(),
            folders: Vec::new(),
            manifests: Vec::new(),
            client: Arc::clone(client),
            outside,
        };
        let desk = Desk {
            world,
            opened: client.folders.clone(),
            sites: BTreeMap::new(),
            singles: BTreeMap::new(),
            handlers,
            pending,
            waiting: Vec::new(),
            crew: Crew::new(),
            told: BTreeMap::new(),
            jobs: jobs.clone(),
        };
        let thread = std::thread::spawn(move || desk.work(&inbox));
        Self { jobs, thread: Some(thread) }
    }

    /// Has something done.
    pub(super) fn send(&self, job: Job) {
        // It listens until it is dropped.
        let _ = self.jobs.send(job);
    }
}

impl Drop for Analysis {
    fn drop(&mut self) {
        self.send(Job::Stop);
        if let Some(thread) = self.thread.take() {
            // What can panic is caught where it does.
            let _ = thread.join();
        }
    }
}

struct Desk {
    world: World,
    /// The folders that the client has open.
    opened: Vec<Uri>,
    /// The workspaces, by root.
    sites: BTreeMap<Utf8PathBuf, Site>,
    /// Documents that no workspace takes in, by path.
    singles: BTreeMap<Utf8PathBuf, Arc<Folder>>,
    handlers: Arc<Vec<Handler>>,
    pending: Arc<Pending>,
    /// Requests that need everything to be looked at.
    waiting: Vec<Request>,
    crew: Crew,
    /// What the client was told, by address: the fingerprint of the findings.
    told: BTreeMap<String, String>,
    jobs: Sender<Job>,
}

impl Desk {
    fn work(mut self, inbox: &Receiver<Job>) {
        self.find_sites();
        self.begin();
        loop {
            let job = if self.is_settled() {
                inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                inbox.recv_timeout(if self.waiting.is_empty() { QUIET } else { Duration::ZERO })
            };
            match job {
                Ok(Job::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Job::Request(request)) => self.request(request),
                Ok(job) => self.take(job),
                Err(RecvTimeoutError::Timeout) => {
                    self.begin();
                    // What goes on beside tells of its end.
                    if let Ok(job) = inbox.recv() {
                        match job {
                            Job::Stop => return,
                            Job::Request(request) => self.request(request),
                            job => self.take(job),
                        }
                    }
                }
            }
            self.answer_waiting();
        }
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::Documents(documents) => self.documents(documents),
            Job::Disk(events) => self.disk(&events),
            Job::Folders(opened) => {
                self.opened = opened;
                self.find_sites();
                self.begin();
                self.show();
                self.publish(None);
            }
            Job::Trust(trusted) => self.world.trusted = trusted,
            Job::Done(done) => self.done(done),
            Job::Request(_) | Job::Stop => {}
        }
    }

    /// Whether everything was looked at.
    fn is_settled(&self) -> bool {
        self.sites.values().all(Site::is_settled)
    }

    fn begin(&mut self) {
        for site in self.sites.values_mut() {
            site.begin(&self.world.drafts, &self.jobs);
        }
    }

    fn documents(&mut self, documents: Documents) {
        let before = std::mem::replace(&mut self.world.documents, documents);
        let changed = changed(&before, &self.world.documents);
        let drafts = Arc::make_mut(&mut self.world.drafts);
        for (path, document) in &changed {
            match document {
                Some(document) if document.text.len() <= MOST_BYTES => drafts.insert(path, document.bytes()),
                Some(_) | None => drafts.remove(path),
            }
        }
        let is_other =
            |(path, document): &(Utf8PathBuf, Option<Arc<Document>>)| before.at(path).is_none() || document.is_none();
        if changed.iter().any(is_other) {
            self.find_sites();
        }
        // What nobody looks at any more is changed in place.
        self.world.folders.clear();
        for (path, document) in &changed {
            for site in self.sites.values_mut() {
                let is_known = site.knows(path);
                // What is not on disk may be what some file includes.
                if !is_known && document.as_ref().is_none_or(|document| document.is_new) && path.starts_with(&site.root)
                {
                    site.outdate();
                }
                site.edit(path, &self.world.drafts);
            }
        }
        let paths: BTreeSet<&Utf8Path> = changed.iter().map(|(path, _)| path.as_path()).collect();
        self.singles.retain(|_, folder| !paths.iter().any(|path| folder.find(path).is_some()));
        self.show();
        // Where everything was looked at, other files may have other findings, too.
        let all = self.is_settled();
        self.publish((!all).then_some(&paths));
    }

    fn disk(&mut self, events: &[(Uri, bool)]) {
        self.world.folders.clear();
        let mut edited = BTreeSet::new();
        for (uri, came_or_went) in events {
            let Some(path) = uri::path(uri).map(super::documents::resolved) else { continue };
            if self.world.documents.at(&path).is_some() && !came_or_went {
                continue;
            }
            for site in self.sites.values_mut().filter(|site| path.starts_with(&site.root)) {
                // A file that comes may be what another one includes.
                if *came_or_went && !is_hidden(&path, &site.root) || is_about_all(&path) {
                    site.outdate();
                } else {
                    site.edit(&path, &self.world.drafts);
                }
            }
            edited.insert(path);
        }
        self.singles.retain(|_, folder| !edited.iter().any(|path| folder.find(path).is_some()));
        self.find_sites();
        self.show();
        let paths = edited.iter().map(Utf8PathBuf::as_path).collect();
        self.publish(Some(&paths));
    }

    fn done(&mut self, done: Done) {
        let Some(site) = self.sites.get_mut(&done.root) else { return };
        self.world.folders.clear();
        let ended = site.end(done, &self.world.drafts);
        self.show();
        match ended {
            Ok(None) => self.publish(None),
            Ok(Some(paths)) => self.publish(Some(&paths.iter().map(Utf8PathBuf::as_path).collect())),
            Err(words) => self.world.client.log(MessageType::Error, words),
        }
    }

    /// Finds the workspaces of what is open. One that is known stays as long as anything of it is open.
    fn find_sites(&mut self) {
        let folders = self.opened.iter().filter_map(uri::path);
        let documents = self.world.documents.iter().filter(|document| document.is_file);
        let documents = documents.filter_map(|document| document.path.parent().map(Utf8Path::to_owned));
        let roots: BTreeSet<Utf8PathBuf> =
            folders.chain(documents).filter_map(|folder| project::root(&folder).ok()).collect();
        self.sites.retain(|root, _| roots.contains(root));
        for root in roots {
            self.sites.entry(root.clone()).or_insert_with(|| Site::new(root, &self.world.drafts));
        }
    }

    /// Makes the world what is known by now.
    fn show(&mut self) {
        let known = |path: &Utf8Path| self.sites.values().any(|site| site.knows(path));
        let alone: Vec<&Arc<Document>> = self
            .world
            .documents
            .iter()
            .filter(|document| is_modelfile(&document.path, &document.language) && !known(&document.path))
            .filter(|document| document.text.len() <= MOST_BYTES)
            .collect();
        let paths: BTreeSet<&Utf8Path> = alone.iter().map(|document| document.path.as_path()).collect();
        self.singles.retain(|path, _| paths.contains(path.as_path()));
        for document in alone {
            if self.singles.contains_key(&document.path) {
                continue;
            }
            let around = document.path.ancestors().find_map(|folder| self.sites.get(folder));
            let project = around.and_then(|site| site.project.as_deref());
            match caught(|| Folder::single(&document.path, project, &*self.world.drafts)) {
                Some(Ok(folder)) => drop(self.singles.insert(document.path.clone(), Arc::new(folder))),
                Some(Err(error)) => self.world.client.log(MessageType::Warning, error.to_string()),
                None => self.world.client.log(MessageType::Error, PANICKED),
            }
        }
        let folders = self.sites.values().filter_map(|site| site.folder.as_ref());
        self.world.folders = folders.chain(self.singles.values()).map(Arc::clone).collect();
        self.world.manifests = self
            .sites
            .values()
            .map(|site| super::world::Manifest { root: site.root.clone(), problem: site.problem.clone() })
            .collect();
    }

    fn request(&mut self, request: Request) {
        let is_thorough = self.handlers.iter().any(|handler| handler.is_thorough && handler.method == request.method);
        // A file of a workspace that is still being read will be known in a moment.
        let uri = request.params.pointer("/textDocument/uri").and_then(serde_json::Value::as_str);
        let is_unknown = uri.is_some_and(|uri| self.world.file(&Uri(uri.to_owned())).is_err());
        let waits = (is_thorough || is_unknown) && !self.is_settled();
        if waits { self.waiting.push(request) } else { self.dispatch(request) }
    }

    /// Answers what waited until everything was looked at.
    fn answer_waiting(&mut self) {
        if !self.waiting.is_empty() && self.is_settled() {
            for request in std::mem::take(&mut self.waiting) {
                self.dispatch(request);
            }
        }
    }

    fn dispatch(&self, request: Request) {
        let (handlers, pending, world) = (Arc::clone(&self.handlers), Arc::clone(&self.pending), self.world.clone());
        self.crew.run(move || {
            if let Some(handler) = handlers.iter().find(|handler| handler.method == request.method) {
                answer(handler, &world, &pending, request);
            }
        });
    }

    /// Tells the client what was found, of these files or of all, where it is not what it knows.
    fn publish(&mut self, paths: Option<&BTreeSet<&Utf8Path>>) {
        if self.world.client.pulls() {
            return self.refresh();
        }
        let found = match paths {
            None => findings::of_all(&self.world),
            Some(paths) => paths
                .iter()
                .filter_map(|path| {
                    self.world.documents.at(path).map(|document| document.uri.clone()).or_else(|| uri::of(path))
                })
                .map(|uri| (findings::of_document(&self.world, &uri), uri))
                .map(|(found, uri)| (uri, found))
                .collect(),
        };
        let mut gone: BTreeSet<String> = match paths {
            None => self.told.keys().cloned().collect(),
            Some(_) => BTreeSet::new(),
        };
        for (uri, diagnostics) in found {
            gone.remove(&uri.0);
            let document = self.world.document(&uri);
            let fingerprint = findings::fingerprint(&diagnostics);
            let version = document.map(|document| document.version);
            let known = self.told.get(&uri.0);
            // A version of a document is told of even if it has the same findings: clients drop what is older.
            let is_news = known.map_or(document.is_some() || !diagnostics.is_empty(), |known| *known != fingerprint);
            if is_news || (paths.is_some() && document.is_some()) {
                self.told.insert(uri.0.clone(), fingerprint);
                self.world.client.notify::<PublishDiagnosticsNotification>(&PublishDiagnosticsParams {
                    uri,
                    version,
                    diagnostics,
                });
            }
        }
        for uri in gone {
            self.told.remove(&uri);
            let params = PublishDiagnosticsParams { uri: Uri(uri), version: None, diagnostics: Vec::new() };
            self.world.client.notify::<PublishDiagnosticsNotification>(&params);
        }
    }
}

impl Desk {
    /// Has a client that asks for findings ask again, if there are others now in a document that it did not just edit.
    fn refresh(&mut self) {
        let mut is_news = false;
        let mut told = BTreeMap::new();
        for document in self.world.documents.iter() {
            let found = findings::of_document(&self.world, &document.uri);
            let now = format!("{} {}", document.version, findings::fingerprint(&found));
            let known = self.told.get(&document.uri.0);
            let same_version = known.filter(|known| known.starts_with(&format!("{} ", document.version)));
            is_news |= same_version.is_some_and(|known| *known != now);
            told.insert(document.uri.0.clone(), now);
        }
        self.told = told;
        if is_news {
            self.world.client.refresh();
        }
    }
}

/// The paths of documents that differ, with what they are now.
fn changed(before: &Documents, after: &Documents) -> Vec<(Utf8PathBuf, Option<Arc<Document>>)> {
    let mut changed: Vec<(Utf8PathBuf, Option<Arc<Document>>)> = after
        .iter()
        .filter(|document| !before.get(&document.uri).is_some_and(|known| Arc::ptr_eq(known, document)))
        .map(|document| (document.path.clone(), Some(Arc::clone(document))))
        .collect();
    let closed = before.iter().filter(|document| after.get(&document.uri).is_none());
    changed.extend(closed.map(|document| (document.path.clone(), None)));
    changed
}

/// Whether a file lies where nobody keeps sources.
fn is_hidden(path: &Utf8Path, root: &Utf8Path) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.components().any(|part| part.as_str().starts_with('.') || ["node_modules", "target"].contains(&part.as_str()))
}

/// Whether what a file says is about others.
fn is_about_all(path: &Utf8Path) -> bool {
    path.file_name().is_some_and(|name| name == ".gitignore" || name.ends_with("baseline.json"))
}

/// Whether a document is a Modelfile, by its name or in the words of the client.
fn is_modelfile(path: &Utf8Path, language: &str) -> bool {
    language == "modelfile" || !matches!(model_name(path), FileName::Other(_))
}
