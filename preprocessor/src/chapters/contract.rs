//! What the two renderers receive, where they differ.
//!
//! Both get the same Markdown. Only this differs: maths is MathML for the HTML and LaTeX for the
//! PDF; a plot is inline SVG for the HTML and an image that carries it for the PDF; a table has a
//! caption and heads of rows only in the HTML; and the evidence itself is a list of all in the HTML
//! and a register of what is printed in the PDF, whose records and tables lead to files that the PDF
//! carries. All of it is decided here, and the PDF's writer reads it back.

use super::file_path::FilePath;
use super::homes::Home;
use super::maths::{MathMl, shield_from_markdown};
use super::sentinel::{CARDS, ROOT};
use crate::escape::{destination, html, markdown, write_destination};
use crate::evidence::{Kind, Quantity};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use std::fmt::Write as _;

/// What the address of an image begins with that is an SVG itself, in base 64.
pub const SVG_URL: &str = "data:image/svg+xml;base64,";

/// The id of the element that holds the build identifier, in the evidence chapter.
pub const BUILD_ID: &str = "build";

/// The class of the section that holds the evidence in the PDF.
pub(crate) const REGISTER: &str = "register";

/// What an address begins with that leads to a file of the project, by its path from the root.
const PROJECT_FILE: &str = "project:";

/// The address of a file of the project, which the PDF carries.
pub(crate) fn file_of_project(path: &str) -> String {
    format!("{PROJECT_FILE}{}", destination(path))
}

/// How the class of an evidence mark begins, behind which its kind stands.
const MARK_CLASS: &str = " class=\"quantity ";

/// Most evidence marks need no more bytes than these.
const USUAL_MARK: usize = 256;

/// Who reads the chapters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renderer {
    /// mdBook's HTML renderer.
    Html,
    /// The PDF renderer.
    Pdf,
}

impl Renderer {
    /// The renderer of this name in `book.toml`; all but `html` read plain Markdown.
    pub fn by_name(name: &str) -> Self {
        match name {
            "html" => Renderer::Html,
            _ => Renderer::Pdf,
        }
    }

    /// An invisible place to link to.
    pub(crate) fn anchor(self, id: &str) -> String {
        format!("<a id=\"{}\"></a>", html(id))
    }

    /// A number, or words in its place, with the mark that leads to its evidence; to nowhere in a
    /// book that does not list it.
    pub(crate) fn evidence_mark(
        self,
        evidence: Option<&Home>,
        quantity: &Quantity,
        text: &str,
    ) -> String {
        let concern = quantity.first_concern();
        let flag = match concern.filter(|_| quantity.value.is_ok()) {
            Some(concern) => html(&concern.flag()),
            None => String::new(),
        };
        let text = markdown(text);
        let kind = quantity.kind().word();
        let state = match (&quantity.value, concern) {
            (Err(_), _) => " pending",
            (Ok(_), None) => "",
            (Ok(_), Some(_)) => " flawed",
        };
        let mut mark = String::with_capacity(USUAL_MARK);
        // The register of the PDF has no entry of what is not measured.
        let evidence = evidence.filter(|_| self == Renderer::Html || quantity.value.is_ok());
        let element = if evidence.is_some() { "a" } else { "span" };
        mark.extend(["<", element, MARK_CLASS, kind, state, "\""]);
        match (self, evidence) {
            (Renderer::Html, Some(Home { page, .. })) => {
                let _ = write!(mark, " href=\"{ROOT}{page}");
                write_entry(&mut mark, &quantity.name);
            }
            (Renderer::Html, None) => {
                mark.push_str(" tabindex=\"0\" data-entry=\""); // the keyboard reaches its card
                write_entry(&mut mark, &quantity.name);
            }
            (Renderer::Pdf, Some(Home { markdown, .. })) => {
                let _ = write!(mark, " href=\"{ROOT}{markdown}");
                write_entry(&mut mark, &quantity.name);
            }
            (Renderer::Pdf, None) => {}
        }
        if self == Renderer::Html {
            let _ = write!(mark, "{CARDS}");
        }
        mark.extend([">", &text, "</", element, ">", &flag]);
        mark
    }

