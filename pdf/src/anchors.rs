//! What links can lead to: chapters, headings and elements with an id.

use crate::book::Chapter;
use crate::markdown::node::{Kind, Node};
use parsers::ids::{id_of, unique};
use std::collections::{BTreeMap, BTreeSet};

/// The anchors of one chapter.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChapterAnchors {
    /// Ids of headings and terms by their first byte.
    by_start: BTreeMap<usize, String>,
    /// Every id with the byte of its element.
    ids: BTreeMap<String, usize>,
    /// The first byte of the heading that is the chapter's title.
    title: Option<usize>,
    /// Ids that stand on two elements, with the second one's byte.
    pub doubles: Vec<(usize, String)>,
}

impl ChapterAnchors {
    /// Collects the anchors of a chapter, with mdBook's ids for headings without one.
    pub(crate) fn of(tree: &Node) -> Self {
        let mut anchors = Self {
            title: title(tree),
            ..Self::default()
        };
        let mut used = BTreeSet::new();
        anchors.collect(tree, &mut used);
        anchors
    }

    fn collect(&mut self, node: &Node, used: &mut BTreeSet<String>) {
        let id = match &node.kind {
            Kind::Heading(_, Some(id)) => Some(id.clone()),
            Kind::Heading(_, None) | Kind::Term => Some(unique(&id_of(&node.text()), used)),
            Kind::Html(..) => node.attribute("id").map(str::to_owned),
            _ => None,
        };
        if let Some(id) = id {
            if !matches!(node.kind, Kind::Html(..)) {
                self.by_start.insert(node.start, id.clone());
            }
            if self.ids.insert(id.clone(), node.start).is_some() {
                self.doubles.push((node.start, id));
            }
        }
        node.children
            .iter()
            .for_each(|child| self.collect(child, used));
    }

    /// The id of the heading or term that starts at a byte.
    pub(crate) fn id_at(&self, start: usize) -> Option<&str> {
        self.by_start.get(&start).map(String::as_str)
    }

    /// Whether the heading at a byte is the chapter's title.
    pub(crate) fn is_title(&self, start: usize) -> bool {
        self.title == Some(start)
    }

    /// Whether the chapter writes its title itself.
    pub(crate) fn has_title(&self) -> bool {
        self.title.is_some()
    }
}

/// The heading that is a chapter's title: a first-level one that nothing but anchors precedes.
fn title(tree: &Node) -> Option<usize> {
    let is_anchor = |node: &&Node| node.is_html("a") && node.children.is_empty();
    let first = tree.children.iter().find(|node| !is_anchor(node))?;
    matches!(first.kind, Kind::Heading(1, _)).then_some(first.start)
}

/// The anchors of the whole book, by chapter path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Anchors {
    chapters: BTreeMap<String, ChapterAnchors>,
    /// Paths that other names lead to: `README.md` for `index.md`.
    other_names: BTreeMap<String, String>,
}

impl Anchors {
    /// Adds a chapter.
    pub(crate) fn insert(&mut self, chapter: &Chapter, path: &str, anchors: ChapterAnchors) {
        self.other_names
            .insert(chapter.source_path.clone(), path.to_owned());
        self.chapters.insert(path.to_owned(), anchors);
    }

    /// The chapter at a path, which may end in `.html` or name a folder.
    pub(crate) fn chapter(&self, path: &str) -> Option<(&str, &ChapterAnchors)> {
        let markdown = path.strip_suffix(".html").map(|stem| format!("{stem}.md"));
        let folder = path.strip_suffix('/').unwrap_or(path);
        let index = if folder.is_empty() {
            "index.md".into()
        } else {
            format!("{folder}/index.md")
        };
        let candidates = [Some(path.to_owned()), markdown, Some(index)];
        candidates.into_iter().flatten().find_map(|candidate| {
            let path = self.other_names.get(&candidate).unwrap_or(&candidate);
            self.chapters
                .get_key_value(path)
                .map(|(path, anchors)| (path.as_str(), anchors))
        })
    }

    /// The Typst label of an id; the chapter's title carries the chapter's own label.
    pub(crate) fn label(&self, path: &str, id: &str) -> Option<String> {
        let anchors = self.chapters.get(path)?;
        let start = *anchors.ids.get(id)?;
        Some(if anchors.is_title(start) {
            path.to_owned()
        } else {
            format!("{path}#{id}")
        })
    }

    /// The ids of a chapter.
    pub(crate) fn ids(&self, path: &str) -> impl Iterator<Item = &str> {
        self.chapters
            .get(path)
            .into_iter()
            .flat_map(|anchors| anchors.ids.keys().map(String::as_str))
    }
}
