//! The arguments of filters and functions, looked at in every branch.
//!
//! Tera passes on whatever arguments a call has, and looks at those of a branch that is not taken on
//! the day on which it is. Here every call is looked at: its name, the names of its arguments, and
//! what is written as a number, a flag or a unit.

use super::blanks;
use super::calls;
use super::composed_table::ColumnSpec;
use super::diagnostic::Diagnostic;
use super::format::{FILTERS, Filter, Format, Given, check_count, is_filter};
use super::names::{Placed, begins_name, defined_in, tokens};
use super::template::LISTS;
use crate::catalogue::Catalogue;
use crate::views::described;
use results::{nearest, nearest_or_all};
use std::sync::LazyLock;

/// The filters of Tera.
const TERA_FILTERS: [&str; 37] = [
    "safe",
    "default",
    "upper",
    "lower",
    "wordcount",
    "escape",
    "escape_html",
    "escape_xml",
    "newlines_to_br",
    "pluralize",
    "trim",
    "trim_start",
    "trim_end",
    "replace",
    "capitalize",
    "title",
    "truncate",
    "indent",
    "str",
    "int",
    "float",
    "length",
    "reverse",
    "split",
    "abs",
    "round",
    "first",
    "last",
    "nth",
    "join",
    "sort",
    "unique",
    "get",
    "values",
    "keys",
    "pairs",
    "group_by",
];
/// The filters that make figures and tables.
const EXHIBITS: [&str; 2] = ["table", "figure"];
/// The functions of Tera.
const TERA_FUNCTIONS: [&str; 2] = ["range", "throw"];
/// What every filter of quantities takes.
const OF_ALL_FILTERS: [&str; 2] = ["interval", "mark"];
/// The arguments of a table that the chapter lays out.
const OF_TABLE: [&str; 6] = ["id", "columns", "rows", "answer", "view", "caption"];
/// The keys of its columns.
static OF_COLUMN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let keys = described::<ColumnSpec>().into_iter();
    keys.map(|key| key.name).collect()
});

/// A call of a filter or a function.
#[derive(Debug)]
struct Call<'a> {
    name: &'a str,
    at: usize,
    is_filter: bool,
    /// Whether it stands behind `|`, not around a text.
    is_piped: bool,
    /// The name that a filter is applied to, where it is one.
    input: Option<&'a str>,
    arguments: Vec<Argument<'a>>,
}

/// An argument with its value.
#[derive(Debug)]
struct Argument<'a> {
    /// Empty where it has none.
    name: &'a str,
    at: usize,
    value: Vec<Placed<'a>>,
}

/// What is wrong with the calls in the `tags` of `source`.
pub(super) fn check(
    catalogue: &Catalogue,
    (file, source): (&str, &str),
    tags: &[Placed],
) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let own = defined_in(tags.iter().copied());
    let calls = |(_, tag): &Placed| tag.contains(['|', '(']) || tag.contains("filter");
    for tag in tags.iter().copied().filter(calls) {
        check_texts(tag, &mut |at, message| {
            faults.push(Diagnostic::at_offset(file, source, at, message));
        });
        let calls = calls_in(tag);
        for (index, call) in calls.iter().enumerate() {
            let previous = index.checked_sub(1).map(|before| &calls[before]);
            let mut note = |at: usize, message: String| {
                let message = format!("`{}`: {message}", call.name);
                faults.push(Diagnostic::at_offset(file, source, at, message));
            };
            match (call.is_filter, is_filter(call.name)) {
                (true, true) => {
                    let is_own = |name: &&str| own.contains(name.split('.').next().unwrap_or(""));
                    let input = call.input.filter(|name| !is_own(name));
                    call.check_filter(catalogue, input, &mut note);
                }
                (true, false) if call.name == "table" => call.check_table(&mut note),
                (true, false) if call.name == "figure" => {}
                (true, false) => {
                    let changes = previous.is_some_and(|it: &Call| it.is_piped_into(call, source));
                    call.check_other_filter(catalogue, changes, &mut note);
                }
                (false, _) => call.check_function(&mut note),
            }
        }
    }
    faults
}

