//! Upright bars whose numbers do not fit side by side lie down, where each has its own line.

use super::layout::TICK_SIZE;
use super::text::Font;
use super::{Bars, Direction, Mark, Plot, Rule};

/// Between the numbers of two bars.
const GAP: f64 = 3.0;
/// The axis of the values takes about so much of the width.
const AXIS_WIDTH: f64 = 60.0;
/// The height of a bar with its number, of the room between two categories, and of what is above and
/// below them.
const BAR_HEIGHT: usize = 17;
const CATEGORY_GAP: usize = 9;
const AROUND: usize = 80;

/// The plot as it is, or with its bars lying where their numbers would overlap.
pub(super) fn laid(plot: &Plot, font: &Font) -> Plot {
    let bars: Vec<&Bars> = plot.marks.iter().filter_map(bars).collect();
    let Some(names) = plot.x.names().filter(|_| !bars.is_empty()) else {
        return plot.clone();
    };
    let slot = (f64::from(plot.width) - AXIS_WIDTH) / names.len() as f64;
    let widths = bars.iter().map(|bars| font.widest(&bars.labels, TICK_SIZE));
    let labelled: Vec<f64> = widths.filter(|width| *width > 0.0).collect();
    let widest = labelled
        .iter()
        .fold(0.0, |widest: f64, width| widest.max(*width));
    // The bars of a category take 0.7 of its room; a number may reach beyond its bar's.
    let room = 0.7 * slot / bars.len() as f64;
    let is_bar_or_rule = |mark: &Mark| matches!(mark, Mark::Bars(_) | Mark::Rule(_));
    if widest + GAP <= room.max(if bars.len() == 1 { slot } else { 0.0 })
        || labelled.is_empty()
        || !plot.marks.iter().all(is_bar_or_rule)
    {
        return plot.clone();
    }
    let rows = names.len() * (bars.len() * BAR_HEIGHT + CATEGORY_GAP);
    Plot {
        x: plot.y.clone(),
        y: plot.x.clone(),
        marks: plot.marks.iter().map(turned).collect(),
        height: (AROUND + rows) as u32,
        ..plot.clone()
    }
}

fn bars(mark: &Mark) -> Option<&Bars> {
    match mark {
        Mark::Bars(bars) => Some(bars),
        _ => None,
    }
}

/// A rule across the other axis.
fn turned(mark: &Mark) -> Mark {
    let Mark::Rule(rule) = mark else {
        return mark.clone();
    };
    let direction = match rule.direction {
        Direction::Horizontal => Direction::Vertical,
        Direction::Vertical => Direction::Horizontal,
    };
    let (label, at) = (rule.label.clone(), rule.at);
    Mark::Rule(Rule {
        label,
        direction,
        at,
    })
}
