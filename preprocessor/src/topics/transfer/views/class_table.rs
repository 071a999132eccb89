//! The test images of every class, by name, in several columns.

use super::class_histogram::classes;
use crate::catalogue::Facts;
use crate::topics::training::views::class_names::ClassNames;
use crate::views::number_column::NumberColumn;
use crate::views::shown::{EvidenceMark, Shown};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use schemars::JsonSchema;
use serde::Deserialize;

/// How many classes stand side by side.
const SIDE_BY_SIDE: usize = 3;

const IMAGES: NumberColumn = NumberColumn::fixed("Test", "image", 0);

/// The arguments of [`table`].
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arguments {
    /// The table with the classes' names.
    names: String,
}

/// Number, name and test images of each class; the numbers go down the columns.
pub(crate) fn table(
    arguments: &Arguments,
    facts: &Facts,
    mark: EvidenceMark,
) -> Result<Shown<Table>, String> {
    let names = ClassNames::of(&arguments.names, facts)?;
    let classes = classes(facts)?;
    let heads = [
        ("Class", Alignment::Left),
        ("Name", Alignment::Left),
        ("Test", Alignment::Decimal),
    ];
    let columns = [heads; SIDE_BY_SIDE].concat().into_iter();
    let columns = columns.map(|(head, alignment)| Column::new(head, alignment));
    let height = classes.len().div_ceil(SIDE_BY_SIDE);
    let mut rows = Vec::new();
    for row in 0..height {
        let mut cells = Vec::new();
        for column in 0..SIDE_BY_SIDE {
            match classes.get(row + column * height) {
                Some((class, images)) => cells.extend([
                    Cell::words(&class.to_string()),
                    Cell::words(&names.name(*class)),
                    IMAGES.cell(images, mark)?,
                ]),
                None => cells.extend([const { "" }; 3].map(Cell::words)),
            }
        }
        rows.push(Row {
            cells,
            answer: false,
        });
    }
    let table = Table::new(columns.collect(), rows).map_err(|error| error.to_string())?;
    let images = classes.into_iter().map(|(_, images)| images);
    Ok(Shown::new(table, images.chain(names.inputs).collect()))
}
