//! Letters and digits in the fonts of mathematics: Unicode's block of mathematical letters.
//!
//! The Unicode Standard, chapter 22.2, “Mathematical Alphanumeric Symbols”, and the characters of
//! “Letterlike Symbols” that fill the block's holes.

/// An alphabet of mathematics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// What variables and numbers have by themselves.
    #[default]
    Usual,
    /// Upright.
    Roman,
    Italic,
    /// Calligraphic, as in `\mathcal`.
    Calligraphic,
    /// Script, as in `\mathscr`.
    Script,
    Fraktur,
    DoubleStruck,
    SansSerif,
    Monospace,
}

/// An alphabet in a weight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Font {
    pub(super) alphabet: Alphabet,
    pub(super) bold: bool,
}

impl Font {
    /// Whether letters side by side are one word.
    pub(super) fn sets_words(self) -> bool {
        use Alphabet as A;
        matches!(
            self.alphabet,
            A::Roman | A::Italic | A::SansSerif | A::Monospace
        )
    }

    /// A letter or digit in this font, as one character and, for scripts, a selector of the form.
    pub(super) fn set(self, letter: char, is_variable: bool) -> String {
        let slanted = self.alphabet == Alphabet::Italic
            || (self.alphabet == Alphabet::Usual && is_variable && self.bold);
        let styled = match letter {
            'A'..='Z' => self.latin(slanted, 0).map(|base| from(base, letter, 'A')),
            'a'..='z' => self.latin(slanted, 26).map(|base| from(base, letter, 'a')),
            '0'..='9' => self.digits().map(|base| from(base, letter, '0')),
            'Α'..='Ω' => self.greek(slanted, 0).map(|base| from(base, letter, 'Α')),
            'α'..='ω' => self.greek(slanted, 26).map(|base| from(base, letter, 'α')),
            '∇' => self.greek(slanted, 25),
            _ => self.variant(letter, slanted),
        };
        let Some(styled) = styled.and_then(char::from_u32) else {
            return letter.to_string();
        };
        let mut text = filled(styled).to_string();
        match self.alphabet {
            // Chancery and roundhand, by Unicode's standardised variation sequences.
            Alphabet::Calligraphic if letter.is_ascii_uppercase() => text.push('\u{fe00}'),
            Alphabet::Script if letter.is_ascii_uppercase() => text.push('\u{fe01}'),
            _ => {}
        }
        text
    }

    /// The code of the alphabet's `A`, and of what stands `offset` behind it.
    fn latin(self, slanted: bool, offset: u32) -> Option<u32> {
        let base = match (self.alphabet, self.bold) {
            (Alphabet::Usual, true) if slanted => 0x1d468,
            (Alphabet::Usual | Alphabet::Roman, true) => 0x1d400,
            (Alphabet::Usual | Alphabet::Roman, false) => return None,
            (Alphabet::Italic, false) => 0x1d434,
            (Alphabet::Italic, true) => 0x1d468,
            (Alphabet::Calligraphic | Alphabet::Script, false) => 0x1d49c,
            (Alphabet::Calligraphic | Alphabet::Script, true) => 0x1d4d0,
            (Alphabet::Fraktur, false) => 0x1d504,
            (Alphabet::Fraktur, true) => 0x1d56c,
            (Alphabet::DoubleStruck, _) => 0x1d538,
            (Alphabet::SansSerif, false) => 0x1d5a0,
            (Alphabet::SansSerif, true) => 0x1d5d4,
            (Alphabet::Monospace, _) => 0x1d670,
        };
        Some(base + offset)
    }

    fn greek(self, slanted: bool, offset: u32) -> Option<u32> {
        let base = match (slanted, self.bold) {
            (false, true) => 0x1d6a8,
            (true, false) => 0x1d6e2,
            (true, true) => 0x1d71c,
            (false, false) => return None,
        };
        Some(base + offset)
    }

    /// Greek letters that stand behind the alphabet.
    fn variant(self, letter: char, slanted: bool) -> Option<u32> {
        let at = ['∂', 'ϵ', 'ϑ', 'ϰ', 'ϕ', 'ϱ', 'ϖ']
            .iter()
            .position(|variant| *variant == letter)?;
        Some(self.greek(slanted, 51)? + u32::try_from(at).ok()?)
    }

