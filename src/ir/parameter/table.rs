//! The table of parameters; the most used stand first, which is where looking one up starts.
//!
//! Names, types and defaults: `api/types.go` of ollama fb307609; versions: its history; Open WebUI's keys: what 0.12.4 stores
//! and reads in `params`. Open WebUI keeps the system prompt there too, which is a directive here.

use super::Kind::{Boolean, BooleanOr, Choice, Float, Integer, ListOrBoolean, Object, ObjectOrText, Text, Texts};
use super::Ollama::{self, Deprecated, Known, Leaving, Removed, Since, Unknown};
use super::{Kind, Parameter};

/// A row with what every parameter has; the rest follows with `..`.
const fn row(name: &'static str, kind: Kind, ollama: Ollama, summary: &'static str) -> Parameter {
    Parameter { name, aliases: &[], kind, range: None, default: None, ollama, open_webui: None, summary }
}

/// Every parameter.
pub static ALL: &[Parameter] = &[
    Parameter {
        range: Some((0.0, 2.0)),
        default: Some("0.8"),
        open_webui: Some("temperature"),
        ..row("temperature", Float, Known, "How freely the next token is chosen; 0 takes the most likely one.")
    },
    Parameter {
        range: Some((1.0, f64::INFINITY)),
        default: Some("4096 to 262144, by the server's memory"),
        open_webui: Some("num_ctx"),
        ..row("num_ctx", Integer, Known, "The size of the context window in tokens.")
    },
    Parameter {
        default: Some("those of the base model"),
        open_webui: Some("stop"),
        ..row("stop", Texts, Known, "Text at which the model stops; each statement adds one.")
    },
    Parameter {
        range: Some((0.0, 1.0)),
        default: Some("0.9"),
        open_webui: Some("top_p"),
        ..row("top_p", Float, Known, "Only the most likely tokens that together reach this probability are considered.")
    },
    Parameter {
        range: Some((0.0, f64::INFINITY)),
        default: Some("40"),
        open_webui: Some("top_k"),
        ..row("top_k", Integer, Known, "Only this many of the most likely tokens are considered.")
    },
    Parameter {
        range: Some((0.0, 2.0)),
        default: Some("1.0"),
        open_webui: Some("repeat_penalty"),
        ..row("repeat_penalty", Float, Known, "How strongly repetition is punished; 1 is not at all.")
    },
    Parameter {
        aliases: &["max_tokens"],
        range: Some((-2.0, f64::INFINITY)),
        default: Some("-1"),
        open_webui: Some("max_tokens"),
        ..row("num_predict", Integer, Known, "The largest number of tokens of an answer; -1 has no limit.")
    },
    Parameter {
        default: Some("random"),
        open_webui: Some("seed"),
        ..row("seed", Integer, Known, "The seed of the random numbers; the same seed and prompt give the same answer.")
    },
    Parameter {
        range: Some((0.0, 1.0)),
        default: Some("0.0"),
        open_webui: Some("min_p"),
        ..row(
            "min_p",
            Float,
            Since("0.3.1"),
            "Tokens less likely than this share of the most likely one are not considered.",
        )
    },
    Parameter {
        range: Some((-1.0, f64::INFINITY)),
        default: Some("64"),
        open_webui: Some("repeat_last_n"),
        ..row("repeat_last_n", Integer, Known, "How far back repetition is looked for; 0 is off, -1 the whole context.")
    },
    Parameter {
        range: Some((-1.0, f64::INFINITY)),
        default: Some("4"),
        open_webui: Some("num_keep"),
        ..row("num_keep", Integer, Known, "How many tokens of the prompt stay when the context is full.")
    },
    Parameter {
        range: Some((-2.0, 2.0)),
        default: Some("0.0"),
        open_webui: Some("presence_penalty"),
        ..row("presence_penalty", Float, Known, "How strongly a token that occurred is punished.")
    },
    Parameter {
        range: Some((-2.0, 2.0)),
        default: Some("0.0"),
        open_webui: Some("frequency_penalty"),
        ..row("frequency_penalty", Float, Known, "How strongly a token is punished for each time it occurred.")
    },
    Parameter {
        range: Some((0.0, 1.0)),
        default: Some("1.0"),
        ..row(
            "typical_p",
            Float,
            Leaving("ollama pull request 18448, merged 2026-09-14, drops it"),
            "Tokens that are far from typical are not considered; 1 is off.",
        )
    },
    Parameter {
        range: Some((-1.0, f64::INFINITY)),
        default: Some("-1"),
        open_webui: Some("num_gpu"),
        ..row("num_gpu", Integer, Known, "How many layers run on the graphics card; -1 lets the server decide.")
    },
    Parameter {
        range: Some((0.0, f64::INFINITY)),
        default: Some("0"),
        open_webui: Some("num_thread"),
        ..row("num_thread", Integer, Known, "How many threads compute; 0 lets the server decide.")
    },
    Parameter {
        range: Some((1.0, f64::INFINITY)),
        default: Some("512"),
        open_webui: Some("num_batch"),
        ..row("num_batch", Integer, Known, "How many tokens of a prompt are computed at once.")
    },
    Parameter {
        range: Some((0.0, f64::INFINITY)),
        default: Some("the server decides"),
        ..row("main_gpu", Integer, Known, "The graphics card that holds the small tensors.")
    },
    Parameter {
        default: Some("the server decides"),
        open_webui: Some("use_mmap"),
        ..row("use_mmap", Boolean, Known, "Whether the weights are mapped into memory instead of read.")
    },
    Parameter {
        range: Some((0.0, f64::INFINITY)),
        default: Some("4"),
        ..row("draft_num_predict", Integer, Since("0.30.0"), "How many tokens a draft model guesses ahead; 0 is off.")
    },
    Parameter {
        range: Some((0.0, 2.0)),
        default: Some("0"),
        open_webui: Some("mirostat"),
        ..row("mirostat", Integer, Deprecated("0.7.0"), "Which version of Mirostat sampling is used; 0 is off.")
    },
    Parameter {
        default: Some("0.1"),
        open_webui: Some("mirostat_eta"),
        ..row("mirostat_eta", Float, Deprecated("0.7.0"), "How fast Mirostat reacts.")
    },
    Parameter {
        default: Some("5.0"),
        open_webui: Some("mirostat_tau"),
        ..row("mirostat_tau", Float, Deprecated("0.7.0"), "How coherent Mirostat keeps the text.")
    },
    Parameter {
        open_webui: Some("use_mlock"),
        ..row("use_mlock", Boolean, Deprecated("0.7.0"), "Whether the weights are kept from being swapped out.")
    },
    row("penalize_newline", Boolean, Deprecated("0.7.0"), "Whether line ends count as repetition."),
    row("low_vram", Boolean, Deprecated("0.7.0"), "Whether less graphics memory is used."),
    row("f16_kv", Boolean, Deprecated("0.7.0"), "Whether the cache holds 16-bit numbers."),
    row("logits_all", Boolean, Deprecated("0.7.0"), "Whether the logits of all tokens are returned."),
    row("vocab_only", Boolean, Deprecated("0.7.0"), "Whether only the vocabulary is loaded."),
    Parameter {
        default: Some("1.0"),
        open_webui: Some("tfs_z"),
        ..row("tfs_z", Float, Removed("0.5.2"), "How much tail-free sampling cuts off; 1 is off.")
    },
    row("numa", Boolean, Removed("0.3.5"), "Whether memory is laid out for several processors."),
    row("num_gqa", Integer, Removed("0.1.35"), "The number of groups of grouped-query attention."),
    row("rope_frequency_base", Float, Removed("0.1.35"), "The base frequency of rotary embedding."),
    row("rope_frequency_scale", Float, Removed("0.1.35"), "The scale of rotary embedding."),
    row("embedding_only", Boolean, Removed("0.1.28"), "Whether the model only embeds."),
    Parameter {
        default: Some("native since Open WebUI 0.10"),
        open_webui: Some("function_calling"),
        ..row(
            "function_calling",
            Choice(&["native", "default", "legacy"]),
            Unknown,
            "Whether tools are called by the model itself (`native`) or by a prompt (`legacy`; `default` before 0.10).",
        )
    },
    Parameter {
        open_webui: Some("reasoning_effort"),
        ..row("reasoning_effort", Text, Unknown, "How much a reasoning model thinks, in the provider's words.")
    },
    Parameter {
        open_webui: Some("reasoning_tags"),
        ..row(
            "reasoning_tags",
            ListOrBoolean,
            Unknown,
            "The pair of tags around the model's reasoning; `false` looks for none.",
        )
    },
    Parameter {
        open_webui: Some("stream_response"),
        ..row("stream_response", Boolean, Unknown, "Whether the answer appears while it is written.")
    },
    Parameter {
        range: Some((1.0, f64::INFINITY)),
        open_webui: Some("stream_delta_chunk_size"),
        ..row("stream_delta_chunk_size", Integer, Unknown, "How many pieces of a streamed answer are sent at once.")
    },
    Parameter {
        open_webui: Some("logit_bias"),
        ..row(
            "logit_bias",
            ObjectOrText,
            Unknown,
            "How much tokens are favoured: `token:bias,token:bias`, or an object.",
        )
    },
    Parameter {
        open_webui: Some("format"),
        ..row("format", ObjectOrText, Unknown, "`json`, or the JSON schema of the answer (Ollama models).")
    },
    Parameter {
        open_webui: Some("keep_alive"),
        ..row("keep_alive", Text, Unknown, "How long the model stays in memory, such as `10m` (Ollama models).")
    },
    Parameter {
        open_webui: Some("think"),
        ..row(
            "think",
            BooleanOr(&["low", "medium", "high", "max"]),
            Unknown,
            "Whether a reasoning model thinks (Ollama models).",
        )
    },
    Parameter {
        open_webui: Some("response_format"),
        ..row("response_format", Object, Unknown, "The form of the answer, as OpenAI's interface has it.")
    },
    Parameter {
        open_webui: Some("custom_params"),
        ..row("custom_params", Object, Unknown, "Anything else that the provider's interface takes.")
    },
    Parameter {
        range: Some((0.0, f64::INFINITY)),
        open_webui: Some("compact_token_threshold"),
        ..row(
            "compact_token_threshold",
            Integer,
            Unknown,
            "From how many tokens on a conversation is summarised (Open WebUI 0.10).",
        )
    },
    Parameter {
        open_webui: Some("tool_approval_mode"),
        ..row("tool_approval_mode", Text, Unknown, "Whether people are asked before a tool runs.")
    },
    Parameter { open_webui: Some("note_id"), ..row("note_id", Text, Unknown, "The note that goes with the model.") },
    Parameter {
        open_webui: Some("model_controls"),
        ..row("model_controls", Object, Unknown, "Controls that people see beside a conversation (Open WebUI 0.12).")
    },
];
