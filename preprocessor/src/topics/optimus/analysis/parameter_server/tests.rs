//! The paper's coefficients: ResNet-50 on ImageNet, Table 2.

use super::*;

const SYNCHRONOUS: [f64; 5] = [1.02, 2.78, 4.92, 0.00, 0.02];

fn synchronous() -> SynchronousSpeed {
    SynchronousSpeed::new(SYNCHRONOUS).unwrap()
}

/// w* = √(1.02·M·p / 4.92).
#[test]
fn best_workers_of_the_papers_model() {
    let check = |batch: u64, servers: u64, formula: &str, best: u64, seconds: &str, speed: &str| {
        let model = synchronous();
        let real = model.best_workers_by_formula(servers, batch).unwrap();
        let workers = model.best_workers_by_search(servers, batch, batch).unwrap();
        assert_eq!((format!("{real:.2}").as_str(), workers), (formula, best));
        let step = model.step_seconds(servers, workers, batch).unwrap();
        let per_second = model.steps_per_second(servers, workers, batch).unwrap();
        assert_eq!(
            (format!("{step:.3}"), format!("{per_second:.5}")),
            (seconds.into(), speed.into())
        );
    };
    check(40, 2, "4.07", 4, "22.860", "0.04374");
    check(40, 4, "5.76", 6, "17.040", "0.05869");
    check(128, 2, "7.29", 7, "38.691", "0.02585");
    check(128, 4, "10.30", 10, "28.216", "0.03544");
    check(256, 2, "10.30", 10, "53.532", "0.01868");
    check(256, 4, "14.57", 15, "38.718", "0.02583");
}

#[test]
fn one_worker_costs_least() {
    for coefficients in [
        SYNCHRONOUS,
        [0.004, 0.4, 0.4, 0.007, 0.0],
        [1.0, 0.0, 0.0, 0.0, 0.0],
    ] {
        let model = SynchronousSpeed::new(coefficients).unwrap();
        for servers in [2, 4] {
            let found = model.cheapest_workers_by_search(servers, 128, 40);
            assert_eq!(found, Ok(1), "{coefficients:?}, {servers} servers");
        }
    }
}

/// Fig. 4(a): of 20 containers, 8 workers and 12 parameter servers are fastest.
#[test]
fn best_split_of_twenty_containers() {
    let speed = |workers| {
        synchronous()
            .steps_per_second(20 - workers, workers, 40)
            .unwrap()
    };
    let best = (1..20)
        .max_by(|&a, &b| speed(a).total_cmp(&speed(b)))
        .unwrap();
    assert_eq!((best, format!("{:.4}", speed(best))), (8, "0.0877".into()));
}

/// 350 epochs of CIFAR-10 in batches of 128 are 136,850 steps.
#[test]
fn days_for_350_epochs() {
    let check = |servers: u64, workers: u64, days: &str| {
        let speed = synchronous()
            .steps_per_second(servers, workers, 128)
            .unwrap();
        let seconds = training_seconds(350.0, 50_000, 128, speed).unwrap();
        assert_eq!(format!("{:.1}", seconds / 86_400.0), days);
    };
    assert_eq!(steps_per_epoch(50_000, 128), Ok(391));
    assert_eq!(steps_per_epoch(50_000, 40), Ok(1250));
    check(2, 7, "61.3");
    check(4, 10, "44.7");
}

/// Speeds of a model for 1 to 8 servers and 1 to 10 workers.
fn measurements(batch: u64, speed: impl Fn(u64, u64) -> f64) -> Vec<Measurement> {
    let pairs = (1..=8).flat_map(|servers| (1..=10).map(move |workers| (servers, workers)));
    let measurement = |(servers, workers)| Measurement {
        servers,
        workers,
        batch,
        steps_per_second: speed(servers, workers),
    };
    pairs.map(measurement).collect()
}

