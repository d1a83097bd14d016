//! `[guard]` of the manifest: how much, and what, a single apply may change.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// A share of few rows is none at all: this many are always within a percentage that is not 0.
const ALWAYS_WITHIN_A_SHARE: usize = 3;

/// How much, and what, a single apply may change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Guard {
    /// How many models one apply may delete or switch off because their files are gone: a share of the managed models
    /// (`"10%"`, the default; three are always allowed) or a number.
    #[serde(default)]
    pub max_deletes: Option<Limit>,
    /// How many models one apply may update, likewise (default: no limit).
    #[serde(default)]
    pub max_updates: Option<Limit>,
    /// What has to be confirmed, and what is not done at all, by class of change.
    #[serde(default)]
    pub policy: ClassPolicy,
    /// Whether a plan that would leave something dangling, or a model that its readers cannot use, may be applied
    /// (default: `allow`, with a warning).
    #[serde(default)]
    pub concerns: Option<Tolerance>,
}

impl Guard {
    /// This guard where it says something, and `general` where it does not.
    #[must_use]
    pub fn over(&self, general: &Self) -> Self {
        let (own, other) = (&self.policy, &general.policy);
        Self {
            max_deletes: self.max_deletes.or(general.max_deletes),
            max_updates: self.max_updates.or(general.max_updates),
            policy: ClassPolicy {
                cosmetic: own.cosmetic.or(other.cosmetic),
                behaviour: own.behaviour.or(other.behaviour),
                access_widened: own.access_widened.or(other.access_widened),
                access_narrowed: own.access_narrowed.or(other.access_narrowed),
                destructive: own.destructive.or(other.destructive),
            },
            concerns: self.concerns.or(general.concerns),
        }
    }
}

/// What is decided about each class of change. A class that is not named is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClassPolicy {
    /// How a model is shown: its name, description, picture, tags, suggestions.
    #[serde(default)]
    pub cosmetic: Option<Decision>,
    /// What a model does: its base, prompt, parameters, capabilities, tools, knowledge.
    #[serde(default)]
    pub behaviour: Option<Decision>,
    /// Somebody may use or edit a model who could not before.
    #[serde(default)]
    pub access_widened: Option<Decision>,
    /// Somebody may no longer use or edit a model.
    #[serde(default)]
    pub access_narrowed: Option<Decision>,
    /// A model is deleted or switched off.
    #[serde(default)]
    pub destructive: Option<Decision>,
}

/// What is decided about a class of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It is applied like any other.
    Allow,
    /// It is applied if `--confirm` names the number of the models, or the models.
    Confirm,
    /// It is not applied; only the manifest can change that.
    Forbid,
}

/// Whether something questionable may be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tolerance {
    /// It may, with a warning.
    Allow,
    /// It may not.
    Forbid,
}

/// A limit: a share of the managed models, or a number of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `"10%"`
    Share(Percent),
    /// `5`
    Count(usize),
}

impl Limit {
    /// How many of `managed` models are within the limit. A share, rounded down, is at least three, so that a small
    /// workspace can be worked on; `0%` is none.
    #[must_use]
    pub fn of(self, managed: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Share(Percent(0)) => 0,
            Self::Share(share) => share.of(managed).max(ALWAYS_WITHIN_A_SHARE),
        }
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = Limit;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a percentage such as \"10%\", or a number of models such as 5")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Limit, E> {
                let number = text.strip_suffix('%').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
                let share = number.and_then(|digits| digits.parse::<u8>().ok()).filter(|&share| share <= 100);
                share.map(|share| Limit::Share(Percent(share))).ok_or_else(|| {
                    E::custom(format!(
                        "`{text}` is not a percentage; write it as \"10%\", from 0 to 100, or give a number of models such as 5"
                    ))
                })
            }

            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Limit, E> {
                usize::try_from(number)
                    .map(Limit::Count)
                    .map_err(|_| E::custom(format!("`{number}` is not a number of models; give 0 or more")))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A share of the managed models, written as `\"10%\"`, or a number of models.",
            "anyOf": [
                { "type": "string", "pattern": "^(100|[0-9]{1,2})%$" },
                { "type": "integer", "minimum": 0 }
            ]
        })
    }
}

