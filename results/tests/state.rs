//! The state of a planned run follows from content alone, and says what changed.

#[allow(dead_code, unreachable_pub)] // each test file uses a part
mod common;

use std::path::PathBuf;
use std::sync::Arc;

use common::{Random, complete, record};
use expect_test::{Expect, expect};
use results::*;

fn planned() -> PlannedRun {
    PlannedRun {
        id: "resnet20-cpu-fp32".to_owned(),
        experiment: "loss_curve".to_owned(),
        hardware: Hardware::Any,
        priority: 1,
        configuration: record().configuration,
        accepted: Vec::new(),
        card_not_at_hand: false,
    }
}

fn sources(path: &str) -> Option<Digest> {
    (path == "experiments/src/training.rs").then(|| Digest::of("training"))
}

fn files(records: Vec<Record>) -> Vec<(PathBuf, Arc<Record>)> {
    records
        .into_iter()
        .enumerate()
        .map(|(index, record)| (PathBuf::from(format!("{index}.json")), Arc::new(record)))
        .collect()
}

/// The state of `run` with `records`, and which record counts.
fn check(
    run: PlannedRun,
    records: Vec<Record>,
    sources: impl Fn(&str) -> Option<Digest>,
    expect: Expect,
) {
    let (plan, records) = (Plan { runs: vec![run] }, files(records));
    let states = states(&plan, &records, sources);
    let [found] = &states[..] else {
        panic!("{states:?}")
    };
    let mut text = match found.record {
        Some((path, _)) => format!("{}: ", path.display()),
        None => String::new(),
    };
    text += &describe(&found.state);
    for (change, accepted) in &found.accepted {
        text += &format!("; accepted {}: {}", line(change), accepted.reason);
    }
    expect.assert_eq(&(text + "\n"));
}

fn describe(state: &State) -> String {
    match state {
        State::Stale { changes } => {
            let lines: Vec<_> = changes.iter().map(line).collect();
            format!("stale: {}", lines.join(", "))
        }
        other => format!("{other:?}"),
    }
}

fn line(change: &Change) -> String {
    let short = |text: &str| text.chars().take(12).collect::<String>();
    format!(
        "{} {} -> {}",
        change.what,
        short(&change.recorded),
        short(&change.current)
    )
}

