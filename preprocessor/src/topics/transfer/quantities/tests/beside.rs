//! Runs beside the question's, compared image by image.

use super::*;
use crate::topics::synthetic_runs::{trained_mut, training_mut};

/// A run of two classes whose images were judged so, class by class: right or wrong.
fn judged(id: &str, rate: f64, validation: f64, rows: [&[bool]; 2]) -> RunFacts {
    let images: usize = rows.iter().map(|row| row.len()).sum();
    let hits: usize = rows
        .iter()
        .map(|row| row.iter().filter(|it| **it).count())
        .sum();
    let accuracy = hits as f64 / images as f64;
    let mut run = run("feature_study", rate, 1, validation, accuracy);
    run.id = id.to_owned();
    let trained = trained_mut(&mut run);
    let counted = &mut trained.counted.images_per_class;
    counted.insert("validation".to_owned(), vec![510, 510]);
    let predicted = |(class, row): (u64, &[bool])| {
        row.iter()
            .map(|right| if *right { class } else { 1 - class })
            .collect()
    };
    let test = trained.test.as_mut().expect("a test");
    test.images = images as u64;
    test.predictions = Some((0..).zip(rows).map(predicted).collect());
    run
}

/// Of 1,600 images 794 are right in both runs, `only_first` in the first alone, `only_second` in the
/// second alone, and the others in none.
fn pair(ids: [&str; 2], only_first: usize, only_second: usize) -> [RunFacts; 2] {
    let row = |first: bool| -> Vec<bool> {
        let parts = [
            (794, true),
            (only_first, first),
            (only_second, !first),
            (806 - only_first - only_second, false),
        ];
        parts
            .into_iter()
            .flat_map(|(images, right)| std::iter::repeat_n(right, images))
            .collect()
    };
    let run = |(id, first): (&str, bool)| judged(id, 0.1, 0.6, [&row(first), &[]]);
    [(ids[0], true), (ids[1], false)].map(run)
}

fn flags(catalogue: &Catalogue, name: &str) -> [bool; 3] {
    ["measured", "better", "worse"].map(|leaf| flag(catalogue, &format!("{name}.{leaf}")).unwrap())
}

/// Agresti 2002, Table 10.1, with images for voters.
#[test]
fn runs_are_compared_image_by_image() {
    let ids = [
        "feature-study-own-statistics",
        "feature-study-stored-statistics",
    ];
    const NAME: &str = "transfer.own_statistics";
    let check = |only_first, only_second, expect: (f64, f64, f64), expected_flags| {
        let catalogue = catalogue(&pair(ids, only_first, only_second));
        let found = catalogue
            .quantity("transfer.own_statistics.difference")
            .unwrap();
        let (low, high) = found.interval.unwrap();
        for (found, expect) in [
            (found.known().unwrap(), expect.0),
            (low, expect.1),
            (high, expect.2),
        ] {
            assert!((found - expect).abs() < 5e-5, "{found} {expect}");
        }
        assert_eq!(flags(&catalogue, NAME), expected_flags);
    };
    check(86, 150, (-0.04, -0.0587, -0.0213), [true, false, true]);
    check(150, 86, (0.04, 0.0213, 0.0587), [true, true, false]);
    check(100, 100, (0.0, -0.0173, 0.0173), [true, false, false]);
    assert_eq!(flags(&catalogue(&[]), NAME), [false; 3]);
}

