//! A chapter as a tree: the Markdown parser's events with raw HTML as elements among them.

use super::html::{self, Piece};
use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd,
    TextMergeWithOffset,
};

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
    /// Maths in LaTeX; `true` for a displayed formula.
    Maths(String, bool),
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

    /// The plain text inside, as mdBook takes it for a heading's id.
    pub(crate) fn text(&self) -> String {
        match &self.kind {
            Kind::Text(text) | Kind::Code(text) | Kind::Maths(text, _) => text.clone(),
            Kind::SoftBreak | Kind::HardBreak => " ".into(),
            _ => self.children.iter().map(Node::text).collect(),
        }
    }
}

/// HTML that does not nest with the Markdown around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// Offset into the chapter.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

/// Elements without content.
const VOID: [&str; 4] = ["br", "hr", "img", "wbr"];

/// Which extensions of CommonMark are on besides those that mdBook always has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    /// Curly quotes, dashes and ellipses.
    pub smart_punctuation: bool,
    /// Definition lists.
    pub definition_lists: bool,
    /// GFM alerts.
    pub alerts: bool,
}

impl Dialect {
    /// mdBook's parser options, and maths, which reaches the PDF as LaTeX.
    fn options(self) -> Options {
        let mut options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_MATH;
        options.set(Options::ENABLE_SMART_PUNCTUATION, self.smart_punctuation);
        options.set(Options::ENABLE_DEFINITION_LIST, self.definition_lists);
        options.set(Options::ENABLE_GFM, self.alerts);
        options
    }
}

/// Parses a chapter.
///
/// Returns the tree and every raw HTML tag that does not nest.
pub(crate) fn parse(markdown: &str, dialect: Dialect) -> (Node, Vec<Mismatch>) {
    let mut builder = Builder {
        stack: vec![node(Kind::Chapter, 0)],
        mismatches: Vec::new(),
    };
    let mut html: Option<(usize, String)> = None;
    let parser = Parser::new_ext(markdown, dialect.options());
    for (event, range) in TextMergeWithOffset::new(parser.into_offset_iter()) {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => {
                html.get_or_insert((range.start, String::new()))
                    .1
                    .push_str(&text);
                continue;
            }
            _ => builder.raw(html.take()),
        }
        match event {
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            Event::Start(tag) => builder.open(kind(tag), range.start),
            Event::End(_) => builder.close_markdown(range.end),
            event => builder.leaf(leaf(event), range.start, range.end),
        }
    }
    builder.raw(html.take());
    builder.finish(markdown.len())
}

struct Builder {
    stack: Vec<Node>,
    mismatches: Vec<Mismatch>,
}

fn node(kind: Kind, start: usize) -> Node {
    Node {
        kind,
        start,
        end: start,
        children: Vec::new(),
    }
}

impl Builder {
    fn open(&mut self, kind: Kind, start: usize) {
        self.stack.push(node(kind, start));
    }

    fn leaf(&mut self, kind: Kind, start: usize, end: usize) {
        self.open(kind, start);
        self.pop(end);
    }

    fn pop(&mut self, end: usize) {
        if self.stack.len() > 1
            && let Some(mut done) = self.stack.pop()
        {
            done.end = end;
            let parent = self
                .stack
                .last_mut()
                .expect("the chapter stays on the stack");
            parent.children.push(done);
        }
    }

    fn mismatch(&mut self, offset: usize, message: String) {
        self.mismatches.push(Mismatch { offset, message });
    }

    /// Ends a Markdown element; an HTML element still open inside it ends too.
    fn close_markdown(&mut self, end: usize) {
        while let Some(Node {
            kind: Kind::Html(name, _),
            start,
            ..
        }) = self.stack.last()
        {
            let (start, message) = (*start, format!("`<{name}>` is not closed"));
            self.mismatch(start, message);
            self.pop(end);
        }
        self.pop(end);
    }

