//! Reads a PDF back: the text that its pages show.

use hayro_cmap::BfString;
use hayro_interpret::font::Glyph;
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache,
    InterpreterSettings, Paint, PathDrawMode, SoftMask, interpret_page,
};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Dict, Object, Stream, String as PdfString};
use kurbo::{Affine, BezPath, Rect};

/// What a page shows.
#[derive(Default)]
pub(crate) struct Page {
    /// The characters in the order drawn, without spaces.
    pub(crate) text: String,
    /// Width and height in points of each picture made of pixels.
    pub(crate) bitmaps: Vec<(u32, u32)>,
}

/// What each page shows.
pub(crate) fn pages(pdf: &[u8]) -> Vec<Page> {
    let pdf = Pdf::new(pdf.to_vec()).expect("a readable PDF");
    let cache = InterpreterCache::new();
    let read = |page| {
        let mut shown = Page::default();
        let bounds = Rect::new(0.0, 0.0, 1.0, 1.0);
        let settings = InterpreterSettings::default();
        let mut context = Context::new(Affine::IDENTITY, bounds, &cache, pdf.xref(), settings);
        interpret_page(page, &mut context, &mut shown);
        shown.text.retain(|c| !c.is_whitespace());
        shown
    };
    pdf.pages().iter().map(read).collect()
}

/// The text of all pages, without spaces.
pub(crate) fn text(pdf: &[u8]) -> String {
    pages(pdf).into_iter().map(|page| page.text).collect()
}

impl Device<'_> for Page {
    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'_>,
        _: Affine,
        _: Affine,
        _: &Paint<'_>,
        _: &GlyphDrawMode,
    ) {
        match glyph.as_unicode() {
            Some(BfString::Char(c)) => self.text.push(c),
            Some(BfString::String(text)) => self.text.push_str(&text),
            None => self.text.push('\u{fffd}'),
        }
    }

    fn draw_image(&mut self, image: Image<'_, '_>, of_pixel: Affine) {
        let [a, _, _, d, ..] = of_pixel.as_coeffs();
        let points = |pixels: u32, scale: f64| (f64::from(pixels) * scale.abs()).round() as u32;
        let size = (points(image.width(), a), points(image.height(), d));
        self.bitmaps.push(size);
    }

    fn set_soft_mask(&mut self, _: Option<SoftMask<'_>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'_>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// The descriptions for people who don't see: of formulas and images, sorted.
pub(crate) fn descriptions(pdf: &[u8]) -> Vec<String> {
    let pdf = Pdf::new(pdf.to_vec()).expect("a readable PDF");
    let dictionaries = pdf.objects().into_iter().filter_map(Object::into_dict);
    let mut found: Vec<_> = dictionaries
        .filter_map(|dict| dict.get::<PdfString<'_>>("Alt"))
        .map(|text| decoded(text.as_bytes()))
        .collect();
    found.sort();
    found
}

/// The files that the PDF carries: names and contents, sorted.
pub(crate) fn attachments(pdf: &[u8]) -> Vec<(String, String)> {
    let pdf = Pdf::new(pdf.to_vec()).expect("a readable PDF");
    let dictionaries = pdf.objects().into_iter().filter_map(Object::into_dict);
    let mut found: Vec<_> = dictionaries
        .filter_map(|dict| {
            let content = dict.get::<Dict<'_>>("EF")?.get::<Stream<'_>>("F")?;
            let content = content.decoded().expect("a sound stream").to_vec();
            let name = dict.get::<PdfString<'_>>("UF").expect("a name");
            Some((
                decoded(name.as_bytes()),
                String::from_utf8(content).expect("text"),
            ))
        })
        .collect();
    found.sort();
    found
}

/// The titles of the PDF's bookmarks, two spaces for each level.
pub(crate) fn bookmarks(pdf: &[u8]) -> Vec<String> {
    let pdf = Pdf::new(pdf.to_vec()).expect("a readable PDF");
    let outlines = catalog(&pdf).and_then(|catalog| catalog.get::<Dict<'_>>("Outlines"));
    let mut titles = Vec::new();
    collect(
        outlines.and_then(|outlines| outlines.get("First")),
        0,
        &mut titles,
    );
    titles
}

fn catalog(pdf: &Pdf) -> Option<Dict<'_>> {
    let dictionaries = pdf.objects().into_iter().filter_map(Object::into_dict);
    { dictionaries.into_iter() }.find(|dict| dict.contains_key("Outlines"))
}

/// The keys of the document's catalog.
pub(crate) fn keys_of_catalog(pdf: &[u8]) -> Vec<String> {
    let pdf = Pdf::new(pdf.to_vec()).expect("a readable PDF");
    let catalog = catalog(&pdf).expect("a catalog");
    { catalog.keys() }
        .map(|key| String::from_utf8_lossy(key.as_ref()).into_owned())
        .collect()
}

fn collect(first: Option<Dict<'_>>, level: usize, titles: &mut Vec<String>) {
    let mut next = first;
    while let Some(entry) = next {
        let title = entry.get::<PdfString<'_>>("Title").expect("a title");
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
