//! Which known name a misspelt one is like.

/// The longest name that is looked at, in bytes.
const LONGEST: usize = 60;

/// The name of `known` that `name` is like: one with other capitals, or with a letter or two changed,
/// left out, put in or swapped with its neighbour, the first of the nearest.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = match name.chars().count() {
        0..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    nearest_within(most, name, known)
}

/// The same for at most so many changes.
pub(crate) fn nearest_within<'a>(
    most: usize,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let lower = name.to_lowercase();
    let is_as_long = |known: &&str| known.len().abs_diff(name.len()) <= 4 * most;
    let near = known.into_iter().filter(is_as_long);
    let near = near.map(|known| (strsim::osa_distance(&lower, &known.to_lowercase()), known));
    let near = near.filter(|(distance, known)| *distance <= most && *distance < known.len());
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// The hint at what a misspelt name stands for, or at all there are.
pub(crate) fn hint(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(nearest) => format!("hint: `{nearest}`"),
        None => {
            let known: Vec<_> = known.iter().map(|known| format!("`{known}`")).collect();
            format!("expected one of {}", known.join(", "))
        }
    }
}

/// A fault of serde's with the hint at the field or variant that a misspelt one is like.
pub(crate) fn with_nearest(fault: String) -> String {
    let mut quoted = fault.split('`').skip(1).step_by(2);
    let is_unknown = fault.starts_with("unknown field") || fault.starts_with("unknown variant");
    match quoted.next().filter(|_| is_unknown) {
        Some(unknown) => match nearest(unknown, quoted) {
            Some(nearest) => format!("{fault}; hint: `{nearest}`"),
            None => fault,
        },
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_like_one() {
        let known = ["places", "digits", "unit", "id", "interval"];
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(nearest(name, known), expected, "{name}");
        };
        check("place", Some("places"));
        check("Digits", Some("digits"));
        check("uint", Some("unit"));
        check("intervall", Some("interval"));
        check("colour", None);
        check("x", None);
    }

    #[test]
    fn a_fault_of_serde_names_the_nearest() {
        let check = |fault: &str, expected: &str| {
            assert_eq!(with_nearest(fault.to_owned()), expected);
        };
        check(
            "unknown field `place`, expected `places` or `unit`",
            "unknown field `place`, expected `places` or `unit`; hint: `places`",
        );
        check(
            "unknown field `zzz`, expected `places` or `unit`",
            "unknown field `zzz`, expected `places` or `unit`",
        );
        check("missing field `id`", "missing field `id`");
    }
}