/// The texts in quotation marks that hold a template, which is not filled there.
fn check_texts(tag: Placed, note: &mut impl FnMut(usize, String)) {
    let texts = tokens(tag).filter(|(_, token)| unquoted(token).is_some());
    for (at, _) in texts.filter(|(_, text)| ["<<", "<%"].iter().any(|open| text.contains(open))) {
        let message = "a template in a text in quotation marks is not filled; hint: `\"…\" ~ (NAME | \
                       si) ~ \"…\"`, or `raw` where it is text";
        note(at, message.to_owned());
    }
}

impl Call<'_> {
    fn check_names(&self, known: &[&str], note: &mut impl FnMut(usize, String)) {
        for argument in &self.arguments {
            match argument.name {
                "" => note(
                    argument.at,
                    format!(
                        "an argument without a name; hint: `{}({}=…)`",
                        self.name,
                        known.first().unwrap_or(&"name")
                    ),
                ),
                name if known.contains(&name) => {}
                name if known.is_empty() => {
                    note(argument.at, format!("it has no argument `{name}`"))
                }
                name => {
                    let hint = nearest_or_all(name, known);
                    note(argument.at, format!("it has no argument `{name}`; {hint}"));
                }
            }
        }
    }

    /// A filter that prints a quantity: its arguments, and whether it fits the quantity's unit.
    fn check_filter(
        &self,
        catalogue: &Catalogue,
        input: Option<&str>,
        note: &mut impl FnMut(usize, String),
    ) {
        let filter = FILTERS.iter().find(|filter| filter.name == self.name);
        let own = filter.map_or(&[][..], |Filter { arguments, .. }| arguments);
        self.check_names(&[own, &OF_ALL_FILTERS].concat(), note);
        let (mut given, mut is_known) = (Given::default(), true);
        for argument in &self.arguments {
            match (argument.name, argument.literal()) {
                (key @ ("places" | "digits"), Some(Literal::Number(number))) => {
                    match check_count(key, number) {
                        Ok(count) => given.count = Some(count),
                        Err(message) => note(argument.at, message),
                    }
                }
                ("unit", Some(Literal::Text(unit))) => given.unit = Some(unit.to_owned()),
                ("interval" | "mark", Some(Literal::Flag)) => {}
                (_, None) => is_known = false,
                (key, Some(_)) if own.contains(&key) || OF_ALL_FILTERS.contains(&key) => {
                    note(argument.at, format!("`{key}` is {}", expected(key)));
                    is_known = false;
                }
                _ => {}
            }
        }
        let quantity = input.and_then(|name| catalogue.known(name));
        if let (Some(quantity), true) = (quantity, is_known)
            && let Err(fault) = Format::of(self.name, given).check(quantity.unit)
        {
            note(self.at, format!("`{}` {fault}", quantity.name));
        }
    }

    fn check_table(&self, note: &mut impl FnMut(usize, String)) {
        let has = |name: &str| self.arguments.iter().any(|argument| argument.name == name);
        if has("view") {
            return; // the view's own arguments, which it reads
        }
        self.check_names(&OF_TABLE, note);
        let columns = self.arguments.iter().filter(|it| it.name == "columns");
        for pair in columns.flat_map(|it| it.value.windows(2)) {
            let [(at, key), (_, ":")] = pair else {
                continue;
            };
            let key = unquoted(key).unwrap_or(key);
            let known: Vec<_> = OF_COLUMN.iter().map(String::as_str).collect();
            if !known.contains(&key) {
                let hint = nearest_or_all(key, &known);
                note(*at, format!("a column has no `{key}`; {hint}"));
            }
        }
    }

    /// Whether what this filter prints goes through `next`.
    fn is_piped_into(&self, next: &Call, source: &str) -> bool {
        let between = source
            .get(self.at + self.name.len()..next.at)
            .unwrap_or_default();
        let between = match between.trim_start().strip_prefix('(') {
            Some(arguments) => arguments.rsplit_once(')').map_or("", |(_, rest)| rest),
            None => between,
        };
        is_filter(self.name) && between.trim() == "|"
    }

    fn check_other_filter(
        &self,
        catalogue: &Catalogue,
        changes_printed: bool,
        note: &mut impl FnMut(usize, String),
    ) {
        if TERA_FILTERS.contains(&self.name) {
            let is_quantity = self
                .input
                .is_some_and(|name| catalogue.known(name).is_some());
            let is_around = self.is_filter && !self.is_piped;
            if (is_quantity || changes_printed || is_around) && self.name != "default" {
                let what = "it changes texts, and would change the mark of a number";
                note(
                    self.at,
                    format!("{what}; hint: a filter that prints it, such as `si`"),
                );
            }
            return;
        }
        let own: Vec<_> = FILTERS.iter().map(|it| it.name).chain(EXHIBITS).collect();
        let known = own.iter().copied().chain(TERA_FILTERS);
        let hint = match nearest(self.name, known) {
            Some(nearest) => format!("hint: `{nearest}`"),
            None => nearest_or_all(self.name, &own),
        };
        note(self.at, format!("there is no such filter; {hint}"));
    }

    fn check_function(&self, note: &mut impl FnMut(usize, String)) {
        match arguments_of(self.name) {
            Some(Some(arguments)) => {
                let named = self.arguments.iter().filter(|it| !it.name.is_empty());
                for argument in named.filter(|it| !arguments.contains(&it.name)) {
                    let message = format!("it has no argument `{}`", argument.name);
                    note(argument.at, message);
                }
            }
            Some(None) => {}
            None if is_filter(self.name) || EXHIBITS.contains(&self.name) => {
                let message = format!("it is a filter; hint: `… | {}(…)`", self.name);
                note(self.at, message);
            }
            None => {
                let of_quantities = calls::FUNCTIONS.iter().map(|(name, _)| *name);
                let known = of_quantities.chain(LISTS).chain(["question"]);
                let known: Vec<_> = known.chain(TERA_FUNCTIONS).collect();
                let hint = nearest_or_all(self.name, &known);
                note(self.at, format!("there is no such function; {hint}"));
            }
        }
    }
}

