//! Records survive writing and reading; what is wrong with a file is told by file, key and hint.

#[allow(dead_code, unreachable_pub)] // each test file uses a part
mod common;

use std::fs;
use std::path::Path;

use common::{Random, complete, record, timing, trained, training};
use expect_test::{Expect, expect};
use results::*;

#[test]
fn text_of_a_record() {
    let text = record().to_text().unwrap();
    expect![[r#"
        {
          "schema_version": 1,
          "experiment": "loss_curve",
          "run": "resnet20-cpu-fp32",
          "completion": {
            "partial": {
              "done": 3,
              "planned": 5
            }
          },
          "configuration": {
            "network": "resnet20",
            "depth": 20,
            "image_px": 32,
            "batch_size": 128,
            "arithmetic": "fp32",
            "seed": 1,
            "data": {
              "name": "cifar10",
              "digest": "808045809b88318005a5b96ecbdd1ff54a390f7fdf4b91de03773109d1dddf63"
            },
            "training": {
              "epochs": 5,
              "learning_rate": {
                "base": 0.1,
                "factor": 0.1,
                "milestones": [
                  2,
                  4
                ]
              },
              "momentum": 0.9,
              "weight_decay": 0.0005,
              "augmentation": {
                "crop_padding_px": 4,
                "horizontal_flip": true
              },
              "trainable": "all",
              "frozen_batch_norm": "none"
            }
          },
          "environment": {
            "device": "Example CPU",
            "device_kind": "cpu",
            "libtorch": "2.11.0",
            "cpu": "Example CPU",
            "threads": 2,
            "runs_at_once": 3,
            "commit": "0123abc",
            "dirty": false,
            "sources": {
              "experiments/src/training.rs": "c2fb788c7deedbeaa296e424d4c2921b871a4f6cb4cf393c1c1105653ab399b4"
            },
            "started": "2026-01-02T03:04:05Z",
            "ended": "2026-01-02T03:14:05.5Z"
          },
          "counted": {
            "parameters": 269722,
            "layers": [
              {
                "layer": "conv1",
                "output": [
                  16,
                  32,
                  32
                ]
              }
            ],
            "images_per_class": {
              "train": [
                5000,
                5000,
                5000,
                5000,
                5000,
                5000,
                5000,
                5000,
                5000,
                5000
              ]
            }
          },
          "epochs": [
            {
              "epoch": 1,
              "steps": 391,
              "train_loss": 2.0,
              "train_accuracy": 0.25,
              "test": {
                "loss": 1.5,
                "accuracy": 0.5
              },
              "learning_rate": 0.1,
              "train_seconds": 80.0,
              "evaluation_seconds": 5.0
            },
            {
              "epoch": 2,
              "steps": 782,
              "train_loss": 1.0,
              "train_accuracy": 0.25,
              "test": {
                "loss": 1.5,
                "accuracy": 0.5
              },
              "learning_rate": 0.1,
              "train_seconds": 80.0,
              "evaluation_seconds": 5.0
            },
            {
              "epoch": 3,
              "steps": 1173,
              "train_loss": 0.6666666666666666,
              "train_accuracy": 0.25,
              "test": {
                "loss": 1.5,
                "accuracy": 0.5
              },
              "learning_rate": 0.1,
              "train_seconds": 80.0,
              "evaluation_seconds": 5.0
            }
          ],
          "digest": "3ae2393e84ed725ad47b3c4a7a77916517fa95fad1c2b9ca8ea627d939b264aa"
        }
    "#]].assert_eq(&text);
}

#[test]
fn reading_and_writing_keep_every_byte() {
    let mut random = Random(1);
    let drawn = (0..200).map(|_| random.record());
    for record in drawn.chain([record(), complete(), timing()]) {
        let text = record.to_text().unwrap();
        let read = Record::parse(&text).unwrap();
        assert_eq!(read.to_text().unwrap(), text);
        assert_eq!(
            Record {
                digest: Digest::default(),
                ..read
            },
            record
        );
    }
}

#[test]
fn any_changed_digit_is_noticed() {
    let text = complete().to_text().unwrap();
    let rows = text.find("\"epochs\": [").unwrap();
    for (at, digit) in text
        .match_indices(|c: char| c.is_ascii_digit())
        .filter(|(at, _)| *at > rows)
    {
        let other = if digit == "9" { "8" } else { "9" };
        let mut altered = text.clone();
        altered.replace_range(at..=at, other);
        assert!(Record::parse(&altered).is_err(), "byte {at}");
    }
}

/// Applies `old` → `new` to the text of a sound record.
fn check_text(old: &str, new: &str, expect: Expect) {
    let text = record().to_text().unwrap();
    assert!(text.contains(old), "{old}");
    check_file(&text.replacen(old, new, 1), expect);
}

fn check_file(text: &str, expect: Expect) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    fs::write(&path, text).unwrap();
    let error = Record::read(&path).unwrap_err().to_string();
    expect.assert_eq(&(error.replace(folder.path().to_str().unwrap(), "runs") + "\n"));
}

#[test]
fn an_unknown_field() {
    check_text(
        "\"train_loss\": 2.0",
        "\"train_los\": 2.0",
        expect![[r#"
            runs/run.json: `epochs[0].train_los`: unknown field `train_los`, expected one of `epoch`, `steps`, `train_loss`, `train_accuracy`, `validation`, `test`, `learning_rate`, `train_seconds`, `evaluation_seconds`; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn an_absent_field() {
    check_text(
        "\"train_accuracy\": 0.25,\n",
        "\n",
        expect![[r#"
            runs/run.json: `epochs[0]`: missing field `train_accuracy`; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn a_field_of_another_type() {
    check_text(
        "\"steps\": 782",
        "\"steps\": 782.5",
        expect![[r#"
            runs/run.json: `epochs[1].steps`: invalid type: floating point `782.5`, expected u64; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn an_unknown_arithmetic() {
    check_text(
        "\"fp32\"",
        "\"fp8\"",
        expect![[r#"
            runs/run.json: `configuration.arithmetic`: unknown variant `fp8`, expected one of `fp32`, `tf32`, `bf16`, `fp16`; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn a_record_says_what_its_sources_digests_are_of() {
    let mut written = record();
    assert!(!written.to_text().unwrap().contains("source_digests"));
    written.environment.source_digests = SourceDigests::CompiledTokens;
    let text = written.to_text().unwrap();
    assert!(text.contains("\"source_digests\": \"compiled tokens\",\n    \"sources\""));
    let read = Record::parse(&text).unwrap().environment;
    assert_eq!(read, written.environment);
    for other in ["null", "\"tokens\""] {
        let text = text.replace("\"compiled tokens\"", other);
        let problem = Record::parse(&text).unwrap_err()[0].to_string();
        assert!(
            problem.contains("`environment.source_digests`: "),
            "{problem}"
        );
    }
}

#[test]
fn null_for_a_number() {
    check_text(
        "\"train_loss\": 1.0",
        "\"train_loss\": null",
        expect![[r#"
            runs/run.json: `epochs[1].train_loss`: invalid type: null, expected f64; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn null_for_something_optional() {
    check_text(
        "\"libtorch\": \"2.11.0\"",
        "\"libtorch\": null",
        expect![[r#"
            runs/run.json: `environment.libtorch`: invalid type: null, expected a string; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn nan() {
    check_text(
        "\"train_loss\": 1.0",
        "\"train_loss\": NaN",
        expect![[r#"
            runs/run.json: line 101, column 21, at `epochs[1].train_loss`: `NaN` is not a number, expected a finite one; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn infinity() {
    check_text(
        "\"loss\": 1.5",
        "\"loss\": -Infinity",
        expect![[r#"
            runs/run.json: line 91, column 18, at `epochs[0].test.loss`: `-Infinity` is not a number, expected a finite one; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn a_number_beyond_f64() {
    check_text(
        "\"train_loss\": 1.0",
        "\"train_loss\": 1e999",
        expect![[r#"
            runs/run.json: line 101, column 25, at `epochs[1].train_loss`: number out of range; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn a_digest_that_is_none() {
    check_text(
        Digest::of("cifar10").as_str(),
        "ABC",
        expect![[r#"
            runs/run.json: `configuration.data.digest`: `ABC` is not a SHA-256 digest, expected 64 lowercase hexadecimal digits; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn an_altered_digit() {
    check_text(
        "\"steps\": 782",
        "\"steps\": 783",
        expect![[r#"
            runs/run.json: `digest` is 3ae2393e84ed…, expected 388d5a8a39d3… for this content: the file was altered after it was written; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn a_newer_schema_with_fields_of_its_own() {
    check_text(
        "\"schema_version\": 1,",
        "\"schema_version\": 2, \"new\": {},",
        expect![[r#"
            runs/run.json: `schema_version` is 2, written by a newer version, expected at most 1; hint: update this program
        "#]],
    );
}

#[test]
fn a_schema_that_never_was() {
    check_text(
        "\"schema_version\": 1,",
        "\"schema_version\": 0,",
        expect![[r#"
            runs/run.json: `schema_version` is 0, expected 1; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn a_truncated_file() {
    let text = record().to_text().unwrap();
    check_file(
        &text[..text.len() / 2],
        expect![[r#"
            runs/run.json: the file ends in line 57, inside the record; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn an_empty_file() {
    check_file(
        "",
        expect![[r#"
            runs/run.json: the file ends in line 1, inside the record; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

/// serde takes a list for a table: its first value is no version.
#[test]
fn a_list_is_no_record() {
    check_file(
        "[2]",
        expect![[r#"
        runs/run.json: `record`: invalid type: sequence, expected a record; hint: restore the file from its commit, or delete it and run the experiment again
    "#]],
    );
}

#[test]
fn text_after_the_record() {
    check_file(
        &(record().to_text().unwrap() + "{}"),
        expect![[r#"
            runs/run.json: line 127, column 1, at `digest`: trailing characters; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

#[test]
fn every_proper_prefix_is_refused() {
    let text = record().to_text().unwrap();
    for end in 0..text.trim_end().len() {
        assert!(Record::parse(&text[..end]).is_err(), "{end} bytes");
    }
}

/// Changes a sound record; writing refuses it as reading would.
fn check_values(base: Record, change: impl FnOnce(&mut Record), expect: Expect) {
    let mut record = base;
    change(&mut record);
    let error = record.write(Path::new("runs/run.json")).unwrap_err();
    expect.assert_eq(&format!("{error}\n"));
}

#[test]
fn values_out_of_range() {
    let change = |record: &mut Record| {
        let record = trained(record);
        record.epochs[0].train_accuracy = 1.01;
        record.epochs[0].learning_rate = 0.0;
        record.epochs[1].train_loss = f64::NAN;
        record.epochs[1].steps = 391;
        record.epochs[2].epoch = 4;
        record.epochs[2].train_seconds = -1.0;
        record.epochs[2].evaluation_seconds = f64::INFINITY;
        record.epochs[2].test = Some(Evaluation {
            loss: -0.5,
            accuracy: f64::NAN,
        });
    };
    check_values(
        record(),
        change,
        expect![[r#"
            runs/run.json: `epochs[0].train_accuracy` is 1.01, expected a share between 0 and 1; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `epochs[0].learning_rate` is 0, expected a finite number above 0; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `epochs[1].steps` is 391, expected more than 391, the steps before; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `epochs[1].train_loss` is NaN, expected a finite loss of at least 0 nats; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `epochs[2].epoch` is 4, expected 3; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `epochs[2].test.loss` is -0.5, expected a finite loss of at least 0 nats; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `epochs[2].test.accuracy` is NaN, expected a share between 0 and 1; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `epochs[2].train_seconds` is -1, expected a finite time of at least 0 s; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `epochs[2].evaluation_seconds` is inf, expected a finite time of at least 0 s; hint: run `scripts/plan run resnet20-cpu-fp32`
        "#]],
    );
}

#[test]
fn a_configuration_out_of_range() {
    let change = |record: &mut Record| {
        record.run = "two words".to_owned();
        let configuration = training(&mut record.configuration);
        configuration.batch_size = 0;
        let training = &mut configuration.training;
        training.learning_rate = LearningRateSchedule {
            base: 0.0,
            factor: -1.0,
            milestones: vec![4, 4],
        };
        training.momentum = 1.0;
        training.weight_decay = f64::NAN;
    };
    check_values(
        record(),
        change,
        expect![[r#"
            runs/run.json: `run` is `two words`, expected lowercase letters, digits, `-`, `_` and `.`; hint: run `scripts/plan run two words`
            runs/run.json: `configuration.batch_size` is 0, expected at least 1; hint: run `scripts/plan run two words`
            runs/run.json: `configuration.training.learning_rate.base` is 0, expected a finite number above 0; hint: run `scripts/plan run two words`
            runs/run.json: `configuration.training.learning_rate.factor` is -1, expected a finite number above 0; hint: run `scripts/plan run two words`
            runs/run.json: `configuration.training.learning_rate.milestones` is [4, 4], expected epochs from 1 in increasing order; hint: run `scripts/plan run two words`
            runs/run.json: `configuration.training.momentum` is 1, expected at least 0 and below 1; hint: run `scripts/plan run two words`
            runs/run.json: `configuration.training.weight_decay` is NaN, expected a finite number of at least 0; hint: run `scripts/plan run two words`
        "#]],
    );
}

#[test]
fn complete_but_rows_are_missing() {
    check_values(
        record(),
        |record| record.completion = Completion::Complete,
        expect![[r#"
            runs/run.json: `completion` is `complete` with 3 of 5 done, expected `partial`; hint: run `scripts/plan run resnet20-cpu-fp32`
        "#]],
    );
}

#[test]
fn partial_but_rows_disagree() {
    let completion = Completion::Partial {
        done: 2,
        planned: 350,
    };
    check_values(
        record(),
        |record| record.completion = completion,
        expect![[r#"
            runs/run.json: `completion` is partial, 2 of 350, expected fewer done than planned, as in the rows: 3 of 5; hint: run `scripts/plan run resnet20-cpu-fp32`
        "#]],
    );
}

#[test]
fn more_epochs_than_planned() {
    let change = |record: &mut Record| training(&mut record.configuration).training.epochs = 2;
    check_values(
        record(),
        change,
        expect![[r#"
            runs/run.json: `completion` is 3 done, expected at most the 2 planned; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `completion` is partial, 3 of 5, expected fewer done than planned, as in the rows: 3 of 2; hint: run `scripts/plan run resnet20-cpu-fp32`
        "#]],
    );
}

#[test]
fn failed_without_a_reason() {
    let completion = Completion::Failed {
        reason: " ".to_owned(),
    };
    check_values(
        record(),
        |record| record.completion = completion,
        expect![[r#"
            runs/run.json: `completion.failed.reason` is empty, expected a reason; hint: run `scripts/plan run resnet20-cpu-fp32`
        "#]],
    );
}

#[test]
fn tested_before_the_end() {
    check_values(
        record(),
        |record| trained(record).test = trained(&mut complete()).test.clone(),
        expect![[r#"
            runs/run.json: `test` is present in an unfinished run, expected a test after the last epoch; hint: run `scripts/plan run resnet20-cpu-fp32`
        "#]],
    );
}

/// Two images of the first class, of which one is right, and one of the second, which is right.
fn with_predictions(rows: &[&[u64]]) -> Record {
    let mut record = complete();
    let trained = trained(&mut record);
    let counted = &mut trained.counted.images_per_class;
    counted.insert("test".to_owned(), vec![2, 1]);
    trained.test = Some(TestResult {
        loss: 0.5,
        accuracy: 2.0 / 3.0,
        images: 3,
        predictions: Some(rows.iter().map(|row| row.to_vec()).collect()),
    });
    record
}

#[test]
fn predictions_come_back_as_they_were() {
    let record = with_predictions(&[&[0, 1], &[1]]);
    let text = record.to_text().unwrap();
    assert_eq!(Record::parse(&text).unwrap().measured, record.measured);
    let rows = "    \"predictions\": [\n      [0, 1],\n      [1]\n    ]\n";
    assert!(text.contains(rows), "{text}");
}

#[test]
fn predictions_of_other_images_or_another_accuracy() {
    let check = |rows: &[&[u64]], expected: &str| {
        let error = with_predictions(rows).write(Path::new("runs/run.json"));
        let error = error.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(
        &[&[0], &[1, 0]],
        "`test.predictions` is 2 rows of other lengths, expected a row for each class",
    );
    check(
        &[&[0, 2], &[1]],
        "`test.predictions` is 2, expected a class number below 2",
    );
    check(
        &[&[0, 0], &[1]],
        "`test.predictions` is 3 of 3 right, expected those of `test.accuracy`, 0.66",
    );
}

#[test]
fn a_clock_that_was_set_back_loses_no_record() {
    let mut record = record();
    record.environment.ended = "2026-01-01T00:00:00Z".parse().unwrap();
    let read = Record::parse(&record.to_text().unwrap()).unwrap();
    assert_eq!(read.environment, record.environment);
}

#[test]
fn a_session_after_the_end() {
    let session = Session {
        last_epoch: 4,
        environment: record().environment,
    };
    check_values(
        record(),
        |record| record.earlier_sessions = vec![session],
        expect![[r#"
            runs/run.json: `earlier_sessions[0].last_epoch` is 4, expected between 0 and the 3 done; hint: run `scripts/plan run resnet20-cpu-fp32`
        "#]],
    );
}

#[test]
fn timing_out_of_range() {
    let change = |record: &mut Record| {
        let timed = record.measured.as_timed_mut().unwrap();
        timed.timed_spans[0].seconds = vec![0.1, -0.1, f64::NAN];
        timed.timed_spans[0].iterations = 0;
    };
    check_values(
        timing(),
        change,
        expect![[r#"
            runs/run.json: `completion` is 3 done, expected at most the 2 planned; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `timed_spans[0].iterations` is 0, expected at least 1; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `timed_spans[0].seconds` is a list of 3 trials, expected at most the 2 planned; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `timed_spans[0].seconds[1]` is -0.1, expected a finite time of at least 0 s; hint: run `scripts/plan run resnet20-cpu-fp32`
            runs/run.json: `timed_spans[0].seconds[2]` is NaN, expected a finite time of at least 0 s; hint: run `scripts/plan run resnet20-cpu-fp32`
        "#]],
    );
}

/// A trial counts when every span has it: of two spans of two trials and one, that is one.
#[test]
fn a_timing_is_as_far_as_its_shortest_span() {
    let mut record = timing();
    let timed = record.measured.as_timed_mut().unwrap();
    let mut short = timed.timed_spans[0].clone();
    short.layer = "conv2".to_owned();
    short.seconds.pop();
    timed.timed_spans.push(short);
    assert_eq!((record.done(), record.planned()), (1, 2));
    let timed = record.measured.as_timed_mut().unwrap();
    timed.timed_spans.clear();
    assert_eq!(record.done(), 0);
}

#[test]
fn what_another_experiment_chose_or_measured() {
    let timing = timing();
    let mixed = [
        Record {
            configuration: timing.configuration.clone(),
            ..complete()
        },
        Record {
            measured: timing.measured.clone(),
            ..record()
        },
        Record {
            experiment: record().experiment,
            ..timing
        },
    ];
    let expected = "`experiment` is `loss_curve`, expected an experiment that chooses and measures";
    for record in mixed {
        let problems = record.to_text().unwrap_err();
        assert!(problems[0].to_string().contains(expected), "{problems:?}");
    }
}

#[test]
fn the_experiment_says_what_a_record_holds() {
    check_text(
        "\"experiment\": \"loss_curve\"",
        "\"experiment\": \"layer_time\"",
        expect![[r#"
            runs/run.json: `configuration.data`: unknown field `data`, expected one of `network`, `depth`, `image_px`, `batch_size`, `arithmetic`, `seed`, `timing`; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
    let spans = "\"timed_spans\": [],\n  \"digest\"";
    check_text(
        "\"digest\": \"3",
        &format!("{spans}: \"3"),
        expect![[r#"
        runs/run.json: `record`: unknown field `timed_spans`, expected one of `counted`, `epochs`, `test`; hint: restore the file from its commit, or delete it and run the experiment again
    "#]],
    );
    check_text(
        "loss_curve",
        "loss_curv",
        expect![[r#"
            runs/run.json: `experiment` is `loss_curv`, expected one of `feature_extraction`, `feature_study`, `finetune`, `finetune_study`, `layer_time`, `loss_curve`; hint: `loss_curve`; what other programs measure is a table of `data.toml`
        "#]],
    );
    check_text(
        "\"experiment\": \"loss_curve\",",
        "",
        expect![[r#"
        runs/run.json: `record`: missing field `experiment`; hint: restore the file from its commit, or delete it and run the experiment again
    "#]],
    );
    check_text(
        "\"completion\"",
        "\"run\": \"again\", \"completion\"",
        expect![[r#"
            runs/run.json: `record`: duplicate field `run`; hint: restore the file from its commit, or delete it and run the experiment again
        "#]],
    );
}

/// Every field that a record must have is missed by its name, and none may stand twice.
#[test]
fn each_field_stands_there_once() {
    for record in [complete(), timing()] {
        let text = record.to_text().unwrap();
        let fields: serde_json::Map<_, _> = serde_json::from_str(&text).unwrap();
        for (key, value) in &fields {
            let told = |text: &str| match Record::parse(text) {
                Ok(_) => "nothing".to_owned(),
                Err(problems) => problems[0].to_string(),
            };
            let mut others = fields.clone();
            others.remove(key);
            let missed = told(&serde_json::to_string(&others).unwrap());
            let expected = match key.as_str() {
                "epochs" | "timed_spans" | "test" => "`digest` is".to_owned(),
                _ => format!("missing field `{key}`"),
            };
            assert!(missed.contains(&expected), "{key}: {missed}");
            let twice = text.replacen('{', &format!("{{\"{key}\":{value},"), 1);
            let expected = format!("duplicate field `{key}`");
            assert!(told(&twice).contains(&expected), "{key}: {}", told(&twice));
        }
    }
}

/// A record is its content: the order of the fields says nothing.
#[test]
fn fields_in_any_order() {
    for record in [record(), complete(), timing()] {
        let text = record.to_text().unwrap();
        let sealed = Record::parse(&text).unwrap();
        let mut fields: Vec<(String, serde_json::Value)> =
            { serde_json::from_str::<serde_json::Map<_, _>>(&text).unwrap() }
                .into_iter()
                .collect();
        for _ in 0..fields.len() {
            fields.rotate_left(1);
            let text: Vec<_> = { fields.iter() }
                .map(|(key, value)| format!("\"{key}\":{value}"))
                .collect();
            let read = Record::parse(&format!("{{{}}}", text.join(",")));
            assert_eq!(read.unwrap(), sealed, "{}", fields[0].0);
        }
    }
}

#[test]
fn no_drawn_record_is_written_with_nan() {
    let mut random = Random(2);
    for _ in 0..50 {
        let mut record = random.record();
        let rows = trained(&mut record).epochs.len() as u64;
        let Some(row) = rows.checked_sub(1).map(|_| random.below(rows) as usize) else {
            continue;
        };
        let row = &mut trained(&mut record).epochs[row];
        let fields = [
            &mut row.train_loss,
            &mut row.train_accuracy,
            &mut row.learning_rate,
            &mut row.train_seconds,
            &mut row.evaluation_seconds,
        ];
        let field = random.below(fields.len() as u64) as usize;
        *fields.into_iter().nth(field).unwrap() = f64::NAN;
        assert!(record.to_text().is_err());
    }
}
