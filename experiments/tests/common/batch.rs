//! Slurm's commands as scripts that note what they are asked.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::tiny_run::plan;

/// A folder with a plan and a folder of commands.
pub(crate) struct Site {
    pub(crate) folder: TempDir,
}

impl Site {
    /// A site with this plan, whose Slurm takes every script, has number 12 for it, and no jobs to tell of.
    pub(crate) fn new(plan: &str) -> Site {
        let site = Site {
            folder: TempDir::new().unwrap(),
        };
        fs::create_dir(site.path("bin")).unwrap();
        fs::write(site.path("plan.toml"), plan).unwrap();
        site.command("sbatch", "echo 12");
        site.command("squeue", "");
        site.command("sacct", "");
        site.command("scancel", "");
        site.command("scontrol", "echo 'MaxArraySize            = 1001'");
        site
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Gives a command this body; what it is asked is noted before.
    pub(crate) fn command(&self, name: &str, body: &str) {
        let path = self.path("bin").join(name);
        let asked = self.path("asked");
        let text = format!(
            "#!/bin/bash\necho \"{name} $*\" >>'{}'\n{body}\n",
            asked.display()
        );
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// What the commands were asked since this was called last.
    pub(crate) fn asked(&self) -> String {
        let asked = fs::read_to_string(self.path("asked")).unwrap_or_default();
        let _ = fs::remove_file(self.path("asked"));
        asked
    }

    /// `plan` with these arguments, beside these commands alone.
    pub(crate) fn plan(&self, arguments: &[&str]) -> Command {
        let mut plan = plan(self.folder.path(), arguments);
        let path = std::env::var("PATH").unwrap();
        plan.env("PATH", format!("{}:{path}", self.path("bin").display()));
        plan.env_remove("MEASURED_DATA");
        plan
    }

    /// Its exit status and what it says on both outputs.
    pub(crate) fn said(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.plan(arguments).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    /// The notes of what was submitted, by their paths without ending.
    pub(crate) fn submissions(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path("state/slurm")) else {
            return Vec::new();
        };
        let paths = entries.map(|entry| entry.unwrap().path());
        let mut found: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|it| it == "json"))
            .map(|path| path.with_extension(""))
            .collect();
        found.sort();
        found
    }
}

/// The name of a submission.
pub(crate) fn name(submission: &Path) -> &str {
    submission.file_name().unwrap().to_str().unwrap()
}
