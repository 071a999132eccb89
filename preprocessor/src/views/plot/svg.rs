//! Writes SVG: one element a line, coordinates with at most two decimals.

use std::fmt::Write as _;

/// Attributes of an element, in the order in which they are written.
pub(super) type Attributes<'a> = &'a [(&'a str, String)];

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
        let attributes = written(attributes);
        let _ = writeln!(self.text, "<{name}{attributes}>");
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
        let attributes = written(attributes);
        let _ = writeln!(self.text, "<{name}{attributes}/>");
    }

    /// Writes an element that holds text.
    pub(super) fn leaf(&mut self, name: &str, attributes: Attributes, content: &str) {
        let (attributes, content) = (written(attributes), escaped(content));
        let _ = writeln!(self.text, "<{name}{attributes}>{content}</{name}>");
    }

    /// Writes `content` with its baseline at `y`; the attributes or a group say how it is anchored.
    pub(super) fn text(&mut self, (x, y): (f64, f64), attributes: Attributes, content: &str) {
        let place = [("x", number(x)), ("y", number(y))];
        self.leaf("text", &[&place, attributes].concat(), content);
    }

    /// Writes a straight line; a group or the attributes say its stroke.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), attributes: Attributes) {
        let ends = [
            ("x1", number(from.0)),
            ("y1", number(from.1)),
            ("x2", number(to.0)),
            ("y2", number(to.1)),
        ];
        self.empty("line", &[&ends, attributes].concat());
    }

    /// Closes what is open and gives the text.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }
}

/// A coordinate: two decimals at most, no trailing zeros, no negative zero.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// Points for `polyline` and `polygon`.
pub(super) fn points(places: impl IntoIterator<Item = (f64, f64)>) -> String {
    let places = places
        .into_iter()
        .map(|(x, y)| format!("{},{}", number(x), number(y)));
    places.collect::<Vec<_>>().join(" ")
}

fn written(attributes: Attributes) -> String {
    attributes
        .iter()
        .map(|(name, value)| format!(" {name}=\"{}\"", escaped(value)))
        .collect()
}

/// Text without markup, on one line, for elements and for attributes in double quotes.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\r' => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
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
        ] {
            assert_eq!(number(value), expect);
        }
    }

    #[test]
    fn text_is_escaped() {
        let mut svg = Svg::default();
        svg.open("g", &[("class", "a\"b".to_owned())]);
        svg.open("g", &[]);
        svg.close();
        svg.text((1.0, 2.0), &[], "<script> & co\n");
        let expect =
            "<g class=\"a&quot;b\">\n<text x=\"1\" y=\"2\">&lt;script&gt; &amp; co </text>\n</g>\n";
        assert_eq!(svg.finish(), expect);
    }
}
