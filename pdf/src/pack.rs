//! Packs the objects of a PDF: Typst writes thousands of small ones as they are, and in groups they
//! compress to a tenth.
//!
//! Source: ISO 32000-1, 7.5.7 (object streams) and 7.5.8 (cross-reference streams). What Typst writes
//! is read, no other PDF: one cross-reference table, and no update. No crate is used: those that can do
//! it bring a generator of random numbers into the lock file, by which measured runs would be stale.

use crate::seal::last;
use flate2::{Compression, write::ZlibEncoder};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Range;

/// Objects that are compressed together: a reader that needs one unpacks all of its group.
const IN_A_GROUP: usize = 200;

/// The bytes of an entry of a cross-reference table.
const ENTRY: usize = 20;

/// Where an object of the packed file is.
#[derive(Clone, Copy)]
enum Place {
    /// At this byte.
    At(usize),
    /// In this object stream, at this index.
    In(usize, usize),
}

/// The same PDF with its objects in compressed groups; `None` where it is written in another way.
pub(crate) fn packed(pdf: &[u8]) -> Option<Vec<u8>> {
    let (table, trailer) = end(pdf)?;
    let objects = objects(pdf, table)?;
    let mut out = pdf[..objects.values().map(|range| range.start).min()?].to_vec();
    let mut places = BTreeMap::new();
    let mut small = Vec::new();
    for (&number, range) in &objects {
        let object = &pdf[range.clone()];
        match content(object, number)? {
            content if content.ends_with(b"endstream") => {
                places.insert(number, Place::At(out.len()));
                out.extend(object);
            }
            content => small.push((number, content)),
        }
    }
    let mut next = objects.keys().last()? + 1;
    for group in small.chunks(IN_A_GROUP) {
        for (index, (number, _)) in group.iter().enumerate() {
            places.insert(*number, Place::In(next, index));
        }
        places.insert(next, Place::At(out.len()));
        write_group(&mut out, next, group);
        next += 1;
    }
    places.insert(next, Place::At(out.len()));
    write_places(&mut out, next, &places, trailer)?;
    Some(out)
}

/// Where the cross-reference table begins, and what is in the dictionary of the trailer.
fn end(pdf: &[u8]) -> Option<(usize, &str)> {
    let start = last(pdf, b"startxref")?;
    let table = text(&pdf[start..])?.lines().nth(1)?.trim().parse().ok()?;
    let trailer = text(pdf.get(table..start)?)?
        .rsplit_once("trailer")?
        .1
        .trim();
    let entries = trailer.strip_prefix("<<")?.strip_suffix(">>")?;
    Some((table, entries))
}

/// The bytes of each object by its number, as the table says.
fn objects(pdf: &[u8], table: usize) -> Option<BTreeMap<usize, Range<usize>>> {
    let head = text(pdf.get(table..table + 40)?)?;
    let mut lines = head.split_inclusive('\n');
    let (title, count) = (lines.next()?, lines.next()?);
    let (first, count_of) = count.trim().split_once(' ')?;
    let (first, number): (usize, usize) = (first.parse().ok()?, count_of.parse().ok()?);
    let entries = pdf.get(table + title.len() + count.len()..)?;
    let mut starts = BTreeMap::new();
    for index in 0..number {
        let entry = text(entries.get(index * ENTRY..(index + 1) * ENTRY)?)?;
        if entry.trim_end().ends_with('n') {
            starts.insert(entry.get(..10)?.parse::<usize>().ok()?, first + index);
        }
    }
    let ends = starts.keys().skip(1).copied().chain([table]);
    let ranges = starts
        .iter()
        .zip(ends)
        .map(|((&start, &number), end)| (number, start..end));
    Some(ranges.collect())
}

/// What stands between `obj` and `endobj`.
fn content(object: &[u8], number: usize) -> Option<&[u8]> {
    let head = format!("{number} 0 obj");
    let content = object.strip_prefix(head.as_bytes())?.trim_ascii();
    Some(content.strip_suffix(b"endobj")?.trim_ascii())
}