/// The arguments of a function where there is one of this name; none where they are whatever it is
/// given.
fn arguments_of(function: &str) -> Option<Option<&'static [&'static str]>> {
    let of_quantities = calls::FUNCTIONS.iter().find(|(name, _)| *name == function);
    match (function, of_quantities) {
        ("pick", _) => Some(None), // the columns of its table
        (_, Some((_, arguments))) => Some(Some(arguments)),
        ("question", _) => Some(Some(&["id"])),
        _ if LISTS.contains(&function) => Some(Some(&[])),
        _ if TERA_FUNCTIONS.contains(&function) || blanks::FUNCTIONS.contains(&function) => {
            Some(None)
        }
        _ => None,
    }
}

/// What a value is that stands as it is.
enum Literal<'a> {
    Number(f64),
    Text(&'a str),
    Flag,
}

impl<'a> Argument<'a> {
    /// The value, where no variable is in it.
    fn literal(&self) -> Option<Literal<'a>> {
        let tokens: Vec<_> = self.value.iter().map(|(_, token)| *token).collect();
        let (sign, token) = match tokens[..] {
            [token] => (1.0, token),
            ["-", token] => (-1.0, token),
            _ => return None,
        };
        match token {
            "true" | "false" => Some(Literal::Flag),
            token if token.starts_with(|c: char| c.is_ascii_digit()) => token
                .parse()
                .ok()
                .map(|number: f64| Literal::Number(sign * number)),
            token => unquoted(token).map(Literal::Text),
        }
    }
}

fn expected(key: &str) -> &'static str {
    match key {
        "unit" => "no unit, expected a text such as \"ms\"",
        "places" | "digits" => "no number, expected a whole one such as 2",
        _ => "neither `true` nor `false`",
    }
}