    fn raw(&mut self, html: Option<(usize, String)>) {
        let Some((start, html)) = html else { return };
        match html::pieces(&html) {
            Ok(pieces) => pieces
                .into_iter()
                .for_each(|(at, piece)| self.piece(start + at, piece)),
            Err(at) => self.mismatch(start + at, "raw HTML that is no tag".into()),
        }
    }

    fn piece(&mut self, at: usize, piece: Piece) {
        match piece {
            Piece::Text(text) if text.trim().is_empty() => {}
            Piece::Text(text) => self.leaf(Kind::Text(text), at, at),
            Piece::Open {
                name,
                attributes,
                closed,
            } => {
                let is_void = closed || VOID.contains(&name.as_str());
                self.open(Kind::Html(name, attributes), at);
                if is_void {
                    self.pop(at);
                }
            }
            Piece::Close(name) => match self.stack.last() {
                Some(open) if open.is_html(&name) => self.pop(at),
                _ => self.mismatch(at, format!("`</{name}>` closes nothing")),
            },
        }
    }

    fn finish(mut self, end: usize) -> (Node, Vec<Mismatch>) {
        self.close_markdown(end);
        let mut root = self.stack.remove(0);
        root.end = end;
        (root, self.mismatches)
    }
}

fn kind(tag: Tag<'_>) -> Kind {
    match tag {
        Tag::Paragraph => Kind::Paragraph,
        Tag::Heading { level, id, .. } => Kind::Heading(rank(level), id.map(|id| id.into_string())),
        Tag::BlockQuote(alert) => Kind::Quote(alert),
        Tag::CodeBlock(CodeBlockKind::Indented) => Kind::CodeBlock(String::new()),
        Tag::CodeBlock(CodeBlockKind::Fenced(info)) => Kind::CodeBlock(info.into_string()),
        Tag::List(first) => Kind::List(first),
        Tag::Item => Kind::Item,
        Tag::Table(columns) => Kind::Table(columns),
        Tag::TableHead => Kind::TableHead,
        Tag::TableRow => Kind::TableRow,
        Tag::TableCell => Kind::TableCell,
        Tag::FootnoteDefinition(name) => Kind::FootnoteText(name.into_string()),
        Tag::DefinitionList => Kind::Definitions,
        Tag::DefinitionListTitle => Kind::Term,
        Tag::DefinitionListDefinition => Kind::Definition,
        Tag::Emphasis => Kind::Emphasis,
        Tag::Strong => Kind::Strong,
        Tag::Strikethrough => Kind::Strikethrough,
        Tag::Link {
            dest_url,
            link_type,
            ..
        } if link_type == pulldown_cmark::LinkType::Email => {
            Kind::Link(format!("mailto:{dest_url}"))
        }
        Tag::Link { dest_url, .. } => Kind::Link(dest_url.into_string()),
        Tag::Image { dest_url, .. } => Kind::Image(dest_url.into_string()),
        Tag::HtmlBlock | Tag::Superscript | Tag::Subscript | Tag::MetadataBlock(_) => {
            unreachable!("this extension is off")
        }
    }
}

fn rank(level: HeadingLevel) -> usize {
    level as usize
}

fn leaf(event: Event<'_>) -> Kind {
    match event {
        Event::Text(text) => Kind::Text(text.into_string()),
        Event::Code(text) => Kind::Code(text.into_string()),
        Event::InlineMath(latex) => Kind::Maths(latex.into_string(), false),
        Event::DisplayMath(latex) => Kind::Maths(latex.into_string(), true),
        Event::FootnoteReference(name) => Kind::FootnoteMark(name.into_string()),
        Event::SoftBreak => Kind::SoftBreak,
        Event::HardBreak => Kind::HardBreak,
        Event::Rule => Kind::Rule,
        Event::TaskListMarker(done) => Kind::Task(done),
        Event::Start(_) | Event::End(_) | Event::Html(_) | Event::InlineHtml(_) => {
            unreachable!("handled by the caller")
        }
    }
}