/// Writes an object stream of these objects.
fn write_group(out: &mut Vec<u8>, number: usize, group: &[(usize, &[u8])]) {
    let (mut index, mut contents) = (String::new(), Vec::new());
    for (number, content) in group {
        index.push_str(&format!("{number} {} ", contents.len()));
        contents.extend(*content);
        contents.push(b'\n');
    }
    let (count, first) = (group.len(), index.len());
    let entries = format!("/Type/ObjStm/N {count}/First {first}");
    write_stream(
        out,
        number,
        &entries,
        &[index.as_bytes(), &contents].concat(),
    );
}

/// Writes the cross-reference stream, whose own number is `number`, and the end of the file.
fn write_places(
    out: &mut Vec<u8>,
    number: usize,
    places: &BTreeMap<usize, Place>,
    trailer: &str,
) -> Option<()> {
    let start = out.len();
    let mut table = Vec::new();
    for number in 0..=number {
        let (kind, field, index): (u8, usize, usize) = match places.get(&number) {
            None => (0, 0, usize::from(u16::MAX)),
            Some(&Place::At(at)) => (1, at, 0),
            Some(&Place::In(group, index)) => (2, group, index),
        };
        table.push(kind);
        table.extend(u32::try_from(field).ok()?.to_be_bytes());
        table.extend(u16::try_from(index).ok()?.to_be_bytes());
    }
    let size = trailer.find("/Size")?;
    let behind = trailer[size + "/Size".len()..].trim_start();
    let behind = behind.trim_start_matches(|c: char| c.is_ascii_digit());
    let (before, size) = (&trailer[..size], number + 1);
    let entries = format!("/Type/XRef/W[1 4 2]/Size {size} {before}{behind}");
    write_stream(out, number, &entries, &table);
    out.extend(format!("startxref\n{start}\n%%EOF").as_bytes());
    Some(())
}

/// Writes a compressed stream with these entries of its dictionary.
fn write_stream(out: &mut Vec<u8>, number: usize, entries: &str, content: &[u8]) {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(content).and_then(|()| encoder.finish());
    let compressed = written.expect("a list of bytes takes all that is written");
    let length = compressed.len();
    let head =
        format!("{number} 0 obj\n<<{entries}/Filter/FlateDecode/Length {length}>>\nstream\n");
    out.extend(head.as_bytes());
    out.extend(compressed);
    out.extend(b"\nendstream\nendobj\n\n");
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{last, packed};

    /// A PDF as Typst writes it.
    fn small() -> String {
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Count 0/Kids[]>>",
            "<</Length 1>>\nstream\nx\nendstream",
        ];
        let (mut pdf, mut table) = ("%PDF-1.7\n%....\n\n".to_owned(), String::new());
        for (number, object) in (1..).zip(objects) {
            table += &format!("{:010} 00000 n\r\n", pdf.len());
            pdf += &format!("{number} 0 obj\n{object}\nendobj\n\n");
        }
        let start = pdf.len();
        let trailer = "<</Size 4/Root 1 0 R/ID[(a)(b)]>>";
        pdf + "xref\n0 4\n0000000000 65535 f\r\n"
            + &format!("{table}trailer\n{trailer}\nstartxref\n{start}\n%%EOF")
    }

    #[test]
    fn objects_go_into_groups_and_streams_stay() {
        let packed = packed(small().as_bytes()).expect("a PDF of Typst's kind");
        let shown = String::from_utf8_lossy(&packed);
        assert!(
            shown.starts_with("%PDF-1.7\n%....\n\n3 0 obj\n<</Length 1>>\nstream\nx\n"),
            "{shown}"
        );
        assert!(
            shown.contains("4 0 obj\n<</Type/ObjStm/N 2/First 9/Filter"),
            "{shown}"
        );
        assert!(
            shown.contains("<</Type/XRef/W[1 4 2]/Size 6 /Root 1 0 R/ID[(a)(b)]/Filter"),
            "{shown}"
        );
        let start = last(&packed, b"5 0 obj").expect("the table");
        assert!(
            shown.ends_with(&format!("startxref\n{start}\n%%EOF")),
            "{shown}"
        );
    }

    #[test]
    fn another_kind_of_file_is_not_touched() {
        for (from, to) in [
            ("xref\n0 4", "xref\n0 9"),
            ("trailer", "trialer"),
            ("1 0 obj", "7 0 obj"),
        ] {
            assert_eq!(
                packed(small().replacen(from, to, 1).as_bytes()),
                None,
                "{from}"
            );
        }
    }
}
