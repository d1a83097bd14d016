//! How fast Modelfiles are read into typed documents, next to the `modelfile` crate (nom) on the same texts:
//! `cargo bench --bench compile`.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use maquette::expand::Expanded;
use maquette::ir::{Document, lower};
use maquette::source::{FileId, SourceFile, Sources};
use maquette::syntax;
use modelfile::Modelfile;

/// What is measured: parse, expand and lower.
fn read(file: FileId, text: &Arc<str>) -> Document {
    let tree = Arc::new(syntax::parse(Arc::clone(text)));
    let (document, findings) = lower(&Expanded::alone(file, &tree));
    assert!(findings.is_empty(), "every text of this benchmark is one that both parsers accept");
    document
}

/// The same text for the other parser; its README's way in.
fn read_by_modelfile(text: &str) -> Modelfile {
    text.parse().expect("every text of this benchmark is one that both parsers accept")
}

fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse and lower");
    for (name, text) in texts() {
        let file = Sources::new().add(SourceFile::new(name.into(), text.as_bytes()));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.sample_size(if text.len() > 1 << 20 { 20 } else { 100 });
        let shared: Arc<str> = Arc::from(&*text);
        group.bench_with_input(BenchmarkId::new("maquette", name), &shared, |bencher, text| {
            bencher.iter(|| read(file, black_box(text)));
        });
        group.bench_with_input(BenchmarkId::new("modelfile", name), &text, |bencher, text| {
            bencher.iter(|| read_by_modelfile(black_box(text)));
        });
    }
    group.finish();
}

/// The texts: like the median file of a corpus of 385 (663 bytes, 7 instructions), and what could be slow.
fn texts() -> [(&'static str, String); 5] {
    [
        ("typical", typical()),
        ("parameters-14k", parameters(14_000)),
        ("prompt-14k", prompt(14_000)),
        ("prompt-1M", prompt(1 << 20)),
        ("prompt-16M", prompt(16 << 20)),
    ]
}

fn typical() -> String {
    let system = "You are a patient assistant for a small museum. Answer in the language of the question, in at most \
        five sentences, and name the room where an object can be seen.\n\nIf you do not know, say so.\nNever invent dates.";
    format!(
        "# The museum's guide\nFROM llama3.2:3b\n\nPARAMETER temperature 0.7\nPARAMETER num_ctx 8192\n\
        PARAMETER stop <|eot_id|>\n\nTEMPLATE \"\"\"{{{{ if .System }}}}<|start_header_id|>system<|end_header_id|>\n\n\
        {{{{ .System }}}}<|eot_id|>{{{{ end }}}}<|start_header_id|>user<|end_header_id|>\n\n{{{{ .Prompt }}}}<|eot_id|>\
        <|start_header_id|>assistant<|end_header_id|>\n\"\"\"\n\nSYSTEM \"\"\"{system}\"\"\"\n\n\
        MESSAGE user Where is the astrolabe?\n"
    )
}

/// One instruction to a line, as short as they get.
fn parameters(length: usize) -> String {
    let lines = [
        "PARAMETER temperature 0.7\n",
        "PARAMETER stop <|im_start|>\n",
        "PARAMETER repeat_penalty 1.1\n",
        "PARAMETER num_ctx 4096\n",
        "PARAMETER top_p 0.95\n",
        "PARAMETER repeat_last_n 64\n",
    ];
    let mut text = "FROM llama3.2\n".to_owned();
    for line in lines.iter().cycle().take_while({
        let mut left = length;
        move |line| {
            left = left.saturating_sub(line.len());
            left > 0
        }
    }) {
        text.push_str(line);
    }
    text
}

/// One long prompt.
fn prompt(length: usize) -> String {
    let line =
        "You are a careful assistant; answer the question that was asked, in plain words, and say \"unknown\" if so.\n";
    format!("FROM llama3.2\nSYSTEM \"\"\"\n{}\"\"\"\n", line.repeat(length / line.len()))
}

criterion_group!(benches, compile);
criterion_main!(benches);
