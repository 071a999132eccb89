//! `book/quoted.toml`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_measured::evidence::read_quoted;

fuzz_target!(|text: &str| {
    let _ = read_quoted("quoted.toml", text);
});
