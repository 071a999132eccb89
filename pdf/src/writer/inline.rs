//! Text, emphasis, links, formulas, footnotes.

use super::Writer;
use crate::links::Target;
use crate::markdown::node::{Kind, Node};
use crate::math::typst_maths;
use crate::source;
use parsers::maths::Display;
use parsers::settable::undefined_footnote;

impl<'a> Writer<'a> {
    /// Writes nodes inside a paragraph.
    pub(super) fn inlines(&mut self, nodes: &'a [Node]) {
        for node in nodes {
            self.out.mark(node.start);
            self.inline(node);
        }
    }

    fn inline(&mut self, node: &'a Node) {
        match &node.kind {
            Kind::Text(text) => self.text(text, node.start),
            Kind::Code(code) => {
                self.check_characters(code, node.start);
                let call = if self.is_register { "entry" } else { "raw" };
                self.push(&format!("#{call}({});", source::string(code)));
            }
            Kind::Emphasis => self.span("#emph", node),
            Kind::Strong => self.span("#strong", node),
            Kind::Strikethrough => self.span("#strike", node),
            Kind::SoftBreak => self.push("\n"),
            Kind::HardBreak => self.push("#linebreak();"),
            Kind::Task(done) => self.push(&format!("#task({done});")),
            Kind::Link(url) => self.link(node, url),
            Kind::Image(_) => self.inline_image(node),
            Kind::Maths(latex, display) => self.formula(node, latex, *display, None),
            Kind::FootnoteMark(name) => self.footnote(node, name),
            Kind::Html(name, _)
                if name == "span" && node.attribute("class") == Some("equation") =>
            {
                self.equation(node);
            }
            Kind::Html(name, _) => self.element(node, name),
            _ => self.blocks(std::slice::from_ref(node)),
        }
    }

    /// Writes a function call with the node's children as its content.
    pub(super) fn span(&mut self, function: &str, node: &'a Node) {
        self.push(&format!("{function}["));
        self.inlines(&node.children);
        self.push("];");
    }

    pub(super) fn text(&mut self, text: &str, offset: usize) {
        self.check_characters(text, offset);
        if let Some(name) = undefined_footnote(text)
            && !self.chapter.content.contains(&format!("\\[^{name}"))
        {
            let message = format!("the footnote `[^{name}]` has no text");
            self.problem(offset, message, format!("add a line `[^{name}]: …`"));
        }
        self.push(&source::text(text));
    }

    pub(super) fn link(&mut self, node: &'a Node, url: &str) {
        match self.book.guide.resolve(url, self.path) {
            Ok(Target::Label(label)) => {
                let function = if label.contains("#ev-") {
                    "evidence"
                } else {
                    "inside"
                };
                self.span(&format!("#{function}({})", source::string(&label)), node);
            }
            Ok(Target::Address(url)) => {
                self.span(&format!("#outside({})", source::string(&url)), node);
            }
            Ok(Target::File(file)) => {
                self.inlines(&node.children);
                let name = source::string(self.book.attachments.name(&file));
                self.push(&format!(" (#raw({name});)"));
            }
            Ok(Target::LeftOut) => self.inlines(&node.children),
            Err((message, hint)) => {
                self.problem(node.start, message, hint);
                self.inlines(&node.children);
            }
        }
    }

    /// Writes a formula with its LaTeX as description, and its number and label if it has one.
    pub(super) fn formula(
        &mut self,
        node: &Node,
        latex: &str,
        display: Display,
        number: Option<(&str, &str)>,
    ) {
        let latex = latex.trim();
        let maths = match typst_maths(latex, display, self.book.definitions) {
            Ok(maths) => maths,
            Err(reason) => {
                let message = format!("formula `{}`: {reason}", parsers::shortened(latex));
                return self.problem(node.start, message, "");
            }
        };
        let formula = &maths.formula;
        self.check_characters(formula, node.start);
        let alt = source::string(latex);
        let (number, name) = match (number, &maths.tag) {
            (Some((number, label)), _) => (source::string(number), source::string(label)),
            (None, Some(tag)) => (format!("$inline({tag})$"), "none".to_owned()),
            (None, None) => ("none".to_owned(), "none".to_owned()),
        };
        self.push(&match display {
            Display::Inline => format!("#formula({alt}, ${formula}$);"),
            Display::Block => {
                format!("#displayed({alt}, number: {number}, name: {name}, $ {formula} $);")
            }
        });
    }

    fn footnote(&mut self, node: &Node, name: &str) {
        let label = self.footnote_label(name);
        let Some(text) = self.footnotes.get(name).copied() else {
            let message = format!("the footnote `[^{name}]` has no text");
            return self.problem(node.start, message, format!("add a line `[^{name}]: …`"));
        };
        if !self.set_footnotes.insert(name.to_owned()) {
            return self.push(&format!("#footnote(label({label}));"));
        }
        self.push("#footnote");
        self.bracketed_blocks(&text.children);
        self.push(&format!("#label({label});"));
    }
}
