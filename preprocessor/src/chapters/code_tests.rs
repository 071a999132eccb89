//! What stands in code stays as it is, and what looks like a template elsewhere is told.

use super::contract::Renderer;
use super::small_books::{faults, text};

#[test]
fn code_is_no_template() {
    let source = "```sh\ncat << END > a\nEND\n```\n\n`1 << 20`, `<% if x %>` and `<# a #>`.\n\n    \
                  a << b >> c\n    std::cout << \"x\"; std::cin >> y;\n\n- <% raw %>1 << 2<% endraw %>\n\n  \
                  ~~~ps\n  <# it #> << references() >> <% raw %><<<% endraw %> x\n  ~~~\n";
    let expected = source.replace("<% raw %>", "").replace("<% endraw %>", "");
    for renderer in [Renderer::Html, Renderer::Pdf] {
        assert_eq!(text(renderer, source), expected);
    }
}

#[test]
fn a_shift_in_prose_is_told_how_it_is_written() {
    let hint = "; hint: `<<` begins a template; as text, outside of code, it is \
                `<% raw %><<<% endraw %>`, in a formula `\\ll`";
    for (source, line) in [
        ("`a` 1 << 20 bytes.", "1:"),
        ("It is a << b >> c.", "1:"),
        ("$a << b$", "1:"),
        ("<!-- a << b -->", "1:"),
        ("```\n<<\n```\n\n`<<` a\n<<", "6:"),
    ] {
        let faults = faults(source);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(
            faults[0].starts_with(&format!("`book/a.md:{line}")),
            "{faults:?}"
        );
        assert!(faults[0].ends_with(hint), "{faults:?}");
    }
    for opening in ["<%", "<#"] {
        let faults = faults(&format!("a {opening} b"));
        let hint = format!("it is `<% raw %>{opening}<% endraw %>`");
        assert!(faults[0].ends_with(&hint), "{faults:?}");
    }
}