    fn digits(self) -> Option<u32> {
        match (self.alphabet, self.bold) {
            (Alphabet::DoubleStruck, _) => Some(0x1d7d8),
            (Alphabet::SansSerif, false) => Some(0x1d7e2),
            (Alphabet::SansSerif, true) => Some(0x1d7ec),
            (Alphabet::Monospace, _) => Some(0x1d7f6),
            (_, true) => Some(0x1d7ce),
            _ => None,
        }
    }
}

fn from(base: u32, letter: char, first: char) -> u32 {
    base + u32::from(letter) - u32::from(first)
}

/// The letter for a hole in the block.
fn filled(letter: char) -> char {
    const HOLES: [(char, char); 24] = [
        ('\u{1d455}', 'ℎ'),
        ('\u{1d49d}', 'ℬ'),
        ('\u{1d4a0}', 'ℰ'),
        ('\u{1d4a1}', 'ℱ'),
        ('\u{1d4a3}', 'ℋ'),
        ('\u{1d4a4}', 'ℐ'),
        ('\u{1d4a7}', 'ℒ'),
        ('\u{1d4a8}', 'ℳ'),
        ('\u{1d4ad}', 'ℛ'),
        ('\u{1d4ba}', 'ℯ'),
        ('\u{1d4bc}', 'ℊ'),
        ('\u{1d4c4}', 'ℴ'),
        ('\u{1d506}', 'ℭ'),
        ('\u{1d50b}', 'ℌ'),
        ('\u{1d50c}', 'ℑ'),
        ('\u{1d515}', 'ℜ'),
        ('\u{1d51d}', 'ℨ'),
        ('\u{1d53a}', 'ℂ'),
        ('\u{1d53f}', 'ℍ'),
        ('\u{1d545}', 'ℕ'),
        ('\u{1d547}', 'ℙ'),
        ('\u{1d548}', 'ℚ'),
        ('\u{1d549}', 'ℝ'),
        ('\u{1d551}', 'ℤ'),
    ];
    let hole = HOLES.iter().find(|(hole, _)| *hole == letter);
    hole.map_or(letter, |(_, filled)| *filled)
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, Font};

    /// The expected characters are named in Unicode's code charts U1D400 and U2100.
    #[test]
    fn letters_are_those_of_the_code_charts() {
        let check = |alphabet, bold, letters: &str, expected: &str| {
            let font = Font { alphabet, bold };
            let set: String = letters.chars().map(|c| font.set(c, true)).collect();
            assert_eq!(set, expected, "{alphabet:?}, bold: {bold}");
        };
        check(Alphabet::Usual, false, "Axhαω1", "Axhαω1");
        check(Alphabet::Usual, true, "Azαω∂ϵϖ0", "𝑨𝒛𝜶𝝎𝝏𝝐𝝕𝟎");
        check(Alphabet::Roman, true, "Az09", "𝐀𝐳𝟎𝟗");
        check(Alphabet::Italic, false, "AhzΓω", "𝐴ℎ𝑧𝛤𝜔");
        check(Alphabet::DoubleStruck, false, "RAa1", "ℝ𝔸𝕒𝟙");
        check(Alphabet::Fraktur, false, "CgZ", "ℭ𝔤ℨ");
        check(Alphabet::Fraktur, true, "C", "𝕮");
        check(Alphabet::SansSerif, false, "Tz5", "𝖳𝗓𝟧");
        check(Alphabet::SansSerif, true, "Tz5", "𝗧𝘇𝟱");
        check(Alphabet::Monospace, false, "Tz5", "𝚃𝚣𝟻");
        check(Alphabet::Script, false, "Lx", "ℒ\u{fe01}𝓍");
        check(Alphabet::Calligraphic, false, "LA", "ℒ\u{fe00}𝒜\u{fe00}");
        check(Alphabet::Calligraphic, true, "L", "𝓛\u{fe00}");
    }

    #[test]
    fn bold_symbols_slant_as_they_did() {
        let bold = Font {
            alphabet: Alphabet::Usual,
            bold: true,
        };
        assert_eq!(bold.set('Γ', false), "𝚪");
        assert_eq!(bold.set('∇', false), "𝛁");
        assert_eq!(bold.set('g', true), "𝒈");
    }
}
