//! Text from outside, written so that it stays text where it stands.
//!
//! Names of files, devices, classes and runs, reasons, remarks and messages come from files that
//! the author of a chapter did not write. This module alone makes them part of a page: [`markdown`]
//! and [`message`] for running text, cells and the brackets of links and images, [`html`] for text
//! and quoted attributes of HTML and SVG, [`code`] for code, [`destination`] for the place that a
//! link leads to. None of them leaves a `{{` behind, which mdBook takes for a directive.

use std::fmt::{self, Write as _};

/// Schemes that a link of a book may have; a link without one stays in the book.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "doi"];

/// Text in which neither Markdown nor HTML sees markup, on one line, wherever in a line it stands:
/// also in a cell of a table and in raw HTML, which read references to characters alike.
pub fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let trimmed = text.trim_end_matches(is_space);
    let rest = write_start(&mut escaped, trimmed);
    write(&mut escaped, rest, in_markdown);
    if trimmed.len() < text.len() {
        escaped.push(' '); // two of them would break the line
    }
    escaped
}

fn is_space(c: char) -> bool {
    c == ' ' || c.is_ascii_control()
}

/// Writes what would be markup at the start of a line, and returns what follows it.
fn write_start<'a>(out: &mut String, text: &'a str) -> &'a str {
    let trimmed = text.trim_start_matches(is_space);
    if trimmed.len() < text.len() {
        out.push(' '); // four of them would begin code
    }
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = trimmed.split_at(digits);
    let starts_block = match rest.as_bytes() {
        [b'.' | b')'] => digits > 0,
        [b'.' | b')', next, ..] => digits > 0 && next.is_ascii_whitespace(),
        [b'#' | b'-' | b'+' | b'=' | b':' | b'(', ..] => digits == 0,
        _ => false,
    };
    if !starts_block {
        return trimmed;
    }
    let _ = write!(out, "{number}&#{};", rest.as_bytes()[0]);
    &rest[1..]
}

/// Text of HTML or SVG, or of an attribute in quotes, on one line; in Markdown, too.
pub fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let _ = Html(&mut escaped).write_str(text);
    escaped
}

/// Appends what is written to it as [`html`] does.
pub struct Html<'a>(pub &'a mut String);

impl fmt::Write for Html<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write(self.0, text, in_html);
        Ok(())
    }
}

fn write(out: &mut String, text: &str, replacement: impl Fn(u8) -> Option<&'static str>) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| replacement(byte).is_some()) {
        out.push_str(&rest[..at]);
        out.push_str(replacement(rest.as_bytes()[at]).unwrap_or_default());
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

/// What stands for a byte in Markdown; none where it may stand itself.
fn in_markdown(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'\\' => "&#92;",
        b'*' => "&#42;",
        b'_' => "&#95;",
        b'[' => "&#91;",
        b']' => "&#93;",
        b'}' => "&#125;",
        b'~' => "&#126;",
        b'@' => "&#64;",
        b'!' => "&#33;",
        _ => return in_html(byte),
    })
}

/// What stands for a byte in HTML; none where it may stand itself. A bar would end a cell, a
/// backtick or a dollar sign could end code or a formula that begins before the HTML.
fn in_html(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        b'\'' => "&#39;",
        b'|' => "&#124;",
        b'{' => "&#123;",
        b'`' => "&#96;",
        b'$' => "&#36;",
        0..=0x1f | 0x7f => " ",
        _ => return None,
    })
}

/// Code of Markdown on one line, which can break behind its commas; nothing where there is no text.
///
/// Nothing can be escaped in code: an apostrophe stands for a backtick. A bar would end a cell.
pub fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len() + 2);
    write_code(&mut code, text);
    code
}

/// Appends [`code`].
pub fn write_code(out: &mut String, text: &str) {
    if text.is_empty() {
        return;
    }
    out.push('`');
    let mut rest = text;
    let is_special = |byte| matches!(byte, b'`' | b',' | b'{' | 0..=0x1f | 0x7f);
    while let Some(at) = rest.bytes().position(is_special) {
        out.push_str(&rest[..at]);
        let special = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        out.push_str(match (special, rest.as_bytes().first()) {
            (b'`', _) => "'",
            (b',', Some(b' ')) => ",",
            (b',', _) => ", ",
            (b'{', Some(b'{')) => "{\u{2060}", // a word joiner has no width
            (b'{', _) => "{",
            _ => " ",
        });
    }
    out.push_str(rest);
    out.push('`');
}

/// A message whose values stand in backticks, as Markdown: the values as code.
pub fn message(text: &str) -> String {
    let mut markdown_text = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        match index {
            0 => markdown_text.push_str(&markdown(part)),
            _ if index % 2 == 0 => write(&mut markdown_text, part, in_markdown),
            _ => write_code(&mut markdown_text, part),
        }
    }
    markdown_text
}

/// A path inside the book, or an id behind `#`, as a link leads to it in Markdown and in HTML.
pub fn destination(path: &str) -> String {
    let mut written = String::with_capacity(path.len());
    write_destination(&mut written, path);
    written
}

/// Appends [`destination`].
pub fn write_destination(out: &mut String, path: &str) {
    let stays = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let mut rest = path;
    while let Some(at) = rest.bytes().position(|byte| !stays(byte)) {
        out.push_str(&rest[..at]);
        let after = rest[at..].chars().next().map_or(1, char::len_utf8);
        for byte in rest[at..at + after].bytes() {
            let _ = write!(out, "%{byte:02X}");
        }
        rest = &rest[at + after..];
    }
    out.push_str(rest);
}

/// Checks that a link leads to a place in the book or has a scheme that runs no program.
///
/// # Errors
/// Names the link and the schemes that it may have.
pub fn check_link(url: &str) -> Result<(), String> {
    // Browsers skip these characters when they look for the scheme.
    let seen: String = { url.chars() }
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .collect();
    let scheme = seen.split_once(':').map(|(scheme, _)| scheme);
    let allowed = match scheme.filter(|scheme| !scheme.contains(['/', '?', '#'])) {
        Some(scheme) => SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()),
        None => !seen.starts_with("//") && !seen.starts_with("/\\") && !seen.starts_with('\\'),
    };
    match allowed {
        true => Ok(()),
        false => Err(format!(
            "a link leads to `{url}`, expected a place in the book or one of {}",
            SCHEMES.map(|scheme| format!("`{scheme}:`")).join(", ")
        )),
    }
}
