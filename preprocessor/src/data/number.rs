//! Numbers as cells of a CSV file write them.

use super::declaration::Decimal;

/// Reads the numbers of one file, in which there is one decimal sign.
#[derive(Debug, Default)]
pub(super) struct NumberReader {
    declared: Option<Decimal>,
    /// The first cell, and its line, that has a point before its decimals.
    point: Option<(u32, String)>,
    /// The first that has a comma before them.
    comma: Option<(u32, String)>,
    /// The first whose comma may part thousands.
    unclear: Option<(u32, String)>,
}

impl NumberReader {
    pub(super) fn new(declared: Option<Decimal>) -> NumberReader {
        NumberReader {
            declared,
            ..NumberReader::default()
        }
    }

    /// The number in `cell`; NaN where it is empty.
    ///
    /// # Errors
    /// Where it is no finite number; what was expected and a hint.
    pub(super) fn read(&mut self, cell: &str, line: u32) -> Result<f64, String> {
        const EMPTY: f64 = f64::NAN;
        let cell = cell.trim();
        if cell.is_empty() {
            return Ok(EMPTY);
        }
        let comma = cell.contains(',');
        let point = cell.contains('.');
        if comma && self.declared != Some(Decimal::Point) && !point {
            return self.read_comma(cell, line);
        }
        if point && self.declared == Some(Decimal::Comma) {
            return Err("expected a number with `,` before its decimals, as declared".to_owned());
        }
        if point && self.point.is_none() {
            self.point = Some((line, cell.to_owned()));
        }
        finite(cell)
    }

    fn read_comma(&mut self, cell: &str, line: u32) -> Result<f64, String> {
        let place = match parts_thousands(cell) {
            true => &mut self.unclear,
            false => &mut self.comma,
        };
        place.get_or_insert_with(|| (line, cell.to_owned()));
        finite(&cell.replacen(',', ".", 1))
    }

    /// Checks that the decimal sign is the same in the whole file and known.
    ///
    /// # Errors
    /// Where it is not: the line, and what is wrong there.
    pub(super) fn finish(self) -> Result<(), (u32, String)> {
        if self.declared.is_some() {
            return Ok(());
        }
        const HINT: &str =
            "hint: declare `decimal = \",\"` or `decimal = \".\"`, and write all numbers alike";
        match (self.point, self.comma, self.unclear) {
            (Some((other, point)), Some((line, comma)), _)
            | (Some((other, point)), None, Some((line, comma))) => Err((
                line,
                format!(
                    "`{comma}` has a decimal comma and `{point}` in line {other} a point; {HINT}"
                ),
            )),
            (None, None, Some((line, cell))) => Err((
                line,
                format!("the comma of `{cell}` may part thousands or decimals; {HINT}"),
            )),
            _ => Ok(()),
        }
    }
}

fn finite(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(
            "expected a finite number; hint: leave a cell empty where nothing was measured"
                .to_owned(),
        ),
        Err(_) => Err(
            "expected a number; hint: leave a cell empty where nothing was measured; a column of \
             words has no unit"
                .to_owned(),
        ),
    }
}

/// Whether the commas of a number stand where they may part thousands: `1,234`, `12,345,678`.
fn parts_thousands(cell: &str) -> bool {
    let mut groups = cell.trim_start_matches(['+', '-']).split(',');
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|first| {
        (1..=3).contains(&first.len()) && is_digits(first) && !first.starts_with('0')
    });
    first && groups.all(|group| group.len() == 3 && is_digits(group))
}
