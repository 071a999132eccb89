//! `mdbook-measured`: the preprocessor, and its commands for people.

use anyhow::Result;
use clap::{Parser, Subcommand};
use mdbook_measured::protocol::preprocess;
use std::io::{self, Write};
use std::process::ExitCode;

/// Fills the chapters of an mdBook with numbers that know where they come from.
///
/// Without a command it reads a book from standard input, as mdBook's preprocessors do.
#[derive(Parser)]
#[command(name = "mdbook-measured", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Tells mdBook whether a renderer is supported: all are.
    Supports {
        /// The renderer's name.
        renderer: String,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Some(Command::Supports { .. }) => Ok(()),
        None => {
            let (context, book) = mdbook_preprocessor::parse_input(io::stdin().lock())?;
            let book = preprocess(&context, book)?;
            let mut out = io::stdout().lock();
            serde_json::to_writer(&mut out, &book)?;
            Ok(out.flush()?)
        }
    }
}
