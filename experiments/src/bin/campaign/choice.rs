//! What was chosen, why, and what follows for a budget.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use std::{fmt, fs};

use anyhow::{Context, Result};
use experiments::progress::duration;
use results::files::replace_file;
use serde::{Deserialize, Serialize};

use crate::time::StepTimes;

/// How much faster runs must be side by side to be made so.
const GAIN: f64 = 1.05;
/// What steps leave of the time: data, captures, evaluation.
const SHARE_OF_STEPS: f64 = 0.85;
/// The longest state that archives carry, in bytes.
const CARRIED_BYTES: u64 = 16_000_000;

/// What is known of a run before it is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Candidate {
    /// Its steps, all epochs together.
    pub(crate) steps: f64,
    /// What a checkpoint takes.
    pub(crate) state_bytes: u64,
}

/// The way that was chosen, and what it was chosen by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    /// Name of the card.
    pub(crate) device: String,
    /// By our own kernels.
    pub(crate) fused: bool,
    /// Why our kernels are not used; none where they are.
    pub(crate) why_plain: Option<String>,
    /// All runs in one program, side by side.
    pub(crate) side_by_side: bool,
    /// What all runs take in this way, in seconds.
    pub(crate) seconds: f64,
    /// The runs by their ids.
    pub(crate) runs: BTreeMap<String, Candidate>,
    /// Times by libtorch's operations.
    pub(crate) plain: StepTimes,
    /// Times by our kernels, where they are right.
    pub(crate) by_kernels: Option<StepTimes>,
}

/// What all runs take with these times, in seconds, and whether side by side.
fn seconds(runs: &BTreeMap<String, Candidate>, times: &StepTimes) -> (f64, bool) {
    let alone: f64 = { runs.iter() }
        .map(|(id, run)| run.steps * times.alone[id])
        .sum();
    // Of n runs that each take as long as alone n are made at once; where each takes n times as long, one.
    let at_once: f64 = { runs.keys() }
        .map(|id| times.alone[id] / times.together[id])
        .sum();
    match runs.len() > 1 && at_once > GAIN {
        true => (alone / at_once, true),
        false => (alone, false),
    }
}

impl Choice {
    /// Chooses the faster way. `kernels` are the times by our kernels, or why they are not used.
    pub(crate) fn new(
        device: String,
        runs: BTreeMap<String, Candidate>,
        plain: StepTimes,
        kernels: Result<StepTimes, String>,
    ) -> Choice {
        let (by_plain, plain_beside) = seconds(&runs, &plain);
        let kernels = kernels.map(|times| (seconds(&runs, &times), times));
        let (fused, why_plain) = match &kernels {
            Ok(((by_kernels, _), _)) if *by_kernels < by_plain => (true, None),
            Ok(((by_kernels, _), _)) => {
                let why = format!(
                    "our kernels take {by_kernels:.0} s, libtorch's operations {by_plain:.0} s"
                );
                (false, Some(why))
            }
            Err(why) => (false, Some(why.clone())),
        };
        let (seconds, side_by_side) = match &kernels {
            Ok((of_kernels, _)) if fused => *of_kernels,
            _ => (by_plain, plain_beside),
        };
        Choice {
            device,
            fused,
            why_plain,
            side_by_side,
            seconds,
            runs,
            plain,
            by_kernels: kernels.ok().map(|(_, times)| times),
        }
    }

    /// The runs that are worth beginning: a state that no archive carries would be lost, so such a run must end within
    /// the budget, and the others can go on another time.
    pub(crate) fn within(&self, budget: Duration) -> Vec<&str> {
        let times = self.by_kernels.as_ref().filter(|_| self.fused);
        let times = times.unwrap_or(&self.plain);
        let of_step = match self.side_by_side {
            true => &times.together,
            false => &times.alone,
        };
        let ends = |id: &String, run: &Candidate| {
            run.steps * of_step[id] <= SHARE_OF_STEPS * budget.as_secs_f64()
        };
        let worth = { self.runs.iter() }
            .filter(|(id, run)| run.state_bytes <= CARRIED_BYTES || ends(id, run));
        worth.map(|(id, _)| id.as_str()).collect()
    }

    /// Reads what [`Choice::write`] wrote.
    ///
    /// # Errors
    /// No such file.
    pub(crate) fn read(path: &Path) -> Result<Choice> {
        let choice = fs::read_to_string(path).map_err(anyhow::Error::from);
        let choice = choice.and_then(|text| Ok(serde_json::from_str(&text)?));
        choice.with_context(|| {
            format!(
                "`{}` holds no choice; hint: `campaign choose` writes it",
                path.display()
            )
        })
    }

