//! Models as code for Open WebUI and Ollama: the phases, in the order in which a Modelfile goes through them.

pub mod apply;
pub mod check;
pub mod diagnostic;
pub mod diff;
pub mod expand;
pub mod ir;
pub mod plan;
pub mod project;
pub mod remote;
pub mod resolve;
pub mod source;
pub mod state;
pub mod syntax;
