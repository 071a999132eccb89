//! The median of repeated trials and how far it can be trusted.

/// The probability that an interval may miss the median.
const MISS: f64 = 0.05;

/// The median, and its 95 % interval where there are trials enough for one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Median {
    /// The middle value, or the mean of the two middle ones.
    pub value: f64,
    /// The interval (low, high); `None` for fewer than six trials.
    pub interval: Option<(f64, f64)>,
}

/// The median of `trials`; `None` where there are none.
///
/// The interval reaches from the r-th smallest to the r-th largest of the n trials. It misses the
/// median of their distribution only if fewer than r trials fall on one side of it, whatever the
/// distribution is, and the probability of that is 2 · P(Bin(n, ½) < r). r is the largest rank that
/// keeps it within 5 %.
///
/// Source: Thompson 1936, Ann. Math. Statist. 7, "On confidence ranges for the median".
pub fn median(trials: &[f64]) -> Option<Median> {
    let mut sorted = trials.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let rank = rank(sorted.len());
    Some(Median {
        value: (sorted[last / 2] + sorted[last.div_ceil(2)]) / 2.0,
        interval: (rank > 0).then(|| (sorted[rank - 1], sorted[last + 1 - rank])),
    })
}

/// The largest r with 2 · P(Bin(trials, ½) < r) ≤ 5 %; 0 where there is none.
fn rank(trials: usize) -> usize {
    // In logarithms, as ½ⁿ is 0 for a thousand trials.
    let mut log_term = trials as f64 * 0.5_f64.ln(); // ln P(Bin = rank)
    let mut below = log_term.exp(); // P(Bin ≤ rank)
    let mut rank = 0;
    while 2.0 * below <= MISS {
        log_term += ((trials - rank) as f64 / (rank + 1) as f64).ln();
        below += log_term.exp();
        rank += 1;
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_published_tables() {
        // Conover 1999, Practical Nonparametric Statistics, quantile test for p = ½.
        let check = |trials, expect| assert_eq!(rank(trials), expect, "{trials} trials");
        check(5, 0);
        check(6, 1);
        check(10, 2);
        check(20, 6);
        check(100, 40);
        check(10_000, 4_902);
    }

    #[test]
    fn medians() {
        let check = |trials: &[f64], value, interval| {
            assert_eq!(median(trials), Some(Median { value, interval }));
        };
        check(&[3.0], 3.0, None);
        check(&[3.0, 1.0], 2.0, None);
        check(&[5.0, 1.0, 4.0, 2.0, 3.0, 6.0], 3.5, Some((1.0, 6.0)));
        let trials: Vec<f64> = (1..=20).map(f64::from).collect();
        check(&trials, 10.5, Some((6.0, 15.0)));
        assert_eq!(median(&[]), None);
    }
}
