//! Words that name a graphics card.

use crate::nearest::nearest;

/// Cards that a misspelt word may mean. Others may be named, where they are not like one of these.
const CARDS: [&str; 32] = [
    "A10", "A100", "A16", "A2", "A30", "A40", "B100", "B200", "B300", "GB200", "GB300", "GH200",
    "GTX", "GeForce", "H100", "H20", "H200", "H800", "K20", "K40", "K80", "L4", "L40", "L40S",
    "M40", "M60", "P100", "P4", "P40", "RTX", "T4", "V100",
];

/// What is wrong with `word` as a part of a card's name: `V100` and `RTX` are such, `V10O` and `cuda` are not.
pub fn card_fault(word: &str) -> Option<String> {
    fault(word, &[], "card, expected")
}

/// The same where a plan may say `any`, `cpu` or `cuda` in its place.
pub(crate) fn hardware_fault(word: &str) -> Option<String> {
    let others = ["any", "cpu", "cuda"];
    fault(word, &others, "hardware, expected `any`, `cpu`, `cuda` or")
}

/// `others` are words that it may mean as well, and `what` is what it is none of and was expected to be.
fn fault(word: &str, others: &[&str], what: &str) -> Option<String> {
    if CARDS.contains(&word) {
        return None;
    }
    let near = nearest(word, CARDS.iter().chain(others).copied());
    let like = near.filter(|near| differs_by_a_letter(word, near));
    let is_word = word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.chars().all(|c| c.is_ascii_alphanumeric())
        && word.contains(|c: char| c.is_ascii_digit());
    let hint = near.map_or(String::new(), |near| format!("; hint: `{near}`"));
    (like.is_some() || !is_word)
        .then(|| format!("`{word}` is no {what} one word of a card's name, such as `V100`{hint}"))
}

/// One letter less, more, exchanged or of another case.
fn differs_by_a_letter(word: &str, near: &str) -> bool {
    strsim::osa_distance(&word.to_lowercase(), &near.to_lowercase()) <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_told_from_misspelt_words() {
        let check = |word: &str, expect: Option<&str>| {
            let found = hardware_fault(word);
            let hint = found.as_ref().and_then(|fault| fault.rsplit_once("hint: "));
            assert_eq!(hint.map(|(_, near)| near), expect, "{word}");
        };
        for word in ["V100", "K80", "H20", "RTX", "X7000", "MI300X"] {
            assert_eq!(hardware_fault(word), None, "{word}");
            assert_eq!(card_fault(word), None, "{word}");
        }
        check("V10O", Some("`V100`"));
        check("v100", Some("`V100`"));
        check("V1000", Some("`V100`"));
        check("Cuda", Some("`cuda`"));
        check("cdua", Some("`cuda`"));
        check("ANY", Some("`any`"));
        check("CPU", Some("`cpu`"));
        for word in ["Toaster", "two words", "", "Tesla V100", "4090"] {
            assert!(hardware_fault(word).is_some(), "{word}");
        }
    }

    #[test]
    fn other_hardware_is_no_card() {
        let expected = "expected one word of a card's name, such as `V100`";
        for (word, hint) in [("any", ""), ("cpu", ""), ("V10O", "; hint: `V100`")] {
            let fault = format!("`{word}` is no card, {expected}{hint}");
            assert_eq!(card_fault(word), Some(fault));
        }
    }
}
