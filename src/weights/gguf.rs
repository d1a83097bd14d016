//! GGUF: what the metadata says of the weights, and how long a whole file is.

use std::io::{self, Read};

/// How a file begins.
pub(super) const MAGIC: &[u8] = b"GGUF";

/// Tensors begin at a multiple of this, unless the metadata says otherwise.
const ALIGNMENT: u64 = 32;

/// Longer texts are passed over: names and types are short.
const MAX_TEXT: u64 = 4096;

/// No file has as many keys or tensors.
const MAX_COUNT: u64 = 1 << 24;

/// What the metadata of a file says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gguf {
    /// `general.architecture`: `llama`, `clip` …
    pub architecture: Option<String>,
    /// `general.type`: `model`, `adapter`, `mmproj` …
    pub kind: Option<String>,
    /// Whether it holds a template for chats, which a server may take over.
    pub has_chat_template: bool,
}

impl Gguf {
    /// Whether it turns pictures or sound into what a model reads, and is no model.
    #[must_use]
    pub fn is_projector(&self) -> bool {
        self.kind.as_deref() == Some("mmproj") || self.architecture.as_deref() == Some("clip")
    }
}

/// What can be known of a file from its beginning: what is cut off says nothing.
pub(super) fn beginning(head: &[u8]) -> Gguf {
    let mut gguf = Gguf::default();
    let _ = Reader { from: head, at: 0 }.metadata(&mut gguf);
    gguf
}

/// What a file is, and how many bytes it has at least, as its metadata says. `None` for forms that are not known.
pub(super) fn whole(file: impl Read) -> io::Result<(Gguf, Option<u64>)> {
    let mut gguf = Gguf::default();
    let mut reader = Reader { from: file, at: 0 };
    let Some((tensors, alignment)) = reader.metadata(&mut gguf)? else { return Ok((gguf, None)) };
    let mut data = 0;
    for _ in 0..tensors {
        data = data.max(reader.tensor()?);
    }
    let begin = reader.at.checked_next_multiple_of(alignment).unwrap_or(u64::MAX);
    Ok((gguf, Some(if tensors == 0 { reader.at } else { begin.saturating_add(data) })))
}

/// A value of the metadata, as far as it matters.
enum Value {
    Number(u64),
    Text(Option<String>),
    Other,
}

struct Reader<R> {
    from: R,
    /// How many bytes were read.
    at: u64,
}

impl<R: Read> Reader<R> {
    /// Reads every key. How many tensors follow, and how they are aligned; `None` for a form that is not known.
    fn metadata(&mut self, gguf: &mut Gguf) -> io::Result<Option<(u64, u64)>> {
        self.skip(MAGIC.len() as u64)?;
        // Before version 2 lengths had 32 bits; a file of the other byte order has a very high version.
        if !matches!(self.number(4)?, 2 | 3) {
            return Ok(None);
        }
        let (tensors, keys) = (self.count()?, self.count()?);
        let mut alignment = ALIGNMENT;
        for _ in 0..keys {
            let key = self.text()?.unwrap_or_default();
            let kind = self.number(4)?;
            match (key.as_str(), self.value(kind)?) {
                ("general.architecture", Value::Text(text)) => gguf.architecture = text,
                ("general.type", Value::Text(text)) => gguf.kind = text,
                ("tokenizer.chat_template", _) => gguf.has_chat_template = true,
                ("general.alignment", Value::Number(number)) => alignment = number.max(1),
                _ => {}
            }
        }
        Ok(Some((tensors, alignment)))
    }

    /// Reads what is said of a tensor: where it ends among the data.
    fn tensor(&mut self) -> io::Result<u64> {
        self.text()?;
        let dimensions = self.number(4)?;
        if dimensions > 8 {
            return Err(invalid("a tensor has more dimensions than there are"));
        }
        let mut values: u64 = 1;
        for _ in 0..dimensions {
            values = values.saturating_mul(self.number(8)?);
        }
        let (kind, offset) = (self.number(4)?, self.number(8)?);
        // Of a type that is not known only the place counts.
        let bytes = block_of(kind).map_or(0, |(length, bytes)| values.div_ceil(length).saturating_mul(bytes));
        Ok(offset.saturating_add(bytes))
    }

    fn value(&mut self, kind: u64) -> io::Result<Value> {
        Ok(match (kind, size_of(kind)) {
            (STRING, _) => Value::Text(self.text()?),
            (ARRAY, _) => {
                let (kind, length) = (self.number(4)?, self.number(8)?);
                match size_of(kind) {
                    Some(size) => self.skip(length.saturating_mul(size))?,
                    None if kind == STRING => {
                        for _ in 0..length {
                            let length = self.number(8)?;
                            self.skip(length)?;
                        }
                    }
                    None => return Err(invalid("its metadata holds a list of what is not known")),
                }
                Value::Other
            }
            (_, Some(size)) => Value::Number(self.number(size)?),
            (_, None) => return Err(invalid("its metadata holds a value of a type that is not known")),
        })
    }

