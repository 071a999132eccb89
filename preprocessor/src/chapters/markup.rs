//! The Markdown pass over a filled chapter: maths, citations and references.
//!
//! Only the parts in question are replaced; every other byte of the chapter stays as its author
//! wrote it, code and raw HTML included.

use super::bibliography::Bibliography;
use super::book::UNKNOWN;
use super::citations::CitedWork;
use super::citing::{Block, Edit};
use super::contract::Renderer;
use super::diagnostic::{Diagnostic, Faults};
use super::labels::LabelKind;
use super::maths::{MathMl, shield_from_markdown, to_mathml};
use super::parsed::{Definition, Parsed};
use super::prose::{Flow, Prose};
use super::sentinel::Mark;
use super::stray_formulas;
use super::stray_marks;
use crate::escape::check_link;
use parsers::maths::{Definitions, Display};
use parsers::shortened;
use pulldown_cmark::{Event, Options, Tag};
use std::ops::Range;

/// The longest label of an equation, in bytes, with the spaces and brackets around it.
const LONGEST_LABEL: usize = 300;
/// The most dollar signs in a row: pulldown-cmark goes through the rest of such a row at each of them.
const MOST_DOLLARS: usize = 500;
/// The deepest nesting of quotations, lists, emphasis and links: mdBook's own writer goes one call
/// deeper for each.
const MOST_LEVELS: usize = 100;

/// The Markdown that mdBook reads, and maths between dollar signs.
pub fn markdown_options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
}

/// A chapter whose maths is set, with marks for what depends on other chapters.
#[derive(Debug, Default)]
pub(crate) struct Marked {
    pub(crate) text: String,
    /// The works that are cited, by the index in their marks.
    pub(crate) citations: Vec<CitedWork>,
    /// The labels of the equations.
    pub(crate) equations: Vec<String>,
    pub(crate) faults: Faults,
    /// Whether a fault takes something out of the text.
    pub(crate) has_gaps: bool,
    /// Whether labels may be in what is taken out.
    pub(crate) hides_labels: bool,
}

/// Sets the maths of a filled chapter that is `parsed`, and marks its citations and references.
///
/// `file` is the chapter's path from the root of the project, `source` what its author wrote in it.
pub(super) fn mark(
    renderer: Renderer,
    (bibliography, definitions): (&Bibliography, &Definitions),
    (file, source): (&str, &str),
    parsed: &Parsed,
) -> Marked {
    let mut pass = MarkupPass {
        renderer,
        bibliography,
        definitions,
        file,
        source,
        readable: None,
        marked: Marked::default(),
    };
    let text = pass.run(parsed);
    Marked {
        text,
        has_gaps: !pass.marked.faults.is_empty(),
        ..pass.marked
    }
}

/// The pass over one chapter.
struct MarkupPass<'a> {
    renderer: Renderer,
    bibliography: &'a Bibliography,
    definitions: &'a Definitions,
    file: &'a str,
    source: &'a str,
    /// What of the source is neither code nor kept as it is, once it is asked for.
    readable: Option<String>,
    /// What was found so far, without the text.
    marked: Marked,
}

