//! Ids become names and values take the words of files: the way back of [`bind`](super::bind()). Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::bind::NameMaps;
use crate::ir::{KnowledgeItem, KnowledgeKind, Principal, parameter};
use crate::state::{Audience, Catalogue, Field, ObservedRow, Phrase, ReferenceKind, Unbound};

/// What files would say of these rows.
#[must_use]
pub fn unbind(rows: &[&ObservedRow], catalogue: &Catalogue, names: &NameMaps) -> Vec<Unbound> {
    let lexicon = Lexicon::new(catalogue, names);
    rows.iter().map(|row| lexicon.row(row)).collect()
}

/// The kinds of names that help to say these rows.
pub(super) fn kinds(rows: &[&ObservedRow]) -> Vec<ReferenceKind> {
    use ReferenceKind::{Action, Base, File, Filter, Group, Knowledge, Note, Skill, Tool, User};
    let has = |key: &'static str| rows.iter().any(|row| row.get(&Field::Meta(key.into())).is_some());
    let knows = |kind: &str| {
        let items = rows.iter().filter_map(|row| row.get(&Field::Meta("knowledge".into()))?.as_array());
        items.flatten().any(|item| item.get("type").is_some_and(|is| is == kind))
    };
    let grants = |kind: &str| {
        let texts =
            rows.iter().filter_map(|row| row.get(&Field::Access)?.as_array()).flatten().filter_map(Value::as_str);
        texts.into_iter().any(|text| text.contains(&format!(" {kind}:")) && !text.ends_with(" user:*"))
    };
    let wanted = [
        (Base, !rows.is_empty()),
        (Group, grants("group")),
        (User, grants("user")),
        (Knowledge, knows("collection")),
        (File, knows("file")),
        (Note, knows("note")),
        (Tool, has("toolIds")),
        (Filter, has("filterIds")),
        (Action, has("actionIds")),
        (Skill, has("skillIds")),
    ];
    wanted.into_iter().filter_map(|(kind, wanted)| wanted.then_some(kind)).collect()
}

/// What things of a kind are called.
#[derive(Default)]
struct Names<'a> {
    /// The name of each id, where no other thing has that name or that id.
    by_id: HashMap<&'a str, &'a str>,
    /// What files call a name that differs on this remote.
    in_files: HashMap<&'a str, &'a str>,
}

struct Lexicon<'a> {
    names: BTreeMap<ReferenceKind, Names<'a>>,
}

impl<'a> Lexicon<'a> {
    fn new(catalogue: &'a Catalogue, maps: &'a NameMaps) -> Self {
        let mut names: BTreeMap<ReferenceKind, Names<'a>> = BTreeMap::new();
        for (kind, entries) in &catalogue.entries {
            let mut count: HashMap<&str, usize> = HashMap::new();
            for entry in entries {
                *count.entry(&entry.name).or_default() += 1;
            }
            let ids: HashSet<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
            let clear = entries.iter().filter(|entry| {
                let name = entry.name.as_str();
                !name.trim().is_empty() && count.get(name) == Some(&1) && (name == entry.id || !ids.contains(name))
            });
            let by_id = clear.map(|entry| (entry.id.as_str(), entry.name.as_str())).collect();
            names.entry(*kind).or_default().by_id = by_id;
        }
        for (kind, map) in maps {
            // Of several names for the same thing the first one does.
            let in_files = map.iter().rev().map(|(name, here)| (here.as_str(), name.as_str())).collect();
            names.entry(*kind).or_default().in_files = in_files;
        }
        Self { names }
    }

