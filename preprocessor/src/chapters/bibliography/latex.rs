//! LaTeX in the fields of a work.
//!
//! biblatex reads braces, dashes and accents. All else is rewritten before it reads a field: into
//! text, and into [`Marks`] where it is more than text.

use super::commands::{ACCENTS, EMPHASIS, LITERALS, STRONG, SYMBOLS, WITHOUT_EFFECT};
use super::fields;
use super::marks::{Mark, Marks};
use crate::chapters::maths::to_mathml;
use parsers::maths::{Definitions, Display};
use parsers::shortened;
use std::borrow::Cow;

/// Fields that hold an address or an identifier, in which only escapes are LaTeX.
const VERBATIM: [&str; 10] = [
    "doi", "eprint", "file", "pdf", "uri", "url", "urlraw", "verba", "verbb", "verbc",
];

/// The longest letter under an accent, in bytes: it may be a command itself.
const LONGEST_LETTER: usize = 40;

/// Fields for their owner alone, in which exporters write anything.
const UNPRINTED: [&str; 7] = [
    "abstract",
    "annotation",
    "annote",
    "comment",
    "file",
    "keywords",
    "review",
];

/// The value of the field `name` as biblatex is to read it.
///
/// # Errors
/// A command that is not known, a formula that is none, a link that must not stand in a page.
pub(super) fn rewrite<'a>(
    name: &str,
    value: &'a str,
    marks: &mut Marks,
) -> Result<Cow<'a, str>, String> {
    if let Some(private) = value.chars().find(|c| Marks::owns(*c)) {
        return Err(format!(
            "U+{:X} is a private character, expected text",
            u32::from(private)
        ));
    }
    if { UNPRINTED.iter() }.any(|unprinted| name.eq_ignore_ascii_case(unprinted)) {
        return Ok(Cow::Borrowed(""));
    }
    if VERBATIM
        .iter()
        .any(|verbatim| name.eq_ignore_ascii_case(verbatim))
    {
        return Ok(address(value));
    }
    if !is_balanced(value) {
        let hint = "hint: a value that holds quotation marks stands in braces";
        return Err(format!(
            "the braces in `{}` do not close; {hint}",
            shortened(value)
        ));
    }
    // `2018~` is about 2018.
    let is_date = name.to_ascii_lowercase().ends_with("date");
    if is_date || !value.contains(['\\', '$', '~', '`', '\'']) {
        return Ok(Cow::Borrowed(value));
    }
    let mut rewriter = Rewriter {
        rest: value,
        out: String::with_capacity(value.len()),
        ends: vec![String::new()],
        marks,
    };
    rewriter.run()?;
    Ok(Cow::Owned(rewriter.out))
}

