//! Times of layers and of whole passes in our own runs, and the speeds that follow.

use crate::catalogue::Facts;
use crate::escape::markdown;
use crate::evidence::Quantity;
use crate::topics::names::readable;
use crate::topics::operations::quantities::layer_times::TimedPasses;
use crate::views::number_column::NumberColumn;
use crate::views::shown::{EvidenceMark, Shown};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use std::sync::Arc;

/// A column of quantities.
struct Quantities {
    column: NumberColumn<'static>,
    /// The end of the quantity's name, after that of the run and the batch.
    leaf: &'static str,
}

const RATIO: NumberColumn = NumberColumn::estimate("Ratio, trial by trial", "1", 3);

/// Sum of the layers against the whole pass.
const TIMES: [Quantities; 5] = [
    of("layers", NumberColumn::fixed("Layers", "1", 0)),
    of("layer_sum", NumberColumn::fixed("Sum of layers", "ms", 2)),
    of("full_pass", NumberColumn::fixed("Full pass", "ms", 2)),
    of("back_to_back", NumberColumn::fixed("Among many", "ms", 2)),
    of("ratio", RATIO),
];

/// Speed and share of the peak.
const SPEEDS: [Quantities; 3] = [
    of(
        "images_per_second",
        NumberColumn::fixed("Images/s", "images/s", 1),
    ),
    of("speed", NumberColumn::fixed("Speed", "GFLOP/s", 0)),
    of(SHARE, NumberColumn::fixed("Share of peak", "%", 1)),
];

/// The share of the peak, which has no value where the device's peak is not quoted.
const SHARE: &str = "percent_of_peak";

const fn of(leaf: &'static str, column: NumberColumn<'static>) -> Quantities {
    Quantities { column, leaf }
}

/// Sum of the layer times, time of the full pass, and time of a pass among many.
pub(crate) fn times(facts: &Facts, mark: EvidenceMark) -> Result<Shown<Table>, String> {
    let mut shown = table(&TIMES, facts, mark)?;
    if let Some((note, ratio)) = ratios(facts, mark)? {
        shown.inputs.push(ratio);
        let note = [note, shown.note.clone()].join(" ");
        return Ok(shown.noted(note.trim().to_owned()));
    }
    Ok(shown)
}

/// How far the ratio of the times in a row can lie from the ratio that is printed there: the sentence,
/// and the ratio that lies farthest.
fn ratios(facts: &Facts, mark: EvidenceMark) -> Result<Option<(String, Arc<Quantity>)>, String> {
    let known = |passes: &TimedPasses, leaf: &str| {
        let name = format!("{}.{leaf}", passes.name());
        facts.catalogue.known(&name).filter(|it| it.value.is_ok())
    };
    let mut distances = Vec::new();
    for passes in TimedPasses::all(&facts.runs) {
        let pair = known(&passes, "ratio").zip(known(&passes, "ratio_of_medians"));
        if let Some((trials, medians)) = pair {
            let distance = (value(&medians) / value(&trials)).ln().abs();
            distances.push((distance, passes, medians));
        }
    }
    let farthest = distances.into_iter().max_by(|a, b| a.0.total_cmp(&b.0));
    let Some((_, passes, medians)) = farthest else {
        return Ok(None);
    };
    let ratio = RATIO.cell(&medians, mark)?.text;
    let note = format!(
        "The ratio is the median of the ratios in each trial, since what slows the machine slows both times \
         of a trial. The two medians beside it need not have the same ratio: farthest from it is that of {} \
         on {} with a batch of {}, {ratio}.",
        readable(passes.network()),
        markdown(&passes.hardware()),
        passes.batch
    );
    Ok(Some((note, medians)))
}

fn value(quantity: &Quantity) -> f64 {
    quantity.known().unwrap_or(f64::NAN)
}

/// Images and operations per second of passes that do not wait for each other.
pub(crate) fn speeds(facts: &Facts, mark: EvidenceMark) -> Result<Shown<Table>, String> {
    table(&SPEEDS, facts, mark)
}

/// One row for each timing with a record; the others go to the note.
fn table(
    quantities: &[Quantities],
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let (measured, missing): (Vec<_>, Vec<_>) =
        TimedPasses::all(&facts.runs).partition(|passes| passes.run.record.is_some());
    let (mut rows, mut inputs) = (Vec::new(), Vec::new());
    for passes in &measured {
        let configuration = passes.configuration;
        let mut cells = vec![
            Cell::words(readable(&configuration.network)),
            Cell::words(&passes.hardware()),
            Cell::number(&passes.batch.to_string(), passes.batch as f64),
        ];
        for column in quantities {
            let quantity = column.of(passes, facts);
            cells.push(column.cell(quantity.as_ref(), mark)?);
            inputs.extend(quantity);
        }
        rows.push(Row {
            cells,
            answer: false,
        });
    }
    if rows.is_empty() {
        rows.push(nothing_yet(3 + quantities.len()));
    }
    let table = Table::new(columns(quantities), rows).map_err(|error| error.to_string())?;
    let mut missing: Vec<_> = missing.iter().map(|passes| passes.run).collect();
    missing.dedup_by(|a, b| a.id == b.id);
    Ok(Shown::new(table, inputs).without(&missing))
}

impl Quantities {
    /// The quantity of these passes; none for a share of a peak that is not quoted.
    fn of(&self, passes: &TimedPasses, facts: &Facts) -> Option<Arc<Quantity>> {
        let known = facts
            .catalogue
            .known(&format!("{}.{}", passes.name(), self.leaf));
        known.filter(|quantity| quantity.value.is_ok() || self.leaf != SHARE)
    }

    fn cell(&self, quantity: Option<&Arc<Quantity>>, mark: EvidenceMark) -> Result<Cell, String> {
        match quantity {
            Some(quantity) => self.column.cell(quantity, mark),
            None => Ok(Cell::words("–")),
        }
    }
}

fn columns(quantities: &[Quantities]) -> Vec<Column> {
    let words = ["Network", "Hardware"].map(|head| Column::new(head, Alignment::Left));
    let batch = Column::new("Batch", Alignment::Decimal);
    let numbers = quantities.iter().map(|it| it.column.column());
    words.into_iter().chain([batch]).chain(numbers).collect()
}

/// A row that says that there is nothing yet.
fn nothing_yet(columns: usize) -> Row {
    let mut cells = vec![Cell::words("not measured")];
    cells.resize(columns, Cell::words("–"));
    Row {
        cells,
        answer: false,
    }
}
