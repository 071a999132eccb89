//! The file format of fonts in pages.
//!
//! Source: W3C, WOFF File Format 2.0.

use super::bytes::number_at;
use brotli::enc::BrotliEncoderParams;
use brotli::enc::backward_references::BrotliEncoderMode;
use ttf_parser::Tag;

/// WOFF2, with outlines of the kind CFF.
const SIGNATURE: &[u8] = b"wOF2OTTO";
const HEADER_SIZE: usize = 48;
/// From 0 to 11. The last two steps take five times as long for a twentieth of the size.
const QUALITY: i32 = 9;

/// The file of a font with CFF outlines and these tables.
pub(super) fn write(tables: &[(Tag, &[u8])]) -> Vec<u8> {
    let mut directory = Vec::new();
    for (tag, table) in tables {
        directory.push(63); // the tag itself follows
        directory.extend(tag.to_bytes());
        directory.extend(base_128(table.len() as u32));
    }
    let content: Vec<_> = tables
        .iter()
        .flat_map(|(_, table)| *table)
        .copied()
        .collect();
    let packed = pack(&content);
    let length = (HEADER_SIZE + directory.len() + packed.len()).next_multiple_of(4);
    let mut file = header(tables, length as u32, packed.len() as u32);
    file.extend(directory);
    file.extend(packed);
    file.resize(length, 0);
    file
}

/// Whether a file of this format is as long as it says.
pub fn is_whole(file: &[u8]) -> bool {
    file.starts_with(SIGNATURE) && number_at(file, 8, 4) == Some(file.len())
}

fn header(tables: &[(Tag, &[u8])], length: u32, packed: u32) -> Vec<u8> {
    let sizes = tables
        .iter()
        .map(|(_, table)| table.len().next_multiple_of(4));
    let unpacked = 12 + 16 * tables.len() + sizes.sum::<usize>();
    let mut header = SIGNATURE.to_vec();
    header.extend(length.to_be_bytes());
    header.extend(
        (tables.len() as u32).to_be_bytes()[2..]
            .iter()
            .chain(&[0, 0]),
    );
    header.extend((unpacked as u32).to_be_bytes());
    header.extend(packed.to_be_bytes());
    header.extend([0, 1, 0, 0]); // version
    header.resize(HEADER_SIZE, 0);
    header
}

/// Seven bits to a byte, the most significant first; all bytes but the last have their highest bit set.
fn base_128(number: u32) -> Vec<u8> {
    let bytes = (0..5).map(|place| (number >> (7 * place) & 0x7f) as u8);
    let mut bytes: Vec<_> = bytes.collect();
    while bytes.len() > 1 && bytes.last() == Some(&0) {
        bytes.pop();
    }
    bytes[1..].iter_mut().for_each(|byte| *byte |= 0x80);
    bytes.reverse();
    bytes
}

fn pack(content: &[u8]) -> Vec<u8> {
    let parameters = BrotliEncoderParams {
        quality: QUALITY,
        mode: BrotliEncoderMode::BROTLI_MODE_FONT,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut packed, &parameters)
        .expect("memory is read and written");
    packed
}
