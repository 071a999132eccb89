//! Numbers in a font, which has the most significant byte first.

/// The two bytes at this place.
pub(super) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..)?.first_chunk()?;
    Some(u16::from_be_bytes(*bytes))
}

/// `size` bytes at this place, four at most.
pub(super) fn number_at(data: &[u8], at: usize, size: usize) -> Option<usize> {
    let bytes = data.get(at..at.checked_add(size)?)?;
    let number = bytes
        .iter()
        .fold(0, |sum: u32, byte| sum << 8 | u32::from(*byte));
    Some(number as usize)
}
