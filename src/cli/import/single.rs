//! One model as a file would say it, beside no other file.

use camino::Utf8PathBuf;

use super::argument_names;
use super::settle::{Desk, Draft};
use crate::cli::Failure;
use crate::decompile::{Named, Style};
use crate::project::Project;
use crate::remote::Remote;
use crate::state::{Observed, ObservedRow, Ownership, WorkspaceKey};

/// The file that is read in place of the workspace's; it is never written.
const FILE: &str = "shown.Modelfile";

/// What a file would say.
pub(in crate::cli) struct Single {
    /// The file's text.
    pub(in crate::cli) text: String,
    /// The files beside it that it names, with their lengths.
    pub(in crate::cli) neighbours: Vec<(Utf8PathBuf, usize)>,
    /// What no directive can say.
    pub(in crate::cli) left_out: Vec<String>,
}

/// The text of a file that means what the remote has. Nothing is written.
pub(in crate::cli) fn single(
    row: &ObservedRow,
    observed: &Observed,
    remote: &dyn Remote,
    project: &Project,
) -> Result<Single, Failure> {
    let identity = remote.identity();
    let mut alone = project.clone();
    alone.manifest.workspace.models = Some(vec![FILE.to_owned()]);
    if let Some(settings) = alone.manifest.remotes.get_mut(&identity.name) {
        settings.models = None;
    }
    let key = WorkspaceKey::new(&project.manifest.workspace.id);
    let is_protected = match key.ownership(&row.id, &identity.origin, row.mark.as_ref()) {
        Ownership::Ours(mark) => mark.protect,
        Ownership::Foreign | Ownership::Copy => false,
    };
    let style = Style { arguments: argument_names(project), systemfile: None };
    let unbound = remote.unbind(&[row], observed).into_iter().next().unwrap_or_default();
    let place = Named { path: FILE.into(), gives_id: false };
    let mut drafts = [Draft::new(row, &unbound, place, is_protected, &style)];
    let desk = Desk { project: &alone, remote_name: &identity.name, remote, observed };
    let settled = desk.settle(&mut drafts)?;
    let [draft] = drafts;
    if let Some(reason) = &draft.refused {
        return Err(Failure::new(format!("no file can say what `{}` is: {reason}", row.id.escape_debug()))
            .help("`--format json` prints the row as the remote gives it"));
    }
    Ok(Single {
        left_out: draft.left_out().map(ToString::to_string).collect(),
        text: draft.page.text,
        neighbours: settled.attachments.into_iter().map(|(path, one)| (path, one.bytes.len())).collect(),
    })
}
