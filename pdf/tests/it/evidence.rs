//! The marks of numbers, the register that they lead to, and the files that the PDF carries.

use crate::reader;
use crate::trial_book::{TrialBook, book, pdf};

/// Two numbers of two kinds, alone and in a table, and the register of the first.
const MARKED: &str = "# A\n\n\
    Text <a class=\"quantity measured\" href=\"e.md#ev-a\">1.5 s</a> and \
    <span class=\"quantity derived pending\">not measured</span>.\n\n\
    <figure id=\"tbl-x\" class=\"table\">\n\n<figcaption>\n\n**Table 1.** Both.\n\n</figcaption>\n\n\
    | Is |\n|--|\n| <a class=\"quantity quoted\" href=\"e.md#ev-a\">2.5</a> |\n\
    | <a class=\"quantity quoted\" href=\"e.md#ev-a\">3.5</a> |\n\
    | <a class=\"quantity measured\" href=\"e.md#ev-a\">4.5</a> |\n\n</figure>\n";

const REGISTER: &str = "# E\n\n<section class=\"register\">\n\n## Measured {#measured}\n\n\
    **`run-a`** today: <a id=\"ev-a\"></a>`a.long_name.of_a_number` 1.5 s, \
    [record `0123`](project:runs/a/x.json)\n\n</section>\n";

fn marked_book(config: &str) -> TrialBook {
    let book = book(&[("a.md", MARKED), ("e.md", REGISTER)], config);
    write(&book, "runs/a/x.json", "{\"a\": 1.5}");
    book
}

fn write(book: &TrialBook, path: &str, content: &str) {
    let file = book.folder.join(path);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder");
    std::fs::write(file, content).expect("the file");
}

#[test]
fn a_number_has_the_letter_of_its_kind_unless_its_table_says_it() {
    let text = reader::text(&pdf(&marked_book("")).unwrap());
    for shown in [
        "Text1.5smandnotmeasuredd.",
        "Table1.Both.Numberswithoutaletterarequoted.",
        "2.53.54.5m",
    ] {
        assert!(text.contains(shown), "`{shown}` is not in {text}");
    }
}

#[test]
fn the_register_carries_its_files() {
    let pdf = pdf(&marked_book("")).unwrap();
    let text = reader::text(&pdf);
    assert!(
        text.contains("run-atoday:a.long_name.of_a_number1.5s,record0123(x.json)"),
        "{text}"
    );
    let expected = [("x.json".to_owned(), "{\"a\": 1.5}".to_owned())];
    assert_eq!(reader::attachments(&pdf), expected);
}

#[test]
fn files_of_one_name_are_told_apart() {
    let chapter = "# A\n\n[1](data/x.csv) [2](../runs/x.csv) [3](<data/y z.csv>)\n";
    let book = book(&[("sub/a.md", chapter)], "");
    write(&book, "book/sub/data/x.csv", "1");
    write(&book, "book/runs/x.csv", "2");
    write(&book, "book/sub/data/y z.csv", "3");
    let pdf = pdf(&book).unwrap();
    let files = reader::attachments(&pdf);
    let files: Vec<_> = files
        .iter()
        .map(|(name, it)| (name.as_str(), it.as_str()))
        .collect();
    let expected = [
        ("book-runs-x.csv", "2"),
        ("book-sub-data-x.csv", "1"),
        ("y z.csv", "3"),
    ];
    assert_eq!(files, expected);
    assert!(reader::text(&pdf).contains("1(book-sub-data-x.csv)2(book-runs-x.csv)3(yz.csv)"));
}

#[test]
fn a_pdf_can_leave_its_evidence_out() {
    let left = pdf(&marked_book(
        "[output.measured-pdf]\nleave-out = [\"e.md\"]\n",
    ))
    .unwrap();
    let text = reader::text(&left);
    assert!(
        text.contains("Text1.5sm") && !text.contains("run-a"),
        "{text}"
    );
    assert_eq!(reader::attachments(&left), []);
    assert_eq!(reader::bookmarks(&left), ["1 A"]);

    let wrong = pdf(&marked_book(
        "[output.measured-pdf]\nleave-out = [\"f.md\"]\n",
    ));
    assert_eq!(
        wrong.expect_err("no such chapter").to_string(),
        "book.toml: `leave-out`: the book has no chapter `f.md`; hint: write its path as in SUMMARY.md"
    );
}

#[test]
fn no_file_outside_the_project_is_carried() {
    for address in [
        "../../secret.txt",
        "project:../secret.txt",
        "project:/etc/hostname",
    ] {
        let book = book(&[("a.md", &format!("# A\n\n[x]({address})\n"))], "");
        let outside = book.folder.with_file_name("secret.txt");
        std::fs::write(&outside, "secret").expect("a file beside the project");
        let problems = pdf(&book).expect_err(address).to_string();
        assert!(problems.contains("link to `"), "{address}: {problems}");
    }
}
