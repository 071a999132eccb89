//! The filters `table` and `figure`: captioned, numbered, with their data to download.
//!
//! ```text
//! <% filter table(id="tbl-times", columns=[{"head": "Program"}, {"head": "Time (ms)", "unit": "ms",
//!    "places": 3}], rows=[["Radix sort", runs.sort_radix_1.time]]) %>
//! The caption.
//! <% endfilter %>
//! ```

use super::contract::{Renderer, image_file, inline_plot, plot_image};
use super::file_path::FilePath;
use super::format::{Format, Printing};
use super::labels::LabelKind;
use super::ledger::{ExhibitOrigin, Ledger};
use super::own_exhibits::{is_own_table, own_image_figure, own_table};
use super::sentinel::{Mark, ROOT, quantity_name};
use crate::escape::{code, message};
use crate::evidence::Quantity;
use crate::views::plot::{Plot, Target, render, to_csv};
use crate::views::table::{Alignment, Cell, Column, Row, Table};
use crate::views::{self, Exhibit, Figure};
use serde::Deserialize;
use std::sync::Arc;

/// The arguments that every figure and table has; the others are the view's own.
#[derive(Deserialize)]
struct Arguments {
    id: String,
    view: Option<String>,
    #[serde(flatten)]
    own: serde_json::Map<String, serde_json::Value>,
}

/// The arguments of a table that a template composes itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Composed {
    columns: Vec<ColumnSpec>,
    rows: Vec<Vec<serde_json::Value>>,
    #[serde(default)]
    answer: Vec<usize>,
}

/// A column's head, and how its quantities are printed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnSpec {
    head: String,
    unit: Option<String>,
    places: Option<usize>,
    digits: Option<usize>,
    percent: Option<usize>,
    si: Option<usize>,
    #[serde(default)]
    integer: bool,
    #[serde(default)]
    interval: bool,
}

/// A table with its caption, as Markdown.
pub(crate) fn table(
    ledger: &Ledger,
    chapter: &str,
    caption: &str,
    arguments: serde_json::Value,
) -> Result<String, String> {
    let arguments: Arguments = parse(arguments)?;
    LabelKind::Table.check(&arguments.id)?;
    if arguments.view.is_none() && is_own_table(&arguments.own) {
        let (text, caption) = (caption, own_table(arguments.own, caption)?);
        let origin = ("written in the chapter".to_owned(), Vec::new());
        register(ledger, chapter, &arguments.id, LabelKind::Table, origin);
        return Ok(table_figure(&arguments.id, &caption, ("", ""), text));
    }
    let (table, origin, note) = match &arguments.view {
        Some(view) => {
            let mark = |quantity: &Quantity, text: &str| ledger.evidence_mark(quantity, text);
            let Exhibit {
                content,
                function,
                inputs,
                note,
            } = views::table(view, arguments.own, &ledger.facts, &mark)?;
            (content, (function, inputs), note)
        }
        None => {
            let composed: Composed = parse(arguments.own.into())?;
            let (table, origin) = compose(ledger, chapter, composed)?;
            (table, origin, String::new())
        }
    };
    register(ledger, chapter, &arguments.id, LabelKind::Table, origin);
    let csv = link_to_csv(ledger, &arguments.id, table.to_csv())?;
    let markdown = table.to_markdown();
    Ok(table_figure(
        &arguments.id,
        caption,
        (&note, &csv),
        &markdown,
    ))
}

/// The Markdown of a table with its caption, the view's note and the link to the data.
fn table_figure(id: &str, caption: &str, (note, link): (&str, &str), markdown: &str) -> String {
    let caption = captioned(id, LabelKind::Table, caption, note, link);
    let markdown = markdown.trim();
    format!("<figure id=\"{id}\" class=\"table\">\n\n{caption}\n\n{markdown}\n\n</figure>")
}

