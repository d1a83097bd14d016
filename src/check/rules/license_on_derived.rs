//! `license-on-derived`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{FROM, LICENSE};
use crate::ir::{Value, name};

/// LICENSE is added to the licences of the base model.
pub(super) static RULE: Rule = Rule {
    name: "license-on-derived",
    code: "MF424",
    level: Severity::Info,
    firm: false,
    summary: "LICENSE is added to the licences of the base model.",
    docs: include_str!("license_on_derived.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(from) = context.document.last(&FROM).filter(|_| context.targets.ollama) else { return };
    let Value::Text(base) = &from.value else { return };
    let Some(license) = context.document.all(&LICENSE).next() else { return };
    if name::looks_like_path(&base.text) || base.text.is_empty() {
        return;
    }
    let message = format!("this adds to the licences of `{}` and replaces none", base.text);
    reporter.push(Diagnostic::new("license-on-derived", license.location, message));
}
