//! The numbers of sections in the pages: before the title of a chapter, and in the title of its
//! window. In the sidebar mdBook has them itself.

use crate::chapters::titles;
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::config::Config;

/// What begins a chapter's own title of its window.
const WINDOW_TITLE: &str = "{{#title";

/// How sections are numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Numbering {
    smart_punctuation: bool,
    /// The book's title, where the chapters may name the title of their windows.
    windows: Option<String>,
}

impl Numbering {
    /// As `book.toml` says; `None` where it wants no numbers.
    fn of(config: &Config) -> Option<Numbering> {
        let html = config.html_config().unwrap_or_default();
        let links = |key: &str| config.get::<Vec<String>>(key).ok().flatten();
        let before = links("preprocessor.measured.before").unwrap_or_default();
        let is_read =
            config.build.use_default_preprocessors || config.contains_key("preprocessor.links");
        // `links` takes the title out of the chapter again.
        let windows = is_read && before.iter().any(|name| name == "links");
        (!html.no_section_label).then(|| Numbering {
            smart_punctuation: html.smart_punctuation,
            windows: windows.then(|| config.book.title.clone().unwrap_or_default()),
        })
    }

    fn apply(&self, chapter: &mut Chapter) {
        let Some(number) = &chapter.number else {
            return;
        };
        let number = number.to_string();
        let number = number.trim_end_matches('.');
        let numbered = titles::number(&chapter.content, self.smart_punctuation, number);
        if let Some(numbered) = numbered {
            chapter.content = numbered;
        }
        if let Some(book) = &self.windows {
            chapter
                .content
                .insert_str(0, &window_title(chapter, number, book));
        }
    }
}

/// What says how the window of the chapter's page is called; nothing where the chapter says it.
fn window_title(chapter: &Chapter, number: &str, book: &str) -> String {
    let is_said = chapter.content.contains(WINDOW_TITLE);
    let ends_early = |text: &str| text.contains(['}', '\n']);
    if is_said || ends_early(&chapter.name) || ends_early(book) {
        return String::new();
    }
    let separator = if book.is_empty() { "" } else { " - " };
    format!(
        "{WINDOW_TITLE} {number} {}{separator}{book}}}}}\n\n",
        chapter.name
    )
}

/// Puts the numbers of the sections into the chapters.
pub(super) fn number(context: &PreprocessorContext, book: &mut Book) {
    if let Some(numbering) = Numbering::of(&context.config) {
        book.for_each_mut(|item| {
            if let BookItem::Chapter(chapter) = item {
                numbering.apply(chapter);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mdbook_preprocessor::book::SectionNumber;

    const USUAL: &str = "[book]\ntitle = 'B'\n[preprocessor.measured]\nbefore = ['links']\n";

    fn check(config: &str, (name, text): (&str, &str), expected: &str) {
        let mut chapter = Chapter::new(name, text.to_owned(), "a.md", Vec::new());
        chapter.number = Some(SectionNumber::new([2, 3]));
        let mut plain = chapter.clone();
        plain.number = None;
        let context = PreprocessorContext::new("".into(), config.parse().unwrap(), "html".into());
        let mut book = Book::new_with_items(vec![chapter.into(), plain.into()]);
        number(&context, &mut book);
        let texts: Vec<_> = book.chapters().map(|it| it.content.as_str()).collect();
        assert_eq!(texts, [expected, text], "{config}");
    }

    #[test]
    fn a_section_is_numbered_in_its_title_and_its_window() {
        let chapter = ("Name & more", "# Title");
        check(
            USUAL,
            chapter,
            "{{#title 2.3 Name & more - B}}\n\n# 2.3 Title {#title}",
        );
        let nameless = USUAL.replace("title = 'B'\n", "");
        check(
            &nameless,
            chapter,
            "{{#title 2.3 Name & more}}\n\n# 2.3 Title {#title}",
        );
        check(USUAL, ("Name", "Text."), "{{#title 2.3 Name - B}}\n\nText.");
    }

    #[test]
    fn a_book_without_labels_has_none() {
        let config = format!("{USUAL}[output.html]\nno-section-label = true\n");
        check(&config, ("Name", "# Title"), "# Title");
    }

    #[test]
    fn a_window_is_named_where_mdbook_reads_it() {
        let expected = "# 2.3 Title {#title}";
        for config in [
            "[preprocessor.measured]\n",
            "[build]\nuse-default-preprocessors = false\n[preprocessor.measured]\nbefore = ['links']\n",
        ] {
            check(config, ("Name", "# Title"), expected);
        }
        let with = "[build]\nuse-default-preprocessors = false\n[preprocessor.links]\n";
        let with = format!("{with}[preprocessor.measured]\nbefore = ['links']\n");
        check(
            &with,
            ("N", "# Title"),
            "{{#title 2.3 N}}\n\n# 2.3 Title {#title}",
        );
        check(USUAL, ("a } b", "# Title"), expected);
        let own = "{{#title Mine}}\n\n# Title";
        check(
            USUAL,
            ("Name", own),
            "{{#title Mine}}\n\n# 2.3 Title {#title}",
        );
    }
}
