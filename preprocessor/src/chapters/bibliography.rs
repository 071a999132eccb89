//! The works that a book may cite: `references.bib`, read by biblatex, in IEEE style.

use crate::diagnostic::{Diagnostic, LineNumbers};
use crate::escape::markdown;
use biblatex::{RawBibliography, RawChunk, RawEntry};
use marks::Marks;
use parsers::contained::contained;
use results::nearest_within;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;

mod commands;
mod dates;
mod entry;
mod fields;
mod ieee;
mod kind;
mod latex;
mod marks;
mod names;
mod phrases;
mod references;
mod syntax;

/// The longest file, in bytes.
const MOST_BYTES: usize = 4 << 20;

/// The most known keys that are told where one is not known.
const MOST_ALIKE: usize = 10;

/// The works that a book may cite.
#[derive(Debug, Default)]
pub struct Bibliography {
    file: String,
    works: BTreeMap<String, Work>,
    /// The keys that stand for others (`ids`), with those.
    aliases: BTreeMap<String, String>,
    /// All keys by the letters that they begin with, in small ones.
    by_stem: BTreeMap<String, Vec<String>>,
}

/// A work as Markdown.
#[derive(Debug)]
struct Work {
    /// In IEEE style, without its number.
    reference: String,
    /// Who wrote it, for a sentence; empty where nobody is named.
    authors: String,
    /// Who wrote it and when, as text: `Lu and Chan 2017`; its title where nobody is named.
    by_year: String,
}

/// What is wrong at a byte of the file.
type Fault = (usize, String);

impl Bibliography {
    /// Reads BibLaTeX `text`, the content of `file`.
    ///
    /// # Errors
    /// What is not BibLaTeX, LaTeX that is not known, a link that must not stand in a page, entries
    /// that refer to each other in a circle; each with its line, key and field.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        if text.len() > MOST_BYTES {
            let message = format!("{} bytes, expected at most {MOST_BYTES}", text.len());
            return Err(vec![Diagnostic::of_file(file, message)]);
        }
        let read = contained(|| read(text)).unwrap_or_else(|panic| {
            let message = format!("the crate biblatex fails on it ({panic}); hint: look at the entry that was changed last");
            Err(vec![(0, message)])
        });
        match read {
            Ok((works, aliases)) => {
                let mut by_stem: BTreeMap<_, Vec<_>> = BTreeMap::new();
                for key in works.keys().chain(aliases.keys()) {
                    by_stem.entry(stem(key)).or_default().push(key.clone());
                }
                Ok(Bibliography {
                    file: file.to_owned(),
                    works,
                    aliases,
                    by_stem,
                })
            }
            Err(faults) => Err(placed(file, text, faults)),
        }
    }

    /// The key of the work that `key` names, be it another name of it (`ids`).
    pub(super) fn find(&self, key: &str) -> Option<&str> {
        let work = self.works.get_key_value(key).map(|(key, _)| key.as_str());
        work.or_else(|| self.aliases.get(key).map(String::as_str))
    }

    /// The length of the longest key that `text` begins with; 0 where it begins with none.
    pub(super) fn longest_key(&self, text: &str) -> usize {
        let of_works = longest_start(&self.works, text);
        of_works.max(longest_start(&self.aliases, text))
    }

    /// Whether `text`, what stands in a bracket, begins with an `@` and a key.
    pub(super) fn cites(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix('@') else {
            return false;
        };
        let length = self.longest_key(rest);
        length > 0 && !rest[length..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
    }

    /// The key of the work that `key` names, as [`Bibliography::find`].
    ///
    /// # Errors
    /// Names the key, the file and the known keys that are like it.
    pub(crate) fn check(&self, key: &str) -> Result<&str, String> {
        if let Some(key) = self.find(key) {
            return Ok(key);
        }
        let stem = stem(key);
        let from_stem = self.by_stem.range(stem.clone()..);
        let alike = from_stem.take_while(|(known, _)| !stem.is_empty() && known.starts_with(&stem));
        let similar = alike.flat_map(|(_, keys)| keys).map(String::as_str);
        let similar: Vec<_> = similar.take(MOST_ALIKE).collect();
        let hint = match (similar.is_empty(), self.nearest(key)) {
            (true, Some(nearest)) => format!("`{nearest}`"),
            (true, None) => format!("add it to `{}`", self.file),
            (false, _) => format!("known keys like it: {}", similar.join(", ")),
        };
        let key = parsers::shortened(key);
        Err(format!("no work has the key `{key}`; hint: {hint}"))
    }

    /// Whether a known key differs from this one in capitals, or in the number at its end, alone.
    pub(super) fn has_sibling(&self, key: &str) -> bool {
        let digit = |c: char| c.is_ascii_digit();
        let name = |key: &str| key.trim_end_matches(digit).to_lowercase();
        let siblings = self.by_stem.get(&stem(key)).into_iter().flatten();
        { siblings }.any(|known| {
            known.to_lowercase() == key.to_lowercase()
                || (key.ends_with(digit) && known.ends_with(digit) && name(known) == name(key))
        })
    }

    /// The known key that a long one differs from by a letter or two.
    pub(super) fn nearest(&self, key: &str) -> Option<&str> {
        const SHORTEST: usize = 5;
        let long = Some(key).filter(|key| key.len() >= SHORTEST)?;
        let most = if long.len() < 8 { 1 } else { 2 };
        let keys = self.works.keys().chain(self.aliases.keys());
        nearest_within(most, long, keys.map(String::as_str))
    }

    /// The work in IEEE style as Markdown; empty where it is not known.
    pub(super) fn work(&self, key: &str) -> &str {
        self.works.get(key).map_or("", |work| &work.reference)
    }

    /// Who wrote the work, as Markdown for a sentence; empty where nobody is named.
    pub(super) fn authors(&self, key: &str) -> &str {
        self.works.get(key).map_or("", |work| &work.authors)
    }

    /// Who wrote the work and when, as text; the key where it is not known.
    pub(super) fn by_year<'a>(&'a self, key: &'a str) -> &'a str {
        let work = self.find(key).and_then(|key| self.works.get(key));
        work.map_or(key, |work| &work.by_year)
    }

    /// All works in IEEE style as Markdown, by their keys.
    pub fn works(&self) -> impl Iterator<Item = (&str, &str)> {
        { self.works.iter() }.map(|(key, work)| (key.as_str(), work.reference.as_str()))
    }
}

