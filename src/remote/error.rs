//! What can go wrong outside.

use camino::Utf8PathBuf;

use crate::diagnostic::closest;

/// Why a remote could not be read or written. Messages hold no secret, and text of the remote only with control
/// characters escaped.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The manifest has no such remote.
    #[error("there is no remote `{name}` in the manifest")]
    Unknown {
        /// The name.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The address is none.
    #[error("`{url}` is not the address of a server: {reason}")]
    Address {
        /// The address.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A token would travel in the clear.
    #[error("`{url}` is plain http to another machine: the token would travel unencrypted")]
    PlainHttp {
        /// The address.
        url: String,
    },
    /// No token is bound to the host.
    #[error("there is no token for `{origin}`")]
    NoToken {
        /// Scheme, host and port.
        origin: String,
        /// The environment variables that were looked at.
        variables: Vec<String>,
    },
    /// The credentials file or its command.
    #[error("{0}")]
    Credentials(String),
    /// No connection.
    #[error("cannot reach `{origin}`: {reason}")]
    Unreachable {
        /// The server.
        origin: String,
        /// The innermost reason.
        reason: String,
    },
    /// No secure connection.
    #[error("no secure connection to `{origin}`: {reason}")]
    Tls {
        /// The server.
        origin: String,
        /// What TLS says.
        reason: String,
    },
    /// No answer in time.
    #[error("`{origin}` did not answer {what} within {seconds} s")]
    Timeout {
        /// The server.
        origin: String,
        /// What was asked.
        what: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The answer broke off or was no JSON.
    #[error("`{origin}` gave an unusable answer to {what}: {reason}")]
    BadAnswer {
        /// The server.
        origin: String,
        /// What was asked.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A page instead of data.
    #[error("`{origin}` answered {what} with a web page instead of data")]
    NotAnApi {
        /// The server.
        origin: String,
        /// What was asked.
        what: String,
    },
    /// A redirect, which is never followed: the token is bound to the host.
    #[error("`{origin}` redirects {what} to `{target}`")]
    Redirect {
        /// The server.
        origin: String,
        /// What was asked.
        what: String,
        /// Where it points.
        target: String,
    },
    /// More than is read.
    #[error("the answer of `{origin}` to {what} is larger than {limit_mib} MiB")]
    TooLarge {
        /// The server.
        origin: String,
        /// What was asked.
        what: String,
        /// The limit.
        limit_mib: u64,
    },
    /// The server refuses the token.
    #[error("`{origin}` does not accept the token: {detail}")]
    Unauthorized {
        /// The server.
        origin: String,
        /// The server's own words.
        detail: String,
    },
    /// The token belongs to somebody who may not do this.
    #[error("the token for `{origin}` is not an administrator's: {detail}")]
    NotAdmin {
        /// The server.
        origin: String,
        /// The server's own words.
        detail: String,
    },
    /// A version that is not supported.
    #[error("`{origin}` runs {product} {version}, which this version of maquette does not support")]
    Version {
        /// The server.
        origin: String,
        /// What it is.
        product: &'static str,
        /// Its version.
        version: String,
        /// What is supported.
        supported: &'static str,
    },
    /// Something before an Ollama server, or the server itself, lets nobody in without other credentials.
    #[error("`{origin}` lets nobody in without other credentials: {detail}")]
    LockedOut {
        /// The server.
        origin: String,
        /// The environment variables that were looked at.
        variables: Vec<String>,
        /// The server's own words.
        detail: String,
    },
    /// An Ollama server that only answers requests that name it by an address of its own machine.
    #[error("`{origin}` does not answer requests under that name")]
    ForeignHost {
        /// The server.
        origin: String,
    },
    /// Open WebUI in place of the one Ollama server that is meant.
    #[error("`{origin}` is Open WebUI's way to its Ollama servers, and not one of them")]
    Front {
        /// The address.
        origin: String,
    },
    /// The server began, and then said that it failed.
    #[error("`{origin}` gave up {what}: {detail}")]
    Broken {
        /// The server.
        origin: String,
        /// What was asked.
        what: String,
        /// The server's own words.
        detail: String,
    },
    /// The server refuses a request.
    #[error("`{origin}` refused {what} with status {status}: {detail}")]
    Refused {
        /// The server.
        origin: String,
        /// What was asked.
        what: String,
        /// The HTTP status.
        status: u16,
        /// The server's own words.
        detail: String,
    },
    /// The server wants fewer requests (status 429), and has done nothing with this one.
    #[error("`{origin}` refused {what} with status 429: {detail}")]
    Busy {
        /// The server.
        origin: String,
        /// What was asked.
        what: String,
        /// How many seconds it asks to wait.
        seconds: u64,
        /// The server's own words.
        detail: String,
    },
    /// A person stopped it before it was through. Nothing was written.
    #[error("{what} was stopped")]
    Stopped {
        /// What was under way.
        what: String,
    },
    /// The row is not what the step expects. Nothing was written.
    #[error("`{id}` has changed on the remote since it was read")]
    Moved {
        /// The row, or what else has moved.
        id: String,
    },
    /// The server did not write because another change of the row was under way.
    #[error("another change of `{id}` came between")]
    Conflict {
        /// The row.
        id: String,
    },
    /// The server has the row and does not show it.
    #[error("the server has a model `{id}` that the token's owner does not get to see")]
    Withheld {
        /// The row.
        id: String,
    },
    /// A way of writing that is not sound there.
    #[error("`--via {}` is not sound here: {reason}", via.as_str())]
    Unsound {
        /// The way.
        via: super::Via,
        /// Why not.
        reason: String,
    },
    /// A change that cannot be written.
    #[error("`{id}` cannot be written: {reason}")]
    Inexpressible {
        /// The row.
        id: String,
        /// Why not.
        reason: String,
    },
    /// The export file cannot be read or written.
    #[error("{0}")]
    File(String),
    /// The export file holds something else.
    #[error("`{path}` is not an export of Open WebUI: {reason}")]
    NotAnExport {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// What would work instead.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { name, known } => match closest(name, known.iter().map(String::as_str)) {
                Some(close) => format!("did you mean `{close}`?"),
                None if known.is_empty() => "the manifest has no remote yet: add `[remotes.local]` with `kind = \"file\"` and a `path`".into(),
                None => format!("there is {}", list(known)),
            },
            Self::PlainHttp { .. } => "use https, or set `allow-http = true` for this remote if the network between is yours".into(),
            Self::NoToken { origin, variables } => {
                format!("set {} in the environment, or run `maquette login {origin}`", list(variables))
            }
            Self::Unreachable { .. } => "check the remote's `url`, and whether the server runs".into(),
            Self::Tls { .. } => "check whether the `url` should begin with http://, and whether this machine trusts the server's certificate".into(),
            Self::Timeout { .. } => "try again, or raise the remote's `timeout` (seconds)".into(),
            Self::NotAnApi { .. } => "check the remote's `url`: it must be the server's own address (of Open WebUI the one under which its page opens), without a proxy before it that asks to sign in".into(),
            Self::Redirect { .. } => "set the remote's `url` to where the server really is; redirects are not followed, so that the token stays with its host".into(),
            Self::Unauthorized { .. } => "make a new API key in Open WebUI under Settings, Account; where that is missing, the server needs ENABLE_API_KEYS".into(),
            Self::LockedOut { variables, .. } => format!(
                "set {} in the environment, or give `headers` for this host in your credentials file, if a proxy before Ollama asks for them",
                list(variables)
            ),
            Self::Front { .. } => "say in the manifest which of its connections is meant: `node = 0` is the first".into(),
            Self::ForeignHost { .. } => "an Ollama that listens on its own machine only answers to `localhost` and its addresses: use one of those in `url`, or have the proxy before it send such a Host header".into(),
            Self::NotAdmin { .. } => "use the API key of an administrator: only they see every model".into(),
            Self::Version { supported, .. } => format!("supported: {supported}"),
            Self::Withheld { .. } => "with BYPASS_ADMIN_ACCESS_CONTROL=false an administrator needs access to it like anybody else".into(),
            Self::Moved { .. } | Self::Conflict { .. } => "somebody else is editing; run `maquette plan` again".into(),
            Self::NotAnExport { .. } => "the remote's `path` names what Open WebUI's Models page exports; move this file away to begin with an empty one".into(),
            Self::BadAnswer { .. } => "check that the remote's `url` leads to the server itself, and that nothing between changes its answers".into(),
            Self::Refused { status: 413, .. } => "something before the server limits what it may be sent: raise that (`client_max_body_size` of nginx), or go past it".into(),
            Self::Refused { status: 404, .. } => "check the remote's `url`: it must be the server's own address, of Open WebUI the one under which its page opens".into(),
            Self::Busy { seconds, .. } => format!("the server asks for patience: try again in {seconds} s or later"),
            Self::TooLarge { .. } => "avatars are what makes models large: give them smaller ones".into(),
            Self::Refused { status: 500.., .. } => "look into the server's log, and try again".into(),
            Self::Address { .. }
            | Self::Credentials(_)
            | Self::Broken { .. }
            | Self::Stopped { .. }
            | Self::Refused { .. }
            | Self::Unsound { .. }
            | Self::Inexpressible { .. }
            | Self::File(_) => return None,
        })
    }

    /// What it is about, in a word.
    #[must_use]
    pub fn topic(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "configuration",
            Self::Address { .. }
            | Self::PlainHttp { .. }
            | Self::Redirect { .. }
            | Self::NotAnApi { .. }
            | Self::Front { .. }
            | Self::ForeignHost { .. } => "address",
            Self::NoToken { .. } | Self::Credentials(_) | Self::Unauthorized { .. } | Self::LockedOut { .. } => "token",
            Self::Unreachable { .. } | Self::Timeout { .. } => "connection",
            Self::Tls { .. } => "tls",
            Self::NotAdmin { .. } => "role",
            Self::Version { .. } => "version",
            Self::BadAnswer { .. }
            | Self::Broken { .. }
            | Self::TooLarge { .. }
            | Self::Refused { .. }
            | Self::Busy { .. }
            | Self::Stopped { .. }
            | Self::Moved { .. }
            | Self::Conflict { .. }
            | Self::Withheld { .. }
            | Self::Unsound { .. }
            | Self::Inexpressible { .. } => "models",
            Self::File(_) | Self::NotAnExport { .. } => "file",
        }
    }

    /// Whether the request may have been carried out all the same.
    #[must_use]
    pub fn leaves_doubt(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Timeout { .. }
            | Self::BadAnswer { .. }
            | Self::Broken { .. }
            | Self::NotAnApi { .. }
            | Self::TooLarge { .. } => true,
            Self::Refused { status, .. } => *status >= 500,
            _ => false,
        }
    }
}

/// `a`, `b` or `c`.
fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|word| format!("`{word}`")).collect();
            format!("{} or `{last}`", first.join(", "))
        }
    }
}
