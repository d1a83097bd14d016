//! The manifest's own form.

use std::collections::BTreeMap;
use std::ops::Range;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::discover::{GlobError, globs};
use super::guard::Guard;
use crate::check::{self, LevelSetting, Levels};
use crate::diagnostic::closest;
use crate::expand::is_name;

/// The whole of `maquette.toml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What the workspace is.
    pub workspace: Workspace,
    /// Values for `${name}` in every file; what a remote or the command line says is stronger.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// The servers and files that models are applied to, by name.
    #[serde(default)]
    pub remotes: IndexMap<String, Remote>,
    /// How much, and what, a single apply may change.
    #[serde(default)]
    pub guard: Guard,
    /// How many snapshots of the state before an apply are kept.
    #[serde(default)]
    pub snapshots: super::Retention,
    /// How the workspace is checked.
    #[serde(default)]
    pub check: Check,
    /// Levels of rules, by name or code.
    #[serde(default)]
    pub rules: BTreeMap<String, LevelSetting>,
    /// What differs for some files. Where several match a file, the last one counts.
    #[serde(default)]
    pub overrides: Vec<Override>,
    /// What `maquette fmt` does besides what it always does.
    #[serde(default)]
    pub format: Format,
    /// The levels of `rules` and `overrides`, for use.
    #[serde(skip)]
    pub levels: Levels,
}

/// What is up to the workspace when files are formatted.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// Bring the directives of a file into the documented order.
    #[serde(default)]
    pub order: bool,
}

/// How the workspace is checked.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The file with the findings that are known and not reported again, relative to the manifest (default
    /// `maquette-baseline.json`, where there is one). `maquette check --update-baseline` writes it.
    pub baseline: Option<String>,
}

/// What differs for some files.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Globs of the files, relative to the manifest.
    #[schemars(length(min = 1))]
    pub paths: Vec<String>,
    /// Levels of rules in these files, by name or code.
    pub rules: BTreeMap<String, LevelSetting>,
}

/// What the workspace is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// Its name, for people.
    pub name: String,
    /// A random id, written once by `maquette init`. It keys the ownership marks: another id, and nothing on any server is ours.
    #[schemars(length(min = 16))]
    pub id: String,
    /// Globs of the files that describe models, relative to the manifest. Without them: every file with a recognised
    /// name (`Modelfile`, `Modelfile.<id>`, `<id>.Modelfile`, `<id>.modelfile`), except hidden ones and what `.gitignore` excludes.
    pub models: Option<Vec<String>>,
}

/// Which kind of thing a remote is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RemoteKind {
    /// An Open WebUI export on disk.
    File,
    /// An Open WebUI server.
    OpenWebui,
    /// An Ollama server.
    Ollama,
}

impl RemoteKind {
    /// The word of the manifest.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::OpenWebui => "open-webui",
            Self::Ollama => "ollama",
        }
    }
}

