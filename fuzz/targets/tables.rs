//! `data.toml`, and a table behind it: the text up to a line `---` declares, the rest are the rows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mdbook_measured::data::{Filters, Table, Tables, parse_name, read_declarations};
use mdbook_measured::evidence::Quantity;

fuzz_target!(|text: &str| {
    let (declared, rows) = text.split_once("\n---\n").unwrap_or((text, ""));
    let _ = parse_name(rows);
    let Ok(declared) = read_declarations("data.toml", declared) else {
        return;
    };
    let read = |declaration| Table::read(declaration, Some(rows.as_bytes())).ok();
    let tables = Tables {
        file: "data.toml".to_owned(),
        all: declared.tables.into_iter().filter_map(read).collect(),
    };
    for table in &tables.all {
        for column in table.declaration.columns.keys() {
            let name = format!("{}.{column}", table.declaration.name);
            if let Ok(picked) = tables.pick(&name, &Filters::new()) {
                check(&picked);
            }
        }
    }
});

fn check(picked: &Quantity) {
    assert!(picked.known().is_none_or(f64::is_finite), "{picked:?}");
    assert!(parse_name(&picked.name).is_some(), "{picked:?}");
    if let Some((low, high)) = picked.interval {
        assert!(low <= high, "{picked:?}");
    }
}
