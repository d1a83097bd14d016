//! `maquette check` in an old repository and in CI: formats, levels, selections, and the baseline.

mod baseline;
mod explain;
mod formats;
mod levels;

use crate::project::Project;

/// A repository with a workspace in a folder whose name has to be escaped, and in it models with something wrong in each.
fn repository() -> Project {
    let project = Project::new();
    std::fs::create_dir(project.path().join(".git")).unwrap();
    // Its byte order mark is there for the columns.
    let manifest = "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef0123456789abcdef\"\n\
                    [remotes.local]\nkind = \"file\"\npath = \"export.json\"\n[rules]\nutf16-file = \"off\"\n";
    project.file("my models/maquette.toml", manifest);
    project.file(
        "my models/größe.Modelfile",
        "\u{feff}FROM llama3.2:3b\r\n\r\nTAGS \t👩‍👩‍👧, a, a\r\nPARAMETER tempratur 1\r\nPARAMETER top_k 1\r\nPARAMETER top_k 2\r\n",
    );
    project.file("my models/legacy/old.Modelfile", "FROM llama3.2:3b\nPARAMETER tempratur 1\nPARAMETER num_gqa 1\n");
    project.file("my models/fine.Modelfile", "FROM llama3.2:3b\n");
    project
}

/// The arguments of `check` in the workspace of [`repository`].
fn check<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["-C", "my models", "check"], arguments].concat()
}
