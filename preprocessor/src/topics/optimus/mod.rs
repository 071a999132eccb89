//! How long a training takes: loss models, their regression over networks, and parameter servers,
//! after Peng et al. 2018 (Optimus).

pub mod analysis;
pub mod command_line;
pub mod quantities;
mod views;

use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostic;
use crate::topic::{Inputs, Knowledge, Topic, TopicFile};
use crate::views::{FigureView, NoArguments, TableView, parse};
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
            let (logs, curves) =
                rayon::join(|| Logs::of(&inputs.tables), || LossCurves::of(&inputs.runs));
            knowledge.keep(logs);
            knowledge.keep(StageIntervals::of(&curves.fits));
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

    fn tables(&self) -> &'static [(&'static str, TableView)] {
        &[
            ("equal_windows", |arguments, facts, mark| {
                views::equal_windows::table(&parse(arguments)?, facts, mark)
            }),
            ("log_times", |arguments, facts, mark| {
                views::log_times::table(&parse(arguments)?, facts, mark)
            }),
            ("loss_grid", |arguments, facts, mark| {
                let NoArguments {} = parse(arguments)?;
                views::loss_grid::table(facts, mark)
            }),
            ("loss_models", |arguments, facts, mark| {
                views::loss_models::table(&parse(arguments)?, facts, mark)
            }),
            ("loss_regression", |arguments, facts, mark| {
                let NoArguments {} = parse(arguments)?;
                views::loss_regression::table(facts, mark)
            }),
            ("stage_models", |arguments, facts, mark| {
                let NoArguments {} = parse(arguments)?;
                views::stage_models::table(facts, mark)
            }),
            ("target_and_drops", |arguments, facts, mark| {
                let NoArguments {} = parse(arguments)?;
                views::target_and_drops::table(facts, mark)
            }),
        ]
    }

    fn figures(&self) -> &'static [(&'static str, FigureView)] {
        &[
            ("beta_over_depth", |arguments, facts| {
                views::beta_over_depth::figure(&parse(arguments)?, facts)
            }),
            ("extrapolation", |arguments, facts| {
                views::extrapolation::figure(&parse(arguments)?, facts)
            }),
            ("log_curves", |arguments, facts| {
                views::log_curves::figure(&parse(arguments)?, facts)
            }),
            ("log_fit", |arguments, facts| {
                views::log_fit::figure(&parse(arguments)?, facts)
            }),
            ("log_prediction", |arguments, facts| {
                views::log_prediction::figure(&parse(arguments)?, facts)
            }),
            ("loss_fit", |arguments, facts| {
                views::loss_fit::figure(&parse(arguments)?, facts)
            }),
            ("loss_residuals", |arguments, facts| {
                views::loss_fit::residuals(&parse(arguments)?, facts)
            }),
            ("prediction", |arguments, facts| {
                views::prediction::figure(&parse(arguments)?, facts)
            }),
            ("speed_over_workers", |arguments, facts| {
                views::parameter_server_curves::speed_over_workers(&parse(arguments)?, facts)
            }),
            ("epoch_time_over_workers", |arguments, facts| {
                views::parameter_server_curves::epoch_time_over_workers(&parse(arguments)?, facts)
            }),
            ("time_to_accuracy", |arguments, facts| {
                views::accuracy_curves::time(&parse(arguments)?, facts)
            }),
            ("cost_of_accuracy", |arguments, facts| {
                views::accuracy_curves::cost(&parse(arguments)?, facts)
            }),
        ]
    }
}

/// What the analysis has kept.
fn kept<T: std::any::Any>(knowledge: &Knowledge) -> &T {
    knowledge.get().expect("the analysis keeps it")
}
