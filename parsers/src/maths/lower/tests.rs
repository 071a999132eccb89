//! Lengths, styles and scripts, with values from The TeXbook.

use super::*;
use crate::maths::{Definitions, Display, parse};

fn parsed(latex: &str) -> Vec<Node> {
    let formula = parse(latex, Display::Block, &Definitions::default());
    formula.expect("a formula").body
}

/// The TeXbook, chap. 10: an inch is 72.27 points, 1157 didot points are 1238 points; ten points
/// are an em of its usual font, whose x-height is 0.430554 em.
#[test]
fn lengths_are_those_of_tex() {
    for (length, ems) in [
        ("1em", 1.0),
        ("18mu", 1.0),
        ("10pt", 1.0),
        ("1in", 7.227),
        ("2.54cm", 7.227),
        ("25.4mm", 7.227),
        ("72bp", 7.227),
        ("1pc", 1.2),
        ("1157dd", 123.8),
        ("1157cc", 1485.6),
        ("655360sp", 1.0),
        ("1ex", 0.4306),
        ("-3mu", -1.0 / 6.0),
    ] {
        let command = if length.ends_with("mu") {
            "mkern"
        } else {
            "kern"
        };
        let nodes = parsed(&format!("a\\{command}{length} b"));
        let Node::Space(found) = nodes[1] else {
            panic!("{length}: {nodes:?}");
        };
        assert!((found - ems).abs() < 6e-4, "{length}: {found}");
    }
}

/// Where `amsmath` puts the scripts of `\sum`, `\int`, `\lim` and `\log`.
#[test]
fn scripts_stand_where_amsmath_puts_them() {
    let stacked = |latex: &str, display| {
        let formula = parse(latex, display, &Definitions::default()).expect("a formula");
        matches!(formula.body[0], Node::Scripts { stacked: true, .. })
    };
    for (latex, in_display, in_text) in [
        (r"\sum_i", true, false),
        (r"\int_0^1", false, false),
        (r"\int\limits_0^1", true, true),
        (r"\sum\nolimits_i", false, false),
        (r"\lim_{n}", true, false),
        (r"\log_2", false, false),
        (r"\operatorname*{best}_x", true, false),
        (r"\operatorname{best}_x", false, false),
        (r"\underbrace{a}_b", true, true),
        (r"\overbrace{a}_b", false, false),
        (r"x_i", false, false),
    ] {
        assert_eq!(stacked(latex, Display::Block), in_display, "{latex}");
        assert_eq!(stacked(latex, Display::Inline), in_text, "{latex}");
    }
}

#[test]
fn fractions_and_scripts_have_the_styles_of_the_texbook() {
    // A sum whose limits stand under it is in display style (rule 13a of appendix G).
    let limits = |latex: &str| format!("{:?}", parsed(latex)).contains("stacked: true");
    assert!(limits(r"\dfrac{1}{2}\sum_i"));
    assert!(
        !limits(r"\frac{\sum_i}{2}"),
        "a fraction's parts are in text style"
    );
    assert!(limits(r"\frac{\displaystyle\sum_i}{2}"));
    assert!(!limits(r"\textstyle\sum_i"));
    let chosen = |latex: &str| {
        let latex = latex.replace('?', r"\mathchoice{D}{T}{S}{X}");
        let nodes = parsed(&latex);
        let formula = Formula {
            body: nodes,
            tag: None,
        };
        formula.text()
    };
    assert_eq!(chosen("?"), "D");
    assert_eq!(chosen(r"\frac{?}{a}"), "Ta");
    assert_eq!(chosen(r"\frac{\frac{?}{a}}{b}"), "Sab");
    assert_eq!(chosen("x^{?}"), "xS");
    assert_eq!(chosen("x^{y^{?}}"), "xyX");
    assert_eq!(chosen(r"x^{\frac{?}{a}}"), "xXa");
    assert_eq!(chosen(r"\sqrt[?]{a}"), "aX");
    assert_eq!(chosen(r"\tfrac{?}{a}"), "Sa");
    assert!(limits(r"\begin{aligned}\sum_i\end{aligned}"));
    assert!(!limits(r"\begin{matrix}\sum_i\end{matrix}"));
}
