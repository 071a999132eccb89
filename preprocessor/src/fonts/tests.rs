//! The fonts of the pages beside the whole fonts that they are made of.

use super::*;
use bytes::u16_at;
use std::fmt::Write as _;
use ttf_parser::{GlyphId, OutlineBuilder};

fn whole(name: &str) -> &'static [u8] {
    let is_it = |font: &&[u8]| font.windows(name.len()).any(|part| part == name.as_bytes());
    typst_assets::fonts().find(is_it).unwrap()
}

fn maths() -> &'static [u8] {
    whole("NewCMMath-Book")
}

fn text() -> &'static [u8] {
    whole("LibertinusSerif-Regular")
}

/// The font as OpenType again, which is what a browser makes of it.
fn unpacked(file: &[u8]) -> Vec<u8> {
    assert!(is_whole(file));
    let count = usize::from(u16_at(file, 12).unwrap());
    let mut at = 48;
    let entries: Vec<_> = (0..count).map(|_| entry(file, &mut at)).collect();
    let mut content = Vec::new();
    brotli::BrotliDecompress(&mut &file[at..], &mut content).unwrap();
    let mut font = [b"OTTO", &(count as u16).to_be_bytes()[..], &[0; 6]].concat();
    let mut offset = 12 + 16 * count;
    for (tag, length) in entries {
        font.extend([&tag[..], &[0; 4]].concat());
        font.extend(
            [offset as u32, length as u32]
                .map(u32::to_be_bytes)
                .concat(),
        );
        offset += length;
    }
    font.extend(&content);
    assert_eq!(font.len(), offset);
    font
}

/// The tag and the length of a table, and `at` behind them.
fn entry(file: &[u8], at: &mut usize) -> ([u8; 4], usize) {
    assert_eq!(file[*at], 63);
    let tag = *file[*at + 1..].first_chunk().unwrap();
    *at += 5;
    let mut length = 0;
    loop {
        *at += 1;
        length = length << 7 | usize::from(file[*at - 1] & 0x7f);
        if file[*at - 1] < 0x80 {
            return (tag, length);
        }
    }
}

#[derive(Default)]
struct Outline(String);

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        write!(self.0, "M{x} {y}").unwrap();
    }
    fn line_to(&mut self, x: f32, y: f32) {
        write!(self.0, "L{x} {y}").unwrap();
    }
    fn quad_to(&mut self, a: f32, b: f32, x: f32, y: f32) {
        write!(self.0, "Q{a} {b} {x} {y}").unwrap();
    }
    fn curve_to(&mut self, a: f32, b: f32, c: f32, d: f32, x: f32, y: f32) {
        write!(self.0, "C{a} {b} {c} {d} {x} {y}").unwrap();
    }
    fn close(&mut self) {
        self.0.push('Z');
    }
}

fn outline(face: &Face, glyph: GlyphId) -> String {
    let mut outline = Outline::default();
    face.outline_glyph(glyph, &mut outline);
    outline.0
}

/// A formula of these words.
fn formula(words: &str) -> String {
    format!("<math><mtext>{words}</mtext></math>")
}

/// Compares the font that `written` gets with the whole one; both faces go to `examine`.
fn check(font: &[u8], written: &str, examine: impl FnOnce(&Face, &Face)) {
    let characters = Characters::of([written].into_iter());
    let made = unpacked(&of_characters(font, &characters).unwrap());
    let (before, after) = (
        Face::parse(font, 0).unwrap(),
        Face::parse(&made, 0).unwrap(),
    );
    let reached = reach::glyphs(&before, characters.all());
    for glyph in (0..before.number_of_glyphs()).map(GlyphId) {
        let (expected, width) = match reached.contains(glyph) {
            true => (outline(&before, glyph), before.glyph_hor_advance(glyph)),
            false => (String::new(), Some(0)),
        };
        assert_eq!(outline(&after, glyph), expected, "{glyph:?}");
        assert_eq!(after.glyph_hor_advance(glyph), width, "{glyph:?}");
    }
    for character in characters.all() {
        assert_eq!(
            after.glyph_index(*character),
            before.glyph_index(*character)
        );
    }
    examine(&before, &after);
}

