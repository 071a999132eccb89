//! The numbers of works, and the list of references.
//!
//! Works are numbered in the order in which the book first cites them (IEEE style).

use super::bibliography::Bibliography;
use super::contract::Renderer;
use super::markup;
use super::parsed::Parsed;
use crate::escape::destination;
use parsers::maths::Definitions;
use std::collections::BTreeMap;

/// A work where it is cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CitedWork {
    pub(crate) key: String,
    /// Whether its number is to lead to the list: the text of a link cannot hold another.
    pub(crate) is_linked: bool,
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

    /// The number of a work that has one, a link to `references`, the chapter that lists it.
    pub(crate) fn print(&self, work: &CitedWork, references: Option<&str>) -> String {
        let number = self.number_of(&work.key).expect("it was given one");
        match references.filter(|_| work.is_linked) {
            Some(references) => {
                format!("[{number}]({references}#ref-{})", destination(&work.key))
            }
            None => number.to_string(),
        }
    }

    /// The list of references as Markdown, numbered as cited, with its formulas set.
    pub(crate) fn list(&self, bibliography: &Bibliography, renderer: Renderer) -> String {
        let entry = |(index, key): (usize, &String)| {
            let anchor = renderer.anchor(&format!("ref-{key}"));
            let work = bibliography.work(key);
            format!("{}. {anchor}{work}\n", index + 1)
        };
        let list: String = self.keys.iter().enumerate().map(entry).collect();
        // Formulas and links were checked where the bibliography was read.
        let known = (bibliography, &Definitions::default());
        markup::mark(renderer, known, ("", ""), &Parsed::of(&list, false)).text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    const BIB: &str = "@article{l/u:2017, author = {Lu, Zongqing and Chan, Kevin}, \
        title = {Modeling $x_1$}, \
        journaltitle = {Some Journal}, date = {2017}}\n\
        @misc{he2015, author = {He, Kaiming}, title = {Deep Residual Learning}, date = {2015}, \
        url = {https://example.org/a_b}}";

    fn cited(key: &str, is_linked: bool) -> CitedWork {
        CitedWork {
            key: key.to_owned(),
            is_linked,
        }
    }

    #[test]
    fn works_are_numbered_as_first_cited() {
        let bibliography = Bibliography::parse("references.bib", BIB).expect("valid BibLaTeX");
        let mut citations = Citations::default();
        for key in ["he2015", "l/u:2017", "he2015"] {
            citations.number(key);
        }
        let print = |work: &CitedWork| citations.print(work, Some("r.md"));
        assert_eq!(print(&cited("he2015", true)), "[1](r.md#ref-he2015)");
        assert_eq!(print(&cited("l/u:2017", true)), "[2](r.md#ref-l/u%3A2017)");
        assert_eq!(print(&cited("he2015", false)), "1");
        for (renderer, formula) in [(Renderer::Html, "<math"), (Renderer::Pdf, "$x_1$")] {
            let list = citations.list(&bibliography, renderer);
            assert!(list.contains(formula), "{list}");
        }
        expect![[r#"
            1. <a id="ref-he2015"></a>K. He, “Deep Residual Learning,” 2015. &#91;Online&#93;. Available: <https://example.org/a_b>
            2. <a id="ref-l/u:2017"></a>Z. Lu and K. Chan, “Modeling $x_1$,” *Some Journal*, 2017.
        "#]].assert_eq(&citations.list(&bibliography, Renderer::Pdf));
    }
}