/// One remote.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remote {
    /// What it is.
    pub kind: RemoteKind,
    /// `file`: the export, relative to the manifest.
    pub path: Option<String>,
    /// `open-webui`, `ollama`: the server's address.
    pub url: Option<String>,
    /// Values for `${name}` on this remote.
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// Names of groups that differ on this remote: the name in the files, and the name there.
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
    /// The same of people, by e-mail address.
    #[serde(default)]
    pub users: BTreeMap<String, String>,
    /// The same of base models, as `FROM` names them.
    #[serde(default)]
    pub bases: BTreeMap<String, String>,
    /// The same of knowledge collections.
    #[serde(default)]
    pub knowledge: BTreeMap<String, String>,
    /// The same of tools.
    #[serde(default)]
    pub tools: BTreeMap<String, String>,
    /// The same of filters.
    #[serde(default)]
    pub filters: BTreeMap<String, String>,
    /// The same of actions.
    #[serde(default)]
    pub actions: BTreeMap<String, String>,
    /// The same of skills.
    #[serde(default)]
    pub skills: BTreeMap<String, String>,
    /// `open-webui`: the `ollama` remotes behind it. Models that only Ollama can hold are built there first, and are shown to
    /// people by what their files say to Open WebUI.
    #[serde(default)]
    pub ollama: Vec<String>,
    /// `ollama`: the server is reached through Open WebUI, whose address with `/ollama` at its end is `url`; and which of
    /// Open WebUI's Ollama connections it is, the first one being 0.
    pub node: Option<usize>,
    /// Globs that narrow which of the workspace's files go to this remote. Without them an `ollama` remote behind an
    /// `open-webui` one takes those that say something only Ollama can hold, and what these build on; any other takes all.
    pub models: Option<Vec<String>>,
    /// Every row of this server's model table is this workspace's, so that the sync endpoint, which replaces the whole
    /// table, may be used.
    #[serde(default)]
    pub exclusive: bool,
    /// Send the token over plain http to a host that is not this machine.
    #[serde(default, rename = "allow-http")]
    pub allow_http: bool,
    /// Seconds to wait for an answer of the server (default 60).
    #[schemars(range(min = 1))]
    pub timeout: Option<u64>,
    /// `ollama`: let the server fetch a base model that it does not have, before models are built on it.
    #[serde(default)]
    pub pull: bool,
    /// `ollama`: to what the weights of models are quantized when they are built, by the model's id.
    #[serde(default)]
    pub quantize: BTreeMap<String, Quantization>,
    /// What happens to a model whose file is gone.
    #[serde(default)]
    pub delete: Deletion,
    /// What differs here from the manifest's own `[guard]`.
    #[serde(default)]
    pub guard: Guard,
}

/// What happens to a model whose file is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Deletion {
    /// It is deleted.
    #[default]
    Delete,
    /// It is switched off, and deleted by `maquette purge`.
    Deactivate,
}

/// To what Ollama quantizes weights of 16 or 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, non_camel_case_types, reason = "each is what ollama calls it")]
pub enum Quantization {
    F32,
    F16,
    BF16,
    Q4_K_S,
    Q4_K_M,
    Q8_0,
}

impl Quantization {
    /// Ollama's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
            Self::Q4_K_S => "Q4_K_S",
            Self::Q4_K_M => "Q4_K_M",
            Self::Q8_0 => "Q8_0",
        }
    }
}

impl Manifest {
    /// The guard for a remote: its own where that says something, else the general one.
    #[must_use]
    pub fn guard_of(&self, remote: &str) -> Guard {
        self.remotes.get(remote).map_or_else(|| self.guard.clone(), |remote| remote.guard.over(&self.guard))
    }

    /// The `open-webui` remotes that this remote is behind.
    pub fn fronts<'a>(&'a self, remote: &'a str) -> impl Iterator<Item = &'a str> {
        let fronts = self.remotes.iter().filter(move |(_, front)| front.ollama.iter().any(|node| node == remote));
        fronts.map(|(name, _)| name.as_str())
    }

    /// Whether a remote takes only what needs it: it is behind another one, and no globs say what goes there.
    #[must_use]
    pub fn takes_by_need(&self, remote: &str) -> bool {
        self.remotes.get(remote).is_some_and(|remote| remote.models.is_none()) && self.fronts(remote).next().is_some()
    }
}

/// A manifest that is wrong.
pub(super) struct Invalid {
    pub(super) message: String,
    pub(super) span: Option<Range<usize>>,
}

