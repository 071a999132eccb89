//! From values to places.

use plotters::coord::combinators::{IntoLogRange, LogCoord};
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;

use super::Axis;

/// plotters maps to whole numbers: here, to hundredths of a unit of the view box.
const FRACTIONS: f64 = 100.0;
/// How many ranges beyond its ends an axis still tells places apart; further values count as there.
const FARTHEST: f64 = 1000.0;

/// An axis laid out between two places.
pub(super) struct Coordinates {
    mapping: Mapping,
    low: f64,
    high: f64,
    places: (i32, i32),
}

enum Mapping {
    Linear(RangedCoordf64),
    Log(LogCoord<f64>),
}

impl Coordinates {
    /// Lays out `low` at the place `from` and `high` at the place `to`.
    pub(super) fn new(axis: &Axis, (low, high): (f64, f64), from: f64, to: f64) -> Coordinates {
        let mapping = if axis.is_log() {
            Mapping::Log((low..high).log_scale().into())
        } else {
            Mapping::Linear((low..high).into())
        };
        let place = |place: f64| (place * FRACTIONS).round() as i32;
        Coordinates {
            mapping,
            low,
            high,
            places: (place(from), place(to)),
        }
    }

    /// The place of `value`.
    pub(super) fn place(&self, value: f64) -> f64 {
        let hundredths = match &self.mapping {
            Mapping::Linear(linear) => {
                let far = FARTHEST * (self.high - self.low);
                linear.map(&value.clamp(self.low - far, self.high + far), self.places)
            }
            Mapping::Log(log) => {
                let far = (self.high / self.low).powf(FARTHEST.log2());
                log.map(&value.clamp(self.low / far, self.high * far), self.places)
            }
        };
        f64::from(hundredths) / FRACTIONS
    }

    /// Whether `value` lies within the range.
    pub(super) fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// The place of `value`, or of the nearer end of the range.
    pub(super) fn nearest_place(&self, value: f64) -> f64 {
        self.place(value.clamp(self.low, self.high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_reach_their_places() {
        let linear = Coordinates::new(&Axis::linear(""), (0.0, 10.0), 100.0, 0.0);
        assert_eq!(
            [0.0, 2.5, 10.0, 12.0].map(|v| linear.place(v)),
            [100.0, 75.0, 0.0, -20.0]
        );
        let log = Coordinates::new(&Axis::log("", 10), (1.0, 100.0), 0.0, 50.0);
        assert_eq!([1.0, 10.0, 100.0].map(|v| log.place(v)), [0.0, 25.0, 50.0]);
    }

    #[test]
    fn values_far_outside_do_not_overflow() {
        let linear = Coordinates::new(&Axis::linear(""), (0.0, 1.0), 0.0, 640.0);
        assert_eq!(linear.place(1e300), 640.0 * 1001.0);
        assert_eq!(linear.nearest_place(1e300), 640.0);
    }
}
