//! The files that the PDF carries: those of the project that its chapters link to.

use crate::book;
use crate::links::{Guide, Target};
use crate::markdown::node::{Kind, Node};
use crate::source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Kinds of files by the ends of their names, in lower case, and their media types.
const MEDIA_TYPES: [(&str, &str); 6] = [
    ("csv", "text/csv"),
    ("json", "application/json"),
    ("toml", "application/toml"),
    ("txt", "text/plain"),
    ("bib", "text/plain"),
    ("svg", "image/svg+xml"),
];

/// The media type of a file of another kind.
const BYTES: &str = "application/octet-stream";

/// The files by their paths from the project's root, each with the name that it has in the PDF.
#[derive(Default)]
pub(crate) struct Attachments {
    names: BTreeMap<PathBuf, String>,
}

impl Attachments {
    /// The files that these chapters link to, each given by its path and its tree.
    pub(crate) fn of<'a>(
        guide: &Guide,
        chapters: impl Iterator<Item = (&'a str, &'a Node)>,
    ) -> Self {
        let mut files = BTreeSet::new();
        for (path, tree) in chapters {
            collect(guide, path, tree, &mut files);
        }
        let mut bearers: BTreeMap<String, usize> = BTreeMap::new();
        for file in &files {
            *bearers.entry(last_part(file)).or_default() += 1;
        }
        let name = |file: PathBuf| {
            let last = last_part(&file);
            let name = if bearers[&last] == 1 {
                last
            } else {
                book::slashed(&file).replace('/', "-")
            };
            (file, name)
        };
        Attachments {
            names: files.into_iter().map(name).collect(),
        }
    }

    /// The name that a file has in the PDF.
    ///
    /// # Panics
    /// Where no chapter links to it.
    pub(crate) fn name(&self, file: &Path) -> &str {
        &self.names[file]
    }

    /// The files' paths from the project's root, with where Typst finds their bytes.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&Path, String)> {
        let files = self.names.keys().enumerate();
        files.map(|(index, file)| (file.as_path(), place(index)))
    }

    /// Typst source that attaches them.
    pub(crate) fn source(&self) -> String {
        let attach = |(index, name): (usize, &String)| {
            let end = name.rsplit_once('.').map_or("", |(_, end)| end);
            let end = end.to_ascii_lowercase();
            let known = MEDIA_TYPES.iter().find(|(known, _)| *known == end);
            format!(
                "#pdf.attach({}, read({}, encoding: none), mime-type: {}, description: {}, \
                 relationship: \"data\");\n",
                source::string(name),
                source::string(&place(index)),
                source::string(known.map_or(BYTES, |(_, media_type)| media_type)),
                source::string(name),
            )
        };
        self.names.values().enumerate().map(attach).collect()
    }
}

/// Where Typst finds the bytes of a file.
fn place(index: usize) -> String {
    format!("/attached/{index}")
}

fn last_part(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn collect(guide: &Guide, chapter: &str, node: &Node, files: &mut BTreeSet<PathBuf>) {
    let url = match &node.kind {
        Kind::Link(url) => Some(url.as_str()),
        Kind::Html(name, _) if name == "a" => node.attribute("href"),
        _ => None,
    };
    // What leads to nothing is told where it is written.
    if let Some(Ok(Target::File(file))) = url.map(|url| guide.resolve(url, chapter)) {
        files.insert(file);
    }
    { node.children.iter() }.for_each(|child| collect(guide, chapter, child, files));
}
