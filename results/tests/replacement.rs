//! Which of two records of a run stays: a table of cases, for `plan import` and training alike.

#[allow(dead_code, unreachable_pub)] // each test file uses a part
mod common;

use common::{Random, complete, record, trained};
use results::*;

/// A plan of the run that accepts one change of its source file.
fn planned() -> PlannedRun {
    PlannedRun {
        id: "resnet20-cpu-fp32".to_owned(),
        experiment: "loss_curve".to_owned(),
        hardware: Hardware::Cpu,
        priority: 1,
        configuration: record().configuration,
        accepted: vec![Accepted {
            file: "experiments/src/training.rs".to_owned(),
            digest: Digest::of("training"),
            moved_to: None,
            reason: "a comment".to_owned(),
        }],
        grid: None,
    }
}

/// The source as it is now; the records of `common` were made with it.
fn sources(_: &str, _: SourceDigests) -> Option<Digest> {
    Some(Digest::of("training"))
}

fn partial(done: u64) -> Record {
    let mut record = record();
    let planned = record.planned();
    trained(&mut record).epochs = trained(&mut complete()).epochs[..done as usize].to_vec();
    record.completion = Completion::Partial { done, planned };
    record
}

fn failed(done: u64) -> Record {
    Record {
        completion: Completion::Failed {
            reason: "the loss is NaN".to_owned(),
        },
        ..partial(done)
    }
}

fn with_seed(seed: u64, mut record: Record) -> Record {
    record.configuration = record.configuration.with_seed(seed);
    record
}

fn on_a_gpu(mut record: Record) -> Record {
    record.environment.device_kind = DeviceKind::Cuda;
    record
}

/// A file took part that is gone now, which no digest can accept.
fn of_old_sources(mut record: Record) -> Record {
    let gone = ("experiments/src/gone.rs".to_owned(), Digest::of("old"));
    record.environment.sources.extend([gone]);
    record
}

/// Made before a change that the plan accepts.
fn before_the_accepted_change(mut record: Record) -> Record {
    let digest = record.environment.sources.values_mut().next().unwrap();
    *digest = Digest::of("training, with another comment");
    record
}

fn later(mut record: Record) -> Record {
    record.environment.ended = "2030-01-01T00:00:00Z".parse().unwrap();
    record
}

fn found(arriving: &Record, present: &Record) -> Replacement {
    let sources = |path: &str, kind| sources(path, kind).filter(|_| !path.ends_with("gone.rs"));
    replacement(arriving, present, Some(&planned()), sources)
}

#[track_caller]
fn takes(arriving: Record, present: Record, reason: &str) {
    let found = found(&arriving, &present);
    assert_eq!((found.takes, found.reason.as_str()), (true, reason));
}

#[track_caller]
fn keeps(arriving: Record, present: Record, reason: &str) {
    let found = found(&arriving, &present);
    assert_eq!((found.takes, found.reason.as_str()), (false, reason));
}

#[test]
fn a_complete_record_gives_way_to_none_that_fits_less() {
    let worse = "it has another configuration and fits the plan no better";
    keeps(later(with_seed(2, complete())), complete(), worse);
    let here = "the one here fits the plan better";
    keeps(later(on_a_gpu(complete())), complete(), here);
    keeps(later(of_old_sources(complete())), complete(), here);
    // The present one was made before a change that the plan accepts: it fits all the same.
    let accepted = before_the_accepted_change(complete());
    keeps(later(with_seed(2, complete())), accepted.clone(), worse);
    keeps(later(of_old_sources(complete())), accepted.clone(), here);
    keeps(
        complete(),
        later(accepted),
        "both are complete, and the one here is the later one",
    );
}

#[test]
fn a_complete_record_gives_way_to_one_that_fits_better_or_is_later() {
    takes(
        complete(),
        later(with_seed(2, complete())),
        "it fits the plan, the one here less",
    );
    let better = "it fits the plan better";
    takes(complete(), later(on_a_gpu(complete())), better);
    takes(complete(), later(of_old_sources(complete())), better);
    let later_one = "both are complete, and it is the later one";
    takes(later(complete()), complete(), later_one);
    let accepted = before_the_accepted_change(complete());
    takes(later(accepted), complete(), later_one);
}

