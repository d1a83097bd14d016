//! Tokens, bound to hosts outside the repository.
//!
//! A pull request that edits a `url` gets no token, and a cloned repository runs nothing: a token comes from the
//! environment, under a name made of the host, or from the user's own credentials file, which alone may name a command.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;

use camino::Utf8PathBuf;
use reqwest::header::HeaderName;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Error;
use super::signature::SigningKey;

/// What reads the environment; tests put their own in place.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The credentials file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialsFile {
    /// By origin, such as `https://chat.example.com`.
    #[serde(default)]
    hosts: BTreeMap<String, Host>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    /// The token itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// A program with its arguments that prints the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<Vec<String>>,
    /// The file of a private key that signs every request, in place of a token: `~/.ollama/id_ed25519` is the one that
    /// Ollama makes itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<Utf8PathBuf>,
    /// Further headers that a proxy before the server asks for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
}

/// What a server is asked with.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// The bearer token, where the server wants one.
    pub token: Option<SecretString>,
    /// What signs every request, where the server wants that.
    pub key: Option<Arc<SigningKey>>,
    /// Further headers.
    pub headers: Vec<(HeaderName, SecretString)>,
}

impl From<SecretString> for Keys {
    fn from(token: SecretString) -> Self {
        Self { token: Some(token), key: None, headers: Vec::new() }
    }
}

impl Keys {
    /// Whether nothing secret is sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.token.is_none() && self.key.is_none() && self.headers.is_empty()
    }
}

/// The environment variables that may hold the token for a server: with the port, where the address names one, before without.
///
/// A hyphen becomes two underscores, every other sign one: with one for both, the token of `chat.example.com` would also
/// go to `chat-example.com`, which anybody can register.
#[must_use]
pub fn variables(url: &Url) -> Vec<String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).replace('-', "__");
    let name: String = host.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let plain = format!("MAQUETTE_TOKEN_{name}");
    match url.port() {
        Some(port) => vec![format!("{plain}_{port}"), plain],
        None => vec![plain],
    }
}

/// Scheme, host and port, as the credentials file has them.
#[must_use]
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The token for a server.
///
/// # Errors
/// [`Error::NoToken`] if there is none, [`Error::Credentials`] if the file is unreadable or its command fails.
pub fn token(url: &Url, environment: Environment<'_>) -> Result<SecretString, Error> {
    let variables = variables(url);
    for variable in &variables {
        if let Some(token) = environment(variable) {
            return clean(&token, &format!("the environment variable `{variable}`"));
        }
    }
    let origin = origin(url);
    let host = match path(environment) {
        Some(path) => read(&path)?.hosts.remove(&origin),
        None => None,
    };
    match host {
        Some(Host { command: Some(command), .. }) => run(&command),
        Some(Host { token: Some(token), .. }) => clean(&token, "the credentials file"),
        Some(Host { .. }) | None => Err(Error::NoToken { origin, variables }),
    }
}

/// What there is for a server that may want nothing: its token, found as [`token`] finds it, and the headers of the
/// credentials file.
///
/// # Errors
/// [`Error::Credentials`] if the file is unreadable, its command fails, or a header is none.
pub fn keys(url: &Url, environment: Environment<'_>) -> Result<Keys, Error> {
    let token = match token(url, environment) {
        Ok(token) => Some(token),
        Err(Error::NoToken { .. }) => None,
        Err(error) => return Err(error),
    };
    let host = match path(environment) {
        Some(path) => read(&path)?.hosts.remove(&origin(url)).unwrap_or_default(),
        None => Host::default(),
    };
    let key = match (&token, host.key) {
        (_, None) => None,
        (None, Some(path)) => Some(Arc::new(signing_key(&path, environment)?)),
        (Some(_), Some(_)) => {
            let origin = origin(url);
            return Err(Error::Credentials(format!(
                "there are both a token and a `key` for `{origin}`; it can take one"
            )));
        }
    };
    let headers = host.headers.into_iter().map(|(name, value)| {
        let source = format!("the header `{name}` of the credentials file");
        let name = HeaderName::try_from(&name).map_err(|_| Error::Credentials(format!("{source} is no header")))?;
        Ok((name, clean(&value, &source)?))
    });
    Ok(Keys { token, key, headers: headers.collect::<Result<_, _>>()? })
}

