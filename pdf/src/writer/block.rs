//! Paragraphs, headings, lists, quotations.

use super::Writer;
use crate::markdown::node::{Kind, Node};
use crate::source;
use pulldown_cmark::BlockQuoteKind;

/// Raw HTML elements that stand between paragraphs.
const BLOCK_ELEMENTS: [&str; 6] = [
    "details",
    "div",
    "figcaption",
    "figure",
    "section",
    "summary",
];

/// A quotation or a note with more bytes of text than this may go on on the next page.
const LONG_NOTE_TEXT: usize = 2000;

/// Whether a node stands inside a paragraph.
fn is_inline(node: &Node) -> bool {
    match &node.kind {
        Kind::Html(name, _) => !BLOCK_ELEMENTS.contains(&name.as_str()),
        Kind::Emphasis
        | Kind::Strong
        | Kind::Strikethrough
        | Kind::Link(_)
        | Kind::Image(_)
        | Kind::Text(_)
        | Kind::Code(_)
        | Kind::Maths(..)
        | Kind::SoftBreak
        | Kind::HardBreak
        | Kind::FootnoteMark(_)
        | Kind::Task(_) => true,
        _ => false,
    }
}

impl<'a> Writer<'a> {
    /// Writes nodes between paragraphs; inline nodes among them form paragraphs.
    pub(super) fn blocks(&mut self, nodes: &'a [Node]) {
        for run in nodes.chunk_by(|a, b| is_inline(a) && is_inline(b)) {
            if let Some(image) = Self::lone_image(run) {
                self.out.mark(image.start);
                self.block_image(image);
            } else if is_inline(&run[0]) {
                self.inlines(run);
            } else {
                self.block(&run[0]);
            }
            self.out.trim_end();
            self.push("\n\n");
        }
    }

    /// Writes nodes between brackets.
    pub(super) fn bracketed_blocks(&mut self, nodes: &'a [Node]) {
        self.push("[");
        self.blocks(nodes);
        self.out.trim_end();
        self.push("]");
    }

    fn block(&mut self, node: &'a Node) {
        self.out.mark(node.start);
        match &node.kind {
            Kind::Paragraph => self.paragraph(node),
            Kind::Heading(level, _) => self.heading(node, *level),
            Kind::Quote(kind) => {
                let is_long = node.text().len() > LONG_NOTE_TEXT;
                let call = match (kind, is_long) {
                    (None, false) => "#quotation".to_owned(),
                    (None, true) => "#quotation(is-long: true)".to_owned(),
                    (Some(kind), false) => format!("#alert(\"{}\")", alert(*kind)),
                    (Some(kind), true) => format!("#alert(\"{}\", is-long: true)", alert(*kind)),
                };
                self.call(&call, &node.children);
            }
            Kind::CodeBlock(info) => self.code_block(node, info),
            Kind::List(first) => self.list(node, *first),
            Kind::Table(columns) => self.table(node, columns),
            Kind::Definitions => self.definitions(node),
            Kind::Rule => self.push("#rule();"),
            Kind::Html(name, _) => self.element(node, name),
            // Set where its mark stands.
            Kind::FootnoteText(_) => {}
            _ => self.blocks(&node.children),
        }
    }

    fn call(&mut self, function: &str, nodes: &'a [Node]) {
        self.push(function);
        self.bracketed_blocks(nodes);
        self.push(";");
    }

    /// A paragraph, unless it holds one image or one formula that stands by itself.
    fn paragraph(&mut self, node: &'a Node) {
        if let Some(image) = Self::lone_image(&node.children) {
            return self.block_image(image);
        }
        match &node.children[..] {
            children if is_made_of_code(node) => {
                self.push("#names[");
                self.inlines(children);
                self.push("];");
            }
            children => self.inlines(children),
        }
    }

    fn heading(&mut self, node: &'a Node, level: usize) {
        let is_title = self.anchors.is_title(node.start);
        let id = self.anchors.id_at(node.start).unwrap_or_default();
        let label = if is_title {
            self.path.to_owned()
        } else {
            format!("{}#{id}", self.path)
        };
        if node.text().trim().is_empty() {
            self.problem(
                node.start,
                "a heading without text",
                "give it words or remove it",
            );
        }
        let level = self.chapter.level + level - 1;
        self.behind_heading = Some(String::new());
        self.heading_call(level, is_title, &label, |writer| {
            writer.inlines(&node.children)
        });
        let behind = self.behind_heading.take().unwrap_or_default();
        self.push(&behind);
    }

    /// Writes a heading. A level may not be skipped: a heading too deep moves up.
    pub(super) fn heading_call(
        &mut self,
        level: usize,
        is_title: bool,
        label: &str,
        body: impl FnOnce(&mut Self),
    ) {
        let level = level.min(self.level + 1);
        self.level = level;
        let number = if is_title {
            self.chapter.number.as_str()
        } else {
            ""
        };
        let number = source::string(number);
        let opens_part = match std::mem::take(&mut self.opens_part) {
            true => ", opens-part: true",
            false => "",
        };
        self.push(&format!(
            "#numbered-heading({level}, {number}, is-title: {is_title}{opens_part})["
        ));
        body(self);
        self.out.trim_end();
        self.push(&format!("]#label({});\n\n", source::string(label)));
    }

    fn list(&mut self, node: &'a Node, first: Option<u64>) {
        let is_loose = |item: &Node| {
            item.children
                .iter()
                .any(|child| child.kind == Kind::Paragraph)
        };
        let tight = !node.children.iter().any(is_loose);
        let is_reference = node.children.iter().all(holds_code);
        self.push(if is_reference {
            "#reference-list("
        } else {
            "#"
        });
        match first {
            None => self.push(&format!("list(tight: {tight}")),
            Some(first) => self.push(&format!("enum(tight: {tight}, start: {first}")),
        }
        for item in &node.children {
            self.push(",\n");
            self.bracketed_blocks(&item.children);
        }
        self.push(if is_reference { "));" } else { ");" });
    }

    fn definitions(&mut self, node: &'a Node) {
        self.push("#terms(tight: false");
        for pair in node.children.chunk_by(|_, next| next.kind != Kind::Term) {
            let (terms, meanings) = pair.split_at(usize::from(pair[0].kind == Kind::Term));
            self.push(",\nterms.item([");
            terms.iter().for_each(|term| self.term(term));
            self.push("], [");
            meanings
                .iter()
                .for_each(|meaning| self.blocks(&meaning.children));
            self.out.trim_end();
            self.push("])");
        }
        self.push(");");
    }

    fn term(&mut self, term: &'a Node) {
        if let Some(id) = self.anchors.id_at(term.start) {
            self.push(&format!(
                "#anchor({});",
                source::string(&format!("{}#{id}", self.path))
            ));
        }
        self.inlines(&term.children);
    }
}

/// Whether most of a paragraph is words in code.
fn is_made_of_code(paragraph: &Node) -> bool {
    let code = paragraph
        .children
        .iter()
        .filter(|child| matches!(child.kind, Kind::Code(_)));
    let in_code: usize = code.map(|child| child.text().len()).sum();
    2 * in_code > paragraph.text().len()
}

/// Whether there is a word in code, as in every item of a list of names.
fn holds_code(node: &Node) -> bool {
    matches!(node.kind, Kind::Code(_)) || node.children.iter().any(holds_code)
}

fn alert(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "note",
        BlockQuoteKind::Tip => "tip",
        BlockQuoteKind::Important => "important",
        BlockQuoteKind::Warning => "warning",
        BlockQuoteKind::Caution => "caution",
    }
}
