//! Points of which some stand for several.

use super::scaled_curve::sum_over_points;
use wide::f64x2;

/// Points that are kept as they are, at the beginning of a curve that is thinned; and how many means
/// of 2, of 4, of 8 … points follow.
const OF_A_SIZE: usize = 512;

/// The most points that are kept as they are.
const KEPT: usize = 4096;

/// The places of points in order, in runs of points that weigh the same.
#[derive(Debug, Clone)]
pub(crate) struct WeightedPoints {
    pub(crate) x: Vec<f64>,
    /// The end of each run, with the weight of its points.
    runs: Vec<(usize, f64)>,
}

impl WeightedPoints {
    /// Points that weigh 1.
    pub(crate) fn equal(x: Vec<f64>) -> Self {
        let runs = vec![(x.len(), 1.0)];
        WeightedPoints { x, runs }
    }

    /// Means of consecutive points, each with their number as its weight, and where they end.
    ///
    /// The means are of 1 point at the beginning, where a loss falls fast, and of twice as many each
    /// time that [`OF_A_SIZE`] of a size are made: over the points of one mean the loss changes
    /// little, so that the means say nearly all that the points say. Up to [`KEPT`] points are kept.
    pub(crate) fn thinned(x: &[f64]) -> (Self, Vec<usize>) {
        let (mut runs, mut ends) = (Vec::new(), Vec::new());
        let mut size = match x.len() {
            ..=KEPT => x.len().max(1),
            _ => OF_A_SIZE,
        };
        let (mut points, mut at) = (1, 0);
        while at < x.len() {
            let whole = ((x.len() - at) / points).min(size);
            ends.extend((1..=whole).map(|index| at + index * points));
            if whole > 0 {
                runs.push((ends.len(), points as f64));
            }
            at += whole * points;
            if whole < size && at < x.len() {
                runs.push((ends.len() + 1, (x.len() - at) as f64));
                ends.push(x.len());
                break;
            }
            points *= 2;
            size = OF_A_SIZE;
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let mean = |(start, end): (usize, &usize)| {
            x[start..*end].iter().sum::<f64>() / (end - start) as f64
        };
        let means = starts.zip(&ends).map(mean).collect();
        (WeightedPoints { x: means, runs }, ends)
    }

    /// The number of points that the weights stand for.
    pub(crate) fn total_weight(&self) -> f64 {
        let mut start = 0;
        let weights = self.runs.iter().map(|(end, weight)| {
            let points = end - std::mem::replace(&mut start, *end);
            points as f64 * weight
        });
        weights.sum()
    }

    /// Sums several terms over all points, each with its weight.
    #[inline]
    pub(crate) fn sum<const N: usize>(
        &self,
        y: &[f64],
        terms: impl Fn(f64x2, f64x2) -> [f64x2; N],
    ) -> [f64; N] {
        let (mut sums, mut start) = ([0.0; N], 0);
        for (end, weight) in &self.runs {
            let run = std::mem::replace(&mut start, *end)..*end;
            let of_run = sum_over_points(&self.x[run.clone()], &y[run], &terms);
            for (sum, term) in sums.iter_mut().zip(of_run) {
                *sum += weight * term;
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_in_one_mean() {
        for points in [0, 1, 7, 4096, 4097, 5000, 100_001, 1_000_000] {
            let x: Vec<f64> = (0..points).map(f64::from).collect();
            let (thinned, ends) = WeightedPoints::thinned(&x);
            assert_eq!(thinned.total_weight(), f64::from(points), "{points}");
            let total: [f64; 1] = thinned.sum(&thinned.x, |x, _| [x]);
            let expected = f64::from(points) * f64::from((points - 1).max(0)) / 2.0;
            assert!((total[0] - expected).abs() <= 1e-9 * expected, "{points}");
            assert_eq!(ends.last().copied().unwrap_or(0), x.len());
            assert!(ends.len() <= 6_000, "{points}: {}", ends.len());
        }
    }

    #[test]
    fn few_points_are_kept_as_they_are() {
        let x: Vec<f64> = (0..4096).map(f64::from).collect();
        let (thinned, ends) = WeightedPoints::thinned(&x);
        assert_eq!((&thinned.x, &thinned.runs[..]), (&x, &[(4096, 1.0)][..]));
        assert_eq!(ends, (1..=4096).collect::<Vec<_>>());
    }

    #[test]
    fn means_double_in_size() {
        let x: Vec<f64> = (0..4100).map(f64::from).collect();
        let (thinned, ends) = WeightedPoints::thinned(&x);
        assert_eq!(ends[..3], [1, 2, 3]);
        assert_eq!(ends[511..515], [512, 514, 516, 518]);
        assert_eq!(thinned.x[512..514], [512.5, 514.5]);
        let last = ends.len() - 1;
        assert_eq!((ends[last - 1], ends[last]), (4096, 4100));
    }
}
