//! Decides where everything stands before anything is drawn.

use super::end_labels::{Ends, Label};
use super::extent::{Dimension, Ranges, data, extent};
use super::legend::{Legend, ROW_HEIGHT};
use super::rules::{RuleLabel, rule_labels};
use super::scale::Coordinates;
use super::series::named;
use super::text::Font;
use super::ticks::{Tick, minor_ticks, ticks};
use super::{Axis, Mark, Plot, PlotError};

/// Font size of tick labels.
pub(super) const TICK_SIZE: f64 = 12.5;
/// Font size of titles, names and notes.
pub(super) const LABEL_SIZE: f64 = 13.5;
/// Line height as a multiple of the font size.
pub(super) const LINE_HEIGHT: f64 = 1.15;
/// Length of a tick below the horizontal axis.
pub(super) const TICK_LENGTH: f64 = 4.0;
/// Between the frame and the labels of the vertical axis.
pub(super) const TICK_GAP: f64 = 8.0;
/// Below the lowest baseline.
pub(super) const DESCENT: f64 = 4.5;

/// Height of a row of names of vertical rules.
pub(super) const RULE_ROW: f64 = TICK_SIZE * LINE_HEIGHT + 3.0;

/// Between one tick label of the horizontal axis and the next.
const X_LABEL_GAP: f64 = 22.0;
const NAME_GAP: f64 = 6.0;
const LEAST_NAME_ROOM: f64 = 24.0;
const MOST_NAME_ROOM: f64 = 80.0;
/// Names of categories beside the vertical axis are broken beyond this share of the width.
const MOST_NAME_SHARE: f64 = 0.28;
const LEAST_RIGHT_MARGIN: f64 = 16.0;
const LEAST_FRAME: (f64, f64) = (120.0, 60.0);

/// The rectangle between the axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// A tick at its place, its label in lines.
pub(super) struct PlacedTick {
    pub(super) place: f64,
    pub(super) lines: Vec<String>,
}

/// Everything at its place.
pub(super) struct Layout<'a> {
    pub(super) frame: Frame,
    pub(super) x: Coordinates,
    pub(super) y: Coordinates,
    pub(super) x_ticks: Vec<PlacedTick>,
    pub(super) y_ticks: Vec<PlacedTick>,
    pub(super) x_minor: Vec<f64>,
    pub(super) legend: Legend<'a>,
    pub(super) end_labels: Vec<Label>,
    pub(super) end_label_size: f64,
    pub(super) rule_labels: Vec<RuleLabel>,
    /// The lines of the vertical axis's title and of the horizontal one's.
    pub(super) titles: [Vec<String>; 2],
    pub(super) font: &'static Font,
    /// Whether some of the data lies outside the frame.
    pub(super) overflows: bool,
}

