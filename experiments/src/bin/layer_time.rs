//! Do the times of the layers add up to the time of the network, and how many operations per second does it reach?
//!
//! Three spans, after Lu et al. 2017: each layer with the device synchronised before and after it; one whole pass,
//! synchronised before and after; and many passes, synchronised only before the first and after the last. Inputs are
//! drawn at random. Each trial takes every span once, for one image and for the planned batch, so that a change of the
//! machine's speed meets all of them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use experiments::device::Computer;
use experiments::environment;
use experiments::networks::{self, Network};
use experiments::options::Options;
use experiments::pass::{Mode, Pass, Watch};
use experiments::session::is_wanted;
use experiments::weights::{Weights, multiplied_kind};
use jiff::Timestamp;
use results::{
    Completion, Counted, Digest, LayerShape, Measured, Record, SCHEMA_VERSION, Timed, TimedSpan,
    record_path,
};
use tch::{Kind, Tensor, no_grad};

/// Classes of ImageNet, for which all these networks were made.
const CLASSES: i64 = 1000;

fn main() -> ExitCode {
    experiments::exit(experiment())
}

fn experiment() -> Result<()> {
    // What the plan asks for.
    let options = Options::parse();
    let run = options.planned_run("layer_time")?;
    if !is_wanted(&options, &run)? {
        return Ok(());
    }
    let configuration = run.configuration.as_timing();
    let configuration = configuration.context("the plan times nothing")?;
    let timing = &configuration.timing;
    let arithmetic = configuration.arithmetic;

    // Device and network.
    let computer = Computer::find(
        options.device.as_deref(),
        arithmetic,
        options.thread_count(),
    )?;
    ensure!(
        run.hardware.admits_device(&computer.name, computer.kind),
        "run `{}` is planned for `{}`, this is `{}`",
        run.id,
        run.hardware,
        computer.name
    );
    let mut environment = environment::describe(&run, &computer, &options)?;
    let architecture = networks::build(&configuration.network, CLASSES)?;
    let parameters = architecture.declared.parameter_count();
    let weights = Weights::new(
        architecture.declared,
        |_| true,
        configuration.seed,
        computer.device,
    );
    let values = no_grad(|| weights.values(arithmetic));
    let pass = || {
        Pass::new(
            values.iter().map(Tensor::shallow_clone).collect(),
            weights.statistics(),
            Mode::Evaluation,
        )
    };
    let network = architecture.network.as_ref();

    // The spans, in trials that take turns.
    let mut batch_sizes = vec![1, configuration.batch_size];
    batch_sizes.dedup();
    let side = configuration.image_px as i64;
    let images = |batch: u64| {
        let drawn = Tensor::randn(
            [batch as i64, side, side, 3],
            (Kind::Float, computer.device),
        );
        drawn
            .to_kind(multiplied_kind(arithmetic))
            .permute([0, 3, 1, 2]) // channels last
    };
    let inputs: Vec<(u64, Tensor)> = batch_sizes
        .iter()
        .map(|&batch| (batch, images(batch)))
        .collect();
    let quiet = pass();
    let mut spans = Spans::default();
    let mut layers = Vec::new();
    for (_, images) in &inputs {
        (0..timing.warm_up_iterations).for_each(|_| forward(network, images, &quiet));
    }
    for _ in 0..timing.trials {
        for (batch, images) in &inputs {
            let clock = LayerClock::new(&computer);
            forward(network, images, &pass().watched(&clock));
            layers = clock.read(&mut spans, *batch);
            let whole = |iterations: u64| {
                seconds(&computer, || {
                    (0..iterations).for_each(|_| forward(network, images, &quiet));
                })
            };
            let name = configuration.network.as_str();
            spans.push((name, "network", TimedSpan::FULL_PASS), *batch, 1, whole(1));
            let iterations = timing.iterations;
            spans.push(
                (name, "network", TimedSpan::UNSYNCHRONISED_ITERATIONS),
                *batch,
                iterations,
                whole(iterations),
            );
        }
    }

    // The record.
    environment.ended = Timestamp::now();
    let record = Record {
        schema_version: SCHEMA_VERSION,
        experiment: run.experiment.clone(),
        run: run.id.clone(),
        completion: Completion::Complete,
        configuration: run.configuration.clone(),
        environment,
        earlier_sessions: Vec::new(),
        measured: Measured::Timed(Timed {
            counted: Counted {
                parameters,
                layers,
                images_per_class: BTreeMap::new(),
            },
            timed_spans: spans.0,
        }),
        digest: Digest::default(),
    };
    Ok(record.write(&record_path(&options.runs, &run.experiment, &run.id))?)
}

/// One pass whose result nobody looks at.
fn forward(network: &dyn Network, images: &Tensor, pass: &Pass) {
    let _ = no_grad(|| network.forward(images, pass));
}

/// The time from a synchronised device to a synchronised device, in seconds.
fn seconds(computer: &Computer, work: impl FnOnce()) -> f64 {
    computer.synchronise();
    let started = Instant::now();
    work();
    computer.synchronise();
    started.elapsed().as_secs_f64()
}

/// All spans, each with its trials so far.
#[derive(Default)]
struct Spans(Vec<TimedSpan>);

impl Spans {
    /// Adds a trial to the span of this layer, kind and name.
    fn push(
        &mut self,
        (layer, kind, span): (&str, &str, &str),
        batch_size: u64,
        iterations: u64,
        seconds: f64,
    ) {
        let same = |known: &&mut TimedSpan| {
            (known.layer.as_str(), known.span.as_str(), known.batch_size)
                == (layer, span, batch_size)
        };
        if let Some(known) = self.0.iter_mut().find(same) {
            return known.seconds.push(seconds);
        }
        self.0.push(TimedSpan {
            layer: layer.to_owned(),
            kind: kind.to_owned(),
            span: span.to_owned(),
            batch_size,
            iterations,
            seconds: vec![seconds],
        });
    }
}

/// Times each layer, with the device synchronised before and after it.
struct LayerClock<'a> {
    computer: &'a Computer,
    started: Cell<Instant>,
    times: RefCell<Vec<(LayerShape, &'static str, f64)>>,
}

impl LayerClock<'_> {
    fn new(computer: &Computer) -> LayerClock<'_> {
        LayerClock {
            computer,
            started: Cell::new(Instant::now()),
            times: RefCell::default(),
        }
    }

    /// Puts the times into `spans`; gives the shapes of the layers' outputs.
    fn read(self, spans: &mut Spans, batch_size: u64) -> Vec<LayerShape> {
        let times = self.times.into_inner();
        for (shape, kind, seconds) in &times {
            spans.push(
                (&shape.layer, kind, TimedSpan::SYNCHRONISED_LAYER),
                batch_size,
                1,
                *seconds,
            );
        }
        times.into_iter().map(|(shape, ..)| shape).collect()
    }
}

impl Watch for LayerClock<'_> {
    fn before(&self) {
        self.computer.synchronise();
        self.started.set(Instant::now());
    }

    fn after(&self, layer: &str, kind: &'static str, output: &Tensor) {
        self.computer.synchronise();
        let seconds = self.started.get().elapsed().as_secs_f64();
        let output = output.size()[1..].iter().map(|&side| side as u64).collect();
        let shape = LayerShape {
            layer: layer.to_owned(),
            output,
        };
        self.times.borrow_mut().push((shape, kind, seconds));
    }
}
