//! The style sheet, the script and the fonts that a page needs, carried by the program.

use crate::chapters::FilePath;
use crate::fonts::{self, Characters};
use rayon::prelude::*;
use results::Digest;
use std::borrow::Cow;
use ttf_parser::{Face, name_id};

/// The fonts that the pages name and mdBook has not, by the PostScript name inside the font, with
/// their licences.
const FONTS: [(&str, &str); 1] = [("NewCMMath-Book", GUST)];

const GUST: &str = "GUST-FONT-LICENSE.txt";

/// The licences' texts, which go where the fonts go.
const LICENCES: [(&str, &str); 1] = [(GUST, include_str!("../../licences/GUST-FONT-LICENSE.txt"))];

/// What stands above a licence: the fonts are not what their makers made.
const NOTICE: &str = "The files beside this one hold the glyphs that the book shows, cut out of the \
    whole fonts\nand packed as WOFF2. The whole fonts: https://crates.io/crates/typst-assets\n\n";

const STYLE_SHEET: &str = "measured.css";
const SCRIPT: &str = "measured.js";

/// What it is made of. The tables come before the boxes: they decide what in them Tab reaches.
const SCRIPTS: [&str; 3] = [
    include_str!("../assets/tables.js"),
    include_str!("../assets/boxes.js"),
    include_str!("../assets/cards.js"),
];

/// What decides the bytes of a font beside the characters.
const FONT_MAKERS: [&str; 8] = [
    include_str!("fonts/mod.rs"),
    include_str!("fonts/bytes.rs"),
    include_str!("fonts/characters.rs"),
    include_str!("fonts/outlines.rs"),
    include_str!("fonts/reach.rs"),
    include_str!("fonts/tables.rs"),
    include_str!("fonts/woff2.rs"),
    include_str!("../../Cargo.lock"),
];

/// A file by its path in the folder of generated files.
pub type File = (FilePath, Cow<'static, [u8]>);

/// The files by their paths in the folder of generated files, which is at `folder` from the root of
/// the project. The fonts have the glyphs of `characters`; one that an earlier build made is taken
/// from there.
///
/// mdBook publishes the style sheet at that path, and the fonts without the folder of the chapters. What
/// a draft shows has its styles while it is served only.
pub fn files(
    folder: &str,
    serving: bool,
    characters: &Characters,
    earlier: impl Fn(&FilePath) -> Option<Vec<u8>> + Sync,
) -> Vec<File> {
    let digest = digest_of(characters);
    let font_paths = FONTS.map(|(name, _)| path(&format!("fonts/{name}-{}.woff2", digest.short())));
    let make = |((name, _), path): (&(&str, &str), &FilePath)| match earlier(path) {
        Some(made) if fonts::is_whole(&made) => (path.clone(), made.into()),
        _ => (path.clone(), subset(name, characters).into()),
    };
    let mut files: Vec<File> = FONTS.par_iter().zip(&font_paths).map(make).collect();
    let style = style_sheet(folder, serving, digest.short());
    files.push((path(STYLE_SHEET), style.into_bytes().into()));
    files.push((path(SCRIPT), SCRIPTS.concat().into_bytes().into()));
    let licence = |(name, text): (&str, &'static str)| {
        let text = format!("{NOTICE}{text}");
        (path(&format!("fonts/{name}")), text.into_bytes().into())
    };
    files.extend(LICENCES.map(licence));
    files
}

/// Whether a generated file is one of those that [`files`] gives.
pub fn is_asset(path: &FilePath) -> bool {
    matches!(path.as_str(), STYLE_SHEET | SCRIPT) || path.as_str().starts_with("fonts/")
}

fn path(path: &str) -> FilePath {
    FilePath::new(path).expect("a plain path")
}

/// The style sheet, which finds the fonts from where it is.
fn style_sheet(folder: &str, serving: bool, digest: &str) -> String {
    let parts = folder.split('/').filter(|part| !matches!(*part, "" | "."));
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let generated = format!("{}{name}/", "../".repeat(parts.count()));
    let style = { include_str!("../assets/measured.css") }
        .replace("GENERATED/", &generated)
        .replace("DIGEST", digest);
    let themes = include_str!("../assets/themes.css");
    let draft = match serving {
        true => include_str!("../assets/draft.css"),
        false => "",
    };
    let tables = include_str!("../assets/tables.css");
    let cards = include_str!("../assets/cards.css");
    [
        &style,
        plots::STYLE_SHEET,
        "\n",
        tables,
        cards,
        themes,
        draft,
    ]
    .concat()
}

/// The digest of what decides the bytes of the fonts: it stands in their names, so that no browser
/// takes an older one from its memory.
fn digest_of(characters: &Characters) -> Digest {
    let characters = characters.to_string();
    let makers = FONT_MAKERS.map(|text| Digest::of(text).as_str().to_owned());
    Digest::of(makers.concat() + &characters)
}

/// The glyphs of `characters` from the font of this name.
fn subset(name: &str, characters: &Characters) -> Vec<u8> {
    fonts::of_characters(font(name), characters)
        .unwrap_or_else(|| panic!("{name} is an OpenType font with CFF outlines"))
}

/// The font of this PostScript name among those of the crate `typst-assets`.
fn font(name: &str) -> &'static [u8] {
    typst_assets::fonts()
        .find(|font| postscript_name(font).as_deref() == Some(name))
        .unwrap_or_else(|| panic!("typst-assets has the font {name}"))
}

