//! A chapter as a tree: the Markdown parser's events with raw HTML as elements among them.

use super::html::{self, Piece};
use super::node::{Kind, Node};
use parsers::maths::Display;
use pulldown_cmark::{
    CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeWithOffset,
};

/// The deepest nesting: the writer, and Typst, go one call deeper for each level.
const MOST_LEVELS: usize = 50;

/// HTML that does not nest with the Markdown around it, or what nests too deep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// Offset into the chapter.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
}

/// Elements without content.
const VOID: [&str; 5] = ["br", "hr", "img", "source", "wbr"];

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
/// Returns the tree and every raw HTML tag that does not nest. The tree ends where it is too deep.
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
        if builder.is_too_deep() {
            break;
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

    fn is_too_deep(&self) -> bool {
        self.stack.len() > MOST_LEVELS
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
        let hint = "close each tag in the paragraph or list that opens it";
        self.mismatches.push(Mismatch {
            offset,
            message,
            hint,
        });
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
        if self.is_too_deep() {
            return;
        }
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
        match (self.is_too_deep(), self.stack.last()) {
            (true, Some(deepest)) => self.mismatches.push(Mismatch {
                offset: deepest.start,
                message: format!("more than {MOST_LEVELS} levels inside each other"),
                hint: "take lists, quotations or tags apart",
            }),
            _ => self.close_markdown(end),
        }
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
            link_type: LinkType::Email,
            ..
        } => Kind::Link(format!("mailto:{dest_url}")),
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
        Event::InlineMath(latex) => Kind::Maths(latex.into_string(), Display::Inline),
        Event::DisplayMath(latex) => Kind::Maths(latex.into_string(), Display::Block),
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

#[cfg(test)]
mod tests {
    use super::{Dialect, Kind, Node, parse};
    use expect_test::{Expect, expect};
    use std::fmt::Write;

    fn show(node: &Node, depth: usize, shown: &mut String) {
        let kind = match &node.kind {
            Kind::Html(name, attributes) => format!("<{name} {attributes:?}>"),
            kind => format!("{kind:?}"),
        };
        writeln!(shown, "{}{kind}", "  ".repeat(depth)).expect("a string");
        node.children
            .iter()
            .for_each(|child| show(child, depth + 1, shown));
    }

    #[track_caller]
    fn check(markdown: &str, expect: Expect) {
        let dialect = Dialect {
            smart_punctuation: true,
            definition_lists: true,
            alerts: true,
        };
        let (tree, mismatches) = parse(markdown, dialect);
        let mut shown = String::new();
        tree.children
            .iter()
            .for_each(|child| show(child, 0, &mut shown));
        mismatches
            .iter()
            .for_each(|it| writeln!(shown, "{it:?}").expect("a string"));
        expect.assert_eq(&shown);
    }

    #[test]
    fn html_blocks_hold_markdown() {
        check(
            "<figure id=\"a\">\n\n<figcaption>\n\nA *b*\n\n</figcaption>\n\n</figure>\n",
            expect![[r#"
                <figure [("id", "a")]>
                  <figcaption []>
                    Paragraph
                      Text("A ")
                      Emphasis
                        Text("b")
            "#]],
        );
    }

    #[test]
    fn inline_html_nests() {
        check(
            "a<br>b <sub>c</sub>\n",
            expect![[r#"
                Paragraph
                  Text("a")
                  <br []>
                  Text("b ")
                  <sub []>
                    Text("c")
            "#]],
        );
    }

    #[test]
    fn what_does_not_nest_is_noted() {
        check(
            "a <sub>b\n\nc</sub>\n",
            expect![[r#"
                Paragraph
                  Text("a ")
                  <sub []>
                    Text("b")
                Paragraph
                  Text("c")
                Mismatch { offset: 2, message: "`<sub>` is not closed", hint: "close each tag in the paragraph or list that opens it" }
                Mismatch { offset: 11, message: "`</sub>` closes nothing", hint: "close each tag in the paragraph or list that opens it" }
            "#]],
        );
    }

    #[test]
    fn what_nests_too_deep_is_noted() {
        for (open, close) in [("> ", ""), ("- ", ""), ("<b>", "</b>")] {
            let text = format!("a\n\n{}x{}\n", open.repeat(10_000), close.repeat(10_000));
            let dialect = Dialect {
                smart_punctuation: true,
                definition_lists: true,
                alerts: true,
            };
            let (_, mismatches) = parse(&text, dialect);
            let last = mismatches.last().expect("a mismatch");
            assert_eq!(last.message, "more than 50 levels inside each other");
        }
    }
}
