//! The cells of a table, column by column.

use std::collections::{HashMap, HashSet};

/// A table's rows as they were read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Content {
    /// The columns' names in the order of the file.
    pub heads: Vec<String>,
    /// The cells of each column.
    pub columns: Vec<Cells>,
    /// Where each row stands.
    pub places: Places,
}

/// The cells of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Finite numbers as the file has them; NaN stands for an empty cell.
    Numbers(Vec<f64>),
    /// Counts in a column without a unit, such as the numbers of repeats.
    Counts(Vec<u64>),
    /// Words, each kept once.
    Words(Words),
}

impl Cells {
    /// A column without a unit, still empty: counts, until a cell is none.
    pub(super) fn without_unit() -> Cells {
        Cells::Counts(Vec::new())
    }

    /// Adds a cell to a column without a unit.
    pub(super) fn push(&mut self, cell: &str) {
        if let Cells::Counts(counts) = self {
            if let Some(count) = count(cell) {
                return counts.push(count);
            }
            let mut words = Words::default();
            let counts = std::mem::take(counts);
            counts
                .iter()
                .for_each(|count| words.push(&count.to_string()));
            *self = Cells::Words(words);
        }
        if let Cells::Words(words) = self {
            words.push(cell);
        }
    }
}

/// The count that is written so, and in no other way.
fn count(cell: &str) -> Option<u64> {
    let is_plain = (1..=15).contains(&cell.len()) && cell.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = is_plain && (cell == "0" || !cell.starts_with('0'));
    cell.parse().ok().filter(|_| is_plain)
}

/// Words and, for each row, which of them it has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    known: Vec<String>,
    of_rows: Vec<u32>,
    index: HashMap<String, u32>,
}

/// How rows are named in messages and in the evidence.
#[derive(Debug, Clone, PartialEq)]
pub enum Places {
    /// The lines at which the rows of a CSV file begin.
    Lines(Vec<u32>),
    /// The number of elements of a JSON array.
    Elements(usize),
}

impl Default for Places {
    fn default() -> Places {
        Places::Lines(Vec::new())
    }
}

impl Words {
    fn push(&mut self, word: &str) {
        // Rows that belong together stand together.
        if let Some(last) = self.of_rows.last().copied()
            && self.known[last as usize] == word
        {
            return self.of_rows.push(last);
        }
        let next = self.known.len() as u32;
        let code = match self.index.get(word) {
            Some(code) => *code,
            None => {
                self.known.push(word.to_owned());
                self.index.insert(word.to_owned(), next);
                next
            }
        };
        self.of_rows.push(code);
    }

    /// The words that `wanted` may mean: the one that is written so where a text is asked for, else all
    /// that write its number. 1.1 and 1.10 are one number and two versions.
    fn meant(&self, wanted: &Wanted) -> Vec<u32> {
        match self.index.get(&wanted.text) {
            Some(word) if wanted.is_text => vec![*word],
            _ => {
                let words = self.known.iter().zip(0..);
                let meant = words.filter(|(word, _)| wanted.is(word));
                meant.map(|(_, word)| word).collect()
            }
        }
    }

    fn of(&self, row: usize) -> &str {
        &self.known[self.of_rows[row] as usize]
    }
}

