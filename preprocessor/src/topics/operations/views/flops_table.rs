//! Operations and parameters of a network, by layer and by kind of layer.

use super::counted_network::{CountedNetwork, kinds};
use crate::catalogue::Facts;
use crate::evidence::Quantity;
use crate::topics::operations::analysis::flops::LayerCount;
use crate::topics::operations::analysis::layers::LayerKind;
use crate::views::shown::{EvidenceMark, Shown, number_cell, quantity_cell};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use serde::Deserialize;
use std::sync::Arc;

/// Decimals of a share in percent.
const SHARE_PLACES: usize = 2;

/// The arguments of [`by_layer`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByLayer {
    network: String,
    convention: String,
}

/// Every layer of a network with its share of the operations, the total as the answer.
pub(crate) fn by_layer(
    arguments: &ByLayer,
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let network = CountedNetwork::new(&arguments.network, &arguments.convention, &facts.catalogue)?;
    let columns = vec![
        Column::new("Layer", Alignment::Left),
        Column::new("Kind", Alignment::Left),
        Column::new("Output", Alignment::Left),
        Column::new("Parameters", Alignment::Decimal),
        Column::new(
            &format!("Operations ({})", network.operations),
            Alignment::Decimal,
        ),
        Column::new("Share (%)", Alignment::Decimal),
    ];
    let total = network.count.forward();
    let layers = network.count.layers.iter();
    let mut rows = layers
        .map(|layer| layer_row(layer, total))
        .collect::<Result<Vec<_>, String>>()?;
    let (operations, parameters) = (network.total()?, network.parameters()?);
    rows.push(Row {
        cells: vec![
            Cell::words("total"),
            Cell::words(""),
            Cell::words(""),
            integer_cell(&parameters, mark)?,
            integer_cell(&operations, mark)?,
            number_cell(100.0, SHARE_PLACES)?,
        ],
        answer: true,
    });
    let table = Table::new(columns, rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, vec![operations, parameters]))
}

fn layer_row(layer: &LayerCount, total: u64) -> Result<Row, String> {
    let share = 100.0 * layer.forward as f64 / total.max(1) as f64;
    let cells = vec![
        Cell::words(&layer.name),
        Cell::words(layer.kind.name()),
        Cell::words(&layer.output.to_string()),
        number_cell(layer.parameters as f64, 0)?,
        number_cell(layer.forward as f64, 0)?,
        number_cell(share, SHARE_PLACES)?,
    ];
    Ok(Row {
        cells,
        answer: false,
    })
}

/// The arguments of [`by_kind`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByKind {
    networks: Vec<String>,
    convention: String,
}

/// Layers, operations and share of each kind of layer, the networks side by side.
pub(crate) fn by_kind(
    arguments: &ByKind,
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let networks = arguments
        .networks
        .iter()
        .map(|name| CountedNetwork::new(name, &arguments.convention, &facts.catalogue))
        .collect::<Result<Vec<_>, _>>()?;
    let mut inputs = Vec::new();
    let mut rows = Vec::new();
    for kind in kinds(&networks, |count| count.layers > 0) {
        let mut cells = vec![Cell::words(kind.name())];
        for network in &networks {
            cells.extend(kind_cells(network, kind, mark, &mut inputs)?);
        }
        rows.push(Row {
            cells,
            answer: false,
        });
    }
    let mut cells = vec![Cell::words("total")];
    for network in &networks {
        cells.extend(total_cells(network, mark, &mut inputs)?);
    }
    rows.push(Row {
        cells,
        answer: true,
    });
    let table = Table::new(kind_columns(&networks), rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, inputs))
}

fn kind_columns(networks: &[CountedNetwork]) -> Vec<Column> {
    let mut columns = vec![Column::new("Kind", Alignment::Left)];
    for CountedNetwork {
        name, operations, ..
    } in networks
    {
        columns.extend(
            ["layers", operations, "share (%)"]
                .map(|head| Column::new(&format!("{name}, {head}"), Alignment::Decimal)),
        );
    }
    columns
}

fn kind_cells(
    network: &CountedNetwork,
    kind: LayerKind,
    mark: EvidenceMark,
    inputs: &mut Vec<Arc<Quantity>>,
) -> Result<[Cell; 3], String> {
    let count = network.of_kind(kind);
    let operations = network.operations_of(kind);
    let share = network.share_of(kind);
    inputs.extend(operations.iter().chain(&share).cloned());
    Ok([
        number_cell(count.layers as f64, 0)?,
        match operations {
            Some(operations) => integer_cell(&operations, mark)?,
            None => number_cell(count.forward as f64, 0)?,
        },
        match share {
            Some(share) => quantity_cell(&share, "%", SHARE_PLACES, mark)?,
            None => number_cell(100.0 * count.share, SHARE_PLACES)?,
        },
    ])
}

fn total_cells(
    network: &CountedNetwork,
    mark: EvidenceMark,
    inputs: &mut Vec<Arc<Quantity>>,
) -> Result<[Cell; 3], String> {
    let total = network.total()?;
    inputs.push(total.clone());
    Ok([
        number_cell(network.count.layers.len() as f64, 0)?,
        integer_cell(&total, mark)?,
        number_cell(100.0, SHARE_PLACES)?,
    ])
}

fn integer_cell(quantity: &Quantity, mark: EvidenceMark) -> Result<Cell, String> {
    quantity_cell(quantity, quantity.unit.name(), 0, mark)
}
