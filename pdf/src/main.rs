//! The program that mdBook starts: the book on standard input, the PDF in its folder.

use mdbook_renderer::RenderContext;
use std::process::ExitCode;

fn main() -> ExitCode {
    let rendered = RenderContext::from_json(std::io::stdin().lock())
        .and_then(|ctx| mdbook_measured_pdf::render(&ctx));
    match rendered {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(line)) => {
            eprintln!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
