//! What the manifest decides about classes of changes, and what the command line confirms.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use super::guard::Blocker;
use crate::diff::{Change, Class};
use crate::project::{ClassPolicy, Decision};

/// How many ids a message names before it counts the rest.
const SHOWN_IDS: usize = 5;

/// What was confirmed, by class.
pub type Confirmations = BTreeMap<Class, Confirmed>;

/// Which changes of a class are fine: all or none, told by their number or by their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// Exactly this many models.
    Count(usize),
    /// Exactly these models.
    Models(BTreeSet<String>),
}

impl Confirmed {
    /// Whether exactly these models are meant.
    fn names(&self, ids: &BTreeSet<&str>) -> bool {
        match self {
            Self::Count(count) => ids.len() == *count,
            Self::Models(models) => models.iter().map(String::as_str).eq(ids.iter().copied()),
        }
    }
}

/// `--confirm access-widened=2`, `--confirm access-widened=support,sales`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// The class.
    pub class: Class,
    /// What of it is fine.
    pub confirmed: Confirmed,
}

impl FromStr for Confirm {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((class, models)) = text.split_once('=') else {
            return Err("it is written as `<class>=<number>` or `<class>=<id>,<id>`".into());
        };
        let class = class.parse::<Class>().map_err(|error| error.to_string())?;
        let confirmed = match models.parse() {
            Ok(count) => Confirmed::Count(count),
            Err(_) => Confirmed::Models(models.split(',').map(str::to_owned).collect()),
        };
        match &confirmed {
            Confirmed::Models(models) if models.contains("") => Err("an id is empty".into()),
            Confirmed::Models(_) | Confirmed::Count(_) => Ok(Self { class, confirmed }),
        }
    }
}

/// What the policy has against these changes.
pub(super) fn blockers(changes: &[Change], policy: &ClassPolicy, confirmed: &Confirmations) -> Vec<Blocker> {
    Class::ALL.into_iter().filter_map(|class| blocker(class, changes, policy, confirmed)).collect()
}

fn blocker(class: Class, changes: &[Change], policy: &ClassPolicy, confirmed: &Confirmations) -> Option<Blocker> {
    let ids = changes.iter().filter(|change| change.classes.contains(&class));
    let ids: BTreeSet<&str> = ids.map(|change| change.id.as_str()).collect();
    if ids.is_empty() {
        return None;
    }
    let what = format!("{} {}", sentence(class, ids.len()), listed(&ids));
    match decision(policy, class) {
        Decision::Allow => None,
        Decision::Forbid => Some(Blocker::new(
            "forbidden",
            format!("{what}, which the manifest forbids"),
            format!("leave it out; only `{class}` in `[guard.policy]` of the manifest can allow it"),
        )),
        Decision::Confirm if confirmed.get(&class).is_some_and(|confirmed| confirmed.names(&ids)) => None,
        Decision::Confirm => Some(Blocker::new(
            "unconfirmed",
            format!("{what}, which the manifest wants confirmed"),
            format!("if that is meant, `--confirm {class}={}`", ids.len()),
        )),
    }
}

fn decision(policy: &ClassPolicy, class: Class) -> Decision {
    let decided = match class {
        Class::Cosmetic => policy.cosmetic,
        Class::Behaviour => policy.behaviour,
        Class::AccessWidened => policy.access_widened,
        Class::AccessNarrowed => policy.access_narrowed,
        Class::Destructive => policy.destructive,
    };
    decided.unwrap_or(Decision::Allow)
}

fn sentence(class: Class, count: usize) -> String {
    let (models, s) = if count == 1 { ("1 model".to_owned(), "s") } else { (format!("{count} models"), "") };
    match class {
        Class::Cosmetic => format!("{models} would look different:"),
        Class::Behaviour => format!("{models} would behave differently:"),
        Class::AccessWidened => format!("{models} become{s} open to more people:"),
        Class::AccessNarrowed => format!("{models} become{s} closed to some people:"),
        Class::Destructive => format!("{models} would be deleted or switched off:"),
    }
}

