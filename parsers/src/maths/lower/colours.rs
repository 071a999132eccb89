//! Colours by name or number.

use crate::maths::Fault;

/// The colours that the package xcolor always has (its manual, table 1), as CSS writes them.
const NAMED: [(&str, &str); 19] = [
    ("black", "#000000"),
    ("blue", "#0000ff"),
    ("brown", "#bf8040"),
    ("cyan", "#00ffff"),
    ("darkgray", "#404040"),
    ("gray", "#808080"),
    ("green", "#00ff00"),
    ("lightgray", "#bfbfbf"),
    ("lime", "#bfff00"),
    ("magenta", "#ff00ff"),
    ("olive", "#808000"),
    ("orange", "#ff8000"),
    ("pink", "#ffbfbf"),
    ("purple", "#bf0040"),
    ("red", "#ff0000"),
    ("teal", "#008080"),
    ("violet", "#800080"),
    ("white", "#ffffff"),
    ("yellow", "#ffff00"),
];

/// A colour as `#rrggbb`.
pub(super) fn css(colour: &str) -> Result<String, Fault> {
    if let Some((_, css)) = NAMED.iter().find(|(name, _)| *name == colour) {
        return Ok((*css).to_owned());
    }
    let digits = colour.strip_prefix('#').unwrap_or(colour);
    let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    match digits.len() {
        6 if is_number => Ok(format!("#{}", digits.to_ascii_lowercase())),
        3 if is_number => {
            let doubled = digits.chars().flat_map(|digit| [digit, digit]);
            Ok(format!(
                "#{}",
                doubled.collect::<String>().to_ascii_lowercase()
            ))
        }
        _ => Err(Fault::new(&format!(
            "the colour `{colour}` is not known, expected `#` and 6 hexadecimal digits, or one of {}",
            NAMED.map(|(name, _)| format!("`{name}`")).join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::css;

    /// The parts of red, green and blue are those of xcolor's manual, section 2.4, in quarters.
    #[test]
    fn named_colours_are_those_of_xcolor() {
        for (name, quarters) in [
            ("black", [0, 0, 0]),
            ("blue", [0, 0, 4]),
            ("brown", [3, 2, 1]),
            ("cyan", [0, 4, 4]),
            ("darkgray", [1, 1, 1]),
            ("gray", [2, 2, 2]),
            ("green", [0, 4, 0]),
            ("lightgray", [3, 3, 3]),
            ("lime", [3, 4, 0]),
            ("magenta", [4, 0, 4]),
            ("olive", [2, 2, 0]),
            ("orange", [4, 2, 0]),
            ("pink", [4, 3, 3]),
            ("purple", [3, 0, 1]),
            ("red", [4, 0, 0]),
            ("teal", [0, 2, 2]),
            ("violet", [2, 0, 2]),
            ("white", [4, 4, 4]),
            ("yellow", [4, 4, 0]),
        ] {
            let [red, green, blue] = quarters.map(|quarters| (quarters * 255 + 2) / 4);
            let expected = format!("#{red:02x}{green:02x}{blue:02x}");
            assert_eq!(css(name), Ok(expected), "{name}");
        }
    }

    #[test]
    fn colours_by_number() {
        assert_eq!(css("#0aF"), Ok("#00aaff".to_owned()));
        assert_eq!(css("00AAFF"), Ok("#00aaff".to_owned()));
        assert!(css("nocolour").is_err());
        assert!(css("#12345").is_err());
    }
}
