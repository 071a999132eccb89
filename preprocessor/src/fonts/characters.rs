//! The characters that the formulas of a book show.

use parsers::addresses::resolve_entities;
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

/// The characters of all formulas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Characters(BTreeSet<char>);

/// What browsers draw of themselves: the minus that they put for a hyphen, the root of `msqrt`.
const DRAWN: [char; 2] = ['−', '√'];

/// No entity of HTML has a longer name.
const LONGEST_ENTITY: usize = 32;

impl Characters {
    /// Those in all `texts`, which are the chapters as the pages get them.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut formulas = BTreeSet::new();
        for formula in texts.flat_map(formulas_in) {
            add(&mut formulas, formula);
        }
        if !formulas.is_empty() {
            let italic: Vec<_> = formulas.iter().filter_map(|it| italic(*it)).collect();
            formulas.extend(italic.into_iter().chain(DRAWN));
        }
        Characters(formulas)
    }

    /// Each of them.
    pub(super) fn all(&self) -> &BTreeSet<char> {
        &self.0
    }
}

/// Adds the characters of a text, and those that its entities stand for.
fn add(known: &mut BTreeSet<char>, written: &str) {
    known.extend(written.chars());
    let entities = written
        .split('&')
        .skip(1)
        .filter_map(|it| it.get(..it.find(';')?));
    let entities: BTreeSet<_> = entities.filter(|it| it.len() < LONGEST_ENTITY).collect();
    for entity in entities {
        known.extend(resolve_entities(&format!("&{entity};")).chars());
    }
}

/// The texts of the elements of all formulas.
fn formulas_in(written: &str) -> impl Iterator<Item = &str> {
    let formulas = written.split("<math").skip(1);
    let formulas = formulas.map(|it| it.split("</math>").next().unwrap_or(it));
    formulas.flat_map(|formula| {
        formula
            .split('>')
            .skip(1)
            .map(|it| it.split('<').next().unwrap_or(it))
    })
}

impl fmt::Display for Characters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        { self.0.iter() }.try_for_each(|character| f.write_char(*character))
    }
}

/// The slanted form that browsers show for a letter that stands alone in `mi`.
///
/// Source: MathML Core, `text-transform: math-auto`.
fn italic(letter: char) -> Option<char> {
    let shifted =
        |first: char, slanted: u32| char::from_u32(slanted + (letter as u32 - first as u32));
    match letter {
        'h' => Some('ℎ'),
        'A'..='Z' => shifted('A', 0x1d434),
        'a'..='z' => shifted('a', 0x1d44e),
        'ı' => Some('𝚤'),
        'ȷ' => Some('𝚥'),
        'ϴ' => Some('𝛳'),
        '∇' => Some('𝛻'),
        'Α'..='Ω' => shifted('Α', 0x1d6e2),
        'α'..='ω' => shifted('α', 0x1d6fc),
        '∂' => Some('𝜕'),
        'ϵ' => Some('𝜖'),
        'ϑ' => Some('𝜗'),
        'ϰ' => Some('𝜘'),
        'ϕ' => Some('𝜙'),
        'ϱ' => Some('𝜚'),
        'ϖ' => Some('𝜛'),
        _ => None,
    }
}
