//! A visit to a server: can it be reached, who are we there, what can its version do, and how are its models.

use std::collections::BTreeSet;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use super::super::http::is_loopback;
use super::super::{Diagnosis, Error, Health, Remote as _, Via};
use super::ailments::JUDGED_BY;
use super::capabilities::{self, AccessForm, BaseAccess, Capabilities, Ids, Import, Reading, Sync};
use super::{OpenWebUi, ailments};
use crate::state::{Observed, ReferenceKind, View};

/// How long a person waits for a server to say its version.
const GREETING: Duration = Duration::from_secs(10);

/// How long for everything else, in which a server asks its providers for their models.
const READING: Duration = Duration::from_secs(45);

/// A clock that is this far off makes session tokens and journals hard to follow.
const TOLERABLE_SKEW: Duration = Duration::from_secs(30);

/// Everything there is to say about a server.
pub(super) async fn checkup(server: &OpenWebUi) -> Vec<Diagnosis> {
    let mut found = vec![address(&server.url), proxy(&server.url)];
    let greeting = match within(GREETING, "say its version", server.client.greeting(), server).await {
        Ok(greeting) => greeting,
        Err(error) => {
            found.push(error);
            return found;
        }
    };
    found.extend(greeting.clock.map(clock));
    let Some(capabilities) = capabilities::of(&greeting.version) else {
        found.push(server.client.unsupported(&greeting.version).into());
        return found;
    };
    found.push(version(&greeting.version, capabilities));
    found.extend(abilities(capabilities));

    let kinds = BTreeSet::from(JUDGED_BY);
    let reading = server.observe(Box::pin(std::future::ready(kinds)));
    let (who, observed, models, tags) = tokio::join!(
        within(READING, "say whom the token stands for", server.client.account(), server),
        within(READING, "give out its models", reading, server),
        within(READING, "answer GET /api/models", server.client.refresh_registry(), server),
        within(READING, "answer GET /api/v1/models/tags", server.client.tags(), server),
    );
    let is_admin = observed.is_ok();
    match who {
        Ok(account) => found.push(role(&account.role, &account.email)),
        // From 0.12 on the server does not tell whose an API key is; that it shows every model says enough.
        Err(_) if is_admin => found.push(Diagnosis::new("role", Health::Good, "the token is an administrator's")),
        Err(_) => {}
    }
    match observed {
        Ok(observed) => found.extend(models_of(&observed)),
        Err(diagnosis) => found.push(diagnosis),
    }
    let answers = [("GET /api/models", models.err()), ("GET /api/v1/models/tags", tags.err().filter(|_| is_admin))];
    for (what, error) in answers {
        found.push(match error {
            None => Diagnosis::new("answers", Health::Good, format!("{what} answers")),
            Some(error) => Diagnosis { topic: "answers".into(), ..error }
                .help("mend the models that are said to break it, if there are any; else look into the server's log"),
        });
    }
    found
}

/// What came of a request; a failure as it is told.
async fn within<T>(
    limit: Duration,
    what: &str,
    request: impl Future<Output = Result<T, Error>>,
    server: &OpenWebUi,
) -> Result<T, Diagnosis> {
    if let Ok(answer) = tokio::time::timeout(limit, request).await {
        return answer.map_err(Diagnosis::from);
    }
    let message = format!("`{}` did not {what} within {} s", server.identity.origin, limit.as_secs());
    let help = "try again; if it stays so, look into the server's log, and whether all of its providers answer";
    Err(Diagnosis::new("connection", Health::Failure, message).help(help))
}

/// How what is sent is protected.
fn address(url: &Url) -> Diagnosis {
    let origin = url.as_str().trim_end_matches('/');
    if url.scheme() == "https" {
        return Diagnosis::new("address", Health::Good, format!("{origin}, with a certificate that is checked"));
    }
    if is_loopback(url) {
        return Diagnosis::new("address", Health::Good, format!("{origin}, on this machine"));
    }
    let message = format!("{origin} is plain http: the token and every prompt travel unencrypted");
    Diagnosis::new("address", Health::Warning, message)
        .help("give the server a certificate, and begin its `url` with https://")
}

