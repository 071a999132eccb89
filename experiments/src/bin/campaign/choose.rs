//! What is right and fastest on this card: our kernels against libtorch's operations, in programs of their own, since one
//! that is wrong may take its program along.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, bail, ensure};
use clap::Args;
use experiments::data::cifar10::{CLASSES, TRAIN_IMAGES};
use experiments::device::{cpu_name, nvidia_smi};
use experiments::session::training;
use experiments::{budget, networks, say};
use results::{Arithmetic, DeviceKind, Plan, PlannedRun};

use crate::choice::{Candidate, Choice};
use crate::time::StepTimes;

/// Time between two looks at a program.
const TICK: Duration = Duration::from_millis(50);
/// Bytes of a parameter in a checkpoint: itself and its velocity in single precision.
const STATE_BYTES: u64 = 8;

#[derive(Debug, Args)]
pub(crate) struct Choose {
    /// Ids of loss curves of one arithmetic; `*` stands for any characters
    #[arg(required = true)]
    ids: Vec<String>,
    /// The plan
    #[arg(long, value_name = "FILE", default_value = "experiments/plan.toml")]
    plan: PathBuf,
    /// Where the choice goes
    #[arg(long, value_name = "FILE", default_value = "state/campaign.json")]
    choice: PathBuf,
    /// Time for all of it
    #[arg(long, default_value = "90s", value_parser = budget::parse)]
    budget: Duration,
    /// Seconds of training for each time that is taken
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
    /// `cpu` or `cuda`; CUDA where there is a GPU, if not given
    #[arg(long)]
    device: Option<String>,
}

/// Chooses, and says what and why.
pub(crate) fn choose(options: &Choose) -> Result<()> {
    let deadline = Instant::now() + options.budget;
    let plan = Plan::read(&options.plan)?;
    let chosen = plan
        .chosen(&options.ids, &options.plan)
        .map_err(Error::msg)?;
    let (device, kind) = device(options);
    let here = |run: &&PlannedRun| {
        chosen.contains(run.id.as_str()) && run.hardware.admits_device(&device, kind)
    };
    let runs: Vec<&PlannedRun> = plan.runs.iter().filter(here).collect();
    ensure!(
        !runs.is_empty(),
        "none of these runs is for `{device}`; hint: `plan status` tells for which cards they are"
    );
    let candidates = runs.iter().map(|run| Ok((run.id.clone(), candidate(run)?)));
    let candidates: BTreeMap<String, Candidate> = candidates.collect::<Result<_>>()?;
    let arithmetics = runs.iter().map(|run| Ok(training(run)?.arithmetic));
    let arithmetics: Vec<Arithmetic> = arithmetics.collect::<Result<_>>()?;
    ensure!(
        arithmetics.windows(2).all(|pair| pair[0] == pair[1]),
        "runs side by side need one arithmetic; hint: choose for each by itself"
    );
    let ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
    // What is always needed comes first.
    let plain = time(options, &ids, false, deadline);
    let plain = plain.context("libtorch's operations were not timed")?;
    let kernels = { program(options, "self_check", &[], deadline) }
        .and_then(|_| time(options, &ids, true, deadline))
        .map_err(|error| format!("{error:#}"));
    let choice = Choice::new(device, candidates, plain, kernels);
    choice.write(&options.choice)?;
    say::line(&choice.to_string());
    Ok(())
}

/// Name and kind of the device that programs take.
fn device(options: &Choose) -> (String, DeviceKind) {
    let gpu = nvidia_smi("name").filter(|_| options.device.as_deref() != Some("cpu"));
    match gpu {
        Some(name) => (name, DeviceKind::Cuda),
        None => (cpu_name(), DeviceKind::Cpu),
    }
}

fn candidate(run: &PlannedRun) -> Result<Candidate> {
    let configuration = training(run).with_context(|| format!("run `{}`", run.id))?;
    let network = networks::build(&configuration.network, CLASSES)?;
    let steps = TRAIN_IMAGES.div_ceil(configuration.batch_size) * configuration.training.epochs;
    Ok(Candidate {
        steps: steps as f64,
        state_bytes: STATE_BYTES * network.declared.parameter_count(),
    })
}

/// The times of one way.
fn time(options: &Choose, ids: &[&str], fused: bool, deadline: Instant) -> Result<StepTimes> {
    let (plan, seconds) = (
        options.plan.display().to_string(),
        options.seconds.to_string(),
    );
    let mut arguments = vec!["time"];
    arguments.extend(ids);
    arguments.extend(["--plan", &plan, "--seconds", &seconds]);
    arguments.extend(fused.then_some("--fused"));
    Ok(serde_json::from_str(&program(
        options, "campaign", &arguments, deadline,
    )?)?)
}

/// What a program beside this one prints, unless it fails or is not done at the deadline.
fn program(options: &Choose, name: &str, arguments: &[&str], deadline: Instant) -> Result<String> {
    let path = std::env::current_exe()?.with_file_name(name);
    let mut command = Command::new(&path);
    command.args(arguments);
    if let Some(device) = &options.device {
        command.args(["--device", device]);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = { command.spawn() }.with_context(|| format!("`{}`", path.display()))?;
    while child.try_wait()?.is_none() {
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            bail!("`{name}` was not done when the time was over");
        }
        sleep(TICK);
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let why = said
        .lines()
        .rfind(|line| line.starts_with("error: "))
        .unwrap_or(&said);
    ensure!(
        output.status.success(),
        "`{name}`: {}, {}",
        output.status,
        why.trim()
    );
    Ok(String::from_utf8(output.stdout)?)
}
