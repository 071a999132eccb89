//! How does the training loss fall, step by step, for networks of different depth on different hardware?
//!
//! Trains one network from random weights on CIFAR-10 by the plan's schedule and writes one row per epoch. The last row
//! is the result; no row is chosen by its test accuracy.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::thread::{self, ScopedJoinHandle};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use experiments::data;
use experiments::data::augmentation::PaddedSplit;
use experiments::data::cifar10::{CLASSES, Cifar10, SIDE};
use experiments::device::Computer;
use experiments::from_scratch;
use experiments::fused::{Fused, FusedOption};
use experiments::gate::Place;
use experiments::graph::StepGraph;
use experiments::options::Options;
use experiments::progress::Stage;
use experiments::session::{Evaluations, Session, is_wanted, training};
use results::{Counted, DeviceKind, TestResult};

/// What stands before the reason for which a step was not captured.
const NOT_CAPTURED: &str = "the training step does not become a CUDA graph; hint: `--eager` takes the steps one \
                            operation after the other";

/// Trains a network of the plan's Problem 4.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    /// Make these runs too, at the same time, each on a CUDA stream of its own; that of `--run` has priority
    #[arg(long, value_name = "ID", num_args = 1..)]
    beside: Vec<String>,
    #[command(flatten)]
    fused: FusedOption,
}

/// How a run is made beside what the plan says of it.
struct Way {
    /// What is done by our own kernels.
    fused: Option<Fused>,
    /// A place before the gate of the runs beside it, where there are.
    place: Option<Place>,
    /// Before the runs beside it.
    priority: bool,
}

fn main() -> ExitCode {
    let Arguments {
        options,
        beside,
        fused,
    } = Arguments::parse();
    let made = fused.stages().and_then(|fused| match &beside[..] {
        [] => experiment(
            &options,
            Way {
                fused,
                place: None,
                priority: false,
            },
        ),
        others => side_by_side(&options, others, fused.as_ref()),
    });
    experiments::exit(made)
}

/// Makes a run and `others`, a thread for each. None trains before the steps of all are captured: then cuDNN tries its
/// algorithms, and would measure the others' training.
fn side_by_side(options: &Options, others: &[String], fused: Option<&Fused>) -> Result<()> {
    let ids = [&options.run].into_iter().chain(others);
    let all: Vec<Options> = ids
        .map(|id| Options {
            run: id.clone(),
            runs_at_once: 1 + others.len() as u64,
            ..options.clone()
        })
        .collect();
    let arithmetic = |options: &Options| {
        let run = options.planned_run("loss_curve")?;
        Ok(training(&run)?.arithmetic)
    };
    let arithmetics = all.iter().map(arithmetic).collect::<Result<Vec<_>>>()?;
    ensure!(
        arithmetics.windows(2).all(|pair| pair[0] == pair[1]),
        "runs side by side need one arithmetic, for libtorch has one switch for all of a program's threads"
    );
    let ends: Vec<Result<()>> = thread::scope(|scope| {
        let places = Place::of_one_gate(all.len()).into_iter().map(Some);
        let ways = places.enumerate().map(|(number, place)| Way {
            fused: fused.cloned(),
            place,
            priority: number == 0,
        });
        let begin = |(options, way)| scope.spawn(move || experiment(options, way));
        let threads: Vec<_> = all.iter().zip(ways).map(begin).collect();
        let end = |thread: ScopedJoinHandle<_>| thread.join().expect("no panic in a run");
        threads.into_iter().map(end).collect()
    });
    ends.into_iter()
        .zip(&all)
        .try_for_each(|(end, options)| end.with_context(|| format!("run `{}`", options.run)))
}

/// Makes the run that `options` name; beside others, on a stream of its own.
fn experiment(options: &Options, way: Way) -> Result<()> {
    let Way {
        fused,
        place,
        priority,
    } = way;
    // What the plan asks for.
    let run = options.planned_run("loss_curve")?;
    if !is_wanted(options, &run)? {
        return Ok(());
    }
    let configuration = training(&run)?;
    let (training, planned_data) = (&configuration.training, &configuration.data);

    // Data and device.
    let computer = Computer::find(
        options.device.as_deref(),
        configuration.arithmetic,
        options.thread_count(),
    )?;
    if let (Some(_), Some(shim)) = (&place, computer.cuda_shim()) {
        shim.enter_stream(priority)?;
    }
    let folder = data::folder(options.data.as_deref())?;
    let stage = Stage::begin(&run.id, "reads the images");
    let cifar10 = Cifar10::read(&folder)?;
    drop(stage);
    data::check_digest("cifar10", &folder, &cifar10.digest, &planned_data.digest)?;
    let device = computer.device;
    let train = PaddedSplit::new(
        &cifar10.train.to_device(device),
        training.augmentation.crop_padding_px,
    );

    // Network and optimiser.
    let mut trainer = from_scratch::trainer(configuration, &computer, fused.as_ref())?;
    let counted = Counted {
        parameters: trainer.model.parameter_count(),
        layers: trainer.model.layer_shapes(SIDE as u64),
        images_per_class: BTreeMap::from([
            ("train".to_owned(), cifar10.train.images_per_class(CLASSES)),
            ("test".to_owned(), cifar10.test.images_per_class(CLASSES)),
        ]),
    };
    let test = trainer.evaluation_set(cifar10.test.to_device(device), &mut |_| true);
    let test = test.expect("nothing stops it");

    // On a GPU the steps are graphs. cuDNN chooses its algorithms in the first pass of each kind.
    let capture = |shim| StepGraph::capture(&mut trainer, &train, configuration.batch_size, shim);
    let graph = computer.cuda_shim().filter(|_| !options.eager).map(capture);
    let mut graph = graph.transpose().context(NOT_CAPTURED)?;
    computer.uses_graph.set(graph.is_some());
    if computer.kind == DeviceKind::Cuda {
        trainer.evaluate(&test, &mut |_| true);
    }
    if let Some(place) = place {
        place.pass();
    }

    // Training: an epoch, then the test split, until all is done or time to stop.
    let mut session = Session::begin(options, &run, &computer, counted, &mut trainer)?;
    let mut last = None;
    while let Some(epoch) = session.next_epoch(&trainer)? {
        let trained = match &mut graph {
            Some(graph) => graph.train_epoch(&mut trainer, epoch, &mut session)?,
            None => trainer.train_epoch(epoch, &train, &mut session)?,
        };
        let Some(trained) = trained else { break };
        let evaluate = |go_on: &mut dyn FnMut(u64) -> bool| {
            last = Some(trainer.evaluate(&test, go_on)?);
            Some(Evaluations {
                validation: None,
                test: last,
            })
        };
        if !session.finish_epoch(&trainer, train.len(), trained, evaluate)? {
            break;
        }
    }
    let images = cifar10.test.len();
    session.end(|_| {
        last.map(|e| TestResult {
            loss: e.loss,
            accuracy: e.accuracy,
            images,
            predictions: None,
        })
    })
}