#[test]
fn measured() {
    check(
        planned(),
        vec![complete()],
        sources,
        expect![[r#"
            0.json: Measured
        "#]],
    );
}

#[test]
fn partial() {
    check(
        planned(),
        vec![record()],
        sources,
        expect![[r#"
            0.json: Partial { done: 3, planned: 5 }
        "#]],
    );
}

#[test]
fn missing() {
    let other = Record {
        run: "other".to_owned(),
        ..complete()
    };
    check(
        planned(),
        vec![other],
        sources,
        expect![[r#"
            Missing { command: "scripts/with-libtorch cargo run --release -p experiments --bin loss_curve -- --run resnet20-cpu-fp32" }
        "#]],
    );
}

#[test]
fn no_such_card() {
    let run = PlannedRun {
        hardware: Hardware::Card("K80".to_owned()),
        card_not_at_hand: true,
        ..planned()
    };
    check(
        run,
        vec![],
        sources,
        expect![[r#"
        NoSuchCard
    "#]],
    );
}

#[test]
fn failed() {
    let completion = Completion::Failed {
        reason: "the loss is NaN in epoch 4".to_owned(),
    };
    check(
        planned(),
        vec![Record {
            completion,
            ..record()
        }],
        sources,
        expect![[r#"
            0.json: Failed { reason: "the loss is NaN in epoch 4" }
        "#]],
    );
}

#[test]
fn stale_because_the_configuration_changed() {
    let mut run = planned();
    run.configuration.arithmetic = Arithmetic::Bf16;
    let training = run.configuration.training.as_mut().unwrap();
    training.weight_decay = 1e-4;
    training.learning_rate.milestones = vec![3];
    run.configuration.initial_weights = Some(InitialWeights {
        name: "imagenet".to_owned(),
        digest: Digest::of("weights"),
    });
    check(
        run,
        vec![complete()],
        sources,
        expect![[r#"
            0.json: stale: configuration.arithmetic fp32 -> bf16, configuration.initial_weights.digest absent -> 9a129038d9a0, configuration.initial_weights.name absent -> imagenet, configuration.training.learning_rate.milestones [2,4] -> [3], configuration.training.weight_decay 0.0005 -> 0.0001
        "#]],
    );
}

#[test]
fn stale_because_the_data_changed() {
    let mut run = planned();
    run.configuration.data.as_mut().unwrap().digest = Digest::of("other data");
    check(
        run,
        vec![complete()],
        sources,
        expect![[r#"
            0.json: stale: configuration.data.digest 808045809b88 -> 873517954b8a
        "#]],
    );
}

#[test]
fn stale_because_a_source_changed() {
    check(
        planned(),
        vec![complete()],
        |_| Some(Digest::of("rewritten")),
        expect![[r#"
            0.json: stale: experiments/src/training.rs c2fb788c7dee -> 04d96d8a91ea
        "#]],
    );
}

#[test]
fn stale_because_a_source_is_gone() {
    check(
        planned(),
        vec![complete()],
        |_| None,
        expect![[r#"
            0.json: stale: experiments/src/training.rs c2fb788c7dee -> absent
        "#]],
    );
}

#[test]
fn stale_because_it_ran_elsewhere() {
    check(
        PlannedRun {
            hardware: Hardware::Cuda,
            ..planned()
        },
        vec![complete()],
        sources,
        expect![[r#"
            0.json: stale: hardware Example CPU -> cuda
        "#]],
    );
}

#[test]
fn stale_because_an_earlier_session_had_other_sources() {
    let mut environment = record().environment;
    environment.sources.insert(
        "experiments/src/training.rs".to_owned(),
        Digest::of("first draft"),
    );
    let earlier_sessions = vec![Session {
        last_epoch: 1,
        environment,
    }];
    check(
        planned(),
        vec![Record {
            earlier_sessions,
            ..complete()
        }],
        sources,
        expect![[r#"
            0.json: stale: experiments/src/training.rs b500263e8e0c -> c2fb788c7dee
        "#]],
    );
}

#[test]
fn an_accepted_change_is_not_stale() {
    let accepted = Accepted {
        digest: Digest::of("renamed"),
        reason: "only a variable was renamed".to_owned(),
    };
    let run = PlannedRun {
        accepted: vec![accepted],
        ..planned()
    };
    check(
        run,
        vec![complete()],
        |_| Some(Digest::of("renamed")),
        expect![[r#"
            0.json: Measured; accepted experiments/src/training.rs c2fb788c7dee -> 017e9e217af8: only a variable was renamed
        "#]],
    );
}

#[test]
fn what_was_accepted_can_change_again() {
    let accepted = Accepted {
        digest: Digest::of("renamed"),
        reason: "only a variable was renamed".to_owned(),
    };
    let run = PlannedRun {
        accepted: vec![accepted],
        ..planned()
    };
    check(
        run,
        vec![complete()],
        |_| Some(Digest::of("renamed and more")),
        expect![[r#"
            0.json: stale: experiments/src/training.rs c2fb788c7dee -> 32977dbcc442
        "#]],
    );
}

#[test]
fn the_best_record_counts() {
    let mut stale = complete();
    stale.configuration.seed = 7;
    let mut early = record();
    early.epochs.truncate(1);
    early.completion = Completion::Partial {
        done: 1,
        planned: 5,
    };
    let failed = Record {
        completion: Completion::Failed {
            reason: "no".to_owned(),
        },
        ..record()
    };
    let ascending = [failed, early, record(), stale, complete()];
    for (index, a) in ascending.iter().enumerate() {
        for (other, b) in ascending.iter().enumerate() {
            let is_stale = |record: &Record| record.configuration.seed == 7;
            assert_eq!(better(a, b, is_stale), index > other, "{index} {other}");
        }
    }
    check(
        planned(),
        ascending.to_vec(),
        sources,
        expect![[r#"
            4.json: Measured
        "#]],
    );
}

#[test]
fn states_do_not_depend_on_the_order_of_the_records() {
    let mut random = Random(4);
    let drawn: Vec<Record> = (0..300).map(|_| random.record()).map(sealed).collect();
    let runs = (0..100)
        .map(|id| PlannedRun {
            id: format!("run-{id}"),
            ..planned()
        })
        .collect();
    let (plan, forward) = (Plan { runs }, files(drawn.clone()));
    let backward = files(drawn.into_iter().rev().collect());
    let (a, b) = (
        states(&plan, &forward, sources),
        states(&plan, &backward, sources),
    );
    for (a, b) in a.iter().zip(&b) {
        assert_eq!(a.state, b.state, "{}", a.run.id);
        assert_eq!(
            a.record.map(|(_, record)| record),
            b.record.map(|(_, record)| record)
        );
    }
}

fn sealed(record: Record) -> Record {
    Record::parse(&record.to_text().unwrap()).unwrap()
}

#[test]
fn records_that_no_plan_asks_for() {
    let plan = Plan {
        runs: vec![planned()],
    };
    let records = files(vec![
        complete(),
        Record {
            run: "old-name".to_owned(),
            ..complete()
        },
    ]);
    let found: Vec<_> = unplanned(&plan, &records)
        .iter()
        .map(|(path, _)| path.clone())
        .collect();
    assert_eq!(found, [PathBuf::from("1.json")]);
}
