//! mdBook's preprocessor protocol.

mod appendix;
mod pages;
mod sections;

use crate::assets;
use crate::chapters::contract::Renderer;
use crate::chapters::{Chapter, Diagnostic, Filled, fill_book};
use crate::fonts::Characters;
use crate::generated::{Files, Obsolete};
use crate::project::Project;
use anyhow::{Context, Result, anyhow, bail};
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::{Book, BookItem};
use std::collections::BTreeMap;
use std::io::Write;

/// What helps someone who starts the program without a book.
pub const BY_HAND: &str =
    "hint: `mdbook build` starts this program; `mdbook-measured --help` lists what it does by hand";

/// Fills the chapters of the book that mdBook sends as `input` and hands it back to `out`; writes
/// the generated files beside the chapters.
///
/// # Errors
/// What is no message of mdBook's, and all faults at once, one to a line. While `mdbook serve` runs, a fault is shown in the page
/// instead: mdBook would keep the old page, and an author would not see why.
pub fn preprocess(input: &str, mut out: impl Write) -> Result<()> {
    // mdBook's own function reads a stream, byte by byte.
    let read = serde_json::from_str(input);
    let (context, mut book): (PreprocessorContext, Book) = read.map_err(|error| {
        anyhow!("what is on standard input is no book of mdBook's: {error}; {BY_HAND}")
    })?;
    let serving = is_serving(&context);
    if serving && is_not_made(&context) {
        serde_json::to_writer(&mut out, &book)?;
        return out.flush().context("handing the book back");
    }
    let (project, of_settings) = project_of(&context)?;
    let chapters = chapters_of(&project, &book);
    let mut filled = fill(&project, &chapters, &context.renderer);
    filled.faults.splice(0..0, of_settings);
    let told_by = teller(&context);
    if !filled.faults.is_empty() {
        match serving {
            true => tell_untold(&filled.faults, told_by.as_deref(), &project, &chapters),
            false => bail!("{}", lines(&filled.faults)),
        }
    }
    if told_by.is_none() {
        warn_of(&filled);
        if is_strict(&project) && filled.faults.is_empty() {
            eprintln!("{}", accepted_in_words(&filled.accepted));
        }
    }
    if serving && context.renderer == "html" {
        let notes = filled.shortcomings.iter().chain(&filled.absences);
        let notes: Vec<_> = notes.cloned().collect();
        pages::add_notes(&chapters, &mut filled.chapters, &notes);
    }
    let made = std::mem::take(&mut filled.files).into_iter();
    let mut files: Files = made.map(|(path, file)| (path, file.into())).collect();
    let makes_assets = makes_assets(&context);
    let obsolete = match filled.faults.is_empty() {
        true if makes_assets => Obsolete::Remove,
        true => Obsolete::RemoveBut(assets::is_asset),
        false => Obsolete::Keep,
    };
    // A PDF made while serving shows the places of the faults alone.
    let shows_faults = !filled.faults.is_empty() && context.renderer == "html";
    let mut texts = match shows_faults {
        false => filled.chapters,
        true => pages::with_faults(&chapters, filled.chapters, &filled.faults),
    };
    put(&mut book.items, &mut texts);
    if let Some(part) = project.appendix() {
        let html = context.config.html_config().unwrap_or_default();
        appendix::letter(part, html.smart_punctuation, &mut book)
            .map_err(|error| anyhow!(error))?;
    }
    if context.renderer == "html" {
        sections::number(&context, &mut book);
    }
    let mut written = Ok(());
    let sent = rayon::in_place_scope(|scope| {
        scope.spawn(|_| {
            if makes_assets {
                files.extend(assets_of(&project, &book, serving));
            }
            written = project.generated().write(&files, obsolete);
        });
        serde_json::to_writer(&mut out, &book)?;
        out.flush()
    });
    sent.context("handing the book back")?;
    written.context("writing the generated files")
}

