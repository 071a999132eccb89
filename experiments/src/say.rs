//! What a program says: a reader that is gone, such as a closed pipe or terminal, ends nothing.

use std::io::{self, Write};

/// A line on standard output; whether somebody could read it.
pub fn line(text: &str) -> bool {
    writeln!(io::stdout().lock(), "{text}").is_ok()
}

/// A line on standard error.
pub fn note(text: &str) {
    // There is no other place to tell that nobody listens.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
