//! Code in a chapter, where `<<` and its like stand for themselves: no template is read there.
//!
//! A chapter is a template before it is Markdown, and its code is known only to Markdown. So the
//! openings of tags that stand in code are looked for first, and hidden from whoever looks for tags.

use super::format::FILTERS;
use super::markup::{long_row_of_dollars, markdown_options};
use super::names::{all_tags, defined_in, tags};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};
use regex::Regex;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

/// What opens a tag.
pub(super) const OPENINGS: [&str; 3] = ["<<", "<%", "<#"];
/// What stands in the place of an opening that is none.
const HIDDEN: &str = "__";
/// How often tags are looked for in a chapter whose tags hold what Markdown takes for code.
const ROUNDS: usize = 4;

/// A value as a template prints it: a name, perhaps of several parts, and filters; or a call.
static PRINTED: LazyLock<Regex> = LazyLock::new(|| {
    let filters = FILTERS.map(|filter| filter.name).join("|");
    let printed = format!(
        r"(?s)^<<-?\s*(?:(?<name>[A-Za-z_]\w*)(?<rest>(?:\.\w+)*)\s*(?<filter>\|\s*(?:{filters})\b.*)?|[a-z_]+\(.*\)\s*(?:\|.*)?)-?>>$"
    );
    Regex::new(&printed).expect("the expression is well formed")
});
/// A tag that chooses or repeats, by its first word.
static CONTROL: LazyLock<Regex> = LazyLock::new(|| {
    let words = "if|elif|else|endif|for|endfor|set|set_global|filter|endfilter|raw|break|continue";
    Regex::new(&format!(r"^<%-?\s*(?:{words})\b")).expect("the expression is well formed")
});

/// What a line of a quotation begins with.
static QUOTED_LINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:[ \t]*>)+").expect("the expression is well formed"));

/// A chapter's source beside a copy of the same length, in which only templates open tags.
pub(super) struct Shadow<'a> {
    /// The source as templates read it: without the signs of a quotation inside of tags.
    pub(super) source: Cow<'a, str>,
    /// The copy.
    pub(super) text: String,
    /// Where something stands in code that would open a tag elsewhere.
    pub(super) openings: Vec<usize>,
}

impl<'a> Shadow<'a> {
    pub(super) fn of(source: &'a str) -> Self {
        let mut shadow = Shadow {
            source: source.into(),
            text: source.to_owned(),
            openings: Vec::new(),
        };
        if !OPENINGS.iter().any(|opening| source.contains(opening)) {
            return shadow;
        }
        let mut code = code(source);
        for _ in 0..ROUNDS {
            shadow.hide(&code);
            let tags: Vec<_> = all_tags(&shadow.text)
                .map(|(at, tag)| at..at + tag.len())
                .collect();
            let known = code.len();
            // What begins in a tag, such as in a quoted backtick, is no code.
            code.retain(|block| !is_inside(block.range.start, &tags));
            if code.len() == known {
                shadow.unquote(&tags);
                break;
            }
        }
        shadow
    }

    /// The source with words in the place of its templates, which keep the Markdown around them what it is.
    pub(super) fn without_templates(&self) -> String {
        let mut text = self.text.clone();
        for (open, close) in [("<<", ">>"), ("<%", "%>"), ("<#", "#>")] {
            let mut at = 0;
            while let Some(start) = text[at..].find(open).map(|offset| at + offset) {
                let Some(length) = text[start..].find(close) else {
                    break;
                };
                let end = start + length + close.len();
                let blank = blanks_of(&text[start..end], 'x');
                text.replace_range(start..end, &blank);
                at = end;
            }
        }
        text
    }

    /// Blanks the signs of a quotation at the beginning of lines inside of tags.
    fn unquote(&mut self, tags: &[Range<usize>]) {
        let signs: Vec<_> = tags
            .iter()
            .flat_map(|tag| signs_in(&self.source, tag))
            .collect();
        for at in signs {
            for text in [&mut self.text, self.source.to_mut()] {
                text.replace_range(at..at + 1, " ");
            }
        }
    }

