//! The address of a server, as Ollama's own client understands `OLLAMA_HOST`.

use url::Url;

use super::super::Error;
use super::super::open_webui::without_secrets;

/// The port where neither a scheme nor a port is given.
const DEFAULT_PORT: u16 = 11434;

/// Reads an address: `host`, `host:port`, `:port`, or a URL; a path is kept.
///
/// As in Ollama, a scheme without a port means that scheme's own port, and an address to listen on (`0.0.0.0`) means this
/// machine. Unlike it, a port that is none is an error: Ollama would take its default instead.
///
/// # Errors
/// [`Error::Address`]
pub fn address(text: &str) -> Result<Url, Error> {
    let text = text.trim();
    let fail = |reason: &str| Error::Address { url: without_secrets(text), reason: reason.to_owned() };
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let (scheme, default_port) = match scheme {
        "" if rest == "ollama.com" => ("https", 443),
        "" => ("http", DEFAULT_PORT),
        "http" => ("http", 80),
        "https" => ("https", 443),
        _ => return Err(fail("it must begin with https:// or http://, or with the host")),
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.contains('@') {
        return Err(fail("it must not hold a user name or a password"));
    }
    if rest.contains(['?', '#']) {
        return Err(fail("it must not hold a `?` or `#` part"));
    }
    let (host, port) = split_port(host);
    let port = match port {
        Some(port) => port.parse::<u16>().map_err(|_| fail(&format!("`{port}` is no port")))?,
        None => default_port,
    };
    let host = match host {
        "" | "0.0.0.0" => "127.0.0.1",
        "::" => "::1",
        host => host,
    };
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let path = path.trim_end_matches('/');
    Url::parse(&format!("{scheme}://{host}:{port}/{path}")).map_err(|error| fail(&error.to_string()))
}

/// The host without brackets, and the port; an IPv6 address without brackets has none.
fn split_port(text: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        return (host, rest.strip_prefix(':'));
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, Some(port)),
        _ => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_ollama_reads_them() {
        for (text, expected) in [
            ("", "http://127.0.0.1:11434/"),
            (" localhost ", "http://localhost:11434/"),
            ("1.2.3.4", "http://1.2.3.4:11434/"),
            (":1234", "http://127.0.0.1:1234/"),
            ("0.0.0.0:1234", "http://127.0.0.1:1234/"),
            ("[::]:1234", "http://[::1]:1234/"),
            ("::1", "http://[::1]:11434/"),
            ("[::1]", "http://[::1]:11434/"),
            ("[::1]:1337", "http://[::1]:1337/"),
            ("http://gpu.example", "http://gpu.example/"),
            ("https://gpu.example", "https://gpu.example/"),
            ("https://gpu.example:8443/", "https://gpu.example:8443/"),
            ("gpu.example/ollama/", "http://gpu.example:11434/ollama"),
            ("https://gpu.example/a/b", "https://gpu.example/a/b"),
            ("ollama.com", "https://ollama.com/"),
        ] {
            assert_eq!(address(text).unwrap().as_str(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_told_without_its_secrets() {
        for (text, words) in [
            ("ftp://gpu.example", "must begin with"),
            ("gpu.example:66000", "`66000` is no port"),
            ("gpu.example:x", "`x` is no port"),
            ("http://me:secret@gpu.example", "user name"),
            ("http://gpu.example/?key=secret", "`?`"),
            ("http://gpu example", "invalid"),
        ] {
            let message = address(text).unwrap_err().to_string();
            assert!(message.contains(words) && !message.contains("secret"), "{text}: {message}");
        }
    }
}
