//! The versions of Open WebUI that tests start, and what each needs.

/// One version. Its pinned requirements are `tests/servers/open-webui-<number>.txt`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version {
    pub(crate) number: &'static str,
    /// What this version needs beyond [`ENVIRONMENT`].
    pub(crate) environment: &'static [(&'static str, &'static str)],
}

/// Every version that tests know.
const VERSIONS: &[Version] = &[
    // Without the slim mode it imports packages that its list leaves out.
    Version { number: "0.12.4", environment: &[("USE_SLIM_DOCKER", "true")] },
];

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
    /// The version with this number.
    pub(crate) fn of(number: &str) -> Self {
        let known = VERSIONS.iter().find(|version| version.number == number);
        *known.unwrap_or_else(|| panic!("Open WebUI {number} is not in VERSIONS, see {}", file!()))
    }

    /// The newest version, which the shared server runs.
    pub(crate) fn newest() -> Self {
        *VERSIONS.last().unwrap()
    }
}
