//! Words beside a place: on the side that is asked for, or on one where they have room.

use super::draw::attribute;
use super::draw_labels::{RIM, within};
use super::layout::{LABEL_SIZE, Layout};
use super::svg::Svg;
use super::text::CENTRE_TO_BASELINE;
use super::{Mark, Note, Plot, Side};

/// Between a place and the words.
const GAP: f64 = 9.0;
/// Height of capitals in font sizes.
const CAPITALS: f64 = 0.66;
/// Nearer to the middle of a point than this, words would lie on it.
const POINT: f64 = 5.0;

/// Words on one side of their place.
struct Placed {
    /// Where the baseline begins, ends or has its middle, as `anchor` says.
    baseline: (f64, f64),
    anchor: &'static str,
    /// The least and the greatest x and y that they cover.
    x: (f64, f64),
    y: (f64, f64),
}

impl Placed {
    fn new(side: Side, (x, y): (f64, f64), width: f64, plot: &Plot) -> Placed {
        let middle = within(x, width, plot);
        let beside = y + CENTRE_TO_BASELINE * LABEL_SIZE;
        let (left, baseline, anchor) = match side {
            Side::Right => (x + GAP, (x + GAP, beside), "start"),
            Side::Left => (x - GAP - width, (x - GAP, beside), "end"),
            Side::Above => (middle - width / 2.0, (middle, y - GAP), "middle"),
            Side::Below => {
                let below = y + GAP + CAPITALS * LABEL_SIZE;
                (middle - width / 2.0, (middle, below), "middle")
            }
        };
        Placed {
            baseline,
            anchor,
            x: (left, left + width),
            y: (baseline.1 - CAPITALS * LABEL_SIZE, baseline.1),
        }
    }

    /// Whether the frame has room above and below, and the plot, up to the axis, at the sides.
    fn has_room(&self, plot: &Plot, layout: &Layout) -> bool {
        let frame = layout.frame;
        let is_beside = self.anchor != "middle";
        let is_within = self.y.0 >= frame.top && self.y.1 <= frame.bottom;
        let is_beside_axis = self.x.0 >= frame.left && self.x.1 <= f64::from(plot.width);
        if is_beside { is_beside_axis } else { is_within }
    }

    fn covers(&self, (x, y): (f64, f64)) -> bool {
        (self.x.0 - POINT..=self.x.1 + POINT).contains(&x)
            && (self.y.0 - POINT..=self.y.1 + POINT).contains(&y)
    }
}

/// A note with a rim in the page's colour.
pub(super) fn draw_note(svg: &mut Svg, plot: &Plot, layout: &Layout, note: &Note) {
    let words = placed(plot, layout, note);
    let style = [
        attribute("class", "note"),
        attribute("fill", note.colour.label()),
        attribute("text-anchor", words.anchor),
    ];
    svg.text(words.baseline, &[&style[..], &RIM].concat(), &note.text);
}

/// On its side, across from it or anywhere around, where it has room and lies on no other point.
fn placed(plot: &Plot, layout: &Layout, note: &Note) -> Placed {
    let place = place_of(layout, note);
    let width = layout.font.width(&note.text, LABEL_SIZE);
    let others = other_points(plot, layout, place);
    let across = match note.side {
        Side::Right => Side::Left,
        Side::Left => Side::Right,
        Side::Above => Side::Below,
        Side::Below => Side::Above,
    };
    let around = [Side::Right, Side::Left, Side::Above, Side::Below];
    let sides = [note.side, across].into_iter().chain(around);
    let placed = sides.map(|side| Placed::new(side, place, width, plot));
    let (free, roomy): (Vec<_>, Vec<_>) = placed
        .filter(|words| words.has_room(plot, layout))
        .partition(|words| !others.iter().any(|point| words.covers(*point)));
    let first = free.into_iter().chain(roomy).next();
    first.unwrap_or_else(|| Placed::new(note.side, place, width, plot))
}

fn place_of(layout: &Layout, note: &Note) -> (f64, f64) {
    (
        layout.x.nearest_place(note.x),
        layout.y.nearest_place(note.y),
    )
}

/// The places of all points but those that are where the note is.
fn other_points(plot: &Plot, layout: &Layout, place: (f64, f64)) -> Vec<(f64, f64)> {
    let points = plot.marks.iter().filter_map(|mark| match mark {
        Mark::Points(points) => Some(&points.points),
        _ => None,
    });
    let places =
        { points.flatten() }.map(|point| (layout.x.place(point.x), layout.y.place(point.y)));
    places.filter(|other| *other != place).collect()
}

#[cfg(test)]
mod tests {
    use super::{Layout, place_of, placed};
    use crate::palette::series;
    use crate::text::PAGE;
    use crate::{Axis, Note, Plot, Point, Points, Range, Side};

    fn points(places: &[(f64, f64)]) -> Points {
        let point = |&(x, y)| Point {
            x,
            y,
            interval: None,
        };
        Points::new(
            "points",
            places.iter().map(point).collect::<Vec<_>>(),
            series(0),
        )
    }

    #[track_caller]
    fn check((x, y): (f64, f64), side: Side, others: &[(f64, f64)], expected: Side) {
        let axis = || Axis::linear("a").over(Range::Fixed(0.0, 10.0));
        let note = Note::new("here", x, y, side);
        let plot = Plot::new("P", "D", axis(), axis())
            .with(points(&[(x, y)]))
            .with(points(others))
            .with(note.clone());
        let layout = Layout::new(&plot, &PAGE).expect("there is room");
        let words = placed(&plot, &layout, &note);
        let is_above = words.baseline.1 < place_of(&layout, &note).1;
        let found = match (words.anchor, is_above) {
            ("start", _) => Side::Right,
            ("end", _) => Side::Left,
            (_, true) => Side::Above,
            (_, false) => Side::Below,
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_note_keeps_its_side_where_it_has_room() {
        for side in [Side::Right, Side::Left, Side::Above, Side::Below] {
            check((5.0, 5.0), side, &[], side);
        }
        check((0.0, 5.0), Side::Left, &[], Side::Right);
        check((5.0, 10.0), Side::Above, &[], Side::Below);
        check((5.0, 0.0), Side::Below, &[], Side::Above);
    }

    #[test]
    fn a_note_lies_on_no_other_point() {
        check((5.0, 5.0), Side::Above, &[(5.0, 5.6)], Side::Below);
        // There is no room below, and another point above.
        check((5.0, 0.0), Side::Below, &[(5.0, 0.6)], Side::Right);
        // Where every side has one, it stays.
        let around = [(5.0, 5.6), (5.0, 4.4), (5.3, 5.0), (4.7, 5.0)];
        check((5.0, 5.0), Side::Above, &around, Side::Above);
    }
}
