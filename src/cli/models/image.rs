//! `maquette models image`: a model's image as a file.

use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::super::{Exit, Failure, Ui, at};
use super::desk::{Desk, Site, row_of};
use crate::remote::open_webui::Image;
use crate::state::Field;

/// How much of an address is shown.
const MAX_ADDRESS: usize = 200;

/// Arguments of `models image`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The model.
    #[arg(value_name = "ID")]
    id: String,
    /// Where to write it.
    #[arg(long, value_name = "FILE")]
    out: Utf8PathBuf,
    /// Replace the file if there is one.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    site: Site,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open(directory)?;
    let (media_type, bytes) = match image(&desk, &arguments.id)? {
        Image::Data { media_type, bytes } => (media_type, bytes),
        Image::Elsewhere(address) => return Err(elsewhere(&arguments.id, &address)),
    };
    let path = at(directory, &arguments.out);
    write(&path, &bytes, arguments.force).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::new(format!("`{}` is there already", arguments.out)).help("`--force` replaces it")
        }
        _ => Failure::new(format!("cannot write `{}`: {error}", arguments.out)),
    })?;
    ui.note(&format!("wrote {} bytes of {media_type} to {}", bytes.len(), arguments.out));
    Ok(Exit::Done)
}

/// The image, from the server, or from the row where the remote is a file.
fn image(desk: &Desk, id: &str) -> Result<Image, Failure> {
    let server = desk.remote.open_webui();
    let row = match server {
        Some(server) => desk.runtime.block_on(server.row(id))?.ok_or_else(|| no_row(id))?,
        None => row_of(&desk.observe(&[])?, id)?.clone(),
    };
    let address = row.get(&Field::Meta("profile_image_url".into())).and_then(|url| url.as_str()).unwrap_or_default();
    let data = address.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    Ok(match (data, server) {
        // Without one of its own, some versions give out their icon.
        (None, _) => Image::Elsewhere(address.to_owned()),
        (Some(_), Some(server)) => desk.runtime.block_on(server.client().image(id))?,
        (Some((media_type, data)), None) => match STANDARD.decode(data) {
            Ok(bytes) => Image::Data { media_type: media_type.to_owned(), bytes },
            Err(_) => Image::Elsewhere(address.to_owned()),
        },
    })
}

fn no_row(id: &str) -> Failure {
    Failure::new(format!("the remote has no model `{}`", id.escape_debug()))
        .help("`maquette models ls` lists those that there are")
}

/// There are no bytes to save.
fn elsewhere(id: &str, address: &str) -> Failure {
    let id = id.escape_debug();
    if address.is_empty() || address.ends_with("/static/favicon.png") {
        return Failure::new(format!("`{id}` has no image of its own"))
            .help("the page shows the server's own icon for it");
    }
    let address: String = address.chars().take(MAX_ADDRESS).collect();
    Failure::new(format!("the image of `{id}` lies at {}, which was not asked", address.escape_debug()))
        .help("nothing is fetched from addresses that a model names; open it in a browser if you trust it")
}

/// Writes a file in one step. One that is there is replaced only where that is asked for.
fn write(path: &Utf8Path, bytes: &[u8], force: bool) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    if force { file.persist(path) } else { file.persist_noclobber(path) }.map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_where_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().join("a.png")).unwrap();
        write(&path, b"one", false).unwrap();
        assert_eq!(write(&path, b"two", false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        write(&path, b"two", true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1, "nothing is left beside it");
    }
}