/// Whether the way leads through a proxy, judged by the same code that sends the requests.
fn proxy(url: &Url) -> Diagnosis {
    let direct = || Diagnosis::new("proxy", Health::Good, "none between");
    if url.scheme() == "http" && is_loopback(url) {
        return direct();
    }
    let proxy = url.as_str().parse::<http::Uri>().ok().and_then(|uri| Matcher::from_env().intercept(&uri));
    // Only where it is: it may hold a password.
    match proxy.as_ref().and_then(|proxy| proxy.uri().host().zip(proxy.uri().scheme_str())) {
        None => direct(),
        Some((host, scheme)) => {
            let variables =
                if url.scheme() == "https" { "HTTPS_PROXY or ALL_PROXY" } else { "HTTP_PROXY or ALL_PROXY" };
            let message = format!("through {scheme}://{host}, as {variables} says");
            Diagnosis::new("proxy", Health::Note, message)
                .help("where the server is to be reached without it, name its host in NO_PROXY")
        }
    }
}

fn clock((skew, ahead): (Duration, bool)) -> Diagnosis {
    if skew <= TOLERABLE_SKEW {
        // It tells whole seconds, and the answer took a moment.
        return Diagnosis::new("clock", Health::Good, "the server's clock agrees with ours");
    }
    let message = format!(
        "the server's clock is {} s {} ours: times in histories and snapshots do not fit together",
        skew.as_secs(),
        if ahead { "ahead of" } else { "behind" }
    );
    Diagnosis::new("clock", Health::Warning, message).help("let both machines set their clocks by the network")
}

fn version(version: &str, capabilities: &Capabilities) -> Diagnosis {
    let version = version.escape_debug();
    if capabilities.known {
        return Diagnosis::new("version", Health::Good, format!("Open WebUI {version}"));
    }
    let message = format!("Open WebUI {version} is newer than what this maquette knows: it plans, and does not write");
    let help = format!("a newer maquette may know it; `--allow-unknown-version {version}` writes row by row");
    Diagnosis::new("version", Health::Warning, message).help(help)
}

/// What this version can do, and what is done about it.
fn abilities(capabilities: &Capabilities) -> Vec<Diagnosis> {
    let good = |message: String| Diagnosis::new("abilities", Health::Good, message);
    let reading = match capabilities.reading {
        Reading::All => "every row is read with one request",
        Reading::ExportAndBase => "rows are read with three requests, and counted to see whether they are all",
    };
    let access = match capabilities.access {
        AccessForm::Control => "access changes together with a model's content",
        AccessForm::Grants => "access changes by a call of its own: narrowed before the content, widened after it",
    };
    let sync = match capabilities.sync {
        Sync::Unsound(_) => "never the whole table at once",
        Sync::WithGrants | Sync::WithoutGrants => "the whole table at once where the remote is `exclusive`",
    };
    let import = match capabilities.import {
        Import::Unsound(_) => "one by one",
        Import::Creates if capabilities.reading == Reading::All => "many at once",
        Import::Creates => "one by one, many at once with `--via import`",
    };
    let history = if capabilities.history {
        "the server keeps a history: `maquette models history` and `restore` read it"
    } else {
        "the server keeps no history: snapshots do (`maquette snapshots`)"
    };
    let mut found = vec![
        good(reading.to_owned()),
        good(access.to_owned()),
        good(format!("models are written row by row, new ones {import}, {sync}")),
        good(history.to_owned()),
    ];
    if let Some(reason) = capabilities.unsound(Via::Sync) {
        found.push(Diagnosis::new("abilities", Health::Note, format!("`--via sync` is refused: {reason}")));
    }
    if capabilities.base_access != BaseAccess::Free {
        let which = if capabilities.base_access == BaseAccess::OfRow { " that has a row" } else { "" };
        let message = format!("who uses a preset needs access to its base model{which}, too");
        found.push(Diagnosis::new("abilities", Health::Note, message));
    }
    if capabilities.ids == Ids::WithoutBlanks {
        found.push(Diagnosis::new("abilities", Health::Note, "ids may not have blanks in them"));
    }
    found
}

fn role(role: &str, email: &str) -> Diagnosis {
    let who = format!("the token is that of {}", email.escape_debug());
    if role == "admin" {
        return Diagnosis::new("role", Health::Good, format!("{who}, an administrator"));
    }
    Diagnosis::new("role", Health::Failure, format!("{who}, whose role is `{}`", role.escape_debug()))
        .help("use the API key of an administrator: only they see every model")
}

