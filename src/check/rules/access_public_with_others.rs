//! `access-public-with-others`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::ACCESS;
use crate::ir::{AccessRule, Value};

/// `ACCESS public` or `private` stands with other grants.
pub(super) static RULE: Rule = Rule {
    name: "access-public-with-others",
    code: "MF504",
    level: Severity::Error,
    firm: true,
    summary: "`ACCESS public` or `private` stands with other grants.",
    docs: include_str!("access_public_with_others.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let mut rules = context.document.all(&ACCESS);
    let (Some(first), Some(_)) = (rules.next(), rules.next()) else { return };
    for statement in context.document.all(&ACCESS) {
        let Value::Access(rule) = &statement.value else { continue };
        let word = match rule {
            AccessRule::Public => "public",
            AccessRule::Private => "private",
            AccessRule::Grant { .. } => continue,
        };
        let other = context.document.all(&ACCESS).find(|other| other.location != statement.location).unwrap_or(first);
        reporter.push(
            Diagnostic::new("access-public-with-others", statement.location, format!("`ACCESS {word}` stands alone"))
                .also(other.location, "and here is another `ACCESS`")
                .help("keep either this line or the others"),
        );
        // One finding says it: every further one would point back.
        return;
    }
}
