//! The writing-out of chapters: templates, maths, citations, numbers of figures, evidence.

mod absent;
mod arguments;
mod attributes;
mod bibliography;
mod blanks;
mod blocks;
mod book;
mod build_identifier;
mod calls;
mod cards;
mod citations;
mod citing;
mod code;
mod composed_table;
pub mod contract;
mod drawings;
mod entries;
pub mod examples;
mod exhibits;
mod file_path;
mod format;
mod functions;
mod headings;
mod homes;
mod inline_html;
mod labels;
mod ledger;
mod links;
mod lists;
mod markup;
mod maths;
mod missing_runs;
mod names;
mod nested;
mod own_exhibits;
mod page_tables;
mod parsed;
mod placeholders;
mod prose;
mod register;
mod sentinel;
mod settable;
mod shortcomings;
mod stray_formulas;
mod stray_marks;
mod tag_blocks;
mod template;
mod template_faults;
pub(crate) mod titles;
mod typed_numbers;
mod typeset;
mod unbroken;
mod unclosed;
#[cfg(test)]
mod blocks_tests;
#[cfg(test)]
mod citing_tests;
#[cfg(test)]
mod code_tests;
#[cfg(test)]
mod coverage_tests;
#[cfg(test)]
mod drawings_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod links_tests;
#[cfg(test)]
mod small_books;
#[cfg(test)]
mod tables_tests;
#[cfg(test)]
mod waiting_tests;
#[cfg(test)]
mod with_runs_tests;

use crate::diagnostic;
pub use bibliography::Bibliography;
pub use book::{Chapter, Filled, fill_book};
pub(crate) use composed_table::ColumnSpec;
pub use diagnostic::Diagnostic;
pub use file_path::FilePath;
pub use markup::markdown_options;
