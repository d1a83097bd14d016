//! Both servers from one file: a real Open WebUI, with an Ollama behind it.

mod life;
mod scene;
