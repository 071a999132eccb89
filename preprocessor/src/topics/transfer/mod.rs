//! Transfer learning: which learning rate and which approach are best, and whether the test
//! supports it.

mod quantities;
mod views;

use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostic;
use crate::topic::{Inputs, Knowledge, Topic};
use crate::views::{FigureView, NoArguments, TableView, parse};

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

    fn tables(&self) -> &'static [(&'static str, TableView)] {
        &[("classes", |arguments, facts, mark| {
            views::class_table::table(&parse(arguments)?, facts, mark)
        })]
    }

    fn figures(&self) -> &'static [(&'static str, FigureView)] {
        &[
            ("accuracy_over_cost", |arguments, facts| {
                views::accuracy_over_cost::figure(&parse(arguments)?, facts)
            }),
            ("class_histogram", |arguments, facts| {
                let NoArguments {} = parse(arguments)?;
                views::class_histogram::figure(facts)
            }),
        ]
    }
}
