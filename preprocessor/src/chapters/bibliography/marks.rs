//! Text of a reference in which single characters stand for what is not text: emphasis, formulas, links.
//!
//! Such characters go through biblatex and through the sentence that is made of the fields, and become
//! Markdown at the end. They are private ones, of which a file has none of its own.

use super::fields;
use crate::escape::markdown;

/// The first character that stands for something, and the last.
const FIRST: u32 = 0xF0000;
const LAST: u32 = 0xFFFFD;

/// What a character stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    Emphasis,
    EmphasisEnd,
    Strong,
    StrongEnd,
    /// LaTeX without its dollar signs.
    Formula(String),
    /// An address that is shown.
    Link(String),
    /// An address behind a text, which ends at [`Mark::LinkEnd`].
    LinkStart(String),
    LinkEnd,
    /// A character that LaTeX or biblatex would read otherwise.
    Literal(char),
}

/// What the characters stand for, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<Mark>);

impl Marks {
    /// Whether no file may have this character, since it stands for something.
    pub(super) fn owns(c: char) -> bool {
        (FIRST..=LAST).contains(&u32::from(c))
    }

    /// The character that stands for `mark`.
    ///
    /// # Errors
    /// When there are more than 65 thousand.
    pub(super) fn character(&mut self, mark: Mark) -> Result<char, String> {
        let number = match self.0.iter().take(64).position(|known| *known == mark) {
            Some(number) => number,
            None => {
                self.0.push(mark);
                self.0.len() - 1
            }
        };
        let code = u32::try_from(number).ok().map(|number| FIRST + number);
        { code.filter(|code| *code <= LAST) }
            .and_then(char::from_u32)
            .ok_or_else(|| "more formulas and links than 65 thousand in one file".to_owned())
    }

    fn of(&self, c: char) -> Option<&Mark> {
        let number = u32::from(c).checked_sub(FIRST)?;
        self.0.get(usize::try_from(number).ok()?)
    }

    /// The text as one line of Markdown.
    pub(super) fn to_markdown(&self, text: &str) -> String {
        let mut writer = Writer::default();
        for c in text.chars() {
            match self.of(c) {
                None => writer.text.push(c),
                Some(Mark::Literal(c)) => writer.text.push(*c),
                Some(mark) => writer.write(mark),
            }
        }
        writer.finish()
    }

    /// The text without emphasis and links, for where only letters count.
    pub(super) fn to_plain(&self, text: &str) -> String {
        let plain = |c| match self.of(c) {
            None => c.to_string(),
            Some(Mark::Literal(c)) => c.to_string(),
            Some(Mark::Formula(text) | Mark::Link(text)) => text.clone(),
            Some(_) => String::new(),
        };
        text.chars().map(plain).collect()
    }

    /// The address, where the text is a link and nothing else.
    pub(super) fn only_link(&self, text: &str) -> Option<&str> {
        let mut characters = text.chars();
        match (self.of(characters.next()?), characters.next()) {
            (Some(Mark::Link(url)), None) => Some(url),
            _ => None,
        }
    }
}

/// How a run of text is set.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Style {
    /// How many emphases it is in: one inside another stands upright.
    emphases: usize,
    strongs: usize,
}

impl Style {
    fn delimiter(self) -> &'static str {
        match (self.emphases % 2 == 1, self.strongs > 0) {
            (false, false) => "",
            (true, false) => "*",
            (false, true) => "**",
            (true, true) => "***",
        }
    }
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Text that is not written yet.
    text: String,
    /// Markdown of the run that is not written yet.
    run: String,
    style: Style,
    /// Where the link leads to that is open.
    url: String,
    /// Whether what was written last is a delimiter, which a letter behind it could undo.
    is_after_delimiter: bool,
}

impl Writer {
    fn write(&mut self, mark: &Mark) {
        self.end_text();
        let Style { emphases, strongs } = self.style;
        match mark {
            Mark::Emphasis => self.set_style(emphases + 1, strongs),
            Mark::EmphasisEnd => self.set_style(emphases.saturating_sub(1), strongs),
            Mark::Strong => self.set_style(emphases, strongs + 1),
            Mark::StrongEnd => self.set_style(emphases, strongs.saturating_sub(1)),
            Mark::Formula(latex) => {
                self.run.push_str(&format!("${latex}$"));
                self.is_after_delimiter = true;
            }
            Mark::Link(url) => self.run.push_str(&fields::link(url)),
            Mark::LinkStart(url) => {
                self.run.push('[');
                self.url.clone_from(url);
            }
            Mark::LinkEnd => self
                .run
                .push_str(&format!("]({})", fields::link(&self.url))),
            Mark::Literal(_) => {}
        }
    }

    fn end_text(&mut self) {
        let text = std::mem::take(&mut self.text);
        let mut rest = text.as_str();
        if rest.is_empty() {
            return;
        }
        let first = rest.chars().next().filter(|c| c.is_alphanumeric());
        if let (true, Some(first)) = (self.is_after_delimiter, first) {
            push_reference(&mut self.run, first);
            rest = &rest[first.len_utf8()..];
        }
        self.run.push_str(&markdown(rest));
        self.is_after_delimiter = false;
    }

    fn set_style(&mut self, emphases: usize, strongs: usize) {
        self.end_run();
        self.style = Style { emphases, strongs };
    }

    /// Writes the run between the delimiters of its style, which touch no space and no letter.
    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        let delimiter = self.style.delimiter();
        let inside = run.trim();
        if delimiter.is_empty() || inside.is_empty() {
            self.out.push_str(&run);
            return;
        }
        let start = run.len() - run.trim_start().len();
        self.out.push_str(&run[..start]);
        if let Some(last) = self.out.chars().last().filter(|c| c.is_alphanumeric()) {
            self.out.pop();
            push_reference(&mut self.out, last);
        }
        self.out.extend([delimiter, inside, delimiter]);
        let behind = &run[start + inside.len()..];
        self.out.push_str(behind);
        self.is_after_delimiter = behind.is_empty();
    }

    fn finish(mut self) -> String {
        self.end_text();
        self.end_run();
        self.out.trim().to_owned()
    }
}

/// A letter that Markdown takes for punctuation.
fn push_reference(out: &mut String, letter: char) {
    out.push_str(&format!("&#{};", u32::from(letter)));
}
