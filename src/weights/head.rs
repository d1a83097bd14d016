//! What a file is, by its first bytes.

use super::gguf::{self, Gguf};

/// What a file is, by its first bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Weights in GGUF.
    Gguf(Gguf),
    /// What git holds in place of a large file.
    Pointer,
    /// A page of the web, such as the one that asks people to sign in.
    Page,
    /// Anything else.
    Other,
}

/// What a file is that begins with these bytes.
#[must_use]
pub fn kind(head: &[u8]) -> Kind {
    if head.starts_with(gguf::MAGIC) {
        return Kind::Gguf(gguf::beginning(head));
    }
    if head.starts_with(b"version https://git-lfs") {
        return Kind::Pointer;
    }
    let start = head.trim_ascii_start().get(..9).unwrap_or_default().to_ascii_lowercase();
    if start.starts_with(b"<!doctype") || start.starts_with(b"<html") { Kind::Page } else { Kind::Other }
}

/// The three contents that Ollama tells apart before it takes a file of a folder, as far as they matter: it asks Go's
/// `http.DetectContentType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// `text/plain`
    Text,
    /// `application/zip`
    Zip,
    /// `application/octet-stream`
    Binary,
    /// Any other.
    Other,
}

/// How much of a file its content is judged by.
pub(super) const SNIFFED: usize = 512;

/// What Go would say of a file that begins with these bytes, at most [`SNIFFED`] of them.
pub(super) fn content(head: &[u8]) -> Content {
    let is_binary = |byte: &u8| matches!(byte, 0..=0x08 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F);
    match head {
        [b'P', b'K', 3, 4, ..] => Content::Zip,
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0xEF, 0xBB, 0xBF, ..] => Content::Text,
        _ if kind(head) == Kind::Page || head.starts_with(b"%PDF-") || head.starts_with(b"<?xml") => Content::Other,
        _ if head.iter().any(is_binary) => Content::Binary,
        _ => Content::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_say_what_a_file_is() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/corpus/");
        let gguf = |architecture: &str, kind: &str| {
            Kind::Gguf(Gguf {
                architecture: Some(architecture.to_owned()),
                kind: Some(kind.to_owned()),
                ..Gguf::default()
            })
        };
        let cases = [
            ("weights/base-7b-q4_k_m.gguf", gguf("llama", "model")),
            ("weights/mmproj-f16.gguf", gguf("clip", "mmproj")),
            ("weights/adapter-lora.gguf", gguf("llama", "adapter")),
            ("broken-weights/pointer.gguf", Kind::Pointer),
            ("broken-weights/login-page.gguf", Kind::Page),
            ("README.md", Kind::Other),
        ];
        for (path, expected) in cases {
            assert_eq!(kind(&std::fs::read(format!("{folder}{path}")).unwrap()), expected, "{path}");
        }
        // Cut off anywhere, it says less and does not stumble.
        let whole = std::fs::read(format!("{folder}weights/base-7b-q4_k_m.gguf")).unwrap();
        for length in 4..whole.len() {
            assert!(matches!(kind(&whole[..length]), Kind::Gguf(_)), "{length}");
        }
    }

    #[test]
    fn contents_are_told_apart_as_go_does() {
        for (head, expected) in [
            (&b"{\"a\": 1}"[..], Content::Text),
            (b"", Content::Text),
            (b"PK\x03\x04rest", Content::Zip),
            (b"GGUF\x03\0\0\0", Content::Binary),
            (b"\n <HTML><body>", Content::Other),
            (b"\xEF\xBB\xBF{}", Content::Text),
            ("käse".as_bytes(), Content::Text),
        ] {
            assert_eq!(content(head), expected, "{head:?}");
        }
    }
}
