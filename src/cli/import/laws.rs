//! After an import the files mean what the rows are: told by reading them again.

use std::sync::Arc;

use clap::Parser;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::diagnostic::Severity;
use crate::remote::file::{FileRemote, read_export};
use crate::state::Observed;
use crate::workspace::Workspace;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

/// A workspace, and rows that are imported into it.
struct World {
    folder: tempfile::TempDir,
    project: Project,
    scene: Scene,
}

impl World {
    fn new(rows: &Value) -> Self {
        Self::with_manifest(rows, "")
    }

    fn with_manifest(rows: &Value, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let manifest = format!(
            "[workspace]\nname = \"t\"\nid = \"0123456789abcdef\"\nmodels = [\"models/**/*.Modelfile\"]\n{more}\
             [remotes.local]\nkind = \"file\"\npath = \"export.json\"\n"
        );
        std::fs::write(folder.path().join("maquette.toml"), manifest).unwrap();
        let project = project::load(Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        let scene = Self::scene(rows);
        Self { folder, project, scene }
    }

    fn scene(rows: &Value) -> Scene {
        let rows = read_export(rows.to_string().as_bytes()).unwrap();
        let rows = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        Scene {
            name: "local".to_owned(),
            origin: Some("file:export.json".to_owned()),
            remote: Arc::new(FileRemote::detached()),
            observed: Observed { rows, ..Observed::default() },
        }
    }

    fn import(&self, line: &[&str]) -> Outcome {
        let line = Line::parse_from(std::iter::once(&"import").chain(line));
        let outcome =
            import(&line.arguments, &self.project, &self.scene).unwrap_or_else(|failure| panic!("{failure:?}"));
        if !line.arguments.previews() {
            outcome.write(&self.project).unwrap();
        }
        outcome
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    /// What a plan would find to change, but for marks; and what keeps it from being made.
    fn differences(&self) -> Vec<String> {
        let workspace = Workspace::with_more(self.project.clone(), BTreeMap::new(), &[]).unwrap();
        let (intent, mut findings) = workspace.intent("local").unwrap();
        findings.extend(workspace.findings(None, Some(&["local".to_owned()])).unwrap());
        let (desired, bound) = self.scene.remote.bind(&intent, &self.scene.observed);
        findings.extend(bound);
        workspace.grade(&mut findings);
        let errors = findings.into_iter().filter(|finding| finding.severity == Severity::Error);
        let mut all: Vec<String> = errors.map(|finding| format!("{}: {}", finding.rule, finding.message)).collect();
        for (id, row) in &desired.rows {
            let found = &self.scene.observed.rows[id];
            let other = row.fields.iter().filter(|(field, value)| value.as_ref() != found.get(field));
            all.extend(other.map(|(field, value)| format!("{id}: {field} is {value:?}, not {:?}", found.get(field))));
        }
        all
    }

    /// The law, with what was left out and skipped.
    fn obeys(&self, line: &[&str]) -> Outcome {
        let outcome = self.import(line);
        assert_eq!(self.differences(), [] as [String; 0]);
        let again = self.import(line);
        assert!(again.is_settled(), "{:?}", again.models);
        assert!(
            again.models.iter().all(|model| matches!(model.fate, Fate::Unchanged | Fate::Skipped)),
            "{:?}",
            again.models
        );
        outcome
    }
}

fn row(id: &str, more: &Value) -> Value {
    let mut row = json!({
        "id": id, "user_id": "u", "base_model_id": "llama3.2:3b", "name": id, "params": {}, "meta": {},
        "access_grants": [], "is_active": true, "updated_at": 1, "created_at": 1,
    });
    let map = row.as_object_mut().unwrap();
    map.extend(more.as_object().unwrap().clone());
    row
}

/// A one-pixel image.
const GIF: &str = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACADs=";

#[test]
fn a_file_is_what_a_person_would_have_written() {
    let world = World::new(&json!([row(
        "support",
        &json!({
            "name": "Support bot",
            "params": {
                "system": "You help.\nBe \"kind\".", "temperature": 0.3, "max_tokens": 512, "stop": ["END", "### Instruction"],
                "function_calling": "native", "custom_params": {"a": "1"}, "of_nobody": 5,
            },
            "meta": {
                "profile_image_url": GIF, "description": "Helps people\nwho ask", "tags": [{"name": "By hand"}, {"name": "a, b"}],
                "capabilities": {"vision": false, "usage": true, "citations": true}, "toolIds": ["clock", "server:0"],
                "suggestion_prompts": [{"content": "What now?"}, {"content": "Why?", "title": ["Ask", "why"]}],
                "knowledge": [{"id": "k1", "type": "collection", "name": "HR"}, {"id": "f1", "type": "file", "context": "full"}],
                "hidden": true, "theme": {"color": "red", "of": [1, null]},
            },
            "access_grants": [
                {"principal_type": "group", "principal_id": "g1", "permission": "read"},
                {"principal_type": "user", "principal_id": "u1", "permission": "read"},
                {"principal_type": "user", "principal_id": "u1", "permission": "write"},
            ],
            "is_active": false,
        })
    )]));
    let outcome = world.obeys(&[]);
    assert_eq!(outcome.models[0].left_out, [] as [&str; 0]);
    insta::assert_snapshot!(world.text("models/support.Modelfile"), @r####"
    FROM llama3.2:3b
    NAME Support bot
    DESCRIPTION """Helps people
    who ask"""
    TAGS By hand, "a, b"
    AVATAR avatars/support.gif
    HIDDEN true
    ACTIVE false
    ACCESS read group-id:g1
    ACCESS write user-id:u1

    PARAMETER custom_params {"a": "1"}
    PARAMETER function_calling native
    PARAMETER num_predict 512
    # maquette: allow unknown-parameter
    PARAMETER of_nobody 5
    PARAMETER stop END
    PARAMETER stop "### Instruction"
    PARAMETER temperature 0.3

    TOOLS clock, server:0
    KNOWLEDGE k1
    KNOWLEDGE full file:f1
    CAPABILITIES usage, -vision

    SUGGESTION What now?
    SUGGESTION "Ask" "why" "Why?"
    META theme {"color": "red", "of": [1, null]}

    SYSTEM """You help.
    Be "kind"."""
    "####);
    let claims = world.text("maquette.claims");
    let claim = claims.lines().last().unwrap().split_once(' ').unwrap();
    assert_eq!((claim.0.len(), claim.1), (24, "support file:export.json"));
    assert!(world.folder.path().join("models/avatars/support.gif").is_file());
}

#[test]
fn nothing_that_can_be_said_is_lost() {
    let system = |text: &str| json!({ "params": { "system": text } });
    let meta = |meta: Value| json!({ "meta": meta });
    let params = |params: Value| json!({ "params": params });
    let access = |grants: &[&str]| {
        let grant = |text: &&str| {
            let mut parts = text.split(' ');
            let mut next = || parts.next().unwrap();
            json!({"permission": next(), "principal_type": next(), "principal_id": next()})
        };
        json!({ "access_grants": grants.iter().map(grant).collect::<Vec<_>>() })
    };
    let cases = [
        ("quotes", system("a\"\"\"\nb")),
        ("crlf", system("a\r\nb\r\n")),
        ("blank-edges", system("  a \n b  \n\n")),
        ("quote-first", system("\"\"\"a")),
        ("one-quote", system("\"")),
        ("dropped", system("a\u{200b}b\u{a0}c\u{7}")),
        ("comment", system("# not a comment")),
        ("directive", system("a\nFROM b\nNAME c")),
        ("reference", system("${name} and $${name} and ${other}")),
        ("jinja", system("{{ .System }} {% if x %}")),
        ("from-blank", json!({ "base_model_id": "a model # 1" })),
        ("from-dropped", json!({ "base_model_id": "a\u{200b}b" })),
        ("override", json!({ "base_model_id": null })),
        ("name-control", json!({ "name": "a\u{1b}[31m\nb\u{0}" })),
        ("name-quotes", json!({ "name": "\"Best\" #1 bot, 'really'" })),
        ("name-blank", json!({ "name": " " })),
        ("description", meta(json!({ "description": "\n\n\"\"\"\n${name}\t" }))),
        (
            "tags",
            meta(
                json!({ "tags": [{"name": " a "}, {"name": "-b"}, {"name": "c\nd"}, {"name": "full"}, {"name": "x:\"y\""}] }),
            ),
        ),
        (
            "switches",
            meta(json!({ "capabilities": {"-odd": false, "a b": true, "x,y": false, "é\"": true, "vision": false} })),
        ),
        ("tools", meta(json!({ "toolIds": ["a,b", "server:mcp:x", "\"", " "] }))),
        ("default-filters", meta(json!({ "defaultFilterIds": ["b", "a"] }))),
        ("features", meta(json!({ "defaultFeatureIds": ["web_search", "of_tomorrow"] }))),
        (
            "suggestions",
            meta(json!({ "suggestion_prompts": [{"content": "\"a\" b"}, {"content": "x\ny", "title": ["", "t"]}] })),
        ),
        (
            "knowledge",
            meta(json!({ "knowledge": [
            {"id": "full", "type": "collection"}, {"id": "full x", "type": "collection", "context": "full"},
            {"id": "file:x", "type": "collection"}, {"id": "a, b", "type": "note"}, {"id": "\"", "type": "file"},
        ] })),
        ),
        ("keys", meta(json!({ "a b": 1, "é": null, "": 2, "\"": [], "x": {"\u{0}": "${name}", "y": 1e300} }))),
        ("avatar-web", meta(json!({ "profile_image_url": "https://example.com/a.png?x=${name}" }))),
        ("avatar-other-base64", meta(json!({ "profile_image_url": "data:image/png;base64,AAAA" }))),
        ("avatar-svg", meta(json!({ "profile_image_url": "data:image/svg+xml;base64,PHN2Zy8+" }))),
        (
            "params",
            params(json!({
                "stop": ["a\nb", " ", "\"", "<|x|>", "a\"\"\" "], "seed": -1, "think": "high", "keep_alive": "10m", "format": {"a": 1},
                "reasoning_tags": ["<a>", "</a>"], "use_mmap": false, "logit_bias": "1:2", "num_gpu": 0, "mirostat": 2,
                "response_format": {"type": "json_object"}, "stream_response": true, "reasoning_effort": "high",
            })),
        ),
        (
            "unknown-params",
            params(json!({
                "of_nobody": "text", "number": 1.5, "flag": true, "list": [1, {"a": null}], "digits": "15", "word": "true", "quoted": "\"a\"",
                "dropped": "a\u{200b}", "lines": "a\nb", "Upper": 1,
            })),
        ),
        ("public", access(&["read user *"])),
        ("public-and-more", access(&["read user *", "read group g", "write group g"])),
        ("writers", access(&["read group a,b", "write group a,b", "read user x y"])),
    ];
    for (id, more) in cases {
        let world = World::with_manifest(&json!([row(id, &more)]), "[args]\nname = \"Ann\"\n");
        let outcome = world.obeys(&[]);
        let model = &outcome.models[0];
        assert_eq!(
            (model.fate, model.left_out.as_slice()),
            (Fate::New, &[][..]),
            "{id}: {}\n{:?}",
            model.page.text,
            model.reason
        );
    }
}

#[test]
fn what_cannot_be_said_is_told_and_left_where_it_is() {
    for (more, expected) in [
        (json!({ "name": "" }), "name"),
        (json!({ "params": { "system": 5 } }), "system"),
        (json!({ "params": { "system": "a\"\"\"\r\nb" } }), "system"),
        (json!({ "params": { "temperature": "0.7" } }), "params.temperature"),
        (json!({ "params": { "num_predict": 5 } }), "params.num_predict"),
        (json!({ "params": { "top-p": 5 } }), "params.top-p"),
        (json!({ "params": { "stop": ["a", 5] } }), "params.stop"),
        (json!({ "params": { "template": "x" } }), "params.template"),
        (json!({ "meta": { "tags": ["a", 5] } }), "meta.tags"),
        (json!({ "meta": { "description": 5 } }), "meta.description"),
        (json!({ "meta": { "hidden": "yes" } }), "meta.hidden"),
        (json!({ "meta": { "capabilities": { "vision": "no" } } }), "meta.capabilities.vision"),
        (json!({ "meta": { "knowledge": [{ "collection_name": "old", "legacy": true }] } }), "meta.knowledge"),
        (json!({ "meta": { "profile_image_url": "/api/v1/users/x/profile/image" } }), "meta.profile_image_url"),
        (json!({ "meta": { "suggestion_prompts": [{ "content": "a", "icon": "b" }] } }), "meta.suggestion_prompts"),
        (
            json!({ "access_grants": [{ "principal_type": "group", "principal_id": "g", "permission": "write" }] }),
            "access",
        ),
    ] {
        let world = World::new(&json!([row("a", &more)]));
        let outcome = world.obeys(&[]);
        assert_eq!(outcome.models[0].left_out, [expected], "{:?}", outcome.models[0]);
    }
}

#[test]
fn rows_that_no_file_can_stand_for_are_skipped() {
    let world = World::new(&json!([
        row("a b", &json!({})),
        row("self", &json!({ "base_model_id": "self" })),
        row("chained", &json!({ "base_model_id": "good" })),
        row("good", &json!({})),
        row("no-base", &json!({ "base_model_id": "" })),
        row("theirs", &json!({ "meta": { "maquette": { "v": 1, "workspace": "x", "row": "x", "origin": "x" } } })),
    ]));
    let outcome = world.obeys(&[]);
    let shown: Vec<String> = outcome
        .models
        .iter()
        .map(|model| format!("{}: {}", model.id, model.reason.as_deref().unwrap_or("new")))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    a b: its id cannot be managed: it holds a blank
    chained: `FROM good` means another model of the workspace
    good: new
    no-base: what it is built on has no name
    self: `self` is built on itself
    theirs: another workspace manages it; name its id to take it over
    ");
    assert_eq!(world.import(&["theirs"]).models[0].fate, Fate::New);
}

#[test]
fn an_edited_file_is_left_as_it_is_unless_it_is_asked_for() {
    let mut world = World::new(&json!([row("a", &json!({})), row("b", &json!({}))]));
    world.obeys(&[]);
    let path = world.folder.path().join("models/a.Modelfile");
    let edited = world.text("models/a.Modelfile").replace("NAME a", "NAME Mine");
    std::fs::write(&path, &edited).unwrap();
    world.scene = World::scene(&json!([row("a", &json!({ "meta": { "description": "x" } })), row("b", &json!({}))]));
    let outcome = world.import(&[]);
    assert_eq!(
        (outcome.models[0].fate, outcome.models[0].differs.as_slice()),
        (Fate::Differs, &["name".to_owned(), "meta.description".to_owned()][..])
    );
    assert_eq!(world.text("models/a.Modelfile"), edited);
    assert_eq!(world.import(&["a", "--force", "--dry-run"]).models[0].fate, Fate::Rewritten);
    assert_eq!(world.text("models/a.Modelfile"), edited);
    assert_eq!(world.import(&["a", "--force"]).models[0].fate, Fate::Rewritten);
    assert!(world.text("models/a.Modelfile").contains("NAME a\nDESCRIPTION x\n"));
    world.obeys(&[]);
}

#[test]
fn long_prompts_have_files_of_their_own_when_asked() {
    let world = World::new(&json!([
        row("long", &json!({ "params": { "system": "a\n".repeat(1000) } })),
        row("short", &json!({ "params": { "system": "a" } })),
        row("other/long", &json!({ "params": { "system": "a\n".repeat(1000) } })),
    ]));
    world.obeys(&["--systemfile"]);
    assert_eq!(world.text("models/prompts/long.md"), format!("{}\n", "a\n".repeat(1000)));
    assert!(world.text("models/long.Modelfile").ends_with("\nSYSTEMFILE prompts/long.md\n"));
    assert!(world.text("models/other-long.Modelfile").contains("ID other/long\n"));
    assert!(world.text("models/short.Modelfile").ends_with("\nSYSTEM a\n"));
}

#[test]
fn what_lies_beside_a_file_is_no_model() {
    let image = json!({ "meta": { "profile_image_url": GIF } });
    let world = World::new(&json!([row("Modelfile", &image)]));
    let outcome = world.obeys(&[]);
    assert_eq!(outcome.attachments.keys().next().unwrap(), "models/avatars/Modelfile-2.gif");

    let mut world = World::new(&json!([row("a", &image)]));
    world.project.manifest.workspace.models = Some(vec!["models/**".to_owned()]);
    let line = Line::parse_from(["import"]);
    assert!(import(&line.arguments, &world.project, &world.scene).is_err());
}

#[test]
fn one_image_of_many_models_is_one_file() {
    let avatar = || json!({ "meta": { "profile_image_url": GIF } });
    let world = World::new(&json!([row("a", &avatar()), row("b", &avatar())]));
    let outcome = world.obeys(&[]);
    assert_eq!(outcome.attachments.keys().map(|path| path.as_str()).collect::<Vec<_>>(), ["models/avatars/a.gif"]);
}

/// Values of the kinds that occur, and of kinds that should not.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5i64..100).prop_map(Value::from),
        Just(json!(0.7)),
        Just(json!(1e300)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map(text(), inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[a\"\\\\ \\t\\n\\r${}#,:éß\u{200b}\u{0}\u{1b}-]{0,12}",
        Just("a\"\"\"\nFROM x".to_owned()),
        Just("${name}$${name}".to_owned()),
        Just("full x".to_owned()),
        Just("../../x".to_owned()),
        Just("https://example.com/a.png".to_owned()),
    ]
}

fn any_row() -> impl Strategy<Value = Value> {
    let id = prop_oneof![
        "[a-cA-C]{1,2}",
        "[a/.:🦄é#\"$,-]{1,6}",
        Just("CON".to_owned()),
        Just("aux.txt".to_owned()),
        Just("../x".to_owned()),
        Just("Modelfile".to_owned()),
        Just("a.Modelfile".to_owned()),
        Just("${name}".to_owned()),
    ];
    let keys = [
        "description",
        "tags",
        "suggestion_prompts",
        "knowledge",
        "toolIds",
        "filterIds",
        "defaultFilterIds",
        "defaultFeatureIds",
        "profile_image_url",
        "hidden",
        "capabilities",
        "odd key",
        "x",
    ];
    let meta = proptest::collection::vec((proptest::sample::select(keys.to_vec()), any_json()), 0..5);
    let params = [
        "system",
        "temperature",
        "stop",
        "max_tokens",
        "keep_alive",
        "think",
        "custom_params",
        "of_nobody",
        "top-p",
        "format",
    ];
    let params = proptest::collection::vec((proptest::sample::select(params.to_vec()), any_json()), 0..5);
    let base = prop_oneof![Just(Value::Null), Just(json!("llama3.2")), text().prop_map(Value::from)];
    (id, base, text(), meta, params, any_json()).prop_map(|(id, base, name, meta, params, access)| {
        let object = |pairs: Vec<(&str, Value)>| -> Value {
            Value::Object(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        };
        json!({
            "id": id, "base_model_id": base, "name": name, "meta": object(meta), "params": object(params),
            "access_control": access,
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_row_is_imported_without_a_difference(rows in proptest::collection::vec(any_row(), 1..5), systemfile in any::<bool>()) {
        let mut seen = BTreeSet::new();
        let rows: Vec<Value> = rows.into_iter().filter(|row| seen.insert(row["id"].to_string())).collect();
        let world = World::with_manifest(&json!(rows), "[args]\nname = \"Ann\"\n");
        world.obeys(if systemfile { &["--systemfile=3"] } else { &[] });
    }
}
