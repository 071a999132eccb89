//! Draws bars side by side in the room of their category.

use super::draw::{attribute, stroke};
use super::layout::{Layout, TICK_SIZE};
use super::svg::{Attribute, Attributes, Svg, number};
use super::text::CENTRE_TO_BASELINE;
use super::{Bars, Fill, Mark, Plot};
use crate::palette::{Colour, INK, PAPER};

/// Share of a category's room that its bars take.
const GROUP_SHARE: f64 = 0.7;
const THICKEST_BAR: f64 = 30.0;
/// Between the bars of a group.
const BAR_GAP: f64 = 2.0;
const OUTLINE_WIDTH: &str = "1.2";
const INTERVAL_WIDTH: &str = "1.5";
const TINT_OPACITY: &str = "0.35";

/// One bar at its place.
struct Bar {
    /// Middle of its thickness.
    middle: f64,
    /// Where its value ends.
    end: f64,
    /// Where its interval begins and ends.
    interval: Option<(f64, f64)>,
    negative: bool,
}

/// Draws the bars of one series with their labels.
pub(super) fn draw_bars(svg: &mut Svg, plot: &Plot, layout: &Layout, bars: &Bars) {
    let lying = plot.y.names().is_some();
    let (categories, values) = if lying {
        (&layout.y, &layout.x)
    } else {
        (&layout.x, &layout.y)
    };
    let room = (categories.place(1.0) - categories.place(0.0)).abs();
    let (thickness, shift) = thickness_and_shift(plot, room, bars);
    let bar = |(index, &value): (usize, &f64)| Bar {
        middle: categories.place(index as f64) + shift,
        end: values.place(value),
        interval: { bars.interval(index) }
            .map(|(low, high)| (values.nearest_place(low), values.nearest_place(high))),
        negative: value < 0.0,
    };
    let placed: Vec<Bar> = bars.values.iter().enumerate().map(bar).collect();
    let zero = values.nearest_place(0.0);
    svg.open(
        "g",
        &[
            &[attribute("class", "bars")],
            &bar_style(bars.fill, bars.colour)[..],
        ]
        .concat(),
    );
    let there = placed
        .iter()
        .enumerate()
        .filter(|(index, _)| !bars.absent.contains(index));
    for (index, Bar { middle, end, .. }) in there {
        let own = bars.colour(index);
        let own = match own == bars.colour {
            true => Vec::new(),
            false => bar_style(bars.fill, own),
        };
        let (near, far) = (zero.min(*end), zero.max(*end));
        let (left, right) = (middle - thickness / 2.0, middle + thickness / 2.0);
        if lying {
            draw_rectangle(svg, (near, left), (far, right), &own);
        } else {
            draw_rectangle(svg, (left, near), (right, far), &own);
        }
    }
    svg.close();
    draw_intervals(svg, &placed, lying);
    draw_values(svg, bars, &placed, lying);
}

/// A line over each bar for its interval.
fn draw_intervals(svg: &mut Svg, placed: &[Bar], lying: bool) {
    if placed.iter().all(|bar| bar.interval.is_none()) {
        return;
    }
    let class = attribute("class", "intervals");
    svg.open(
        "g",
        &[&[class], &stroke(Colour::Ink, INTERVAL_WIDTH)[..]].concat(),
    );
    for bar in placed {
        if let Some((low, high)) = bar.interval {
            match lying {
                true => svg.line((low, bar.middle), (high, bar.middle), &[]),
                false => svg.line((bar.middle, low), (bar.middle, high), &[]),
            }
        }
    }
    svg.close();
}

impl Bar {
    /// The end of the value or of its interval, whichever is farther from zero.
    fn farthest(&self, lying: bool) -> f64 {
        let Some((low, high)) = self.interval else {
            return self.end;
        };
        // Upright bars grow towards smaller coordinates.
        match lying == self.negative {
            true => self.end.min(low).min(high),
            false => self.end.max(low).max(high),
        }
    }
}

/// Thickness of each bar, and its distance from the middle of the category's room.
fn thickness_and_shift(plot: &Plot, room: f64, bars: &Bars) -> (f64, f64) {
    let series = || {
        plot.marks.iter().filter_map(|mark| match mark {
            Mark::Bars(bars) => Some(bars),
            _ => None,
        })
    };
    let count = series().count() as f64;
    let index = series()
        .position(|other| std::ptr::eq(other, bars))
        .unwrap_or(0) as f64;
    let step = (room * GROUP_SHARE / count).min(THICKEST_BAR + BAR_GAP);
    (
        step - BAR_GAP.min(step / 4.0),
        (index - (count - 1.0) / 2.0) * step,
    )
}

/// The attributes of a bar's inside and outline.
pub(super) fn bar_style(fill: Fill, colour: Colour) -> Vec<Attribute<'static>> {
    let full = attribute("fill", colour.mark());
    let inside = match fill {
        Fill::Solid => return vec![full],
        Fill::Tint => vec![full, attribute("fill-opacity", TINT_OPACITY)],
        Fill::Hollow => vec![attribute("fill", PAPER)],
    };
    inside
        .into_iter()
        .chain(stroke(colour, OUTLINE_WIDTH))
        .collect()
}

/// Text beyond the end of each bar.
fn draw_values(svg: &mut Svg, bars: &Bars, placed: &[Bar], lying: bool) {
    let class = attribute("class", "values");
    svg.open(
        "g",
        &[
            class,
            attribute("fill", INK),
            ("font-size", number(TICK_SIZE)),
        ],
    );
    for (
        label,
        bar @ &Bar {
            middle, negative, ..
        },
    ) in bars.labels.iter().zip(placed)
    {
        let end = bar.farthest(lying);
        let (place, anchor) = match (lying, negative) {
            (true, false) => (
                (end + 5.0, middle + CENTRE_TO_BASELINE * TICK_SIZE),
                "start",
            ),
            (true, true) => ((end - 5.0, middle + CENTRE_TO_BASELINE * TICK_SIZE), "end"),
            (false, false) => ((middle, end - 4.0), "middle"),
            (false, true) => ((middle, end + 4.0 + 0.66 * TICK_SIZE), "middle"),
        };
        svg.text(place, &[attribute("text-anchor", anchor)], label);
    }
    svg.close();
}

/// A rectangle between two corners.
pub(super) fn draw_rectangle(
    svg: &mut Svg,
    from: (f64, f64),
    to: (f64, f64),
    attributes: Attributes,
) {
    let place = [
        ("x", number(from.0)),
        ("y", number(from.1)),
        ("width", number(to.0 - from.0)),
        ("height", number(to.1 - from.1)),
    ];
    svg.empty_at("rect", &place, attributes);
}
