//! The coefficients of the regressions of the loss models' parameters.

use crate::catalogue::{Catalogue, Facts};
use crate::evidence::Quantity;
use crate::topics::optimus::quantities::loss_models::BETAS;
use crate::views::number_column::NumberColumn;
use crate::views::shown::{EvidenceMark, Shown};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use std::sync::Arc;

/// A coefficient with the ends of its interval.
const ESTIMATE: NumberColumn = NumberColumn::estimate("Estimate", "1", 3);

/// One row for each coefficient; one for a parameter that has no regression yet.
pub(crate) fn table(facts: &Facts, mark: EvidenceMark) -> Result<Shown<Table>, String> {
    let catalogue = &facts.catalogue;
    let mut rows = Vec::new();
    let mut inputs = Vec::new();
    for (index, (beta, _)) in BETAS.into_iter().enumerate() {
        let parameter = format!("β{}", ["₀", "₁", "₂"][index]);
        let prefix = format!("loss_regression.{beta}.terms.");
        let terms: Vec<&Arc<Quantity>> = catalogue.quantities(&prefix).collect();
        for term in &terms {
            let leaf = term.name.trim_start_matches(&prefix);
            let words = [
                parameter.clone(),
                form(catalogue, beta),
                meaning(catalogue, leaf),
            ];
            let mut cells: Vec<_> = words.iter().map(|text| Cell::words(text)).collect();
            cells.push(ESTIMATE.cell(term, mark)?);
            rows.push(row(cells));
        }
        if terms.is_empty() {
            let name = format!("loss_regression.{beta}.constant_family.error");
            let awaited = catalogue
                .quantity(&name)
                .map_err(|error| error.to_string())?;
            rows.push(waiting(awaited, &parameter, mark));
            inputs.push(awaited.clone());
        }
        inputs.extend(terms.into_iter().cloned());
    }
    let heads = ["Parameter", "Form", "Coefficient"].map(|head| Column::new(head, Alignment::Left));
    let columns = heads.into_iter().chain([ESTIMATE.column()]).collect();
    let table = Table::new(columns, rows).map_err(|error| error.to_string())?;
    Ok(Shown::new(table, inputs))
}

fn row(cells: Vec<Cell>) -> Row {
    Row {
        cells,
        answer: false,
    }
}

/// What the regression of a parameter waits for, by the error of its simplest form.
fn waiting(awaited: &Quantity, parameter: &str, mark: EvidenceMark) -> Row {
    let state = Cell {
        text: mark(awaited, "not measured"),
        printed: "not measured".to_owned(),
        csv: String::new(),
    };
    let words = [parameter, "–", "–"].map(Cell::words);
    row(words.into_iter().chain([state]).collect())
}

/// The chosen form in words.
fn form(catalogue: &Catalogue, beta: &str) -> String {
    let chosen = catalogue.text(&format!("loss_regression.{beta}.chosen"));
    let (form, scope) = chosen
        .unwrap_or_default()
        .split_once('_')
        .unwrap_or_default();
    let form = match form {
        "log" => "logarithms",
        other => other,
    };
    match scope {
        "all" => format!("{form}, all depths"),
        _ => format!("{form}, 6n + 2"),
    }
}

/// A coefficient in words: the offset of a hardware by its title.
fn meaning(catalogue: &Catalogue, leaf: &str) -> String {
    match leaf.strip_prefix("offset_") {
        Some(hardware) => {
            let title = catalogue.text(&format!("prediction.on.{hardware}.title"));
            format!("offset of {}", title.unwrap_or(hardware))
        }
        None if leaf == "slope" => "slope over depth".to_owned(),
        None => leaf.to_owned(),
    }
}
