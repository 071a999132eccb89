//! Runs beside the question's: the same approach in other arithmetic, with other schedules and other
//! statistics of BatchNorm, whose records keep each prediction.

use super::approach;
use super::by_seed::hit_differences;
use super::ranking::awaited;
use crate::catalogue::{Catalogue, Entry, RunFacts};
use crate::evidence::unit::Unit;
use crate::evidence::{Formula, Quantity};
use crate::statistics::paired_difference::paired_difference;
use crate::topics::training::recorded::trained;
use std::sync::Arc;

/// The experiment whose runs lie beside those of another one, as they are compared there.
const EXPERIMENT: &str = "feature_study";
const BESIDE: &str = "feature_extraction";

/// What is told of two runs, and their ids: statistics of BatchNorm, and late drops.
const COMPARED: [(&str, [&str; 2]); 2] = [
    (
        "transfer.own_statistics",
        [
            "feature-study-own-statistics",
            "feature-study-stored-statistics",
        ],
    ),
    (
        "transfer.late_drops",
        ["feature-study-lr0.001-late", "feature-study-lr0.001"],
    ),
];

/// Those that differ from the runs that they lie beside in more than the arithmetic.
const OTHERWISE: [&str; 3] = [COMPARED[0].1[0], COMPARED[0].1[1], COMPARED[1].1[0]];

/// Adds what they tell; `best_rate` is that of the runs that they lie beside.
pub(super) fn add(catalogue: &mut Catalogue, runs: &[RunFacts], best_rate: Option<f64>) {
    let is_alike =
        |run: &&RunFacts| run.planned.experiment == EXPERIMENT && !OTHERWISE.contains(&&*run.id);
    let alike: Vec<_> = runs.iter().filter(is_alike).collect();
    let same_schedule = Entry::Flag(have_the_schedule(&alike, runs));
    catalogue.insert(
        format!("transfer.{EXPERIMENT}.same_schedule"),
        same_schedule,
    );
    let words = "feature extraction in single precision";
    let alike = approach(catalogue, EXPERIMENT, words, alike);
    alike.add(catalogue);
    let rate = alike.best().map(|best| best.rate);
    catalogue.insert(
        format!("transfer.{EXPERIMENT}.same_best_rate"),
        Entry::Flag(rate.is_some() && rate == best_rate),
    );
    let run = |id: &str| runs.iter().find(|run| run.id == id);
    for (name, [first, second]) in COMPARED {
        compare(catalogue, name, run(first).zip(run(second)));
    }
    let at_best_rate = alike.settings.iter().find(|it| Some(it.rate) == best_rate);
    let best = at_best_rate.and_then(|setting| setting.runs.first().copied());
    let late = run(COMPARED[1].1[0]);
    compare(catalogue, "transfer.late_drops_and_best", late.zip(best));
    imbalance(catalogue, best);
}

/// Whether each run trains as one of the runs does that it lies beside.
fn have_the_schedule<'a>(alike: &[&'a RunFacts], runs: &'a [RunFacts]) -> bool {
    let beside = runs.iter().filter(|run| run.planned.experiment == BESIDE);
    let training = |run: &'a RunFacts| Some(&run.planned.configuration.as_training()?.training);
    let trainings: Vec<_> = beside.map(training).collect();
    let mut alike = alike.iter().map(|run| training(run));
    alike.all(|training| trainings.contains(&training))
}

/// The difference of two runs' test accuracies, image by image, and whether it is larger than the
/// choice of the images explains.
fn compare(catalogue: &mut Catalogue, name: &str, runs: Option<(&RunFacts, &RunFacts)>) {
    let difference = format!("{name}.difference");
    let difference = match runs {
        Some((first, second)) => paired(catalogue, difference, first, second),
        None => awaited(difference, Unit::One, &[]),
    };
    let interval = difference.interval;
    let measured = runs.is_some_and(|(first, second)| first.is_measured() && second.is_measured());
    for (flag, holds) in [
        ("measured", measured && interval.is_some()),
        ("better", interval.is_some_and(|(low, _)| low > 0.0)),
        ("worse", interval.is_some_and(|(_, high)| high < 0.0)),
    ] {
        catalogue.insert(format!("{name}.{flag}"), Entry::Flag(holds));
    }
    catalogue.add(difference);
}

fn paired(
    catalogue: &Catalogue,
    name: String,
    first: &RunFacts,
    second: &RunFacts,
) -> Arc<Quantity> {
    let accuracy = |run: &RunFacts| catalogue.known(&format!("{}.test_accuracy", run.name()));
    let Some((one, other)) = accuracy(first).zip(accuracy(second)) else {
        return awaited(name, Unit::One, &[]);
    };
    let difference =
        Formula::of("accuracy of the first", &one) - Formula::of("accuracy of the second", &other);
    let both = trained(first).zip(trained(second));
    let differences = both.and_then(|(first, second)| hit_differences(first, second));
    match differences.and_then(|it| paired_difference(&it)) {
        Some((_, (low, high))) => difference
            .noted(
                "interval by statistics::paired_difference, image by image",
                [],
            )
            .quantity(name, Unit::One)
            .with_interval(low, high),
        None => difference.quantity(name, Unit::One),
    }
}

/// Whether the frequencies of the classes in the test split explain why its accuracy is below that on
/// the balanced validation split: the mean over the classes lies in the interval of the validation's,
/// and the share of all images lies below it.
fn imbalance(catalogue: &mut Catalogue, run: Option<&RunFacts>) {
    const LEAVES: [(&str, &str); 3] = [
        ("plain", "test_accuracy"),
        ("mean_per_class", "mean_per_class"),
        ("validation", "final_validation_accuracy"),
    ];
    let [plain, mean, validation] = LEAVES.map(|(leaf, of_run)| {
        let name = format!("transfer.imbalance.{leaf}");
        let of_run = run.and_then(|run| catalogue.known(&format!("{}.{of_run}", run.name())));
        let quantity = match of_run {
            Some(quantity) => quantity.chosen(
                name,
                "of the run at the rate that is best among the question’s runs",
            ),
            None => awaited(name, Unit::One, &[]),
        };
        catalogue.add(quantity.clone());
        quantity
    });
    let known = validation.interval.zip(plain.known().zip(mean.known()));
    let explains = known
        .is_some_and(|((low, high), (plain, mean))| plain < low && (low..=high).contains(&mean));
    for (flag, holds) in [("measured", known.is_some()), ("explains", explains)] {
        catalogue.insert(format!("transfer.imbalance.{flag}"), Entry::Flag(holds));
    }
}
