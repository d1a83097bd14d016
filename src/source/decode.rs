//! Bytes become text exactly as in the Ollama client, which reads a Modelfile through
//! `unicode.BOMOverride(unicode.UTF8.NewDecoder())` (ollama fb307609, golang.org/x/text v0.30.0) and `bufio.ReadRune`.

use serde::Serialize;

/// How the bytes of a file were encoded. Without a byte order mark they are UTF-8; UTF-16 is not guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8 without a byte order mark.
    #[default]
    Utf8,
    /// UTF-8 after `EF BB BF`.
    Utf8Bom,
    /// UTF-16, little-endian, after `FF FE`.
    Utf16Le,
    /// UTF-16, big-endian, after `FE FF`.
    Utf16Be,
}

/// What bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without the byte order mark.
    pub text: String,
    /// How it was encoded.
    pub encoding: Encoding,
    /// Offsets into `text`, ascending, of each U+FFFD that stands for bytes which could not be decoded. A U+FFFD that
    /// was written as such is not among them.
    pub malformed: Vec<u32>,
}

/// Decodes `bytes`. Nothing is refused: what cannot be decoded becomes U+FFFD.
#[must_use]
pub fn decode(bytes: &[u8]) -> Decoded {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, Encoding::Utf16Le, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, Encoding::Utf16Be, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, Encoding::Utf8Bom),
        _ => utf8(bytes, Encoding::Utf8),
    }
}

/// The bytes that `text` is in that encoding, with the byte order mark where the encoding has one.
///
/// They are decoded to `text` again, but for a U+FEFF at the start of UTF-8 without a byte order mark, which is taken for
/// one.
#[must_use]
pub fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    let utf16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        let units = text.encode_utf16().flat_map(bytes);
        mark.iter().copied().chain(units).collect()
    };
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8Bom => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        Encoding::Utf16Le => utf16(b"\xFF\xFE", u16::to_le_bytes),
        Encoding::Utf16Be => utf16(b"\xFE\xFF", u16::to_be_bytes),
    }
}

/// One U+FFFD for each maximal subpart of a character; after a byte order mark, where x/text passes the bytes through
/// and `ReadRune` meets them, one for each byte.
fn utf8(bytes: &[u8], encoding: Encoding) -> Decoded {
    let mut decoder = Decoder::new(encoding);
    if let Ok(text) = std::str::from_utf8(bytes) {
        text.clone_into(&mut decoder.0.text);
        return decoder.0;
    }
    decoder.0.text.reserve(bytes.len());
    for chunk in bytes.utf8_chunks() {
        decoder.0.text.push_str(chunk.valid());
        let count = match encoding {
            Encoding::Utf8Bom => chunk.invalid().len(),
            Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => usize::from(!chunk.invalid().is_empty()),
        };
        (0..count).for_each(|_| decoder.replace());
    }
    decoder.0
}

/// A surrogate without its partner and an odd last byte are one U+FFFD each. So are two low surrogates together: x/text
/// takes any surrogate followed by a low one for a pair.
fn utf16(bytes: &[u8], encoding: Encoding, unit: fn([u8; 2]) -> u16) -> Decoded {
    let mut decoder = Decoder::new(encoding);
    decoder.0.text.reserve(bytes.len() / 2);
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut units = pairs.iter().map(|&pair| unit(pair)).peekable();
    while let Some(first) = units.next() {
        let is_surrogate = (0xD800..=0xDFFF).contains(&first);
        let second = if is_surrogate { units.next_if(|next| (0xDC00..=0xDFFF).contains(next)) } else { None };
        match char::decode_utf16([first].into_iter().chain(second)).next() {
            Some(Ok(character)) => decoder.0.text.push(character),
            Some(Err(_)) | None => decoder.replace(),
        }
    }
    if !rest.is_empty() {
        decoder.replace();
    }
    decoder.0
}

/// The text so far.
struct Decoder(Decoded);

