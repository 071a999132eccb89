//! What a figure or a table waits for.

use super::shown::listed;
use crate::escape::{code, message};
use crate::evidence::{Concern, Quantity, SourceId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What keeps a figure or a table from being shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Awaited {
    /// The runs, tables and images that are to be made.
    pub sources: BTreeSet<SourceId>,
    /// Planned runs for cards that are not at hand.
    pub out_of_reach: BTreeSet<SourceId>,
    /// Why there is nothing to show where neither would help; else empty.
    pub reason: String,
}

impl Awaited {
    /// What `quantities` wait for.
    pub(crate) fn of(quantities: &[Arc<Quantity>]) -> Awaited {
        let concerns = quantities.iter().flat_map(|quantity| quantity.concerns());
        let mut awaited = Awaited::of_concerns(concerns.cloned());
        if let (true, Some(first)) = (awaited.is_empty(), quantities.first()) {
            let provenance = first.provenance().to_string();
            provenance
                .trim_start_matches("none: ")
                .clone_into(&mut awaited.reason);
        }
        awaited
    }

    /// What mends these.
    pub(crate) fn of_concerns(concerns: impl IntoIterator<Item = Concern>) -> Awaited {
        let (out_of_reach, open): (Vec<_>, Vec<_>) =
            concerns.into_iter().partition(|concern| concern.accepted);
        let sources = |concerns: Vec<Concern>| concerns.into_iter().map(|it| it.source).collect();
        Awaited {
            sources: sources(open),
            out_of_reach: sources(out_of_reach),
            reason: String::new(),
        }
    }

    /// The wait for one run, table or set of images.
    pub(crate) fn source(source: SourceId) -> Awaited {
        Awaited {
            sources: [source].into(),
            ..Awaited::default()
        }
    }

    /// Whether no run, table or image is awaited.
    pub(crate) fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.out_of_reach.is_empty()
    }

    /// Each run, table and set of images, those that can be made first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &SourceId> {
        self.sources.iter().chain(&self.out_of_reach)
    }

    /// The first run, table or set of images.
    pub(crate) fn first(&self) -> Option<&SourceId> {
        self.all().next()
    }

    /// Whether one of the two waits for all that the other waits for.
    pub(crate) fn covers_or_is_covered(&self, other: &Awaited) -> bool {
        self.covers(other) || other.covers(self)
    }

    fn covers(&self, other: &Awaited) -> bool {
        self.sources.is_superset(&other.sources)
            && self.out_of_reach.is_superset(&other.out_of_reach)
            && (!self.is_empty() && !other.is_empty() || self == other)
    }

    /// Waits for what the other waits for, too.
    pub(crate) fn add(&mut self, other: &Awaited) {
        self.sources.extend(other.sources.iter().cloned());
        self.out_of_reach.extend(other.out_of_reach.iter().cloned());
    }

    /// What is awaited, as Markdown: `[16 runs](page)` and how many more no card here makes. Without a
    /// `page` that lists them, the first are named.
    pub(crate) fn to_markdown(&self, page: Option<&str>) -> String {
        if self.is_empty() {
            return format!("Not measured: {}", message(&self.reason));
        }
        let linked = |text: String| match page {
            Some(page) => format!("[{text}]({page})"),
            None => text,
        };
        let (open, other) = (counted(&self.sources), self.out_of_reach.len());
        let needs = match (self.sources.is_empty(), other) {
            (false, 0) => linked(open),
            (false, other) => format!(
                "{}, and {other} on cards that are not at hand",
                linked(open)
            ),
            (true, 1) => linked("1 run on a card that is not at hand".to_owned()),
            (true, other) => linked(format!("{other} runs on cards that are not at hand")),
        };
        match page {
            Some(_) => needs,
            None => format!("{needs}: {}", self.named()),
        }
    }

    /// The first of what is awaited by their names.
    fn named(&self) -> String {
        const NAMED: usize = 4;
        let all: Vec<_> = self.all().collect();
        let shown = if all.len() > NAMED { NAMED - 1 } else { NAMED };
        let mut named: Vec<_> = all.iter().take(shown).map(|it| code(it.name())).collect();
        if all.len() > shown {
            named.push(format!("{} more", all.len() - shown));
        }
        listed(&named)
    }
}

/// How many of each kind there are: `16 runs and 1 table`.
fn counted(sources: &BTreeSet<SourceId>) -> String {
    type Is = fn(&SourceId) -> bool;
    let kinds: [(Is, &str, &str); 3] = [
        (|it| matches!(it, SourceId::Run(_)), "run", "runs"),
        (|it| matches!(it, SourceId::Table(_)), "table", "tables"),
        (
            |it| matches!(it, SourceId::Images(_)),
            "set of images",
            "sets of images",
        ),
    ];
    let counted = kinds.into_iter().filter_map(|(is, one, many)| {
        match sources.iter().filter(|source| is(source)).count() {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {many}")),
        }
    });
    listed(&counted.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(names: &[&str]) -> BTreeSet<SourceId> {
        names
            .iter()
            .map(|name| SourceId::Run((*name).to_owned()))
            .collect()
    }

    fn check(awaited: &Awaited, linked: &str, named: &str) {
        assert_eq!(awaited.to_markdown(Some("m.md")), linked);
        assert_eq!(awaited.to_markdown(None), named);
    }

    #[test]
    fn runs_tables_and_images_are_counted() {
        let mut awaited = Awaited::source(SourceId::Run("a-1".to_owned()));
        check(&awaited, "[1 run](m.md)", "1 run: `a-1`");
        awaited.sources.extend(runs(&["a-2", "a-3", "a-4", "a-5"]));
        check(
            &awaited,
            "[5 runs](m.md)",
            "5 runs: `a-1`, `a-2`, `a-3` and 2 more",
        );
        awaited.sources = [SourceId::Table("t".into()), SourceId::Images("i".into())].into();
        check(
            &awaited,
            "[1 table and 1 set of images](m.md)",
            "1 table and 1 set of images: `t` and `i`",
        );
        awaited.out_of_reach = runs(&["b"]);
        check(
            &awaited,
            "[1 table and 1 set of images](m.md), and 1 on cards that are not at hand",
            "1 table and 1 set of images, and 1 on cards that are not at hand: `t`, `i` and `b`",
        );
        awaited.sources.clear();
        check(
            &awaited,
            "[1 run on a card that is not at hand](m.md)",
            "1 run on a card that is not at hand: `b`",
        );
    }

    #[test]
    fn a_reason_stands_where_nothing_is_to_be_made() {
        let awaited = Awaited {
            reason: "too few points <b>".to_owned(),
            ..Awaited::default()
        };
        check(
            &awaited,
            "Not measured: too few points &lt;b&gt;",
            "Not measured: too few points &lt;b&gt;",
        );
    }

    #[test]
    fn what_is_awaited_is_compared_by_what_it_holds() {
        let waits = |names: &[&str]| Awaited {
            sources: runs(names),
            ..Awaited::default()
        };
        assert!(waits(&["a"]).covers_or_is_covered(&waits(&["a", "b"])));
        assert!(waits(&["a", "b"]).covers_or_is_covered(&waits(&["b"])));
        assert!(!waits(&["a", "b"]).covers_or_is_covered(&waits(&["b", "c"])));
        assert!(!waits(&[]).covers_or_is_covered(&waits(&["a"])));
    }
}
