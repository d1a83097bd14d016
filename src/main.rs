//! The `maquette` command.

use std::process::ExitCode;

/// A plan of thousands of models is mostly small allocations, on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    maquette::cli::run(std::env::args_os())
}
