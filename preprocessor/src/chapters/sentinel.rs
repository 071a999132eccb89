//! Marks inside rendered text that a later pass replaces.
//!
//! A template prints a quantity's name, a label's number or a citation before what belongs there
//! is known: numbers depend on the chapters that follow. Until then a mark stands in the text,
//! between two characters of Unicode's private use area that no author types.

const START: char = '\u{E000}';
const END: char = '\u{E001}';

/// The path from the chapter to the root of the book (`../` for each folder), known only when the
/// chapter's place is.
pub(crate) const ROOT: char = '\u{E002}';

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
    /// A list that needs the whole book: `references` or `evidence`, and the like.
    List(String),
}

impl Mark {
    /// The mark as it stands in the text.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Mark::Quantity(name) => Mark::quantity(name),
            Mark::Number(label) => format!("{START}n{label}{END}"),
            Mark::Reference(label) => format!("{START}r{label}{END}"),
            Mark::Citation(index) => format!("{START}c{index}{END}"),
            Mark::List(name) => format!("{START}l{name}{END}"),
        }
    }

    /// The mark of the quantity of this name.
    pub(crate) fn quantity(name: &str) -> String {
        let mut mark = String::with_capacity(START.len_utf8() + 1 + name.len() + END.len_utf8());
        mark.extend([START, 'q']);
        mark.push_str(name);
        mark.push(END);
        mark
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
            'l' => Mark::List(body),
            _ => return None,
        })
    }
}

/// The quantity's name, where `text` is exactly the mark of one.
pub(crate) fn quantity_name(text: &str) -> Option<&str> {
    text.strip_prefix(START)?
        .strip_prefix('q')?
        .strip_suffix(END)
        .filter(|name| !name.contains(END))
}

/// A part of a text with marks.
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
        let mut searched = 0;
        while let Some(start) = rest[searched..].find(START).map(|at| searched + at) {
            let Some(length) = rest[start..].find(END) else {
                break;
            };
            let after = start + length + END.len_utf8();
            searched = after;
            let inner = &rest[start + START.len_utf8()..start + length];
            if let Some(mark) = Mark::parse(inner) {
                next_mark = Some(Piece::Mark(mark, &rest[start..after]));
                let before = &rest[..start];
                rest = &rest[after..];
                return Some(Piece::Text(before));
            }
        }
        let last = std::mem::take(&mut rest);
        (!last.is_empty()).then_some(Piece::Text(last))
    })
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
            Mark::List("references".into()),
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
}
