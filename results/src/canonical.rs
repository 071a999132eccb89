//! Canonical JSON: keys sorted, no white space, numbers as they stand in the text.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use crate::digest::{Digest, Hasher};

/// The digest of a record's canonical JSON without its field `digest`; `json` must be the text of an object.
pub(crate) fn digest(json: &str) -> Digest {
    let mut hasher = Hasher::default();
    write_canonical(json, "digest", |piece| hasher.update(piece));
    hasher.finish()
}

/// Hands on `json`, an object, piece by piece: the fields of each object sorted by key, the outermost one's without
/// `omitted`.
fn write_canonical(json: &str, omitted: &str, write: impl FnMut(&[u8])) {
    let mut values = Vec::with_capacity(json.len());
    let mut reader = Reader {
        json: json.as_bytes(),
        at: 0,
        fields: Vec::new(),
        unsorted: Vec::new(),
    };
    reader.peek();
    reader.copy_fields(&mut values);
    let key = omitted.as_bytes();
    reader.fields.retain(|(name, _)| *name != key);
    write_sorted(&mut reader.fields, &values, write);
}

/// Hands on an object of `fields`, whose values stand in `values`.
fn write_sorted(fields: &mut [(&[u8], Range<usize>)], values: &[u8], mut write: impl FnMut(&[u8])) {
    fields.sort_unstable_by_key(|(key, _)| *key);
    write(b"{");
    for (index, (key, value)) in fields.iter().enumerate() {
        write(if index > 0 { b",\"" } else { b"\"" });
        write(key);
        write(b"\":");
        write(&values[value.clone()]);
    }
    write(b"}");
}

/// Well-formed JSON, read from `at` on.
struct Reader<'a> {
    json: &'a [u8],
    at: usize,
    /// Keys, and places of the values in the output, of all objects that are open; the innermost one's stand last.
    fields: Vec<(&'a [u8], Range<usize>)>,
    /// Values of the object that is being sorted.
    unsorted: Vec<u8>,
}

impl<'a> Reader<'a> {
    /// Appends the next value to `out`.
    fn copy_sorted(&mut self, out: &mut Vec<u8>) {
        match self.peek() {
            b'{' => self.copy_object(out),
            b'[' => {
                out.push(b'[');
                self.at += 1;
                while self.peek() != b']' {
                    if self.peek() == b',' {
                        out.push(b',');
                        self.at += 1;
                    }
                    self.copy_sorted(out);
                }
                out.push(b']');
                self.at += 1;
            }
            b'"' => out.extend_from_slice(self.string()),
            _ => {
                let begin = self.at;
                let ends = |byte: &u8| matches!(byte, 0..=b' ' | b',' | b']' | b'}');
                let length = self.json[begin..].iter().position(ends);
                self.at = length.map_or(self.json.len(), |length| begin + length);
                out.extend_from_slice(&self.json[begin..self.at]);
            }
        }
    }

    /// Puts the values into `out` as they come, then again in their order with their keys.
    fn copy_object(&mut self, out: &mut Vec<u8>) {
        let (begin, first) = (out.len(), self.fields.len());
        self.copy_fields(out);
        self.unsorted.clear();
        self.unsorted.extend_from_slice(&out[begin..]);
        out.truncate(begin);
        let fields = &mut self.fields[first..];
        write_sorted(fields, &self.unsorted, |piece| out.extend_from_slice(piece));
        self.fields.truncate(first);
    }

    /// Appends the values of the object that begins here to `out`, and to the fields their keys and where they stand
    /// behind what `out` held.
    fn copy_fields(&mut self, out: &mut Vec<u8>) {
        let begin = out.len();
        self.at += 1;
        while self.peek() != b'}' {
            if self.peek() == b',' {
                self.at += 1;
                self.peek();
            }
            let key = self.string();
            self.peek();
            self.at += 1; // the colon
            let value = out.len();
            self.copy_sorted(out);
            let key = &key[1..key.len() - 1];
            self.fields.push((key, value - begin..out.len() - begin));
        }
        self.at += 1;
    }

    /// The first byte of what comes next, white space skipped.
    fn peek(&mut self) -> u8 {
        while self.json[self.at] <= b' ' {
            self.at += 1;
        }
        self.json[self.at]
    }

    /// The string that begins here, with its quotes.
    fn string(&mut self) -> &'a [u8] {
        let begin = self.at;
        self.at += 1;
        while self.json[self.at] != b'"' {
            self.at += if self.json[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        &self.json[begin..self.at]
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

    fn sorted(json: &str) -> String {
        let mut canonical = Vec::new();
        write_canonical(json, "digest", |piece| canonical.extend_from_slice(piece));
        String::from_utf8(canonical).unwrap()
    }

    #[test]
    fn fields_are_sorted_at_every_depth() {
        let check = |json: &str, expect: &str| {
            assert_eq!(sorted(json), expect);
            // White space between the parts changes nothing.
            let value: Value = serde_json::from_str(json).unwrap();
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            assert_eq!(sorted(&pretty), expect);
            assert_eq!(digest(&pretty), Digest::of(expect));
        };
        check(r#"{"b":1,"digest":"x","a":[]}"#, r#"{"a":[],"b":1}"#);
        check(
            r#"{"b":{"d":[{"z":1.5e-7,"y":null},{}],"c":true,"digest":0},"a":"}] \\\",{"}"#,
            r#"{"a":"}] \\\",{","b":{"c":true,"d":[{"y":null,"z":1.5e-7},{}],"digest":0}}"#,
        );
        check(r#" {"a":[1,[2,-3],"4",[]]}"#, r#"{"a":[1,[2,-3],"4",[]]}"#);
        // A key that begins another comes first, as it does among strings.
        check(r#"{"ab":1,"a b":2,"a":3}"#, r#"{"a":3,"a b":2,"ab":1}"#);
    }

    #[test]
    fn numbers_stand_as_in_the_text() {
        assert_eq!(sorted("{\"a\": 1.50 }"), "{\"a\":1.50}");
    }
}
