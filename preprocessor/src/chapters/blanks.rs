//! A chapter without those of its templates that have faults.
//!
//! A fault takes the place of its number or its block, not of the chapter. The tag that has it is
//! blanked, and with one that opens, divides or ends a block all of the block; the rest of the chapter is
//! filled as if nothing had stood there. A blank is as long as what it stands for, so that all other
//! places stay, and what a fault hides leads to no further ones.

use super::blocks::Block;
use super::book::UNKNOWN;
use super::code::{OPENINGS, Shadow, blanks_of, is_inside};
use super::labels::LabelKind;
use super::ledger::{ExhibitOrigin, Ledger};
use super::names::{QUOTED, all_tags, defined, names_in, tags};
use super::sentinel::Mark;
use super::tag_blocks::Tags;
use crate::views::Awaited;
use regex::Regex;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use tera::{Kwargs, State, Tera, TeraResult};

/// The functions of blanks.
pub(super) const FUNCTIONS: [&str; 2] = ["_", BOXES];

/// The function that prints what stands in a blank.
const BLANK: &str = "_()";
/// The function that prints the boxes of the figures and tables that were in a blank.
const BOXES: &str = "_boxes";

/// The beginning of a figure or a table.
static EXHIBIT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^<%-?\s*filter\s+(?:(figure)|table)\b").expect("the expression is well formed")
});
/// Its label, where that is written out.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    let label = format!(r"(?s)\bid\s*=\s*({QUOTED})\s*[,)]");
    Regex::new(&label).expect("the expression is well formed")
});

/// What is known to have been in the blanks of a chapter.
#[derive(Debug, Clone, Default)]
pub(super) struct Hidden {
    /// The figures and tables with their labels, by where their blanks begin.
    exhibits: Vec<(usize, LabelKind, String)>,
    /// Whether there were some whose labels are not known.
    pub(super) further_labels: bool,
}

