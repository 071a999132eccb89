//! Draws grid lines, axes, ticks and their labels.

use super::Plot;
use super::draw::attribute;
use super::layout::{LINE_HEIGHT, Layout, TICK_GAP, TICK_LENGTH, TICK_SIZE};
use super::svg::{Attribute, Svg, number};
use super::text::CENTRE_TO_BASELINE;
use crate::palette::{GRID, MUTED};

/// Grid lines across the axis of values: horizontal, but for lying bars and dots.
pub(super) fn draw_grid(svg: &mut Svg, plot: &Plot, layout: &Layout) {
    let frame = layout.frame;
    let class = attribute("class", "grid");
    svg.open(
        "g",
        &[
            class,
            attribute("stroke", GRID),
            attribute("stroke-width", "1"),
        ],
    );
    if plot.y.names().is_some() {
        for tick in &layout.x_ticks {
            svg.line((tick.place, frame.top), (tick.place, frame.bottom), &[]);
        }
    } else {
        for tick in &layout.y_ticks {
            svg.line((frame.left, tick.place), (frame.right, tick.place), &[]);
        }
    }
    svg.close();
}

/// The axes' lines, ticks and labels.
pub(super) fn draw_axes(svg: &mut Svg, plot: &Plot, layout: &Layout) {
    let class = attribute("class", "axis");
    svg.open(
        "g",
        &[
            class,
            attribute("stroke", MUTED),
            attribute("stroke-width", "1"),
        ],
    );
    if plot.y.names().is_some() {
        draw_upright_base(svg, plot, layout);
    } else {
        draw_level_base(svg, plot, layout);
    }
    svg.close();
    draw_y_labels(svg, layout);
    draw_x_labels(svg, layout);
}

/// The line from which lying bars begin: zero, or the left end of the axis.
fn draw_upright_base(svg: &mut Svg, plot: &Plot, layout: &Layout) {
    let frame = layout.frame;
    let base = if plot.x.is_log() {
        frame.left
    } else {
        layout.x.nearest_place(0.0)
    };
    svg.line((base, frame.top), (base, frame.bottom), &[]);
}

/// The horizontal axis, and a line at zero where values lie on both sides of it.
fn draw_level_base(svg: &mut Svg, plot: &Plot, layout: &Layout) {
    let frame = layout.frame;
    let zero = (!plot.y.is_log()).then(|| layout.y.nearest_place(0.0));
    if let Some(zero) = zero.filter(|&zero| zero > frame.top && zero < frame.bottom) {
        svg.line((frame.left, zero), (frame.right, zero), &[]);
        if plot.x.names().is_some() {
            return;
        }
    }
    svg.line((frame.left, frame.bottom), (frame.right, frame.bottom), &[]);
    if plot.x.names().is_none() {
        let places = layout.x_ticks.iter().map(|tick| tick.place);
        draw_ticks(svg, layout, places, TICK_LENGTH);
        draw_ticks(
            svg,
            layout,
            layout.x_minor.iter().copied(),
            TICK_LENGTH / 2.0,
        );
    }
}

fn draw_ticks(svg: &mut Svg, layout: &Layout, places: impl Iterator<Item = f64>, length: f64) {
    let bottom = layout.frame.bottom;
    places.for_each(|x| svg.line((x, bottom), (x, bottom + length), &[]));
}

fn draw_y_labels(svg: &mut Svg, layout: &Layout) {
    let right = layout.frame.left - TICK_GAP;
    svg.open("g", &label_style("end", TICK_SIZE));
    for tick in &layout.y_ticks {
        let above = (tick.lines.len() - 1) as f64 / 2.0 * TICK_SIZE * LINE_HEIGHT;
        let baseline = tick.place - above + CENTRE_TO_BASELINE * TICK_SIZE;
        draw_lines(svg, &tick.lines, (right, baseline), TICK_SIZE);
    }
    svg.close();
}

fn draw_x_labels(svg: &mut Svg, layout: &Layout) {
    svg.open("g", &label_style("middle", TICK_SIZE));
    for tick in &layout.x_ticks {
        let baseline = layout.frame.bottom + TICK_LENGTH + TICK_SIZE;
        draw_lines(svg, &tick.lines, (tick.place, baseline), TICK_SIZE);
    }
    svg.close();
}

fn label_style(anchor: &'static str, size: f64) -> [Attribute<'static>; 4] {
    [
        attribute("class", "ticks"),
        attribute("fill", MUTED),
        ("font-size", number(size)),
        attribute("text-anchor", anchor),
    ]
}

fn draw_lines(svg: &mut Svg, lines: &[String], (x, first): (f64, f64), size: f64) {
    for (index, line) in lines.iter().enumerate() {
        svg.text((x, first + index as f64 * size * LINE_HEIGHT), &[], line);
    }
}
