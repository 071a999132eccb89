//! Chapters as trees: Markdown with the raw HTML of the contract.

pub(crate) mod html;
pub(crate) mod lines;
pub(crate) mod node;
pub(crate) mod tree;
