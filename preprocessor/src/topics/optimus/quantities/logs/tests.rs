//! Logs that are read, refused and compared.

use crate::catalogue::{Catalogue, Entry, Facts};
use crate::data::{Declaration, Table, Tables, read_declarations};
use crate::evidence::{Origin, Quantity, read_quoted};
use crate::topic::Inputs;
use crate::topics::TOPICS;
use crate::topics::synthetic_runs::complete_runs;
use results::Arithmetic::Fp32;
use std::sync::Arc;

const QUOTED: &str = include_str!("../../../../../../book/quoted.toml");
pub(crate) const DECLARED: &str = include_str!("../../../../../../book/data.toml");
pub(crate) const PUBLISHED: &str = include_str!("../../../../../../book/published/loss_curves.csv");

/// A log of one's own: steps and losses of 1/(0.002 k + 0.5) + 0.1.
pub(super) const OWN: &str = "[log]\nfile = 'log.csv'\nmade_by = 'train.py'\nwhere = ['step']\n\
    columns = { step = 'step', loss = 'nat' }\n\
    [log.topics.optimus]\nstep = 'step'\nloss = 'loss'\n";

fn own_rows(step_of: impl Fn(u32) -> f64) -> String {
    let row = |k: u32| {
        let loss = 1.0 / (0.002 * f64::from(100 * k) + 0.5) + 0.1;
        format!("{},{loss}\n", step_of(k))
    };
    (1..=20).map(row).collect()
}

pub(crate) fn facts(
    declared: &str,
    csv: &str,
    runs: Vec<crate::catalogue::RunFacts>,
) -> Result<Facts, String> {
    let declared = read_declarations("data.toml", declared).expect("sound declarations");
    let is_log = |declaration: &Declaration| !declaration.topics.is_empty();
    let logs = declared.tables.into_iter().filter(is_log);
    let read = |declaration| Table::read(declaration, Some(csv.as_bytes())).expect("sound rows");
    let inputs = Inputs {
        runs,
        tables: Tables {
            file: "data.toml".to_owned(),
            all: logs.map(read).collect(),
        },
        ..Inputs::default()
    };
    let quoted = read_quoted("quoted.toml", QUOTED).expect("valid facts");
    Facts::of(&TOPICS, quoted, inputs).map_err(|faults| {
        let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })
}

pub(super) fn catalogue(declared: &str, csv: &str) -> Catalogue {
    facts(declared, csv, Vec::new())
        .expect("sound logs")
        .catalogue
}

fn published() -> Catalogue {
    catalogue(DECLARED, PUBLISHED)
}

pub(super) fn quantity(catalogue: &Catalogue, name: &str) -> Arc<Quantity> {
    let found = catalogue.known(name);
    found.unwrap_or_else(|| panic!("no `{name}`"))
}

pub(super) fn value(catalogue: &Catalogue, name: &str) -> f64 {
    let found = quantity(catalogue, name);
    found
        .known()
        .unwrap_or_else(|| panic!("{name}: {}", found.provenance()))
}

pub(super) fn close(found: f64, expected: f64, relative: f64) {
    let error = (found / expected - 1.0).abs();
    assert!(error <= relative, "{found} is not {expected}");
}

#[test]
fn a_log_of_ones_own_is_fitted() {
    let by_step = catalogue(
        OWN,
        &format!("step,loss\n{}", own_rows(|k| f64::from(100 * k))),
    );
    // 100 steps are half an epoch of 200.
    let by_epoch = OWN
        .replace(
            "step = 'step', loss = 'nat'",
            "epoch = 'epoch', loss = 'nat'",
        )
        .replace("where = ['step']", "where = ['epoch']")
        .replace(
            "\nstep = 'step'\n",
            "\nepoch = 'epoch'\nsteps_per_epoch = 200\n",
        );
    let by_epoch = catalogue(
        &by_epoch,
        &format!("epoch,loss\n{}", own_rows(|k| f64::from(k) / 2.0)),
    );
    for catalogue in [by_step, by_epoch] {
        for (beta, expected) in [("beta0", 0.002), ("beta1", 0.5), ("beta2", 0.1)] {
            close(
                value(&catalogue, &format!("log_model.log.{beta}")),
                expected,
                1e-6,
            );
        }
        let points = quantity(&catalogue, "log_model.log.points");
        let Origin::Derived { inputs, .. } = &points.origin else {
            panic!("{points:?}");
        };
        assert_eq!(
            (points.known(), inputs[0].kind().word()),
            (Some(20.0), "measured")
        );
        assert!(catalogue.flag("log_model.log.fitted"));
        // 1/(0.002 · 1000 + 0.5) + 0.1 is 0.5.
        assert_eq!(value(&catalogue, "log_model.log.steps_to_loss"), 1000.0);
        let untimed = quantity(&catalogue, "log_model.log.time_to_loss");
        assert_eq!(untimed.known(), None);
    }
}

