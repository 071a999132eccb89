//! The chain behind one number, for the command line.

use crate::catalogue::{Entry, Facts};
use crate::data::{Call, difference, parse_name, ratio};
use crate::evidence::{Origin, Quantity};
use anyhow::{Result, anyhow};
use std::io::Write;
use std::sync::Arc;

/// Writes the quantity `name` and all that it was computed from, each input under what uses it.
///
/// # Errors
/// Where no quantity has that name; the hint lists the names like it.
pub fn explain(facts: &Facts, name: &str, out: &mut dyn Write) -> Result<()> {
    let call = parse_name(name).unwrap_or_else(|| Call::Named(name.to_owned()));
    let quantity = quantity(facts, &call).map_err(|message| anyhow!("{message}"))?;
    write_quantity(&quantity, 0, out)
}

/// Writes each name that is `beginning` or goes on behind it with a dot, all where it is empty: a line
/// with the value of a number, a text or a flag.
///
/// # Errors
/// Where there is none.
pub fn names(facts: &Facts, beginning: &str, out: &mut dyn Write) -> Result<()> {
    let beginning = beginning.trim_end_matches('.');
    let goes_on = |rest: &str| beginning.is_empty() || rest.is_empty() || rest.starts_with('.');
    let entries = facts.catalogue.entries();
    let entries = entries.filter(|(name, _)| name.strip_prefix(beginning).is_some_and(goes_on));
    let mut found = false;
    for (name, entry) in entries {
        found = true;
        match entry {
            Entry::Quantity(quantity) => writeln!(out, "{}", headline(quantity))?,
            Entry::Text(text) => writeln!(out, "{name} = \"{text}\" (text)")?,
            Entry::Flag(flag) => writeln!(out, "{name} = {flag} (flag)")?,
            Entry::Group(_) => {}
        }
    }
    match found {
        true => Ok(()),
        false => Err(anyhow!("{}", facts.catalogue.unknown(beginning))),
    }
}

/// A quantity of the catalogue, or one that a template made.
fn quantity(facts: &Facts, call: &Call) -> Result<Arc<Quantity>, String> {
    match call {
        Call::Named(name) => {
            let found = facts.catalogue.quantity(name).cloned();
            found.map_err(|error| error.to_string())
        }
        Call::Pick { column, filters } => facts.tables.pick(column, filters),
        Call::Ratio(a, b) => ratio(&quantity(facts, a)?, &quantity(facts, b)?),
        Call::Difference(a, b) => difference(&quantity(facts, a)?, &quantity(facts, b)?),
    }
}

/// A quantity's name, value and kind.
fn headline(quantity: &Quantity) -> String {
    let value = match quantity.known() {
        Some(value) => format!("{value} {}", quantity.unit),
        None => "not measured".to_owned(),
    };
    format!("{} = {value} ({})", quantity.name, quantity.kind().word())
}

fn write_quantity(quantity: &Quantity, depth: usize, out: &mut dyn Write) -> Result<()> {
    let indent = "  ".repeat(depth);
    writeln!(out, "{indent}{}", headline(quantity))?;
    if let Some((low, high)) = quantity.interval {
        writeln!(out, "{indent}  95 % interval: {low} to {high}")?;
    }
    match &quantity.origin {
        Origin::Derived { function, inputs } => {
            writeln!(out, "{indent}  by {}", quantity.made_by(function))?;
            for input in inputs {
                write_quantity(input, depth + 1, out)?;
            }
        }
        _ => writeln!(out, "{indent}  {}", quantity.provenance())?,
    }
    for concern in quantity.concerns().iter().filter(|_| depth == 0) {
        writeln!(
            out,
            "{indent}  {} is {}: {}",
            concern.source, concern.state, concern.remedy
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Formula;
    use crate::evidence::unit::Unit;
    use expect_test::expect;

    #[test]
    fn a_number_is_explained_down_to_its_sources() {
        let mut facts = Facts::default();
        let catalogue = &mut facts.catalogue;
        let flops = Quantity::exact("flops", Unit::Flop, 15e9, "a count");
        let peak = Quantity::exact("peak", Unit::FlopPerSecond, 5e12, "a data sheet");
        let time = Formula::of("flops", &flops) / Formula::of("peak", &peak);
        let time = time.quantity("time", Unit::Second);
        let speed = 1.0 / Formula::of("time", &time);
        catalogue.add(speed.quantity("speed", Unit::ImagePerSecond));
        let mut text = Vec::new();
        explain(&facts, "speed", &mut text).expect("the name is known");
        expect![[r#"
            speed = 333.3333333333333 image/s (derived)
              by 1 / time
              time = 0.003 s (derived)
                by flops / peak
                flops = 15000000000 FLOP (derived)
                  a count
                peak = 5000000000000 FLOP/s (derived)
                  a data sheet
        "#]]
        .assert_eq(&String::from_utf8(text).expect("UTF-8"));
    }
}
