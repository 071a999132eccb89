//! Nothing may run off the page: the laid out pages are searched for text that does.

use crate::compile::Origin;
use crate::problems::{Problem, Problems};
use crate::world::BookWorld;
use std::collections::BTreeSet;
use typst::WorldExt;
use typst::layout::{Abs, Frame, FrameItem, Point, Transform};
use typst::text::TextItem;
use typst_layout::PagedDocument;

/// Margin in points that must stay white at the left and right edge of every page.
const CLEAR_POINTS: f64 = 14.0;

/// Looks for text that comes too near to the left or right edge of its page.
pub(crate) fn check(world: &BookWorld, document: &PagedDocument, origin: Origin) -> Problems {
    let mut found = BTreeSet::new();
    for (index, page) in document.pages().iter().enumerate() {
        let frame = &page.frame;
        let mut report = |text: &TextItem| {
            let span = text.glyphs.first().map(|glyph| glyph.span.0);
            let place = span.and_then(|span| {
                let path = span.id()?.vpath().get_with_slash().to_owned();
                origin(&path, world.range(span)?.start)
            });
            let start: String = text.text.chars().take(40).collect();
            let message = format!("`{start}` runs off page {} of the PDF", index + 1);
            let hint = "shorten the line, or split the table or formula".into();
            found.insert(Problem {
                place,
                message,
                hint,
            });
        };
        search(frame, Transform::identity(), frame.width(), &mut report);
    }
    Problems(found.into_iter().collect())
}

fn search(frame: &Frame, outer: Transform, page: Abs, report: &mut impl FnMut(&TextItem)) {
    for (at, item) in frame.items() {
        let here = outer.pre_concat(Transform::translate(at.x, at.y));
        match item {
            FrameItem::Group(group) => {
                search(&group.frame, here.pre_concat(group.transform), page, report);
            }
            FrameItem::Text(text) => {
                let left = Point::zero().transform(here).x;
                let right = Point::with_x(text.width()).transform(here).x;
                let clear = Abs::pt(CLEAR_POINTS);
                let is_blank = text.text.trim().is_empty();
                if !is_blank && (left < clear || right > page - clear) {
                    report(text);
                }
            }
            _ => {}
        }
    }
}
