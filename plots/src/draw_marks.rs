//! Draws single marks, in the plot and as samples in the legend.

use super::draw::{attribute, stroke};
use super::draw_bars::{bar_style, draw_bars, draw_rectangle};

use super::extent::{Dimension, value_dimension};
use super::layout::Layout;
use super::legend::SAMPLE_WIDTH;
use super::notes::draw_note;
use super::simplify::simplified;
use super::svg::{Attribute, Svg, dots, number, points};
use super::{Band, Direction, Line, Mark, Plot, Point, Points, Rule};
use crate::palette::{MUTED, PAPER, Shape, series};

const LINE_WIDTH: &str = "2";
const INTERVAL_WIDTH: &str = "1.5";
const BAND_OPACITY: &str = "0.2";
/// Markers in the legend are at least this large.
const LEAST_SAMPLE_RADIUS: f64 = 2.4;

/// The corners of two bars that cross.
const PLUS: [(f64, f64); 12] = [
    (-0.42, -1.3),
    (0.42, -1.3),
    (0.42, -0.42),
    (1.3, -0.42),
    (1.3, 0.42),
    (0.42, 0.42),
    (0.42, 1.3),
    (-0.42, 1.3),
    (-0.42, 0.42),
    (-1.3, 0.42),
    (-1.3, -0.42),
    (-0.42, -0.42),
];

/// The same, turned by 45°.
const CROSS: [(f64, f64); 12] = [
    (0.62, -1.22),
    (1.22, -0.62),
    (0.59, 0.0),
    (1.22, 0.62),
    (0.62, 1.22),
    (0.0, 0.59),
    (-0.62, 1.22),
    (-1.22, 0.62),
    (-0.59, 0.0),
    (-1.22, -0.62),
    (-0.62, -1.22),
    (0.0, -0.59),
];

/// Draws one mark.
pub(super) fn draw_mark(svg: &mut Svg, plot: &Plot, layout: &Layout, mark: &Mark) {
    match mark {
        Mark::Line(line) => {
            let places = line.points.iter().map(|&(x, y)| place(layout, x, y));
            draw_line(svg, line, places);
        }
        Mark::Points(points) => draw_points(svg, plot, layout, points),
        Mark::Band(band) => draw_band(svg, layout, band),
        Mark::Bars(bars) => draw_bars(svg, plot, layout, bars),
        Mark::Rule(rule) => draw_rule(svg, layout, rule),
        Mark::Note(note) => draw_note(svg, plot, layout, note),
    }
}

/// Draws a sample of a mark, its left end at `x`, around the height `y`.
pub(super) fn draw_sample(svg: &mut Svg, plot: &Plot, mark: &Mark, (x, y): (f64, f64)) {
    let middle = x + SAMPLE_WIDTH / 2.0;
    match mark {
        Mark::Line(line) => draw_line(svg, line, [(x, y), (x + SAMPLE_WIDTH, y)].into_iter()),
        Mark::Points(points) => {
            svg.open("g", &marker_style(points));
            draw_marker(
                svg,
                points.shape,
                (middle, y),
                radius(points).max(LEAST_SAMPLE_RADIUS),
            );
            svg.close();
        }
        Mark::Band(band) => {
            draw_rectangle(
                svg,
                (x, y - 5.0),
                (x + SAMPLE_WIDTH, y + 5.0),
                &band_style(band),
            );
        }
        Mark::Bars(bars) => {
            let lying = plot.y.names().is_some();
            let (dx, dy) = if lying { (9.0, 5.0) } else { (6.0, 6.0) };
            let style = bar_style(bars.fill, bars.colour);
            draw_rectangle(svg, (middle - dx, y - dy), (middle + dx, y + dy), &style);
        }
        Mark::Rule(_) | Mark::Note(_) => {}
    }
}

fn place(layout: &Layout, x: f64, y: f64) -> (f64, f64) {
    (layout.x.place(x), layout.y.place(y))
}

fn draw_line(svg: &mut Svg, line: &Line, places: impl Iterator<Item = (f64, f64)>) {
    let mut attributes = vec![attribute("class", "line"), attribute("fill", "none")];
    attributes.extend(stroke(line.colour, LINE_WIDTH));
    attributes.push(attribute("stroke-linejoin", "round"));
    attributes.extend(
        line.dash
            .pattern()
            .map(|pattern| attribute("stroke-dasharray", pattern)),
    );
    let places: Vec<_> = places.collect();
    attributes.push(("points", points(simplified(&places))));
    svg.empty("polyline", &attributes);
}

fn draw_band(svg: &mut Svg, layout: &Layout, band: &Band) {
    let there = band.points.iter().map(|&(x, low, _)| place(layout, x, low));
    let back = band
        .points
        .iter()
        .rev()
        .map(|&(x, _, high)| place(layout, x, high));
    let outline: Vec<_> = there.chain(back).collect();
    let outline = [("points", points(simplified(&outline)))];
    svg.empty_at("polygon", &band_style(band), &outline);
}

