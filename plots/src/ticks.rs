//! Ticks at round numbers.

use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;

use super::{Axis, PlotError, Scale, TickFormat, Ticks};
use writing::numbers::{self, NO_BREAK_SPACE};

/// Decimals that a tick has at most.
const MOST_PLACES: usize = 9;

/// So many powers of ten need no multiples between them.
const ENOUGH_POWERS: usize = 4;
const LEAST_TICKS: usize = 3;
/// Ticks stand no closer than this share of their mean distance.
const CLOSEST_TICKS: f64 = 0.6;
/// Multiples of powers of ten, from dense to sparse.
const DECADE_PATTERNS: &[&[f64]] = &[
    &[1.0, 2.0, 3.0, 4.0, 6.0, 8.0],
    &[1.0, 2.0, 5.0],
    &[1.0, 3.0],
    &[1.0],
];

/// A value on an axis with its text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

/// At most `most` labelled ticks from `low` to `high`.
pub(super) fn ticks(
    axis: &Axis,
    (low, high): (f64, f64),
    most: usize,
) -> Result<Vec<Tick>, PlotError> {
    let values = match (&axis.ticks, &axis.scale) {
        (_, Scale::Categories(names)) => return Ok(named(names)),
        (Ticks::At(values), _) => {
            let seen = values.iter().copied();
            let seen: Vec<f64> = seen.filter(|v| (low..=high).contains(v)).collect();
            thinned(&seen, most)
        }
        (Ticks::Auto, Scale::Linear) => linear(low, high, most),
        (Ticks::Auto, Scale::Log { base }) => logarithmic(*base, low, high, most),
    };
    let labels = labels(axis, &values)?;
    Ok(values
        .into_iter()
        .zip(labels)
        .map(|(value, label)| Tick { value, label })
        .collect())
}

/// Unlabelled ticks between the powers of ten of a logarithmic axis.
pub(super) fn minor_ticks(axis: &Axis, (low, high): (f64, f64)) -> Vec<f64> {
    const MOST_DECADES: f64 = 5.0;
    match axis.scale {
        Scale::Log { base: 10 } if (high / low).log10() <= MOST_DECADES => multiples(
            10,
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
            low,
            high,
        ),
        _ => Vec::new(),
    }
}

/// The distance of round ticks from `low` to `high`: 1, 2 or 5 times a power of ten.
pub(super) fn round_step(low: f64, high: f64, most: usize) -> f64 {
    match linear(low, high, most.max(3))[..] {
        [first, second, ..] => second - first,
        _ => high - low,
    }
}

fn named(names: &[String]) -> Vec<Tick> {
    let tick = |(index, name): (usize, &String)| Tick {
        value: index as f64,
        label: name.clone(),
    };
    names.iter().enumerate().map(tick).collect()
}

fn linear(low: f64, high: f64, most: usize) -> Vec<f64> {
    let points = RangedCoordf64::from(low..high).key_points(most);
    // Added up from a negative end, the steps miss zero by a rounding error.
    let is_zero = |point: f64| point.abs() <= 1e-9 * (high - low);
    let snapped = |point| if is_zero(point) { 0.0 } else { point };
    points.into_iter().map(snapped).collect()
}

/// Powers of `base`, thinned where they are many. Where there are few powers of ten, the densest
/// of the usual multiples of them that leaves ticks room; linear ticks where even that is too few.
fn logarithmic(base: u32, low: f64, high: f64, most: usize) -> Vec<f64> {
    let powers = multiples(base, &[1.0], low, high);
    if powers.len() >= ENOUGH_POWERS || (base != 10 && powers.len() >= LEAST_TICKS) {
        return thinned(&powers, most);
    }
    let least_gap = CLOSEST_TICKS * (high / low).ln() / most as f64;
    let fits = |values: &Vec<f64>| {
        let far = |pair: &[f64]| (pair[1] / pair[0]).ln() >= least_gap;
        values.len() <= most && values.windows(2).all(far)
    };
    let patterns = if base == 10 { DECADE_PATTERNS } else { &[] };
    let mut candidates = patterns
        .iter()
        .map(|pattern| multiples(base, pattern, low, high));
    let found = candidates
        .find(fits)
        .filter(|values| values.len() >= LEAST_TICKS);
    found.unwrap_or_else(|| linear(low, high, most))
}

/// The multiples of the powers of `base` from `low` to `high`.
fn multiples(base: u32, pattern: &[f64], low: f64, high: f64) -> Vec<f64> {
    let exponent = |value: f64| value.log(f64::from(base)).floor() as i32;
    let powers = (exponent(low)..=exponent(high) + 1).map(|power| f64::from(base).powi(power));
    let all = powers.flat_map(|power| pattern.iter().map(move |factor| factor * power));
    all.filter(|value| (low..=high).contains(value)).collect()
}

