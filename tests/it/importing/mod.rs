//! What exists becomes a workspace that changes nothing.

mod exports;
mod servers;
mod varied;
