//! Where the links and images of a filled book lead.
//!
//! The HTML's renderer takes a link as it is written, and so leads to nothing where a chapter's page
//! has another name, as that of a `README.md` has, or where a path begins at the root. Such links are
//! written anew; one that leads to nothing is a fault. Each text is read once for that and for its setting
//! as a page.

use super::attributes::attributes;
use super::contract::Renderer;
use super::diagnostic::{Diagnostic, Faults};
use super::entries::Entries;
use super::headings;
use super::markup::apply;
use super::parsed::Parsed;
use super::typeset;
use super::{Chapter, book::Filled};
use crate::catalogue::Facts;
use crate::escape::destination;
use crate::layout::{Layout, Pages};
use parsers::addresses::{PDF_FILE, beside, percent_decoded};
use parsers::ids::hint;
use pulldown_cmark::{Event, LinkType, Tag};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// A chapter that links can lead to.
struct Target {
    /// The path that its page is named after.
    page: String,
    ids: BTreeSet<String>,
    /// Whether the entries of the evidence belong to it.
    has_entries: bool,
    /// Whether what it holds is known: a file that it includes may have further headings.
    is_whole: bool,
}

/// What the path of an address leads to.
enum Place<'a> {
    /// A chapter, and whether the renderer finds its page by the path as it is written.
    Chapter { target: &'a Target, is_led: bool },
    /// A file, and the same of it.
    File { place: String, is_led: bool },
    /// Nothing that is known at this path; whether an image is looked for.
    Nothing(String, bool),
}

/// All that links can lead to.
struct Targets<'a> {
    pages: &'a Pages,
    renderer: Renderer,
    entries: &'a Entries<'a>,
    /// Chapters by their paths, under every name.
    chapters: BTreeMap<String, Target>,
    /// Other names of chapters.
    other_names: BTreeMap<String, String>,
    files: BTreeSet<String>,
    /// The folder of generated files, where some of them may not be made.
    lacking: Option<String>,
}

/// Leads the links of a filled book to their places, notes those that lead to none, and typesets the pages
/// of the HTML; where its pages are known.
///
/// The chapters in `gaps` lack what a fault hides: other headings, and files that a build makes. All lack the
/// `entries`, which have no links to be led.
pub(super) fn lead(
    chapters: &[Chapter],
    facts: &Facts,
    (renderer, gaps, entries): (Renderer, &BTreeSet<&str>, &Entries),
    filled: &mut Filled,
) {
    let Some(pages) = &facts.pages else { return };
    let smart_punctuation = pages.smart_punctuation;
    let (parsed, ids): (Vec<_>, Vec<_>) = { chapters.par_iter().with_max_len(1) }
        .map(|chapter| {
            let text = filled.chapters.get(&chapter.path);
            let text = text.map_or("", String::as_str);
            let parsed = Parsed::filled(text, renderer, smart_punctuation);
            let ids = headings::ids(&parsed);
            (parsed, ids)
        })
        .collect();
    let targets = Targets::of(
        chapters,
        (&parsed, ids),
        (pages, &facts.layout),
        (renderer, gaps, entries),
        filled,
    );
    let finish = |(chapter, parsed): (&Chapter, Parsed)| {
        let (led, faults) = targets.lead(chapter, &parsed);
        let is_typeset = pages.are_typeset && renderer == Renderer::Html;
        let set = match &led {
            _ if !is_typeset => None,
            Some(led) => typeset::page(&Parsed::filled(led, renderer, smart_punctuation)),
            None => typeset::page(&parsed),
        };
        (set.or(led), faults)
    };
    let finished: Vec<_> = { chapters.par_iter().zip(parsed).with_max_len(1) }
        .map(finish)
        .collect();
    for (chapter, (text, faults)) in chapters.iter().zip(finished) {
        if let Some(text) = text {
            filled.chapters.insert(chapter.path.clone(), text);
        }
        filled.faults.extend(faults);
    }
}