    /// A displayed formula without label, given as written and as MathML, with its tag if it has one.
    pub(crate) fn plain_equation(self, written: &str, mathml: &MathMl) -> String {
        let formula = || shield_from_markdown(&mathml.formula);
        match (self, &mathml.tag) {
            (Renderer::Pdf, _) => written.to_owned(),
            (Renderer::Html, None) => format!("<span class=\"equation\">{}</span>", formula()),
            (Renderer::Html, Some(tag)) => numbered("", &formula(), &shield_from_markdown(tag)),
        }
    }

    /// A displayed formula with its id and its number.
    pub(crate) fn numbered_equation(
        self,
        (id, number): (&str, &str),
        written: &str,
        mathml: &str,
    ) -> String {
        let id = format!(" id=\"{id}\"");
        let number = format!("({number})");
        match self {
            Renderer::Html => numbered(&id, &shield_from_markdown(mathml), &number),
            Renderer::Pdf => numbered(&id, written, &number),
        }
    }
}

/// Writes the place of a quantity's entry in the evidence, which ends an attribute.
fn write_entry(mark: &mut String, name: &str) {
    mark.push_str("#ev-");
    write_destination(mark, name);
    mark.push('"');
}

fn numbered(id: &str, formula: &str, number: &str) -> String {
    format!(
        "<span{id} class=\"equation\">{formula}<span class=\"equation-number\">{number}</span></span>"
    )
}

/// The kind of the evidence mark that an HTML tag of a page begins, if it begins one.
pub(crate) fn kind_of_mark(tag: &str) -> Option<Kind> {
    let (_, class) = tag.split_once(MARK_CLASS)?;
    let word = class.split([' ', '"']).next()?;
    { [Kind::Measured, Kind::Derived, Kind::Quoted] }
        .into_iter()
        .find(|kind| kind.word() == word)
}

/// What says in a page's first evidence mark where its cards are.
pub(crate) fn cards_attribute(folder: &str, path: &FilePath) -> String {
    format!(" data-cards=\"{}/{path}\"", destination(folder))
}

/// An image among the generated files, which are in `folder`.
pub(crate) fn image_file(folder: &str, path: &FilePath, description: &str) -> String {
    image(description, &format!("{ROOT}{folder}/{path}"))
}

/// An image beside the chapters.
pub(crate) fn own_image(path: &str, description: &str) -> String {
    image(description, &format!("{ROOT}{}", destination(path)))
}

/// A plot in the PDF: an image that carries its SVG. As a file it would be one that only this
/// renderer writes, and a build of the other would remove it meanwhile.
pub(crate) fn plot_image(svg: &str, description: &str) -> String {
    image(
        description,
        &format!("{SVG_URL}{}", BASE64_STANDARD.encode(svg)),
    )
}

fn image(description: &str, url: &str) -> String {
    format!("![{}]({url})", markdown(description))
}

/// A plot where it stands: the mark of its drawing, in a page within the lines that close it.
pub(crate) fn plot_frame(renderer: Renderer, drawing: &str) -> String {
    match renderer {
        Renderer::Html => format!("<div class=\"plot-frame\">{drawing}\n\n</svg>\n</div>"),
        Renderer::Pdf => drawing.to_owned(),
    }
}

/// SVG in a page but for its last end tag, on one line and written so that no text inside it is
/// indexed for search.
///
/// mdBook indexes every text node that it parses, so a reader who searches would find axis labels.
/// It keeps what follows a `<style/>` in one block of HTML as raw data, unparsed and not indexed;
/// inside `<svg>` a browser takes the same `<style/>` for an empty element. The end tag stands in a
/// block of its own, to close the element for mdBook too.
pub(crate) fn svg_in_page(svg: &str) -> String {
    let svg = svg.trim().replace('\n', " ");
    let start = svg.find('>').map_or(0, |end| end + 1);
    let end = svg.rfind("</").unwrap_or(svg.len());
    format!("{}<style/>{}", &svg[..start], &svg[start..end])
}
