//! Accepting changes: the plan is told that a changed file does not change a run's result.

use std::fs;

use anyhow::{Context, Result, ensure};
use clap::Args;
use experiments::say;
use experiments::sources::present_digest;
use results::{Change, Digest, Plan, State, states};

use crate::Places;

/// Which run, and why its result stays.
#[derive(Debug, Args)]
pub(crate) struct Accept {
    /// Id of a stale run
    id: String,
    /// Why the result is the same
    #[arg(long)]
    reason: String,
}

/// Writes the present digests of what changed into the plan, under the run.
pub(crate) fn accept(places: &Places, accept: &Accept) -> Result<()> {
    let plan = places.read_plan()?;
    let records = places.read_records();
    let found = states(&plan, &records, present_digest)
        .into_iter()
        .find(|state| state.run.id == accept.id);
    let state = found
        .with_context(|| format!("`{}` has no run `{}`", places.plan.display(), accept.id))?
        .state;
    let changes = match state {
        State::Stale { changes } => changes,
        other => {
            say::line(&format!("run `{}` is not stale: {other:?}", accept.id));
            return Ok(());
        }
    };
    for Change {
        what,
        recorded,
        current,
    } in &changes
    {
        ensure!(
            Digest::parse(current).is_ok(),
            "`{what}` was {recorded}, is {current}: that is another experiment; hint: make the run anew with `--again`"
        );
    }
    let text = fs::read_to_string(&places.plan)?;
    let text = insert(&text, &accept.id, &accept.reason, &changes)?;
    Plan::parse(&text, &places.plan.display().to_string())?;
    Ok(fs::write(&places.plan, text)?)
}

/// The plan's text with an entry for each change under the run's `id`.
fn insert(text: &str, id: &str, reason: &str, changes: &[Change]) -> Result<String> {
    let key = format!("id = \"{id}\"");
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.trim() == key);
    let at = at.with_context(|| format!("the plan has no line `{key}`"))? + 1;
    let reason = reason.replace('\\', "\\\\").replace('"', "\\\"");
    let entry = |change: &Change| {
        format!(
            "  {{ digest = \"{}\", reason = \"{reason}\" }},",
            change.current
        )
    };
    let entries = changes.iter().map(entry);
    let begun = "accepted = [";
    let inserted: Vec<String> = match lines.get(at) {
        Some(&line) if line == begun => entries.collect(),
        _ => [begun.to_owned()]
            .into_iter()
            .chain(entries)
            .chain(["]".to_owned()])
            .collect(),
    };
    let at = if inserted[0] == begun { at } else { at + 1 };
    let (before, after) = lines.split_at(at);
    let all = before
        .iter()
        .copied()
        .chain(inserted.iter().map(String::as_str))
        .chain(after.iter().copied());
    Ok(all.collect::<Vec<_>>().join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_under_their_run() {
        let change = |current: &str| Change {
            what: "experiments/src/sgd.rs".to_owned(),
            recorded: String::new(),
            current: current.to_owned(),
        };
        let plan = "[[run]]\nid = \"a\"\npriority = 1\n\n[[run]]\nid = \"b\"\n";
        let once = insert(plan, "a", "a \"comment\"", &[change("11")]).unwrap();
        assert_eq!(
            once,
            "[[run]]\nid = \"a\"\naccepted = [\n  { digest = \"11\", reason = \"a \\\"comment\\\"\" },\n]\npriority = 1\n\n\
             [[run]]\nid = \"b\"\n"
        );
        let twice = insert(&once, "a", "again", &[change("22")]).unwrap();
        assert!(
            twice.contains(
                "accepted = [\n  { digest = \"22\", reason = \"again\" },\n  { digest = \"11\""
            ),
            "{twice}"
        );
        assert!(insert(plan, "c", "", &[]).is_err());
    }
}
