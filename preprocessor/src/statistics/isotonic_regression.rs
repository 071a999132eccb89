//! Least squares under the one assumption that y does not rise with x.

/// A non-rising function, constant on blocks and linear between their means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct IsotonicRegression {
    /// (mean x, mean y) of each block, x rising, y falling.
    knots: Vec<(f64, f64)>,
}

#[derive(Debug, Clone, Copy)]
struct Block {
    x_sum: f64,
    y_sum: f64,
    points: f64,
}

impl Block {
    fn mean_y(self) -> f64 {
        self.y_sum / self.points
    }

    fn joined(self, other: Self) -> Self {
        Self {
            x_sum: self.x_sum + other.x_sum,
            y_sum: self.y_sum + other.y_sum,
            points: self.points + other.points,
        }
    }
}

impl IsotonicRegression {
    /// Pools adjacent violators of (x, y) points. Source: Ayer, Brunk, Ewing, Reid and Silverman
    /// 1955.
    pub(crate) fn fit(points: &[(f64, f64)]) -> Option<Self> {
        let mut sorted = points.to_vec();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut blocks: Vec<Block> = Vec::new();
        for (x, y) in sorted {
            let mut block = Block {
                x_sum: x,
                y_sum: y,
                points: 1.0,
            };
            while let Some(before) = blocks.pop_if(|before| before.mean_y() <= block.mean_y()) {
                block = before.joined(block);
            }
            blocks.push(block);
        }
        let knots: Vec<(f64, f64)> = blocks
            .iter()
            .map(|block| (block.x_sum / block.points, block.mean_y()))
            .collect();
        (!knots.is_empty()).then_some(Self { knots })
    }

    /// Whether y falls anywhere.
    pub(crate) fn falls(&self) -> bool {
        self.knots.len() > 1
    }

    /// y at x; constant beyond the first and the last block.
    pub(crate) fn at(&self, x: f64) -> f64 {
        let after = self.knots.partition_point(|knot| knot.0 < x);
        match (
            after.checked_sub(1).map(|index| self.knots[index]),
            self.knots.get(after),
        ) {
            (Some(before), Some(after)) => {
                before.1 + (after.1 - before.1) * (x - before.0) / (after.0 - before.0)
            }
            (Some(only), None) => only.1,
            (None, Some(only)) => only.1,
            (None, None) => unreachable!("a fit has a block"),
        }
    }

    /// The largest x at which y is still `target` or more; `None` where it never is.
    pub(crate) fn largest_x_reaching(&self, target: f64) -> Option<f64> {
        let reaching = self.knots.iter().rposition(|knot| knot.1 >= target)?;
        let (x, y) = self.knots[reaching];
        let Some(next) = self.knots.get(reaching + 1) else {
            return Some(x);
        };
        Some(x + (next.0 - x) * (y - target) / (y - next.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violators_are_pooled() {
        let fit =
            IsotonicRegression::fit(&[(4.0, 0.0), (1.0, 5.0), (2.0, 2.0), (3.0, 4.0)]).unwrap();
        assert_eq!(fit.knots, [(1.0, 5.0), (2.5, 3.0), (4.0, 0.0)]);
        let at = [0.0, 1.0, 1.75, 2.5, 3.25, 9.0].map(|x| fit.at(x));
        assert_eq!(at, [5.0, 5.0, 4.0, 3.0, 1.5, 0.0]);
        let largest = [6.0, 5.0, 4.0, 1.5, -1.0].map(|y| fit.largest_x_reaching(y));
        assert_eq!(
            largest,
            [None, Some(1.0), Some(1.75), Some(3.25), Some(4.0)]
        );
    }

    #[test]
    fn a_rising_series_is_one_block() {
        let fit = IsotonicRegression::fit(&[(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]).unwrap();
        assert_eq!(fit.knots, [(2.0, 2.0)]);
        assert_eq!(IsotonicRegression::fit(&[]), None);
    }

    /// From knot to knot y falls: neighbours of one y are one block, and half of it is reached half-way.
    #[test]
    fn equal_neighbours_are_one_block() {
        let fit = IsotonicRegression::fit(&[(1.0, 2.0), (2.0, 2.0), (3.5, 0.0)]).unwrap();
        assert_eq!(fit.knots, [(1.5, 2.0), (3.5, 0.0)]);
        assert_eq!(fit.largest_x_reaching(1.0), Some(2.5));
    }
}
