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
pub(crate) mod synthetic_runs;
#[cfg(test)]
mod view_tests;
