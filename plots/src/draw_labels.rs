//! Draws titles, the legend, names at the ends of lines and notes.

use super::draw::attribute;
use super::draw_marks::draw_sample;
use super::end_labels::Label;
use super::layout::{DESCENT, LABEL_SIZE, Layout, TICK_SIZE, legend_top};
use super::legend::ROW_HEIGHT;
use super::svg::{Svg, number};
use super::text::{CENTRE_TO_BASELINE, width};
use super::{Note, Plot, Side};
use crate::palette::{Colour, INK, PAPER};

/// A name farther than this from its line's end is joined to it by a thin line.
const FAR: f64 = 5.0;
/// Between a point and a note on it.
const NOTE_GAP: f64 = 9.0;
/// Height of capitals in font sizes.
const CAPITALS: f64 = 0.66;

/// The vertical axis's title stands above it, the horizontal one's below its middle.
pub(super) fn draw_titles(svg: &mut Svg, plot: &Plot, layout: &Layout) {
    let frame = layout.frame;
    let middle = f64::midpoint(frame.left, frame.right);
    let below = f64::from(plot.height) - DESCENT;
    svg.open("g", &[attribute("class", "titles"), attribute("fill", INK)]);
    draw_title(svg, plot, &plot.y.title, (0.0, LABEL_SIZE), "start");
    draw_title(svg, plot, &plot.x.title, (middle, below), "middle");
    svg.close();
}

/// A title that is wider than the plot is set smaller.
fn draw_title(svg: &mut Svg, plot: &Plot, title: &str, (x, y): (f64, f64), anchor: &str) {
    if title.is_empty() {
        return;
    }
    let wanted = width(title, LABEL_SIZE);
    let size = LABEL_SIZE * (f64::from(plot.width) / wanted).min(1.0);
    let x = if anchor == "middle" {
        within(x, wanted, plot)
    } else {
        x
    };
    svg.text(
        (x, y),
        &[
            attribute("text-anchor", anchor),
            ("font-size", number(size)),
        ],
        title,
    );
}

pub(super) fn draw_legend(svg: &mut Svg, plot: &Plot, layout: &Layout) {
    let size = layout.legend.font_size;
    let style = [
        attribute("class", "legend"),
        attribute("fill", INK),
        ("font-size", number(size)),
    ];
    svg.open("g", &style);
    for entry in &layout.legend.entries {
        let middle = legend_top(plot) + (entry.row as f64 + 0.5) * ROW_HEIGHT;
        let marks = entry.series.marks.iter();
        marks.for_each(|mark| draw_sample(svg, plot, mark, (entry.x, middle)));
        let baseline = middle + CENTRE_TO_BASELINE * size;
        svg.text(
            (entry.name_x(), baseline),
            &[attribute("stroke", "none")],
            entry.series.name,
        );
    }
    svg.close();
}

pub(super) fn draw_end_labels(svg: &mut Svg, layout: &Layout) {
    let size = layout.end_label_size;
    svg.open(
        "g",
        &[attribute("class", "labels"), ("font-size", number(size))],
    );
    for label in &layout.end_labels {
        draw_leader(svg, label);
        let (x, centre) = label.place;
        let fill = attribute("fill", label.colour.label());
        svg.text(
            (x, centre + CENTRE_TO_BASELINE * size),
            &[fill],
            &label.text,
        );
    }
    svg.close();
}

/// A thin line from a line's end to a name that had to move away from it.
fn draw_leader(svg: &mut Svg, label: &Label) {
    let ((from_x, from_y), (to_x, to_y)) = (label.anchor, label.place);
    if (to_y - from_y).abs() > FAR || to_x - from_x > 8.0 * FAR {
        let stroke = [
            attribute("stroke", label.colour.label()),
            attribute("stroke-width", "0.7"),
        ];
        svg.line((from_x + 3.0, from_y), (to_x - 3.0, to_y), &stroke);
    }
}

/// Names of vertical rules in a row above the frame.
pub(super) fn draw_rule_labels(svg: &mut Svg, layout: &Layout) {
    let style = [
        attribute("class", "labels"),
        attribute("fill", Colour::Grey.label()),
        ("font-size", number(layout.rule_label_size)),
        attribute("text-anchor", "middle"),
    ];
    svg.open("g", &style);
    for label in &layout.rule_labels {
        svg.text(
            (label.x, layout.frame.top - 0.35 * TICK_SIZE),
            &[],
            &label.text,
        );
    }
    svg.close();
}

/// A note with a rim in the page's colour, on the side that has room.
pub(super) fn draw_note(svg: &mut Svg, plot: &Plot, layout: &Layout, note: &Note) {
    let (x, y) = (
        layout.x.nearest_place(note.x),
        layout.y.nearest_place(note.y),
    );
    let text_width = width(&note.text, LABEL_SIZE);
    let beside = y + CENTRE_TO_BASELINE * LABEL_SIZE;
    let middle = within(x, text_width, plot);
    let (place, anchor) = match side_with_room(note.side, (x, y), text_width, plot, layout) {
        Side::Right => ((x + NOTE_GAP, beside), "start"),
        Side::Left => ((x - NOTE_GAP, beside), "end"),
        Side::Above => ((middle, y - NOTE_GAP), "middle"),
        Side::Below => ((middle, y + NOTE_GAP + CAPITALS * LABEL_SIZE), "middle"),
    };
    let style = [
        attribute("class", "note"),
        attribute("fill", note.colour.label()),
        attribute("stroke", PAPER),
        attribute("stroke-width", "3.5"),
        attribute("stroke-linejoin", "round"),
        attribute("paint-order", "stroke"),
        attribute("text-anchor", anchor),
    ];
    svg.text(place, &style, &note.text);
}

fn side_with_room(
    side: Side,
    (x, y): (f64, f64),
    text_width: f64,
    plot: &Plot,
    layout: &Layout,
) -> Side {
    let (aside, upright) = (NOTE_GAP + text_width, NOTE_GAP + LABEL_SIZE);
    match side {
        Side::Right if x + aside > f64::from(plot.width) => Side::Left,
        Side::Left if x - aside < layout.frame.left => Side::Right,
        Side::Above if y - upright < layout.frame.top => Side::Below,
        Side::Below if y + upright > layout.frame.bottom => Side::Above,
        side => side,
    }
}

/// The middle of a text of this width, as near to `x` as the plot has room for.
fn within(x: f64, text_width: f64, plot: &Plot) -> f64 {
    let half = text_width / 2.0;
    x.min(f64::from(plot.width) - half).max(half)
}
