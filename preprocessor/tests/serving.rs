//! What an author sees in the page while `mdbook serve` runs: the program is started as mdBook does.

use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// A book of one chapter, and files beside it.
struct Book<'a> {
    settings: Value,
    files: &'a [(&'a str, &'a str)],
    chapter: &'a str,
}

const PLAIN: Book = Book {
    settings: Value::Null,
    files: &[],
    chapter: "",
};

impl Book<'_> {
    /// Whether the program succeeds, what it says, and the page.
    fn fill(&self, renderer: &str, serving: bool) -> (bool, String, String) {
        let root = tempfile::tempdir().expect("a folder");
        for (path, text) in self.files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        fs::create_dir_all(root.path().join("book")).expect("made");
        let html = match serving {
            true => json!({"live-reload-endpoint": "__livereload"}),
            false => json!({}),
        };
        let context = json!({
            "root": root.path(), "renderer": renderer, "mdbook_version": "0.5.4",
            "config": {
                "book": {"src": "book"}, "output": {"html": html, "measured-pdf": {}},
                "preprocessor": {"measured": self.settings},
            },
        });
        let chapter = json!({"Chapter": {
            "name": "A", "content": self.chapter, "number": null, "sub_items": [], "path": "a.md",
            "source_path": "a.md", "parent_names": [],
        }});
        let mut child = Command::new(env!("CARGO_BIN_EXE_mdbook-measured"))
            .env_remove("MEASURED_STRICT")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let input = json!([context, {"items": [chapter]}]).to_string();
        let stdin = child.stdin.as_mut().expect("a pipe");
        stdin.write_all(input.as_bytes()).expect("read");
        let done = child.wait_with_output().expect("ended");
        let book: Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
        let page = book["items"][0]["Chapter"]["content"].as_str();
        (
            done.status.success(),
            String::from_utf8(done.stderr).expect("text"),
            page.unwrap_or_default().to_owned(),
        )
    }
}

#[test]
fn typed_numbers_are_noted_in_the_served_page_alone() {
    let book = Book {
        settings: json!({}),
        chapter: "It took 3.14 s.\n",
        ..PLAIN
    };
    let (_, told, page) = book.fill("html", true);
    let note = "`book/a.md:1:9`: `3.14 s` is typed";
    assert_eq!(told.matches(note).count(), 1, "{told}");
    let in_page = "<details class=\"draft-notes\"><summary>1 note on this draft</summary>";
    assert!(page.starts_with(in_page), "{page}");
    assert_eq!(page.matches("is typed").count(), 1, "{page}");
    assert!(page.ends_with("\n\nIt took 3.14 s.\n"), "{page}");
    let (_, told, page) = book.fill("html", false);
    assert_eq!(told.matches(note).count(), 1, "{told}");
    assert_eq!(page, "It took 3.14 s.\n");
    // In strict mode it is a fault, and no note.
    let strict = Book {
        settings: json!({"strict": true}),
        ..book
    };
    let (_, told, page) = strict.fill("html", true);
    assert_eq!(
        (told.matches(note).count(), page.matches("is typed").count()),
        (1, 1)
    );
    assert!(!page.contains("draft-notes"), "{page}");
}

#[test]
fn the_rest_of_a_page_with_faults_is_shown() {
    let book = Book {
        settings: json!({}),
        chapter: "# A\n\nOne << a.b >>.\n\nTwo << c | percnt >>.\n",
        ..PLAIN
    };
    let (ended_well, told, page) = book.fill("html", true);
    assert!(ended_well, "{told}");
    assert_eq!(told.lines().count(), 2, "{told}");
    for fault in told.lines() {
        let place = fault.split('`').nth(1).expect("a place");
        assert_eq!(page.matches(place).count(), 1, "{page}");
    }
    assert!(
        page.ends_with("# A\n\nOne **??**.\n\nTwo **??**.\n"),
        "{page}"
    );
    let (ended_well, in_build, _) = book.fill("html", false);
    assert!(!ended_well);
    assert_eq!(in_build, told);
}

/// Whatever file is broken: its faults alone are told, and the page shows them above its text.
#[test]
fn a_broken_file_beside_the_chapters_is_told_in_the_page() {
    for (path, text) in [
        ("book/quoted.toml", "[a"),
        ("book/data.toml", "[times]\nfile = 1\n"),
        ("book/questions.toml", "x = 1"),
        ("book/references.bib", "@misc{a, title = {T"),
        ("book/definitions.tex", "\\newcommand{\\a}{"),
        ("experiments/plan.toml", "[[run]]\nid = 1"),
        ("results/runs/a/b.json", "{"),
    ] {
        let book = Book {
            settings: json!({}),
            files: &[(path, text)],
            chapter: "# A\n\nText $x$, [@a] << a.b >>, @fig-a.\n",
        };
        let (ended_well, told, page) = book.fill("html", true);
        assert!(ended_well, "{path}: {told}");
        let name = format!("`{path}");
        assert!(told.lines().all(|line| line.starts_with(&name)), "{told}");
        assert!(page.starts_with("<div class=\"build-faults\""), "{page}");
        assert!(page.contains(path), "{path}: {page}");
        assert!(page.contains("# A\n\nText <math"), "{path}: {page}");
        assert!(!book.fill("html", false).0, "{path}");
    }
}

#[test]
fn broken_settings_are_told_in_the_page() {
    for settings in [
        json!({"topics": ["no such"]}),
        json!({"topcis": []}),
        json!({"strict": 1}),
        json!({"plan": "../x"}),
        json!({"answered-on": {"2.1": ["*"]}}),
        json!({"without-cards": ["V100"]}),
    ] {
        let book = Book {
            settings: settings.clone(),
            chapter: "Text.\n",
            ..PLAIN
        };
        let (ended_well, told, page) = book.fill("html", true);
        assert!(ended_well, "{settings}: {told}");
        assert!(told.starts_with("`book.toml`: "), "{told}");
        assert!(page.starts_with("<div class=\"build-faults\""), "{page}");
        assert!(page.contains("Text.\n"), "{page}");
        let (ended_well, in_build, _) = book.fill("html", false);
        assert!(!ended_well);
        assert_eq!(in_build, told);
    }
}

#[test]
fn a_pdf_that_is_not_made_is_not_filled() {
    let chapter = "Text << a.b >>.\n";
    let book = Book {
        settings: json!({}),
        chapter,
        ..PLAIN
    };
    assert_eq!(
        book.fill("measured-pdf", true),
        (true, String::new(), chapter.to_owned())
    );
    assert!(!book.fill("measured-pdf", false).0);
}
