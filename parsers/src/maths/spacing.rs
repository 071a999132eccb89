//! The space between the parts of a formula (The TeXbook, chap. 18, and rules 5 and 6 of appendix G).

use super::tree::{Class, Node, Style};

/// Thin, medium and thick space, in ems: 3, 4 and 5 of 18 parts.
const THIN: f64 = 3.0 / 18.0;
const MEDIUM: f64 = 4.0 / 18.0;
const THICK: f64 = 5.0 / 18.0;

/// The space before each of the parts, in ems; before the first there is none.
pub fn gaps(parts: &[Node], style: Style) -> Vec<f64> {
    let mut classes: Vec<_> = parts.iter().map(Node::classes).collect();
    make_ordinary(&mut classes);
    let mut before = None;
    let gap = |class: &Option<(Class, Class)>| {
        let Some((first, last)) = class else {
            return 0.0;
        };
        let gap = before.map_or(0.0, |before| between(before, *first, style));
        before = Some(*last);
        gap
    };
    classes.iter().map(gap).collect()
}

/// A sign that binds nothing on one side, such as a minus before a number, is none of an operation.
fn make_ordinary(classes: &mut [Option<(Class, Class)>]) {
    use Class as C;
    let ordinary = Some((C::Ordinary, C::Ordinary));
    let mut before: Option<(usize, C)> = None;
    for at in 0..classes.len() {
        let Some((first, last)) = classes[at] else {
            continue;
        };
        let binds_nothing_before =
            !matches!(before, Some((_, C::Ordinary | C::Closing | C::Inner)));
        if first == C::Binary && binds_nothing_before {
            classes[at] = ordinary;
            before = Some((at, C::Ordinary));
            continue;
        }
        if let (Some((sign, C::Binary)), C::Relation | C::Closing | C::Punctuation) =
            (before, first)
        {
            classes[sign] = ordinary;
        }
        before = Some((at, last));
    }
    if let Some((sign, C::Binary)) = before {
        classes[sign] = ordinary;
    }
}

/// The space between two classes; scripts have only that around operators.
fn between(left: Class, right: Class, style: Style) -> f64 {
    use Class as C;
    let is_tight = style >= Style::Script;
    let (space, in_scripts) = match (left, right) {
        (C::Ordinary, C::Operator)
        | (C::Operator, C::Ordinary | C::Operator)
        | (C::Closing | C::Inner, C::Operator) => (THIN, true),
        (C::Ordinary | C::Closing | C::Inner, C::Binary)
        | (C::Binary, C::Ordinary | C::Operator | C::Opening | C::Inner) => (MEDIUM, false),
        (C::Ordinary | C::Operator | C::Closing | C::Inner, C::Relation)
        | (C::Relation, C::Ordinary | C::Operator | C::Opening | C::Inner) => (THICK, false),
        (C::Ordinary | C::Operator | C::Closing, C::Inner)
        | (C::Inner, C::Ordinary | C::Opening | C::Punctuation | C::Inner)
        | (
            C::Punctuation,
            C::Ordinary
            | C::Operator
            | C::Relation
            | C::Opening
            | C::Closing
            | C::Punctuation
            | C::Inner,
        ) => (THIN, false),
        _ => (0.0, true),
    };
    if is_tight && !in_scripts { 0.0 } else { space }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::{Definitions, Display, parse};

    /// The spaces in parts of 18, as The TeXbook's table (p. 170) has them.
    #[track_caller]
    fn check(latex: &str, style: Style, expected: &[i32]) {
        let formula = parse(latex, Display::Block, &Definitions::default()).expect("a formula");
        let parts: Vec<f64> = gaps(&formula.body, style)
            .iter()
            .map(|gap| gap * 18.0)
            .collect();
        let expected: Vec<f64> = expected.iter().map(|gap| f64::from(*gap)).collect();
        assert!(
            parts
                .iter()
                .zip(&expected)
                .all(|(a, b)| (a - b).abs() < 1e-9)
                && parts.len() == expected.len(),
            "{latex}: {parts:?}"
        );
    }

    /// The table of page 170: a space in brackets is left out in scripts, a star never comes about.
    #[test]
    fn the_space_between_two_classes_is_that_of_the_table() {
        use Class as C;
        const CLASSES: [Class; 8] = [
            C::Ordinary,
            C::Operator,
            C::Binary,
            C::Relation,
            C::Opening,
            C::Closing,
            C::Punctuation,
            C::Inner,
        ];
        const TABLE: [&str; 8] = [
            "0 1 (2) (3) 0 0 0 (1)",
            "1 1 * (3) 0 0 0 (1)",
            "(2) (2) * * (2) * * (2)",
            "(3) (3) * 0 (3) 0 0 (3)",
            "0 0 * 0 0 0 0 0",
            "0 1 (2) (3) 0 0 0 (1)",
            "(1) (1) * (1) (1) (1) (1) (1)",
            "(1) 1 (2) (3) (1) 0 (1) (1)",
        ];
        for (left, row) in CLASSES.iter().zip(TABLE) {
            for (right, entry) in CLASSES.iter().zip(row.split(' ')) {
                let in_text = match entry.trim_matches(['(', ')']) {
                    "1" => 3.0,
                    "2" => 4.0,
                    "3" => 5.0,
                    _ => 0.0,
                };
                let in_scripts = if entry.starts_with('(') { 0.0 } else { in_text };
                for (style, expected) in [(Style::Text, in_text), (Style::Script, in_scripts)] {
                    let found = 18.0 * between(*left, *right, style);
                    assert!(
                        (found - expected).abs() < 1e-9,
                        "{left:?} {right:?}: {found}"
                    );
                }
            }
        }
    }

    #[test]
    fn spaces_are_those_of_the_texbook() {
        let display = Style::Display;
        check("a+b=c", display, &[0, 4, 4, 5, 5]);
        check("a+b=c", Style::Script, &[0, 0, 0, 0, 0]);
        check("n\\log n", display, &[0, 3, 3]);
        check("n\\log n", Style::Script, &[0, 3, 3]);
        check("\\sin(x)", display, &[0, 0, 0, 0]);
        check("f(x,y)", display, &[0, 0, 0, 0, 3, 0]);
        check("a \\left(b\\right) c", display, &[0, 3, 3]);
        check("\\sum x", display, &[0, 3]);
        check("a := b", display, &[0, 5, 0, 5]);
        check("a\\,b", display, &[0, 0, 0]);
    }

    #[test]
    fn a_sign_before_a_number_stands_at_it() {
        let display = Style::Display;
        check("-x", display, &[0, 0]);
        check("a=-b", display, &[0, 5, 5, 0]);
        check("(-a)", display, &[0, 0, 0, 0]);
        check("a+-b", display, &[0, 4, 4, 0]);
        check("a+", display, &[0, 0]);
        check("x_i^{2}-1", display, &[0, 4, 4]);
        check("a- =b", display, &[0, 0, 5, 5]);
    }
}