/// Whether each brace of the value has another, which those in quotation marks need not have.
fn is_balanced(value: &str) -> bool {
    let (mut depth, mut is_escaped) = (0_i32, false);
    for c in value.chars() {
        match c {
            '{' if !is_escaped => depth += 1,
            '}' if !is_escaped => depth -= 1,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    depth == 0
}

/// An address without the escapes that an exporter put before its signs.
fn address(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    let inside = { value.strip_prefix("\\url{") }.and_then(|rest| rest.strip_suffix('}'));
    let value = inside.unwrap_or(value);
    if !value.contains(['\\', '$']) {
        return Cow::Borrowed(value);
    }
    let mut address = value.replace("$\\sim$", "~").replace("\\~{}", "~");
    for sign in ["_", "%", "&", "#", "~", "$"] {
        address = address.replace(&format!("\\{sign}"), sign);
    }
    Cow::Owned(
        address
            .replace("\\textunderscore", "_")
            .replace("\\textasciitilde", "~"),
    )
}

struct Rewriter<'a, 'm> {
    rest: &'a str,
    out: String,
    /// What is to be written where each open group ends.
    ends: Vec<String>,
    marks: &'m mut Marks,
}

impl<'a> Rewriter<'a, '_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(c) = self.rest.chars().next() {
            let before = self.rest;
            self.rest = &self.rest[c.len_utf8()..];
            match c {
                '\\' => self.command()?,
                '$' => self.dollars(before)?,
                '{' => {
                    self.out.push('{');
                    self.ends.push(String::new());
                }
                '}' => self.end_group(),
                '~' => self.out.push(' '),
                '`' if self.eat("`") => self.out.push('“'),
                '`' => self.out.push('‘'),
                '\'' if self.eat("'") => self.out.push('”'),
                '\'' => self.out.push('’'),
                c => self.out.push(c),
            }
        }
        while !self.ends.is_empty() {
            let end = self.ends.pop().unwrap_or_default();
            self.out.push_str(&end);
        }
        Ok(())
    }

    fn end_group(&mut self) {
        let end = self.ends.pop().unwrap_or_default();
        self.out.push_str(&end);
        self.out.push('}');
    }

    fn eat(&mut self, start: &str) -> bool {
        let rest = self.rest.strip_prefix(start);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn mark(&mut self, mark: Mark) -> Result<(), String> {
        let character = self.marks.character(mark)?;
        self.out.push(character);
        Ok(())
    }

    /// The name of the command whose backslash was read: letters, or one other character.
    fn name(&mut self) -> &'a str {
        let is_letter = |c: char| c.is_ascii_alphabetic();
        let letters = self.rest.find(|c| !is_letter(c)).unwrap_or(self.rest.len());
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let (name, rest) = self.rest.split_at(letters.max(first));
        // Spaces end the name of a command of letters.
        self.rest = if letters > 0 { rest.trim_start() } else { rest };
        match name.chars().all(char::is_whitespace) {
            true => " ",
            false => name,
        }
    }

    fn command(&mut self) -> Result<(), String> {
        let name = self.name();
        let symbol = SYMBOLS.iter().find(|(known, _)| *known == name);
        let literal = LITERALS.iter().find(|(known, _)| *known == name);
        if let Some((_, text)) = symbol {
            self.out.push_str(text);
            self.eat("{}");
        } else if let Some((_, character)) = literal {
            self.mark(Mark::Literal(*character))?;
            self.eat("{}");
        } else if ACCENTS.contains(&name) {
            self.accent(name)?;
        } else if EMPHASIS.contains(&name) {
            self.styled(Mark::Emphasis, Mark::EmphasisEnd)?;
        } else if STRONG.contains(&name) {
            self.styled(Mark::Strong, Mark::StrongEnd)?;
        } else if !WITHOUT_EFFECT.contains(&name) {
            self.with_argument(name)?;
        }
        Ok(())
    }

    /// The text of the group that follows.
    fn argument(&mut self, name: &str) -> Result<&'a str, String> {
        let missing = || format!("`\\{name}` has no argument, expected `\\{name}{{…}}`");
        let rest = self
            .rest
            .trim_start()
            .strip_prefix('{')
            .ok_or_else(missing)?;
        let mut depth = 1;
        for (at, c) in rest.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.rest = &rest[at + 1..];
                return Ok(&rest[..at]);
            }
        }
        Err(missing())
    }

    /// Writes an accent over one letter, as biblatex reads it.
    fn accent(&mut self, name: &str) -> Result<(), String> {
        let trimmed = self.rest.trim_start();
        let letter = match trimmed.starts_with('{') {
            true => self.argument(name)?,
            false => {
                let length = match trimmed.strip_prefix('\\') {
                    Some(rest) => 1 + rest.chars().take_while(char::is_ascii_alphabetic).count(),
                    None => trimmed.chars().next().map_or(0, char::len_utf8),
                };
                let (letter, rest) = trimmed.split_at(length);
                self.rest = rest;
                letter
            }
        };
        if letter.len() > LONGEST_LETTER {
            let letter = shortened(letter);
            return Err(format!(
                "`\\{name}` stands over `{letter}`, expected a letter"
            ));
        }
        let letter = match letter.trim() {
            "\\i" => "i",
            "\\j" => "j",
            letter => letter,
        };
        let mut inner = Rewriter {
            rest: letter,
            out: String::new(),
            ends: vec![],
            marks: self.marks,
        };
        inner.run()?;
        let letter = inner.out;
        match name {
            "t" => self.out.push_str(&letter),
            _ => self.out.push_str(&format!("\\{name}{{{letter}}}")),
        }
        Ok(())
    }

    /// Sets the argument that follows, or all up to the end of the group.
    fn styled(&mut self, start: Mark, end: Mark) -> Result<(), String> {
        self.mark(start)?;
        let end = self.marks.character(end)?;
        if self.eat("{") {
            self.out.push('{');
            self.ends.push(end.to_string());
        } else if let Some(open) = self.ends.last_mut() {
            open.push(end);
        }
        Ok(())
    }

    fn with_argument(&mut self, name: &str) -> Result<(), String> {
        match name {
            "url" | "nolinkurl" => {
                let url = address(self.argument(name)?).into_owned();
                fields::check_address(&url)?;
                self.mark(Mark::Link(url))
            }
            "href" => {
                let url = address(self.argument(name)?).into_owned();
                fields::check_address(&url)?;
                self.mark(Mark::LinkStart(url))?;
                let end = self.marks.character(Mark::LinkEnd)?;
                self.open_group(name, end)
            }
            "enquote" | "mkbibquote" => {
                self.out.push('“');
                self.open_group(name, '”')
            }
            "noopsort" | "sortnoop" => self.argument(name).map(drop),
            "ensuremath" => {
                let latex = self.argument(name)?;
                self.formula(latex)
            }
            "textsuperscript" => self.script('^', name),
            "textsubscript" => self.script('_', name),
            "(" => {
                let end = "\\)";
                let Some((latex, rest)) = self.rest.split_once(end) else {
                    return Err("a formula begins with `\\(` and does not end".to_owned());
                };
                self.rest = rest;
                self.formula(latex)
            }
            _ => Err(format!(
                "`\\{name}` is not a command that is known here; hint: write the character itself, \
                 and formulas between `$`"
            )),
        }
    }

    /// Sets the argument beside nothing: Markdown has no such text.
    fn script(&mut self, sign: char, name: &str) -> Result<(), String> {
        let text = self.argument(name)?;
        self.formula(&format!("{{}}{sign}{{\\text{{{text}}}}}"))
    }

    fn open_group(&mut self, name: &str, end: char) -> Result<(), String> {
        self.rest = self.rest.trim_start();
        if !self.eat("{") {
            return Err(format!(
                "`\\{name}` has no argument, expected `\\{name}{{…}}`"
            ));
        }
        self.out.push('{');
        self.ends.push(end.to_string());
        Ok(())
    }

    /// A formula between dollar signs, which `text` begins with.
    fn dollars(&mut self, text: &'a str) -> Result<(), String> {
        let sign = if text.starts_with("$$") { "$$" } else { "$" };
        let inside = &text[sign.len()..];
        let ends = inside.match_indices(sign).map(|(at, _)| at);
        let end = { ends }.find(|at| !inside[..*at].ends_with('\\'));
        let Some(end) = end else {
            return Err(
                "a formula begins with `$` and does not end; hint: a dollar sign that is \
                        none is `\\$`"
                    .to_owned(),
            );
        };
        self.rest = &inside[end + sign.len()..];
        self.formula(&inside[..end])
    }

    fn formula(&mut self, latex: &str) -> Result<(), String> {
        // Two braces in a row would begin a directive of mdBook.
        let latex = latex.split_whitespace().collect::<Vec<_>>().join(" ");
        let latex = latex.replace("{{", "{ {");
        if latex.is_empty() {
            return Ok(());
        }
        // A work is cited by other books too, so its title has no commands of this one.
        to_mathml(&latex, Display::Inline, &Definitions::default())
            .map_err(|fault| format!("formula `{}`: {}", shortened(&latex), fault.message))?;
        self.mark(Mark::Formula(latex))
    }
}
