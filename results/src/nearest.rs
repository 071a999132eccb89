//! The known name that a misspelt one is most like.

/// The name among `known` with the fewest letters to change, whatever their case; none where all are too different.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let distance = |known: &str| strsim::osa_distance(&name, &known.to_lowercase());
    let ranked = known.into_iter().map(|known| (distance(known), known));
    let (distance, found) = ranked.min_by_key(|&(distance, _)| distance)?;
    (distance <= (name.chars().count() / 3).max(2)).then_some(found)
}

/// `; hint: the nearest is `NAME`` where there is one, to stand behind a message.
pub fn nearest_hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let found = nearest(name, known);
    found.map_or(String::new(), |found| {
        format!("; hint: the nearest is `{found}`")
    })
}

/// Adds the nearest name to serde's message of a key or word that is not among those that it lists.
pub(crate) fn with_nearest(message: &str) -> String {
    let Some((found, expected)) = message.split_once("`, expected one of ") else {
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
            let known = ["loss_curve", "layer_time", "finetune", "V100"];
            assert_eq!(nearest(name, known), expect, "{name}");
        };
        check("loss_curv", Some("loss_curve"));
        check("loss-curve", Some("loss_curve"));
        check("lsos_curve", Some("loss_curve"));
        check("Finetune", Some("finetune"));
        check("v10", Some("V100"));
        check("pagerank", None);
        check("", None);
    }

    #[test]
    fn a_message_of_serde_gets_the_nearest_of_what_it_lists() {
        let message = "unknown field `sed`, expected one of `network`, `seed`, `data`";
        let expect = format!("{message}; hint: the nearest is `seed`");
        assert_eq!(with_nearest(message), expect);
        assert_eq!(with_nearest("missing field `seed`"), "missing field `seed`");
    }
}
