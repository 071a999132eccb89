//! Fills the chapters of an mdBook with numbers that know where they come from.
//!
//! The modules stand in the order in which data passes through them.

pub mod diagnostic;
mod escape;

pub mod evidence;
pub mod analysis;
pub mod data;
pub mod catalogue;
pub mod views;
pub mod chapters;

pub mod assets;
pub mod command_line;
pub mod explain;
pub mod generated;
pub mod project;
pub mod protocol;
mod samples;
