//! Intervals and the quantiles that bound them.

use serde::Serialize;

/// The share of draws that an interval of this crate holds.
pub const CONFIDENCE: f64 = 0.95;
/// The standard normal distribution's 97.5 % quantile.
pub(crate) const NORMAL_QUANTILE: f64 = 1.959_963_984_540_054;

/// A closed interval, in the unit of the quantity that it bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies inside or on an end.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// The central 95 % of `draws`: the 2.5 % and 97.5 % quantiles. `None` without draws.
    pub fn of_draws(mut draws: Vec<f64>) -> Option<Self> {
        draws.sort_by(f64::total_cmp);
        let tail = (1.0 - CONFIDENCE) / 2.0;
        Some(Self {
            low: quantile(&draws, tail)?,
            high: quantile(&draws, 1.0 - tail)?,
        })
    }
}

/// The quantile of sorted values at `share` in 0..1, linear between order statistics (Hyndman and
/// Fan's type 7).
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = share * last as f64;
    let below = sorted[position.floor() as usize];
    let above = sorted[position.ceil() as usize];
    // Two infinite neighbours have no difference.
    Some(if below == above {
        below
    } else {
        below + (above - below) * position.fract()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn central_95_percent() {
        let draws = (0..=1000).rev().map(f64::from).collect();
        let found = Interval::of_draws(draws).unwrap();
        assert!((found.low - 25.0).abs() < 1e-9 && (found.high - 975.0).abs() < 1e-9);
        assert!(found.contains(25.5) && !found.contains(24.0));
    }

    #[test]
    fn no_draws_and_infinite_draws() {
        assert_eq!(Interval::of_draws(Vec::new()), None);
        let infinite = Interval::of_draws(vec![1.0, f64::INFINITY, f64::INFINITY]).unwrap();
        assert_eq!(infinite.high, f64::INFINITY);
    }
}
