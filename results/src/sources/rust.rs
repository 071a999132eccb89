//! A Rust file as its tokens: comments, doc comments, layout and unit tests leave no trace.

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, strip_shebang, tokenize};

/// What begins a module of tests, up to its name.
const TEST_MODULE: [&str; 8] = ["#", "[", "cfg", "(", "test", ")", "]", "mod"];
/// Characters that make one operator where nothing stands between them.
const OPERATORS: &str = "=<>!~?&|+-*/%^.:@";

struct Token<'a> {
    text: &'a str,
    /// Whether it belongs to the operator that the token before begins.
    joined: bool,
}

/// The tokens of `source`, each on a line of its own.
pub(super) fn tokens(source: &str) -> String {
    let mut tokens = read(source);
    remove_test_modules(&mut tokens);
    remove_trailing_commas(&mut tokens);
    let mut text = String::with_capacity(source.len());
    for token in &tokens {
        text.push_str(if token.joined { "" } else { "\n" });
        text.push_str(token.text);
    }
    text
}

fn read(source: &str) -> Vec<Token<'_>> {
    let mut rest = &source[strip_shebang(source).unwrap_or(0)..];
    let (mut tokens, mut after_operator) = (Vec::new(), false);
    for token in tokenize(rest, FrontmatterAllowed::No) {
        let (text, after) = rest.split_at(token.len as usize);
        rest = after;
        let is_layout = matches!(
            token.kind,
            TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
        );
        let is_operator = text.len() == 1 && OPERATORS.contains(text);
        if !is_layout {
            tokens.push(Token {
                text,
                joined: is_operator && after_operator,
            });
        }
        after_operator = is_operator;
    }
    tokens
}

/// Removes each `#[cfg(test)] mod NAME { … }`, which no program has.
fn remove_test_modules(tokens: &mut Vec<Token<'_>>) {
    let begins = |window: &[Token<'_>]| window.iter().map(|token| token.text).eq(TEST_MODULE);
    while let Some(begin) = { tokens.windows(TEST_MODULE.len()).position(begins) } {
        let open = begin + TEST_MODULE.len() + 1; // after the name
        let length = match tokens.get(open).map(|token| token.text) {
            Some("{") => block_length(&tokens[open..]),
            _ => 1, // `mod NAME;`
        };
        tokens.drain(begin..(open + length).min(tokens.len()));
    }
}

/// Tokens from an opening brace to the one that closes it.
fn block_length(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    tokens.len()
}

/// Removes the commas that rustfmt writes where it breaks a list over lines. `(a,)` is no list and keeps its own.
fn remove_trailing_commas(tokens: &mut Vec<Token<'_>>) {
    let (mut open, mut trailing) = (Vec::new(), Vec::new());
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => open.push((token.text, 0)),
            "," => {
                if let Some((_, commas)) = open.last_mut() {
                    *commas += 1;
                }
            }
            ")" | "]" | "}" => {
                let (opened, commas) = open.pop().unwrap_or_default();
                let before = index.checked_sub(1);
                let least = if opened == "(" { 2 } else { 1 };
                if commas >= least && before.is_some_and(|before| tokens[before].text == ",") {
                    trailing.extend(before);
                }
            }
            _ => {}
        }
    }
    let mut index = 0;
    tokens.retain(|_| {
        index += 1;
        trailing.binary_search(&(index - 1)).is_err()
    });
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
    fn comments_layout_and_tests_do_not_count() {
        let plain = "fn f(a: u8, b: u8) -> u8 { a + b }";
        same(
            plain,
            "//! What.\n\n/// Adds.\nfn f(\n    a: u8,\n    b: u8, // right\n) -> u8 {\n    a /* and /* again */ */ + b\n}\n",
        );
        let tests = "#[cfg(test)]\nmod tests { fn g() { \"}\"; } }\n";
        same(plain, &format!("{plain}\n{tests}"));
        same(
            &format!("{plain} fn h() {{}}"),
            &format!("{plain} {tests} fn h() {{}}"),
        );
        same(plain, &format!("{plain} #[cfg(test)] mod tests;"));
        same("let a = [1, 2];", "let a = [\n    1,\n    2,\n];");
        same("use a::{b, c};", "use a::{\n    b,\n    c,\n};");
    }

    #[test]
    fn everything_else_counts() {
        different("let a = 1;", "let a = 2;");
        different("f(\"a  b\")", "f(\"a b\")");
        different("f(\"// a\")", "f(\"// b\")");
        different("f(r#\"a\n\"#)", "f(r#\"a\n\n\"#)");
        different("let a = b && c;", "let a = b & &c;");
        different("(a,)", "(a)");
        different("ab", "a b");
        different("#[cfg(not(test))] mod tests { f() }", "");
        different("#[cfg(test)] fn f() {}", "");
        different("x as u32", "x as u64");
        different("'a'", "'b'");
    }
}
