//! Operations and parameters of a network, by layer and by kind of layer.

use super::counted_network::{CountedNetwork, kinds};
use crate::catalogue::Facts;
use crate::escape::code;
use crate::evidence::Quantity;
use crate::evidence::unit::{Unit, titled};
use crate::topics::operations::analysis::flops::LayerCount;
use crate::topics::operations::analysis::layers::LayerKind;
use crate::views::number_column::NumberColumn;
use crate::views::shown::{EvidenceMark, Shown, count_cell};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

const SHARE: NumberColumn = NumberColumn::fixed("Share", "%", 2);

/// The arguments of [`by_layer`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByLayer {
    /// As in `flops.NETWORK`.
    network: String,
    /// What counts as an operation, as in `flops.NETWORK.CONVENTION`.
    convention: String,
}

/// The layers of a network with a matrix product, one row for each other kind, and the total as the
/// answer; the data to download have every layer.
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
            &titled("Operations", network.operations),
            Alignment::Decimal,
        ),
        SHARE.column(),
    ];
    let total = network.count.forward();
    let every = network.count.layers.iter();
    let mut every = every
        .map(|layer| layer_row(layer, total))
        .collect::<Result<Vec<_>, String>>()?;
    let mut rows = folded(&network.count.layers, &every, total)?;
    let (operations, parameters) = (network.total()?, network.parameters()?);
    let sum = Row {
        cells: vec![
            Cell::words("total"),
            Cell::words(""),
            Cell::words(""),
            integer_cell(&parameters, mark)?,
            integer_cell(&operations, mark)?,
            SHARE.plain_cell(1.0, Unit::One)?,
        ],
        answer: true,
    };
    rows.push(sum.clone());
    every.push(sum);
    let table = Table::new(columns, rows).and_then(|table| table.with_data(every));
    let table = table.map_err(|error| error.to_string())?;
    Ok(Shown::new(table, vec![operations, parameters]))
}

/// The rows of layers with a matrix product in their order; behind them one for each other kind.
fn folded(layers: &[LayerCount], every: &[Row], total: u64) -> Result<Vec<Row>, String> {
    let (products, others): (Vec<_>, Vec<_>) =
        { layers.iter().zip(every) }.partition(|(layer, _)| layer.kind.has_product());
    let mut rows: Vec<Row> = products.into_iter().map(|(_, row)| row.clone()).collect();
    for kind in LayerKind::ALL {
        let of_kind: Vec<_> = others.iter().filter(|(it, _)| it.kind == kind).collect();
        match of_kind.as_slice() {
            [] => {}
            [(_, row)] => rows.push((*row).clone()),
            several => rows.push(kind_row(
                kind,
                several.iter().map(|(layer, _)| *layer),
                total,
            )?),
        }
    }
    Ok(rows)
}

/// `18 layers | ReLU | | 0 | 14,860,288 | 0.08`
fn kind_row<'a>(
    kind: LayerKind,
    layers: impl ExactSizeIterator<Item = &'a LayerCount> + Clone,
    total: u64,
) -> Result<Row, String> {
    let forward: u64 = layers.clone().map(|layer| layer.forward).sum();
    let parameters: u64 = layers.clone().map(|layer| layer.parameters).sum();
    let cells = vec![
        Cell::words(&format!("{} layers", layers.len())),
        Cell::words(kind.name()),
        Cell::words(""),
        count_cell(parameters as f64)?,
        count_cell(forward as f64)?,
        SHARE.plain_cell(share(forward, total), Unit::One)?,
    ];
    Ok(Row {
        cells,
        answer: false,
    })
}

fn share(part: u64, total: u64) -> f64 {
    part as f64 / total.max(1) as f64
}

fn layer_row(layer: &LayerCount, total: u64) -> Result<Row, String> {
    let cells = vec![
        Cell::words(&layer.name),
        Cell::words(layer.kind.name()),
        Cell::words(&layer.output.to_string()),
        count_cell(layer.parameters as f64)?,
        count_cell(layer.forward as f64)?,
        SHARE.plain_cell(share(layer.forward, total), Unit::One)?,
    ];
    Ok(Row {
        cells,
        answer: false,
    })
}

/// The arguments of [`by_kind`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByKind {
    /// As in `flops.NETWORK`, side by side.
    networks: Vec<String>,
    /// What counts as an operation, as in `flops.NETWORK.CONVENTION`.
    convention: String,
    /// The kind of layer whose row answers the question; absent for the total.
    answer: Option<String>,
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
    let shown = kinds(&networks, |count| count.layers > 0);
    let answer = answering(arguments.answer.as_deref(), &shown)?;
    for kind in shown {
        let mut cells = vec![Cell::words(kind.name())];
        for network in &networks {
            cells.extend(kind_cells(network, kind, mark, &mut inputs)?);
        }
        rows.push(Row {
            cells,
            answer: answer == Some(kind),
        });
    }
    let mut cells = vec![Cell::words("total")];
    for network in &networks {
        cells.extend(total_cells(network, mark, &mut inputs)?);
    }
    rows.push(Row {
        cells,
        answer: answer.is_none(),
    });
    let table = Table::new(kind_columns(&networks), rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, inputs))
}

/// The kind of this name.
fn answering(name: Option<&str>, kinds: &[LayerKind]) -> Result<Option<LayerKind>, String> {
    let Some(name) = name else {
        return Ok(None);
    };
    let found = kinds.iter().find(|kind| kind.name() == name);
    let known: Vec<_> = kinds.iter().map(|kind| code(kind.name())).collect();
    let unknown = || format!("`answer` is `{name}`; expected one of {}", known.join(", "));
    found.copied().map(Some).ok_or_else(unknown)
}

fn kind_columns(networks: &[CountedNetwork]) -> Vec<Column> {
    let mut columns = vec![Column::new("Kind", Alignment::Left)];
    for CountedNetwork {
        name, operations, ..
    } in networks
    {
        let counts = ["layers", operations]
            .map(|head| Column::new(&format!("{name}, {head}"), Alignment::Decimal));
        columns.extend(counts);
        columns.push(SHARE.headed(&format!("{name}, share")).column());
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
        count_cell(count.layers as f64)?,
        match operations {
            Some(operations) => integer_cell(&operations, mark)?,
            None => count_cell(count.forward as f64)?,
        },
        match share {
            Some(share) => SHARE.cell(&share, mark)?,
            None => SHARE.plain_cell(count.share, Unit::One)?,
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
        count_cell(network.count.layers.len() as f64)?,
        integer_cell(&total, mark)?,
        SHARE.plain_cell(1.0, Unit::One)?,
    ])
}

fn integer_cell(quantity: &Quantity, mark: EvidenceMark) -> Result<Cell, String> {
    NumberColumn::fixed("", quantity.unit.name(), 0).cell(quantity, mark)
}