/// How the models are.
fn models_of(observed: &Observed) -> Vec<Diagnosis> {
    let presets = observed.rows.values().filter(|row| row.get(&crate::state::Field::Base).is_some()).count();
    let counted = |count: usize, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
    let bases = observed.rows.len() - presets;
    let message = format!(
        "{} and {}",
        counted(presets, "preset", "presets"),
        counted(bases, "row of a base model", "rows of base models")
    );
    let mut found = vec![match &observed.view {
        View::Complete => Diagnosis::new("models", Health::Good, message),
        View::Partial(reason) => {
            let message = format!("{message}, and not all are shown, so nothing is deleted: {reason}");
            Diagnosis::new("models", Health::Warning, message).help("use the token of somebody who sees every model")
        }
    }];
    let bases = observed.catalogue.of(ReferenceKind::Base);
    if bases.is_some_and(<[_]>::is_empty) {
        let message = "no provider gives any model: no preset can be used, and FROM cannot be looked up";
        found.push(
            Diagnosis::new("bases", Health::Warning, message)
                .help("see whether Ollama and the other connections answer, under Admin Settings, Connections"),
        );
    }
    found.extend(settings(observed));
    found.extend(ailments::ailments(observed).into_iter().map(Diagnosis::from));
    found
}

/// Default models that are not there.
fn settings(observed: &Observed) -> Option<Diagnosis> {
    let bases = observed.catalogue.of(ReferenceKind::Base).filter(|bases| !bases.is_empty())?;
    let is_there = |id: &String| observed.rows.contains_key(id) || bases.iter().any(|base| base.id == **id);
    let gone: Vec<String> = observed.settings.default_models.iter().filter(|id| !is_there(id)).cloned().collect();
    (!gone.is_empty()).then(|| {
        let gone: Vec<String> = gone.iter().map(|id| format!("`{}`", id.escape_debug())).collect();
        let message = format!("new chats begin with {}, not there any more", gone.join(", "));
        Diagnosis::new("default-model", Health::Warning, message)
            .help("choose another default model under Admin Settings, Models")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(diagnosis: &Diagnosis) -> (Health, &str) {
        (diagnosis.health, &diagnosis.message)
    }

    #[test]
    fn addresses() {
        let of = |text: &str| address(&Url::parse(text).unwrap());
        let good = "https://chat.example.com/base, with a certificate that is checked";
        assert_eq!(said(&of("https://chat.example.com/base/")), (Health::Good, good));
        assert_eq!(said(&of("http://127.0.0.1:8080")), (Health::Good, "http://127.0.0.1:8080, on this machine"));
        assert_eq!(of("http://chat.example.com").health, Health::Warning);
    }

    #[test]
    fn clocks() {
        assert_eq!(clock((Duration::from_secs(30), true)).health, Health::Good);
        let late = clock((Duration::from_secs(31), false));
        assert!(late.health == Health::Warning && late.message.contains("31 s behind ours"), "{late:?}");
        assert!(clock((Duration::from_secs(90), true)).message.contains("90 s ahead of ours"));
    }

    #[test]
    fn every_version_has_something_to_say() {
        for row in capabilities::TABLE {
            let found = abilities(row);
            assert!(found.len() >= 4 && found.iter().all(|one| one.health <= Health::Note), "{}", row.from);
            let refused = found.iter().any(|one| one.message.starts_with("`--via sync` is refused"));
            assert_eq!(refused, row.unsound(Via::Sync).is_some(), "{}", row.from);
            assert_eq!(version(&row.from.to_string(), row).health == Health::Good, row.known, "{}", row.from);
        }
    }

    #[test]
    fn only_an_administrator_sees_every_model() {
        assert_eq!(role("admin", "ada@example.com").health, Health::Good);
        let user = role("user", "una@\u{1b}example.com");
        assert_eq!(said(&user), (Health::Failure, r"the token is that of una@\u{1b}example.com, whose role is `user`"));
    }

    #[test]
    fn what_new_chats_begin_with() {
        let mut observed = Observed::default();
        observed.settings.default_models = vec!["base".into(), "gone".into()];
        assert_eq!(settings(&observed), None, "the providers were not asked");
        let base = crate::state::Entry { id: "base".into(), name: "Base".into(), kind: None };
        observed.catalogue.entries.insert(ReferenceKind::Base, vec![base]);
        assert_eq!(settings(&observed).unwrap().message, "new chats begin with `gone`, not there any more");
    }
}