fn thinned(values: &[f64], most: usize) -> Vec<f64> {
    values
        .iter()
        .copied()
        .step_by(values.len().div_ceil(most.max(1)))
        .collect()
}

fn labels(axis: &Axis, values: &[f64]) -> Result<Vec<String>, PlotError> {
    match axis.format {
        TickFormat::Percent => {
            let percent: Vec<f64> = values.iter().map(|value| value * 100.0).collect();
            let places = percent
                .iter()
                .map(|&value| places(value))
                .max()
                .unwrap_or(0);
            let label =
                |&value| Ok(numbers::on_scale(value, places)? + &format!("{NO_BREAK_SPACE}%"));
            percent.iter().map(label).collect()
        }
        TickFormat::Number if axis.is_log() => {
            values.iter().map(|&value| log_label(value)).collect()
        }
        TickFormat::Number => linear_labels(values),
    }
}

/// Plain numbers with the same decimals; multiples of one power of ten where they would be long.
fn linear_labels(values: &[f64]) -> Result<Vec<String>, PlotError> {
    let largest = values
        .iter()
        .fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if largest == 0.0 || (1e-4..1e9).contains(&largest) {
        let places = values.iter().map(|&value| places(value)).max().unwrap_or(0);
        return values
            .iter()
            .map(|&value| Ok(numbers::on_scale(value, places)?))
            .collect();
    }
    let exponent = largest.log10().floor();
    let factors: Vec<f64> = values
        .iter()
        .map(|value| value / 10f64.powf(exponent))
        .collect();
    let power = format!(
        "{NO_BREAK_SPACE}×{NO_BREAK_SPACE}10{}",
        numbers::superscript(exponent as i32)
    );
    let labels = linear_labels(&factors)?.into_iter().zip(values);
    Ok(labels
        .map(|(label, &value)| {
            if value == 0.0 {
                "0".to_owned()
            } else {
                label + &power
            }
        })
        .collect())
}

/// 0.001 to 100,000 in full, what lies beyond as 10⁶ or 2 × 10⁶.
fn log_label(value: f64) -> Result<String, PlotError> {
    let exponent = (value.log10() + 1e-9).floor();
    let factor = value / 10f64.powf(exponent);
    if (-3.0..=5.0).contains(&exponent) {
        return Ok(numbers::on_scale(value, places(value))?);
    }
    let power = format!("10{}", numbers::superscript(exponent as i32));
    if (factor - 1.0).abs() < 1e-9 {
        return Ok(power);
    }
    let factor = numbers::on_scale(factor, places(factor))?;
    Ok(format!("{factor}{NO_BREAK_SPACE}×{NO_BREAK_SPACE}{power}"))
}