/// Late drops stand beside the run of the same rate, and beside the best one, which is another.
#[test]
fn late_drops_are_compared_with_their_own_rate_and_with_the_best() {
    let right = |images: usize| [vec![true; images], vec![false; 200 - images]].concat();
    let mut late = judged(
        "feature-study-lr0.001-late",
        0.001,
        0.64,
        [&right(120), &[]],
    );
    training_mut(&mut late).training.epochs = 300;
    let runs = [
        judged("feature-study-lr0.001", 0.001, 0.5, [&right(90), &[]]),
        judged("feature-study-lr0.1", 0.1, 0.67, [&right(130), &[]]),
        late,
        run("feature_extraction", 0.001, 1, 0.5, 0.5),
        run("feature_extraction", 0.1, 1, 0.6, 0.6),
    ];
    let catalogue = catalogue(&runs);
    let near = |name: &str, expect: f64| {
        let found = value(&catalogue, name);
        assert!((found - expect).abs() < 1e-12, "{name}: {found}");
    };
    near("transfer.late_drops.difference", 0.15);
    near("transfer.late_drops_and_best.difference", -0.05);
    assert_eq!(
        flag(&catalogue, "transfer.feature_study.same_schedule"),
        Some(true)
    );
    // The other schedule is not among those that are compared: 0.001 would have two runs.
    near("transfer.feature_study.lr0_001.test_accuracy", 0.45);
    near("transfer.feature_study.best.learning_rate", 0.1);
    near("transfer.feature_study.best.paired_lead", 0.2);
    assert_eq!(
        flags(&catalogue, "transfer.late_drops"),
        [true, true, false]
    );
}

#[test]
fn another_schedule_is_told() {
    let mut beside = judged("feature-study-lr0.1", 0.1, 0.67, [&[true], &[]]);
    training_mut(&mut beside).training.epochs = 39;
    let runs = [beside, run("feature_extraction", 0.1, 1, 0.6, 0.6)];
    let same = flag(&catalogue(&runs), "transfer.feature_study.same_schedule");
    assert_eq!(same, Some(false));
}

/// A class of 300 images of which half are right, and one of 100 of which 90 % are.
#[test]
fn frequent_classes_that_are_harder_lower_the_share_of_all_images() {
    let part = |right: usize, of: usize| [vec![true; right], vec![false; of - right]].concat();
    let check = |validation: f64, expect: bool| {
        let (frequent, rare) = (part(150, 300), part(90, 100));
        let best = judged("feature-study-lr0.1", 0.1, validation, [&frequent, &rare]);
        let other = judged("feature-study-lr1", 1.0, 0.1, [&frequent, &rare]);
        let asked = [0.1, 1.0].map(|rate| run("feature_extraction", rate, 1, 0.5, 0.5));
        let catalogue = catalogue(&[vec![best, other], asked.to_vec()].concat());
        let of = |leaf: &str| value(&catalogue, &format!("transfer.imbalance.{leaf}"));
        assert!((of("plain") - 0.6).abs() < 1e-12 && (of("mean_per_class") - 0.7).abs() < 1e-12);
        let holds = |leaf: &str| flag(&catalogue, &format!("transfer.imbalance.{leaf}")).unwrap();
        assert!(holds("measured"));
        assert_eq!(holds("explains"), expect, "{validation}");
    };
    // Wilson's interval is about ± 2.8 points: it holds the one, the other, or neither.
    check(0.71, true);
    check(0.61, false);
    check(0.65, false);
}

/// Seeds are means for each image: right in one seed of two is half right.
#[test]
fn leads_of_several_seeds_are_means_image_by_image() {
    let rows = [[true, true, true, false], [true, false, false, false]];
    let with = |rate: f64, seed: u64, right: [bool; 4], validation: f64| {
        let mut run = judged("", rate, validation, [&right, &[]]);
        run.planned.experiment = "feature_extraction".to_owned();
        training_mut(&mut run).seed = seed;
        run.id = format!("run-{rate}-{seed}");
        run
    };
    let runs = [
        with(0.1, 1, rows[0], 0.7),
        with(0.1, 2, rows[0], 0.7),
        with(0.01, 1, rows[0], 0.6),
        with(0.01, 2, rows[1], 0.6),
    ];
    let catalogue = catalogue(&runs);
    let lead = catalogue
        .quantity("transfer.feature_extraction.best.paired_lead")
        .unwrap();
    // Differences of 0, 1/2, 1/2 and 0: a mean of 1/4, a standard error of 1/8.
    let (low, high) = lead.interval.unwrap();
    assert!((lead.known().unwrap() - 0.25).abs() < 1e-12);
    assert!(
        (low - 0.005).abs() < 1e-4 && (high - 0.495).abs() < 1e-4,
        "{low} {high}"
    );
}
