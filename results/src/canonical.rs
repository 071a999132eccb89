//! Canonical JSON: keys sorted, no white space, numbers as they stand in the text.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::digest::{Digest, Hasher};
use serde::Serialize;

/// The digest of a record's canonical JSON without its field `digest`; `json` must be the text of an object.
pub(crate) fn digest(json: &str) -> Digest {
    let mut hash = Hasher::default();
    write_canonical(json, Some("digest"), |piece| hash.update(piece));
    hash.finish()
}

/// Hands on `json` piece by piece with the fields of each object sorted by key, the outermost one's without `omitted`.
fn write_canonical(json: &str, omitted: Option<&str>, write: impl FnMut(&[u8])) {
    let json = json.as_bytes();
    let mut reader = Reader {
        json,
        at: 0,
        open: Vec::new(),
        closed: Vec::with_capacity(json.len() / BYTES_OF_A_MEMBER),
    };
    let value = reader.value();
    let mut writer = Writer {
        json,
        members: reader.closed,
        pending: Vec::with_capacity(2 * PIECE),
        write,
    };
    match value {
        Value::Object(fields) => writer.write_object(fields, omitted.map(str::as_bytes)),
        other => writer.write_value(other),
    }
    (writer.write)(&writer.pending);
}

/// The least size in bytes of a piece that is handed on, but for the last.
const PIECE: usize = 4096;

/// About so many bytes of a record hold one member of an object or array.
const BYTES_OF_A_MEMBER: usize = 20;

/// From where to where something reaches. Half the size of a slice: a record has thousands of members.
#[derive(Clone, Copy)]
struct Span {
    begin: u32,
    end: u32,
}

impl Span {
    fn new(begin: usize, end: usize) -> Span {
        let short = |place| u32::try_from(place).expect("a record has less than 4 GiB");
        Span {
            begin: short(begin),
            end: short(end),
        }
    }

    fn range(self) -> Range<usize> {
        self.begin as usize..self.end as usize
    }
}

/// A value of a JSON text.
#[derive(Clone, Copy)]
enum Value {
    /// A string, a number, a truth value or null: its place in the text.
    Scalar(Span),
    /// The places of the elements among all members.
    Array(Span),
    /// The places of the fields among all members, sorted by key.
    Object(Span),
}

/// A field of an object, or an element of an array, whose key is empty.
#[derive(Clone, Copy)]
struct Member {
    key: Span,
    value: Value,
}

/// Well-formed JSON, read from `at` on.
struct Reader<'a> {
    json: &'a [u8],
    at: usize,
    /// Members of the objects and arrays that are open; the innermost one's stand last.
    open: Vec<Member>,
    /// Members of those that are read, each one's side by side.
    closed: Vec<Member>,
}

impl Reader<'_> {
    fn value(&mut self) -> Value {
        let first = self.open.len();
        match self.peek() {
            b'{' => {
                self.members(b'}', |reader| {
                    let key = reader.string();
                    reader.peek();
                    reader.at += 1; // the colon
                    Span {
                        begin: key.begin + 1,
                        end: key.end - 1,
                    }
                });
                let json = self.json;
                self.open[first..].sort_unstable_by_key(|member| &json[member.key.range()]);
                Value::Object(self.close(first))
            }
            b'[' => {
                self.members(b']', |_| Span { begin: 0, end: 0 });
                Value::Array(self.close(first))
            }
            b'"' => Value::Scalar(self.string()),
            _ => {
                let begin = self.at;
                let ends = |byte: &u8| *byte <= b' ' || matches!(byte, b',' | b']' | b'}');
                let rest = &self.json[begin..];
                self.at += rest.iter().position(ends).unwrap_or(rest.len());
                Value::Scalar(Span::new(begin, self.at))
            }
        }
    }

    /// Reads what stands between two brackets, `key` what comes before each value.
    fn members(&mut self, end: u8, key: impl Fn(&mut Self) -> Span) {
        self.at += 1;
        let mut next = self.peek();
        while next != end {
            if next == b',' {
                self.at += 1;
                self.peek();
            }
            let key = key(self);
            let value = self.value();
            self.open.push(Member { key, value });
            next = self.peek();
        }
        self.at += 1;
    }

    /// Moves the open members from `first` on to those that are read.
    fn close(&mut self, first: usize) -> Span {
        let begin = self.closed.len();
        self.closed.extend(self.open.drain(first..));
        Span::new(begin, self.closed.len())
    }

    /// The first byte of what comes next, white space skipped.
    fn peek(&mut self) -> u8 {
        let rest = &self.json[self.at..];
        let space = rest.iter().position(|byte| *byte > b' ');
        self.at += space.expect("the text is well formed");
        self.json[self.at]
    }

    /// The string that begins here, with its quotes.
    fn string(&mut self) -> Span {
        let begin = self.at;
        let mut end = begin + 1;
        loop {
            let rest = &self.json[end..];
            let special = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'));
            end += special.expect("the text is well formed");
            if self.json[end] == b'"' {
                break;
            }
            end += 2;
        }
        self.at = end + 1;
        Span::new(begin, self.at)
    }
}

