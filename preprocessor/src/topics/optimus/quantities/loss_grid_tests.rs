//! Counts of the grid in several states of its runs.

use super::*;
use crate::catalogue::RunFacts;
use crate::topics::synthetic_runs::{NETWORKS as RUNS, SyntheticRun, complete_runs, facts_of};
use expect_test::{Expect, expect};
use results::Arithmetic::{Bf16, Fp32};

const QUOTED: &str = include_str!("../../../../../book/quoted.toml");
const THROUGHPUT: &str = include_str!("../../../../../book/published/training_throughput.csv");

fn check(runs: Vec<RunFacts>, expect: Expect) {
    let catalogue = facts_of(QUOTED, runs, THROUGHPUT).catalogue;
    let shown = |(name, entry): (&str, &Entry)| {
        let leaf = name.strip_prefix("loss_grid.")?;
        match entry {
            Entry::Quantity(count) => Some(format!("{leaf} {}", count.known()?)),
            Entry::Flag(holds) => holds.then(|| leaf.to_owned()),
            _ => None,
        }
    };
    let is_some = |line: &String| !line.ends_with(" 0");
    let lines: Vec<_> = catalogue
        .entries()
        .filter_map(shown)
        .filter(is_some)
        .collect();
    expect.assert_eq(&lines.join("\n"));
}

#[test]
fn without_runs_all_are_missing() {
    check(
        Vec::new(),
        expect![[r#"
            asked 15
            at_hand.all_complete
            missing 15"#]],
    );
}

/// As many cards as are asked for, none of them at hand; one run of each state in their place.
#[test]
fn cards_that_are_not_at_hand() {
    let mut runs = complete_runs(&[Bf16], 40);
    runs[1] = SyntheticRun::new(RUNS[1], Bf16, "NVIDIA H200").recorded(20);
    runs[2] = SyntheticRun::new(RUNS[2], Bf16, "NVIDIA H200").recorded(3);
    runs[3] = SyntheticRun::new(RUNS[3], Bf16, "NVIDIA H200").missing();
    for network in RUNS {
        for card in CARDS {
            runs.push(SyntheticRun::new(network, Fp32, "").without_card(card));
        }
    }
    check(
        runs,
        expect![[r#"
            any_fitted
            any_partial
            asked 15
            at_hand.complete 2
            at_hand.missing 1
            at_hand.partial 2
            at_hand.planned 5
            fitted 3
            lacks_cards
            no_such_card 15"#]],
    );
}

/// A run that is planned for a card counts there, one that was made on such a card, too; of two
/// runs the one that got further. A network that is not asked for counts nowhere.
#[test]
fn runs_on_the_cards() {
    let on = |card: &'static str, device: &'static str, network, epochs| {
        let run = SyntheticRun::new(network, Fp32, device);
        let recorded = run.recorded(epochs);
        let mut planned = run.without_card(card);
        planned.state = recorded.state;
        planned.record = recorded.record;
        planned
    };
    let runs = vec![
        on("K80", "Tesla K80", RUNS[0], 40),
        on("K80", "Tesla K80", RUNS[1], 10),
        on("K80", "Tesla K80", RUNS[5], 40),
        SyntheticRun::new(RUNS[1], Fp32, "Tesla V100-SXM2-16GB").complete(),
        SyntheticRun::new(RUNS[1], Bf16, "").without_card("V100"),
    ];
    check(
        runs,
        expect![[r#"
            any_fitted
            any_partial
            asked 15
            at_hand.all_complete
            complete 2
            fitted 3
            missing 12
            partial 1"#]],
    );
}

#[test]
fn everything_is_complete() {
    let mut runs = complete_runs(&[Fp32], 40);
    for network in RUNS {
        for (card, device) in [
            ("K80", "Tesla K80"),
            ("P100", "Tesla P100"),
            ("V100", "Tesla V100"),
        ] {
            let run = SyntheticRun::new(network, Fp32, device);
            let mut complete = run.complete();
            complete.id = run.without_card(card).id;
            runs.push(complete);
        }
    }
    check(
        runs,
        expect![[r#"
            all_complete
            any_fitted
            asked 15
            at_hand.all_complete
            at_hand.complete 5
            at_hand.planned 5
            complete 15
            fitted 20
            predicts"#]],
    );
}
