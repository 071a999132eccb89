//! The attributes of the elements in raw HTML.

use std::ops::Range;

/// An attribute with a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    /// The name of its element, as it is written.
    pub(super) element: &'a str,
    /// Its own.
    pub(super) name: &'a str,
    /// Its value, without the quotation marks around it.
    pub(super) value: &'a str,
    /// Where the value begins, in bytes.
    pub(super) at: usize,
}

impl Attribute<'_> {
    /// Whether it is this attribute of this element, in letters of either case.
    pub(super) fn is(&self, element: &str, name: &str) -> bool {
        self.element.eq_ignore_ascii_case(element) && self.name.eq_ignore_ascii_case(name)
    }
}

/// The attributes in `html`, in their order; those of comments are none.
pub(super) fn attributes(html: &str) -> impl Iterator<Item = Attribute<'_>> {
    let mut reader = Reader { html, at: 0 };
    let mut element = None;
    std::iter::from_fn(move || {
        loop {
            let Some(open) = element else {
                element = Some(reader.next_element()?);
                continue;
            };
            match reader.next_attribute() {
                Some((name, Some(value))) => {
                    return Some(Attribute {
                        element: open,
                        name,
                        at: value.start,
                        value: &html[value],
                    });
                }
                Some((_, None)) => {}
                None => element = None,
            }
        }
    })
}

/// Goes through raw HTML.
struct Reader<'a> {
    html: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Goes to the attributes of the next element, whose name this is.
    fn next_element(&mut self) -> Option<&'a str> {
        loop {
            self.at += self.rest().find('<')? + 1;
            if self.rest().starts_with("!--") {
                self.at += self.rest().find("-->")?;
            }
            let name = self.take(|c| c.is_ascii_alphanumeric() || c == '-');
            if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                return Some(name);
            }
        }
    }

    /// The next attribute of the element, and where its value is; none where the element ends.
    fn next_attribute(&mut self) -> Option<(&'a str, Option<Range<usize>>)> {
        self.take(|c| c.is_ascii_whitespace() || c == '/');
        let name = self.take(|c| !c.is_ascii_whitespace() && !"=></\"'".contains(c));
        if name.is_empty() {
            return None;
        }
        self.take(|c| c.is_ascii_whitespace());
        if !self.rest().starts_with('=') {
            return Some((name, None));
        }
        self.at += 1;
        self.take(|c| c.is_ascii_whitespace());
        let quote = self.rest().chars().next();
        let start = self.at;
        match quote.filter(|quote| "\"'".contains(*quote)) {
            Some(quote) => {
                self.at += 1;
                let length = self.rest().find(quote).unwrap_or(self.rest().len());
                let value = self.at..self.at + length;
                self.at = (value.end + 1).min(self.html.len());
                Some((name, Some(value)))
            }
            None => {
                self.take(|c| !c.is_ascii_whitespace() && c != '>');
                Some((name, Some(start..self.at)))
            }
        }
    }

    fn rest(&self) -> &'a str {
        &self.html[self.at..]
    }

    /// Goes on behind the characters that are meant.
    fn take(&mut self, is_meant: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !is_meant(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &[(&str, &str, &str)]) {
        let found: Vec<_> = attributes(html).collect();
        for it in &found {
            assert_eq!(&html[it.at..it.at + it.value.len()], it.value, "{html}");
        }
        let found: Vec<_> = { found.iter() }
            .map(|it| (it.element, it.name, it.value))
            .collect();
        assert_eq!(found, expected, "{html}");
    }

    #[test]
    fn attributes_are_those_of_elements() {
        check(
            "a <a  href = 'b \"c\" > d' ID=e disabled>f</a><IMG\nsrc=\"g\"/> <br> h=i",
            &[
                ("a", "href", "b \"c\" > d"),
                ("a", "ID", "e"),
                ("IMG", "src", "g"),
            ],
        );
        check(
            "<!-- <a id=b> --><p id=c><!-- <i id=d>",
            &[("p", "id", "c")],
        );
        check("x < y, <1 id=a>, <a href=\"b/c\"", &[("a", "href", "b/c")]);
        check("<a id=\"b><i id=c>", &[("a", "id", "b><i id=c>")]);
        check("<a id=><b \"id=c\" id=é>", &[("a", "id", "")]);
        check("<", &[]);
        check("", &[]);
    }

    #[test]
    fn names_are_the_same_in_both_cases() {
        let image = attributes("<IMG Src=a>").next().unwrap();
        assert!(image.is("img", "src") && !image.is("a", "src") && !image.is("img", "href"));
    }
}
