//! Logs as programs and people write them, read by `fit` and `predict`.

use super::command_line_tests::run_with;
use crate::topics::optimus::analysis::loss_model::LossModel;
use crate::topics::optimus::analysis::steps::Step;
use serde_json::Value;

const MODEL: LossModel = LossModel {
    beta0: 0.002,
    beta1: 0.8,
    beta2: 0.05,
};
const FIT: &str = "fit LOG --step step --loss loss --refits 0";

/// Steps and losses with four decimals.
fn points() -> impl Iterator<Item = (u32, String)> {
    (1..=40).map(|k| {
        (
            100 * k,
            format!("{:.4}", MODEL.loss_at(Step(f64::from(100 * k)))),
        )
    })
}

/// The head and the rows of a log, each made of a step and a loss.
fn log(head: &str, row: impl Fn(u32, String) -> String) -> String {
    let rows: String = points()
        .map(|(step, loss)| row(step, loss) + "\n")
        .collect();
    format!("{head}\n{rows}")
}

fn plain() -> String {
    log("step,loss", |step, loss| format!("{step},{loss}"))
}

/// What is read must be what is read of the plain log.
#[track_caller]
fn check_read(log: impl AsRef<[u8]>, command: &str) {
    let expected = run_with(plain(), FIT);
    assert!(expected.starts_with("log.csv: 40 points"), "{expected}");
    let table = |printed: &str| {
        printed
            .split_once("\n\n")
            .map(|(_, table)| table.to_owned())
    };
    let found = run_with(log, command);
    assert_eq!(table(&found), table(&expected), "{found}");
}

#[test]
fn signs_between_cells_and_before_decimals_are_found_out() {
    for sign in [",", ";", "\t", "|", " ", "    "] {
        let row = |step, loss: String| format!("{step}{sign}{loss}");
        check_read(log(&format!("step{sign}loss"), row), FIT);
    }
    let with_comma = |loss: String| loss.replace('.', ",");
    for sign in [";", "\t", "|", " "] {
        let row = |step, loss: String| format!("{step}{sign}{}", with_comma(loss));
        check_read(log(&format!("step{sign}loss"), row), FIT);
    }
    check_read(
        log("step,loss", |step, loss| {
            format!("{step},\"{}\"", with_comma(loss))
        }),
        FIT,
    );
    check_read(
        log("sep=;\nstep;loss", |step, loss| format!("{step};{loss}")),
        FIT,
    );
    // Right-aligned columns.
    check_read(
        log("  step   loss", |step, loss| format!("{step:>6} {loss:>8}")),
        FIT,
    );
}

#[test]
fn thousands_are_read_where_the_decimal_sign_is_said() {
    let thousands = |step: u32, sign: &str| match step {
        1000.. => format!("{}{sign}{:03}", step / 1000, step % 1000),
        _ => step.to_string(),
    };
    let german = log("step;loss", |step, loss| {
        format!("{};{}", thousands(step, "."), loss.replace('.', ","))
    });
    check_read(&german, &format!("{FIT} --decimal ,"));
    let unclear = run_with(&german, FIT);
    assert!(
        unclear.contains("`--decimal ,` or `--decimal .` says which"),
        "{unclear}"
    );
    let english = log("step,loss", |step, loss| {
        format!("\"{}\",{loss}", thousands(step, ","))
    });
    check_read(&english, &format!("{FIT} --decimal ."));
    let both = "step;loss\n1;1.234,5\n2;1.000,5\n3;900,5\n4;800,5\n";
    assert_eq!(
        run_with(both, FIT),
        "`log.csv`: line `2`: `loss` is `1.234,5`, expected a number with one of `,` and `.`; hint: \
         `--decimal ,` or `--decimal .` says which\n"
    );
    let millions = log("step;loss", |step, loss| {
        format!("{},000,000;{loss}", step / 100)
    });
    let scaled = log("step;loss", |step, loss| {
        format!("{};{loss}", step / 100 * 1_000_000)
    });
    assert_eq!(run_with(millions, FIT), run_with(scaled, FIT));
}