fn postscript_name(font: &[u8]) -> Option<String> {
    let face = Face::parse(font, 0).ok()?;
    let mut names = face.names().into_iter();
    names.find_map(|name| match name.name_id == name_id::POST_SCRIPT_NAME {
        true => name.to_string(),
        false => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files_of(folder: &str) -> Vec<File> {
        files(folder, false, &Characters::default(), |_| None)
    }

    #[test]
    fn the_style_sheet_finds_its_fonts_from_where_it_is() {
        for (folder, url) in [
            ("book/generated", "\"../../generated/fonts/"),
            ("docs/book/made", "\"../../../made/fonts/"),
            ("./made", "\"../made/fonts/"),
        ] {
            let files = files_of(folder);
            let (_, style) = { files.iter() }
                .find(|(path, _)| path.as_str() == "measured.css")
                .unwrap();
            let style = std::str::from_utf8(style).unwrap();
            assert_eq!(style.matches(url).count(), FONTS.len(), "{folder}");
        }
    }

    #[test]
    fn every_font_that_the_pages_name_is_there_with_its_licence() {
        let files: Vec<_> = files_of("book/generated")
            .into_iter()
            .map(|(path, _)| path.to_string())
            .collect();
        for (name, licence) in FONTS {
            assert_eq!(postscript_name(font(name)).as_deref(), Some(name));
            let begin = format!("fonts/{name}-");
            assert!(files.iter().any(|it| it.starts_with(&begin)), "{name}");
            assert!(files.contains(&format!("fonts/{licence}")));
        }
        for (family, (_, licence)) in ["Computer Modern"].iter().zip(LICENCES) {
            assert!(licence.contains(family), "the licence of {family}");
        }
    }
    #[test]
    fn a_font_that_an_earlier_build_made_is_taken_from_there_where_it_is_whole() {
        let made = files_of("book/generated");
        let (name, font) = { made.iter() }
            .find(|(path, _)| path.as_str().ends_with(".woff2"))
            .unwrap();
        let mut marked = font.to_vec();
        *marked.last_mut().unwrap() ^= 1;
        for (earlier, is_taken) in [(&marked[..], true), (&marked[4..], false), (&[], false)] {
            let earlier = |path: &FilePath| (path == name).then(|| earlier.to_vec());
            let files = files("book/generated", false, &Characters::default(), earlier);
            let found = files.iter().find(|(path, _)| path == name).unwrap();
            assert_eq!(found.1 == marked, is_taken);
        }
        let other = Characters::of(["<math><mi>ß</mi></math>"].into_iter());
        let files = files("book/generated", false, &other, |_| None);
        assert!(
            files.iter().all(|(path, _)| path != name),
            "another text, another name"
        );
    }

    #[test]
    fn every_asset_is_known_as_one() {
        assert!(
            files_of("book/generated")
                .iter()
                .all(|(path, _)| is_asset(path))
        );
        assert!(!is_asset(&path("data/fig-a.csv")));
    }

    #[test]
    fn all_that_makes_a_font_stands_in_its_digest() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/fonts");
        for file in std::fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            let text = std::fs::read_to_string(&file).unwrap();
            let is_test = file.ends_with("tests.rs");
            assert!(
                is_test || FONT_MAKERS.contains(&&*text),
                "{}",
                file.display()
            );
        }
    }
}
