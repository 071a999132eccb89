//! Canonical JSON: keys sorted, no white space, numbers as serde_json prints them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::digest::Digest;
use crate::record::Record;

/// The digest of the record's canonical JSON without its field `digest`.
pub(crate) fn digest(record: &Record) -> Digest {
    let json = serde_json::to_vec(record).expect("a record's keys are strings");
    let mut canonical = Vec::with_capacity(json.len());
    Compact { rest: &json }.copy_sorted(&mut canonical, Some("digest"));
    Digest::of(canonical)
}

/// JSON without white space, as serde_json writes it, from the beginning of a value on.
struct Compact<'a> {
    rest: &'a [u8],
}

impl<'a> Compact<'a> {
    /// Appends the value to `out` with the fields of each object sorted by key, the outermost one's without `omitted`.
    fn copy_sorted(&mut self, out: &mut Vec<u8>, omitted: Option<&str>) {
        match self.rest[0] {
            b'{' => self.copy_object(out, omitted),
            b'[' => {
                while self.rest[0] != b']' {
                    out.push(self.take(1)[0]); // the bracket or a comma
                    if self.rest[0] != b']' {
                        self.copy_sorted(out, None);
                    }
                }
                out.push(self.take(1)[0]);
            }
            b'"' => out.extend(self.take_string()),
            _ => {
                let end = self.rest.iter().position(|byte| b",]}".contains(byte));
                out.extend(self.take(end.unwrap_or(self.rest.len())));
            }
        }
    }

    fn copy_object(&mut self, out: &mut Vec<u8>, omitted: Option<&str>) {
        let (mut fields, mut values) = (Vec::new(), Vec::new());
        while self.rest[0] != b'}' {
            self.take(1); // the brace or a comma
            if self.rest[0] == b'}' {
                break;
            }
            let key = self.take_string();
            self.take(1); // the colon
            let begin = values.len();
            self.copy_sorted(&mut values, None);
            fields.push((&key[1..key.len() - 1], begin..values.len()));
        }
        self.take(1);
        fields.retain(|(key, _)| omitted.is_none_or(|omitted| *key != omitted.as_bytes()));
        fields.sort_by_key(|(key, _)| *key);
        out.push(b'{');
        for (index, (key, value)) in fields.into_iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.push(b'"');
            out.extend(key);
            out.extend(b"\":");
            out.extend(&values[value]);
        }
        out.push(b'}');
    }

    fn take(&mut self, bytes: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    /// A string with its quotes.
    fn take_string(&mut self) -> &'a [u8] {
        let mut end = 1;
        while self.rest[end] != b'"' {
            end += if self.rest[end] == b'\\' { 2 } else { 1 };
        }
        self.take(end + 1)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_sorted_at_every_depth() {
        let check = |json: &str, expect: &str| {
            let mut sorted = Vec::new();
            let mut compact = Compact {
                rest: json.as_bytes(),
            };
            compact.copy_sorted(&mut sorted, Some("digest"));
            assert_eq!(String::from_utf8(sorted).unwrap(), expect);
            assert!(compact.rest.is_empty());
        };
        check(r#"{"b":1,"digest":"x","a":[]}"#, r#"{"a":[],"b":1}"#);
        check(
            r#"{"b":{"d":[{"z":1.5e-7,"y":null},{}],"c":true,"digest":0},"a":"}]\\\",{"}"#,
            r#"{"a":"}]\\\",{","b":{"c":true,"d":[{"y":null,"z":1.5e-7},{}],"digest":0}}"#,
        );
        check("[1,[2,3],\"4\"]", "[1,[2,3],\"4\"]");
        // A key that begins another comes first, as it does among strings.
        check(r#"{"ab":1,"a b":2,"a":3}"#, r#"{"a":3,"a b":2,"ab":1}"#);
    }

    #[test]
    fn a_value_tree_sorts_the_same() {
        let value = json!({"z": {"b": [1, 2.5, "x\n"], "a": -3}, "k": {}, "é": "ü"});
        let (text, mut sorted) = (value.to_string(), Vec::new());
        Compact {
            rest: text.as_bytes(),
        }
        .copy_sorted(&mut sorted, None);
        let tree: std::collections::BTreeMap<String, Value> =
            serde_json::from_slice(&sorted).unwrap();
        assert_eq!(serde_json::to_value(&tree).unwrap(), value);
        assert!(sorted.starts_with(br#"{"k":{},"z":{"a":-3,"b":["#));
    }
}