#[test]
fn encodings_line_ends_and_marks_are_read() {
    let plain = plain();
    check_read(format!("\u{feff}{plain}"), FIT);
    check_read(plain.replace('\n', "\r\n"), FIT);
    check_read(plain.trim_end(), FIT);
    let wide = |to: fn(u16) -> [u8; 2], text: &str| -> Vec<u8> {
        text.encode_utf16().flat_map(to).collect()
    };
    for text in [format!("\u{feff}{plain}"), plain] {
        check_read(wide(u16::to_le_bytes, &text), FIT);
        check_read(wide(u16::to_be_bytes, &text), FIT);
    }
}

#[test]
fn comments_quotes_and_other_spellings_of_heads_are_read() {
    check_read(format!("# run 7\n\n# it's \"ours\"\n{}", plain()), FIT);
    // As numpy's savetxt writes it.
    check_read(
        log("# step loss", |step, loss| format!("{step} {loss}")),
        FIT,
    );
    check_read(
        log("#step,loss", |step, loss| format!("{step},{loss}")),
        FIT,
    );
    let commented = plain().replacen("\n200,", "\n# a rest, an hour\n# 150,9\n200,", 1);
    check_read(commented, FIT);
    check_read(
        log(" Step , LOSS", |step, loss| format!(" {step} , {loss}")),
        FIT,
    );
    check_read(
        log("\"step\",\"loss\"", |step, loss| {
            format!("\"{step}\",\"{loss}\"")
        }),
        FIT,
    );
    // The column that is written so comes before one that differs in capitals.
    check_read(
        log("Loss,step,loss", |step, loss| format!("7,{step},{loss}")),
        FIT,
    );
    let notes = log("step,note,loss", |step, loss| {
        format!("{step},\"a,\nb \"\"c\"\"\",{loss}")
    });
    check_read(notes, FIT);
}

#[test]
fn exports_of_other_programs_are_read() {
    let tensorboard = log("Wall time,Step,Value", |step, loss| {
        format!("1700000000.{step},{step},{loss}")
    });
    check_read(tensorboard, "fit LOG --step Step --loss Value --refits 0");
    let wandb = log("\"Step\",\"run/loss\",\"run/loss__MIN\"", |step, loss| {
        format!("\"{step}\",\"{loss}\",\"{loss}\"")
    });
    check_read(wandb, "fit LOG --step Step --loss run/loss --refits 0");
}

#[test]
fn rows_without_a_loss_are_skipped_and_counted() {
    // Lightning writes training and validation into alternate rows.
    let lightning = log("epoch,step,loss,val_loss", |step, loss| {
        format!("0,{step},{loss},\n0,{step},,0.5")
    });
    check_read(&lightning, FIT);
    for nothing in ["", "-", "null", "None", "NA", "n/a", " "] {
        let alternate = log("step,loss", |step, loss| {
            format!("{step},{loss}\n{step},{nothing}")
        });
        let printed = run_with(&alternate, FIT);
        assert!(
            printed.contains("\nrows skipped for want of a loss: 40\n"),
            "{printed}"
        );
        check_read(alternate, FIT);
    }
}

