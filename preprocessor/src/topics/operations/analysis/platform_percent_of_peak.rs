//! Platform percent of peak (PPP): the part of a device's peak that a platform reaches.
//!
//! Qi et al. 2017, Sec. 3.3, put everything their model leaves out (imperfect kernels, waiting,
//! copying) into one constant per platform: the average inefficiency relative to peak FLOP/s.

use super::positive::{NotPositive, positive};
use crate::evidence::{Formula, Quantity};
use std::sync::Arc;

/// PPP of a training run, as a fraction:
/// images per second · FLOPs per image / peak FLOP/s.
///
/// FLOPs must count 2 per MAC, as peaks do. The result may exceed 1 where a library computes
/// with fewer operations than counted (Winograd, FFT).
///
/// # Errors
/// A rate, count or peak that is 0, negative or not finite.
pub fn platform_percent_of_peak(
    images_per_second: &Arc<Quantity>,
    flops_per_image: &Arc<Quantity>,
    peak_flops_per_second: &Arc<Quantity>,
) -> Result<Formula, NotPositive> {
    for (what, quantity) in [
        ("images_per_second", images_per_second),
        ("flops_per_image", flops_per_image),
        ("peak_flops_per_second", peak_flops_per_second),
    ] {
        if let Some(value) = quantity.known() {
            positive(what, value)?;
        }
    }
    let achieved = Formula::of("images/s", images_per_second)
        * Formula::of("training FLOPs per image", flops_per_image);
    Ok(achieved / Formula::of("peak", peak_flops_per_second))
}

/// One workload on one platform: how long it takes, and would take at peak.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Workload {
    /// Time that a model without inefficiency predicts.
    pub seconds_at_peak: f64,
    /// Time that was measured.
    pub measured_seconds: f64,
}

/// One constant for several workloads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FittedPercentOfPeak {
    /// PPP as a fraction.
    pub fraction: f64,
    /// How far measured times lie from `seconds_at_peak / fraction`, as a factor: the
    /// exponential of the root mean square of the logarithms of their ratio. 1 is exact.
    pub typical_error_factor: f64,
    /// How many workloads were fitted.
    pub workloads: u64,
}

/// Why values cannot be fitted or summed up.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum PercentOfPeakError {
    /// There is none.
    #[error("got no `{what}`; expected at least one")]
    Empty {
        /// Values of what.
        what: &'static str,
    },
    /// One of them is no positive number.
    #[error(transparent)]
    NotPositive(#[from] NotPositive),
}

/// Fits measured = at peak / PPP by least squares on logarithms, so
/// PPP = exp(mean of ln(at peak / measured)), the geometric mean of the workloads' own PPPs.
///
/// On logarithms each workload weighs by its relative error, as PPP is a relative inefficiency:
/// on the times themselves the longest workload alone would decide. And a fit of speeds gives
/// the same constant as a fit of times.
///
/// # Errors
/// No workload, or a time that is 0, negative or not finite.
pub fn fit_percent_of_peak(
    workloads: &[Workload],
) -> Result<FittedPercentOfPeak, PercentOfPeakError> {
    let logs = workloads
        .iter()
        .map(log_fraction)
        .collect::<Result<Vec<f64>, _>>()?;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    if logs.is_empty() {
        return Err(PercentOfPeakError::Empty { what: "workloads" });
    }
    let center = mean(&logs);
    let squares: Vec<f64> = logs.iter().map(|log| (log - center).powi(2)).collect();
    Ok(FittedPercentOfPeak {
        fraction: center.exp(),
        typical_error_factor: mean(&squares).sqrt().exp(),
        workloads: logs.len() as u64,
    })
}

fn log_fraction(workload: &Workload) -> Result<f64, NotPositive> {
    let at_peak = positive("seconds_at_peak", workload.seconds_at_peak)?;
    let measured = positive("measured_seconds", workload.measured_seconds)?;
    Ok((at_peak / measured).ln())
}

/// How far sources agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many values there are.
    pub count: u64,
    /// The smallest.
    pub minimum: f64,
    /// The middle one, or the mean of the two in the middle.
    pub median: f64,
    /// The largest.
    pub maximum: f64,
}

