//! Draws a plot that is laid out, from back to front.

use super::draw_axes::{draw_axes, draw_grid};
use super::draw_labels::{
    draw_end_labels, draw_legend, draw_rule_labels, draw_title_lines, draw_titles,
};
use super::draw_marks::draw_mark;
use super::layout::{LABEL_SIZE, Layout, legend_top};
use super::panels::Grid;
use super::svg::{Attribute, Svg, Value, coordinate, number};
use super::text::Font;
use super::{Mark, Plot, PlotError, Target};
use crate::palette::Colour;

/// The width that fills the page; a narrower plot is shown narrower, with text of the same size.
const PAGE_WIDTH: f64 = 640.0;
/// Series of more points are drawn below the lines, so that a model stays visible.
const MANY_POINTS: usize = 60;
/// The layer of single points and notes, which no frame cuts.
const FRONT: u8 = 4;

/// Draws everything.
pub(super) fn draw(plot: &Plot, target: Target) -> Result<String, PlotError> {
    let font = target.font();
    let mut svg = Svg::default();
    if plot.panels.is_empty() {
        let layout = Layout::new(plot, font)?;
        open_root(&mut svg, plot, plot.height, target);
        draw_content(&mut svg, plot, &layout);
    } else {
        let grid = Grid::new(plot, font)?;
        open_root(&mut svg, plot, grid.height(font), target);
        draw_panels(&mut svg, plot, &grid, font)?;
    }
    Ok(svg.finish())
}

/// Finds out whether everything has a place.
pub(super) fn try_out(plot: &Plot, font: &'static Font) -> Result<(), PlotError> {
    if plot.panels.is_empty() {
        return Layout::new(plot, font).map(drop);
    }
    let grid = Grid::new(plot, font)?;
    let mut cells = grid.cells.iter();
    cells.try_for_each(|cell| Layout::new(cell, font).map(drop))
}

fn draw_content(svg: &mut Svg, plot: &Plot, layout: &Layout) {
    draw_grid(svg, plot, layout);
    draw_marks(svg, plot, layout);
    draw_axes(svg, plot, layout);
    draw_titles(svg, plot, layout);
    draw_legend(svg, plot, &layout.legend, legend_top(&layout.titles[0]));
    draw_end_labels(svg, layout);
    draw_rule_labels(svg, layout);
}

/// What panels share, and each panel at its place.
fn draw_panels(
    svg: &mut Svg,
    plot: &Plot,
    grid: &Grid,
    font: &'static Font,
) -> Result<(), PlotError> {
    draw_title_lines(svg, &grid.title);
    draw_legend(svg, plot, &grid.legend(font), legend_top(&grid.title));
    for (cell, (x, y)) in grid.cells.iter().zip(grid.corners(font)) {
        let move_by = format!("translate({} {})", coordinate(x), coordinate(y));
        svg.open("g", &[("transform", Value::Made(move_by))]);
        draw_content(svg, cell, &Layout::new(cell, font)?);
        svg.close();
    }
    Ok(())
}

/// An attribute of text.
pub(super) fn attribute<'a>(name: &'a str, value: &'a str) -> Attribute<'a> {
    (name, Value::Text(value))
}

/// The stroke of a mark.
pub(super) fn stroke(colour: Colour, width: &'static str) -> [Attribute<'static>; 2] {
    [
        attribute("stroke", colour.mark()),
        attribute("stroke-width", width),
    ]
}

fn open_root(svg: &mut Svg, plot: &Plot, height: u32, target: Target) {
    let (width, height) = (f64::from(plot.width), f64::from(height));
    let view_box = Value::Made(format!("0 0 {width} {height}"));
    let mut attributes = vec![
        attribute(
            "class",
            if target == Target::Narrow {
                "plot narrow"
            } else {
                "plot"
            },
        ),
        attribute("role", "img"),
        attribute("aria-label", &plot.title),
    ];
    match target {
        Target::Html | Target::Narrow => {
            let full = if target == Target::Html {
                PAGE_WIDTH
            } else {
                width
            };
            let share = coordinate(100.0 * (width / full).min(1.0));
            attributes.push(attribute("aria-description", &plot.description));
            attributes.push(("width", Value::Made(format!("{share}%"))));
        }
        Target::File => {
            attributes.insert(0, attribute("xmlns", "http://www.w3.org/2000/svg"));
            attributes.extend([("width", number(width)), ("height", number(height))]);
        }
    }
    attributes.push(("viewBox", view_box));
    attributes.push(attribute("font-family", target.font().family));
    attributes.push(("font-size", number(LABEL_SIZE)));
    svg.open("svg", &attributes);
    if target == Target::File {
        svg.leaf("title", &[], &plot.title);
        svg.leaf("desc", &[], &plot.description);
    }
}

/// Marks in layers; an inner `svg` cuts off what a fixed range leaves out.
fn draw_marks(svg: &mut Svg, plot: &Plot, layout: &Layout) {
    if layout.overflows {
        open_window(svg, layout);
    }
    (0..FRONT).for_each(|layer| draw_layer(svg, plot, layout, layer));
    if layout.overflows {
        svg.close();
    }
    draw_layer(svg, plot, layout, FRONT);
}

fn open_window(svg: &mut Svg, layout: &Layout) {
    let frame = layout.frame;
    let size = (frame.right - frame.left, frame.bottom - frame.top);
    let corners = [frame.left, frame.top, size.0, size.1];
    let [x, y, width, height] = corners.map(number);
    let view_box = Value::Made(corners.map(coordinate).join(" "));
    svg.open(
        "svg",
        &[
            ("x", x),
            ("y", y),
            ("width", width),
            ("height", height),
            ("viewBox", view_box),
        ],
    );
}

fn draw_layer(svg: &mut Svg, plot: &Plot, layout: &Layout, layer: u8) {
    let marks = plot.marks.iter().filter(|mark| self::layer(mark) == layer);
    marks.for_each(|mark| draw_mark(svg, plot, layout, mark));
}

fn layer(mark: &Mark) -> u8 {
    match mark {
        Mark::Band(_) => 0,
        Mark::Bars(_) => 1,
        Mark::Rule(_) => 2,
        Mark::Points(points) if points.points.len() > MANY_POINTS => 2,
        Mark::Line(_) => 3,
        Mark::Points(_) | Mark::Note(_) => FRONT,
    }
}
