//! What stands for something else: abbreviations (`@string`) and entries that take fields of others.
//!
//! biblatex follows them as far as they lead, so that a circle would never end, and a few lines could
//! stand for more than a machine holds.

use super::{Fault, not_biblatex};
use biblatex::{Bibliography, RawBibliography, RawChunk};
use std::collections::BTreeMap;

/// The most bytes that all abbreviations may stand for.
const MOST_BYTES: usize = 4 << 20;
/// The most entries that one may take fields of, directly or through others.
const MOST_ENTRIES: usize = 100;
/// The longest chain of references.
const MOST_LINKS: usize = 20;

/// The fields by which an entry takes fields of others, and what they are called while biblatex must
/// not follow them.
const LINKS: [(&str, &str); 2] = [
    ("crossref", "measured-crossref"),
    ("xdata", "measured-xdata"),
];

/// Every circle, and what stands for too much.
pub(super) fn faults(raw: &RawBibliography) -> Vec<Fault> {
    match abbreviation_fault(raw) {
        Some(fault) => vec![fault],
        None => entry_faults(raw),
    }
}

/// Names that refer to names.
struct References<'a> {
    /// Place, size and references of each name.
    names: BTreeMap<&'a str, (usize, usize, Vec<&'a str>)>,
    /// The sizes that are known, with all that is referred to.
    sizes: BTreeMap<&'a str, usize>,
}

impl<'a> References<'a> {
    fn new(names: BTreeMap<&'a str, (usize, usize, Vec<&'a str>)>) -> Self {
        let sizes = BTreeMap::new();
        References { names, sizes }
    }

    /// The size of `name` with all that it refers to, which `path` leads to.
    fn size(&mut self, name: &'a str, path: &mut Vec<&'a str>) -> Result<usize, Fault> {
        if let Some(size) = self.sizes.get(name) {
            return Ok(*size);
        }
        let Some((place, mut size, references)) = self.names.get(name).cloned() else {
            return Ok(0);
        };
        if let Some(begin) = path.iter().position(|known| *known == name) {
            let circle = [&path[begin..], &[name]].concat().join("` → `");
            return Err((place, format!("`{circle}` is a circle of references")));
        }
        if path.len() == MOST_LINKS {
            let message = format!("`{name}` is in a chain of more than {MOST_LINKS} references");
            return Err((place, message));
        }
        path.push(name);
        for reference in references {
            size = size.saturating_add(self.size(reference, path)?);
        }
        path.pop();
        self.sizes.insert(name, size);
        Ok(size)
    }
}

/// The text of a field, and the abbreviations in it.
fn parts<'a>(field: &[biblatex::Spanned<RawChunk<'a>>]) -> (usize, Vec<&'a str>) {
    let (mut bytes, mut abbreviations) = (0, Vec::new());
    for chunk in field {
        match chunk.v {
            RawChunk::Normal(text) => bytes += text.len(),
            RawChunk::Abbreviation(name) => abbreviations.push(name),
        }
    }
    (bytes, abbreviations)
}

fn abbreviation_fault(raw: &RawBibliography) -> Option<Fault> {
    let names = raw.abbreviations.iter().map(|pair| {
        let (bytes, abbreviations) = parts(&pair.value.v);
        (pair.key.v, (pair.key.span.start, bytes, abbreviations))
    });
    let mut references = References::new(names.collect());
    let fields = raw.entries.iter().flat_map(|entry| &entry.v.fields);
    let mut bytes = 0_usize;
    for field in fields {
        for abbreviation in parts(&field.value.v).1 {
            match references.size(abbreviation, &mut Vec::new()) {
                Ok(size) => bytes = bytes.saturating_add(size),
                Err(fault) => return Some(fault),
            }
        }
        if bytes > MOST_BYTES {
            let message =
                format!("the abbreviations stand for more than {MOST_BYTES} bytes of text");
            return Some((field.key.span.start, message));
        }
    }
    None
}

fn entry_faults(raw: &RawBibliography) -> Vec<Fault> {
    let mut unlinked = raw.clone();
    let mut places = BTreeMap::new();
    for entry in &mut unlinked.entries {
        for field in &mut entry.v.fields {
            let link = { LINKS.iter() }.find(|(link, _)| field.key.v.eq_ignore_ascii_case(link));
            if let Some((_, other)) = link {
                places.insert(entry.v.key.v, field.key.span.start);
                field.key.v = other;
            }
        }
    }
    if places.is_empty() {
        return Vec::new();
    }
    let parsed = match Bibliography::from_raw(unlinked) {
        Ok(parsed) => parsed,
        Err(error) => return not_biblatex(error),
    };
    let names = parsed.iter().map(|entry| {
        let key = entry.key.as_str();
        let place = places.get(key).copied().unwrap_or_default();
        (key, (place, 1, linked(&parsed, entry)))
    });
    let mut references = References::new(names.collect());
    let mut faults = Vec::new();
    for (key, place) in places {
        match references.size(key, &mut Vec::new()) {
            Ok(entries) if entries > MOST_ENTRIES => {
                let message = format!("`{key}` takes fields of more than {MOST_ENTRIES} entries");
                faults.push((place, message));
            }
            Ok(_) => {}
            // A circle is found from each of its entries.
            Err(fault) => return vec![fault],
        }
    }
    faults
}

/// The keys of the entries that `entry` takes fields of.
fn linked<'a>(parsed: &'a Bibliography, entry: &biblatex::Entry) -> Vec<&'a str> {
    let [(_, crossref), (_, xdata)] = LINKS;
    let one = entry.get_as::<String>(crossref).ok();
    let many = entry.get_as::<Vec<String>>(xdata).unwrap_or_default();
    let keys = one.into_iter().chain(many);
    let entries = keys.filter_map(|key| parsed.get(&key));
    entries.map(|entry| entry.key.as_str()).collect()
}
