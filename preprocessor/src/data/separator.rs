//! What parts the cells of a row.

use serde::Deserialize;
use std::borrow::Cow;
use std::str::FromStr;

/// A sign between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Separator {
    /// `,`
    #[serde(rename = ",")]
    Comma,
    /// `;`
    #[serde(rename = ";")]
    Semicolon,
    /// A tabulator.
    #[serde(rename = "\t")]
    Tab,
    /// `|`
    #[serde(rename = "|")]
    Bar,
    /// One or more blanks.
    #[serde(rename = " ")]
    Blanks,
}

impl Separator {
    /// Those that are found out, in the order in which they are tried. Blanks part the cells only
    /// where no other sign does.
    pub(super) const SIGNS: [Separator; 4] = [
        Separator::Comma,
        Separator::Semicolon,
        Separator::Tab,
        Separator::Bar,
    ];

    /// The byte between the cells of [`Self::prepared`] text.
    pub(super) fn byte(self) -> u8 {
        match self {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
            Separator::Tab | Separator::Blanks => b'\t',
            Separator::Bar => b'|',
        }
    }

    /// The text with one byte between two cells.
    pub(super) fn prepared(self, text: Cow<'_, str>) -> Cow<'_, str> {
        if self != Separator::Blanks {
            return text;
        }
        let mut tabbed = String::with_capacity(text.len());
        for line in text.lines() {
            for (index, cell) in line.split_ascii_whitespace().enumerate() {
                tabbed.extend([if index == 0 { "" } else { "\t" }, cell]);
            }
            tabbed.push('\n');
        }
        Cow::Owned(tabbed)
    }
}

impl FromStr for Separator {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "," | "comma" => Ok(Separator::Comma),
            ";" | "semicolon" => Ok(Separator::Semicolon),
            "\t" | "\\t" | "tab" => Ok(Separator::Tab),
            "|" | "bar" => Ok(Separator::Bar),
            " " | "space" => Ok(Separator::Blanks),
            _ => Err("expected `,`, `;`, `tab`, `|` or `space`".to_owned()),
        }
    }
}