/// Smallest, middle and largest of several sources' PPPs.
///
/// # Errors
/// No value, or one that is 0, negative or not finite.
pub fn summarize(fractions: &[f64]) -> Result<Summary, PercentOfPeakError> {
    let check = |&fraction: &f64| positive("platform percent of peak", fraction);
    let mut sorted = fractions
        .iter()
        .map(check)
        .collect::<Result<Vec<f64>, _>>()?;
    sorted.sort_by(f64::total_cmp);
    let (Some(&minimum), Some(&maximum)) = (sorted.first(), sorted.last()) else {
        return Err(PercentOfPeakError::Empty {
            what: "platform percents of peak",
        });
    };
    let count = sorted.len();
    let median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2.0;
    Ok(Summary {
        count: count as u64,
        minimum,
        median,
        maximum,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::unit::Unit;
    use crate::topics::operations::analysis::flops::{Convention, count};
    use crate::topics::operations::analysis::networks::by_name;

    fn percent_of_peak(images: f64, flops: u64, peak: f64) -> Result<Formula, NotPositive> {
        let exact = |unit, value| Quantity::exact("x", unit, value, "a definition");
        platform_percent_of_peak(
            &exact(Unit::ImagePerSecond, images),
            &exact(Unit::Flop, flops as f64),
            &exact(Unit::FlopPerSecond, peak),
        )
    }

    /// TensorFlow's own benchmark of May 2017: 219 images/s on a P100 SXM2, 51.9 on half a K80,
    /// at 2 · (3 · 3,857,973,248 − 118,013,952) FLOPs each.
    #[test]
    fn published_throughputs() {
        let check = |images_per_second: f64, peak: f64, expect: &str| {
            let network = by_name("resnet50-v1").unwrap();
            let flops = 2 * count(&network, Convention::MultiplyAccumulate).training_macs();
            let fraction = percent_of_peak(images_per_second, flops, peak).unwrap();
            let fraction = fraction.quantity("ppp", Unit::One).known().unwrap();
            assert_eq!(format!("{fraction:.3}"), expect);
        };
        check(219.0, 10.6e12, "0.473");
        check(51.9, 4.365e12, "0.272");
    }

    #[test]
    fn throughput_errors() {
        let check = |images: f64, flops: u64, peak: f64, expect: &str| {
            let error = percent_of_peak(images, flops, peak).unwrap_err();
            assert_eq!(error.to_string(), expect);
        };
        let positive = "expected a finite number above 0";
        check(
            f64::NAN,
            1,
            1.0,
            &format!("`images_per_second` is `NaN`; {positive}"),
        );
        check(
            -2.0,
            1,
            1.0,
            &format!("`images_per_second` is `-2`; {positive}"),
        );
        check(
            1.0,
            0,
            1.0,
            &format!("`flops_per_image` is `0`; {positive}"),
        );
        check(
            1.0,
            1,
            f64::INFINITY,
            &format!("`peak_flops_per_second` is `inf`; {positive}"),
        );
    }

    fn workloads(times: &[(f64, f64)]) -> Vec<Workload> {
        let workload = |&(seconds_at_peak, measured_seconds): &(f64, f64)| Workload {
            seconds_at_peak,
            measured_seconds,
        };
        times.iter().map(workload).collect()
    }

    #[test]
    fn one_constant_for_several_workloads() {
        let check = |times: &[(f64, f64)], fraction: f64, error_factor: f64| {
            let fit = fit_percent_of_peak(&workloads(times)).unwrap();
            assert!((fit.fraction - fraction).abs() < 1e-12, "{fit:?}");
            assert!(
                (fit.typical_error_factor - error_factor).abs() < 1e-12,
                "{fit:?}"
            );
        };
        check(&[(1.0, 2.0)], 0.5, 1.0);
        check(&[(1.0, 2.0), (30.0, 60.0)], 0.5, 1.0);
        check(&[(1.0, 1.0), (30.0, 120.0)], 0.5, 2.0); // a factor of 2 off in either direction
    }

    #[test]
    fn fits_and_summaries_refuse_bad_values() {
        let fit = |times| {
            fit_percent_of_peak(&workloads(times))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(fit(&[]), "got no `workloads`; expected at least one");
        assert_eq!(
            fit(&[(1.0, 0.0)]),
            "`measured_seconds` is `0`; expected a finite number above 0"
        );
        let error = summarize(&[]).unwrap_err().to_string();
        assert_eq!(
            error,
            "got no `platform percents of peak`; expected at least one"
        );
        assert!(summarize(&[0.5, f64::NAN]).is_err());
    }

    #[test]
    fn summaries() {
        let check = |values: &[f64], count, minimum, median, maximum| {
            let expect = Summary {
                count,
                minimum,
                median,
                maximum,
            };
            assert_eq!(summarize(values), Ok(expect));
        };
        check(&[0.5], 1, 0.5, 0.5, 0.5);
        check(&[0.5, 0.25], 2, 0.25, 0.375, 0.5);
        check(&[0.75, 0.25, 0.5], 3, 0.25, 0.5, 0.75);
    }
}
