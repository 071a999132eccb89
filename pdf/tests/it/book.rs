//! Whole books: every construct, links, bookmarks, tags, and the same bytes each time.

use crate::reader;
use crate::trial_book::{TrialBook, book, pdf};
use expect_test::{expect, expect_file};
use mdbook_measured_pdf::{Settings, typst_source};

const CONSTRUCTS: &str = include_str!("expect/constructs.md");
const FIGURES: &str = include_str!("expect/figures.md");

fn every_construct() -> TrialBook {
    book(
        &[("constructs.md", CONSTRUCTS), ("sub/figures.md", FIGURES)],
        "",
    )
}

#[test]
fn every_construct_as_typst_source() {
    let source = typst_source(&every_construct().ctx, &Settings::default());
    let source = source.unwrap_or_else(|problems| problems.to_string());
    expect_file!["expect/constructs.typ.txt"].assert_eq(&source);
}

#[test]
fn every_construct_is_set() {
    let pdf = pdf(&every_construct()).unwrap_or_else(|problems| panic!("{problems}"));
    let text = reader::text(&pdf);
    let shown = [
        "Inlinecode",
        "struckout",
        "nestedquotation",
        "Note",
        "Caution",
        "fnmain()",
        "Meaningone.",
        "Thefirstnote.",
        "Ctrl",
        "Moreofit",
        "Equation",
        "Table1.Acaption",
        "143,667,240",
        "(1)",
        "“smart”quotes–andmore…",
    ];
    for words in shown {
        assert!(text.contains(words), "`{words}` is missing in {text}");
    }
    assert!(!text.contains("hiddenline") && !text.contains('\u{fffd}'));
}

#[test]
fn numbers_of_the_chapters_are_in_the_pdf() {
    let text = reader::text(&pdf(&every_construct()).expect("a PDF"));
    let is_number = |word: &&str| word.contains(|c: char| c.is_ascii_digit());
    let cells = FIGURES
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(|row| row.split('|'));
    for number in cells
        .map(str::trim)
        .filter(|cell| !cell.contains('['))
        .filter(is_number)
    {
        assert!(
            text.contains(&number.replace(['*', ' '], "")),
            "`{number}` is missing"
        );
    }
}

