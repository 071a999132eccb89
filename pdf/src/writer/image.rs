//! Images from the book's source folder, and those that an address in a chapter carries.

use super::{Image, Writer};
use crate::markdown::node::{Kind, Node};
use crate::source;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use parsers::addresses::{beside, percent_decoded};
use parsers::settable::{IMAGE_FORMATS, format_of};
use sha2::{Digest as _, Sha256};

/// What the address of an image begins with that the preprocessor made: the SVG follows in base 64.
const SVG_URL: &str = "data:image/svg+xml;base64,";

/// The scale at which the words of a plot are as large as those of its caption.
const PLOT_SCALE: f64 = 0.85;

/// What an error about a size suggests.
const LENGTHS: &str = "write a part of the measure, `50%`, pixels, `300`, or a length, `8cm`";

/// Units of lengths, in points.
const UNITS: [(&str, f64); 8] = [
    ("px", 0.75),
    ("pt", 1.0),
    ("pc", 12.0),
    ("mm", 72.0 / 25.4),
    ("cm", 72.0 / 2.54),
    ("in", 72.0),
    ("rem", 11.0),
    ("em", 11.0),
];

impl<'a> Writer<'a> {
    pub(super) fn block_image(&mut self, node: &Node) {
        self.image_call("picture", node);
    }

    pub(super) fn inline_image(&mut self, node: &Node) {
        let function = if self.is_row {
            "thumbnail"
        } else {
            "small-picture"
        };
        self.image_call(function, node);
    }

    /// A `<picture>`: of its sources the one for light paper, which is the `<img>`.
    pub(super) fn light_image(&mut self, node: &Node, set: fn(&mut Self, &Node)) {
        match node.children.iter().find(|child| child.is_html("img")) {
            Some(image) => set(self, image),
            None => self.problem(node.start, "a `<picture>` without `<img>`", "add one"),
        }
    }

