//! What each version of Open WebUI can do. Everything that depends on a version is a column here.
//!
//! Measured on real servers 0.6.43, 0.8.12, 0.10.2 and 0.12.4, the second and the last of them on `PostgreSQL` too; the
//! boundaries between them are read in the code of the versions around them. `docs/versions.md` is generated from this
//! table.

use super::super::Via;
use super::super::version::Version;

/// How all rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Presets by `GET /models/export` and base models' own rows by `GET /models/base`. Two requests are not one moment,
    /// and with `BYPASS_ADMIN_ACCESS_CONTROL=false` the first shows an administrator only what he may edit.
    ExportAndBase,
    /// `GET /models/all`: every row, whatever that setting says.
    All,
}

/// The form of access, which is also how it is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessForm {
    /// `access_control`, written with the row itself in one commit; a missing value is public.
    Control,
    /// `access_grants`, replaced by `POST /models/model/access/update`; a missing value is private. That call, when the
    /// row has gone meanwhile, makes a bare one.
    Grants,
}

impl AccessForm {
    /// The key of a row that holds it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Control => "access_control",
            Self::Grants => "access_grants",
        }
    }
}

/// What the sync endpoint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// Nothing that may be relied on.
    Unsound(&'static str),
    /// One transaction, owners kept, grants replaced by what is sent.
    WithGrants,
    /// One transaction, owners kept; grants of rows that exist stay as they are.
    WithoutGrants,
}

/// What the import endpoint does with rows that are not there yet. Rows that are there are never sent to it: it merges
/// them, in ways that differ from version to version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Import {
    /// Nothing that may be relied on.
    Unsound(&'static str),
    /// It creates them as `POST /models/create` does, a commit a row.
    Creates,
}

/// Which ids a row may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// Any.
    Any,
    /// None with a blank in it. A row that has one from before can be deleted, not changed, and fails every sync.
    WithoutBlanks,
}

/// Whether who uses a preset needs access to its base model too. Seen by chatting on 0.6.43, 0.8.12, 0.10.2 and 0.12.4, read
/// in the code of 0.9.6 and 0.11.4 (`has_base_model_access`). `BYPASS_MODEL_ACCESS_CONTROL=true` lifts it, which a client
/// cannot see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BaseAccess {
    /// No.
    Free,
    /// Only if the base model has a row of its own.
    OfRow,
    /// Yes; a base model without a row is the administrators'.
    Always,
}

/// One range of versions.
#[derive(Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The first version.
    pub from: Version,
    /// The first version that this row no longer speaks of.
    pub before: Version,
    /// Whether these versions were ever looked at. Versions newer than the table get the rules of its newest row and are
    /// written only when a person names them.
    pub known: bool,
    /// How all rows are read.
    pub reading: Reading,
    /// The form of access.
    pub access: AccessForm,
    /// The status of `GET /models/model?id=` where there is no such row.
    pub absent: u16,
    /// What the sync endpoint does.
    pub sync: Sync,
    /// What the import endpoint does.
    pub import: Import,
    /// Whether there are skills.
    pub skills: bool,
    /// Which ids there may be.
    pub ids: Ids,
    /// Whether who uses a preset needs access to its base model too.
    pub base_access: BaseAccess,
    /// Whether the server keeps a history of each model's content, takes a commit message, and answers 409
    /// `version_conflict` where two changes of a row meet.
    pub history: bool,
}

/// What the sync endpoint does between 0.8 and 0.12: it locks the database that is the default against itself. Which
/// database a server has, its API does not tell.
const SYNC_LOCKED: Sync = Sync::Unsound(
    "on this version the sync endpoint changes nothing and says 200, or, on PostgreSQL, makes the token's owner the owner \
     of every row",
);

/// The oldest rows of the table differ from each other in little.
const V0_6_43: Capabilities = Capabilities {
    from: Version(0, 6, 43),
    before: Version(0, 7, 0),
    known: true,
    reading: Reading::ExportAndBase,
    access: AccessForm::Control,
    absent: 401,
    sync: Sync::Unsound("on this version the sync endpoint makes the token's owner the owner of every row"),
    import: Import::Creates,
    skills: false,
    ids: Ids::Any,
    base_access: BaseAccess::Free,
    history: false,
};

const V0_8: Capabilities = Capabilities {
    from: Version(0, 8, 0),
    before: Version(0, 9, 0),
    access: AccessForm::Grants,
    absent: 404,
    sync: SYNC_LOCKED,
    skills: true,
    ..V0_6_43
};

const V0_9: Capabilities = Capabilities {
    from: Version(0, 9, 0),
    before: Version(0, 11, 0),
    sync: Sync::Unsound("on this version the sync endpoint fails on rows that exist, changes nothing and says 200"),
    base_access: BaseAccess::OfRow,
    ..V0_8
};