#[test]
fn a_json_object_in_each_line_is_a_row() {
    let lines = log("{\"event\": \"begin\"}", |step, loss| {
        format!("{{\"step\": {step}, \"loss\": {loss}, \"eval\": {{\"a\": [1]}}}}")
    });
    check_read(&lines, FIT);
    let told = run_with(&lines, FIT);
    assert!(
        told.contains("rows skipped for want of a loss: 1"),
        "{told}"
    );
    let check = |text: &str, expected: &str| {
        assert_eq!(run_with(text, FIT), format!("`log.csv`: {expected}\n"))
    };
    check(
        "{\"step\": 1, \"loss\": 2}\n{\"step\": 2, \"loss\": NaN}\n",
        "line `2`: JSON has no `NaN`; hint: `null` where nothing was measured",
    );
    check(
        "{\"step\": 1, \"train_loss\": 2}\n",
        "no column `loss`; expected one of `step`, `train_loss`",
    );
    check(
        "{\"step\": 1,\n\"loss\": 2}\n",
        "line `1`: EOF while parsing a value; expected one JSON object in each line, as `{\"step\": 1, \"loss\": 2.3}`",
    );
    check(
        "[1, 2]\n",
        "line `1`: invalid type: sequence, expected a map; expected one JSON object in each line, as `{\"step\": 1, \"loss\": 2.3}`",
    );
    check(
        "{\"step\": 1, \"loss\": \"low\"}\n",
        "line `1`: `loss` is `low`, expected a number; hint: leave a cell empty where nothing was measured",
    );
}

#[test]
fn a_bad_row_is_named_by_its_line() {
    let check = |log: &str, line: u32, expected: &str| {
        for command in [FIT, "predict LOG --step step --loss loss --at 9 --refits 0"] {
            let told = run_with(log, command);
            let begin = format!("`log.csv`: line `{line}`: {expected}");
            assert!(told.starts_with(&begin), "{told} is not {begin}");
        }
    };
    let rows = "1,2.0\n2,1.0\n3,0.9\n4,0.8\n";
    let with = |row: &str| format!("step,loss\n{rows}{row}\n6,0.7\n");
    check(
        &with("5,nan"),
        6,
        "`loss` is `nan`, expected a finite number",
    );
    check(
        &with("5,inf"),
        6,
        "`loss` is `inf`, expected a finite number",
    );
    check(
        &with("5,-0.1"),
        6,
        "the loss of point `4` is `-0.1`; expected more than 0",
    );
    check(&with(",0.75"), 6, "`step` is empty");
    check(
        &with("4,0.75"),
        6,
        "the step of point `4` is `4` after `4`; expected steps to increase",
    );
    check(
        &with("3,0.75"),
        6,
        "the step of point `4` is `3` after `4`; expected steps to increase",
    );
    check(&with("5"), 6, "the row has 1 cells, expected 2");
    check(&with("step,loss"), 6, "`step` is `step`, expected a number");
    check(
        &with("\n\n\n5,low"),
        9,
        "`loss` is `low`, expected a number",
    );
    check(
        &with("# why\n5,low"),
        7,
        "`loss` is `low`, expected a number",
    );
    check(
        "step,note,loss\n1,\"a\nb\",2\n2,\"\"\"c\n\n\"\"\",1\n3,d,low\n",
        7,
        "`loss` is `low`, expected a number",
    );
}

#[test]
fn heads_that_are_not_there_once_are_told_with_those_that_are() {
    let check = |log: &str, expected: &str| {
        assert_eq!(
            run_with(log, FIT),
            format!("`log.csv`: line `1`: {expected}\n")
        );
    };
    check(
        "epoch;loss\n1;2\n",
        "no column `step`; expected one of `epoch`, `loss`",
    );
    check(
        "391,1.26\n782,1.11\n",
        "no column `step`; expected one of `391`, `1.26`; hint: the first row has the names of the columns",
    );
    check(
        "step:loss\n1:2\n",
        "no column `step`; expected one of `step:loss`; hint: `--separator` says what parts the cells",
    );
    check(
        "step,Loss,LOSS\n1,2,3\n",
        "column `loss` stands in the header 2 times; expected once; hint: rename the others",
    );
    let two_ways = log("step,loss,a;step;loss", |step, loss| {
        format!("x,y,z;{step};{loss}")
    });
    check(
        &two_ways,
        "the cells may be parted by several signs; hint: `--separator` says which",
    );
    check_read(&two_ways, &format!("{FIT} --separator ;"));
}

