//! A workspace while its files are being edited: what changed is compiled anew, and judged alone until all are.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::{Error, Workspace, destinations, excuse_named, judge, resolve_files, targets_of};
use crate::check::Baseline;
use crate::diagnostic::Diagnostic;
use crate::session::Compiled;
use crate::source::Files;

impl Workspace {
    /// Everything there is to say without a server, graded and in order, without what the baseline knows.
    pub fn everything(&self) -> Result<Vec<Diagnostic>, Error> {
        let mut findings = self.findings(None, None)?;
        findings.extend(self.unresolved()?);
        self.grade(&mut findings);
        self.hide_known(&mut findings)?;
        Ok(findings)
    }

    /// Reads files again, by their absolute paths, from now on from `files`. Returns the models that they take part in, by
    /// index; none if all has to be loaded anew.
    pub fn reread(&mut self, files: Arc<dyn Files>, paths: &[Utf8PathBuf]) -> Option<Vec<usize>> {
        self.files = files;
        self.session.reread(&*self.files, &self.project.root, paths)
    }

    /// Compiles models anew, by index.
    pub fn recompile(&mut self, models: &[usize]) {
        self.session.recompile(&*self.files, &self.project.root, models, self.editions.settings());
    }

    /// What there is to say about some models and what they include, for as long as nobody has looked at the others: without
    /// what can only be seen in all of them. `ids` are the models of the workspace.
    pub fn some_findings(
        &self,
        models: &[usize],
        ids: &BTreeSet<String>,
        baseline: &Baseline,
    ) -> Result<Vec<Diagnostic>, Error> {
        let files: Vec<Arc<Compiled>> =
            models.iter().filter_map(|at| self.session.files.get(*at)).map(Arc::clone).collect();
        let paths: Vec<Utf8PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let by_manifest = destinations(&self.project, &paths)?;
        let targets = |file: &Compiled| targets_of(&by_manifest, file);
        let judged = self.editions.judged_among(&self.session, Some(&self.project), None, models)?;
        let mut findings = judge(&self.session, &judged, &by_manifest);
        excuse_named(&mut findings, &judged, ids);
        let place = (&*self.files, &*self.project.root);
        findings.extend(resolve_files(&self.session, &files, place, &|_| true, &targets).1);
        self.grade(&mut findings);
        if !baseline.is_empty() {
            baseline.hide(&mut findings, &self.session.sources, Some(&BTreeSet::new()));
        }
        Ok(findings)
    }
}

impl std::fmt::Debug for Workspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workspace").field("root", &self.project.root).finish_non_exhaustive()
    }
}