#[test]
fn a_complete_record_never_gives_way_to_an_unfinished_one() {
    let complete_here = "the one here is complete";
    for present in [
        complete(),
        with_seed(2, complete()),
        on_a_gpu(complete()),
        of_old_sources(complete()),
    ] {
        keeps(later(partial(4)), present.clone(), complete_here);
        keeps(later(failed(4)), present, complete_here);
    }
}

#[test]
fn the_longer_of_two_unfinished_ones_stays() {
    takes(partial(3), partial(2), "it has 3 done, the one here 2");
    keeps(
        later(partial(2)),
        partial(3),
        "the one here has 3 done, it has 2",
    );
    keeps(later(partial(3)), partial(3), "both have 3 done");
    // Their sources count only where they are as long.
    takes(
        of_old_sources(partial(4)),
        partial(3),
        "it has 4 done, the one here 3",
    );
    keeps(
        partial(3),
        of_old_sources(partial(4)),
        "the one here has 4 done, it has 3",
    );
    takes(
        partial(3),
        of_old_sources(partial(3)),
        "it is as long and fits the plan better",
    );
}

#[test]
fn an_unfinished_one_of_another_configuration_gives_way_to_one_that_fits() {
    takes(
        partial(1),
        with_seed(2, partial(4)),
        "it fits the plan, the one here less",
    );
    let no_better = "it has another configuration and fits the plan no better";
    keeps(with_seed(2, partial(4)), partial(1), no_better);
    keeps(with_seed(2, complete()), partial(1), no_better);
    keeps(
        with_seed(2, complete()),
        with_seed(3, partial(1)),
        no_better,
    );
}

#[test]
fn a_complete_one_ends_an_unfinished_one() {
    takes(complete(), partial(3), "it is complete");
    takes(complete(), failed(3), "it is complete");
    keeps(
        of_old_sources(complete()),
        partial(3),
        "the one here fits the plan better",
    );
    takes(
        of_old_sources(complete()),
        of_old_sources(partial(3)),
        "it is complete",
    );
}

#[test]
fn a_failed_one_ends_nothing_that_can_go_on() {
    keeps(
        failed(4),
        partial(3),
        "it failed, and the one here can go on",
    );
    takes(partial(4), failed(3), "it has 4 done, the one here 3");
    keeps(partial(3), failed(4), "the one here has 4 done, it has 3");
    takes(failed(4), failed(3), "it has 4 done, the one here 3");
}

#[test]
fn a_run_that_is_not_planned_keeps_what_is_there() {
    let check = |arriving: Record, present: Record, expect: bool| {
        let found = replacement(&arriving, &present, None, sources);
        assert_eq!(found.takes, expect, "{}", found.reason);
    };
    check(complete(), partial(3), true);
    check(partial(4), partial(3), true);
    check(partial(3), partial(4), false);
    check(later(partial(3)), complete(), false);
}

#[test]
fn no_two_records_take_each_others_place() {
    let mut random = Random(9);
    let variants: [fn(Record) -> Record; 5] = [
        |record| record,
        on_a_gpu,
        of_old_sources,
        before_the_accepted_change,
        |record| with_seed(2, record),
    ];
    let mut draw = || {
        let mut drawn = random.record();
        drawn.run = record().run;
        drawn.configuration = drawn.configuration.with_seed(record().configuration.seed());
        let variant = variants[random.below(5) as usize];
        match random.below(2) {
            0 => variant(drawn),
            _ => later(variant(drawn)),
        }
    };
    for _ in 0..5000 {
        let (a, b) = (draw(), draw());
        assert!(!(found(&a, &b).takes && found(&b, &a).takes), "{a:?} {b:?}");
        assert!(!found(&a, &a).takes);
    }
}
