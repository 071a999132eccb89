//! Platform percent of peak from published training speeds: by GPU, and source by source.

use crate::catalogue::{Catalogue, Facts};
use crate::escape::markdown;
use crate::evidence::Quantity;
use crate::topics::names::readable;
use crate::topics::operations::quantities::throughput::{Published, ThroughputRow};
use crate::views::Figure;
use crate::views::number_column::NumberColumn;
use crate::views::palette::{Colour, Dash, SeriesStyle, Shape};
use crate::views::plot::{Axis, Identity, Plot, Point, Points, Range};
use crate::views::shown::listed;
use crate::views::shown::{EvidenceMark, Shown, percent};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// What all points of a GPU have in common.
const MEDIAN: SeriesStyle = SeriesStyle {
    colour: Colour::Ink,
    dash: Dash::Solid,
    shape: Shape::Circle,
};

/// Where the points of a GPU stand below the middle of its row, in rows.
const BELOW: f64 = 0.16;

/// One point for each published speed, with the median of each GPU.
pub(crate) fn by_gpu(facts: &Facts) -> Result<Shown<Figure>, String> {
    let Published(rows) = facts.of_topic();
    let mut gpus: Vec<&str> = rows.iter().map(|row| row.gpu.as_str()).collect();
    gpus.sort_unstable();
    gpus.dedup();
    let mut inputs: Vec<_> = rows.iter().map(|row| row.percent_of_peak.clone()).collect();
    let (mut medians, mut sentences) = (Vec::new(), Vec::new());
    for (index, gpu) in gpus.iter().enumerate() {
        let summary = Summary::of(gpu, &facts.catalogue)?;
        medians.push(point(value(&summary.median), index as f64 - BELOW));
        sentences.push(summary.describe(readable(gpu))?);
        inputs.extend(summary.quantities());
    }
    let mut plot = Plot::new(
        "Platform percent of peak by GPU",
        &sentences.join(" "),
        Axis::linear("Platform percent of peak")
            .in_percent()
            .over(Range::WithZero),
        Axis::categories("", gpus.iter().map(|gpu| readable(gpu))),
    );
    for (name, small, shift) in [
        ("ImageNet, 224 px", false, 0.0),
        ("CIFAR-10, 32 px", true, BELOW),
    ] {
        let points: Vec<Point> = rows
            .iter()
            .filter(|row| is_small(row) == small)
            .filter_map(|row| {
                let gpu = gpus.iter().position(|gpu| *gpu == row.gpu)?;
                Some(point(value(&row.percent_of_peak), gpu as f64 + shift))
            })
            .collect();
        if !points.is_empty() {
            let style = plot.style_of(Identity::new("data set", name));
            plot = plot.with(Points::new(name, points, style).hollow());
        }
    }
    plot = plot.with(Points::new("median of the points", medians, MEDIAN));
    let height = 110 + 60 * gpus.len() as u32;
    Ok(Shown::new(Figure::plot(plot.sized(640, height)), inputs))
}

fn point(x: f64, y: f64) -> Point {
    Point {
        x,
        y,
        interval: None,
    }
}

fn is_small(row: &ThroughputRow) -> bool {
    row.data_set.starts_with("CIFAR")
}

fn value(quantity: &Quantity) -> f64 {
    quantity.known().unwrap_or(f64::NAN)
}

/// What the catalogue says about all sources of one GPU.
struct Summary {
    count: Arc<Quantity>,
    minimum: Arc<Quantity>,
    median: Arc<Quantity>,
    maximum: Arc<Quantity>,
}

impl Summary {
    fn of(gpu: &str, catalogue: &Catalogue) -> Result<Summary, String> {
        let quantity = |leaf: &str| {
            let found = catalogue.quantity(&format!("ppp.{gpu}.{leaf}")).cloned();
            found.map_err(|error| error.to_string())
        };
        Ok(Summary {
            count: quantity("count")?,
            minimum: quantity("minimum")?,
            median: quantity("median")?,
            maximum: quantity("maximum")?,
        })
    }

    fn quantities(&self) -> [Arc<Quantity>; 4] {
        [&self.count, &self.minimum, &self.median, &self.maximum].map(Arc::clone)
    }

    fn describe(&self, gpu: &str) -> Result<String, String> {
        let median = percent(value(&self.median), 1)?;
        if value(&self.count) == 1.0 {
            return Ok(format!(
                "On the {gpu}, one published speed gives {median} of the peak."
            ));
        }
        Ok(format!(
            "On the {gpu}, {} published speeds give {} to {} of the peak, with a median of {median}.",
            value(&self.count),
            percent(value(&self.minimum), 1)?,
            percent(value(&self.maximum), 1)?,
        ))
    }
}

/// The arguments of [`sources`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sources {
    /// As in `ppp.GPU`.
    gpu: String,
}

