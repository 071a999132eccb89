//! The fields of a work.

use biblatex::{ChunksExt, Entry};

/// The fields of a work; an empty one is as good as none.
pub(super) struct Fields<'a> {
    pub(super) entry: &'a Entry,
}

impl Fields<'_> {
    /// The text of a field on one line.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = self.entry.get(name)?.format_verbatim();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(text)
    }

    /// The first of these fields that is there.
    pub(super) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }

    /// A title with its subtitle: `title` and `subtitle`, `booktitle` and `booksubtitle`.
    pub(super) fn title(&self, of: &str) -> Option<String> {
        let title = self.text(&format!("{of}title"));
        match (title, self.text(&format!("{of}subtitle"))) {
            (Some(title), Some(subtitle)) if title.ends_with(['?', '!', ':', '.']) => {
                Some(format!("{title} {subtitle}"))
            }
            (Some(title), Some(subtitle)) => Some(format!("{title}: {subtitle}")),
            (title, subtitle) => title.or(subtitle),
        }
    }
}
