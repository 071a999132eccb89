//! Reads a PDF back: the text that its pages show.

use hayro_cmap::BfString;
use hayro_interpret::font::Glyph;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache,
    InterpreterSettings, Paint, PathDrawMode, SoftMask, interpret_page,
};
use hayro_syntax::Pdf;
use hayro_syntax::object::Dict;
use kurbo::{Affine, BezPath, Rect};

/// The characters that each page shows, in the order drawn, without spaces.
pub(crate) fn pages(pdf: &[u8]) -> Vec<String> {
    let pdf = Pdf::new(pdf.to_vec()).expect("a readable PDF");
    let cache = InterpreterCache::new();
    let page_text = |page| {
        let mut text = Text::default();
        let bounds = Rect::new(0.0, 0.0, 1.0, 1.0);
        let settings = InterpreterSettings::default();
        let mut context = Context::new(Affine::IDENTITY, bounds, &cache, pdf.xref(), settings);
        interpret_page(page, &mut context, &mut text);
        text.0.retain(|c| !c.is_whitespace());
        text.0
    };
    pdf.pages().iter().map(page_text).collect()
}

/// The text of all pages, without spaces.
pub(crate) fn text(pdf: &[u8]) -> String {
    pages(pdf).concat()
}

#[derive(Default)]
struct Text(String);

impl Device<'_> for Text {
    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'_>,
        _: Affine,
        _: Affine,
        _: &Paint<'_>,
        _: &GlyphDrawMode,
    ) {
        match glyph.as_unicode() {
            Some(BfString::Char(c)) => self.0.push(c),
            Some(BfString::String(text)) => self.0.push_str(&text),
            None => self.0.push('\u{fffd}'),
        }
    }

    fn set_soft_mask(&mut self, _: Option<SoftMask<'_>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'_>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// The titles of the PDF's bookmarks, two spaces for each level.
pub(crate) fn bookmarks(pdf: &[u8]) -> Vec<String> {
    let pdf = Pdf::new(pdf.to_vec()).expect("a readable PDF");
    let catalog = pdf.objects().into_iter().find_map(|object| {
        object
            .into_dict()
            .filter(|dict| dict.contains_key("Outlines"))
    });
    let outlines = catalog.and_then(|catalog| catalog.get::<Dict<'_>>("Outlines"));
    let mut titles = Vec::new();
    collect(
        outlines.and_then(|outlines| outlines.get("First")),
        0,
        &mut titles,
    );
    titles
}

fn collect(first: Option<Dict<'_>>, level: usize, titles: &mut Vec<String>) {
    let mut next = first;
    while let Some(entry) = next {
        let title = entry
            .get::<hayro_syntax::object::String<'_>>("Title")
            .expect("a title");
        titles.push(format!(
            "{}{}",
            "  ".repeat(level),
            decoded(title.as_bytes())
        ));
        collect(entry.get("First"), level + 1, titles);
        next = entry.get("Next");
    }
}

/// A text string of a PDF: UTF-16 with a mark, or one byte a character.
fn decoded(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units = rest
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units)
                .map(|c| c.unwrap_or('\u{fffd}'))
                .collect()
        }
        bytes => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}
