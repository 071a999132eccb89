//! The names of rules: vertical rules have theirs in a row above the frame.

use super::layout::TICK_SIZE;
use super::scale::Coordinates;
use super::spread::spread;
use super::text::Font;
use super::{Direction, Mark, Plot, Rule};

/// Least space between two names.
const GAP: f64 = 10.0;

/// A vertical rule's name at its place.
pub(super) struct RuleLabel {
    pub(super) text: String,
    /// The middle of the text.
    pub(super) x: f64,
    /// Its row, from 0 at the frame upwards.
    pub(super) row: usize,
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

/// The names of the vertical rules: in one row where they have room beside each other, else in as
/// many as they need; and the number of rows.
pub(super) fn rule_labels(
    plot: &Plot,
    x: &Coordinates,
    left: f64,
    font: &Font,
) -> (Vec<RuleLabel>, usize) {
    let seen = vertical_rules(plot).filter(|rule| x.contains(rule.at));
    let seen: Vec<&Rule> = seen.collect();
    let room = f64::from(plot.width);
    let widths = seen
        .iter()
        .map(|rule| font.width(&rule.label, TICK_SIZE) + GAP);
    let widths: Vec<f64> = widths.collect();
    let wanted: Vec<f64> = seen.iter().map(|rule| x.place(rule.at)).collect();
    let places = match spread(&wanted, &widths, left, room) {
        Some(centres) => centres.into_iter().map(|x| (x, 0)).collect(),
        None => in_rows(&wanted, &widths, (left, room)),
    };
    let rows = places.iter().map(|(_, row)| row + 1).max().unwrap_or(0);
    let label = |(rule, (x, row)): (&&Rule, (f64, usize))| RuleLabel {
        text: rule.label.clone(),
        x,
        row,
    };
    (seen.iter().zip(places).map(label).collect(), rows)
}

/// Each label as near to its place as the edges let it, in the first row that has room for it.
fn in_rows(wanted: &[f64], widths: &[f64], (left, right): (f64, f64)) -> Vec<(f64, usize)> {
    let mut ends: Vec<f64> = Vec::new();
    let place = |(wanted, width): (&f64, &f64)| {
        let x = wanted.min(right - width / 2.0).max(left + width / 2.0);
        let row = ends.iter().position(|end| *end <= x - width / 2.0);
        let row = row.unwrap_or(ends.len());
        ends.resize(ends.len().max(row + 1), 0.0);
        ends[row] = x + width / 2.0;
        (x, row)
    };
    wanted.iter().zip(widths).map(place).collect()
}
