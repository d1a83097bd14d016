//! Both servers from one file: a real Open WebUI, with an Ollama behind it, or another provider.

mod life;
mod providers;
mod proxied;
mod scene;
