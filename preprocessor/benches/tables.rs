//! Reads a million rows: at most a second, digest and all.

use mdbook_measured::data::{Table, read_declarations};
use std::fmt::Write;
use std::time::{Duration, Instant};

const ROWS: usize = 1_000_000;
const LIMIT: Duration = Duration::from_secs(1);

const DECLARED: &str = "made_by = 'bench'\nwhere = ['machine', 'program', 'n']\nrepeat = 'repeat'\n\
                        [times.columns]\nn = 'byte'\nseconds = 's'\n";

fn main() {
    let (mut csv, mut json) = (
        "machine,program,n,repeat,seconds\n".to_owned(),
        "[".to_owned(),
    );
    for row in 0..ROWS {
        let (machine, program) = (
            ["laptop", "server"][row % 2],
            ["radix", "merge", "heap"][row % 3],
        );
        let (n, seconds) = (1 << (row % 20), row as f64 * 1.000_01e-6);
        let _ = writeln!(csv, "{machine},{program},{n},{row},{seconds}");
        let comma = if row == 0 { "" } else { "," };
        let _ = write!(
            json,
            "{comma}{{\"machine\":\"{machine}\",\"program\":\"{program}\",\"n\":{n},\"repeat\":{row},\
             \"seconds\":{seconds}}}\n"
        );
    }
    json.push(']');
    let slow = [("csv", csv), ("json", json)].map(|(kind, text)| time(kind, &text) > LIMIT);
    assert!(
        !slow.contains(&true),
        "a million rows take more than {LIMIT:?}"
    );
}

fn time(kind: &str, text: &str) -> Duration {
    let declared = format!("[times]\nfile = 'times.{kind}'\n{DECLARED}");
    let mut declared = read_declarations("data.toml", &declared).expect("sound");
    let declaration = declared.tables.remove(0);
    let start = Instant::now();
    let table = Table::read(declaration, Some(text.as_bytes())).expect("sound rows");
    let taken = start.elapsed();
    assert_eq!(table.content.map(|content| content.rows()), Some(ROWS));
    println!(
        "{kind}: {ROWS} rows, {} MB in {taken:?}",
        text.len() / 1_000_000
    );
    taken
}
