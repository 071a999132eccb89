//! The raw HTML that a chapter may hold: tags, text and comments, and nothing clever.

use parsers::addresses::resolve_entities;

/// One piece of raw HTML, with its byte offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// `<name attributes>`; `closed` for `<name/>`.
    Open {
        /// Name in lower case.
        name: String,
        /// Attributes in the order written, entities resolved.
        attributes: Vec<(String, String)>,
        /// Whether the tag closes itself.
        closed: bool,
    },
    /// `</name>`.
    Close(String),
    /// Text between tags, entities resolved.
    Text(String),
}

/// Splits raw HTML into pieces; comments vanish.
///
/// # Errors
/// The offset of a `<` that starts no tag and of a comment that never ends.
pub(crate) fn pieces(html: &str) -> Result<Vec<(usize, Piece)>, usize> {
    let mut list = Vec::new();
    let mut at = 0;
    while at < html.len() {
        let rest = &html[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            at += comment.find("-->").ok_or(at)? + "<!---->".len();
        } else if rest.starts_with('<') {
            let end = tag_end(rest).ok_or(at)?;
            list.push((at, tag(&rest[1..end - 1]).ok_or(at)?));
            at += end;
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            list.push((at, Piece::Text(resolve_entities(&rest[..end]))));
            at += end;
        }
    }
    Ok(list)
}

/// The offset behind the `>` that ends a tag, quoted `>` left aside.
fn tag_end(html: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in html.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn tag(inner: &str) -> Option<Piece> {
    if let Some(name) = inner.strip_prefix('/') {
        return Some(Piece::Close(name.trim().to_lowercase()));
    }
    let closed = inner.ends_with('/');
    let inner = inner.trim_end_matches('/').trim_end();
    let name_end = inner.find(char::is_whitespace).unwrap_or(inner.len());
    let name = inner[..name_end].to_lowercase();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic());
    is_name.then(|| Piece::Open {
        name,
        attributes: attributes(&inner[name_end..]),
        closed,
    })
}

fn attributes(mut rest: &str) -> Vec<(String, String)> {
    let mut list = Vec::new();
    loop {
        rest = rest.trim_start();
        let name_end = rest
            .find(|c: char| c.is_whitespace() || c == '=')
            .unwrap_or(rest.len());
        if name_end == 0 {
            return list;
        }
        let name = rest[..name_end].to_lowercase();
        rest = rest[name_end..].trim_start();
        let (value, after) = rest.strip_prefix('=').map_or(("", rest), value);
        list.push((name, resolve_entities(value)));
        rest = after;
    }
}

fn value(rest: &str) -> (&str, &str) {
    let rest = rest.trim_start();
    for quote in ['"', '\''] {
        if let Some(quoted) = rest.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::pieces;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(html: &str, expect: Expect) {
        expect.assert_eq(&format!("{:?}", pieces(html)));
    }

    #[test]
    fn tags_text_and_comments() {
        check(
            "<figure id=\"a&amp;b\" class=plot>x &lt; y<!-- no --></figure>",
            expect![[
                r#"Ok([(0, Open { name: "figure", attributes: [("id", "a&b"), ("class", "plot")], closed: false }), (32, Text("x < y")), (51, Close("figure"))])"#
            ]],
        );
        check(
            "<br/><IMG alt='a > b' hidden>",
            expect![[
                r#"Ok([(0, Open { name: "br", attributes: [], closed: true }), (5, Open { name: "img", attributes: [("alt", "a > b"), ("hidden", "")], closed: false })])"#
            ]],
        );
        check("&nbsp;&copy;&unknown; & <3", expect!["Err(24)"]);
    }
}
