//! SGD steps from given weights on given batches: the losses, and the speed.
//!
//! `scripts/compare-with-pytorch.py` writes the weights and batches, lets PyTorch do the same and compares.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Parser;
use experiments::device::Computer;
use experiments::fused::FusedOption;
use experiments::graph::capture;
use experiments::model::Model;
use experiments::sgd::Sgd;
use experiments::shim::Graph;
use results::{Arithmetic, Trainable};
use safetensors::SafeTensors;
use serde::de::DeserializeOwned;
use serde_json::json;
use tch::{Kind, Tensor};

/// Takes SGD steps with momentum 0.9, weight decay 5e-4 and learning rate 0.1, and prints one line of JSON.
#[derive(Debug, Parser)]
struct Options {
    /// Network by name
    #[arg(long)]
    network: String,
    /// safetensors file with the parameters by name, `images` [steps, batch, 3, side, side] and `labels` [steps, batch]
    #[arg(long, value_name = "FILE")]
    inputs: PathBuf,
    /// fp32, tf32 or bf16
    #[arg(long, default_value = "fp32", value_parser = named::<Arithmetic>)]
    arithmetic: Arithmetic,
    /// CPU threads
    #[arg(long, default_value_t = 2)]
    threads: u64,
    /// `cpu` or `cuda`
    #[arg(long, default_value = "cpu")]
    device: String,
    /// Repeat a CUDA graph of the step
    #[arg(long)]
    graph: bool,
    #[command(flatten)]
    fused: FusedOption,
}

fn main() -> ExitCode {
    experiments::exit(run())
}

fn run() -> Result<()> {
    let options = Options::parse();
    let computer = Computer::find(Some(&options.device), options.arithmetic, options.threads)?;
    let mut tensors = read(&options)?;
    let images = tensors
        .remove("images")
        .context("`images` is missing")?
        .to_device(computer.device)
        .permute([0, 1, 3, 4, 2]) // [steps, batch, side, side, 3]: channels last
        .contiguous();
    let labels = tensors
        .remove("labels")
        .context("`labels` is missing")?
        .to_device(computer.device);

    let model = Model::new(
        &options.network,
        10,
        Trainable::All,
        options.arithmetic,
        0,
        computer.device,
    )?;
    let model = match options.fused.stages()? {
        Some(fused) => model.fused(&computer.kernels(&fused)?)?,
        None => model,
    };
    model.weights.load(&tensors, |_| true)?;
    let mut sgd = Sgd::new(
        model.weights.leaves().all(),
        0.9,
        5e-4,
        computer.shim.as_ref(),
    );
    sgd.set_rate(0.1);

    // A step reads its number from the device and leaves its loss there, so that a graph can repeat it.
    let steps = images.size()[0];
    let mut number = Tensor::zeros([1], (Kind::Int64, computer.device));
    let mut losses = Tensor::zeros([steps], (Kind::Float, computer.device));
    let mut state = model.weights.state();
    state.extend([sgd.velocity().shallow_clone(), number.shallow_clone()]);
    let mut step = || {
        let of_step = |tensor: &Tensor| tensor.index_select(0, &number).squeeze_dim(0);
        let channels_last = of_step(&images).permute([0, 3, 1, 2]);
        let logits = model.training_logits(&channels_last.to_kind(model.kind()));
        let loss = logits.cross_entropy_for_logits(&of_step(&labels));
        let leaves = model.weights.leaves();
        sgd.step(leaves, leaves.gradients_of(&loss));
        let _ = losses.index_copy_(0, &number, &loss.detach().reshape([1]));
        number += 1;
    };
    let graph = match (options.graph, &computer.shim) {
        (false, _) => None,
        (true, Some(shim)) => Some(capture(shim, state, &mut step)?),
        (true, None) => {
            bail!("`--graph` needs the shim; hint: build with g++ and the CUDA libtorch")
        }
    };
    computer.uses_graph.set(graph.is_some());
    let mut next = || match &graph {
        Some(graph) => graph.replay(),
        None => step(),
    };
    next(); // not timed: it allocates
    computer.synchronise();
    let started = Instant::now();
    (1..steps).for_each(|_| next());
    computer.synchronise();
    let timed_images = (steps - 1) * images.size()[1];
    let speed = timed_images as f64 / started.elapsed().as_secs_f64();
    let losses = Vec::<f64>::try_from(&losses.to_kind(Kind::Double))?;
    println!(
        "{}",
        json!({
            "losses": losses,
            "images_per_second": speed,
            "operations_per_step": graph.as_ref().map(Graph::operations),
            "libtorch": computer.libtorch(),
        })
    );
    Ok(())
}

fn read(options: &Options) -> Result<BTreeMap<String, Tensor>> {
    let bytes =
        fs::read(&options.inputs).with_context(|| format!("`{}`", options.inputs.display()))?;
    let tensors = SafeTensors::deserialize(&bytes)?.tensors().into_iter();
    tensors
        .map(|(name, view)| {
            let kind = if name == "labels" {
                Kind::Int64
            } else {
                Kind::Float
            };
            let shape: Vec<i64> = view.shape().iter().map(|&side| side as i64).collect();
            Ok((name, Tensor::f_from_data_size(view.data(), &shape, kind)?))
        })
        .collect()
}

/// Reads a value by its name in records and plans.
fn named<T: DeserializeOwned>(name: &str) -> Result<T, String> {
    serde_json::from_value(name.into()).map_err(|error| error.to_string())
}
