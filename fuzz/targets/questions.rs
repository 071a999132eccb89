//! `book/questions.toml`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_measured::catalogue::read_questions;

fuzz_target!(|text: &str| {
    for question in read_questions("questions.toml", text).unwrap_or_default() {
        question.to_markdown();
    }
});
