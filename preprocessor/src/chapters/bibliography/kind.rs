//! The kinds of works that IEEE style tells apart.

use biblatex::{Entry, EntryType};

/// What the parts of a reference depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// In a journal.
    Article,
    /// In proceedings, or in a book.
    Part,
    /// A book, or proceedings as a whole.
    Book,
    Report,
    Thesis,
    Patent,
    /// All else.
    Other,
}

impl Kind {
    pub(super) fn of(entry: &Entry) -> Kind {
        match &entry.entry_type {
            EntryType::Article | EntryType::SuppPeriodical => Kind::Article,
            EntryType::InProceedings
            | EntryType::InBook
            | EntryType::InCollection
            | EntryType::InReference
            | EntryType::BookInBook
            | EntryType::SuppBook
            | EntryType::SuppCollection => Kind::Part,
            EntryType::Book
            | EntryType::MvBook
            | EntryType::Booklet
            | EntryType::Collection
            | EntryType::MvCollection
            | EntryType::Manual
            | EntryType::Periodical
            | EntryType::Proceedings
            | EntryType::MvProceedings
            | EntryType::Reference
            | EntryType::MvReference => Kind::Book,
            EntryType::Report | EntryType::TechReport => Kind::Report,
            EntryType::Thesis | EntryType::MastersThesis | EntryType::PhdThesis => Kind::Thesis,
            EntryType::Patent => Kind::Patent,
            _ => Kind::Other,
        }
    }
}
