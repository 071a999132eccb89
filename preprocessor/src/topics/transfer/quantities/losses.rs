//! Which setting of an approach fits the training images best, which the validation images, and
//! which overfits.

use super::by_seed::pairs;
use super::ranking::{Approach, Choice};
use super::setting::Setting;
use crate::catalogue::{Catalogue, Entry};
use results::Trained;

/// The losses by which a setting may be the lowest, with what they are called.
const LOSSES: [(&str, &str); 2] = [
    ("train_loss", "of the setting with the lowest training loss"),
    (
        "validation_loss",
        "of the setting with the lowest validation loss",
    ),
];

/// Adds the settings with the lowest losses, and for each whether it overfits.
pub(super) fn add(catalogue: &mut Catalogue, approach: &Approach) {
    let best = approach.best();
    for (loss, function) in LOSSES {
        let choice = Choice {
            prefix: format!("transfer.{}.lowest_{loss}", approach.experiment),
            runs: &approach.runs,
        };
        let of = |setting: &&Setting| setting.told[loss].known().unwrap_or(f64::INFINITY);
        let settings = approach.settings.iter();
        let lowest = best.and_then(|_| settings.min_by(|a, b| of(a).total_cmp(&of(b))));
        choice.add_setting(catalogue, lowest, function);
        let is_best = lowest
            .zip(best)
            .is_some_and(|(lowest, best)| lowest.rate == best.rate);
        catalogue.insert(format!("{}.is_best", choice.prefix), Entry::Flag(is_best));
    }
    for setting in &approach.settings {
        let overfits = best.is_some_and(|best| overfits(setting, best));
        let name = format!("{}.overfits", setting.prefix);
        catalogue.insert(name, Entry::Flag(overfits));
    }
}

/// Whether, in every seed, a setting ends with a lower training loss than the best one and with a
/// higher validation loss.
fn overfits(setting: &Setting, best: &Setting) -> bool {
    let pairs = pairs(setting, best).unwrap_or_default();
    let does = |(run, best): &(&Trained, &Trained)| {
        let (Some((train, validation)), Some((of_best, validation_of_best))) =
            (losses(run), losses(best))
        else {
            return false;
        };
        train < of_best && validation > validation_of_best
    };
    !pairs.is_empty() && pairs.iter().all(does)
}

/// The last training loss and validation loss.
fn losses(trained: &Trained) -> Option<(f64, f64)> {
    let last = trained.epochs.last()?;
    Some((last.train_loss, last.validation?.loss))
}
