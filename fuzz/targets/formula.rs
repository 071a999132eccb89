//! A formula, as MathML: only elements of MathML come out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::latex::{Display, mathml};

fuzz_target!(|latex: &str| {
    for display in [Display::Inline, Display::Block] {
        if let Ok(mathml) = mathml(latex, display) {
            mathml.split('<').skip(1).for_each(check_tag);
        }
    }
});

/// Checks what follows a `<`.
fn check_tag(tag: &str) {
    let name = tag.trim_start_matches('/');
    let end = name
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    assert!(
        name.starts_with('m') || name[..end].starts_with("annotation"),
        "<{tag}"
    );
}
