//! The program that mdBook starts: the book on standard input, the PDF in its folder.

use anyhow::{Result, anyhow, ensure};
use mdbook_renderer::RenderContext;
use std::io::{IsTerminal, stdin};
use std::process::ExitCode;

const HELP: &str = "\
Typesets an mdBook as an accessible PDF

mdBook starts this program and sends it the book. It needs two lines in book.toml:

  [output.measured-pdf]
  command = \"mdbook-measured-pdf\"

`mdbook build` then writes book.pdf into the folder measured-pdf of the build folder, or, where the
book has no other output, into the build folder itself, and puts a copy beside the pages of the HTML.
The title page has `title`, `description` and `authors` of [book]; an author may have an address or a
number, \"Ada Lovelace <ada@example.org>\". Besides, [output.measured-pdf] takes:

  subtitle         the line below the title
  note             the line below the authors: a course, a place
  date             the date, as text
  contents-behind  the chapter behind which the contents stand, such as \"front.md\"
  leave-out        chapters that the PDF leaves out, such as [\"appendix/evidence.md\"]
  paper            as Typst calls it: \"a4\" (if not given), \"us-letter\", …
  fonts            font files below the folder of the chapters, for scripts that Latin fonts lack
  while-serving    whether the PDF is made under `mdbook serve` too: true or false (if not given)

Usage: mdbook-measured-pdf [OPTIONS]

Options:
  -h, --help     Print help
  -V, --version  Print version

Exit codes: 0 where the PDF is made or needs not be, 1 where the book has faults, 2 for arguments";

const BY_HAND: &str =
    "hint: `mdbook build` starts this program; `mdbook-measured-pdf --help` says how";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {}
        ["-h" | "--help" | "help", ..] => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        ["-V" | "--version", ..] => {
            println!("mdbook-measured-pdf {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        [unknown, ..] => {
            eprintln!("unknown argument `{unknown}`; {BY_HAND}");
            return ExitCode::from(2);
        }
    }
    match render() {
        Ok(line) => {
            line.iter().for_each(|line| eprintln!("{line}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Renders the book on standard input; a line to show, if there is one.
fn render() -> Result<Option<String>> {
    ensure!(
        !stdin().is_terminal(),
        "standard input is a terminal; {BY_HAND}"
    );
    let context = RenderContext::from_json(stdin().lock()).map_err(|error| {
        let cause = error.root_cause();
        anyhow!("what is on standard input is no book of mdBook's: {cause}; {BY_HAND}")
    })?;
    mdbook_measured_pdf::render(&context)
}