#[test]
fn a_log_that_is_too_short_has_no_model() {
    let catalogue = catalogue(OWN, "step,loss\n1,2\n2,1\n3,0.5\n");
    let beta = quantity(&catalogue, "log_model.log.beta0");
    let told = beta.provenance().to_string();
    assert!(
        told.starts_with("none: a loss curve needs at least `4` points, found `3`"),
        "{told}"
    );
    assert!(!catalogue.flag("log_model.log.fitted"));
}

/// Bounded least squares on the same rows by scipy's `curve_fit`.
#[test]
fn models_of_published_logs_are_those_of_scipy() {
    let catalogue = published();
    for (log, beta0, beta1, beta2) in [
        ("chenyaofo2021_resnet20_gtx_1080", 2.83e-4, 1.08, 0.0),
        ("chenyaofo2021_resnet32_gtx_1080", 4.56e-4, 0.832, 0.033),
        ("chenyaofo2021_resnet44_gtx_1080", 6.34e-4, 0.635, 0.050),
        ("chenyaofo2021_resnet56_gtx_1080", 7.61e-4, 0.476, 0.053),
        ("dawnbench_resnet20_k80_ec2", 4.37e-5, 0.876, 0.0),
        ("dawnbench_resnet20_k80_google_cloud", 4.48e-5, 0.865, 0.0),
        ("dawnbench_resnet20_p100", 4.53e-5, 0.869, 0.0),
        (
            "dawnbench_resnet20_16_vcpus_google_cloud",
            4.53e-5,
            0.870,
            0.0,
        ),
    ] {
        let beta = |leaf: &str| value(&catalogue, &format!("log_model.logs_{log}.{leaf}"));
        close(beta("beta0"), beta0, 3e-3);
        close(beta("beta1"), beta1, 3e-3);
        assert!(
            (beta("beta2") - beta2).abs() < 6e-4,
            "{log}: {}",
            beta("beta2")
        );
    }
    for (log, error) in [
        ("chenyaofo2021_resnet56_gtx_1080", 6.240_875),
        ("dawnbench_resnet20_p100", 0.332_063_3),
    ] {
        let name = format!("log_model.logs_{log}.percentage_error");
        close(value(&catalogue, &name), error, 1e-5);
    }
}

#[test]
fn hardware_changes_the_time_and_not_the_steps() {
    let catalogue = published();
    let logs: Vec<_> = { catalogue.quantities("log_model.logs_dawnbench") }
        .filter(|quantity| quantity.name.ends_with(".steps_to_loss"))
        .collect();
    assert_eq!(logs.len(), 12);
    assert!(logs.iter().all(|steps| steps.known() == Some(36_451.0)));
    // 36,451 steps of 85.27 ms and of 27.21 ms.
    for (log, seconds) in [("k80_ec2", 3108.177), ("p100", 991.832)] {
        let name = format!("log_model.logs_dawnbench_resnet20_{log}.time_to_loss");
        close(value(&catalogue, &name), seconds, 1e-6);
    }
    // By a script of ten lines.
    for (network, spread) in [
        ("resnet20", 0.084_176_7),
        ("resnet56", 0.067_583),
        ("resnet164", 0.075_314_8),
    ] {
        let name = format!("log_set.dawnbench.spread.{network}");
        close(value(&catalogue, &name), spread, 1e-5);
        assert!(catalogue.flag(&format!("log_set.dawnbench.agree.{network}")));
    }
    assert!(catalogue.flag("log_set.dawnbench.same_steps_to_loss"));
}

/// The losses of one machine, changed from the second row on.
#[test]
fn hardware_that_matters_is_seen() {
    let changed = |line: &str| {
        let mut cells: Vec<_> = line.split(',').map(str::to_owned).collect();
        if line.starts_with("dawnbench,resnet20,20,P100") {
            cells[7] = (0.3 * cells[7].parse::<f64>().expect("a loss")).to_string();
        }
        cells.join(",") + "\n"
    };
    let catalogue = catalogue(
        DECLARED,
        &PUBLISHED.lines().map(changed).collect::<String>(),
    );
    assert!(!catalogue.flag("log_set.dawnbench.agree.resnet20"));
    assert!(catalogue.flag("log_set.dawnbench.agree.resnet56"));
    assert!(!catalogue.flag("log_set.dawnbench.same_steps_to_loss"));
    assert!(value(&catalogue, "log_set.dawnbench.spread.resnet20") > 0.7);
}

