//! Draws titles, the legend, names at the ends of lines and notes.

use super::Plot;
use super::draw::attribute;
use super::draw_marks::draw_sample;
use super::end_labels::Label;
use super::layout::{DESCENT, LABEL_SIZE, LINE_HEIGHT, Layout, RULE_ROW, TICK_SIZE};
use super::legend::{Legend, ROW_HEIGHT};
use super::svg::{Attribute, Svg, Value, number};
use super::text::CENTRE_TO_BASELINE;
use crate::palette::{Colour, INK, PAPER};

/// A name farther than this from its line's end is joined to it by a thin line.
const FAR: f64 = 5.0;
/// A rim in the page's colour around text that crosses lines.
pub(super) const RIM: [Attribute; 4] = [
    ("stroke", Value::Text(PAPER)),
    ("stroke-width", Value::Text("3.5")),
    ("stroke-linejoin", Value::Text("round")),
    ("paint-order", Value::Text("stroke")),
];

/// The vertical axis's title stands above it, the horizontal one's below its middle.
pub(super) fn draw_titles(svg: &mut Svg, plot: &Plot, layout: &Layout) {
    let frame = layout.frame;
    let middle = f64::midpoint(frame.left, frame.right);
    let [above, below] = &layout.titles;
    svg.open("g", &[attribute("class", "titles"), attribute("fill", INK)]);
    for (row, line) in above.iter().enumerate() {
        let baseline = LABEL_SIZE + row as f64 * ROW_HEIGHT;
        svg.text((0.0, baseline), &[attribute("text-anchor", "start")], line);
    }
    for (row, line) in below.iter().rev().enumerate() {
        let line_width = layout.font.width(line, LABEL_SIZE);
        let baseline = f64::from(plot.height) - DESCENT - row as f64 * LABEL_SIZE * LINE_HEIGHT;
        let place = (within(middle, line_width, plot), baseline);
        svg.text(place, &[attribute("text-anchor", "middle")], line);
    }
    svg.close();
}

/// The title above panels.
pub(super) fn draw_title_lines(svg: &mut Svg, lines: &[String]) {
    svg.open("g", &[attribute("class", "titles"), attribute("fill", INK)]);
    for (row, line) in lines.iter().enumerate() {
        svg.text((0.0, LABEL_SIZE + row as f64 * ROW_HEIGHT), &[], line);
    }
    svg.close();
}

/// The legend from this height downwards.
pub(super) fn draw_legend(svg: &mut Svg, plot: &Plot, legend: &Legend, top: f64) {
    svg.open("g", &[attribute("class", "legend"), attribute("fill", INK)]);
    for entry in &legend.entries {
        let middle = top + (entry.row as f64 + 0.5) * ROW_HEIGHT;
        let marks = entry.series.marks.iter();
        marks.for_each(|mark| draw_sample(svg, plot, mark, (entry.x, middle)));
        for (row, line) in entry.lines.iter().enumerate() {
            let baseline = middle + row as f64 * ROW_HEIGHT + CENTRE_TO_BASELINE * LABEL_SIZE;
            svg.text(
                (entry.name_x(), baseline),
                &[attribute("stroke", "none")],
                line,
            );
        }
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
        let rim = if x < label.anchor.0 { &RIM[..] } else { &[] };
        svg.text(
            (x, centre + CENTRE_TO_BASELINE * size),
            &[&[fill], rim].concat(),
            &label.text,
        );
    }
    svg.close();
}

/// A thin line from a line's end to a name that had to move away from it.
fn draw_leader(svg: &mut Svg, label: &Label) {
    let ((from_x, from_y), (to_x, to_y)) = (label.anchor, label.place);
    if to_x < from_x {
        return; // it stands above its end
    }
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
        ("font-size", number(TICK_SIZE)),
        attribute("text-anchor", "middle"),
    ];
    svg.open("g", &style);
    for label in &layout.rule_labels {
        let above = 0.35 * TICK_SIZE + label.row as f64 * RULE_ROW;
        svg.text((label.x, layout.frame.top - above), &[], &label.text);
    }
    svg.close();
}

/// The middle of a text of this width, as near to `x` as the plot has room for.
pub(super) fn within(x: f64, text_width: f64, plot: &Plot) -> f64 {
    let half = text_width / 2.0;
    x.min(f64::from(plot.width) - half).max(half)
}
