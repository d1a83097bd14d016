//! Who a model is: its id.

use crate::diagnostic::Diagnostic;
use crate::ir::{Place, Value};
use crate::project::{FileName, model_name};
use crate::source::Located;

use super::{Input, start_of};

/// The id that the file's ID or OVERRIDE gives, else its name.
pub(super) fn id(input: &Input<'_>, findings: &mut Vec<Diagnostic>) -> Option<Located<String>> {
    let said = input.document.statements.iter().rev().find_map(|statement| {
        match (statement.directive.place, &statement.value) {
            (Place::Id | Place::Override, Value::Text(text)) => {
                Some(Located::new(text.text.clone(), statement.value_location))
            }
            _ => None,
        }
    });
    if said.is_some() {
        return said;
    }
    let place = start_of(input.document.file);
    match model_name(input.path) {
        FileName::Model(id) | FileName::Other(id) if !id.chars().any(char::is_whitespace) => {
            Some(Located::new(id, place))
        }
        FileName::Model(name) | FileName::Other(name) => {
            let message = format!("the file's name gives the id `{name}`, which has a blank in it");
            findings
                .push(Diagnostic::new("id-from-file-name", place, message).help("add `ID <id>`, or rename the file"));
            None
        }
        FileName::Bare => {
            let message = "a bare `Modelfile` at the root of the workspace does not say which model it is";
            findings.push(
                Diagnostic::new("id-from-file-name", place, message)
                    .help("add `ID <id>`, or rename the file to `<id>.Modelfile`"),
            );
            None
        }
    }
}
