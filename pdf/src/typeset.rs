//! A whole book: chapters to sources, sources to PDF.

use crate::anchors::{Anchors, ChapterAnchors};
use crate::attachments::Attachments;
use crate::book::{self, Chapter, Item};
use crate::compile;
use crate::config::Settings;
use crate::links::Guide;
use crate::markdown::lines::Lines;
use crate::markdown::node::Node;
use crate::markdown::tree::{self, Dialect};
use crate::problems::{Place, Problem, Problems};
use crate::seal::Inputs;
use crate::source::{self, Source, TEMPLATE};
use crate::title_page;
use crate::world::{BookWorld, Fonts};
use crate::writer::{self, Before, Image};
use mdbook_renderer::RenderContext;
use parsers::maths::{DEFINITIONS, Definitions};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;
use typst::foundations::Bytes;
use typst::layout::Paper;

/// A chapter on its way.
struct Parsed {
    chapter: Chapter,
    path: String,
    tree: Node,
    lines: Lines,
}

/// A part's title or a chapter.
enum Entry {
    Part(String),
    Chapter(Box<Parsed>),
}

impl Entry {
    fn chapter(&self) -> Option<&Parsed> {
        match self {
            Entry::Part(_) => None,
            Entry::Chapter(parsed) => Some(parsed),
        }
    }
}

/// The book as Typst source.
struct Written {
    /// Paths and texts of the sources, the main one first.
    sources: Vec<(String, String)>,
    /// Where each chapter's source came from.
    origins: BTreeMap<String, (Source, Lines)>,
    /// The images by their paths, each beginning with `/`.
    images: BTreeMap<String, Image>,
    /// The files that the PDF carries.
    attachments: Attachments,
}

/// A book with everything that decides its PDF, ready to be typeset.
pub(crate) struct Manuscript {
    title: String,
    fonts: Fonts,
    written: Written,
    /// The images and the files that the PDF carries, by their paths.
    files: BTreeMap<String, Bytes>,
}

impl Manuscript {
    /// Writes the book as Typst source and reads its fonts and images.
    ///
    /// # Errors
    /// Everything that is wrong with the chapters; a file that can't be read.
    pub(crate) fn new(ctx: &RenderContext, settings: &Settings) -> Result<Self, Problems> {
        let source_dir = ctx.source_dir();
        let further = settings.fonts.iter().map(|path| source_dir.join(path));
        let fonts = Fonts::load(&further.collect::<Vec<_>>()).map_err(|error| {
            Problems(vec![Problem::of_book(
                error,
                "correct `fonts` in book.toml",
            )])
        })?;
        let mut written = write(ctx, settings, &fonts)?;
        let mut files = read_images(&source_dir, std::mem::take(&mut written.images))?;
        files.extend(read_attachments(&ctx.root, &written.attachments)?);
        Ok(Self {
            title: ctx.config.book.title.clone().unwrap_or_default(),
            fonts,
            written,
            files,
        })
    }

    /// All that decides the bytes of the PDF.
    pub(crate) fn inputs(&self) -> Inputs {
        let mut inputs = Inputs::new();
        inputs.add("title", self.title.as_bytes());
        for (path, text) in &self.written.sources {
            inputs.add(path, text.as_bytes());
        }
        for (path, content) in &self.files {
            inputs.add(path, content);
        }
        for font in self.fonts.further() {
            inputs.add("font", font);
        }
        inputs
    }

    /// Typesets the book and returns the PDF, sealed with its inputs.
    ///
    /// # Errors
    /// Everything that is wrong with the layout.
    pub(crate) fn typeset(&self) -> Result<Vec<u8>, Problems> {
        let origin = |path: &str, at: usize| -> Option<Place> {
            let (source, lines) = self.written.origins.get(path)?;
            Some(lines.place(source.origin(at)))
        };
        let world = BookWorld::new(&self.fonts, &self.written.sources, &self.files);
        let pdf = compile::pdf(&world, &self.title, &origin)?;
        Ok(self.inputs().seal(pdf))
    }
}

fn read_images(
    source_dir: &Path,
    images: BTreeMap<String, Image>,
) -> Result<BTreeMap<String, Bytes>, Problems> {
    let read = |(path, image): (String, Image)| {
        if let Image::Carried(bytes) = image {
            return Ok((path, Bytes::new(bytes)));
        }
        let image = path.trim_start_matches('/');
        let bytes = read_file("image", image, &source_dir.join(image))?;
        Ok((path, bytes))
    };
    images.into_iter().map(read).collect()
}

/// The files that the PDF carries, by the paths under which Typst reads them.
fn read_attachments(
    project: &Path,
    attachments: &Attachments,
) -> Result<BTreeMap<String, Bytes>, Problems> {
    let read = |(file, place): (&Path, String)| {
        let bytes = read_file("file", &book::slashed(file), &project.join(file))?;
        Ok((place, bytes))
    };
    attachments.files().map(read).collect()
}

