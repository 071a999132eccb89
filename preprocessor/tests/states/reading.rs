//! What a filled book must not show, and what it must say.

use mdbook_measured::catalogue::{Facts, Question, RunFacts};
use mdbook_measured::chapters::Filled;
use mdbook_measured::chapters::contract::Renderer;
use mdbook_measured::evidence::Concern;
use pulldown_cmark::{Event, Parser};
use regex::Regex;
use results::State;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The chapter of the real book that lists the evidence.
const EVIDENCE: &str = "appendix/evidence.md";
/// The one that says what is open of each question.
const COVERAGE: &str = "appendix/coverage.md";

fn regex(text: &str) -> Regex {
    Regex::new(text).expect("well formed")
}

/// Everything that is wrong with the filled book, each with its chapter.
pub(crate) fn faults(filled: &Filled, facts: &Facts, renderer: Renderer) -> Vec<String> {
    let mut found: Vec<_> = filled.faults.iter().map(ToString::to_string).collect();
    for (path, text) in &filled.chapters {
        let in_chapter = |fault: String| format!("{path}: {fault}");
        found.extend(debris(text).into_iter().map(in_chapter));
        if WORDED.contains(&path.as_str()) {
            found.extend(placeholders_in_prose(text).into_iter().map(in_chapter));
        }
        if renderer == Renderer::Html {
            found.extend(silent_marks(text).into_iter().map(in_chapter));
        }
    }
    if renderer == Renderer::Html {
        found.extend(silent_figures(filled, facts));
    }
    found.extend(untold(filled, &facts.runs));
    found.extend(uncovered(filled, &facts.questions));
    found
}

/// Chapters whose sentences say in words of their own what waits for runs, once.
const WORDED: [&str; 3] = [
    "front.md",
    "problem-4/index.md",
    "problem-4/time-to-accuracy.md",
];

/// Sentences that speak of a number that is not there, outside of tables and of the figures that
/// hold its place.
fn placeholders_in_prose(text: &str) -> Vec<String> {
    static EXHIBIT: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r#"(?s)<figure id="[^"]*" class="pending">.*?<figcaption>"#,
            r"|(?m)^\|.*$",
        ))
    });
    static PLACEHOLDER: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?i)[^.\n]{0,60}not\s+measured[^.\n]{0,30}"));
    let prose = visible(&EXHIBIT.replace_all(text, ""));
    let found = PLACEHOLDER.find_iter(&prose);
    found
        .map(|found| format!("a placeholder in a sentence: `{}`", found.as_str()))
        .collect()
}

/// The words of a line of Markdown, as its reader sees them.
fn as_read(line: &str) -> String {
    let word = |event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.into_string()),
        _ => None,
    };
    Parser::new(line).filter_map(word).collect()
}

/// Runs that are not measured and whose state the book does not tell.
fn untold(filled: &Filled, runs: &[RunFacts]) -> Vec<String> {
    let evidence = filled.chapters.get(EVIDENCE);
    let lines: Vec<_> = evidence.map_or("", String::as_str).lines().collect();
    let is_told = |run: &&RunFacts| {
        let anchor = format!("id=\"run-{}\"", run.id);
        let state = run.state_text();
        let words: Vec<_> = state.split([';', ' ']).take(3).collect();
        let tells = |line: &str| words.iter().all(|word| line.contains(word));
        { lines.iter() }
            .filter(|line| line.contains(&anchor))
            .any(|line| tells(&as_read(line)))
    };
    let mut found: Vec<_> = { runs.iter() }
        .filter(|run| !is_told(run))
        .map(|run| {
            format!(
                "the evidence does not say that `{}` is {}",
                run.id,
                run.state_text()
            )
        })
        .collect();
    let is_open = |run: &RunFacts| !matches!(run.state, State::Measured | State::NoSuchCard);
    let is_draft = filled
        .chapters
        .get("front.md")
        .is_some_and(|text| text.contains("**Draft.**"));
    if is_draft != runs.iter().any(is_open) {
        found.push(format!("the front page calls it a draft: {is_draft}"));
    }
    found
}

/// Questions of which nothing is open by the coverage and on whose page something is not there.
fn uncovered(filled: &Filled, questions: &[Question]) -> Vec<String> {
    const NOT_THERE: [&str; 2] = ["class=\"pending\"", "Not measured yet: "];
    let coverage = &filled.chapters[COVERAGE];
    let is_silent = |part: &&Question| {
        let mut rows = coverage.lines();
        let row = rows.find(|row| row.starts_with(&format!("| {} |", part.id)));
        let row = row.unwrap_or_else(|| panic!("no row for question {}", part.id));
        row.ends_with("| nothing |") || row.ends_with("open: nothing |")
    };
    let lacks_something = |part: &&Question| {
        // A chapter with a fault is not there, and its fault is told.
        let page = filled.chapters.get(&part.chapter);
        page.is_some_and(|page| NOT_THERE.iter().any(|words| page.contains(words)))
    };
    let silent = questions.iter().filter(is_silent);
    let uncovered = silent.filter(lacks_something);
    uncovered
        .map(|part| format!("coverage holds nothing open of question {}", part.id))
        .collect()
}

