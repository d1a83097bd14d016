//! `mixed-case-name`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::directive::{FROM, ID};
use crate::ir::name::{self, Name};

/// The name of a model has capital letters.
pub(super) static RULE: Rule = Rule {
    name: "mixed-case-name",
    code: "MF215",
    level: Severity::Info,
    firm: false,
    summary: "The name of a model has capital letters.",
    docs: include_str!("mixed_case_name.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.ollama {
        return;
    }
    for statement in &context.document.statements {
        let Value::Text(text) = &statement.value else { continue };
        let named = statement.directive.is(&FROM) || statement.directive.is(&ID);
        if !named || name::looks_like_path(&text.text) {
            continue;
        }
        let name = Name::bare(&text.text);
        let shouted = |part: &str| part.bytes().any(|byte| byte.is_ascii_uppercase());
        if name.host.is_empty()
            && Name::parse(&text.text).is_valid()
            && (shouted(name.namespace) || shouted(name.model))
        {
            let message = format!("ollama finds `{}` without regard to case", text.text);
            let help = format!("write `{}`", lower(&name));
            reporter.push(Diagnostic::new("mixed-case-name", statement.value_location, message).help(help));
        }
    }
}

/// The name with its model in lower case; a tag stays as it is.
fn lower(name: &Name) -> String {
    let (namespace, model) = (name.namespace.to_ascii_lowercase(), name.model.to_ascii_lowercase());
    Name { namespace: &namespace, model: &model, ..*name }.to_string()
}
