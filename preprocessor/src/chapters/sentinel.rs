//! Marks inside rendered text that a later pass replaces.
//!
//! A template prints a quantity's name, a label's number or a citation before what belongs there
//! is known: numbers depend on the chapters that follow. Until then a mark stands in the text. No
//! text from elsewhere, be it a chapter, a device's name or a quoted fact, can hold a mark: each
//! begins with a key that the program draws when it starts, and no book shows.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::LazyLock;

const START: char = '\u{E000}';
const END: char = '\u{E001}';

/// What a mark begins with behind [`START`].
static KEY: LazyLock<String> = LazyLock::new(|| {
    // The standard library draws the keys of its hash tables from the system's random numbers.
    format!("{:016x}", RandomState::new().hash_one("marks"))
});

/// What a mark stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A quantity, by name.
    Quantity(String),
    /// The number of a label, such as `3`.
    Number(String),
    /// A reference to a label, such as `Figure 3` with a link.
    Reference(String),
    /// The citation with this index in the order of the text.
    Citation(usize),
    /// A value that is not there.
    Absent(Absence),
    /// A figure or a table that waits for runs, by its label.
    Placeholder(String),
    /// A figure, a table or a question with this index in the order in which the templates made them.
    Block(usize),
    /// The drawing of a plot, by the label of its figure.
    Plot(String),
    /// A list that needs the whole book: `references` or `evidence`, and the like.
    List(String),
    /// The entries of the evidence of a kind, such as `measured`, which stand in the text last of all.
    Entries(String),
    /// The path from the chapter to the root of the book (`../` for each folder), known only when
    /// the chapter's place is.
    Root,
    /// In the first evidence mark of a page, the address of its cards.
    Cards,
}

/// A value that a template prints and that was not measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Absence {
    /// The quantity's name; empty for a word, such as a device's name.
    pub(crate) name: String,
    /// Where the chapter's source prints it, in bytes, where that is known.
    pub(crate) at: Option<usize>,
    pub(crate) form: Form,
}

/// How an absent value is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// With the mark that leads to its evidence.
    Marked,
    /// Without.
    Plain,
    /// Without, inside a formula.
    Formula,
}

impl Form {
    const LETTERS: [(Form, char); 3] = [
        (Form::Marked, 'm'),
        (Form::Plain, 'p'),
        (Form::Formula, 'f'),
    ];
}

impl Absence {
    /// That of a word.
    pub(crate) fn of_word() -> Self {
        Absence {
            name: String::new(),
            at: None,
            form: Form::Plain,
        }
    }

    fn to_body(&self) -> String {
        let letter = Form::LETTERS.iter().find(|(form, _)| *form == self.form);
        let letter = letter.map_or('p', |(_, letter)| *letter);
        let at = self.at.map_or(String::new(), |at| at.to_string());
        format!("{letter}{at}:{}", self.name)
    }

    fn parse(body: &str) -> Option<Self> {
        let (place, name) = body.split_once(':')?;
        let mut place = place.chars();
        let letter = place.next()?;
        let (form, _) = Form::LETTERS.iter().find(|(_, known)| *known == letter)?;
        Some(Absence {
            name: name.to_owned(),
            at: place.as_str().parse().ok(),
            form: *form,
        })
    }
}

/// A mark without a name in a text.
#[derive(Clone, Copy)]
pub(crate) struct Nameless(char);

/// The mark [`Mark::Root`], for `format!("{ROOT}a.md")`.
pub(crate) const ROOT: Nameless = Nameless('/');

/// The mark [`Mark::Cards`], for `format!("<a{CARDS}>")`.
pub(crate) const CARDS: Nameless = Nameless('k');

impl fmt::Display for Nameless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{START}{}{}{END}", *KEY, self.0)
    }
}

impl Mark {
    /// The mark as it stands in the text.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Mark::Quantity(name) => Mark::quantity(name),
            Mark::Number(label) => written('n', label),
            Mark::Reference(label) => written('r', label),
            Mark::Citation(index) => written('c', &index.to_string()),
            Mark::Absent(absence) => written('a', &absence.to_body()),
            Mark::Placeholder(label) => written('p', label),
            Mark::Block(index) => written('b', &index.to_string()),
            Mark::Plot(label) => written('d', label),
            Mark::List(name) => written('l', name),
            Mark::Entries(kind) => written('e', kind),
            Mark::Root => ROOT.to_string(),
            Mark::Cards => CARDS.to_string(),
        }
    }

    /// The mark of the quantity of this name.
    pub(crate) fn quantity(name: &str) -> String {
        written('q', name)
    }

    fn parse(inner: &str) -> Option<Self> {
        let mut characters = inner.chars();
        let kind = characters.next()?;
        let body = characters.as_str().to_owned();
        Some(match kind {
            'q' => Mark::Quantity(body),
            'n' => Mark::Number(body),
            'r' => Mark::Reference(body),
            'c' => Mark::Citation(body.parse().ok()?),
            'a' => Mark::Absent(Absence::parse(&body)?),
            'p' => Mark::Placeholder(body),
            'b' => Mark::Block(body.parse().ok()?),
            'd' => Mark::Plot(body),
            'l' => Mark::List(body),
            'e' => Mark::Entries(body),
            '/' => Mark::Root,
            'k' => Mark::Cards,
            _ => return None,
        })
    }
}