impl Content {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        match &self.places {
            Places::Lines(lines) => lines.len(),
            Places::Elements(count) => *count,
        }
    }

    /// The index of a column: by its name, or by its name as an identifier.
    pub fn column(&self, name: &str) -> Option<usize> {
        position(&self.heads, name)
    }

    /// The number in a cell; `None` where it is empty or holds words.
    pub fn number(&self, column: usize, row: usize) -> Option<f64> {
        match &self.columns[column] {
            Cells::Numbers(numbers) => Some(numbers[row]).filter(|number| !number.is_nan()),
            Cells::Counts(_) | Cells::Words(_) => None,
        }
    }

    /// The text of a cell; empty where the cell is.
    pub fn text(&self, column: usize, row: usize) -> String {
        match &self.columns[column] {
            Cells::Numbers(numbers) if numbers[row].is_nan() => String::new(),
            Cells::Numbers(numbers) => (numbers[row] + 0.0).to_string(),
            Cells::Counts(counts) => counts[row].to_string(),
            Cells::Words(words) => words.of(row).to_owned(),
        }
    }

    /// The rows among `rows` whose cell in `column` is `wanted`.
    ///
    /// # Errors
    /// Where several words may be meant: which.
    pub(super) fn matching(
        &self,
        rows: &[u32],
        column: usize,
        wanted: &Wanted,
    ) -> Result<Vec<u32>, Vec<String>> {
        let keep = |fits: &dyn Fn(usize) -> bool| {
            let rows = rows.iter().copied();
            rows.filter(|row| fits(*row as usize)).collect()
        };
        Ok(match &self.columns[column] {
            Cells::Numbers(numbers) => match wanted.number {
                Some(number) => keep(&|row| numbers[row] == number),
                None => Vec::new(),
            },
            Cells::Counts(counts) => match wanted.number {
                Some(number) => keep(&|row| counts[row] as f64 == number),
                None => Vec::new(),
            },
            Cells::Words(words) => match &words.meant(wanted)[..] {
                [] => Vec::new(),
                [word] => keep(&|row| words.of_rows[row] == *word),
                several => {
                    let known = several.iter().map(|word| &words.known[*word as usize]);
                    return Err(known.cloned().collect());
                }
            },
        })
    }

    /// The different texts of `column` in `rows`, in the order in which they come.
    pub fn distinct(&self, rows: &[u32], column: usize) -> Vec<String> {
        let mut seen = HashSet::new();
        let is_new = |row: &usize| seen.insert(self.key(column, *row));
        let rows = rows.iter().map(|row| *row as usize).filter(is_new);
        rows.map(|row| self.text(column, row)).collect()
    }

    /// `rows` by their text in `column`: numbers in their order, words as they come first.
    pub fn groups(&self, rows: &[u32], column: usize) -> Vec<(String, Vec<u32>)> {
        let mut places = HashMap::new();
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for &row in rows {
            let place = *places
                .entry(self.key(column, row as usize))
                .or_insert_with(|| {
                    groups.push(Vec::new());
                    groups.len() - 1
                });
            groups[place].push(row);
        }
        let named = |rows: Vec<u32>| (self.text(column, rows[0] as usize), rows);
        let mut groups: Vec<_> = groups.into_iter().map(named).collect();
        let number = |(text, _): &(String, Vec<u32>)| text.parse::<f64>().ok();
        if groups.iter().all(|group| number(group).is_some()) {
            let order = |group: &_| number(group).unwrap_or(f64::NAN);
            groups.sort_by(|a, b| order(a).total_cmp(&order(b)));
        }
        groups
    }

    /// What is the same in two cells of a column where their texts are.
    fn key(&self, column: usize, row: usize) -> u64 {
        match &self.columns[column] {
            Cells::Numbers(numbers) => (numbers[row] + 0.0).to_bits(),
            Cells::Counts(counts) => counts[row],
            Cells::Words(words) => u64::from(words.of_rows[row]),
        }
    }

    /// What a row is called: `line 17`, `element 3`.
    pub fn place(&self, row: usize) -> String {
        match &self.places {
            Places::Lines(lines) => format!("line {}", lines[row]),
            Places::Elements(_) => format!("element {row}"),
        }
    }

    /// Rows by range: `lines 2–41, 50 and 2 more`.
    pub fn ranges(&self, rows: &[u32]) -> String {
        const NAMED: usize = 4;
        let number = |row: u32| match &self.places {
            Places::Lines(lines) => lines[row as usize],
            Places::Elements(_) => row,
        };
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for &row in rows {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == row => *last = row,
                _ => ranges.push((row, row)),
            }
        }
        let named = ranges
            .iter()
            .take(NAMED)
            .map(|&(first, last)| match first == last {
                true => number(first).to_string(),
                false => format!("{}–{}", number(first), number(last)),
            });
        let named = named.collect::<Vec<_>>().join(", ");
        let what = match (&self.places, rows.len()) {
            (Places::Lines(_), 1) => "line",
            (Places::Lines(_), _) => "lines",
            (Places::Elements(_), 1) => "element",
            (Places::Elements(_), _) => "elements",
        };
        match ranges.len().saturating_sub(NAMED) {
            0 => format!("{what} {named}"),
            more => format!("{what} {named} and {more} more ranges"),
        }
    }
}

/// A value that a template asks for in a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// As it was written.
    pub(super) text: String,
    number: Option<f64>,
    /// Whether it was asked for as a text, not as a number.
    is_text: bool,
}

impl Wanted {
    /// What is asked for as a text.
    pub fn text(text: impl Into<String>) -> Wanted {
        let text = text.into();
        let number = text.parse().ok();
        Wanted {
            number: number.filter(|number: &f64| number.is_finite()),
            is_text: true,
            text,
        }
    }

    /// What is asked for as a number.
    pub fn number(number: &serde_json::Number) -> Wanted {
        Wanted {
            is_text: false,
            ..Wanted::text(number.to_string())
        }
    }

    /// Whether a word is it: the same text, or another spelling of the same number.
    fn is(&self, word: &str) -> bool {
        word == self.text || (self.number.is_some() && word.parse().ok() == self.number)
    }

    /// How far a text is from it: numbers by their difference, words by their letters.
    pub(super) fn distance(&self, text: &str) -> f64 {
        match (self.number, text.parse::<f64>()) {
            (Some(wanted), Ok(found)) => (found - wanted).abs(),
            _ => edits(&self.text.to_lowercase(), &text.to_lowercase()) as f64,
        }
    }
}

/// How many letters must be put in, left out or replaced to make `b` of `a` (Levenshtein 1966).
fn edits(a: &str, b: &str) -> usize {
    const LONGEST: usize = 64;
    let b: Vec<char> = b.chars().take(LONGEST).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, letter) in a.chars().take(LONGEST).enumerate() {
        let mut corner = std::mem::replace(&mut row[0], index + 1);
        for (column, other) in b.iter().enumerate() {
            let replaced = corner + usize::from(letter != *other);
            corner = row[column + 1];
            row[column + 1] = replaced.min(corner + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}

/// Where among `names` the one is that is `name`, or that alone is so as an identifier.
pub(super) fn position<T: AsRef<str>>(names: &[T], name: &str) -> Option<usize> {
    let exact = names.iter().position(|it| it.as_ref() == name);
    exact.or_else(|| {
        let is_so = |index: &usize| as_identifier(names[*index].as_ref()) == name;
        let mut alike = (0..names.len()).filter(is_so);
        alike.next().filter(|_| alike.next().is_none())
    })
}

/// A column's name as an argument of a template's function can be: `Time (ms)` is `time_ms`.
pub fn as_identifier(head: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let parts = head
        .split(|c: char| !is_part(c))
        .filter(|part| !part.is_empty());
    parts
        .map(str::to_ascii_lowercase)
        .collect::<Vec<_>>()
        .join("_")
}
