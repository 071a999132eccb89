//! Cards: what a page tells of a number without leaving it, in a script of its own.
//!
//! A page that is opened from the disk may read a script and nothing else. It is loaded when the
//! reader first asks for a card, so that a page weighs no more for them. What many numbers share,
//! such as their run, stands in it once.

use super::bibliography::Bibliography;
use super::file_path::FilePath;
use super::lists::{Used, plain};
use crate::evidence::{Measurement, Missing, Origin, Quantity, Quotation, SourceId};
use results::Digest;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The most inputs that a card names.
const INPUTS: usize = 3;

/// The script with the cards of a page.
#[derive(Serialize)]
struct Cards<'a> {
    /// The sentences, each once.
    sentences: Vec<String>,
    numbers: BTreeMap<&'a str, Card<'a>>,
    /// The values of inputs.
    inputs: BTreeMap<&'a str, String>,
}

/// What the card of a number says.
#[derive(Serialize)]
struct Card<'a> {
    kind: &'static str,
    value: String,
    /// The index of the sentence that says where it is from.
    sentence: usize,
    /// The place in the record or table.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a str>,
    /// The names of the first inputs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<&'a str>,
    /// How many more there are.
    #[serde(skip_serializing_if = "is_zero")]
    more: usize,
    /// What keeps it from being whole and current, and what mends that.
    #[serde(skip_serializing_if = "Option::is_none")]
    open: Option<String>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The script with the cards of the numbers `names` that a chapter marks, named by its content; none
/// without numbers.
pub(super) fn file(
    names: &BTreeSet<String>,
    used: &Used,
    bibliography: &Bibliography,
) -> Option<(FilePath, Vec<u8>)> {
    let mut cards = Cards {
        sentences: Vec::new(),
        numbers: BTreeMap::new(),
        inputs: BTreeMap::new(),
    };
    let mut places = BTreeMap::new();
    for quantity in names.iter().filter_map(|name| used.get(name.as_str())) {
        let sentence = sentence(quantity, bibliography);
        let next = cards.sentences.len();
        let index = *places.entry(sentence.clone()).or_insert(next);
        cards.sentences.extend((index == next).then_some(sentence));
        let card = Card::of(quantity, index);
        let (_, inputs) = first_inputs(quantity);
        let value = |input: &'_ &Quantity| value(input);
        cards
            .inputs
            .extend(inputs.iter().map(|it| (it.name.as_str(), value(it))));
        cards.numbers.insert(&quantity.name, card);
    }
    if cards.numbers.is_empty() {
        return None;
    }
    let data = serde_json::to_string(&cards).expect("names and texts");
    let script = format!("measuredCards({data});\n").into_bytes();
    let path = format!("cards/{}.js", Digest::of(&script).short());
    Some((FilePath::new(path).expect("a plain path"), script))
}

impl<'a> Card<'a> {
    fn of(quantity: &'a Quantity, sentence: usize) -> Self {
        let (more, inputs) = first_inputs(quantity);
        let concern = quantity.first_concern();
        Card {
            kind: quantity.kind().word(),
            value: value(quantity),
            sentence,
            place: match &quantity.origin {
                Origin::Measured(Measurement { source, key }) if source.file.is_some() => Some(key),
                _ => None,
            },
            inputs: inputs.iter().map(|input| input.name.as_str()).collect(),
            more,
            open: concern.map(|it| format!("{}: {}; {}", it.source, it.state, it.remedy)),
        }
    }
}

/// The first inputs of a computed value, each once in the order of their names, and how many more
/// there are.
fn first_inputs(quantity: &Quantity) -> (usize, Vec<&Quantity>) {
    let Origin::Derived { inputs, .. } = &quantity.origin else {
        return (0, Vec::new());
    };
    let mut inputs: Vec<_> = inputs.iter().map(|input| &**input).collect();
    inputs.sort_unstable_by_key(|input| &input.name);
    inputs.dedup_by_key(|input| &input.name);
    let more = inputs.len().saturating_sub(INPUTS);
    inputs.truncate(INPUTS);
    (more, inputs)
}

/// The value with its unit, and its interval behind it.
fn value(quantity: &Quantity) -> String {
    let value = match &quantity.value {
        Ok(value) => plain(*value, quantity.unit),
        Err(Missing::NotMeasured) => return Missing::NotMeasured.to_string(),
        Err(Missing::Because(_)) => return "none".to_owned(),
    };
    match quantity.interval {
        Some((low, high)) => format!(
            "{value} (95\u{a0}% interval {} to {})",
            plain(low, quantity.unit),
            plain(high, quantity.unit)
        ),
        None => value,
    }
}

/// Where a value is from, in a sentence.
fn sentence(quantity: &Quantity, bibliography: &Bibliography) -> String {
    match &quantity.origin {
        Origin::Measured(measurement) => of_measurement(measurement),
        Origin::Derived { function, .. } => match &quantity.value {
            Err(Missing::Because(reason)) => format!("There is no value: {reason}."),
            Err(Missing::NotMeasured) => format!("Not measured; to be computed: {function}."),
            Ok(_) => format!("Computed: {function}."),
        },
        Origin::Quoted(quotation) => of_quotation(quotation, bibliography),
        Origin::Exact { definition } => format!("By definition: {definition}."),
    }
}

fn of_measurement(Measurement { source, .. }: &Measurement) -> String {
    match (&source.file, &source.id) {
        (None, id) => format!("Not measured: {id} has {}.", id.absent()),
        (Some(_), SourceId::Run(name)) => {
            format!("Measured in run {name} on {}.", source.circumstances)
        }
        (Some(file), id) => format!("Measured: {id}, file {file} ({}).", source.circumstances),
    }
}

fn of_quotation(quotation: &Quotation, bibliography: &Bibliography) -> String {
    let Quotation {
        citation,
        place,
        checked,
        note,
        ..
    } = quotation;
    let note = match note.is_empty() {
        true => String::new(),
        false => format!("; {note}"),
    };
    let work = bibliography.by_year(citation);
    format!("Quoted from {work}, {place} ({checked}{note}).")
}

#[cfg(test)]
mod tests {
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
}
