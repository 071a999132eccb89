//! Names of persons: `Z. Lu and K. Chan` in the list, `Lu and Chan` in a sentence.

use super::marks::{Mark, Marks};
use biblatex::{Entry, Person};

/// Of more authors than these the first stands for all (IEEE).
const MOST_LISTED: usize = 6;
/// Of more authors than these a sentence names the first.
const MOST_IN_A_SENTENCE: usize = 2;

/// Persons who did something together.
pub(super) struct Names {
    persons: Vec<Person>,
    /// Whether the list ends with `and others`.
    others: bool,
}

impl Names {
    /// The persons in the field `name`; none where it is not there or empty.
    pub(super) fn of(entry: &Entry, name: &str) -> Option<Names> {
        let mut persons = entry.get_as::<Vec<Person>>(name).ok()?;
        persons.retain(|person| !person.name.is_empty() || !person.given_name.is_empty());
        let all = persons.len();
        persons.retain(|person| {
            !(person.name == "others" && person.given_name.is_empty() && person.prefix.is_empty())
        });
        let others = persons.len() < all;
        (!persons.is_empty()).then_some(Names { persons, others })
    }

    pub(super) fn are_many(&self) -> bool {
        self.persons.len() > 1 || self.others
    }

    /// The names in the list of references.
    ///
    /// # Errors
    /// When the marks are used up.
    pub(super) fn listed(&self, marks: &mut Marks) -> Result<String, String> {
        let many = self.persons.len() > MOST_LISTED;
        let shown = if many { 1 } else { self.persons.len() };
        let names: Vec<_> = self.persons.iter().take(shown).map(in_list).collect();
        if !many && !self.others {
            return Ok(joined(&names));
        }
        let start = marks.character(Mark::Emphasis)?;
        let end = marks.character(Mark::EmphasisEnd)?;
        let comma = if names.len() > 1 { "," } else { "" };
        Ok(format!("{}{comma} {start}et al.{end}", names.join(", ")))
    }

    /// The names in a sentence.
    pub(super) fn in_a_sentence(&self) -> String {
        let names: Vec<_> = self.persons.iter().map(family).collect();
        match self.others || names.len() > MOST_IN_A_SENTENCE {
            true => format!("{} et al.", names[0]),
            false => joined(&names),
        }
    }
}

/// `a`, `a and b`, `a, b, and c`.
fn joined(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
    }
}

fn family(person: &Person) -> String {
    let parts = [&person.prefix, &person.name];
    let parts: Vec<_> = parts
        .into_iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    match parts.is_empty() {
        true => person.given_name.clone(),
        false => parts.join(" "),
    }
}

fn in_list(person: &Person) -> String {
    let family = family(person);
    let given = match person.name.is_empty() {
        true => String::new(),
        false => initials(&person.given_name),
    };
    let parts = [given, family, person.suffix.trim().to_owned()];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// `Jean-Pierre R.` is `J.-P. R.`; words that are no name in Latin, Greek or Cyrillic letters stay.
fn initials(given: &str) -> String {
    let words = given
        .split_whitespace()
        .flat_map(|word| word.split_inclusive('.'));
    let initials: Vec<_> = { words }
        .map(|word| {
            let parts: Vec<_> = word.split(['-', '‐', '–']).map(initial).collect();
            parts.join("-")
        })
        .collect();
    initials.join(" ")
}

fn initial(word: &str) -> String {
    match word.chars().next().filter(|c| c.is_uppercase()) {
        Some(first) => format!("{first}."),
        None => word.to_owned(),
    }
}
