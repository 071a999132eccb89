//! The programs that draw glyphs, in the table `CFF `.
//!
//! Source: Adobe Technical Note 5176, The Compact Font Format Specification.

use super::bytes::{number_at, u16_at};
use std::ops::Range;
use ttf_parser::GlyphId;

/// What a program ends with.
const END_CHAR: u8 = 14;
/// The operator of the Top DICT that says where the programs are.
const CHAR_STRINGS: u8 = 17;

/// Makes the programs of all glyphs empty that are not kept; nothing moves.
pub(super) fn blank(cff: &mut [u8], keeps: impl Fn(GlyphId) -> bool) -> Option<()> {
    let header_size = usize::from(*cff.get(2)?);
    let (_, after_names) = index(cff, header_size)?;
    let (dictionaries, _) = index(cff, after_names)?;
    let at = char_strings(cff.get(dictionaries.first()?.clone())?)?;
    for (glyph, program) in (0..).map(GlyphId).zip(index(cff, at)?.0) {
        if let (false, Some(first)) = (keeps(glyph), cff.get_mut(program)?.first_mut()) {
            *first = END_CHAR;
        }
    }
    Some(())
}

/// Where the items of the INDEX that begins at `at` are, and where it ends.
fn index(cff: &[u8], at: usize) -> Option<(Vec<Range<usize>>, usize)> {
    let count = usize::from(u16_at(cff, at)?);
    if count == 0 {
        return Some((Vec::new(), at + 2));
    }
    let size = usize::from(*cff.get(at + 2)?);
    let data = at + 2 + (count + 1) * size; // offsets count from 1
    let offset = |item: usize| Some(data + number_at(cff, at + 3 + item * size, size)?);
    let items = (0..count).map(|item| Some(offset(item)?..offset(item + 1)?));
    Some((items.collect::<Option<_>>()?, offset(count)?))
}

/// Where a Top DICT says that the programs are.
fn char_strings(dictionary: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut operand = None;
    loop {
        at += match *dictionary.get(at)? {
            CHAR_STRINGS => return operand,
            12 => 2, // an operator of two bytes
            0..=21 => 1,
            28 => {
                operand = number_at(dictionary, at + 1, 2);
                3
            }
            29 => {
                operand = number_at(dictionary, at + 1, 4);
                5
            }
            30 => real_length(&dictionary[at..])?,
            first @ 247..=250 => {
                operand = Some(
                    (usize::from(first) - 247) * 256 + usize::from(*dictionary.get(at + 1)?) + 108,
                );
                2
            }
            251..=254 => 2,
            first => {
                operand = usize::from(first).checked_sub(139);
                1
            }
        };
    }
}

/// How long a real number is: half a byte for each sign, and `f` behind the last.
fn real_length(number: &[u8]) -> Option<usize> {
    let is_last = |byte: &u8| byte & 0x0f == 0x0f || byte >> 4 == 0x0f;
    Some(number.iter().skip(1).position(is_last)? + 2)
}
