//! The versions of Open WebUI that tests start, what each needs, and where each differs for the harness.
//!
//! The table is of the harness alone: the program has its own, and what the two say of a version was found apart.

use std::env;

/// One version, on one kind of database. Its pinned requirements are `tests/servers/open-webui-<number>.txt`, and what the
/// database asks for beyond them, `tests/servers/open-webui-<name>.txt`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version {
    /// What tests and people call it: the number, and the database where that is not `SQLite`.
    pub(crate) name: &'static str,
    pub(crate) number: &'static str,
    /// What it keeps its tables in.
    pub(crate) engine: Engine,
    /// What this version needs beyond [`ENVIRONMENT`].
    pub(crate) environment: &'static [(&'static str, &'static str)],
    /// Whether `cargo test` runs it; the others are of the full run.
    pub(crate) is_quick: bool,
    /// Where it keeps who may use a model.
    pub(crate) access: Access,
}

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A file that the server makes by itself.
    Sqlite,
    /// A server of its own.
    Postgresql,
}

/// Where a version keeps who may use a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// In a column of the row, `access_control`: null is public.
    Control,
    /// In a table of its own, `access_grant`, and an update of a row replaces it.
    Grants,
    /// In a table of its own that only `/model/access/update` changes.
    GrantsApart,
}

const FIRST: Version = Version {
    name: "0.6.43",
    number: "0.6.43",
    engine: Engine::Sqlite,
    environment: &[],
    is_quick: true,
    access: Access::Control,
};

const V0_8_12: Version = Version { name: "0.8.12", number: "0.8.12", access: Access::Grants, ..FIRST };

const V0_12_4: Version =
    Version { name: "0.12.4", number: "0.12.4", environment: SLIM, access: Access::GrantsApart, ..FIRST };

/// Every version that tests know, oldest first, and last those on another database.
const VERSIONS: &[Version] = &[
    FIRST,
    V0_8_12,
    Version { name: "0.9.6", number: "0.9.6", is_quick: false, access: Access::Grants, ..FIRST },
    Version { name: "0.10.2", number: "0.10.2", access: Access::Grants, ..FIRST },
    Version { name: "0.11.4", number: "0.11.4", environment: SLIM, is_quick: false, access: Access::Grants, ..FIRST },
    Version { name: "0.12.3", number: "0.12.3", is_quick: false, ..V0_12_4 },
    V0_12_4,
    Version { name: "0.8.12-postgresql", engine: Engine::Postgresql, is_quick: false, ..V0_8_12 },
    Version { name: "0.12.4-postgresql", engine: Engine::Postgresql, is_quick: false, ..V0_12_4 },
];

/// Without the slim mode a version imports packages that its list leaves out.
const SLIM: &[(&str, &str)] = &[("USE_SLIM_DOCKER", "true")];

/// What every version needs: no network, no provider but the seeded pipe function, API keys for everybody.
pub(super) const ENVIRONMENT: &[(&str, &str)] = &[
    ("WEBUI_SECRET_KEY", "of a test server"),
    ("RAG_EMBEDDING_ENGINE", "openai"),
    ("OFFLINE_MODE", "true"),
    ("HF_HUB_OFFLINE", "1"),
    ("ENABLE_VERSION_UPDATE_CHECK", "false"),
    ("ENABLE_OLLAMA_API", "false"),
    ("ENABLE_OPENAI_API", "false"),
    ("ENABLE_API_KEYS", "true"),
    ("USER_PERMISSIONS_FEATURES_API_KEYS", "true"),
    ("ANONYMIZED_TELEMETRY", "false"),
];

impl Version {
    /// The version with this name.
    pub(crate) fn of(name: &str) -> Self {
        let known = VERSIONS.iter().find(|version| version.name == name);
        *known.unwrap_or_else(|| panic!("Open WebUI {name} is not in VERSIONS, see {}", file!()))
    }

    /// The newest version, which most tests run on.
    pub(crate) fn newest() -> Self {
        Self::of("0.12.4")
    }

    /// The second number, which every version so far differs in.
    pub(crate) fn minor(&self) -> u32 {
        self.number.split('.').nth(1).unwrap().parse().unwrap()
    }

    /// Whether it has skills.
    pub(crate) fn has_skills(&self) -> bool {
        self.minor() >= 8
    }

    /// Whether one request lists every row, `GET /models/all`.
    pub(crate) fn lists_all(&self) -> bool {
        self.minor() >= 11
    }

    /// Whether it keeps versions of each row.
    pub(crate) fn has_history(&self) -> bool {
        self.minor() >= 12
    }

    /// Every version.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        VERSIONS.iter().copied()
    }

    /// The versions of this run: the quick selection, or what `MAQUETTE_TESTS` says: `full` for every one, or names.
    pub(crate) fn of_this_run() -> Vec<Self> {
        match env::var("MAQUETTE_TESTS").as_deref() {
            Err(_) => Self::all().filter(|version| version.is_quick).collect(),
            Ok("full") => Self::all().collect(),
            Ok(names) => names.split(',').map(Self::of).collect(),
        }
    }
}

/// Whether this is the quick run, which says nothing of what to run.
pub(crate) fn is_quick() -> bool {
    env::var_os("MAQUETTE_TESTS").is_none()
}

/// Whether this is the run that leaves nothing out.
pub(crate) fn is_full() -> bool {
    env::var_os("MAQUETTE_TESTS").is_some_and(|run| run == "full")
}
