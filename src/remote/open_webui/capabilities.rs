//! What each version of Open WebUI can do. Everything that depends on a version is a column here.

/// How the sync endpoint treats the grants of rows that exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncGrants {
    /// It replaces them by what is sent.
    Replaced,
    /// It ignores what is sent.
    Kept,
}

/// One range of versions.
#[derive(Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The first version.
    pub from: [u32; 3],
    /// The first version that this row no longer speaks of.
    pub before: [u32; 3],
    /// How the sync endpoint treats the grants of rows that exist.
    pub sync_grants: SyncGrants,
}

/// Every supported version. The sync endpoint is sound on all of them: one transaction, owners kept.
///
/// Measured on 0.12.4; 0.12.0 to 0.12.3 read in their code and measured on 0.12.3.
pub static TABLE: &[Capabilities] = &[
    Capabilities { from: [0, 12, 0], before: [0, 12, 4], sync_grants: SyncGrants::Replaced },
    Capabilities { from: [0, 12, 4], before: [0, 13, 0], sync_grants: SyncGrants::Kept },
];

/// The supported versions, for people.
pub const SUPPORTED: &str = "Open WebUI 0.12";

/// The row of the table for a version, if it is supported.
#[must_use]
pub fn of(version: &str) -> Option<&'static Capabilities> {
    let version = parse(version)?;
    TABLE.iter().find(|row| row.from <= version && version < row.before)
}

/// `0.12.4`, with whatever may follow a `-` or `+`.
fn parse(version: &str) -> Option<[u32; 3]> {
    let plain = version.trim().trim_start_matches('v').split(['-', '+']).next()?;
    let mut numbers = plain.split('.').map(|number| number.parse::<u32>().ok());
    let parsed = [numbers.next()??, numbers.next()??, numbers.next().unwrap_or(Some(0))?];
    numbers.next().is_none().then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_find_their_row() {
        for (version, expected) in [
            ("0.12.0", Some(SyncGrants::Replaced)),
            ("0.12.3", Some(SyncGrants::Replaced)),
            ("v0.12.4", Some(SyncGrants::Kept)),
            ("0.12.9-dev", Some(SyncGrants::Kept)),
            ("0.11.4", None),
            ("0.13.0", None),
            ("1.0", None),
            ("", None),
            ("main", None),
        ] {
            assert_eq!(of(version).map(|row| row.sync_grants), expected, "{version}");
        }
    }
}
