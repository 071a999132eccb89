//! Known β recovered from synthetic curves, and β ≥ 0 at the optimum of hostile ones.

use super::*;
use crate::statistics::random::SplitMix64;
use crate::topics::optimus::analysis::outliers::replace_outliers;
use crate::topics::optimus::analysis::steps::Step;
use crate::topics::optimus::analysis::transformed_fit::fit_transformed;

const CIFAR_LIKE: LossModel = LossModel {
    beta0: 2e-4,
    beta1: 0.5,
    beta2: 0.08,
};

/// `points` losses of the model up to step 136,850 with noise of AR(1) correlation 0.5.
fn synthetic(points: usize, noise_nats: f64, seed: u64) -> Vec<(Step, f64)> {
    let mut random = SplitMix64::new(seed);
    let mut noise = 0.0;
    let spacing = 136_850.0 / points as f64;
    let point = |index: usize| {
        let step = Step((index + 1) as f64 * spacing);
        noise = 0.5 * noise + 0.75_f64.sqrt() * random.normal() * noise_nats;
        (step, (CIFAR_LIKE.loss_at(step) + noise).max(1e-3))
    };
    (0..points).map(point).collect()
}

fn check_recovered(curve: &LossCurve, tolerances: [f64; 3]) {
    let found = fit(curve);
    let errors = [
        found.beta0 / CIFAR_LIKE.beta0 - 1.0,
        found.beta1 / CIFAR_LIKE.beta1 - 1.0,
        found.beta2 / CIFAR_LIKE.beta2 - 1.0,
    ];
    for (error, tolerance) in std::iter::zip(errors, tolerances) {
        assert!(
            error.abs() <= tolerance,
            "{} points: {errors:?}",
            curve.len()
        );
    }
}

#[test]
fn exact_curves_are_recovered_to_rounding() {
    for points in [4, 30, 350, 5_000, 137_000] {
        let curve = LossCurve::new(synthetic(points, 0.0, 1)).unwrap();
        check_recovered(&curve, [1e-7; 3]);
    }
}

#[test]
fn noisy_curves_are_recovered_to_their_noise() {
    let check = |points, tolerances| {
        let curve = LossCurve::new(synthetic(points, 0.01, 7)).unwrap();
        check_recovered(&curve, tolerances);
    };
    check(30, [0.5, 1.0, 0.3]);
    check(350, [0.1, 0.1, 0.1]);
    check(5_000, [0.03, 0.03, 0.03]);
    check(137_000, [0.01, 0.01, 0.01]);
}

/// A spike of 2 nats on every 41st point lifts the fitted asymptote by half its value.
fn spiked(points: usize) -> LossCurve {
    let mut spiked = synthetic(points, 0.005, 3);
    for index in (20..points).step_by(41) {
        spiked[index].1 += 2.0;
    }
    LossCurve::new(spiked).unwrap()
}

#[test]
fn outliers_are_replaced_before_the_fit() {
    assert!(fit(&spiked(350)).beta2 > 1.4 * CIFAR_LIKE.beta2);
    for points in [350, 5_000, 137_000] {
        check_recovered(&replace_outliers(&spiked(points)).curve, [0.15, 0.15, 0.05]);
    }
}

#[test]
fn the_transformed_fit_is_biased_and_the_bounded_fit_is_not() {
    let mean_beta2 = |fit: fn(&LossCurve) -> LossModel| {
        let curves = (0..40).map(|seed| LossCurve::new(synthetic(350, 0.03, seed)).unwrap());
        curves.map(|curve| fit(&curve).beta2).sum::<f64>() / 40.0
    };
    let (transformed, bounded) = (mean_beta2(fit_transformed), mean_beta2(fit));
    assert!(transformed < 0.75 * CIFAR_LIKE.beta2, "{transformed}");
    assert!((bounded / CIFAR_LIKE.beta2 - 1.0).abs() < 0.02, "{bounded}");
}

/// The least squared error over τ = β₁/β₀, for each of which l = c/(k + τ) + β₂ is linear in c and
/// β₂: a search that shares nothing with the damped Newton steps but the model.
fn least_error_by_profile(curve: &LossCurve) -> f64 {
    let last = curve.last_step().0;
    let ratios = (0..=200).map(|index| last * 10_f64.powf(f64::from(index) / 20.0 - 7.0));
    let finite_at_zero = |tau: &f64| *tau > 0.0 || curve.raw_steps()[0] > 0.0;
    std::iter::once(0.0)
        .chain(ratios)
        .filter(finite_at_zero)
        .map(|tau| least_error_at(curve, tau))
        .fold(f64::INFINITY, f64::min)
}