/// The key that the credentials file names.
fn signing_key(path: &Utf8PathBuf, environment: Environment<'_>) -> Result<SigningKey, Error> {
    let path = match (path.strip_prefix("~"), environment("HOME")) {
        (Ok(rest), Some(home)) => Utf8PathBuf::from(home).join(rest),
        _ => path.clone(),
    };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Error::Credentials(format!("cannot read the key `{path}`: {error}")))?;
    refuse_shared(&path)?;
    SigningKey::parse(&text).map_err(|reason| Error::Credentials(format!("`{path}` {reason}")))
}

/// Writes the token for a server into the credentials file, readable by its owner only. Returns the file.
///
/// # Errors
/// [`Error::Credentials`] if the file cannot be read or written.
pub fn store(url: &Url, token: &str, environment: Environment<'_>) -> Result<Utf8PathBuf, Error> {
    let token = token.trim();
    if token.is_empty() || token.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Error::Credentials("that is not a token: it is empty, or has blanks in it".into()));
    }
    let Some(path) = path(environment) else {
        return Err(Error::Credentials(
            "there is no home folder to keep the credentials in: set XDG_CONFIG_HOME or HOME".into(),
        ));
    };
    let mut file = read(&path)?;
    let host = file.hosts.entry(origin(url)).or_default();
    *host =
        Host { token: Some(token.to_owned()), command: None, key: None, headers: std::mem::take(&mut host.headers) };
    let text = toml::to_string(&file).map_err(|error| Error::Credentials(format!("cannot write `{path}`: {error}")))?;
    write_private(&path, &text).map_err(|error| Error::Credentials(format!("cannot write `{path}`: {error}")))?;
    Ok(path)
}

fn path(environment: Environment<'_>) -> Option<Utf8PathBuf> {
    let set = |name| environment(name).filter(|value| !value.is_empty());
    let config = set("XDG_CONFIG_HOME")
        .map(Utf8PathBuf::from)
        .or_else(|| set("HOME").map(|home| Utf8PathBuf::from(home).join(".config")))
        .or_else(|| set("APPDATA").map(Utf8PathBuf::from))?;
    Some(config.join("maquette/credentials.toml"))
}

fn read(path: &Utf8PathBuf) -> Result<CredentialsFile, Error> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(CredentialsFile::default()),
        Err(error) => return Err(Error::Credentials(format!("cannot read `{path}`: {error}"))),
    };
    refuse_shared(path)?;
    // The parser's own message quotes the line, and the line may hold a token.
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
        Error::Credentials(format!("`{path}` is not a credentials file: line {line} is wrong"))
    })
}

#[cfg(unix)]
fn refuse_shared(path: &Utf8PathBuf) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map(|metadata| metadata.permissions().mode()).unwrap_or_default();
    if mode & 0o077 != 0 {
        return Err(Error::Credentials(format!("`{path}` can be read by others: run `chmod 600 {path}`")));
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no mode to look at")]
fn refuse_shared(_: &Utf8PathBuf) -> Result<(), Error> {
    Ok(())
}

/// A file made beside its place with mode 0600 (which `tempfile` gives) and moved over it.
fn write_private(path: &Utf8PathBuf, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let folder = path.parent().ok_or(std::io::ErrorKind::InvalidInput)?;
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn run(command: &[String]) -> Result<SecretString, Error> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Error::Credentials("the credentials file has an empty `command`".into()));
    };
    let fail = |reason: String| Error::Credentials(format!("the credentials command `{program}` {reason}"));
    let output = std::process::Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| fail(format!("cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(fail(format!("failed: {}", output.status)));
    }
    let token = String::from_utf8(output.stdout).map_err(|_| fail("printed something that is not text".into()))?;
    clean(&token, &format!("the credentials command `{program}`"))
}

