//! Code blocks.

use super::Writer;
use crate::markdown::node::Node;
use crate::source;

/// Characters of a line of code that surely fit the measure.
const NARROW_LINE: usize = 60;

impl Writer<'_> {
    pub(super) fn code_block(&mut self, node: &Node, info: &str) {
        let language = info.split([',', ' ', '{']).next().unwrap_or_default();
        let mut code = node.text();
        code.truncate(code.trim_end_matches('\n').len());
        if let Some(prefix) = self.hidden_prefix(language) {
            code = visible(&code, &prefix);
        }
        self.check_characters(&code, node.start);
        let is_narrow = code.lines().all(|line| line.chars().count() <= NARROW_LINE);
        let (language, code) = (source::string(language), source::string(&code));
        self.push(&format!(
            "#code({language}, {code}, is-narrow: {is_narrow});"
        ));
    }

    /// The prefix of lines that mdBook hides in a language.
    fn hidden_prefix(&self, language: &str) -> Option<String> {
        let configured = self.book.hidden_lines.get(language).cloned();
        configured.or_else(|| (language == "rust").then(|| "#".into()))
    }
}

/// Drops hidden lines as the HTML book shows them at first. In Rust a `#` hides only with a
/// space or nothing behind it, and `##` stands for `#`.
fn visible(code: &str, prefix: &str) -> String {
    let is_rust = prefix == "#";
    let show = |line: &str| {
        let rest = line.trim_start().strip_prefix(prefix);
        match rest {
            None => Some(line.to_owned()),
            Some(rest) if is_rust && rest.starts_with('#') => Some(line.replacen("##", "#", 1)),
            Some(rest) if is_rust && !(rest.is_empty() || rest.starts_with(' ')) => {
                Some(line.to_owned())
            }
            Some(_) => None,
        }
    };
    code.lines().filter_map(show).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn hidden_lines_are_dropped() {
        let code = "# use a;\n#\n#[derive(X)]\n## kept\nfn f() {}";
        assert_eq!(visible(code, "#"), "#[derive(X)]\n# kept\nfn f() {}");
        assert_eq!(visible("!a\nb", "!"), "b");
    }
}
