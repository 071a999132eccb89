//! One of each thing that a template may write, for the page that says what a chapter can use.
//!
//! They are those of a book that `init` has just written; the tests of the page fill a chapter with
//! each.

/// Something that a template may write, and what comes of it.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// The filter or function.
    pub name: &'static str,
    /// A call of it.
    pub written: &'static str,
    /// What a filter prints, or what a function gives in words.
    pub gives: &'static str,
}

const fn example(name: &'static str, written: &'static str, gives: &'static str) -> Example {
    Example {
        name,
        written,
        gives,
    }
}

/// What stands above the examples.
pub const BEFORE: &str = "\
<% set time = pick(\"times.seconds\", program=\"insertion\", n=1600) %>
<% set builtin = pick(\"times.seconds\", program=\"sorted\", n=1600) %>
";

/// The filters that print a number.
pub const NUMBERS: [Example; 12] = [
    example("integer", "<< second.periods | integer >>", "9,192,631,770"),
    example(
        "number",
        "<< ratio(time, to=builtin) | number(digits=2) >>",
        "550",
    ),
    example(
        "number",
        "<< time | number(digits=3, unit=\"ms\") >>",
        "62.9 ms",
    ),
    example("si", "<< time | si >>", "62.9 ms"),
    example("si", "<< builtin | si(digits=2) >>", "110 µs"),
    example(
        "percent",
        "<< ratio(builtin, to=time) | percent(places=2) >>",
        "0.18 %",
    ),
    example(
        "fixed",
        "<< time | fixed(places=1, unit=\"ms\") >>",
        "62.9 ms",
    ),
    example(
        "fixed",
        "<< time | fixed(places=1, unit=\"ms\", interval=true) >>",
        "62.9 ms (38.8 ms to 70.3 ms)",
    ),
    example("duration", "<< time | duration >>", "63 ms"),
    example("bare", "$<< time | bare(places=1, unit=\"ms\") >>$", "62.9"),
    example("si", "<< time | si(mark=false) >>", "62.9 ms"),
    example("", "<< time >>", "62.9 ms"),
];

/// The functions.
pub const FUNCTIONS: [Example; 8] = [
    example(
        "pick",
        "pick(\"times.seconds\", program=\"sorted\", n=1600)",
        "the value in the row with these values, or the median of its repeats",
    ),
    example(
        "ratio",
        "ratio(time, to=builtin)",
        "the first divided by the second, with its unit",
    ),
    example(
        "difference",
        "difference(time, minus=builtin)",
        "the first less the second, in its unit",
    ),
    example(
        "evidence",
        "evidence()",
        "where each number of the book comes from",
    ),
    example(
        "references",
        "references()",
        "the works that the book cites",
    ),
    example(
        "missing_runs",
        "missing_runs()",
        "what is still to be measured, with the commands",
    ),
    example(
        "coverage",
        "coverage()",
        "the questions of `questions.toml`, with what answers them and what is open",
    ),
    example(
        "question",
        "question(id=\"1.1\")",
        "the question of this id as a block, with what it is answered on",
    ),
];

/// The tables and figures that a chapter brings, and those of a view.
pub const EXHIBITS: [Example; 4] = [
    example(
        "table",
        "<% filter table(id=\"tbl-x\", columns=[{\"head\": \"Program\"}, {\"head\": \"Time\", \"unit\": \
         \"ms\", \"places\": 1}], rows=[[\"insertion\", time], [\"sorted\", builtin]], answer=[1]) %>\n\
         The caption.\n<% endfilter %>",
        "quantities in rows and columns; `answer` sets rows apart, by their places from 0 or by a flag \
         for each",
    ),
    example(
        "table",
        "<% filter table(id=\"tbl-y\", caption=\"The caption.\") %>\n| Machine | Memory |\n|:---|:---|\n| \
         laptop | as sold |\n<% endfilter %>",
        "a table in Markdown",
    ),
    example(
        "figure",
        "<% filter figure(id=\"fig-y\", image=\"setup.png\", alt=\"What it shows.\") %>\nThe \
         caption.\n<% endfilter %>",
        "an image beside the chapters",
    ),
    example(
        "figure",
        "<% filter figure(id=\"fig-z\", view=\"bars\", table=\"times\", x=\"program\", y=\"seconds\", \
         where={\"n\": 1600}) %>\nThe caption.\n<% endfilter %>",
        "what a view draws",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chapters::{calls, format, template};
    use std::collections::BTreeSet;

    #[test]
    fn there_is_an_example_of_everything() {
        let names = |all: &[Example]| -> BTreeSet<_> { all.iter().map(|it| it.name).collect() };
        let filters = format::FILTERS.iter().map(|filter| filter.name);
        assert!(names(&NUMBERS).is_superset(&filters.collect()));
        let quantities = calls::FUNCTIONS.map(|(name, _)| name);
        let functions = { template::LISTS.iter() }
            .chain(&quantities)
            .chain(&["question"]);
        assert_eq!(names(&FUNCTIONS), functions.copied().collect());
    }
}
