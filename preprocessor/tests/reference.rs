//! The page that says what a chapter can use: it says what the code does.

use expect_test::expect_file;
use mdbook_measured::catalogue::Facts;
use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::examples::{BEFORE, EXHIBITS, Example, FUNCTIONS, NUMBERS};
use mdbook_measured::chapters::{Chapter, fill_book};
use mdbook_measured::explain::explain;
use mdbook_measured::init::init;
use mdbook_measured::project::Project;
use mdbook_measured::reference::page;
use mdbook_measured::topics::TOPICS;
use mdbook_measured::views::{Arguments, Make, View, views};
use std::fs;
use std::path::Path;

#[test]
fn the_page_is_that_of_the_code() {
    expect_file!["../../docs/what-a-chapter-can-use.md"].assert_eq(&page(&TOPICS));
}

/// A new book, with what the examples use besides.
fn new_book() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    init(root.path(), &mut Vec::new()).unwrap();
    let extend = |file: &str, text: &str| {
        let file = root.path().join(file);
        let old = fs::read_to_string(&file).unwrap_or_default();
        fs::write(file, old + text).unwrap();
    };
    extend(
        "book.toml",
        "\n[preprocessor.measured.samples.animals]\nfolder = \"animals\"\nclasses = [\"cat\", \
         \"dog\"]\nimages-per-class = 1\n",
    );
    extend(
        "book/quoted.toml",
        "\n[published]\nsorting = { value = [0.1, 0.4], index = [100, 200], index_name = \"keys\", unit = \
         \"s\", citation = \"si2019\", place = \"Table 1\", checked = \"read\" }\n",
    );
    extend(
        "book/questions.toml",
        "[[part]]\nid = \"1.1\"\npoints = 1\nchapter = \"c0.md\"\nanchor = \"a\"\nwording = \"Why?\"\n",
    );
    let image = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/evidence.png");
    fs::copy(image, root.path().join("book/setup.png")).unwrap();
    root
}

/// Chapters filled in the book in `root`, with one that has its lists.
#[track_caller]
fn fill(root: &Path, texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let known = Project::in_folder(root.to_owned()).unwrap().read();
    let known = known.unwrap_or_else(|faults| panic!("{faults:?}"));
    let lists = "<< evidence() >>\n\n<< references() >>\n\n<< missing_runs() >>\n".to_owned();
    let chapter = |(index, source): (usize, String)| Chapter {
        path: format!("c{index}.md"),
        file: format!("book/c{index}.md"),
        source,
    };
    let texts = texts.into_iter().chain([lists]);
    let chapters: Vec<_> = texts.enumerate().map(chapter).collect();
    let mut filled = fill_book(&chapters, known.facts, &known.bibliography, Renderer::Html);
    let faults: Vec<_> = filled.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, [""; 0]);
    let paths = chapters.iter().map(|chapter| &chapter.path);
    paths
        .map(|path| filled.chapters.remove(path).expect("the chapter"))
        .collect()
}

/// What a reader sees of a line: neither tags nor links.
fn seen(text: &str) -> String {
    let mut seen = String::new();
    let mut inside = false;
    for character in text.trim().chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => seen.push(character),
            _ => {}
        }
    }
    seen.replace('\u{a0}', " ").replace("&#46;", ".")
}

#[test]
fn numbers_are_printed_as_the_page_says() {
    let written = NUMBERS.map(|it| format!("{BEFORE}\n{}\n", it.written));
    let filled = fill(new_book().path(), written);
    let printed: Vec<_> = { NUMBERS.iter().zip(&filled) }
        .map(|(Example { written, .. }, text)| (*written, seen(text)))
        .collect();
    assert_eq!(printed, NUMBERS.map(|it| (it.written, it.gives.to_owned())));
}

#[test]
fn functions_and_exhibits_are_as_the_page_says() {
    let lists = ["evidence", "references", "missing_runs"];
    let functions = FUNCTIONS.iter().filter(|it| !lists.contains(&it.name));
    let printed = functions.map(|it| format!("\n<< {} >>\n", it.written));
    let exhibits = EXHIBITS.iter().map(|it| format!("\n{}\n", it.written));
    let all: String = printed.chain(exhibits).collect();
    let text = &fill(new_book().path(), [format!("{BEFORE}{all}\n# A {{#a}}\n")])[0];
    for shown in ["Why?", "tbl-x.csv", "as sold", "setup.png", "<svg"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
}

/// Fills a chapter with the example of each of these views.
#[track_caller]
fn check(root: &Path, views: &[&View]) {
    let chapter = |view: &&View| {
        let (filter, kind) = match view.make {
            Make::Table(_) => ("table", "tbl"),
            Make::Figure(_) => ("figure", "fig"),
        };
        let View { name, example, .. } = view;
        let id = name.replace('_', "-");
        let comma = if example.is_empty() { "" } else { ", " };
        format!(
            "<% filter {filter}(id=\"{kind}-{id}\", view=\"{name}\"{comma}{example}) %>A.<% endfilter %>\n"
        )
    };
    fill(root, views.iter().map(chapter));
    for view in views {
        for argument in (view.arguments)() {
            assert!(argument.about.ends_with('.'), "{}: {argument:?}", view.name);
        }
    }
}

#[test]
fn views_of_any_book_are_as_the_page_says() {
    let of_any_book: Vec<_> = views(&Facts::default()).collect();
    check(new_book().path(), &of_any_book);
}

#[test]
fn views_of_topics_are_as_the_page_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let of_topics: Vec<_> = TOPICS.iter().flat_map(|topic| topic.views()).collect();
    assert!(of_topics.len() > 30, "{}", of_topics.len());
    check(&root, &of_topics);
}

/// What a view says that it knows, when it is given an argument that no view has.
fn known_to(view: &View) -> Vec<String> {
    let unknown = Arguments::from_iter([("?".to_owned(), true.into())]);
    let facts = Facts::default();
    let fault = match view.make {
        Make::Table(make) => make(unknown, &facts, &|_, text| text.to_owned()).err(),
        Make::Figure(make) => make(unknown, &facts).err(),
    };
    let fault = fault.expect("it refuses the argument");
    let (_, known) = fault.split_once("unknown field `?`").expect("it says so");
    let known = known.split('`').skip(1).step_by(2).map(str::to_owned);
    known.collect()
}

/// What describes the arguments of a view is what reads them.
#[test]
fn views_take_the_arguments_that_the_page_describes() {
    let of_topics = TOPICS.iter().flat_map(|topic| topic.views());
    for view in views(&Facts::default()).chain(of_topics) {
        let mut known = known_to(view);
        let described = (view.arguments)().into_iter().map(|argument| argument.name);
        let mut described: Vec<_> = described.collect();
        known.sort_unstable();
        described.sort_unstable();
        assert_eq!(described, known, "{}", view.name);
    }
}

#[test]
fn readme_shows_what_explain_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = fs::read_to_string(root.join("README.md")).expect("it is there");
    let (_, name) = readme.split_once("-- explain ").expect("a call");
    let (name, rest) = name.split_once('`').expect("it ends");
    let (_, shown) = rest.split_once("```text\n").expect("what it says");
    let (shown, _) = shown.split_once("```").expect("it ends");
    let known = Project::in_folder(root).unwrap().read();
    let facts = known.unwrap_or_else(|faults| panic!("{faults:?}")).facts;
    let mut said = Vec::new();
    explain(&facts, name, &mut said).unwrap();
    assert_eq!(shown, String::from_utf8(said).unwrap());
}
