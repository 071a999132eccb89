//! Names that two things have, or of which one is the beginning of the other.
//!
//! Templates see the catalogue as nested tables, in which a name leads to one thing.

use super::{Catalogue, Entry, RunFacts};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Origin, Quantity, QuotedFact, SourceId};
use crate::topic::Inputs;
use std::collections::BTreeMap;

/// Where the facts and runs of a catalogue stand, for messages.
pub(super) struct Places<'a> {
    /// File and line of each quoted fact.
    quoted: BTreeMap<String, (String, usize)>,
    runs: &'a [RunFacts],
    plan: &'a str,
}

impl<'a> Places<'a> {
    pub(super) fn new(quoted: &[QuotedFact], inputs: &'a Inputs) -> Self {
        let place = |fact: &QuotedFact| (fact.name.clone(), (fact.file.clone(), fact.line));
        Places {
            quoted: quoted.iter().map(place).collect(),
            runs: &inputs.runs,
            plan: &inputs.layout.plan,
        }
    }

    /// File and line of an entry, as far as they are known.
    fn place(&self, name: &str, entry: &Entry) -> Option<(String, Option<usize>)> {
        match (self.quoted.get(name), self.run(name, entry)) {
            (Some((file, line)), _) if is_quoted(entry) => Some((file.clone(), Some(*line))),
            (_, Some(_)) => Some((self.plan.to_owned(), None)),
            _ => None,
        }
    }

    /// The run that an entry belongs to.
    fn run<'b>(&'b self, name: &str, entry: &'b Entry) -> Option<&'b str> {
        match entry {
            Entry::Quantity(quantity) => match &quantity.origin {
                Origin::Measured(measurement) => match &measurement.source.id {
                    SourceId::Run(run) => Some(run),
                    SourceId::Table(_) | SourceId::Images(_) => None,
                },
                _ => None,
            },
            Entry::Text(_) | Entry::Flag(_) | Entry::Group(_) => {
                let (run, _leaf) = name.rsplit_once('.')?;
                let found = self.runs.iter().find(|facts| facts.name() == run);
                found.map(|facts| facts.id.as_str())
            }
        }
    }

    /// An entry and where it comes from, in words.
    fn describe(&self, name: &str, entry: &Entry) -> String {
        if let Some(run) = self.run(name, entry) {
            return format!("`{name}` of run `{run}` in `{}`", self.plan);
        }
        let Entry::Quantity(quantity) = entry else {
            return format!("`{name}`, a word of the program");
        };
        match (&quantity.origin, self.quoted.get(name)) {
            (Origin::Quoted(_), Some((file, line))) => format!("`{name}` of `{file}:{line}`"),
            _ => format!("`{name}`, {}", made_by(quantity)),
        }
    }
}

fn is_quoted(entry: &Entry) -> bool {
    matches!(entry, Entry::Quantity(quantity) if matches!(quantity.origin, Origin::Quoted(_)))
}

fn made_by(quantity: &Quantity) -> String {
    match &quantity.origin {
        Origin::Derived { function, .. } => format!("computed by `{function}`"),
        Origin::Exact { definition } => format!("which is defined: {definition}"),
        Origin::Quoted(_) | Origin::Measured(_) => quantity.provenance().to_string(),
    }
}

impl Catalogue {
    /// Every name that is given twice, and every name that begins with another one.
    pub(super) fn clashes(&self, places: &Places) -> Vec<Diagnostic> {
        let twice = self.twice.iter().map(|(name, second)| {
            let first = &self.entries[name];
            clash(places, (name, first), (name, second), "have one name")
        });
        // What continues a name with a dot comes next to it: no name has a character before the dot.
        let neighbours = self.entries.iter().zip(self.entries.iter().skip(1));
        let neighbours = neighbours.filter(|((_, entry), _)| !matches!(entry, Entry::Group(_)));
        let nested = neighbours.filter_map(|((name, entry), (longer, inner))| {
            let rest = longer.strip_prefix(name.as_str())?;
            let both = ((name.as_str(), entry), (longer.as_str(), inner));
            let problem = "begin alike, and a name that holds a value holds no other names";
            (rest.starts_with('.')).then(|| clash(places, both.0, both.1, problem))
        });
        twice.chain(nested).collect()
    }
}

