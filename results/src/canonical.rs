//! Canonical JSON: keys sorted, no white space, numbers as serde_json prints them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::digest::Digest;
use crate::record::Record;

/// Sorted whatever the features of serde_json: with `preserve_order`, which other crates of a build may switch on,
/// its own maps keep the order of insertion.
#[derive(Serialize)]
#[serde(untagged)]
enum Sorted {
    Leaf(Value),
    Array(Vec<Sorted>),
    Object(BTreeMap<String, Sorted>),
}

impl From<Value> for Sorted {
    fn from(value: Value) -> Sorted {
        match value {
            Value::Array(items) => Sorted::Array(items.into_iter().map(Sorted::from).collect()),
            Value::Object(fields) => Sorted::Object(
                fields
                    .into_iter()
                    .map(|(key, value)| (key, value.into()))
                    .collect(),
            ),
            leaf => Sorted::Leaf(leaf),
        }
    }
}

/// The digest of the record's canonical JSON without its field `digest`.
pub(crate) fn digest(record: &Record) -> Digest {
    let mut fields = serde_json::to_value(record).expect("a record's keys are strings");
    fields
        .as_object_mut()
        .expect("a record is an object")
        .remove("digest");
    Digest::of(serde_json::to_vec(&Sorted::from(fields)).expect("a record's keys are strings"))
}

/// The leaves of `value` as text, keyed by dotted path; an array is one leaf.
pub(crate) fn leaves(value: &impl Serialize, prefix: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let value = serde_json::to_value(value).expect("a configuration's keys are strings");
    collect_leaves(value, prefix.to_owned(), &mut found);
    found
}

fn collect_leaves(value: Value, path: String, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                collect_leaves(value, format!("{path}.{key}"), found);
            }
        }
        Value::String(text) => drop(found.insert(path, text)),
        leaf => drop(found.insert(path, leaf.to_string())),
    }
}