/// The letters that a key begins with, in small ones.
fn stem(key: &str) -> String {
    let letters = key.chars().take_while(|c| c.is_alphabetic());
    letters.collect::<String>().to_lowercase()
}

/// The length of the longest key in `known` that `text` begins with.
fn longest_start<T>(known: &BTreeMap<String, T>, mut text: &str) -> usize {
    while let Some((key, _)) = known
        .range::<str, _>((Bound::Unbounded, Bound::Included(text)))
        .next_back()
    {
        if text.starts_with(key.as_str()) {
            return key.len();
        }
        // A key that `text` begins with comes before this one, and is where both are the same.
        let same = text.chars().zip(key.chars()).take_while(|(a, b)| a == b);
        text = &text[..same.map(|(c, _)| c.len_utf8()).sum()];
    }
    0
}

/// The faults with their lines and columns.
fn placed(file: &str, text: &str, faults: Vec<Fault>) -> Vec<Diagnostic> {
    let lines = LineNumbers::of(text);
    let place = |(offset, message): Fault| {
        let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        Diagnostic {
            line: Some(lines.line(offset)),
            column: Some(text[start..offset].chars().count() + 1),
            ..Diagnostic::of_file(file, message)
        }
    };
    faults.into_iter().map(place).collect()
}

/// The works by their keys, and other names of them.
type Read = (BTreeMap<String, Work>, BTreeMap<String, String>);

fn read(text: &str) -> Result<Read, Vec<Fault>> {
    let not_biblatex = |error| vec![syntax::fault(text, &error)];
    let raw = RawBibliography::parse(text).map_err(not_biblatex)?;
    none(syntax::key_faults(&raw))?;
    let mut marks = Marks::default();
    let (values, latex_faults) = rewritten(&raw, &mut marks);
    let faults = [
        syntax::double_fields(&raw),
        syntax::strays(&raw, text),
        references::abbreviation_fault(&raw).into_iter().collect(),
        latex_faults,
    ];
    none(faults.concat())?;
    let places = places(&raw);
    let mut rewritten = raw.clone();
    for (value, rewritten) in texts_mut(&mut rewritten).zip(&values) {
        *value = rewritten;
    }
    let links = references::unlink(&mut rewritten);
    let mut parsed = biblatex::Bibliography::from_raw(rewritten).map_err(not_biblatex)?;
    references::link(&mut parsed, &links)?;
    works(&parsed, &places, &mut marks)
}

