//! The grid in several states of its runs.

use crate::catalogue::RunFacts;
use crate::evidence::Quantity;
use crate::topics::synthetic_runs::{NETWORKS, SyntheticRun, complete_runs, facts_of};
use crate::views::{Arguments, table};
use expect_test::{Expect, expect};
use results::Arithmetic::{Bf16, Fp32};
use results::State;

const QUOTED: &str = include_str!("../../../../../book/quoted.toml");
const THROUGHPUT: &str = include_str!("../../../../../book/published/training_throughput.csv");

fn check(runs: Vec<RunFacts>, expect: Expect) {
    let mark = |quantity: &Quantity, text: &str| {
        let flag = quantity.first_concern().map(|concern| concern.flag());
        let flag = flag.filter(|_| quantity.value.is_ok());
        format!("[{text}]{}", flag.unwrap_or_default())
    };
    let facts = facts_of(QUOTED, runs, THROUGHPUT);
    let exhibit = table("loss_grid", Arguments::new(), &facts, &mark).expect("a table");
    assert_eq!(exhibit.note, "");
    expect.assert_eq(&exhibit.content.to_markdown());
}

#[test]
fn without_runs_the_cards_are_asked_for() {
    check(
        Vec::new(),
        expect![[r#"
        | Depth | K80 | P100 | V100 |
        | :--- | :--- | :--- | :--- |
        | 18 | – | – | – |
        | 20 | – | – | – |
        | 32 | – | – | – |
        | 44 | – | – | – |
        | 56 | – | – | – |
    "#]],
    );
}

/// The state stands before the number and not behind it again.
#[test]
fn each_state() {
    let of = |network| SyntheticRun::new(network, Bf16, "NVIDIA H200");
    let mut runs = complete_runs(&[Bf16], 40);
    runs[1] = of(NETWORKS[1]).recorded(20);
    runs[2] = of(NETWORKS[2]).recorded(3);
    runs[3] = of(NETWORKS[3]).missing();
    runs[4].state = State::Stale {
        changes: Vec::new(),
    };
    for card in ["K80", "P100", "V100"] {
        runs.push(SyntheticRun::new(NETWORKS[1], Fp32, "").without_card(card));
    }
    check(
        runs,
        expect![[r#"
        | Depth | K80 | P100 | V100 | NVIDIA H200, bf16 |
        | :--- | :--- | :--- | :--- | :--- |
        | 18 | – | – | – | [complete: 0.235] |
        | 20 | [no such card] | [no such card] | [no such card] | [partial, 20 of 40: 0.434] |
        | 32 | – | – | – | [partial, 3 of 40] |
        | 44 | – | – | – | [missing] |
        | 56 | – | – | – | [stale: 0.411] |
    "#]],
    );
}

/// Two runs of a network on one card share its cell.
#[test]
fn several_runs_in_one_cell() {
    let of = |card| {
        let run = SyntheticRun::new(NETWORKS[0], Fp32, "");
        run.without_card(card)
    };
    let mut second = of("K80");
    second.id += "-again";
    second.state = State::Failed {
        reason: "it broke".to_owned(),
    };
    check(
        vec![of("K80"), second],
        expect![[r#"
        | Depth | K80 | P100 | V100 |
        | :--- | :--- | :--- | :--- |
        | 18 | [no such card]; [failed] | – | – |
        | 20 | – | – | – |
        | 32 | – | – | – |
        | 44 | – | – | – |
        | 56 | – | – | – |
    "#]],
    );
}
