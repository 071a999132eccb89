//! The topics of this program: what is told of training runs, of transfer learning, of operation
//! counts, and of training time after Peng et al. 2018 (Optimus).

pub mod command_line;
mod names;
pub mod operations;
pub mod optimus;
pub mod training;
pub mod transfer;

use crate::topic::Topic;

/// All topics, each behind those that it needs.
pub static TOPICS: [&dyn Topic; 4] = [
    &training::Training,
    &operations::Operations,
    &transfer::Transfer,
    &optimus::Optimus,
];

/// The topics of these names and those that they need, each behind those that it needs.
///
/// # Errors
/// A name that no topic has.
pub fn named<S: AsRef<str>>(names: &[S]) -> Result<Vec<&'static dyn Topic>, String> {
    let known: Vec<_> = TOPICS.iter().map(|topic| topic.name()).collect();
    for name in names.iter().map(AsRef::as_ref) {
        if !known.contains(&name) {
            let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            return Err(format!(
                "no topic is named `{name}`, expected some of {}",
                known.join(", ")
            ));
        }
    }
    let is_named = |topic: &dyn Topic| names.iter().any(|name| name.as_ref() == topic.name());
    let mut wanted: Vec<&'static dyn Topic> = Vec::new();
    for &topic in TOPICS.iter().rev() {
        let is_needed = wanted.iter().any(|by| by.needs().contains(&topic.name()));
        if is_named(topic) || is_needed {
            wanted.insert(0, topic);
        }
    }
    Ok(wanted)
}

#[cfg(test)]
mod formula_tests;
#[cfg(test)]
mod command_line_tests;
#[cfg(test)]
mod log_reading_tests;
#[cfg(test)]
pub(crate) mod synthetic_runs;
#[cfg(test)]
mod view_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Facts;
    use crate::topic::Inputs;
    use std::collections::BTreeSet;

    fn names_of(topics: &[&'static dyn Topic]) -> Vec<&'static str> {
        topics.iter().map(|topic| topic.name()).collect()
    }

    #[test]
    fn a_topic_brings_those_that_it_needs_before_it() {
        let check = |names: &[&str], expected: &[&str]| {
            assert_eq!(names_of(&named(names).unwrap()), expected, "{names:?}");
        };
        check(&[], &[]);
        check(&["transfer"], &["training", "operations", "transfer"]);
        check(&["operations"], &["operations"]);
        check(
            &["optimus", "optimus"],
            &["training", "operations", "optimus"],
        );
        check(
            &["optimus", "transfer"],
            &["training", "operations", "transfer", "optimus"],
        );
    }

    #[test]
    fn a_topic_that_is_not_there_is_answered_with_those_that_are() {
        assert_eq!(
            named(&["optimus", "optimal"]).err().unwrap(),
            "no topic is named `optimal`, expected some of `training`, `operations`, `transfer`, \
             `optimus`"
        );
    }

    /// The first parts of the names that a book of these topics has without files of its own.
    fn beginnings(topics: &[&'static dyn Topic]) -> BTreeSet<String> {
        let facts = Facts::of(topics, Vec::new(), Inputs::default()).expect("nothing is wrong");
        let first = |(name, _): (&str, _)| name.split('.').next().unwrap_or_default().to_owned();
        facts.catalogue.entries().map(first).collect()
    }

    #[test]
    fn names_of_a_topic_are_there_where_it_is_on() {
        let engine = ["interval", "quoted", "runs", "tables"].map(str::to_owned);
        assert_eq!(beginnings(&[]), BTreeSet::from(engine.clone()));
        let check = |topic: &str, expected: &[&str]| {
            let mut names = beginnings(&named(&[topic]).unwrap());
            names.retain(|name| !engine.contains(name));
            assert_eq!(names.iter().collect::<Vec<_>>(), expected, "{topic}");
        };
        check("training", &[]);
        check("operations", &["flops", "own_paleo", "own_sum", "own_wait"]);
        check(
            "transfer",
            &["flops", "own_paleo", "own_sum", "own_wait", "transfer"],
        );
        check(
            "optimus",
            &[
                "complete_runs",
                "equal_windows",
                "extrapolation",
                "flops",
                "log_model",
                "log_set",
                "loss_grid",
                "loss_model",
                "own_paleo",
                "own_sum",
                "own_wait",
                "speed_fit",
            ],
        );
        assert!(beginnings(&TOPICS).contains("transfer"));
    }
}