    fn text(&mut self) -> io::Result<Option<String>> {
        let length = self.number(8)?;
        if length > MAX_TEXT {
            self.skip(length)?;
            return Ok(None);
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        self.from.read_exact(&mut bytes)?;
        self.at += length;
        Ok(String::from_utf8(bytes).ok())
    }

    fn count(&mut self) -> io::Result<u64> {
        let count = self.number(8)?;
        if count > MAX_COUNT { Err(invalid("it says that it holds more than any file does")) } else { Ok(count) }
    }

    /// A number of so many bytes, at most eight.
    fn number(&mut self, size: u64) -> io::Result<u64> {
        let mut bytes = [0; 8];
        let size = usize::try_from(size).unwrap_or(8).min(8);
        let (digits, _) = bytes.split_at_mut(size);
        self.from.read_exact(digits)?;
        self.at += size as u64;
        Ok(u64::from_le_bytes(bytes))
    }

    fn skip(&mut self, length: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.from.by_ref().take(length), &mut io::sink())?;
        self.at = self.at.saturating_add(skipped);
        if skipped == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// The type of a text among the values of the metadata.
const STRING: u64 = 8;

/// The type of a list among them.
const ARRAY: u64 = 9;

/// How many bytes a value of the metadata has, where that is fixed.
fn size_of(kind: u64) -> Option<u64> {
    Some(match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => return None,
    })
}

/// Of a type of tensors: how many values a block has, and how many bytes (`ggml_type` of llama.cpp).
fn block_of(kind: u64) -> Option<(u64, u64)> {
    Some(match kind {
        0 | 26 => (1, 4),      // F32, I32
        1 | 25 | 30 => (1, 2), // F16, I16, BF16
        2 | 20 => (32, 18),    // Q4_0, IQ4_NL
        3 => (32, 20),         // Q4_1
        6 => (32, 22),         // Q5_0
        7 => (32, 24),         // Q5_1
        8 => (32, 34),         // Q8_0
        10 => (256, 84),       // Q2_K
        11 | 21 => (256, 110), // Q3_K, IQ3_S
        12 => (256, 144),      // Q4_K
        13 => (256, 176),      // Q5_K
        14 => (256, 210),      // Q6_K
        16 => (256, 66),       // IQ2_XXS
        17 => (256, 74),       // IQ2_XS
        18 => (256, 98),       // IQ3_XXS
        19 => (256, 50),       // IQ1_S
        22 => (256, 82),       // IQ2_S
        23 => (256, 136),      // IQ4_XS
        24 => (1, 1),          // I8
        27 | 28 => (1, 8),     // I64, F64
        29 => (256, 56),       // IQ1_M
        39 => (32, 17),        // MXFP4
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(out: &mut Vec<u8>, text: &str) {
        out.extend((text.len() as u64).to_le_bytes());
        out.extend(text.as_bytes());
    }

    /// A file with a list of texts, a list of numbers, a chat template and two tensors.
    fn file() -> Vec<u8> {
        let mut out = b"GGUF\x03\0\0\0".to_vec();
        out.extend(2_u64.to_le_bytes());
        out.extend(5_u64.to_le_bytes());
        text(&mut out, "general.architecture");
        out.extend(8_u32.to_le_bytes());
        text(&mut out, "llama");
        text(&mut out, "tokenizer.ggml.tokens");
        out.extend([9_u32.to_le_bytes(), 8_u32.to_le_bytes()].concat());
        out.extend(2_u64.to_le_bytes());
        text(&mut out, "a");
        text(&mut out, "bc");
        text(&mut out, "tokenizer.ggml.scores");
        out.extend([9_u32.to_le_bytes(), 6_u32.to_le_bytes()].concat());
        out.extend(3_u64.to_le_bytes());
        out.extend([0; 12]);
        text(&mut out, "tokenizer.chat_template");
        out.extend(8_u32.to_le_bytes());
        text(&mut out, &"x".repeat(5000));
        text(&mut out, "general.alignment");
        out.extend(4_u32.to_le_bytes());
        out.extend(64_u32.to_le_bytes());
        for (kind, offset) in [(0_u32, 0_u64), (12, 1024)] {
            text(&mut out, "t");
            out.extend(1_u32.to_le_bytes());
            out.extend(256_u64.to_le_bytes());
            out.extend(kind.to_le_bytes());
            out.extend(offset.to_le_bytes());
        }
        out.resize(out.len().next_multiple_of(64) + 1024 + 144, 0);
        out
    }

    #[test]
    fn a_file_says_what_it_is_and_how_long_it_has_to_be() {
        let file = file();
        let (gguf, length) = whole(file.as_slice()).unwrap();
        assert_eq!(gguf.architecture.as_deref(), Some("llama"));
        assert!(gguf.has_chat_template && !gguf.is_projector());
        assert_eq!(length, Some(file.len() as u64));
    }

    #[test]
    fn a_file_that_is_cut_off_in_its_metadata_cannot_be_read() {
        let file = file();
        for length in [4, 8, 23, 24, 60, 100, 5000, file.len() - 1250] {
            assert!(whole(&file[..length]).is_err(), "{length}");
        }
        assert_eq!(beginning(&[0xff; 64]), Gguf::default());
        assert_eq!(beginning(&file[..100]).architecture.as_deref(), Some("llama"));
    }

    #[test]
    fn what_is_absurd_is_not_believed() {
        let mut file = file();
        file[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(whole(file.as_slice()).is_err());
        let mut old = self::file();
        old[4] = 1;
        assert_eq!(whole(old.as_slice()).unwrap().1, None);
    }
}
