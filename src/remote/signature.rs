//! Requests signed with a person's own key, as Ollama's client does where `OLLAMA_AUTH` is set.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::Method;

/// How a private key of OpenSSH begins, once it is decoded.
const MAGIC: &[u8] = b"openssh-key-v1\0";

/// The only kind of key that Ollama makes.
const KIND: &[u8] = b"ssh-ed25519";

/// A key that signs requests.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    /// The public key as OpenSSH writes it, without its kind.
    public: String,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl SigningKey {
    /// Reads a private key of OpenSSH, such as `~/.ollama/id_ed25519`. Says why it is none that can be used, without a word of it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const NO_KEY: &str = "is no private key of OpenSSH";
        let lines = text.trim().strip_prefix("-----BEGIN OPENSSH PRIVATE KEY-----");
        let lines = lines.and_then(|text| text.strip_suffix("-----END OPENSSH PRIVATE KEY-----")).ok_or(NO_KEY)?;
        let bytes = STANDARD.decode(lines.split_whitespace().collect::<String>()).map_err(|_| NO_KEY)?;
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(NO_KEY)?;
        let cipher = piece(&mut rest).ok_or(NO_KEY)?;
        if cipher != b"none" {
            return Err("is encrypted; only a key without a passphrase can be used");
        }
        // The function that a passphrase goes through, and its options.
        let (_, _) = (piece(&mut rest).ok_or(NO_KEY)?, piece(&mut rest).ok_or(NO_KEY)?);
        if number(&mut rest) != Some(1) {
            return Err("holds more than one key");
        }
        let public = piece(&mut rest).ok_or(NO_KEY)?;
        let mut secret = piece(&mut rest).ok_or(NO_KEY)?;
        if number(&mut secret) != number(&mut secret) {
            return Err(NO_KEY);
        }
        if piece(&mut secret) != Some(KIND) {
            return Err("is not of the kind ed25519");
        }
        let own_public = piece(&mut secret).ok_or(NO_KEY)?;
        let (seed, _) = piece(&mut secret).and_then(|both| both.split_at_checked(32)).ok_or(NO_KEY)?;
        let pair = Ed25519KeyPair::from_seed_and_public_key(seed, own_public).map_err(|_| NO_KEY)?;
        if !public.ends_with(pair.public_key().as_ref()) {
            return Err(NO_KEY);
        }
        Ok(Self { pair, public: STANDARD.encode(public) })
    }

    /// What a request of now carries: the `ts` of its query, and its `Authorization`.
    pub(super) fn sign(&self, method: Method, path: &str) -> (String, String) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        (now.to_string(), self.authorization(method, path, now))
    }

    /// `<public key>:<signature of method, path and time>`; the path is the one below the server's address.
    fn authorization(&self, method: Method, path: &str, now: u64) -> String {
        let challenge = format!("{},/{path}?ts={now}", method.as_str());
        format!("{}:{}", self.public, STANDARD.encode(self.pair.sign(challenge.as_bytes())))
    }
}

/// Four bytes, the highest first.
fn number(rest: &mut &[u8]) -> Option<u32> {
    let (number, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_be_bytes(*number))
}

/// Bytes with their length in front.
fn piece<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(number(rest)?).ok()?;
    let (piece, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first key of RFC 8032, which is everybody's.
    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    fn with_length(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    /// The file that `ssh-keygen` would write.
    fn file(cipher: &[u8], kind: &[u8], public: &str) -> String {
        let (seed, public) = (bytes(SEED), bytes(public));
        let own = [with_length(KIND), with_length(&public)].concat();
        let secret = [
            &[7; 8][..],
            &with_length(kind),
            &with_length(&public),
            &with_length(&[&seed[..], &public].concat()),
            &with_length(b"a comment"),
        ];
        let all = [
            MAGIC,
            &with_length(cipher),
            &with_length(b"none"),
            &with_length(b""),
            &[0, 0, 0, 1],
            &with_length(&own),
            &with_length(&secret.concat()),
        ];
        let (begin, end) = ("-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----");
        format!("{begin}\n{}\n{end}\n", STANDARD.encode(all.concat()))
    }

    #[test]
    fn requests_are_signed_as_others_sign_them() {
        let key = SigningKey::parse(&file(b"none", KIND, PUBLIC)).unwrap();
        // By Python's `cryptography` 48.0.0.
        let public = "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
        for (method, path, now, signature) in [
            (
                Method::Get,
                "api/tags",
                1_700_000_000,
                "wvMPxL6KhYNQ2RDbTSi6PSJhAWmIhxqP9YAFIXjxO4aUXAaQ6V/8GLXSWKlPq2o+loEyLREVWjgQGVNa1CJyBQ==",
            ),
            (
                Method::Post,
                "api/blobs/sha256:abc",
                1_700_000_001,
                "L8uvjvi29g5eSoLHM/+1tVx/Nv6XxqE+Udw6GCCFyfcsVhkROp2QE4kgJiutDhLXvDB2cyxQn6Z5N/FlJNx6BQ==",
            ),
        ] {
            assert_eq!(key.authorization(method, path, now), format!("{public}:{signature}"), "{path}");
        }
        let told = format!("{key:?}");
        assert!(!told.contains("nWGxne"), "{told}");
    }

    #[test]
    fn what_is_no_key_is_told_without_a_word_of_it() {
        let other = "0".repeat(64);
        for (text, reason) in [
            (String::new(), "is no private key of OpenSSH"),
            ("ssh-ed25519 AAAA me".into(), "is no private key of OpenSSH"),
            (file(b"none", KIND, PUBLIC).replace("b3Bl", "c3Bl"), "is no private key of OpenSSH"),
            (file(b"none", KIND, &other), "is no private key of OpenSSH"),
            (file(b"aes256-ctr", KIND, PUBLIC), "is encrypted; only a key without a passphrase can be used"),
            (file(b"none", b"ssh-rsa", PUBLIC), "is not of the kind ed25519"),
        ] {
            assert_eq!(SigningKey::parse(&text).unwrap_err(), reason, "{text}");
        }
    }
}