fn none(faults: Vec<Fault>) -> Result<(), Vec<Fault>> {
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults),
    }
}

/// Where each entry has its key, and its `url`.
fn places<'a>(raw: &RawBibliography<'a>) -> BTreeMap<&'a str, (usize, usize)> {
    let place = |entry: &biblatex::Spanned<RawEntry<'a>>| {
        let key = &entry.v.key;
        let url = { entry.v.fields.iter() }.find(|field| field.key.v.eq_ignore_ascii_case("url"));
        let url = url.map_or(key.span.start, |url| url.key.span.start);
        (key.v, (key.span.start, url))
    };
    raw.entries.iter().map(place).collect()
}

fn works(
    parsed: &biblatex::Bibliography,
    places: &BTreeMap<&str, (usize, usize)>,
    marks: &mut Marks,
) -> Result<Read, Vec<Fault>> {
    let (mut read, mut faults) = (Read::default(), Vec::new());
    for entry in parsed.iter() {
        let key = &entry.key;
        let (of_key, of_url) = places.get(key.as_str()).copied().unwrap_or_default();
        if let Err(message) = fields::check_url(entry) {
            faults.push((of_url, format!("`{key}`: `url`: {message}")));
        }
        match work(entry, marks) {
            Ok(work) if work.reference.is_empty() => {
                faults.push((of_key, format!("`{key}`: the entry says nothing of a work")));
            }
            Ok(work) => drop(read.0.insert(key.clone(), work)),
            Err(message) => return Err(vec![(of_key, message)]),
        }
        for alias in entry.get_as::<Vec<String>>("ids").unwrap_or_default() {
            read.1.insert(alias, key.clone());
        }
    }
    none(faults).map(|()| read)
}

/// The texts in all fields and then in all abbreviations, in the order of the file.
fn texts_mut<'r, 'a>(raw: &'r mut RawBibliography<'a>) -> impl Iterator<Item = &'r mut &'a str> {
    let fields = raw.entries.iter_mut().flat_map(|entry| &mut entry.v.fields);
    let chunks = { fields.chain(&mut raw.abbreviations) }.flat_map(|pair| &mut pair.value.v);
    chunks.filter_map(|chunk| match &mut chunk.v {
        RawChunk::Normal(text) => Some(text),
        RawChunk::Abbreviation(_) => None,
    })
}

/// The texts without LaTeX that biblatex does not read, in the order of [`texts_mut`].
fn rewritten<'a>(raw: &RawBibliography<'a>, marks: &mut Marks) -> (Vec<Cow<'a, str>>, Vec<Fault>) {
    let (mut values, mut faults) = (Vec::new(), Vec::new());
    let entries = raw.entries.iter();
    let fields =
        entries.flat_map(|entry| entry.v.fields.iter().map(|field| (entry.v.key.v, field)));
    for (key, pair) in fields.chain(raw.abbreviations.iter().map(|pair| ("@string", pair))) {
        for chunk in &pair.value.v {
            let RawChunk::Normal(value) = chunk.v else {
                continue;
            };
            values.push(
                latex::rewrite(pair.key.v, value, marks).unwrap_or_else(|message| {
                    let message =
                        format!("`{key}`: `{}`: {message}", pair.key.v.to_ascii_lowercase());
                    faults.push((pair.key.span.start, message));
                    Cow::Borrowed("")
                }),
            );
        }
    }
    (values, faults)
}

fn work(entry: &biblatex::Entry, marks: &mut Marks) -> Result<Work, String> {
    let authors = ieee::authors_in_a_sentence(entry, marks).unwrap_or_default();
    Ok(Work {
        reference: ieee::reference(entry, marks)?,
        by_year: ieee::by_year(entry, &authors, marks),
        authors: markdown(&authors),
    })
}
#[cfg(test)]
mod ieee_tests;
#[cfg(test)]
mod tests;
