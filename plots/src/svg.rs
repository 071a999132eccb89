//! Writes SVG: one element a line, coordinates with at most two decimals.

use std::fmt::Write as _;
use writing::escape::Html;

/// An attribute's name and value.
pub(super) type Attribute<'a> = (&'a str, Value<'a>);

/// Attributes of an element, in the order in which they are written.
pub(super) type Attributes<'a> = &'a [Attribute<'a>];

/// The value of an attribute.
#[derive(Clone)]
pub(super) enum Value<'a> {
    /// Text that was there before.
    Text(&'a str),
    /// Text that was made for this attribute.
    Made(String),
    /// A coordinate.
    Number(f64),
}

/// A line of more places than these is a long one.
const MANY_PLACES: usize = 60;

/// SVG as it grows.
#[derive(Default)]
pub(super) struct Svg {
    text: String,
    open: Vec<Open>,
}

/// An element that is not closed yet.
struct Open {
    name: &'static str,
    /// Where its tag begins.
    start: usize,
    /// Where its content begins.
    content: usize,
}

impl Svg {
    /// Opens an element.
    pub(super) fn open(&mut self, name: &'static str, attributes: Attributes) {
        let start = self.text.len();
        self.tag(name, &[], attributes, ">\n");
        self.open.push(Open {
            name,
            start,
            content: self.text.len(),
        });
    }

    /// Closes the element that was opened last; one without content is taken back.
    pub(super) fn close(&mut self) {
        let Some(Open {
            name,
            start,
            content,
        }) = self.open.pop()
        else {
            return;
        };
        if self.text.len() == content {
            self.text.truncate(start);
        } else {
            let _ = writeln!(self.text, "</{name}>");
        }
    }

    /// Writes an element without content.
    pub(super) fn empty(&mut self, name: &str, attributes: Attributes) {
        self.empty_at(name, &[], attributes);
    }

    /// Writes an element without content, the attributes of its `place` before the others.
    pub(super) fn empty_at(&mut self, name: &str, place: Attributes, attributes: Attributes) {
        self.tag(name, place, attributes, "/>\n");
    }

    /// Writes an element that holds text.
    pub(super) fn leaf(&mut self, name: &str, attributes: Attributes, content: &str) {
        self.leaf_at(name, &[], attributes, content);
    }

    fn leaf_at(&mut self, name: &str, place: Attributes, attributes: Attributes, content: &str) {
        self.tag(name, place, attributes, ">");
        escape(content, &mut self.text);
        self.text.extend(["</", name, ">\n"]);
    }

    /// Writes `content` with its baseline at `y`; the attributes or a group say how it is anchored.
    pub(super) fn text(&mut self, (x, y): (f64, f64), attributes: Attributes, content: &str) {
        let place = [("x", number(x)), ("y", number(y))];
        self.leaf_at("text", &place, attributes, content);
    }

    /// Writes a straight line; a group or the attributes say its stroke.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), attributes: Attributes) {
        let ends = [
            ("x1", number(from.0)),
            ("y1", number(from.1)),
            ("x2", number(to.0)),
            ("y2", number(to.1)),
        ];
        self.empty_at("line", &ends, attributes);
    }

    fn tag(&mut self, name: &str, place: Attributes, attributes: Attributes, end: &str) {
        self.text.extend(["<", name]);
        for (name, value) in place.iter().chain(attributes) {
            self.text.extend([" ", name, "=\""]);
            match value {
                Value::Text(text) => escape(text, &mut self.text),
                Value::Made(text) => escape(text, &mut self.text),
                Value::Number(value) => write_number(*value, &mut self.text),
            }
            self.text.push('"');
        }
        self.text.push_str(end);
    }

    /// Closes what is open and gives the text.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }
}

/// An attribute that is a coordinate.
pub(super) fn number(value: f64) -> Value<'static> {
    Value::Number(value)
}

/// A coordinate as text, for an attribute of several.
pub(super) fn coordinate(value: f64) -> String {
    let mut text = String::new();
    write_number(value, &mut text);
    text
}

/// An attribute for `polyline` and `polygon`.
pub(super) fn points(places: impl IntoIterator<Item = (f64, f64)>) -> Value<'static> {
    let places: Vec<_> = places.into_iter().collect();
    // Of a long line nobody sees more than tenths.
    let round = |place: f64| match places.len() > MANY_PLACES {
        true => (place * 10.0).round() / 10.0,
        false => place,
    };
    let mut points = String::new();
    for (x, y) in &places {
        if !points.is_empty() {
            points.push(' ');
        }
        write_number(round(*x), &mut points);
        points.push(',');
        write_number(round(*y), &mut points);
    }
    Value::Made(points)
}

/// The attribute `d` of a path with a dot at each place.
pub(super) fn dots(places: impl IntoIterator<Item = (f64, f64)>) -> Value<'static> {
    let mut path = String::new();
    for (x, y) in places {
        path.push('M');
        write_number(x, &mut path);
        path.push(' ');
        write_number(y, &mut path);
        path.push_str("h.01"); // a stroke without length has no caps in some programs
    }
    Value::Made(path)
}

/// Writes a coordinate: two decimals at most, no trailing zeros, no negative zero.
fn write_number(value: f64, out: &mut String) {
    // A plot has thousands of them, and whole hundredths are written ten times as fast.
    let hundredths = (value * 100.0).round() as i64;
    if hundredths < 0 {
        out.push('-');
    }
    let hundredths = hundredths.unsigned_abs();
    out.push_str(itoa::Buffer::new().format(hundredths / 100));
    let fraction = (hundredths % 100) as u8;
    if fraction > 0 {
        out.extend(['.', char::from(b'0' + fraction / 10)]);
    }
    if !fraction.is_multiple_of(10) {
        out.push(char::from(b'0' + fraction % 10));
    }
}

fn escape(text: &str, out: &mut String) {
    let _ = Html(out).write_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        for (value, expect) in [
            (1.0, "1"),
            (-0.001, "0"),
            (12.345, "12.35"),
            (10.5, "10.5"),
            (100.0, "100"),
            (-3.05, "-3.05"),
        ] {
            assert_eq!(coordinate(value), expect);
        }
    }

    #[test]
    fn text_is_escaped() {
        let mut svg = Svg::default();
        svg.open("g", &[("class", Value::Text("a\"b"))]);
        svg.open("g", &[]);
        svg.close();
        svg.text((1.0, 2.0), &[], "<script> & co\n");
        let expect =
            "<g class=\"a&quot;b\">\n<text x=\"1\" y=\"2\">&lt;script&gt; &amp; co </text>\n</g>\n";
        assert_eq!(svg.finish(), expect);
    }
}