fn clash(
    places: &Places,
    (name, entry): (&str, &Entry),
    (other_name, other): (&str, &Entry),
    problem: &str,
) -> Diagnostic {
    let place = places.place(name, entry);
    let (file, line) = place
        .or_else(|| places.place(other_name, other))
        .unwrap_or_else(|| (places.plan.to_owned(), None));
    let message = format!(
        "{} and {} {problem}; hint: rename the fact or the run",
        places.describe(name, entry),
        places.describe(other_name, other)
    );
    Diagnostic {
        line,
        ..Diagnostic::of_file(file, message)
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue::Facts;
    use crate::evidence::read_quoted;
    use crate::topic::Inputs;
    use crate::topics::TOPICS;
    use crate::topics::synthetic_runs::complete_runs;
    use expect_test::{Expect, expect};
    use results::Arithmetic::Fp32;

    const FACT: &str = "value = 1.0\nunit = '1'\ncitation = 'x'\nplace = 'y'\nchecked = 'z'\n";

    /// The clashes of facts of these names, and of a run that is renamed to `run`.
    fn check(facts: &[&str], run: &str, expected: Expect) {
        let text: String = facts
            .iter()
            .map(|name| format!("[{name}]\n{FACT}"))
            .collect();
        let quoted = read_quoted("book/quoted.toml", &text).expect("valid facts");
        let mut runs = complete_runs(&[Fp32], 4);
        runs.truncate(1);
        runs[0].id = run.to_owned();
        let inputs = Inputs {
            runs,
            ..Inputs::default()
        };
        let report = match Facts::of(&TOPICS, quoted, inputs) {
            Ok(_) => "no clash\n".to_owned(),
            Err(faults) => faults.iter().map(|fault| format!("{fault}\n")).collect(),
        };
        expected.assert_eq(&report);
    }

    #[test]
    fn facts_and_runs_of_their_own_names_clash_with_nothing() {
        check(
            &["flops.vgg19.other", "runs_"],
            "a-b.c",
            expect![[r#"
            no clash
        "#]],
        );
    }

    #[test]
    fn a_fact_named_like_what_is_computed() {
        check(
            &["a", "flops.vgg19.lu.total"],
            "a",
            expect![[r#"
            `book/quoted.toml:7`: `flops.vgg19.lu.total` of `book/quoted.toml:7` and `flops.vgg19.lu.total`, computed by `analysis::flops::count(vgg19, lu)` have one name; hint: rename the fact or the run
        "#]],
        );
        check(
            &["quoted.count.total"],
            "a",
            expect![[r#"
            `book/quoted.toml:1`: `quoted.count.total`, which is defined: count of the facts in quoted.toml and `quoted.count.total` of `book/quoted.toml:1` have one name; hint: rename the fact or the run
        "#]],
        );
    }

    #[test]
    fn a_fact_that_others_begin_with() {
        check(
            &["flops.vgg19.lu"],
            "a",
            expect![[r#"
            `book/quoted.toml:1`: `flops.vgg19.lu` of `book/quoted.toml:1` and `flops.vgg19.lu.batch_norm`, computed by `analysis::flops::count(vgg19, lu)` begin alike, and a name that holds a value holds no other names; hint: rename the fact or the run
        "#]],
        );
        check(
            &["flops.vgg19.lu.total.more"],
            "a",
            expect![[r#"
            `book/quoted.toml:1`: `flops.vgg19.lu.total`, computed by `analysis::flops::count(vgg19, lu)` and `flops.vgg19.lu.total.more` of `book/quoted.toml:1` begin alike, and a name that holds a value holds no other names; hint: rename the fact or the run
        "#]],
        );
        check(
            &["runs.a.state"],
            "a",
            expect![[r#"
            `book/quoted.toml:1`: `runs.a.state` of `book/quoted.toml:1` and `runs.a.state` of run `a` in `experiments/plan.toml` have one name; hint: rename the fact or the run
        "#]],
        );
    }

    #[test]
    fn a_run_named_like_what_is_counted() {
        check(
            &[],
            "count",
            expect![[r#"
            `experiments/plan.toml`: `runs.count.measured` of run `count` in `experiments/plan.toml` and `runs.count.measured`, which is defined: count of the runs in experiments/plan.toml by state have one name; hint: rename the fact or the run
        "#]],
        );
        check(
            &[],
            "complete",
            expect![[r#"
            `experiments/plan.toml`: `runs.complete`, a word of the program and `runs.complete.best_validation_accuracy` of run `complete` in `experiments/plan.toml` begin alike, and a name that holds a value holds no other names; hint: rename the fact or the run
        "#]],
        );
    }
}
