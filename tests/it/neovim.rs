//! The language server in a real Neovim, set up by `editors/neovim/`: what a person sees and does there.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::programs::Program;
use crate::project::{MANIFEST, Project};

const NEOVIM: Program = Program {
    names: &["nvim"],
    variable: "NVIM",
    package: "neovim",
    reason: "the language server is tested in a real Neovim",
};

#[test]
fn a_person_repairs_formats_and_renames() {
    let project = Project::new();
    project.manifest(MANIFEST);
    project.file("models/support.Modelfile", "FROM llama3.2:3b\nPARAMTER temperature 0.5\nNAME   Support\n");
    project.file("models/child.Modelfile", "FROM support\nNAME Child\n");

    let seen = drive(&project, "models/support.Modelfile");

    let expected = json!({
        "filetype": "modelfile",
        "findings": ["2: unknown-instruction"],
        "repaired": "FROM llama3.2:3b\nPARAMETER temperature 0.5\nNAME   Support",
        "formatted": "FROM llama3.2:3b\nPARAMETER temperature 0.5\nNAME Support",
        "renamed": "FROM helpdesk\nNAME Child",
        "base": "FROM llama3.2:3b\nID helpdesk\nMOVED support\nPARAMETER temperature 0.5\nNAME Support",
    });
    assert_eq!(seen, expected, "{}", seen["problem"].as_str().unwrap_or_default());
    project.run(&["check"]).success();
}

/// Opens a file in Neovim, goes through the steps of `neovim.lua`, and gives what was seen.
fn drive(project: &Project, file: &str) -> Value {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let home = tempfile::Builder::new().prefix("maquette-neovim-").tempdir().unwrap();
    let seen = home.path().join("seen.json");
    let mut neovim = Command::new(NEOVIM.path());
    neovim
        .args(["--headless", "--clean", "-i", "NONE", "-n"])
        .args(["--cmd", &format!("set runtimepath^={}", repository.join("editors/neovim").display())])
        .args(["--cmd", &format!("let g:maquette_path = '{}'", env!("CARGO_BIN_EXE_maquette"))])
        .arg(file)
        .args(["-c", &format!("luafile {}", repository.join("tests/it/neovim.lua").display())])
        .current_dir(project.path())
        .env("MAQUETTE_SEEN", &seen)
        .stdin(Stdio::null());
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"]
    {
        neovim.env(variable, home.path());
    }
    let output = neovim.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let written = fs::read_to_string(&seen).unwrap_or_else(|error| panic!("Neovim wrote nothing: {error}\n{said}"));
    serde_json::from_str(&written).unwrap()
}
