//! Which tags of a chapter belong together: those that open, divide and end a block.

use super::names::{names_in, tags};
use std::ops::Range;

/// The words that open a block.
const OPENERS: [&str; 5] = ["if", "for", "filter", "set", "set_global"];

/// The tags of a text, with the blocks that they are of.
pub(super) struct Tags<'a> {
    /// The tags with their places.
    pub(super) tags: Vec<(usize, &'a str)>,
    /// For each tag the block that it opens, divides or ends.
    pub(super) blocks: Vec<Option<Range<usize>>>,
    /// Those that open a block without an end.
    open: Vec<usize>,
}

/// A block whose end is not reached.
struct Open<'a> {
    word: &'a str,
    /// The tag that opens it and those that divide it.
    members: Vec<usize>,
}

impl<'a> Tags<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let tags: Vec<_> = tags(text).collect();
        let mut found = Tags {
            blocks: vec![None; tags.len()],
            tags,
            open: Vec::new(),
        };
        let mut open: Vec<Open> = Vec::new();
        for index in 0..found.tags.len() {
            match found.word(index) {
                Some(word) => found.read(index, word, &mut open),
                None => continue,
            }
        }
        let left = open.iter().map(|it| it.members[0]);
        found.open.extend(left);
        found.open.sort_unstable();
        found
    }

    /// The tag that `at` is in.
    pub(super) fn index_at(&self, at: usize) -> Option<usize> {
        (0..self.tags.len()).find(|index| self.range(*index).contains(&at))
    }

    pub(super) fn range(&self, index: usize) -> Range<usize> {
        let (at, tag) = self.tags[index];
        at..at + tag.len()
    }

    /// The block of the tag, or the tag alone.
    pub(super) fn whole(&self, index: usize) -> Range<usize> {
        let block = self.blocks[index].clone();
        block.unwrap_or_else(|| self.range(index))
    }

    /// The last tag before `at` that opens a block without an end.
    pub(super) fn last_open_before(&self, at: usize) -> Option<Range<usize>> {
        let open = self.open.iter().rev();
        let mut ranges = open.map(|index| self.range(*index));
        ranges.find(|range| range.start < at)
    }

    /// The first word of a tag that prints nothing.
    fn word(&self, index: usize) -> Option<&'a str> {
        let (at, tag) = self.tags[index];
        let (_, word) = names_in((at, tag))
            .next()
            .filter(|_| tag.starts_with("<%"))?;
        let assigns = word.starts_with("set") && tag.contains('=');
        (!assigns).then_some(word)
    }

    fn read(&mut self, index: usize, word: &'a str, open: &mut Vec<Open<'a>>) {
        if OPENERS.contains(&word) {
            let members = vec![index];
            open.push(Open { word, members });
        } else if let Some(ended) = word.strip_prefix("end") {
            let is_ended =
                |it: &Open| it.word == ended || it.word.strip_suffix("_global") == Some(ended);
            let Some(depth) = open.iter().rposition(is_ended) else {
                return;
            };
            let without_end = open.drain(depth + 1..).map(|it| it.members[0]);
            self.open.extend(without_end);
            let Some(Open { members, .. }) = open.pop() else {
                return;
            };
            let block = self.range(members[0]).start..self.range(index).end;
            for member in members.into_iter().chain([index]) {
                self.blocks[member] = Some(block.clone());
            }
        } else if matches!(word, "elif" | "else")
            && let Some(last) = open.last_mut()
        {
            last.members.push(index);
        }
    }
}
