//! The parts of a chapter.

use parsers::maths::Display;
use pulldown_cmark::{Alignment, BlockQuoteKind};

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// The chapter.
    Chapter,
    /// A paragraph.
    Paragraph,
    /// A heading with its level, from 1, and its id where one is written.
    Heading(usize, Option<String>),
    /// A quotation, or one of GFM's alerts.
    Quote(Option<BlockQuoteKind>),
    /// A code block with the words behind its fence.
    CodeBlock(String),
    /// A list; numbered lists carry their first number.
    List(Option<u64>),
    /// A list's item.
    Item,
    /// A table with its columns' alignment.
    Table(Vec<Alignment>),
    /// The head of a table.
    TableHead,
    /// A row of a table's body.
    TableRow,
    /// A cell.
    TableCell,
    /// A footnote's text, with its name.
    FootnoteText(String),
    /// A list of definitions.
    Definitions,
    /// A term to define.
    Term,
    /// What a term means.
    Definition,
    /// `*text*`
    Emphasis,
    /// `**text**`
    Strong,
    /// `~~text~~`
    Strikethrough,
    /// A link with its target.
    Link(String),
    /// An image with its path; the children are its description.
    Image(String),
    /// Text.
    Text(String),
    /// `` `code` ``
    Code(String),
    /// Maths in LaTeX.
    Maths(String, Display),
    /// A line break in the file.
    SoftBreak,
    /// A line break in the book.
    HardBreak,
    /// A thematic break.
    Rule,
    /// The mark of a footnote, with its name.
    FootnoteMark(String),
    /// A task's box; `true` when done.
    Task(bool),
    /// A raw HTML element with its attributes.
    Html(String, Vec<(String, String)>),
}

/// A node with the byte range of the chapter that it stands for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// What it is.
    pub kind: Kind,
    /// First byte.
    pub start: usize,
    /// Byte behind the last.
    pub end: usize,
    /// What it holds.
    pub children: Vec<Node>,
}

impl Node {
    /// An attribute of a raw HTML element.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let Kind::Html(_, attributes) = &self.kind else {
            return None;
        };
        attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether this is a raw HTML element with that name.
    pub(crate) fn is_html(&self, name: &str) -> bool {
        matches!(&self.kind, Kind::Html(own, _) if own == name)
    }

    /// The first raw HTML element with this id, here or inside.
    pub(crate) fn element(&self, id: &str) -> Option<&Node> {
        match self.attribute("id") == Some(id) {
            true => Some(self),
            false => self.children.iter().find_map(|child| child.element(id)),
        }
    }

    /// The plain text inside, as mdBook takes it for a heading's id.
    pub(crate) fn text(&self) -> String {
        match &self.kind {
            Kind::Text(text) | Kind::Code(text) | Kind::Maths(text, _) => text.clone(),
            Kind::SoftBreak | Kind::HardBreak => " ".into(),
            _ => self.children.iter().map(Node::text).collect(),
        }
    }
}
