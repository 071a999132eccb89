//! Nothing may run off the page: the laid out pages are searched for text that does, to the
//! sides or into the foot.
//!
//! A glyph is judged with the element that it belongs to, a formula, a table, a figure or a block of
//! code, and each of these is told once. How deep a glyph hangs from its line decides nothing.

use crate::compile::{Origin, place};
use crate::problems::{Place, Problem, Problems};
use crate::source;
use crate::world::BookWorld;
use typst::foundations::Content;
use typst::introspection::{Location, Tag};
use typst::layout::{Abs, Frame, FrameItem, Point, Transform};
use typst::math::EquationElem;
use typst::model::{FigureElem, TableElem};
use typst::syntax::Span;
use typst::text::{RawContent, RawElem, TextItem};
use typst_layout::PagedDocument;

/// Margin in points that must stay white at the left and right edge of every page.
const CLEAR_POINTS: f64 = 14.0;

/// The foot of a page, as a part of its height: the bottom margin of `template.typ`.
const FOOT: f64 = 0.09;

/// How far in points subscripts in the last line hang into the foot; another line would be lower by
/// far.
const HANG_POINTS: f64 = 6.0;

/// The most characters of a text that are shown.
const SHOWN: usize = 40;

/// Looks for text that comes too near to the left or right edge of its page, and for text of a
/// chapter in the foot, where the page number stands.
pub(crate) fn check(world: &BookWorld, document: &PagedDocument, origin: Origin) -> Problems {
    let mut search = Search {
        page: 0,
        foot: Abs::zero(),
        width: Abs::zero(),
        is_of_chapter: &|span| place(world, [span.into()], origin).is_some(),
        open: Vec::new(),
        found: Vec::new(),
    };
    for (index, page) in document.pages().iter().enumerate() {
        search.page = index + 1;
        search.foot = page.frame.height() * (1.0 - FOOT) + Abs::pt(HANG_POINTS);
        search.width = page.frame.width();
        search.frame(&page.frame, Transform::identity());
    }
    let found = search.found.into_iter();
    let mut problems: Vec<Problem> = Vec::new();
    for found in found {
        let problem = found.problem(found.place(world, origin));
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    Problems(problems)
}

/// Where text leaves its page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// To the left or the right.
    Side,
    /// Into the foot.
    Foot,
}

/// What runs off a page.
struct Found {
    what: What,
    page: usize,
    edge: Edge,
    span: Span,
    /// The height of its line.
    line: Abs,
}

/// A kind of element, with what tells it from others of its kind.
#[derive(Clone, PartialEq, Eq)]
enum What {
    Figure(String),
    Table,
    Formula(String),
    Code(String),
    Text(String),
}

/// An element around the text that the search is at.
struct Element {
    what: What,
    location: Location,
    /// Where a formula inside a line has its highest glyph: that stands in the line.
    line: Option<Abs>,
    is_found: bool,
}

struct Search<'a> {
    /// The number of the page.
    page: usize,
    /// Where its foot begins.
    foot: Abs,
    width: Abs,
    is_of_chapter: &'a dyn Fn(Span) -> bool,
    /// The elements that are open, the outermost first.
    open: Vec<Element>,
    found: Vec<Found>,
}

impl Search<'_> {
    fn frame(&mut self, frame: &Frame, outer: Transform) {
        for (at, item) in frame.items() {
            let here = outer.pre_concat(Transform::translate(at.x, at.y));
            match item {
                FrameItem::Group(group) => {
                    self.frame(&group.frame, here.pre_concat(group.transform));
                }
                FrameItem::Tag(Tag::Start(content, _)) => self.open.extend(element(content)),
                FrameItem::Tag(Tag::End(location, ..)) => {
                    self.open.retain(|element| element.location != *location);
                }
                FrameItem::Text(text) if !text.text.trim().is_empty() => self.text(text, here),
                _ => {}
            }
        }
    }

    fn text(&mut self, text: &TextItem, here: Transform) {
        let start = Point::zero().transform(here);
        let end = Point::with_x(text.width()).transform(here);
        let clear = Abs::pt(CLEAR_POINTS);
        let is_beside = start.x < clear || end.x > self.width - clear;
        let line = self.line_of(start.y);
        if !is_beside && line <= self.foot {
            return;
        }
        let span = text
            .glyphs
            .first()
            .map_or(Span::detached(), |glyph| glyph.span.0);
        if !is_beside && !(self.is_of_chapter)(span) {
            return; // the page number
        }
        let edge = if is_beside { Edge::Side } else { Edge::Foot };
        let Self { page, .. } = *self;
        if let Some(element) = self.told_as() {
            if !std::mem::replace(&mut element.is_found, true) {
                let what = element.what.clone();
                self.found.push(Found {
                    what,
                    page,
                    edge,
                    span,
                    line,
                });
            }
        } else {
            self.word(
                &text.text,
                Found {
                    what: What::Text(String::new()),
                    page,
                    edge,
                    span,
                    line,
                },
            );
        }
    }

    /// Notes a text that belongs to no element, or to the one before in its line.
    fn word(&mut self, text: &str, found: Found) {
        match self.found.last_mut() {
            Some(Found {
                what: What::Text(before),
                page,
                line,
                ..
            }) if (*page, *line) == (found.page, found.line) => {
                before.push_str(text);
            }
            _ => self.found.push(Found {
                what: What::Text(text.to_owned()),
                ..found
            }),
        }
    }

    /// The height of the line that a glyph belongs to, given the glyph's own.
    fn line_of(&mut self, glyph: Abs) -> Abs {
        let formula = self
            .open
            .iter_mut()
            .rev()
            .find_map(|element| element.line.as_mut());
        formula.map_or(glyph, |line| {
            *line = glyph.min(*line);
            *line
        })
    }

    /// The element that is told of: a figure or a table with all that is in it, or the innermost.
    fn told_as(&mut self) -> Option<&mut Element> {
        let holds_others = |it: &Element| matches!(it.what, What::Figure(_) | What::Table);
        let index = self.open.iter().position(holds_others);
        let index = index.or(self.open.len().checked_sub(1))?;
        self.open.get_mut(index)
    }
}