/// A share in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent(pub u8);

impl Percent {
    /// How many of `total` it is, rounded down.
    #[must_use]
    pub fn of(self, total: usize) -> usize {
        total * usize::from(self.0) / 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Holder {
        limit: Limit,
    }

    fn limit(text: &str) -> Result<Limit, String> {
        toml::from_str::<Holder>(&format!("limit = {text}"))
            .map(|holder| holder.limit)
            .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn limits_are_shares_or_numbers() {
        for (text, expected) in [
            ("\"0%\"", Limit::Share(Percent(0))),
            ("\"10%\"", Limit::Share(Percent(10))),
            ("\"100%\"", Limit::Share(Percent(100))),
            ("0", Limit::Count(0)),
            ("5", Limit::Count(5)),
        ] {
            assert_eq!(limit(text), Ok(expected), "{text}");
        }
        for (text, words) in [
            ("\"101%\"", "not a percentage"),
            ("\"10\"", "not a percentage"),
            ("\"%\"", "not a percentage"),
            ("\"+5%\"", "not a percentage"),
            ("\"-5%\"", "not a percentage"),
            ("\"1.5%\"", "not a percentage"),
            ("-1", "give 0 or more"),
            ("1.5", "a percentage such as \"10%\", or a number of models"),
            ("true", "a percentage such as"),
        ] {
            let message = limit(text).expect_err(text);
            assert!(message.contains(words), "{text}: {message}");
        }
    }

    #[test]
    fn how_many_a_limit_allows() {
        let share = |share| Limit::Share(Percent(share));
        for (limit, managed, expected) in [
            (share(10), 0, 3),
            (share(10), 39, 3),
            (share(10), 40, 4),
            (share(10), 49, 4),
            (share(10), 50, 5),
            (share(1), 100, 3),
            (share(1), 400, 4),
            (share(100), 7, 7),
            (share(0), 1000, 0),
            (share(0), 2, 0),
            (Limit::Count(0), 1000, 0),
            (Limit::Count(1), 2, 1),
            (Limit::Count(5), 2, 5),
        ] {
            assert_eq!(limit.of(managed), expected, "{limit:?} of {managed}");
        }
    }

    #[test]
    fn a_remote_s_guard_wins_key_by_key() {
        let general = Guard {
            max_deletes: Some(Limit::Count(1)),
            max_updates: Some(Limit::Count(2)),
            policy: ClassPolicy {
                cosmetic: Some(Decision::Confirm),
                behaviour: Some(Decision::Confirm),
                access_widened: Some(Decision::Confirm),
                access_narrowed: Some(Decision::Confirm),
                destructive: Some(Decision::Confirm),
            },
            concerns: Some(Tolerance::Forbid),
        };
        assert_eq!(Guard::default().over(&general), general);
        assert_eq!(general.over(&Guard::default()), general);
        let own = Guard {
            max_deletes: Some(Limit::Count(3)),
            max_updates: Some(Limit::Count(4)),
            policy: ClassPolicy {
                cosmetic: Some(Decision::Forbid),
                behaviour: Some(Decision::Allow),
                access_widened: Some(Decision::Forbid),
                access_narrowed: Some(Decision::Allow),
                destructive: Some(Decision::Forbid),
            },
            concerns: Some(Tolerance::Allow),
        };
        assert_eq!(own.over(&general), own);
        let partly = Guard {
            policy: ClassPolicy { destructive: Some(Decision::Allow), ..ClassPolicy::default() },
            ..Guard::default()
        };
        let merged = partly.over(&general);
        assert_eq!(merged.policy.destructive, Some(Decision::Allow));
        assert_eq!((merged.policy.cosmetic, merged.max_deletes), (Some(Decision::Confirm), Some(Limit::Count(1))));
    }
}
