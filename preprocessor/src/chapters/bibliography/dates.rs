//! Dates: `Mar. 2019`, and what is none, such as `in press`, as it stands.

use super::entry::Fields;
use biblatex::{Date, DateValue, Datetime};

const MONTHS: [&str; 12] = [
    "Jan.", "Feb.", "Mar.", "Apr.", "May", "Jun.", "Jul.", "Aug.", "Sep.", "Oct.", "Nov.", "Dec.",
];

/// The date of publication.
pub(super) fn published(fields: &Fields) -> Option<String> {
    match fields.text("date") {
        Some(date) => Some(written(fields, "date", date)),
        None => in_three_fields(fields),
    }
}

/// The year of publication; what stands in the place of a date, such as `in press`, where it has none.
pub(super) fn year(fields: &Fields) -> Option<String> {
    let date = published(fields)?;
    let mut numbers = date.split(|c: char| !c.is_ascii_digit());
    let year = numbers.find(|number| number.len() == 4).map(str::to_owned);
    Some(year.unwrap_or(date))
}

/// The date in the field `name`, which has all in one.
pub(super) fn in_field(fields: &Fields, name: &str) -> Option<String> {
    Some(written(fields, name, fields.text(name)?))
}

fn written(fields: &Fields, name: &str, text: String) -> String {
    match fields.entry.get_as::<Date>(name) {
        Ok(date) => in_words(&date).unwrap_or(text),
        Err(_) => text,
    }
}

/// None of a date before our era, which is printed as it stands.
fn in_words(date: &Date) -> Option<String> {
    let words = match &date.value {
        DateValue::At(at) => day_in_words(at)?,
        DateValue::After(start) => format!("{}–", day_in_words(start)?),
        DateValue::Before(end) => format!("–{}", day_in_words(end)?),
        DateValue::Between(start, end) => {
            format!("{}–{}", day_in_words(start)?, day_in_words(end)?)
        }
    };
    let circa = if date.approximate { "ca. " } else { "" };
    let doubt = if date.uncertain { "?" } else { "" };
    Some(format!("{circa}{words}{doubt}"))
}

fn day_in_words(date: &Datetime) -> Option<String> {
    let year = u32::try_from(date.year).ok().filter(|year| *year > 0)?;
    let month = date.month.and_then(|month| MONTHS.get(usize::from(month)));
    Some(match (month, date.day) {
        (Some(month), Some(day)) => format!("{month} {:02}, {year}", day + 1),
        (Some(month), None) => format!("{month} {year}"),
        (None, _) => year.to_string(),
    })
}

fn in_three_fields(fields: &Fields) -> Option<String> {
    let month = fields.text("month").map(|month| month_and_day(&month));
    let (month, day) = match month {
        Some((month, day)) => (Some(month), day.or_else(|| day_of(&fields.text("day")?))),
        None => (None, None),
    };
    match (month, day, fields.text("year")) {
        (Some(month), Some(day), Some(year)) => Some(format!("{month} {day:02}, {year}")),
        (Some(month), Some(day), None) => Some(format!("{month} {day:02}")),
        (Some(month), None, Some(year)) => Some(format!("{month} {year}")),
        (month, _, year) => year.or(month),
    }
}

/// The month as it is printed, and the day that some write into the same field: `4`, `April`,
/// `apr # " 12"`, `May--June`.
fn month_and_day(text: &str) -> (String, Option<u32>) {
    let words: Vec<_> = { text.split(|c: char| c.is_whitespace() || ".,".contains(c)) }
        .filter(|word| !word.is_empty())
        .collect();
    match words[..] {
        [month] => (month_named(month).unwrap_or(text).to_owned(), None),
        [one, two] => match (
            month_by_name(one),
            day_of(two),
            day_of(one),
            month_by_name(two),
        ) {
            (Some(month), Some(day), ..) | (_, _, Some(day), Some(month)) => {
                (month.to_owned(), Some(day))
            }
            _ => (text.to_owned(), None),
        },
        _ => (text.to_owned(), None),
    }
}

fn month_named(word: &str) -> Option<&'static str> {
    let number = word
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_sub(1));
    match number {
        Some(number) => MONTHS.get(number).copied(),
        None => month_by_name(word),
    }
}

/// `jan`, `Sept` and `December`, of which three letters say which it is.
fn month_by_name(word: &str) -> Option<&'static str> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let known = NAMES
        .iter()
        .position(|name| word.len() >= 3 && name.starts_with(&word));
    known.map(|month| MONTHS[month])
}

fn day_of(word: &str) -> Option<u32> {
    word.trim()
        .parse()
        .ok()
        .filter(|day| (1..=31).contains(day))
}
