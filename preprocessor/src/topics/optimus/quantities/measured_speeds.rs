//! Coefficients of Eq. (4) of Peng et al. 2018 fitted to training speeds that the reader measured.

use super::parameter_servers::{COEFFICIENTS, FITTED};
use crate::catalogue::{Catalogue, Entry};
use crate::diagnostic::Diagnostic;
use crate::evidence::unit::Unit;
use crate::evidence::{Missing, Quantity};
use crate::topic::{ReadFile, TopicFile};
use crate::topics::optimus::analysis::parameter_server::{
    Measurement, SpeedError, SynchronousSpeed,
};
use serde::Deserialize;
use std::ops::RangeInclusive;

/// The table from the root of the project.
const PATH: &str = "results/speeds.csv";
/// The table of the speeds that the reader measured.
pub const FILE: TopicFile = TopicFile::InProject(PATH);
/// Speeds in steps per second that a machine may have.
const SPEEDS: RangeInclusive<f64> = 1e-9..=1e9;
/// The most servers, workers or images in a batch.
const MOST: u64 = 1_000_000_000;

/// One line of the table.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    servers: u64,
    workers: u64,
    batch: u64,
    steps_per_second: f64,
}

impl Row {
    /// The row, where each of its numbers is one that can be measured.
    fn checked(self) -> Result<Row, String> {
        let Row {
            servers,
            workers,
            batch,
            steps_per_second: speed,
        } = self;
        for (key, count) in [("servers", servers), ("workers", workers), ("batch", batch)] {
            if !(1..=MOST).contains(&count) {
                return Err(format!("`{key}` is `{count}`; expected 1 to {MOST}"));
            }
        }
        if !SPEEDS.contains(&speed) {
            let (low, high) = (SPEEDS.start(), SPEEDS.end());
            return Err(format!(
                "`steps_per_second` is `{speed}`; expected a number from {low:e} to {high:e}"
            ));
        }
        Ok(self)
    }
}

impl From<Row> for Measurement {
    fn from(row: Row) -> Measurement {
        Measurement {
            servers: row.servers,
            workers: row.workers,
            batch: row.batch,
            steps_per_second: row.steps_per_second,
        }
    }
}

/// What follows from the table.
struct Fitted {
    speed: SynchronousSpeed,
    rows: usize,
    mean_error: f64,
}

impl Fitted {
    fn of(table: &ReadFile) -> Result<Self, Vec<Diagnostic>> {
        let of_table =
            |error: SpeedError| vec![Diagnostic::of_file(&table.path, error.to_string())];
        let rows = read(table)?;
        let speed = SynchronousSpeed::fit(&rows).map_err(of_table)?;
        let mean_error = mean_error(&speed, &rows).map_err(of_table)?;
        Ok(Fitted {
            speed,
            rows: rows.len(),
            mean_error,
        })
    }
}

/// Adds the coefficients that follow from `table`; without a table they have no value.
///
/// # Errors
/// Each row that cannot be read, with its line; a table that no coefficients follow from.
pub fn add(catalogue: &mut Catalogue, table: Option<&ReadFile>) -> Result<(), Vec<Diagnostic>> {
    let fitted = table.map(Fitted::of).transpose()?;
    catalogue.insert(format!("{FITTED}.fitted"), Entry::Flag(fitted.is_some()));
    let missing = || {
        Missing::from(format!(
            "`{PATH}` with the speeds that you measured is not there"
        ))
    };
    let fitted = fitted.as_ref().ok_or_else(missing);
    let count = Quantity::computed(
        format!("{FITTED}.rows"),
        Unit::One,
        format!("speeds in `{PATH}`"),
        Vec::new(),
        fitted.clone().map(|fitted| fitted.rows as f64),
    );
    let mut add = |leaf: &str, unit, function: &str, part: &dyn Fn(&Fitted) -> f64| {
        let (name, inputs) = (format!("{FITTED}.{leaf}"), vec![count.clone()]);
        catalogue.add(Quantity::computed(
            name,
            unit,
            function,
            inputs,
            fitted.clone().map(part),
        ));
    };
    for index in 0..COEFFICIENTS {
        let function = "analysis::parameter_server::SynchronousSpeed::fit";
        let coefficient = |fitted: &Fitted| fitted.speed.coefficients()[index];
        add(&format!("t{index}"), Unit::Second, function, &coefficient);
    }
    let function = "mean of |modelled / measured − 1|";
    add("mean_error", Unit::One, function, &|fitted| {
        fitted.mean_error
    });
    catalogue.add(count);
    Ok(())
}

