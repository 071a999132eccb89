//! What records of training runs tell: losses, accuracies and times, epoch by epoch and at the end.

pub(crate) mod analysis;
pub(crate) mod quantities;
pub(crate) mod views;

use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostic;
use crate::topic::{Inputs, Knowledge, Topic};
use crate::views::{FigureView, TableView, parse};

/// Training runs.
#[derive(Debug)]
pub struct Training;

impl Topic for Training {
    fn name(&self) -> &'static str {
        "training"
    }

    fn add(
        &self,
        inputs: &Inputs,
        _: &mut Knowledge,
        catalogue: &mut Catalogue,
    ) -> Result<(), Vec<Diagnostic>> {
        quantities::add(catalogue, &inputs.runs);
        Ok(())
    }

    fn tables(&self) -> &'static [(&'static str, TableView)] {
        &[
            ("runs_of", |arguments, facts, mark| {
                views::run_table::table(&parse(arguments)?, facts, mark)
            }),
            ("confusions", |arguments, facts, _| {
                views::confusions::table(&parse(arguments)?, facts)
            }),
        ]
    }

    fn figures(&self) -> &'static [(&'static str, FigureView)] {
        &[
            ("curves", |arguments, facts| {
                views::run_curves::figure(&parse(arguments)?, facts)
            }),
            ("class_accuracies", |arguments, facts| {
                views::class_accuracies::figure(&parse(arguments)?, facts)
            }),
        ]
    }
}
