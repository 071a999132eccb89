//! A formula, as a tree that both formats can write.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parsers::maths::tree::Node;
use parsers::maths::{Definitions, Display, parse};

fuzz_target!(|latex: &str| {
    for display in [Display::Inline, Display::Block] {
        if let Ok(formula) = parse(latex, display, &Definitions::default()) {
            assert!({ formula.body.iter() }.all(|node| node.depth() <= 60));
            formula.body.iter().for_each(check);
        }
    }
    let _ = Definitions::parse(latex);
});

/// Checks what the writers rely on: no cell without a column, and lengths that are numbers.
fn check(node: &Node) {
    match node {
        Node::Table(table) => {
            let mut rows = table.rows.iter();
            assert!(rows.all(|row| row.cells.len() <= table.columns.len()));
            assert!(table.row_gap.is_finite());
        }
        Node::Space(length) | Node::Raised(length, _) => assert!(length.is_finite()),
        _ => {}
    }
    node.children().into_iter().for_each(check);
}
