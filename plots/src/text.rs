//! The width of text in Libertinus Serif, without a font engine.

/// The family that the page and the PDF both carry.
pub(super) const FONT_FAMILY: &str = "Libertinus Serif, serif";

/// From the vertical centre of digits and capitals down to their baseline, in font sizes.
pub(super) const CENTRE_TO_BASELINE: f64 = 0.32;

/// Advance widths of U+0020 to U+007E in thousandths of the font size, from the table `hmtx` of
/// `LibertinusSerif-Regular.otf` (typst-assets 0.15).
#[rustfmt::skip]
const ASCII_WIDTHS: [u16; 95] = [
    250, 288, 336, 465, 465, 637, 705, 190, 298, 298, 369, 550, 220, 338, 220, 323,
    465, 465, 465, 465, 465, 465, 465, 465, 465, 465, 236, 236, 550, 550, 550, 435,
    895, 695, 588, 646, 701, 557, 485, 685, 730, 297, 322, 637, 528, 839, 699, 702,
    541, 702, 587, 485, 597, 661, 652, 951, 660, 575, 604, 356, 287, 356, 518, 486,
    392, 457, 493, 428, 506, 447, 310, 500, 538, 271, 272, 512, 264, 790, 542, 504,
    519, 503, 372, 390, 316, 531, 497, 747, 490, 515, 424, 277, 205, 277, 449,
];

/// Width of a character that the table does not know: wider than most letters.
const OTHER_WIDTH: u16 = 565;

/// Estimated width of `text` at a font size, in the units of the size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| f64::from(thousandths(c))).sum::<f64>() * size / 1000.0
}

fn thousandths(c: char) -> u16 {
    match c {
        ' '..='~' => ASCII_WIDTHS[c as usize - ' ' as usize],
        '\u{a0}' | '·' => 250,
        '−' | '×' | '±' => 550,
        '\u{2009}' | '\u{202f}' => 125,
        '⁰'..='⁻' | '²' | '³' | '¹' | '₀'..='₉' => 307,
        _ => OTHER_WIDTH,
    }
}

/// Breaks `text` at spaces into lines of at most `widest`, where words allow.
pub(super) fn wrap(text: &str, size: f64, widest: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= widest => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The width of the widest of these lines.
pub(super) fn widest<'a>(lines: impl IntoIterator<Item = &'a String>, size: f64) -> f64 {
    lines
        .into_iter()
        .map(|line| width(line, size))
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_follow_the_font() {
        assert_eq!(width("0.5", 10.0), 11.5);
        assert_eq!(width("−1", 20.0), 20.3);
        assert_eq!(width("", 10.0), 0.0);
    }

    #[test]
    fn lines_break_at_spaces_only() {
        assert_eq!(
            wrap("fully connected layers", 10.0, 60.0),
            ["fully", "connected", "layers"]
        );
        assert_eq!(
            wrap("fully connected layers", 10.0, 75.0),
            ["fully connected", "layers"]
        );
        assert_eq!(wrap("convolution", 10.0, 5.0), ["convolution"]);
    }
}
