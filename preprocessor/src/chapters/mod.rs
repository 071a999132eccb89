//! The writing-out of chapters: templates, maths, citations, numbers of figures, evidence.

mod citations;
pub mod contract;
mod diagnostic;
mod labels;
mod markup;
mod maths;
mod sentinel;

pub use citations::Bibliography;
pub use diagnostic::Diagnostic;
pub use markup::markdown_options;
