//! Which glyphs a browser can come to from the characters of a text.

use std::collections::BTreeSet;
use ttf_parser::gsub::{SingleSubstitution, SubstitutionSubtable};
use ttf_parser::math::{GlyphConstruction, Variants};
use ttf_parser::opentype_layout::{
    ChainedContextLookup, ContextLookup, LayoutTable, SequenceLookupRecord,
};
use ttf_parser::{Face, GlyphId, Tag};

/// The features that a browser applies unasked, those of formulas, and the figures of the plots.
const APPLIED: [&[u8; 4]; 15] = [
    b"ccmp", b"locl", b"rlig", b"rclt", b"liga", b"clig", b"calt", b"mset", b"ssty", b"dtls",
    b"flac", b"rtlm", b"ltrm", b"lnum", b"tnum",
];

/// Whether the pages apply the feature.
pub(super) fn is_applied(feature: Tag) -> bool {
    APPLIED.contains(&&feature.to_bytes())
}

/// A set of glyphs.
#[derive(Debug)]
pub(super) struct Glyphs(Vec<bool>);

impl Glyphs {
    pub(super) fn contains(&self, glyph: GlyphId) -> bool {
        self.0.get(usize::from(glyph.0)).copied().unwrap_or(false)
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().filter(|is_in| **is_in).count()
    }

    fn add(&mut self, glyph: GlyphId) {
        if let Some(is_in) = self.0.get_mut(usize::from(glyph.0)) {
            *is_in = true;
        }
    }

    fn iter(&self) -> impl Iterator<Item = GlyphId> {
        (0..)
            .map(GlyphId)
            .zip(&self.0)
            .filter_map(|(glyph, is_in)| is_in.then_some(glyph))
    }
}

/// The glyphs of `characters`, those that the applied features put in their place, and those that
/// stretched signs are made of.
pub(super) fn glyphs(face: &Face, characters: &BTreeSet<char>) -> Glyphs {
    let mut glyphs = Glyphs(vec![false; usize::from(face.number_of_glyphs())]);
    glyphs.add(GlyphId(0)); // what stands for a glyph that is not there
    let selectors = || {
        characters
            .iter()
            .filter(|it| matches!(**it, '\u{fe00}'..='\u{fe0f}'))
    };
    for &character in characters {
        face.glyph_index(character).inspect(|&it| glyphs.add(it));
        for &selector in selectors() {
            face.glyph_variation_index(character, selector)
                .inspect(|&it| glyphs.add(it));
        }
    }
    let lookups = face
        .tables()
        .gsub
        .map(|table| applied_lookups(&table))
        .unwrap_or_default();
    let variants = face.tables().math.and_then(|table| table.variants);
    loop {
        let before = glyphs.len();
        lookups
            .iter()
            .for_each(|lookup| substitute(lookup, &mut glyphs));
        variants
            .iter()
            .for_each(|variants| stretch(variants, &mut glyphs));
        if glyphs.len() == before {
            return glyphs;
        }
    }
}

/// The subtables of all lookups that the applied features name, and that these name in turn.
fn applied_lookups<'a>(table: &LayoutTable<'a>) -> Vec<SubstitutionSubtable<'a>> {
    let features = table.features.into_iter().filter(|it| is_applied(it.tag));
    let mut waiting: Vec<u16> = features.flat_map(|it| it.lookup_indices).collect();
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(index) = waiting.pop() {
        if let (true, Some(lookup)) = (known.insert(index), table.lookups.get(index)) {
            for subtable in lookup.subtables.into_iter::<SubstitutionSubtable>() {
                waiting.extend(nested(&subtable));
                found.push(subtable);
            }
        }
    }
    found
}

/// The lookups that a rule applies where its context fits.
fn nested(subtable: &SubstitutionSubtable) -> Vec<u16> {
    let index = |record: SequenceLookupRecord| record.lookup_list_index;
    match subtable {
        SubstitutionSubtable::Context(rule) => match rule {
            ContextLookup::Format1 { sets, .. } | ContextLookup::Format2 { sets, .. } => sets
                .into_iter()
                .flatten()
                .flat_map(|rule| rule.lookups)
                .map(index)
                .collect(),
            ContextLookup::Format3 { lookups, .. } => lookups.into_iter().map(index).collect(),
        },
        SubstitutionSubtable::ChainContext(rule) => match rule {
            ChainedContextLookup::Format1 { sets, .. }
            | ChainedContextLookup::Format2 { sets, .. } => sets
                .into_iter()
                .flatten()
                .flat_map(|rule| rule.lookups)
                .map(index)
                .collect(),
            ChainedContextLookup::Format3 { lookups, .. } => {
                lookups.into_iter().map(index).collect()
            }
        },
        _ => Vec::new(),
    }
}

/// Adds what `subtable` puts in the place of the glyphs.
fn substitute(subtable: &SubstitutionSubtable, glyphs: &mut Glyphs) {
    let covered: Vec<_> = { glyphs.iter() }
        .filter_map(|glyph| Some((glyph, subtable.coverage().get(glyph)?)))
        .collect();
    for (glyph, place) in covered {
        for substitute in substitutes(subtable, glyph, place, glyphs) {
            glyphs.add(substitute);
        }
    }
}

/// What stands in the place of `glyph`, which is the `place`th that the subtable covers.
fn substitutes(
    subtable: &SubstitutionSubtable,
    glyph: GlyphId,
    place: u16,
    glyphs: &Glyphs,
) -> Vec<GlyphId> {
    match subtable {
        SubstitutionSubtable::Single(SingleSubstitution::Format1 { delta, .. }) => {
            vec![GlyphId(glyph.0.wrapping_add_signed(*delta))]
        }
        SubstitutionSubtable::Single(SingleSubstitution::Format2 { substitutes, .. }) => {
            substitutes.get(place).into_iter().collect()
        }
        SubstitutionSubtable::Multiple(it) => it
            .sequences
            .get(place)
            .into_iter()
            .flat_map(|it| it.substitutes)
            .collect(),
        SubstitutionSubtable::Alternate(it) => it
            .alternate_sets
            .get(place)
            .into_iter()
            .flat_map(|it| it.alternates)
            .collect(),
        SubstitutionSubtable::Ligature(it) => {
            let ligatures = it.ligature_sets.get(place).into_iter().flatten();
            ligatures
                .filter(|it| it.components.into_iter().all(|part| glyphs.contains(part)))
                .map(|it| it.glyph)
                .collect()
        }
        SubstitutionSubtable::ReverseChainSingle(it) => {
            it.substitutes.get(place).into_iter().collect()
        }
        SubstitutionSubtable::Context(_) | SubstitutionSubtable::ChainContext(_) => Vec::new(),
    }
}

/// Adds the larger forms of the glyphs, and the parts of those that grow without end.
fn stretch(variants: &Variants, glyphs: &mut Glyphs) {
    let here: Vec<_> = glyphs.iter().collect();
    for glyph in here {
        for constructions in [
            variants.vertical_constructions,
            variants.horizontal_constructions,
        ] {
            if let Some(construction) = constructions.get(glyph) {
                forms(&construction).for_each(|form| glyphs.add(form));
            }
        }
    }
}

fn forms<'a>(construction: &GlyphConstruction<'a>) -> impl Iterator<Item = GlyphId> + 'a {
    let parts = construction.assembly.map(|assembly| assembly.parts);
    let parts = parts.into_iter().flatten().map(|part| part.glyph_id);
    construction
        .variants
        .into_iter()
        .map(|variant| variant.variant_glyph)
        .chain(parts)
}
