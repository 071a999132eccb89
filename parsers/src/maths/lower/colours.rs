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
