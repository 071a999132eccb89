//! The runs whose whole course is known, on which the book tries the loss model.

use super::loss_runs::LossFit;
use super::prediction::LossCurves;
use crate::catalogue::{Catalogue, Entry};
use crate::topics::optimus::analysis::fitted_run::FittedRun;

/// The models of a run of which all planned epochs are recorded.
pub(crate) fn whole(fit: &LossFit) -> Option<&FittedRun> {
    fit.fit.as_ref().ok().filter(|_| fit.run.is_complete())
}

/// Adds which runs are complete, and the first of them: the one that sentences speak of.
pub(crate) fn add(catalogue: &mut Catalogue, curves: &LossCurves) {
    let mut complete = 0;
    for fit in &curves.fits {
        let is_complete = whole(fit).is_some();
        let flags = [
            ("complete", is_complete),
            ("first_complete", is_complete && complete == 0),
        ];
        for (flag, holds) in flags {
            let name = format!("loss_model.{}.{flag}", fit.run.name());
            catalogue.insert(name, Entry::Flag(holds));
        }
        complete += u32::from(is_complete);
    }
    for (flag, holds) in [("some", complete > 0), ("several", complete > 1)] {
        catalogue.insert(format!("complete_runs.{flag}"), Entry::Flag(holds));
    }
}