/// A chapter with blanks.
pub(super) struct Draft<'a> {
    pub(super) shadow: Shadow<'a>,
    pub(super) hidden: Hidden,
    /// The variables that were defined in blanks.
    variables: BTreeSet<String>,
    is_whole: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn of(shadow: Shadow<'a>) -> Self {
        Draft {
            shadow,
            hidden: Hidden::default(),
            variables: BTreeSet::new(),
            is_whole: true,
        }
    }

    /// Blanks what a fault at `at` is in; false where that is nothing.
    pub(super) fn blank_at(&mut self, at: usize, is_syntax: bool) -> bool {
        let Some(range) = self.range_of(at, is_syntax) else {
            return false;
        };
        self.blank(range);
        while let Some(range) = self.next_without_value() {
            self.blank(range);
        }
        true
    }

    /// Blanks every tag; those that print nothing leave nothing.
    pub(super) fn blank_all(&mut self) {
        let ranges: Vec<_> = all_tags(&self.shadow.text)
            .map(|(at, tag)| at..at + tag.len())
            .collect();
        for range in ranges {
            match self.shadow.text[range.clone()].starts_with("<<") {
                true => self.blank(range),
                false => self.leave_out(&range),
            }
        }
        for range in unread_lines(&self.shadow.text) {
            self.blank(range);
        }
    }

    /// What is to be blanked for a fault at `at`.
    fn range_of(&self, at: usize, is_syntax: bool) -> Option<Range<usize>> {
        let text = &self.shadow.text;
        let tags = Tags::of(text);
        let Some(index) = tags.index_at(at) else {
            let open = tags.last_open_before(at).filter(|_| is_syntax);
            return raw_at(text, at).or(unread_opening(text, at)).or(open);
        };
        let (range, block) = (tags.range(index), tags.blocks[index].clone());
        match block {
            _ if is_blank(&text[range.clone()]) => None,
            None if is_syntax => Some(range.start..end_of_print(text, &range)),
            // What ends or divides a block is at fault where one inside of it has no end.
            Some(block) if is_syntax && block.start < range.start => {
                let open = tags.last_open_before(range.start);
                open.filter(|open| open.start > block.start).or(Some(block))
            }
            block => block.or(Some(range)),
        }
    }

    /// The next tag, or its block, that uses a variable whose value is in a blank.
    fn next_without_value(&self) -> Option<Range<usize>> {
        if self.variables.is_empty() {
            return None;
        }
        let text = &self.shadow.text;
        let tags = Tags::of(text);
        let is_lost = |(at, name): &(usize, &str)| {
            let root = name.split('.').next().unwrap_or_default();
            self.variables.contains(root) && !is_argument(&text[at + name.len()..])
        };
        let uses = |index: &usize| {
            let names: Vec<_> = names_in(tags.tags[*index]).collect();
            let definition = defined(&names).len();
            let behind = if definition > 0 { definition + 1 } else { 0 };
            names[behind..].iter().any(is_lost)
        };
        let index = (0..tags.tags.len()).find(uses)?;
        Some(tags.whole(index))
    }

    fn blank(&mut self, range: Range<usize>) {
        self.is_whole = false;
        let hidden = self.shadow.text[range.clone()].to_owned();
        let is_block = tags(&hidden).count() > 1;
        let mut exhibits = false;
        for tag in tags(&hidden) {
            let names: Vec<_> = names_in(tag).collect();
            let is_loop = names.first().is_some_and(|(_, word)| *word == "for");
            // A loop that is blanked to its end takes its variables with it.
            if !(is_loop && is_block) {
                self.variables
                    .extend(defined(&names).into_iter().map(str::to_owned));
            }
            exhibits |= self.note_exhibit(range.start, tag.1);
        }
        let printed = match exhibits {
            true => format!("<<{BOXES}(at={})", range.start),
            false => format!("<<{BLANK}"),
        };
        let blank = blank_of(&hidden, &printed);
        let blank = blank.unwrap_or_else(|| short_blank(&hidden));
        self.shadow.replace(&range, &blank);
    }

    fn leave_out(&mut self, range: &Range<usize>) {
        self.is_whole = false;
        self.hidden.further_labels = true;
        let spaces = blanks_of(&self.shadow.text[range.clone()], ' ');
        self.shadow.replace(range, &spaces);
    }

    /// Notes the label of the figure or table that `tag` begins, for the box at `at`; whether it has a
    /// box.
    fn note_exhibit(&mut self, at: usize, tag: &str) -> bool {
        let Some(filter) = EXHIBIT.captures(tag) else {
            return false;
        };
        let kind = match filter.get(1) {
            Some(_) => LabelKind::Figure,
            None => LabelKind::Table,
        };
        let label = LABEL.captures(tag).map(|found| found[1].to_owned());
        let label = label.map(|quoted| quoted[1..quoted.len() - 1].to_owned());
        let known = label.filter(|label| kind.check(label).is_ok());
        self.hidden.further_labels |= known.is_none();
        let has_box = known.is_some();
        let exhibits = &mut self.hidden.exhibits;
        exhibits.extend(known.map(|label| (at, kind, label)));
        has_box
    }

    /// Lets `tera` print the blanks, each box with the number of its figure or table.
    pub(super) fn register(&self, tera: &mut Tera, ledger: &Arc<Ledger>, chapter: &str) {
        if self.is_whole {
            return;
        }
        tera.register_function("_", |_: Kwargs, _: &State| UNKNOWN.to_owned());
        let (ledger, chapter) = (ledger.clone(), chapter.to_owned());
        let exhibits = self.hidden.exhibits.clone();
        let boxes = move |arguments: Kwargs, _: &State| -> TeraResult<String> {
            let at = arguments.must_get::<usize>("at")?;
            let here = exhibits.iter().filter(|(place, ..)| *place == at);
            let boxes = here.map(|(_, kind, label)| box_of(&ledger, &chapter, *kind, label));
            Ok(boxes.collect::<Vec<_>>().join("\n\n"))
        };
        tera.register_function(BOXES, boxes);
    }
}

/// The mark of the box that stands for a figure or a table, whose label is that of the box.
fn box_of(ledger: &Ledger, chapter: &str, kind: LabelKind, label: &str) -> String {
    let origin = ExhibitOrigin {
        chapter: chapter.to_owned(),
        label: label.to_owned(),
        kind,
        function: "not made, because of a fault".to_owned(),
        inputs: Vec::new(),
        awaited: Awaited::default(),
    };
    ledger.written().exhibits.push(origin);
    let (word, number) = (kind.word(), Mark::Number(label.to_owned()).to_text());
    let markdown = format!(
        "<figure id=\"{label}\" class=\"build-fault\">\n\n{UNKNOWN}\n\n<figcaption>\n\n\
         **{word}\u{a0}{number}.**\n\n</figcaption>\n\n</figure>"
    );
    Block::of_fault(markdown).kept_in(ledger)
}