#[test]
fn the_glyphs_of_a_text_look_as_in_the_whole_font() {
    check(
        text(),
        &formula("Über die Größe: ﬁ → 1 000 ± 5 µs, Ωβ"),
        |before, after| {
            let of = |face: &Face, tag| {
                face.raw_face()
                    .table(Tag::from_bytes(tag))
                    .map(<[u8]>::to_vec)
            };
            for tag in [b"GPOS", b"GDEF", b"OS/2", b"hhea"] {
                assert_eq!(of(before, tag), of(after, tag)); // kerning, the height of lines
            }
        },
    );
}

#[test]
fn brackets_grow_and_small_letters_have_their_own_form() {
    check(
        maths(),
        "<math><mo>(</mo><mi>x</mi><mi>ψ</mi><msup/><mo>∑</mo></math>",
        |_, after| {
            let math = after.tables().math.unwrap();
            let variants = math.variants.unwrap();
            for sign in ['(', '∑', '√'] {
                let glyph = after.glyph_index(sign).unwrap();
                let forms = variants.vertical_constructions.get(glyph).unwrap();
                let mut all = forms.variants.into_iter().map(|form| form.variant_glyph);
                assert!(all.all(|form| !outline(after, form).is_empty()), "{sign}");
                let parts = forms.assembly.into_iter().flat_map(|it| it.parts);
                parts.for_each(|part| assert!(!outline(after, part.glyph_id).is_empty(), "{sign}"));
            }
            let slanted = after.glyph_index('𝑥').unwrap();
            let correction = math.glyph_info.unwrap().top_accent_attachments.unwrap();
            assert_ne!(correction.get(slanted).unwrap().value, 0);
            let features = after.tables().gsub.unwrap().features;
            let ssty = features.find(Tag::from_bytes(b"ssty")).unwrap();
            assert_eq!(ssty.lookup_indices.len(), 1);
            assert!(
                features
                    .find(Tag::from_bytes(b"ss01"))
                    .unwrap()
                    .lookup_indices
                    .is_empty()
            );
        },
    );
}

#[test]
fn a_character_that_no_page_shows_comes_from_the_next_font() {
    check(text(), &formula("latin"), |before, after| {
        for character in ['Ж', 'β', '→'] {
            assert!(before.glyph_index(character).is_some());
            assert_eq!(after.glyph_index(character), None, "{character}");
        }
    });
    check(text(), &formula("Жук"), |_, after| {
        assert!(after.glyph_index('Ж').is_some())
    });
}

#[test]
fn a_calligraphic_letter_keeps_its_selector() {
    check(
        maths(),
        "<math><mi>𝒰\u{fe01}</mi></math>",
        |before, after| {
            let of = |face: &Face| face.glyph_variation_index('𝒰', '\u{fe01}');
            assert!(of(before).is_some_and(|it| Some(it) != before.glyph_index('𝒰')));
            assert_eq!(of(after), of(before));
            assert!(!outline(after, of(after).unwrap()).is_empty());
        },
    );
}

#[test]
fn the_characters_of_formulas_are_those_that_browsers_draw() {
    let of = |written: &str| Characters::of([written].into_iter()).to_string();
    let check = |written: &str, expected: &str| {
        assert_eq!(of(written), expected, "{written}");
    };
    check("β &lt; x", "");
    check("<math><mi>h</mi></math>β<math/>", "hℎ−√");
    check(
        "<math><mo>&lt;</mo><mi>&#946;&Gamma;</mi></math>",
        "#&469;<GalmtΓβ−√𝐺𝑎𝑙𝑚𝑡𝛤𝛽",
    );
    assert!(of(&formula("&#1046;")).contains('Ж'));
}

#[test]
fn the_same_text_gives_the_same_bytes() {
    let of = |written: &[&str]| {
        let written: Vec<_> = written.iter().map(|words| formula(words)).collect();
        let characters = Characters::of(written.iter().map(String::as_str));
        of_characters(text(), &characters).unwrap()
    };
    assert_eq!(of(&["ß", "é"]), of(&["é", "ßß"]));
    assert!(!is_whole(&of(&["ß"])[1..]));
}

#[test]
fn what_is_no_such_font_is_told() {
    for font in [&b"OTTO"[..], &[], b"no font at all", &maths()[..2000]] {
        assert!(of_characters(font, &Characters::default()).is_none());
    }
}
