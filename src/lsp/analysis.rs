//! The one thread that compiles. It takes edits and requests in the order in which they came, so that a request sees what was
//! there when it was made, and tells the client what was found.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use camino::{Utf8Path, Utf8PathBuf};
use gen_lsp_types::{MessageType, PublishDiagnosticsNotification, PublishDiagnosticsParams, Uri};
use lsp_server::Request;

use super::client::Client;
use super::dispatch::{Crew, Handler, Pending, answer};
use super::documents::Documents;
use super::findings;
use super::folder::{Folder, project_of};
use super::outside::Outside;
use super::uri;
use super::world::World;
use crate::project::{MANIFEST, Project};
use crate::source::Drafts;

/// What there is to do.
pub(super) enum Job {
    /// Documents were opened, changed or closed.
    Documents(Documents),
    /// Files on disk are not what they were.
    Disk,
    /// The client opened or closed folders.
    Folders(Vec<Uri>),
    /// People changed a setting.
    Trust(bool),
    /// Somebody asks.
    Request(Request),
}

/// The thread.
pub(super) struct Analysis {
    jobs: Option<Sender<Job>>,
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
        let desk = Desk {
            world: World {
                trusted: client.settings.trusted,
                documents: Documents::default(),
                folders: Vec::new(),
                client: Arc::clone(client),
                outside,
            },
            opened: client.folders.clone(),
            handlers,
            pending,
            crew: Crew::new(),
            told: BTreeMap::new(),
        };
        let thread = std::thread::spawn(move || desk.work(&inbox));
        Self { jobs: Some(jobs), thread: Some(thread) }
    }

    /// Has something done.
    pub(super) fn send(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            // It listens until it is dropped.
            let _ = jobs.send(job);
        }
    }
}

impl Drop for Analysis {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // What it does is caught when it panics.
            let _ = thread.join();
        }
    }
}

struct Desk {
    world: World,
    /// The folders that the client has open.
    opened: Vec<Uri>,
    handlers: Arc<Vec<Handler>>,
    pending: Arc<Pending>,
    crew: Crew,
    /// What the client was told, by address: the fingerprint of the findings.
    told: BTreeMap<String, String>,
}

impl Desk {
    fn work(mut self, inbox: &Receiver<Job>) {
        self.compile();
        while let Ok(job) = inbox.recv() {
            match job {
                Job::Documents(documents) => {
                    self.world.documents = documents;
                    self.compile();
                }
                Job::Disk => self.compile(),
                Job::Folders(opened) => {
                    self.opened = opened;
                    self.compile();
                }
                Job::Trust(trusted) => self.world.trusted = trusted,
                Job::Request(request) => self.dispatch(request),
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

    /// Compiles what is open. A panic leaves what was there before.
    fn compile(&mut self) {
        if let Ok(folders) = catch_unwind(AssertUnwindSafe(|| self.folders())) {
            self.world.folders = folders;
        } else {
            let words = "compiling panicked, which is a bug of maquette; what is shown is from before";
            self.world.client.log(MessageType::Error, words);
        }
        self.publish();
    }

    fn folders(&self) -> Vec<Arc<Folder>> {
        let mut drafts = Drafts::default();
        for document in self.world.documents.iter() {
            drafts.insert(&document.path, document.bytes());
        }
        let drafts = Arc::new(drafts);
        let mut projects: BTreeMap<Utf8PathBuf, Project> = BTreeMap::new();
        let starts = self.opened.iter().filter_map(uri::path).map(|folder| folder.join(MANIFEST));
        for path in starts.chain(self.world.documents.iter().map(|document| document.path.clone())) {
            if let Ok(Some(project)) = project_of(&path) {
                projects.entry(project.root.clone()).or_insert(project);
            }
        }
        let mut folders: Vec<Arc<Folder>> = Vec::new();
        for project in projects.values() {
            match Folder::whole(project.clone(), &drafts) {
                Ok(folder) => folders.push(Arc::new(folder)),
                Err(error) => self.world.client.log(MessageType::Warning, error.to_string()),
            }
        }
        for document in self.world.documents.iter() {
            let is_known = folders.iter().any(|folder| folder.find(&document.path).is_some());
            if is_known || !is_modelfile(&document.path, &document.language) {
                continue;
            }
            let project = document.path.ancestors().find_map(|folder| projects.get(folder));
            match Folder::single(&document.path, project, &*drafts) {
                Ok(folder) => folders.push(Arc::new(folder)),
                Err(error) => self.world.client.log(MessageType::Warning, error.to_string()),
            }
        }
        folders
    }

    /// Tells the client what was found, of the files of which it is not what it knows.
    fn publish(&mut self) {
        if self.world.client.pulls() {
            return;
        }
        let mut gone: BTreeSet<String> = self.told.keys().cloned().collect();
        for (uri, diagnostics) in findings::of_all(&self.world) {
            gone.remove(&uri.0);
            let fingerprint = findings::fingerprint(&diagnostics);
            let document = self.world.document(&uri);
            if self.told.get(&uri.0) == Some(&fingerprint)
                || (diagnostics.is_empty() && document.is_none() && !self.told.contains_key(&uri.0))
            {
                continue;
            }
            self.told.insert(uri.0.clone(), fingerprint);
            let version = document.map(|document| document.version);
            self.world.client.notify::<PublishDiagnosticsNotification>(&PublishDiagnosticsParams {
                uri,
                version,
                diagnostics,
            });
        }
        for uri in gone {
            self.told.remove(&uri);
            let params = PublishDiagnosticsParams { uri: Uri(uri), version: None, diagnostics: Vec::new() };
            self.world.client.notify::<PublishDiagnosticsNotification>(&params);
        }
    }
}

/// Whether a document is a Modelfile, by its name or in the words of the client.
fn is_modelfile(path: &Utf8Path, language: &str) -> bool {
    use crate::project::{FileName, model_name};
    language == "modelfile" || !matches!(model_name(path), FileName::Other(_))
}
