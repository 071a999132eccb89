//! The style sheet, the script and the fonts that a page needs, carried by the program.

use crate::chapters::FilePath;
use std::borrow::Cow;

/// The fonts that the pages name, by the PostScript name inside the font, with their licences.
const FONTS: [(&str, &str); 3] = [
    ("NewCMMath-Book", GUST),
    ("LibertinusSerif-Regular", OFL),
    ("LibertinusSerif-Bold", OFL),
];

const GUST: &str = "GUST-FONT-LICENSE.txt";
const OFL: &str = "OFL.txt";

/// The licences' texts, which go where the fonts go.
const LICENCES: [(&str, &str); 2] = [
    (GUST, include_str!("../../licences/GUST-FONT-LICENSE.txt")),
    (OFL, include_str!("../../licences/OFL.txt")),
];

/// The files by their paths in the folder of generated files, which is at `folder` from the root of
/// the project.
///
/// mdBook publishes the style sheet at that path, and the fonts without the folder of the chapters. What
/// a draft shows has its styles while it is served only.
pub fn files(folder: &str, serving: bool) -> Vec<(FilePath, Cow<'static, [u8]>)> {
    let parts = folder.split('/').filter(|part| !matches!(*part, "" | "."));
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let generated = format!("{}{name}/", "../".repeat(parts.count()));
    let style = include_str!("../assets/measured.css").replace("GENERATED/", &generated);
    let style = [
        style.as_str(),
        plots::STYLE_SHEET,
        "\n",
        include_str!("../assets/tables.css"),
        include_str!("../assets/cards.css"),
        match serving {
            true => include_str!("../assets/draft.css"),
            false => "",
        },
    ];
    let script = [
        include_str!("../assets/tables.js"), // before the boxes: it decides what in them Tab reaches
        include_str!("../assets/boxes.js"),
        include_str!("../assets/cards.js"),
    ];
    let mut files: Vec<(String, Cow<[u8]>)> = vec![
        (
            "measured.css".to_owned(),
            style.concat().into_bytes().into(),
        ),
        (
            "measured.js".to_owned(),
            script.concat().into_bytes().into(),
        ),
    ];
    files.extend(FONTS.map(|(name, _)| (format!("fonts/{name}.otf"), font(name).into())));
    let licence =
        |(name, text): (&str, &'static str)| (format!("fonts/{name}"), text.as_bytes().into());
    files.extend(LICENCES.map(licence));
    let path = |path: String| FilePath::new(path).expect("a plain path");
    { files.into_iter() }
        .map(|(name, content)| (path(name), content))
        .collect()
}

/// The font of this PostScript name among those of the crate `typst-assets`.
fn font(name: &str) -> &'static [u8] {
    typst_assets::fonts()
        .find(|font| postscript_name(font).as_deref() == Some(name))
        .unwrap_or_else(|| panic!("typst-assets has the font {name}"))
}

/// The PostScript name (name 6) of an OpenType font, in its Windows encoding.
///
/// Source: OpenType specification, tables `name` and the table directory.
fn postscript_name(font: &[u8]) -> Option<String> {
    let u16_at =
        |at: usize| Some(u16::from_be_bytes(font.get(at..at + 2)?.try_into().ok()?) as usize);
    let u32_at =
        |at: usize| Some(u32::from_be_bytes(font.get(at..at + 4)?.try_into().ok()?) as usize);
    let tables = u16_at(4)?;
    let entry = (0..tables)
        .map(|index| 12 + 16 * index)
        .find(|&entry| font.get(entry..entry + 4) == Some(b"name"))?;
    let table = u32_at(entry + 8)?;
    let strings = table + u16_at(table + 4)?;
    let record = (0..u16_at(table + 2)?)
        .map(|index| table + 6 + 12 * index)
        .find(|&record| u16_at(record) == Some(3) && u16_at(record + 6) == Some(6))?;
    let start = strings + u16_at(record + 10)?;
    let name = font.get(start..start + u16_at(record + 8)?)?;
    let units = name
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<_, _>>().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_finds_its_fonts_from_where_it_is() {
        for (folder, url) in [
            ("book/generated", "\"../../generated/fonts/"),
            ("docs/book/made", "\"../../../made/fonts/"),
            ("./made", "\"../made/fonts/"),
        ] {
            let files = files(folder, false);
            let (_, style) = { files.iter() }
                .find(|(path, _)| path.as_str() == "measured.css")
                .unwrap();
            let style = std::str::from_utf8(style).unwrap();
            assert_eq!(style.matches(url).count(), FONTS.len(), "{folder}");
        }
    }

    #[test]
    fn every_font_that_the_pages_name_is_there_with_its_licence() {
        let files: Vec<_> = files("book/generated", false)
            .into_iter()
            .map(|(path, _)| path.to_string())
            .collect();
        for (name, licence) in FONTS {
            assert_eq!(postscript_name(font(name)).as_deref(), Some(name));
            assert!(files.contains(&format!("fonts/{name}.otf")));
            assert!(files.contains(&format!("fonts/{licence}")));
        }
        for (family, (_, licence)) in ["Computer Modern", "Libertinus"].iter().zip(LICENCES) {
            assert!(licence.contains(family), "the licence of {family}");
        }
    }
}
