//! Equally many round ticks for panels with axes of their own.

/// Multiples of powers of ten that ticks may be apart.
const STEPS: [f64; 3] = [1.0, 2.0, 5.0];
const FEWEST_STEPS: usize = 3;

/// Ticks for axes that reach from here to there: as many for each, at most `most`, from the first to
/// the last of which the data lie, with as little room as can be left where it is largest.
pub(super) fn equal_ticks(reaches: &[(f64, f64)], most: usize) -> Vec<Vec<f64>> {
    let of_count = |steps: usize| {
        let axes = reaches.iter().map(|reach| axis(*reach, steps));
        axes.collect::<Vec<_>>()
    };
    let waste = |steps: &usize| {
        let axes = of_count(*steps);
        let sizes = axes.iter().zip(reaches);
        let shares = sizes.map(|((_, step), (low, high))| step * *steps as f64 / (high - low));
        shares.fold(0.0, f64::max)
    };
    let counts = FEWEST_STEPS..most.max(FEWEST_STEPS + 1);
    let best = counts.min_by(|a, b| waste(a).total_cmp(&waste(b)));
    let steps = best.unwrap_or(FEWEST_STEPS);
    let ticks = |(first, step): (f64, f64)| {
        (0..=steps)
            .map(|index| (first + index as f64) * step)
            .collect()
    };
    of_count(steps).into_iter().map(ticks).collect()
}

/// The first tick as a number of steps, and the shortest step with which so many steps hold the data.
fn axis((low, high): (f64, f64), steps: usize) -> (f64, f64) {
    let (low, high) = match high > low {
        true => (low, high),
        false => (
            low - 0.5 * low.abs().max(1.0),
            high + 0.5 * high.abs().max(1.0),
        ),
    };
    let power = 10f64.powf(((high - low) / steps as f64).log10().floor());
    let powers = [power, 10.0 * power, 100.0 * power];
    let wide = powers
        .into_iter()
        .flat_map(|power| STEPS.map(|step| step * power));
    let first = |step: f64| (low / step + 1e-9).floor();
    let mut holding =
        wide.filter(|step| (first(*step) + steps as f64) * step >= high - 1e-9 * step);
    let step = holding.next().unwrap_or(1000.0 * power);
    (first(step), step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reaches: &[(f64, f64)], most: usize, expect: &[&[f64]]) {
        let found = equal_ticks(reaches, most);
        assert_eq!(found.len(), expect.len());
        for (found, expect) in found.iter().zip(expect) {
            assert_eq!(found.len(), expect.len(), "{found:?}");
            let pairs = found.iter().zip(*expect);
            assert!(
                pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-12),
                "{found:?}"
            );
        }
    }

    #[test]
    fn panels_have_as_many_ticks() {
        check(
            &[(0.0, 0.0014), (0.0, 1.2), (0.0, 0.14)],
            8,
            &[
                &[0.0, 0.0002, 0.0004, 0.0006, 0.0008, 0.001, 0.0012, 0.0014],
                &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4],
                &[0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14],
            ],
        );
        check(&[(-1.0, 1.0)], 6, &[&[-1.0, -0.5, 0.0, 0.5, 1.0]]);
        check(&[(3.0, 3.0)], 4, &[&[0.0, 2.0, 4.0, 6.0]]);
        check(&[(0.1, 0.3)], 5, &[&[0.1, 0.15, 0.2, 0.25, 0.3]]);
    }

    /// Data of any size lie between the first and the last tick, and zero is a tick where it can be.
    #[test]
    fn ticks_hold_the_data() {
        for power in -9..9 {
            for (low, high) in [
                (0.0, 0.7),
                (-0.3, 0.9),
                (0.11, 0.12),
                (-7.0, -1.0),
                (1.0, 1.0),
            ] {
                let scale = 10f64.powi(power);
                let reach = (low * scale, high * scale);
                for most in 3..9 {
                    let ticks = &equal_ticks(&[reach, (0.0, 1.0)], most)[0];
                    let slack = 1e-8 * scale;
                    let holds =
                        ticks[0] <= reach.0 + slack && ticks[ticks.len() - 1] >= reach.1 - slack;
                    assert!(holds && ticks.len() <= most.max(4), "{reach:?}: {ticks:?}");
                }
            }
        }
    }
}
