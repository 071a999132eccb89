//! Citations and references in a block of Markdown: `[see @lu2017, Table 3; @he2015]`, `@lu2017`,
//! `@fig-x`.
//!
//! The forms are those of pandoc. Only brackets and keys are replaced: what stands beside them, be it
//! emphasis, a formula or a line break, stays as its author wrote it.

use super::bibliography::Bibliography;
use keys::{What, beginning, is_escaped, is_in_address, is_place, is_small_gap};
use std::ops::Range;

mod keys;

pub(super) use keys::own_label;

/// The text of a block, without code, formulas and raw HTML.
#[derive(Debug, Default)]
pub(super) struct Block {
    parts: Vec<Part>,
}

/// A part of the text.
#[derive(Debug)]
struct Part {
    range: Range<usize>,
    place: Place,
}

/// Where a part stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In running text.
    Prose,
    /// In a heading, which mdBook makes a link.
    Heading,
    /// In the description of an image, of which only the text counts.
    Image,
    /// In the text of a link.
    Link,
}

/// What takes the place of a part of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// Markdown.
    Text(String),
    /// The number of a work, with a link to it where there can be one.
    Number { key: String, is_linked: bool },
    /// A reference to a label.
    Reference(String),
    /// What is wrong here; the text stays.
    Fault(String),
}

/// What takes the place of which part, in the order of the text.
pub(super) type Edits = Vec<(Range<usize>, Edit)>;

impl Block {
    /// The parts of the text.
    pub(super) fn ranges(&self) -> Vec<Range<usize>> {
        self.parts.iter().map(|part| part.range.clone()).collect()
    }

    /// Adds text that follows.
    pub(super) fn push(&mut self, range: Range<usize>, place: Place) {
        match self.parts.last_mut() {
            Some(last) if last.range.end == range.start && last.place == place => {
                last.range.end = range.end;
            }
            _ => self.parts.push(Part { range, place }),
        }
    }

    /// What takes the place of the citations and references in the block, a part of `text`.
    pub(super) fn edits(&self, text: &str, bibliography: &Bibliography) -> Edits {
        let end = self.parts.last().map_or(0, |part| part.range.end);
        let mut reader = Reader {
            text: &text[..end],
            bibliography,
            open: Vec::new(),
            author: None,
            edits: Vec::new(),
        };
        for part in &self.parts {
            reader.read(part);
        }
        reader.finish()
    }
}

/// A key behind its `@`.
#[derive(Debug, Clone)]
struct Cited {
    /// From the `@`, or a hyphen before it, to the end of the key.
    range: Range<usize>,
    what: What,
    place: Place,
    /// Whether it comes first in a bracket, or behind a semicolon.
    is_first: bool,
}

/// A bracket that is open.
#[derive(Debug)]
struct Bracket {
    at: usize,
    cited: Vec<Cited>,
    /// The work that is named before it: `@lu2017 [Table 3]`.
    author: Option<Cited>,
}

struct Reader<'a> {
    text: &'a str,
    bibliography: &'a Bibliography,
    open: Vec<Bracket>,
    /// The work that was named last outside of brackets.
    author: Option<Cited>,
    edits: Edits,
}

