//! Strict mode, as mdBook calls the preprocessor.

use mdbook_measured::protocol::preprocess;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// One run, for a card that the book does without.
const PLAN: &str = r#"
[[run]]
id = "sort-1"
experiment = "layer_time"
hardware = "A10"
priority = 1
configuration = { network = "vgg16", depth = 16, image_px = 224, batch_size = 1, arithmetic = "fp32", seed = 1, timing = { warm_up_iterations = 1, trials = 2, iterations = 1 } }
"#;
const QUESTIONS: &str = "[[part]]\nid = \"2.1\"\npoints = 1\nwording = \"How long?\"\n\
    chapter = \"a.md\"\nanchor = \"answer\"\n";

const QUOTED: &str = "[second]\nperiods = { value = 9192631770, unit = \"1\", citation = \"si2019\", \
    place = \"Table 1\", checked = \"not read in the paper\" }\n";

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    fs::write(path, text).expect("it can be written");
}

/// A book of one chapter with these keys, as mdBook sends it.
fn book(root: &Path, keys: &str, chapter: &str) -> String {
    let config = format!("[book]\nsrc = \"book\"\n[preprocessor.measured]\n{keys}");
    write(root, "book.toml", &config);
    write(root, "experiments/plan.toml", PLAN);
    write(root, "book/questions.toml", QUESTIONS);
    write(root, "book/quoted.toml", QUOTED);
    write(
        root,
        "book/references.bib",
        "@misc{si2019, title = {Units}}",
    );
    write(root, "book/a.md", chapter);
    let config: Value = toml::from_str(&config).expect("TOML");
    let context = json!({
        "root": root, "config": config, "renderer": "html", "mdbook_version": "0.5.4",
    });
    let chapter = json!({"Chapter": {
        "name": "A", "content": chapter, "number": null, "sub_items": [], "path": "a.md",
        "source_path": "a.md", "parent_names": [],
    }});
    json!([context, {"items": [chapter]}]).to_string()
}

/// The chapter's text, or what is wrong with it, in a book with these keys.
fn build(keys: &str, chapter: &str) -> Result<String, String> {
    let root = tempfile::tempdir().expect("a folder");
    let input = book(root.path(), keys, chapter);
    let mut out = Vec::new();
    preprocess(&input, &mut out).map_err(|error| format!("{error:#}"))?;
    let book: Value = serde_json::from_slice(&out).expect("a book");
    let content = &book["items"][0]["Chapter"]["content"];
    Ok(content.as_str().expect("a text").to_owned())
}

/// What the program says of a book that it fills.
fn said(keys: &str, chapter: &str) -> String {
    let root = tempfile::tempdir().expect("a folder");
    let input = book(root.path(), keys, chapter);
    let program = Command::new(env!("CARGO_BIN_EXE_mdbook-measured"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut program = program.expect("it starts");
    let mut stdin = program.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let ended = program.wait_with_output().expect("it ends");
    String::from_utf8(ended.stderr).expect("UTF-8")
}

const DRAFT: &str = "without-cards = [\"A10\"]\n";
const STRICT: &str = "strict = true\nwithout-cards = [\"A10\"]\n";

#[test]
fn a_run_is_missing_unless_the_book_does_without_its_card() {
    let fault = "`experiments/plan.toml`: run `sort-1`: missing; hint: `scripts/plan run sort-1`";
    assert_eq!(build("strict = true\n", "Text."), Err(fault.to_owned()));
    assert_eq!(build(STRICT, "Text.").as_deref(), Ok("Text."));
}

/// The book does without such a card; the sentence is to be written for that.
#[test]
fn prose_that_prints_what_was_not_measured_is_a_fault_of_a_submission() {
    let chapter = "Text.\n\nIt ran on << runs.sort_1.device >>.\n";
    assert_eq!(
        build(DRAFT, chapter).as_deref(),
        Ok("Text.\n\nIt ran on not measured.\n")
    );
    let fault = "`book/a.md:3:14`: the text prints a word that is not measured; hint: say it for \
                 both cases, with `<% if … %>`";
    assert_eq!(build(STRICT, chapter), Err(fault.to_owned()));
    let both = "It ran<% if runs.sort_1.measured %> on << runs.sort_1.device >><% endif %>.";
    assert_eq!(build(STRICT, both).as_deref(), Ok("It ran."));
}

#[test]
fn a_question_is_answered_on_runs_that_were_measured() {
    let chapter = "<< question(id=\"2.1\") >>\n";
    let declared =
        |runs: &str| format!("{STRICT}[preprocessor.measured.answered-on]\n\"2.1\" = [{runs}]\n");
    assert!(build(STRICT, chapter).is_ok());
    let fault = "`experiments/plan.toml`: run `sort-1`: not measured: no such card; hint: `on such a \
                 card: scripts/plan run sort-1`";
    assert_eq!(
        build(&declared("\"sort-*\""), chapter),
        Err(fault.to_owned())
    );
    let fault = "`book.toml:7`: `answered-on`: question `2.1`: no planned run fits `merge-*`; hint: \
                 `*` stands for any characters";
    assert_eq!(
        build(&declared("\"merge-*\""), chapter),
        Err(fault.to_owned())
    );
    let draft = declared("\"sort-1\"").replace(STRICT, DRAFT);
    let text = build(&draft, chapter).expect("a draft");
    assert!(
        text.replace("<span class=\"unbroken\">`sort-1`</span>", "`sort-1`")
            .contains("> This is answered on 1 of 1 planned runs of `layer_time`: `sort-1` (not"),
        "{text}"
    );
}

#[test]
fn what_was_accepted_is_said_in_one_line() {
    let chapter = "<!-- typed numbers: a setting -->\n\nA rate of 0.1.\n";
    assert_eq!(
        said(STRICT, chapter),
        "strict: nothing is missing; accepted: no such card: 1; typed with a reason: 1\n"
    );
    assert_eq!(said(DRAFT, chapter), "");
    let quoted = format!("{chapter}\n<< second.periods | integer >>\n\n<< references() >>\n");
    assert_eq!(
        said(STRICT, &quoted),
        "strict: nothing is missing; accepted: no such card: 1; not read in the paper: 1; typed with a \
         reason: 1\n"
    );
    let open = format!("{chapter}\nA rate of 0.2.\n");
    let fault = said(STRICT, &open);
    assert!(
        fault.contains("`0.2` is typed") && !fault.contains("accepted"),
        "{fault}"
    );
    let no_runs = "strict = true\nplan = \"none.toml\"\n";
    assert_eq!(
        said(no_runs, "# A\n"),
        "strict: nothing is missing, and nothing had to be accepted\n"
    );
}
