//! Transfer learning: which learning rate and which approach are best, and whether the test
//! supports it.

mod quantities;
mod views;

use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostic;
use crate::topic::{Inputs, Knowledge, Topic};
use crate::views::View;

/// Transfer learning.
#[derive(Debug)]
pub struct Transfer;

impl Topic for Transfer {
    fn name(&self) -> &'static str {
        "transfer"
    }

    fn needs(&self) -> &'static [&'static str] {
        &["training", "operations"]
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
