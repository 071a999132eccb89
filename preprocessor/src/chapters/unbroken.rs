//! Names that a line must not break, such as `radix-20`: browsers break at the hyphen.
//!
//! A hyphen that does not break (U+2011) would be another text, for who searches and copies.

use std::ops::Range;

/// What begins the element around a name.
pub(super) const UNBROKEN: &str = "<span class=\"unbroken\">";

/// The longest name that stays in one line, in bytes: a longer one may be wider than a phone.
const LONGEST: usize = 28;

/// The names in `text`: words with a hyphen and a digit, such as `radix-20`, and `Table 3`.
pub(super) fn names(text: &str) -> impl Iterator<Item = Range<usize>> {
    let words = words(text);
    words
        .map(|range| range.start..range.start + text[range].trim_end_matches('.').len())
        .filter(|range| is_name(&text[range.clone()]))
}

/// The words of parts with hyphens between them, and those with a capital and a number behind them.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].find(is_of_part)?;
            let part = end_of(text, start, is_of_part);
            let joined = end_of_joined(text, part);
            let word = match joined > part {
                true => Some(start..joined),
                false => numbered(text, start..part),
            };
            at = word.as_ref().map_or(part, |word| word.end);
            if word.is_some() {
                return word;
            }
        }
    })
}

fn is_of_part(c: char) -> bool {
    c.is_alphanumeric() || c == '.'
}

/// Where the characters from `start` on end that are meant.
fn end_of(text: &str, start: usize, is_meant: impl Fn(char) -> bool) -> usize {
    let length = text[start..].find(|c| !is_meant(c));
    length.map_or(text.len(), |length| start + length)
}

/// Where the parts end that hyphens join to the one that ends at `end`.
fn end_of_joined(text: &str, mut end: usize) -> usize {
    while let Some(rest) = text[end..].strip_prefix(['-', '‐']) {
        let start = text.len() - rest.len();
        match end_of(text, start, is_of_part) {
            none if none == start => break,
            part => end = part,
        }
    }
    end
}

/// The capital in the `part` from which on it is letters alone, with the number behind it.
fn numbered(text: &str, part: Range<usize>) -> Option<Range<usize>> {
    let number = part.end + text[part.end..].strip_prefix(' ').map(|_| 1)?;
    let starts = text[number..].starts_with(|c: char| c.is_ascii_digit());
    let word = &text[part.clone()];
    let letters = word.trim_end_matches(char::is_alphabetic).len();
    let capital = word[letters..].find(char::is_uppercase)?;
    let end = end_of(text, number, |c| c.is_ascii_digit() || c == '.');
    starts.then_some(part.start + letters + capital..end)
}

/// Whether code is an id that a browser would break, and that fits a line.
pub(super) fn is_id(code: &str) -> bool {
    code.len() <= LONGEST && code.contains('-') && !code.contains(char::is_whitespace)
}

fn is_name(word: &str) -> bool {
    word.len() <= LONGEST && word.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_hyphen_and_a_digit() {
        let text = "ResNet-20 and VGG-16's, CIFAR-10. A P100-PCIE-16GB-or-something-longer, \
                    state-of-the-art, 2026-11-27, 20 - 3, -5, ResNet-1.5. x- a--1 é‐2- \
                    In Table 3. of 5 a x9Table 4-5 Part 2a-1 B2 7 ";
        let found: Vec<_> = names(text).map(|range| &text[range]).collect();
        assert_eq!(
            found,
            [
                "ResNet-20",
                "VGG-16",
                "CIFAR-10",
                "2026-11-27",
                "ResNet-1.5",
                "é‐2",
                "Table 3",
                "Table 4",
                "Part 2",
                "a-1"
            ]
        );
    }
}
