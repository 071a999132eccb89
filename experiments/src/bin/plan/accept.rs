//! Accepting changes: the plan is told that a changed file does not change a run's result.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Error, Result, bail, ensure};
use clap::Args;
use experiments::say;
use experiments::sources::present_digest;
use experiments::this_device::ThisDevice;
use results::files::replace_file;
use results::{
    Accepted, Change, Digest, Plan, PlannedRun, PlannedRunState, SourceDigests, State, states,
};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use crate::Places;

/// Which runs, and why their results stay.
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// Stale runs, which get entries of their own; `*` stands for any characters
    #[arg(required_unless_present = "experiment", conflicts_with = "experiment")]
    ids: Vec<String>,
    /// All runs of this experiment, by entries in its defaults
    #[arg(long, value_name = "NAME")]
    experiment: Option<String>,
    /// Only the change of this file; all changes if not given
    #[arg(long, value_name = "PATH")]
    file: Option<String>,
    /// A file that a part was moved to, and whose changes make the runs stale from now on
    #[arg(long, value_name = "PATH", requires = "file")]
    moved_to: Option<String>,
    /// Why the result is the same
    #[arg(long)]
    reason: String,
}

/// A changed content, as an entry of a list `accepted`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    file: String,
    digest: String,
    /// Path and digest.
    moved_to: Option<(String, String)>,
    reason: String,
}

/// Writes the present digests of what changed into the plan, under the runs or their experiment's defaults.
pub(crate) fn accept(places: &Places, accept: &Accept) -> Result<()> {
    let (plan, records) = places.read()?;
    let chosen = plan.chosen(&accept.ids, &places.plan);
    let chosen = chosen.map_err(Error::msg)?;
    let device = ThisDevice::find();
    let states = states(&plan, &records, present_digest, |card| device.is_card(card));
    let document = fs::read_to_string(&places.plan)?.parse();
    let mut document: DocumentMut = document.with_context(|| {
        format!(
            "`{}` is to be edited as TOML 1.0; hint: a table in braces stands on one line",
            places.plan.display()
        )
    })?;
    let mut accepted = BTreeSet::new();
    if let Some(name) = &accept.experiment {
        let of_experiment = states.iter().filter(|state| state.run.experiment == *name);
        accepted = entries(accept, of_experiment)?;
        add(defaults_table(&mut document, name)?, &accepted)?;
    }
    for id in chosen {
        let of_run = states.iter().filter(|state| state.run.id == id);
        let entries = entries(accept, of_run)?;
        if !entries.is_empty() {
            add(run_table(&mut document, id)?, &entries)?;
        }
        accepted.extend(entries);
    }
    if accepted.is_empty() {
        say::line("nothing to accept: no such change makes these runs stale");
        return Ok(());
    }
    write(&places.plan, &document.to_string())?;
    for Entry { file, digest, .. } in &accepted {
        say::line(&format!("`{file}` is accepted as {digest:.12}"));
    }
    Ok(())
}

/// What makes the runs of `states` stale, each change once.
///
/// # Errors
/// A change that is no other content of a file: that is another experiment.
fn entries<'a>(
    accept: &Accept,
    states: impl Iterator<Item = &'a PlannedRunState<'a>>,
) -> Result<BTreeSet<Entry>> {
    let mut entries = BTreeSet::new();
    for state in states {
        let State::Stale { changes } = &state.state else {
            continue;
        };
        let wanted = |change: &&Change| accept.file.as_ref().is_none_or(|it| *it == change.what);
        for change in changes.iter().filter(wanted) {
            entries.insert(entry(accept, state.run, change)?);
        }
    }
    Ok(entries)
}

fn entry(accept: &Accept, run: &PlannedRun, change: &Change) -> Result<Entry> {
    let Change {
        what,
        recorded,
        current,
    } = change;
    ensure!(
        Digest::parse(current).is_ok(),
        "run `{}`: `{what}` was {recorded}, is {current}: that is another experiment; hint: make the run anew with `--again`",
        run.id
    );
    // Where a part of the file is now stays true when either of the two changes again.
    let of_file = |known: &&Accepted| known.file == *what;
    let mut known = run.accepted.iter().filter(of_file).rev();
    let known = known.find_map(|it| Some(&it.moved_to.as_ref()?.file));
    let moved_to = accept.moved_to.as_ref().or(known).map(|path| {
        let digest = present_digest(path, SourceDigests::CompiledTokens);
        let digest = digest.with_context(|| format!("`{path}` cannot be read"))?;
        anyhow::Ok((path.clone(), digest.to_string()))
    });
    Ok(Entry {
        file: what.clone(),
        digest: current.clone(),
        moved_to: moved_to.transpose()?,
        reason: accept.reason.clone(),
    })
}

/// The table `[defaults.EXPERIMENT]` of this experiment.
fn defaults_table<'a>(document: &'a mut DocumentMut, experiment: &str) -> Result<&'a mut Table> {
    let defaults = document.get_mut("defaults");
    let table = defaults.and_then(|all| all.get_mut(experiment)?.as_table_mut());
    table.with_context(|| format!("the plan has no table `[defaults.{experiment}]`"))
}