/// What stands between quotation marks.
pub(super) fn unquoted(token: &str) -> Option<&str> {
    let mark = token.chars().next().filter(|mark| "\"'`".contains(*mark))?;
    let inside = token.strip_prefix(mark)?.strip_suffix(mark)?;
    (!inside.contains('\\')).then_some(inside)
}

/// The most tokens that are kept of an argument inside of another call: a name, `=`, a sign, a value,
/// and one more, which tells that it is no literal.
const MOST_INSIDE: usize = 5;

/// A bracket that is open.
struct Open<'a> {
    /// The call that it belongs to.
    call: Option<Call<'a>>,
    /// Where the present argument begins, among the tokens.
    begin: usize,
}

/// The calls in a tag, in the order in which they end.
fn calls_in(tag: Placed) -> Vec<Call> {
    let tokens: Vec<_> = tokens(tag).collect();
    let (mut found, mut open) = (Vec::new(), Vec::<Open>::new());
    for (index, &(_, token)) in tokens.iter().enumerate() {
        match token {
            "(" => open.push(Open {
                call: index.checked_sub(1).and_then(|head| call(&tokens, head)),
                begin: index + 1,
            }),
            "[" | "{" => open.push(Open {
                call: None,
                begin: index + 1,
            }),
            "," | ")" | "]" | "}" => {
                // Of what stands inside of another call, only a literal is looked at.
                let most = if open.len() == 1 {
                    usize::MAX
                } else {
                    MOST_INSIDE
                };
                if let Some(Open {
                    call: Some(call),
                    begin,
                }) = open.last_mut()
                {
                    let end = index.min(begin.saturating_add(most));
                    call.arguments.extend(argument(&tokens[*begin..end]));
                    *begin = index + 1;
                }
                if token != "," {
                    found.extend(open.pop().and_then(|open| open.call));
                }
            }
            _ if tokens.get(index + 1).is_some_and(|(_, next)| *next == "(") => {}
            _ => found.extend(call(&tokens, index).filter(|call| call.is_filter)),
        }
    }
    found
}

/// The call whose name is the token at `index`, without arguments.
fn call<'a>(tokens: &[Placed<'a>], index: usize) -> Option<Call<'a>> {
    const WORDS: [&str; 10] = [
        "if", "elif", "in", "and", "or", "not", "is", "else", "for", "filter",
    ];
    let (at, name) = tokens[index];
    let before = |count: usize| {
        let at = index.checked_sub(count);
        at.map_or("", |at| tokens[at].1)
    };
    let is_name = name.starts_with(begins_name) && !name.contains('.') && !WORDS.contains(&name);
    let is_test = before(1) == "is" || (before(1), before(2)) == ("not", "is");
    if !is_name || is_test {
        return None;
    }
    // `<% filter NAME %>`, perhaps with a hyphen behind the `%`.
    let opens = |count: usize| (before(count), before(count + 1)) == ("%", "<");
    let is_block = before(1) == "filter" && (opens(2) || before(2) == "-" && opens(3));
    let is_piped = before(1) == "|";
    let input = Some(before(2)).filter(|name| is_piped && name.contains('.'));
    Some(Call {
        name,
        at,
        is_filter: is_block || is_piped,
        is_piped,
        input: input.filter(|name| name.starts_with(begins_name)),
        arguments: Vec::new(),
    })
}

fn argument<'a>(tokens: &[Placed<'a>]) -> Option<Argument<'a>> {
    let (at, first) = *tokens.first()?;
    let is_named = match tokens {
        [_, (_, "="), (_, "="), ..] => false,
        [_, (_, "="), ..] => first.starts_with(begins_name),
        _ => false,
    };
    let (name, value) = match is_named {
        true => (first, &tokens[2..]),
        false => ("", tokens),
    };
    Some(Argument {
        name,
        at,
        value: value.to_vec(),
    })
}

#[cfg(test)]
#[path = "arguments_tests.rs"]
mod tests;