/// Writes values without white space.
struct Writer<'a, W> {
    json: &'a [u8],
    members: Vec<Member>,
    /// What is not handed on yet.
    pending: Vec<u8>,
    write: W,
}

impl<W: FnMut(&[u8])> Writer<'_, W> {
    fn write_value(&mut self, value: Value) {
        match value {
            Value::Scalar(text) => self.pending.extend_from_slice(&self.json[text.range()]),
            Value::Array(elements) => {
                self.pending.push(b'[');
                for (index, place) in elements.range().enumerate() {
                    if index > 0 {
                        self.pending.push(b',');
                    }
                    self.write_value(self.members[place].value);
                }
                self.pending.push(b']');
            }
            Value::Object(fields) => self.write_object(fields, None),
        }
        if self.pending.len() >= PIECE {
            (self.write)(&self.pending);
            self.pending.clear();
        }
    }

    fn write_object(&mut self, fields: Span, omitted: Option<&[u8]>) {
        self.pending.push(b'{');
        let mut first = true;
        for place in fields.range() {
            let Member { key, value } = self.members[place];
            let key = &self.json[key.range()];
            if Some(key) != omitted {
                self.pending
                    .extend_from_slice(if first { b"\"" } else { b",\"" });
                self.pending.extend_from_slice(key);
                self.pending.extend_from_slice(b"\":");
                self.write_value(value);
                first = false;
            }
        }
        self.pending.push(b'}');
    }
}

/// The leaves of `value` as text, keyed by dotted path; an array is one leaf.
pub(crate) fn leaves(value: &impl Serialize, prefix: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let value = serde_json::to_value(value).expect("a configuration's keys are strings");
    collect_leaves(value, prefix.to_owned(), &mut found);
    found
}

fn collect_leaves(value: serde_json::Value, path: String, found: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                collect_leaves(value, format!("{path}.{key}"), found);
            }
        }
        serde_json::Value::String(text) => drop(found.insert(path, text)),
        leaf => drop(found.insert(path, leaf.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(json: &str, omitted: Option<&str>) -> String {
        let mut out = Vec::new();
        write_canonical(json, omitted, |piece| out.extend_from_slice(piece));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fields_are_sorted_at_every_depth() {
        let check = |json: &str, expect: &str| {
            assert_eq!(sorted(json, Some("digest")), expect);
            // White space between the parts changes nothing.
            let value: serde_json::Value = serde_json::from_str(json).unwrap();
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            assert_eq!(sorted(&pretty, Some("digest")), expect);
        };
        check(r#"{"b":1,"digest":"x","a":[]}"#, r#"{"a":[],"b":1}"#);
        check(
            r#"{"b":{"d":[{"z":1.5e-7,"y":null},{}],"c":true,"digest":0},"a":"}] \\\",{"}"#,
            r#"{"a":"}] \\\",{","b":{"c":true,"d":[{"y":null,"z":1.5e-7},{}],"digest":0}}"#,
        );
        check("[1,[2,-3],\"4\",[]]", "[1,[2,-3],\"4\",[]]");
        // A key that begins another comes first, as it does among strings.
        check(r#"{"ab":1,"a b":2,"a":3}"#, r#"{"a":3,"a b":2,"ab":1}"#);
    }

    #[test]
    fn numbers_stand_as_in_the_text() {
        assert_eq!(sorted("{\"a\": 1.50 }", None), "{\"a\":1.50}");
    }
}