pub(super) fn parse(text: &str) -> Result<Manifest, Invalid> {
    let mut manifest: Manifest = toml::from_str(text)
        .map_err(|error| Invalid { message: error.message().trim_end().to_owned(), span: error.span() })?;
    let fault = |key: &str, message: String| Err(Invalid { message, span: find_key(text, key) });
    if manifest.workspace.id.len() < 16 {
        return fault(
            "id",
            "the workspace's `id` has fewer than 16 characters; `maquette init` writes a random one".into(),
        );
    }
    let names = manifest.args.keys().chain(manifest.remotes.values().flat_map(|remote| remote.args.keys()));
    for name in names {
        if !is_name(name) {
            let message = format!("`{name}` in `args` cannot stand in `${{…}}`: a name is of letters, digits and `_`");
            return fault(name, message);
        }
    }
    if let Some(path) = &manifest.check.baseline
        && (path.starts_with('/') || path.split('/').any(|part| part == ".."))
    {
        return fault("baseline", format!("the baseline `{path}` is not in the workspace"));
    }
    let in_files = manifest.overrides.iter().flat_map(|group| &group.rules);
    for (name, level) in manifest.rules.iter().chain(in_files) {
        if let Some(message) = wrong_rule(name, *level) {
            return fault(name, message);
        }
    }
    if manifest.overrides.iter().any(|group| group.paths.is_empty()) {
        return fault("overrides", "`[[overrides]]` without `paths` matches no file".into());
    }
    match levels(&manifest) {
        Ok(levels) => manifest.levels = levels,
        Err(error) => return fault(&error.glob, error.to_string()),
    }
    for (name, remote) in &manifest.remotes {
        let missing = match remote.kind {
            RemoteKind::File => remote.path.is_none().then_some("path"),
            RemoteKind::OpenWebui | RemoteKind::Ollama => remote.url.is_none().then_some("url"),
        };
        if let Some(key) = missing {
            let kind = remote.kind.as_str();
            return fault(name, format!("the remote `{name}` is of kind `{kind}` and needs `{key}`"));
        }
        if remote.timeout == Some(0) {
            return fault(
                "timeout",
                format!("the remote `{name}` has a `timeout` of 0 seconds; leave it out, or give at least 1"),
            );
        }
        if remote.kind == RemoteKind::Ollama && remote.delete == Deletion::Deactivate {
            let message = format!(
                "the remote `{name}` is of kind `ollama`, which cannot switch a model off; leave `delete` out, or write `delete = \"delete\"`"
            );
            return fault("delete", message);
        }
        if remote.kind != RemoteKind::Ollama && (remote.pull || !remote.quantize.is_empty()) {
            let key = if remote.pull { "pull" } else { "quantize" };
            return fault(key, format!("`{key}` is for remotes of kind `ollama`, and `{name}` is none"));
        }
        if remote.kind != RemoteKind::Ollama && remote.node.is_some() {
            return fault("node", format!("the remote `{name}` has a `node`, which is for remotes of kind `ollama`"));
        }
        if let Some(message) = wrong_nodes(name, remote, &manifest.remotes) {
            return fault("ollama =", message);
        }
    }
    Ok(manifest)
}

/// What is wrong with the `ollama` remotes that a remote names.
fn wrong_nodes(name: &str, remote: &Remote, remotes: &IndexMap<String, Remote>) -> Option<String> {
    if remote.ollama.is_empty() {
        return None;
    }
    if remote.kind != RemoteKind::OpenWebui {
        let kind = remote.kind.as_str();
        return Some(format!(
            "the remote `{name}` is of kind `{kind}`: only an `open-webui` remote has `ollama` ones behind it"
        ));
    }
    if remote.delete == Deletion::Deactivate {
        return Some(format!(
            "the remote `{name}` switches models off, which the `ollama` remotes behind it cannot do; leave `delete` out, or `ollama`"
        ));
    }
    remote.ollama.iter().enumerate().find_map(|(at, node)| match remotes.get(node) {
        None => {
            let close = closest(node, remotes.keys().map(String::as_str));
            let hint = close.map(|close| format!("; did you mean `{close}`?")).unwrap_or_default();
            Some(format!("the remote `{name}` names `{node}` in `ollama`, and there is no such remote{hint}"))
        }
        Some(found) if found.kind != RemoteKind::Ollama => {
            let kind = found.kind.as_str();
            Some(format!("the remote `{name}` names `{node}` in `ollama`, which is of kind `{kind}`"))
        }
        Some(_) if remote.ollama.iter().take(at).any(|other| other == node) => {
            Some(format!("the remote `{name}` names `{node}` twice in `ollama`"))
        }
        Some(_) => None,
    })
}

