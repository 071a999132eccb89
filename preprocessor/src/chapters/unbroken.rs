//! Names that a line must not break, such as `radix-20`: browsers break at the hyphen.
//!
//! A hyphen that does not break (U+2011) would be another text, for who searches and copies.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What begins the element around a name.
pub(super) const UNBROKEN: &str = "<span class=\"unbroken\">";

/// The longest name that stays in one line, in bytes: a longer one may be wider than a phone.
const LONGEST: usize = 28;

/// A word of parts with hyphens between them, or one with a capital and a number behind it.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"[\p{L}\p{N}.]+(?:[-‐][\p{L}\p{N}.]+)+|\p{Lu}\p{L}* [0-9][0-9.]*";
    Regex::new(words).expect("the expression is well formed")
});

/// The names in `text`: words with a hyphen and a digit, such as `radix-20`, and `Table 3`.
pub(super) fn names(text: &str) -> impl Iterator<Item = Range<usize>> {
    // Every name has a digit, and most texts have none.
    let may_have = text.bytes().any(|byte| byte.is_ascii_digit());
    let words = may_have.then(|| WORDS.find_iter(text));
    { words.into_iter().flatten().map(|word| word.range()) }
        .map(|range| range.start..range.start + text[range].trim_end_matches('.').len())
        .filter(|range| is_name(&text[range.clone()]))
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
                    state-of-the-art, 2026-11-27, 20 - 3, -5, ResNet-1.5. x- \
                    In Table 3. of 5 a";
        let found: Vec<_> = names(text).map(|range| &text[range]).collect();
        assert_eq!(
            found,
            [
                "ResNet-20",
                "VGG-16",
                "CIFAR-10",
                "2026-11-27",
                "ResNet-1.5",
                "Table 3"
            ]
        );
    }
}
