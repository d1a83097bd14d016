//! Models as code for Open WebUI and Ollama: the phases, in the order in which a Modelfile goes through them.

pub mod diagnostic;
pub mod source;

pub mod syntax;

pub mod template;

pub mod expand;

pub mod ir;

pub mod format;

pub mod check;
pub mod weights;

pub mod project;
pub mod state;

pub mod resolve;

pub mod composite;

pub mod decompile;

pub mod diff;

pub mod remote;

pub mod plan;

pub mod apply;

pub mod report;
pub mod session;
pub mod workspace;

pub mod lsp;

pub mod cli;
