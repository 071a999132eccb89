//! Made-up runs to test with.

use crate::catalogue::{Facts, RunFacts};
use crate::evidence::read_quoted;
use crate::layout::Layout;
use crate::statistics::random::SplitMix64;
use crate::topic::Inputs;
use crate::topics::TOPICS;
use crate::topics::operations::quantities::throughput::FILE as PUBLISHED;
use crate::topics::optimus::analysis::loss_model::LossModel;
use crate::topics::optimus::analysis::steps::Step;
use results::{
    Arithmetic, Augmentation, Completion, Configuration, Counted, DataSet, DeviceKind, Digest,
    Environment, EpochRow, Evaluation, FrozenBatchNorm, Hardware, LayerShape, LearningRateSchedule,
    Measured, PlannedRun, Record, SCHEMA_VERSION, SourceDigests, State, Timed, TimedSpan, Timing,
    TimingConfiguration, Trainable, Trained, Training, TrainingConfiguration,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a book of all topics knows of these quoted facts, runs and published training speeds.
pub(crate) fn facts_of(quoted: &str, runs: Vec<RunFacts>, published: &str) -> Facts {
    let quoted = read_quoted("quoted.toml", quoted).expect("valid facts");
    let inputs = Inputs {
        runs,
        layout: Layout {
            quoted: "quoted.toml".to_owned(),
            ..Layout::default()
        },
        ..Inputs::default()
    };
    let inputs = inputs.with_file(PUBLISHED, "published.csv", published);
    Facts::of(&TOPICS, quoted, inputs).expect("valid inputs")
}

/// The networks that the loss curves are asked for, with their depths.
pub(crate) const NETWORKS: [(&str, u64); 6] = [
    ("resnet18", 18),
    ("resnet20", 20),
    ("resnet32", 32),
    ("resnet44", 44),
    ("resnet56", 56),
    ("resnet50-6n2", 50),
];

const STEPS_PER_EPOCH: u64 = 391;

/// A run to be made up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SyntheticRun {
    pub(crate) network: (&'static str, u64),
    pub(crate) arithmetic: Arithmetic,
    pub(crate) device: &'static str,
    pub(crate) epochs: u64,
    /// Factor of all losses.
    pub(crate) scale: f64,
}

impl SyntheticRun {
    pub(crate) fn new(
        network: (&'static str, u64),
        arithmetic: Arithmetic,
        device: &'static str,
    ) -> Self {
        SyntheticRun {
            network,
            arithmetic,
            device,
            epochs: 40,
            scale: 1.0,
        }
    }

    /// The run without a record.
    pub(crate) fn missing(self) -> RunFacts {
        let planned = self.planned(Hardware::Cuda);
        let command = planned.command();
        RunFacts {
            id: planned.id.clone(),
            state: State::Missing {
                command: command.clone(),
            },
            planned,
            record: None,
            command,
        }
    }

    /// The run on a card that is not at hand.
    pub(crate) fn without_card(self, card: &str) -> RunFacts {
        let mut run = self.missing();
        run.planned.hardware = Hardware::Card(card.to_owned());
        run.id = format!("loss-{}-{}", self.network.0, card.to_lowercase());
        run.planned.id = run.id.clone();
        run.state = State::NoSuchCard;
        run
    }

    /// The run with its first `done` epochs recorded.
    pub(crate) fn recorded(self, done: u64) -> RunFacts {
        let mut run = self.missing();
        let (completion, state) = match done == self.epochs {
            true => (Completion::Complete, State::Measured),
            false => {
                let planned = self.epochs;
                (
                    Completion::Partial { done, planned },
                    State::Partial { done, planned },
                )
            }
        };
        run.state = state;
        let path = format!("results/runs/loss_curve/{}.json", run.id);
        let record = self.record(&run.planned, done, completion);
        run.record = Some((path, Arc::new(record)));
        run
    }

    /// The run with all epochs recorded.
    pub(crate) fn complete(self) -> RunFacts {
        self.recorded(self.epochs)
    }

    fn planned(self, hardware: Hardware) -> PlannedRun {
        PlannedRun {
            id: format!("loss-{}-{}", self.network.0, self.arithmetic),
            experiment: "loss_curve".to_owned(),
            hardware,
            priority: 1,
            configuration: Configuration::Training(self.configuration()),
            accepted: Vec::new(),
            grid: None,
        }
    }

    fn milestones(self) -> [u64; 2] {
        [self.epochs * 3 / 7, self.epochs * 5 / 7]
    }

    fn configuration(self) -> TrainingConfiguration {
        TrainingConfiguration {
            network: self.network.0.to_owned(),
            depth: self.network.1,
            image_px: 32,
            batch_size: 128,
            arithmetic: self.arithmetic,
            seed: 1,
            data: DataSet {
                name: "cifar10".to_owned(),
                digest: Digest::default(),
            },
            initial_weights: None,
            training: Training {
                epochs: self.epochs,
                learning_rate: LearningRateSchedule {
                    base: 0.1,
                    factor: 0.1,
                    milestones: self.milestones().to_vec(),
                },
                momentum: 0.9,
                weight_decay: 5e-4,
                augmentation: Augmentation {
                    crop_padding_px: 4,
                    horizontal_flip: true,
                },
                trainable: Trainable::All,
                frozen_batch_norm: FrozenBatchNorm::None,
            },
        }
    }

    fn record(self, planned: &PlannedRun, done: u64, completion: Completion) -> Record {
        let mut random = SplitMix64::new(self.network.1 + 100 * self.arithmetic as u64);
        Record {
            schema_version: SCHEMA_VERSION,
            experiment: planned.experiment.clone(),
            run: planned.id.clone(),
            completion,
            configuration: planned.configuration.clone(),
            environment: self.environment(),
            earlier_sessions: Vec::new(),
            measured: Measured::Trained(Trained {
                counted: Counted {
                    parameters: 1,
                    layers: Vec::new(),
                    images_per_class: BTreeMap::from([("train".to_owned(), vec![5000; 10])]),
                },
                epochs: (1..=done)
                    .map(|epoch| self.row(epoch, &mut random))
                    .collect(),
                test: None,
            }),
            digest: Digest::default(),
        }
    }

    fn environment(self) -> Environment {
        Environment {
            device: self.device.to_owned(),
            device_kind: DeviceKind::Cuda,
            driver: None,
            cuda: None,
            cudnn: None,
            libtorch: None,
            cpu: "Example CPU".to_owned(),
            runs_at_once: None,
            threads: 2,
            commit: "0123abc".to_owned(),
            dirty: false,
            source_digests: SourceDigests::default(),
            sources: BTreeMap::new(),
            started: "2026-01-02T03:04:05Z".parse().expect("a time"),
            ended: "2026-01-02T03:14:05Z".parse().expect("a time"),
        }
    }

    /// A deeper network and a later stage end lower; accuracy falls with the loss.
    fn row(self, epoch: u64, random: &mut SplitMix64) -> EpochRow {
        let [first, second] = self.milestones();
        let (start, beta2) = match epoch {
            epoch if epoch <= first => (0, 12.0),
            epoch if epoch <= second => (first, 4.0),
            _ => (second, 2.0),
        };
        let model = LossModel {
            beta0: 0.02 / self.epochs as f64,
            beta1: 0.5 + 4.0 * start as f64 / self.epochs as f64,
            beta2: beta2 / (self.network.1 + 20) as f64,
        };
        let step = Step(((epoch - start) * STEPS_PER_EPOCH) as f64);
        let noise = 1.0 + 0.01 * random.normal();
        let train_loss = self.scale * model.loss_at(step) * noise;
        let accuracy = (1.02 - 0.35 * train_loss + 0.002 * random.normal()).clamp(0.1, 1.0);
        EpochRow {
            epoch,
            steps: epoch * STEPS_PER_EPOCH,
            train_loss,
            train_accuracy: 0.5,
            validation: None,
            test: Some(Evaluation {
                loss: train_loss,
                accuracy,
            }),
            learning_rate: 0.1,
            train_seconds: 10.0,
            evaluation_seconds: 1.0,
        }
    }
}

/// Every network complete in each arithmetic on one GPU.
pub(crate) fn complete_runs(arithmetics: &[Arithmetic], epochs: u64) -> Vec<RunFacts> {
    let of = |arithmetic| {
        NETWORKS.map(|network| {
            let run = SyntheticRun::new(network, arithmetic, "NVIDIA H200");
            SyntheticRun { epochs, ..run }.complete()
        })
    };
    arithmetics.iter().copied().flat_map(of).collect()
}

/// A timing of ResNet-50 in bf16 with two layers and six trials; each span doubles with the batch.
pub(crate) fn timed_run(device: &'static str) -> RunFacts {
    let mut run = SyntheticRun::new(("resnet50", 50), Arithmetic::Bf16, device).complete();
    run.id = "layer-time-resnet50-bf16".to_owned();
    run.planned.experiment = "layer_time".to_owned();
    run.planned.configuration = Configuration::Timing(TimingConfiguration {
        network: "resnet50".to_owned(),
        depth: 50,
        image_px: 32,
        batch_size: 2,
        arithmetic: Arithmetic::Bf16,
        seed: 1,
        timing: Timing {
            warm_up_iterations: 1,
            trials: 6,
            iterations: 10,
        },
    });
    let mut timed = Timed {
        counted: Counted {
            parameters: 1,
            layers: Vec::new(),
            images_per_class: BTreeMap::new(),
        },
        timed_spans: Vec::new(),
    };
    for batch_size in [1, 2] {
        let span = |layer: &str, span: &str, iterations: u64, milliseconds: f64| TimedSpan {
            layer: layer.to_owned(),
            kind: "network".to_owned(),
            span: span.to_owned(),
            batch_size,
            iterations,
            seconds: (0..6)
                .map(|trial| batch_size as f64 * milliseconds * f64::from(10 + trial) / 1e4)
                .collect(),
        };
        timed.timed_spans.extend([
            span("conv1", TimedSpan::SYNCHRONISED_LAYER, 1, 2.0),
            span("fc", TimedSpan::SYNCHRONISED_LAYER, 1, 1.0),
            span("resnet50", TimedSpan::FULL_PASS, 1, 2.0),
            span("resnet50", TimedSpan::UNSYNCHRONISED_ITERATIONS, 10, 10.0),
        ]);
    }
    let configuration = run.planned.configuration.clone();
    let record = record_mut(&mut run);
    (record.configuration, record.measured) = (configuration, Measured::Timed(timed));
    run
}

/// The record of a run, to change it.
pub(crate) fn record_mut(run: &mut RunFacts) -> &mut Record {
    let (_, record) = run.record.as_mut().expect("it is recorded");
    Arc::make_mut(record)
}

/// What a training run measured, to change it.
pub(crate) fn trained_mut(run: &mut RunFacts) -> &mut Trained {
    let measured = &mut record_mut(run).measured;
    measured.as_trained_mut().expect("it trains")
}

/// What a timing measured, to change it.
pub(crate) fn timed_mut(run: &mut RunFacts) -> &mut Timed {
    let measured = &mut record_mut(run).measured;
    measured.as_timed_mut().expect("it takes times")
}

/// What is planned for a training run, to change it.
pub(crate) fn training_mut(run: &mut RunFacts) -> &mut TrainingConfiguration {
    let configuration = &mut run.planned.configuration;
    configuration.as_training_mut().expect("it trains")
}

/// What is planned for a timing, to change it.
pub(crate) fn timing_mut(run: &mut RunFacts) -> &mut TimingConfiguration {
    let configuration = &mut run.planned.configuration;
    configuration.as_timing_mut().expect("it takes times")
}

/// Puts other layers, by their kinds and the numbers of their outputs, into what a timing measured: each
/// with the trials that `seconds` gives for its place.
pub(crate) fn layer_spans(
    timed: &mut Timed,
    batch_size: u64,
    layers: &[(&str, u64)],
    seconds: impl Fn(usize) -> Vec<f64>,
) {
    let is_kept = |span: &TimedSpan| {
        span.batch_size != batch_size || span.span != TimedSpan::SYNCHRONISED_LAYER
    };
    timed.timed_spans.retain(is_kept);
    timed.counted.layers.clear();
    for (index, (kind, numbers)) in layers.iter().enumerate() {
        let layer = format!("layer{index}");
        timed.counted.layers.push(LayerShape {
            layer: layer.clone(),
            output: vec![*numbers],
        });
        timed.timed_spans.push(TimedSpan {
            layer,
            kind: (*kind).to_owned(),
            span: TimedSpan::SYNCHRONISED_LAYER.to_owned(),
            batch_size,
            iterations: 1,
            seconds: seconds(index),
        });
    }
}
