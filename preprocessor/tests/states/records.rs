//! Made-up records of planned runs, whole and otherwise.

use mdbook_measured::statistics::random::SplitMix64;
use mdbook_measured::topics::optimus::analysis::loss_model::LossModel;
use mdbook_measured::topics::optimus::analysis::steps::Step;
use results::{
    Completion, Configuration, Counted, DeviceKind, Digest, Environment, EpochRow, Evaluation,
    Hardware, Measured, PlannedRun, Record, SCHEMA_VERSION, SourceDigests, TestResult, Timed,
    TimedSpan, TimingConfiguration, Trained, TrainingConfiguration,
};
use std::collections::BTreeMap;

const STEPS_PER_EPOCH: u64 = 391;
/// A file that decides the results.
pub(crate) const SOURCE: &str = "experiments/src/model.rs";
/// GPUs that a run may be made on: with a quoted peak, and without.
const GPUS: [&str; 3] = [
    "NVIDIA H200",
    "NVIDIA H100 80GB HBM3",
    "NVIDIA A100-SXM4-40GB",
];

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It stopped at a checkpoint.
    Partial,
    /// It stopped for good.
    Failed,
    /// Settings, sources, data or hardware have changed since.
    Stale,
}

/// A complete record of `run`, as if made from the present sources.
pub(crate) fn complete(run: &PlannedRun, source: &Digest, random: &mut SplitMix64) -> Record {
    let epochs = { run.configuration.as_training() }.map(|it| epochs(run, it, random));
    let test = has_validation(run).then(|| TestResult {
        predictions: None,
        loss: 1.0,
        accuracy: 0.2 + 0.6 * random.uniform(),
        images: 6149,
    });
    let counted = Counted {
        parameters: 1,
        layers: Vec::new(),
        images_per_class: BTreeMap::from([
            ("train".to_owned(), vec![100; 10]),
            ("validation".to_owned(), vec![100; 10]),
            ("test".to_owned(), vec![100; 10]),
        ]),
    };
    let environment = environment(run, source, random);
    let measured = match &run.configuration {
        Configuration::Training(_) => Measured::Trained(Trained {
            counted,
            epochs: epochs.unwrap_or_default(),
            test,
        }),
        Configuration::Timing(configuration) => Measured::Timed(Timed {
            counted,
            timed_spans: timed_spans(configuration, random),
        }),
    };
    Record {
        schema_version: SCHEMA_VERSION,
        experiment: run.experiment.clone(),
        run: run.id.clone(),
        completion: Completion::Complete,
        configuration: run.configuration.clone(),
        environment,
        earlier_sessions: Vec::new(),
        measured,
        digest: Digest::default(),
    }
}

/// The transfer experiments choose by validation and test once; loss curves test every epoch.
fn has_validation(run: &PlannedRun) -> bool {
    run.experiment != "loss_curve" && run.configuration.as_training().is_some()
}

fn environment(run: &PlannedRun, source: &Digest, random: &mut SplitMix64) -> Environment {
    let (device, device_kind) = match &run.hardware {
        Hardware::Cpu => ("AMD EPYC".to_owned(), DeviceKind::Cpu),
        Hardware::Card(card) => (format!("Tesla {card}"), DeviceKind::Cuda),
        // Mostly one machine.
        Hardware::Any | Hardware::Cuda => {
            let index = random.below(8).saturating_sub(5);
            (GPUS[index].to_owned(), DeviceKind::Cuda)
        }
    };
    Environment {
        device,
        device_kind,
        driver: None,
        cuda: None,
        cudnn: None,
        libtorch: None,
        cpu: "AMD EPYC".to_owned(),
        threads: 2,
        runs_at_once: None,
        commit: "0123abc0123abc".to_owned(),
        dirty: false,
        source_digests: SourceDigests::default(),
        sources: BTreeMap::from([(SOURCE.to_owned(), source.clone())]),
        started: "2026-01-02T03:04:05Z".parse().expect("a time"),
        ended: "2026-01-02T03:14:05Z".parse().expect("a time"),
    }
}

