//! The rows and cells of a CSV file, whoever wrote it.

use super::csv::Fault;
use super::separator::Separator;
use csv::{ByteRecord, ReaderBuilder};
use std::borrow::Cow;

/// A file with one row of heads above its rows.
#[derive(Debug)]
pub(crate) struct Sheet<'a> {
    /// The names of the columns, without blanks around them.
    pub(crate) heads: Vec<String>,
    /// The line at which the heads stand, from 1.
    pub(crate) head_line: u32,
    rows: Cow<'a, str>,
    lines_before: u32,
    separator: Separator,
}

/// What is known of a file before it is read.
pub(crate) struct Expected<'a> {
    /// What parts the cells, where that is said.
    pub(crate) separator: Option<Separator>,
    /// Whether these heads are those that are asked for.
    pub(crate) fits: &'a dyn Fn(&[String]) -> bool,
    /// How the separator is said where it cannot be found out.
    pub(crate) hint: &'static str,
}

impl<'a> Sheet<'a> {
    /// Finds the heads and what parts the cells.
    ///
    /// Lines that begin with `#` above the heads are comments; the heads may be the last of them.
    /// `sep=;` as the first line, which spreadsheets take, says the separator.
    ///
    /// # Errors
    /// Where a quotation mark is not closed, the file is empty, or several separators fit.
    pub(crate) fn read(text: Cow<'a, str>, expected: &Expected) -> Result<Self, Fault> {
        check_quotes(&text)?;
        let (said, start) = said_separator(&text);
        let separator = expected.separator.or(said);
        let (comment, start) = after_comments(&text, start);
        let found = separator_of(&text[start..], separator, expected)?;
        if let Some((head, below)) = comment
            && !(expected.fits)(&heads_by(found, &text[start..]))
        {
            let found = separator_of(&text[head..], separator, expected)?;
            let heads = heads_by(found, &text[head..]);
            if (expected.fits)(&heads) {
                return Ok(Sheet::below(text, found, heads, (head, below)));
            }
        }
        let heads = heads_by(found, &text[start..]);
        if heads.is_empty() {
            let message = "it is empty; expected a row of column names";
            return Err((None, message.to_owned()));
        }
        let below = start + head_length(found, &text[start..]);
        Ok(Sheet::below(text, found, heads, (start, below)))
    }

    fn below(
        text: Cow<'a, str>,
        separator: Separator,
        heads: Vec<String>,
        (head, below): (usize, usize),
    ) -> Self {
        let lines = |end: usize| text[..end].bytes().filter(|byte| *byte == b'\n').count() as u32;
        Sheet {
            heads,
            head_line: lines(head) + 1,
            lines_before: lines(below),
            rows: separator.prepared(match text {
                Cow::Borrowed(text) => Cow::Borrowed(&text[below..]),
                Cow::Owned(text) => Cow::Owned(text[below..].to_owned()),
            }),
            separator,
        }
    }

    /// Calls `row` with the cells of each row and the line at which they begin, and `at` now and then
    /// with the share that is read, 0 to 1. A line that begins with `#` is no row where `comments`
    /// says so, or where it has not as many cells as there are heads.
    ///
    /// # Errors
    /// Where a row has not as many cells as there are heads, and those of `row`.
    pub(crate) fn for_each_row(
        &self,
        comments: bool,
        mut row: impl FnMut(&ByteRecord, u32) -> Result<(), Fault>,
        mut at: impl FnMut(f64),
    ) -> Result<(), Fault> {
        const SELDOM: u32 = 1 << 14;
        let mut reader = reader(self.separator).from_reader(self.rows.as_bytes());
        let mut record = ByteRecord::new();
        let mut count = 0_u32;
        let fault = |error: csv::Error| (None, error.to_string());
        while reader.read_byte_record(&mut record).map_err(fault)? {
            let position = record.position().cloned();
            let position = position.unwrap_or_else(csv::Position::new);
            let (start, line) = self.begin(&position);
            let is_comment = self.rows.as_bytes().get(start) == Some(&b'#');
            match record.len() == self.heads.len() {
                _ if is_comment && comments => continue,
                false if is_comment => continue,
                false => return Err((Some(line), unequal(record.len(), self.heads.len()))),
                true => row(&record, line)?,
            }
            count = count.wrapping_add(1);
            if count.is_multiple_of(SELDOM) {
                at(position.byte() as f64 / self.rows.len() as f64);
            }
        }
        Ok(())
    }