fn listed(ids: &BTreeSet<&str>) -> String {
    let mut shown: Vec<String> = ids.iter().take(SHOWN_IDS).map(|id| format!("`{}`", id.escape_debug())).collect();
    if ids.len() > SHOWN_IDS {
        shown.push(format!("{} more", ids.len() - SHOWN_IDS));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Action;

    fn change(id: &str, classes: &[Class]) -> Change {
        Change { classes: classes.iter().copied().collect(), ..Change::new(id, Action::Update) }
    }

    fn confirmed(texts: &[&str]) -> Confirmations {
        let parsed = texts.iter().map(|text| text.parse::<Confirm>().unwrap());
        parsed.map(|confirm| (confirm.class, confirm.confirmed)).collect()
    }

    fn all(decision: Decision) -> ClassPolicy {
        let decision = Some(decision);
        ClassPolicy {
            cosmetic: decision,
            behaviour: decision,
            access_widened: decision,
            access_narrowed: decision,
            destructive: decision,
        }
    }

    /// A policy that decides one class only.
    fn only(class: Class, decision: Decision) -> ClassPolicy {
        let mut policy = ClassPolicy::default();
        let slot = match class {
            Class::Cosmetic => &mut policy.cosmetic,
            Class::Behaviour => &mut policy.behaviour,
            Class::AccessWidened => &mut policy.access_widened,
            Class::AccessNarrowed => &mut policy.access_narrowed,
            Class::Destructive => &mut policy.destructive,
        };
        *slot = Some(decision);
        policy
    }

    #[test]
    fn what_the_manifest_does_not_name_is_allowed() {
        let changes = [change("a", &Class::ALL)];
        assert_eq!(blockers(&changes, &ClassPolicy::default(), &Confirmations::new()), []);
        assert_eq!(blockers(&changes, &all(Decision::Allow), &Confirmations::new()), []);
    }

    #[test]
    fn each_class_is_decided_by_its_own_key() {
        let changes = Class::ALL.map(|class| change(class.as_str(), &[class]));
        for class in Class::ALL {
            let found = blockers(&changes, &only(class, Decision::Forbid), &Confirmations::new());
            assert_eq!(found.len(), 1, "{class}");
            assert!(found[0].message.contains(&format!("`{class}`")), "{found:?}");
            assert_eq!(found[0].code, "forbidden");
        }
    }

    #[test]
    fn confirming_takes_the_exact_number_or_the_exact_models() {
        let changes = [
            change("a", &[Class::AccessWidened]),
            change("b", &[Class::AccessWidened, Class::Cosmetic]),
            change("c", &[Class::Cosmetic]),
        ];
        let policy = only(Class::AccessWidened, Decision::Confirm);
        for (texts, fine) in [
            (&["access-widened=2"][..], true),
            (&["access-widened=a,b"], true),
            (&["access-widened=b,a"], true),
            (&["access-widened=b,a,b"], true),
            (&[], false),
            (&["access-widened=1"], false),
            (&["access-widened=3"], false),
            (&["access-widened=a"], false),
            (&["access-widened=a,b,c"], false),
            (&["access-widened=a,c"], false),
            (&["cosmetic=2"], false),
        ] {
            let found = blockers(&changes, &policy, &confirmed(texts));
            assert_eq!(found.is_empty(), fine, "{texts:?}: {found:?}");
        }
    }

    #[test]
    fn what_is_forbidden_cannot_be_confirmed() {
        let changes = [change("a", &[Class::Destructive])];
        let policy = only(Class::Destructive, Decision::Forbid);
        for texts in [&["destructive=1"][..], &["destructive=a"]] {
            assert_eq!(blockers(&changes, &policy, &confirmed(texts)).len(), 1);
        }
    }

    #[test]
    fn a_policy_without_its_class_in_the_plan_is_silent() {
        let changes = [change("a", &[Class::Cosmetic]), change("b", &[])];
        let policy = ClassPolicy { cosmetic: None, ..all(Decision::Forbid) };
        assert_eq!(blockers(&changes, &policy, &confirmed(&["destructive=3"])), []);
    }

    #[test]
    fn messages_name_the_models_and_the_way_out() {
        let ids: Vec<Change> = ["a", "b", "c", "d", "e", "f", "g"].map(|id| change(id, &[Class::Destructive])).into();
        let message = |count: usize, decision| {
            let found = blockers(&ids[..count], &only(Class::Destructive, decision), &Confirmations::new());
            format!("{}: {} / {}", found[0].code, found[0].message, found[0].help)
        };
        assert_eq!(
            message(1, Decision::Confirm),
            "unconfirmed: 1 model would be deleted or switched off: `a`, which the manifest wants confirmed / \
             if that is meant, `--confirm destructive=1`"
        );
        assert!(
            message(5, Decision::Confirm)
                .contains("5 models would be deleted or switched off: `a`, `b`, `c`, `d`, `e`, which")
        );
        assert!(message(7, Decision::Confirm).contains("`d`, `e`, 2 more, which"));
        assert_eq!(
            message(2, Decision::Forbid),
            "forbidden: 2 models would be deleted or switched off: `a`, `b`, which the manifest forbids / \
             leave it out; only `destructive` in `[guard.policy]` of the manifest can allow it"
        );
        let said = |class, count| sentence(class, count);
        assert_eq!(said(Class::AccessWidened, 1), "1 model becomes open to more people:");
        assert_eq!(said(Class::AccessWidened, 2), "2 models become open to more people:");
        assert_eq!(said(Class::AccessNarrowed, 1), "1 model becomes closed to some people:");
        assert_eq!(said(Class::Cosmetic, 2), "2 models would look different:");
        assert_eq!(said(Class::Behaviour, 2), "2 models would behave differently:");
    }

    #[test]
    fn how_confirming_is_written() {
        let count = Confirm { class: Class::Destructive, confirmed: Confirmed::Count(0) };
        assert_eq!("destructive=0".parse(), Ok(count));
        let models = Confirmed::Models(["a/b:c", "d=e"].map(str::to_owned).into());
        assert_eq!("cosmetic=a/b:c,d=e".parse(), Ok(Confirm { class: Class::Cosmetic, confirmed: models }));
        for (text, words) in [
            ("destructive", "written as"),
            ("all=3", "is not a class"),
            ("=3", "is not a class"),
            ("destructive=", "empty"),
            ("destructive=a,,b", "empty"),
        ] {
            let message = text.parse::<Confirm>().unwrap_err();
            assert!(message.contains(words), "{text}: {message}");
        }
    }
}
