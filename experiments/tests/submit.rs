//! `plan submit`, `plan status` and `plan cancel` beside a Slurm of scripts: what it is asked, what is told of its
//! answers, and what a job's script does with signals.

mod common;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::batch::{Site, name};
use rustix::process::{Pid, Signal, kill_process};

const PLAN: &str = r#"
[engine.slurm]
at_once = 2
before = ["module load cuda"]
within = ["env", "-u", "A B"]
[engine.slurm.options]
partition = "long queue"
exclusive = true
[engine.slurm.on.V100]
constraint = "v100"

[defaults.layer_time]
priority = 1
[defaults.layer_time.configuration]
image_px = 224
batch_size = 1
seed = 1
arithmetic = "fp32"
timing = { warm_up_iterations = 1, trials = 1, iterations = 1 }

[[grid]]
id = "time-{network}-{on}"
experiment = "layer_time"
[grid.axes]
on = [
  { as = "cpu", hardware = "cpu" },
  { as = "gpu", hardware = "cuda" },
  { as = "v100", hardware = "V100" },
  { as = "k80", hardware = "K80" },
]
network = ["vgg16", "vgg19"]

[[run]]
id = "time-vgg19-cpu"
priority = 0
"#;

fn script(site: &Site, index: usize) -> String {
    fs::read_to_string(site.submissions()[index].with_extension("sh")).unwrap()
}