fn band_style(band: &Band) -> [Attribute<'static>; 3] {
    let fill = attribute("fill", band.colour.mark());
    [
        attribute("class", "band"),
        fill,
        attribute("fill-opacity", BAND_OPACITY),
    ]
}

fn draw_rule(svg: &mut Svg, layout: &Layout, rule: &Rule) {
    let frame = layout.frame;
    let (from, to) = match rule.direction {
        Direction::Horizontal => {
            let y = layout.y.place(rule.at);
            ((frame.left, y), (frame.right, y))
        }
        Direction::Vertical => {
            let x = layout.x.place(rule.at);
            ((x, frame.top), (x, frame.bottom))
        }
    };
    let style = [
        attribute("class", "rule"),
        attribute("stroke", MUTED),
        attribute("stroke-width", "1"),
        attribute("stroke-dasharray", "2 3"),
    ];
    svg.line(from, to, &style);
}

fn draw_points(svg: &mut Svg, plot: &Plot, layout: &Layout, points: &Points) {
    let in_frame = |point: &&Point| layout.x.contains(point.x) && layout.y.contains(point.y);
    let seen: Vec<&Point> = points.points.iter().filter(in_frame).collect();
    if seen.iter().any(|point| point.interval.is_some()) {
        let class = attribute("class", "intervals");
        svg.open(
            "g",
            &[&[class], &stroke(points.colour, INTERVAL_WIDTH)[..]].concat(),
        );
        seen.iter()
            .for_each(|point| draw_interval(svg, plot, layout, point));
        svg.close();
    }
    if points.filled && points.shape == Shape::Circle && radius(points) < 2.0 {
        return draw_dots(svg, layout, points, &seen);
    }
    svg.open("g", &marker_style(points));
    for point in seen {
        draw_marker(
            svg,
            points.shape,
            place(layout, point.x, point.y),
            radius(points),
        );
    }
    svg.close();
}

/// Discs without a rim as one path: a plot may have thousands of them.
fn draw_dots(svg: &mut Svg, layout: &Layout, points: &Points, seen: &[&Point]) {
    let places = seen.iter().map(|point| place(layout, point.x, point.y));
    svg.empty(
        "path",
        &[
            attribute("class", "points"),
            attribute("fill", "none"),
            attribute("stroke", points.colour.mark()),
            ("stroke-width", number(2.0 * radius(points))),
            attribute("stroke-linecap", "round"),
            ("d", dots(places)),
        ],
    );
}

fn draw_interval(svg: &mut Svg, plot: &Plot, layout: &Layout, point: &Point) {
    let Some((low, high)) = point.interval else {
        return;
    };
    let (x, y) = place(layout, point.x, point.y);
    let (from, to) = match value_dimension(plot) {
        Dimension::X => (
            (layout.x.nearest_place(low), y),
            (layout.x.nearest_place(high), y),
        ),
        Dimension::Y => (
            (x, layout.y.nearest_place(low)),
            (x, layout.y.nearest_place(high)),
        ),
    };
    svg.line(from, to, &[]);
}

/// Where there are many points they are small.
fn radius(points: &Points) -> f64 {
    match points.points.len() {
        0..=30 => 4.2,
        31..=120 => 2.8,
        _ => 1.8,
    }
}

/// Large filled markers have a rim in the page's colour that parts them where they touch.
fn marker_style(points: &Points) -> Vec<Attribute<'static>> {
    let large = radius(points) > 2.0;
    let mut style = vec![attribute("class", "points")];
    if points.filled {
        style.push(attribute("fill", points.colour.mark()));
        let rim = [attribute("stroke", PAPER), attribute("stroke-width", "0.8")];
        style.extend(rim.into_iter().filter(|_| large));
    } else {
        style.push(attribute("fill", PAPER));
        style.extend(stroke(points.colour, if large { "1.7" } else { "0.8" }));
    }
    style
}

/// A marker with about the area of a disc of radius `r`.
fn draw_marker(svg: &mut Svg, shape: Shape, (x, y): (f64, f64), r: f64) {
    let corners: &[(f64, f64)] = match shape {
        Shape::Series(index) => return draw_marker(svg, series(index).shape, (x, y), r),
        Shape::Circle => {
            return svg.empty(
                "circle",
                &[("cx", number(x)), ("cy", number(y)), ("r", number(r))],
            );
        }
        Shape::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        Shape::Triangle => &[(0.0, -1.25), (1.15, 0.8), (-1.15, 0.8)],
        Shape::Diamond => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
        Shape::TriangleDown => &[(0.0, 1.25), (1.15, -0.8), (-1.15, -0.8)],
        Shape::Plus => &PLUS,
        Shape::Cross => &CROSS,
    };
    let corners = corners.iter().map(|(dx, dy)| (x + dx * r, y + dy * r));
    svg.empty("polygon", &[("points", points(corners))]);
}
