//! The Ollama servers behind an Open WebUI, and what it calls their models.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The Ollama servers behind an Open WebUI. What they build is planned and carried out before it, and their deletions after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Behind {
    /// In the order of the manifest.
    pub nodes: Vec<Node>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Node {
    /// Its remote's name in the manifest.
    pub remote: String,
    /// What Open WebUI puts before the names of its models; mostly nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
}

impl Node {
    /// The id under which Open WebUI lists a model whose full name, tag included, is this.
    #[must_use]
    pub fn lists(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
    }

    /// The way back: how the server itself calls what Open WebUI lists under an id, without a tag that is the default.
    #[must_use]
    pub fn name_of(&self, id: &str) -> Option<String> {
        let name = if self.prefix.is_empty() { id } else { id.strip_prefix(&self.prefix)?.strip_prefix('.')? };
        let name = name.strip_suffix(":latest").unwrap_or(name);
        (name != id).then(|| name.to_owned())
    }
}

impl Behind {
    /// The names of their remotes.
    pub fn remotes(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().map(|node| node.remote.as_str())
    }

    /// Whether it is the remote of that name that is behind.
    #[must_use]
    pub fn includes(&self, remote: &str) -> bool {
        self.remotes().any(|name| name == remote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_leads_back_to_its_name() {
        for (prefix, name, listed, back) in [
            ("", "support:latest", "support:latest", Some("support")),
            ("", "support:v2", "support:v2", None),
            ("gpu", "support:latest", "gpu.support:latest", Some("support")),
            ("gpu", "acme/support:v2", "gpu.acme/support:v2", Some("acme/support:v2")),
        ] {
            let node = Node { remote: "gpu-1".into(), prefix: prefix.into() };
            assert_eq!(node.lists(name), listed);
            assert_eq!(node.name_of(listed).as_deref(), back);
        }
        let node = Node { remote: "gpu-1".into(), prefix: "gpu".into() };
        assert_eq!(node.name_of("gpu-2.support:latest"), None);
    }
}
