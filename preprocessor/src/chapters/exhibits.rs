//! The filters `table` and `figure`: captioned, numbered, with their data to download.
//!
//! ```text
//! <% filter table(id="tbl-times", columns=[{"head": "Program"}, {"head": "Time", "unit": "ms",
//!    "places": 3}], rows=[["Radix sort", runs.sort_radix_1.time]]) %>
//! The caption.
//! <% endfilter %>
//! ```

use super::blocks::Block;
use super::composed_table::compose;
use super::contract::{Renderer, image_file, plot_frame};
use super::file_path::FilePath;
use super::labels::LabelKind;
use super::ledger::{ExhibitOrigin, Ledger};
use super::own_exhibits::{is_own_table, own_image_figure, own_table};
use super::placeholders::Placeholder;
use super::sentinel::{Mark, ROOT};
use crate::evidence::Quantity;
use crate::views::plot::{Plot, Target, to_csv, try_out};
use crate::views::{self, Awaited, Exhibit, Figure};
use results::with_nearest;
use serde::Deserialize;
use std::cell::Cell;
use std::sync::Arc;

/// The arguments that every figure and table has; the others are the view's own.
#[derive(Deserialize)]
struct Arguments {
    id: String,
    view: Option<String>,
    #[serde(flatten)]
    own: serde_json::Map<String, serde_json::Value>,
}

/// The mark of a table with its caption.
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
        let awaited = Awaited::default();
        register(
            ledger,
            chapter,
            &arguments.id,
            LabelKind::Table,
            origin,
            awaited,
        );
        return Ok(table_block(ledger, &arguments.id, &caption, ("", ""), text));
    }
    let shown = ShownQuantities::default();
    let (table, origin, note, beside) = match &arguments.view {
        Some(view) => {
            let mark = |quantity: &Quantity, text: &str| {
                shown.note(quantity);
                ledger.evidence_mark(quantity, text)
            };
            let Exhibit {
                content,
                function,
                inputs,
                note,
                awaited,
            } = views::table(view, arguments.own, &ledger.facts, &mark)?;
            (content, (function, inputs), note, awaited)
        }
        None => {
            let composed = parse(arguments.own.into())?;
            let (table, origin) = compose(ledger, chapter, composed)?;
            origin.1.iter().for_each(|quantity| shown.note(quantity));
            (table, origin, String::new(), Awaited::default())
        }
    };
    let awaited = shown.is_empty().then(|| Awaited::of(&origin.1));
    let awaited = awaited.filter(|awaited| !awaited.is_empty());
    let kind = LabelKind::Table;
    let told = awaited.clone().unwrap_or(beside);
    register(ledger, chapter, &arguments.id, kind, origin, told);
    if let Some(awaited) = awaited {
        return Ok(waiting(ledger, arguments.id, kind, caption, awaited));
    }
    let csv = link_to_csv(ledger, &arguments.id, table.to_csv())?;
    let markdown = table.to_markdown();
    let beside = (note.as_str(), csv.as_str());
    Ok(table_block(
        ledger,
        &arguments.id,
        caption,
        beside,
        &markdown,
    ))
}

/// Whether a table shows any of its quantities.
#[derive(Default)]
struct ShownQuantities {
    known: Cell<usize>,
    missing: Cell<usize>,
}

impl ShownQuantities {
    fn note(&self, quantity: &Quantity) {
        let count = match quantity.value {
            Ok(_) => &self.known,
            Err(_) => &self.missing,
        };
        count.set(count.get() + 1);
    }

    /// Whether there are quantities, and none has a value.
    fn is_empty(&self) -> bool {
        self.known.get() == 0 && self.missing.get() > 0
    }
}

/// What stands for a figure or a table until what it waits for is there.
fn waiting(
    ledger: &Ledger,
    label: String,
    kind: LabelKind,
    caption: &str,
    awaited: Awaited,
) -> String {
    let caption = caption.to_owned();
    let placeholder = Placeholder {
        kind,
        label,
        caption,
        awaited,
    };
    placeholder.kept_in(ledger)
}

/// The mark of a table with its caption, the view's note and the link to the data.
fn table_block(
    ledger: &Ledger,
    id: &str,
    caption: &str,
    (note, link): (&str, &str),
    table: &str,
) -> String {
    let caption = captioned(id, LabelKind::Table, caption, note, link);
    let parts = [caption.as_str(), table.trim()];
    block(ledger, id, LabelKind::Table, "table", parts)
}

/// The mark of a figure or a table with its two parts, in their order.
fn block(ledger: &Ledger, id: &str, kind: LabelKind, class: &str, parts: [&str; 2]) -> String {
    let [above, below] = parts;
    let markdown =
        format!("<figure id=\"{id}\" class=\"{class}\">\n\n{above}\n\n{below}\n\n</figure>");
    Block::exhibit(kind, id, markdown).kept_in(ledger)
}

/// The mark of a figure with its caption.
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
        let (id, origin) = (&arguments.id, (origin, Vec::new()));
        let (kind, awaited) = (LabelKind::Figure, Awaited::default());
        register(ledger, chapter, id, kind, origin, awaited);
        let caption = captioned(id, LabelKind::Figure, caption, "", "");
        return Ok(block(ledger, id, kind, "images", [&image, &caption]));
    };
    let Exhibit {
        content,
        function,
        inputs,
        note,
        awaited: beside,
    } = views::figure(view, arguments.own, &ledger.facts)?;
    let (id, kind) = (&arguments.id, LabelKind::Figure);
    let told = match &content {
        Figure::Pending(awaited) => awaited.clone(),
        Figure::Plot(_) | Figure::Images { .. } => beside,
    };
    register(ledger, chapter, id, kind, (function, inputs), told);
    let (class, body, csv) = match content {
        Figure::Pending(awaited) => {
            return Ok(waiting(ledger, arguments.id, kind, caption, awaited));
        }
        Figure::Plot(plot) => {
            let csv = link_to_csv(ledger, id, to_csv(&plot))?;
            ("plot", plotted(ledger, id, *plot)?, csv)
        }
        Figure::Images { images } => ("images", image_row(ledger, images)?, String::new()),
    };
    let caption = captioned(id, LabelKind::Figure, caption, &note, &csv);
    Ok(block(ledger, id, kind, class, [&body, &caption]))
}

/// The mark of a plot, which is kept until the colours of all plots are known.
fn plotted(ledger: &Ledger, id: &str, plot: Plot) -> Result<String, String> {
    let target = match ledger.renderer {
        Renderer::Html => Target::Html,
        Renderer::Pdf => Target::File,
    };
    try_out(&plot, target).map_err(|error| format!("`{id}` cannot be drawn: {error}"))?;
    ledger.written().plots.insert(id.to_owned(), plot);
    let drawing = Mark::Plot(id.to_owned()).to_text();
    Ok(plot_frame(ledger.renderer, &drawing))
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

fn parse<T: serde::de::DeserializeOwned>(arguments: serde_json::Value) -> Result<T, String> {
    serde_json::from_value(arguments).map_err(|error| with_nearest(&error.to_string()))
}

/// Notes where the data of the exhibit come from, and what it says that it waits for.
fn register(
    ledger: &Ledger,
    chapter: &str,
    id: &str,
    kind: LabelKind,
    (function, inputs): (String, Vec<Arc<Quantity>>),
    awaited: Awaited,
) {
    ledger.written().exhibits.push(ExhibitOrigin {
        chapter: chapter.to_owned(),
        label: id.to_owned(),
        kind,
        function,
        inputs,
        awaited,
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