#[test]
fn the_published_set_predicts_depth_50() {
    let catalogue = published();
    let name = |leaf: &str| format!("log_set.chenyaofo2021.{leaf}");
    for (depth, epoch) in [(20, 165.5), (32, 167.5), (44, 159.5), (56, 153.5)] {
        let log = format!("log_model.logs_chenyaofo2021_resnet{depth}_gtx_1080.epochs_to_92");
        assert_eq!(value(&catalogue, &log), epoch);
        // Predicted without it, a curve is about as far from its model as fitted to it.
        let fitted = format!("log_model.logs_chenyaofo2021_resnet{depth}_gtx_1080.rmse");
        let left_out = name(&format!("left_out.d{depth}.rmse"));
        let ratio = value(&catalogue, &left_out) / value(&catalogue, &fitted);
        assert!((1.0..1.2).contains(&ratio), "{depth}: {ratio}");
    }
    // The line through them at depth 50, by hand: 157.1 with an interval of ± 17.6.
    let epochs = quantity(&catalogue, &name("on.gtx_1080.epochs_by_depth"));
    close(epochs.known().unwrap_or_default(), 157.1, 1e-6);
    let (low, high) = epochs.interval.expect("two degrees of freedom");
    close(high - low, 35.29, 1e-3);
    // The model levels out above the loss that goes with the accuracy.
    assert!(catalogue.flag(&name("on.gtx_1080.epochs_to_92_never")));
    assert!(value(&catalogue, &name("link.loss")) < value(&catalogue, &name("on.gtx_1080.beta2")));
}

/// Of depth d the loss is 1/(2 × 10⁻⁵ d k + 0.5) + 0.1 after k steps, 120 an epoch, and the accuracy
/// 0.95 less a tenth of the loss. At 92 % the loss is 0.3, to which depth 50 comes after 4,500 steps:
/// 37.5 epochs. The first row is logged in the middle of its epoch.
#[test]
fn a_predicted_loss_is_followed_to_the_target() {
    let declared = DECLARED.replacen("digest", "# digest", 1);
    let mut csv = PUBLISHED.lines().next().expect("a head").to_owned() + "\n";
    for depth in [20, 32, 44, 56] {
        for epoch in 1..=60 {
            let step = if epoch == 1 { 60 } else { 120 * epoch };
            let loss = 1.0 / (2e-5 * f64::from(depth * step) + 0.5) + 0.1;
            let accuracy = 0.95 - 0.1 * loss;
            csv += &format!(
                "a,resnet{depth},{depth},8 cores,128,{step},{epoch},{loss},,{accuracy},\n"
            );
        }
    }
    let catalogue = catalogue(&declared, &csv);
    let name = |leaf: &str| format!("log_set.a.on.x8_cores.{leaf}");
    for (beta, expected) in [("beta0", 1e-3), ("beta1", 0.5), ("beta2", 0.1)] {
        close(value(&catalogue, &name(beta)), expected, 1e-4);
    }
    close(value(&catalogue, "log_set.a.link.loss"), 0.3, 1e-6);
    assert_eq!(value(&catalogue, &name("epochs_to_92")), 38.0);
    assert!(value(&catalogue, "log_set.a.percentage_error") < 1e-3);
    assert!(catalogue.flag("prediction.by_loss"));
    assert_eq!(value(&catalogue, "prediction.epochs_to_92.predicted"), 38.0);
}

#[test]
fn own_runs_take_the_place_of_published_logs() {
    let headline = |facts: Facts| {
        let text = |name: &str| match catalogue_entry(&facts.catalogue, name) {
            Entry::Text(text) => text,
            other => panic!("{other:?}"),
        };
        (
            facts.catalogue.flag("prediction.from_published"),
            text("prediction.published_recipe"),
            value(&facts.catalogue, "prediction.epochs_to_92.predicted"),
        )
    };
    let (from_published, recipe, epochs) =
        headline(facts(DECLARED, PUBLISHED, Vec::new()).expect("sound logs"));
    assert_eq!((from_published, recipe.as_str()), (true, "chenyaofo2021"));
    close(epochs, 157.1, 1e-6);
    let own = facts(DECLARED, PUBLISHED, complete_runs(&[Fp32], 40)).expect("sound logs");
    let (from_published, recipe, epochs) = headline(own);
    assert_eq!((from_published, recipe.as_str()), (false, "not measured"));
    assert!(epochs < 40.0, "{epochs}");
}

fn catalogue_entry(catalogue: &Catalogue, name: &str) -> Entry {
    let found = catalogue.entries().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no `{name}`")).1.clone()
}