/// A figure with its caption, as Markdown.
pub(crate) fn figure(
    ledger: &Ledger,
    chapter: &str,
    caption: &str,
    arguments: serde_json::Value,
) -> Result<String, String> {
    let arguments: Arguments = parse(arguments)?;
    LabelKind::Figure.check(&arguments.id)?;
    let Some(view) = arguments.view.as_deref() else {
        if !arguments.own.contains_key("image") {
            return Err(
                "a figure needs `view` or `image`; hint: the name of a view, or the path of an \
                        image, in quotation marks"
                    .to_owned(),
            );
        }
        let (image, origin) = own_image_figure(ledger, arguments.own)?;
        let id = &arguments.id;
        register(ledger, chapter, id, LabelKind::Figure, (origin, Vec::new()));
        let caption = captioned(id, LabelKind::Figure, caption, "", "");
        return Ok(format!(
            "<figure id=\"{id}\" class=\"images\">\n\n{image}\n\n{caption}\n\n</figure>"
        ));
    };
    let Exhibit {
        content,
        function,
        inputs,
        note,
    } = views::figure(view, arguments.own, &ledger.facts)?;
    register(
        ledger,
        chapter,
        &arguments.id,
        LabelKind::Figure,
        (function, inputs),
    );
    let id = &arguments.id;
    let (class, body, csv) = match content {
        Figure::Pending { remedy } => {
            let pending = ledger.renderer.pending(&remedy);
            let body = format!("{pending}: {}", remedy_text(&remedy));
            ("pending", body, String::new())
        }
        Figure::Plot(plot) => {
            let body = plotted(ledger, id, &plot)?;
            ("plot", body, link_to_csv(ledger, id, to_csv(&plot))?)
        }
        Figure::Images { images } => ("images", image_row(ledger, images)?, String::new()),
    };
    let caption = captioned(id, LabelKind::Figure, caption, &note, &csv);
    Ok(format!(
        "<figure id=\"{id}\" class=\"{class}\">\n\n{body}\n\n{caption}\n\n</figure>"
    ))
}

/// The drawing for the renderer.
fn plotted(ledger: &Ledger, id: &str, plot: &Plot) -> Result<String, String> {
    let draw =
        |target| render(plot, target).map_err(|error| format!("`{id}` cannot be drawn: {error}"));
    Ok(match ledger.renderer {
        Renderer::Html => inline_plot(&draw(Target::Html)?),
        Renderer::Pdf => plot_image(&draw(Target::File)?, &plot.description),
    })
}

/// Keeps the images as files and sets them side by side.
fn image_row(ledger: &Ledger, images: Vec<(String, String, Vec<u8>)>) -> Result<String, String> {
    let image = |(path, description, content): (String, String, Vec<u8>)| {
        let path = FilePath::new(path)?;
        let image = image_file(&ledger.facts.layout.generated, &path, &description);
        ledger.written().files.insert(path, content);
        Ok(image)
    };
    let row: Vec<_> = images
        .into_iter()
        .map(image)
        .collect::<Result<_, String>>()?;
    Ok(row.join(" "))
}

fn remedy_text(remedy: &str) -> String {
    match remedy.starts_with("scripts/") {
        true => code(remedy),
        false => message(remedy),
    }
}

fn parse<T: serde::de::DeserializeOwned>(arguments: serde_json::Value) -> Result<T, String> {
    serde_json::from_value(arguments).map_err(|error| error.to_string())
}

/// Notes where the data of the exhibit come from.
fn register(
    ledger: &Ledger,
    chapter: &str,
    id: &str,
    kind: LabelKind,
    (function, inputs): (String, Vec<Arc<Quantity>>),
) {
    ledger.written().exhibits.push(ExhibitOrigin {
        chapter: chapter.to_owned(),
        label: id.to_owned(),
        kind,
        function,
        inputs,
    });
}

/// Keeps the data as a file and returns the link to it.
fn link_to_csv(ledger: &Ledger, id: &str, csv: String) -> Result<String, String> {
    let path = FilePath::new(format!("data/{id}.csv"))?;
    let link = format!(
        " [Data (CSV)]({ROOT}{}/{path})",
        ledger.facts.layout.generated
    );
    ledger.written().files.insert(path, csv.into_bytes());
    Ok(link)
}

/// The caption with the view's note, its number and the link to the data.
fn captioned(id: &str, kind: LabelKind, caption: &str, note: &str, link: &str) -> String {
    let number = Mark::Number(id.to_owned()).to_text();
    format!(
        "<figcaption>\n\n**{}\u{a0}{number}.** {}{link}\n\n</figcaption>",
        kind.word(),
        format!("{} {note}", caption.trim()).trim()
    )
}

type Origin = (String, Vec<Arc<Quantity>>);