impl MarkupPass<'_> {
    fn run(&mut self, parsed: &Parsed) -> String {
        let text = parsed.text;
        if let Some(start) = long_row_of_dollars(text) {
            let row = &text[start..start + MOST_DOLLARS];
            let message = format!("more than {MOST_DOLLARS} `$` in a row, expected 1 or 2");
            self.fault(row, message);
            self.marked.hides_labels = true;
            return String::new();
        }
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        let mut prose = Prose::default();
        let mut levels = 0_usize;
        for Definition { label, span, .. } in &parsed.definitions {
            self.check_definition(label, &text[span.clone()]);
        }
        for (event, range) in &parsed.events {
            if self.marked.faults.are_too_many() {
                self.marked.hides_labels = true;
                break;
            }
            match event {
                Event::Start(_) => levels += 1,
                Event::End(_) => levels -= 1,
                _ => {}
            }
            if levels > MOST_LEVELS {
                self.fault(line_at(text, range.start), too_deep());
                self.marked.hides_labels = true;
                break;
            }
            if prose.read(event, range.clone()) == Flow::EndsBlock {
                self.edit_prose(text, prose.take(), &mut edits);
            }
            match event {
                Event::InlineMath(latex) => {
                    self.edit_inline(text, latex, range.clone(), &mut edits)
                }
                Event::DisplayMath(latex) => {
                    self.edit_display(text, latex, range.clone(), &mut edits);
                }
                Event::Start(Tag::Link { dest_url, .. }) => {
                    if let Err(message) = check_link(dest_url) {
                        self.fault(&text[range.clone()], message);
                    }
                }
                Event::Start(Tag::HtmlBlock) => self.check_html(&text[range.clone()]),
                _ => {}
            }
        }
        self.edit_prose(text, prose.take(), &mut edits);
        apply(text, edits)
    }

    fn fault(&mut self, snippet: &str, message: String) {
        let fault = || Diagnostic::at_snippet(self.file, self.source, snippet, message);
        self.marked.faults.add(fault);
    }

    /// A form that is none, where its author typed it: what was kept as it is, or came from elsewhere,
    /// is meant as it stands.
    fn stray(&mut self, snippet: &str, message: String) {
        let readable = self
            .readable
            .get_or_insert_with(|| stray_marks::readable(self.source));
        if readable.contains(snippet) {
            let fault = || Diagnostic::at_snippet(self.file, readable, snippet, message);
            self.marked.faults.add(fault);
        }
    }

    /// The MathML of the formula at `snippet`, whose fault is told with its place.
    fn mathml(&mut self, snippet: &str, latex: &str, display: Display) -> Option<MathMl> {
        let fault = match to_mathml(latex, display, self.definitions) {
            Ok(mathml) => return Some(mathml),
            Err(fault) => fault,
        };
        // In a quotation the marks of its lines stand between those of the formula.
        let start = snippet.find(latex).unwrap_or(0);
        let inside = fault.at.filter(|_| start > 0).map_or(0, |at| start + at);
        let message = format!("formula `{}`: {}", shortened(latex), fault.message);
        let (file, source) = (self.file, self.source);
        let fault = || Diagnostic::inside_snippet(file, source, (snippet, inside), message);
        self.marked.faults.add(fault);
        None
    }

    fn edit_inline(
        &mut self,
        text: &str,
        latex: &str,
        range: Range<usize>,
        edits: &mut Vec<(Range<usize>, String)>,
    ) {
        if text[range.end..].starts_with(|c: char| c.is_ascii_digit()) {
            let source = &text[range.clone()];
            let message = format!(
                "`{source}` is read as a formula, and a digit follows; hint: `\\$` where a dollar is meant"
            );
            self.fault(source, message);
        }
        match self.mathml(&text[range.clone()], latex, Display::Inline) {
            None => edits.push((range, UNKNOWN.to_owned())),
            Some(mathml) if self.renderer == Renderer::Html => {
                edits.push((range, shield_from_markdown(&mathml.formula)));
            }
            Some(_) => {}
        }
    }

    /// A displayed formula with the label behind it. Both formats get it inside its paragraph, so
    /// that it may stand wherever text may.
    fn edit_display(
        &mut self,
        text: &str,
        latex: &str,
        range: Range<usize>,
        edits: &mut Vec<(Range<usize>, String)>,
    ) {
        let source = &text[range.clone()];
        let mathml = self.mathml(source, latex, Display::Block);
        // What stands behind a heading's words is the heading's id.
        let in_heading = line_at(text, range.start).trim_start().starts_with('#');
        let label = label_behind(text, range.end)
            .filter(|(label, _)| !in_heading || label.starts_with("eq-"));
        let Some((label, end)) = label else {
            let equation = mathml.map(|mathml| self.renderer.plain_equation(source, &mathml));
            return edits.push((range, equation.unwrap_or_else(|| UNKNOWN.to_owned())));
        };
        if let Err(message) = LabelKind::Equation.check(label) {
            return self.fault(label, message);
        }
        self.marked.equations.push(label.to_owned());
        let Some(mathml) = mathml else {
            let anchor = format!("<a id=\"{label}\"></a>{UNKNOWN}");
            return edits.push((range.start..end, anchor));
        };
        if mathml.is_tagged {
            let message =
                format!("a formula with the label `{label}` and a `\\tag`, expected one of both");
            return self.fault(source, message);
        }
        let number = Mark::Number(label.to_owned()).to_text();
        let equation = self
            .renderer
            .numbered_equation((label, &number), source, &mathml.formula);
        edits.push((range.start..end, equation));
    }

    /// Finds citations `[@key]` and references `@fig-x` in the text of a block.
    fn edit_prose(&mut self, text: &str, block: Block, edits: &mut Vec<(Range<usize>, String)>) {
        if let Some((at, message)) = stray_formulas::find(text, &block.ranges()) {
            return self.fault(line_from(text, at), message);
        }
        for (range, message) in stray_marks::find(text, &block.ranges()) {
            self.stray(&text[range], message);
        }
        for (range, edit) in block.edits(text, self.bibliography) {
            if self.marked.faults.are_too_many() {
                return;
            }
            let written = match edit {
                Edit::Text(text) => text,
                Edit::Reference(label) => Mark::Reference(label).to_text(),
                Edit::Number { key, is_linked } => {
                    self.marked.citations.push(CitedWork { key, is_linked });
                    Mark::Citation(self.marked.citations.len() - 1).to_text()
                }
                Edit::Fault(message) => {
                    self.fault(&text[range], message);
                    continue;
                }
            };
            edits.push((range, written));
        }
    }

    /// Finds a citation that Markdown takes for the definition of a link, and prints nothing of.
    fn check_definition(&mut self, label: &str, definition: &str) {
        if self.bibliography.cites(label) {
            let message = format!(
                "`[{label}]:` defines where a link leads; hint: write something before it, or a space \
                 behind it"
            );
            self.fault(definition, message);
        }
    }

    /// Finds citations in raw HTML, where nothing is set.
    fn check_html(&mut self, html: &str) {
        let code = ["<!--", "<pre", "<code", "<script", "<style"];
        if code.iter().any(|start| html.contains(start)) {
            return;
        }
        for (at, _) in html.match_indices("[@") {
            if self.bibliography.cites(&html[at + 1..]) {
                let length = self.bibliography.longest_key(&html[at + 2..]);
                let snippet = &html[at..at + 2 + length];
                let hint = "hint: put blank lines around the text";
                let message = format!("`{snippet}` stands in raw HTML, where it is text; {hint}");
                self.fault(snippet, message);
            }
        }
    }
}