#[test]
fn a_fit_recovers_synchronous_coefficients() {
    let check = |coefficients: [f64; 5], batch: u64| {
        let model = SynchronousSpeed::new(coefficients).unwrap();
        let rows = measurements(batch, |p, w| model.steps_per_second(p, w, batch).unwrap());
        let fit = SynchronousSpeed::fit(&rows).unwrap();
        let found = [
            fit.images_per_worker,
            fit.constant,
            fit.workers_per_server,
            fit.workers,
            fit.servers,
        ];
        let close = found
            .iter()
            .zip(coefficients)
            .all(|(f, c)| (f - c).abs() < 1e-9);
        assert!(close, "{found:?} instead of {coefficients:?}");
    };
    check(SYNCHRONOUS, 40);
    check(SYNCHRONOUS, 128);
    check([0.004, 0.4, 0.4, 0.007, 0.0], 32);
    check([0.1, 0.0, 0.3, 0.2, 0.05], 64);
}

fn check_error<T: std::fmt::Debug>(result: Result<T, SpeedError>, expect: &str) {
    assert_eq!(result.unwrap_err().to_string(), expect);
}

#[test]
fn errors_of_resources() {
    let model = synchronous();
    let positive = "expected a finite number above 0";
    check_error(
        model.step_seconds(0, 1, 40),
        &format!("`servers` is `0`; {positive}"),
    );
    check_error(
        model.step_seconds(2, 0, 40),
        &format!("`workers` is `0`; {positive}"),
    );
    check_error(
        model.steps_per_second(2, 41, 40),
        "batch of `40` images for `41` workers; expected one image each at least",
    );
    check_error(
        model.best_workers_by_search(2, 40, 0),
        &format!("`workers` is `0`; {positive}"),
    );
    check_error(
        model.best_workers_by_formula(2, 0),
        &format!("`batch` is `0`; {positive}"),
    );
    let error = |epochs, images| {
        let error = training_seconds(epochs, images, 128, 1.0).unwrap_err();
        error.to_string()
    };
    assert_eq!(
        error(f64::NAN, 50_000),
        format!("`epochs` is `NaN`; {positive}")
    );
    assert_eq!(error(350.0, 0), format!("`images` is `0`; {positive}"));
}

#[test]
fn errors_of_coefficients() {
    check_error(
        SynchronousSpeed::new([1.0, f64::NAN, 0.0, 0.0, 0.0]),
        "`constant` is `NaN`; expected a finite number of at least 0",
    );
    check_error(
        SynchronousSpeed::new([1.0, 0.0, 0.0, -0.5, 0.0]),
        "`workers` is `-0.5`; expected a finite number of at least 0",
    );
    check_error(
        SynchronousSpeed::new([0.0; 5]),
        "all coefficients are `0`; expected a step to take some time",
    );
}

#[test]
fn errors_of_models_without_a_peak() {
    let best = |coefficients| {
        SynchronousSpeed::new(coefficients)
            .unwrap()
            .best_workers_by_formula(2, 40)
    };
    check_error(
        best([0.0, 1.0, 1.0, 1.0, 1.0]),
        "`images_per_worker` is `0`, so that one worker is best; expected it above 0",
    );
    check_error(
        best([1.0, 1.0, 0.0, 0.0, 1.0]),
        "`workers_per_server` and `workers` are `0`, so that more workers are always better; expected one of them above 0",
    );
}

#[test]
fn errors_of_measurements() {
    let row = |steps_per_second, workers| Measurement {
        servers: 1,
        workers,
        batch: 8,
        steps_per_second,
    };
    check_error(
        SynchronousSpeed::fit(&[row(1.0, 1); 4]),
        "got `4` measurements; expected at least `5`, one per coefficient",
    );
    check_error(
        SynchronousSpeed::fit(&[row(f64::NAN, 1); 5]),
        "`steps_per_second` is `NaN`; expected a finite number above 0",
    );
    check_error(
        SynchronousSpeed::fit(&[row(1.0, 9); 5]),
        "batch of `8` images for `9` workers; expected one image each at least",
    );
}
