//! The plan: every run that there should be, from `experiments/plan.toml`.
//!
//! A run takes what it does not say itself from the table `[defaults.EXPERIMENT]`, key by key; to the list `accepted`
//! there its own is added. `depth` may be left out, since the network says it:
//!
//! ```toml
//! [defaults.loss_curve]
//! hardware = "cuda"
//! priority = 2
//! [defaults.loss_curve.configuration]
//! batch_size = 128
//!
//! [[run]]
//! id = "resnet20-bf16-1"
//! experiment = "loss_curve"
//! configuration = { network = "resnet20", arithmetic = "bf16", seed = 1 }
//! ```
//!
//! Defaults that are `like` others take from those what they do not say themselves. A grid is a run for each
//! combination of the points of its axes. A point is a value of the configuration, or a table of anything that a run
//! says, with the text that stands for it in the ids. Seeds may be counted from run to run. A `[[run]]` with the id of a
//! grid's run says what is different in that one:
//!
//! ```toml
//! [[grid]]
//! id = "loss-{network}-{on}"
//! experiment = "loss_curve"
//! configuration.seed = { first = 1 }
//! [grid.axes]
//! on = [
//!   { as = "bf16", configuration.arithmetic = "bf16" },
//!   { as = "k80", hardware = "K80", configuration.arithmetic = "fp32" },
//! ]
//! network = ["resnet20", "resnet32"]
//!
//! [[run]]
//! id = "loss-resnet32-k80"
//! priority = 9
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::configuration::Configuration;
use crate::digest::Digest;
use crate::environment::{DeviceKind, Environment};
use crate::files::read_text;
use crate::nearest::nearest_hint;
use crate::slurm::Slurm;
use crate::{cards, plan_file, present};

/// The longest plan, in bytes.
const PLAN_BYTES: u64 = 16 << 20;

/// All planned runs, in the order of the file, and what makes them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The runs; ids are unique.
    pub runs: Vec<PlannedRun>,
    /// How they are submitted to Slurm.
    pub slurm: Slurm,
}

/// One planned run, whose configuration is of any kind, or of the kind `C`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedRun<C = Configuration> {
    /// Id, unique in the plan.
    pub id: String,
    /// Name of the experiment, which is the name of its program.
    pub experiment: String,
    /// Where the run may be made.
    pub hardware: Hardware,
    /// Rank among the missing runs; the smallest is made first.
    pub priority: u64,
    /// What the run does.
    pub configuration: C,
    /// Contents that changed after the run was recorded and that do not make it stale.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Accepted>,
    /// The grid that the run is of, by its `id` with the names of the axes.
    #[serde(skip)]
    pub grid: Option<String>,
}

/// A content of a source file, data or weights under which a recorded run still counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// What changed: a source file's path from the repository's root, or a field such as `configuration.data.digest`.
    pub file: String,
    /// Digest of its changed content, the current one: a further change is stale again.
    pub digest: Digest,
    /// Where a part of the file is now, that records of it do not name: a change of that is stale too.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub moved_to: Option<MovedTo>,
    /// Why the result is the same.
    pub reason: String,
}

/// A source file that a part of another one was moved to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovedTo {
    /// Its path from the repository's root.
    pub file: String,
    /// Digest of its tokens, see [`SourceDigests::CompiledTokens`](crate::SourceDigests::CompiledTokens).
    pub digest: Digest,
}

/// Where a planned run may be made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hardware {
    /// On any device.
    Any,
    /// On a CPU.
    Cpu,
    /// On any GPU under CUDA.
    Cuda,
    /// On a GPU whose name has this word, such as `V100`.
    Card(String),
}

impl Plan {
    /// Reads the plan at `path`.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each with its line.
    pub fn read(path: &Path) -> Result<Plan, PlanError> {
        let file = path.display().to_string();
        match read_text(path, PLAN_BYTES) {
            Ok(text) => Plan::parse(&text, &file),
            Err(error) => Err(PlanError {
                file,
                problems: vec![(None, format!("cannot be read: {error}"))],
            }),
        }
    }

    /// Reads a plan's text; `file` is its name in errors.
    ///
    /// # Errors
    /// Everything that is wrong with the text, each with its line.
    pub fn parse(text: &str, file: &str) -> Result<Plan, PlanError> {
        plan_file::parse(text).map_err(|problems| PlanError {
            file: file.to_owned(),
            problems,
        })
    }

    /// The run with this id.
    pub fn run(&self, id: &str) -> Option<&PlannedRun> {
        self.runs.iter().find(|run| run.id == id)
    }

    /// The run with this id.
    ///
    /// # Errors
    /// That the plan in `file` has none, and the nearest id.
    pub fn expect_run(&self, id: &str, file: &Path) -> Result<&PlannedRun, String> {
        self.run(id).ok_or_else(|| {
            let hint = nearest_hint(id, self.runs.iter().map(|run| run.id.as_str()));
            let hint = match hint.is_empty() {
                true => "; hint: `scripts/plan status` lists the runs".to_owned(),
                false => hint,
            };
            format!("`{}` has no run `{id}`{hint}", file.display())
        })
    }

