//! The other tables of a font, where something in them is not needed.
//!
//! What is set to zero costs nothing when it is packed.
//! Source: OpenType specification.

use super::bytes::u16_at;
use super::reach::Glyphs;
use std::collections::BTreeSet;
use ttf_parser::{Face, GlyphId, Tag};

/// Sets the widths (`hmtx`) of all glyphs to zero that are not reached.
pub(super) fn blank_widths(face: &Face, hmtx: &mut [u8], reached: &Glyphs) {
    let widths = usize::from(face.tables().hhea.number_of_metrics);
    let entries = hmtx.chunks_mut(4).take(widths);
    for (glyph, entry) in (0..).map(GlyphId).zip(entries) {
        if !reached.contains(glyph) {
            entry.fill(0);
        }
    }
}

/// Sets the corrections of slant and the places of accents (`MATH`) to zero where they belong to
/// glyphs that are not reached.
pub(super) fn blank_corrections(math: &mut [u8], reached: &Glyphs) -> Option<()> {
    let info = usize::from(u16_at(math, 6)?);
    for list in [info, info + 2] {
        let list = match u16_at(math, list)? {
            0 => continue,
            offset => info + usize::from(offset),
        };
        let covered = covered(math, list + usize::from(u16_at(math, list)?))?;
        for (place, glyph) in covered.into_iter().enumerate() {
            if !reached.contains(glyph) {
                math.get_mut(list + 4 + 4 * place..)?
                    .first_chunk_mut::<4>()?
                    .fill(0);
            }
        }
    }
    Some(())
}

/// The glyphs of the coverage table at `at`, in their order.
fn covered(table: &[u8], at: usize) -> Option<Vec<GlyphId>> {
    let count = usize::from(u16_at(table, at + 2)?);
    let number = |index: usize| u16_at(table, at + 4 + 2 * index);
    if u16_at(table, at)? == 1 {
        return (0..count).map(|index| number(index).map(GlyphId)).collect();
    }
    let ranges = (0..count).map(|index| Some(number(3 * index)?..=number(3 * index + 1)?));
    let ranges: Vec<_> = ranges.collect::<Option<_>>()?;
    Some(ranges.into_iter().flatten().map(GlyphId).collect())
}

/// Takes their lookups from the features (`GSUB`) for which `is_off` holds: the glyphs that they
/// would show are not there. A browser then makes small capitals, say, itself.
pub(super) fn switch_off(gsub: &mut [u8], is_off: impl Fn(Tag) -> bool) -> Option<()> {
    let list = usize::from(u16_at(gsub, 6)?);
    for record in 0..usize::from(u16_at(gsub, list)?) {
        let record = list + 2 + 6 * record;
        let tag = Tag::from_bytes(gsub.get(record..)?.first_chunk()?);
        if is_off(tag) {
            let feature = list + usize::from(u16_at(gsub, record + 4)?);
            gsub.get_mut(feature + 2..)?.first_chunk_mut::<2>()?.fill(0);
        }
    }
    Some(())
}

/// Says in `head` that the font went through a conversion, as WOFF2 demands.
pub(super) fn mark_as_converted(head: &mut [u8]) {
    if let Some(flags) = head.get_mut(16) {
        *flags |= 1 << 3; // bit 11 of two bytes
    }
}

/// The table `cmap` for these characters alone, so that a browser takes any other from the next
/// font; variation sequences are kept as they are.
pub(super) fn character_map(face: &Face, characters: &BTreeSet<char>) -> Vec<u8> {
    let single = single_characters(face, characters);
    let sequences = variation_sequences(face).unwrap_or_default();
    let count: u16 = if sequences.is_empty() { 1 } else { 2 };
    let first = 4 + 8 * u32::from(count);
    let mut table = vec![0, 0];
    table.extend(count.to_be_bytes());
    if !sequences.is_empty() {
        table.extend([0, 0, 0, 5]); // Unicode, variation sequences
        table.extend((first + single.len() as u32).to_be_bytes());
    }
    table.extend([0, 3, 0, 10]); // Windows, all of Unicode
    table.extend(first.to_be_bytes());
    table.extend(single);
    table.extend(sequences);
    table
}

/// A subtable of format 12, with a group for each character.
fn single_characters(face: &Face, characters: &BTreeSet<char>) -> Vec<u8> {
    let mapped = { characters.iter() }.filter_map(|it| Some((*it, face.glyph_index(*it)?)));
    let groups: Vec<_> = mapped
        .flat_map(|(character, glyph)| [character as u32, character as u32, u32::from(glyph.0)])
        .collect();
    let length = 16 + 4 * groups.len() as u32;
    let head = [12 << 16, length, 0, groups.len() as u32 / 3];
    head.into_iter()
        .chain(groups)
        .flat_map(u32::to_be_bytes)
        .collect()
}

/// The subtable of format 14.
fn variation_sequences(face: &Face) -> Option<Vec<u8>> {
    let map = face.raw_face().table(Tag::from_bytes(b"cmap"))?;
    let subtables = (0..usize::from(u16_at(map, 2)?)).filter_map(|index| {
        let offset = map.get(4 + 8 * index + 4..)?.first_chunk()?;
        map.get(u32::from_be_bytes(*offset) as usize..)
    });
    let table = subtables
        .into_iter()
        .find(|table| u16_at(table, 0) == Some(14))?;
    let length = u32::from_be_bytes(*table.get(2..)?.first_chunk()?);
    table.get(..length as usize).map(<[u8]>::to_vec)
}
