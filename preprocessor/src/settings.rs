//! `[preprocessor.measured]` in `book.toml`.

use crate::catalogue::{DeclaredRuns, SampleSettings};
use crate::layout::Layout;
use anyhow::{Context, Result, anyhow, bail, ensure};
use mdbook_preprocessor::config::Config;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Component, Path};

/// The table `[preprocessor.measured]`. Keys that mdBook reads itself may hold what they like.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    topics: Vec<String>,
    strict: bool,
    appendix: Option<String>,
    #[serde(rename = "answered-on")]
    answered_on: DeclaredRuns,
    #[serde(rename = "without-cards")]
    without_cards: Vec<String>,
    samples: BTreeMap<String, SampleSettings>,
    plan: Option<String>,
    runs: Option<String>,
    generated: Option<String>,
    #[serde(rename = "command")]
    _command: Option<toml::Value>,
    #[serde(rename = "before")]
    _before: Option<toml::Value>,
    #[serde(rename = "after")]
    _after: Option<toml::Value>,
    #[serde(rename = "renderers")]
    _renderers: Option<toml::Value>,
    #[serde(rename = "optional")]
    _optional: Option<toml::Value>,
}

/// How keys are written that hold lists.
const EXAMPLES: [(&str, &str); 2] = [
    ("answered-on", "`\"2.1\" = [\"RUN\", \"RUN-*\"]`"),
    ("without-cards", "`without-cards = [\"CARD\", \"CARD\"]`"),
];

/// What `book.toml` says of a book.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// The names of the topics that are on.
    pub topics: Vec<String>,
    /// Whether shortcomings are faults.
    pub strict: bool,
    /// The title of the part whose chapters have letters.
    pub appendix: Option<String>,
    /// The runs that questions are answered on.
    pub answered_on: DeclaredRuns,
    /// The cards that the book does without, by the names that the plan has for them.
    pub without_cards: Vec<String>,
    /// The sample images that are shown.
    pub samples: BTreeMap<String, SampleSettings>,
    /// Where the book's files are.
    pub layout: Layout,
}

impl Settings {
    /// The settings of the book that `config` describes.
    ///
    /// # Errors
    /// A key that nothing reads, a value of another type, a path that leads elsewhere.
    pub(crate) fn read(config: &Config) -> Result<Settings> {
        let place = "`book.toml`: `[preprocessor.measured]`";
        let keys = config.get::<Keys>("preprocessor.measured");
        let keys = keys.map_err(|error| {
            let found = error.root_cause().to_string().trim().replace('\n', " ");
            let is_in = |key: &str| found.contains(&format!(" in `{key}"));
            let example = EXAMPLES.iter().find(|(key, _)| is_in(key));
            let hint = example.map_or(
                "`command`, `before`, `after`, `renderers` and `optional` are mdBook's own",
                |(_, example)| example,
            );
            anyhow!("{place}: {found}; hint: {hint}")
        })?;
        Settings::of(keys.unwrap_or_default(), &config.book.src).context(place)
    }

    fn of(keys: Keys, source: &Path) -> Result<Settings> {
        let usual = Layout::default();
        let plan = keys.plan.unwrap_or(usual.plan);
        let runs = keys.runs.unwrap_or(usual.runs);
        check_inside("plan", &plan, "experiments/plan.toml")?;
        check_inside("runs", &runs, "results/runs")?;
        let generated = match keys.generated {
            Some(path) => folder_in(source, &path)?,
            None => usual.generated,
        };
        let quoted = source.join("quoted.toml");
        let layout = Layout {
            plan,
            runs,
            generated,
            quoted: quoted.to_string_lossy().replace('\\', "/"),
        };
        Ok(Settings {
            topics: keys.topics,
            strict: keys.strict,
            appendix: keys.appendix,
            answered_on: keys.answered_on,
            without_cards: keys.without_cards,
            samples: keys.samples,
            layout,
        })
    }
}

/// Checks that a path leads below the root of the project.
fn check_inside(key: &str, path: &str, example: &str) -> Result<()> {
    let mut parts = Path::new(path).components();
    let is_inside = parts.all(|part| matches!(part, Component::Normal(_)));
    ensure!(
        is_inside && !path.is_empty() && !path.contains('\\'),
        "`{key}` is `{path}`, expected a path below the root of the project, such as `{example}`"
    );
    Ok(())
}

