//! Base models that a server lacks are fetched before anything is planned, where somebody allows that: only then is known
//! what would be built on them.

use std::sync::Arc;

use tokio::sync::watch;

use super::{Failure, Ui};
use crate::remote::{Remote, Watcher};
use crate::state::{Intent, Observed};

/// Who allows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fetching {
    /// Whoever runs the command, by a flag of its own; without it the manifest decides, and is asked about.
    pub(super) asked_for: bool,
    /// Nobody is to be asked.
    pub(super) auto_approve: bool,
}

impl Fetching {
    /// Has what is missing fetched, and reads the remote again.
    pub(super) async fn fetch(
        self,
        remote: Arc<dyn Remote>,
        intent: &Intent,
        observed: Observed,
        ui: &mut Ui,
    ) -> Result<(Arc<dyn Remote>, Observed), Failure> {
        let missing = remote.to_pull(intent, &observed, self.asked_for);
        if missing.is_empty() {
            return Ok((remote, observed));
        }
        let server = remote.identity().name.clone();
        let names = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if !self.asked_for && !self.auto_approve {
            if !ui.is_interactive() {
                return Err(Failure::new(format!(
                    "`{server}` lacks {names}, and nobody is there to approve fetching it"
                ))
                .help("`--pull` fetches it; `--auto-approve` does so too where the manifest allows it"));
            }
            if ui.ask(&format!("{server} lacks {names}. Let it fetch that first? Only `yes` does."))? != "yes" {
                ui.note("nothing was fetched");
                return Err(Failure::reported());
            }
        }
        let progress = ui.progress(&[&server]);
        let (_never, interrupted) = watch::channel(false);
        for name in &missing {
            let tell = |how_far: &crate::remote::Progress| progress.part(0, &format!("fetch {name}"), how_far);
            remote.pull(name, &Watcher { tell: &tell, interrupted: interrupted.clone() }).await?;
        }
        drop(progress);
        ui.note(&format!("{server} has {names} now"));
        let kinds = crate::remote::kinds_of(intent);
        let observed = remote.observe(Box::pin(std::future::ready(kinds))).await?;
        Ok((remote, observed))
    }
}
