//! Ollama: the program against a server that keeps models as Ollama does, and, where `MAQUETTE_OLLAMA` names the binary of
//! a real one, against that.

mod applying;
mod building;
mod commands;
mod composite;
mod contract;
mod fake;
mod faults;
mod gguf;
mod importing;
mod server;
