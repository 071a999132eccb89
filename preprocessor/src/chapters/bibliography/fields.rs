//! Keys, links and identifiers, which stand in a page as they are: everything else is escaped.

use super::entry::Fields;
use crate::escape::{check_link, markdown};
use biblatex::Entry;

/// Checks the `url` of a work, if it has one.
///
/// # Errors
/// As [`check_address`].
pub(super) fn check_url(entry: &Entry) -> Result<(), String> {
    Fields { entry }
        .text("url")
        .map_or(Ok(()), |url| check_address(&url))
}

/// Checks that an address leads out of the book, and runs nothing.
///
/// # Errors
/// Names the address, and how one begins.
pub(super) fn check_address(url: &str) -> Result<(), String> {
    match is_allowed(url) {
        true => Ok(()),
        false => Err(format!(
            "`{}` is no address; hint: a link begins with `https://`, `http://`, `mailto:` or `doi:`",
            parsers::shortened(url)
        )),
    }
}

fn is_allowed(url: &str) -> bool {
    let scheme = url.trim().split_once(':');
    let is_whole = scheme.is_some_and(|(scheme, rest)| {
        rest.starts_with("//") || !scheme.to_ascii_lowercase().starts_with("http")
    });
    is_whole && check_link(url).is_ok()
}

/// A link as Markdown that shows its own address.
pub(super) fn link(url: &str) -> String {
    let url = url.trim();
    if !is_allowed(url) {
        return markdown(url);
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

/// The identifier behind the forms in which one is given: as an address, or after `doi:`.
pub(super) fn doi(text: &str) -> String {
    let mut rest = text.trim();
    for start in [
        "https://", "http://", "dx.", "www.", "doi.org/", "doi:", "doi ",
    ] {
        if rest
            .get(..start.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        {
            rest = rest[start.len()..].trim_start();
        }
    }
    rest.to_owned()
}

/// The place of a work in an archive.
pub(super) struct Eprint {
    /// Its number there: `1905.00001`.
    pub(super) id: String,
    /// The number as it is printed: `arXiv:1905.00001`.
    pub(super) printed: String,
    /// The class that the archive puts it in, as it is printed: ` [cs.LG]`.
    pub(super) class: String,
    /// Where it is found, if the archive is known.
    pub(super) address: Option<String>,
}

/// The place of a work in an archive; none where `eprint` is an address elsewhere.
pub(super) fn eprint(fields: &Fields) -> Option<Eprint> {
    let eprint = fields.text("eprint")?;
    let archive = fields.first(&["eprinttype", "archiveprefix"]);
    let is_arxiv_address = [
        "https://arxiv.org/abs/",
        "http://arxiv.org/abs/",
        "arXiv:",
        "arxiv:",
    ];
    let id = { is_arxiv_address.iter() }.find_map(|start| eprint.strip_prefix(start));
    let is_of_arxiv = match &archive {
        Some(archive) => archive.eq_ignore_ascii_case("arxiv"),
        None => id.is_some() || is_arxiv(&eprint),
    };
    let id = id.unwrap_or(&eprint).to_owned();
    if is_allowed(&id) && id.contains("://") {
        return None;
    }
    let class = fields.first(&["eprintclass", "primaryclass"]);
    let class = class.map_or(String::new(), |class| format!(" [{class}]"));
    let printed = match (is_of_arxiv, archive) {
        (true, _) => format!("arXiv:{id}"),
        (false, Some(archive)) => format!("{archive}:{id}"),
        (false, None) => id.clone(),
    };
    Some(Eprint {
        address: is_of_arxiv.then(|| format!("https://arxiv.org/abs/{id}")),
        id,
        printed,
        class,
    })
}

/// `1905.00001`, `math/0309136`.
fn is_arxiv(id: &str) -> bool {
    let is_number = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'v')
    };
    match id.split_once(['.', '/']) {
        Some((year, number)) if year.len() == 4 && is_number(year) => is_number(number),
        Some((_, number)) => number.len() == 7 && is_number(number),
        None => false,
    }
}
