//! Small files, and what each of the two servers is told of them.

use serde_json::json;

use super::*;
use crate::diagnostic::Diagnostic;
use crate::ir::AccessRule;
use crate::source::{Located, Location, SourceFile, Sources, Span};
use crate::state::{Base, Behind, ModelIntent, Node, Part};

fn here() -> Location {
    Location::new(Sources::new().add(SourceFile::new("Modelfile".into(), b"")), Span::at(0))
}

fn located<T>(value: T) -> Located<T> {
    Located::new(value, here())
}

/// A model FROM `base`, or one that is a base model's own row, with fields as a file says them.
fn model(id: &str, base: Option<&str>, fields: &[(Field, Wanted)]) -> ModelIntent {
    ModelIntent {
        id: located(id.to_owned()),
        path: format!("{id}.Modelfile").into(),
        base: base.map_or(Base::Own, |base| Base::On(located(base.to_owned()))),
        parent: None,
        made_of: Vec::new(),
        files: std::collections::BTreeMap::new(),
        fields: fields.iter().map(|(field, wanted)| (field.clone(), located(wanted.clone()))).collect(),
        inherited: BTreeSet::new(),
        protect: false,
        moved: Vec::new(),
    }
}

/// What a model takes over from one that it builds on, as resolving the files leaves it.
fn on(mut model: ModelIntent, parent: &ModelIntent) -> ModelIntent {
    model.parent = Some(located(parent.id.value.clone()));
    model.base = parent.base.clone();
    for (field, wanted) in &parent.fields {
        let is_inherited = !matches!(field, Field::Name | Field::Access | Field::Part(_));
        if is_inherited && !model.fields.contains_key(field) {
            model.inherited.insert(field.clone());
            model.fields.insert(field.clone(), wanted.clone());
        }
    }
    model
}

fn intent(models: &[&ModelIntent]) -> Intent {
    let models = models.iter().map(|model| (model.id.value.clone(), (*model).clone()));
    let models: indexmap::IndexMap<String, ModelIntent> = models.collect();
    Intent { known_ids: models.keys().cloned().collect(), models, complete: true, ..Intent::default() }
}

fn text(value: &str) -> Wanted {
    Wanted::Json(json!(value))
}

fn param(name: &'static str) -> Field {
    Field::Param(name.into())
}

fn node(remote: &str, prefix: &str) -> Node {
    Node { remote: remote.into(), prefix: prefix.into() }
}

/// The rows in front, a line each: id, base and fields.
fn front(intent: &Intent, nodes: &[(Node, Intent)]) -> (Vec<String>, Vec<Diagnostic>) {
    let behind = Behind { nodes: nodes.iter().map(|(node, _)| node.clone()).collect() };
    let intents: Vec<Intent> = nodes.iter().map(|(_, intent)| intent.clone()).collect();
    let (front, findings) = for_open_webui(intent, &behind, &intents);
    let lines = front.models.values().map(|model| {
        let fields: Vec<String> = model.fields.keys().map(ToString::to_string).collect();
        let base = match &model.base {
            Base::On(base) => &base.value,
            Base::Own => "itself",
        };
        format!("{} on {base}: {}", model.id.value, fields.join(" "))
    });
    (lines.collect(), findings)
}

/// A model with everything that a file can say to both servers.
fn support() -> ModelIntent {
    let fields = [
        (Field::Name, text("Support")),
        (Field::System, text("Be short.")),
        (param("temperature"), Wanted::Json(json!(0.3))),
        (param("function_calling"), text("native")),
        (Field::Access, Wanted::Access(vec![AccessRule::Public])),
        (Field::Meta("tags".into()), Wanted::Json(json!(["help"]))),
        (Field::Part(Part::Template), text("{{ .Prompt }}")),
    ];
    model("support", Some("base"), &fields)
}

#[test]
fn what_ollama_holds_is_not_said_again_in_front() {
    let support = support();
    let plain = model("plain", Some("base"), &[(Field::System, text("Plain."))]);
    let (lines, findings) = front(&intent(&[&support, &plain]), &[(node("gpu", ""), intent(&[&support]))]);
    assert_eq!(
        lines,
        ["support:latest on itself: name params.function_calling access meta.tags", "plain on base: system"]
    );
    assert!(findings.is_empty());
}

#[test]
fn a_prompt_with_variables_stands_where_they_are_filled_in() {
    let mut support = support();
    support.fields.insert(Field::System, located(text("Help {{USER_NAME}}.")));
    let mut built = intent(&[&support]);
    for_ollama(&mut built);
    assert!(!built.models["support"].fields.contains_key(&Field::System));
    assert!(built.models["support"].fields.contains_key(&param("temperature")));
    let (lines, _) = front(&intent(&[&support]), &[(node("gpu", ""), built)]);
    assert_eq!(lines, ["support:latest on itself: name system params.function_calling access meta.tags"]);
}

#[test]
fn presets_build_on_what_is_listed_and_say_what_it_does_not() {
    let support = support();
    let own_prompt = on(model("a", Some("support"), &[(Field::System, text("A."))]), &support);
    let nothing = on(model("b", Some("support"), &[]), &support);
    // What a preset between says is not Ollama's.
    let above = on(model("c", Some("a"), &[]), &own_prompt);
    let all = intent(&[&support, &own_prompt, &nothing, &above]);
    let (lines, _) = front(&all, &[(node("gpu", "x"), intent(&[&support]))]);
    assert_eq!(
        lines,
        [
            "x.support:latest on itself: name params.function_calling access meta.tags",
            "a on x.support:latest: system params.function_calling meta.tags",
            "b on x.support:latest: params.function_calling meta.tags",
            "c on x.support:latest: system params.function_calling meta.tags",
        ]
    );
    // What goes to Ollama only is built on, too.
    let (lines, _) = front(&intent(&[&nothing]), &[(node("gpu", ""), intent(&[&support]))]);
    assert_eq!(lines, ["b on support:latest: params.function_calling meta.tags"]);
}

#[test]
fn every_id_that_is_listed_has_a_row() {
    let support = support();
    let built = || intent(&[&support]);
    let ids = |nodes: &[(Node, Intent)]| {
        let (lines, _) = front(&built(), nodes);
        lines.iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[(node("a", ""), built()), (node("b", ""), built())]), ["support:latest"]);
    assert_eq!(ids(&[(node("a", ""), built()), (node("b", "b"), built())]), ["support:latest", "b.support:latest"]);
    assert_eq!(ids(&[(node("a", ""), intent(&[])), (node("b", "b"), built())]), ["b.support:latest"]);
}

#[test]
fn a_row_takes_over_from_the_preset_that_it_was() {
    let mut support = support();
    support.moved.push(located("help".to_owned()));
    let behind = Behind { nodes: vec![node("gpu", "x")] };
    let (front, _) = for_open_webui(&intent(&[&support]), &behind, &[intent(&[&support])]);
    let row = &front.models["x.support:latest"];
    let moved: Vec<&str> = row.moved.iter().map(|id| id.value.as_str()).collect();
    assert_eq!(moved, ["support", "x.help:latest", "help"]);
    assert_eq!(front.known_ids.into_iter().collect::<Vec<_>>(), ["x.support:latest"]);
}

#[test]
fn two_files_for_one_row_are_one_too_many() {
    let support = support();
    let row = model("support:latest", None, &[(Field::Name, text("Other"))]);
    let (lines, findings) = front(&intent(&[&support, &row]), &[(node("gpu", ""), intent(&[&support]))]);
    assert_eq!(lines.len(), 1);
    assert_eq!(findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["duplicate-id"]);
}
