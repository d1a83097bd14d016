//! Which of Open WebUI's connections an Ollama server is, and what that does to the names of its models.
//!
//! The two know each other by addresses that need not be ours, so a server is known again by the models that it lists.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::ollama;

/// What a server lists: names with their tags, and digests.
pub type Listing = BTreeSet<(String, String)>;

/// One Ollama connection of an Open WebUI.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Its place in the settings, the first one being 0.
    pub index: usize,
    /// The address that Open WebUI knows.
    pub url: String,
    /// What is put before the names of its models.
    pub prefix: String,
    /// The only models that are listed; none of them means all.
    pub only: BTreeSet<String>,
    /// What its server lists; none if Open WebUI cannot reach it.
    pub listing: Option<Listing>,
}

impl Connection {
    /// Whether people see a model of that full name.
    #[must_use]
    pub fn shows(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.contains(name)
    }
}

/// What there is to know of a server to find its connection.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// Its address as we know it.
    pub origin: &'a str,
    /// Its place among the connections, where the manifest says that.
    pub node: Option<usize>,
    /// What it lists.
    pub listing: &'a Listing,
}

/// Why a server's connection is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfound {
    /// None is to this server.
    None,
    /// Several may be, and they name models differently.
    Several,
}

/// The connection to a server.
///
/// # Errors
/// [`Unfound`] if it cannot be told.
pub fn connection_to<'a>(sought: Sought<'_>, connections: &'a [Connection]) -> Result<&'a Connection, Unfound> {
    if let Some(index) = sought.node {
        return connections.iter().find(|connection| connection.index == index).ok_or(Unfound::None);
    }
    // A server may change while both are read, and an empty one has nothing to be known by.
    let closeness = |connection: &&Connection| -> usize {
        let is_same_address = is_same_address(&connection.url, sought.origin);
        match &connection.listing {
            Some(listing) if listing == sought.listing && (!listing.is_empty() || is_same_address) => usize::MAX,
            Some(listing) if listing.is_empty() && sought.listing.is_empty() => 1,
            Some(listing) => listing.intersection(sought.listing).count() * 2,
            None => usize::from(is_same_address),
        }
    };
    let best = connections.iter().map(|connection| closeness(&connection)).max().unwrap_or_default();
    if best == 0 {
        return Err(Unfound::None);
    }
    let equal: Vec<&Connection> = connections.iter().filter(|connection| closeness(connection) == best).collect();
    let addressed: Vec<&Connection> =
        equal.iter().filter(|connection| is_same_address(&connection.url, sought.origin)).copied().collect();
    let candidates = if addressed.is_empty() { equal } else { addressed };
    match candidates.as_slice() {
        [first, rest @ ..] if rest.iter().all(|other| (&other.prefix, &other.only) == (&first.prefix, &first.only)) => {
            Ok(first)
        }
        [] => Err(Unfound::None),
        _ => Err(Unfound::Several),
    }
}

fn is_same_address(theirs: &str, ours: &str) -> bool {
    ollama::address(theirs).is_ok_and(|theirs| theirs.as_str().trim_end_matches('/') == ours.trim_end_matches('/'))
}

/// The connections that are switched on, from the server's settings, which hold keys: nothing else is taken from them. What
/// they list is not known yet. `None` if Ollama is switched off altogether.
pub(super) fn from_settings(settings: &Value) -> Option<Vec<Connection>> {
    if settings.get("ENABLE_OLLAMA_API").and_then(Value::as_bool) == Some(false) {
        return None;
    }
    let urls = settings.get("OLLAMA_BASE_URLS").and_then(Value::as_array).into_iter().flatten();
    let configs = settings.get("OLLAMA_API_CONFIGS");
    let connection = |(index, url): (usize, &Value)| {
        let url = url.as_str()?;
        // Older servers knew their connections by address.
        let config = configs.and_then(|configs| configs.get(index.to_string()).or_else(|| configs.get(url)));
        let of = |key: &str| config.and_then(|config| config.get(key));
        if of("enable").and_then(Value::as_bool) == Some(false) {
            return None;
        }
        let only = of("model_ids").and_then(Value::as_array).into_iter().flatten();
        Some(Connection {
            index,
            url: url.to_owned(),
            prefix: of("prefix_id").and_then(Value::as_str).unwrap_or_default().to_owned(),
            only: only.filter_map(Value::as_str).map(str::to_owned).collect(),
            listing: None,
        })
    };
    Some(urls.enumerate().filter_map(connection).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn listing(names: &[&str]) -> Listing {
        names.iter().map(|name| ((*name).to_owned(), format!("digest of {name}"))).collect()
    }

    fn connection(index: usize, url: &str, prefix: &str, names: Option<&[&str]>) -> Connection {
        Connection {
            index,
            url: url.to_owned(),
            prefix: prefix.to_owned(),
            listing: names.map(listing),
            ..Connection::default()
        }
    }

    #[test]
    fn settings_become_connections_without_their_keys() {
        let settings = json!({
            "ENABLE_OLLAMA_API": true,
            "OLLAMA_BASE_URLS": ["http://a:11434", "http://b:11434", "http://c:11434"],
            "OLLAMA_API_CONFIGS": {
                "0": {"enable": true, "prefix_id": "gpu", "key": "sk-secret", "model_ids": ["x:latest"], "tags": []},
                "1": {"enable": false},
                "http://c:11434": {"prefix_id": null},
            },
        });
        let found = from_settings(&settings).unwrap();
        assert!(!format!("{found:?}").contains("secret"));
        assert_eq!(found.iter().map(|one| one.index).collect::<Vec<_>>(), [0, 2]);
        assert_eq!((&*found[0].prefix, &*found[1].prefix), ("gpu", ""));
        assert!(found[0].shows("x:latest") && !found[0].shows("y:latest") && found[1].shows("y:latest"));
        assert_eq!(from_settings(&json!({"ENABLE_OLLAMA_API": false, "OLLAMA_BASE_URLS": ["x"]})), None);
    }

    #[test]
    fn a_server_is_known_again_by_what_it_lists() {
        let connections = [
            connection(0, "http://ollama:11434", "a", Some(&["x", "y"])),
            connection(1, "http://other:11434", "b", Some(&["x", "z"])),
            connection(2, "http://gone:11434", "c", None),
            connection(3, "http://fresh:11434", "d", Some(&[])),
        ];
        let find = |origin, node, names: &[&str]| {
            connection_to(Sought { origin, node, listing: &listing(names) }, &connections).map(|found| found.index)
        };
        for (origin, node, names, expected) in [
            ("http://127.0.0.1:1", None, &["x", "y"][..], Ok(0)),
            ("http://127.0.0.1:1", None, &["x", "z"], Ok(1)),
            // Something was pulled meanwhile.
            ("http://127.0.0.1:1", None, &["x", "z", "new"], Ok(1)),
            ("http://127.0.0.1:1", None, &["x"], Err(Unfound::Several)),
            ("http://other:11434", None, &["x"], Ok(1)),
            ("http://gone:11434/", None, &["q"], Ok(2)),
            ("http://127.0.0.1:1", None, &["q"], Err(Unfound::None)),
            ("http://127.0.0.1:1", None, &[], Ok(3)),
            ("http://127.0.0.1:1", Some(1), &["x", "y"], Ok(1)),
            ("http://127.0.0.1:1", Some(9), &["x", "y"], Err(Unfound::None)),
        ] {
            assert_eq!(find(origin, node, names), expected, "{origin} {node:?} {names:?}");
        }
    }
}
