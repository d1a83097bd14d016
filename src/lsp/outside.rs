//! What the language server may ask of the world beyond the files.

/// Answers what needs a server. No method may wait for one: it tells what is known by now, and finds out more beside.
///
/// It is only asked where the client says that the folder is trusted.
pub trait Outside: std::fmt::Debug + Send + Sync {}

/// Knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Outside for Nobody {}