    /// What files call the thing that is known here by `name`.
    fn in_files(&self, kind: ReferenceKind, name: &str) -> Option<&'a str> {
        self.names.get(&kind)?.in_files.get(name).copied()
    }

    /// The name of the thing with that id, as files have it.
    fn name(&self, kind: ReferenceKind, id: &str) -> Option<&'a str> {
        let here = self.names.get(&kind)?.by_id.get(id).copied()?;
        Some(self.in_files(kind, here).unwrap_or(here))
    }

    /// The ways of saying an id of a kind that goes by id.
    fn id(&self, kind: ReferenceKind, id: &str) -> Vec<String> {
        let mapped = self.in_files(kind, id).map(str::to_owned);
        mapped.into_iter().chain([id.to_owned()]).collect()
    }

    fn row(&self, row: &ObservedRow) -> Unbound {
        let base = row.get(&Field::Base).and_then(Value::as_str).map(|base| self.id(ReferenceKind::Base, base));
        let fields = row.fields.iter().filter(|(field, _)| **field != Field::Base);
        Unbound { base, fields: fields.map(|(field, value)| (field.clone(), self.phrases(field, value))).collect() }
    }

    fn phrases(&self, field: &Field, value: &Value) -> Vec<Phrase> {
        match field {
            Field::Param(key) => {
                parameter_name(key).map(|name| Phrase::Parameter(name.to_owned(), value.clone())).into_iter().collect()
            }
            Field::Access => self.access(value).into_iter().map(Phrase::Access).collect(),
            Field::Meta(key) => match (key.as_ref(), value.as_array()) {
                ("knowledge", Some(items)) => self.knowledge(items),
                (key, Some(ids)) => match reference_kind(key) {
                    Some(kind) => self.ids(kind, ids),
                    None => vec![Phrase::Json(value.clone())],
                },
                _ => vec![Phrase::Json(value.clone())],
            },
            Field::Base | Field::Name | Field::Active | Field::System | Field::Capability(_) | Field::Part(_) => {
                vec![Phrase::Json(value.clone())]
            }
        }
    }

    fn ids(&self, kind: ReferenceKind, ids: &[Value]) -> Vec<Phrase> {
        let said = ids.iter().map(|id| match id.as_str().and_then(|id| self.in_files(kind, id)) {
            Some(name) => Value::from(name),
            None => id.clone(),
        });
        let said: Vec<Value> = said.collect();
        if said == ids {
            vec![Phrase::Json(said.into())]
        } else {
            vec![Phrase::Json(said.into()), Phrase::Json(ids.into())]
        }
    }

    /// The audience by name, and by id.
    fn access(&self, value: &Value) -> Vec<Audience> {
        let Some(grants) = value.as_array() else { return Vec::new() };
        if grants.is_empty() {
            return vec![Audience::Private];
        }
        let mut levels: BTreeMap<(&str, &str), [bool; 2]> = BTreeMap::new();
        for grant in grants {
            let parsed = grant.as_str().and_then(|text| text.split_once(' '));
            let Some((permission, (kind, id))) =
                parsed.and_then(|(permission, of)| Some((permission, of.split_once(':')?)))
            else {
                return Vec::new();
            };
            let [read, write] = levels.entry((kind, id)).or_default();
            match permission {
                "read" => *read = true,
                "write" => *write = true,
                _ => return Vec::new(),
            }
        }
        if levels.len() == 1 && levels.get(&("user", "*")) == Some(&[true, false]) {
            return vec![Audience::Public];
        }
        let by_name = self.audience(&levels, true);
        let by_id = self.audience(&levels, false).filter(|by_id| by_name.as_ref() != Some(by_id));
        by_name.into_iter().chain(by_id).collect()
    }

    /// None where files cannot say it: they cannot let somebody write who may not read, nor anybody but groups and people.
    fn audience(&self, levels: &BTreeMap<(&str, &str), [bool; 2]>, by_name: bool) -> Option<Audience> {
        let (mut readers, mut writers) = (Vec::new(), Vec::new());
        for ((kind, id), level) in levels {
            let name = |kind| if by_name { self.name(kind, id).map(str::to_owned) } else { None };
            let principal = match *kind {
                "group" => {
                    name(ReferenceKind::Group).map_or_else(|| Principal::GroupId((*id).to_owned()), Principal::Group)
                }
                "user" => {
                    name(ReferenceKind::User).map_or_else(|| Principal::UserId((*id).to_owned()), Principal::User)
                }
                _ => return None,
            };
            match level {
                [true, false] => readers.push(principal),
                [true, true] => writers.push(principal),
                [false, _] => return None,
            }
        }
        for principals in [&mut readers, &mut writers] {
            principals.sort();
        }
        Some(Audience::Some { read: readers, write: writers })
    }

    /// The items by name, and by id. Items of before 0.4 have no id, and files cannot say them.
    fn knowledge(&self, items: &[Value]) -> Vec<Phrase> {
        let said = |by_name: bool| -> Option<Vec<KnowledgeItem>> {
            items.iter().map(|item| self.item(item, by_name)).collect()
        };
        let by_name = said(true);
        let by_id = said(false).filter(|by_id| by_name.as_ref() != Some(by_id));
        by_name.into_iter().chain(by_id).map(Phrase::Knowledge).collect()
    }

    fn item(&self, item: &Value, by_name: bool) -> Option<KnowledgeItem> {
        let text = |key: &str| item.get(key).and_then(Value::as_str);
        let (kind, of) = match text("type")? {
            "collection" => (KnowledgeKind::Collection, ReferenceKind::Knowledge),
            "file" => (KnowledgeKind::File, ReferenceKind::File),
            "note" => (KnowledgeKind::Note, ReferenceKind::Note),
            _ => return None,
        };
        let id = text("id")?;
        let name = self.name(of, id).filter(|_| by_name).unwrap_or(id);
        let known = item.as_object()?.keys().all(|key| matches!(key.as_str(), "type" | "id" | "context"));
        known.then(|| KnowledgeItem { kind, name: name.to_owned(), full: text("context") == Some("full") })
    }
}

