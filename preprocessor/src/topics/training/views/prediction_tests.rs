//! The views of predictions, on three classes of which two have test images.

use crate::catalogue::{Facts, RunFacts};
use crate::data::{Table, Tables, read_declarations};
use crate::topics::synthetic_runs::{SyntheticRun, facts_of, trained_mut};
use crate::views::*;
use expect_test::{Expect, expect};
use results::{Arithmetic, TestResult};
use serde_json::{Value, json};

const DECLARED: &str = "[classes]\nfile = 'classes.csv'\nmade_by = 'typed in'\n\
    where = ['name']\ncolumns = { class = '1' }\n";
const NAMES: &str = "class,name\n1,tree mallow\n2,gazania\n3,mallow\n";

/// Of the first class three of four are right and one is taken for a mallow, of the last one of three
/// and two are taken for gazanias.
fn tested() -> RunFacts {
    let mut run = SyntheticRun::new(("resnet50", 50), Arithmetic::Fp32, "Example CPU").complete();
    trained_mut(&mut run).test = Some(TestResult {
        loss: 1.0,
        accuracy: 4.0 / 7.0,
        images: 7,
        predictions: Some(vec![vec![0, 2, 0, 0], vec![], vec![1, 2, 1]]),
    });
    run
}

fn facts(run: RunFacts, names: Option<&str>) -> Facts {
    let mut facts = facts_of("", vec![run], "");
    let declared = read_declarations("data.toml", DECLARED).expect("sound declarations");
    let read =
        |declaration| Table::read(declaration, names.map(str::as_bytes)).expect("sound rows");
    facts.tables = Tables {
        file: "data.toml".to_owned(),
        all: declared.tables.into_iter().map(read).collect(),
    };
    facts
}

fn arguments(of: Value) -> Arguments {
    of.as_object().expect("arguments are named").clone()
}

fn check_table(facts: &Facts, of: Value, expect: Expect) {
    let unmarked = |_: &_, text: &str| text.to_owned();
    let made = match table("confusions", arguments(of), facts, &unmarked) {
        Ok(shown) => shown.content.to_markdown() + &shown.note,
        Err(error) => error,
    };
    let plain = |c: char| !matches!(c, '\u{2007}' | '\u{2008}' | '\u{2060}');
    expect.assert_eq(&made.chars().filter(|c| plain(*c)).collect::<String>());
}

#[test]
fn the_most_frequent_confusions_by_name() {
    let run = tested();
    let of = json!({"run": run.id, "names": "classes", "rows": 2});
    check_table(
        &facts(run.clone(), Some(NAMES)),
        of.clone(),
        expect![[r#"
            | Class | Taken for | Images | Of all of the class (%) |
            | :--- | :--- | ---: | ---: |
            | mallow | gazania | 2 | 67 |
            | tree mallow | mallow | 1 | 25 |
        "#]],
    );
    check_table(
        &facts(run.clone(), None),
        of,
        expect![[r#"
        | Class | Taken for | Images | Of all of the class (%) |
        | :--- | :--- | ---: | ---: |
        | class 3 | class 2 | 2 | 67 |
        | class 1 | class 3 | 1 | 25 |
    "#]],
    );
    let of = json!({"run": run.id, "names": "flowers", "rows": 2});
    check_table(
        &facts(run, None),
        of,
        expect![[
            r#"view `confusions(names="flowers", rows=2, run="loss-resnet50-fp32")`: no table is named `flowers`, expected one of `classes`"#
        ]],
    );
}

#[test]
fn a_run_without_predictions_is_waited_for() {
    let run = SyntheticRun::new(("resnet50", 50), Arithmetic::Fp32, "Example CPU").missing();
    let of = json!({"run": run.id, "names": "classes", "rows": 2});
    check_table(
        &facts(run.clone(), Some(NAMES)),
        of,
        expect![[r#"
        | Class | Taken for | Images | Of all of the class (%) |
        | :--- | :--- | ---: | ---: |
        | not measured | – | – | – |
        Not measured yet: `loss-resnet50-fp32`."#]],
    );
    let of = json!({"run": run.id, "names": "classes"});
    let shown = figure("class_accuracies", arguments(of), &facts(run, Some(NAMES))).unwrap();
    assert!(matches!(shown.content, Figure::Pending(_)));
}

#[test]
fn a_record_that_keeps_no_predictions_says_so() {
    let mut run = tested();
    let test = trained_mut(&mut run).test.as_mut();
    test.expect("a test").predictions = None;
    let of = json!({"run": run.id, "names": "classes", "rows": 2});
    check_table(
        &facts(run.clone(), Some(NAMES)),
        of,
        expect![[r#"
        | Class | Taken for | Images | Of all of the class (%) |
        | :--- | :--- | ---: | ---: |
        | not measured | – | – | – |
        Not measured: the record of `loss-resnet50-fp32` keeps no predictions."#]],
    );
    let of = json!({"run": run.id, "names": "classes"});
    let shown = figure("class_accuracies", arguments(of), &facts(run, Some(NAMES))).unwrap();
    let Figure::Pending(awaited) = shown.content else {
        panic!("there is nothing to show");
    };
    expect!["Not measured: the record of `loss-resnet50-fp32` keeps no predictions"]
        .assert_eq(&awaited.to_markdown(None));
}

/// The mean of 3/4 and 1/3 is 54.2 %, and 4 of 7 are 57.1 %.
#[test]
fn classes_over_their_test_images() {
    let run = tested();
    let of = json!({"run": run.id, "names": "classes"});
    let shown = figure("class_accuracies", arguments(of), &facts(run, Some(NAMES))).unwrap();
    let Figure::Plot(plot) = shown.content else {
        panic!("the run has predictions");
    };
    expect!["Of all test images 57.1 % are right, in the mean over the 2 classes 54.2 %. The worst class has 33.3 % of the 3 images of mallow, the largest 75.0 % of the 4 images of tree mallow."].assert_eq(&plot.description);
    expect![[r#"
        series,x,y,low,high
        one class,4,0.75,,
        one class,3,0.3333333333333333,,
        mean over the classes,,0.5416666666666666,,
        all images,,0.5714285714285714,,
    "#]]
    .assert_eq(&crate::views::plot::to_csv(&plot).replace('\r', ""));
}
