//! Chapters of which runs and tables are missing: boxes, the list of what is missing, numbers in
//! prose, and what strict mode holds against them.

use super::tables_tests;
use super::*;
use crate::catalogue::{AnsweredOn, Entry, Facts, Question, RunFacts, Samples};
use crate::chapters::contract::Renderer;
use crate::evidence::unit::Unit;
use crate::evidence::{Missing, Quantity};
use expect_test::{Expect, expect};
use results::{Plan, State};

const PLAN: &str = r#"
[defaults.layer_time]
hardware = "cpu"
priority = 1
configuration = { network = "vgg16", image_px = 224, batch_size = 1, arithmetic = "fp32", seed = 1, timing = { warm_up_iterations = 1, trials = 2, iterations = 1 } }
[[run]]
id = "sort-1"
experiment = "layer_time"
[[run]]
id = "sort-2"
experiment = "layer_time"
[[run]]
id = "sort-3"
experiment = "layer_time"
[[run]]
id = "merge-1"
experiment = "layer_time"
hardware = "A10"
[[run]]
id = "merge-2"
experiment = "layer_time"
hardware = "K80"
"#;

/// The runs of the plan: one measured, one partial, one missing of each experiment but `merge-2`.
fn runs() -> Vec<RunFacts> {
    let plan = Plan::parse(PLAN, "plan.toml").unwrap_or_else(|error| panic!("{error:?}"));
    let missing = || State::Missing {
        command: String::new(),
    };
    let partial = State::Partial {
        done: 1,
        planned: 2,
    };
    let states = [
        State::Measured,
        partial,
        missing(),
        missing(),
        State::NoSuchCard,
    ];
    let run = |(planned, state): (&results::PlannedRun, State)| RunFacts {
        id: planned.id.clone(),
        planned: results::PlannedRun {
            experiment: planned.id.split('-').next().unwrap().to_owned(),
            ..planned.clone()
        },
        state,
        record: None,
        command: format!("make {}", planned.id),
    };
    plan.runs.iter().zip(states).map(run).collect()
}

/// The runs, each with a time that only `sort-1` has, and a table whose file is not there.
pub(super) fn facts() -> Facts {
    let mut facts = tables_tests::facts(
        "[times]\nfile = 'times.csv'\nmade_by = 'run.sh'\n[times.columns]\nn = '1'\nseconds = 's'\n",
        None,
    );
    facts.runs = runs();
    for run in &facts.runs {
        let known = run.is_measured().then_some(12.0);
        let reader = run.reader();
        facts
            .catalogue
            .add(reader.measured("time", Unit::Second, "time", known));
        facts
            .catalogue
            .add(reader.measured("epochs", Unit::Epoch, "epochs", known));
    }
    let two = ["runs.sort_2.time", "runs.sort_3.time"];
    let two = two.map(|name| facts.catalogue.quantity(name).expect("it is there").clone());
    let missing = Err(Missing::NotMeasured);
    let sum = Quantity::computed("both.time", Unit::Second, "a + b", two.into(), missing);
    facts.catalogue.add(sum);
    let none = Err("too few rows".into());
    let none = Quantity::computed("fit.slope", Unit::Second, "a fit", Vec::new(), none);
    facts.catalogue.add(none);
    facts
        .catalogue
        .insert("machine.name", Entry::Text("not measured".to_owned()));
    facts.samples = vec![Samples {
        name: "pictures".into(),
        images: Vec::new(),
        remedy: "link the folder as `data`".into(),
    }];
    facts.questions = ["1", "2"].map(question).into();
    facts
}

pub(super) fn question(id: &str) -> Question {
    Question {
        id: id.to_owned(),
        points: 2,
        wording: "How long?".to_owned(),
        chapter: if id == "1" { "a.md" } else { "b.md" }.to_owned(),
        anchor: "answer".to_owned(),
    }
}

pub(super) fn fill(facts: Facts, renderer: Renderer, sources: &[(&str, &str)]) -> Filled {
    let bibliography = Bibliography::parse("references.bib", "").expect("empty");
    let chapter = |(path, source): &(&str, &str)| Chapter {
        path: (*path).to_owned(),
        file: format!("book/{path}"),
        source: (*source).to_owned(),
    };
    let chapters: Vec<_> = sources.iter().map(chapter).collect();
    fill_book(&chapters, facts, &bibliography, renderer)
}

pub(super) const LIST: (&str, &str) = ("end/missing.md", "<< missing_runs() >>");

