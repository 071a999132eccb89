//! What an author sees in the pages of a draft while `mdbook serve` runs.

use crate::chapters::{Chapter, Diagnostic};
use crate::escape::html;
use std::collections::BTreeMap;

/// The pages of a draft with faults: each begins with its own and some of the others.
pub(super) fn with_faults(
    chapters: &[Chapter],
    mut texts: BTreeMap<String, String>,
    faults: &[Diagnostic],
) -> BTreeMap<String, String> {
    for chapter in chapters {
        let text = texts.entry(chapter.path.clone()).or_default();
        *text = format!("{}\n\n{text}", fault_block(&chapter.file, faults));
    }
    texts
}

/// The most faults that a page shows: all on all pages would grow with their square.
const FAULTS_ON_A_PAGE: usize = 30;

/// What stands at the top of the page of `file`.
fn fault_block(file: &str, faults: &[Diagnostic]) -> String {
    let (own, others): (Vec<_>, Vec<_>) = faults.iter().partition(|fault| fault.file == file);
    let shown = own.into_iter().chain(others).take(FAULTS_ON_A_PAGE);
    let shown: Vec<_> = shown.map(ToString::to_string).collect();
    let mut lines: Vec<_> = shown
        .iter()
        .flat_map(|fault| fault.lines())
        .map(html)
        .collect();
    let left_out = faults.len() - shown.len();
    if left_out > 0 {
        lines.push(format!("and {left_out} more, which stand in the terminal"));
    }
    format!(
        "<div class=\"build-faults\" role=\"alert\"><p>This draft does not build:</p><pre>{}</pre></div>",
        lines.join("&#10;")
    )
}

/// Puts what may be in no submission, such as typed numbers, on the page of its chapter, folded.
pub(super) fn add_notes(
    chapters: &[Chapter],
    texts: &mut BTreeMap<String, String>,
    notes: &[Diagnostic],
) {
    for chapter in chapters {
        let own = notes.iter().filter(|note| note.file == chapter.file);
        let own: Vec<_> = own.map(ToString::to_string).collect();
        if let (false, Some(text)) = (own.is_empty(), texts.get_mut(&chapter.path)) {
            *text = format!("{}\n\n{text}", notes_block(&own));
        }
    }
}

fn notes_block(notes: &[String]) -> String {
    let lines: Vec<_> = notes.iter().map(|note| html(note).to_string()).collect();
    let count = match notes.len() {
        1 => "1 note".to_owned(),
        count => format!("{count} notes"),
    };
    format!(
        "<details class=\"draft-notes\"><summary>{count} on this draft</summary><pre>{}</pre></details>",
        lines.join("&#10;")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escape_tests::NASTY;
    use pulldown_cmark::{Event, Parser};

    #[test]
    fn a_page_shows_its_own_faults_and_some_of_the_others() {
        let fault = |number: usize| {
            let file = format!("book/c{number}.md");
            Diagnostic::of_file(file, format!("<b>`{number}`</b>"))
        };
        let faults: Vec<_> = (0..100).map(fault).collect();
        let block = fault_block("book/c77.md", &faults);
        assert!(
            block.contains(
                "<pre>&#96;book/c77.md&#96;: &lt;b&gt;&#96;77&#96;&lt;/b&gt;&#10;&#96;book/c0.md"
            ),
            "{block}"
        );
        assert_eq!(block.matches("book/c").count(), FAULTS_ON_A_PAGE);
        assert!(block.contains("&#10;and 70 more, which"), "{block}");
        let few = fault_block("book/c9.md", &faults[..2]);
        assert_eq!(few.matches("book/c").count(), 2);
        assert!(!few.contains("more"), "{few}");
    }

    #[test]
    fn faults_in_a_page_are_text() {
        let chapter = Chapter {
            path: "a.md".into(),
            file: "book/a.md".into(),
            source: String::new(),
        };
        let faults = NASTY.map(|text| Diagnostic::of_file(text, text));
        let texts = with_faults(&[chapter], BTreeMap::new(), &faults);
        let events: Vec<_> = Parser::new(&texts["a.md"]).collect();
        let [Event::Start(_), Event::Html(block), Event::End(_)] = &events[..] else {
            panic!("not one block of HTML: {events:?}");
        };
        let tags: Vec<_> = block.matches('<').collect();
        assert_eq!(tags.len(), 6, "{block}");
        assert!(!block.contains("{{"), "{block}");
        let shown = faults[..FAULTS_ON_A_PAGE].iter().map(ToString::to_string);
        let lines: usize = shown.map(|fault| fault.lines().count()).sum();
        assert_eq!(block.matches("&#10;").count(), lines);
    }
}
