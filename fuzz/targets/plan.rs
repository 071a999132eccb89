//! `experiments/plan.toml`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = results::Plan::parse(text, "plan.toml");
});