#[test]
fn headings_are_bookmarks() {
    let pdf = pdf(&every_construct()).expect("a PDF");
    let titles = reader::bookmarks(&pdf);
    expect![[r#"
        1 Every construct
          Setext heading
          Lists
          Quotations
          Code
          Definitions
          Footnotes
          A table
          HTML
            Level three
              Level four
                Level five
                  Level six
        2 Figures, tables and equations
          a.b.c"#]]
    .assert_eq(&titles.join("\n"));
}

#[test]
fn the_pdf_says_that_it_is_accessible() {
    let pdf = pdf(&every_construct()).expect("a PDF");
    let raw = String::from_utf8_lossy(&pdf);
    assert!(raw.contains("<pdfuaid:part>1</pdfuaid:part>"));
    let catalog = reader::keys_of_catalog(&pdf);
    for key in ["StructTreeRoot", "Lang", "MarkInfo"] {
        assert!(catalog.contains(&key.to_owned()), "`{key}` is missing");
    }
    assert!(!raw.contains("CreationDate") && !raw.contains("xmp:CreateDate"));
}

#[test]
fn its_objects_are_packed() {
    let pdf = pdf(&every_construct()).expect("a PDF");
    let raw = String::from_utf8_lossy(&pdf);
    assert!(raw.contains("/Type/ObjStm") && raw.contains("/Type/XRef"));
    let loose = raw.matches(" 0 obj").count() - raw.matches("stream\n").count() / 2;
    assert_eq!(loose, 0, "objects outside of groups");
}

#[test]
fn two_builds_give_the_same_bytes() {
    let (first, second) = (pdf(&every_construct()), pdf(&every_construct()));
    assert!(first.expect("a PDF") == second.expect("a PDF"));
}

#[test]
fn links_lead_to_chapters_under_all_their_names() {
    let chapter = "# A\n\n[a](b.md) [b](b.html#x) [c](b.md#x) [d](#a) [e](./sub/c.md) [f](/b.md)\n";
    let chapters = [
        ("a.md", chapter),
        ("b.md", "# B\n\n## X\n"),
        ("sub/c.md", "# C\n\n[up](../b.md#x)\n"),
    ];
    let source = typst_source(&book(&chapters, "").ctx, &Settings::default());
    expect![[r##"
        #import "/template.typ": *

        #numbered-heading(1, "1", is-title: true)[A]#label("a.md");

        #inside("b.md")[a]; #inside("b.md#x")[b]; #inside("b.md#x")[c]; #inside("a.md")[d]; #inside("sub/c.md")[e]; #inside("b.md")[f];


        #import "/template.typ": *

        #numbered-heading(1, "2", is-title: true)[B]#label("b.md");

        #numbered-heading(2, "", is-title: false)[X]#label("b.md#x");


        #import "/template.typ": *

        #numbered-heading(1, "3", is-title: true)[C]#label("sub/c.md");

        #inside("b.md#x")[up];

    "##]].assert_eq(&source.unwrap_or_else(|problems| problems.to_string()));
}

#[test]
fn skipped_heading_levels_move_up() {
    let book = book(&[("a.md", "# A\n\n### C\n\n##### E\n\n## B\n")], "");
    expect![[r#"
        1 A
          C
            E
          B"#]]
    .assert_eq(&reader::bookmarks(&pdf(&book).expect("a PDF")).join("\n"));
}

#[test]
fn formulas_and_images_are_described() {
    let chapter = "# A\n\nText $x^2$.\n\n$$\\frac{1}{2}$$\n\n![A line that rises](dot.svg)\n";
    let pdf = pdf(&book(&[("a.md", chapter)], "")).expect("a PDF");
    let found = reader::descriptions(&pdf);
    assert_eq!(found, ["A line that rises", "\\frac{1}{2}", "x^2"]);
}

#[test]
fn long_tables_repeat_their_heads() {
    let rows: String = (0..150).map(|row| format!("| {row} | x |\n")).collect();
    let chapter = format!(
        "# A\n\n<figure id=\"tbl-a\" class=\"table\">\n\n<figcaption>\n\nTable 1.\n\n</figcaption>\n\n\
         | Number | Letter |\n|--|--|\n{rows}\n</figure>\n"
    );
    let pages = reader::pages(&pdf(&book(&[("a.md", &chapter)], "")).expect("a PDF"));
    let of_chapter = &pages[2..]; // behind the title page and the contents
    assert!(of_chapter.len() > 2);
    for page in of_chapter {
        assert!(page.text.contains("NumberLetter"), "{}", page.text);
    }
}

#[test]
fn drawings_stay_drawings_and_their_labels_text() {
    let book = book(&[("a.md", "# A\n\n![A label](plot.svg)\n")], "");
    let plot = r#"<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><path d="M0 0L9 9"/>
        <text x="10" y="20" font-family="Libertinus Serif">Milliseconds</text></svg>"#;
    std::fs::write(book.folder.join("book/plot.svg"), plot).expect("the plot");
    let pages = reader::pages(&pdf(&book).expect("a PDF"));
    let page = pages.last().expect("the chapter's page");
    assert!(page.text.contains("Milliseconds"), "{}", page.text);
    assert_eq!(page.bitmaps, []);
}

#[test]
fn a_drawing_in_its_address_is_set_like_a_file() {
    let drawing = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSI5MCIgaGVpZ2h0PSIzMCI+\
                   PHRleHQgeD0iNSIgeT0iMjAiIGZvbnQtZmFtaWx5PSJMaWJlcnRpbnVzIFNlcmlmIj5pbnNpZGU8L3RleHQ+PC9zdmc+";
    let chapter = format!("# A\n\n![A word](data:image/svg+xml;base64,{drawing})\n");
    let pdf = pdf(&book(&[("a.md", &chapter)], "")).unwrap();
    assert_eq!(reader::descriptions(&pdf), ["A word"]);
    assert!(reader::text(&pdf).contains("inside"));
}

#[test]
fn the_contents_stand_behind_the_title_page_or_a_chapter() {
    let pages = |config: &str| {
        let chapters = [("a.md", "# A\n\nFirst.\n"), ("b.md", "# B\n\nSecond.\n")];
        let pdf = pdf(&book(&chapters, config)).expect("a PDF");
        let pages = reader::pages(&pdf).into_iter();
        // The contents have dots before the numbers.
        pages
            .map(|page| page.text.replace('.', ""))
            .collect::<Vec<_>>()
    };
    // Each page ends with its number; the contents have those of the chapters.
    let first = ["TrialAAuthor", "Contents1A12B2ii", "1AFirst1", "2BSecond2"];
    assert_eq!(pages(""), first);
    let settings = "[output.measured-pdf]\ncontents-behind = ";
    let second = [
        "TrialAAuthor",
        "1AFirstii",
        "Contents1Aii2B1iii",
        "2BSecond1",
    ];
    assert_eq!(pages(&format!("{settings}\"a.md\"\n")), second);
    let last = [
        "TrialAAuthor",
        "1AFirstii",
        "2BSecondiii",
        "Contents1Aii2Biiiiv",
    ];
    assert_eq!(pages(&format!("{settings}\"b.md\"\n")), last);

    for (asked, expected) in [
        (
            "\"c.md\"",
            "the book has no chapter `c.md`; hint: write its path as in SUMMARY.md",
        ),
        (
            "\"b.md\"\nleave-out = [\"b.md\"]",
            "`leave-out` leaves out `b.md`; hint: name a chapter that the PDF holds",
        ),
    ] {
        let book = book(
            &[("a.md", "# A\n"), ("b.md", "# B\n")],
            &format!("{settings}{asked}\n"),
        );
        let fault = pdf(&book).expect_err(asked).to_string();
        assert_eq!(fault, format!("book.toml: `contents-behind`: {expected}"));
    }
}

#[test]
fn the_build_stands_on_the_title_page() {
    let chapter = "# A\n\nThis is build <span id=\"build\">`0123abc`</span>.\n";
    let text = reader::text(&pdf(&book(&[("a.md", chapter)], "")).expect("a PDF"));
    assert!(text.starts_with("TrialA.AuthorBuild0123abc"), "{text}");
}

#[test]
fn the_settings_reach_the_title_page() {
    let settings = "description = \"What it is\"\n[output.measured-pdf]\nsubtitle = \"Sub\"\n\
                    note = \"Made at home\"\ndate = \"in May\"\npaper = \"a5\"\n";
    let text = reader::text(&pdf(&book(&[("a.md", "# A\n")], settings)).expect("a PDF"));
    assert!(
        text.starts_with("TrialSubA.AuthorMadeathomeinMayWhatitis"),
        "{text}"
    );
}

#[test]
fn an_anchor_in_a_heading_is_one_place() {
    let chapter =
        "# A <a id=\"x\"></a>\n\n## B <span id=\"y\">c</span>\n\n[1](#x) [2](#y) [3](#b-c)\n";
    let made = pdf(&book(&[("a.md", chapter)], ""));
    assert!(made.is_ok(), "{made:?}");
}