    /// The byte and the line at which the cells of a record begin: its position may still be at the
    /// end of the line before.
    fn begin(&self, position: &csv::Position) -> (usize, u32) {
        let start = position.byte() as usize;
        let rest = self.rows.as_bytes().get(start..).unwrap_or_default();
        let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let (bytes, lines) = ends.fold((0, 0), |(bytes, lines), byte| {
            (bytes + 1, lines + u32::from(*byte == b'\n'))
        });
        let line = self.lines_before + position.line() as u32 + lines;
        (start + bytes, line)
    }
}

fn unequal(found: usize, expected: usize) -> String {
    format!(
        "the row has {found} cells, expected {expected}; hint: a cell with a separator in it stands \
         in quotation marks"
    )
}

fn reader(separator: Separator) -> ReaderBuilder {
    let mut reader = ReaderBuilder::new();
    reader
        .delimiter(separator.byte())
        .has_headers(false)
        .flexible(true);
    reader
}

/// Checks that every quotation mark has its partner: else the rest of the file would be one cell.
fn check_quotes(text: &str) -> Result<(), Fault> {
    let marks = text.bytes().filter(|byte| *byte == b'"').count();
    if marks.is_multiple_of(2) {
        return Ok(());
    }
    let last = text.rfind('"').unwrap_or_default();
    let line = 1 + text[..last].bytes().filter(|byte| *byte == b'\n').count();
    Err((
        u32::try_from(line).ok(),
        "a quotation mark is not closed; hint: one inside a cell is written twice, and the cell \
         stands in quotation marks"
            .to_owned(),
    ))
}

/// What a first line `sep=;` says, and where the text goes on.
fn said_separator(text: &str) -> (Option<Separator>, usize) {
    let (first, _) = text.split_once('\n').unwrap_or((text, ""));
    let said = first.trim_end_matches('\r').strip_prefix("sep=");
    match said.and_then(|said| said.parse().ok()) {
        Some(separator) => (Some(separator), (first.len() + 1).min(text.len())),
        None => (None, 0),
    }
}

/// Where the text begins that is neither blank nor a comment; before it, where the words of the last
/// comment begin and end.
fn after_comments(text: &str, start: usize) -> (Option<(usize, usize)>, usize) {
    let (mut comment, mut at) = (None, start);
    for line in text[start..].split_inclusive('\n') {
        let words = line.trim_start();
        if let Some(words) = words.strip_prefix('#') {
            let words = words.trim_start_matches(['#', ' ']).len();
            comment = Some((at + line.len() - words, at + line.len()));
        } else if !words.is_empty() {
            break;
        }
        at += line.len();
    }
    (comment, at)
}

/// What parts the cells: what is said, or the sign with which the first row fits.
fn separator_of(
    text: &str,
    said: Option<Separator>,
    expected: &Expected,
) -> Result<Separator, Fault> {
    if let Some(said) = said {
        return Ok(said);
    }
    let by = |separator| (separator, heads_by(separator, text));
    let mut parted: Vec<_> = Separator::SIGNS.into_iter().map(by).collect();
    parted.retain(|(_, heads)| heads.len() > 1);
    if parted.is_empty() {
        parted = vec![by(Separator::Blanks)];
        parted.retain(|(_, heads)| heads.len() > 1);
    }
    let fitting = parted.iter().filter(|(_, heads)| (expected.fits)(heads));
    match &fitting.map(|(it, _)| *it).collect::<Vec<_>>()[..] {
        [only] => Ok(*only),
        [] => {
            // The error is then about a column, and lists those of the likeliest reading.
            let most = parted.iter().max_by_key(|(_, heads)| heads.len());
            Ok(most.map_or(Separator::Comma, |(separator, _)| *separator))
        }
        _ => Err((
            Some(1),
            format!(
                "the cells may be parted by several signs; hint: {}",
                expected.hint
            ),
        )),
    }
}

/// The first row's cells.
fn heads_by(separator: Separator, text: &str) -> Vec<String> {
    let first = match separator {
        Separator::Blanks => separator.prepared(text.lines().next().unwrap_or_default().into()),
        _ => text.into(),
    };
    let mut record = ByteRecord::new();
    let read = reader(separator)
        .from_reader(first.as_bytes())
        .read_byte_record(&mut record);
    match read {
        Ok(true) => {
            let heads = record.iter().map(|head| String::from_utf8_lossy(head));
            heads.map(|head| head.trim().to_owned()).collect()
        }
        _ => Vec::new(),
    }
}

/// The bytes of the first row.
fn head_length(separator: Separator, text: &str) -> usize {
    if separator == Separator::Blanks {
        return text.find('\n').map_or(text.len(), |end| end + 1);
    }
    let mut reader = reader(separator).from_reader(text.as_bytes());
    match reader.read_byte_record(&mut ByteRecord::new()) {
        Ok(_) => reader.position().byte() as usize,
        Err(_) => text.len(),
    }
}
