//! The client's methods, as a program that uses the library calls them.

use maquette::remote::Error;
use maquette::remote::open_webui::{Client, Search, Single, View, capabilities};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::server::{Access, OPEN_BASE, Server, each_version, exclusive_of};

fn client(server: &Server) -> Client {
    Client::new(&server.url.parse().unwrap(), SecretString::from(server.admin.token.clone()), 30).unwrap()
}

/// A complete row, closed to everybody.
fn row(server: &Server, id: &str, name: &str) -> Value {
    let mut row = json!({"id": id, "base_model_id": OPEN_BASE, "name": name, "params": {"temperature": 0.1},
        "meta": {"tags": [{"name": "of the library"}]}, "is_active": true});
    match server.version.access {
        Access::Control => row["access_control"] = json!({}),
        Access::Grants | Access::GrantsApart => row["access_grants"] = json!([]),
    }
    row
}

#[test]
fn every_endpoint_does_what_its_comment_says() {
    each_version(|version| {
        let server = exclusive_of(version);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(calls(&server));
    });
}

/// A row as the server has it.
async fn stored(client: &Client, known: &capabilities::Capabilities, id: &str) -> Value {
    match client.model(id, known).await {
        Ok(Single::Row(row)) => row,
        other => panic!("{id}: {other:?}"),
    }
}

async fn calls(server: &Server) {
    let (client, version) = (client(server), server.version);
    let known = capabilities::of(version.number).unwrap();
    let greeting = client.greeting().await.unwrap();
    assert_eq!(greeting.version, client.version().await.unwrap());
    assert!(greeting.clock.is_some_and(|(skew, _)| skew.as_secs() < 30), "{greeting:?}");
    match client.account().await {
        Ok(account) => assert_eq!((&*account.role, &*account.email), ("admin", server.admin.email)),
        Err(error) => assert!(version.has_history(), "{}: {error}", version.name),
    }

    let made = client.create(&row(server, "lib", "Lib")).await.unwrap();
    assert_eq!([&made["id"], &made["user_id"]], [&json!("lib"), &json!(server.admin.id)]);
    assert!(matches!(client.create(&made).await, Err(Error::Refused { status: 401, .. })), "the id is taken");
    assert!(client.tags().await.unwrap().contains(&json!("of the library")));
    assert_eq!(client.base_tags().await.is_ok(), version.minor() >= 10, "{}", version.name);
    for search in [
        Search { text: Some("Lib"), ..Search::default() },
        Search { view: Some(View::Created), ..Search::default() },
        Search { tag: Some("of the library"), ..Search::default() },
    ] {
        let found = client.search(&search).await.unwrap();
        assert_eq!(found.iter().map(|row| &row["id"]).collect::<Vec<_>>(), ["lib"], "{}: {search:?}", version.name);
    }

    assert_eq!(client.update("lib", &row(server, "lib", "Two")).await.unwrap()["name"], "Two");
    if version.has_history() {
        let versions = client.history("lib", 1).await.unwrap();
        assert_eq!(versions.len(), 2);
        let current = stored(&client, known, "lib").await["version_id"].clone();
        let first = versions.iter().find(|version| version["id"] != current).unwrap()["id"].as_str().unwrap();
        assert_eq!(client.history_entry("lib", first).await.unwrap()["snapshot"]["name"], "Lib");
        assert_eq!(client.set_version("lib", first).await.unwrap()["name"], "Lib");
    }
    for expected in [false, true] {
        client.toggle("lib").await.unwrap();
        assert_eq!(stored(&client, known, "lib").await["is_active"], expected);
    }
    if version.access != Access::Control {
        let everybody = json!([{"principal_type": "user", "principal_id": "*", "permission": "read"}]);
        client.set_access("lib", &everybody).await.unwrap();
        assert_eq!(stored(&client, known, "lib").await["access_grants"][0]["principal_id"], "*");
    }
    assert_eq!(client.import(&[row(server, "lib-2", "Other")]).await.unwrap(), true);
    for id in ["lib", "lib-2"] {
        assert!(matches!(client.model(id, known).await, Ok(Single::Row(_))), "{id}");
        assert_eq!(client.delete(id).await.unwrap(), true);
        assert!(matches!(client.model(id, known).await, Ok(Single::Absent)), "{id}");
    }
    assert!(client.unload(OPEN_BASE).await.is_err(), "no Ollama is connected");
}