/// Where so many dollar signs stand in a row that Markdown is not parsed.
pub(super) fn long_row_of_dollars(text: &str) -> Option<usize> {
    let mut row = 0;
    let end = text.bytes().position(|byte| {
        row = if byte == b'$' { row + 1 } else { 0 };
        row > MOST_DOLLARS
    })?;
    Some(end - MOST_DOLLARS)
}

fn too_deep() -> String {
    format!("Markdown is nested more than {MOST_LEVELS} levels deep here, expected at most that")
}

/// The beginning of the line around `offset`.
fn line_at(text: &str, offset: usize) -> &str {
    line_from(
        text,
        text[..offset].rfind('\n').map_or(0, |newline| newline + 1),
    )
}

/// The line from `start` on, or its beginning.
fn line_from(text: &str, start: usize) -> &str {
    const SNIPPET: usize = 200;
    let end = text[start..].find('\n').map_or(text.len(), |n| start + n);
    &text[start..end.min(text.floor_char_boundary(start + SNIPPET))]
}

/// The label `{#…}` behind a formula on the same line, and where it ends.
fn label_behind(text: &str, start: usize) -> Option<(&str, usize)> {
    // Not to the end of a line that may be as long as the chapter.
    let rest = &text[start..text.floor_char_boundary(start + LONGEST_LABEL)];
    let label = rest.trim_start_matches([' ', '\t']).strip_prefix("{#")?;
    let (label, behind) = label.split_once('}')?;
    Some((label, start + rest.len() - behind.len()))
}

/// `text` with each range replaced; the ranges do not overlap.
pub(super) fn apply(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    // What is put between two characters comes before what takes the place of the second.
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut edited = String::with_capacity(text.len() * 2);
    let mut copied = 0;
    for (range, replacement) in edits {
        edited.push_str(&text[copied..range.start]);
        edited.push_str(&replacement);
        copied = range.end;
    }
    edited.push_str(&text[copied..]);
    edited
}