    /// Puts `blank`, which is as long, in the place of what stands at `range`.
    pub(super) fn replace(&mut self, range: &Range<usize>, blank: &str) {
        self.text.replace_range(range.clone(), blank);
        self.source.to_mut().replace_range(range.clone(), blank);
        self.openings.retain(|at| !range.contains(at));
    }

    /// What opens the tag that `at` is in or begins.
    pub(super) fn opening_at(&self, at: usize) -> Option<&'static str> {
        let end = self.text.ceil_char_boundary(at + 2);
        let place = |opening: &&str| self.text[..end].rfind(*opening);
        let there = OPENINGS.into_iter().filter(|it| place(it).is_some());
        there.max_by_key(place)
    }

    /// Hides the openings that stand in `code`.
    fn hide(&mut self, code: &[Code]) {
        self.text = self.source.to_string();
        self.openings = Vec::new();
        let variables = match code.iter().any(|code| code.is_indented) {
            true => defined_in(tags(&self.source)),
            false => BTreeSet::new(),
        };
        for Code { range, is_indented } in code {
            let read = read_in(&self.source[range.clone()], *is_indented, &variables);
            let mut at = range.start;
            while let Some(opening) = next_opening(&self.source[at..range.end]) {
                at += opening;
                if !is_inside(at - range.start, &read) {
                    self.openings.push(at);
                    self.text.replace_range(at..at + HIDDEN.len(), HIDDEN);
                }
                at += HIDDEN.len();
            }
        }
    }
}

