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

/// A way of training, and how long its steps take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Way {
    /// The stages of our kernels, as `--fused` names them; none are libtorch's operations.
    pub(crate) fused: Vec<String>,
    pub(crate) times: StepTimes,
}

/// The way that was chosen, and what it was chosen by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    /// Name of the card.
    pub(crate) device: String,
    /// The fastest of the ways.
    pub(crate) way: Way,
    /// All runs in one program, side by side.
    pub(crate) side_by_side: bool,
    /// What all runs take in this way, in seconds.
    pub(crate) seconds: f64,
    /// The runs by their ids.
    pub(crate) runs: BTreeMap<String, Candidate>,
    /// The other ways that were timed.
    pub(crate) slower: Vec<Way>,
    /// What was not used, and why.
    pub(crate) left: Vec<String>,
}

/// What all runs take with these times, in seconds, and whether side by side.
fn seconds(runs: &BTreeMap<String, Candidate>, times: &StepTimes) -> (f64, bool) {
    let alone = { runs.iter() }.map(|(id, run)| run.steps * times.alone[id]);
    let alone: f64 = alone.sum();
    // Of n runs that each take as long as alone n are made at once; where each takes n times as long, one.
    let at_once = { runs.keys() }.map(|id| times.alone[id] / times.together[id]);
    let at_once: f64 = at_once.sum();
    match runs.len() > 1 && at_once > GAIN {
        true => (alone / at_once, true),
        false => (alone, false),
    }
}

impl Choice {
    /// Chooses the fastest way; there is one at least.
    pub(crate) fn new(
        device: String,
        runs: BTreeMap<String, Candidate>,
        mut ways: Vec<Way>,
        left: Vec<String>,
    ) -> Choice {
        ways.sort_by(|one, other| {
            let [one, other] = [one, other].map(|way| seconds(&runs, &way.times).0);
            one.total_cmp(&other)
        });
        let way = ways.remove(0);
        let (seconds, side_by_side) = seconds(&runs, &way.times);
        Choice {
            device,
            way,
            side_by_side,
            seconds,
            runs,
            slower: ways,
            left,
        }
    }

    /// The runs that are worth beginning: a state that no archive carries would be lost, so such a run must end within
    /// the budget, and the others can go on another time.
    pub(crate) fn within(&self, budget: Duration) -> Vec<&str> {
        let times = &self.way.times;
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
        write!(f, "{}: by {}, ", self.device, way_in_words(&self.way.fused))?;
        let time = duration(self.seconds);
        match (self.runs.len(), self.side_by_side) {
            (1, _) => write!(f, "{time} for the run")?,
            (runs, true) => write!(f, "side by side, {time} for {runs} runs")?,
            (runs, false) => write!(f, "one after the other, {time} for {runs} runs")?,
        }
        for Way { fused, times } in &self.slower {
            let time = duration(seconds(&self.runs, times).0);
            write!(f, "; by {} {time}", way_in_words(fused))?;
        }
        self.left.iter().try_for_each(|left| write!(f, "; {left}"))
    }
}

fn way_in_words(fused: &[String]) -> String {
    match fused {
        [] => "libtorch's operations".to_owned(),
        stages => format!("our kernels ({})", stages.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(fused: &[&str], alone: [f64; 2], together: [f64; 2]) -> Way {
        let by_id = |[small, large]: [f64; 2]| {
            BTreeMap::from([("small".to_owned(), small), ("large".to_owned(), large)])
        };
        Way {
            fused: fused.iter().map(|&stage| stage.to_owned()).collect(),
            times: StepTimes {
                alone: by_id(alone),
                together: by_id(together),
                operations: BTreeMap::new(),
            },
        }
    }

    fn runs() -> BTreeMap<String, Candidate> {
        let run = |steps, state_bytes| Candidate { steps, state_bytes };
        BTreeMap::from([
            ("small".to_owned(), run(1000.0, 2_000_000)),
            ("large".to_owned(), run(1000.0, 89_000_000)),
        ])
    }

    fn choice(ways: &[Way]) -> Choice {
        Choice::new("a card".to_owned(), runs(), ways.to_vec(), Vec::new())
    }

    /// 1,000 steps of 2 ms and as many of 3 ms are 5 s. Side by side at 3 ms and 4.5 ms a second holds as much as 4/3 s alone.
    #[test]
    fn side_by_side_where_it_gains() {
        let gains = choice(&[way(&[], [0.002, 0.003], [0.003, 0.0045])]);
        assert!(gains.side_by_side);
        assert!((gains.seconds - 3.75).abs() < 1e-9, "{}", gains.seconds);
        let gains_nothing = choice(&[way(&[], [0.002, 0.003], [0.004, 0.006])]);
        assert!(!gains_nothing.side_by_side);
        assert!((gains_nothing.seconds - 5.0).abs() < 1e-9);
    }

    /// One run gains nothing from itself, whatever the clock says.
    #[test]
    fn one_run_is_made_alone() {
        let one = BTreeMap::from([("small".to_owned(), runs()["small"].clone())]);
        let ways = vec![way(&[], [0.003, 0.0], [0.002, 0.0])];
        let left = vec!["`conv16` is not used: it is wrong".to_owned()];
        let plain = Choice::new("a card".to_owned(), one, ways, left);
        assert!(!plain.side_by_side);
        assert_eq!(
            plain.to_string(),
            "a card: by libtorch's operations, 3 s for the run; `conv16` is not used: it is wrong"
        );
    }

    #[test]
    fn the_fastest_way_is_chosen() {
        let plain = way(&[], [0.002, 0.003], [0.003, 0.0045]);
        let norm = way(&["norm"], [0.001, 0.002], [0.002, 0.004]);
        let all = way(&["norm", "conv16"], [0.02, 0.04], [0.04, 0.08]);
        for ways in [[&plain, &norm, &all], [&all, &plain, &norm]] {
            let choice = choice(&ways.map(Way::clone));
            assert_eq!(choice.way, norm);
            assert_eq!(choice.slower, [plain.clone(), all.clone()]);
            assert_eq!(
                choice.to_string(),
                "a card: by our kernels (norm), one after the other, 3 s for 2 runs; \
                 by libtorch's operations 4 s; by our kernels (norm, conv16) 1 min 0 s"
            );
        }
    }

    /// The large one takes 1,000 × 4.5 ms, which is more than 85 % of 5 s and less than that of 6 s.
    #[test]
    fn what_cannot_be_carried_must_end() {
        let plain = choice(&[way(&[], [0.002, 0.003], [0.003, 0.0045])]);
        assert_eq!(plain.within(Duration::from_secs(5)), ["small"]);
        assert_eq!(plain.within(Duration::from_secs(6)), ["large", "small"]);
    }
}
