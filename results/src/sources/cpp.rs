//! A C++ or CUDA file without its comments and layout.

/// Layout beside these means nothing, but in a directive.
const DELIMITERS: &str = "(){}[];,";

/// `source` with each run of white space and comments as one space, or none beside a delimiter. The lines of directives
/// stay; strings and whatever is joined by a backslash at a line's end stay as they are.
pub(super) fn tokens(source: &str) -> String {
    let mut writer = Writer::default();
    let (mut rest, mut at_line_start) = (source, true);
    while !rest.is_empty() {
        let layout = layout_length(rest);
        if layout > 0 {
            let (text, after) = rest.split_at(layout);
            // The lines of a comment are no lines.
            let ends_line = !text.starts_with('/') && text.contains('\n');
            writer.layout(ends_line);
            at_line_start |= ends_line;
            rest = after;
            continue;
        }
        let (text, after) = rest.split_at(token_length(rest));
        if at_line_start && text == "#" {
            writer.begin_directive();
        }
        writer.token(text);
        (rest, at_line_start) = (after, false);
    }
    writer.text
}

#[derive(Default)]
struct Writer {
    text: String,
    has_layout: bool,
    in_directive: bool,
}

impl Writer {
    fn layout(&mut self, ends_line: bool) {
        self.has_layout = true;
        if ends_line && self.in_directive {
            self.text.push('\n');
            (self.in_directive, self.has_layout) = (false, false);
        }
    }

    fn begin_directive(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        (self.in_directive, self.has_layout) = (true, false);
    }

    fn token(&mut self, text: &str) {
        let delimits = |c: Option<char>| c.is_none_or(|c| c == '\n' || DELIMITERS.contains(c));
        let means_nothing = !self.in_directive
            && (delimits(self.text.chars().next_back()) || delimits(text.chars().next()));
        if self.has_layout && !means_nothing {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.has_layout = false;
    }
}

/// Bytes of white space, or of one comment, at the beginning of `text`.
fn layout_length(text: &str) -> usize {
    if let Some(comment) = text.strip_prefix("//") {
        let mut end = 0;
        // A backslash at the end takes the next line into the comment.
        while let Some(length) = comment[end..].find('\n') {
            end += length;
            if !comment[..end].ends_with('\\') {
                return 2 + end;
            }
            end += 1;
        }
        return text.len();
    }
    if let Some(comment) = text.strip_prefix("/*") {
        return comment.find("*/").map_or(text.len(), |end| end + 4);
    }
    text.len() - text.trim_start().len()
}

/// Bytes of the word, number, string, character or single sign at the beginning of `text`.
fn token_length(text: &str) -> usize {
    let word = word_length(text);
    let (prefix, rest) = text.split_at(word);
    match rest.chars().next() {
        Some('"') if ["R", "u8R", "uR", "UR", "LR"].contains(&prefix) => word + raw_length(rest),
        _ if word > 0 => word,
        Some(quote @ ('"' | '\'')) => quoted_length(rest, quote),
        Some('\\') if rest[1..].starts_with('\n') => 2,
        Some(sign) => sign.len_utf8(),
        None => 0,
    }
}

/// Bytes of a word or number; a `'` between digits belongs to the number.
fn word_length(text: &str) -> usize {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit());
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut length = 0;
    for (at, c) in text.char_indices() {
        let separates = is_number && c == '\'' && text[at + 1..].starts_with(in_word);
        if !in_word(c) && !separates {
            break;
        }
        length = at + c.len_utf8();
    }
    length
}

/// Bytes of `"…"` or `'…'`; an unclosed one ends with its line.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return at,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Bytes of `"MARK(…)MARK"`, which `R` begins.
fn raw_length(text: &str) -> usize {
    let Some((mark, _)) = text[1..].split_once('(') else {
        return text.len();
    };
    let end = format!("){mark}\"");
    text.find(&end).map_or(text.len(), |at| at + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) {
        assert_eq!(tokens(one), tokens(other), "{one}\n{other}");
    }

    fn different(one: &str, other: &str) {
        assert_ne!(tokens(one), tokens(other), "{one}\n{other}");
    }

    #[test]
    fn comments_and_layout_do_not_count() {
        same(
            "int f(int a, int b) { return a + b; }",
            "// What\\\n  f does.\nint f(  int a, /* b\n is */ int b)\n{\n    return a +\n b;\n}\n",
        );
        same(
            "#define A 1\nint a;",
            "#define  A /* one\n */ 1 // it is\n\n\nint   a;\n",
        );
        same(
            "int a;\n#ifdef A\nint b;",
            "int a; \n  #ifdef A\n\n  int b;",
        );
    }

    #[test]
    fn everything_else_counts() {
        different("f(\"a  b\")", "f(\"a b\")");
        different("f(\"// a\")", "f(\"// b\")");
        different("f(\"\\\" // a\")", "f(\"\\\" // b\")");
        different("f('\"', 1 // a\n)", "f('\"', 2 // a\n)");
        different("R\"x(\" // a)x\"", "R\"x(\" // b)x\"");
        different("u8R\"(a  b)\"", "u8R\"(a b)\"");
        different("1'000'000 // 1", "1'000'001 // 1");
        different("a - -b", "a --b");
        different("#define F (x)", "#define F(x)");
        different("#define A\n1", "#define A 1");
        different("int a", "inta");
        different("/* 1 */ 1", "/* 1 */ 2");
    }

    #[test]
    fn whatever_is_cut_off_ends() {
        for text in [
            "\"a", "R\"x(a", "R\"", "'", "/* a", "// a\\\n", "\\", "1'", "é\\\n",
        ] {
            tokens(text);
        }
    }
}