const V0_12_4: Capabilities = Capabilities {
    from: Version(0, 12, 4),
    before: Version(0, 12, 5),
    known: true,
    reading: Reading::All,
    access: AccessForm::Grants,
    absent: 404,
    sync: Sync::WithoutGrants,
    import: Import::Creates,
    skills: true,
    ids: Ids::WithoutBlanks,
    base_access: BaseAccess::Always,
    history: true,
};

/// Every version from the oldest supported one on, without a gap; the last row speaks of what is not known yet.
pub static TABLE: &[Capabilities] = &[
    V0_6_43,
    Capabilities { from: Version(0, 7, 0), before: Version(0, 8, 0), absent: 404, ..V0_6_43 },
    V0_8,
    V0_9,
    Capabilities { from: Version(0, 11, 0), before: Version(0, 11, 1), base_access: BaseAccess::Always, ..V0_9 },
    Capabilities { from: Version(0, 11, 1), before: Version(0, 11, 4), base_access: BaseAccess::Always, ..V0_8 },
    Capabilities { from: Version(0, 11, 4), before: Version(0, 12, 0), sync: SYNC_LOCKED, history: false, ..V0_12_4 },
    Capabilities { from: Version(0, 12, 0), before: Version(0, 12, 4), sync: Sync::WithGrants, ..V0_12_4 },
    V0_12_4,
    Capabilities {
        from: Version(0, 12, 5),
        before: Version(u32::MAX, 0, 0),
        known: false,
        sync: Sync::Unsound("this version is not known, and what its sync endpoint does neither"),
        import: Import::Unsound("this version is not known, and what its import endpoint does neither"),
        ..V0_12_4
    },
];

/// The versions that are written without asking, for people.
pub const SUPPORTED: &str = "Open WebUI 0.6.43 to 0.12.4";

/// The row of the table for a version; none if it is older than all of them, or no version.
#[must_use]
pub fn of(version: &str) -> Option<&'static Capabilities> {
    let version = Version::parse(version)?;
    TABLE.iter().find(|row| row.from <= version && version < row.before)
}

impl Capabilities {
    /// Why a way of writing is not sound on these versions.
    #[must_use]
    pub fn unsound(&self, via: Via) -> Option<&'static str> {
        match (via, self.sync, self.import) {
            (Via::Sync, Sync::Unsound(reason), _) | (Via::Import, _, Import::Unsound(reason)) => Some(reason),
            (Via::File, _, _) => Some("it is for remotes of kind `file`"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_no_gap_and_names_what_is_supported() {
        for pair in TABLE.windows(2) {
            assert_eq!(pair[0].before, pair[1].from);
        }
        let known: Vec<_> = TABLE.iter().filter(|row| row.known).collect();
        let newest = known.last().unwrap();
        assert_eq!(SUPPORTED, format!("Open WebUI {} to {}", known[0].from, newest.from));
        assert_eq!(newest.before, Version(newest.from.0, newest.from.1, newest.from.2 + 1), "one patch at a time");
        assert_eq!(TABLE.len(), known.len() + 1);
    }

    #[test]
    fn versions_find_their_row() {
        for (version, from) in [
            ("0.6.42", None),
            ("0.5", None),
            ("", None),
            ("main", None),
            ("0.12.4.1", None),
            ("0.6.43", Some("0.6.43")),
            ("0.7.2", Some("0.7.0")),
            ("0.8.12", Some("0.8.0")),
            ("0.9.6", Some("0.9.0")),
            ("0.10.2", Some("0.9.0")),
            ("0.11.0", Some("0.11.0")),
            ("0.11.3", Some("0.11.1")),
            ("0.11.4", Some("0.11.4")),
            ("0.12", Some("0.12.0")),
            ("0.12.3", Some("0.12.0")),
            ("v0.12.4", Some("0.12.4")),
            ("0.12.4-dev", Some("0.12.4")),
            ("0.12.5", Some("0.12.5")),
            ("0.13.1", Some("0.12.5")),
            ("1.0", Some("0.12.5")),
        ] {
            assert_eq!(of(version).map(|row| row.from.to_string()).as_deref(), from, "{version}");
        }
    }

    #[test]
    fn sync_is_an_allow_list() {
        for (version, sound) in
            [("0.6.43", false), ("0.8.12", false), ("0.10.2", false), ("0.11.4", false), ("0.13.0", false)]
                .into_iter()
                .chain(["0.12.0", "0.12.3", "0.12.4"].map(|version| (version, true)))
        {
            assert_eq!(of(version).unwrap().unsound(Via::Sync).is_none(), sound, "{version}");
            assert_eq!(of(version).unwrap().unsound(Via::Rows), None);
        }
        assert_eq!(of("0.6.43").unwrap().unsound(Via::Import), None);
        assert!(of("0.13.0").unwrap().unsound(Via::Import).is_some());
    }
}
