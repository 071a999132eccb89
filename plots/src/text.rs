//! The width of text, without a font engine: in the wider one of the fonts of the pages and of the PDF.

/// From the vertical centre of digits and capitals down to their baseline, in font sizes.
pub(super) const CENTRE_TO_BASELINE: f64 = 0.32;

/// A font with the advance widths of its characters, in thousandths of the font size.
pub(super) struct Font {
    /// The value of `font-family`.
    pub(super) family: &'static str,
    /// U+0020 to U+007E.
    ascii: [u16; 95],
    /// Full stops in the middle of a line and no-break spaces, operators, thin spaces, and raised
    /// and lowered signs.
    others: [u16; 4],
    /// What no table knows: wider than most letters.
    unknown: u16,
}

/// What mdBook sets its pages in. A label has room in either font, so that both formats have the
/// same ones.
pub(super) const PAGE: Font = Font {
    family: "Open Sans, sans-serif",
    ascii: wider(OPEN_SANS, LIBERTINUS),
    others: wider([266, 572, 200, 347], [250, 550, 125, 307]),
    unknown: 640,
};

/// What the PDF is set in.
pub(super) const PRINT: Font = Font {
    family: "Libertinus Serif, serif",
    ..PAGE
};

/// From the table `hmtx` of mdBook's `open-sans-v17-all-charsets-regular`.
#[rustfmt::skip]
const OPEN_SANS: [u16; 95] = [
    260, 267, 401, 646, 572, 823, 730, 221, 296, 296, 552, 572, 245, 322, 266, 367,
    572, 572, 572, 572, 572, 572, 572, 572, 572, 572, 266, 266, 572, 572, 572, 429,
    899, 633, 648, 631, 729, 556, 516, 728, 738, 279, 267, 614, 519, 903, 754, 779,
    602, 779, 618, 549, 553, 728, 595, 926, 577, 560, 571, 329, 367, 329, 542, 448,
    577, 556, 613, 476, 613, 561, 339, 548, 614, 253, 253, 525, 253, 930, 614, 604,
    613, 613, 408, 477, 353, 614, 501, 778, 524, 504, 468, 379, 551, 379, 572,
];

/// From the table `hmtx` of `LibertinusSerif-Regular.otf` (typst-assets 0.15).
#[rustfmt::skip]
const LIBERTINUS: [u16; 95] = [
    250, 288, 336, 465, 465, 637, 705, 190, 298, 298, 369, 550, 220, 338, 220, 323,
    465, 465, 465, 465, 465, 465, 465, 465, 465, 465, 236, 236, 550, 550, 550, 435,
    895, 695, 588, 646, 701, 557, 485, 685, 730, 297, 322, 637, 528, 839, 699, 702,
    541, 702, 587, 485, 597, 661, 652, 951, 660, 575, 604, 356, 287, 356, 518, 486,
    392, 457, 493, 428, 506, 447, 310, 500, 538, 271, 272, 512, 264, 790, 542, 504,
    519, 503, 372, 390, 316, 531, 497, 747, 490, 515, 424, 277, 205, 277, 449,
];

/// The greater width of each character.
const fn wider<const N: usize>(mut a: [u16; N], b: [u16; N]) -> [u16; N] {
    let mut index = 0;
    while index < N {
        if a[index] < b[index] {
            a[index] = b[index];
        }
        index += 1;
    }
    a
}

impl Font {
    /// Estimated width of `text` at a font size, in the units of the size.
    pub(super) fn width(&self, text: &str, size: f64) -> f64 {
        let thousandths = text.chars().map(|c| f64::from(self.thousandths(c)));
        thousandths.sum::<f64>() * size / 1000.0
    }

    fn thousandths(&self, c: char) -> u16 {
        let [dot, operator, thin_space, raised] = self.others;
        match c {
            ' '..='~' => self.ascii[c as usize - ' ' as usize],
            '\u{a0}' | '·' => dot,
            '−' | '×' | '±' | '÷' => operator,
            '\u{2009}' | '\u{202f}' => thin_space,
            '⁰'..='⁻' | '²' | '³' | '¹' | '₀'..='₉' => raised,
            _ => self.unknown,
        }
    }

    /// Breaks `text` at spaces into lines of at most `widest`, and words that are wider between two
    /// of their characters.
    pub(super) fn wrap(&self, text: &str, size: f64, widest: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ') {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}"), size) <= widest => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.extend(self.pieces(word, size, widest)),
            }
        }
        lines
    }

    /// A word in pieces of at most `widest`; each has a character at least.
    fn pieces(&self, word: &str, size: f64, widest: f64) -> Vec<String> {
        let mut pieces = vec![String::new()];
        for c in word.chars() {
            let last = pieces.len() - 1;
            let longer = format!("{}{c}", pieces[last]);
            match pieces[last].is_empty() || self.width(&longer, size) <= widest {
                true => pieces[last] = longer,
                false => pieces.push(c.to_string()),
            }
        }
        pieces
    }

    /// The width of the widest of these lines.
    pub(super) fn widest<'a>(&self, lines: impl IntoIterator<Item = &'a String>, size: f64) -> f64 {
        let widths = lines.into_iter().map(|line| self.width(line, size));
        widths.fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_as_wide_as_in_the_wider_font() {
        for font in [PAGE, PRINT] {
            assert_eq!(font.width("0.5", 10.0), 14.1); // Open Sans
            assert_eq!(font.width("−1", 20.0), 22.88);
            assert_eq!(font.width("VA", 10.0), 13.47); // Libertinus
            assert_eq!(font.width("", 10.0), 0.0);
        }
    }

    #[test]
    fn lines_break_at_spaces_and_only_in_a_word_that_is_too_wide() {
        let wrap = |text, widest| PRINT.wrap(text, 10.0, widest);
        assert_eq!(
            wrap("fully connected layers", 60.0),
            ["fully", "connected", "layers"]
        );
        assert_eq!(
            wrap("fully connected layers", 75.0),
            ["fully connected", "layers"]
        );
        assert_eq!(wrap("a convolution", 30.0), ["a", "convo", "lution"]);
        assert_eq!(wrap("iii", 1.0), ["i", "i", "i"]);
    }
}