/// Drawn figures that rest on runs which are not measured and do not say so.
fn silent_figures(filled: &Filled, facts: &Facts) -> Vec<String> {
    static LISTED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?m)^- \[Figure.*#([a-z0-9-]+)\): (.*)$"));
    static INPUT: LazyLock<Regex> = LazyLock::new(|| regex(r"\(#ev-([^)]+)\)"));
    let evidence = &filled.chapters[EVIDENCE];
    let mut silent = Vec::new();
    for listed in LISTED.captures_iter(evidence) {
        let opening = format!("<figure id=\"{}\" class=\"plot\">", &listed[1]);
        let drawn = filled.chapters.values().find_map(|text| {
            let (_, figure) = text.split_once(&opening)?;
            Some(figure.split_once("</figure>")?.0)
        });
        let Some(figure) = drawn else { continue };
        let inputs = INPUT.captures_iter(&listed[2]);
        let inputs = inputs.filter_map(|input| facts.catalogue.quantity(&input[1]).ok());
        let concerns: BTreeSet<&Concern> = inputs.flat_map(|input| input.concerns()).collect();
        let is_told = |concern: &&Concern| {
            let told = [&concern.state, concern.source.name(), "not as planned"];
            concern.accepted || told.iter().any(|words| figure.contains(words))
        };
        if let Some(concern) = concerns.into_iter().find(|concern| !is_told(concern)) {
            silent.push(format!(
                "`{}` does not say that `{}` is {}",
                &listed[1],
                concern.source.name(),
                concern.state
            ));
        }
    }
    silent
}

/// What no page shows, whatever the state of the runs.
fn debris(text: &str) -> Vec<String> {
    static DEBRIS: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"NaN|\binf\b|-inf\b|Some\(|none:|<<|<%|[\x{E000}-\x{E002}]",
            r"|\( *\)|[a-z] +[.,;:)](?: |\n|$)|\*\* *\*\*|[a-z]  +[a-z]",
            // A word for what is missing where a number belongs reads wrong beside its unit.
            r"|not measured (?:points|nats|epochs|workers|images|of the)\b",
            r"|(?:by|at|of|with|against|after|only|than) not measured",
            r"|not measured(?:,|,? and|,? or) not measured",
        ))
    });
    let text = visible(text);
    // Sums and medians leave cells empty, and so does the corner of a table.
    let is_gap = |line: &&str| {
        let is_row = line.starts_with('|') && !line.starts_with("| |") && !line.contains("**");
        is_row && line.contains("| |")
    };
    let gaps = text
        .lines()
        .filter(is_gap)
        .map(|line| format!("an empty cell in `{line}`"));
    let found = DEBRIS.find_iter(&text).map(|found| {
        let around = |at: usize, to: usize| text.get(at..to).unwrap_or_default();
        let before = around(
            floor(&text, found.start().saturating_sub(50)),
            found.start(),
        );
        let after = around(found.end(), floor(&text, found.end() + 30));
        format!(
            "`{}` in `{before}{}{after}`",
            found.as_str(),
            found.as_str()
        )
    });
    gaps.chain(found).collect()
}

fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// What a reader sees of a chapter: no markup, no target of a link; one word for a formula, a piece
/// of code or a drawing.
pub(super) fn visible(text: &str) -> String {
    static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
        regex(concat!(
            r"(?s)<https?://[^>]*>|<!--.*?-->|<svg.*?</svg>|<math.*?</math>|```.*?```|``.*?``|`[^`]*`",
            r"|\$\$.*?\$\$|\$[^$\n]+\$|(failed: the loss is NaN)"
        ))
    });
    static TAG: LazyLock<Regex> = LazyLock::new(|| regex(r#"<(?:"[^"]*"|[^">])*>|\]\([^)]*\)"#));
    let words = HIDDEN.replace_all(text, "WORD");
    TAG.replace_all(&words, "").replace(['[', '\u{2060}'], "")
}

/// Numbers of runs that are not measured which do not say so: every one has its run's state behind
/// it, or in its row of a table.
fn silent_marks(text: &str) -> Vec<String> {
    static MARK: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r#"<a class="quantity (?:measured|derived|quoted) (flawed|pending)"[^>]*#ev-([^"]*)"[^>]*>([^<]*)</a>( \([a-z][^)]*\))?"#,
        )
    });
    static STATE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"partial, [0-9]+ of [0-9]+|stale|failed|missing|no such card"));
    let mut silent = Vec::new();
    for line in text.lines() {
        for mark in MARK.captures_iter(line) {
            let (name, shown) = (&mark[2], &mark[3]);
            let told = match &mark[1] {
                "flawed" => {
                    let flag = mark
                        .get(4)
                        .is_some_and(|flag| STATE.is_match(flag.as_str()));
                    flag || (line.starts_with('|') && STATE.is_match(&without_tags(line)))
                }
                _ => {
                    const WORDS: [&str; 3] = ["not measured", "–", "an unmeasured number of"];
                    WORDS.contains(&shown) || STATE.is_match(shown)
                }
            };
            if !told {
                silent.push(format!(
                    "`{name}` is shown as `{shown}` and its run's state is not told"
                ));
            }
        }
    }
    silent
}

fn without_tags(text: &str) -> String {
    static TAG: LazyLock<Regex> = LazyLock::new(|| regex(r#"<(?:"[^"]*"|[^">])*>"#));
    TAG.replace_all(text, "").into_owned()
}

#[test]
fn a_placeholder_is_found_in_a_sentence_and_in_a_caption_alone() {
    let check = |text: &str, expect: usize| {
        let found = placeholders_in_prose(text);
        assert_eq!(found.len(), expect, "{text}: {found:?}");
    };
    check("It takes <a title=\"x\">not measured</a> epochs.", 1);
    check("It is not\nmeasured. This is Not measured.", 2);
    check("| a | not measured |\n| b | – |", 0);
    let pending = "<figure id=\"fig-a\" class=\"pending\">\n\n<span>not measured</span>: `run`\n\n";
    check(&format!("{pending}<figcaption>A.</figcaption></figure>"), 0);
    check(
        &format!("{pending}<figcaption>After not measured epochs.</figcaption></figure>"),
        1,
    );
    check("<a title=\"not measured\">5</a> and `not measured`", 0);
}
