//! Typst source to PDF, and what the compiler says about it in terms of the chapters.

use crate::destinations;
use crate::pack;
use crate::problems::{Place, Problem, Problems};
use crate::world::BookWorld;
use typst::WorldExt;
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst::syntax::DiagSpan;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

/// Finds the place in the book that a byte of a Typst source came from.
pub(crate) type Origin<'a> = &'a dyn Fn(&str, usize) -> Option<Place>;

/// Compiles the world's main source and exports it as tagged PDF/UA-1.
///
/// The file carries no time, and an identifier made of `identifier` alone, so that one book
/// always gives the same bytes.
///
/// # Errors
/// What Typst rejects, and text that would run off its page.
pub(crate) fn pdf(
    world: &BookWorld,
    identifier: &str,
    origin: Origin,
) -> Result<Vec<u8>, Problems> {
    let report = |diagnostics: &[SourceDiagnostic]| {
        Problems(
            diagnostics
                .iter()
                .map(|it| problem(world, it, origin))
                .collect(),
        )
    };
    let compiled = typst::compile::<PagedDocument>(world);
    let document = compiled.output.map_err(|errors| report(&errors))?;
    report(&compiled.warnings).or(())?;
    typst::comemo::evict(0); // it holds the frames, which are led where they are
    let document = destinations::resolve(document).map_err(|lost| {
        let lost = lost.into_iter();
        Problems(
            lost.map(|link| Problem {
                place: place(world, [link.span.into()], origin),
                message: link.message,
                hint: String::new(),
            })
            .collect(),
        )
    })?;
    crate::overflow::check(world, &document, origin).or(())?;
    let pdf = typst_pdf::pdf(&document, &options(identifier)).map_err(|errors| report(&errors))?;
    Ok(pack::packed(&pdf).unwrap_or(pdf))
}

fn options(identifier: &str) -> PdfOptions {
    PdfOptions {
        ident: Smart::Custom(identifier.to_owned()),
        creator: Smart::Custom(Some(
            concat!("mdbook-measured-pdf ", env!("CARGO_PKG_VERSION")).into(),
        )),
        timestamp: None,
        standards: PdfStandards::new(&[PdfStandard::Ua_1])
            .expect("one standard agrees with itself"),
        ..PdfOptions::default()
    }
}

fn problem(world: &BookWorld, diagnostic: &SourceDiagnostic, origin: Origin) -> Problem {
    let traced = diagnostic.trace.iter().map(|point| point.span.into());
    let spans = std::iter::once(diagnostic.span).chain(traced);
    let hints: Vec<&str> = diagnostic
        .hints
        .iter()
        .map(|hint| hint.v.as_str())
        .collect();
    Problem {
        place: place(world, spans, origin),
        message: diagnostic.message.to_string(),
        hint: hints.join("; "),
    }
}

/// The place in the book of the first span that lies in a chapter.
pub(crate) fn place(
    world: &BookWorld,
    spans: impl IntoIterator<Item = DiagSpan>,
    origin: Origin,
) -> Option<Place> {
    spans.into_iter().find_map(|span| {
        let path = span.id()?.vpath().get_with_slash().to_owned();
        origin(&path, world.range(span)?.start)
    })
}