/// The name of the folder at `path`, from the root of the project, in the folder of the chapters:
/// from there alone mdBook publishes files.
fn folder_in(source: &Path, path: &str) -> Result<String> {
    let name = Path::new(path)
        .strip_prefix(source)
        .unwrap_or(Path::new(path));
    let is_in_source = name.as_os_str() != path || source == Path::new(".");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    match name.to_str() {
        Some(name) if is_in_source && !name.is_empty() && name.chars().all(is_plain) => {
            Ok(name.to_owned())
        }
        _ => {
            let usual = source.join("generated");
            let usual = usual.to_string_lossy().replace('\\', "/");
            bail!(
                "`generated` is `{path}`, expected a folder in that of the chapters, such as \
                 `{usual}`; hint: ASCII letters, digits, `-` and `_`"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn read(source: &str, keys: &str) -> Result<Settings> {
        let text = format!("[book]\nsrc = '{source}'\n[preprocessor.measured]\n{keys}");
        Settings::read(&text.parse().expect("TOML"))
    }

    fn check(keys: &str, expected: Expect) {
        let message = match read("book", keys) {
            Ok(settings) => format!("{:?}", settings.layout),
            Err(error) => format!("{error:#}"),
        };
        expected.assert_eq(&message);
    }

    #[test]
    fn places_are_keys_with_defaults() {
        check(
            "",
            expect![[
                r#"Layout { plan: "experiments/plan.toml", runs: "results/runs", quoted: "book/quoted.toml", generated: "generated" }"#
            ]],
        );
        check(
            "plan = 'plan.toml'\nruns = 'runs'\ngenerated = 'book/made'",
            expect![[
                r#"Layout { plan: "plan.toml", runs: "runs", quoted: "book/quoted.toml", generated: "made" }"#
            ]],
        );
        assert_eq!(
            read(".", "generated = 'made'").unwrap().layout.generated,
            "made"
        );
        let deep = read("docs/book", "generated = 'docs/book/made'").unwrap();
        assert_eq!(deep.layout.generated, "made");
    }

    #[test]
    fn paths_stay_in_the_project() {
        for path in [
            "",
            "/etc/plan.toml",
            "../plan.toml",
            "a/../../b",
            "a\\b",
            "./a",
        ] {
            for key in ["plan", "runs", "generated"] {
                let error = read("book", &format!("{key} = '{path}'")).expect_err(path);
                let message = format!("{error:#}");
                assert!(
                    message.contains(&format!("`{key}` is `{path}`, expected")),
                    "{message}"
                );
            }
        }
        check(
            "plan = '/etc/plan.toml'",
            expect![
                "`book.toml`: `[preprocessor.measured]`: `plan` is `/etc/plan.toml`, expected a path below the root of the project, such as `experiments/plan.toml`"
            ],
        );
        check(
            "generated = 'made'",
            expect![
                "`book.toml`: `[preprocessor.measured]`: `generated` is `made`, expected a folder in that of the chapters, such as `book/generated`; hint: ASCII letters, digits, `-` and `_`"
            ],
        );
        check(
            "generated = 'book'",
            expect![
                "`book.toml`: `[preprocessor.measured]`: `generated` is `book`, expected a folder in that of the chapters, such as `book/generated`; hint: ASCII letters, digits, `-` and `_`"
            ],
        );
        check(
            "generated = 'book/a/b'",
            expect![
                "`book.toml`: `[preprocessor.measured]`: `generated` is `book/a/b`, expected a folder in that of the chapters, such as `book/generated`; hint: ASCII letters, digits, `-` and `_`"
            ],
        );
    }

    #[test]
    fn unknown_keys_are_faults() {
        let own =
            "; hint: `command`, `before`, `after`, `renderers` and `optional` are mdBook's own";
        for (keys, expected) in [
            (
                "topic = ['optimus']",
                "unknown field `topic`, expected one of `topics`, `strict`, `appendix`, `answered-on`, \
                 `without-cards`, `samples`, `plan`, `runs`, `generated`, `command`, `before`, `after`, \
                 `renderers`, `optional`",
            ),
            (
                "strict = 1",
                "invalid type: integer `1`, expected a boolean in `strict`",
            ),
            (
                "[preprocessor.measured.samples.x]\nfolders = 'a'",
                "unknown field `folders`, expected one of `folder`, `classes`, \
                 `confused-by`, `images-per-class` in `samples.x`",
            ),
        ] {
            let error = format!("{:#}", read("book", keys).expect_err(keys));
            let place = "`book.toml`: `[preprocessor.measured]`: ";
            assert_eq!(error, format!("{place}{expected}{own}"));
        }
    }

    /// A question's id has a dot, which parts the keys of TOML unless it is quoted.
    #[test]
    fn questions_are_answered_on_lists_of_runs() {
        let table = |keys: &str| format!("[preprocessor.measured.answered-on]\n{keys}");
        let settings = read("book", &table("'2.1' = ['a', 'b-*']")).expect("two runs");
        assert_eq!(settings.answered_on["2.1"], ["a", "b-*"]);
        let error = read("book", &table("2.1 = ['a']")).expect_err("a table");
        assert_eq!(
            format!("{error:#}"),
            "`book.toml`: `[preprocessor.measured]`: invalid type: map, expected a sequence in \
             `answered-on.2`; hint: `\"2.1\" = [\"RUN\", \"RUN-*\"]`"
        );
    }

    #[test]
    fn cards_that_a_book_does_without_are_a_list() {
        let settings = read("book", "without-cards = ['K80', 'V100']").expect("two cards");
        assert_eq!(settings.without_cards, ["K80", "V100"]);
        check(
            "without-cards = 'K80'",
            expect![[
                r#"`book.toml`: `[preprocessor.measured]`: invalid type: string "K80", expected a sequence in `without-cards`; hint: `without-cards = ["CARD", "CARD"]`"#
            ]],
        );
    }

    #[test]
    fn keys_of_mdbook_are_known() {
        let keys = "command = 'x'\nbefore = ['links']\nafter = []\nrenderers = ['html']\n\
                    optional = true\nstrict = true\ntopics = ['optimus']";
        let settings = read("book", keys).expect("known keys");
        assert!(settings.strict);
        assert_eq!(settings.topics, ["optimus"]);
    }
}
