//! The ids of headings, which links lead to, as mdBook gives them.

use std::collections::BTreeSet;

/// The id of a heading with this text: `mdbook-html` 0.5, `utils::id_from_content`.
pub fn id_of(text: &str) -> String {
    let keep = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    };
    text.trim()
        .to_lowercase()
        .chars()
        .filter_map(keep)
        .collect()
}

/// The id with the first free number behind it, as mdBook counts, which is then used.
///
/// # Panics
/// Never: numbers don't end.
pub fn unique(id: &str, used: &mut BTreeSet<String>) -> String {
    let numbered = (1..).map(|number| format!("{id}-{number}"));
    let free = std::iter::once(id.to_owned())
        .chain(numbered)
        .find(|id| !used.contains(id));
    let id = free.expect("numbers don't end");
    used.insert(id.clone());
    id
}

/// The ids among `ids` that a link to `wanted` may mean, the likeliest first; without a likely one,
/// a few of them.
pub fn near<'a>(ids: impl Iterator<Item = &'a str>, wanted: &str) -> Vec<&'a str> {
    const SHOWN: usize = 3;
    let letters = |id: &str| {
        id.chars()
            .filter(|c| c.is_alphanumeric())
            .collect::<String>()
    };
    let wanted = letters(&wanted.to_lowercase());
    let alike = |id: &str| {
        let id = letters(&id.to_lowercase());
        let shared = |(a, b): &(char, char)| a == b;
        let front = id.chars().zip(wanted.chars()).take_while(shared).count();
        let back = id
            .chars()
            .rev()
            .zip(wanted.chars().rev())
            .take_while(shared)
            .count();
        (front + back).min(wanted.chars().count())
    };
    let mut all: Vec<_> = ids
        .filter(|id| !id.is_empty())
        .map(|id| (alike(id), id))
        .collect();
    all.sort_by_key(|(alike, id)| (std::cmp::Reverse(*alike), id.len()));
    let enough = wanted.chars().count().div_ceil(2);
    let likely: Vec<_> = { all.iter() }
        .filter(|(alike, _)| *alike >= enough.max(1))
        .map(|(_, id)| *id)
        .collect();
    let found = if likely.is_empty() {
        all.into_iter().map(|(_, id)| id).collect()
    } else {
        likely
    };
    found.into_iter().take(SHOWN).collect()
}

/// What to do about a link to `#wanted`, which is not among `ids`.
pub fn hint<'a>(ids: impl Iterator<Item = &'a str>, wanted: &str) -> String {
    let near = near(ids, wanted);
    match near.is_empty() {
        true => "give the target an id or correct the link".to_owned(),
        false => {
            let near: Vec<_> = near.iter().map(|id| format!("`#{id}`")).collect();
            format!("there is {}", near.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_headings() {
        for (text, id) in [
            ("Method-call 🐙 expressions", "method-call--expressions"),
            ("Über `a_b`", "über-a_b"),
            ("中文 title", "中文-title"),
            (" 🐙 ", ""),
        ] {
            assert_eq!(id_of(text), id, "{text}");
        }
        let mut used = BTreeSet::new();
        let ids = ["a", "a", "a"].map(|id| unique(id, &mut used));
        assert_eq!(ids, ["a", "a-1", "a-2"]);
    }

    #[test]
    fn likely_ids_are_named() {
        let ids = ["the-share-of-x1", "results", "other"];
        let check = |wanted: &str, expected: &[&str]| {
            assert_eq!(near(ids.into_iter(), wanted), expected, "{wanted}");
        };
        check("the-share-of-x_1", &["the-share-of-x1"]);
        check("Results", &["results"]);
        check("q", &["other", "results", "the-share-of-x1"]);
        assert!(hint([].into_iter(), "q").starts_with("give the target"));
    }
}