    /// The ids of the runs that `wanted` names, each by its id or by a pattern such as `loss-*-bf16`.
    ///
    /// # Errors
    /// A name or pattern that no run of the plan in `file` has.
    pub fn chosen(&self, wanted: &[String], file: &Path) -> Result<BTreeSet<&str>, String> {
        let mut chosen = BTreeSet::new();
        for name in wanted {
            if !name.contains('*') {
                chosen.insert(self.expect_run(name, file)?.id.as_str());
                continue;
            }
            let ids = self.runs.iter().map(|run| run.id.as_str());
            let fitting: Vec<&str> = ids.filter(|id| fits(id, name)).collect();
            if fitting.is_empty() {
                let file = file.display();
                return Err(format!(
                    "`{file}` has no run like `{name}`; hint: `scripts/plan status` lists the runs"
                ));
            }
            chosen.extend(fitting);
        }
        Ok(chosen)
    }
}

impl<C> PlannedRun<C> {
    /// The same run with a configuration that `make` makes of its own.
    pub(crate) fn map<D>(self, make: impl FnOnce(C) -> D) -> PlannedRun<D> {
        PlannedRun {
            id: self.id,
            experiment: self.experiment,
            hardware: self.hardware,
            priority: self.priority,
            configuration: make(self.configuration),
            accepted: self.accepted,
            grid: self.grid,
        }
    }
}

impl PlannedRun {
    /// The command that makes the run.
    pub fn command(&self) -> String {
        command(&self.id)
    }

    /// The run as a `[[run]]` that takes nothing from elsewhere.
    pub fn to_toml(&self) -> String {
        let run = PlannedRun {
            grid: None,
            ..self.clone()
        };
        let document = BTreeMap::from([("run", [run])]);
        toml::to_string(&document).expect("a run is a table of texts, numbers and lists")
    }
}

/// The command that makes a run, in the repository's root.
pub fn command(run: &str) -> String {
    format!("scripts/plan run {run}")
}

/// A run's id as a part of a dotted name: `resnet20_bf16_1`.
pub fn underscored(id: &str) -> String {
    id.replace(['-', '.'], "_")
}

/// Whether a run's id is what `pattern` says, in which `*` stands for any characters.
pub fn fits(id: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let start = parts.next().unwrap_or_default();
    let Some(end) = parts.next_back() else {
        return pattern == id;
    };
    let inside = { id.strip_prefix(start) }.and_then(|rest| rest.strip_suffix(end));
    let behind = |rest: &str, part: &str| rest.find(part).map(|at| at + part.len());
    let found = inside
        .and_then(|inside| parts.try_fold(inside, |rest, part| Some(&rest[behind(rest, part)?..])));
    found.is_some()
}

impl Hardware {
    /// Whether a run that was made in `environment` counts as made on this hardware.
    pub fn admits(&self, environment: &Environment) -> bool {
        self.admits_device(&environment.device, environment.device_kind)
    }

    /// Whether a run may be made on the device of this name and kind.
    pub fn admits_device(&self, name: &str, kind: DeviceKind) -> bool {
        match self {
            Hardware::Any => true,
            Hardware::Cpu => kind == DeviceKind::Cpu,
            Hardware::Cuda => kind == DeviceKind::Cuda,
            // Whole words, so that `A10` is not found in `NVIDIA A100`.
            Hardware::Card(card) => {
                kind == DeviceKind::Cuda
                    && name
                        .split(|c: char| !c.is_ascii_alphanumeric())
                        .any(|word| word == card)
            }
        }
    }
}

impl fmt::Display for Hardware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Hardware::Any => "any",
            Hardware::Cpu => "cpu",
            Hardware::Cuda => "cuda",
            Hardware::Card(card) => card,
        })
    }
}

impl Serialize for Hardware {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hardware {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Hardware, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "any" => Ok(Hardware::Any),
            "cpu" => Ok(Hardware::Cpu),
            "cuda" => Ok(Hardware::Cuda),
            card => match cards::hardware_fault(card) {
                None => Ok(Hardware::Card(text)),
                Some(fault) => Err(de::Error::custom(fault)),
            },
        }
    }
}

/// Everything that is wrong with a plan, one line of text per problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// Name of the file.
    pub file: String,
    /// Line, counted from 1, where there is one, and what is wrong there.
    pub problems: Vec<(Option<usize>, String)>,
}

impl std::error::Error for PlanError {}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (line, problem)) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            write!(f, "{separator}{}{line}: {problem}", self.file)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_any_characters() {
        for pattern in [
            "sort-a-1",
            "*",
            "sort-*",
            "*-1",
            "s*-a-*1",
            "sort-a-1*",
            "**o**-**",
        ] {
            assert!(fits("sort-a-1", pattern), "{pattern}");
        }
        for pattern in [
            "",
            "sort",
            "sort-a-1-*",
            "*-2",
            "s*a*a*1",
            "sort-a-1*1",
            "a*",
        ] {
            assert!(!fits("sort-a-1", pattern), "{pattern}");
        }
    }
}
