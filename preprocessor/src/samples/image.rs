//! Whether a file is an image that a page and the PDF can show.

use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The longest side of an image, in pixels.
const MOST_PX: usize = 2048;

/// What begins each format, and what it is called.
const OTHERS: [(&[u8], &str); 5] = [
    (b"GIF8", "a GIF"),
    (b"RIFF", "a WebP"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
];
const JPEG: &[u8] = b"\xff\xd8\xff";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Decodes an image and returns the extension of its format.
///
/// # Errors
/// What was found and what was expected.
pub(super) fn check(content: &[u8]) -> Result<&'static str, String> {
    let decoded = match content {
        _ if content.starts_with(JPEG) => decode_jpeg(content).map(|()| "jpg"),
        _ if content.starts_with(PNG) => decode_png(content).map(|()| "png"),
        _ => {
            let found = OTHERS.iter().find(|(start, _)| content.starts_with(start));
            let found = found.map_or("no image", |(_, name)| name);
            return Err(format!("is {found}, expected a JPEG or a PNG"));
        }
    };
    decoded.map_err(|message| format!("cannot be decoded: {message}"))
}

fn decode_jpeg(content: &[u8]) -> Result<(), String> {
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::MAX) // refused below, with the limit that holds here
        .set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(content), options);
    decoder
        .decode_headers()
        .map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions().ok_or("it has no size")?;
    check_size(width, height)?;
    decoder.decode().map_err(|error| error.to_string())?;
    // The decoder fills up what is missing at the end.
    let scan = content.windows(2).rposition(|pair| pair == b"\xff\xda");
    let ends = |start| content[start..].windows(2).any(|pair| pair == b"\xff\xd9");
    match scan.is_some_and(ends) {
        true => Ok(()),
        false => Err("its end is missing".to_owned()),
    }
}

fn decode_png(content: &[u8]) -> Result<(), String> {
    let failed = |error: png::DecodingError| error.to_string();
    let mut reader = png::Decoder::new(Cursor::new(content))
        .read_info()
        .map_err(failed)?;
    let (width, height) = reader.info().size();
    check_size(width as usize, height as usize)?;
    let bytes = reader.output_buffer_size().ok_or("it is too large")?;
    reader.next_frame(&mut vec![0; bytes]).map_err(failed)?;
    reader.finish().map_err(failed)
}

fn check_size(width: usize, height: usize) -> Result<(), String> {
    match width.max(height) <= MOST_PX {
        true => Ok(()),
        false => Err(format!(
            "it has {width} × {height} pixels, expected at most {MOST_PX} on each side"
        )),
    }
}
