//! Fills the chapters of an mdBook with numbers that know where they come from.
//!
//! The modules stand in the order in which data passes through them. All but `topics` know nothing
//! of what a book is about.

pub mod diagnostic;
use writing::escape;

pub mod layout;
pub mod evidence;
pub mod statistics;
pub mod data;
pub mod catalogue;
pub mod views;
pub mod chapters;

pub mod topic;
pub mod topics;

pub mod fonts;
pub mod assets;
pub mod explain;
pub mod generated;
pub mod init;
pub mod project;
pub mod protocol;
pub mod reference;
mod settings;
mod samples;

#[cfg(test)]
mod escape_tests;
