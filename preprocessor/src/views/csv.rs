//! Comma-separated values as in RFC 4180: lines end in CRLF, quotes are doubled.

/// One line of a CSV file, its end included.
pub(super) fn record<I: IntoIterator<Item = S>, S: AsRef<str>>(fields: I) -> String {
    let fields: Vec<String> = fields.into_iter().map(|f| quoted(f.as_ref())).collect();
    fields.join(",") + "\r\n"
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_fields_that_need_quotes_get_them() {
        let line = super::record(["plain", "a,b", "5\" disk", "two\nlines", ""]);
        assert_eq!(line, "plain,\"a,b\",\"5\"\" disk\",\"two\nlines\",\r\n");
    }
}
