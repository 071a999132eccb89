//! Links inside the book, which get their destinations after layout.
//!
//! A link to a label is set anew whenever the page of its target changes, and with it the
//! paragraph around it: a book full of links would be set three times. So the writer links to
//! addresses with a scheme of this crate, and here each becomes the place of its label.

use std::collections::BTreeMap;
use std::sync::Arc;
use typst::foundations::{Content, Label};
use typst::introspection::{Introspector, Location, Tag};
use typst::layout::{Frame, FrameItem};
use typst::model::{Destination, Document, HeadingElem, LinkMarker};
use typst::syntax::Span;
use typst::utils::PicoStr;
use typst_layout::{Page, PagedDocument, PagedIntrospector};

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

/// Leads every link inside the book to its place. The document is taken, since frames that nobody
/// else holds are changed where they are.
///
/// # Errors
/// The links that lead to no single place.
pub(crate) fn resolve(document: PagedDocument) -> Result<PagedDocument, Vec<LostLink>> {
    let name = |page: &Page| format!("{} {}", page.supplement.plain_text(), page.number);
    let mut guide = Guide {
        introspector: Arc::clone(document.introspector()),
        names: document.pages().iter().map(name).collect(),
        places: BTreeMap::new(),
        lost: Vec::new(),
    };
    let (pages, info) = (document.pages().to_vec(), document.info().clone());
    drop(document);
    let led = |mut page: Page| {
        guide.lead(&mut page.frame);
        page
    };
    let pages = pages.into_iter().map(led).collect();
    if guide.lost.is_empty() {
        Ok(PagedDocument::new(pages, info))
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

struct Guide {
    introspector: Arc<PagedIntrospector>,
    /// What each page is called, such as `page 12`.
    names: Vec<String>,
    /// Places by address.
    places: BTreeMap<String, Target>,
    lost: Vec<LostLink>,
}

impl Guide {
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
        let label = Label::new(PicoStr::intern(name)).ok_or("a link without a target")?;
        let element = self
            .introspector
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

    /// What the page of a place is called.
    fn page_of(&self, location: Location) -> String {
        let index = self.introspector.page(location);
        let name = index.and_then(|index| self.names.get(index.get() - 1));
        name.cloned().unwrap_or_default()
    }
}
