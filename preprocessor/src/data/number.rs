//! Numbers as cells of a CSV file write them.

use super::declaration::Decimal;

/// Reads the numbers of one file, in which there is one decimal sign.
#[derive(Debug, Default)]
pub(crate) struct NumberReader {
    declared: Option<Decimal>,
    /// The first cell, and its line, that has a point before its decimals or commas between thousands.
    point: Option<(u32, String)>,
    /// The first that has a comma before them.
    comma: Option<(u32, String)>,
    /// The first whose comma may part thousands.
    unclear: Option<(u32, String)>,
    hints: Hints,
}

/// What is told where a cell cannot be read.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Hints {
    /// How the decimal sign is said where it cannot be found out.
    pub(crate) decimal: &'static str,
    /// What to do with words.
    pub(crate) words: &'static str,
}

impl NumberReader {
    pub(crate) fn new(declared: Option<Decimal>, hints: Hints) -> NumberReader {
        NumberReader {
            declared,
            hints,
            ..NumberReader::default()
        }
    }

    /// The number in `cell`; NaN where it is empty.
    ///
    /// # Errors
    /// Where it is no finite number; what was expected and a hint.
    pub(crate) fn read(&mut self, cell: &str, line: u32) -> Result<f64, String> {
        const EMPTY: f64 = f64::NAN;
        let cell = cell.trim();
        if cell.is_empty() {
            return Ok(EMPTY);
        }
        let (comma, point) = (cell.contains(','), cell.contains('.'));
        match self.declared {
            Some(decimal) if comma || point => self.finite(&without_thousands(cell, decimal)?),
            None if comma && point => Err(format!(
                "expected a number with one of `,` and `.`; hint: {}",
                self.hints.decimal
            )),
            None if comma => self.read_comma(cell, line),
            _ => {
                if point && self.point.is_none() {
                    self.point = Some((line, cell.to_owned()));
                }
                self.finite(cell)
            }
        }
    }

    fn read_comma(&mut self, cell: &str, line: u32) -> Result<f64, String> {
        let several = cell.matches(',').count() > 1;
        let (place, read) = match parts_thousands(cell, ',') {
            // A number that has a decimal sign has it once.
            true if several => (&mut self.point, cell.replace(',', "")),
            true => (&mut self.unclear, cell.replacen(',', ".", 1)),
            false => (&mut self.comma, cell.replacen(',', ".", 1)),
        };
        place.get_or_insert_with(|| (line, cell.to_owned()));
        self.finite(&read)
    }

    fn finite(&self, text: &str) -> Result<f64, String> {
        let (expected, words) = match text.parse::<f64>() {
            Ok(number) if number.is_finite() => return Ok(number),
            Ok(_) => ("a finite number", ""),
            Err(_) => ("a number", self.hints.words),
        };
        Err(format!(
            "expected {expected}; hint: leave a cell empty where nothing was measured{words}"
        ))
    }

    /// Checks that the decimal sign is the same in the whole file and known.
    ///
    /// # Errors
    /// Where it is not: the line, and what is wrong there.
    pub(crate) fn finish(self) -> Result<(), (u32, String)> {
        if self.declared.is_some() {
            return Ok(());
        }
        let hint = self.hints.decimal;
        match (self.point, self.comma, self.unclear) {
            (Some((other, point)), Some((line, comma)), _)
            | (Some((other, point)), None, Some((line, comma))) => Err((
                line,
                format!(
                    "`{comma}` has a decimal comma and `{point}` in line {other} a point; hint: {hint}"
                ),
            )),
            (None, None, Some((line, cell))) => Err((
                line,
                format!("the comma of `{cell}` may part thousands or decimals; hint: {hint}"),
            )),
            _ => Ok(()),
        }
    }
}

/// The number with a point before its decimals and nothing between its thousands.
fn without_thousands(cell: &str, decimal: Decimal) -> Result<String, String> {
    let (sign, thousands) = match decimal {
        Decimal::Comma => (',', '.'),
        Decimal::Point => ('.', ','),
    };
    let whole = cell.split(sign).next().unwrap_or_default();
    if whole.contains(thousands) && !parts_thousands(whole, thousands) {
        return Err(format!(
            "expected a number with `{sign}` before its decimals, as declared"
        ));
    }
    let decimals = cell[whole.len()..].replacen(sign, ".", 1);
    Ok(whole.replace(thousands, "") + &decimals)
}

/// Whether a sign stands where it may part the thousands of a number: `1,234`, `12,345,678`.
fn parts_thousands(cell: &str, sign: char) -> bool {
    let mut groups = cell.trim_start_matches(['+', '-']).split(sign);
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|first| {
        (1..=3).contains(&first.len()) && is_digits(first) && !first.starts_with('0')
    });
    first && groups.all(|group| group.len() == 3 && is_digits(group))
}
