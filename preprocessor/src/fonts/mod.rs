//! The font of the formulas: the glyphs that a book can show, as WOFF2.
//!
//! Glyphs keep their numbers, so that the tables that name them (kerning, ligatures, the sizes of
//! brackets) stay as they are; what no text reaches has no outline and no width any more.

mod bytes;
mod characters;
mod outlines;
mod reach;
mod tables;
mod woff2;

pub use characters::Characters;
pub use woff2::is_whole;

use subsetter::GlyphRemapper;
use ttf_parser::{Face, Tag};

/// What is no use to a browser: FontForge's notes, and a signature that holds no more.
const DROPPED: [&[u8; 4]; 4] = [b"FFTM", b"PfEd", b"DSIG", b"CFF "];

/// The font with the glyphs that `characters` reach, as WOFF2; `None` where it is no OpenType font
/// with CFF outlines.
pub fn of_characters(font: &[u8], characters: &Characters) -> Option<Vec<u8>> {
    let face = Face::parse(font, 0).ok()?;
    let reached = reach::glyphs(&face, characters.all());
    let mut font = font.to_vec();
    outlines::blank(table_mut(&face, &mut font, b"CFF ")?, |glyph| {
        reached.contains(glyph)
    })?;
    let outlines = outlines(&font, face.number_of_glyphs())?;
    tables::blank_widths(&face, table_mut(&face, &mut font, b"hmtx")?, &reached);
    if let Some(table) = table_mut(&face, &mut font, b"MATH") {
        tables::blank_corrections(table, &reached);
    }
    if let Some(table) = table_mut(&face, &mut font, b"GSUB") {
        tables::switch_off(table, |feature| !reach::is_applied(feature));
    }
    let head = table_mut(&face, &mut font, b"head")?;
    tables::mark_as_converted(head);
    let map = tables::character_map(&face, characters.all());
    Some(woff2::write(&tables_of(&face, &font, &outlines, &map)))
}

/// The table `CFF ` with the programs of all glyphs written out, so that it needs no subroutines.
fn outlines(font: &[u8], count: u16) -> Option<Vec<u8>> {
    let all: Vec<_> = (0..count).collect();
    let same = subsetter::subset(font, 0, &GlyphRemapper::new_from_glyphs_sorted(&all)).ok()?;
    let face = ttf_parser::RawFace::parse(&same, 0).ok()?;
    face.table(Tag::from_bytes(b"CFF ")).map(<[u8]>::to_vec)
}

/// The tables of the new font in the order of their tags.
fn tables_of<'a>(
    face: &Face,
    font: &'a [u8],
    outlines: &'a [u8],
    map: &'a [u8],
) -> Vec<(Tag, &'a [u8])> {
    let kept = |tag: Tag| !DROPPED.contains(&&tag.to_bytes()) && tag != Tag::from_bytes(b"cmap");
    let records = face.raw_face().table_records.into_iter();
    let mut tables: Vec<_> = records
        .filter(|record| kept(record.tag))
        .map(|record| (record.tag, &font[range(&record)]))
        .chain([
            (Tag::from_bytes(b"CFF "), outlines),
            (Tag::from_bytes(b"cmap"), map),
        ])
        .collect();
    tables.sort_by_key(|(tag, _)| *tag);
    tables
}

fn table_mut<'a>(face: &Face, font: &'a mut [u8], tag: &[u8; 4]) -> Option<&'a mut [u8]> {
    let mut records = face.raw_face().table_records.into_iter();
    let record = records.find(|record| record.tag == Tag::from_bytes(tag))?;
    font.get_mut(range(&record))
}

fn range(record: &ttf_parser::TableRecord) -> std::ops::Range<usize> {
    let start = record.offset as usize;
    start..start + record.length as usize
}

#[cfg(test)]
mod tests;
