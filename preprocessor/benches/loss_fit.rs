//! Times the loss model's fits and checks that its intervals cover: `cargo bench --bench loss_fit`.
//!
//! Prints medians over repeated rounds and exits non-zero where a target is missed.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use mdbook_measured::statistics::random::SplitMix64;
use mdbook_measured::topics::optimus::analysis::bootstrap::{Resampling, moving_block_bootstrap};
use mdbook_measured::topics::optimus::analysis::loss_curve::LossCurve;
use mdbook_measured::topics::optimus::analysis::loss_fit::fit;
use mdbook_measured::topics::optimus::analysis::loss_model::LossModel;
use mdbook_measured::topics::optimus::analysis::steps::Step;
use mdbook_measured::topics::optimus::analysis::transformed_fit::fit_transformed;

/// A curve such as a CIFAR ResNet gives: 2.1 nats at first, 0.12 after 350 epochs of 391 steps.
const TRUTH: LossModel = LossModel {
    beta0: 2e-4,
    beta1: 0.5,
    beta2: 0.08,
};

/// Noise with AR(1) correlation and the standard deviation `scale` · loss^`exponent`, in nats.
#[derive(Clone, Copy)]
struct Noise {
    correlation: f64,
    scale: f64,
    exponent: f64,
}

const EVEN: Noise = Noise {
    correlation: 0.5,
    scale: 0.02,
    exponent: 0.0,
};
const IN_PROPORTION: Noise = Noise {
    correlation: 0.5,
    scale: 0.02,
    exponent: 1.0,
};

const EPOCHS: usize = 350;
const LAST_STEP: f64 = 136_850.0;
const SEEDS: u64 = 400;

const MOST_FIT_SECONDS: f64 = 50e-6;
const MOST_BOOTSTRAP_SECONDS: f64 = 50e-3;
const COVERAGE: std::ops::RangeInclusive<f64> = 0.90..=0.98;

fn main() -> ExitCode {
    let mut missed = false;
    missed |= time_fits();
    missed |= time_bootstrap();
    for correlation in [0.0, 0.3, 0.5] {
        missed |= measure_coverage(Noise {
            correlation,
            ..EVEN
        });
        missed |= measure_coverage(Noise {
            correlation,
            ..IN_PROPORTION
        });
    }
    if missed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn time_fits() -> bool {
    let curve = synthetic(EPOCHS, EVEN, 1);
    let bounded = median_seconds(201, 50, || fit(black_box(&curve)));
    let transformed = median_seconds(201, 50, || fit_transformed(black_box(&curve)));
    println!(
        "fit, n = {EPOCHS}: {:.1} µs (at most {:.0})",
        bounded * 1e6,
        MOST_FIT_SECONDS * 1e6
    );
    println!("fit_transformed, n = {EPOCHS}: {:.1} µs", transformed * 1e6);
    let long = synthetic(137_000, EVEN, 1);
    let seconds = median_seconds(11, 1, || fit(black_box(&long)));
    println!("fit, n = 137000: {:.2} ms", seconds * 1e3);
    bounded > MOST_FIT_SECONDS
}

fn time_bootstrap() -> bool {
    let curve = synthetic(EPOCHS, EVEN, 1);
    let model = fit(&curve);
    let refit = || moving_block_bootstrap(&curve, model, Resampling::default());
    let milliseconds = median_seconds(31, 1, refit) * 1e3;
    let most = MOST_BOOTSTRAP_SECONDS * 1e3;
    println!("2,000 refits, n = {EPOCHS}: {milliseconds:.1} ms (at most {most:.0})");
    milliseconds > most
}

/// The share of fixed seeds whose 95 % interval holds the true β, with noise of the given AR(1)
/// correlation.
fn measure_coverage(noise: Noise) -> bool {
    let mut covered = [0_u32; 3];
    for seed in 0..SEEDS {
        let curve = synthetic(EPOCHS, noise, seed);
        let bootstrap =
            moving_block_bootstrap(&curve, fit(&curve), Resampling { refits: 1000, seed });
        let intervals = bootstrap.beta_intervals().expect("there are refits");
        let truth = [TRUTH.beta0, TRUTH.beta1, TRUTH.beta2];
        for (index, (interval, beta)) in std::iter::zip(intervals, truth).enumerate() {
            covered[index] += u32::from(interval.contains(beta));
        }
    }
    let shares = covered.map(|count| f64::from(count) / SEEDS as f64);
    let [beta0, beta1, beta2] = shares.map(|share| share * 100.0);
    println!(
        "coverage of {SEEDS} seeds, n = {EPOCHS}, {} noise of correlation {}: \
         β₀ {beta0:.1} %, β₁ {beta1:.1} %, β₂ {beta2:.1} % (90 to 98)",
        if noise.exponent == 0.0 {
            "even"
        } else {
            "proportional"
        },
        noise.correlation,
    );
    shares.iter().any(|share| !COVERAGE.contains(share))
}

fn synthetic(points: usize, noise: Noise, seed: u64) -> LossCurve {
    let mut random = SplitMix64::new(seed);
    let fresh = (1.0 - noise.correlation * noise.correlation).sqrt();
    let mut score = random.normal();
    let point = |index: usize| {
        let step = Step((index + 1) as f64 * LAST_STEP / points as f64);
        score = noise.correlation * score + fresh * random.normal();
        let loss = TRUTH.loss_at(step);
        let noisy = loss + noise.scale * loss.powf(noise.exponent) * score;
        (step, noisy.max(1e-3))
    };
    LossCurve::new((0..points).map(point).collect()).expect("a synthetic curve is valid")
}

/// The median over `rounds` of the mean seconds of `calls` calls.
fn median_seconds<T>(rounds: usize, calls: u32, call: impl Fn() -> T) -> f64 {
    let round = || {
        let start = Instant::now();
        (0..calls).for_each(|_| drop(black_box(call())));
        start.elapsed().as_secs_f64() / f64::from(calls)
    };
    let mut seconds: Vec<f64> = (0..rounds).map(|_| round()).collect();
    seconds.sort_by(f64::total_cmp);
    seconds[rounds / 2]
}