impl Reader<'_> {
    fn read(&mut self, part: &Part) {
        let mut at = part.range.start;
        while let Some(offset) = self.text[at..part.range.end].find(['[', ']', '@']) {
            let sign = at + offset;
            at = sign + 1;
            if is_escaped(self.text, sign) {
                continue;
            }
            match self.text.as_bytes()[sign] {
                b'[' => self.open_bracket(sign),
                b']' => self.close_bracket(sign),
                _ => at = self.read_key(sign, part).unwrap_or(at),
            }
            if at >= part.range.end {
                break;
            }
        }
    }

    fn open_bracket(&mut self, at: usize) {
        let is_next = |author: &mut Cited| is_small_gap(&self.text[author.range.end..at]);
        let author = self.author.take_if(is_next);
        self.end_author();
        self.open.push(Bracket {
            at,
            cited: Vec::new(),
            author,
        });
    }

    fn close_bracket(&mut self, at: usize) {
        let Some(bracket) = self.open.pop() else {
            return;
        };
        let cites = |cited: &Cited| match &cited.what {
            What::Work(_) => true,
            What::Unknown { in_braces, .. } => *in_braces || cited.is_first,
            What::Label(_) => false,
        };
        if let [
            Cited {
                range,
                what: What::Label(label),
                ..
            },
        ] = &bracket.cited[..]
            && self.text[bracket.at + 1..at].trim() == &self.text[range.clone()]
            && !self.text[at + 1..].starts_with(['(', '[', ':'])
        {
            let message = format!(
                "`[@{label}]` is a reference in brackets, which are printed; hint: `@{label}`, or `(@{label})`"
            );
            return self.edits.push((bracket.at..at + 1, Edit::Fault(message)));
        }
        let is_citation = bracket.author.is_some() || bracket.cited.iter().any(cites);
        if !is_citation {
            return bracket
                .cited
                .into_iter()
                .for_each(|cited| self.write_alone(cited));
        }
        match bracket.author {
            Some(author) => {
                let gap = author.range.end..bracket.at + 1;
                self.write_author(&author);
                self.edits.push((gap, Edit::Text(", ".to_owned())));
            }
            None => self.replace(bracket.at, "\\["),
        }
        for cited in bracket.cited {
            self.write_place(&cited, at);
            self.write(cited);
        }
        self.replace(at, "\\]");
    }

    /// Reads the key behind the `@` at `sign`, and returns where it ends.
    fn read_key(&mut self, sign: usize, part: &Part) -> Option<usize> {
        let of_part = &self.text[part.range.start..sign];
        if of_part.ends_with(|c: char| c.is_alphanumeric() || c == '_') || is_in_address(of_part) {
            return None; // an e-mail address, or one without `<` and `>`
        }
        let (what, length) =
            keys::key_at(self.text, (sign + 1, part.range.end), self.bibliography)?;
        let before = &self.text[..sign];
        let bracket = self.open.last().map(|bracket| bracket.at + 1);
        let hyphen = before.ends_with('-') && before[..sign - 1].ends_with(['[', ';', ' ', '\n']);
        let start = if hyphen && bracket.is_some() {
            sign - 1
        } else {
            sign
        };
        let before = bracket.map(|bracket| self.text[bracket..start].trim_end());
        let cited = Cited {
            range: start..sign + 1 + length,
            what,
            place: part.place,
            is_first: before.is_some_and(|before| before.is_empty() || before.ends_with(';')),
        };
        let end = cited.range.end;
        match self.open.last_mut() {
            Some(bracket) => bracket.cited.push(cited),
            None => {
                self.end_author();
                match cited.what {
                    What::Work(_) => self.author = Some(cited),
                    _ => self.write_alone(cited),
                }
            }
        }
        Some(end)
    }

    fn replace(&mut self, at: usize, text: &str) {
        self.edits.push((at..at + 1, Edit::Text(text.to_owned())));
    }

    /// Writes what stands in brackets.
    fn write(&mut self, cited: Cited) {
        let edit = match cited.what {
            What::Work(key) => Edit::Number {
                key,
                is_linked: cited.place == Place::Prose,
            },
            What::Label(label) => return self.write_reference(cited.range, label, cited.place),
            What::Unknown { key, .. } => match (own_label(&key), self.bibliography.check(&key)) {
                (_, Ok(_)) => return,
                (Some(label), _) => {
                    Edit::Fault(format!("`@{key}` is no reference; hint: `@{label}`"))
                }
                (None, Err(message)) => Edit::Fault(message),
            },
        };
        self.edits.push((cited.range, edit));
    }

    fn write_reference(&mut self, range: Range<usize>, label: String, place: Place) {
        let edit = match place {
            Place::Link => Edit::Fault(format!(
                "`@{label}` is a link, and stands in the text of another; hint: write it beside"
            )),
            Place::Prose | Place::Heading | Place::Image => Edit::Reference(label),
        };
        self.edits.push((range, edit));
    }

    /// Writes what stands in the text: a word that is no key stays, if it is like none.
    fn write_alone(&mut self, cited: Cited) {
        match &cited.what {
            What::Work(_) => {
                self.write_author(&cited);
                let end = cited.range.end;
                self.edits.push((end..end, Edit::Text("\\]".to_owned())));
            }
            What::Unknown {
                key,
                in_braces: false,
            } if own_label(key).is_none() && !self.is_misspelt(key) => {}
            _ => self.write(cited),
        }
    }

    /// Whether a key is like that of a work, with another end, or begins with one that ends there.
    fn is_misspelt(&self, key: &str) -> bool {
        let length = self.bibliography.longest_key(key);
        let ends = |c: char| !c.is_alphanumeric() && !"_-".contains(c);
        self.bibliography.has_sibling(key)
            || self.bibliography.nearest(key).is_some()
            || (length > 0 && key[length..].starts_with(ends))
    }

    /// Writes the names of a work's authors, and its number behind an open bracket.
    fn write_author(&mut self, cited: &Cited) {
        let What::Work(key) = &cited.what else {
            return;
        };
        let authors = self.bibliography.authors(key);
        let space = if authors.is_empty() { "" } else { " " };
        let (start, end) = (cited.range.start, cited.range.end);
        self.edits
            .push((start..start, Edit::Text(format!("{authors}{space}\\["))));
        let number = Edit::Number {
            key: key.clone(),
            is_linked: cited.place == Place::Prose,
        };
        self.edits.push((start..end, number));
    }

    fn end_author(&mut self) {
        if let Some(author) = self.author.take() {
            self.write_alone(author);
        }
    }

    /// Writes a comma before the place in a work that follows its key without one, and takes away the
    /// braces around one: `@lu2017 p. 3`, `@lu2017{p. 3}`, `@lu2017, {p. 3}`.
    fn write_place(&mut self, cited: &Cited, end: usize) {
        let behind = cited.range.end;
        let rest = beginning(&self.text[behind..end]);
        let gap = rest.len() - rest.trim_start_matches([',', ' ', '\n']).len();
        let place = &rest[gap..];
        if let (true, Some(closing)) = (place.starts_with('{'), place.find('}')) {
            let comma = if rest.starts_with(',') { "" } else { ", " };
            let brace = behind + gap;
            self.edits
                .push((brace..brace + 1, Edit::Text(comma.to_owned())));
            let closing = brace + closing;
            self.edits
                .push((closing..closing + 1, Edit::Text(String::new())));
        } else if rest.starts_with([' ', '\n']) && is_place(place) {
            self.edits
                .push((behind..behind, Edit::Text(",".to_owned())));
        }
    }

    fn finish(mut self) -> Edits {
        self.end_author();
        for bracket in std::mem::take(&mut self.open) {
            bracket
                .author
                .into_iter()
                .chain(bracket.cited)
                .for_each(|cited| self.write_alone(cited));
        }
        self.edits
            .sort_by_key(|(range, _)| (range.start, range.end));
        self.edits
    }
}
