//! The epochs to an accuracy as a line over depth: a prediction that needs no loss model.

use crate::statistics::interval::{CONFIDENCE, Interval};
use crate::statistics::linear_regression::LinearRegression;
use crate::statistics::mean::mean;
use crate::statistics::student_t::central_quantile;

/// epochs = a + b · depth.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochsOverDepth(LinearRegression);

impl EpochsOverDepth {
    /// The least-squares line through (depth, epochs) points; `None` where they have fewer than two
    /// depths.
    pub fn fit(points: &[(u64, f64)]) -> Option<Self> {
        let design: Vec<_> = points.iter().map(|(depth, _)| row(*depth)).collect();
        let epochs: Vec<_> = points.iter().map(|(_, epochs)| *epochs).collect();
        LinearRegression::fit(&design, &epochs).map(Self)
    }

    /// The epochs at `depth`.
    pub fn at(&self, depth: u64) -> f64 {
        self.0.predict(&row(depth))
    }

    /// The 95 % interval of the epochs of a new run at `depth`, ŷ ± t s √(1 + xᵀ(XᵀX)⁻¹x); `None`
    /// where no point is left to estimate the scatter from.
    pub fn interval(&self, depth: u64) -> Option<Interval> {
        let scores = central_quantile(CONFIDENCE, self.0.degrees_of_freedom)?;
        let half_width = scores * self.0.standard_error(&row(depth))?;
        let epochs = self.at(depth);
        Some(Interval {
            low: epochs - half_width,
            high: epochs + half_width,
        })
    }
}

/// The mean of |predicted − given| epochs, each depth predicted from the others; `None` where a
/// depth is left without two others.
pub fn leave_one_depth_out_error(points: &[(u64, f64)]) -> Option<f64> {
    let error = |&(depth, epochs): &(u64, f64)| {
        let others = points.iter().copied().filter(|(other, _)| *other != depth);
        let line = EpochsOverDepth::fit(&others.collect::<Vec<_>>())?;
        Some((line.at(depth) - epochs).abs())
    };
    let errors: Option<Vec<f64>> = points.iter().map(error).collect();
    errors
        .filter(|errors| !errors.is_empty())
        .map(|it| mean(&it))
}

fn row(depth: u64) -> Vec<f64> {
    vec![1.0, depth as f64]
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [(u64, f64); 4] = [(20, 165.5), (32, 167.5), (44, 159.5), (56, 153.5)];

    /// By hand: the mean depth is 38, Σ(d − 38)² = 720, Σ(d − 38)(e − 161.5) = −264, Σ residual² =
    /// 23.2 over two degrees of freedom, whose t is 4.3027, and 1 + 1/4 + 12²/720 = 1.45.
    #[test]
    fn a_line_with_its_interval() {
        let line = EpochsOverDepth::fit(&POINTS).unwrap();
        assert!((line.at(50) - 157.1).abs() < 1e-9);
        let half_width = 4.302_65 * (11.6_f64 * 1.45).sqrt();
        let interval = line.interval(50).unwrap();
        assert!(
            (interval.low - (157.1 - half_width)).abs() < 1e-3,
            "{interval:?}"
        );
        assert!(
            (interval.high - (157.1 + half_width)).abs() < 1e-3,
            "{interval:?}"
        );
    }

    /// By hand: without depth 20 the line has the slope −168/288 through (44, 160 1/6), and so on.
    #[test]
    fn every_depth_is_left_out_in_turn() {
        let (of_20, of_32, of_44, of_56) = (26.0 / 3.0, 5.428_571, 0.285_714, 14.0 / 3.0);
        let expected = (of_20 + of_32 + of_44 + of_56) / 4.0;
        let found = leave_one_depth_out_error(&POINTS).unwrap();
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
        assert_eq!(leave_one_depth_out_error(&POINTS[..2]), None);
        assert_eq!(leave_one_depth_out_error(&[]), None);
    }

    #[test]
    fn too_few_depths_are_no_line() {
        assert_eq!(EpochsOverDepth::fit(&[]), None);
        assert_eq!(EpochsOverDepth::fit(&[(20, 165.0), (20, 166.0)]), None);
        let exact = EpochsOverDepth::fit(&POINTS[..2]).unwrap();
        assert_eq!(exact.interval(50), None);
    }
}