/// The table `[[run]]` of this id; a new one at the end for a run of a grid, which has none yet.
fn run_table<'a>(document: &'a mut DocumentMut, id: &str) -> Result<&'a mut Table> {
    let runs = document.entry("run").or_insert(ArrayOfTables::new().into());
    let runs = runs.as_array_of_tables_mut();
    let runs = runs.context("the plan's runs are no tables `[[run]]`")?;
    let is_it = |run: &Table| run.get("id").and_then(Item::as_str) == Some(id);
    let found = runs.iter().position(is_it);
    if found.is_none() {
        let mut run = Table::from_iter([("id", id)]);
        run.decor_mut().set_prefix("\n");
        run.set_position(usize::MAX); // behind comments that end the file of runs
        runs.push(run);
    }
    let index = found.unwrap_or(runs.len() - 1);
    Ok(runs.get_mut(index).expect("it was found or added"))
}

/// Adds `entries` to the list `accepted` of `table`, each on a line of its own; one of the same content is replaced.
fn add(table: &mut Table, entries: &BTreeSet<Entry>) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let list = table.entry("accepted").or_insert(Array::new().into());
    let Some(list) = list.as_array_mut() else {
        bail!("`accepted` is no list in brackets");
    };
    for entry in entries {
        let same = |value: &Value| {
            let text = |key| value.as_inline_table().and_then(|it| it.get(key)?.as_str());
            text("file") == Some(&entry.file) && text("digest") == Some(&entry.digest)
        };
        let new = Value::InlineTable(inline_table(entry));
        let place = list.iter().position(same);
        match place.and_then(|place| list.get_mut(place)) {
            Some(old) => {
                let layout = old.decor().clone();
                *old = new;
                *old.decor_mut() = layout;
            }
            None => list.push_formatted(new.decorated("\n  ", "")),
        }
    }
    list.set_trailing_comma(true);
    let holds_comment = list.trailing().as_str().is_some_and(|it| it.contains('#'));
    if !holds_comment {
        list.set_trailing("\n");
    }
    Ok(())
}

fn inline_table(entry: &Entry) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("file", entry.file.as_str().into());
    table.insert("digest", entry.digest.as_str().into());
    if let Some((file, digest)) = &entry.moved_to {
        let moved_to = [("file", file.as_str()), ("digest", digest)];
        table.insert(
            "moved_to",
            Value::InlineTable(moved_to.into_iter().collect()),
        );
    }
    table.insert("reason", entry.reason.as_str().into());
    table
}

/// Replaces the plan by `text`, which must be a sound one.
fn write(path: &Path, text: &str) -> Result<()> {
    Plan::parse(text, &path.display().to_string())?;
    Ok(replace_file(path, text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(digest: &str, reason: &str) -> BTreeSet<Entry> {
        BTreeSet::from([Entry {
            file: "a.rs".to_owned(),
            digest: digest.to_owned(),
            moved_to: None,
            reason: reason.to_owned(),
        }])
    }

    /// The plan after `entries` were added to the run `b`.
    fn added(plan: &str, entries: &BTreeSet<Entry>) -> String {
        let mut document: DocumentMut = plan.parse().unwrap();
        add(run_table(&mut document, "b").unwrap(), entries).unwrap();
        document.to_string()
    }

    #[test]
    fn entries_stand_in_their_table_and_all_else_stays() {
        let plan = "# Runs.\n[[run]]\nid = \"a\" # first\n\n[[run]] # second\nid = \"b\"\nseed   = 0x10\n\n# The end.\n[[run]]\nid = \"c\"\n";
        let list =
            "accepted = [\n  { file = \"a.rs\", digest = \"11\", reason = 'a \"comment\"' },\n]\n";
        let once = added(plan, &entry("11", "a \"comment\""));
        let (before, after) = plan.split_at(plan.find("\n# The end").unwrap());
        assert_eq!(once, format!("{before}{list}{after}"));
        // A second one stands behind it, and one of the same content in its place.
        let twice = added(&once, &entry("22", "b"));
        let line = "  { file = \"a.rs\", digest = \"22\", reason = \"b\" },\n";
        assert_eq!(twice, once.replace("' },\n", &format!("' }},\n{line}")));
        let again = added(&twice, &entry("22", "c"));
        assert_eq!(again, twice.replace("reason = \"b\"", "reason = \"c\""));
    }

    #[test]
    fn a_run_of_a_grid_gets_a_table() {
        let grid = "[[grid]]\nid = \"{seed}\"\n[grid.axes]\nseed = [1]\n";
        let table = "\n[[run]]\nid = \"b\"\naccepted = [\n  { file = \"a.rs\", digest = \"11\", reason = \"r\" },\n]\n";
        assert_eq!(added(grid, &entry("11", "r")), format!("{grid}{table}"));
    }

    #[test]
    fn comments_in_a_list_stay() {
        let plan = "[[run]]\nid = \"b\"\naccepted = [\n  # One.\n  { file = \"b.rs\", digest = \"11\", reason = \"r\" }, # two\n  # Three.\n]\n";
        let found = added(plan, &entry("22", "c"));
        for comment in ["# One.", "# two", "# Three."] {
            assert!(found.contains(comment), "{found}");
        }
        assert!(found.parse::<DocumentMut>().is_ok(), "{found}");
    }
}