#[test]
fn what_is_no_text_is_told_with_what_it_is() {
    let check = |bytes: &[u8], expected: &str| {
        assert_eq!(
            run_with(bytes, FIT),
            format!("`log.csv`: it is {expected}\n")
        );
    };
    check(
        b"\x1f\x8b\x08\0\0",
        "compressed with gzip, expected a text; hint: unpack it first",
    );
    check(
        b"PK\x03\x04\x14\0",
        "a spreadsheet or a ZIP archive, expected a text; hint: export it as CSV",
    );
    check(
        b"PAR1\x15\x04",
        "a Parquet file, expected a text; hint: export it as CSV",
    );
    // The events of TensorBoard begin with the length of a record.
    check(
        b"\x18\0\0\0\0\0\0\0\xa3",
        "a binary file, expected a text; hint: export it as CSV",
    );
    check(b"", "empty; expected a row of column names");
    check(b"\n\n", "empty; expected a row of column names");
    let latin = run_with(b"step,loss\n1,2\n2,\xe4\n", FIT);
    assert_eq!(
        latin,
        "`log.csv`: line `3`: it is not UTF-8; hint: save it as UTF-8\n"
    );
}

/// Rows of epochs 0 to 59, of which the rate of the last thirty is lower: 1/(0.3 k + 0.5) + 0.2 with k
/// from epoch 0, then 1/(0.5 k + 4) + 0.02 with k from epoch 29.
#[test]
fn epochs_that_count_from_0_are_cut_after_the_last_epoch_of_a_stage() {
    let loss = |epoch: u32| match epoch {
        ..30 => 1.0 / (0.3 * f64::from(epoch) + 0.5) + 0.2,
        _ => 1.0 / (0.5 * f64::from(epoch - 29) + 4.0) + 0.02,
    };
    let rows: String = (0..60)
        .map(|epoch| format!("{epoch},{}\n", loss(epoch)))
        .collect();
    let command = "fit LOG --step epoch --loss loss --drop 29 --refits 0 --json";
    let printed: Value =
        serde_json::from_str(&run_with("epoch,loss\n".to_owned() + &rows, command)).unwrap();
    let stages = printed["stages"].as_array().unwrap();
    for (stage, expected) in std::iter::zip(stages, [[0.3, 0.5, 0.2], [0.5, 4.0, 0.02]]) {
        for (name, expected) in std::iter::zip(["beta0", "beta1", "beta2"], expected) {
            let found = stage[name].as_f64().unwrap();
            assert!((found / expected - 1.0).abs() < 1e-6, "{name}: {found}");
        }
    }
}

/// 1/(0.02 k + 0.5) with three decimals: from step 100,000 on it is 0.000.
#[test]
fn losses_printed_as_0_leave_the_parameters_of_the_unrounded_curve() {
    let rows = |digits: usize| -> String {
        let loss = |k: u32| 1.0 / (0.02 * f64::from(k) + 0.5);
        let row = |k: u32| format!("{k},{:.digits$}\n", loss(k));
        "step,loss\n".to_owned() + &(0..200_000).step_by(200).map(row).collect::<String>()
    };
    let betas = |digits: usize| -> [f64; 3] {
        let printed: Value =
            serde_json::from_str(&run_with(rows(digits), &format!("{FIT} --json"))).unwrap();
        ["beta0", "beta1", "beta2"].map(|name| printed["whole_run"][name].as_f64().unwrap())
    };
    let (rounded, exact) = (betas(3), betas(12));
    assert!(
        (exact[0] / 0.02 - 1.0).abs() < 1e-6 && exact[2] < 1e-9,
        "{exact:?}"
    );
    for (rounded, exact) in std::iter::zip(rounded, exact).take(2) {
        assert!((rounded / exact - 1.0).abs() < 5e-3, "{rounded} {exact}");
    }
    assert!(rounded[2] < 2.5e-4, "{rounded:?}");
    let refitted = format!("{FIT} --json").replace("--refits 0", "--refits 50");
    let printed: Value = serde_json::from_str(&run_with(rows(3), &refitted)).unwrap();
    let interval = &printed["whole_run"]["intervals"]["beta0"];
    let [low, high] = ["low", "high"].map(|end| interval[end].as_f64().unwrap());
    assert!(0.0195 < low && low < high && high < 0.0205, "{low} {high}");
    let told = run_with(rows(3), FIT);
    let line = "losses printed as 0: 500, taken as what the fit says there, at most 5e-4 nat";
    assert!(told.contains(line), "{told}");
    let first = run_with("step,loss\n0,0\n1,2\n2,1\n3,0.9\n4,0.8\n", FIT);
    let expected = "`log.csv`: line `2`: the loss of point `0` is `0`, before any other";
    assert!(first.starts_with(expected), "{first}");
    let alone = run_with(plain().replace("\n2000,", "\n2000,0.0\n2001,"), FIT);
    let expected =
        "`log.csv`: line `21`: the loss of point `19` is `0`, and no other is below `0.1636`";
    assert!(alone.starts_with(expected), "{alone}");
}

