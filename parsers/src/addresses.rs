//! Addresses in a book, and text of HTML, as both programs read them.

/// The name of the PDF, in the folder of its program and beside the pages, from the root of the book.
pub const PDF_FILE: &str = "book.pdf";

/// A path as written in a chapter, as a path in the source folder without `.` and `..`;
/// what would leave the folder keeps its `..`.
pub fn beside(chapter: &str, path: &str) -> String {
    let folder = chapter.rsplit_once('/').map_or("", |(folder, _)| folder);
    let joined = match path.strip_prefix('/') {
        Some(from_root) => from_root.to_owned(),
        None => format!("{folder}/{path}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Resolves `%20` and its like; a sequence that is no UTF-8 stays as written.
pub fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text
            .get(at + 1..at + 3)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

/// The longest name of a character in HTML has 31 letters.
const LONGEST_REFERENCE: usize = 40;

/// Resolves character references through the Markdown parser, which knows HTML's table.
pub fn resolve_entities(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        result.push_str(&rest[..start]);
        let bytes = rest[start..].bytes().take(LONGEST_REFERENCE);
        let length = { bytes }.position(|byte| byte == b';');
        let end = start + 1 + length.unwrap_or(0);
        result.push_str(&one_entity(&rest[start..end]));
        rest = &rest[end..];
    }
    result + rest
}

fn one_entity(reference: &str) -> String {
    let events = pulldown_cmark::Parser::new(reference);
    let texts = events.filter_map(|event| match event {
        pulldown_cmark::Event::Text(text) => Some(text.into_string()),
        _ => None,
    });
    let resolved: String = texts.collect();
    if resolved.is_empty() {
        reference.to_owned()
    } else {
        resolved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_the_chapter() {
        assert_eq!(beside("a/b.md", "c.md"), "a/c.md");
        assert_eq!(beside("a/b.md", "../c.md"), "c.md");
        assert_eq!(beside("a/b.md", "/c.md"), "c.md");
        assert_eq!(beside("a.md", "../c.md"), "../c.md");
        assert_eq!(percent_decoded("a%20b%zz"), "a b%zz");
    }

    #[test]
    fn references_to_characters_are_the_characters() {
        let resolved = resolve_entities("&#x41;&#66;&apos;&amp;amp;&nothing;&;&");
        assert_eq!(resolved, "AB'&amp;&nothing;&;&");
    }
}