#[cfg(test)]
mod tests {
    use super::super::sentinel::visible;
    use super::*;
    use expect_test::{Expect, expect};

    fn check_as(renderer: Renderer, text: &str, expected: Expect) {
        let bibliography =
            Bibliography::parse("references.bib", "@misc{lu2017, title = {T}}").expect("valid");
        let definitions = Definitions::default();
        let known = (&bibliography, &definitions);
        let mark_of = |smart_punctuation| {
            let parsed = Parsed::of(text, smart_punctuation);
            mark(renderer, known, ("book/a.md", text), &parsed)
        };
        let marked = mark_of(false);
        assert_eq!(marked.text, mark_of(true).text, "smart punctuation");
        let faults: Vec<Diagnostic> = marked.faults.into();
        let faults: Vec<_> = { faults.iter() }
            .map(|fault| format!("\n{fault}"))
            .collect();
        let visible = visible(&marked.text);
        expected.assert_eq(&format!("{visible}{}", faults.concat()));
    }

    fn check(text: &str, expected: Expect) {
        check_as(Renderer::Html, text, expected);
    }

    #[test]
    fn citations_and_references() {
        check(
            "See [@lu2017, Table 3] and @fig-a, as in me@fig-b.org.",
            expect![[r#"See \[⟦c0⟧, Table 3\] and ⟦rfig-a⟧, as in me@fig-b.org."#]],
        );
        check(
            "*Both \"[@lu2017; @lu2017]\"* -- it's @tbl-x...",
            expect![[r#"*Both "\[⟦c0⟧; ⟦c1⟧\]"* -- it's ⟦rtbl-x⟧..."#]],
        );
    }

    #[test]
    fn code_links_and_braces_stay() {
        let text = "`[@nobody]` and `$x$`\n\n```\n[@nobody] {{a}} $x$ @fig-a\n```\n\n    $y$\n\n\
                    {{#include a.rs}} {#id} [a link](b.md) <b title=\"@fig-a\">x</b>";
        check(
            text,
            expect![[r#"
            `[@nobody]` and `$x$`

            ```
            [@nobody] {{a}} $x$ @fig-a
            ```

                $y$

            {{#include a.rs}} {#id} [a link](b.md) <b title="@fig-a">x</b>"#]],
        );
    }

    #[test]
    fn a_link_runs_nothing() {
        check(
            "See [this](java&Tab;script:alert&#40;1&#41;) and <data:text/html,x>, not \
             <https://example.org>, [a](../b.md#c:d).",
            expect![[r#"
                See [this](java&Tab;script:alert&#40;1&#41;) and <data:text/html,x>, not <https://example.org>, [a](../b.md#c:d).
                `book/a.md:1:5`: a link leads to `java	script:alert(1)`, expected a place in the book or one of `http:`, `https:`, `mailto:`, `doi:`
                `book/a.md:1:50`: a link leads to `data:text/html,x`, expected a place in the book or one of `http:`, `https:`, `mailto:`, `doi:`"#]],
        );
    }

    #[test]
    fn maths_for_both_renderers() {
        let text = "Let $a_1 * b$.\n\n$$\\frac{a}{b}$$ {#eq-one}\n\nDone.";
        check(
            text,
            expect![[r#"
                Let <math display="inline"><style><msub><mi>a</mi><mn>1</mn></msub><mspace width="0.2222em"/><mo lspace="0" rspace="0">∗</mo><mspace width="0.2222em"/><mi>b</mi></style></math>.

                <span id="eq-one" class="equation"><math display="block"><style><mfrac><mi>a</mi><mi>b</mi></mfrac></style></math><span class="equation-number">(⟦neq-one⟧)</span></span>

                Done."#]],
        );
        check_as(
            Renderer::Pdf,
            text,
            expect![[r#"
                Let $a_1 * b$.

                <span id="eq-one" class="equation">$$\frac{a}{b}$$<span class="equation-number">(⟦neq-one⟧)</span></span>

                Done."#]],
        );
    }

    #[test]
    fn a_display_formula_stands_wherever_text_may() {
        check(
            "- item\n\n  $$x$$ {#eq-x}\n  where *x*.\n\n> Let $$y$$ be.\n",
            expect![[r#"
                - item

                  <span id="eq-x" class="equation"><math display="block"><style><mi>x</mi></style></math><span class="equation-number">(⟦neq-x⟧)</span></span>
                  where *x*.

                > Let <span class="equation"><math display="block"><style><mi>y</mi></style></math></span> be.
            "#]],
        );
        check_as(
            Renderer::Pdf,
            "> $$\n> x\n> $$ {#eq-x}\n>\n> It is.\n",
            expect![[r#"
                > <span id="eq-x" class="equation">$$
                > x
                > $$<span class="equation-number">(⟦neq-x⟧)</span></span>
                >
                > It is.
            "#]],
        );
        check(
            "$$x \\tag{A}$$",
            expect![[
                r#"<span class="equation"><math display="block"><style><mi>x</mi></style></math><span class="equation-number"><math display="inline"><style><mtext>(A)</mtext></style></math></span></span>"#
            ]],
        );
        check(
            "$$x \\tag{A}$$ {#eq-x}",
            expect![[r#"
            $$x \tag{A}$$ {#eq-x}
            `book/a.md:1:1`: a formula with the label `eq-x` and a `\tag`, expected one of both"#]],
        );
        check(
            "$$x$$ {#fig-x}",
            expect![[r#"
            $$x$$ {#fig-x}
            `book/a.md:1:9`: `fig-x` is not a label of an equation; hint: `eq-` and then lower-case letters, digits and hyphens"#]],
        );
    }

    #[test]
    fn what_is_no_formula_is_told() {
        check(
            r"Let \\( x_1 \\) be.",
            expect![[r#"
            Let \\( x_1 \\) be.
            `book/a.md:1:5`: `\\( x_1 \\) be.` is no formula; hint: formulas stand in `$…$`, on lines of their own in `$$…$$`"#]],
        );
        check(
            "Let\n$\\frac{1}{2$ be.",
            expect![[r#"
            Let
            $\frac{1}{2$ be.
            `book/a.md:2:1`: `$\frac{1}{2$ be.` is no formula; hint: close every brace of a formula, leave no blank line in it, and write a dollar sign in text as `\$`"#]],
        );
        check(
            "$$ $$ and $\\def\\x{}$",
            expect![[r#"
                **??** and **??**
                `book/a.md:1:1`: formula ` `: it shows nothing
                `book/a.md:1:11`: formula `\def\x{}`: it shows nothing"#]],
        );
        check(
            "$$a \\\\ b$$",
            expect![[r#"
                **??**
                `book/a.md:1:1`: formula `a \\ b`: `\\` outside of an environment; hint: write the lines into `\begin{gathered} … \end{gathered}` or `aligned`"#]],
        );
        check(
            "# A $$x$$ {#a-x}",
            expect![[
                r##"# A <span class="equation"><math display="block"><style><mi>x</mi></style></math></span> {#a-x}"##
            ]],
        );
        check(
            "$$\\begin{align} a \\tag{1} \\end{align}$$ {#eq-x}",
            expect![[r#"
                $$\begin{align} a \tag{1} \end{align}$$ {#eq-x}
                `book/a.md:1:1`: a formula with the label `eq-x` and a `\tag`, expected one of both"#]],
        );
        check(
            "> a $x + \\frobnicate$.",
            expect![[r#"
                > a **??**.
                `book/a.md:1:10`: formula `x + \frobnicate`: the command `\frobnicate` is not known; hint: KaTeX's commands are known, and those that `definitions.tex` defines"#]],
        );
    }

    #[test]
    fn faults_are_placed() {
        check(
            "Text.\n\nSee [@nobody].",
            expect![[r#"
                Text.

                See \[@nobody\].
                `book/a.md:3:6`: no work has the key `nobody`; hint: add it to `references.bib`"#]],
        );
        check(
            "An unknown $\\frobnicate$ command.",
            expect![[r#"
                An unknown **??** command.
                `book/a.md:1:13`: formula `\frobnicate`: the command `\frobnicate` is not known; hint: KaTeX's commands are known, and those that `definitions.tex` defines"#]],
        );
        check(
            "$$x$$ {#fig-one}",
            expect![[r#"
            $$x$$ {#fig-one}
            `book/a.md:1:9`: `fig-one` is not a label of an equation; hint: `eq-` and then lower-case letters, digits and hyphens"#]],
        );
    }
}
