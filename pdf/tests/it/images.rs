//! Images have the size that the chapter asks for, and leave no page.

use crate::reader::pages;
use crate::trial_book::{book, pdf};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use expect_test::expect;

/// 400 × 100 pixels.
const WIDE: &str = "iVBORw0KGgoAAAANSUhEUgAAAZAAAABkAQAAAACAsFvaAAAAG0lEQVR42u3BAQ0AAADCoPdPbQ8HFAAAAADwYBPsAAEwqsp8AAAAAElFTkSuQmCC";

/// 100 × 1600 pixels.
const TALL: &str = "iVBORw0KGgoAAAANSUhEUgAAAGQAAAZAAQAAAACndNrjAAAALElEQVR42u3BAQ0AAADCoPdPbQ8HFAAAAAAAAAAAAAAAAAAAAAAAAAAAAPwZV4AAAXzTihIAAAAASUVORK5CYII=";

/// The sizes in points of the images of a chapter.
#[track_caller]
fn sizes(markdown: &str) -> Vec<(u32, u32)> {
    let book = book(&[("a.md", &format!("# A\n\n{markdown}\n"))], "");
    for (name, image) in [("wide.png", WIDE), ("tall.png", TALL)] {
        let bytes = BASE64_STANDARD.decode(image).expect("base 64");
        std::fs::write(book.folder.join("book").join(name), bytes).expect("the image");
    }
    let pdf = pdf(&book).expect("a PDF");
    pages(&pdf)
        .into_iter()
        .flat_map(|page| page.bitmaps)
        .collect()
}

/// The measure of an A4 page, in points.
const MEASURE: u32 = 363;

#[test]
fn images_have_the_size_that_they_ask_for() {
    let check = |size: &str, expected: (u32, u32)| {
        let image = format!("<img src=\"wide.png\" alt=\"a\" {size}>");
        assert_eq!(sizes(&image), [expected], "alone: {size}");
        assert_eq!(
            sizes(&format!("a {image} b")),
            [expected],
            "in a line: {size}"
        );
    };
    check("width=\"100%\"", (MEASURE, 91));
    check("width=\"50%\"", (MEASURE.div_ceil(2), 45));
    check(
        "style=\"width: 50%; height: auto\"",
        (MEASURE.div_ceil(2), 45),
    );
    check("width=200", (150, 38));
    check("width=\"200px\" height=\"200\"", (150, 150));
    check("height=\"2cm\"", (227, 57));
    check("style=\"max-width: 50%\"", (MEASURE.div_ceil(2), 45));
    check("width=\"40%\" style=\"max-width: 50%\"", (145, 36));
}

#[test]
fn images_in_figures_and_lists_keep_their_size() {
    let figure = "<figure id=\"fig-a\">\n<img src=\"wide.png\" alt=\"a\" width=\"100%\">\n\
                  <figcaption>A caption.</figcaption>\n</figure>";
    assert_eq!(sizes(figure), [(MEASURE, 91)]);
    let item = "- a\n\n  <img src=\"wide.png\" alt=\"a\" width=\"100%\">";
    assert_eq!(sizes(item), [(349, 87)]);
    let picture = "<picture>\n<source srcset=\"tall.png\" media=\"(prefers-color-scheme: dark)\">\n\
                   <img src=\"wide.png\" alt=\"a\" width=\"100\">\n</picture>";
    assert_eq!(sizes(picture), [(75, 19)]);
}

#[test]
fn no_image_is_larger_than_the_page() {
    for image in [
        "![a](tall.png)",
        "a ![a](tall.png) b",
        "<img src=\"tall.png\" alt=\"a\" width=\"100%\">",
    ] {
        assert_eq!(sizes(image), [(37, 589)], "{image}");
    }
    assert_eq!(sizes("![a](wide.png)"), [(400, 100)]);
    assert_eq!(sizes("a ![a](wide.png) b"), [(MEASURE, 91)]);
    let large = "<img src=\"wide.png\" alt=\"a\" width=\"9000\">";
    assert_eq!(sizes(large), [(465, 116)]);
}

#[test]
fn sizes_that_are_none_are_told() {
    for (size, told) in [
        ("width=\"wide\"", "`width` is `wide`"),
        ("style=\"height: 3vw\"", "`height` is `3vw`"),
    ] {
        let image = format!("# A\n\n<img src=\"dot.svg\" alt=\"a\" {size}>\n");
        let problems = pdf(&book(&[("a.md", &image)], ""))
            .expect_err("a size")
            .to_string();
        let hint = "write a part of the measure, `50%`, pixels, `300`, or a length, `8cm`";
        assert_eq!(
            problems,
            format!("book/a.md:3: image `dot.svg`: {told}; hint: {hint}")
        );
    }
    let none = pdf(&book(&[("a.md", "# A\n\n<picture></picture>\n")], ""));
    expect!["book/a.md:3: a `<picture>` without `<img>`; hint: add one"]
        .assert_eq(&none.expect_err("no image").to_string());
}