/// A chapter's text in the PDF, beside the list of missing runs.
fn text(source: &str) -> String {
    let filled = fill(facts(), Renderer::Pdf, &[("a.md", source), LIST]);
    assert_eq!(filled.faults, []);
    filled.chapters["a.md"].clone()
}

pub(super) fn table(id: &str, of: &[&str]) -> String {
    let rows: Vec<_> = of.iter().map(|name| format!("[\"x\", {name}]")).collect();
    let columns = "[{\"head\": \"What\"}, {\"head\": \"Time\", \"unit\": \"s\", \"places\": 0}]";
    format!(
        "<% filter table(id=\"{id}\", columns={columns}, rows=[{}]) %>Of {}.<% endfilter %>\n\n",
        rows.join(", "),
        of.join(" and ")
    )
}

#[test]
fn what_waits_is_a_box_with_its_caption_and_a_way_to_the_command() {
    let source = table("tbl-a", &["runs.sort_3.time"]);
    expect![[r#"
        <figure id="tbl-a" class="pending">

        Needs [1 run](end/missing.md#missing-run-sort-3).

        <figcaption>

        **Table 1.** Of runs.sort_3.time.

        </figcaption>

        </figure>

    "#]]
    .assert_eq(&text(&source));
    let of =
        |renderer| fill(facts(), renderer, &[("a.md", &source), LIST]).chapters["a.md"].clone();
    assert_eq!(of(Renderer::Html), of(Renderer::Pdf));
    let figure = "<% filter figure(id=\"fig-a\", view=\"plot\", table=\"times\", x=\"n\", y=\"seconds\") %>What.<% endfilter %>";
    assert!(text(figure).contains("Needs [1 table](end/missing.md#missing-table-times)."));
    let images = "<% filter figure(id=\"fig-a\", view=\"sample_images\", data_set=\"pictures\") %>What.<% endfilter %>";
    assert!(
        text(images).contains("Needs [1 set of images](end/missing.md#missing-images-pictures).")
    );
}

#[test]
fn without_a_list_the_box_says_in_words_what_is_missing() {
    let source = table("tbl-a", &["both.time", "runs.merge_2.time"]);
    let filled = fill(facts(), Renderer::Html, &[("a.md", &source)]);
    assert_eq!(filled.faults, []);
    let words =
        "Needs 2 runs, and 1 on cards that are not at hand: `sort-2`, `sort-3` and `merge-2`.";
    assert!(
        filled.chapters["a.md"].contains(words),
        "{}",
        filled.chapters["a.md"]
    );
}

/// One value is enough; so is a reason that no run mends.
#[test]
fn a_table_that_shows_something_stays() {
    for quantities in [
        ["runs.sort_1.time", "both.time"],
        ["fit.slope", "fit.slope"],
    ] {
        let text = text(&table("tbl-a", &quantities));
        assert!(
            text.contains("<figure id=\"tbl-a\" class=\"table\">"),
            "{text}"
        );
        assert!(text.contains("| x | <span class=\"quantity "), "{text}");
        assert!(text.contains("pending\">not measured</span> |"), "{text}");
    }
}

#[test]
fn what_waits_for_the_same_under_one_heading_is_one_box() {
    let source = [
        "# A\n\nSee @tbl-b, @tbl-d and @tbl-e.\n\n",
        &table("tbl-a", &["both.time"]),
        "Between.\n\n",
        &table("tbl-b", &["runs.sort_2.time"]).replace(".<% end", ". Points are runs.<% end"),
        &table("tbl-c", &["runs.merge_1.time"]),
        "```\n# no heading\n```\n\n",
        &table("tbl-d", &["runs.sort_3.time"]),
        "## Another\n\n",
        &table("tbl-e", &["runs.sort_2.time"]),
    ];
    let text = text(&source.concat());
    let (first, second) = text.split_once("## Another").expect("a second heading");
    expect![[r##"
        # A

        See [Table 2](a.md#tbl-b), [Table 4](a.md#tbl-d) and [Table 5](a.md#tbl-e).

        <figure id="tbl-a" class="pending">

        These 3 need [2 runs](end/missing.md#missing-run-sort-2).

        <figcaption>

        **Table 1.** Of both.time.

        <a id="tbl-b"></a>**Table 2.** Of runs.sort_2.time.

        <a id="tbl-d"></a>**Table 4.** Of runs.sort_3.time.

        </figcaption>

        </figure>

        Between.



        <figure id="tbl-c" class="pending">

        Needs [1 run](end/missing.md#missing-run-merge-1).

        <figcaption>

        **Table 3.** Of runs.merge_1.time.

        </figcaption>

        </figure>

        ```
        # no heading
        ```



    "##]]
    .assert_eq(first);
    assert!(
        second.contains("<figure id=\"tbl-e\" class=\"pending\">\n\nNeeds [1 run]"),
        "{second}"
    );
}

#[test]
fn one_page_lists_what_is_missing_and_no_other_has_a_command() {
    let source = table("tbl-a", &["both.time"]);
    let filled = fill(facts(), Renderer::Pdf, &[("a.md", &source), LIST]);
    assert!(!filled.chapters["a.md"].contains("make "));
    expect![[r#"

        ## Runs of `sort`

        - <a id="missing-run-sort-2"></a>`sort-2`: partial, 1 of 2. `make sort-2`
        - <a id="missing-run-sort-3"></a>`sort-3`: missing. `make sort-3`

        ## Runs of `merge`

        - <a id="missing-run-merge-1"></a>`merge-1`: missing. `make merge-1`
        - <a id="missing-run-merge-2"></a>`merge-2`: not measured: no such card. `make merge-2`

        ## Tables of measurements

        - <a id="missing-table-times"></a>`times`: missing. `run.sh`

        ## Sample images

        - <a id="missing-images-pictures"></a>`pictures`: link the folder as `data`
    "#]]
    .assert_eq(&filled.chapters["end/missing.md"]);
    let whole = fill(Facts::default(), Renderer::Pdf, &[LIST]);
    let nothing = "Nothing is missing: all runs, tables and images are as they should be.\n";
    assert_eq!(whole.chapters["end/missing.md"], nothing);
}

#[test]
fn a_book_has_one_list_of_missing_runs() {
    let filled = fill(
        facts(),
        Renderer::Pdf,
        &[LIST, ("b.md", "<< missing_runs() >>")],
    );
    let faults: Vec<_> = filled.faults.iter().map(ToString::to_string).collect();
    let twice = "`book/b.md:1:4`: `missing_runs()` stands in `end/missing.md` already; hint: a book has \
                 one such list";
    assert_eq!(faults, [twice]);
}

/// The text without the list of evidence, in which marks lead nowhere.
#[test]
fn a_statement_says_once_that_it_is_not_measured() {
    let check = |source: &str, expect: Expect| expect.assert_eq(&text(source));
    check(
        "- It took << runs.sort_2.time | fixed(places=1, unit=\"s\") >> and << both.time | si >>.\n\
         - Then << runs.sort_2.time | si >>, << both.time >> and << runs.sort_3.time | si >> by << machine.name >>.",
        expect![[r#"
            - It took <span class="quantity measured pending">not measured</span>.
            - Then <span class="quantity measured pending">not measured</span> by –."#]],
    );
    check(
        "It is << both.time | si >> in one way and << both.time | si >> in the other. It is << both.time | si >>.\n\n\
         And << both.time | si >>",
        expect![[r#"
            It is <span class="quantity derived pending">not measured</span> in one way and <span class="quantity derived pending">–</span> in the other. It is <span class="quantity derived pending">not measured</span>.

            And <span class="quantity derived pending">not measured</span>"#]],
    );
    check(
        "It ends after << runs.sort_2.epochs | fixed(places=0) >> epochs, or << runs.sort_2.epochs | integer >> epochs. \
         Not << runs.sort_2.epochs | integer >> epochsmore. $<< both.time | bare(unit=\"s\") >>$ s, $t$ = $<< both.time | bare(unit=\"s\") >>$.",
        expect![[
            r#"It ends after <span class="quantity measured pending">an unmeasured number of</span> epochs, or <span class="quantity measured pending">–</span> epochs. Not <span class="quantity measured pending">not measured</span> epochsmore. $not measured$ s, $t$ = $–$."#
        ]],
    );
    check(
        "| a | b |\n|---|---|\n| << both.time | si >> | << both.time | si >> and << both.time | si >> |",
        expect![[r#"
            | a | b |
            |---|---|
            | <span class="quantity derived pending">not measured</span> | <span class="quantity derived pending">not measured</span> |"#]],
    );
}

#[test]
fn marks_of_absent_values_lead_to_their_evidence() {
    let source = "<< both.time | si >> for one and << both.time | si >> for the other";
    let chapters = [("a.md", source), ("e.md", "<< evidence() >>")];
    let text = &fill(facts(), Renderer::Pdf, &chapters).chapters["a.md"];
    // The register of the PDF holds what is measured.
    let mark = "<span class=\"quantity derived pending\">";
    assert_eq!(
        text,
        &format!("{mark}not measured</span> for one and {mark}–</span> for the other")
    );
    let html = fill(facts(), Renderer::Html, &chapters).chapters;
    let marks = html["a.md"].matches("quantity derived pending").count();
    assert_eq!(marks, 2, "{html:?}");
    // What is measured names its run, whose own entry has the rest.
    for entry in [
        "not measured. `time` of [`sort-2`](#run-sort-2): no record yet\n",
        "- <a id=\"run-sort-2\"></a>`sort-2`: partial, 1 of 2",
    ] {
        assert!(html["e.md"].contains(entry), "{html:?}");
    }
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|it| format!("{it}\n")).collect()
}

/// Where it is printed, by whatever name.
#[test]
fn numbers_of_prose_that_are_not_measured_have_their_places() {
    let source = [
        "é << both.time | si >>\n",
        "<% for name, run in runs %><% if name == \"sort_3\" %>\nIt took << run.time >>.<% endif %><% endfor %>\n",
        "<% set words %>in << runs.merge_2.time|fixed(places=1, unit=\"s\") >><% endset %>\n<< words >> on << machine.name >>\n\n",
        "| a |\n|---|\n| << both.time | si >> |\n\n",
        "<< runs.sort_1.time | si >> << fit.slope | si >>\n\n",
        &table("tbl-a", &["runs.sort_1.time", "both.time"]),
        &table("tbl-b", &["both.time"]).replace("Of both", "<< both.time | si >> of both"),
    ];
    let filled = fill(facts(), Renderer::Html, &[("a.md", &source.concat()), LIST]);
    assert_eq!(filled.faults, []);
    expect![[r#"
        `book/a.md:1:18`: the text prints `both.time`, which is not measured; hint: say it for both cases, with `<% if … %>`
        `book/a.md:3:12`: the text prints `runs.sort_3.time`, which is not measured; hint: say it for both cases, with `<% if … %>`
        `book/a.md:4:40`: the text prints `runs.merge_2.time`, which is not measured; hint: say it for both cases, with `<% if … %>`
        `book/a.md:5:19`: the text prints a word that is not measured; hint: say it for both cases, with `<% if … %>`
        `book/a.md:11:44`: the text prints `fit.slope`, which is not measured; hint: say it for both cases, with `<% if … %>`
        `book/a.md:15:143`: the text prints `both.time`, which is not measured; hint: say it for both cases, with `<% if … %>`
    "#]]
    .assert_eq(&lines(&filled.absences));
}

/// What a chapter puts together of words and values into a cell is in a table.
#[test]
fn a_cell_of_words_and_values_is_no_prose() {
    let source = "<% set cell %>about << both.time | si >><% endset %>\
        <% filter table(id=\"tbl-a\", columns=[{\"head\": \"What\"}, {\"head\": \"\", \"unit\": \"s\", \"places\": 0}], \
        rows=[[cell, runs.sort_1.time]]) %>It.<% endfilter %>";
    let filled = fill(facts(), Renderer::Pdf, &[("a.md", source)]);
    assert_eq!(lines(&filled.faults) + &lines(&filled.absences), "");
    let row = "| about <span class=\"quantity derived pending\">not measured</span> \
               | <span class=\"quantity measured\">12</span> |";
    assert!(filled.chapters["a.md"].contains(row));
    let csv = &filled.files[&FilePath::new("data/tbl-a.csv").unwrap()];
    assert_eq!(
        String::from_utf8_lossy(csv),
        "What,(s)\r\nabout not measured,12\r\n"
    );
}

const DECLARED: &str = "[book]\nsrc = 'book'\n\n[preprocessor.measured.answered-on]\n";

fn answered_on(declared: &str) -> Result<AnsweredOn, Vec<Diagnostic>> {
    let text = format!("{DECLARED}{declared}");
    let config: mdbook_preprocessor::config::Config = text.parse().expect("TOML");
    let declared = config.get("preprocessor.measured.answered-on");
    let declared = declared.expect("lists of texts").unwrap_or_default();
    let Facts {
        questions, runs, ..
    } = facts();
    AnsweredOn::read(&declared, &text, &questions, &runs)
}

#[test]
fn what_a_question_is_answered_on_has_to_be_there() {
    let faults = answered_on(
        "'3' = ['sort-1']\n'1' = [\n  'sort-*',\n  'sort-4',\n  'mer*-3',\n]\n'2' = []\n",
    );
    expect![[r#"
        `book.toml:8`: `answered-on`: question `1`: no planned run fits `sort-4`; hint: `*` stands for any characters
        `book.toml:9`: `answered-on`: question `1`: no planned run fits `mer*-3`; hint: `*` stands for any characters
        `book.toml:11`: `answered-on`: question `2` is answered on no run, expected at least one
        `book.toml:5`: `answered-on`: no question has the id `3`; hint: `questions.toml` has them
    "#]]
    .assert_eq(&lines(&faults.expect_err("faults")));
}

/// The book with both questions, each in a chapter that shows runs.
fn answered(declared: &str) -> Filled {
    let mut facts = facts();
    facts.answered_on = answered_on(declared).unwrap_or_else(|faults| panic!("{}", lines(&faults)));
    facts.tables.all.clear();
    facts.samples.clear();
    let first = table("tbl-a", &["runs.sort_1.time", "both.time"]);
    let second = table(
        "tbl-b",
        &["runs.sort_1.time", "runs.merge_1.time", "runs.merge_2.time"],
    );
    let chapters = [
        ("a.md", &*format!("<< question(id=\"1\") >>\n\n{first}")),
        ("b.md", &*format!("<< question(id=\"2\") >>\n\n{second}")),
        ("c.md", "<< coverage() >>"),
    ];
    let filled = fill(facts, Renderer::Pdf, &chapters);
    assert_eq!(lines(&filled.faults), "");
    filled
}

/// Strict mode asks for the declared runs, and for all others where nothing is declared.
#[test]
fn strict_mode_asks_for_the_runs_that_questions_are_answered_on() {
    let check = |declared: &str, runs: &[&str]| {
        let shortcomings = lines(&answered(declared).shortcomings);
        let found: Vec<_> = shortcomings
            .lines()
            .filter_map(|it| it.split('`').nth(3))
            .collect();
        assert_eq!(found, runs, "{declared}");
    };
    check("", &["sort-2", "sort-3", "merge-1"]);
    check("'1' = ['sort-1']\n'2' = ['sort-1']", &[]);
    check("'1' = ['sort-1']", &["merge-1"]);
    check("'2' = ['*-1']", &["sort-2", "sort-3", "merge-1"]);
    check("'1' = ['*-2']\n'2' = ['sort-1']", &["sort-2", "merge-2"]);
}

#[test]
fn the_book_says_what_a_question_was_answered_on() {
    let filled = answered("'1' = ['sort-1', '*-2']\n");
    expect![[r#"
        > **Question 1** (2 points). How long?
        >
        > This is answered on 3 of 5 planned runs of `merge` and `sort`: `sort-1`, `sort-2` (partial, 1 of 2) and `merge-2` (not measured: no such card)."#]]
    .assert_eq(filled.chapters["a.md"].split("\n\n<figure").next().expect("a block"));
    assert!(filled.chapters["b.md"].starts_with("> **Question 2** (2 points). How long?\n\n"));
    expect![[r#"
        | Part | Points | Answer | Figures and tables | Open |
        |:---|---:|:---|:---|:---|
        | 1 | 2 | [a](a.md#answer) | [Table 1](a.md#tbl-a) | answered on 3 of 5 planned runs of `merge` and `sort`; open: missing: `sort-3`; partial, 1 of 2: `sort-2` |
        | 2 | 2 | [b](b.md#answer) | [Table 2](b.md#tbl-b) | missing: `merge-1` |
    "#]]
    .assert_eq(&filled.chapters["c.md"]);
}

#[test]
fn a_question_that_nobody_prints_does_not_say_what_it_is_answered_on() {
    let mut facts = facts();
    facts.answered_on = answered_on("\n'1' = ['sort-1']").expect("sound");
    let filled = fill(
        facts,
        Renderer::Pdf,
        &[("a.md", "<% if false %><< question(id=\"1\") >><% endif %>")],
    );
    assert_eq!(
        lines(&filled.faults),
        "`book.toml:6`: `answered-on`: question `1` is answered on declared runs and no chapter says so; \
         hint: write `<< question(id=\"1\") >>` into its chapter\n"
    );
}

/// An identifier of a build is another where the book says something else.
#[test]
fn a_book_that_is_answered_on_other_runs_is_another_build() {
    let build = |declared: &str| {
        let mut facts = facts();
        facts.answered_on = answered_on(declared).expect("sound");
        let chapters = [("a.md", "<< question(id=\"1\") >>\n\n<< evidence() >>")];
        let text = fill(facts, Renderer::Pdf, &chapters).chapters["a.md"].clone();
        let (_, build) = text.split_once("id=\"build\">").expect("it is shown");
        build[..14].to_owned()
    };
    assert_ne!(build("'1' = ['sort-1']"), build("'1' = ['sort-2']"));
}