/// What is in the file at `path`, which is told of as a `kind` called `name`.
fn read_file(kind: &str, name: &str, path: &Path) -> Result<Bytes, Problems> {
    let bytes = std::fs::read(path).map_err(|error| {
        let message = format!("{kind} `{name}`: {error}");
        Problems(vec![Problem::of_book(message, "make the file readable")])
    })?;
    Ok(Bytes::new(bytes))
}

/// Typesets the book and returns the PDF.
///
/// # Errors
/// Everything that is wrong with its chapters, or, when they are fine, with their layout.
pub fn typeset(ctx: &RenderContext, settings: &Settings) -> Result<Vec<u8>, Problems> {
    Manuscript::new(ctx, settings)?.typeset()
}

/// The Typst source of the chapters, one after the other, as a reader of tests wants it.
///
/// # Errors
/// Everything that is wrong with the chapters.
pub fn typst_source(ctx: &RenderContext, settings: &Settings) -> Result<String, Problems> {
    static EMBEDDED: LazyLock<Fonts> =
        LazyLock::new(|| Fonts::load(&[]).expect("the embedded fonts load"));
    let written = write(ctx, settings, &EMBEDDED)?;
    let chapters = written.origins.values().map(|(source, _)| source.as_str());
    Ok(chapters.collect::<Vec<_>>().join("\n"))
}

fn write(ctx: &RenderContext, settings: &Settings, fonts: &Fonts) -> Result<Written, Problems> {
    let mut problems = Vec::new();
    let entries = parse_all(ctx, &mut problems);
    let build = build_identifier(&entries);
    let anchors = anchors(&entries);
    let left_out = left_out(settings, &anchors, &mut problems);
    let entries = kept(entries, &left_out);
    let front = front_matter(settings, &entries, &anchors, &mut problems);
    let guide = Guide {
        anchors: &anchors,
        left_out: &left_out,
        project: &ctx.root,
        source: &ctx.config.book.src,
    };
    let chapters = entries.iter().filter_map(Entry::chapter);
    let chapters = chapters.map(|chapter| (chapter.path.as_str(), &chapter.tree));
    let attachments = Attachments::of(&guide, chapters);
    let html = ctx.config.html_config().unwrap_or_default();
    let definitions = definitions(ctx, &mut problems);
    let book = writer::Book {
        guide: &guide,
        attachments: &attachments,
        definitions: &definitions,
        fonts,
        root: &ctx.source_dir(),
        page_points: page_points(&settings.paper),
        hidden_lines: html.code.hidelines.into_iter().collect(),
    };
    let mut written = write_all(&book, &entries, front, &mut problems);
    if written.origins.is_empty() {
        problems.push(Problem::of_book(
            "the book has no chapter",
            "list one in SUMMARY.md",
        ));
    }
    let main = &mut written.sources[0].1;
    main.insert_str(0, &title_page::opening(ctx, settings, build.as_deref()));
    main.push_str(&attachments.source());
    written.attachments = attachments;
    Problems(problems).or(written)
}

/// The paths of the chapters that the settings leave out.
fn left_out(
    settings: &Settings,
    anchors: &Anchors,
    problems: &mut Vec<Problem>,
) -> BTreeSet<String> {
    let mut left_out = BTreeSet::new();
    for path in &settings.leave_out {
        match anchors.chapter(path) {
            Some((path, _)) => drop(left_out.insert(path.to_owned())),
            None => problems.push(no_chapter("leave-out", path)),
        }
    }
    left_out
}

/// The number of entries that stand before the contents.
fn front_matter(
    settings: &Settings,
    entries: &[Entry],
    anchors: &Anchors,
    problems: &mut Vec<Problem>,
) -> usize {
    let Some(asked) = &settings.contents_behind else {
        return 0;
    };
    let path = anchors.chapter(asked).map(|(path, _)| path);
    let chapter = |entry: &Entry| entry.chapter().is_some_and(|it| Some(&*it.path) == path);
    let place = entries.iter().position(chapter);
    match (path, place) {
        (None, _) => problems.push(no_chapter("contents-behind", asked)),
        (Some(_), None) => problems.push(Problem::of_book(
            format!("book.toml: `contents-behind`: `leave-out` leaves out `{asked}`"),
            "name a chapter that the PDF holds",
        )),
        _ => {}
    }
    place.map_or(0, |place| place + 1)
}

fn no_chapter(key: &str, path: &str) -> Problem {
    let message = format!("book.toml: `{key}`: the book has no chapter `{path}`");
    Problem::of_book(message, "write its path as in SUMMARY.md")
}

/// The entries that the PDF holds: no part without chapters stays where its chapters go.
fn kept(entries: Vec<Entry>, left_out: &BTreeSet<String>) -> Vec<Entry> {
    let mut kept: Vec<Entry> = Vec::new();
    let mut has_lost = false;
    for entry in entries {
        match &entry {
            Entry::Chapter(parsed) if left_out.contains(&parsed.path) => {
                has_lost = true;
                continue;
            }
            Entry::Part(_) if has_lost => drop_empty_part(&mut kept),
            _ => {}
        }
        has_lost &= matches!(entry, Entry::Chapter(_));
        kept.push(entry);
    }
    if has_lost {
        drop_empty_part(&mut kept);
    }
    kept
}

