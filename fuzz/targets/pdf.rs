//! A formula as Typst's maths.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_measured_pdf::typst_maths;

fuzz_target!(|text: &str| {
    let _ = typst_maths(text, true);
});
