//! The text of a file, however it is encoded.

use super::csv::Fault;
use std::borrow::Cow;

/// The first bytes of files that hold no text, what such a file is, and what helps.
const FORMATS: [(&[u8], &str, &str); 7] = [
    (b"\x1f\x8b", "compressed with gzip", UNPACK),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard", UNPACK),
    (b"\xfd7zXZ\0", "compressed with xz", UNPACK),
    (b"PK\x03\x04", "a spreadsheet or a ZIP archive", EXPORT),
    (b"PAR1", "a Parquet file", EXPORT),
    (b"SQLite format 3\0", "an SQLite database", EXPORT),
    (b"\x89HDF", "an HDF5 file", EXPORT),
];
const UNPACK: &str = "unpack it first";
const EXPORT: &str = "export it as CSV";

/// The text of UTF-8 or UTF-16, without the mark that spreadsheets put before it.
///
/// # Errors
/// What the file is instead, with the line where UTF-8 ends.
pub(crate) fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let known = FORMATS.iter().find(|(magic, ..)| bytes.starts_with(magic));
    if let Some((_, what, hint)) = known {
        return Err((None, format!("it is {what}, expected a text; hint: {hint}")));
    }
    let is_low_first = match bytes {
        [0xff, 0xfe, ..] => Some(true),
        [0xfe, 0xff, ..] => Some(false),
        // Without the mark, the other bytes of Latin letters are 0.
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some(true),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Some(false),
        _ => None,
    };
    match is_low_first {
        Some(true) => from_utf_16(bytes, u16::from_le_bytes).map(Cow::Owned),
        Some(false) => from_utf_16(bytes, u16::from_be_bytes).map(Cow::Owned),
        None => from_utf_8(bytes).map(Cow::Borrowed),
    }
}

fn from_utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Fault> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().copied().map(unit)).collect::<Result<String, _>>();
    match text {
        Ok(text) if rest.is_empty() => Ok(text.trim_start_matches('\u{feff}').to_owned()),
        _ => Err((
            None,
            "it is broken UTF-16; hint: save it as UTF-8".to_owned(),
        )),
    }
}

fn from_utf_8(bytes: &[u8]) -> Result<&str, Fault> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if bytes.contains(&0) {
        let message = format!("it is a binary file, expected a text; hint: {EXPORT}");
        return Err((None, message));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let message = "it is not UTF-8; hint: save it as UTF-8".to_owned();
        (u32::try_from(line).ok(), message)
    })
}
