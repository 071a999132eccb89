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
        let (kind, body) = match self {
            Mark::Quantity(name) => ('q', name.clone()),
            Mark::Number(label) => ('n', label.clone()),
            Mark::Reference(label) => ('r', label.clone()),
            Mark::Citation(index) => ('c', index.to_string()),
            Mark::List(name) => ('l', name.clone()),
        };
        format!("{START}{kind}{body}{END}")
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

/// Replaces every mark in `text` by what `replacement` makes of it; `None` leaves the mark.
pub(crate) fn replace_marks(
    text: &str,
    mut replacement: impl FnMut(&Mark) -> Option<String>,
) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(START) {
        let Some(length) = rest[start..].find(END) else {
            break;
        };
        let after = start + length + END.len_utf8();
        replaced.push_str(&rest[..start]);
        let inner = &rest[start + START.len_utf8()..start + length];
        match Mark::parse(inner).and_then(|mark| replacement(&mark)) {
            Some(text) => replaced.push_str(&text),
            None => replaced.push_str(&rest[start..after]),
        }
        rest = &rest[after..];
    }
    replaced.push_str(rest);
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
