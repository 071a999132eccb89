//! Where figures float.

use crate::markdown::node::Node;
use std::collections::BTreeMap;

/// So many bytes of text fill the page that a title begins, with room to spare.
const FIRST_PAGE: usize = 2400;

/// A figure takes about the room of so many bytes of text.
const FIGURE: usize = 1000;

/// Where a figure floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placement {
    /// To the head or the foot of a page, whichever is nearer.
    Either,
    /// To the foot: at the head it would stand above the title.
    Foot,
}

impl Placement {
    /// As Typst calls it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Placement::Either => "auto",
            Placement::Foot => "bottom",
        }
    }
}

/// Notes where the figures of a chapter float, by their first bytes: those inside of lists and boxes
/// stay where they are. `since_title` bytes of text stand before the chapter and behind the last title
/// that begins a page; returns how many stand before the next one.
pub(super) fn place(
    tree: &Node,
    mut since_title: usize,
    placements: &mut BTreeMap<usize, Placement>,
) -> usize {
    for child in &tree.children {
        if child.is_html("figure") {
            let placement = match since_title < FIRST_PAGE {
                true => Placement::Foot,
                false => Placement::Either,
            };
            placements.insert(child.start, placement);
            since_title += FIGURE;
        } else {
            since_title += child.text().len();
        }
    }
    since_title
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::tree::{self, Dialect};

    #[test]
    fn no_figure_stands_above_the_title_of_its_page() {
        let dialect = Dialect {
            smart_punctuation: false,
            definition_lists: false,
            alerts: false,
        };
        let figure = "<figure><figcaption>\n\nCaption.\n\n</figcaption></figure>\n\n";
        let text = "word ".repeat(FIRST_PAGE / 5);
        let chapter = format!("# T\n\n{figure}{text}\n\n{figure}- {figure}");
        let (tree, _) = tree::parse(&chapter, dialect);
        let mut placements = BTreeMap::new();
        let since_title = place(&tree, 0, &mut placements);
        let placed: Vec<_> = placements.into_values().collect();
        assert_eq!(placed, [Placement::Foot, Placement::Either]);
        assert!(since_title > FIRST_PAGE);
        let (tree, _) = tree::parse(&format!("# T\n\n{}", figure.repeat(4)), dialect);
        let mut placements = BTreeMap::new();
        place(&tree, 0, &mut placements);
        let placed: Vec<_> = placements.into_values().collect();
        assert_eq!(
            placed,
            [
                Placement::Foot,
                Placement::Foot,
                Placement::Foot,
                Placement::Either
            ]
        );
    }
}
