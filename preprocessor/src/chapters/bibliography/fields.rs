//! Keys and links, which stand in a page as they are: everything else is escaped.

use super::Fault;
use biblatex::{Bibliography, RawBibliography};

/// What the address of a link may begin with.
const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "doi:"];

/// The keys that cannot stand in an `id`.
pub(super) fn faults(raw: &RawBibliography) -> Vec<Fault> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_:./+".contains(c);
    let keys = raw.entries.iter().map(|entry| &entry.v.key);
    let faulty = keys.filter(|key| key.v.is_empty() || !key.v.chars().all(plain));
    faulty
        .map(|key| {
            let message = format!(
                "the key `{}` is no name; hint: a key has letters, digits and `-_:./+`",
                key.v.escape_debug()
            );
            (key.span.start, message)
        })
        .collect()
}

/// The links that a page must not have, or that lead nowhere.
pub(super) fn link_faults(bibliography: &Bibliography) -> Vec<Fault> {
    let mut faults = Vec::new();
    for entry in bibliography.iter() {
        let (Some(chunks), Ok(url)) = (entry.get("url"), entry.url()) else {
            continue;
        };
        if !is_allowed(&url) {
            let place = chunks.first().map_or(0, |chunk| chunk.span.start);
            let message = format!(
                "`{}`: `url` is `{}`; hint: a link begins with `https://`, `http://`, `mailto:` or `doi:`",
                entry.key,
                parsers::shortened(&url)
            );
            faults.push((place, message));
        }
    }
    faults
}

fn is_allowed(url: &str) -> bool {
    let begins = |scheme: &&str| {
        let start = url.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    SCHEMES.iter().any(begins)
}

/// A link as Markdown that shows its own address.
pub(super) fn link(url: &str) -> String {
    let url = url.trim();
    if !is_allowed(url) {
        return super::prose(url);
    }
    let mut link = String::with_capacity(url.len() + 2);
    link.push('<');
    for c in url.chars() {
        match c {
            c if c.is_whitespace() || c.is_control() || "<>\"\\{}|^`".contains(c) => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    link.push_str(&format!("%{byte:02X}"));
                }
            }
            c => link.push(c),
        }
    }
    link + ">"
}
