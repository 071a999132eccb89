//! Records to test with: one fixed, and many drawn from a seed.

use std::collections::BTreeMap;

use results::*;

/// Three of five epochs of a small network.
pub fn record() -> Record {
    Record {
        schema_version: SCHEMA_VERSION,
        experiment: "loss_curve".to_owned(),
        run: "resnet20-cpu-fp32".to_owned(),
        completion: Completion::Partial {
            done: 3,
            planned: 5,
        },
        configuration: configuration(),
        environment: environment(),
        earlier_sessions: Vec::new(),
        measured: Measured::Trained(Trained {
            counted: counted(),
            epochs: (1..=3).map(epoch).collect(),
            test: None,
        }),
        digest: Digest::default(),
    }
}

/// The same run with all five epochs.
pub fn complete() -> Record {
    Record {
        completion: Completion::Complete,
        measured: Measured::Trained(Trained {
            counted: counted(),
            epochs: (1..=5).map(epoch).collect(),
            test: Some(TestResult {
                loss: 0.5,
                accuracy: 0.875,
                images: 10_000,
                predictions: None,
            }),
        }),
        ..record()
    }
}

/// Two trials of one layer.
pub fn timing() -> Record {
    let timing = Timing {
        warm_up_iterations: 1,
        trials: 2,
        iterations: 100,
    };
    let span = TimedSpan {
        layer: "conv1".to_owned(),
        kind: "convolution".to_owned(),
        span: "synchronised layer".to_owned(),
        batch_size: 1,
        iterations: 1,
        seconds: vec![0.25, 0.125],
    };
    Record {
        experiment: "layer_time".to_owned(),
        completion: Completion::Complete,
        configuration: Configuration::Timing(TimingConfiguration {
            network: "resnet20".to_owned(),
            depth: 20,
            image_px: 32,
            batch_size: 128,
            arithmetic: Arithmetic::Fp32,
            seed: 1,
            timing,
        }),
        measured: Measured::Timed(Timed {
            counted: counted(),
            timed_spans: vec![span],
        }),
        ..record()
    }
}

fn configuration() -> Configuration {
    Configuration::Training(TrainingConfiguration {
        network: "resnet20".to_owned(),
        depth: 20,
        image_px: 32,
        batch_size: 128,
        arithmetic: Arithmetic::Fp32,
        seed: 1,
        data: DataSet {
            name: "cifar10".to_owned(),
            digest: Digest::of("cifar10"),
        },
        initial_weights: None,
        training: Training {
            epochs: 5,
            learning_rate: LearningRateSchedule {
                base: 0.1,
                factor: 0.1,
                milestones: vec![2, 4],
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
    })
}

/// What a training run measured, to change it.
pub fn trained(record: &mut Record) -> &mut Trained {
    record.measured.as_trained_mut().expect("it trains")
}

/// What a training run chose, to change it.
pub fn training(configuration: &mut Configuration) -> &mut TrainingConfiguration {
    configuration.as_training_mut().expect("it trains")
}

fn environment() -> Environment {
    Environment {
        device: "Example CPU".to_owned(),
        device_kind: DeviceKind::Cpu,
        driver: None,
        cuda: None,
        cudnn: None,
        libtorch: Some("2.11.0".to_owned()),
        cpu: "Example CPU".to_owned(),
        runs_at_once: Some(3),
        threads: 2,
        commit: "0123abc".to_owned(),
        dirty: false,
        source_digests: SourceDigests::default(),
        sources: BTreeMap::from([(
            "experiments/src/training.rs".to_owned(),
            Digest::of("training"),
        )]),
        started: "2026-01-02T03:04:05Z".parse().unwrap(),
        ended: "2026-01-02T03:14:05.5Z".parse().unwrap(),
    }
}

fn counted() -> Counted {
    Counted {
        parameters: 269_722,
        layers: vec![LayerShape {
            layer: "conv1".to_owned(),
            output: vec![16, 32, 32],
        }],
        images_per_class: BTreeMap::from([("train".to_owned(), vec![5000; 10])]),
    }
}

fn epoch(epoch: u64) -> EpochRow {
    EpochRow {
        epoch,
        steps: 391 * epoch,
        train_loss: 2.0 / epoch as f64,
        train_accuracy: 0.25,
        validation: None,
        test: Some(Evaluation {
            loss: 1.5,
            accuracy: 0.5,
        }),
        learning_rate: 0.1,
        train_seconds: 80.0,
        evaluation_seconds: 5.0,
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014), enough to draw test data.
pub struct Random(pub u64);

impl Random {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    /// Any finite number of at least 0, of any size.
    pub fn non_negative(&mut self) -> f64 {
        let number = f64::from_bits(self.bits() >> 1);
        if number.is_finite() { number } else { 0.0 }
    }

    /// In 0..1.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn evaluation(&mut self) -> Option<Evaluation> {
        (self.below(2) == 0).then(|| Evaluation {
            loss: self.non_negative(),
            accuracy: self.share(),
        })
    }

    /// A sound record of a training run.
    pub fn record(&mut self) -> Record {
        let (done, planned) = (self.below(6), 5);
        let (mut record, mut steps) = (record(), 0);
        record.configuration = record.configuration.with_seed(self.bits() >> 1);
        record.run = format!("run-{}", self.below(100));
        let epochs = (1..=done).map(|epoch| self.epoch(epoch, &mut steps));
        trained(&mut record).epochs = epochs.collect();
        record.completion = match self.below(3) {
            0 => Completion::Failed {
                reason: "the loss is NaN | <epoch> & \"more\" \u{3b2}".to_owned(),
            },
            _ if done == planned => Completion::Complete,
            _ => Completion::Partial { done, planned },
        };
        if record.completion == Completion::Complete {
            trained(&mut record).test = Some(TestResult {
                loss: self.non_negative(),
                accuracy: self.share(),
                images: 1,
                predictions: None,
            });
        }
        record
    }

    fn epoch(&mut self, epoch: u64, steps: &mut u64) -> EpochRow {
        *steps += 1 + self.below(1000);
        EpochRow {
            epoch,
            steps: *steps,
            train_loss: self.non_negative(),
            train_accuracy: self.share(),
            validation: self.evaluation(),
            test: self.evaluation(),
            learning_rate: self.non_negative().max(f64::MIN_POSITIVE),
            train_seconds: self.non_negative(),
            evaluation_seconds: self.non_negative(),
        }
    }
}
