//! What a chapter can use, as a page: filters, functions and views, from what the program itself
//! looks them up in.

use crate::chapters::ColumnSpec;
use crate::chapters::examples::{BEFORE, EXHIBITS, Example, FUNCTIONS, NUMBERS};
use crate::topic::Topic;
use crate::views::{Argument, Make, VIEWS, View, described};

/// What stands above the lists.
const HEAD: &str = "\
# What a chapter can use

<!-- `mdbook-measured reference` writes this page; `UPDATE_EXPECT=1 cargo test -p mdbook-measured --test reference` \
renews it. -->

The program writes this page from what it looks filters, functions and views up in, and its tests fill a chapter with \
each example. `mdbook-measured names` lists the names that a book has, with their values, `mdbook-measured names times` \
those that begin so, and `mdbook-measured explain NAME` where a number comes from.
";

/// Titles with what is said below them.
const NUMBERS_ABOUT: (&str, &str) = (
    "Numbers",
    "A quantity is printed by the filter behind it, which must fit its unit: `integer` prints counts, `percent` \
     shares, `duration` times, `si` all, and `number`, `fixed` and `bare` need `unit` where a quantity has one. \
     `digits` are significant ones, `places` decimals. The examples are for the book that `mdbook-measured init` writes, with these two lines above them:",
);
const FUNCTIONS_ABOUT: (&str, &str) = (
    "Functions",
    "The first three make quantities, which a filter prints; the others stand on lines of their own, such as \
     `<< evidence() >>`.",
);
const EXHIBITS_ABOUT: (&str, &str) = (
    "Tables and figures",
    "`@tbl-x` and `@fig-x` refer to them by their `id`.",
);
const VIEWS_ABOUT: (&str, &str) = (
    "Views",
    "The filters `table` and `figure` name a view, which makes them from the data. What stands between their \
     tags is the caption.",
);

/// The page for a book of these topics.
pub fn page(topics: &[&dyn Topic]) -> String {
    let mut page = HEAD.to_owned();
    write_section(&mut page, NUMBERS_ABOUT);
    page.push_str(&format!("\n```text\n{BEFORE}```\n"));
    write_examples(&mut page, "Prints", &NUMBERS);
    write_section(&mut page, FUNCTIONS_ABOUT);
    write_examples(&mut page, "Gives", &FUNCTIONS);
    write_section(&mut page, EXHIBITS_ABOUT);
    for Example { written, gives, .. } in &EXHIBITS {
        page.push_str(&format!("\nFor {gives}:\n\n```text\n{written}\n```\n"));
    }
    page.push_str("\nA column of `columns` takes:\n");
    write_arguments(&mut page, &described::<ColumnSpec>());
    write_section(&mut page, VIEWS_ABOUT);
    page.push_str("\n### In every book\n");
    VIEWS.iter().for_each(|view| write_view(&mut page, view));
    for topic in topics.iter().filter(|topic| !topic.views().is_empty()) {
        page.push_str(&format!("\n### With the topic `{}`\n", topic.name()));
        { topic.views().iter() }.for_each(|view| write_view(&mut page, view));
    }
    page
}

fn write_section(page: &mut String, (title, about): (&str, &str)) {
    page.push_str(&format!("\n## {title}\n\n{about}\n"));
}

/// A table of what chapters write and what comes of it.
fn write_examples(page: &mut String, gives: &str, all: &[Example]) {
    page.push_str(&format!("\n| Written | {gives} |\n|:---|:---|\n"));
    for Example { written, gives, .. } in all {
        page.push_str(&format!("| {} | {gives} |\n", code_in_cell(written)));
    }
}

/// Code between the bars of a table, which a bar in it would end.
fn code_in_cell(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

/// What a view shows, how a chapter asks for it, and what it takes.
fn write_view(page: &mut String, view: &View) {
    let (filter, id) = match view.make {
        Make::Table(_) => ("table", "tbl-x"),
        Make::Figure(_) => ("figure", "fig-x"),
    };
    let View {
        name,
        about,
        example,
        ..
    } = view;
    page.push_str(&format!("\n#### `{name}`, a {filter}\n\n{about}.\n\n"));
    let separator = if example.is_empty() { "" } else { ", " };
    page.push_str(&format!(
        "```text\n<% filter {filter}(id=\"{id}\", view=\"{name}\"{separator}{example}) %>\nWhat to \
         see.\n<% endfilter %>\n```\n"
    ));
    write_arguments(page, &(view.arguments)());
}

fn write_arguments(page: &mut String, arguments: &[Argument]) {
    if arguments.is_empty() {
        return;
    }
    page.push_str("\n| Argument | Takes | Says |\n|:---|:---|:---|\n");
    for Argument {
        name,
        takes,
        required,
        about,
    } in arguments
    {
        let optional = if *required { "" } else { "; optional" };
        page.push_str(&format!("| `{name}` | {takes}{optional} | {about} |\n"));
    }
}
