//! Units in heads of tables and in titles of axes.

use super::own::Units;
use super::{PREFIXES, Unit, WORDS, convert};

/// Units in words, which are not read in other places.
const IN_WORDS: [&str; 12] = [
    "second",
    "millisecond",
    "microsecond",
    "nanosecond",
    "sec",
    "minute",
    "hour",
    "day",
    "percent",
    "byte",
    "watt",
    "hertz",
];

/// `title` with the unit of the values that stand under it: `Time (ms)`.
///
/// The thing that is counted is not told twice: `Parameters (million)`, `Epochs`. A pure number has no
/// unit.
#[must_use]
pub fn titled(title: &str, unit: &str) -> String {
    let unit = unit.trim();
    let micro = |unit: &str| unit.strip_prefix('u').map(|rest| format!("µ{rest}"));
    let is_micro = |unit: &String| Units::default().parse_multiple(unit).is_ok();
    let unit = match unit.rsplit_once(' ').unwrap_or(("", unit)) {
        (multiple, counted) if names(title, counted) => multiple.to_owned(),
        _ => micro(unit).filter(is_micro).unwrap_or(unit.to_owned()),
    };
    match unit.as_str() {
        "" | "1" => title.to_owned(),
        unit if unit.eq_ignore_ascii_case(title) => title.to_owned(),
        unit => format!("{title} ({unit})").trim_start().to_owned(),
    }
}

/// Whether a word of `title` is `counted`, in singular or plural.
fn names(title: &str, counted: &str) -> bool {
    let singular = |word: &str| {
        let word = word.to_lowercase();
        word.strip_suffix('s').map(str::to_owned).unwrap_or(word)
    };
    let is_word = counted.chars().all(char::is_alphabetic) && counted.len() > 2;
    let mut words = title.split(|c: char| !c.is_alphanumeric());
    is_word && words.any(|word| singular(word) == singular(counted))
}

/// The unit that stands in brackets at the end of `title`, and what stands before: a unit of the
/// program, a multiple of one, or one that a value in one of the units `of` can be shown in.
#[must_use]
pub fn stated_unit<'a>(title: &'a str, of: &[Unit]) -> Option<(&'a str, &'a str)> {
    let (before, inside) = last_bracket(title.trim_end())?;
    let unit = inside.trim();
    let is_prefix = PREFIXES.iter().any(|(prefix, _)| *prefix == unit);
    let is_word = IN_WORDS.contains(&unit.to_lowercase().trim_end_matches('s'));
    let is_multiple = |(word, _): &(&str, i32)| unit.split(' ').next() == Some(word);
    let is_unit = unit == "points"
        || is_word
        || WORDS.iter().any(is_multiple)
        || Units::default().parse_multiple(unit).is_ok()
        || of.iter().any(|of| convert(1.0, *of, unit).is_ok());
    (is_unit && !is_prefix && unit != "1").then_some((before.trim_end(), unit))
}

/// What stands in the bracket that ends `title`, and what before it.
fn last_bracket(title: &str) -> Option<(&str, &str)> {
    let inside = title.strip_suffix([')', ']'])?;
    let mut open = 1;
    let (at, _) = inside.char_indices().rev().find(|(_, c)| {
        match c {
            '(' | '[' => open -= 1,
            ')' | ']' => open += 1,
            _ => {}
        }
        open == 0
    })?;
    Some((&inside[..at], &inside[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_stands_behind_its_title() {
        let check = |title: &str, unit: &str, expected: &str| {
            assert_eq!(titled(title, unit), expected);
        };
        check("Time", "ms", "Time (ms)");
        check("Time", "us", "Time (µs)");
        check("Speed", "images/s", "Speed (images/s)");
        check("Share", "1", "Share");
        check("Share", "", "Share");
        check("Parameters", "million parameters", "Parameters (million)");
        check("Epochs to 92 %", "epoch", "Epochs to 92 %");
        check("Images", "image", "Images");
        check("Images/s", "images/s", "Images/s");
        check("Size", "million parameters", "Size (million parameters)");
        check("Units", "units/s", "Units (units/s)");
    }

    #[test]
    fn a_typed_unit_is_found() {
        let check = |title: &'static str, expected: Option<(&str, &str)>| {
            assert_eq!(stated_unit(title, &[]), expected, "{title}");
        };
        check("Time (s)", Some(("Time", "s")));
        check("Time [ms] ", Some(("Time", "ms")));
        check("Right (%)", Some(("Right", "%")));
        check("(%)", Some(("", "%")));
        check("Size (million)", Some(("Size", "million")));
        check("Gain (points)", Some(("Gain", "points")));
        check("Wait (Seconds)", Some(("Wait", "Seconds")));
        check("β₀ (1/(nat·step))", Some(("β₀", "1/(nat·step)")));
        check("Speed (measured)", None);
        check("Group (M)", None);
        check("Time", None);
        check("Place (1)", None);
    }
}