impl<'a> Targets<'a> {
    fn of(
        chapters: &[Chapter],
        (parsed, ids): (&[Parsed], Vec<BTreeSet<String>>),
        (pages, layout): (&'a Pages, &Layout),
        (renderer, gaps, entries): (Renderer, &BTreeSet<&str>, &'a Entries),
        filled: &Filled,
    ) -> Self {
        let target = |chapter: &Chapter, parsed: &Parsed, ids| {
            let is_whole = !gaps.contains(chapter.path.as_str()) && !parsed.text.contains("{{#");
            Target {
                page: pages.page_of(&chapter.path),
                ids,
                has_entries: entries.are_in(&chapter.path),
                is_whole: is_whole && pages.are_whole,
            }
        };
        let mut other_names = BTreeMap::new();
        for Chapter { path, file, .. } in chapters {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let name = file.rsplit('/').next().unwrap_or_default();
            for other in [beside(path, name), pages.page_of(path)] {
                other_names.insert(other, path.clone());
            }
            if pages.page_of(path).ends_with("index.md") {
                other_names.insert(folder.to_owned(), path.clone());
            }
        }
        let generated = &layout.generated;
        let made = filled
            .files
            .keys()
            .map(|file| format!("{generated}/{file}"));
        Targets {
            pages,
            renderer,
            entries,
            chapters: { chapters.iter().zip(parsed).zip(ids) }
                .map(|((chapter, parsed), ids)| {
                    (chapter.path.clone(), target(chapter, parsed, ids))
                })
                .collect(),
            other_names,
            files: made.collect(),
            lacking: (!gaps.is_empty()).then(|| format!("{generated}/")),
        }
    }

    fn chapter(&self, path: &str) -> Option<&Target> {
        let markdown = path.strip_suffix(".html").map(|stem| format!("{stem}.md"));
        let names = [Some(path), markdown.as_deref()];
        names.into_iter().flatten().find_map(|name| {
            let known = self.chapters.get(name);
            known.or_else(|| self.chapters.get(self.other_names.get(name)?))
        })
    }

    /// The text of a chapter with its links led, where some have to be, and those that lead nowhere.
    fn lead(&self, chapter: &Chapter, parsed: &Parsed) -> (Option<String>, Vec<Diagnostic>) {
        let text = parsed.text;
        let mut faults = Faults::default();
        let mut edits: BTreeMap<usize, (Range<usize>, String)> = BTreeMap::new();
        // Most links lead to few pages.
        let mut places = HashMap::new();
        for Address {
            url,
            within,
            is_image,
        } in addresses(parsed)
        {
            if url.is_empty() || leads_outside(url) {
                continue;
            }
            let path = url.split(['#', '?']).next().unwrap_or_default();
            let place = places
                .entry((path.to_owned(), is_image))
                .or_insert_with(|| self.place_of(&chapter.path, path, is_image));
            match self.resolve(&chapter.path, url, place) {
                Ok(None) => {}
                Ok(Some(led)) => {
                    if let Some(at) = text[within.clone()].find(url) {
                        let start = within.start + at;
                        edits.insert(start, (start..start + url.len(), led));
                    }
                }
                Err(message) => {
                    let Chapter { file, source, .. } = chapter;
                    faults.add(|| Diagnostic::at_snippet(file, source, url, message));
                }
            }
        }
        let led = (!edits.is_empty()).then(|| apply(text, edits.into_values().collect()));
        (led, faults.into())
    }

    /// What the path of an address in the chapter `from` leads to.
    fn place_of(&self, from: &str, path: &str, is_image: bool) -> Place<'_> {
        let place = match path.is_empty() {
            true => from.to_owned(),
            false => beside(from, &percent_decoded(path)),
        };
        match self.chapter(&place).filter(|_| !is_image) {
            Some(target) => {
                let is_led =
                    path.is_empty() || matches_page(&place, &target.page) && !path.starts_with('/');
                Place::Chapter { target, is_led }
            }
            None if self.has_file(&place) => Place::File {
                is_led: !path.starts_with('/'),
                place,
            },
            None => Place::Nothing(place, is_image),
        }
    }

    /// Where an address leads that has to be written anew, if it has.
    fn resolve(&self, from: &str, url: &str, place: &Place) -> Result<Option<String>, String> {
        match place {
            Place::Chapter { target, is_led } => {
                let (_, id) = url.split_once('#').unwrap_or_default();
                let id = percent_decoded(id);
                if !id.is_empty() && target.is_whole && !self.has_id(target, &id) {
                    let ids = target.ids.iter().map(String::as_str);
                    let hint = hint(ids.filter(|id| !id.starts_with("ev-")), &id);
                    let page = &target.page;
                    return Err(format!(
                        "link to `{url}`: `{page}` has no `#{id}`; hint: {hint}"
                    ));
                }
                Ok((!is_led).then(|| self.anew(from, &target.page, url)))
            }
            Place::File { place, is_led } => Ok((!is_led).then(|| self.anew(from, place, url))),
            Place::Nothing(place, is_image) => Err(self.nothing(url, place, *is_image)),
        }
    }

    fn has_id(&self, target: &Target, id: &str) -> bool {
        target.ids.contains(id) || target.has_entries && self.entries.have(id)
    }

    /// An address to a path from the root of the book, with what `url` has behind its path.
    fn anew(&self, from: &str, path: &str, url: &str) -> String {
        let root = "../".repeat(from.matches('/').count());
        let id = url
            .split_once('#')
            .map_or(String::new(), |(_, id)| format!("#{id}"));
        format!("{root}{}{id}", destination(path))
    }

    fn has_file(&self, path: &str) -> bool {
        let pages = self.pages;
        let is_in_both = self.renderer == Renderer::Html || path == PDF_FILE;
        let is_page = is_in_both && pages.others.contains(path);
        let is_own = !path.ends_with(".md") && pages.files.contains(path);
        let may_be_made = { self.lacking.as_ref() }.is_some_and(|it| path.starts_with(it));
        is_page || is_own || may_be_made || self.files.contains(path)
    }

    fn nothing(&self, url: &str, path: &str, is_image: bool) -> String {
        let alike = |known: &&String| known.eq_ignore_ascii_case(path);
        let files = self
            .pages
            .files
            .iter()
            .filter(|file| !file.ends_with(".md"));
        let alike = self.chapters.keys().chain(files).find(alike);
        let hint = match (alike, is_image) {
            (Some(alike), _) => format!("there is `{alike}`"),
            (None, true) => "correct the path or make the file".to_owned(),
            (None, false) if self.pages.files.contains(path) => {
                "list the chapter in SUMMARY.md".to_owned()
            }
            (None, false) => "list the chapter in SUMMARY.md or correct the path".to_owned(),
        };
        match is_image {
            true => format!(
                "image `{url}`: there is no file `{path}` in the source folder; hint: {hint}"
            ),
            false => {
                format!("link to `{url}`: the book has no chapter or file `{path}`; hint: {hint}")
            }
        }
    }
}

/// Whether an address is outside of the book.
fn leads_outside(url: &str) -> bool {
    let is_scheme = |scheme: &str| {
        let is_meant = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
        let begins = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
        begins && scheme.len() > 1 && scheme.chars().all(is_meant)
    };
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    url.starts_with("//") || scheme.is_some_and(is_scheme)
}

/// Whether a path is that of a page, in Markdown or in HTML.
fn matches_page(path: &str, page: &str) -> bool {
    let stem = |path: &str| {
        let stem = path.strip_suffix(".html").or(path.strip_suffix(".md"));
        stem.unwrap_or(path).to_owned()
    };
    path.contains('.') && stem(path) == stem(page)
}

/// An address in a chapter, and the part of the text that it stands in.
struct Address<'a> {
    url: &'a str,
    within: Range<usize>,
    is_image: bool,
}

