//! Numbers of figures, tables and equations, and references to them.

use super::book::UNKNOWN;
use crate::escape::destination;
use parsers::shortened;
use std::collections::BTreeMap;

/// What a label names; the prefix of the label says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LabelKind {
    Figure,
    Table,
    Equation,
}

impl LabelKind {
    /// The kind of a label `fig-…`, `tbl-…` or `eq-…`.
    pub(crate) fn of(label: &str) -> Option<Self> {
        match label.split_once('-')?.0 {
            "fig" => Some(LabelKind::Figure),
            "tbl" => Some(LabelKind::Table),
            "eq" => Some(LabelKind::Equation),
            _ => None,
        }
    }

    /// Checks that `label` is one of this kind.
    ///
    /// # Errors
    /// Where its prefix is that of another kind, or something else is in it than it may hold.
    pub(crate) fn check(self, label: &str) -> Result<(), String> {
        let valid = label
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if LabelKind::of(label) == Some(self) && valid {
            return Ok(());
        }
        let (article, prefix) = match self {
            LabelKind::Figure => ("a", "fig-"),
            LabelKind::Table => ("a", "tbl-"),
            LabelKind::Equation => ("an", "eq-"),
        };
        let label = shortened(label);
        Err(format!(
            "`{label}` is not a label of {article} {}; hint: `{prefix}` and then lower-case \
             letters, digits and hyphens",
            self.word().to_lowercase()
        ))
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            LabelKind::Figure => "Figure",
            LabelKind::Table => "Table",
            LabelKind::Equation => "Equation",
        }
    }
}

/// Every label of the book with its number and its chapter.
#[derive(Debug)]
pub(crate) struct Labels {
    places: BTreeMap<String, Place>,
    counts: BTreeMap<LabelKind, usize>,
    /// Whether no fault hides further labels.
    pub(crate) are_whole: bool,
}

impl Default for Labels {
    fn default() -> Self {
        Labels {
            places: BTreeMap::new(),
            counts: BTreeMap::new(),
            are_whole: true,
        }
    }
}

#[derive(Debug)]
struct Place {
    kind: LabelKind,
    number: usize,
    chapter: String,
}

impl Labels {
    /// Gives the next number of its kind to `label`, which stands in `chapter`.
    ///
    /// # Errors
    /// Where the label's prefix is not that of `kind`, or the label is taken.
    pub(crate) fn define(
        &mut self,
        label: &str,
        kind: LabelKind,
        chapter: &str,
    ) -> Result<(), String> {
        kind.check(label)?;
        if let Some(place) = self.places.get(label) {
            return Err(format!(
                "the label `{label}` is used twice; hint: the other one is in `{}`",
                place.chapter
            ));
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let place = Place {
            kind,
            number: *count,
            chapter: chapter.to_owned(),
        };
        self.places.insert(label.to_owned(), place);
        Ok(())
    }

    /// The number of a label.
    pub(crate) fn number(&self, label: &str) -> Option<usize> {
        self.places.get(label).map(|place| place.number)
    }

    /// The labels of a kind in words, the first so many.
    fn labels_of(&self, kind: Option<LabelKind>) -> String {
        const NAMED: usize = 30;
        let places = self.places.iter();
        let mut of_kind = places.filter(|(_, place)| Some(place.kind) == kind);
        let named: Vec<_> = { of_kind.by_ref().take(NAMED) }
            .map(|(label, _)| format!("`{label}`"))
            .collect();
        match (named.is_empty(), of_kind.count()) {
            (true, _) => "the book has no label of this kind".to_owned(),
            (_, 0) => format!("the labels of this kind are {}", named.join(", ")),
            (_, more) => {
                let named = named.join(", ");
                format!("the labels of this kind are {named} and {more} more")
            }
        }
    }

    /// A link to the label, such as `[Figure 3](../times.md#fig-share)`; [`UNKNOWN`] where a fault may
    /// hide what has it.
    ///
    /// # Errors
    /// Where nothing has that label; the hint lists the labels of its kind.
    pub(crate) fn reference(&self, label: &str, root: &str) -> Result<String, String> {
        let Some(place) = self.places.get(label) else {
            if !self.are_whole {
                return Ok(UNKNOWN.to_owned());
            }
            let kind = LabelKind::of(label);
            let label = shortened(label);
            let hint = self.labels_of(kind);
            return Err(format!("nothing has the label `{label}`; hint: {hint}"));
        };
        Ok(format!(
            "[{} {}]({root}{}#{label})",
            place.kind.word(),
            place.number,
            destination(&place.chapter)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_numbered_by_kind_and_found_from_any_chapter() {
        let mut labels = Labels::default();
        labels
            .define("fig-a", LabelKind::Figure, "one/a.md")
            .unwrap();
        labels
            .define("tbl-a", LabelKind::Table, "one/a.md")
            .unwrap();
        labels
            .define("fig-b", LabelKind::Figure, "two/b.md")
            .unwrap();
        assert_eq!(labels.number("fig-b"), Some(2));
        assert_eq!(
            labels.reference("fig-b", "../").unwrap(),
            "[Figure 2](../two/b.md#fig-b)"
        );
    }

    #[test]
    fn faults() {
        let mut labels = Labels::default();
        labels.define("fig-a", LabelKind::Figure, "a.md").unwrap();
        let check = |result: Result<(), String>, expected: &str| {
            assert_eq!(result.unwrap_err(), expected);
        };
        check(
            labels.define("fig-a", LabelKind::Figure, "b.md"),
            "the label `fig-a` is used twice; hint: the other one is in `a.md`",
        );
        check(
            labels.define("tbl-a", LabelKind::Figure, "b.md"),
            "`tbl-a` is not a label of a figure; hint: `fig-` and then lower-case letters, digits \
             and hyphens",
        );
        check(
            labels.reference("fig-c", "").map(drop),
            "nothing has the label `fig-c`; hint: the labels of this kind are `fig-a`",
        );
    }
}
