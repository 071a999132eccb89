//! The names of rules: vertical rules have theirs in a row above the frame.

use super::layout::TICK_SIZE;
use super::scale::Coordinates;
use super::spread::spread;
use super::text::width;
use super::{Direction, Mark, Plot, Rule};

/// Least space between two names.
const GAP: f64 = 10.0;

/// A vertical rule's name at its place.
pub(super) struct RuleLabel {
    pub(super) text: String,
    /// The middle of the text.
    pub(super) x: f64,
}

/// Horizontal rules that have a name.
pub(super) fn horizontal_rules(plot: &Plot) -> impl Iterator<Item = &Rule> {
    named_rules(plot).filter(|rule| rule.direction == Direction::Horizontal)
}

/// Vertical rules that have a name.
pub(super) fn vertical_rules(plot: &Plot) -> impl Iterator<Item = &Rule> {
    named_rules(plot).filter(|rule| rule.direction == Direction::Vertical)
}

fn named_rules(plot: &Plot) -> impl Iterator<Item = &Rule> {
    let rules = plot.marks.iter().filter_map(|mark| match mark {
        Mark::Rule(rule) => Some(rule),
        _ => None,
    });
    rules.filter(|rule| !rule.label.is_empty())
}

/// The names of the vertical rules side by side, and their font size, smaller where they are many.
pub(super) fn rule_labels(plot: &Plot, x: &Coordinates) -> (Vec<RuleLabel>, f64) {
    let seen: Vec<&Rule> = vertical_rules(plot)
        .filter(|rule| x.contains(rule.at))
        .collect();
    let room = f64::from(plot.width);
    let widths = |size: f64| -> Vec<f64> {
        seen.iter()
            .map(|rule| width(&rule.label, size) + GAP * size / TICK_SIZE)
            .collect()
    };
    let size = TICK_SIZE * (room / widths(TICK_SIZE).iter().sum::<f64>()).min(1.0);
    let wanted: Vec<f64> = seen.iter().map(|rule| x.place(rule.at)).collect();
    let centres = spread(&wanted, &widths(size * 0.999), 0.0, room).unwrap_or(wanted);
    let label = |(rule, x): (&&Rule, f64)| RuleLabel {
        text: rule.label.clone(),
        x,
    };
    (seen.iter().zip(centres).map(label).collect(), size)
}
