use super::*;
use crate::evidence::unit::Unit;
use crate::evidence::{Concern, Formula, Source};
use expect_test::{Expect, expect};
use std::sync::Arc;

const BIB: &str = "@article{lu2017, author = {Lu, Zongqing and Chan, Kevin}, title = {M}, \
    journaltitle = {J}, date = {2017-03}, ids = {lu}}\n\
    @online{tool, title = {The {\\ss}-tool}, year = {in press}}";

fn check(quantities: &[&Arc<Quantity>], expected: Expect) {
    let bibliography = Bibliography::parse("references.bib", BIB).expect("valid");
    let used: Used = quantities
        .iter()
        .map(|it| (it.name.as_str(), &***it))
        .collect();
    let names = used.keys().map(|name| (*name).to_owned()).collect();
    let (path, script) = file(&names, &used, &bibliography).expect("there are numbers");
    let script = String::from_utf8(script).expect("UTF-8");
    let digest = Digest::of(&script);
    assert_eq!(path.as_str(), format!("cards/{}.js", digest.short()));
    let data = script
        .strip_prefix("measuredCards(")
        .and_then(|it| it.strip_suffix(");\n"));
    let data: serde_json::Value = serde_json::from_str(data.expect("a call")).expect("JSON");
    expected.assert_eq(&format!("{data:#}"));
}

fn quoted(name: &str, citation: &str, note: &str) -> Arc<Quantity> {
    Arc::new(Quantity {
        name: name.into(),
        value: Ok(0.25),
        interval: None,
        unit: Unit::One,
        origin: Origin::Quoted(Quotation {
            citation: citation.into(),
            place: "Table 3".into(),
            checked: "read in the paper".into(),
            note: note.into(),
            table: None,
        }),
    })
}

fn measured(file: Option<&str>, id: SourceId) -> Arc<Quantity> {
    let concern = Concern {
        source: id.clone(),
        state: "partial 3 of 9".into(),
        remedy: "`plan run`".into(),
        accepted: false,
    };
    Arc::new(Quantity {
        name: format!("{}.time", id.name()),
        value: file.map(|_| 0.001_776).ok_or(Missing::NotMeasured),
        interval: file.map(|_| (0.001, 0.002)),
        unit: Unit::Second,
        origin: Origin::Measured(Measurement {
            source: Arc::new(Source {
                id,
                file: file.map(str::to_owned),
                circumstances: "a GPU, seed 1".into(),
                concern: Some(concern),
            }),
            key: "epochs[2].time".into(),
        }),
    })
}

#[test]
fn a_quoted_number_names_its_work_and_a_sentence_stands_once() {
    let [one, two] = ["a", "b"].map(|name| quoted(name, "lu", ""));
    check(
        &[&one, &two, &quoted("c", "tool", "at 1.2 GHz")],
        expect![[r#"
            {
              "inputs": {},
              "numbers": {
                "a": {
                  "kind": "quoted",
                  "sentence": 0,
                  "value": "0.25"
                },
                "b": {
                  "kind": "quoted",
                  "sentence": 0,
                  "value": "0.25"
                },
                "c": {
                  "kind": "quoted",
                  "sentence": 1,
                  "value": "0.25"
                }
              },
              "sentences": [
                "Quoted from Lu and Chan 2017, Table 3 (read in the paper).",
                "Quoted from The ß-tool in press, Table 3 (read in the paper; at 1.2 GHz)."
              ]
            }"#]],
    );
}

#[test]
fn a_measured_number_names_its_run_and_what_is_open() {
    check(
        &[&measured(Some("r/a.json"), SourceId::Run("a".into()))],
        expect![[r#"
            {
              "inputs": {},
              "numbers": {
                "a.time": {
                  "kind": "measured",
                  "open": "run a: partial 3 of 9; `plan run`",
                  "place": "epochs[2].time",
                  "sentence": 0,
                  "value": "0.001776 s (95 % interval 0.001 s to 0.002 s)"
                }
              },
              "sentences": [
                "Measured in run a on a GPU, seed 1."
              ]
            }"#]],
    );
    check(
        &[&measured(None, SourceId::Run("a".into()))],
        expect![[r#"
            {
              "inputs": {},
              "numbers": {
                "a.time": {
                  "kind": "measured",
                  "open": "run a: partial 3 of 9; `plan run`",
                  "sentence": 0,
                  "value": "not measured"
                }
              },
              "sentences": [
                "Not measured: run a has no record yet."
              ]
            }"#]],
    );
    check(
        &[&measured(Some("t.csv"), SourceId::Table("t".into()))],
        expect![[r#"
            {
              "inputs": {},
              "numbers": {
                "t.time": {
                  "kind": "measured",
                  "open": "table t: partial 3 of 9; `plan run`",
                  "place": "epochs[2].time",
                  "sentence": 0,
                  "value": "0.001776 s (95 % interval 0.001 s to 0.002 s)"
                }
              },
              "sentences": [
                "Measured: table t, file t.csv (a GPU, seed 1)."
              ]
            }"#]],
    );
}

#[test]
fn a_derived_number_names_its_function_and_its_first_inputs() {
    let inputs: Vec<_> = (0..5)
        .map(|n| Quantity::exact(format!("x{n}"), Unit::One, f64::from(n), "a definition"))
        .collect();
    let sum = inputs.iter().rev().map(|it| Formula::of(&it.name, it));
    let sum = sum
        .reduce(|a, b| a + b)
        .expect("five")
        .quantity("sum", Unit::One);
    let none = Quantity::computed("none", Unit::One, "a fit", vec![], Err("too few".into()));
    check(
        &[&sum, &inputs[1], &none],
        expect![[r#"
            {
              "inputs": {
                "x0": "0",
                "x1": "1",
                "x2": "2"
              },
              "numbers": {
                "none": {
                  "kind": "derived",
                  "sentence": 0,
                  "value": "none"
                },
                "sum": {
                  "inputs": [
                    "x0",
                    "x1",
                    "x2"
                  ],
                  "kind": "derived",
                  "more": 2,
                  "sentence": 1,
                  "value": "10"
                },
                "x1": {
                  "kind": "derived",
                  "sentence": 2,
                  "value": "1"
                }
              },
              "sentences": [
                "There is no value: too few.",
                "Computed: x4 + x3 + x2 + x1 + x0.",
                "By definition: a definition."
              ]
            }"#]],
    );
}

#[test]
fn a_chapter_without_numbers_has_no_cards() {
    let bibliography = Bibliography::default();
    assert_eq!(file(&BTreeSet::new(), &Used::new(), &bibliography), None);
}
