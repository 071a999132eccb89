//! How many operations a network takes, how long they take at a device's peak, and what share of
//! the peak was reached.

pub mod analysis;
pub mod command_line;
pub mod quantities;
mod views;

use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostic;
use crate::topic::{Inputs, Knowledge, Topic, TopicFile};
use crate::views::View;
use quantities::{
    flops, inference, layer_overheads, layer_sums, layer_times, paleo, roofline, throughput,
};

/// Operation counts.
#[derive(Debug)]
pub struct Operations;

impl Topic for Operations {
    fn name(&self) -> &'static str {
        "operations"
    }

    fn files(&self) -> &'static [TopicFile] {
        &[throughput::FILE]
    }

    fn add(
        &self,
        inputs: &Inputs,
        knowledge: &mut Knowledge,
        catalogue: &mut Catalogue,
    ) -> Result<(), Vec<Diagnostic>> {
        flops::add(catalogue);
        inference::add(catalogue);
        layer_sums::add(catalogue);
        layer_times::add(catalogue, &inputs.runs);
        layer_overheads::add(catalogue, &inputs.runs);
        paleo::add(catalogue, &inputs.runs);
        roofline::add(catalogue);
        let published = throughput::add(catalogue, inputs.files.get(&throughput::FILE))?;
        knowledge.keep(published);
        Ok(())
    }

    fn views(&self) -> &'static [View] {
        views::VIEWS
    }
}