fn clean(token: &str, source: &str) -> Result<SecretString, Error> {
    let token = token.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::Credentials(format!(
            "{source} holds no usable token: it is empty, or has blanks or other than ASCII characters in it"
        )));
    }
    Ok(SecretString::from(token.to_owned()))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn variables_are_made_of_host_and_port() {
        for (address, expected) in [
            ("https://chat.example.com", vec!["MAQUETTE_TOKEN_chat_example_com"]),
            ("https://chat-1.example.com:443/base", vec!["MAQUETTE_TOKEN_chat__1_example_com"]),
            ("http://127.0.0.1:8080", vec!["MAQUETTE_TOKEN_127_0_0_1_8080", "MAQUETTE_TOKEN_127_0_0_1"]),
            ("http://[::1]:8080", vec!["MAQUETTE_TOKEN___1_8080", "MAQUETTE_TOKEN___1"]),
        ] {
            assert_eq!(variables(&url(address)), expected, "{address}");
        }
    }

    #[test]
    fn a_token_goes_to_its_own_host_only() {
        let environment = |name: &str| (name == "MAQUETTE_TOKEN_a_example").then(|| " sk-1\n".to_owned());
        assert_eq!(token(&url("https://a.example"), &environment).unwrap().expose_secret(), "sk-1");
        assert!(matches!(token(&url("https://b.example"), &environment), Err(Error::NoToken { .. })));
        assert!(matches!(token(&url("https://a-example"), &environment), Err(Error::NoToken { .. })));
    }

    #[test]
    fn the_credentials_file_is_private_and_keyed_by_origin() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().to_str().unwrap().to_owned();
        let environment = move |name: &str| (name == "XDG_CONFIG_HOME").then(|| config.clone());
        let path = store(&url("https://a.example/base"), "sk-2\n", &environment).unwrap();
        assert_eq!(token(&url("https://a.example"), &environment).unwrap().expose_secret(), "sk-2");
        assert!(token(&url("https://a.example:444"), &environment).is_err());
        assert!(token(&url("http://a.example"), &environment).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(token(&url("https://a.example"), &environment).unwrap_err().to_string().contains("chmod 600"));
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        std::fs::write(&path, "[hosts.\"https://a.example\"]\ntoken = sk-3\n").unwrap();
        let message = token(&url("https://a.example"), &environment).unwrap_err().to_string();
        assert!(message.contains("line 2") && !message.contains("sk-3"), "{message}");
    }

    #[test]
    fn a_command_may_print_the_token() {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().to_str().unwrap().to_owned();
        let environment = move |name: &str| (name == "XDG_CONFIG_HOME").then(|| config.clone());
        let path = store(&url("https://a.example"), "sk-2", &environment).unwrap();
        std::fs::write(&path, "[hosts.\"https://a.example\"]\ncommand = [\"printf\", \"sk-4\"]\n").unwrap();
        assert_eq!(token(&url("https://a.example"), &environment).unwrap().expose_secret(), "sk-4");
        std::fs::write(&path, "[hosts.\"https://a.example\"]\ncommand = [\"false\"]\n").unwrap();
        assert!(token(&url("https://a.example"), &environment).unwrap_err().to_string().contains("failed"));
    }

    #[test]
    fn a_key_may_sign_in_place_of_a_token() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().to_str().unwrap().to_owned();
        let environment = move |name: &str| ["XDG_CONFIG_HOME", "HOME"].contains(&name).then(|| folder.clone());
        let path = store(&url("https://b.example"), "sk-2", &environment).unwrap();
        std::fs::write(&path, "[hosts.\"https://a.example\"]\nkey = \"~/id\"\n").unwrap();
        let keys = || keys(&url("https://a.example"), &environment);
        assert!(keys().unwrap_err().to_string().contains("cannot read the key"));
        std::fs::write(home.path().join("id"), "secret").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert!(keys().unwrap_err().to_string().contains("chmod 600"));
            std::fs::set_permissions(home.path().join("id"), std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let message = keys().unwrap_err().to_string();
        assert!(message.ends_with("/id` is no private key of OpenSSH") && !message.contains("secret"), "{message}");
        std::fs::write(&path, "[hosts.\"https://a.example\"]\nkey = \"~/id\"\ntoken = \"sk-1\"\n").unwrap();
        assert!(keys().unwrap_err().to_string().contains("both a token and a `key`"));
    }
}
