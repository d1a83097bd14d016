//! An image of the workspace becomes a data URI.

use base64::Engine as _;
use camino::{Utf8Component, Utf8Path};
use serde_json::json;

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::ir::{Avatar, Statement};
use crate::source::FileError;
use crate::state::Wanted;

/// The largest image, in bytes (2 MiB): it is part of every answer that lists models.
const MAX_IMAGE_BYTES: usize = 2 << 20;

/// What AVATAR says, with an image file read and encoded.
pub(super) fn wanted(avatar: &Avatar, statement: &Statement, context: &Context<'_>) -> Result<Wanted, Box<Diagnostic>> {
    let path = match avatar {
        Avatar::None => return Ok(Wanted::Default),
        Avatar::Url(url) => return Ok(Wanted::Json(json!(url))),
        Avatar::File(path) => path,
    };
    let finding = |rule, message: String| Diagnostic::new(rule, statement.value_location, message);
    let outside = || {
        let finding = finding("path-outside-workspace", format!("`{path}` leads out of the workspace"));
        Box::new(finding.help("copy the image into the workspace; links that lead out count as outside"))
    };
    let file = &context.sources.get(statement.location.file).path;
    if leaves(file, Utf8Path::new(path)) {
        return Err(outside());
    }
    let folder = file.parent().map(|folder| context.root.join(folder)).unwrap_or_default();
    let resolved =
        context.files.canonical(&folder.join(path)).map_err(|error| Box::new(unreadable(&error, path, &finding)))?;
    if !resolved.starts_with(context.root) {
        return Err(outside());
    }
    let bytes = context.files.read(&resolved).map_err(|error| Box::new(unreadable(&error, path, &finding)))?;
    let Some(kind) = image_kind(&bytes) else {
        return Err(Box::new(if looks_like_svg(&bytes) {
            finding("svg-avatar", format!("`{path}` is an SVG image, which the server drops without a word"))
                .help("save it as PNG, JPEG, GIF or WebP")
        } else {
            finding("avatar-not-an-image", format!("`{path}` is not an image that the server takes"))
                .help("use a PNG, JPEG, GIF or WebP file")
        }));
    };
    if bytes.len() > MAX_IMAGE_BYTES {
        let message = format!("`{path}` is larger than {} MiB", MAX_IMAGE_BYTES >> 20);
        let help = "make it smaller: it is sent with every list of models; 250 × 250 pixels are enough";
        return Err(Box::new(finding("avatar-not-an-image", message).help(help)));
    }
    Ok(Wanted::Json(json!(address(kind, &bytes))))
}

/// An image as a server keeps it; none if it is none that it takes, or too large.
#[must_use]
pub fn data_uri(bytes: &[u8]) -> Option<String> {
    let kind = image_kind(bytes).filter(|_| bytes.len() <= MAX_IMAGE_BYTES)?;
    Some(address(kind, bytes))
}

fn address(kind: &str, bytes: &[u8]) -> String {
    let data = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!("data:image/{kind};base64,{data}")
}

/// Whether a path that is relative to the folder of `file` climbs above the workspace: told without looking at the disk,
/// which would say whether something is there.
fn leaves(file: &Utf8Path, path: &Utf8Path) -> bool {
    let mut depth = file.components().count().saturating_sub(1);
    for part in path.components() {
        match part {
            Utf8Component::ParentDir if depth == 0 => return true,
            Utf8Component::ParentDir => depth -= 1,
            Utf8Component::Normal(_) => depth += 1,
            Utf8Component::CurDir => {}
            Utf8Component::RootDir | Utf8Component::Prefix(_) => return true,
        }
    }
    false
}

fn unreadable(error: &FileError, path: &str, finding: &impl Fn(&'static str, String) -> Diagnostic) -> Diagnostic {
    let message = match error {
        FileError::Missing(_) => format!("there is no file `{path}`"),
        FileError::NotAFile(_) => format!("`{path}` is not a file"),
        FileError::TooLarge { .. } => format!("`{path}` is too large"),
        FileError::Io { reason, .. } => format!("cannot read `{path}`: {reason}"),
    };
    finding("unreadable-file", message).help("the path is relative to the file that holds it")
}

/// The image's subtype by its first bytes, if it is one that Open WebUI keeps (0.9 and newer drop every other).
fn image_kind(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("png")
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some("jpeg")
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        Some("gif")
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some("webp")
    } else {
        None
    }
}

fn looks_like_svg(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(bytes.get(..1024).unwrap_or(bytes)).to_ascii_lowercase();
    head.contains("<svg")
}
