//! `mdbook-measured`: the preprocessor, and its commands for people.

use anyhow::{Error, Result, anyhow, ensure};
use clap::{Parser, Subcommand};
use mdbook_measured::explain::{explain, names};
use mdbook_measured::init::init;
use mdbook_measured::project::{Known, Project};
use mdbook_measured::protocol::{BY_HAND, preprocess};
use mdbook_measured::reference::page;
use mdbook_measured::topics::{TOPICS, command_line};
use rayon::ThreadPoolBuilder;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
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
    /// Shows where a number of the book comes from, down to its sources.
    ///
    /// Example: mdbook-measured explain inference.k80_board.vgg16.printed.time
    Explain {
        /// The quantity's dotted name, as it stands in chapters and in the evidence appendix.
        name: String,
        /// The root of the project, with `book/` and `experiments/plan.toml`.
        #[arg(long, default_value = ".")]
        root: PathBuf,
    },
    /// Lists the names that chapters may write, with their values.
    ///
    /// Example: mdbook-measured names inference.k80_board
    Names {
        /// What the names begin with; all without it.
        #[arg(default_value = "")]
        beginning: String,
        /// The root of the project, with `book/` and `experiments/plan.toml`.
        #[arg(long, default_value = ".")]
        root: PathBuf,
    },
    /// Prints what a chapter can use: filters, functions and views, each with an example.
    Reference,
    /// Writes the digests of tables into `book/data.toml`; names tables whose digests are not those of
    /// their files where none is given, and fails where there are such.
    Seal {
        /// The tables' names.
        names: Vec<String>,
        /// Seals every table whose file is there.
        #[arg(long, conflicts_with = "names")]
        all: bool,
        /// The root of the project, with `book/data.toml`.
        #[arg(long, default_value = ".")]
        root: PathBuf,
    },
    /// Writes a book to begin with: chapters, facts, measurements and settings; overwrites no file.
    ///
    /// `mdbook build` then makes HTML and PDF with the installed programs `mdbook-measured` and
    /// `mdbook-measured-pdf`. Without the second, take `[output.measured-pdf]` out of `book.toml`.
    Init {
        /// The folder to write into.
        #[arg(default_value = ".")]
        root: PathBuf,
    },
    #[command(flatten)]
    ForLogs(command_line::Command),
}

/// What a pipe of Linux holds, in bytes.
const PIECE: usize = 1 << 16;

/// Takes a tenth of the time off a build: it asks the system for large pages, and seldom.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Who reads, such as `head`, has had enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &Error) -> bool {
    let cause = error.downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// All that the chapters of the project in `root` may use.
fn known_in(root: PathBuf) -> Result<Known> {
    Project::in_folder(root)?.read().map_err(|faults| {
        let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
        anyhow!("{}", lines.join("\n"))
    })
}

fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Some(Command::Supports { .. }) => Ok(()),
        Some(Command::Explain { name, root }) => {
            explain(&known_in(root)?.facts, &name, &mut io::stdout().lock())
        }
        Some(Command::Names { beginning, root }) => {
            let out = &mut BufWriter::new(io::stdout().lock());
            names(&known_in(root)?.facts, &beginning, out)?;
            Ok(out.flush()?)
        }
        Some(Command::Reference) => Ok(io::stdout().lock().write_all(page(&TOPICS).as_bytes())?),
        Some(Command::Seal { names, all, root }) => {
            let project = Project::in_folder(root)?;
            let out = &mut io::stdout().lock();
            match all || !names.is_empty() {
                true => project.seal(&names, out),
                false => project.list_unsealed(out),
            }
        }
        Some(Command::Init { root }) => init(&root, &mut io::stdout().lock()),
        Some(Command::ForLogs(command)) => command_line::run(command, &mut io::stdout().lock()),
        None => {
            // The main thread would else wait for a thread that does its work.
            ThreadPoolBuilder::new()
                .use_current_thread()
                .build_global()?;
            ensure!(
                !io::stdin().is_terminal(),
                "standard input is a terminal; {BY_HAND}"
            );
            let input = io::read_to_string(io::stdin().lock())?;
            // Standard output alone would pass a book on line by line, in pieces of a kilobyte.
            let out = BufWriter::with_capacity(PIECE, io::stdout().lock());
            preprocess(&input, out)
        }
    }
}