fn least_error_at(curve: &LossCurve, tau: f64) -> f64 {
    let columns = curve.points().map(|(k, l)| (1.0 / (k.0 + tau), l));
    let [mut uu, mut u, mut ul, mut l, mut n] = [0.0; 5];
    for (x, y) in columns.clone() {
        (uu, u, ul, l, n) = (uu + x * x, u + x, ul + x * y, l + y, n + 1.0);
    }
    let slope = (n * ul - u * l) / (n * uu - u * u);
    let pairs = [(slope, (l - slope * u) / n), (ul / uu, 0.0), (0.0, l / n)];
    let feasible = pairs.into_iter().filter(|(c, b)| *c >= 0.0 && *b >= 0.0);
    let error = |(c, b): (f64, f64)| columns.clone().map(|(x, y)| (y - c * x - b).powi(2)).sum();
    feasible.map(error).fold(f64::INFINITY, f64::min)
}

fn check_optimal(name: &str, losses: impl IntoIterator<Item = f64>) {
    let points = losses.into_iter().enumerate();
    let curve = LossCurve::new(points.map(|(k, l)| (Step(k as f64), l)).collect()).unwrap();
    let model = fit(&curve);
    let beta = [model.beta0, model.beta1, model.beta2];
    assert!(
        beta.iter().all(|b| b.is_finite() && *b >= 0.0),
        "{name}: {beta:?}"
    );
    let found: f64 = model
        .goodness_of_fit(&curve)
        .residuals_nats
        .iter()
        .map(|r| r * r)
        .sum();
    let least = least_error_by_profile(&curve);
    assert!(
        found <= least * 1.001 + 1e-12,
        "{name}: {found} > {least}, {beta:?}"
    );
}

#[test]
fn hostile_curves_keep_beta_nonnegative_and_reach_the_global_optimum() {
    let count = || (0..60).map(f64::from);
    check_optimal("rising", count().map(|k| 1.0 + k / 30.0));
    check_optimal("rising, convex", count().map(|k| (k / 20.0).exp()));
    check_optimal("falling line to zero", count().map(|k| 2.0 - k / 30.0));
    check_optimal(
        "flat tail",
        count().map(|k| if k < 3.0 { 3.0 - k } else { 0.5 }),
    );
    check_optimal(
        "flat head",
        count().map(|k| if k < 40.0 { 2.0 } else { 0.1 }),
    );
    check_optimal(
        "first point alone",
        count().map(|k| if k < 1.0 { 1e6 } else { 1.0 }),
    );
    check_optimal(
        "spike in the middle",
        count().map(|k| if k == 30.0 { 100.0 } else { 1.0 }),
    );
    check_optimal(
        "spike at the end",
        count().map(|k| if k == 59.0 { 100.0 } else { 1.0 }),
    );
    check_optimal("dip", count().map(|k| if k == 30.0 { 1e-6 } else { 1.0 }));
    check_optimal("up and down", count().map(|k| 1.5 + (k / 5.0).sin()));
    check_optimal(
        "learning-rate drop",
        count().map(|k| if k < 30.0 { 1.0 / (k + 1.0) + 0.5 } else { 0.1 }),
    );
    check_optimal(
        "hyperbola through infinity",
        count().map(|k| 1.0 / (k + 1e-6)),
    );
    check_optimal("four points", [2.0, 1.0, 0.9, 0.95]);
}

#[test]
fn random_curves_keep_beta_nonnegative_and_reach_the_global_optimum() {
    let mut random = SplitMix64::new(11);
    for trial in 0..100 {
        let scale = 10_f64.powf(4.0 * random.uniform() - 2.0);
        let fall = 10_f64.powf(3.0 * random.uniform() - 2.0);
        let noise = 10_f64.powf(2.0 * random.uniform() - 2.5);
        let floor = random.uniform();
        let losses: Vec<f64> = (0..50)
            .map(|k| 1.0 / (1.0 + fall * f64::from(k)) + floor + noise * random.normal())
            .map(|loss| scale * loss.max(1e-4))
            .collect();
        check_optimal(&format!("trial {trial}"), losses);
    }
}