/// Whether `mdbook serve` started this build: it alone sets the live reload endpoint.
fn is_serving(context: &PreprocessorContext) -> bool {
    context
        .config
        .contains_key("output.html.live-reload-endpoint")
}

/// Whether this build makes style sheet, script and fonts: the pages' own does, since their text
/// decides the glyphs, and any of a book without pages.
fn makes_assets(context: &PreprocessorContext) -> bool {
    context.renderer == "html" || !context.config.contains_key("output.html")
}

/// What the pages of the filled book need beside their own files.
fn assets_of(project: &Project, book: &Book, serving: bool) -> Vec<assets::File> {
    let folder = project.in_source(project.generated_name());
    let texts = book.chapters().map(|chapter| chapter.content.as_str());
    let characters = Characters::of(texts);
    let generated = project.generated();
    assets::files(&folder, serving, &characters, |path| {
        generated.earlier(path)
    })
}

/// Whether this is the PDF, and it is not made while the book is served.
fn is_not_made(context: &PreprocessorContext) -> bool {
    let made = context
        .config
        .get::<bool>("output.measured-pdf.while-serving");
    context.renderer == "measured-pdf" && !made.ok().flatten().unwrap_or(false)
}

/// The project; one without settings, and their fault, where that can be shown in a page.
fn project_of(context: &PreprocessorContext) -> Result<(Project, Option<Diagnostic>)> {
    let root = &context.root;
    match Project::of(root.clone(), &context.config) {
        Ok(project) => Ok((project, None)),
        Err(error) if is_serving(context) => {
            let message = format!("{error:#}");
            let message = message.trim_start_matches("`book.toml`: ");
            let project = Project::new(root.clone(), &context.config.book.src);
            Ok((project, Some(Diagnostic::of_file("book.toml", message))))
        }
        Err(error) => Err(error),
    }
}

/// Fills the chapters; in strict mode what a draft may have is a fault, too. Where a file beside the
/// chapters has faults, theirs would follow from them, and are not told.
fn fill(project: &Project, chapters: &[Chapter], renderer: &str) -> Filled {
    let (known, faults) = project.read_draft();
    let renderer = Renderer::by_name(renderer);
    let mut filled = fill_book(chapters, known.facts, &known.bibliography, renderer);
    if !faults.is_empty() {
        return Filled {
            chapters: filled.chapters,
            faults,
            ..Filled::default()
        };
    }
    if is_strict(project) {
        filled.faults.append(&mut filled.shortcomings);
        filled.faults.append(&mut filled.absences);
    }
    filled
}

/// Whether what a draft may have is a fault: as `book.toml` or the environment says.
fn is_strict(project: &Project) -> bool {
    project.is_strict() || std::env::var("MEASURED_STRICT").is_ok_and(|value| value == "1")
}

/// What a submission was built with although it is not as one would wish.
fn accepted_in_words(accepted: &[String]) -> String {
    match accepted.is_empty() {
        true => "strict: nothing is missing, and nothing had to be accepted".to_owned(),
        false => format!(
            "strict: nothing is missing; accepted: {}",
            accepted.join("; ")
        ),
    }
}

/// The renderer for which this build has told the author already what it says of the book: mdBook
/// fills the book once for each, in the order of their names. `None` where it is the first, or is
/// none that `book.toml` lists, as under `mdbook test`.
fn teller(context: &PreprocessorContext) -> Option<String> {
    let outputs: BTreeMap<String, toml::Table> = context.config.outputs().ok()?;
    let filled: Option<Vec<String>> = { context.config.get("preprocessor.measured.renderers") }
        .ok()
        .flatten();
    let is_filled = |name: &&String| filled.as_ref().is_none_or(|names| names.contains(name));
    let mut names = outputs.keys().filter(is_filled);
    let first = names.next()?;
    let is_later = names.any(|name| *name == context.renderer);
    is_later.then(|| first.clone())
}

