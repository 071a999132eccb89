//! The writing of digests into `data.toml`.

use super::declaration::SHA256;
use results::Digest;
use toml_edit::{DocumentMut, TableLike, value};

/// `data.toml` with digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The file's new text.
    pub text: String,
    /// How many digests were not what they are now.
    pub changed: usize,
}

/// `text` with the `digests` of tables by name; everything else, comments too, stays as it is.
///
/// # Errors
/// Where the text is not TOML or has no such table.
pub fn seal(text: &str, digests: &[(String, Digest)]) -> Result<Sealed, String> {
    let mut document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    let mut changed = 0;
    for (name, digest) in digests {
        let table = document
            .get_mut(name)
            .and_then(toml_edit::Item::as_table_like_mut);
        let table = table.ok_or_else(|| format!("no table is named `{name}`"))?;
        changed += usize::from(put(table, &format!("{SHA256}{digest}")));
    }
    let text = document.to_string();
    Ok(Sealed { text, changed })
}

/// Puts the digest where it was, or at the end of the table's own keys; whether it is another one.
fn put(table: &mut dyn TableLike, digest: &str) -> bool {
    const KEY: &str = "digest";
    match table.get_mut(KEY).and_then(toml_edit::Item::as_value_mut) {
        Some(known) if known.as_str() == Some(digest) => false,
        Some(known) => {
            let decor = known.decor().clone();
            *known = digest.into();
            *known.decor_mut() = decor;
            true
        }
        None => {
            table.insert(KEY, value(digest));
            true
        }
    }
}
