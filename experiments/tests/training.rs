//! Tiny networks on generated data.

mod common;

use std::collections::BTreeMap;

use common::{
    bytes, configuration, frozen, generated, model, normaliser, padded, planned, trainer,
};
use experiments::epoch::Trainer;
use experiments::features::{FeatureStore, Features};
use experiments::model::Model;
use experiments::networks;
use experiments::part::{Onlooker, Part, Unwatched};
use experiments::sgd::Sgd;
use experiments::shim::Shim;
use experiments::weights::Leaves;
use mdbook_measured::topics::operations::analysis::networks::by_name;
use results::{Arithmetic, Environment, NETWORKS, Record, Trainable};
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;

#[test]
fn the_loss_falls() {
    let run = planned(&[]);
    let mut trainer = trainer(&run);
    let split = padded(&configuration(&run).training);
    let mut loss = |epoch| {
        { trainer.train_epoch(epoch, &split, &mut Unwatched) }
            .unwrap()
            .unwrap()
            .loss
    };
    let first = loss(1);
    let last = (2..=20).map(&mut loss).last().unwrap();
    assert!(last < 0.8 * first, "{first} {last}");
    let test = trainer.evaluation_set(generated(), &mut |_| true).unwrap();
    assert!(
        trainer
            .evaluate(&test, &mut |_| true)
            .unwrap()
            .loss
            .is_finite()
    );
    assert!(trainer.evaluate(&test, &mut |_| false).is_none());
}

/// A mean is taken over the images, not over the batches, of which the last one may be smaller. bf16 keeps eight bits.
#[test]
fn an_evaluation_is_the_same_in_batches_of_any_size() {
    let run = planned(&[]);
    let mut trained = trainer(&run);
    let split = padded(&configuration(&run).training);
    for epoch in 1..=5 {
        { trained.train_epoch(epoch, &split, &mut Unwatched) }.unwrap();
    }
    let weights = trained.model.weights.named();
    for (arithmetic, tolerance) in [("fp32", 1e-6), ("bf16", 1e-2)] {
        let evaluate = |batch_size: u64| {
            let batch_size = format!("batch_size = {batch_size}");
            let run = planned(&[("batch_size = 32", &batch_size), ("fp32", arithmetic)]);
            let trainer = trainer(&run);
            trainer.model.weights.load(&weights, |_| true).unwrap();
            let test = trainer.evaluation_set(generated(), &mut |_| true).unwrap();
            trainer.test(&test, common::CLASSES, &mut |_| true).unwrap()
        };
        let whole = evaluate(100);
        for batch_size in [7, 32] {
            let parts = evaluate(batch_size);
            let difference = (parts.loss / whole.loss - 1.0).abs();
            assert!(difference < tolerance, "{batch_size}: {difference}");
            assert!((parts.accuracy - whole.accuracy).abs() <= tolerance);
        }
    }
}

/// With features of 0 the gradient of the classifier's weights is 0, so weight decay alone moves them: without momentum
/// each step multiplies them by 1 − rate · decay.
#[test]
fn the_learning_rate_drops_at_its_step() {
    let run = frozen(planned(&[
        ("momentum = 0.9", "momentum = 0.0"),
        ("weight_decay = 5e-4", "weight_decay = 0.5"),
        (
            "base = 0.05, factor = 0.1, milestones = [20]",
            "base = 0.1, factor = 0.1, milestones = [2, 3]",
        ),
    ]));
    let mut trainer = trainer(&run);
    let features = Features {
        values: Tensor::zeros([100, 64], (Kind::Float, Device::Cpu)),
        labels: generated().labels,
        seconds: 0.0,
    };
    let norm = |named: BTreeMap<String, Tensor>| named["fc.weight"].norm().double_value(&[]);
    let steps = trainer.steps(100) as i32;
    assert_eq!(steps, 4);
    for (epoch, rate) in [(1, 0.1), (2, 0.1), (3, 0.01), (4, 0.001)] {
        let before = norm(trainer.model.weights.named());
        trainer
            .train_classifier(epoch, &features, &mut Unwatched)
            .unwrap();
        let ratio = norm(trainer.model.weights.named()) / before;
        let expect = (1.0f64 - rate * 0.5).powi(steps);
        assert!(
            (ratio - expect).abs() < 1e-6,
            "epoch {epoch}: {ratio}, expected {expect}"
        );
    }
}

/// Says no to the third pass.
struct Impatient(u64);

impl Onlooker for Impatient {
    fn begun(&self) -> Part {
        Part::default()
    }

    fn step(&mut self, _: &Trainer, _: u64, _: &dyn Fn() -> Part) -> anyhow::Result<bool> {
        Ok(true)
    }

