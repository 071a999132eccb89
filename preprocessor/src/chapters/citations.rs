//! Citations `[@key, Table 3]` and the list of references.
//!
//! Works are numbered in the order in which the book first cites them (IEEE style).

use super::bibliography::Bibliography;
use super::contract::Renderer;
use std::collections::BTreeMap;

/// One work in a citation: `@lu2017, Table 3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CitedWork {
    pub(crate) key: String,
    pub(crate) place: Option<String>,
}

/// The works cited so far, in the order of their first citation.
#[derive(Debug, Default)]
pub(crate) struct Citations {
    keys: Vec<String>,
    numbers: BTreeMap<String, usize>,
}

impl Citations {
    /// The number of a work, the next free one where it was not cited yet.
    pub(crate) fn number(&mut self, key: &str) -> usize {
        match self.number_of(key) {
            Some(number) => number,
            None => {
                self.keys.push(key.to_owned());
                self.numbers.insert(key.to_owned(), self.keys.len());
                self.keys.len()
            }
        }
    }

    /// The number of a work; `None` where it was never cited.
    pub(crate) fn number_of(&self, key: &str) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// Whether no work was cited.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// A citation of works that have numbers as Markdown: `[3, Table 2]`, each work a link to
    /// `references`, the chapter that lists them.
    pub(crate) fn print(&self, works: &[CitedWork], references: Option<&str>) -> String {
        let works: Vec<_> = works
            .iter()
            .map(|work| {
                let number = self.number_of(&work.key).expect("it was given one");
                let link = match references {
                    Some(references) => format!("[{number}]({references}#ref-{})", work.key),
                    None => number.to_string(),
                };
                match &work.place {
                    Some(place) => format!("{link}, {place}"),
                    None => link,
                }
            })
            .collect();
        format!("\\[{}\\]", works.join("; "))
    }

    /// The list of references as Markdown, numbered as cited.
    pub(crate) fn list(&self, bibliography: &Bibliography, renderer: Renderer) -> String {
        let entry = |(index, key): (usize, &String)| {
            let anchor = renderer.anchor(&format!("ref-{key}"));
            let work = bibliography.work(key);
            format!("{}. {anchor}{work}\n", index + 1)
        };
        self.keys.iter().enumerate().map(entry).collect()
    }
}

/// The works in the text between `[` and `]`, where it is a citation at all.
pub(crate) fn parse_citation(inside: &str) -> Option<Vec<CitedWork>> {
    inside
        .split(';')
        .map(|part| {
            let part = part.trim().strip_prefix('@')?;
            let (key, place) = match part.split_once(',') {
                Some((key, place)) => (key.trim(), Some(place.trim().to_owned())),
                None => (part.trim(), None),
            };
            let valid = !key.is_empty()
                && key
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_:".contains(c));
            valid.then(|| CitedWork {
                key: key.to_owned(),
                place: place.filter(|place| !place.is_empty()),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    const BIB: &str = "@article{lu2017, author = {Lu, Zongqing and Chan, Kevin}, \
        title = {Modeling the Resource Requirements of Convolutional Neural Networks}, \
        journaltitle = {Some Journal}, date = {2017}}\n\
        @misc{he2015, author = {He, Kaiming}, title = {Deep Residual Learning}, date = {2015}, \
        url = {https://example.org/a_b}}";

    #[test]
    fn citations_parse() {
        let check = |text: &str, expected: Expect| {
            expected.assert_eq(&format!("{:?}", parse_citation(text)));
        };
        check(
            "@lu2017",
            expect![[r#"Some([CitedWork { key: "lu2017", place: None }])"#]],
        );
        check(
            "@lu2017, Table 3; @he2015",
            expect![[
                r#"Some([CitedWork { key: "lu2017", place: Some("Table 3") }, CitedWork { key: "he2015", place: None }])"#
            ]],
        );
        check("a footnote", expect!["None"]);
        check("@two words", expect!["None"]);
    }

    #[test]
    fn works_are_numbered_as_first_cited() {
        let bibliography = Bibliography::parse("references.bib", BIB).expect("valid BibLaTeX");
        let mut citations = Citations::default();
        let first = parse_citation("@he2015").expect("a citation");
        let second = parse_citation("@lu2017, Table 3; @he2015").expect("two");
        for work in first.iter().chain(&second) {
            citations.number(&work.key);
        }
        assert_eq!(
            citations.print(&first, Some("r.md")),
            "\\[[1](r.md#ref-he2015)\\]"
        );
        assert_eq!(
            citations.print(&second, Some("r.md")),
            "\\[[2](r.md#ref-lu2017), Table 3; [1](r.md#ref-he2015)\\]"
        );
        expect![[r#"
            1. <a id="ref-he2015"></a>K. He, “Deep Residual Learning.” &#91;Online&#93;. Available: <https://example.org/a_b>
            2. <a id="ref-lu2017"></a>Z. Lu and K. Chan, “Modeling the Resource Requirements of Convolutional Neural Networks,” *Some Journal*, 2017.
        "#]].assert_eq(&citations.list(&bibliography, Renderer::Html));
    }
}
