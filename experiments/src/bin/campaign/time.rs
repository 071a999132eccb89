//! The training steps of several runs in one way: of each alone, then of all side by side.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::exit;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result};
use clap::Args;
use experiments::data::Split;
use experiments::data::augmentation::PaddedSplit;
use experiments::data::cifar10::{CLASSES, SIDE};
use experiments::device::Computer;
use experiments::epoch::Trainer;
use experiments::fused::FusedOption;
use experiments::graph::StepGraph;
use experiments::part::{Onlooker, Part};
use experiments::session::training;
use experiments::{from_scratch, say};
use results::{Plan, PlannedRun};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// Batches of the made-up images.
const BATCHES: u64 = 20;
/// Steps between two waits for the device.
const STEPS_AHEAD: u64 = 10;

#[derive(Debug, Args)]
pub(crate) struct Time {
    /// Ids of loss curves of one arithmetic
    #[arg(required = true)]
    ids: Vec<String>,
    /// The plan
    #[arg(long)]
    plan: PathBuf,
    /// Seconds for each run alone, and for all side by side
    #[arg(long)]
    seconds: f64,
    /// `cpu` or `cuda`
    #[arg(long)]
    device: Option<String>,
    #[command(flatten)]
    fused: FusedOption,
}

/// What a training step of each run takes, by id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct StepTimes {
    /// Seconds, alone on the device.
    pub(crate) alone: BTreeMap<String, f64>,
    /// Seconds, while all of them train.
    pub(crate) together: BTreeMap<String, f64>,
    /// Operations of its CUDA graph; none on a CPU.
    pub(crate) operations: BTreeMap<String, Option<usize>>,
}

/// The same of one run.
struct Measured {
    alone: f64,
    together: f64,
    operations: Option<usize>,
}

/// Measures, and prints the times as one line of JSON.
pub(crate) fn time(options: &Time) -> Result<()> {
    let plan = Plan::read(&options.plan)?;
    let runs = { options.ids.iter() }.map(|id| plan.expect_run(id, &options.plan));
    let runs: Vec<&PlannedRun> = runs.collect::<Result<_, _>>().map_err(Error::msg)?;
    let all_here = Barrier::new(runs.len());
    let measured: Vec<Measured> = thread::scope(|scope| {
        let threads = runs.iter().enumerate().map(|(place, run)| {
            let all_here = &all_here;
            scope.spawn(move || {
                of_run(options, run, place, all_here).unwrap_or_else(|error| {
                    // The others wait for this one.
                    say::note(&format!("error: run `{}`: {error:#}", run.id));
                    exit(1)
                })
            })
        });
        let threads: Vec<_> = threads.collect();
        let end = |thread: thread::ScopedJoinHandle<_>| thread.join().expect("no panic");
        threads.into_iter().map(end).collect()
    });
    let mut times = StepTimes::default();
    for (run, of_run) in runs.iter().zip(measured) {
        times.alone.insert(run.id.clone(), of_run.alone);
        times.together.insert(run.id.clone(), of_run.together);
        times.operations.insert(run.id.clone(), of_run.operations);
    }
    say::line(&serde_json::to_string(&times)?);
    Ok(())
}

/// What a step takes when it is the turn of the run at this `place`, and when all runs train.
fn of_run(options: &Time, run: &PlannedRun, place: usize, all_here: &Barrier) -> Result<Measured> {
    let configuration = training(run)?;
    let computer = Computer::find(options.device.as_deref(), configuration.arithmetic, 1)?;
    if let Some(shim) = computer.cuda_shim() {
        shim.enter_stream(false)?;
    }
    let fused = options.fused.stages()?;
    let mut trainer = from_scratch::trainer(configuration, &computer, fused.as_ref())?;
    let batch_size = configuration.batch_size;
    let images = grey_images(BATCHES * batch_size).to_device(computer.device);
    let split = PaddedSplit::new(&images, configuration.training.augmentation.crop_padding_px);
    let capture = |shim| StepGraph::capture(&mut trainer, &split, batch_size, shim);
    let mut graph = computer.cuda_shim().map(capture).transpose()?;
    let operations = graph.as_ref().map(StepGraph::operations);
    let mut measure = || -> Result<f64> {
        let mut clock = Clock::new(Duration::from_secs_f64(options.seconds));
        while !clock.is_over() {
            match &mut graph {
                Some(graph) => graph.train_epoch(&mut trainer, 1, &mut clock)?,
                None => trainer.train_epoch(1, &split, &mut clock)?,
            };
        }
        computer.synchronise();
        Ok(clock.began.elapsed().as_secs_f64() / clock.steps as f64)
    };
    let mut alone = None;
    for turn in 0..options.ids.len() {
        all_here.wait();
        if turn == place {
            alone = Some(measure()?);
        }
    }
    all_here.wait();
    Ok(Measured {
        alone: alone.context("its turn came")?,
        together: measure()?,
        operations,
    })
}

/// So many images in which nothing is to be seen, and all classes.
fn grey_images(images: u64) -> Split {
    let (images, side) = (images as i64, SIDE);
    Split {
        pixels: Tensor::full(
            [images, side, side, 3],
            128,
            (Kind::Uint8, tch::Device::Cpu),
        ),
        labels: Tensor::arange(images, (Kind::Int64, tch::Device::Cpu)).remainder(CLASSES),
    }
}

/// Counts steps until the time is over.
struct Clock {
    began: Instant,
    time: Duration,
    steps: u64,
}

impl Clock {
    fn new(time: Duration) -> Clock {
        Clock {
            began: Instant::now(),
            time,
            steps: 0,
        }
    }

    fn is_over(&self) -> bool {
        self.steps > 0 && self.began.elapsed() >= self.time
    }
}

impl Onlooker for Clock {
    fn begun(&self) -> Part {
        Part::default()
    }

    fn step(&mut self, _: &Trainer, _: u64, part: &dyn Fn() -> Part) -> Result<bool> {
        self.steps += 1;
        if self.steps.is_multiple_of(STEPS_AHEAD) {
            part(); // or thousands of steps wait when the time is over
        }
        Ok(!self.is_over())
    }

    fn pass(&mut self, _: u64) -> bool {
        true
    }
}
