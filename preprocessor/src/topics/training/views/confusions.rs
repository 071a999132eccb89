//! Which classes a network takes for which, by the test images that it classified.

use super::class_accuracies::{keeps_none, predictions};
use super::class_names::ClassNames;
use super::run_curves::find;
use crate::catalogue::Facts;
use crate::evidence::unit::Unit;
use crate::views::number_column::NumberColumn;
use crate::views::shown::{Shown, waiting_row};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use results::Confusion;
use schemars::JsonSchema;
use serde::Deserialize;

const IMAGES: NumberColumn = NumberColumn::fixed("Images", "images", 0);
const SHARE: NumberColumn = NumberColumn::fixed("Of all of the class", "%", 0);

/// The arguments of [`table`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// The run whose record has predictions.
    run: String,
    /// The table with the classes' names.
    names: String,
    /// How many confusions are shown, the most frequent ones.
    rows: usize,
}

/// True class, predicted class, and how many images of the true one.
pub(crate) fn table(arguments: &Arguments, facts: &Facts) -> Result<Shown<Table>, String> {
    let run = find(&arguments.run, facts)?;
    let names = ClassNames::of(&arguments.names, facts)?;
    let columns = vec![
        Column::new("Class", Alignment::Left),
        Column::new("Taken for", Alignment::Left),
        IMAGES.column(),
        SHARE.column(),
    ];
    let per_class = format!("{}.mean_per_class", run.name());
    let mut inputs: Vec<_> = facts.catalogue.known(&per_class).into_iter().collect();
    let Some(predictions) = predictions(run) else {
        let table = Table::new(columns, vec![waiting_row(4)]).map_err(|error| error.to_string())?;
        let shown = Shown::new(table, inputs);
        return Ok(match keeps_none(run) {
            Some(reason) => shown.noted(format!("Not measured: {reason}.")),
            None => shown.without(&[run]),
        });
    };
    let images: Vec<_> = predictions.images().collect();
    let row = |confusion: &Confusion| -> Result<Row, String> {
        let name = |class: usize| Cell::words(&names.name(class as u64 + 1));
        let share = confusion.images as f64 / images[confusion.class] as f64;
        Ok(Row {
            cells: vec![
                name(confusion.class),
                name(confusion.taken_for),
                IMAGES.plain_cell(confusion.images as f64, Unit::Image)?,
                SHARE.plain_cell(share, Unit::One)?,
            ],
            answer: false,
        })
    };
    let confusions = predictions.confusions();
    let rows = confusions.iter().take(arguments.rows).map(row);
    let table = Table::new(columns, rows.collect::<Result<_, _>>()?);
    let table = table.map_err(|error| error.to_string())?;
    inputs.extend(names.inputs);
    Ok(Shown::new(table, inputs))
}