    fn pass(&mut self, _: u64) -> bool {
        self.0 += 1;
        self.0 < 3
    }
}

/// What was begun is taken up at its batch, and is the same bit for bit.
#[test]
fn features_are_taken_up_where_they_were_stopped() {
    let run = frozen(planned(&[]));
    let trainer = trainer(&run);
    let split = padded(&configuration(&run).training);
    let (folder, environment) = (TempDir::new().unwrap(), environment());
    let kind = trainer.model.kind();
    let store = |name: &str| {
        let state = folder.path().join(name);
        FeatureStore::new(&state, configuration(&run), &environment, kind)
    };
    let features = |store: &FeatureStore, mut onlooker| {
        trainer
            .epoch_features(1, &split, store, &mut onlooker)
            .unwrap()
    };
    let whole = trainer.epoch_features(1, &split, &store("whole"), &mut Unwatched);
    let whole = whole.unwrap().unwrap();
    let parts = store("parts");
    assert!(features(&parts, Impatient(0)).is_none());
    let begun = parts.read_begun(1, Device::Cpu).unwrap();
    assert_eq!(begun.values.size(), [64, 64]);
    // Two passes are left of four.
    let rest = features(&parts, Impatient(0)).unwrap();
    assert_eq!(bytes(&rest.values), bytes(&whole.values));
    assert_eq!(rest.labels, whole.labels);
    assert!(rest.seconds > begun.seconds);
    assert!(parts.read_begun(1, Device::Cpu).is_none());
}

fn environment() -> Environment {
    let record = common::root().join("results/runs/finetune/finetune-lr0.01.json");
    Record::read(&record).unwrap().environment
}

#[test]
fn frozen_layers_do_not_move() {
    let run = frozen(planned(&[]));
    let mut trainer = trainer(&run);
    let before: BTreeMap<_, _> = trainer
        .model
        .weights
        .named()
        .iter()
        .map(|(name, t)| (name.clone(), bytes(t)))
        .collect();
    let images = normaliser(&trainer.model).apply(&generated().pixels);
    let features = Features {
        values: trainer.model.evaluator().features(&images),
        labels: generated().labels,
        seconds: 0.0,
    };
    trainer
        .train_classifier(1, &features, &mut Unwatched)
        .unwrap();
    for (name, after) in trainer.model.weights.named() {
        let moved = before[&name] != bytes(&after);
        assert_eq!(moved, name.starts_with("fc."), "{name}");
    }
}

/// bf16 keeps eight bits of each product's factors. The weights are copied: tests beside this one draw random numbers too.
#[test]
fn bf16_is_near_fp32() {
    let run = planned(&[]);
    let [fp32, bf16] = [Arithmetic::Fp32, Arithmetic::Bf16].map(|a| model(&run, Trainable::All, a));
    bf16.weights.load(&fp32.weights.named(), |_| true).unwrap();
    let pixels = generated().pixels;
    let logits = |model: &Model| model.training_logits(&normaliser(model).apply(&pixels));
    let (fp32, bf16) = (logits(&fp32), logits(&bf16));
    let difference = (&fp32 - &bf16).abs().max().double_value(&[]);
    let scale = fp32.abs().max().double_value(&[]);
    assert!(
        difference > 0.0 && difference < 0.1 * scale,
        "{difference} of {scale}"
    );
}

#[test]
fn fused_and_plain_sgd_agree() {
    let shim = Shim::open(false).expect("g++ builds the shim");
    let weights = || Tensor::linspace(-1.0, 1.0, 1000, (Kind::Float, Device::Cpu));
    let steps = |shim: Option<&Shim>| {
        let weights = weights();
        let mut sgd = Sgd::new(&weights, 0.9, 5e-4, shim);
        sgd.set_rate(0.1);
        let leaves = Leaves::Whole(weights.shallow_clone());
        for step in 1..=5 {
            sgd.step(&leaves, vec![(&weights * f64::from(step)).sin()]);
        }
        weights
    };
    let difference = (steps(Some(&shim)) - steps(None))
        .abs()
        .max()
        .double_value(&[]);
    assert!(difference < 1e-6, "{difference}");
}

/// Counted by libtorch from tensors here, by the analysis from layer lists there.
#[test]
fn parameters_are_those_of_the_analysis() {
    for known in NETWORKS {
        let counted = networks::build(known.name, known.task.classes() as i64).unwrap();
        assert_eq!(
            counted.declared.parameter_count(),
            by_name(known.name).unwrap().parameters(),
            "{}",
            known.name
        );
    }
    let error = networks::build("resnet-20", 10).err().unwrap().to_string();
    assert!(
        error.starts_with("network `resnet-20` is unknown, expected one of `alexnet`, "),
        "{error}"
    );
}
