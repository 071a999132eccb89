//! What stands for something else: abbreviations (`@string`) and entries that take fields of others.
//!
//! A circle would never end, and a few lines could stand for more than a machine holds.

use super::Fault;
use biblatex::{Bibliography, Chunks, Entry, EntryType, RawBibliography, RawChunk};
use parsers::shortened;
use std::collections::BTreeMap;

/// The most bytes that all abbreviations may stand for.
const MOST_BYTES: usize = 4 << 20;
/// The most entries that one may take fields of, directly or through others.
const MOST_ENTRIES: usize = 100;
/// The longest chain of references.
const MOST_LINKS: usize = 20;

/// The fields by which an entry takes fields of others, and what they are called since biblatex is not
/// to follow them: it takes some fields only, and of dates none that is words.
const LINKS: [(&str, &str); 2] = [
    ("crossref", "measured-crossref"),
    ("xdata", "measured-xdata"),
];

/// What an entry never takes of the one that its `crossref` names: it is about that one alone.
const OWN: [&str; 22] = [
    "abstract",
    "addendum",
    "annotation",
    "annote",
    "doi",
    "eprint",
    "eprintclass",
    "eprinttype",
    "file",
    "ids",
    "indextitle",
    "key",
    "keywords",
    "label",
    "note",
    "options",
    "pages",
    "shorttitle",
    "sortkey",
    "url",
    "urldate",
    "xref",
];
const DATES: [&str; 4] = ["date", "year", "month", "day"];

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

/// The first circle of abbreviations, or the one that stands for too much.
pub(super) fn abbreviation_fault(raw: &RawBibliography) -> Option<Fault> {
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

/// The places of the fields by which entries take fields of others, by their keys; biblatex follows
/// them no longer.
pub(super) fn unlink<'a>(raw: &mut RawBibliography<'a>) -> BTreeMap<&'a str, usize> {
    let mut places = BTreeMap::new();
    for entry in &mut raw.entries {
        for field in &mut entry.v.fields {
            let link = { LINKS.iter() }.find(|(link, _)| field.key.v.eq_ignore_ascii_case(link));
            if let Some((_, other)) = link {
                places.insert(entry.v.key.v, field.key.span.start);
                field.key.v = other;
            }
        }
    }
    places
}

/// Gives each entry the fields that it takes of others.
///
/// # Errors
/// Every circle, entries that are not there, and what stands for too much.
pub(super) fn link(
    parsed: &mut Bibliography,
    places: &BTreeMap<&str, usize>,
) -> Result<(), Vec<Fault>> {
    let faults = entry_faults(parsed, places);
    if !faults.is_empty() {
        return Err(faults);
    }
    let linked: Vec<_> = { places.keys() }
        .filter_map(|key| Some((*key, with_inherited(parsed, parsed.get(key)?))))
        .collect();
    for (key, fields) in linked {
        if let Some(entry) = parsed.get_mut(key) {
            entry.fields = fields;
        }
    }
    Ok(())
}

fn entry_faults(parsed: &Bibliography, places: &BTreeMap<&str, usize>) -> Vec<Fault> {
    let names = parsed.iter().map(|entry| {
        let key = entry.key.as_str();
        let place = places.get(key).copied().unwrap_or_default();
        let parents = links(entry)
            .into_iter()
            .filter_map(|(_, parent)| parsed.get(&parent));
        let parents = parents.map(|parent| parent.key.as_str()).collect();
        (key, (place, 1, parents))
    });
    let mut references = References::new(names.collect());
    let mut faults = Vec::new();
    for (key, place) in places {
        match references.size(key, &mut Vec::new()) {
            Ok(entries) if entries > MOST_ENTRIES => {
                let message = format!("`{key}` takes fields of more than {MOST_ENTRIES} entries");
                faults.push((*place, message));
            }
            Ok(_) => {}
            // A circle is found from each of its entries.
            Err(fault) => return vec![fault],
        }
        let links = parsed.get(key).map(links).unwrap_or_default();
        for (field, parent) in links {
            if parsed.get(&parent).is_none() {
                let parent = shortened(&parent);
                let message = format!("`{key}`: `{field}` is `{parent}`, which is no entry's key");
                faults.push((*place, message));
            }
        }
    }
    faults
}

/// The fields by which `entry` takes fields of others, with the keys of those.
fn links(entry: &Entry) -> Vec<(&'static str, String)> {
    let [(crossref, one), (xdata, many)] = LINKS;
    let one = entry.get_as::<String>(one).into_iter();
    let many = entry.get_as::<Vec<String>>(many).unwrap_or_default();
    { one.map(|key| (crossref, key)) }
        .chain(many.into_iter().map(|key| (xdata, key)))
        .filter(|(_, key)| !key.is_empty())
        .collect()
}

fn with_inherited(parsed: &Bibliography, entry: &Entry) -> BTreeMap<String, Chunks> {
    let mut fields = entry.fields.clone();
    for (link, parent) in links(entry) {
        let Some(parent) = parsed.get(&parent) else {
            continue;
        };
        let has_date = DATES.iter().any(|date| fields.contains_key(*date));
        for (name, chunks) in with_inherited(parsed, parent) {
            let name = match link {
                "crossref" if OWN.contains(&name.as_str()) => continue,
                "crossref" => name_in_part(&parent.entry_type, name),
                _ => name,
            };
            if !(has_date && DATES.contains(&name.as_str())) {
                fields.entry(name).or_insert(chunks);
            }
        }
    }
    fields
}

/// What a field of a book or journal is called in a part of it.
fn name_in_part(whole: &EntryType, name: String) -> String {
    let is_journal = *whole == EntryType::Periodical;
    match (name.as_str(), is_journal) {
        ("title" | "subtitle", true) => format!("journal{name}"),
        ("title" | "subtitle" | "titleaddon", false) => format!("book{name}"),
        _ => name,
    }
}
