//! Who may use a model, in one form for both of the server's: a sorted list of `<permission> <principal>` texts.
//!
//! `["read user:*"]` is public, `[]` is private. Write always stands beside read, as the server's own page writes it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::capabilities::AccessForm;

/// Who may do what: `(permission, type, id)`.
pub(super) type Grants = BTreeSet<(String, String, String)>;

/// The canonical form as it lies in a field.
pub(super) fn to_canonical(grants: &Grants) -> Value {
    grants.iter().map(|(permission, kind, id)| json!(format!("{permission} {kind}:{id}"))).collect()
}

/// Reads the canonical form.
pub(super) fn from_canonical(value: Option<&Value>) -> Grants {
    let texts = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    texts
        .filter_map(|text| {
            let (permission, principal) = text.split_once(' ')?;
            let (kind, id) = principal.split_once(':')?;
            Some((permission.to_owned(), kind.to_owned(), id.to_owned()))
        })
        .collect()
}

/// Reads a row: `access_grants` (0.8.0 and newer), else `access_control` (older).
pub(super) fn of_row(row: &Map<String, Value>) -> Grants {
    match row.get("access_grants") {
        Some(Value::Array(grants)) => grants.iter().filter_map(of_grant).collect(),
        Some(_) => Grants::new(),
        None => match row.get("access_control") {
            // In the older form a missing or null value is public.
            Some(Value::Object(control)) => of_control(control),
            Some(_) | None => Grants::from([public()]),
        },
    }
}

/// The form of the row, which is the one to write it in: a server silently ignores the other, and 0.7 and older take that
/// for public. None if the row has neither or both.
pub(super) fn form_of(row: &Map<String, Value>) -> Option<AccessForm> {
    match (row.contains_key("access_control"), row.contains_key("access_grants")) {
        (true, false) => Some(AccessForm::Control),
        (false, true) => Some(AccessForm::Grants),
        (true, true) | (false, false) => None,
    }
}

/// The value of the row's access in that form, as create and update take it.
pub(super) fn to_form(grants: &Grants, form: AccessForm) -> Value {
    match form {
        AccessForm::Control => to_control(grants),
        AccessForm::Grants => to_grants(grants),
    }
}

/// The grant that makes a model public.
pub(super) fn public() -> (String, String, String) {
    ("read".into(), "user".into(), "*".into())
}

fn of_grant(grant: &Value) -> Option<(String, String, String)> {
    let text = |key: &str| grant.get(key).and_then(Value::as_str).map(str::to_owned);
    Some((text("permission")?, text("principal_type")?, text("principal_id")?))
}

fn of_control(control: &Map<String, Value>) -> Grants {
    let mut grants = Grants::new();
    for permission in ["read", "write"] {
        for (key, kind) in [("group_ids", "group"), ("user_ids", "user")] {
            let ids = control.get(permission).and_then(|rule| rule.get(key)).and_then(Value::as_array);
            for id in ids.into_iter().flatten().filter_map(Value::as_str) {
                grants.insert((permission.into(), kind.into(), id.into()));
            }
        }
    }
    grants
}

/// The short form of the newer kind, as create, update and access/update take it.
pub(super) fn to_grants(grants: &Grants) -> Value {
    grants
        .iter()
        .map(|(permission, kind, id)| json!({ "principal_type": kind, "principal_id": id, "permission": permission }))
        .collect()
}

/// The full form, which the sync endpoint insists on; the server makes ids of its own.
pub(super) fn to_full_grants(grants: &Grants, model: &str) -> Value {
    grants
        .iter()
        .map(|(permission, kind, id)| {
            json!({
                "id": "", "resource_type": "model", "resource_id": model,
                "principal_type": kind, "principal_id": id, "permission": permission, "created_at": 0,
            })
        })
        .collect()
}

/// The older form.
pub(super) fn to_control(grants: &Grants) -> Value {
    if grants.contains(&public()) {
        return Value::Null;
    }
    if grants.is_empty() {
        return json!({});
    }
    let ids = |permission: &str, kind: &str| -> Vec<&str> {
        grants.iter().filter(|(p, k, _)| p == permission && k == kind).map(|(_, _, id)| id.as_str()).collect()
    };
    json!({
        "read": { "group_ids": ids("read", "group"), "user_ids": ids("read", "user") },
        "write": { "group_ids": ids("write", "group"), "user_ids": ids("write", "user") },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: Value) -> Map<String, Value> {
        let Value::Object(row) = value else { panic!("{value} is no row") };
        row
    }

    #[test]
    fn both_forms_say_the_same() {
        let grants = json!({ "access_grants": [
            { "principal_type": "group", "principal_id": "g", "permission": "write", "id": "x", "created_at": 1 },
            { "principal_type": "group", "principal_id": "g", "permission": "read" },
            { "principal_type": "user", "principal_id": "u", "permission": "read" },
        ] });
        let control = json!({ "access_control": {
            "read": { "group_ids": ["g"], "user_ids": ["u"] }, "write": { "group_ids": ["g"], "user_ids": [] },
        } });
        let (a, b) = (of_row(&row(grants)), of_row(&row(control.clone())));
        assert_eq!(a, b);
        assert_eq!(to_canonical(&a), json!(["read group:g", "read user:u", "write group:g"]));
        assert_eq!(from_canonical(Some(&to_canonical(&a))), a);
        assert_eq!(to_control(&a), control["access_control"]);
        assert_eq!(of_row(&row(json!({ "access_grants": to_grants(&a) }))), a);
    }

    #[test]
    fn public_and_private() {
        let public = Grants::from([public()]);
        assert_eq!(of_row(&row(json!({ "access_control": null }))), public);
        assert_eq!(of_row(&row(json!({}))), public);
        assert_eq!(of_row(&row(json!({ "access_control": {} }))), Grants::new());
        assert_eq!(of_row(&row(json!({ "access_grants": [] }))), Grants::new());
        assert_eq!(of_row(&row(json!({ "access_grants": null }))), Grants::new());
        assert_eq!((to_control(&public), to_control(&Grants::new())), (Value::Null, json!({})));
    }
}
