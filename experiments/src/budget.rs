//! The time that somebody gives: `90s`, `9m` or `2h`.

use std::time::Duration;

/// Reads `90s`, `9m` or `2h`.
///
/// # Errors
/// Another text, or no time at all.
pub fn parse(text: &str) -> Result<Duration, String> {
    let expected = || {
        format!("`{text}` is no time, expected a number above 0 with `s`, `m` or `h`, such as `9m`")
    };
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(expected)?;
    let seconds = match unit {
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(expected()),
    };
    let number: f64 = number.parse().map_err(|_| expected())?;
    let found = Duration::try_from_secs_f64(number * seconds).map_err(|_| expected())?;
    // Longer ones than a year are as good as none, and a clock can count them.
    let longest = Duration::from_secs(366 * 86_400);
    match found.is_zero() {
        true => Err(expected()),
        false => Ok(found.min(longest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let check = |text: &str, expect: Option<u64>| {
            assert_eq!(
                parse(text).ok().map(|found| found.as_secs()),
                expect,
                "{text}"
            );
        };
        check("90s", Some(90));
        check("9m", Some(540));
        check("1.5h", Some(5400));
        check("9", None);
        check("m", None);
        check("-1m", None);
        check("0s", None);
        check("", None);
        check("9µ", None);
        check("1e15h", Some(366 * 86_400));
    }
}