/// An element that is told of as a whole.
fn element(content: &Content) -> Option<Element> {
    let mut line = None;
    let what = if let Some(formula) = content.to_packed::<EquationElem>() {
        let is_block = formula.block.as_option().unwrap_or_default();
        line = (!is_block).then_some(Abs::inf());
        let latex = formula.alt.as_option().clone().flatten();
        What::Formula(latex.unwrap_or_default().into())
    } else if let Some(code) = content.to_packed::<RawElem>() {
        What::Code(text_of(&code.text))
    } else if content.is::<TableElem>() {
        What::Table
    } else if content.is::<FigureElem>() {
        What::Figure(name(content))
    } else {
        return None;
    };
    Some(Element {
        what,
        location: content.location()?,
        line,
        is_found: false,
    })
}

fn text_of(code: &RawContent) -> String {
    match code {
        RawContent::Text(text) => text.to_string(),
        RawContent::Lines(lines) => {
            let lines = lines.iter().map(|(line, _)| line.as_str());
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

/// The id of an element in its chapter.
fn name(content: &Content) -> String {
    let label = content.label().map(|label| label.resolve().to_string());
    let label = label.unwrap_or_default();
    label.rsplit_once('#').map_or("", |(_, id)| id).to_owned()
}

impl Found {
    /// Where it stands in the book. The glyphs of a block of code come from the template; where the
    /// code itself does is looked for.
    fn place(&self, world: &BookWorld, origin: Origin) -> Option<Place> {
        let found = place(world, [self.span.into()], origin);
        found.or_else(|| match &self.what {
            What::Code(code) => {
                let (path, at) = world.find(&source::string(code))?;
                origin(path, at)
            }
            _ => None,
        })
    }

    fn problem(&self, place: Option<Place>) -> Problem {
        let to = match self.edge {
            Edge::Side => "to the side",
            Edge::Foot => "into its foot",
        };
        Problem {
            place,
            message: format!(
                "{} runs off page {} of the PDF, {to}",
                self.what.in_words(),
                self.page
            ),
            hint: self.what.hint(self.edge).to_owned(),
        }
    }
}

impl What {
    fn in_words(&self) -> String {
        let shown = |kind: &str, text: &str| {
            let text = text.trim();
            let line = text.lines().next().unwrap_or_default();
            let start: String = line.chars().take(SHOWN).collect();
            let more = if start.len() < text.len() { "…" } else { "" };
            format!("{kind}`{start}{more}`").trim().to_owned()
        };
        match self {
            What::Figure(id) if id.is_empty() => "the figure".to_owned(),
            What::Figure(id) => shown("the figure or table ", id),
            What::Table => "the table".to_owned(),
            What::Formula(latex) => shown("the formula ", latex),
            What::Code(code) => shown("the code ", code),
            What::Text(text) => {
                let words = text.split_whitespace();
                shown("", words.max_by_key(|word| word.len()).unwrap_or_default())
            }
        }
    }

    fn hint(&self, edge: Edge) -> &'static str {
        match (self, edge) {
            (What::Formula(_), Edge::Side) => {
                "break it into lines, with `\\\\` in `\\begin{aligned}`"
            }
            (What::Formula(_), Edge::Foot) => "make several formulas of it",
            (What::Figure(_) | What::Table, _) => "split it, or shorten its lines",
            (What::Code(_), _) => "break its lines",
            (What::Text(_), Edge::Side) => "write `&shy;` where the word may be broken",
            (What::Text(_), Edge::Foot) => "split what it stands in",
        }
    }
}
