//! Weights that are just enough for a server: some metadata and a few small tensors.

/// A value of the metadata.
#[derive(Clone, Copy)]
enum Value {
    Number(u32),
    Text(&'static str),
}

/// One tensor of 32-bit floats.
struct Tensor {
    name: &'static str,
    shape: &'static [u64],
}

/// Where tensors begin.
const ALIGNMENT: usize = 32;

/// A model of two tokens. A server since 0.30 copies weights with a program of its own before it takes them, which a bare
/// binary does not have; it leaves those alone that hold a tensor for pictures, such as `v.marker`.
pub(super) fn model() -> Vec<u8> {
    model_and(&[])
}

/// The same with a template for chats in it.
pub(super) fn templated() -> Vec<u8> {
    model_and(&[("tokenizer.chat_template", Value::Text("{{ messages }}"))])
}

/// The same with something else said of it: other weights.
pub(super) fn other() -> Vec<u8> {
    model_and(&[("general.name", Value::Text("other"))])
}

/// What reads pictures.
pub(super) fn projector() -> Vec<u8> {
    let metadata = [
        ("general.architecture", Value::Text("clip")),
        ("general.type", Value::Text("mmproj")),
        ("clip.has_vision_encoder", Value::Number(1)),
    ];
    file(&metadata, &[Tensor { name: "v.patch_embd.weight", shape: &[4, 2] }])
}

fn model_and(more: &[(&'static str, Value)]) -> Vec<u8> {
    let metadata = [
        ("general.architecture", Value::Text("llama")),
        ("general.file_type", Value::Number(0)),
        ("llama.block_count", Value::Number(1)),
        ("llama.embedding_length", Value::Number(4)),
        ("llama.context_length", Value::Number(64)),
    ];
    let tensors = [Tensor { name: "token_embd.weight", shape: &[4, 2] }, Tensor { name: "v.marker", shape: &[4] }];
    file(&[&metadata[..], more].concat(), &tensors)
}

/// A LoRA adapter for it.
pub(super) fn adapter() -> Vec<u8> {
    let metadata = [
        ("general.architecture", Value::Text("llama")),
        ("general.type", Value::Text("adapter")),
        ("adapter.type", Value::Text("lora")),
    ];
    file(&metadata, &[Tensor { name: "blk.0.attn_q.weight.lora_a", shape: &[4, 2] }])
}

fn file(metadata: &[(&str, Value)], tensors: &[Tensor]) -> Vec<u8> {
    let mut out = b"GGUF".to_vec();
    out.extend(3_u32.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in metadata {
        text(&mut out, key);
        match value {
            Value::Number(number) => {
                out.extend(4_u32.to_le_bytes());
                out.extend(number.to_le_bytes());
            }
            Value::Text(value) => {
                out.extend(8_u32.to_le_bytes());
                text(&mut out, value);
            }
        }
    }
    let mut data = Vec::new();
    for tensor in tensors {
        text(&mut out, tensor.name);
        out.extend(u32::try_from(tensor.shape.len()).unwrap().to_le_bytes());
        out.extend(tensor.shape.iter().flat_map(|size| size.to_le_bytes()));
        out.extend(0_u32.to_le_bytes());
        out.extend((data.len() as u64).to_le_bytes());
        let numbers = u16::try_from(tensor.shape.iter().product::<u64>()).unwrap();
        data.extend((0..numbers).flat_map(|number| f32::from(number).to_le_bytes()));
        align(&mut data);
    }
    align(&mut out);
    out.extend(data);
    out
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

fn align(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
}
