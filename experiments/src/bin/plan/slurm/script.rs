//! The script of an array of jobs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, Result, ensure};
use results::{Hardware, Slurm, SlurmOptions, SlurmValue};

use crate::Places;
use crate::attempts::Attempts;
use crate::shell::quoted;
use crate::slurm::Submission;

/// Starts of a run from one place that Slurm's own restarts and ours are worth.
const STARTS: u32 = 3;

/// Runs on one kind of hardware that are submitted together.
pub(crate) struct Array<'a> {
    pub(crate) submission: Submission,
    pub(crate) hardware: Hardware,
    /// Options of `sbatch`.
    pub(crate) options: SlurmOptions,
    pub(crate) slurm: &'a Slurm,
    /// Folder of the data sets.
    pub(crate) data: Option<PathBuf>,
}

impl Array<'_> {
    /// The script, for this program on the nodes.
    ///
    /// # Errors
    /// A path that a script for `sbatch` cannot hold.
    pub(crate) fn script(&self, places: &Places) -> Result<String> {
        let note = text(&Submission::folder(&places.state).join(&self.submission.name))?;
        let mut script = String::from("#!/bin/bash\n");
        for (name, value) in self.directives(&note)? {
            match value {
                SlurmValue::Flag(_) => writeln!(script, "#SBATCH --{name}")?,
                value => writeln!(
                    script,
                    "#SBATCH --{name}={}",
                    in_directive(&value.to_string())
                )?,
            }
        }
        let runs: Vec<String> = { self.submission.runs.iter() }
            .map(|run| format!("    {}\n", quoted(run)))
            .collect();
        let before: String = { self.slurm.before.iter() }
            .map(|line| format!("{line}\n"))
            .collect();
        let starts = quoted(&text(&Attempts::folder(places))?);
        let (note, command) = (quoted(&note), self.command(places)?);
        write!(
            script,
            r#"
note={note}
if [[ ! -e $note.json ]]; then
    echo "error: \`$note.json\` is not on $(hostname); hint: all nodes share the folders of programs, plan, records and states" >&2
    exit 1
fi
mark=$note-$SLURM_ARRAY_TASK_ID
rm -f "$mark.status"
touch "$mark.begun"
# SIGTERM, which comes before the time limit, is passed on: the program saves its state and ends.
trap 'stopping=1; if [[ -n ${{program:-}} ]]; then kill -TERM "$program" 2>/dev/null; fi' TERM

# What the plan wants before the program.
trap 'echo "error: the job ended in a line of \`before\`" >&2' EXIT
set -e
{before}set +e
trap - EXIT

# Runs on `{hardware}`; a job makes the one of its index.
runs=(
{runs})
run=${{runs[SLURM_ARRAY_TASK_ID]}}
mark={note}-$SLURM_ARRAY_TASK_ID
job=${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID
status=143
if [[ -z ${{stopping:-}} ]]; then
    {command} &
    program=$!
    wait "$program"; status=$?
    while kill -0 "$program" 2>/dev/null; do wait "$program"; status=$?; done
fi

# A job that was asked to stop goes on later where the run stopped, if the program began at all and nobody cancelled it.
begun={starts}/$run
if [[ $status == 143 && (! -e $begun || $begun -ot $mark.begun) ]]; then
    echo "error: the job was asked to stop before its program began; hint: a longer \`time\`, or a shorter \`stop_s\`" >&2
    status=1
fi
echo "$status" >"$mark.status"
if [[ $status == 143 ]]; then
    for _ in {{1..20}}; do
        state=$(squeue --noheader --jobs="$job" --format=%T)
        case $state in
            RUNNING | SIGNALING) if scontrol requeue "$job"; then break; fi ;;
            ?*) break ;;
        esac
        sleep 3 # the controller does not answer
    done
fi
exit "$status"
"#,
            hardware = self.hardware,
            runs = runs.concat(),
        )?;
        Ok(script)
    }

    /// The options of `sbatch`, those that submitting says itself first.
    fn directives(&self, note: &str) -> Result<Vec<(String, SlurmValue)>> {
        let Submission { name, runs, .. } = &self.submission;
        let here = std::env::current_dir()?;
        let throttle = { self.slurm.at_once }.map_or(String::new(), |most| format!("%{most}"));
        let own = [
            ("job-name", name.clone()),
            ("array", format!("0-{}{throttle}", runs.len() - 1)),
            ("chdir", text(&here)?),
            ("output", format!("{}-%a.log", note.replace('%', "%%"))),
            ("open-mode", "append".to_owned()),
            ("signal", format!("B:TERM@{}", self.slurm.stop_s)),
        ];
        let own = own.map(|(name, value)| (name.to_owned(), SlurmValue::Text(value)));
        let requeue = ("requeue".to_owned(), SlurmValue::Flag(true));
        let options = { self.options.iter() }.map(|(name, value)| (name.clone(), value.clone()));
        Ok(own.into_iter().chain([requeue]).chain(options).collect())
    }

    /// The command that makes the run `$run`.
    fn command(&self, places: &Places) -> Result<String> {
        let program = std::env::current_exe()?;
        let mut words: Vec<String> = self.slurm.within.iter().map(|it| quoted(it)).collect();
        words.push(quoted(&text(&program)?));
        words.push("run \"$run\"".to_owned());
        words.push(format!("--give-up-after {STARTS}"));
        words.push("--threads \"${SLURM_CPUS_ON_NODE:-1}\"".to_owned());
        let folders = [
            ("plan", Some(&places.plan)),
            ("runs", Some(&places.runs)),
            ("state", Some(&places.state)),
            ("data", self.data.as_ref()),
        ];
        for (option, path) in folders {
            if let Some(path) = path {
                words.push(format!("--{option} {}", quoted(&text(path)?)));
            }
        }
        Ok(words.join(" "))
    }
}

/// A path from the root, as a script for `sbatch` can hold it.
fn text(path: &Path) -> Result<String> {
    let path = absolute(path)?;
    let text = path.to_str().context("a path is no UTF-8")?;
    ensure!(
        !text.contains(['"', '\\', '\n', '\r']),
        "`{text}`: `sbatch` takes no quotation mark, backslash or end of line in a path"
    );
    Ok(text.to_owned())
}

/// A value in a line of `#SBATCH`.
fn in_directive(value: &str) -> String {
    match value.contains([' ', '\t', '\'', '#', ';']) {
        true => format!("\"{value}\""),
        false => value.to_owned(),
    }
}
