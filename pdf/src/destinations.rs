//! Links inside the book, which get their destinations after layout.
//!
//! A link to a label is set anew whenever the page of its target changes, and with it the
//! paragraph around it: a book full of links would be set three times. So the writer links to
//! addresses with a scheme of this crate, and here each becomes the place of its label.

use std::collections::BTreeMap;
use typst::foundations::{Content, Label};
use typst::introspection::{Introspector, Location, Tag};
use typst::layout::{Frame, FrameItem};
use typst::model::{Destination, Document, HeadingElem, LinkMarker};
use typst::syntax::Span;
use typst::utils::PicoStr;
use typst_layout::PagedDocument;

/// What the addresses of places in the book begin with; `template.typ` writes it.
const SCHEME: &str = "measured:";

/// A link whose target is no place of the document, or several.
#[derive(Clone, Debug)]
pub(crate) struct LostLink {
    /// Where the link stands in the Typst sources.
    pub span: Span,
    /// What is wrong with its target.
    pub message: String,
}

/// Leads every link inside the book to its place.
///
/// # Errors
/// The links that lead to no single place.
pub(crate) fn resolve(document: &PagedDocument) -> Result<PagedDocument, Vec<LostLink>> {
    let mut guide = Guide {
        document,
        places: BTreeMap::new(),
        lost: Vec::new(),
    };
    let led = |page: &typst_layout::Page| {
        let mut page = page.clone();
        guide.lead(&mut page.frame);
        page
    };
    let pages = document.pages().iter().map(led).collect();
    if guide.lost.is_empty() {
        Ok(PagedDocument::new(pages, document.info().clone()))
    } else {
        Err(guide.lost)
    }
}

/// A place that links lead to.
#[derive(Clone)]
struct Target {
    location: Location,
    /// What a screen reader says of it: the heading, or the page.
    description: String,
}

struct Guide<'a> {
    document: &'a PagedDocument,
    /// Places by address.
    places: BTreeMap<String, Target>,
    lost: Vec<LostLink>,
}

impl Guide<'_> {
    fn lead(&mut self, frame: &mut Frame) {
        frame.retain(|item| {
            match item {
                FrameItem::Group(group) => self.lead(&mut group.frame),
                FrameItem::Tag(Tag::Start(element, _)) => self.describe(element),
                FrameItem::Link(destination, _) => {
                    if let Destination::Url(address) = destination
                        && let Some(Ok(target)) = self.target(address.as_str())
                    {
                        *destination = Destination::Location(target.location);
                    }
                }
                _ => {}
            }
            true
        });
    }

    /// Describes the target of a link by what is there, not by its address.
    fn describe(&mut self, element: &mut Content) {
        let span = element.span();
        let Some(link) = element.to_packed_mut::<LinkMarker>() else {
            return;
        };
        match link.alt.as_deref().and_then(|address| self.target(address)) {
            None => {}
            Some(Ok(target)) => link.alt = Some(target.description.into()),
            Some(Err(message)) => self.lost.push(LostLink { span, message }),
        }
    }

    /// The place that an address of this crate's scheme names.
    fn target(&mut self, address: &str) -> Option<Result<Target, String>> {
        let label = address.strip_prefix(SCHEME)?;
        if let Some(known) = self.places.get(label) {
            return Some(Ok(known.clone()));
        }
        let found = self.find(label);
        if let Ok(target) = &found {
            self.places.insert(label.to_owned(), target.clone());
        }
        Some(found)
    }

    fn find(&self, name: &str) -> Result<Target, String> {
        let introspector = self.document.introspector();
        let label = Label::new(PicoStr::intern(name)).ok_or("a link without a target")?;
        let element = introspector
            .query_label(label)
            .map_err(|error| error.to_string())?;
        let location = element
            .location()
            .expect("what a query finds has a location");
        let description = match element.to_packed::<HeadingElem>() {
            Some(heading) => heading.body.plain_text().to_string(),
            None => self.page_of(location),
        };
        Ok(Target {
            location,
            description,
        })
    }

    /// The page of a place, such as `page 12`.
    fn page_of(&self, location: Location) -> String {
        let index = self.document.introspector().page(location);
        let page = index.and_then(|index| self.document.pages().get(index.get() - 1));
        page.map(|page| format!("{} {}", page.supplement.plain_text(), page.number))
            .unwrap_or_default()
    }
}
