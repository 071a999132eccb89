//! Calls of the functions that make quantities: `pick("times.seconds", n=8)`, `ratio(a, b)`.
//!
//! Tera knows arguments by name only. Before it reads a chapter, the first arguments of these
//! functions get the names that they stand for. Filters are told where they stand, which Tera knows of
//! a fault only.

use super::code::Shadow;
use super::diagnostic::Diagnostic;
use super::format::is_filter;
use super::names::{Placed, begins_name, continues_name, tags, tokens};

/// The functions, and what their first arguments are called.
pub(super) const FUNCTIONS: [(&str, &[&str]); 3] = [
    ("pick", &["of"]),
    ("ratio", &["of", "to"]),
    ("difference", &["of", "minus"]),
];

/// A call of one of the functions.
#[derive(Debug, PartialEq)]
pub(super) struct Call<'a> {
    pub(super) function: &'static str,
    /// The tokens at which the arguments without a name begin, and where these stand.
    pub(super) first: Vec<(usize, &'a str)>,
    /// The names of the others, and where they stand.
    pub(super) named: Vec<(usize, &'a str)>,
}

/// Every call in the `tags` of `source`, in the order in which they end.
pub(super) fn calls<'a>(source: &str, tags: &[Placed<'a>]) -> Vec<Call<'a>> {
    // Most chapters have none, and to look at every token takes longer than to see that.
    let is_called = |at: usize| source[at..].trim_start().starts_with('(');
    let is_there = |(function, _): &(&str, _)| {
        let mut places = source.match_indices(function);
        places.any(|(at, _)| is_called(at + function.len()))
    };
    match FUNCTIONS.iter().any(is_there) {
        true => tags.iter().flat_map(|tag| calls_in(*tag)).collect(),
        false => Vec::new(),
    }
}

/// Where the templates of `source` call `function`, in their order.
pub(super) fn calls_of(source: &str, function: &str) -> Vec<usize> {
    if !source.contains(function) {
        return Vec::new();
    }
    let in_tag = |tag: Placed| {
        let tokens: Vec<_> = tokens(tag).collect();
        let called = tokens.windows(2).filter_map(move |pair| match pair {
            [(at, name), (_, "(")] if *name == function => Some(*at),
            _ => None,
        });
        called.collect::<Vec<_>>()
    };
    tags(source).flat_map(in_tag).collect()
}

fn calls_in(tag: Placed) -> Vec<Call> {
    let tokens: Vec<_> = tokens(tag).collect();
    let word = |index: usize| tokens.get(index).map_or("", |(_, token)| *token);
    let mut found = Vec::new();
    // An open bracket, with the call that it belongs to.
    let mut open: Vec<Option<Call>> = Vec::new();
    for (index, &(at, token)) in tokens.iter().enumerate() {
        let before = if index > 0 { word(index - 1) } else { "" };
        if matches!(before, "(" | ",")
            && token != ")"
            && let Some(Some(call)) = open.last_mut()
        {
            let is_name = token.starts_with(begins_name) && word(index + 1) == "=";
            match is_name && word(index + 2) != "=" {
                true => call.named.push((at, token)),
                false => call.first.push((at, token)),
            }
        }
        match token {
            "(" => open.push(function(before).map(|function| Call {
                function,
                first: Vec::new(),
                named: Vec::new(),
            })),
            "[" | "{" => open.push(None),
            ")" | "]" | "}" => found.extend(open.pop().flatten()),
            _ => {}
        }
    }
    found
}

fn function(name: &str) -> Option<&'static str> {
    let found = FUNCTIONS.iter().find(|(function, _)| *function == name);
    found.map(|(function, _)| *function)
}

/// The argument that tells a filter where it stands in the chapter's source, in bytes.
pub(super) const PLACE: &str = "at";

/// A chapter whose calls name all their arguments, and whose filters know their places.
pub(super) struct Named {
    pub(super) text: String,
    /// Where in the source something was put in, and how many characters.
    inserted: Vec<(usize, usize)>,
}

/// A chapter's source, of which these are the tags, with the names of first arguments and the places of
/// filters; what opens no tag is printed as a text.
pub(super) fn name_arguments(shadow: &Shadow, tags: &[Placed]) -> Named {
    let source = &shadow.source;
    let places = tags.iter().flat_map(|tag| places_of_filters(*tag));
    let mut insertions: Vec<(usize, String)> = places.collect();
    for at in &shadow.openings {
        insertions.extend([(*at, "<< \"".to_owned()), (at + 2, "\" >>".to_owned())]);
    }
    for call in calls(&shadow.text, tags) {
        let parameters = FUNCTIONS
            .iter()
            .find(|(function, _)| *function == call.function);
        let parameters = parameters.map_or(&[][..], |(_, parameters)| *parameters);
        let names = parameters.iter().map(|name| format!("{name}="));
        insertions.extend(call.first.iter().map(|(at, _)| *at).zip(names));
    }
    insertions.sort_unstable();
    let (mut text, mut inserted, mut done) = (String::with_capacity(source.len()), Vec::new(), 0);
    for (at, insertion) in insertions {
        text.extend([&source[done..at], &insertion]);
        inserted.push((at, insertion.len()));
        done = at;
    }
    text.push_str(&source[done..]);
    Named { text, inserted }
}

