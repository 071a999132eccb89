//! Hostile texts in everything that a book shows and that its author did not write: after the
//! whole fill, Markdown and HTML are those of a book with harmless texts in their places.

use super::book_tests::parse_bibliography;