#[test]
fn a_log_that_does_not_fall_is_no_loss_curve() {
    let log = |loss: fn(f64) -> f64| -> String {
        let row = |k: u32| format!("{k},{}\n", loss(f64::from(k)));
        "step,loss\n".to_owned() + &(1..=100).map(row).collect::<String>()
    };
    let check = |log: &str, expected: &str| {
        for command in [
            FIT,
            "predict LOG --step step --loss loss --until-loss 0.1 --refits 9",
        ] {
            let told = run_with(log, command);
            assert!(
                told.starts_with(&format!("`log.csv`: the loss {expected}")),
                "{told}"
            );
        }
    };
    check(&log(|k| 0.3 * k.ln() + 0.5), "rises, from ");
    let flat = |k: f64| 2.3 + 0.01 * (k * 2.4).sin();
    check(&log(flat), "does not fall: ");
    check(
        &log(|k| 2.0 / k.min(60.0) + (k - 60.0).max(0.0) / 10.0),
        "falls from ",
    );
    // The last of several stages may be flat: it stays where it is.
    let staged: String = (1..=60)
        .map(|k| {
            format!(
                "{k},{}\n",
                if k <= 30 {
                    2.0 / f64::from(k) + 0.3
                } else {
                    flat(f64::from(k)) - 2.2
                }
            )
        })
        .collect();
    let staged = "step,loss\n".to_owned() + &staged;
    let fit = FIT.replace("--refits 0", "--refits 9");
    let told = run_with(&staged, &format!("{fit} --drop 30"));
    let (falling, flat) = told
        .split_once("\n  no loss curve: the loss does not fall: ")
        .unwrap();
    assert!(
        !falling.contains(" none ") && flat.matches(" none ").count() == 3,
        "{told}"
    );
    let predict = "predict LOG --step step --loss loss --drop 30 --at 90 --refits 0";
    let told = run_with(&staged, predict);
    assert!(told.starts_with("loss at step 90: 9.9"), "{told}");
    check("step,loss\n1,1\n2,1.5\n3,2\n4,2.5\n", "rises, from ");
    let constant = run_with("step,loss\n1,2\n2,2\n3,2\n4,2\n", FIT);
    assert!(
        constant.contains("every loss from point `0` to point `3` is `2`"),
        "{constant}"
    );
}

#[test]
fn a_long_log_says_what_its_intervals_rest_on() {
    let row = |k: u32| {
        format!(
            "{k},{}\n",
            MODEL.loss_at(Step(f64::from(k))) + 0.01 * f64::from(k % 7)
        )
    };
    let rows = |count: u32| "step,loss\n".to_owned() + &(0..count).map(row).collect::<String>();
    let fit = FIT.replace("--refits 0", "--refits 2");
    assert!(!run_with(rows(4096), &fit).contains("intervals: refits"));
    let told = run_with(rows(9000), &fit);
    assert!(
        told.contains("95 % intervals: refits to 2131 means of rows one after the other, of one row at the beginning"),
        "{told}"
    );
}
