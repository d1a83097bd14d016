//! Models that were imported and that the next apply may take over.
//!
//! A claim is for a row as it was when it was imported: it holds a keyed digest of it. A row that is another one by now,
//! because somebody edited it or made it anew under the same id, is not what was claimed. The claims are a file of the
//! repository, a line each, so that they can be reviewed and whoever applies has them.

use std::collections::BTreeMap;

use super::{ObservedRow, WorkspaceKey};

/// What the file begins with.
const HEAD: &str = "\
# Models that `maquette import` read and that the next apply may mark as this workspace's: a digest of what the model was
# when it was read, its id, and the remote. A line that is used up does no harm; the next import removes it.
";

/// The claims of a workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The seal of the row, by the remote's origin and the row's id.
    seals: BTreeMap<(String, String), String>,
}

/// A line that is no claim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no claim: it is written as `<digest> <id> <remote>`")]
pub struct ClaimsError {
    /// The line's number, from 1.
    pub line: usize,
}

/// What there is to say of a row that a file describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing claims it.
    None,
    /// It is what was claimed.
    Holds,
    /// It was claimed, and is not what it was then.
    Outdated,
}

impl Claims {
    /// Reads the file.
    ///
    /// # Errors
    /// [`ClaimsError`] for the first line that is no claim.
    pub fn parse(text: &str) -> Result<Self, ClaimsError> {
        let mut claims = Self::default();
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            // An id holds no blank; what the remote is called may.
            let mut parts = line.splitn(3, ' ');
            let (Some(seal), Some(id), Some(origin)) = (parts.next(), parts.next(), parts.next()) else {
                return Err(ClaimsError { line: number });
            };
            if !seal.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(ClaimsError { line: number });
            }
            claims.seals.insert((origin.to_owned(), id.to_owned()), seal.to_owned());
        }
        Ok(claims)
    }

    /// The file's text; nothing if there are no claims.
    #[must_use]
    pub fn print(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        let lines = self.seals.iter().map(|((origin, id), seal)| format!("{seal} {id} {origin}\n"));
        std::iter::once(HEAD.to_owned()).chain(lines).collect()
    }

    /// Whether nothing is claimed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seals.is_empty()
    }

    /// Claims the row as it is.
    pub fn add(&mut self, origin: &str, row: &ObservedRow, key: &WorkspaceKey) {
        self.seals.insert((origin.to_owned(), row.id.clone()), seal(origin, row, key));
    }

    /// Gives up the claim of that id.
    pub fn remove(&mut self, origin: &str, id: &str) {
        self.seals.remove(&(origin.to_owned(), id.to_owned()));
    }

    /// The ids that are claimed on the remote at `origin`.
    pub fn ids<'a>(&'a self, origin: &'a str) -> impl Iterator<Item = &'a str> {
        self.seals.keys().filter(move |(of, _)| of == origin).map(|(_, id)| id.as_str())
    }

    /// Whether the row is claimed.
    #[must_use]
    pub fn of(&self, origin: &str, row: &ObservedRow, key: &WorkspaceKey) -> Claim {
        match self.seals.get(&(origin.to_owned(), row.id.clone())) {
            None => Claim::None,
            Some(claimed) if *claimed == seal(origin, row, key) => Claim::Holds,
            Some(_) => Claim::Outdated,
        }
    }
}

/// The row on its remote, so that nobody without the workspace's id can tell what it was, or claim another.
fn seal(origin: &str, row: &ObservedRow, key: &WorkspaceKey) -> String {
    key.claim(origin, &row.id, &row.fingerprint())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::state::{Field, Fields};

    fn row(id: &str, name: &str) -> ObservedRow {
        let fields = Fields::from([(Field::Name, json!(name))]);
        ObservedRow { id: id.to_owned(), fields, mark: None, owner: None, raw: json!({}) }
    }

    #[test]
    fn a_claim_holds_for_the_row_as_it_was() {
        let key = WorkspaceKey::new("0f5e");
        let mut claims = Claims::default();
        claims.add("https://a", &row("x/y:1", "A"), &key);
        let of = |origin: &str, row: &ObservedRow, key: &WorkspaceKey| claims.of(origin, row, key);
        assert_eq!(of("https://a", &row("x/y:1", "A"), &key), Claim::Holds);
        assert_eq!(of("https://a", &row("x/y:1", "B"), &key), Claim::Outdated);
        assert_eq!(of("https://b", &row("x/y:1", "A"), &key), Claim::None);
        assert_eq!(of("https://a", &row("x", "A"), &key), Claim::None);
        assert_eq!(of("https://a", &row("x/y:1", "A"), &WorkspaceKey::new("other")), Claim::Outdated);
        let marked = ObservedRow { mark: Some(json!({"v": 1})), ..row("x/y:1", "A") };
        assert_eq!(of("https://a", &marked, &key), Claim::Outdated, "another workspace took it over meanwhile");
    }

    #[test]
    fn a_file_is_read_back() {
        let key = WorkspaceKey::new("0f5e");
        let mut claims = Claims::default();
        for (origin, id) in [("https://a", "b"), ("file:my export.json", "🦄"), ("https://a", "#x")] {
            claims.add(origin, &row(id, "A"), &key);
        }
        let text = claims.print();
        assert_eq!(Claims::parse(&text), Ok(claims.clone()));
        assert_eq!(Claims::parse(&text.replace('\n', "\r\n")), Ok(claims.clone()), "a Windows checkout");
        assert_eq!(claims.ids("https://a").collect::<Vec<_>>(), ["#x", "b"]);
        claims.remove("https://a", "b");
        assert_eq!(claims.ids("https://a").collect::<Vec<_>>(), ["#x"]);
        assert!(!text.contains("0f5e"));
        assert_eq!(Claims::default().print(), "");
    }

    #[test]
    fn what_is_no_claim_is_named() {
        for line in ["<<<<<<< HEAD", "=======", ">>>>>>> their branch of it", "a b", "a"] {
            let error = Claims::parse(&format!("# x\n\n{line}\n")).unwrap_err();
            assert_eq!(error.to_string(), "line 3 is no claim: it is written as `<digest> <id> <remote>`", "{line}");
        }
    }
}
