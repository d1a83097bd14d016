//! `id-from-file-name`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// Neither the file nor its name says the model's id.
pub(super) static RULE: Rule = Rule {
    name: "id-from-file-name",
    code: "MF618",
    level: Severity::Error,
    firm: true,
    summary: "Neither the file nor its name says the model's id.",
    docs: include_str!("id_from_file_name.md"),
    run: None,
};
