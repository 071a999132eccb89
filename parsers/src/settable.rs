//! What of a chapter the PDF can set: one list for the program that sets it and for the one that
//! tells an author before.

/// The elements of raw HTML that the PDF knows.
pub const ELEMENTS: [&str; 19] = [
    "figure",
    "figcaption",
    "span",
    "a",
    "br",
    "em",
    "strong",
    "i",
    "b",
    "s",
    "del",
    "sub",
    "sup",
    "kbd",
    "details",
    "summary",
    "img",
    "picture",
    "source",
];

/// What helps where raw HTML is not known.
pub const ELEMENTS_HINT: &str = "the PDF knows figure, figcaption, span, a, br, em, strong, i, b, s, del, \
                                 sub, sup, kbd, details, summary, img and picture";

/// The formats of images, by the ends of their names, in both formats of the book.
pub const IMAGE_FORMATS: [&str; 6] = ["png", "jpg", "jpeg", "gif", "webp", "svg"];

/// The format that the name of an image says, in lower case.
pub fn format_of(path: &str) -> String {
    let end = path.rsplit_once('.').map_or("", |(_, end)| end);
    end.to_ascii_lowercase()
}

/// What is wrong with the content of an image whose name says this format, with a hint; nothing where it
/// seems whole.
pub fn image_fault(format: &str, content: &[u8]) -> Option<(String, &'static str)> {
    let expected = if format == "jpeg" { "jpg" } else { format };
    match found_format(content) {
        Some(found) if found != expected => Some((
            format!("its content is `{found}`, expected `{format}` as its name says"),
            "rename it",
        )),
        None if content.is_empty() => Some(("the file is empty".to_owned(), "save it again")),
        None => Some((format!("its content is no `{format}`"), "save it again")),
        Some(found) if !is_whole(found, content) => {
            Some(("the file breaks off".to_owned(), "save it again"))
        }
        Some(_) => None,
    }
}

fn found_format(content: &[u8]) -> Option<&'static str> {
    let begins = |signature: &[u8]| content.starts_with(signature);
    match () {
        () if begins(b"\x89PNG\r\n\x1a\n") => Some("png"),
        () if begins(b"\xff\xd8\xff") => Some("jpg"),
        () if begins(b"GIF87a") || begins(b"GIF89a") => Some("gif"),
        () if begins(b"RIFF") && content.get(8..12) == Some(b"WEBP") => Some("webp"),
        () => {
            let text = std::str::from_utf8(content).ok()?;
            text.contains("<svg").then_some("svg")
        }
    }
}

/// Whether the content reaches its end.
fn is_whole(format: &str, content: &[u8]) -> bool {
    match format {
        "png" => ends_png(content),
        "jpg" => content.windows(2).any(|end| end == b"\xff\xd9"),
        "gif" => content.contains(&b';') && content.len() > 13,
        "webp" => {
            let length = content.get(4..8).and_then(|it| it.try_into().ok());
            length.is_some_and(|it| content.len() >= 8 + u32::from_le_bytes(it) as usize)
        }
        _ => content.trim_ascii_end().ends_with(b">"),
    }
}

/// Whether the chunks of a PNG follow one another to the last.
fn ends_png(content: &[u8]) -> bool {
    let mut at = 8;
    while let Some(head) = content.get(at..at + 8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        at += 12 + length;
        if &head[4..] == b"IEND" {
            return content.len() >= at;
        }
    }
    false
}

/// Counts the cells of a table's row as written.
pub fn cells(row: &str) -> usize {
    let row = row.trim();
    let mut bars = 0;
    let mut is_escaped = false;
    let mut ends_in_bar = false;
    for c in row.chars() {
        ends_in_bar = c == '|' && !is_escaped;
        bars += usize::from(ends_in_bar);
        is_escaped = c == '\\' && !is_escaped;
    }
    let starts_in_bar = row.starts_with('|');
    let ends_in_another = ends_in_bar && !(starts_in_bar && bars == 1);
    bars + 1 - usize::from(starts_in_bar) - usize::from(ends_in_another)
}

/// The footnote that `text` refers to as text, because nothing defines it.
pub fn undefined_footnote(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("[^")?;
    let (name, _) = rest.split_once(']')?;
    (!name.is_empty() && !name.contains(char::is_whitespace)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_are_none_or_break_off() {
        let fault = |format: &str, content: &[u8]| {
            image_fault(format, content).map_or(String::new(), |(message, _)| message)
        };
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x01IHDRxcrcc\0\0\0\0IENDcrcc";
        let webp = b"RIFF\x06\0\0\0WEBPVP";
        for (format, whole) in [
            ("png", &png[..]),
            ("jpeg", b"\xff\xd8\xff\xe0 \xff\xd9"),
            ("jpg", b"\xff\xd8\xff\xe0 \xff\xd9 more"),
            ("gif", b"GIF89a\x01\0\x01\0\0\0\0;"),
            ("webp", webp),
            ("svg", b"<?xml?>\n<svg></svg>\n"),
        ] {
            assert_eq!(fault(format, whole), "", "{format}");
            assert_eq!(fault(format, b""), "the file is empty");
            assert_eq!(
                fault(format, b"text"),
                format!("its content is no `{format}`")
            );
        }
        for (format, content) in [
            ("png", &png[..png.len() - 1]),
            ("jpg", b"\xff\xd8\xff\xe0 "),
            ("webp", &webp[..webp.len() - 1]),
            ("svg", b"<svg><path d=\""),
        ] {
            assert_eq!(fault(format, content), "the file breaks off", "{format}");
        }
        assert_eq!(
            fault("jpg", png),
            "its content is `png`, expected `jpg` as its name says"
        );
    }
}
