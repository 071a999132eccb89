//! Which names templates may write, and what is said of others.

use super::{Catalogue, Entry, Members};

/// Nothing goes by this name, or a template may not write it.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("no quantity is named `{name}`; hint: {hint}")]
pub struct UnknownName {
    name: String,
    hint: String,
}

impl Catalogue {
    /// Declares that the group `name` may be empty, and what decides its members.
    pub(crate) fn add_group(&mut self, name: impl Into<String>, members: Members) {
        self.insert(name, Entry::Group(members));
    }

    /// Checks that `name` is an entry or a group of entries, and will be so whatever records there
    /// are.
    ///
    /// # Errors
    /// Where it is not.
    pub(crate) fn check_name(&self, name: &str) -> Result<(), UnknownName> {
        if let Some((group, kind)) = self.recorded_group_around(name) {
            return Err(UnknownName {
                name: name.to_owned(),
                hint: format!(
                    "`{group}` has what the records decide, one group for each {kind}: \
                     `for name, it in {group}` goes through them"
                ),
            });
        }
        match self.is_group(name) || self.entries.contains_key(name) {
            true => Ok(()),
            false => Err(self.unknown(name)),
        }
    }

    /// Whether `name` is what other names begin with.
    pub(crate) fn is_group(&self, name: &str) -> bool {
        let group = format!("{name}.");
        let mut behind = self.entries.range(group.clone()..);
        behind
            .next()
            .is_some_and(|(known, _)| known.starts_with(&group))
    }

    /// What is said of a name that nothing has; the hint lists the names nearest to it.
    pub(crate) fn unknown(&self, name: &str) -> UnknownName {
        UnknownName {
            name: name.to_owned(),
            hint: self.siblings(name),
        }
    }

    /// The group around `name` whose members the records decide.
    fn recorded_group_around<'a>(&'a self, name: &'a str) -> Option<(&'a str, &'a str)> {
        beginnings(name).find_map(|group| match self.entries.get(group) {
            Some(Entry::Group(Members::Recorded(kind))) => Some((group, kind.as_str())),
            _ => None,
        })
    }

    /// The names that continue the longest known beginning of `name`.
    fn siblings(&self, name: &str) -> String {
        let own = self.members(name);
        if !own.is_empty() {
            return format!("it is a group, with {}", own.join(", "));
        }
        for beginning in beginnings(name) {
            let next = self.members(beginning);
            if next.is_empty() {
                continue;
            }
            let listed = format!("`{beginning}` has {}", next.join(", "));
            let part = &name[beginning.len() + 1..];
            let part = part.split_once('.').map_or(part, |(part, _)| part);
            return match self.entries.get(beginning) {
                Some(Entry::Group(Members::Planned(kind))) => {
                    format!("the plan has no {kind} that is written `{part}`; {listed}")
                }
                _ => listed,
            };
        }
        format!(
            "the names begin with {}; `topics` in book.toml switches others on",
            self.beginnings().join(", ")
        )
    }

    /// The first parts of all names.
    fn beginnings(&self) -> Vec<&str> {
        let first = self.entries.keys().map(|name| name.split('.').next());
        let mut beginnings: Vec<_> = first.flatten().collect();
        beginnings.dedup();
        beginnings
    }

    /// The parts of names directly under `group`.
    fn members(&self, group: &str) -> Vec<&str> {
        let prefix = format!("{group}.");
        let mut members: Vec<&str> = { self.entries.range(prefix.clone()..) }
            .map_while(|(known, _)| known.strip_prefix(&prefix)?.split('.').next())
            .collect();
        members.dedup();
        members
    }
}

/// `a.b` and `a` of `a.b.c`.
fn beginnings(name: &str) -> impl Iterator<Item = &str> {
    name.rmatch_indices('.').map(|(dot, _)| &name[..dot])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Quantity;
    use crate::evidence::unit::Unit;
    use expect_test::{Expect, expect};

    fn catalogue() -> Catalogue {
        let mut catalogue = Catalogue::default();
        catalogue.add_group("runs", Members::Planned("run".to_owned()));
        catalogue.add_group("on", Members::Recorded("kind of hardware".to_owned()));
        catalogue.add_group("nothing", Members::Planned("run".to_owned()));
        for name in [
            "flops.vgg16.lu.total",
            "flops.vgg16.lu.pooling",
            "flops.vgg19.lu.total",
            "on.h200.error",
            "runs.first.loss",
        ] {
            catalogue.add(Quantity::exact(name, Unit::Flop, 1.0, "a definition"));
        }
        catalogue
    }

    #[test]
    fn entries_and_groups_may_be_named() {
        let catalogue = catalogue();
        for name in [
            "flops.vgg16.lu.total",
            "flops.vgg16",
            "flops",
            "on",
            "nothing",
        ] {
            assert_eq!(catalogue.check_name(name), Ok(()), "{name}");
        }
        assert_eq!(catalogue.quantities("flops.vgg16.").count(), 2);
    }

    #[test]
    fn what_may_not_be_named_is_answered_with_what_may() {
        let check = |name: &str, expect: Expect| {
            let error = catalogue().check_name(name).unwrap_err();
            expect.assert_eq(&error.to_string());
        };
        check(
            "flops.vgg16.lu.totl",
            expect![
                "no quantity is named `flops.vgg16.lu.totl`; hint: `flops.vgg16.lu` has pooling, total"
            ],
        );
        check(
            "flops.vgg16.lu.total.value",
            expect![
                "no quantity is named `flops.vgg16.lu.total.value`; hint: `flops.vgg16.lu` has pooling, total"
            ],
        );
        check(
            "runs.second.loss",
            expect![
                "no quantity is named `runs.second.loss`; hint: the plan has no run that is written `second`; `runs` has first"
            ],
        );
        check(
            "runs.first.los",
            expect!["no quantity is named `runs.first.los`; hint: `runs.first` has loss"],
        );
        check(
            "on.h200.error",
            expect![
                "no quantity is named `on.h200.error`; hint: `on` has what the records decide, one group for each kind of hardware: `for name, it in on` goes through them"
            ],
        );
    }
}