/// The levels of `rules` and `overrides` together.
fn levels(manifest: &Manifest) -> Result<Levels, GlobError> {
    let everywhere = Levels::new(manifest.rules.clone());
    manifest
        .overrides
        .iter()
        .try_fold(everywhere, |levels, group| Ok(levels.within(globs(&group.paths)?, group.rules.clone())))
}

/// What is wrong with the level of a rule.
fn wrong_rule(name: &str, level: LevelSetting) -> Option<String> {
    match check::find(name) {
        Some(rule) if rule.firm && level != LevelSetting::Error => {
            Some(format!("the rule `{name}` cannot be lowered: going on would do something else than the file says"))
        }
        Some(_) => None,
        None => {
            let close = closest(name, check::rules::ALL.iter().map(|rule| rule.name));
            let hint = close.map(|close| format!("; did you mean `{close}`?")).unwrap_or_default();
            Some(format!("there is no rule `{name}`{hint}"))
        }
    }
}

/// Where a key or a table of that name first stands in the text: close enough for a message about the whole entry.
fn find_key(text: &str, key: &str) -> Option<Range<usize>> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default();
        if let Some(at) = code.find(key) {
            return Some(offset + at..offset + at + key.len());
        }
        offset += line.len();
    }
    None
}

/// The JSON Schema of the manifest.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Manifest)
}

#[cfg(test)]
mod tests {
    use super::super::guard::{Decision, Limit, Percent, Tolerance};
    use super::*;

    const HEAD: &str = "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef\"\n";

    fn check(rest: &str) -> Result<Manifest, String> {
        parse(&format!("{HEAD}{rest}")).map_err(|invalid| invalid.message)
    }

    #[test]
    fn what_the_manifest_may_say() {
        let manifest = check(
            "[args]\nteam = \"Sales\"\n\
             [remotes.a]\nkind = \"file\"\npath = \"x.json\"\nargs = { team = \"EMEA\" }\n\
             [guard]\nmax-deletes = \"20%\"\n[rules]\nsecret-in-value = \"error\"\n[format]\norder = true\n",
        )
        .unwrap();
        assert!(manifest.format.order);
        assert_eq!(manifest.guard.max_deletes, Some(Limit::Share(Percent(20))));
        assert_eq!((&*manifest.args["team"], &*manifest.remotes["a"].args["team"]), ("Sales", "EMEA"));
        assert_eq!(manifest.remotes["a"].kind, RemoteKind::File);
        assert_eq!(manifest.remotes["a"].delete, Deletion::Delete);
    }

    #[test]
    fn a_remote_may_be_guarded_more_than_the_others() {
        let manifest = check(
            "[guard]\nmax-deletes = 5\nmax-updates = 7\n[guard.policy]\ndestructive = \"confirm\"\n\
             [remotes.a]\nkind = \"file\"\npath = \"a\"\n\
             [remotes.b]\nkind = \"file\"\npath = \"b\"\ndelete = \"deactivate\"\n\
             [remotes.b.guard]\nmax-deletes = 1\npolicy.access-widened = \"forbid\"\nconcerns = \"forbid\"\n",
        )
        .unwrap();
        assert_eq!(manifest.guard_of("a"), manifest.guard);
        assert_eq!(manifest.guard_of("nobody"), manifest.guard);
        let strict = manifest.guard_of("b");
        assert_eq!((strict.max_deletes, strict.max_updates), (Some(Limit::Count(1)), Some(Limit::Count(7))));
        assert_eq!(strict.policy.destructive, Some(Decision::Confirm));
        assert_eq!(strict.policy.access_widened, Some(Decision::Forbid));
        assert_eq!(strict.concerns, Some(Tolerance::Forbid));
        assert_eq!(manifest.remotes["b"].delete, Deletion::Deactivate);
    }

