//! `from-self`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::directive::{FROM, ID};

/// A model is built on itself.
pub(super) static RULE: Rule = Rule {
    name: "from-self",
    code: "MF511",
    level: Severity::Error,
    firm: true,
    summary: "A model is built on itself.",
    docs: include_str!("from_self.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.open_webui {
        return;
    }
    let (Some(id), Some(from)) = (context.document.last(&ID), context.document.last(&FROM)) else { return };
    let (Value::Text(own), Value::Text(base)) = (&id.value, &from.value) else { return };
    if own.as_written() == base.as_written() {
        reporter.push(
            Diagnostic::new("from-self", from.value_location, format!("`{}` is built on itself", own.as_written()))
                .also(id.value_location, "its id is here")
                .help("write `OVERRIDE` instead of `FROM` to manage the base model's own row, or choose another id"),
        );
    }
}
