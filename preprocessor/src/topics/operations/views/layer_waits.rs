//! What each measured layer costs beyond its part of the pass: on a platform of Lu et al., and in our
//! own runs on GPUs with one image.

use crate::catalogue::Facts;
use crate::evidence::Quantity;
use crate::topics::names::readable;
use crate::topics::operations::quantities::layer_times::{PER_LAYER, TimedPasses};
use crate::views::number_column::NumberColumn;
use crate::views::shown::{EvidenceMark, Shown};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

const LAYERS: NumberColumn = NumberColumn::fixed("Layers", "1", 0);
const DIFFERENCE: NumberColumn = NumberColumn::fixed("Sum − pass", "ms", 2);
const FOR_EACH: NumberColumn = NumberColumn::fixed("For each layer", "µs", 1);

/// The arguments of [`table`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// The platform of Lu et al., such as `tx1_gpu`.
    platform: String,
}

/// A row's network and hardware, and the names of its layers, its difference, and that per layer.
struct Named {
    network: String,
    hardware: String,
    layers: String,
    difference: String,
    per_layer: String,
}

/// The published networks on the platform, and our own. On a CPU there is no wait to show.
pub(crate) fn table(
    arguments: &Arguments,
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let published = published(&arguments.platform, facts)?;
    let own = TimedPasses::all(&facts.runs).filter(|it| it.batch == 1 && it.run.record.is_some());
    let own = own.filter(TimedPasses::is_on_gpu).map(of_passes);
    let (mut rows, mut inputs) = (Vec::new(), Vec::new());
    for named in published.into_iter().chain(own) {
        rows.push(row(&named, facts, mark, &mut inputs)?);
    }
    let words = ["Network", "Hardware"].map(|head| Column::new(head, Alignment::Left));
    let numbers = [LAYERS, DIFFERENCE, FOR_EACH].map(|column| column.column());
    let columns = words.into_iter().chain(numbers).collect();
    let table = Table::new(columns, rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, inputs))
}

/// Networks in the order of their layers.
fn published(platform: &str, facts: &Facts) -> Result<Vec<Named>, String> {
    let catalogue = &facts.catalogue;
    let named = |network: String| {
        let prefix = format!("lu_time.{network}.{platform}");
        catalogue.known(&format!("{prefix}.{PER_LAYER}"))?;
        let layers = format!("lu.{network}.layers");
        let count = catalogue.known(&layers)?.known()?;
        let named = Named {
            network: readable(&network).to_owned(),
            hardware: readable(platform).to_owned(),
            layers,
            difference: format!("{prefix}.difference"),
            per_layer: format!("{prefix}.{PER_LAYER}"),
        };
        Some((count, named))
    };
    let networks = catalogue.groups("lu_time").into_iter();
    let mut networks: Vec<_> = networks.filter_map(named).collect();
    networks.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    match networks.is_empty() {
        true => Err(format!(
            "`platform` is `{platform}`, and no network was timed on it"
        )),
        false => Ok(networks.into_iter().map(|(_, named)| named).collect()),
    }
}

fn of_passes(passes: TimedPasses) -> Named {
    let prefix = passes.name();
    Named {
        network: readable(passes.network()).to_owned(),
        hardware: passes.hardware(),
        layers: format!("{prefix}.layers"),
        difference: format!("{prefix}.difference"),
        per_layer: format!("{prefix}.{PER_LAYER}"),
    }
}

fn row(
    named: &Named,
    facts: &Facts,
    mark: EvidenceMark,
    inputs: &mut Vec<Arc<Quantity>>,
) -> Result<Row, String> {
    let mut cells = vec![Cell::words(&named.network), Cell::words(&named.hardware)];
    for (name, column) in [
        (&named.layers, LAYERS),
        (&named.difference, DIFFERENCE),
        (&named.per_layer, FOR_EACH),
    ] {
        let quantity = facts.catalogue.quantity(name);
        let quantity = quantity.map_err(|error| error.to_string())?;
        cells.push(column.cell(quantity, mark)?);
        inputs.push(quantity.clone());
    }
    Ok(Row {
        cells,
        answer: false,
    })
}