/// The table that the template lays out, with the quantities in its cells.
fn compose(ledger: &Ledger, chapter: &str, composed: Composed) -> Result<(Table, Origin), String> {
    let printings: Vec<_> = composed
        .columns
        .iter()
        .map(ColumnSpec::printing)
        .collect::<Result<_, _>>()?;
    let mut inputs = Vec::new();
    let mut rows = Vec::new();
    for (index, cells) in composed.rows.iter().enumerate() {
        let cells = cells
            .iter()
            .zip(printings.iter().chain(std::iter::repeat(&None)))
            .map(|(cell, printing)| {
                compose_cell(ledger, chapter, cell, printing.as_ref(), &mut inputs)
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| format!("`rows[{index}]`: {error}"))?;
        let answer = composed.answer.contains(&index);
        rows.push(Row { cells, answer });
    }
    let columns = composed
        .columns
        .iter()
        .zip(&printings)
        .map(|(column, printing)| {
            let alignment = match printing {
                Some(_) => Alignment::Decimal,
                None => Alignment::Left,
            };
            Column::new(&column.head, alignment)
        })
        .collect();
    let table = Table::new(columns, rows).map_err(|error| error.to_string())?;
    Ok((table, ("composed in the chapter".to_owned(), inputs)))
}

fn compose_cell(
    ledger: &Ledger,
    chapter: &str,
    cell: &serde_json::Value,
    printing: Option<&Printing>,
    inputs: &mut Vec<Arc<Quantity>>,
) -> Result<Cell, String> {
    match (cell, printing) {
        (serde_json::Value::String(text), printing) => match (quantity_name(text), printing) {
            (Some(name), Some(printing)) => {
                let quantity = ledger.use_quantity(chapter, name)?;
                inputs.push(quantity.clone());
                ledger.quantity_cell(&quantity, printing)
            }
            (Some(name), None) => Err(format!(
                "the quantity `{name}` stands in a column without a format; hint: give the column \
                 `places`, `digits`, `percent`, `si` or `integer`"
            )),
            (None, _) => Ok(markdown_cell(text)),
        },
        (serde_json::Value::Number(number), _) if number.is_i64() => {
            Ok(Cell::words(&number.to_string()))
        }
        (serde_json::Value::Number(number), _) => Err(format!(
            "{number} is a bare number; hint: name a quantity, so that the reader learns where it \
             comes from"
        )),
        (other, _) => Err(format!(
            "found `{other}`, expected a text or a quantity; hint: a missing value is never empty"
        )),
    }
}

/// Text that the template has already written as Markdown, perhaps with evidence marks.
fn markdown_cell(text: &str) -> Cell {
    let plain = plain_text(text);
    Cell {
        text: text.replace('\n', " "),
        printed: plain.clone(),
        csv: plain,
    }
}

/// The text without tags and link targets, as the reader sees it.
fn plain_text(text: &str) -> String {
    use pulldown_cmark::{Event, Parser};
    if is_plain(text) {
        return text.to_owned();
    }
    Parser::new(text)
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.into_string()),
            _ => None,
        })
        .collect()
}

/// Whether a parser of Markdown would surely find nothing but text: most cells are a few words, and
/// a parser makes room for a whole document.
fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || !c.is_ascii() || " ,.-/()%:;".contains(c);
    text.starts_with(char::is_alphabetic) && !text.ends_with(' ') && text.chars().all(plain)
}

impl ColumnSpec {
    /// How the column's quantities are printed; `None` for a column of words.
    fn printing(&self) -> Result<Option<Printing>, String> {
        let unit = self.unit.clone();
        let formats: Vec<Format> = [
            self.places.map(|places| Format::Column {
                places,
                unit: unit.clone(),
            }),
            self.digits.map(|digits| Format::Significant { digits }),
            self.percent.map(|places| Format::Column {
                places,
                unit: Some("%".into()),
            }),
            self.si.map(|digits| Format::Si { digits }),
            self.integer.then_some(Format::Integer),
        ]
        .into_iter()
        .flatten()
        .collect();
        match <[Format; 1]>::try_from(formats) {
            Ok([format]) => Ok(Some(Printing {
                format,
                interval: self.interval,
            })),
            Err(none) if none.is_empty() && unit.is_none() => Ok(None),
            Err(_) => Err(format!(
                "the column `{}` needs exactly one of `places`, `digits`, `percent`, `si`, \
                 `integer`; hint: `unit` goes with `places`",
                self.head
            )),
        }
    }
}

impl Ledger {
    /// A cell with a quantity in the column's format, its mark, and its value for the CSV.
    fn quantity_cell(&self, quantity: &Quantity, printing: &Printing) -> Result<Cell, String> {
        let Some(value) = quantity.known() else {
            let mark = self.evidence_mark(quantity, "not measured");
            return Ok(Cell {
                text: mark,
                printed: "not measured".into(),
                csv: String::new(),
            });
        };
        let printed = printing.print(quantity, value)?;
        let in_column = printing.format.column_value(quantity.unit, value)?;
        let marked = self.evidence_mark(quantity, &printed);
        Ok(Cell::number(&printed, in_column).shown_as(marked))
    }
}