    /// The image that stands alone between paragraphs, if these nodes are one.
    pub(super) fn lone_image(nodes: &'a [Node]) -> Option<&'a Node> {
        let is_blank = |node: &&Node| match &node.kind {
            Kind::Text(text) => text.trim().is_empty(),
            kind => *kind == Kind::SoftBreak,
        };
        let mut seen = nodes.iter().filter(|node| !is_blank(node));
        let only = seen.next().filter(|_| seen.next().is_none())?;
        let is_image = matches!(only.kind, Kind::Image(_));
        (is_image || only.is_html("img") || only.is_html("picture")).then_some(only)
    }

    fn image_call(&mut self, function: &str, node: &Node) {
        if node.is_html("picture") {
            let set = if function == "picture" {
                Self::block_image
            } else {
                Self::inline_image
            };
            return self.light_image(node, set);
        }
        let (url, alt) = match &node.kind {
            Kind::Image(url) => (url.clone(), node.text()),
            _ => (
                node.attribute("src").unwrap_or_default().to_owned(),
                node.attribute("alt").unwrap_or_default().to_owned(),
            ),
        };
        if alt.trim().is_empty() {
            let message = format!("image `{url}` has no description");
            self.problem(node.start, message, "say in the brackets what it shows");
        }
        let size = size(node).unwrap_or_else(|message| {
            self.problem(node.start, format!("image `{url}`: {message}"), LENGTHS);
            String::new()
        });
        match self.find_image(&url) {
            Ok((path, image)) => {
                let (file, alt) = (source::string(&path), source::string(alt.trim()));
                let scale = match (function, &image) {
                    ("picture", Image::Carried(_)) => format!(", scale: {PLOT_SCALE}"),
                    _ => String::new(),
                };
                self.push(&format!("#{function}({file}, {alt}{scale}{size});"));
                self.images.insert(path, image);
            }
            Err((message, hint)) => self.problem(node.start, message, hint),
        }
    }

    /// The image's path for Typst, beginning with `/`, and where it is.
    fn find_image(&self, url: &str) -> Result<(String, Image), (String, String)> {
        if let Some(svg) = url.strip_prefix(SVG_URL) {
            return carried_image(svg);
        }
        if url.contains("://") || url.starts_with("data:") {
            let hint = "put the file into the book's source folder";
            return Err((format!("image `{url}` is not in the book"), hint.into()));
        }
        let file = url.split(['?', '#']).next().unwrap_or(url);
        let path = beside(self.path, &percent_decoded(file));
        let format = format_of(&path);
        if path.starts_with("..") || !self.book.root.join(&path).is_file() {
            let message = format!("image `{url}`: there is no file `{path}` in the source folder");
            return Err((message, "correct the path or make the file".into()));
        }
        if !IMAGE_FORMATS.contains(&format.as_str()) {
            let message = format!("image `{url}`: the format `{format}` can't be set");
            return Err((message, format!("use one of {}", IMAGE_FORMATS.join(", "))));
        }
        Ok((format!("/{path}"), Image::File))
    }
}

/// The arguments with the size that an `<img>` asks for, by attributes or by its style.
fn size(node: &Node) -> Result<String, String> {
    let style = node.attribute("style").unwrap_or_default();
    let declared = |name: &str| {
        let mut declarations = style.split(';').filter_map(|it| it.split_once(':'));
        declarations.find(|(own, _)| own.trim().eq_ignore_ascii_case(name))
    };
    let mut arguments = String::new();
    for (name, attribute) in [
        ("width", node.attribute("width")),
        ("height", node.attribute("height")),
        ("max-width", None),
    ] {
        let asked = declared(name).map(|(_, length)| length).or(attribute);
        let Some(asked) = asked.map(str::trim) else {
            continue;
        };
        if let Some(length) = length(asked).map_err(|()| format!("`{name}` is `{asked}`"))? {
            arguments += &format!(", {name}: {length}");
        }
    }
    Ok(arguments)
}

/// A length of CSS, or a number of pixels, for Typst; none where it is left to the image.
fn length(text: &str) -> Result<Option<String>, ()> {
    let text = text.to_ascii_lowercase();
    let text = text.trim_end_matches("!important").trim_end();
    if [
        "",
        "auto",
        "none",
        "initial",
        "inherit",
        "max-content",
        "fit-content",
    ]
    .contains(&text)
    {
        return Ok(None);
    }
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let number: f64 = digits.trim_end().parse().map_err(drop)?;
    let unit = &text[digits.len()..];
    let points = match unit {
        "%" => return Ok(Some(format!("{number}%"))),
        "" => Some(UNITS[0].1),
        unit => UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .map(|(_, points)| *points),
    };
    let points = points.ok_or(())? * number;
    (number > 0.0 && number.is_finite())
        .then_some(())
        .ok_or(())?;
    Ok(Some(format!("{points}pt")))
}

/// The SVG that an address carries in base 64, under a path of its own.
fn carried_image(svg: &str) -> Result<(String, Image), (String, String)> {
    let bytes = BASE64_STANDARD.decode(svg).map_err(|error| {
        let hint = "write the SVG into a file".to_owned();
        (format!("an image's address is no base 64: {error}"), hint)
    })?;
    let path = format!("/carried/{:x}.svg", Sha256::digest(&bytes));
    Ok((path, Image::Carried(bytes)))
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_of_css() {
        let check = |text: &str, expected: &str| {
            assert_eq!(length(text), Ok(Some(expected.to_owned())), "{text}");
        };
        check("50%", "50%");
        check("300", "225pt");
        check("300px", "225pt");
        check("2.54cm", "72pt");
        check("10EM", "110pt");
        assert_eq!(length("auto"), Ok(None));
        for wrong in ["wide", "-3px", "3vw", "1e999", "px", "NaN"] {
            assert_eq!(length(wrong), Err(()), "{wrong}");
        }
    }
}