impl Decoder {
    fn new(encoding: Encoding) -> Self {
        Self(Decoded { text: String::new(), encoding, malformed: Vec::new() })
    }

    fn replace(&mut self) {
        self.0.malformed.push(u32::try_from(self.0.text.len()).unwrap_or(u32::MAX));
        self.0.text.push(char::REPLACEMENT_CHARACTER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes, the text, and the offsets of what could not be decoded.
    const CASES: &[(&[u8], &str, Encoding, &[u32])] = &[
        (b"", "", Encoding::Utf8, &[]),
        ("é\u{FFFD}".as_bytes(), "é\u{FFFD}", Encoding::Utf8, &[]),
        (b"a\xE2\x82b", "a\u{FFFD}b", Encoding::Utf8, &[1]),
        (b"\xF0\x9F\x98", "\u{FFFD}", Encoding::Utf8, &[0]),
        (b"\xC0\xAF\xFF", "\u{FFFD}\u{FFFD}\u{FFFD}", Encoding::Utf8, &[0, 3, 6]),
        (b"\xED\xA0\x80", "\u{FFFD}\u{FFFD}\u{FFFD}", Encoding::Utf8, &[0, 3, 6]),
        (b"\xEF\xBB", "\u{FFFD}", Encoding::Utf8, &[0]),
        (b"\xEF\xBB\xBFa", "a", Encoding::Utf8Bom, &[]),
        (b"\xEF\xBB\xBFa\xE2\x82b", "a\u{FFFD}\u{FFFD}b", Encoding::Utf8Bom, &[1, 4]),
        (b"\xEF\xBB\xBF\xEF\xBB\xBF", "\u{FEFF}", Encoding::Utf8Bom, &[]),
        (b"\xFF\xFE", "", Encoding::Utf16Le, &[]),
        (b"\xFF\xFEa\0\xE9\0", "aé", Encoding::Utf16Le, &[]),
        (b"\xFE\xFF\0a\0\xE9", "aé", Encoding::Utf16Be, &[]),
        (b"\xFE\xFF\xD8\x3D\xDE\x00", "\u{1F600}", Encoding::Utf16Be, &[]),
        (b"\xFE\xFF\xFF\xFD", "\u{FFFD}", Encoding::Utf16Be, &[]),
        (b"\xFE\xFF\0a\0", "a\u{FFFD}", Encoding::Utf16Be, &[1]),
        (b"\xFE\xFF\xD8\x3D\0a", "\u{FFFD}a", Encoding::Utf16Be, &[0]),
        (b"\xFE\xFF\xD8\x3D\xD8\x3D\xDE\x00", "\u{FFFD}\u{1F600}", Encoding::Utf16Be, &[0]),
        (b"\xFE\xFF\xDE\x00\xDE\x00\0a", "\u{FFFD}a", Encoding::Utf16Be, &[0]),
        (b"\xFE\xFF\xDE\x00\xDE\x00\xDE\x00", "\u{FFFD}\u{FFFD}", Encoding::Utf16Be, &[0, 3]),
        (b"\xFE\xFF\xD8\x3D\xDE", "\u{FFFD}\u{FFFD}", Encoding::Utf16Be, &[0, 3]),
    ];

    #[test]
    fn bytes_decode_as_in_the_ollama_client() {
        for &(bytes, text, encoding, malformed) in CASES {
            let expected = Decoded { text: text.to_owned(), encoding, malformed: malformed.to_vec() };
            assert_eq!(decode(bytes), expected, "{bytes:02X?}");
            let back = encode(text, encoding);
            assert_eq!(back == bytes, malformed.is_empty(), "{bytes:02X?} came back as {back:02X?}");
        }
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for encoding in [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Utf16Le, Encoding::Utf16Be] {
            for text in ["", "a", "é\r\n😀\0", "\u{FFFD}\u{FFFF}\u{10FFFF}"] {
                let expected = Decoded { text: text.to_owned(), encoding, malformed: Vec::new() };
                assert_eq!(decode(&encode(text, encoding)), expected);
            }
        }
    }
}