/// Tells the faults that were not told for the renderer `told_by`.
fn tell_untold(
    faults: &[Diagnostic],
    told_by: Option<&str>,
    project: &Project,
    chapters: &[Chapter],
) {
    let told = told_by.map(|renderer| fill(project, chapters, renderer).faults);
    let told = told.unwrap_or_default();
    for fault in faults.iter().filter(|fault| !told.contains(fault)) {
        eprintln!("{fault}");
    }
}

/// Tells the author of typed numbers, and counts the runs and the numbers that are not there.
fn warn_of(filled: &Filled) {
    let (typed, runs): (Vec<_>, Vec<_>) =
        filled.shortcomings.iter().partition(|s| s.line.is_some());
    for warning in typed {
        eprintln!("warning: {warning}");
    }
    if !runs.is_empty() {
        eprintln!(
            "draft: {} planned runs or sample images are not there",
            runs.len()
        );
    }
    if !filled.absences.is_empty() {
        eprintln!(
            "draft: the text prints {} numbers that are not measured; hint: strict mode lists them",
            filled.absences.len()
        );
    }
}

/// The chapters in the order of the book.
fn chapters_of(project: &Project, book: &Book) -> Vec<Chapter> {
    book.chapters()
        .filter_map(|chapter| {
            let path = chapter.path.as_ref()?.to_string_lossy().replace('\\', "/");
            let source = chapter.source_path.as_ref().or(chapter.path.as_ref())?;
            Some(Chapter {
                file: project.in_source(&source.to_string_lossy()),
                source: chapter.content.clone(),
                path,
            })
        })
        .collect()
}

/// Moves the texts to their chapters.
fn put(items: &mut [BookItem], texts: &mut BTreeMap<String, String>) {
    for item in items {
        if let BookItem::Chapter(chapter) = item {
            let path = chapter
                .path
                .as_ref()
                .map(|path| path.to_string_lossy().replace('\\', "/"));
            if let Some(text) = path.and_then(|path| texts.remove(&path)) {
                chapter.content = text;
            }
            put(&mut chapter.sub_items, texts);
        }
    }
}

fn lines(faults: &[Diagnostic]) -> String {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_of_the_pages_makes_their_fonts() {
        for (config, renderer, expected) in [
            ("", "html", true),
            ("[output.html]\n[output.measured-pdf]", "html", true),
            (
                "[output.html]\n[output.measured-pdf]",
                "measured-pdf",
                false,
            ),
            ("[output.html]\n[output.markdown]", "markdown", false),
            ("[output.measured-pdf]", "measured-pdf", true),
        ] {
            let config = config.parse().unwrap();
            let context = PreprocessorContext::new("".into(), config, renderer.to_owned());
            assert_eq!(makes_assets(&context), expected, "{renderer}");
        }
    }

    #[test]
    fn a_book_is_told_of_once_by_the_first_renderer_that_fills_it() {
        let check = |config: &str, renderer: &str, expected: Option<&str>| {
            let config = config.parse().unwrap();
            let context = PreprocessorContext::new("".into(), config, renderer.to_owned());
            assert_eq!(teller(&context).as_deref(), expected, "{renderer}");
        };
        let both = "[output.measured-pdf]\n[output.html]\n";
        check(both, "html", None);
        check(both, "measured-pdf", Some("html"));
        check("[output.measured-pdf]", "measured-pdf", None);
        check("", "html", None);
        // As under `mdbook test`.
        check(both, "test", None);
        let with_epub = format!("{both}[output.epub]\n");
        check(&with_epub, "html", Some("epub"));
        let chosen = "[preprocessor.measured]\nrenderers = ['measured-pdf', 'html']\n";
        check(&format!("{with_epub}{chosen}"), "html", None);
        check(
            &format!("{with_epub}{chosen}"),
            "measured-pdf",
            Some("html"),
        );
    }
}