/// The addresses of the links and images of a text.
fn addresses<'a>(parsed: &'a Parsed) -> Vec<Address<'a>> {
    let text = parsed.text;
    let mut found = Vec::new();
    for (event, range) in &parsed.events {
        let (kind, url, is_image) = match event {
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                ..
            }) => (link_type, dest_url, false),
            Event::Start(Tag::Image {
                link_type,
                dest_url,
                ..
            }) => (link_type, dest_url, true),
            Event::Html(_) | Event::InlineHtml(_) => {
                found.extend(in_html(text, range));
                continue;
            }
            _ => continue,
        };
        let within = match kind {
            LinkType::Autolink | LinkType::Email => continue,
            LinkType::Inline => {
                let open = text[range.clone()].rfind("](").unwrap_or_default();
                range.start + open..range.end
            }
            _ => {
                let mut definitions = parsed.definitions.iter();
                let definition = definitions.find(|definition| *definition.dest == **url);
                definition
                    .map_or(range, |definition| &definition.span)
                    .clone()
            }
        };
        found.push(Address {
            url,
            within,
            is_image,
        });
    }
    found
}

fn in_html<'a>(text: &'a str, range: &Range<usize>) -> impl Iterator<Item = Address<'a>> {
    let start = range.start;
    attributes(&text[range.clone()]).filter_map(move |it| {
        let is_image = it.is("img", "src");
        (is_image || it.is("a", "href")).then(|| Address {
            url: it.value,
            within: start + it.at..start + it.at + it.value.len(),
            is_image,
        })
    })
}
