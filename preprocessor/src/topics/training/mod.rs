//! What records of training runs tell: losses, accuracies and times, epoch by epoch and at the end.

pub(crate) mod analysis;
pub(crate) mod quantities;
pub(crate) mod recorded;
pub(crate) mod views;

use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostic;
use crate::topic::{Inputs, Knowledge, Topic};
use crate::views::View;

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

    fn views(&self) -> &'static [View] {
        views::VIEWS
    }
}