/// The decimals that `value` needs, rounding errors of the last digits aside.
fn places(value: f64) -> usize {
    let near = |places: &usize| {
        let rounded: f64 = format!("{value:.places$}").parse().unwrap_or(value);
        (rounded - value).abs() <= 1e-9 * value.abs().max(f64::MIN_POSITIVE)
    };
    (0..MOST_PLACES).find(near).unwrap_or(MOST_PLACES)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares labels with no-break spaces shown as plain ones.
    fn check(axis: &Axis, range: (f64, f64), most: usize, expect: &[&str]) {
        let ticks = ticks(axis, range, most).expect("printable");
        let labels: Vec<String> = ticks
            .iter()
            .map(|tick| tick.label.replace(NO_BREAK_SPACE, " "))
            .collect();
        assert_eq!(labels, expect);
    }

    #[test]
    fn linear_ticks_are_round() {
        let axis = Axis::linear("");
        check(&axis, (0.0, 40.0), 6, &["0", "10", "20", "30", "40"]);
        check(
            &axis,
            (0.0, 0.5),
            6,
            &["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"],
        );
        check(
            &axis,
            (-1.0, 1.0),
            5,
            &["−1.0", "−0.5", "0.0", "0.5", "1.0"],
        );
        // plotters puts the first of these at −1.7 × 10⁻¹⁸.
        check(&axis, (-0.001, 0.02), 4, &["0.00", "0.01", "0.02"]);
        check(&axis, (0.0, 4e-6), 3, &["0", "2 × 10⁻⁶", "4 × 10⁻⁶"]);
        check(&axis, (0.0, 136_850.0), 4, &["0", "50,000", "100,000"]);
        check(
            &Axis::linear("").in_percent(),
            (0.0, 1.0),
            6,
            &["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"],
        );
    }

    #[test]
    fn logarithmic_ticks_are_powers_or_their_simple_multiples() {
        let axis = Axis::log("", 10);
        check(
            &axis,
            (0.001, 1000.0),
            7,
            &["0.001", "0.01", "0.1", "1", "10", "100", "1,000"],
        );
        check(
            &axis,
            (1.0, 100.0),
            7,
            &["1", "2", "5", "10", "20", "50", "100"],
        );
        check(&axis, (1e5, 1e8), 4, &["100,000", "10⁶", "10⁷", "10⁸"]);
        check(&axis, (1e-9, 1e9), 4, &["10⁻⁹", "10⁻⁴", "10", "10⁶"]);
        check(
            &axis,
            (20.0, 30.0),
            6,
            &["20", "22", "24", "26", "28", "30"],
        );
        check(
            &Axis::log("", 2),
            (0.9, 70.0),
            8,
            &["1", "2", "4", "8", "16", "32", "64"],
        );
    }

    /// Ranges of every size, above zero, below it and across it, whose ends are round or are not.
    fn ranges() -> impl Iterator<Item = (f64, f64)> {
        const ENDS: [i32; 12] = [-60, -22, -7, -6, -2, 0, 1, 4, 6, 10, 37, 100];
        let pairs = ENDS
            .into_iter()
            .flat_map(|low| ENDS.map(|high| (low, high)));
        let pairs = pairs.filter(|(low, high)| low < high);
        let scales = (-9..=9).flat_map(|power| [1.0, 1.0 / 7.0].map(|it| it * 10f64.powi(power)));
        scales.flat_map(move |scale| {
            let scaled = move |end| f64::from(end) * scale;
            pairs
                .clone()
                .map(move |(low, high)| (scaled(low), scaled(high)))
        })
    }

    /// What a label says.
    fn read_back(label: &str, axis: &Axis) -> f64 {
        let label = label.replace([NO_BREAK_SPACE, ','], "").replace('−', "-");
        let (number, power) = match label.split_once("×10") {
            Some((number, power)) => (number, power_of_ten(power)),
            None => (label.trim_end_matches('%'), 1.0),
        };
        let value: f64 = number.parse().expect("a number");
        let is_percent = axis.format == TickFormat::Percent;
        value * power / if is_percent { 100.0 } else { 1.0 }
    }

    /// A label without what stands behind its number.
    fn number_of(label: &str) -> &str {
        label.split(NO_BREAK_SPACE).next().unwrap_or_default()
    }

    fn power_of_ten(superscript: &str) -> f64 {
        let digit = |it| match "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|digit| digit == it) {
            Some(digit) => digit.to_string(),
            None => "-".to_owned(),
        };
        let exponent: String = superscript.chars().map(digit).collect();
        10f64.powi(exponent.parse().expect("an exponent"))
    }

    /// Ticks are sums, and a rounding error of a sum is no digit: `−0.060000000` to `0.060000000`.
    #[test]
    fn no_axis_has_more_decimals_than_its_ticks_need() {
        let axes = [Axis::linear(""), Axis::linear("").in_percent()];
        let mut checked = 0;
        for ((low, high), axis) in ranges().flat_map(|range| axes.each_ref().map(|it| (range, it)))
        {
            for most in [3, 6, 8] {
                let ticks = ticks(axis, (low, high), most).expect("printable");
                let labels: Vec<_> = ticks.iter().map(|tick| number_of(&tick.label)).collect();
                let has_decimals = labels.iter().any(|label| label.contains('.'));
                let is_short = !has_decimals || labels.iter().any(|label| !label.ends_with('0'));
                assert!(is_short, "{low} to {high}: {labels:?}");
                for tick in &ticks {
                    let error = (read_back(&tick.label, axis) - tick.value).abs();
                    assert!(error <= 1e-8 * (high - low), "{low} to {high}: {labels:?}");
                }
                checked += ticks.len();
            }
        }
        assert!(checked > 10_000, "only {checked} ticks");
    }

    #[test]
    fn given_ticks_are_kept_where_they_are_seen() {
        let axis = Axis::linear("").ticks_at([0.0, 0.25, 2.0]);
        check(&axis, (0.0, 1.0), 3, &["0.00", "0.25"]);
        let axis = Axis::linear("").ticks_at([1.0, 2.0, 4.0, 8.0, 16.0]);
        check(&axis, (0.0, 20.0), 5, &["1", "2", "4", "8", "16"]);
        check(&axis, (0.0, 20.0), 3, &["1", "4", "16"]);
    }
}
