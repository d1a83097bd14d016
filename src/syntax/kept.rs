//! Which characters survive in a value: Ollama's parser keeps what Go's `strconv.IsPrint` calls printable, TAB, CR and
//! LF, and deletes the rest without a word (ollama fb307609, built with Go 1.26: Unicode 15.0.0).

use std::borrow::Cow;

use super::printable::RUNS;

/// One bit for each code point: whether it is printable.
static PRINTABLE: [u64; 0x11_0000 / 64] = bitmap();

/// Spreads the run lengths over the bits.
#[expect(
    clippy::indexing_slicing,
    clippy::large_stack_arrays,
    reason = "only the compiler evaluates it, and checks it"
)]
const fn bitmap() -> [u64; 0x11_0000 / 64] {
    let mut bits = [0; 0x11_0000 / 64];
    let (mut run, mut code_point) = (0, 0);
    while run < RUNS.len() {
        let end = code_point + RUNS[run] as usize;
        while run % 2 == 1 && code_point < end {
            let first = code_point % 64;
            let count = if end - code_point < 64 - first { end - code_point } else { 64 - first };
            bits[code_point / 64] |= (u64::MAX >> (64 - count)) << first;
            code_point += count;
        }
        code_point = end;
        run += 1;
    }
    bits
}

/// Whether Ollama keeps `character` in a value.
#[must_use]
pub fn is_kept(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_graphic() || matches!(character, ' ' | '\t' | '\r' | '\n');
    }
    let code_point = character as usize;
    PRINTABLE.get(code_point / 64).is_some_and(|bits| bits >> (code_point % 64) & 1 == 1)
}

/// Whether Ollama would delete a character of `text`.
#[must_use]
pub fn has_dropped(text: &str) -> bool {
    let mut rest = text;
    loop {
        let plain = rest.as_bytes().chunks(64).take_while(|block| is_plain(block)).map(<[u8]>::len).sum();
        rest = rest.get(plain..).unwrap_or_default();
        // A block that is not plain: its characters one by one, up to the next plain block's start.
        let mut characters = rest.char_indices();
        let Some(end) = (loop {
            match characters.next() {
                None => break None,
                Some((_, character)) if !is_kept(character) => return true,
                Some((at, _)) if at >= 64 => break Some(at),
                Some(_) => {}
            }
        }) else {
            return false;
        };
        rest = rest.get(end..).unwrap_or_default();
    }
}

/// Whether a block holds nothing but printable ASCII and line ends; without branches, so that it is judged in one go.
fn is_plain(block: &[u8]) -> bool {
    block.iter().fold(true, |plain, &byte| plain & matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n'))
}

/// `text` without the characters that Ollama deletes.
#[must_use]
pub fn without_dropped(text: &str) -> Cow<'_, str> {
    if has_dropped(text) { Cow::Owned(text.chars().filter(|&c| is_kept(c)).collect()) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lengths of the runs that the vector's ranges describe.
    fn runs() -> Vec<u32> {
        let root = env!("CARGO_MANIFEST_DIR");
        let json = std::fs::read_to_string(format!("{root}/fixtures/vectors/printable-unicode-15.json")).unwrap();
        let vector: serde_json::Value = serde_json::from_str(&json).unwrap();
        let ranges: Vec<(u32, u32)> = serde_json::from_value(vector["ranges"].clone()).unwrap();
        let mut end = 0;
        let mut runs = Vec::new();
        for (first, last) in ranges {
            runs.extend([first - end, last + 1 - first]);
            end = last + 1;
        }
        runs
    }

    #[test]
    fn the_table_is_that_of_the_vector() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/syntax/printable.rs");
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            let file = std::fs::read_to_string(path).unwrap();
            let head = file.split_once("= &").map_or(file.as_str(), |(head, _)| head);
            std::fs::write(path, format!("{head}= &{:?};\n", runs())).unwrap();
        } else {
            assert!(runs() == RUNS, "run `UPDATE_GENERATED=1 cargo test --lib kept && cargo fmt`");
        }
    }

    #[test]
    fn every_character_is_judged_as_the_table_says() {
        let mut starts = 0;
        let mut expected = vec![false; 0x11_0000];
        for (index, run) in RUNS.iter().enumerate() {
            expected[starts..starts + *run as usize].fill(index % 2 == 1);
            starts += *run as usize;
        }
        for character in '\0'..=char::MAX {
            let kept = expected[character as usize] || matches!(character, '\t' | '\r' | '\n');
            assert_eq!(is_kept(character), kept, "U+{:04X}", character as u32);
        }
    }

    #[test]
    fn one_dropped_character_is_found_wherever_it_stands() {
        for around in ["a", "é", "\n", "語"] {
            for before in 0..200 {
                for dropped in ["", "\0", "\u{7F}", "\u{A0}", "\u{200B}", "\u{E0001}"] {
                    let kept = around.repeat(before);
                    let text = format!("{kept}{dropped}{kept}");
                    assert_eq!(has_dropped(&text), !dropped.is_empty(), "{text:?}");
                    assert_eq!(without_dropped(&text), around.repeat(2 * before));
                }
            }
        }
    }
}
