//! The entries of the evidence, which are most of a book's text.
//!
//! The program writes them alone, and their links lead to one another. So they stand in the text only when the
//! links of the book are led: until then a mark stands for those of each kind.

use super::contract::Renderer;
use super::homes::List;
use super::lists::{Lists, Used, quantity_entry};
use super::sentinel::{Mark, Piece, pieces};
use crate::evidence::Kind;
use rayon::prelude::*;

/// The kinds whose entries link to entries alone; those of quoted numbers lead to works, too.
const KINDS: [Kind; 2] = [Kind::Measured, Kind::Derived];

/// The entries that stand in no text yet.
pub(super) struct Entries<'a> {
    /// The chapter that they belong to, if one does.
    home: Option<&'a str>,
    used: &'a Used<'a>,
    /// Those of each kind, as Markdown.
    texts: Vec<(Kind, String)>,
}

impl<'a> Entries<'a> {
    /// The entries of the pages of the HTML; the register of the PDF is written at once.
    pub(super) fn of(lists: &Lists<'a>) -> Self {
        let home = lists.homes.of(List::Evidence);
        let home = home.filter(|_| lists.renderer == Renderer::Html);
        let kinds = KINDS.iter().filter(|_| home.is_some());
        Entries {
            home: home.map(|home| home.chapter.as_str()),
            used: lists.used,
            texts: kinds.map(|kind| (*kind, of_kind(lists, *kind))).collect(),
        }
    }

    /// Whether the entries belong to the chapter at `path`.
    pub(super) fn are_in(&self, path: &str) -> bool {
        self.home == Some(path)
    }

    /// Whether one of them has this id.
    pub(super) fn have(&self, id: &str) -> bool {
        let name = id.strip_prefix("ev-");
        let quantity = name.and_then(|name| self.used.get(name));
        quantity.is_some_and(|quantity| KINDS.contains(&quantity.kind()))
    }

    /// Puts them where their marks stand in the text of a chapter.
    pub(super) fn put_into(&self, text: &mut String) {
        let is_mark = |piece: &Piece| matches!(piece, Piece::Mark(Mark::Entries(_), _));
        if !pieces(text).any(|piece| is_mark(&piece)) {
            return;
        }
        let length: usize = self.texts.iter().map(|(_, entries)| entries.len()).sum();
        let mut whole = String::with_capacity(text.len() + length);
        for piece in pieces(text) {
            match &piece {
                Piece::Mark(Mark::Entries(word), _) => whole.push_str(self.text_of(word)),
                Piece::Mark(_, text) | Piece::Text(text) => whole.push_str(text),
            }
        }
        *text = whole;
    }

    fn text_of(&self, word: &str) -> &str {
        let mut texts = self.texts.iter();
        let found = texts.find(|(kind, _)| kind.word() == word);
        found.map_or("", |(_, text)| text)
    }
}

/// Where the entries of a kind stand in the evidence of the HTML: themselves, or their mark.
pub(super) fn in_evidence(lists: &Lists, kind: Kind) -> String {
    match KINDS.contains(&kind) {
        true => Mark::Entries(kind.word().to_owned()).to_text(),
        false => of_kind(lists, kind),
    }
}

fn of_kind(lists: &Lists, kind: Kind) -> String {
    let of_kind = lists.used.par_iter().filter(|(_, q)| q.kind() == kind);
    let entries = of_kind.map(|(_, quantity)| quantity_entry(lists, quantity));
    entries.collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::super::{Bibliography, Chapter, Filled, fill_book};
    use super::*;
    use crate::catalogue::Facts;
    use crate::evidence::Quantity;
    use crate::evidence::unit::Unit;
    use crate::layout::Pages;

    fn fill(renderer: Renderer, sources: [(&str, &str); 2]) -> Filled {
        let chapters = sources.map(|(path, source)| Chapter {
            path: path.to_owned(),
            file: format!("book/{path}"),
            source: source.to_owned(),
        });
        let mut facts = Facts::default();
        let time = Quantity::exact("a.time", Unit::Second, 2.0, "`1` + `1`");
        facts.catalogue.add(time);
        facts.pages = Some(Pages {
            are_whole: true,
            ..Pages::default()
        });
        fill_book(&chapters, facts, &Bibliography::default(), renderer)
    }

    #[test]
    fn links_lead_to_entries_that_there_are() {
        let links = "<< a.time >> [b](e.md#ev-a.time) [c](e.md#ev-a.space)";
        for renderer in [Renderer::Html, Renderer::Pdf] {
            let filled = fill(renderer, [("a.md", links), ("e.md", "<< evidence() >>")]);
            let faults: Vec<_> = filled.faults.iter().map(ToString::to_string).collect();
            assert_eq!(faults.len(), 1, "{faults:?}");
            let expected = "link to `e.md#ev-a.space`: `e.md` has no `#ev-a.space`";
            assert!(faults[0].contains(expected), "{faults:?}");
        }
    }

    #[test]
    fn entries_stand_where_their_kind_is_listed_and_nowhere_else() {
        let sources = [
            ("a.md", "<< a.time >>"),
            ("e.md", "<< evidence() >>\n\nEnd."),
        ];
        let filled = fill(Renderer::Html, sources);
        let entry = "\n## Derived {#derived}\n\n- <a id=\"ev-a.time\"></a>`a.time`: 2\u{a0}s. \
                     &#96;1&#96; + &#96;1&#96;\n\n## Quoted";
        let evidence = &filled.chapters["e.md"];
        assert!(evidence.contains(entry), "{evidence}");
        let without = fill(Renderer::Html, [("a.md", "<< a.time >>"), ("e.md", "")]);
        assert_eq!(without.chapters["e.md"], "");
    }
}
