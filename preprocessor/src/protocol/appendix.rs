//! The appendix: the chapters of one part have letters in the place of numbers, in both formats.

use crate::chapters::titles;
use mdbook_preprocessor::book::{Book, BookItem, Chapter};

/// Gives letters to the chapters of the part called `part`.
///
/// # Errors
/// Where no part is called so, or where it has more chapters than there are letters.
pub(super) fn letter(part: &str, smart_punctuation: bool, book: &mut Book) -> Result<(), String> {
    let is_title = |item: &BookItem| matches!(item, BookItem::PartTitle(title) if title == part);
    let Some(start) = book.items.iter().position(is_title) else {
        return Err(format!(
            "`book.toml`: `appendix`: no part of SUMMARY.md is called `{part}`"
        ));
    };
    let mut letters = 'A'..='Z';
    let of_part = book.items[start + 1..].iter_mut();
    for item in of_part.take_while(|item| !matches!(item, BookItem::PartTitle(_))) {
        if let BookItem::Chapter(chapter) = item {
            let letter = letters.next().ok_or_else(|| {
                format!(
                    "`book.toml`: `appendix`: `{part}` has more chapters than there are letters"
                )
            })?;
            name(chapter, &letter.to_string(), smart_punctuation);
        }
    }
    Ok(())
}

/// Puts a label before the titles of a chapter and of those below it, and takes their numbers.
fn name(chapter: &mut Chapter, label: &str, smart_punctuation: bool) {
    chapter.number = None;
    chapter.name = format!("{label} {}", chapter.name);
    if let Some(text) = titles::label(&chapter.content, smart_punctuation, label) {
        chapter.content = text;
    }
    let below = chapter.sub_items.iter_mut().filter_map(|item| match item {
        BookItem::Chapter(chapter) => Some(chapter),
        _ => None,
    });
    for (index, chapter) in below.enumerate() {
        name(
            chapter,
            &format!("{label}.{}", index + 1),
            smart_punctuation,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mdbook_preprocessor::book::SectionNumber;

    fn chapter(name: &str, number: u32, below: Vec<BookItem>) -> BookItem {
        let mut chapter = Chapter::new(name, format!("# {name}"), format!("{name}.md"), Vec::new());
        chapter.number = Some(SectionNumber::new([number]));
        chapter.sub_items = below;
        chapter.into()
    }

    #[test]
    fn the_chapters_of_one_part_have_letters() {
        let part = |title: &str| BookItem::PartTitle(title.to_owned());
        let items = vec![
            part("Answers"),
            chapter("One", 1, vec![]),
            part("Appendix"),
            chapter("Runs", 2, vec![chapter("Seeds", 1, vec![])]),
            BookItem::Separator,
            chapter("B trees", 3, vec![]),
            part("Index"),
            chapter("Names", 4, vec![]),
        ];
        let mut book = Book::new_with_items(items);
        letter("Appendix", false, &mut book).unwrap();
        let titles = |it: &Chapter| {
            let number = it
                .number
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            format!("{number}|{}|{}", it.name, it.content)
        };
        let found: Vec<_> = book.chapters().map(titles).collect();
        assert_eq!(
            found,
            [
                "1.|One|# One",
                "|A Runs|# A Runs {#runs}",
                "|A.1 Seeds|# A.1 Seeds {#seeds}",
                "|B B trees|# B B trees {#b-trees}",
                "4.|Names|# Names"
            ]
        );
    }

    #[test]
    fn a_part_that_is_not_there_is_told() {
        let told = letter("Apendix", false, &mut Book::new());
        let expected = "`book.toml`: `appendix`: no part of SUMMARY.md is called `Apendix`";
        assert_eq!(told, Err(expected.to_owned()));
    }
}
