//! Typst source text: escapes, and a buffer that remembers where its text came from.

/// The design's path in the compiler's world.
pub(crate) const TEMPLATE: &str = "/template.typ";

/// A string literal of Typst.
pub(crate) fn string(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            '\n' => literal += "\\n",
            '\t' => literal += "\\t",
            c if c.is_control() => literal += &format!("\\u{{{:x}}}", c as u32),
            c => literal.push(c),
        }
    }
    literal + "\""
}

/// Text in Typst's markup mode, each character standing for itself.
pub(crate) fn text(text: &str) -> String {
    let mut markup = String::new();
    let mut previous = None;
    let mut only_digits = true;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_syntax = "\\*_`$#<>@[]=-+/~".contains(c);
        // `1.` starts a numbered list, `...` becomes an ellipsis.
        let ends_number = only_digits && chars.peek().is_none_or(|next| next.is_whitespace());
        let is_dot = c == '.' && (ends_number || previous == Some('.'));
        if is_syntax || is_dot {
            markup.push('\\');
        }
        markup.push(c);
        only_digits = c == '\n' || (only_digits && c.is_ascii_digit());
        previous = Some(c);
    }
    markup
}

/// Typst source that grows, with the chapter offset that each part of it came from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    text: String,
    marks: Vec<(usize, usize)>,
}

impl Source {
    /// The source so far.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Notes that what follows comes from byte `offset` of the chapter.
    pub(crate) fn mark(&mut self, offset: usize) {
        self.marks.push((self.text.len(), offset));
    }

    /// Appends source text.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Removes spaces and line breaks from the end.
    pub(crate) fn trim_end(&mut self) {
        self.text.truncate(self.text.trim_end().len());
    }

    /// The chapter offset that the byte at `at` came from.
    pub(crate) fn origin(&self, at: usize) -> usize {
        let index = self.marks.partition_point(|&(start, _)| start <= at);
        index.checked_sub(1).map_or(0, |index| self.marks[index].1)
    }
}

#[cfg(test)]
mod tests {
    use super::{string, text};

    #[test]
    fn strings_are_literals() {
        assert_eq!(string("a\"\\\n\u{7}"), "\"a\\\"\\\\\\n\\u{7}\"");
    }

    #[track_caller]
    fn check(plain: &str, expect: &str) {
        assert_eq!(text(plain), expect);
    }

    #[test]
    fn text_stands_for_itself() {
        check("1. a * b_c $x$ #d", "1\\. a \\* b\\_c \\$x\\$ \\#d");
        check("= -1 // https://x", "\\= \\-1 \\/\\/ https:\\/\\/x");
        check("3.14 and v2.0 ...", "3.14 and v2.0 .\\.\\.");
    }
}