/// Where a tag's further lines begin with the sign of the quotation that the tag begins in.
fn signs_in(source: &str, tag: &Range<usize>) -> Vec<usize> {
    // Most tags have no further line, and a chapter may be one line of many tags.
    if !source[tag.clone()].contains('\n') {
        return Vec::new();
    }
    let line = source[..tag.start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let before = QUOTED_LINE.find(&source[line..tag.start]);
    let quotations = before.map_or(0, |it| it.as_str().matches('>').count());
    let newlines = source[tag.clone()].match_indices('\n');
    let in_line = |(newline, _)| {
        let begin = tag.start + newline + 1;
        let signs = QUOTED_LINE.find(&source[begin..tag.end]);
        let signs = signs.map_or("", |signs| signs.as_str()).match_indices('>');
        signs.map(move |(at, _)| begin + at).take(quotations)
    };
    match quotations {
        0 => Vec::new(),
        _ => newlines.flat_map(in_line).collect(),
    }
}

/// A code block or a code span.
struct Code {
    range: Range<usize>,
    /// A block that is code only because it is indented, as a paragraph may be that a template puts
    /// into a list.
    is_indented: bool,
}

/// The code of `source`, in its order.
fn code(source: &str) -> Vec<Code> {
    if long_row_of_dollars(source).is_some() {
        return Vec::new(); // the fault of the chapter
    }
    let parser = Parser::new_ext(source, markdown_options()).into_offset_iter();
    let code = parser.filter_map(|(event, range)| match event {
        Event::Code(_) | Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => Some(Code {
            range,
            is_indented: false,
        }),
        Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => Some(Code {
            range,
            is_indented: true,
        }),
        _ => None,
    });
    code.collect()
}

/// `source` with blanks in the place of its code.
pub(super) fn without_code(source: &str) -> String {
    let mut rest = source.to_owned();
    for Code { range, .. } in code(source).into_iter().filter(|code| !code.is_indented) {
        rest.replace_range(range.clone(), &blanks_of(&source[range], ' '));
    }
    rest
}

/// As many bytes as `text` has, on as many lines.
pub(super) fn blanks_of(text: impl AsRef<[u8]>, blank: char) -> String {
    let bytes = text.as_ref().iter();
    bytes
        .map(|byte| if *byte == b'\n' { '\n' } else { blank })
        .collect()
}

/// The tags in code that are read all the same: `raw`, which says itself that its text stays, and in
/// an indented block what is clearly a template.
fn read_in(code: &str, is_indented: bool, variables: &BTreeSet<&str>) -> Vec<Range<usize>> {
    let is_read = |tag: &str| match &tag[..2] {
        "<<" => is_indented && is_printed(tag, variables),
        "<%" => CONTROL.is_match(tag) && (is_indented || tag.contains("endraw")),
        _ => false,
    };
    all_tags(code)
        .filter(|(_, tag)| is_read(tag))
        .map(|(at, tag)| at..at + tag.len())
        .collect()
}

/// Whether a tag prints a value: a dotted name, one with a filter, a variable or a call.
fn is_printed(tag: &str, variables: &BTreeSet<&str>) -> bool {
    PRINTED.captures(tag).is_some_and(|printed| {
        let is_variable = |name: regex::Match| variables.contains(name.as_str());
        let is_dotted = printed.name("rest").is_some_and(|rest| !rest.is_empty());
        match printed.name("name") {
            Some(name) => is_dotted || printed.name("filter").is_some() || is_variable(name),
            None => true,
        }
    })
}

/// Whether one of the `ranges`, in their order, has `at`.
pub(super) fn is_inside(at: usize, ranges: &[Range<usize>]) -> bool {
    let next = ranges.partition_point(|range| range.end <= at);
    ranges.get(next).is_some_and(|range| range.start <= at)
}

fn next_opening(text: &str) -> Option<usize> {
    let found = |at: &usize| {
        OPENINGS
            .iter()
            .any(|opening| text[*at..].starts_with(opening))
    };
    text.match_indices('<').map(|(at, _)| at).find(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The source with each opening that is none in brackets.
    #[track_caller]
    fn check(source: &str, expected: &str) {
        let shadow = Shadow::of(source);
        let mut marked = source.to_owned();
        for at in shadow.openings.iter().rev() {
            marked.replace_range(*at..at + 2, &format!("[{}]", &source[*at..at + 2]));
        }
        assert_eq!(marked, expected);
        assert_eq!(shadow.text.len(), source.len());
    }

    #[test]
    fn code_opens_no_tags() {
        check("`1 << 20` << a.b >> 1 << 2", "`1 [<<] 20` << a.b >> 1 << 2");
        check(
            "```bash\ncat <<< x <<EOF > y\n<%= z %> <# c\n```\n<< a.b >>",
            "```bash\ncat [<<]< x [<<]EOF > y\n[<%]= z %> [<#] c\n```\n<< a.b >>",
        );
        check(
            "- x\n\n  ~~~\n  << a.b >>\n  ~~~\n",
            "- x\n\n  ~~~\n  [<<] a.b >>\n  ~~~\n",
        );
        check("``a ` << b``", "``a ` [<<] b``");
    }

    #[test]
    fn an_indented_block_may_be_a_paragraph() {
        check(
            "<% for n, x in a %>- b\n\n    Is << n >>, << x.y >>, << y | si >>, << pick(\"a.b\") >>.\n<% endfor %>",
            "<% for n, x in a %>- b\n\n    Is << n >>, << x.y >>, << y | si >>, << pick(\"a.b\") >>.\n<% endfor %>",
        );
        check(
            "a\n\n    cat << END\n    cout << \"n: \"; cin >> n;\n    a << b >> c\n    <% z %>\n",
            "a\n\n    cat [<<] END\n    cout [<<] \"n: \"; cin >> n;\n    a [<<] b >> c\n    [<%] z %>\n",
        );
    }

    #[test]
    fn a_tag_in_a_quotation_is_read_without_its_signs() {
        let shadow = Shadow::of("> - << a(b,\n>   c=[d > e,\n> f]) >>\n> << g >>\n<< h\n> i >>");
        let expected = "> - << a(b,\n    c=[d > e,\n  f]) >>\n> << g >>\n<< h\n> i >>";
        assert_eq!(
            (&*shadow.source, shadow.text.as_str()),
            (expected, expected)
        );
    }

    #[test]
    fn a_tag_hides_no_code_and_code_no_tag() {
        let tag = "<< x.y | default(value=\"`\") >> and << a.b >> or `<<`";
        check(tag, tag);
        let long = "<% filter table(id=\"t\",\n\n    columns=[\"<<\"]) %>It.<% endfilter %>";
        check(long, long);
        let raw = "`a <% raw %><< b<% endraw %>` <% raw %>`<< c >>`<% endraw %>";
        check(raw, raw);
    }
}
