//! Whether a record may take the place of the one that is there: the rule for `plan import` and for training alike.
//!
//! 1. A complete record gives way to a complete one alone, and never to one that fits the plan less.
//! 2. Of records of different configurations, the one that is there stays unless the other fits the plan better.
//! 3. A complete record takes the place of an unfinished one that does not fit the plan better.
//! 4. Of two unfinished records of one configuration, the longer stays; a failed one never takes a partial one's place.

use std::cmp::Ordering;

use crate::digest::Digest;
use crate::environment::SourceDigests;
use crate::plan::PlannedRun;
use crate::record::{Completion, Record};
use crate::state::stale_changes;

/// What becomes of a record that arrives where there is one, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// Whether it takes the other's place.
    pub takes: bool,
    /// Why, such as `the one here is complete`.
    pub reason: String,
}

/// How well a record fits the plan, by what changed since and is not accepted there; better ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    AnotherConfiguration,
    OtherHardware,
    OtherSources,
    Fits,
}

/// Whether `arriving` takes the place of `present`, a record of the same run. `run` is what the plan says of it, if it
/// plans it; `sources` gives the present digest of a source file, as for [`states`](crate::states).
pub fn replacement(
    arriving: &Record,
    present: &Record,
    run: Option<&PlannedRun>,
    sources: impl Fn(&str, SourceDigests) -> Option<Digest>,
) -> Replacement {
    use Completion::{Complete, Failed, Partial};
    let (new, old) = (fit(arriving, run, &sources), fit(present, run, &sources));
    let one_configuration =
        arriving.configuration == present.configuration || (new, old) == (Fit::Fits, Fit::Fits);
    if arriving == present {
        return keep("it is the one here");
    }
    match (&arriving.completion, &present.completion) {
        (Partial { .. } | Failed { .. }, Complete) => keep("the one here is complete"),
        _ if !one_configuration => match new > old {
            true => take("it fits the plan, the one here less"),
            false => keep("it has another configuration and fits the plan no better"),
        },
        (Complete, _) if new < old => keep("the one here fits the plan better"),
        (Complete, Complete) if new > old => take("it fits the plan better"),
        (Complete, Complete) => match arriving.environment.ended > present.environment.ended {
            true => take("both are complete, and it is the later one"),
            false => keep("both are complete, and the one here is the later one"),
        },
        (Complete, _) => take("it is complete"),
        (Failed { .. }, Partial { .. }) => keep("it failed, and the one here can go on"),
        _ => longer(arriving, present, new > old),
    }
}

/// The longer of two unfinished records; of equally long ones the one that fits the plan better.
fn longer(arriving: &Record, present: &Record, fits_better: bool) -> Replacement {
    let (new, old) = (arriving.done(), present.done());
    match new.cmp(&old) {
        Ordering::Greater => take(&format!("it has {new} done, the one here {old}")),
        Ordering::Less => keep(&format!("the one here has {old} done, it has {new}")),
        Ordering::Equal if fits_better => take("it is as long and fits the plan better"),
        Ordering::Equal => keep(&format!("both have {new} done")),
    }
}

fn fit(
    record: &Record,
    run: Option<&PlannedRun>,
    sources: &impl Fn(&str, SourceDigests) -> Option<Digest>,
) -> Fit {
    let changes = run.map(|run| stale_changes(run, record, sources));
    let fits = |what: &str| match what {
        "hardware" => Fit::OtherHardware,
        what if what.starts_with("configuration.") => Fit::AnotherConfiguration,
        _ => Fit::OtherSources,
    };
    let changes = changes.unwrap_or_default();
    let least = changes.iter().map(|change| fits(&change.what)).min();
    least.unwrap_or(Fit::Fits)
}

fn take(reason: &str) -> Replacement {
    Replacement {
        takes: true,
        reason: reason.to_owned(),
    }
}

fn keep(reason: &str) -> Replacement {
    Replacement {
        takes: false,
        reason: reason.to_owned(),
    }
}