/// As many bytes as `hidden` has, on as many lines, that print what `printed` begins; nothing where
/// that does not fit into the first line.
fn blank_of(hidden: &str, printed: &str) -> Option<String> {
    let end = hidden.len().checked_sub(">>".len())?;
    let gap = hidden.as_bytes().get(printed.len()..end)?;
    let is_in_line = !hidden.as_bytes()[..printed.len()].contains(&b'\n');
    is_in_line.then(|| format!("{printed}{}>>", blanks_of(gap, ' ')))
}

/// The text of a blank that is too short for a tag, or begins with a line of its own.
fn short_blank(hidden: &str) -> String {
    let shown = match hidden.len() {
        ..5 => "??",
        5 => "**?**",
        _ => UNKNOWN,
    };
    let shown = shown.bytes().chain(std::iter::repeat(b' '));
    let byte = |(hidden, shown): (u8, u8)| {
        if hidden == b'\n' {
            '\n'
        } else {
            char::from(shown)
        }
    };
    hidden.bytes().zip(shown).map(byte).collect()
}

/// Whether `rest` follows the name of an argument.
fn is_argument(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.starts_with('=') && !rest.starts_with("==")
}

fn is_blank(tag: &str) -> bool {
    let name = tag.strip_prefix("<<").unwrap_or_default();
    let name = name.trim_end_matches(">>").trim_end();
    name == BLANK || name.starts_with(BOXES)
}

/// Where a tag at `range` ends that Tera cannot read: it may have no end of its own, and that of another far behind.
fn end_of_print(text: &str, range: &Range<usize>) -> usize {
    let inside = &text[range.start + 2..range.end];
    let next = OPENINGS.iter().filter_map(|opening| inside.find(opening));
    let paragraph = inside
        .find("\n\n")
        .filter(|_| text[range.start..].starts_with("<<"));
    let end = next.chain(paragraph).min();
    end.map_or(range.end, |end| range.start + 2 + end)
}

/// The line from `at` where text begins there that stays as it is and has no end.
fn raw_at(text: &str, at: usize) -> Option<Range<usize>> {
    let mut tags = all_tags(text).map(|(at, tag)| at..at + tag.len());
    let tag = tags.find(|tag| tag.contains(&at))?;
    let line = text[tag.end..].find('\n');
    Some(tag.start..line.map_or(text.len(), |line| tag.end + line))
}

/// The line from the last opening before `at` that no tag has.
fn unread_opening(text: &str, at: usize) -> Option<Range<usize>> {
    let unread = unread_lines(text);
    let before = unread.iter().rfind(|line| line.start <= at);
    before.or(unread.first()).cloned()
}

/// Each opening that no tag has, with what is behind it on its line, up to the next tag or opening.
fn unread_lines(text: &str) -> Vec<Range<usize>> {
    let tags: Vec<_> = all_tags(text).map(|(at, tag)| at..at + tag.len()).collect();
    let openings = { OPENINGS.iter() }.flat_map(|opening| text.match_indices(opening));
    let unread = openings.map(|(at, _)| at);
    let mut unread: Vec<_> = unread.filter(|at| !is_inside(*at, &tags)).collect();
    unread.sort_unstable();
    // Of `<<<` the second sign begins no further one.
    unread.dedup_by(|next, before| *next == *before + 1);
    let end = |(index, start): (usize, &usize)| {
        let rest = &text[*start..];
        let line = rest.find('\n').map_or(text.len(), |end| start + end);
        let tag = tags.get(tags.partition_point(|tag| tag.start <= *start));
        let tag = tag.map_or(line, |tag| tag.start.min(line));
        let next = unread.get(index + 1).map_or(tag, |next| (*next).min(tag));
        *start..next
    };
    unread.iter().enumerate().map(end).collect()
}
