//! Nothing may run off the page: the laid out pages are searched for text that does, to the
//! sides or into the foot.

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

/// The foot of a page, as a part of its height: the bottom margin of `template.typ`.
const FOOT: f64 = 0.115;

/// How far in points the subscripts of the last line hang into the foot; another line would be
/// lower by far.
const HANG_POINTS: f64 = 4.0;

/// Looks for text that comes too near to the left or right edge of its page, and for text of a
/// chapter in the foot, where the page number stands.
pub(crate) fn check(world: &BookWorld, document: &PagedDocument, origin: Origin) -> Problems {
    let mut found = BTreeSet::new();
    for (index, page) in document.pages().iter().enumerate() {
        let frame = &page.frame;
        let foot = frame.height() * (1.0 - FOOT) + Abs::pt(HANG_POINTS);
        let mut report = |text: &TextItem, start: Point, end: Point| {
            let clear = Abs::pt(CLEAR_POINTS);
            let is_beside = start.x < clear || end.x > frame.width() - clear;
            if !is_beside && start.y <= foot {
                return;
            }
            let span = text.glyphs.first().map(|glyph| glyph.span.0);
            let place = span.and_then(|span| {
                let path = span.id()?.vpath().get_with_slash().to_owned();
                origin(&path, world.range(span)?.start)
            });
            if !is_beside && place.is_none() {
                return; // the page number
            }
            let start: String = text.text.chars().take(40).collect();
            let message = format!("`{start}` runs off page {} of the PDF", index + 1);
            let hint = "shorten the line, or split the table or formula".into();
            found.insert(Problem {
                place,
                message,
                hint,
            });
        };
        search(frame, Transform::identity(), &mut report);
    }
    Problems(found.into_iter().collect())
}

fn search(frame: &Frame, outer: Transform, report: &mut impl FnMut(&TextItem, Point, Point)) {
    for (at, item) in frame.items() {
        let here = outer.pre_concat(Transform::translate(at.x, at.y));
        match item {
            FrameItem::Group(group) => {
                search(&group.frame, here.pre_concat(group.transform), report);
            }
            FrameItem::Text(text) if !text.text.trim().is_empty() => {
                let end = Point::with_x(text.width()).transform(here);
                report(text, Point::zero().transform(here), end);
            }
            _ => {}
        }
    }
}
