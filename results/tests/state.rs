//! The state of a planned run follows from content alone, and says what changed.

#[allow(dead_code, unreachable_pub)] // each test file uses a part
mod common;

use std::path::PathBuf;
use std::sync::Arc;

use common::{Random, complete, record, trained, training};
use expect_test::{Expect, expect};
use results::*;

const FILE: &str = "experiments/src/training.rs";

fn planned() -> PlannedRun {
    PlannedRun {
        id: "resnet20-cpu-fp32".to_owned(),
        experiment: "loss_curve".to_owned(),
        hardware: Hardware::Any,
        priority: 1,
        configuration: record().configuration,
        accepted: Vec::new(),
        grid: None,
    }
}

fn sources(path: &str, _: SourceDigests) -> Option<Digest> {
    (path == FILE).then(|| Digest::of("training"))
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
    sources: impl Fn(&str, SourceDigests) -> Option<Digest>,
    expect: Expect,
) {
    let (plan, records) = (plan_of(vec![run]), files(records));
    let states = states(&plan, &records, sources, |_| true);
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
            Missing { command: "scripts/plan run resnet20-cpu-fp32" }
        "#]],
    );
}

/// Which cards there are decides of runs on a named card that have no record, and of no others.
#[test]
fn no_such_card() {
    let kind = |hardware: Hardware, records: Vec<Record>, card: &str| {
        let run = PlannedRun {
            hardware,
            ..planned()
        };
        let (plan, records) = (plan_of(vec![run]), files(records));
        states(&plan, &records, sources, |asked| asked == card)[0]
            .state
            .kind()
    };
    let k80 = || Hardware::Card("K80".to_owned());
    assert_eq!(kind(k80(), vec![], "K80"), "missing");
    assert_eq!(kind(k80(), vec![], "V100"), "no_such_card");
    for hardware in [Hardware::Any, Hardware::Cpu, Hardware::Cuda] {
        assert_eq!(kind(hardware, vec![], "V100"), "missing");
    }
    let on_k80 = |mut record: Record| {
        record.environment.device = "Tesla K80".to_owned();
        record.environment.device_kind = DeviceKind::Cuda;
        record.earlier_sessions.clear();
        record
    };
    for card in ["K80", "V100"] {
        assert_eq!(kind(k80(), vec![on_k80(complete())], card), "measured");
        assert_eq!(kind(k80(), vec![on_k80(record())], card), "partial");
        assert_eq!(kind(k80(), vec![complete()], card), "stale"); // on a CPU
    }
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
    let configuration = training(&mut run.configuration);
    configuration.arithmetic = Arithmetic::Bf16;
    configuration.training.weight_decay = 1e-4;
    configuration.training.learning_rate.milestones = vec![3];
    configuration.initial_weights = Some(InitialWeights {
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
    training(&mut run.configuration).data.digest = Digest::of("other data");
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
        |_, _| Some(Digest::of("rewritten")),
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
        |_, _| None,
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
    environment
        .sources
        .insert(FILE.to_owned(), Digest::of("first draft"));
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
        file: FILE.to_owned(),
        digest: Digest::of("renamed"),
        moved_to: None,
        reason: "only a variable was renamed".to_owned(),
    };
    let run = PlannedRun {
        accepted: vec![accepted],
        ..planned()
    };
    check(
        run,
        vec![complete()],
        |_, _| Some(Digest::of("renamed")),
        expect![[r#"
            0.json: Measured; accepted experiments/src/training.rs c2fb788c7dee -> 017e9e217af8: only a variable was renamed
        "#]],
    );
}

#[test]
fn each_kind_of_digest_is_compared_with_its_own() {
    let mut of_tokens = complete();
    of_tokens.environment.source_digests = SourceDigests::CompiledTokens;
    of_tokens.earlier_sessions = vec![Session {
        last_epoch: 1,
        environment: record().environment,
    }];
    let now = |bytes: &'static str, tokens: &'static str| {
        move |_: &str, kind| {
            Some(Digest::of(match kind {
                SourceDigests::ListedBytes => bytes,
                SourceDigests::CompiledTokens => tokens,
            }))
        }
    };
    let stale = |record: Record, bytes, tokens| {
        let (plan, records) = (plan_of(vec![planned()]), files(vec![record]));
        let states = states(&plan, &records, now(bytes, tokens), |_| true);
        states[0].state != State::Measured
    };
    assert!(!stale(complete(), "training", "changed"));
    assert!(stale(complete(), "changed", "training"));
    assert!(!stale(of_tokens.clone(), "training", "training"));
    // Its earlier session is of the other kind.
    assert!(stale(of_tokens.clone(), "changed", "training"));
    assert!(stale(of_tokens.clone(), "training", "changed"));
    of_tokens.earlier_sessions.clear();
    assert!(!stale(of_tokens, "changed", "training"));
}

#[test]
fn a_change_is_accepted_in_its_own_file_alone() {
    let accepted = Accepted {
        file: "experiments/src/epoch.rs".to_owned(),
        digest: Digest::of("renamed"),
        moved_to: None,
        reason: "only a variable was renamed".to_owned(),
    };
    let run = PlannedRun {
        accepted: vec![accepted],
        ..planned()
    };
    check(
        run,
        vec![complete()],
        |_, _| Some(Digest::of("renamed")),
        expect![[r#"
            0.json: stale: experiments/src/training.rs c2fb788c7dee -> 017e9e217af8
        "#]],
    );
}

#[test]
fn what_was_moved_is_stale_when_it_changes_where_it_is() {
    let accepted = Accepted {
        file: FILE.to_owned(),
        digest: Digest::of("rest"),
        moved_to: Some(MovedTo {
            file: "experiments/src/moved.rs".to_owned(),
            digest: Digest::of("moved"),
        }),
        reason: "its loop is a function".to_owned(),
    };
    let run = PlannedRun {
        accepted: vec![accepted],
        ..planned()
    };
    let now = |moved: &'static str| {
        move |path: &str, kind| match (path, kind) {
            (FILE, SourceDigests::ListedBytes) => Some(Digest::of("rest")),
            ("experiments/src/moved.rs", SourceDigests::CompiledTokens) => Some(Digest::of(moved)),
            _ => None,
        }
    };
    check(
        run.clone(),
        vec![complete()],
        now("moved"),
        expect![[r#"
            0.json: Measured; accepted experiments/src/training.rs c2fb788c7dee -> 2e09d5210db8: its loop is a function
        "#]],
    );
    check(
        run,
        vec![complete()],
        now("moved, and changed"),
        expect![[r#"
            0.json: stale: experiments/src/training.rs c2fb788c7dee -> 2e09d5210db8
        "#]],
    );
}

#[test]
fn what_was_accepted_can_change_again() {
    let accepted = Accepted {
        file: FILE.to_owned(),
        digest: Digest::of("renamed"),
        moved_to: None,
        reason: "only a variable was renamed".to_owned(),
    };
    let run = PlannedRun {
        accepted: vec![accepted],
        ..planned()
    };
    check(
        run,
        vec![complete()],
        |_, _| Some(Digest::of("renamed and more")),
        expect![[r#"
            0.json: stale: experiments/src/training.rs c2fb788c7dee -> 32977dbcc442
        "#]],
    );
}

#[test]
fn the_best_record_counts() {
    let mut stale = complete();
    stale.configuration = stale.configuration.with_seed(7);
    let mut early = record();
    trained(&mut early).epochs.truncate(1);
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
            let is_stale = |record: &Record| record.configuration.seed() == 7;
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
    let (plan, forward) = (plan_of(runs), files(drawn.clone()));
    let backward = files(drawn.into_iter().rev().collect());
    let (a, b) = (
        states(&plan, &forward, sources, |_| true),
        states(&plan, &backward, sources, |_| true),
    );
    for (a, b) in a.iter().zip(&b) {
        assert_eq!(a.state, b.state, "{}", a.run.id);
        assert_eq!(
            a.record.map(|(_, record)| record),
            b.record.map(|(_, record)| record)
        );
    }
}

fn plan_of(runs: Vec<PlannedRun>) -> Plan {
    Plan {
        runs,
        ..Plan::default()
    }
}

fn sealed(record: Record) -> Record {
    Record::parse(&record.to_text().unwrap()).unwrap()
}

#[test]
fn records_that_no_plan_asks_for() {
    let plan = plan_of(vec![planned()]);
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
