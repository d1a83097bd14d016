//! Who may use a model that builds on another one of the workspace: whoever may, gets its prompt, tools and knowledge too.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::ir::{AccessRule, Principal};
use crate::state::{Base, Field, ModelIntent, Wanted};

/// Reports a model that lets in people whom the model below it keeps out. It is looked at before anything is inherited.
pub(super) fn compare(model: &ModelIntent, models: &IndexMap<String, ModelIntent>, findings: &mut Vec<Diagnostic>) {
    let Base::On(from) = &model.base else { return };
    let Some(base) = models.get(&from.value).filter(|base| base.id.value != model.id.value) else { return };
    let (Some(own), Some(below)) = (model.fields.get(&Field::Access), base.fields.get(&Field::Access)) else { return };
    let (Wanted::Access(own_rules), Wanted::Access(base_rules)) = (&own.value, &below.value) else { return };
    let Some(who) = wider(own_rules, base_rules) else { return };
    let (id, below_id) = (&model.id.value, &from.value);
    // A base model's own row hands nothing down but itself.
    let message = match base.base {
        Base::On(_) => format!("{who} may use `{id}`, and not `{below_id}`, whose prompt and knowledge it has"),
        Base::Own => format!("{who} may use `{id}`, and not its base model `{below_id}`"),
    };
    findings.push(
        Diagnostic::new("access-wider-than-base", own.location, message)
            .also(below.location, format!("this is who may use `{}`", from.value))
            .help("let in the same people, or take what is not for everybody out of the model below"),
    );
}

/// Somebody whom `own` lets in and `base` does not, as far as names tell: a person may be in any group.
fn wider(own: &[AccessRule], base: &[AccessRule]) -> Option<String> {
    let is_public = |rules: &[AccessRule]| rules.contains(&AccessRule::Public);
    if is_public(base) {
        return None;
    }
    if is_public(own) {
        return Some("everybody".to_owned());
    }
    let below: BTreeSet<&Principal> = principals(base).collect();
    let has_groups = below.iter().any(|who| is_group(who));
    let stranger = principals(own).find(|who| !below.contains(who) && (is_group(who) || !has_groups))?;
    Some(match stranger {
        Principal::Group(name) => format!("the group `{name}`"),
        Principal::GroupId(id) => format!("the group with the id `{id}`"),
        Principal::User(address) => format!("`{address}`"),
        Principal::UserId(id) => format!("the person with the id `{id}`"),
    })
}

fn is_group(who: &Principal) -> bool {
    matches!(who, Principal::Group(_) | Principal::GroupId(_))
}

fn principals(rules: &[AccessRule]) -> impl Iterator<Item = &Principal> {
    rules
        .iter()
        .flat_map(|rule| match rule {
            AccessRule::Grant { principals, .. } => principals.as_slice(),
            AccessRule::Public | AccessRule::Private => &[],
        })
        .map(|who| &who.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Level;
    use crate::source::{Located, Location, SourceFile, Sources, Span};

    /// `public`, `private`, or names; `g:` marks a group.
    fn rules(text: &str) -> Vec<AccessRule> {
        let id = Sources::new().add(SourceFile::new("Modelfile".into(), b""));
        let principals = || {
            text.split(' ').map(|name| match name.strip_prefix("g:") {
                Some(group) => Principal::Group(group.to_owned()),
                None => Principal::User(name.to_owned()),
            })
        };
        vec![match text {
            "public" => AccessRule::Public,
            "private" => AccessRule::Private,
            _ => AccessRule::Grant {
                level: Level::Read,
                principals: principals().map(|who| Located::new(who, Location::new(id, Span::at(0)))).collect(),
            },
        }]
    }

    #[test]
    fn somebody_who_may_use_the_upper_model_only_is_named() {
        let cases = [
            ("public", "private", "everybody"),
            ("public", "g:a", "everybody"),
            ("public", "public", ""),
            ("private", "g:a", ""),
            ("g:a", "public", ""),
            ("g:a", "g:a g:b", ""),
            ("g:a g:b", "g:a", "the group `b`"),
            ("g:a", "private", "the group `a`"),
            ("x@y.z", "private", "`x@y.z`"),
            // A person may be in the group.
            ("x@y.z", "g:a", ""),
            ("x@y.z", "v@y.z", "`x@y.z`"),
        ];
        for (own, base, expected) in cases {
            assert_eq!(wider(&rules(own), &rules(base)).unwrap_or_default(), expected, "{own} over {base}");
        }
    }
}
