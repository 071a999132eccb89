//! The real book with facts that no paper states: a fault may be told, nothing may panic.

use mdbook_measured::catalogue::Facts;
use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::{Bibliography, Chapter, fill_book};
use mdbook_measured::evidence::read_quoted;
use mdbook_measured::topic::Inputs;
use mdbook_measured::topics::TOPICS;
use mdbook_measured::topics::operations::quantities::throughput::FILE as PUBLISHED;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

const EXTREMES: [&str; 9] = [
    "0.0", "-0.0", "-1.0", "5e-324", "1e-300", "1e15", "1.8e19", "1e300", "-1e308",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../book")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every chapter of the book.
fn chapters() -> Vec<Chapter> {
    let paths = WalkDir::new(root())
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("an entry").into_path());
    let is_chapter = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    let chapter = |path: PathBuf| {
        let name = path.strip_prefix(root()).expect("inside").to_string_lossy();
        Chapter {
            path: name.replace('\\', "/"),
            file: format!("book/{name}"),
            source: read(&path),
        }
    };
    paths.filter(is_chapter).map(chapter).collect()
}

/// The facts with every third value, from the `first`, replaced by an extreme one.
fn with_extremes(quoted: &str, first: usize, extreme: usize) -> String {
    let mut parts = quoted.split("value = ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (count, part) in parts.enumerate() {
        let (number, rest) = part.split_once(',').expect("a unit follows each value");
        let stays = number.starts_with('[') || count % 3 != first;
        let extreme = EXTREMES[(extreme + count) % EXTREMES.len()];
        text.extend(["value = ", if stays { number } else { extreme }, ",", rest]);
    }
    text
}

#[test]
fn facts_that_no_paper_states_make_no_panic() {
    let quoted = read(&root().join("quoted.toml"));
    let throughput = read(&root().join("published/training_throughput.csv"));
    let works = read(&root().join("references.bib"));
    let works = Bibliography::parse("references.bib", &works).expect("the works are sound");
    let pages = chapters();
    assert!(pages.len() > 10);
    let mut filled = 0;
    for extreme in 0..EXTREMES.len() {
        let text = with_extremes(&quoted, extreme % 3, extreme);
        assert!(text != quoted);
        let facts = read_quoted("quoted.toml", &text).expect("finite values");
        let inputs = Inputs::default().with_file(PUBLISHED, "published.csv", &throughput);
        let Ok(facts) = Facts::of(&TOPICS, facts, inputs) else {
            continue;
        };
        fill_book(&pages, facts, &works, Renderer::Html);
        filled += 1;
    }
    assert!(
        filled >= 3,
        "only {filled} of the books got as far as their chapters"
    );
}
