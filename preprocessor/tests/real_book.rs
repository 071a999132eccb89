//! The book of this repository: it builds, answers every question and types no number.

use mdbook_measured::catalogue::Question;
use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::chapters::{Chapter, Diagnostic, Filled, fill_book};
use mdbook_measured::project::Project;
use mdbook_preprocessor::config::Config;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn config() -> toml::Table {
    let config = fs::read_to_string(root().join("book.toml")).expect("there is a book.toml");
    toml::from_str(&config).expect("book.toml is TOML")
}

fn project() -> Project {
    let config = Config::from_disk(root().join("book.toml")).expect("there is a book.toml");
    Project::of(root(), &config).expect("book.toml describes a book")
}

/// The chapters in the order of `SUMMARY.md`.
fn chapters() -> Vec<Chapter> {
    let summary =
        fs::read_to_string(root().join("book/SUMMARY.md")).expect("the book has a summary");
    let link = Regex::new(r"\]\(([^)]+\.md)\)").expect("well formed");
    link.captures_iter(&summary)
        .map(|found| {
            let path = found[1].to_owned();
            let file = format!("book/{path}");
            let source = fs::read_to_string(root().join(&file))
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            Chapter { path, file, source }
        })
        .collect()
}

fn fill(renderer: Renderer) -> Filled {
    let inputs = project()
        .read()
        .unwrap_or_else(|faults| panic!("{}", lines(&faults)));
    fill_book(&chapters(), inputs.facts, &inputs.bibliography, renderer)
}

static HTML: LazyLock<Filled> = LazyLock::new(|| fill(Renderer::Html));

fn lines(faults: &[Diagnostic]) -> String {
    faults.iter().map(|fault| format!("\n{fault}")).collect()
}

#[test]
fn it_builds_without_a_fault() {
    assert_eq!(lines(&HTML.faults), "");
    assert_eq!(lines(&fill(Renderer::Pdf).faults), "");
}

#[test]
fn two_fillings_are_identical() {
    let again = fill(Renderer::Html);
    assert_eq!(HTML.chapters, again.chapters);
    assert_eq!(HTML.files, again.files);
}

#[test]
fn no_number_is_typed() {
    let typed: Vec<_> = HTML
        .shortcomings
        .iter()
        .filter(|s| s.line.is_some())
        .cloned()
        .collect();
    assert_eq!(lines(&typed), "");
}

/// Names at the ends of lines and notes have the colour of what they name.
#[test]
fn a_value_has_one_colour_in_the_whole_book() {
    let name =
        Regex::new("<text [^>]*fill=\"(#[0-9a-f]{6})\"[^>]*>([^<]+)</text>").expect("well formed");
    let mut colours: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in HTML.chapters.values() {
        for found in name.captures_iter(text) {
            let colours = colours.entry(found[2].to_owned()).or_default();
            colours.insert(found[1].to_owned());
        }
    }
    assert!(colours.len() > 20, "{colours:?}");
    let several: Vec<_> = colours.iter().filter(|(_, all)| all.len() > 1).collect();
    assert!(several.is_empty(), "{several:?}");
    let rates = ["0.001", "0.01", "0.1", "1"].map(|rate| format!("learning rate {rate}"));
    let of_rates: BTreeSet<_> = rates.iter().filter_map(|rate| colours.get(rate)).collect();
    assert_eq!(of_rates.len(), 4, "{of_rates:?}");
}

#[test]
fn every_question_has_its_answer() {
    let inputs = project().read().expect("the inputs are whole");
    let chapters = chapters();
    assert!(!inputs.facts.questions.is_empty());
    for question in &inputs.facts.questions {
        let chapter = chapters
            .iter()
            .find(|chapter| chapter.path == question.chapter);
        let chapter = chapter.unwrap_or_else(|| {
            panic!(
                "question {}: the summary has no `{}`",
                question.id, question.chapter
            )
        });
        let anchor = format!("{{#{}}}", question.anchor);
        let (_, answer) = chapter.source.split_once(&anchor).unwrap_or_else(|| {
            panic!(
                "question {}: `{}` has no heading with {anchor}",
                question.id, chapter.file
            )
        });
        let words = answer
            .split("\n## ")
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .count();
        assert!(
            words >= 50,
            "question {}: an answer of {words} words",
            question.id
        );
        let asked = format!("question(id=\"{}\")", question.id);
        assert!(
            chapter.source.contains(&asked),
            "question {} is not restated",
            question.id
        );
    }
}

#[test]
fn the_build_folder_is_not_the_folder_of_the_chapters() {
    let config = config();
    let build = config["build"]["build-dir"]
        .as_str()
        .expect("build-dir is set");
    let source = config["book"]["src"].as_str().expect("src is set");
    assert_ne!(build, source);
    assert!(build.starts_with("target/"));
}

/// The questions whose answer is in words.
const IN_WORDS: [&str; 5] = ["2.1", "2.3a", "2.3b", "2.3c", "2.3d"];

/// How many characters fit on a first screen, roughly.
const FIRST_SCREEN: usize = 2000;

/// The first paragraph of the answer to a question, and what stands on the page before it.
fn opening(part: &Question) -> (&'static str, &'static str) {
    let page = &HTML.chapters[&part.chapter];
    let anchor = format!("{{#{}}}", part.anchor);
    let at = page.find(&anchor).expect("a heading with the anchor") + anchor.len();
    let answer = page[at..].trim_start();
    (answer.split("\n\n").next().unwrap_or_default(), &page[..at])
}

/// What the reader sees of a text.
fn visible(text: &str) -> String {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)<svg.*?</svg>|<[^>]*>|\]\([^)]*\)").expect("well formed")
    });
    TAG.replace_all(text, "").into_owned()
}

#[test]
fn every_answer_opens_with_what_it_comes_to() {
    let inputs = project().read().expect("the inputs are whole");
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    for part in &inputs.facts.questions {
        let (answer, before) = opening(part);
        let has_number = answer.contains("class=\"quantity");
        if !answer.starts_with("**In short.**") {
            faults.push(format!("{} does not open with it", part.id));
        }
        if has_number == IN_WORDS.contains(&part.id.as_str()) {
            faults.push(format!("{} has a number: {has_number}", part.id));
        }
        // The second answer on a page has a screen of its own.
        let is_first = seen.insert(part.chapter.as_str());
        let length = visible(before).chars().count();
        if is_first && length > FIRST_SCREEN {
            faults.push(format!("{} stands behind {length} characters", part.id));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_reference_says_where_it_is_found() {
    let text = fs::read_to_string(root().join("book/references.bib")).expect("there are works");
    let works = biblatex::Bibliography::parse(&text).expect("it is BibLaTeX");
    let is_lost = |work: &&biblatex::Entry| {
        let places = ["doi", "eprint", "url"];
        places.iter().all(|place| work.get(place).is_none())
    };
    let lost: Vec<_> = works.iter().filter(is_lost).map(|work| &work.key).collect();
    assert_eq!(lost, ["assignment"]); // which its readers have
}
