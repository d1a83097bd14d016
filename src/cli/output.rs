//! `--output`, `--out`: results that go into a file.

use std::io::{self, Write};

use camino::Utf8Path;

use super::Failure;

/// Writes a file in one go: who reads it meanwhile finds the old one or the new one. What is no regular file, such as
/// `/dev/stderr` or a pipe, is written to as it is.
pub(super) fn write(path: &Utf8Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let fail = |error: io::Error| Failure::new(format!("cannot write `{path}`: {error}"));
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        let mut file = std::fs::OpenOptions::new().write(true).open(path).map_err(fail)?;
        return write(&mut file).map_err(fail);
    }
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        // As any file that a program writes: whoever may read the folder may read a report.
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = io::BufWriter::new(builder.tempfile_in(folder).map_err(fail)?);
    write(&mut file).map_err(fail)?;
    let file = file.into_inner().map_err(|error| fail(error.into_error()))?;
    file.persist(path).map_err(|error| fail(error.error))?;
    Ok(())
}
