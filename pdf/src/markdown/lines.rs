//! From a position in a processed chapter to the line of the file that an author edits.

use crate::problems::Place;
use std::collections::{BTreeMap, BTreeSet};

/// Line numbers of one chapter.
///
/// Preprocessors replace template calls by their results, so a line of the processed
/// chapter may stand elsewhere in the file, or nowhere. A line that the file holds
/// exactly once is found again; any other stands for the next line that was replaced, or
/// for the place reached.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    file: String,
    starts: Vec<usize>,
    in_file: Vec<u64>,
}

impl Lines {
    /// Aligns the processed text with `source`, the file on disk, where there is one.
    pub(crate) fn new(file: String, processed: &str, source: Option<&str>) -> Self {
        let breaks = processed.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(breaks).collect();
        let in_file = match source {
            Some(source) if source != processed => align(processed, source),
            _ => (1..=processed.lines().count() as u64).collect(),
        };
        Self {
            file,
            starts,
            in_file,
        }
    }

    /// The place of a byte offset into the processed chapter.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let index = self.starts.partition_point(|&start| start <= offset) - 1;
        let line = self
            .in_file
            .get(index)
            .or(self.in_file.last())
            .copied()
            .unwrap_or(1);
        Place {
            file: self.file.clone(),
            line,
        }
    }
}

fn align(processed: &str, source: &str) -> Vec<u64> {
    let mut count: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for (number, line) in (1..).zip(source.lines()) {
        count.entry(line.trim()).or_insert((0, number)).0 += 1;
    }
    let source: Vec<&str> = source.lines().map(str::trim).collect();
    let kept: BTreeSet<&str> = processed.lines().map(str::trim).collect();
    let mut reached = 0;
    let to_file = |line: &str| {
        let next = source.get(reached);
        if next == Some(&line.trim()) || next.is_some_and(|next| !kept.contains(next)) {
            reached += 1;
        } else if let Some((1, number)) = count.get(line.trim()) {
            reached = *number as usize;
        }
        reached.max(1) as u64
    };
    processed.lines().map(to_file).collect()
}

#[cfg(test)]
mod tests {
    use super::align;

    #[track_caller]
    fn check(processed: &str, source: &str, expect: &[u64]) {
        assert_eq!(align(processed, source), expect);
    }

    #[test]
    fn lines_of_the_file_are_found_again() {
        check("a\nb\nc", "a\nb\nc", &[1, 2, 3]);
        check(
            "a\nx\ny\nz\nc\nd",
            "a\n<% table %>\nc\nd",
            &[1, 2, 2, 2, 3, 4],
        );
        check("a\n\n1.5\n\nb", "a\n\n<< x >>\n\nb", &[1, 2, 3, 4, 5]);
    }
}
