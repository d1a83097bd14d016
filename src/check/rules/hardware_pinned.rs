//! `hardware-pinned`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;

/// A parameter fits one computer.
pub(super) static RULE: Rule = Rule {
    name: "hardware-pinned",
    code: "MF317",
    level: Severity::Info,
    firm: false,
    summary: "A parameter fits one computer.",
    docs: include_str!("hardware_pinned.md"),
    run: Some(run),
};

const OF_THE_MACHINE: [&str; 5] = ["num_thread", "num_gpu", "main_gpu", "use_mmap", "num_batch"];

fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.ollama {
        return;
    }
    for statement in &context.document.statements {
        let Value::Parameter { name, .. } = &statement.value else { continue };
        if OF_THE_MACHINE.contains(&name.value.as_str()) {
            let message =
                format!("`{}` depends on the computer; without it the server finds out by itself", name.value);
            reporter.push(Diagnostic::new("hardware-pinned", statement.location, message));
        }
    }
}