impl<'a> Layout<'a> {
    /// Lays out `plot`: with names at the ends of lines, or in the legend where they do not fit.
    pub(super) fn new(plot: &'a Plot, font: &'static Font) -> Result<Layout<'a>, PlotError> {
        let most_y = most_ticks(plot.height);
        let ranges = Ranges {
            x: extent(plot, Dimension::X, (plot.width as usize / 70).max(2))?,
            y: extent(plot, Dimension::Y, most_y)?,
        };
        let layout = match Layout::attempt(plot, &ranges, font, true)? {
            Some(layout) => Some(layout),
            None => Layout::attempt(plot, &ranges, font, false)?,
        };
        layout.ok_or_else(|| too_small(plot))
    }

    fn attempt(
        plot: &'a Plot,
        ranges: &Ranges,
        font: &'static Font,
        direct: bool,
    ) -> Result<Option<Layout<'a>>, PlotError> {
        let (at_ends, in_legend) = named(plot, ranges, direct);
        let legend = Legend::new(in_legend, f64::from(plot.width), font);
        let ends = Ends::new(plot, ranges, at_ends, (font, direct));
        let Some(end_margin) = ends.margin(plot) else {
            return Ok(None);
        };
        let y_ticks = ticks(&plot.y, ranges.y, plot.height as usize / 45)?;
        let y_lines = y_lines(plot, &y_ticks, font);
        let left = (font.widest(y_lines.iter().flatten(), TICK_SIZE) + TICK_GAP).ceil();
        let mut right = f64::from(plot.width) - right_margin(plot, end_margin, font);
        let mut x_labels = XLabels::new(&plot.x, ranges.x, right - left, font)?;
        let overhang = x_labels.overhang(plot, ranges, (left, right), font);
        if overhang > 0.0 {
            right -= overhang.ceil();
            x_labels = XLabels::new(&plot.x, ranges.x, right - left, font)?;
        }
        let titles = [&plot.y, &plot.x].map(|axis| title_lines(axis, plot, font));
        let (rule_labels, rule_rows) = {
            let x = Coordinates::new(&plot.x, ranges.x, left, right);
            rule_labels(plot, &x, left, font)
        };
        let bottom = f64::from(plot.height) - bottom_margin(&titles[1], &x_labels);
        let frame = Frame {
            left,
            top: legend_top(&titles[0])
                + legend.height()
                + rule_rows as f64 * RULE_ROW
                + bar_label_height(plot, font)
                + 8.0,
            right,
            bottom,
        };
        if frame.right - frame.left < LEAST_FRAME.0 || frame.bottom - frame.top < LEAST_FRAME.1 {
            return Err(too_small(plot));
        }
        let x = Coordinates::new(&plot.x, ranges.x, frame.left, frame.right);
        let y = vertical(&plot.y, ranges.y, frame);
        let Some(end_labels) = ends.place(&frame, &x, &y) else {
            return Ok(None);
        };
        Ok(Some(Layout {
            x_ticks: placed(&x_labels.ticks, x_labels.lines, &x),
            y_ticks: placed(&y_ticks, y_lines, &y),
            x_minor: minor_ticks(&plot.x, ranges.x)
                .iter()
                .map(|&value| x.place(value))
                .collect(),
            overflows: overflows(plot, ranges),
            legend,
            end_labels,
            end_label_size: ends.size,
            rule_labels,
            titles,
            font,
            frame,
            x,
            y,
        }))
    }
}

/// The most ticks that a vertical axis has in a plot of this height.
pub(super) fn most_ticks(height: u32) -> usize {
    (height as usize / 48).clamp(3, 8)
}

fn too_small(plot: &Plot) -> PlotError {
    PlotError::TooSmall {
        title: plot.title.clone(),
        width: plot.width,
        height: plot.height,
    }
}

/// Where the legend begins: below the vertical axis's title.
pub(super) fn legend_top(title: &[String]) -> f64 {
    title.len() as f64 * ROW_HEIGHT + 2.0
}

/// The lines of an axis's title; none for no title.
fn title_lines(axis: &Axis, plot: &Plot, font: &Font) -> Vec<String> {
    match axis.title.is_empty() {
        true => Vec::new(),
        false => font.wrap(&axis.title, LABEL_SIZE, f64::from(plot.width)),
    }
}

/// The room above upright bars for what is printed at their ends.
fn bar_label_height(plot: &Plot, font: &Font) -> f64 {
    let upright = plot.y.names().is_none() && bar_label_width(plot, font) > 0.0;
    if upright { TICK_SIZE } else { 0.0 }
}

fn right_margin(plot: &Plot, end_margin: f64, font: &Font) -> f64 {
    let lying = plot.y.names().is_some();
    let bars = if lying {
        bar_label_width(plot, font)
    } else {
        0.0
    };
    end_margin.max(bars).max(LEAST_RIGHT_MARGIN).ceil()
}

fn bar_label_width(plot: &Plot, font: &Font) -> f64 {
    let labels = plot.marks.iter().filter_map(|mark| match mark {
        Mark::Bars(bars) => Some(font.widest(&bars.labels, TICK_SIZE)),
        _ => None,
    });
    let width = labels.fold(0.0, f64::max);
    if width > 0.0 { width + TICK_GAP } else { 0.0 }
}

fn bottom_margin(title: &[String], labels: &XLabels) -> f64 {
    let rows = labels.lines.iter().map(Vec::len).max().unwrap_or(0) as f64;
    let title = match title.len() {
        0 => 0.0,
        lines => LABEL_SIZE * LINE_HEIGHT * lines as f64 + 4.0,
    };
    TICK_LENGTH + rows * TICK_SIZE * LINE_HEIGHT + title + DESCENT
}

