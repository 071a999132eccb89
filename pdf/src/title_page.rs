//! What stands on the title page and in the file's own description.

use crate::config::Settings;
use crate::source::{self, TEMPLATE};
use mdbook_renderer::RenderContext;

/// The main source up to its first chapter.
pub(crate) fn opening(ctx: &RenderContext, settings: &Settings, build: Option<&str>) -> String {
    let book = &ctx.config.book;
    let optional = |text: Option<&str>| text.map_or("none".into(), source::string);
    let language = book.language.as_deref().unwrap_or("en");
    let (language, region) = language.split_once('-').unwrap_or((language, ""));
    let author = |author: &String| {
        let Author { name, detail } = Author::parse(author);
        format!("({}, {}), ", source::string(name), optional(detail))
    };
    format!(
        "#import \"{TEMPLATE}\": *\n#show: book.with(title: {}, subtitle: {}, authors: ({}), \
         note: {}, date: {}, build: {}, description: {}, language: {}, region: {}, paper: {})\n",
        source::string(book.title.as_deref().unwrap_or("Untitled")),
        optional(settings.subtitle.as_deref()),
        book.authors.iter().map(author).collect::<String>(),
        optional(settings.note.as_deref()),
        optional(settings.date.as_deref()),
        optional(build),
        optional(book.description.as_deref()),
        source::string(language),
        optional((!region.is_empty()).then_some(&*region.to_uppercase())),
        source::string(&settings.paper),
    )
}

/// An author with what tells her from others.
#[derive(Debug, PartialEq, Eq)]
struct Author<'a> {
    name: &'a str,
    /// An address or a number.
    detail: Option<&'a str>,
}

impl<'a> Author<'a> {
    /// Reads `Ada Lovelace <ada@example.org>` or `Ada Lovelace (4711)`.
    fn parse(text: &'a str) -> Self {
        let text = text.trim();
        let between = |open, close| text.strip_suffix(close)?.rsplit_once(open);
        let with_detail = between('<', '>').or_else(|| between('(', ')'));
        match with_detail.map(|(name, detail)| (name.trim(), detail.trim())) {
            Some((name, detail)) if !name.is_empty() && !detail.is_empty() => Author {
                name,
                detail: Some(detail),
            },
            _ => Author {
                name: text,
                detail: None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Author;

    #[test]
    fn an_author_may_have_an_address_or_a_number() {
        let check = |text: &str, name: &str, detail: Option<&str>| {
            assert_eq!(Author::parse(text), Author { name, detail }, "{text}");
        };
        check("Ada Lovelace", "Ada Lovelace", None);
        check(
            "Ada Lovelace <ada@example.org>",
            "Ada Lovelace",
            Some("ada@example.org"),
        );
        check(" Ada Lovelace (s1815) ", "Ada Lovelace", Some("s1815"));
        check("<ada@example.org>", "<ada@example.org>", None);
        check("Ada <>", "Ada <>", None);
    }
}