/// A deeper network and a later stage end lower; accuracy falls with the loss.
fn epochs(
    run: &PlannedRun,
    configuration: &TrainingConfiguration,
    random: &mut SplitMix64,
) -> Vec<EpochRow> {
    let training = &configuration.training;
    let milestones = &training.learning_rate.milestones;
    let mut row = |epoch: u64| {
        let passed = milestones.iter().filter(|&&milestone| milestone < epoch);
        let (stage, start) = (passed.clone().count(), passed.max().copied().unwrap_or(0));
        let model = LossModel {
            beta0: 0.02 / training.epochs as f64,
            beta1: 0.5 + 4.0 * start as f64 / training.epochs as f64,
            beta2: 12.0 / 3.0_f64.powi(stage as i32) / (configuration.depth + 20) as f64,
        };
        let step = Step(((epoch - start) * STEPS_PER_EPOCH) as f64);
        let train_loss = model.loss_at(step) * (1.0 + 0.01 * random.normal());
        let accuracy = (1.02 - 0.35 * train_loss + 0.002 * random.normal()).clamp(0.1, 1.0);
        let evaluation = Evaluation {
            loss: train_loss,
            accuracy,
        };
        EpochRow {
            epoch,
            steps: epoch * STEPS_PER_EPOCH,
            train_loss,
            train_accuracy: accuracy,
            validation: has_validation(run).then_some(evaluation),
            test: (!has_validation(run)).then_some(evaluation),
            learning_rate: training.learning_rate.at(epoch),
            train_seconds: 10.0 + random.uniform(),
            evaluation_seconds: 1.0,
        }
    };
    (1..=training.epochs).map(&mut row).collect()
}

/// Two layers and the passes, for one image and for the batch.
fn timed_spans(configuration: &TimingConfiguration, random: &mut SplitMix64) -> Vec<TimedSpan> {
    let mut batches = vec![1, configuration.batch_size];
    batches.dedup();
    let mut spans = Vec::new();
    for batch_size in batches {
        for (layer, span, iterations, milliseconds) in [
            ("conv1", TimedSpan::SYNCHRONISED_LAYER, 1, 2.0),
            ("fc", TimedSpan::SYNCHRONISED_LAYER, 1, 1.0),
            (&*configuration.network, TimedSpan::FULL_PASS, 1, 2.0),
            (
                &*configuration.network,
                TimedSpan::UNSYNCHRONISED_ITERATIONS,
                10,
                10.0,
            ),
        ] {
            let mut trial = || batch_size as f64 * milliseconds * (1.0 + random.uniform()) / 1e3;
            spans.push(TimedSpan {
                layer: layer.to_owned(),
                kind: "network".to_owned(),
                span: span.to_owned(),
                batch_size,
                iterations,
                seconds: (0..configuration.timing.trials).map(|_| trial()).collect(),
            });
        }
    }
    spans
}

/// The complete `record` with a flaw.
pub(crate) fn flawed(mut record: Record, flaw: Flaw, random: &mut SplitMix64) -> Record {
    let planned = record.planned();
    match flaw {
        Flaw::Partial => {
            let done = few(planned, random);
            cut(&mut record, done);
            record.completion = Completion::Partial { done, planned };
        }
        Flaw::Failed => {
            let done = few(planned + 1, random);
            cut(&mut record, done);
            let reason = format!("the loss is NaN in epoch {}", done + 1);
            record.completion = Completion::Failed { reason };
        }
        Flaw::Stale => make_stale(&mut record, random),
    }
    record
}

/// Below `bound`; often very few.
fn few(bound: u64, random: &mut SplitMix64) -> u64 {
    let bound = match random.below(2) {
        0 => bound.min(12),
        _ => bound,
    };
    random.below(bound as usize) as u64
}

fn cut(record: &mut Record, done: u64) {
    match &mut record.measured {
        Measured::Trained(trained) => {
            trained.test = None;
            trained.epochs.truncate(done as usize);
        }
        Measured::Timed(timed) => {
            let spans = timed.timed_spans.iter_mut();
            spans.for_each(|span| span.seconds.truncate(done as usize));
        }
    }
}

fn make_stale(record: &mut Record, random: &mut SplitMix64) {
    match random.below(5) {
        0 => {
            let seed = record.configuration.seed() + 1000;
            record.configuration = record.configuration.clone().with_seed(seed);
        }
        1 => {
            let changed = Digest::of("another program");
            record
                .environment
                .sources
                .insert(SOURCE.to_owned(), changed);
        }
        2 if record.environment.device_kind == DeviceKind::Cpu => {
            record.environment.device_kind = DeviceKind::Cuda;
        }
        2 => *sizes(&mut record.configuration).0 += 8,
        3 => *sizes(&mut record.configuration).1 *= 2,
        _ => change_schedule(record),
    }
}

/// The side of the images and the batch.
fn sizes(configuration: &mut Configuration) -> (&mut u64, &mut u64) {
    match configuration {
        Configuration::Training(of) => (&mut of.image_px, &mut of.batch_size),
        Configuration::Timing(of) => (&mut of.image_px, &mut of.batch_size),
    }
}

/// Another schedule with fewer stages and epochs than are planned, or another number of trials.
fn change_schedule(record: &mut Record) {
    match &mut record.configuration {
        Configuration::Training(configuration) => {
            configuration.training.learning_rate.milestones.pop();
            configuration.training.epochs -= 1;
        }
        Configuration::Timing(configuration) => configuration.timing.warm_up_iterations += 1,
    }
    if let Some(trained) = record.measured.as_trained_mut() {
        trained.epochs.pop();
    }
}
