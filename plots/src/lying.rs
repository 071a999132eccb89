//! Names and numbers of categories each have their line: upright bars whose numbers do not fit side
//! by side lie down, and a plot is as high as the names beside it need.

use super::layout::{LINE_HEIGHT, TICK_SIZE, y_lines_of};
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

/// The plot as it is, or with its bars lying where their numbers would overlap, and higher where the
/// lines of its categories would.
pub(super) fn laid(plot: &Plot, font: &Font) -> Plot {
    let mut laid = turned_where_crowded(plot, font);
    if let Some(names) = laid.y.names() {
        let bars = laid.marks.iter().filter_map(bars).count();
        let lines = names.iter().map(|name| y_lines_of(name, &laid, font).len());
        let lines = lines.max().unwrap_or(0) as f64;
        let text_height = (lines * TICK_SIZE * LINE_HEIGHT).ceil() as usize;
        let each = text_height.max(bars * BAR_HEIGHT) + CATEGORY_GAP;
        laid.height = laid.height.max((AROUND + names.len() * each) as u32);
    }
    laid
}

fn turned_where_crowded(plot: &Plot, font: &Font) -> Plot {
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
    Plot {
        x: plot.y.clone(),
        y: plot.x.clone(),
        marks: plot.marks.iter().map(turned).collect(),
        height: 0, // as high as its rows
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
