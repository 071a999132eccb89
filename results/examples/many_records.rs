//! Writes a plan of so many runs and a record for each, to measure what grows with them: `scripts/bench-scale`. They are
//! copies of one record and of its planned run, with other ids and seeds, and results of nothing.
//!
//! Arguments: the id of the run that is copied, the folder to write into, how many. It is started in the repository's root.

use std::path::Path;
use std::{env, fs};

use results::{Plan, Record, record_path};
use toml::{Table, Value};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [id, folder, count] = &arguments[..] else {
        panic!("expected RUN FOLDER COUNT");
    };
    let (folder, count) = (Path::new(folder), count.parse::<i64>().expect("a number"));
    let plan = Plan::read(Path::new("experiments/plan.toml")).expect("a plan");
    let run = plan.run(id).expect("a planned run");
    let path = record_path(Path::new("results/runs"), &run.experiment, id);
    let mut record = Record::read(&path).expect("a record");

    fs::create_dir_all(folder).expect("a folder");
    let grid = grid(&run.to_toml(), count);
    fs::write(folder.join("plan.toml"), grid).expect("it can be written");
    for seed in 1..=count {
        record.run = format!("run-{seed}");
        record.configuration = record.configuration.with_seed(seed.unsigned_abs());
        let path = record_path(&folder.join("runs"), &record.experiment, &record.run);
        record.write(&path).expect("it can be written");
    }
}

/// A grid of what a `[[run]]` says, with a seed for each of its runs.
fn grid(run: &str, count: i64) -> String {
    let mut plan: Table = run.parse().expect("TOML");
    let runs = plan.remove("run").expect("a run");
    let mut grid = runs.as_array().expect("runs")[0]
        .as_table()
        .expect("a table")
        .clone();
    grid.insert("id".to_owned(), "run-{seed}".into());
    let configuration = grid["configuration"].as_table_mut().expect("a table");
    configuration.remove("seed");
    let seeds: Vec<Value> = (1..=count).map(Value::from).collect();
    let axes = Table::from_iter([("seed".to_owned(), Value::from(seeds))]);
    grid.insert("axes".to_owned(), axes.into());
    let plan = Table::from_iter([("grid".to_owned(), Value::from(vec![grid]))]);
    plan.to_string()
}
