//! What makes a finding the same one after the file was edited elsewhere: its rule, its file, the text of its line, and how
//! many such findings stand before it.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Sources};

/// What a finding is known by. Its file's path is not part of it, since who asks may know the file by another path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The rule.
    pub rule: &'static str,
    /// A digest of the line that the finding starts in, blanks aside; of the message, where it has no place. It is no more than
    /// a digest because a line may hold a secret, which is what a rule finds.
    pub line: String,
    /// How many findings of the same rule, file and line come before it.
    pub nth: usize,
}

impl Fingerprint {
    /// All of it and a path as 32 hexadecimal digits.
    #[must_use]
    pub fn digest(&self, path: &str) -> String {
        let nth = self.nth.to_string();
        digest(&[self.rule, path, &self.line, &nth], 16)
    }
}

/// The fingerprint of each finding.
#[must_use]
pub fn fingerprints(findings: &[Diagnostic], sources: &Sources) -> Vec<Fingerprint> {
    // A line may be long and hold many findings; it is read once.
    let mut lines: BTreeMap<(FileId, u32), String> = BTreeMap::new();
    let mut seen: BTreeMap<(Option<FileId>, &'static str, String), usize> = BTreeMap::new();
    let one = |finding: &Diagnostic| {
        let line = match finding.location {
            None => digest(&[&finding.message], 8),
            Some(location) => {
                let file = sources.get(location.file);
                let number = file.lines().line(location.span.start);
                let line = lines.entry((location.file, number)).or_insert_with(|| {
                    let words: Vec<&str> = file.lines().text_of(&file.text, number).split_whitespace().collect();
                    digest(&[&words.join(" ")], 8)
                });
                line.clone()
            }
        };
        let file = finding.location.map(|location| location.file);
        let count = seen.entry((file, finding.rule, line.clone())).or_default();
        *count += 1;
        Fingerprint { rule: finding.rule, line, nth: *count - 1 }
    };
    findings.iter().map(one).collect()
}

/// The first bytes of a digest of texts, in hexadecimal.
fn digest(texts: &[&str], bytes: usize) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let mut hex = String::with_capacity(2 * bytes);
    for byte in hash.finalize().iter().take(bytes) {
        for digit in [byte >> 4, byte & 15] {
            hex.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Location, SourceFile, Span};

    /// The fingerprints of findings of one rule at every `!` of a text.
    fn of(text: &str) -> Vec<Fingerprint> {
        let mut sources = Sources::new();
        let id = sources.add(SourceFile::new("a.Modelfile".into(), text.as_bytes()));
        let places = text.match_indices('!').map(|(at, _)| Span::at(u32::try_from(at).unwrap()));
        let findings: Vec<_> =
            places.map(|span| Diagnostic::new("unknown-parameter", Location::new(id, span), "x")).collect();
        fingerprints(&findings, &sources)
    }

    #[test]
    fn what_moves_stays_the_same_and_what_differs_is_told_apart() {
        let before = of("FROM x\nA !\nB !!\nA !\n");
        assert_eq!(of("# new\n\nFROM x\r\n A\t ! \r\nB !!\r\nA !"), before, "lines and blanks move");
        let digests: std::collections::BTreeSet<_> = before.iter().map(|one| one.digest("a")).collect();
        assert_eq!(digests.len(), 4);
        assert!(digests.iter().all(|digest| digest.len() == 32));
        assert_eq!(before.iter().map(|one| one.nth).collect::<Vec<_>>(), [0, 0, 1, 1]);
        assert_ne!(of("A ?!"), of("A !"));
        assert_ne!(before[0].digest("a"), before[0].digest("b"));
    }
}
