//! What is right and fastest on this card: our kernels against libtorch's operations, in programs of their own, since one
//! that is wrong may take its program along.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, bail, ensure};
use clap::Args;
use experiments::data::cifar10::{CLASSES, TRAIN_IMAGES};
use experiments::session::training;
use experiments::this_device::ThisDevice;
use experiments::{budget, networks, say};
use results::{Arithmetic, Plan, PlannedRun};
use serde::Deserialize;

use crate::choice::{Candidate, Choice, Way};
use crate::time::StepTimes;

/// Time between two looks at a program.
const TICK: Duration = Duration::from_millis(50);
/// The stage that the others rest on.
const BASE: &str = "norm";
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

/// What the self-check says of a stage.
#[derive(Debug, Deserialize)]
struct Judged {
    stage: String,
    is_right: bool,
}

/// Chooses, and says what and why.
pub(crate) fn choose(options: &Choose) -> Result<()> {
    let deadline = Instant::now() + options.budget;
    let plan = Plan::read(&options.plan)?;
    let chosen = plan
        .chosen(&options.ids, &options.plan)
        .map_err(Error::msg)?;
    let device = match options.device.as_deref() {
        Some("cpu") => ThisDevice::cpu(),
        _ => ThisDevice::find(),
    };
    let here = |run: &&PlannedRun| chosen.contains(run.id.as_str()) && device.suits(&run.hardware);
    let runs: Vec<&PlannedRun> = plan.runs.iter().filter(here).collect();
    ensure!(
        !runs.is_empty(),
        "none of these runs is for {device}; hint: `plan status` tells for which cards they are"
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
    // What is always needed comes first, then what is fastest where all goes well.
    let timed = |fused: Vec<String>| {
        let times = time(options, &ids, &fused, deadline)?;
        Ok(Way { fused, times })
    };
    let mut ways = vec![timed(Vec::new()).context("libtorch's operations were not timed")?];
    let mut left = Vec::new();
    let right = right_stages(options, deadline, &mut left)?;
    let norm = right.first().filter(|stage| *stage == BASE).cloned();
    let alone = norm.filter(|_| right.len() > 1).map(|norm| vec![norm]);
    let all = Some(right).filter(|right| !right.is_empty());
    for stages in all.into_iter().chain(alone) {
        let names = stages.join(", ");
        match timed(stages) {
            Ok(way) => ways.push(way),
            Err::<_, Error>(error) => {
                left.push(format!("our kernels ({names}) are not used: {error:#}"))
            }
        }
    }
    let choice = Choice::new(device.name().to_owned(), candidates, ways, left);
    choice.write(&options.choice)?;
    say::line(&choice.to_string());
    Ok(())
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

/// The stages that are right on this device, if that on which the others rest is; why others are not used is `left`.
fn right_stages(
    options: &Choose,
    deadline: Instant,
    left: &mut Vec<String>,
) -> Result<Vec<String>> {
    let Ended { said, failure } = program(options, "self_check", &[], deadline)?;
    left.extend(failure.map(|why| format!("of our kernels not all are used: {why}")));
    Ok(right(&said))
}

/// The stages that are right by what the self-check `said`, if the first is. Where it failed, or the time was over, its last
/// line may be a part of one.
fn right(said: &str) -> Vec<String> {
    let judged = said
        .lines()
        .map_while(|line| serde_json::from_str(line).ok());
    let right = judged.filter(|judged: &Judged| judged.is_right);
    let right: Vec<String> = right.map(|judged| judged.stage).collect();
    let has_base = right.first().is_some_and(|stage| stage == BASE);
    if has_base { right } else { Vec::new() }
}

/// The times of one way.
fn time(options: &Choose, ids: &[&str], fused: &[String], deadline: Instant) -> Result<StepTimes> {
    let (plan, seconds) = (
        options.plan.display().to_string(),
        options.seconds.to_string(),
    );
    let fused = fused.join(",");
    let mut arguments = vec!["time"];
    arguments.extend(ids);
    arguments.extend(["--plan", &plan, "--seconds", &seconds]);
    if !fused.is_empty() {
        arguments.extend(["--fused", &fused]);
    }
    let Ended { said, failure } = program(options, "campaign", &arguments, deadline)?;
    match failure {
        None => Ok(serde_json::from_str(&said)?),
        Some(why) => bail!(why),
    }
}

/// What a program beside this one printed, and how it failed.
struct Ended {
    said: String,
    failure: Option<String>,
}

/// Runs a program, until the deadline at most.
fn program(options: &Choose, name: &str, arguments: &[&str], deadline: Instant) -> Result<Ended> {
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
    let mut late = false;
    while !late && child.try_wait()?.is_none() {
        sleep(TICK);
        late = Instant::now() >= deadline;
    }
    if late {
        child.kill()?;
    }
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output()?;
    let errors = String::from_utf8_lossy(&stderr);
    let why = errors.lines().rfind(|line| line.starts_with("error: "));
    let failure = match (late, status.success()) {
        (true, _) => Some(format!("`{name}` was not done when the time was over")),
        (false, false) => Some(format!(
            "`{name}`: {status}, {}",
            why.unwrap_or(&errors).trim()
        )),
        (false, true) => None,
    };
    Ok(Ended {
        said: String::from_utf8_lossy(&stdout).into_owned(),
        failure,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_judged_counts() {
        let line = |stage: &str, is_right: bool| {
            format!(
                "{}\n",
                serde_json::json!({ "stage": stage, "is_right": is_right, "images": 8 })
            )
        };
        let [norm, conv16, conv32] = [("norm", true), ("conv16", false), ("conv32", true)]
            .map(|(stage, is_right)| line(stage, is_right));
        assert_eq!(
            right(&[&norm[..], &conv16, &conv32].concat()),
            ["norm", "conv32"]
        );
        // Ended within a line.
        assert_eq!(right(&[&norm, &conv32[..20]].concat()), ["norm"]);
        // The others rest on the first.
        assert!(right(&[&line("norm", false), &conv32[..]].concat()).is_empty());
        assert!(right("").is_empty());
    }
}
