//! Addresses of documents become paths, and paths addresses.

use camino::{Utf8Path, Utf8PathBuf};
use gen_lsp_types::Uri;

/// The path of a `file:` address, as the client writes it; none for what lies elsewhere or has a name that is not UTF-8.
pub(super) fn path(uri: &Uri) -> Option<Utf8PathBuf> {
    let url = url::Url::parse(&uri.0).ok().filter(|url| url.scheme() == "file")?;
    Utf8PathBuf::from_path_buf(url.to_file_path().ok()?).ok()
}

/// The address of an absolute path.
pub(super) fn of(path: &Utf8Path) -> Option<Uri> {
    url::Url::from_file_path(path.as_std_path()).ok().map(|url| Uri(url.to_string()))
}