/// The name of a parameter in files, by its key on the server. None where files call another one so, or mean it for another
/// server.
fn parameter_name(key: &str) -> Option<&str> {
    match parameter::ALL.iter().find(|row| row.open_webui == Some(key)) {
        Some(row) => Some(row.name),
        None => parameter::find(key).is_none().then_some(key),
    }
}

fn reference_kind(key: &str) -> Option<ReferenceKind> {
    Some(match key {
        "toolIds" => ReferenceKind::Tool,
        "filterIds" => ReferenceKind::Filter,
        "actionIds" => ReferenceKind::Action,
        "skillIds" => ReferenceKind::Skill,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::state::Entry;

    fn catalogue() -> Catalogue {
        let entries = |pairs: &[(&str, &str)]| -> Vec<Entry> {
            pairs.iter().map(|(id, name)| Entry { id: (*id).into(), name: (*name).into(), kind: None }).collect()
        };
        Catalogue {
            entries: BTreeMap::from([
                (ReferenceKind::Group, entries(&[("g1", "Support"), ("g2", "Twins"), ("g3", "Twins"), ("g4", "SSO")])),
                (ReferenceKind::User, entries(&[("u1", "ann@example.com")])),
                (ReferenceKind::Knowledge, entries(&[("k1", "Handbook"), ("k2", "k1"), ("k3", " ")])),
            ]),
        }
    }

    fn said(field: &Field, value: Value) -> Vec<Phrase> {
        let maps = NameMaps::from([(ReferenceKind::Group, BTreeMap::from([("EMEA".to_owned(), "SSO".to_owned())]))]);
        let row = ObservedRow {
            id: "a".into(),
            fields: [(field.clone(), value)].into(),
            mark: None,
            owner: None,
            raw: Value::Null,
        };
        unbind(&[&row], &catalogue(), &maps).remove(0).fields.remove(field).unwrap_or_default()
    }

    #[test]
    fn an_audience_is_named_where_its_name_is_clear() {
        use Principal::{Group, GroupId, User, UserId};
        let access = |grants: &[&str]| said(&Field::Access, json!(grants));
        let some = |read: &[Principal], write: &[Principal]| {
            Phrase::Access(Audience::Some { read: read.to_vec(), write: write.to_vec() })
        };
        assert_eq!(access(&[]), [Phrase::Access(Audience::Private)]);
        assert_eq!(access(&["read user:*"]), [Phrase::Access(Audience::Public)]);
        assert_eq!(
            access(&["read group:g1", "read group:g4", "read user:u1", "write group:g1"]),
            [
                some(&[Group("EMEA".into()), User("ann@example.com".into())], &[Group("Support".into())]),
                some(&[GroupId("g4".into()), UserId("u1".into())], &[GroupId("g1".into())]),
            ]
        );
        assert_eq!(
            access(&["read group:g2", "read group:gone", "read user:*"]),
            [some(&[GroupId("g2".into()), GroupId("gone".into()), UserId("*".into())], &[])]
        );
        assert_eq!(access(&["write group:g1"]), []);
        assert_eq!(access(&["read anyone:*"]), []);
    }

    #[test]
    fn knowledge_is_named_where_its_name_is_no_id() {
        let items = |names: &[&str]| -> Phrase {
            let item =
                |name: &&str| KnowledgeItem { kind: KnowledgeKind::Collection, name: (*name).into(), full: false };
            Phrase::Knowledge(names.iter().map(item).collect())
        };
        let knowledge = |ids: &[&str]| -> Vec<Phrase> {
            let items: Value = ids.iter().map(|id| json!({ "type": "collection", "id": id })).collect();
            said(&Field::Meta("knowledge".into()), items)
        };
        assert_eq!(knowledge(&["k1", "gone"]), [items(&["Handbook", "gone"]), items(&["k1", "gone"])]);
        assert_eq!(knowledge(&["k2", "k3"]), [items(&["k2", "k3"])]);
        assert_eq!(said(&Field::Meta("knowledge".into()), json!([{ "collection_name": "old", "legacy": true }])), []);
    }

    #[test]
    fn parameters_have_the_names_of_files() {
        let name = |key: &'static str| match said(&Field::Param(key.into()), json!(1)).as_slice() {
            [Phrase::Parameter(name, _)] => Some(name.clone()),
            _ => None,
        };
        assert_eq!(name("max_tokens").as_deref(), Some("num_predict"));
        assert_eq!(name("temperature").as_deref(), Some("temperature"));
        assert_eq!(name("of_somebody").as_deref(), Some("of_somebody"));
        assert_eq!(name("num_predict"), None, "a file's `num_predict` is `max_tokens` there");
        assert_eq!(name("typical_p"), None, "open webui has no such parameter, and a file's would be ollama's");
    }
}
