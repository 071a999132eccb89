//! How runs are submitted to Slurm, from `[engine.slurm]` of the plan.
//!
//! ```toml
//! [engine.slurm]
//! at_once = 4                                # jobs of an array at the same time
//! before = ["module load apptainer"]         # lines of the job's script before the program
//! within = ["apptainer", "exec", "--nv", "torch.sif"]
//! [engine.slurm.options]                     # options of `sbatch` by their long names
//! partition = "gpu"
//! time = "4:00:00"
//! [engine.slurm.on.V100]                     # for runs on this hardware, over those
//! gres = "gpu:v100:1"
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZero;

use serde::{Deserialize, Serialize};

use crate::plan::Hardware;

/// Options of `sbatch`, by their long names without hyphens before.
pub type SlurmOptions = BTreeMap<String, SlurmValue>;

/// How runs are submitted to Slurm.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Slurm {
    /// Jobs of an array at the same time; as many as Slurm gives where there is none.
    pub at_once: Option<NonZero<u32>>,
    /// Time before its limit at which a job is asked to stop, in seconds: enough for a step and for saving.
    pub stop_s: u32,
    /// Lines of bash before the program, such as `module load cuda`.
    pub before: Vec<String>,
    /// Words of a command that starts the program, such as `apptainer exec --nv IMAGE`.
    pub within: Vec<String>,
    /// Options of `sbatch` for all runs.
    pub options: SlurmOptions,
    /// Options of `sbatch` for runs on one kind of hardware.
    pub on: BTreeMap<Hardware, SlurmOptions>,
}

/// The value of an option of `sbatch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a text, a whole number, `true` or `false`"
)]
pub enum SlurmValue {
    /// Whether the option is given: one without a value, or one that others have and this hardware does not.
    Flag(bool),
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

/// Options that submitting says itself.
const OWN_OPTIONS: [&str; 17] = [
    "array",
    "chdir",
    "clusters",
    "error",
    "export-file",
    "help",
    "input",
    "job-name",
    "no-requeue",
    "open-mode",
    "output",
    "parsable",
    "requeue",
    "signal",
    "test-only",
    "wait",
    "wrap",
];

/// Options of which an own one is the longer form.
const OTHER_OPTIONS: [&str; 1] = ["export"];

/// The longest time before its limit at which Slurm warns a job, in seconds.
const LONGEST_STOP_S: u32 = 65_535;

/// Options that choose nodes, beside those that ask for a GPU.
const NODE_OPTIONS: [&str; 3] = ["constraint", "nodelist", "partition"];

/// Options that ask for a GPU.
const GPU_OPTIONS: [&str; 6] = [
    "gpus",
    "gpus-per-node",
    "gpus-per-socket",
    "gpus-per-task",
    "gres",
    "tres-per-task",
];

impl Default for Slurm {
    fn default() -> Slurm {
        Slurm {
            at_once: None,
            stop_s: 60,
            before: Vec::new(),
            within: Vec::new(),
            options: SlurmOptions::new(),
            on: BTreeMap::new(),
        }
    }
}

impl Slurm {
    /// The options for runs on `hardware`, of which `own` are the last word. A run on any GPU asks for one where nothing
    /// else is said.
    ///
    /// # Errors
    /// That nothing says which nodes have the named card.
    pub fn options_on(
        &self,
        hardware: &Hardware,
        own: &SlurmOptions,
    ) -> Result<SlurmOptions, String> {
        let on = self.on.get(hardware);
        let chooses = |name: &&str| own.contains_key(*name);
        if let Hardware::Card(card) = hardware
            && on.is_none()
            && !GPU_OPTIONS.iter().chain(&NODE_OPTIONS).any(chooses)
        {
            let word = card.to_lowercase();
            return Err(format!(
                "no `[engine.slurm.on.{card}]` says how a node with one is asked for; hint: `gres = \"gpu:{word}:1\"` or \
                 `constraint = \"{word}\"`, as the site calls it"
            ));
        }
        let mut options = self.options.clone();
        options.extend(on.into_iter().flatten().map(owned));
        options.extend(own.iter().map(owned));
        let asks = GPU_OPTIONS.iter().any(|name| options.contains_key(*name));
        if !asks && matches!(hardware, Hardware::Cuda | Hardware::Card(_)) {
            options.insert("gres".to_owned(), SlurmValue::Text("gpu:1".to_owned()));
        }
        options.retain(|_, value| *value != SlurmValue::Flag(false));
        Ok(options)
    }

    /// What is wrong, each with its key from `engine.slurm` on.
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        let tables = [("options".to_owned(), &self.options)].into_iter().chain(
            self.on
                .iter()
                .map(|(hardware, options)| (format!("on.{hardware}"), options)),
        );
        for (table, options) in tables {
            for (name, value) in options {
                if let Err(fault) = check_option(name, value) {
                    faults.push((format!("{table}.{name}"), fault));
                }
            }
        }
        if !(1..=LONGEST_STOP_S).contains(&self.stop_s) {
            let fault = format!("{}, expected 1 to {LONGEST_STOP_S} seconds", self.stop_s);
            faults.push(("stop_s".to_owned(), fault));
        }
        for (key, lines) in [("before", &self.before), ("within", &self.within)] {
            if lines.iter().any(|line| line.contains(['\n', '\r', '\0'])) {
                faults.push((
                    key.to_owned(),
                    "a text of several lines, expected one line in each".to_owned(),
                ));
            }
        }
        faults
    }
}

/// Checks one option of `sbatch`, from the plan or from a command line.
///
/// # Errors
/// A name that submitting says itself or that is none; a value that a line of a script cannot hold.
pub fn check_option(name: &str, value: &SlurmValue) -> Result<(), String> {
    // `sbatch` takes the beginning of a name for the name.
    let own = { OWN_OPTIONS.iter() }
        .find(|own| name.len() > 1 && own.starts_with(name) && !OTHER_OPTIONS.contains(&name));
    if let Some(own) = own {
        let hint = match *own {
            "array" => "; hint: `at_once` of `[engine.slurm]`",
            "signal" => "; hint: `stop_s` of `[engine.slurm]`",
            _ => "",
        };
        return Err(format!("`plan submit` says `--{own}` itself{hint}"));
    }
    if !is_long_name(name) {
        let plain = name.replace('_', "-").to_lowercase();
        let hint = match is_long_name(&plain) {
            true => format!("; hint: `{plain}`"),
            false => "; hint: `sbatch --help` lists them".to_owned(),
        };
        return Err(format!(
            "`{name}` is no long name of an option of `sbatch`, such as `partition` or `cpus-per-task`{hint}"
        ));
    }
    match value {
        SlurmValue::Text(text) if text.contains(['"', '\\', '\n', '\r', '\0']) => Err(format!(
            "`{name}` is {text:?}, expected a text without quotation marks, backslashes and ends of lines"
        )),
        SlurmValue::Text(text) if text.trim().is_empty() => Err(format!(
            "`{name}` is empty; hint: `true` for an option without a value, `false` to leave it out"
        )),
        _ => Ok(()),
    }
}

fn is_long_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(is_plain)
}

fn owned((name, value): (&String, &SlurmValue)) -> (String, SlurmValue) {
    (name.clone(), value.clone())
}

impl fmt::Display for SlurmValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SlurmValue::Flag(flag) => flag.fmt(f),
            SlurmValue::Number(number) => number.fmt(f),
            SlurmValue::Text(text) => text.fmt(f),
        }
    }
}
