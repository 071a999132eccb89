//! Reads a million rows: at most a second, digest and all.

use mdbook_measured::data::{Table, read_declarations};
use std::fmt::Write;
use std::time::{Duration, Instant};

const ROWS: usize = 1_000_000;
const LIMIT: Duration = Duration::from_secs(1);

const DECLARED: &str = "[times]\nfile = 'times.csv'\nmade_by = 'bench'\nwhere = ['machine', 'program', 'n']\nrepeat = 'repeat'\n\
                        [times.columns]\nn = 'byte'\nseconds = 's'\n";

fn main() {
    let mut csv = "machine,program,n,repeat,seconds\n".to_owned();
    for row in 0..ROWS {
        let machine = ["laptop", "server"][row % 2];
        let program = ["radix", "merge", "heap"][row % 3];
        let (n, seconds) = (1 << (row % 20), row as f64 * 1.000_01e-6);
        let _ = writeln!(csv, "{machine},{program},{n},{row},{seconds}");
    }
    assert!(
        time(&csv) <= LIMIT,
        "a million rows take more than {LIMIT:?}"
    );
}

fn time(text: &str) -> Duration {
    let mut declared = read_declarations("data.toml", DECLARED).expect("sound");
    let declaration = declared.tables.remove(0);
    let start = Instant::now();
    let table = Table::read(declaration, Some(text.as_bytes())).expect("sound rows");
    let taken = start.elapsed();
    assert_eq!(table.content.map(|content| content.rows()), Some(ROWS));
    println!("{ROWS} rows, {} MB in {taken:?}", text.len() / 1_000_000);
    taken
}
