//! Tests of whole books, in one program, because each links all of Typst.

mod book;
mod by_hand;
mod evidence;
mod images;
mod maths;
mod problems;
mod reader;
mod reuse;
mod states;
mod trial_book;
