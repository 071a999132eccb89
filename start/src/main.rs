//! Starts a program of the workspace as `cargo run --release --locked --package PROGRAM` would,
//! without cargo where the program is current.
//!
//! mdBook starts the preprocessor and the PDF's program for each build, and cargo takes 0.2 s to see
//! that there is nothing to do. What a program was compiled from is in the file that cargo writes
//! beside it, and whether one of these files is newer takes a millisecond. A new toolchain alone is
//! not noticed.

mod current;

use current::Built;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

const USAGE: &str = "usage: start PROGRAM [ARGUMENT]…, with a program of the workspace";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let Some(name) = arguments.next().and_then(|name| name.into_string().ok()) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let built = Built::new(root(), &target_folder(), &name);
    if !built.is_current()
        && let Err(message) = built.build_by(|| build(&name))
    {
        eprintln!("{message}");
        return ExitCode::FAILURE;
    }
    run(Command::new(&built.program).args(arguments), &name)
}

/// The root of the workspace.
fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// Where cargo builds the workspace.
fn target_folder() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Builds the program; cargo shows how far it is on standard error.
fn build(name: &str) -> Result<(), String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--locked", "--package", name])
        .current_dir(root())
        .stdin(Stdio::null()) // mdBook writes the book to it
        .status()
        .map_err(|error| format!("`cargo` does not start: {error}; hint: install Rust"))?;
    match built.success() {
        true => Ok(()),
        false => Err(format!(
            "`cargo build` of `{name}` failed; it says why above"
        )),
    }
}

/// Becomes the program.
#[cfg(unix)]
fn run(program: &mut Command, name: &str) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    let error = program.exec();
    eprintln!("`{name}` does not start: {error}");
    ExitCode::FAILURE
}

/// Runs the program to its end.
#[cfg(not(unix))]
fn run(program: &mut Command, name: &str) -> ExitCode {
    match program.status() {
        Ok(status) => {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            code.map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => {
            eprintln!("`{name}` does not start: {error}");
            ExitCode::FAILURE
        }
    }
}
