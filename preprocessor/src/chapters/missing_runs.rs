//! The list of all that is to be measured yet, with the commands that make it.

use super::contract::Renderer;
use crate::catalogue::{Facts, RunFacts};
use crate::escape::{code, markdown, message};
use crate::evidence::SourceId;

/// The id of the entry of a run, a table or a set of images.
pub(super) fn anchor(source: &SourceId) -> String {
    format!("missing-{}", source.anchor())
}

/// The runs, experiment by experiment, the tables and the images that are not as they should be.
pub(super) fn list(renderer: Renderer, facts: &Facts) -> String {
    let mut list = runs(renderer, &facts.runs);
    let tables = facts.tables.all.iter().filter_map(|table| {
        let name = &table.declaration.name;
        let source = SourceId::Table(name.clone());
        let remedy = code(&table.remedy()?);
        let state = markdown(&table.state_text());
        Some(entry(renderer, &source, &format!("{state}. {remedy}")))
    });
    list.extend(section("Tables of measurements", tables));
    let samples = facts.samples.iter().filter(|it| it.images.is_empty());
    let samples = samples.map(|samples| {
        let source = SourceId::Images(samples.name.clone());
        entry(renderer, &source, &message(&samples.remedy))
    });
    list.extend(section("Sample images", samples));
    match list.is_empty() {
        true => {
            "Nothing is missing: all runs, tables and images are as they should be.\n".to_owned()
        }
        false => list.concat(),
    }
}

/// A section for each experiment with runs that are not measured, in the plan's order.
fn runs(renderer: Renderer, runs: &[RunFacts]) -> Vec<String> {
    let mut experiments: Vec<&str> = Vec::new();
    for run in runs {
        if !experiments.contains(&run.planned.experiment.as_str()) {
            experiments.push(&run.planned.experiment);
        }
    }
    let of_experiment = |experiment: &&str| {
        let runs = runs
            .iter()
            .filter(|run| run.planned.experiment == *experiment);
        let entries = runs.filter_map(|run| {
            let concern = run.concern()?;
            let (state, command) = (markdown(&run.state_text()), code(&run.command));
            let told = format!("{state}. {command}");
            Some(entry(renderer, &concern.source, &told))
        });
        section(&format!("Runs of {}", code(experiment)), entries)
    };
    experiments.iter().filter_map(of_experiment).collect()
}

/// The entries under their title; none where there are none.
fn section(title: &str, entries: impl Iterator<Item = String>) -> Option<String> {
    let entries: String = entries.collect();
    (!entries.is_empty()).then(|| format!("\n## {title}\n\n{entries}"))
}

fn entry(renderer: Renderer, source: &SourceId, told: &str) -> String {
    let (anchor, name) = (renderer.anchor(&anchor(source)), code(source.name()));
    format!("- {anchor}{name}: {told}\n")
}
