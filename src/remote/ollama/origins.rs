//! Where the server gets from what a model is made of: from the base, from what it has already, or from this machine. Pure.

use serde_json::{Map, Value, json};

use super::printed::Printed;
use super::row::{as_quantized, on_server};
use crate::state::{Field, LocalFiles, ObservedRow, Part};
use crate::weights::{Bundle, File};

/// From what the parts of a model can come.
pub(super) struct Origins<'a> {
    /// The model as it is to be.
    pub(super) row: &'a ObservedRow,
    /// What it is built on; nothing at all where it is built from files.
    pub(super) on: &'a ObservedRow,
    /// The model as it is on the server, and as it was.
    pub(super) was: [Option<&'a ObservedRow>; 2],
    /// The files of this machine.
    pub(super) local: &'a LocalFiles,
}

/// The keys of a create request, and the files of this machine that they name.
type Parts = (Map<String, Value>, Vec<File>);

impl Origins<'_> {
    /// What the create request says of weights, adapters and drafts, or why they cannot be had.
    pub(super) fn parts(&self) -> Result<Parts, String> {
        let mut parts = Parts::default();
        self.weights(&mut parts)?;
        self.adapter(&mut parts)?;
        self.draft(&mut parts)?;
        Ok(parts)
    }

    fn weights(&self, (body, files): &mut Parts) -> Result<(), String> {
        let field = Field::Part(Part::Weights);
        let (wanted, base) = (self.row.get(&field), self.on.get(&field));
        if self.on.id.is_empty() {
            return match wanted {
                Some(Value::Array(elsewhere)) => {
                    let model = elsewhere.last().and_then(Value::as_str).unwrap_or_default();
                    body.insert("from".into(), json!(in_cloud(model)));
                    Ok(())
                }
                Some(Value::String(wanted)) => self.by_files(wanted, body, files),
                _ => Err("the server does not say of what weights it is made".into()),
            };
        }
        body.insert("from".into(), json!(self.on.id));
        let projectors = Field::Part(Part::Projectors);
        if wanted == base && self.row.get(&projectors) == self.on.get(&projectors) {
            Ok(())
        } else {
            Err(format!("its `files` are not those of `{}`", self.on.id))
        }
    }

    /// Weights that the server has already are not sent again, even if only they are what is on this machine.
    fn by_files(&self, wanted: &str, body: &mut Map<String, Value>, files: &mut Vec<File>) -> Result<(), String> {
        if let Some(printed) = self.there(Part::Weights)
            && let Some(weights) = printed.weights
        {
            let mut names = Map::from_iter([("model.gguf".to_owned(), json!(weights))]);
            let projectors = printed.projectors.iter().zip(1..);
            names.extend(projectors.map(|(digest, number)| (format!("projector-{number}.gguf"), json!(digest))));
            body.insert("files".into(), Value::Object(names));
            return Ok(());
        }
        let bundle = self.local(Part::Weights)?;
        let digest = bundle.digest();
        if digest != wanted {
            let level = quantization(wanted, &digest).ok_or_else(changed)?;
            body.insert("quantize".into(), json!(level));
        }
        body.insert("files".into(), named(bundle, files));
        Ok(())
    }

    fn adapter(&self, (body, files): &mut Parts) -> Result<(), String> {
        let field = Field::Part(Part::Adapters);
        let list = |row: &ObservedRow| row.get(&field).and_then(Value::as_array).cloned().unwrap_or_default();
        let (all, inherited) = (list(self.row), list(self.on));
        match all.strip_prefix(inherited.as_slice()) {
            Some([]) => Ok(()),
            Some([own]) => {
                let names = match self.there(Part::Adapters).and_then(|printed| printed.adapters.last().cloned()) {
                    Some(digest) => json!({ "adapter.gguf": digest }),
                    None => named(self.exactly(Part::Adapters, own)?, files),
                };
                body.insert("adapters".into(), names);
                Ok(())
            }
            _ => Err(format!("its `adapters` are not those of `{}` and one more", self.on.id)),
        }
    }

    fn draft(&self, (body, files): &mut Parts) -> Result<(), String> {
        let field = Field::Part(Part::Draft);
        match (self.row.get(&field), self.on.get(&field)) {
            (wanted, base) if wanted == base => Ok(()),
            (Some(own), None) => {
                let names = match self.there(Part::Draft).and_then(|printed| printed.draft) {
                    Some(digest) => json!({ "draft.gguf": digest }),
                    None => named(self.exactly(Part::Draft, own)?, files),
                };
                body.insert("draft_files".into(), names);
                Ok(())
            }
            _ => Err(format!("its `draft_files` are not those of `{}`, and nothing takes those away", self.on.id)),
        }
    }

    /// What the server has of a model whose part is as it is to be.
    fn there(&self, part: Part) -> Option<Printed> {
        let field = Field::Part(part);
        let same = |row: &&ObservedRow| row.get(&field) == self.row.get(&field);
        self.was.into_iter().flatten().find(same).and_then(|row| on_server(&row.raw))
    }

    fn local(&self, part: Part) -> Result<&Bundle, String> {
        self.local.get(&(self.row.id.clone(), part)).ok_or_else(|| "what it was built from is not here".into())
    }

    /// The files of this machine, if they still are what was planned.
    fn exactly(&self, part: Part, wanted: &Value) -> Result<&Bundle, String> {
        let bundle = self.local(part)?;
        if *wanted == bundle.digest() { Ok(bundle) } else { Err(changed()) }
    }
}

fn changed() -> String {
    "the files that it is built from have changed since it was planned".into()
}

/// To what `base` has to be quantized to be `wanted`.
fn quantization<'a>(wanted: &'a str, base: &str) -> Option<&'a str> {
    wanted.strip_prefix(&as_quantized(base, ""))
}

/// The name that FROM has of a model in Ollama's cloud.
fn in_cloud(model: &str) -> String {
    let has_tag = model.rsplit('/').next().is_some_and(|last| last.contains(':'));
    format!("{model}{}", if has_tag { "-cloud" } else { ":cloud" })
}

/// The files by name, and noted as such of this machine.
fn named(bundle: &Bundle, files: &mut Vec<File>) -> Value {
    files.extend(bundle.files.iter().cloned());
    bundle.files.iter().map(|file| (file.name.clone(), json!(file.digest))).collect()
}
