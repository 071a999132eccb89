//! Each mistake in a chapter is reported with its file and line, and never passed over.

use crate::trial_book::{book, pdf};
use expect_test::{Expect, expect};

/// Typesets a book of one chapter, `a.md`, and compares what is wrong with it.
#[track_caller]
fn check(markdown: &str, expect: Expect) {
    let problems = pdf(&book(&[("a.md", markdown)], "")).map(|_| "no problem");
    let text = problems.map_or_else(|problems| problems.to_string(), str::to_owned);
    expect.assert_eq(&format!("{text}\n"));
}

#[test]
fn raw_html_that_the_writer_does_not_know() {
    check(
        "# A\n\nx <blink>y</blink>\n",
        expect![[r#"
            book/a.md:3: raw HTML `<blink>`; hint: the PDF knows figure, figcaption, span, a, br, em, strong, i, b, s, del, sub, sup, kbd, details, summary, img and picture
        "#]],
    );
    check(
        "# A\n\n<div class=\"box\">\n\ny\n\n</div>\n",
        expect![[r#"
            book/a.md:3: raw HTML `<div class="box">`; hint: the PDF knows figure, figcaption, span, a, br, em, strong, i, b, s, del, sub, sup, kbd, details, summary, img and picture
        "#]],
    );
    check(
        "# A\n\n<video src=\"x.mp4\"></video>\n",
        expect![[r#"
            book/a.md:3: raw HTML `<video>`; hint: the PDF knows figure, figcaption, span, a, br, em, strong, i, b, s, del, sub, sup, kbd, details, summary, img and picture
        "#]],
    );
}

#[test]
fn html_that_does_not_nest() {
    check(
        "# A\n\nx <sub>y\n\nz</sub>\n",
        expect![[r#"
        book/a.md:3: `<sub>` is not closed; hint: close each tag in the paragraph or list that opens it
        book/a.md:5: `</sub>` closes nothing; hint: close each tag in the paragraph or list that opens it
    "#]],
    );
    check(
        "# A\n\n<details>\n\nText.\n",
        expect![[r#"
        book/a.md:3: `<details>` is not closed; hint: close each tag in the paragraph or list that opens it
    "#]],
    );
}

#[test]
fn addresses_that_carry_no_image() {
    check(
        "# A\n\n![x](data:image/svg+xml;base64,a*b)\n",
        expect![[r#"
        book/a.md:3: an image's address is no base 64: Invalid symbol 42, offset 1.; hint: write the SVG into a file
    "#]],
    );
}

#[test]
fn images_that_are_not_there() {
    check(
        "# A\n\n![A plot](plot.svg)\n",
        expect![[r#"
        book/a.md:3: image `plot.svg`: there is no file `plot.svg` in the source folder; hint: correct the path or make the file
    "#]],
    );
    check(
        "# A\n\n![](dot.svg)\n",
        expect![[r#"
        book/a.md:3: image `dot.svg` has no description; hint: say in the brackets what it shows
    "#]],
    );
    check(
        "# A\n\n![x](https://example.org/x.png)\n",
        expect![[r#"
        book/a.md:3: image `https://example.org/x.png` is not in the book; hint: put the file into the book's source folder
    "#]],
    );
    check(
        "# A\n\n![x](../secret.png)\n",
        expect![[r#"
        book/a.md:3: image `../secret.png`: there is no file `../secret.png` in the source folder; hint: correct the path or make the file
    "#]],
    );
    check(
        "# A\n\n![x](a.md)\n",
        expect![[r#"
        book/a.md:3: image `a.md`: the format `md` can't be set; hint: use one of png, jpg, jpeg, gif, webp, svg
    "#]],
    );
}

#[test]
fn formulas_that_are_not_supported() {
    check(
        "# A\n\n$\\unknown{x}$\n",
        expect![[r#"
            book/a.md:3: formula `\unknown{x}`: the command `\unknown` is not known; hint: KaTeX's commands are known, and those that `definitions.tex` defines
        "#]],
    );
    check(
        "# A\n\n$$\\begin{array}{c:c|c} a & b & c \\end{array}$$\n",
        expect![[r#"
            book/a.md:3: formula `\begin{array}{c:c|c} a & b & c \end{array}`: solid and dashed rules in one array
        "#]],
    );
}

#[test]
fn tables_too_wide_for_a_page() {
    let row = "| wordy ".repeat(30);
    let rules = "|---".repeat(30);
    check(
        &format!("# A\n\n{row}|\n{rules}|\n{row}|\n"),
        expect![[r#"
            book/a.md:3: the table is too wide for a page: the longest words of its columns don't fit into one line; hint: split it, or make rows of its columns
        "#]],
    );
}

#[test]
fn tables_with_ragged_rows() {
    check(
        "# A\n\n| a | b |\n|--|--|\n| 1 |\n| 1 | 2 | 3 |\n",
        expect![[r#"
            book/a.md:5: cells in this row of the table: 1, in its head: 2; hint: fill up or split the row; write a bar in a cell as `\|`
            book/a.md:6: cells in this row of the table: 3, in its head: 2; hint: fill up or split the row; write a bar in a cell as `\|`
        "#]],
    );
}

#[test]
fn links_to_nothing() {
    check(
        "# A\n\n[x](b.md) and [y](#nowhere) and [z](a.md#als)\n\n## Also\n",
        expect![[r#"
            book/a.md:3: link to `b.md`: the book has no chapter or file `b.md`; hint: list the chapter in SUMMARY.md or correct the path
            book/a.md:3: link to `#nowhere`: `a.md` has no `#nowhere`; hint: there is `#a`, `#also`
            book/a.md:3: link to `a.md#als`: `a.md` has no `#als`; hint: there is `#also`
        "#]],
    );
}

#[test]
fn characters_that_no_font_has() {
    check(
        "# A\n\nA party 🎉 and 中文.\n",
        expect![[r#"
        book/a.md:3: no font has the character `中` (U+4E2D); hint: write it in words, or name a font file that has it in `[output.measured-pdf] fonts`
        book/a.md:3: no font has the character `文` (U+6587); hint: write it in words, or name a font file that has it in `[output.measured-pdf] fonts`
        book/a.md:3: no font has the character `🎉` (U+1F389); hint: write it in words, or name a font file that has it in `[output.measured-pdf] fonts`
    "#]],
    );
}

#[test]
fn footnotes_without_text_or_mark() {
    check(
        "# A\n\nx[^a]\n\n[^b]: Lonely.\n",
        expect![[r#"
        book/a.md:3: the footnote `[^a]` has no text; hint: add a line `[^a]: …`
        book/a.md:5: nothing refers to the footnote `[^b]`; hint: refer to it or remove it
    "#]],
    );
}

#[test]
fn ids_that_stand_twice() {
    check(
        "# A\n\n<a id=\"x\"></a>\n\n## B {#x}\n",
        expect![[r#"
        book/a.md:5: the id `x` stands twice in this chapter; hint: rename one
    "#]],
    );
}

#[test]
fn figures_without_caption_and_equations_without_number() {
    check(
        "# A\n\n<figure id=\"fig-x\">\n\n![x](dot.svg)\n\n</figure>\n",
        expect![[r#"
            book/a.md:3: captions in this figure: 0; hint: write one `<figcaption>` into the figure
        "#]],
    );
    check(
        "# A\n\n<span id=\"eq-x\" class=\"equation\">$$x$$</span>\n",
        expect![[r#"
            book/a.md:3: an equation without formula, number or id; hint: write `$$ … $$ {#eq-name}`
        "#]],
    );
}

#[test]
fn lines_that_run_off_the_page() {
    let long = "x".repeat(150);
    check(
        &format!("# A\n\n$${long}$$\n"),
        expect![[r#"
            book/a.md:3: the formula `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` runs off page 3 of the PDF, to the side; hint: break it into lines, with `\\` in `\begin{aligned}`
        "#]],
    );
    check(
        &format!("# A\n\n| a |\n|--|\n| {long}{long} |\n"),
        expect![[r#"
            book/a.md:3: the table is too wide for a page: the longest words of its columns don't fit into one line; hint: split it, or make rows of its columns
        "#]],
    );
}

#[test]
fn lines_that_run_into_the_foot() {
    let lines = vec!["x"; 70].join(" \\\\ ");
    check(
        &format!("# A\n\n$$\\begin{{aligned}} {lines} \\end{{aligned}}$$\n"),
        expect![[r#"
            book/a.md:3: the formula `\begin{aligned} x \\ x \\ x \\ x \\ x \\…` runs off page 4 of the PDF, into its foot; hint: make several formulas of it
        "#]],
    );
}

#[test]
fn what_runs_off_the_page_is_told_once() {
    let sum: Vec<_> = (1..40).map(|i| format!("a_{{{i}}}")).collect();
    let word = "x".repeat(100);
    check(
        &format!(
            "# A\n\nText.\n\n$$\nL = {}\n$$\n\nA {word} and `{word}` and {word}.\n\n```\n{word}{word}\n```\n",
            sum.join(" + ")
        ),
        expect![[r#"
            book/a.md:5: the formula `L = a_{1} + a_{2} + a_{3} + a_{4} + a_{5…` runs off page 3 of the PDF, to the side; hint: break it into lines, with `\\` in `\begin{aligned}`
            book/a.md:9: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` runs off page 3 of the PDF, to the side; hint: write `&shy;` where the word may be broken
            book/a.md:9: the code `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` runs off page 3 of the PDF, to the side; hint: break its lines
            book/a.md:11: the code `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` runs off page 3 of the PDF, to the side; hint: break its lines
        "#]],
    );
}

#[test]
fn what_hangs_from_the_last_line_is_on_the_page() {
    for formula in [
        "x_{x_{x_{x_x}}}",
        "\\frac{a}{\\frac{b}{c_{1_1}}}",
        "x_{\\frac{a}{x}}",
        "\\begin{pmatrix}a\\\\b\\\\c_1\\end{pmatrix}",
    ] {
        let lines = format!("a ${formula}$\\\n").repeat(70);
        let text = format!("# A\n\n{lines}b[^a]\n\n[^a]: Here ${formula}$\n");
        let made = pdf(&book(&[("a.md", &text)], ""));
        assert!(made.is_ok(), "{formula}: {made:?}");
    }
}

#[test]
fn all_problems_of_a_book_at_once() {
    check(
        "# A\n\n<blink>\n\n$\\no$\n\n![x](y.png)\n",
        expect![[r#"
            book/a.md:3: `<blink>` is not closed; hint: close each tag in the paragraph or list that opens it
            book/a.md:3: raw HTML `<blink>`; hint: the PDF knows figure, figcaption, span, a, br, em, strong, i, b, s, del, sub, sup, kbd, details, summary, img and picture
            book/a.md:5: formula `\no`: the command `\no` is not known; hint: KaTeX's commands are known, and those that `definitions.tex` defines
            book/a.md:7: image `y.png`: there is no file `y.png` in the source folder; hint: correct the path or make the file
        "#]],
    );
}

#[test]
fn a_chapter_without_heading_gets_its_name() {
    let pdf = pdf(&book(&[("a.md", "Only text.\n")], "")).expect("a PDF");
    assert!(crate::reader::text(&pdf).contains("Trialchapter"));
}

#[test]
fn unknown_settings() {
    let book = book(
        &[("a.md", "# A\n")],
        "[output.measured-pdf]\npapper = \"a4\"\n",
    );
    let message = pdf(&book).expect_err("an unknown key").to_string();
    expect![[r#"
        book.toml: `[output.measured-pdf]`: unknown field `papper`, expected one of `command`, `optional`, `while-serving`, `paper`, `subtitle`, `note`, `date`, `contents-behind`, `leave-out`, `fonts`
    "#]].assert_eq(&format!("{message}\n"));
}

#[test]
fn a_failed_build_leaves_no_pdf() {
    let good = book(&[("a.md", "# A\n")], "");
    let path = good.ctx.destination.join(mdbook_measured_pdf::FILE_NAME);
    let bad_setting = "[output.measured-pdf]\npapper = \"a4\"\n";
    for (chapter, config) in [("# A\n\n$\\no$\n", ""), ("# A\n", bad_setting)] {
        mdbook_measured_pdf::render(&good.ctx).expect("a PDF");
        assert!(path.exists());
        let mut bad = book(&[("a.md", chapter)], config);
        bad.ctx.destination.clone_from(&good.ctx.destination);
        mdbook_measured_pdf::render(&bad.ctx).expect_err("a problem");
        assert!(!path.exists());
    }
}

#[test]
fn serving_makes_no_pdf_and_leaves_none() {
    let serving = "[output.html]\nlive-reload-endpoint = \"__livereload\"\n";
    let book = book(&[("a.md", "# A\n")], serving);
    let path = book.ctx.destination.join(mdbook_measured_pdf::FILE_NAME);
    let render = || mdbook_measured_pdf::render(&book.ctx).expect("no problem");
    assert_eq!(render(), None);
    std::fs::create_dir_all(&book.ctx.destination).expect("made");
    std::fs::write(&path, "%PDF of before").expect("written");
    expect![[r#"
        `book.pdf` is removed: it would be older than the pages; `mdbook build` makes it, and `while-serving = true` in `[output.measured-pdf]` makes it while serving
    "#]]
    .assert_eq(&format!("{}\n", render().unwrap_or_default()));
    assert!(!path.exists());
}

#[test]
fn problems_while_serving_are_told_and_end_no_build() {
    let serving = "[output.html]\nlive-reload-endpoint = \"__livereload\"\n\
                   [output.measured-pdf]\nwhile-serving = true\n";
    for (chapter, more) in [("# A\n\n<blink>y</blink>\n", ""), ("# A\n", "papper = 1\n")] {
        let book = book(&[("a.md", chapter)], &format!("{serving}{more}"));
        let path = book.ctx.destination.join(mdbook_measured_pdf::FILE_NAME);
        std::fs::create_dir_all(&book.ctx.destination).expect("made");
        std::fs::write(&path, "%PDF of before").expect("written");
        let line = mdbook_measured_pdf::render(&book.ctx).expect("the build goes on");
        assert!(line.is_some_and(|line| line.starts_with("book")));
        assert!(!path.exists());
    }
}

#[test]
fn a_setting_makes_the_pdf_while_serving() {
    let serving = "[output.html]\nlive-reload-endpoint = \"__livereload\"\n\
                   [output.measured-pdf]\nwhile-serving = true\n";
    let book = book(&[("a.md", "# A\n")], serving);
    let line = mdbook_measured_pdf::render(&book.ctx).expect("a PDF");
    assert_eq!(line.as_deref(), Some("PDF written to `out/book.pdf`"));
    let path = book.ctx.destination.join(mdbook_measured_pdf::FILE_NAME);
    assert!(path.exists());
}

/// What the preprocessor tells beforehand is what is told here.
#[test]
fn the_elements_that_are_listed_are_those_that_are_set() {
    let is_told = |element: &str| {
        let chapter = match element {
            "br" | "img" => format!("# A\n\nx<{element} src=\"dot.svg\" alt=\"y\">\n"),
            "summary" => "# A\n\n<details><summary>x</summary>y</details>\n".to_owned(),
            "figcaption" => "# A\n\n<figure>\n<figcaption>x</figcaption>\n</figure>\n".to_owned(),
            "source" => {
                "# A\n\n<picture><source><img src=\"dot.svg\" alt=\"y\"></picture>\n".into()
            }
            _ => format!("# A\n\nx <{element}>y</{element}>\n"),
        };
        let problems = pdf(&book(&[("a.md", &chapter)], "")).err();
        problems.is_some_and(|problems| problems.to_string().contains("raw HTML"))
    };
    for element in parsers::settable::ELEMENTS {
        assert!(!is_told(element), "{element}");
    }
    for element in [
        "div", "p", "code", "pre", "video", "u", "mark", "small", "table",
    ] {
        assert!(is_told(element), "{element}");
    }
}
