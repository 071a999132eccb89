//! The runs whose whole course is known, on which the book tries the loss model.

use super::loss_runs::LossFit;
use super::prediction::{LossCurves, training};
use crate::catalogue::{Catalogue, Entry};
use crate::topics::optimus::analysis::fitted_run::FittedRun;

/// The models of a run of which all planned epochs are recorded.
pub(crate) fn whole(fit: &LossFit) -> Option<&FittedRun> {
    fit.fit.as_ref().ok().filter(|_| fit.run.is_complete())
}

/// Adds which runs are complete, the first of them, of which sentences speak, and whether the mean
/// errors on held-out points, which must be in the catalogue, are those of complete runs.
pub(crate) fn add(catalogue: &mut Catalogue, curves: &LossCurves) {
    let mut complete = 0;
    for fit in &curves.fits {
        let is_complete = whole(fit).is_some();
        let flags = [
            ("complete", is_complete),
            ("first_complete", is_complete && complete == 0),
            ("dropped", fit.run.drops().next().is_some()),
        ];
        for (flag, holds) in flags {
            let name = format!("loss_model.{}.{flag}", fit.run.name());
            catalogue.insert(name, Entry::Flag(holds));
        }
        complete += u32::from(is_complete);
    }
    let is_known = |name| catalogue.known(name).is_some_and(|it| it.value.is_ok());
    let held_out = ["prediction.held_out.whole", "prediction.held_out.staged"];
    let held_out = held_out.into_iter().all(is_known) && training(&curves.fits).next().is_some();
    for (flag, holds) in [
        ("some", complete > 0),
        ("several", complete > 1),
        ("held_out", held_out),
    ] {
        catalogue.insert(format!("complete_runs.{flag}"), Entry::Flag(holds));
    }
}
