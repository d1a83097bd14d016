//! `template-unknown-variable`

use super::{template_obsolete_variable, template_variable_case};
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity, closest};
use crate::template::{MESSAGE, ROOT, Scope};

/// The TEMPLATE asks for a value that Ollama does not hand over.
pub(super) static RULE: Rule = Rule {
    name: "template-unknown-variable",
    code: "MF404",
    level: Severity::Warning,
    firm: false,
    summary: "The TEMPLATE asks for a value that Ollama does not hand over.",
    docs: include_str!("template_unknown_variable.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template().filter(|view| view.template().is_some()) else { return };
    for used in view.uses.iter().filter(|used| !used.is_known()) {
        // Its case and what is out of use have rules of their own.
        if template_variable_case::meant(used).is_some() || template_obsolete_variable::is_obsolete(used) {
            continue;
        }
        let (message, known): (_, &[&str]) = match used.scope {
            Scope::Root => (format!("ollama hands over no `.{}`: `<no value>` is printed", used.name), &ROOT),
            Scope::Message => (format!("a message has no `.{}`: chatting would fail", used.name), &MESSAGE),
        };
        let finding = Diagnostic::new("template-unknown-variable", view.at(used), message);
        let outside = used.scope == Scope::Message && ROOT.contains(&used.name);
        let meant = if outside { None } else { closest(used.name, known.iter().copied()) };
        reporter.push(match meant {
            Some(meant) => {
                let edit = Edit { span: view.at(used).span, text: meant.to_owned() };
                let finding = finding.help(format!("did you mean `.{meant}`?"));
                if view.placed.is_exact() {
                    finding.fix(Applicability::Unsafe, format!("write `.{meant}`"), vec![edit])
                } else {
                    finding
                }
            }
            None if outside => finding.help(format!("inside `range .Messages` write `$.{}`", used.name)),
            None => finding.help(format!(
                "it has {}",
                known.iter().map(|known| format!("`.{known}`")).collect::<Vec<_>>().join(", ")
            )),
        });
    }
}