/// Names of categories are broken where they are long.
fn y_lines(plot: &Plot, ticks: &[Tick], font: &Font) -> Vec<Vec<String>> {
    let names = plot.y.names().is_some();
    let lines = |tick: &Tick| match names {
        true => y_lines_of(&tick.label, plot, font),
        false => vec![tick.label.clone()],
    };
    ticks.iter().map(lines).collect()
}

/// The lines of a category's name beside the vertical axis.
pub(super) fn y_lines_of(name: &str, plot: &Plot, font: &Font) -> Vec<String> {
    font.wrap(name, TICK_SIZE, f64::from(plot.width) * MOST_NAME_SHARE)
}

/// The labels below the horizontal axis.
struct XLabels {
    ticks: Vec<Tick>,
    lines: Vec<Vec<String>>,
}

impl XLabels {
    fn new(axis: &Axis, range: (f64, f64), room: f64, font: &Font) -> Result<XLabels, PlotError> {
        match axis.names() {
            Some(names) => {
                let ticks = ticks(axis, range, names.len())?;
                Ok(XLabels::names(ticks, room, font))
            }
            None => XLabels::numbers(axis, range, room, font),
        }
    }

    /// Names are broken to fit. Where names are many, only every second, third, … is printed.
    fn names(ticks: Vec<Tick>, room: f64, font: &Font) -> XLabels {
        let slot = room / ticks.len().max(1) as f64;
        let words = ticks.iter().flat_map(|tick| tick.label.split(' '));
        let longest = words
            .map(|word| font.width(word, TICK_SIZE))
            .fold(0.0, f64::max);
        let stride = match slot < LEAST_NAME_ROOM {
            true => ((longest + NAME_GAP).clamp(LEAST_NAME_ROOM, MOST_NAME_ROOM) / slot).ceil(),
            false => 1.0,
        };
        let each = slot * stride - NAME_GAP;
        let lines = ticks.iter().enumerate().map(|(index, tick)| {
            let is_printed = index % stride as usize == 0;
            let lines = is_printed.then(|| font.wrap(&tick.label, TICK_SIZE, each));
            lines.unwrap_or_default()
        });
        let lines = lines.collect();
        XLabels { ticks, lines }
    }

    /// How far the last label reaches beyond the plot.
    fn overhang(
        &self,
        plot: &Plot,
        ranges: &Ranges,
        (left, right): (f64, f64),
        font: &Font,
    ) -> f64 {
        let x = Coordinates::new(&plot.x, ranges.x, left, right);
        let labels = self.ticks.iter().zip(&self.lines);
        let ends =
            labels.map(|(tick, lines)| x.place(tick.value) + font.widest(lines, TICK_SIZE) / 2.0);
        ends.fold(0.0, f64::max) - f64::from(plot.width)
    }

    /// As many numbers as fit side by side.
    fn numbers(
        axis: &Axis,
        range: (f64, f64),
        room: f64,
        font: &Font,
    ) -> Result<XLabels, PlotError> {
        let mut most = (room / 50.0) as usize;
        loop {
            let ticks = ticks(axis, range, most.max(2))?;
            let labels = ticks.iter().map(|tick| &tick.label);
            let each = font.widest(labels, TICK_SIZE) + X_LABEL_GAP;
            if most <= 2 || each * ticks.len() as f64 <= room {
                let lines = ticks.iter().map(|tick| vec![tick.label.clone()]).collect();
                return Ok(XLabels { ticks, lines });
            }
            most -= 1;
        }
    }
}

/// The vertical axis: values rise from the bottom, categories come from the top.
pub(super) fn vertical(axis: &Axis, range: (f64, f64), frame: Frame) -> Coordinates {
    match axis.names() {
        Some(_) => Coordinates::new(axis, range, frame.top, frame.bottom),
        None => Coordinates::new(axis, range, frame.bottom, frame.top),
    }
}

fn placed(ticks: &[Tick], lines: Vec<Vec<String>>, axis: &Coordinates) -> Vec<PlacedTick> {
    let places = ticks.iter().map(|tick| axis.place(tick.value));
    places
        .zip(lines)
        .map(|(place, lines)| PlacedTick { place, lines })
        .collect()
}

fn overflows(plot: &Plot, ranges: &Ranges) -> bool {
    let outside = |mark| {
        let mut data = data(plot, mark);
        data.any(|datum| {
            let (low, high) = ranges.along(datum.dimension);
            !(low..=high).contains(&datum.value)
        })
    };
    plot.marks.iter().any(outside)
}