    /// Writes it to a file.
    ///
    /// # Errors
    /// What the file system refuses.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        replace_file(path, text.as_bytes()).with_context(|| format!("`{}`", path.display()))
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.fused {
            "by our kernels"
        } else {
            "by libtorch's operations"
        };
        let beside = if self.side_by_side {
            "side by side"
        } else {
            "one after the other"
        };
        let time = duration(self.seconds);
        match self.runs.len() {
            1 => write!(f, "{}: {way}, {time} for the run", self.device)?,
            runs => write!(
                f,
                "{}: {way}, {beside}, {time} for {runs} runs",
                self.device
            )?,
        }
        match &self.why_plain {
            Some(why) => write!(f, "; {why}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(alone: [f64; 2], together: [f64; 2]) -> StepTimes {
        let by_id = |[small, large]: [f64; 2]| {
            BTreeMap::from([("small".to_owned(), small), ("large".to_owned(), large)])
        };
        StepTimes {
            alone: by_id(alone),
            together: by_id(together),
            operations: BTreeMap::new(),
        }
    }

    fn runs() -> BTreeMap<String, Candidate> {
        let run = |steps, state_bytes| Candidate { steps, state_bytes };
        BTreeMap::from([
            ("small".to_owned(), run(1000.0, 2_000_000)),
            ("large".to_owned(), run(1000.0, 89_000_000)),
        ])
    }

    fn choice(plain: StepTimes, kernels: Result<StepTimes, String>) -> Choice {
        Choice::new("a card".to_owned(), runs(), plain, kernels)
    }

    /// 1,000 steps of 2 ms and as many of 3 ms are 5 s. Side by side at 3 ms and 4.5 ms a second holds as much as 4/3 s alone.
    #[test]
    fn side_by_side_where_it_gains() {
        let plain = choice(
            times([0.002, 0.003], [0.003, 0.0045]),
            Err("wrong".to_owned()),
        );
        assert!(plain.side_by_side && !plain.fused);
        assert!((plain.seconds - 3.75).abs() < 1e-9, "{}", plain.seconds);
        assert_eq!(plain.why_plain.as_deref(), Some("wrong"));
        let plain = choice(
            times([0.002, 0.003], [0.004, 0.006]),
            Err("wrong".to_owned()),
        );
        assert!(!plain.side_by_side);
        assert!((plain.seconds - 5.0).abs() < 1e-9);
    }

    /// One run gains nothing from itself, whatever the clock says.
    #[test]
    fn one_run_is_made_alone() {
        let one = BTreeMap::from([("small".to_owned(), runs()["small"].clone())]);
        let plain = times([0.003, 0.0], [0.002, 0.0]);
        let plain = Choice::new("a card".to_owned(), one, plain, Err("wrong".to_owned()));
        assert!(!plain.side_by_side);
        assert_eq!(
            plain.to_string(),
            "a card: by libtorch's operations, 3 s for the run; wrong"
        );
    }

    #[test]
    fn kernels_where_they_are_faster() {
        let plain = times([0.002, 0.003], [0.003, 0.0045]);
        let faster = choice(plain.clone(), Ok(times([0.001, 0.002], [0.002, 0.004])));
        assert!(faster.fused && !faster.side_by_side);
        assert!((faster.seconds - 3.0).abs() < 1e-9);
        assert_eq!(faster.why_plain, None);
        let told = "a card: by our kernels, one after the other, 3 s for 2 runs";
        assert_eq!(faster.to_string(), told);
        let slower = choice(plain.clone(), Ok(times([0.02, 0.04], [0.04, 0.08])));
        assert!(!slower.fused && slower.side_by_side);
        let why = "our kernels take 60 s, libtorch's operations 4 s";
        assert_eq!(slower.why_plain.as_deref(), Some(why));
    }

    /// The large one takes 1,000 × 4.5 ms, which is more than 85 % of 5 s and less than that of 6 s.
    #[test]
    fn what_cannot_be_carried_must_end() {
        let plain = choice(
            times([0.002, 0.003], [0.003, 0.0045]),
            Err("wrong".to_owned()),
        );
        assert_eq!(plain.within(Duration::from_secs(5)), ["small"]);
        assert_eq!(plain.within(Duration::from_secs(6)), ["large", "small"]);
    }
}