#[test]
fn runs_of_one_hardware_are_an_array() {
    let site = Site::new(PLAN);
    let (status, said) = site.said(&["submit"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("2 jobs on `cpu`: 12\n"), "{said}");
    assert!(said.contains("2 jobs on `cuda`: 12\n"), "{said}");
    assert!(said.contains("2 jobs on `V100`: 12\n"), "{said}");
    let refused =
        "not made, since no `[engine.slurm.on.K80]` says how a node with one is asked for; hint: ";
    assert!(said.contains(refused), "{said}");
    assert!(
        said.contains(": time-vgg16-k80, time-vgg19-k80\n"),
        "{said}"
    );
    let scripts: Vec<String> = (0..3).map(|index| script(&site, index)).collect();
    let of = |run: &str| scripts.iter().find(|it| it.contains(run)).unwrap();
    let cpu = of("time-vgg19-cpu");
    // The most wanted is first.
    assert!(
        cpu.contains("runs=(\n    time-vgg19-cpu\n    time-vgg16-cpu\n)\n"),
        "{cpu}"
    );
    assert!(cpu.contains("\n#SBATCH --array=0-1%2\n"), "{cpu}");
    assert!(
        cpu.contains("\n#SBATCH --partition=\"long queue\"\n"),
        "{cpu}"
    );
    assert!(cpu.contains("\n#SBATCH --exclusive\n"), "{cpu}");
    assert!(cpu.contains("\n#SBATCH --requeue\n"), "{cpu}");
    assert!(cpu.contains("\n#SBATCH --signal=B:TERM@60\n"), "{cpu}");
    assert!(
        cpu.contains("\nset -e\nmodule load cuda\nset +e\n"),
        "{cpu}"
    );
    assert!(cpu.contains("\n    env -u 'A B' /"), "{cpu}");
    assert!(!cpu.contains("gres"), "{cpu}");
    let v100 = of("time-vgg16-v100");
    assert!(v100.contains("#SBATCH --constraint=v100\n"), "{v100}");
    assert!(v100.contains("#SBATCH --gres=gpu:1\n"), "{v100}");
    let asked = site.asked();
    for submission in site.submissions() {
        let script = submission.with_extension("sh");
        let expect = format!("sbatch --parsable {}\n", script.display());
        assert!(asked.contains(&expect), "{asked}");
    }
}

#[test]
fn a_dry_run_submits_nothing_and_needs_no_slurm() {
    let site = Site::new(PLAN);
    let arguments = [
        "submit",
        "time-*-cpu",
        "time-vgg16-k80",
        "--dry-run",
        "--option",
        "time=1:00:00",
        "--option",
        "exclusive=false",
        "--option",
        "constraint=k80",
        "--at-once",
        "1",
        "--before",
        "module load more",
        "--within",
        "time",
    ];
    let mut plan = site.plan(&arguments);
    let output = plan.env("PATH", "/nowhere").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let scripts = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    assert_eq!(said, "");
    assert_eq!(scripts.matches("#!/bin/bash\n").count(), 2, "{scripts}");
    // An option of the command line is how a K80 is asked for.
    assert!(scripts.contains("time-vgg16-k80"), "{scripts}");
    assert!(scripts.contains("#SBATCH --time=1:00:00\n"), "{scripts}");
    assert!(scripts.contains("--array=0-1%1\n"), "{scripts}");
    assert!(!scripts.contains("exclusive"), "{scripts}");
    assert!(
        scripts.contains("\nmodule load cuda\nmodule load more\n"),
        "{scripts}"
    );
    assert!(scripts.contains("\n    time /"), "{scripts}");
    assert!(site.submissions().is_empty());
}

#[test]
fn long_selections_are_several_arrays() {
    let site = Site::new(PLAN);
    site.command("scontrol", "echo 'MaxArraySize            = 1'");
    let (status, said) = site.said(&["submit", "time-*-cpu"]);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(said.matches("1 job on `cpu`: 12\n").count(), 2, "{said}");
    assert!(script(&site, 0).contains("--array=0-0%2\n"));
    assert_eq!(site.submissions().len(), 2);
}

#[test]
fn what_slurm_does_not_take_is_told_and_not_noted() {
    let site = Site::new(PLAN);
    site.command(
        "sbatch",
        "echo 'sbatch: error: invalid partition specified: long queue' >&2; exit 1",
    );
    let (status, said) = site.said(&["submit", "time-*-cpu"]);
    assert_eq!(status, Some(1), "{said}");
    let expect = "error: nothing was submitted: `sbatch` refuses: sbatch: error: invalid partition specified: long \
                  queue\n";
    assert!(said.contains(expect), "{said}");
    assert!(site.submissions().is_empty());

    // The second array meets a limit: the first one stays.
    site.command("scontrol", "echo 'MaxArraySize            = 1'");
    let second = "[[ -e \"$0.once\" ]] && { echo 'sbatch: error: AssocMaxSubmitJobLimit' >&2; exit 1; }; touch \
                  \"$0.once\"; echo 13";
    site.command("sbatch", second);
    let (status, said) = site.said(&["submit", "time-*-cpu"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("1 job on `cpu`: 13\n"), "{said}");
    assert!(
        said.contains("error: only 1 of 2 runs were submitted: `sbatch` refuses: "),
        "{said}"
    );
    assert_eq!(site.submissions().len(), 1);

    fs::remove_file(site.path("bin/squeue")).unwrap();
    let mut plan = site.plan(&["submit"]);
    plan.env("PATH", site.path("bin"));
    let output = plan.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let expect = "error: which runs wait already is not known: there is no `squeue`; hint: Slurm's commands are on the \
                  login nodes of a cluster\n";
    assert_eq!(said, expect);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn wrong_options_are_told_before_anything_is_asked() {
    let site = Site::new(PLAN);
    let (status, said) = site.said(&["submit", "--option", "array=0-3"]);
    assert_eq!(status, Some(2), "{said}");
    assert!(
        said.contains("`plan submit` says `--array` itself"),
        "{said}"
    );
    let (status, said) = site.said(&["submit", "--option", "exclusive"]);
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("expected such as `time=4:00:00`"), "{said}");
    let (status, said) = site.said(&["submit", "tme-*"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("has no run like `tme-*`"), "{said}");
    assert!(!site.asked().contains("sbatch"));
}

#[test]
fn status_tells_where_the_jobs_are() {
    let site = Site::new(PLAN);
    site.said(&["submit", "time-*-cpu", "time-*-gpu", "time-vgg16-v100"]);
    let submissions = site.submissions();
    assert_eq!(submissions.len(), 3);
    let of = |run: &str| {
        let is_it = |it: &&PathBuf| {
            fs::read_to_string(it.with_extension("json"))
                .unwrap()
                .contains(run)
        };
        submissions.iter().find(is_it).unwrap()
    };
    let (cpu, gpu, v100) = (
        of("time-vgg16-cpu"),
        of("time-vgg16-gpu"),
        of("time-vgg16-v100"),
    );
    let listed = format!(
        "echo '{0}|12|0|RUNNING|None'; echo '{0}|12|1|PENDING|JobArrayTaskLimit'; echo '{1}|13|0|OUT_OF_MEMORY|OutOfMemory'; \
         echo '{1}|13|1|FAILED|NonZeroExitCode'; echo 'other|9|0|RUNNING|None'",
        name(cpu),
        name(gpu)
    );
    site.command("squeue", &listed);
    let log = |submission: &Path, index: usize, ending: &str| {
        let name = format!("{}-{index}.{ending}", name(submission));
        submission.with_file_name(name)
    };
    fs::write(
        log(gpu, 1, "log"),
        "1\n2\n3\n4\n5\n6\nerror: no CUDA device\n",
    )
    .unwrap();
    fs::write(log(gpu, 1, "status"), "1\n").unwrap();
    fs::write(log(gpu, 0, "log"), "begins\n").unwrap();
    let (status, said) = site.said(&["status"]);
    assert_eq!(status, Some(0), "{said}");
    let line = |run: &str| said.lines().find(|line| line.contains(run)).unwrap();
    // Of one grid the order of the array is that of priorities.
    assert!(
        line("time-vgg19-cpu").ends_with("; running as 12_0"),
        "{said}"
    );
    assert!(
        line("time-vgg16-cpu").ends_with("; queued as 12_1 (JobArrayTaskLimit)"),
        "{said}"
    );
    assert!(
        line("time-vgg16-gpu").contains("its job failed: OUT_OF_MEMORY; `"),
        "{said}"
    );
    assert!(
        line("time-vgg19-gpu").contains("its job failed: exit status 1; `"),
        "{said}"
    );
    assert!(
        said.contains("  | 3\n") && !said.contains("  | 2\n"),
        "{said}"
    );
    assert!(said.contains("  | error: no CUDA device\n"), "{said}");
    // Slurm has forgotten this one, which left nothing behind.
    assert!(
        line("time-vgg16-v100").contains("its job failed: without an exit status; there is no `"),
        "{said}"
    );
    assert!(
        line("time-vgg16-v100").contains("hint: it never began, or the nodes do not share"),
        "{said}"
    );
    assert!(said.contains("; 1 running, 1 queued\n"), "{said}");

    // The database remembers it.
    let accounted = format!("echo '{0}|14_0|CANCELLED by 1000|'", name(v100));
    site.command("sacct", &accounted);
    let (_, said) = site.said(&["status", "--json"]);
    let found: Vec<serde_json::Value> = { said.lines() }
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(found.len(), 8);
    let of = |run: &str| found.iter().find(|it| it["run"] == run).unwrap();
    assert_eq!(of("time-vgg16-v100")["job"], "its job was cancelled");
    assert_eq!(of("time-vgg19-cpu")["job"], "running as 12_0");
    assert_eq!(of("time-vgg19-cpu")["state"], "missing");
    assert_eq!(of("time-vgg19-v100")["job"], serde_json::Value::Null);

    // What a job makes or waits to make is not submitted again; the rest is.
    let (_, said) = site.said(&["submit", "time-*-cpu", "time-*-gpu"]);
    assert!(
        said.contains("not made, since job 12_0 makes it: time-vgg19-cpu\n"),
        "{said}"
    );
    assert!(
        said.contains("not made, since job 12_1 waits to make it: time-vgg16-cpu\n"),
        "{said}"
    );
    assert!(said.contains("2 jobs on `cuda`: 12\n"), "{said}");

    site.asked();
    let (status, said) = site.said(&["cancel", "time-*"]);
    assert_eq!(
        (status, said.as_str()),
        (Some(0), "cancelled: 12_1, 12_0\n")
    );
    assert!(site.asked().ends_with("scancel 12_1 12_0\n"));
    let (status, said) = site.said(&["cancel", "time-vgg16-v100"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("no job makes one of these runs or waits to"),
        "{said}"
    );

    site.command(
        "squeue",
        "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1",
    );
    let (status, said) = site.said(&["status"]);
    assert_eq!(status, Some(0), "{said}");
    assert!(
        said.contains("is not known: `squeue` refuses: slurm_load_jobs error"),
        "{said}"
    );
    assert!(said.contains("; submitted as measured-"), "{said}");
}

/// A script as a node runs it for job 0 of array 12.
fn on_a_node(script: &Path) -> Command {
    let mut bash = Command::new("bash");
    bash.arg(script);
    bash.env("SLURM_ARRAY_JOB_ID", "12");
    bash.env("SLURM_ARRAY_TASK_ID", "0");
    bash
}

/// A job's script with this in the place of the program, beside a `squeue` of this body; the status it ends with, what it
/// says, and what Slurm was asked. The signals come when the file `$READY` is there.
fn job(
    site: &Site,
    program: &str,
    squeue: &str,
    signals: &[Signal],
) -> (Option<i32>, String, String) {
    site.command("squeue", squeue);
    site.asked();
    let text = script(site, 0).replace("module load cuda", "");
    let (before, rest) = text.split_once("\n    env -u ").unwrap();
    let (_, after) = rest.split_once(" &\n").unwrap();
    let path = site.path("job.sh");
    fs::write(&path, format!("{before}\n    {program} &\n{after}")).unwrap();
    let (ready, begun) = (site.path("ready"), site.path("state/starts"));
    let _ = fs::remove_file(&ready);
    let _ = fs::remove_dir_all(&begun);
    fs::create_dir(&begun).unwrap();
    let search = std::env::var("PATH").unwrap();
    let search = format!("{}:{search}", site.path("bin").display());
    let mut bash = on_a_node(&path);
    bash.env("PATH", search);
    bash.env("READY", &ready);
    bash.env("BEGUN", begun.join("time-vgg16-cpu"));
    bash.stdin(Stdio::null()).stderr(Stdio::piped());
    let child = bash.spawn().unwrap();
    let started = Instant::now();
    while !signals.is_empty() && !ready.exists() {
        assert!(started.elapsed() < Duration::from_secs(20), "it begins");
        sleep(Duration::from_millis(20));
    }
    for signal in signals {
        kill_process(Pid::from_child(&child), *signal).unwrap();
        sleep(Duration::from_millis(200));
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), None);
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said, site.asked())
}

/// The exit status that the job of [`job`] noted.
fn noted(site: &Site) -> String {
    let submission = &site.submissions()[0];
    let path = submission.with_file_name(format!("{}-0.status", name(submission)));
    fs::read_to_string(path).unwrap()
}

/// Begins as `plan run` does, takes its time to save, and ends as that does.
const SAVES: &str = "bash -c 'trap \"sleep 0.5; exit 143\" TERM; touch \"$BEGUN\" \"$READY\"; while :; do sleep 0.1; done'";
const REQUEUED: &str = "scontrol requeue 12_0\n";

#[test]
fn a_job_passes_the_signal_on_and_is_requeued_unless_it_was_cancelled() {
    let site = Site::new(PLAN);
    site.said(&["submit", "time-vgg16-cpu"]);
    let (status, _, asked) = job(&site, SAVES, "echo RUNNING", &[Signal::TERM]);
    assert_eq!((status, noted(&site).as_str()), (Some(143), "143\n"));
    assert!(asked.ends_with(REQUEUED), "{asked}");
    // Batch systems send more than one. While Slurm waits for the node's word that it sent it, the job is signalling.
    let signals = [Signal::TERM, Signal::TERM];
    let (status, _, asked) = job(&site, SAVES, "echo SIGNALING", &signals);
    assert_eq!(status, Some(143));
    assert!(asked.ends_with(REQUEUED), "{asked}");
    // The controller answers the second time.
    let squeue = "[[ -e \"$0.once\" ]] && echo RUNNING || { touch \"$0.once\"; exit 1; }";
    let (_, _, asked) = job(&site, SAVES, squeue, &[Signal::TERM]);
    assert!(asked.ends_with(REQUEUED), "{asked}");
    let (status, _, asked) = job(&site, SAVES, "echo COMPLETING", &[Signal::TERM]);
    assert_eq!(status, Some(143));
    assert!(!asked.contains("scontrol"), "{asked}");
}

#[test]
fn a_job_that_is_made_or_failed_is_not_requeued() {
    let site = Site::new(PLAN);
    site.said(&["submit", "time-vgg16-cpu"]);
    let finishes = SAVES.replace("sleep 0.5; exit 143", "exit 0");
    let (status, _, asked) = job(&site, &finishes, "echo RUNNING", &[Signal::TERM]);
    assert_eq!((status, noted(&site).as_str()), (Some(0), "0\n"));
    assert!(!asked.contains("scontrol"), "{asked}");
    let (status, _, asked) = job(&site, "bash -c 'exit 1'", "echo RUNNING", &[]);
    assert_eq!((status, noted(&site).as_str()), (Some(1), "1\n"));
    assert!(!asked.contains("scontrol"), "{asked}");
}

/// A container that is loaded for longer than the job may take would be requeued for ever.
#[test]
fn a_job_whose_program_does_not_begin_in_time_fails() {
    let site = Site::new(PLAN);
    site.said(&["submit", "time-vgg16-cpu"]);
    let loads = SAVES.replace("touch \"$BEGUN\" \"$READY\"", "touch \"$READY\"");
    let (status, said, asked) = job(&site, &loads, "echo RUNNING", &[Signal::TERM]);
    assert_eq!((status, noted(&site).as_str()), (Some(1), "1\n"));
    assert!(!asked.contains("scontrol"), "{asked}");
    let expect = "error: the job was asked to stop before its program began; hint: a longer `time`";
    assert!(said.contains(expect), "{said}");
}

#[test]
fn a_node_without_the_shared_folder_makes_nothing() {
    let site = Site::new(PLAN);
    site.said(&["submit", "time-vgg16-cpu"]);
    let note = site.submissions()[0].with_extension("json");
    fs::rename(&note, note.with_extension("elsewhere")).unwrap();
    let output = on_a_node(&note.with_extension("sh")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("hint: all nodes share the folders"), "{said}");
}

#[test]
fn a_module_that_is_missing_ends_the_job() {
    let site = Site::new(PLAN);
    site.said(&["submit", "time-vgg16-cpu"]);
    let script = site.submissions()[0].with_extension("sh");
    let output = on_a_node(&script).output().unwrap();
    assert_eq!(output.status.code(), Some(127));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("module: command not found"), "{said}");
    let expect = "error: the job ended in a line of `before`\n";
    assert!(said.ends_with(expect), "{said}");
}

#[test]
fn settings_of_the_user_do_not_change_what_is_asked() {
    let site = Site::new(PLAN);
    let prints = "env | grep -E '^(SBATCH|SQUEUE|SACCT|SCANCEL)_' >>\"$0.env\"; echo 12";
    site.command("sbatch", prints);
    site.command("squeue", &prints.replace("echo 12", "true"));
    let mut plan = site.plan(&["submit", "time-vgg16-cpu"]);
    for name in [
        "SBATCH_JOB_NAME",
        "SBATCH_ARRAY_INX",
        "SBATCH_OUTPUT",
        "SQUEUE_PARTITION",
    ] {
        plan.env(name, "mine");
    }
    // This one says what no script says.
    plan.env("SBATCH_ACCOUNT", "biology");
    assert!(plan.status().unwrap().success());
    site.plan(&["status"])
        .env("SQUEUE_USERS", "nobody")
        .status()
        .unwrap();
    let env = fs::read_to_string(site.path("bin/sbatch.env")).unwrap();
    assert_eq!(env, "SBATCH_ACCOUNT=biology\n");
    assert_eq!(fs::read_to_string(site.path("bin/squeue.env")).unwrap(), "");
}

#[test]
fn all_jobs_of_a_run_are_told_and_cancelled() {
    let site = Site::new(PLAN);
    site.said(&["submit", "time-vgg16-cpu"]);
    let first = site.submissions().remove(0);
    // The note of an array is lost; so the run is submitted a second time.
    let note = first.with_extension("json");
    fs::rename(&note, note.with_extension("lost")).unwrap();
    site.said(&["submit", "time-vgg16-cpu"]);
    let second = site.submissions().remove(0);
    fs::rename(note.with_extension("lost"), &note).unwrap();
    let listed = format!(
        "echo '{}|12|0|RUNNING|None'; echo '{}|13|N/A|CANCELLED|None'",
        name(&first),
        name(&second)
    );
    site.command("squeue", &listed);
    let (_, said) = site.said(&["status"]);
    assert!(said.contains("; running as 12_0"), "{said}");
    let both = format!(
        "echo '{}|12|0|RUNNING|None'; echo '{}|13|0|PENDING|None'",
        name(&first),
        name(&second)
    );
    site.command("squeue", &both);
    // The plan loses the run, and its jobs go on.
    fs::write(
        site.path("plan.toml"),
        PLAN.replace("\"vgg16\", ", "").replace("vgg16", "vgg19"),
    )
    .unwrap();
    let (_, said) = site.said(&["status"]);
    assert!(
        said.contains("job 12_0 is for `time-vgg16-cpu`, which the plan does not have\n"),
        "{said}"
    );
    site.asked();
    let (status, said) = site.said(&["cancel", "--all"]);
    assert_eq!(
        (status, said.as_str()),
        (Some(0), "cancelled: 12_0, 13_0\n")
    );
    // Slurm forgets them, and it is noted.
    site.command("squeue", "");
    fs::write(site.path("plan.toml"), PLAN).unwrap();
    let (_, said) = site.said(&["status"]);
    let line = said
        .lines()
        .find(|line| line.contains("time-vgg16-cpu"))
        .unwrap();
    assert!(line.ends_with("; its job was cancelled"), "{said}");
}

#[test]
fn a_slurm_that_takes_no_arrays_or_gives_no_number() {
    let site = Site::new(PLAN);
    site.command("scontrol", "echo 'MaxArraySize            = 0'");
    let (status, said) = site.said(&["submit", "time-vgg16-cpu"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("this Slurm takes no arrays of jobs"),
        "{said}"
    );
    let site = Site::new(PLAN);
    site.command("sbatch", "echo 'sbatch: Job to start at noon'");
    let (status, said) = site.said(&["submit", "time-vgg16-cpu"]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("expected the number of a job"), "{said}");
}
