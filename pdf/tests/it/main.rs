//! Tests of whole books, in one program, because each links all of Typst.

mod book;
mod html;
mod maths;
mod problems;
mod reader;
mod trial_book;
