//! A start for the bounded fit that no hostile curve can mislead: the least error over a grid of τ
//! = β₁/β₀.

use super::scaled_curve::{ScaledCurve, sum_over_points};

/// Decades of τ that are tried, in units of the last step.
const DECADES: std::ops::RangeInclusive<i32> = -6..=2;

/// The best scaled β on the grid, `None` where no τ lets the loss fall.
///
/// For a fixed τ the model l = c/(k + τ) + β₂ with c = 1/β₀ is linear in c and β₂, so that its
/// least error has a closed form. Source: variable projection, Golub and Pereyra 1973.
pub(crate) fn separable_start(curve: &ScaledCurve) -> Option<[f64; 3]> {
    DECADES
        .filter_map(|decade| falling_fit(curve, 10_f64.powi(decade)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(beta, _)| beta)
}

/// β for one τ, with the sum of squared errors less the constant Σ y².
fn falling_fit(curve: &ScaledCurve, tau: f64) -> Option<([f64; 3], f64)> {
    let [uu, u, uy, y] = sum_over_points(&curve.x, &curve.y, |x, y| {
        let u = 1.0 / (x + tau);
        [u * u, u, u * y, y]
    });
    let points = curve.x.len() as f64;
    let slope = (points * uy - u * y) / (points * uu - u * u);
    let floor = (y - slope * u) / points;
    let (slope, floor) = if floor >= 0.0 {
        (slope, floor)
    } else {
        (uy / uu, 0.0)
    };
    let error = -(slope * uy + floor * y);
    (slope > 0.0).then_some(([1.0 / slope, tau / slope, floor], error))
}