fn drop_empty_part(kept: &mut Vec<Entry>) {
    kept.pop_if(|last| matches!(last, Entry::Part(_)));
}

/// The commands of formulas that the book defines.
fn definitions(ctx: &RenderContext, problems: &mut Vec<Problem>) -> Definitions {
    // A file that cannot be read has stopped the preprocessor.
    let text = std::fs::read_to_string(ctx.source_dir().join(DEFINITIONS)).unwrap_or_default();
    Definitions::parse(&text).unwrap_or_else(|fault| {
        let message = format!("{DEFINITIONS}: {}", fault.message);
        problems.push(Problem::of_book(
            message,
            "define commands by `\\newcommand`",
        ));
        Definitions::default()
    })
}

/// The width of a page; Typst reports a paper that it doesn't know.
fn page_points(paper: &str) -> f64 {
    paper.parse().unwrap_or(Paper::A4).width().to_pt()
}

fn parse_all(ctx: &RenderContext, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let html = ctx.config.html_config().unwrap_or_default();
    let dialect = Dialect {
        smart_punctuation: html.smart_punctuation,
        definition_lists: html.definition_lists,
        alerts: html.admonitions,
    };
    let entry = |(index, item)| match item {
        Item::Part(title) => Entry::Part(title),
        Item::Chapter(chapter) => {
            Entry::Chapter(Box::new(parse(ctx, dialect, chapter, index, problems)))
        }
    };
    book::items(ctx)
        .into_iter()
        .enumerate()
        .map(entry)
        .collect()
}

fn parse(
    ctx: &RenderContext,
    dialect: Dialect,
    chapter: Chapter,
    index: usize,
    problems: &mut Vec<Problem>,
) -> Parsed {
    let (tree, mismatches) = tree::parse(&chapter.content, dialect);
    let on_disk = std::fs::read_to_string(ctx.source_dir().join(&chapter.source_path)).ok();
    let file = format!(
        "{}/{}",
        book::slashed(&ctx.config.book.src),
        chapter.source_path
    );
    let lines = Lines::new(file, &chapter.content, on_disk.as_deref());
    for mismatch in mismatches {
        let place = Some(lines.place(mismatch.offset));
        let hint = mismatch.hint.into();
        problems.push(Problem {
            place,
            message: mismatch.message,
            hint,
        });
    }
    let path = chapter
        .path
        .clone()
        .unwrap_or_else(|| format!("draft-{index}"));
    Parsed {
        chapter,
        path,
        tree,
        lines,
    }
}

fn anchors(entries: &[Entry]) -> Anchors {
    let mut anchors = Anchors::default();
    for entry in entries {
        if let Entry::Chapter(parsed) = entry {
            let of = ChapterAnchors::of(&parsed.tree);
            anchors.insert(&parsed.chapter, &parsed.path, of);
        }
    }
    anchors
}

/// Writes each chapter into a source of its own, and a main source that includes them, with the
/// contents behind the first `front` entries.
fn write_all(
    book: &writer::Book,
    entries: &[Entry],
    front: usize,
    problems: &mut Vec<Problem>,
) -> Written {
    const CONTENTS: &str = "#contents();\n#show: main-matter;\n";
    let mut main = String::new();
    let mut origins = BTreeMap::new();
    let mut images = BTreeMap::new();
    let mut before = Before::default();
    for (index, entry) in entries.iter().enumerate() {
        if index == front {
            main += CONTENTS;
        }
        match entry {
            Entry::Part(title) => {
                main += &format!("#part[{}];\n", source::text(title));
                before = Before {
                    level: before.level.max(1),
                    is_part: true,
                    since_title: 0,
                };
            }
            Entry::Chapter(parsed) => {
                let Parsed {
                    chapter,
                    path,
                    tree,
                    lines,
                } = &**parsed;
                let written = writer::write(book, chapter, path, tree, lines, before);
                let file = format!("/{:04}.typ", origins.len());
                main += &format!("#include {};\n", source::string(&file));
                origins.insert(file, (written.source, lines.clone()));
                problems.extend(written.problems);
                images.extend(written.images);
                before = written.behind;
            }
        }
    }
    if front == entries.len() {
        main += CONTENTS;
    }
    let template = include_str!("template.typ").to_owned();
    let mut sources = vec![
        ("/main.typ".to_owned(), main),
        (TEMPLATE.to_owned(), template),
    ];
    let chapters = origins.iter();
    sources.extend(chapters.map(|(file, (source, _))| (file.clone(), source.as_str().to_owned())));
    Written {
        sources,
        origins,
        images,
        attachments: Attachments::default(),
    }
}

/// The text of the element that the preprocessor marks as the build's identifier.
fn build_identifier(entries: &[Entry]) -> Option<String> {
    let mut chapters = entries.iter().filter_map(Entry::chapter);
    chapters.find_map(|chapter| Some(chapter.tree.element("build")?.text()))
}
