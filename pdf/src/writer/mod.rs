//! A chapter's tree as Typst source.
//!
//! Everything becomes a function call with its content in brackets, so that no indentation
//! or line start of Typst's markup can be met by accident. Each call ends in `;`, or a `(`
//! in the text behind it would be read as further arguments.

mod block;
mod code;
mod columns;
mod evidence;
mod html;
mod image;
mod inline;
mod placement;
mod table;

use crate::anchors::ChapterAnchors;
use crate::attachments::Attachments;
use crate::book::Chapter;
use crate::links::Guide;
use crate::markdown::lines::Lines;
use crate::markdown::node::{Kind, Node};
use crate::problems::Problem;
use crate::source::{self, Source};
use crate::world::Fonts;
use parsers::maths::Definitions;
use placement::Placement;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What is the same for every chapter.
pub(crate) struct Book<'a> {
    /// Where links can lead.
    pub guide: &'a Guide<'a>,
    /// The files that the PDF carries.
    pub attachments: &'a Attachments,
    /// The commands of formulas that the book defines.
    pub definitions: &'a Definitions,
    /// The fonts, to know which characters can be set.
    pub fonts: &'a Fonts,
    /// The book's source folder.
    pub root: &'a Path,
    /// Width of a page in points.
    pub page_points: f64,
    /// Prefixes of lines to hide in code, by language.
    pub hidden_lines: BTreeMap<String, String>,
}

/// Where the bytes of an image are.
pub(crate) enum Image {
    /// In the source folder, under the image's path.
    File,
    /// In the chapter itself.
    Carried(Vec<u8>),
}

/// What the writer made of a chapter.
pub(crate) struct Written {
    /// Typst source.
    pub source: Source,
    /// What is wrong with the chapter.
    pub problems: Vec<Problem>,
    /// Its images by their paths, each beginning with `/`.
    pub images: BTreeMap<String, Image>,
    /// What stands before the next chapter.
    pub behind: Before,
}

/// What stands before a chapter.
#[derive(Clone, Copy, Default)]
pub(crate) struct Before {
    /// The level of the last heading: PDF/UA forbids to skip one.
    pub level: usize,
    /// Whether that is the title of a part.
    pub is_part: bool,
    /// Bytes of text since the last title that begins a page.
    pub since_title: usize,
}

/// Writes one chapter.
pub(crate) struct Writer<'a> {
    book: &'a Book<'a>,
    chapter: &'a Chapter,
    path: &'a str,
    anchors: &'a ChapterAnchors,
    lines: &'a Lines,
    footnotes: BTreeMap<&'a str, &'a Node>,
    set_footnotes: BTreeSet<String>,
    out: Source,
    problems: Vec<Problem>,
    images: BTreeMap<String, Image>,
    level: usize,
    /// Whether images stand side by side in a figure.
    is_row: bool,
    /// The anchors in a heading while it is written.
    behind_heading: Option<String>,
    /// Whether a register is written, whose names are set as text.
    is_register: bool,
    /// The kind of most numbers in a table while it is written.
    usual_kind: Option<&'static str>,
    /// Where the figures float, by their first bytes.
    placements: BTreeMap<usize, Placement>,
    /// Whether a part begins with this chapter.
    opens_part: bool,
}

/// Writes the chapter at `path` with its tree.
///
pub(crate) fn write<'a>(
    book: &'a Book<'a>,
    chapter: &'a Chapter,
    path: &'a str,
    tree: &'a Node,
    lines: &'a Lines,
    before: Before,
) -> Written {
    let anchors = book
        .guide
        .anchors
        .chapter(path)
        .expect("every chapter's anchors are collected")
        .1;
    let mut writer = Writer {
        book,
        chapter,
        path,
        anchors,
        lines,
        footnotes: BTreeMap::new(),
        set_footnotes: BTreeSet::new(),
        out: Source::default(),
        problems: Vec::new(),
        images: BTreeMap::new(),
        level: before.level,
        is_row: false,
        behind_heading: None,
        is_register: false,
        usual_kind: None,
        placements: BTreeMap::new(),
        opens_part: before.is_part,
    };
    let since_title = if chapter.level == 1 {
        0
    } else {
        before.since_title
    };
    let since_title = placement::place(tree, since_title, &mut writer.placements);
    writer.collect_footnotes(tree);
    writer.chapter(tree);
    Written {
        source: writer.out,
        problems: writer.problems,
        images: writer.images,
        behind: Before {
            level: writer.level,
            is_part: false,
            since_title,
        },
    }
}

impl<'a> Writer<'a> {
    fn chapter(&mut self, tree: &'a Node) {
        self.push(&format!("#import \"{}\": *\n\n", source::TEMPLATE));
        for (start, id) in &self.anchors.doubles {
            self.problem(
                *start,
                format!("the id `{id}` stands twice in this chapter"),
                "rename one",
            );
        }
        if !self.anchors.has_title() {
            let name = source::text(&self.chapter.name);
            self.check_characters(&self.chapter.name, 0);
            self.heading_call(self.chapter.level, true, self.path, |writer| {
                writer.push(&name)
            });
        }
        self.blocks(&tree.children);
        for (name, text) in self.footnotes.clone() {
            if !self.set_footnotes.contains(name) {
                let message = format!("nothing refers to the footnote `[^{name}]`");
                self.problem(text.start, message, "refer to it or remove it");
            }
        }
    }

    fn collect_footnotes(&mut self, node: &'a Node) {
        if let Kind::FootnoteText(name) = &node.kind
            && self.footnotes.insert(name, node).is_some()
        {
            let message = format!("the footnote `[^{name}]` has two texts");
            self.problem(node.start, message, "rename one");
        }
        node.children
            .iter()
            .for_each(|child| self.collect_footnotes(child));
    }

    fn push(&mut self, text: &str) {
        self.out.push(text);
    }

    /// Notes a problem at a byte of the chapter.
    fn problem(&mut self, offset: usize, message: impl Into<String>, hint: impl Into<String>) {
        let place = Some(self.lines.place(offset));
        self.problems.push(Problem {
            place,
            message: message.into(),
            hint: hint.into(),
        });
    }

    /// Notes each character that no font can set.
    fn check_characters(&mut self, text: &str, offset: usize) {
        let missing: BTreeSet<char> = text
            .chars()
            .filter(|&c| !self.book.fonts.cover(c))
            .collect();
        for c in missing {
            let message = format!("no font has the character `{c}` (U+{:04X})", c as u32);
            let hint = "write it in words, or name a font file that has it in \
                        `[output.measured-pdf] fonts`";
            self.problem(offset, message, hint);
        }
    }

    /// The label of a footnote's first mark.
    fn footnote_label(&self, name: &str) -> String {
        source::string(&format!("footnote:{}:{name}", self.path))
    }
}
