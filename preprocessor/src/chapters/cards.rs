//! Cards: what a page tells of a number without leaving it, in a script of its own.
//!
//! A page that is opened from the disk may read a script and nothing else. It is loaded when the
//! reader first asks for a card, so that a page weighs no more for them. What many numbers share,
//! such as their run, stands in it once.

use super::bibliography::Bibliography;
use super::file_path::FilePath;
use super::lists::{Used, plain};
use crate::evidence::{Measurement, Missing, Origin, Quantity, Quotation, SourceId, each_once};
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
    let mut inputs = each_once(inputs);
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
#[path = "cards_tests.rs"]
mod tests;
