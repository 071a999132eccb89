//! The known name that a misspelt one is like.

/// The longest name that is looked at, in bytes.
const LONGEST: usize = 60;

/// The name of `known` that `name` is like: one with other capitals, or with a letter or two changed, left out, put in or
/// swapped with its neighbour, the first of the nearest.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = match name.chars().count() {
        0..=3 => 1,
        4..=8 => 2,
        _ => 3,
    };
    nearest_within(most, name, known)
}

/// The same for at most so many changes.
pub fn nearest_within<'a>(
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

/// `; hint: `NAME`` with the nearest where there is one, to stand behind a message.
pub fn nearest_hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let found = nearest(name, known);
    found.map_or(String::new(), |found| format!("; hint: `{found}`"))
}

/// What a misspelt name stands for, or all that there are.
pub fn nearest_or_all(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(nearest) => format!("hint: `{nearest}`"),
        None => {
            let known: Vec<_> = known.iter().map(|known| format!("`{known}`")).collect();
            format!("expected one of {}", known.join(", "))
        }
    }
}

/// Adds the nearest name to serde's message of a key or word that is not among those that it lists.
pub fn with_nearest(message: &str) -> String {
    let listed = message.split_once("`, expected one of ");
    let Some((found, expected)) = listed.or_else(|| message.split_once("`, expected ")) else {
        return message.to_owned();
    };
    let (_, found) = found.rsplit_once('`').unwrap_or_default();
    let known = expected.split('`').skip(1).step_by(2);
    format!("{message}{}", nearest_hint(found, known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_have_a_nearest_one() {
        let check = |name: &str, expect: Option<&str>| {
            let known = ["loss_curve", "layer_time", "finetune", "V100", "unit", "id"];
            assert_eq!(nearest(name, known), expect, "{name}");
        };
        check("loss_curv", Some("loss_curve"));
        check("loss-curve", Some("loss_curve"));
        check("lsos_curve", Some("loss_curve"));
        check("Finetune", Some("finetune"));
        check("uint", Some("unit"));
        check("v10", Some("V100"));
        check("pagerank", None);
        check("x", None);
        check("", None);
    }

    #[test]
    fn a_message_of_serde_gets_the_nearest_of_what_it_lists() {
        let check = |message: &str, hint: &str| {
            assert_eq!(with_nearest(message), format!("{message}{hint}"));
        };
        let unknown = "unknown field `sed`, expected one of `network`, `seed`, `data`";
        check(unknown, "; hint: `seed`");
        check(
            "unknown field `place`, expected `places` or `unit`",
            "; hint: `places`",
        );
        check("unknown field `zzz`, expected `places` or `unit`", "");
        check("missing field `seed`", "");
    }
}