fn read(table: &ReadFile) -> Result<Vec<Measurement>, Vec<Diagnostic>> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(table.text.as_bytes());
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for (index, row) in reader.deserialize::<Row>().enumerate() {
        let line = Some(index + 2);
        let fault = |message| Diagnostic {
            line,
            ..Diagnostic::of_file(&table.path, message)
        };
        match row.map(Row::checked) {
            Ok(Ok(row)) => rows.push(row.into()),
            Ok(Err(message)) => faults.push(fault(message)),
            // What is wrong with the columns is wrong with every row.
            Err(error) => return Err(vec![fault(not_a_row(error))]),
        }
    }
    match faults.is_empty() {
        true => Ok(rows),
        false => Err(faults),
    }
}

fn not_a_row(error: csv::Error) -> String {
    format!("{error}; expected the columns servers, workers, batch and steps_per_second")
}

fn mean_error(speed: &SynchronousSpeed, rows: &[Measurement]) -> Result<f64, SpeedError> {
    let mut sum = 0.0;
    for row in rows {
        let modelled = speed.steps_per_second(row.servers, row.workers, row.batch)?;
        sum += (modelled / row.steps_per_second - 1.0).abs();
    }
    Ok(sum / rows.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> ReadFile {
        ReadFile {
            path: PATH.to_owned(),
            text: text.to_owned(),
        }
    }

    const TABLE: &str = "servers,workers,batch,steps_per_second\n\
        1,1,128,0.5\n1,4,128,0.8\n2,2,128,0.9\n2,8,128,1.1\n4,8,128,1.6\n4,16,64,1.5\n";

    #[test]
    fn speeds_of_a_known_model_give_its_coefficients() {
        let known = SynchronousSpeed::new([0.01, 0.2, 0.3, 0.0, 0.05]).unwrap();
        let mut table = "servers, workers, batch, steps_per_second\n".to_owned();
        for (servers, workers) in [(1, 1), (1, 4), (2, 2), (2, 8), (4, 8), (4, 16), (8, 3)] {
            let speed = known.steps_per_second(servers, workers, 128).unwrap();
            table += &format!("{servers}, {workers}, 128, {speed}\n");
        }
        let mut catalogue = Catalogue::default();
        add(&mut catalogue, Some(&file(&table))).unwrap();
        for (leaf, expect) in [("t0", 0.01), ("t1", 0.2), ("t2", 0.3), ("t4", 0.05)] {
            let name = format!("{FITTED}.{leaf}");
            let found = catalogue.quantity(&name).unwrap().known().unwrap();
            assert!((found - expect).abs() < 1e-9, "{name} is {found}");
        }
        let error = catalogue.quantity("speed_fit.mean_error").unwrap().known();
        assert!(error.unwrap() < 1e-9);
    }

    #[test]
    fn without_a_table_the_names_are_there_and_have_no_values() {
        let names = |table: Option<&str>| {
            let mut catalogue = Catalogue::default();
            add(&mut catalogue, table.map(file).as_ref()).unwrap();
            assert_eq!(catalogue.flag("speed_fit.fitted"), table.is_some());
            let quantities = catalogue.quantities("speed_fit.");
            assert!({ quantities.clone() }.all(|it| it.value.is_ok() == table.is_some()));
            let names: Vec<_> = quantities.map(|it| it.name.clone()).collect();
            names
        };
        assert_eq!(names(None), names(Some(TABLE)));
    }

    #[test]
    fn faults_are_told_with_what_was_expected() {
        let check = |table: &str, expect: &str| {
            let mut catalogue = Catalogue::default();
            let faults = add(&mut catalogue, Some(&file(table))).unwrap_err();
            assert_eq!(faults.len(), 1);
            let fault = faults[0].to_string();
            assert!(fault.contains(expect), "{fault}");
        };
        check(&TABLE.replace("0.9", "fast"), "line: 4");
        check(&TABLE.replace("batch", "images"), "expected the columns");
        for speed in ["-0.9", "0", "1e300", "5e-324", "inf", "NaN"] {
            let expect = "`results/speeds.csv:4`: `steps_per_second` is";
            check(&TABLE.replace("0.9", speed), expect);
        }
        let many = "4,18446744073709551615,64";
        check(&TABLE.replace("4,16,64", many), ":7`: `workers` is");
        check(&TABLE.replace("4,16,64", "0,16,64"), ":7`: `servers` is");
        check(
            TABLE.lines().next().unwrap(),
            "expected at least `5`, one per coefficient",
        );
    }

    /// A model of one step per second where 0.8 and 2 were measured: 1/0.8 − 1 and 1 − 1/2.
    #[test]
    fn errors_are_relative_to_what_was_measured() {
        let model = SynchronousSpeed::new([0.0, 1.0, 0.0, 0.0, 0.0]).unwrap();
        let rows = [0.8, 2.0].map(|steps_per_second| Measurement {
            servers: 1,
            workers: 1,
            batch: 128,
            steps_per_second,
        });
        let found = mean_error(&model, &rows).unwrap();
        assert!((found - (0.25 + 0.5) / 2.0).abs() < 1e-12, "{found}");
    }
}
