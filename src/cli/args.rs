//! `--arg`: values for `${name}` from the command line.

use std::collections::BTreeMap;

use clap::Args;

use crate::expand::is_name;

/// The values.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Given {
    /// A value for `${NAME}` in the files, stronger than what the manifest and the files say; may be repeated.
    #[arg(long = "arg", value_name = "NAME=VALUE", value_parser = pair)]
    arg: Vec<(String, String)>,
}

impl Given {
    /// The values by name; the last one of a name counts.
    pub(super) fn values(&self) -> BTreeMap<String, String> {
        self.arg.iter().cloned().collect()
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if is_name(name) => Ok((name.to_owned(), value.to_owned())),
        Some((name, _)) => Err(format!("`{name}` is no name: write letters, digits and `_`")),
        None => Err("write `name=value`".to_owned()),
    }
}
