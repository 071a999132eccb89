//! The raw HTML that chapters may hold; any other is an error.

use super::{Writer, evidence};
use crate::markdown::node::{Kind, Node};
use crate::source;
use parsers::settable::ELEMENTS_HINT;

/// A table with more rows than this may go on on the next page.
const LONG_TABLE_ROWS: usize = 16;

/// So may one with more bytes of text than this.
const LONG_TABLE_TEXT: usize = 2500;

impl<'a> Writer<'a> {
    pub(super) fn element(&mut self, node: &'a Node, name: &str) {
        if let Some(kind) = evidence::kind(node) {
            return self.quantity(node, kind);
        }
        match name {
            "figure" => return self.figure(node),
            "section" if node.attribute("class") == Some("register") => return self.register(node),
            "img" | "picture" => return self.inline_image(node),
            "br" => return self.push("#linebreak();"),
            _ => {}
        }
        self.anchor(node);
        match name {
            "a" => match node.attribute("href") {
                Some(url) => self.link(node, url),
                None => self.inlines(&node.children),
            },
            "span" => self.inlines(&node.children),
            "sub" => self.span("#sub", node),
            "sup" => self.span("#super", node),
            "em" | "i" => self.span("#emph", node),
            "strong" | "b" => self.span("#strong", node),
            "s" | "del" => self.span("#strike", node),
            "kbd" => self.span("#kbd", node),
            "details" => self.details(node),
            _ => {
                let class = node
                    .attribute("class")
                    .map(|class| format!(" class=\"{class}\""));
                let message = format!("raw HTML `<{name}{}>`", class.unwrap_or_default());
                self.problem(node.start, message, ELEMENTS_HINT);
                self.blocks(&node.children);
            }
        }
    }

    /// A place that links can lead to. The text of a heading is set in the contents, too, so what is
    /// in it stands behind it.
    fn anchor(&mut self, node: &Node) {
        let anchor = self.label(node).map(|label| format!("#anchor({label});"));
        match &mut self.behind_heading {
            Some(behind) => behind.extend(anchor),
            None => self.push(&anchor.unwrap_or_default()),
        }
    }

    /// The label of an element's id, as a string literal.
    fn label(&self, node: &Node) -> Option<String> {
        node.attribute("id")
            .map(|id| source::string(&format!("{}#{id}", self.path)))
    }

    fn figure(&mut self, node: &'a Node) {
        let is_table = |child: &&Node| matches!(child.kind, Kind::Table(_));
        let table = node.children.iter().find(is_table);
        let kind = if table.is_some() { "table" } else { "image" };
        let is_long = table.is_some_and(|table| {
            table.children.len() > LONG_TABLE_ROWS || table.text().len() > LONG_TABLE_TEXT
        });
        let captions: Vec<&Node> = node
            .children
            .iter()
            .filter(|child| child.is_html("figcaption"))
            .collect();
        let name = self.label(node).unwrap_or_else(|| "none".into());
        let open = match node.attribute("class") {
            Some("pending") => format!("#waiting(name: {name}, caption: "),
            _ => {
                let placement = self.placements.get(&node.start);
                let placement = placement
                    .filter(|_| !is_long)
                    .map_or("none", |it| it.word());
                format!(
                    "#numbered-figure({kind}, name: {name}, is-long: {is_long}, \
                     placement: {placement}, caption: "
                )
            }
        };
        self.push(&open);
        match captions[..] {
            [caption] => {
                self.push("[");
                self.blocks(&caption.children);
                self.out.trim_end();
                self.usual_kind_note(table.and_then(evidence::usual_kind));
                self.push("]");
            }
            _ => {
                let message = format!("captions in this figure: {}", captions.len());
                self.problem(
                    node.start,
                    message,
                    "write one `<figcaption>` into the figure",
                );
                self.push("none");
            }
        }
        self.push(")[");
        // The preprocessor sets photographs side by side.
        self.is_row = node.attribute("class") == Some("images");
        for run in node.children.split(|child| child.is_html("figcaption")) {
            self.blocks(run);
        }
        self.is_row = false;
        self.out.trim_end();
        self.push("];");
    }

    /// A displayed formula with its number, as the preprocessor wraps it.
    pub(super) fn equation(&mut self, node: &'a Node) {
        let formula = node.children.iter().find_map(|child| match &child.kind {
            Kind::Maths(latex, display) => Some((child, latex, *display)),
            _ => None,
        });
        let number = { node.children.iter() }
            .find(|child| child.is_html("span"))
            .map(Node::text);
        match (formula, number, node.attribute("id")) {
            (Some((formula, latex, display)), Some(number), Some(id)) => {
                let label = format!("{}#{id}", self.path);
                self.formula(formula, latex, display, Some((number.trim(), &label)));
            }
            _ => {
                let message = "an equation without formula, number or id";
                self.problem(node.start, message, "write `$$ … $$ {#eq-name}`");
            }
        }
    }

    fn details(&mut self, node: &'a Node) {
        let is_summary = |child: &Node| child.is_html("summary");
        self.push("#details([");
        if let Some(summary) = node.children.iter().find(|child| is_summary(child)) {
            self.inlines(&summary.children);
        }
        self.push("])[");
        node.children
            .split(is_summary)
            .for_each(|run| self.blocks(run));
        self.out.trim_end();
        self.push("];");
    }
}
