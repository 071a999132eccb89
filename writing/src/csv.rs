//! Comma-separated values as in RFC 4180: lines end in CRLF, quotes are doubled.

use std::fmt::Write as _;

/// Appends one line to a CSV file, its end included.
pub fn write_record<S: AsRef<str>>(out: &mut String, fields: impl IntoIterator<Item = S>) {
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_field(out, field.as_ref());
    }
    out.push_str("\r\n");
}

/// Appends one field, in quotes where it needs them.
pub fn write_field(out: &mut String, field: &str) {
    let is_special = |byte: u8| matches!(byte, b',' | b'"' | b'\r' | b'\n');
    if field.bytes().any(is_special) {
        out.push('"');
        out.push_str(&field.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(field);
    }
}

/// Appends a float: the shortest decimals that read back as the same value.
pub fn write_number(out: &mut String, value: f64) {
    let value = value + 0.0; // drops the sign of -0
    let mut digits = ryu::Buffer::new();
    match digits.format(value) {
        short if value.is_finite() && !short.contains('e') => {
            out.push_str(short.strip_suffix(".0").unwrap_or(short));
        }
        _ => drop(write!(out, "{value}")), // no power of ten
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_the_shortest_decimals() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.1, "0.1"),
            (-1.5e-7, "-0.00000015"),
            (1e15, "1000000000000000"),
            (1e21, "1000000000000000000000"),
            (123_456.789, "123456.789"),
            (1.0 / 3.0, "0.3333333333333333"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            let mut text = String::new();
            super::write_number(&mut text, value);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn only_fields_that_need_quotes_get_them() {
        let mut line = String::new();
        super::write_record(&mut line, ["plain", "a,b", "5\" disk", "two\nlines", ""]);
        assert_eq!(line, "plain,\"a,b\",\"5\"\" disk\",\"two\nlines\",\r\n");
    }
}
