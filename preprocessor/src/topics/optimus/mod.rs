//! How long a training takes: loss models, their regression over networks, and parameter servers,
//! after Peng et al. 2018 (Optimus).

pub mod analysis;
pub mod command_line;
pub mod quantities;
mod views;

use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostic;
use crate::topic::{Inputs, Knowledge, Topic, TopicFile};
use crate::views::View;
use quantities::logs::{self, Logs};
use quantities::prediction::LossCurves;
use quantities::stage_models::StageIntervals;
use quantities::{
    complete_runs, equal_windows, extrapolation, loss_grid, loss_models, measured_speeds,
    parameter_servers, predictions, step_times, target_and_drops, times_to_target,
};

/// Training time.
#[derive(Debug)]
pub struct Optimus;

impl Topic for Optimus {
    fn name(&self) -> &'static str {
        "optimus"
    }

    fn needs(&self) -> &'static [&'static str] {
        &["training", "operations"]
    }

    fn reads_tables(&self) -> bool {
        true
    }

    fn files(&self) -> &'static [TopicFile] {
        &[measured_speeds::FILE]
    }

    fn analysis(&self) -> Option<fn(&Inputs, &mut Knowledge)> {
        Some(|inputs, knowledge| {
            let of_runs = || {
                let curves = LossCurves::of(&inputs.runs);
                (StageIntervals::of(&curves.fits), curves)
            };
            let (logs, (stages, curves)) = rayon::join(|| Logs::of(&inputs.tables), of_runs);
            knowledge.keep(logs);
            knowledge.keep(stages);
            knowledge.keep(curves);
        })
    }

    fn add(
        &self,
        inputs: &Inputs,
        knowledge: &mut Knowledge,
        catalogue: &mut Catalogue,
    ) -> Result<(), Vec<Diagnostic>> {
        let (logs, curves) = (kept(knowledge), kept::<LossCurves>(knowledge));
        logs::add(catalogue, logs)?;
        loss_models::add(catalogue, curves, kept(knowledge));
        loss_grid::add(catalogue, curves);
        predictions::add(catalogue, curves, logs);
        complete_runs::add(catalogue, curves);
        extrapolation::add(catalogue, &curves.fits);
        target_and_drops::add(catalogue, &curves.fits);
        equal_windows::add(catalogue, &curves.fits);
        let of_facts = |message| vec![Diagnostic::of_file(&inputs.layout.quoted, message)];
        parameter_servers::add(catalogue).map_err(of_facts)?;
        step_times::add(catalogue);
        times_to_target::add(catalogue, curves);
        measured_speeds::add(catalogue, inputs.files.get(&measured_speeds::FILE))
    }

    fn views(&self) -> &'static [View] {
        views::VIEWS
    }
}

/// What the analysis has kept.
fn kept<T: std::any::Any>(knowledge: &Knowledge) -> &T {
    knowledge.get().expect("the analysis keeps it")
}
