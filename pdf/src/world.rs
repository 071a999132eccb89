//! What the Typst compiler may see: the written chapters, the book's source folder, fonts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// The embedded fonts and those that the settings name.
pub(crate) struct Fonts {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    /// How many of the fonts are embedded; they come first.
    embedded: usize,
}

impl Fonts {
    /// Loads the fonts compiled into this program and further files.
    ///
    /// # Errors
    /// A file that can't be read or holds no font.
    pub(crate) fn load(further: &[PathBuf]) -> Result<Self, String> {
        let mut fonts: Vec<Font> = typst_assets::fonts()
            .flat_map(|data| Font::iter(Bytes::new(data)))
            .collect();
        let embedded = fonts.len();
        for path in further {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let data = std::fs::read(path).map_err(|error| format!("font `{name}`: {error}"))?;
            let before = fonts.len();
            fonts.extend(Font::iter(Bytes::new(data)));
            if fonts.len() == before {
                return Err(format!("font `{name}`: not a font file"));
            }
        }
        Ok(Self {
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            embedded,
        })
    }

    /// The data of the fonts that the settings name.
    pub(crate) fn further(&self) -> impl Iterator<Item = &[u8]> {
        self.fonts[self.embedded..]
            .iter()
            .map(|font| font.data().as_slice())
    }

    /// Whether some font has a glyph for `c`, or `c` needs none.
    pub(crate) fn cover(&self, c: char) -> bool {
        let is_invisible = matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        );
        let has = |font: &Font| font.info().coverage.contains(c as u32);
        c.is_control() || is_invisible || self.fonts.iter().any(has)
    }
}

/// The world of one compilation. It has no network, no clock, and no file outside the
/// book's source folder.
pub(crate) struct BookWorld<'a> {
    library: LazyHash<Library>,
    fonts: &'a Fonts,
    main: FileId,
    sources: BTreeMap<String, Source>,
    images: &'a BTreeMap<String, Bytes>,
}

impl<'a> BookWorld<'a> {
    /// Builds the world from written sources, whose first is the main one, and from images
    /// by their paths, all beginning with `/`.
    pub(crate) fn new(
        fonts: &'a Fonts,
        sources: &[(String, String)],
        images: &'a BTreeMap<String, Bytes>,
    ) -> Self {
        let source = |(path, text): &(String, String)| {
            let source = Source::new(file_id(path), text.clone());
            (path.clone(), source)
        };
        Self {
            library: LazyHash::new(Library::default()),
            fonts,
            main: file_id(&sources[0].0),
            sources: sources.iter().map(source).collect(),
            images,
        }
    }
}

impl BookWorld<'_> {
    /// Where `text` stands first in the written sources: the path and the offset.
    pub(crate) fn find(&self, text: &str) -> Option<(&str, usize)> {
        let mut sources = self.sources.iter();
        sources.find_map(|(path, source)| Some((path.as_str(), source.text().find(text)?)))
    }
}

fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the writer normalises its paths");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

fn not_found(path: &str) -> FileError {
    FileError::NotFound(PathBuf::from(path))
}

impl World for BookWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let path = id.vpath().get_with_slash();
        self.sources
            .get(path)
            .cloned()
            .ok_or_else(|| not_found(path))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.vpath().get_with_slash();
        let image = self.images.get(path);
        image.cloned().ok_or_else(|| not_found(path))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
