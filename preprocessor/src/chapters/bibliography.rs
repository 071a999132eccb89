//! The works that a book may cite: `references.bib`, through hayagriva.

use crate::diagnostic::{Diagnostic, LineNumbers};
use crate::escape::markdown;
use hayagriva::archive::ArchivedStyle;
use hayagriva::citationberg::{FontStyle, IndependentStyle, Locale, LocaleFile, Style};
use hayagriva::io::from_biblatex;
use hayagriva::{
    BibliographyDriver, BibliographyRequest, CitationItem, CitationRequest, ElemChild, Library,
};
use parsers::contained::contained;
use std::collections::BTreeMap;
use std::sync::LazyLock;

mod fields;
mod references;

/// The longest file, in bytes.
const MOST_BYTES: usize = 4 << 20;

/// The most known keys that are told where one is not known.
const MOST_ALIKE: usize = 10;

/// The works that a book may cite.
#[derive(Debug)]
pub struct Bibliography {
    file: String,
    /// Each work in IEEE style as Markdown, without its number, by its key.
    works: BTreeMap<String, String>,
}

static IEEE: LazyLock<IndependentStyle> =
    LazyLock::new(
        || match ArchivedStyle::InstituteOfElectricalAndElectronicsEngineers.get() {
            Style::Independent(style) => style,
            Style::Dependent(_) => unreachable!("the IEEE style stands on its own"),
        },
    );

static LOCALES: LazyLock<[Locale; 1]> = LazyLock::new(|| {
    let locale = LocaleFile::from_xml(include_str!("../../assets/locale-en-US.xml"));
    [locale.expect("the locale is well formed").into()]
});

/// What is wrong at a byte of the file.
type Fault = (usize, String);

impl Bibliography {
    /// Reads BibLaTeX `text`, the content of `file`.
    ///
    /// # Errors
    /// What is not BibLaTeX, a key or a link that must not stand in a page, entries that refer to
    /// each other in a circle; each with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let lines = LineNumbers::of(text);
        let place = |(offset, message): Fault| Diagnostic {
            line: Some(lines.line(offset)),
            ..Diagnostic::of_file(file, message)
        };
        if text.len() > MOST_BYTES {
            let message = format!("{} bytes, expected at most {MOST_BYTES}", text.len());
            return Err(vec![Diagnostic::of_file(file, message)]);
        }
        let works = contained(|| works(text)).unwrap_or_else(|panic| {
            let message = format!("the crate hayagriva fails on it ({panic}); hint: look at the entry that was changed last");
            Err(vec![(0, message)])
        });
        match works {
            Ok(works) => Ok(Bibliography {
                file: file.to_owned(),
                works,
            }),
            Err(faults) => Err(faults.into_iter().map(place).collect()),
        }
    }

    /// Checks that the work is known.
    ///
    /// # Errors
    /// Names the key, the file and the known keys that are like it.
    pub(crate) fn check(&self, key: &str) -> Result<(), String> {
        if self.works.contains_key(key) {
            return Ok(());
        }
        let stem: String = key.chars().take_while(char::is_ascii_alphabetic).collect();
        let alike = self.works.keys().filter(|known| known.starts_with(&stem));
        let similar: Vec<_> = alike.take(MOST_ALIKE).collect();
        let hint = match similar.is_empty() || stem.is_empty() {
            true => format!("add it to `{}`", self.file),
            false => format!("known keys like it: {similar:?}").replace(['"', '[', ']'], ""),
        };
        Err(format!("no work has the key `{key}`; hint: {hint}"))
    }

    /// The work in IEEE style as Markdown; empty where it is not known.
    pub(super) fn work(&self, key: &str) -> &str {
        self.works.get(key).map_or("", String::as_str)
    }

    /// All works in IEEE style as Markdown, by their keys.
    pub fn works(&self) -> impl Iterator<Item = (&str, &str)> {
        { self.works.iter() }.map(|(key, work)| (key.as_str(), work.as_str()))
    }
}

/// Each work as Markdown by its key.
fn works(text: &str) -> Result<BTreeMap<String, String>, Vec<Fault>> {
    let raw = biblatex::RawBibliography::parse(text).map_err(not_biblatex)?;
    let mut faults = fields::faults(&raw);
    faults.extend(references::faults(&raw));
    if !faults.is_empty() {
        return Err(faults);
    }
    let parsed = biblatex::Bibliography::from_raw(raw).map_err(not_biblatex)?;
    let faults = fields::link_faults(&parsed);
    if !faults.is_empty() {
        return Err(faults);
    }
    let library = from_biblatex(&parsed).map_err(|errors| {
        let fault = |error: &biblatex::TypeError| (error.span.start, error.to_string());
        errors.iter().map(fault).collect::<Vec<_>>()
    })?;
    Ok(in_ieee_style(&library))
}

fn not_biblatex(error: biblatex::ParseError) -> Vec<Fault> {
    vec![(error.span.start, error.kind.to_string())]
}

fn in_ieee_style(library: &Library) -> BTreeMap<String, String> {
    let (style, locales) = (&*IEEE, &*LOCALES);
    let mut driver = BibliographyDriver::new();
    // The works are wanted, not a citation of all of them.
    let hidden = |entry| CitationItem::new(entry, None, None, true, None);
    let items = library.iter().map(hidden).collect();
    driver.citation(CitationRequest::from_items(items, style, locales));
    let rendered = driver.finish(BibliographyRequest::new(style, None, locales));
    let works = rendered.bibliography.into_iter().flat_map(|b| b.items);
    works
        .map(|work| {
            let mut text = String::new();
            for child in &work.content.0 {
                push_markdown(&mut text, child);
            }
            (work.key, text.trim().to_owned())
        })
        .collect()
}

fn push_markdown(out: &mut String, child: &ElemChild) {
    match child {
        ElemChild::Text(text) if text.formatting.font_style == FontStyle::Italic => {
            let text = markdown(text.text.trim());
            if !text.is_empty() {
                out.extend(["*", &text, "*"]);
            }
        }
        ElemChild::Text(text) => out.push_str(&markdown(&text.text)),
        ElemChild::Elem(element) => {
            for child in &element.children.0 {
                push_markdown(out, child);
            }
        }
        ElemChild::Link { url, .. } => out.push_str(&fields::link(url)),
        // A formula of a title, as its author typed it.
        ElemChild::Markup(formula) => out.push_str(&markdown(formula)),
        ElemChild::Transparent { .. } => {}
    }
}

#[cfg(test)]
mod tests;