/// The mark of this kind.
fn written(kind: char, body: &str) -> String {
    let around = START.len_utf8() + KEY.len() + kind.len_utf8() + END.len_utf8();
    let mut mark = String::with_capacity(around + body.len());
    mark.push(START);
    mark.push_str(&KEY);
    mark.push(kind);
    mark.push_str(body);
    mark.push(END);
    mark
}

/// The quantity's name, where `text` is exactly the mark of one.
pub(crate) fn quantity_name(text: &str) -> Option<&str> {
    text.strip_prefix(START)?
        .strip_prefix(KEY.as_str())?
        .strip_prefix('q')?
        .strip_suffix(END)
        .filter(|name| !name.contains(END))
}

/// A part of a text with marks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text without a mark.
    Text(&'a str),
    /// A mark, and how it stands in the text.
    Mark(Mark, &'a str),
}

/// The text and the marks of `text`, in their order.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    let mut next_mark = None;
    std::iter::from_fn(move || {
        if let Some(mark) = next_mark.take() {
            return Some(mark);
        }
        let Some((range, mark)) = first_mark(rest) else {
            let last = std::mem::take(&mut rest);
            return (!last.is_empty()).then_some(Piece::Text(last));
        };
        let before = &rest[..range.start];
        let mark = Piece::Mark(mark, &rest[range.clone()]);
        rest = &rest[range.end..];
        if before.is_empty() {
            return Some(mark);
        }
        next_mark = Some(mark);
        Some(Piece::Text(before))
    })
}

/// The first mark of `text`, and where it stands.
fn first_mark(text: &str) -> Option<(Range<usize>, Mark)> {
    let mut searched = 0;
    while let Some(start) = text[searched..].find(START).map(|at| searched + at) {
        searched = start + START.len_utf8();
        let Some(inside) = text[searched..].strip_prefix(KEY.as_str()) else {
            continue; // a character that the author typed
        };
        let length = inside.find(END)?;
        if let Some(mark) = Mark::parse(&inside[..length]) {
            let end = searched + KEY.len() + length + END.len_utf8();
            return Some((start..end, mark));
        }
    }
    None
}

/// Whether something has changed a mark in `text`, such as a filter of capitals.
pub(crate) fn has_torn_marks(text: &str) -> bool {
    let capitals = KEY.to_uppercase();
    let is_torn = |text: &str| text.contains(&*KEY) || text.contains(&capitals);
    pieces(text).any(|piece| matches!(piece, Piece::Text(text) if is_torn(text)))
}

/// Replaces every mark in `text` by what `replacement` makes of it; `None` leaves the mark.
pub(crate) fn replace_marks(
    text: &str,
    mut replacement: impl FnMut(&Mark) -> Option<String>,
) -> String {
    let mut replaced = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => replaced.push_str(text),
            Piece::Mark(mark, as_it_stands) => match replacement(&mark) {
                Some(text) => replaced.push_str(&text),
                None => replaced.push_str(as_it_stands),
            },
        }
    }
    replaced
}

/// `text` with its marks made visible, as `⟦c0⟧`.
#[cfg(test)]
pub(crate) fn visible(text: &str) -> String {
    let start = format!("{START}{}", *KEY);
    text.replace(&start, "⟦").replace(END, "⟧")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_survives_the_text() {
        for mark in [
            Mark::Quantity("flops.vgg19.lu.total".into()),
            Mark::Number("tbl-a".into()),
            Mark::Reference("fig-a".into()),
            Mark::Citation(7),
            Mark::Absent(Absence::of_word()),
            Mark::Absent(Absence {
                name: "a.b(c:d)".into(),
                at: Some(12),
                form: Form::Marked,
            }),
            Mark::Placeholder("fig-a".into()),
            Mark::Block(3),
            Mark::Plot("fig-a".into()),
            Mark::List("references".into()),
            Mark::Entries("measured".into()),
            Mark::Root,
            Mark::Cards,
        ] {
            let text = format!("before {} after", mark.to_text());
            let mut seen = Vec::new();
            let replaced = replace_marks(&text, |found| {
                seen.push(found.clone());
                Some("X".into())
            });
            assert_eq!(seen, [mark]);
            assert_eq!(replaced, "before X after");
            assert_eq!(replace_marks(&text, |_| None), text);
        }
    }

    #[test]
    fn only_a_whole_mark_names_a_quantity() {
        let mark = Mark::Quantity("a.b".into()).to_text();
        assert_eq!(quantity_name(&mark), Some("a.b"));
        assert_eq!(quantity_name(&format!("{mark}{mark}")), None);
        assert_eq!(quantity_name("a.b"), None);
    }

    #[test]
    fn no_text_from_elsewhere_holds_a_mark() {
        for forged in [
            "\u{E000}levidence\u{E001}",
            "\u{E000}0123456789abcdeflevidence\u{E001}",
            "\u{E000}\u{E001}\u{E002}",
            "\u{E001} \u{E000}",
        ] {
            assert_eq!(pieces(forged).collect::<Vec<_>>(), [Piece::Text(forged)]);
            assert_eq!(quantity_name(forged), None);
            // Nor does it hide the one behind it.
            let mark = Mark::Citation(3).to_text();
            let text = format!("\u{E000}{forged}{mark}");
            let found: Vec<_> = pieces(&text).skip(1).collect();
            assert_eq!(found, [Piece::Mark(Mark::Citation(3), &mark)]);
        }
    }
}
