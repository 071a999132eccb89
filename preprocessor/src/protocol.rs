//! mdBook's preprocessor protocol.

use crate::assets;
use crate::chapters::contract::Renderer;
use crate::chapters::{Chapter, Diagnostic, Filled, fill_book};
use crate::escape::html;
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
    let project = Project::of(context.root.clone(), &context.config)?;
    let chapters = chapters_of(&project, &book);
    let serving = context
        .config
        .contains_key("output.html.live-reload-endpoint");
    let filled = fill(&project, &chapters, &context.renderer);
    let told_by = teller(&context);
    if !filled.faults.is_empty() {
        match serving {
            true => tell_untold(&filled.faults, told_by.as_deref(), &project, &chapters),
            false => bail!("{}", lines(&filled.faults)),
        }
    }
    if told_by.is_none() {
        match is_strict(&project) {
            true => eprintln!("{}", accepted_in_words(&filled.accepted)),
            false => warn_of(&filled),
        }
    }
    let made = filled.files.into_iter();
    let mut files: Files = made.map(|(path, file)| (path, file.into())).collect();
    files.extend(assets::files(&project.in_source(project.generated_name())));
    let obsolete = match filled.faults.is_empty() {
        true => Obsolete::Remove,
        false => Obsolete::Keep,
    };
    let mut texts = match filled.faults.is_empty() {
        true => filled.chapters,
        false => with_faults(&chapters, filled.chapters, &filled.faults),
    };
    put(&mut book.items, &mut texts);
    let mut generated = Ok(());
    let sent = rayon::in_place_scope(|scope| {
        scope.spawn(|_| generated = project.generated().write(&files, obsolete));
        serde_json::to_writer(&mut out, &book)?;
        out.flush()
    });
    sent.context("handing the book back")?;
    generated.context("writing the generated files")
}

/// Fills the chapters; in strict mode what a draft may have is a fault, too.
fn fill(project: &Project, chapters: &[Chapter], renderer: &str) -> Filled {
    let mut filled = match project.read() {
        Ok(inputs) => {
            let renderer = Renderer::by_name(renderer);
            fill_book(chapters, inputs.facts, &inputs.bibliography, renderer)
        }
        Err(faults) => Filled {
            faults,
            ..Filled::default()
        },
    };
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

/// The pages of a draft with faults: each begins with its own and some of the others.
fn with_faults(
    chapters: &[Chapter],
    mut texts: BTreeMap<String, String>,
    faults: &[Diagnostic],
) -> BTreeMap<String, String> {
    for chapter in chapters {
        let text = texts.entry(chapter.path.clone()).or_default();
        *text = format!("{}\n\n{text}", fault_block(&chapter.file, faults));
    }
    texts
}

/// The most faults that a page shows: all on all pages would grow with their square.
const FAULTS_ON_A_PAGE: usize = 30;

/// What stands at the top of the page of `file`.
fn fault_block(file: &str, faults: &[Diagnostic]) -> String {
    let (own, others): (Vec<_>, Vec<_>) = faults.iter().partition(|fault| fault.file == file);
    let shown = own.into_iter().chain(others).take(FAULTS_ON_A_PAGE);
    let shown: Vec<_> = shown.map(ToString::to_string).collect();
    let mut lines: Vec<_> = shown
        .iter()
        .flat_map(|fault| fault.lines())
        .map(html)
        .collect();
    let left_out = faults.len() - shown.len();
    if left_out > 0 {
        lines.push(format!("and {left_out} more, which stand in the terminal"));
    }
    format!(
        "<div class=\"build-faults\" role=\"alert\"><p>This draft does not build:</p><pre>{}</pre></div>",
        lines.join("&#10;")
    )
}

fn lines(faults: &[Diagnostic]) -> String {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape_tests::NASTY;
    use pulldown_cmark::{Event, Parser};

    #[test]
    fn a_page_shows_its_own_faults_and_some_of_the_others() {
        let fault = |number: usize| {
            let file = format!("book/c{number}.md");
            Diagnostic::of_file(file, format!("<b>`{number}`</b>"))
        };
        let faults: Vec<_> = (0..100).map(fault).collect();
        let block = fault_block("book/c77.md", &faults);
        assert!(
            block.contains(
                "<pre>&#96;book/c77.md&#96;: &lt;b&gt;&#96;77&#96;&lt;/b&gt;&#10;&#96;book/c0.md"
            ),
            "{block}"
        );
        assert_eq!(block.matches("book/c").count(), FAULTS_ON_A_PAGE);
        assert!(block.contains("&#10;and 70 more, which"), "{block}");
        let few = fault_block("book/c9.md", &faults[..2]);
        assert_eq!(few.matches("book/c").count(), 2);
        assert!(!few.contains("more"), "{few}");
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

    #[test]
    fn faults_in_a_page_are_text() {
        let chapter = Chapter {
            path: "a.md".into(),
            file: "book/a.md".into(),
            source: String::new(),
        };
        let faults = NASTY.map(|text| Diagnostic::of_file(text, text));
        let texts = with_faults(&[chapter], BTreeMap::new(), &faults);
        let events: Vec<_> = Parser::new(&texts["a.md"]).collect();
        let [Event::Start(_), Event::Html(block), Event::End(_)] = &events[..] else {
            panic!("not one block of HTML: {events:?}");
        };
        let tags: Vec<_> = block.matches('<').collect();
        assert_eq!(tags.len(), 6, "{block}");
        assert!(!block.contains("{{"), "{block}");
        let shown = faults[..FAULTS_ON_A_PAGE].iter().map(ToString::to_string);
        let lines: usize = shown.map(|fault| fault.lines().count()).sum();
        assert_eq!(block.matches("&#10;").count(), lines);
    }
}