/// The published speeds on one GPU with their percents of peak, the median as the answer: in the page
/// one row for all batches of a source's network, in the data to download one for each speed.
pub(crate) fn sources(
    arguments: &Sources,
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let Published(all) = facts.of_topic();
    let rows: Vec<_> = all.iter().filter(|row| row.gpu == arguments.gpu).collect();
    if rows.is_empty() {
        let mut known: Vec<_> = all.iter().map(|row| row.gpu.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        return Err(format!(
            "no training speed is published on `{}`; hint: there are some on {}",
            arguments.gpu,
            listed(&known)
        ));
    }
    let summary = Summary::of(&arguments.gpu, &facts.catalogue)?;
    let each = rows.iter().map(|row| source_row(&[row], mark));
    let mut each = each.collect::<Result<Vec<_>, _>>()?;
    let folded = by_setting(&rows).into_iter();
    let folded = folded.map(|rows| source_row(&rows, mark));
    let mut folded = folded.collect::<Result<Vec<_>, _>>()?;
    let median = median_row(&summary, mark)?;
    folded.push(median.clone());
    each.push(median);
    let table = Table::new(columns(), folded).and_then(|table| table.with_data(each));
    let table = table.map_err(|error| error.to_string())?;
    let mut inputs: Vec<_> = rows.iter().map(|row| row.percent_of_peak.clone()).collect();
    inputs.extend(summary.quantities());
    let note = peaks(&rows, &facts.catalogue, mark)?;
    Ok(Shown::new(table, inputs).noted(note))
}

const SPEED: NumberColumn = NumberColumn::fixed("Images/s", "images/s", 1);
const SHARE: NumberColumn = NumberColumn::fixed("PPP", "%", 1);

fn columns() -> Vec<Column> {
    let words = ["Source", "Card", "Network", "Data", "Batch", "Framework"];
    let words = words.map(|head| Column::new(head, Alignment::Left));
    let numbers = [SPEED, SHARE].map(|column| column.column());
    words.into_iter().chain(numbers).collect()
}

/// The rows that differ in nothing but their batch, in the order of the first of each.
fn by_setting<'a>(rows: &[&'a ThroughputRow]) -> Vec<Vec<&'a ThroughputRow>> {
    let setting = |row: &ThroughputRow| {
        let ThroughputRow {
            citation,
            card,
            network,
            data_set,
            framework,
            ..
        } = row.clone();
        [citation, card, network, data_set, framework]
    };
    let mut groups: Vec<Vec<&ThroughputRow>> = Vec::new();
    for row in rows {
        let same = groups
            .iter_mut()
            .find(|group| setting(group[0]) == setting(row));
        match same {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

/// One row for speeds that differ in nothing but their batch, with the range of each.
fn source_row(rows: &[&ThroughputRow], mark: EvidenceMark) -> Result<Row, String> {
    let row = rows[0];
    let source = Cell {
        text: format!("[@{}]", row.citation),
        printed: row.citation.clone(),
        csv: row.citation.clone(),
    };
    let batches = batches(rows);
    let words = [
        &row.card,
        &row.network,
        &row.data_set,
        &batches,
        &row.framework,
    ];
    let mut cells = vec![source];
    cells.extend(words.map(|text| Cell::words(text)));
    cells.push(range_cell(rows, |row| &row.speed, SPEED, mark)?);
    cells.push(range_cell(rows, |row| &row.percent_of_peak, SHARE, mark)?);
    Ok(Row {
        cells,
        answer: false,
    })
}

/// `64`, or `16 to 256`.
fn batches(rows: &[&ThroughputRow]) -> String {
    let sizes = rows.iter().map(|row| row.batch_size.parse::<u64>());
    let sizes = sizes.collect::<Result<Vec<_>, _>>().unwrap_or_default();
    match (rows.len() > 1, sizes.iter().min(), sizes.iter().max()) {
        (true, Some(least), Some(most)) => format!("{least} to {most}"),
        _ => listed(&rows.iter().map(|row| &row.batch_size).collect::<Vec<_>>()),
    }
}

/// The lowest and the highest of a quantity, each with its mark.
fn range_cell(
    rows: &[&ThroughputRow],
    of: impl Fn(&ThroughputRow) -> &Arc<Quantity>,
    column: NumberColumn,
    mark: EvidenceMark,
) -> Result<Cell, String> {
    let mut sorted: Vec<_> = rows.iter().map(|row| of(row)).collect();
    sorted.sort_by(|a, b| value(a).total_cmp(&value(b)));
    let cell = |quantity: &Quantity| column.cell(quantity, mark);
    let low = cell(sorted[0])?;
    if rows.len() == 1 {
        return Ok(low);
    }
    let high = cell(sorted[rows.len() - 1])?;
    let both = |low: String, high: String| format!("{low} to {high}");
    Ok(Cell {
        text: both(low.text, high.text),
        printed: both(low.printed, high.printed),
        csv: both(low.csv, high.csv),
    })
}

/// The row below the speeds, which says in its first cell that it is none of them.
fn median_row(summary: &Summary, mark: EvidenceMark) -> Result<Row, String> {
    let mut cells = vec![Cell::words("median of all speeds")];
    cells.extend((0..6).map(|_| Cell::words("")));
    cells.push(SHARE.cell(&summary.median, mark)?);
    Ok(Row {
        cells,
        answer: true,
    })
}

/// Whose peak was taken: `The peak is that of the P100 SXM2, 10.6 TFLOP/s.`
fn peaks(
    rows: &[&ThroughputRow],
    catalogue: &Catalogue,
    mark: EvidenceMark,
) -> Result<String, String> {
    let mut boards: Vec<&str> = rows.iter().map(|row| row.board.as_str()).collect();
    boards.sort_unstable();
    boards.dedup();
    let peaks = boards
        .into_iter()
        .map(|board| {
            let peak = catalogue
                .quantity(&format!("device.{board}.peak_fp32"))
                .map_err(|error| error.to_string())?;
            let text =
                crate::views::numbers::si(value(peak), peak.unit, 4).map_err(|e| e.to_string())?;
            Ok(format!(
                "{}, {}",
                markdown(readable(board)),
                mark(peak, &text)
            ))
        })
        .collect::<Result<Vec<_>, String>>()?;
    Ok(format!("The peak is that of {}.", listed(&peaks)))
}