    fn front(lines: &str) -> String {
        format!(
            "[remotes.chat]\nkind = \"open-webui\"\nurl = \"x\"\n{lines}\n[remotes.gpu]\nkind = \"ollama\"\nurl = \"y\"\n"
        )
    }

    #[test]
    fn remotes_behind_others_take_what_needs_them() {
        let manifest = check(&front("ollama = [\"gpu\"]")).unwrap();
        assert_eq!(manifest.fronts("gpu").collect::<Vec<_>>(), ["chat"]);
        assert!(manifest.takes_by_need("gpu") && !manifest.takes_by_need("chat") && !manifest.takes_by_need("x"));
        let manifest = check(&format!("{}models = [\"a\"]\n", front("ollama = [\"gpu\"]"))).unwrap();
        assert!(!manifest.takes_by_need("gpu"), "its globs say what goes there");
        assert!(!check(&front("")).unwrap().takes_by_need("gpu"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (rest, words) in [
            ("[remotes.a]\nkind = \"file\"\n", "needs `path`"),
            ("[remotes.a]\nkind = \"open-webui\"\n", "needs `url`"),
            ("[remotes.a]\nkind = \"nextcloud\"\n", "unknown variant `nextcloud`"),
            ("[remotes.a]\nkind = \"open-webui\"\nurl = \"x\"\ntoken = \"sk-1\"\n", "unknown field `token`"),
            ("[guard]\nmax-deletes = \"150%\"\n", "not a percentage"),
            ("[guard.policy]\ndeletion = \"forbid\"\n", "unknown field `deletion`"),
            ("[guard.policy]\ndestructive = \"ask\"\n", "unknown variant `ask`"),
            ("[guard]\nconcerns = \"confirm\"\n", "unknown variant `confirm`"),
            ("[remotes.a]\nkind = \"file\"\npath = \"a\"\ndelete = \"archive\"\n", "unknown variant `archive`"),
            ("[rules]\nsecret-in-valu = \"off\"\n", "no rule `secret-in-valu`; did you mean `secret-in-value`?"),
            ("[rules]\nduplicate-id = \"off\"\n", "cannot be lowered"),
            ("[[overrides]]\npaths = [\"a\"]\nrules = { MF103 = \"info\" }\n", "cannot be lowered"),
            ("[[overrides]]\npaths = [\"a\"]\nrules = { x = \"off\" }\n", "no rule `x`"),
            ("[[overrides]]\npaths = []\nrules = {}\n", "matches no file"),
            ("[[overrides]]\npaths = [\"[\"]\nrules = {}\n", "`[` is not a glob"),
            ("[check]\nbaseline = \"../x.json\"\n", "the baseline `../x.json` is not in the workspace"),
            ("[args]\nbase-model = \"x\"\n", "cannot stand in `${…}`"),
            ("[args]\nsize = 3\n", "expected a string"),
            ("[remotes.a]\nkind = \"file\"\npath = \"a\"\nnode = 0\n", "which is for remotes of kind `ollama`"),
            ("[remotes.a]\nkind = \"file\"\npath = \"a\"\nollama = [\"b\"]\n", "only an `open-webui` remote"),
            (&front("ollama = [\"gpt\"]"), "no such remote; did you mean `gpu`?"),
            (&front("ollama = [\"chat\"]"), "names `chat` in `ollama`, which is of kind `open-webui`"),
            (&front("ollama = [\"gpu\", \"gpu\"]"), "names `gpu` twice"),
            (&front("ollama = [\"gpu\"]\ndelete = \"deactivate\""), "the `ollama` remotes behind it cannot do"),
            ("[remotes.a]\nkind = \"file\"\npath = \"a\"\npull = true\n", "`pull` is for remotes of kind `ollama`"),
            ("[remotes.a]\nkind = \"ollama\"\nurl = \":1\"\nquantize = { a = \"Q3\" }\n", "unknown variant `Q3`"),
        ] {
            let message = check(rest).expect_err(rest);
            assert!(message.contains(words), "{rest}: {message}");
        }
    }
}
