//! What the Typst compiler may see: the written chapters, the book's source folder, fonts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
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
        })
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
    files: BTreeMap<String, OnceLock<FileResult<Bytes>>>,
    root: PathBuf,
}

impl<'a> BookWorld<'a> {
    /// Builds the world from written sources, whose first is the main one, and from the
    /// paths of the images under `root`, all beginning with `/`.
    pub(crate) fn new(
        fonts: &'a Fonts,
        root: &Path,
        sources: Vec<(String, String)>,
        images: &[String],
    ) -> Self {
        let main = file_id(&sources[0].0);
        let source = |(path, text): (String, String)| {
            let source = Source::new(file_id(&path), text);
            (path, source)
        };
        Self {
            library: LazyHash::new(Library::default()),
            fonts,
            main,
            sources: sources.into_iter().map(source).collect(),
            files: images
                .iter()
                .map(|path| (path.clone(), OnceLock::new()))
                .collect(),
            root: root.to_owned(),
        }
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
        let cell = self.files.get(path).ok_or_else(|| not_found(path))?;
        let read = || {
            let data = std::fs::read(self.root.join(path.trim_start_matches('/')));
            data.map(Bytes::new)
                .map_err(|error| FileError::from_io(error, Path::new(path)))
        };
        cell.get_or_init(read).clone()
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
