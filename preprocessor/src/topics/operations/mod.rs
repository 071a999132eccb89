//! How many operations a network takes, how long they take at a device's peak, and what share of
//! the peak was reached.

pub mod analysis;
pub mod command_line;
pub mod quantities;
mod views;

use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostic;
use crate::topic::{Inputs, Knowledge, Topic, TopicFile};
use crate::views::{FigureView, NoArguments, TableView, parse};
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

    fn tables(&self) -> &'static [(&'static str, TableView)] {
        &[
            ("flops_by_layer", |arguments, facts, mark| {
                views::flops_table::by_layer(&parse(arguments)?, facts, mark)
            }),
            ("flops_by_kind", |arguments, facts, mark| {
                views::flops_table::by_kind(&parse(arguments)?, facts, mark)
            }),
            ("layer_times", |arguments, facts, mark| {
                let NoArguments {} = parse(arguments)?;
                views::layer_times::times(facts, mark)
            }),
            ("layer_waits", |arguments, facts, mark| {
                views::layer_waits::table(&parse(arguments)?, facts, mark)
            }),
            ("layer_speeds", |arguments, facts, mark| {
                let NoArguments {} = parse(arguments)?;
                views::layer_times::speeds(facts, mark)
            }),
            ("paleo_passes", |arguments, facts, mark| {
                let NoArguments {} = parse(arguments)?;
                views::paleo::passes(facts, mark)
            }),
            ("paleo_kinds", |arguments, facts, mark| {
                let NoArguments {} = parse(arguments)?;
                views::paleo::kinds(facts, mark)
            }),
            ("throughput_sources", |arguments, facts, mark| {
                views::percent_of_peak::sources(&parse(arguments)?, facts, mark)
            }),
        ]
    }

    fn figures(&self) -> &'static [(&'static str, FigureView)] {
        &[
            ("flops_share", |arguments, facts| {
                views::flops_share::figure(&parse(arguments)?, facts)
            }),
            ("layer_sum_against_full_pass", |arguments, facts| {
                views::layer_sums::figure(&parse(arguments)?, facts)
            }),
            ("roofline", |arguments, facts| {
                views::roofline::figure(&parse(arguments)?, facts)
            }),
            ("ppp_by_gpu", |arguments, facts| {
                let NoArguments {} = parse(arguments)?;
                views::percent_of_peak::by_gpu(facts)
            }),
        ]
    }
}
