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

/// Appends a float: the shortest text that reads back as the same value.
pub fn write_number(out: &mut String, value: f64) {
    let _ = write!(out, "{}", value + 0.0); // adding zero drops the sign of -0
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_fields_that_need_quotes_get_them() {
        let mut line = String::new();
        super::write_record(&mut line, ["plain", "a,b", "5\" disk", "two\nlines", ""]);
        assert_eq!(line, "plain,\"a,b\",\"5\"\" disk\",\"two\nlines\",\r\n");
    }
}