/// The argument [`PLACE`] for each filter of a tag that prints quantities, and where it is put in.
fn places_of_filters((start, tag): Placed) -> Vec<(usize, String)> {
    let mut places = Vec::new();
    let mut quote = None;
    let mut characters = tag.char_indices();
    while let Some((at, character)) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => drop(characters.next()),
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(character),
            (None, '|') => places.extend(place_of_filter(start, tag, at + 1)),
            _ => {}
        }
    }
    places
}

/// The same for the filter whose name stands in `tag` at `from` or behind spaces.
fn place_of_filter(start: usize, tag: &str, from: usize) -> Option<(usize, String)> {
    let begin = tag.len() - tag[from..].trim_start().len();
    let rest = &tag[begin..];
    let length = rest
        .find(|c: char| !c.is_ascii_lowercase())
        .unwrap_or(rest.len());
    let place = format!("{PLACE}={}", start + begin);
    if !is_filter(&rest[..length]) || rest[length..].starts_with(continues_name) {
        return None;
    }
    let end = begin + length;
    let Some(arguments) = tag[end..].trim_start().strip_prefix('(') else {
        return Some((start + end, format!("({place})")));
    };
    let separator = if arguments.trim_start().starts_with(')') {
        ""
    } else {
        ", "
    };
    Some((start + tag.len() - arguments.len(), place + separator))
}

impl Named {
    /// A fault that was found in the text, at its place in `source`.
    pub(super) fn in_source(&self, source: &str, mut fault: Diagnostic) -> Diagnostic {
        let (Some(line), Some(column)) = (fault.line, &mut fault.column) else {
            return fault;
        };
        let newlines = source.match_indices('\n').map(|(at, _)| at + 1);
        let begin = [0]
            .into_iter()
            .chain(newlines)
            .nth(line - 1)
            .unwrap_or_default();
        // Counted on from one insertion to the next: a line may have thousands.
        let (mut counted, mut place) = (begin, 1);
        for &(at, length) in self.inserted.iter().filter(|(at, _)| *at >= begin) {
            let between = &source[counted..at];
            place += between.chars().count();
            if between.contains('\n') || place >= *column {
                break;
            }
            *column = column.saturating_sub(length).max(place);
            counted = at;
        }
        fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(source: &str) -> Named {
        let shadow = Shadow::of(source);
        let tags: Vec<_> = tags(&shadow.text).collect();
        name_arguments(&shadow, &tags)
    }

    #[test]
    fn first_arguments_get_names() {
        let check = |source: &str, expected: &str| {
            assert_eq!(named(source).text, expected);
        };
        check(
            "<< pick(\"a.b\", n=8, m='x') | si >>",
            "<< pick(of=\"a.b\", n=8, m='x') | si(at=29) >>",
        );
        check(
            "<< ratio(pick('a.b', n=8), c.d[0]) >> <% set x = difference( a , minus=b ) %>",
            "<< ratio(of=pick(of='a.b', n=8), to=c.d[0]) >> <% set x = difference( of=a , minus=b ) %>",
        );
        check(
            "<% if ratio(a == b, [1, 2]) %>",
            "<% if ratio(of=a == b, to=[1, 2]) %>",
        );
        for plain in [
            "pick('a.b') and <# pick('a.b') #> <% raw %><< pick('a.b') >><% endraw %>",
            "<< picked('a.b') >><< x | default(value=\"pick('a', 'b')\") >><< pick() >>",
        ] {
            check(plain, plain);
        }
        check("`1 << 2`", "`1 << \"<<\" >> 2`");
        // What is too much is left for Tera to refuse.
        check("<< pick(a, b) >>", "<< pick(of=a, b) >>");
    }

    #[test]
    fn filters_are_told_their_places() {
        let check = |source: &str, expected: &str| {
            assert_eq!(named(source).text, expected);
        };
        check("é << a.b|fixed >>", "é << a.b|fixed(at=10) >>");
        check(
            "<< a | percent( ) >><< ratio(a, b) | fixed (places=1) >>",
            "<< a | percent(at=7 ) >><< ratio(of=a, to=b) | fixed (at=37, places=1) >>",
        );
        for other in [
            "<< a | upper | fixed2 | numbers >> | fixed",
            "<< \"| si\" ~ '\\'| si' >><# << a | si >> #><% raw %><< a | si >><% endraw %>",
        ] {
            check(other, other);
        }
    }

    #[test]
    fn places_are_those_of_the_source() {
        let source = "é\n<< ratio(a, b) >> << c >>";
        let named = named(source);
        assert_eq!(named.text, "é\n<< ratio(of=a, to=b) >> << c >>");
        let at = |column| {
            let fault = Diagnostic {
                line: Some(2),
                column: Some(column),
                ..Diagnostic::of_file("a.md", "x")
            };
            named.in_source(source, fault).column
        };
        assert_eq!(at(4), Some(4));
        assert_eq!(at(28), Some(22));
        assert_eq!(&named.text["é\n".len() + 27..][..1], "c");
        assert_eq!(&source["é\n".len() + 21..][..1], "c");
    }
}
