//! Changes of the plan.

use mdbook_measured::statistics::random::SplitMix64;
use results::{Configuration, Plan, PlannedRun};

/// Changes a plan in one way, and says which; a run that `is_named` in a chapter stays.
pub(crate) fn edit(
    plan: &mut Plan,
    is_named: impl Fn(&PlannedRun) -> bool,
    random: &mut SplitMix64,
) -> String {
    let index = random.below(plan.runs.len());
    let experiment = plan.runs[index].experiment.clone();
    let of_experiment = |run: &&mut PlannedRun| run.experiment == experiment;
    match random.below(5) {
        0 => {
            for run in plan.runs.iter_mut().filter(of_experiment) {
                shorten(run);
            }
            format!("one epoch less of every `{experiment}`")
        }
        1 => {
            shorten(&mut plan.runs[index]);
            format!("one epoch less of `{}`", plan.runs[index].id)
        }
        2 => {
            let run = &mut plan.runs[index];
            add_to_seed(run, 100);
            format!("another seed of `{}`", run.id)
        }
        3 => {
            let free: Vec<_> = plan.runs.iter().filter(|run| !is_named(run)).collect();
            let id = free[random.below(free.len())].id.clone();
            plan.runs.retain(|run| run.id != id);
            format!("`{id}` taken out of the plan")
        }
        _ => {
            let mut new = plan.runs[index].clone();
            new.id = format!("{}-new", new.id);
            add_to_seed(&mut new, 200);
            if let Some(configuration) = new.configuration.as_training_mut() {
                configuration.training.learning_rate.base *= [0.5, 1.0][random.below(2)];
            }
            if random.below(2) == 0 {
                *network(&mut new.configuration) = "another-network".to_owned();
            }
            let name = format!("`{}` added to the plan", new.id);
            plan.runs.push(new);
            name
        }
    }
}

/// 199 epochs in place of 200; one trial less where the run measures time.
fn shorten(run: &mut PlannedRun) {
    match &mut run.configuration {
        Configuration::Training(configuration) => configuration.training.epochs -= 1,
        Configuration::Timing(configuration) => configuration.timing.trials -= 1,
    }
}

fn add_to_seed(run: &mut PlannedRun, by: u64) {
    let seed = run.configuration.seed() + by;
    run.configuration = run.configuration.clone().with_seed(seed);
}

fn network(configuration: &mut Configuration) -> &mut String {
    match configuration {
        Configuration::Training(configuration) => &mut configuration.network,
        Configuration::Timing(configuration) => &mut configuration.network,
    }
}
