//! Logs that are refused, and what a log is.

use super::tests::{DECLARED, OWN, PUBLISHED, catalogue, close, facts, quantity, value};
use crate::evidence::Origin;
use expect_test::{Expect, expect};

#[test]
fn what_is_no_log_is_told_with_its_place() {
    let rows = "step,loss\n1,2\n2,1\n3,0.5\n4,0.4\n";
    let check = |declared: &str, rows: &str, expected: &str| {
        assert_eq!(refused(declared, rows), expected);
    };
    let with = |from: &str, to: &str| OWN.replacen(from, to, 1);
    check(
        &with("loss = 'loss'", "los = 'loss'"),
        rows,
        "`data.toml:1`: `log.topics.optimus`: unknown field `los`, expected one of `loss`, `step`, `epoch`, `steps_per_epoch`, `accuracy`, `step_time`, `network`, `depth`, `hardware`, `recipe`",
    );
    check(
        &with("loss = 'loss'", "loss = 'lost'"),
        rows,
        "`data.toml:1`: `log.topics.optimus`: no column of `log` that has a unit is named `lost`, expected one of `loss`, `step`",
    );
    check(
        &with("loss = 'nat'", "loss = '1'"),
        rows,
        "`data.toml:1`: `log.topics.optimus`: `loss` is `loss` in `1`, expected a column in `nat`",
    );
    check(
        &with(
            "step = 'step'\nloss",
            "step = 'step'\nsteps_per_epoch = 391\nloss",
        ),
        rows,
        "`data.toml:1`: `log.topics.optimus`: `step` tells the steps, and so does `steps_per_epoch`",
    );
    check(
        &with("\nstep = 'step'\nloss", "\nloss"),
        rows,
        "`data.toml:1`: `log.topics.optimus`: nothing tells the steps, expected `step`, or `epoch` and `steps_per_epoch`",
    );
    check(
        &with("topics.optimus", "topics.optimum"),
        rows,
        "`data.toml:1`: `log.topics.optimum`: no topic `optimum` that reads tables is on; hint: `topics` in book.toml switches topics on",
    );
    check(
        OWN,
        &rows.replace("3,0.5", "2,0.5"),
        "`log.csv:4`: the step of point `2` is `2` after `2`; expected steps to increase; hint: sort the log and keep one row per step; if these are several logs, `where` tells them apart",
    );
    check(
        OWN,
        &rows.replace("3,0.5", "3,-0.5"),
        "`log.csv:4`: the loss of point `2` is `-0.5`; expected more than 0; hint: the logarithm of a likelihood is a loss with the other sign",
    );
    check(
        OWN,
        "step,loss\n1,2\n2,2\n3,2\n4,2\n",
        "`log.csv:2`: every loss from point `0` to point `3` is `2`; expected a curve that falls",
    );
    let deep = with("['step']", "['step', 'net']").replacen(
        "loss = 'loss'",
        "loss = 'loss'\ndepth = 'net'",
        1,
    );
    check(
        &deep,
        "step,loss,net\n1,2,20\n2,1,20\n3,0.5,20\n4,0.4,20\n1,2,21\n2,1,21\n",
        "`log.csv:6`: the depth is `21`, expected 6n + 2, such as 20",
    );
    let alike = with("['step']", "['step', 'net']");
    check(
        &alike,
        "step,loss,net\n1,2,a-b\n2,1,a-b\n1,2,a.b\n2,1,a.b\n",
        "`data.toml`: two logs are called `log_a_b`; hint: what tells them apart are signs only, or the name of a table",
    );
    let recipes = NETWORKS.replacen("'net', 'card'", "'net', 'card', 'recipe'", 1);
    let other = ROWS.replace(",x,", ",X,");
    let (_, other) = other.split_once('\n').expect("a head");
    assert_eq!(
        refused(&recipes, &(ROWS.to_owned() + other)),
        "`data.toml`: two logs are called `log_a_v100_x`; hint: what tells them apart are signs only, or the name of a table"
    );
}

/// A log that is printed with two decimals ends in 0.00.
#[test]
fn losses_printed_as_0_are_below_the_last_digit() {
    let row = |k: u32| format!("{k},{:.2}\n", 1.0 / (0.5 * f64::from(k) + 0.5));
    let rows: String = (0..600).map(row).collect();
    let catalogue = catalogue(OWN, &format!("step,loss\n{rows}"));
    close(value(&catalogue, "log_model.log.beta0"), 0.5, 0.02);
    close(value(&catalogue, "log_model.log.beta1"), 0.5, 0.02);
    assert!(value(&catalogue, "log_model.log.beta2") < 0.0025);
    let told = quantity(&catalogue, "log_model.log.beta0");
    let Origin::Derived { function, .. } = &told.origin else {
        panic!("{told:?}");
    };
    assert!(
        function.ends_with(
            "200 losses that are printed as 0 taken as what the fit says there, at most 5e-3 nat"
        ),
        "{function}"
    );
    assert_eq!(
        refused(OWN, "step,loss\n0,0\n1,2\n2,1\n3,0.5\n4,0.4\n"),
        "`log.csv:2`: the loss of point `0` is `0`, before any other; expected more than 0; hint: leave the cell empty where nothing was measured",
    );
}

#[test]
fn a_log_that_rises_has_no_model() {
    let rows: String = (1..40)
        .map(|k| format!("{k},{}\n", 0.1 * f64::from(k)))
        .collect();
    let catalogue = catalogue(OWN, &format!("step,loss\n{rows}"));
    let told = quantity(&catalogue, "log_model.log.beta0")
        .provenance()
        .to_string();
    assert!(told.starts_with("none: the loss rises, from 0.1"), "{told}");
    assert!(!catalogue.flag("log_model.log.fitted"));
}

/// What is wrong with a table of logs, in words.
fn refused(declared: &str, rows: &str) -> String {
    facts(declared, rows, Vec::new()).err().unwrap_or_default()
}

const NETWORKS: &str = "[log]\nfile = 'log.csv'\nmade_by = 'train.py'\n\
    where = ['net', 'card', 'step']\n\
    columns = { step = 'step', epoch = 'epoch', loss = 'nat', accuracy = '1', seconds = 's' }\n\
    [log.topics.optimus]\nstep = 'step'\nepoch = 'epoch'\nloss = 'loss'\naccuracy = 'accuracy'\n\
    step_time = 'seconds'\nnetwork = 'net'\nhardware = 'card'\nrecipe = 'recipe'\n";
const ROWS: &str = "net,card,recipe,step,epoch,loss,accuracy,seconds\n\
    a,v100,x,100,1,2,0.5,0.1\na,v100,x,200,2,1,0.7,0.1\n\
    a,v100,x,300,3,0.6,0.9,0.4\na,v100,x,400,4,0.5,0.95,0.1\n";

#[test]
fn a_log_is_one_thing() {
    let check = |declared: &str, from: &str, to: &str, expect: Expect| {
        assert!(ROWS.contains(from), "{from}");
        expect.assert_eq(&refused(declared, &ROWS.replacen(from, to, 1)));
    };
    assert_eq!(refused(NETWORKS, ROWS), "");
    let without_card = NETWORKS.replacen("'card', ", "", 1);
    check(
        &without_card,
        "a,v100,x,300",
        "a,k80,x,300",
        expect![[
            "`log.csv:4`: `card` is `k80`, expected `v100` as in the rows of this log before; hint: `where` has the columns that tell logs apart"
        ]],
    );
    check(
        NETWORKS,
        "a,v100,x,300",
        "a,v100,y,300",
        expect![[
            "`log.csv:4`: `recipe` is `y`, expected `x` as in the rows of this log before; hint: `where` has the columns that tell logs apart"
        ]],
    );
    check(
        NETWORKS,
        "a,v100,x,400",
        "a,,x,400",
        expect![["`log.csv:5`: `card` is empty"]],
    );
    let cited = NETWORKS.replacen("made_by", "cites = 'recipe'\nmade_by", 1);
    let cited = cited.replacen("recipe = 'recipe'\n", "", 1);
    check(
        &cited,
        "a,v100,x,400",
        "a,v100,y,400",
        expect![[
            "`log.csv:5`: `recipe` is `y`, expected `x` as in the rows of this log before; hint: `where` has the columns that tell logs apart"
        ]],
    );
    let counted = NETWORKS
        .replacen("\nepoch = 'epoch'", "", 1)
        .replacen("'step']", "'epoch']", 1);
    let told = refused(&counted, ROWS);
    assert!(
        told.contains("every row is a log of its own; hint: "),
        "{told}"
    );
}

#[test]
fn numbers_that_no_training_has_are_refused() {
    let check = |from: &str, to: &str, expect: Expect| {
        assert!(ROWS.contains(from), "{from}");
        expect.assert_eq(&refused(NETWORKS, &ROWS.replacen(from, to, 1)));
    };
    check(
        "0.9,0.4",
        "90,0.4",
        expect![[
            "`log.csv:4`: `accuracy` is `90`, expected 0 to 1; hint: percent are a column in `%`"
        ]],
    );
    check(
        "0.9,0.4",
        "0.9,0",
        expect![["`log.csv:4`: `seconds` is `0`, expected more than 0 s"]],
    );
    check(
        "300,3,",
        "300,1.5,",
        expect![["`log.csv:4`: the epoch is `1.5` after `2`"]],
    );
    // A log may have several rows of an epoch.
    check("300,3,", "300,2,", expect![[""]]);
}

/// Steps of 0.1, 0.1, 0.4 and 0.1 s: the median is the first row's, and has a name of its own.
#[test]
fn the_time_of_a_step_is_a_median() {
    let catalogue = catalogue(NETWORKS, ROWS);
    let time = quantity(&catalogue, "log_model.log_a_v100.step_time");
    assert_eq!(time.known(), Some(0.1));
    let told = time.provenance().to_string();
    expect![["median of seconds over the rows of log.seconds(lines_2_5)"]].assert_eq(&told);
}

/// A row without a loss is none; 92 % is reached in a row that may not say its epoch.
#[test]
fn rows_without_a_loss_and_without_epochs() {
    let catalogue_of = |rows: &str| catalogue(NETWORKS, rows);
    let gap = catalogue_of(&ROWS.replacen("300,3,0.6,", "300,3,,", 1));
    assert_eq!(value(&gap, "log_model.log_a_v100.points"), 3.0);
    let silent = catalogue_of(&ROWS.replacen("400,4,", "400,,", 1));
    let epochs = quantity(&silent, "log_model.log_a_v100.epochs_to_92");
    assert_eq!(epochs.value, Err("the log does not say its epochs".into()));
    assert!(!silent.flag("log_model.log_a_v100.epochs_to_92_never"));
}

/// Two seeds of one network on one card and one on another: hardware is compared, not seeds.
#[test]
fn seeds_are_no_hardware() {
    let declared = DECLARED.replacen("digest", "# digest", 1);
    let declared = declared.replacen("cites", "repeat = \"batch_size\"\ncites", 1);
    let rows = |card: &str, seed: u32, factor: f64| {
        let row = |epoch: u32| {
            let (step, loss) = (100 * epoch, factor / f64::from(epoch));
            format!("a,resnet20,20,{card},{seed},{step},{epoch},{loss},,,\n")
        };
        (1..=20).map(row).collect::<String>()
    };
    let head = PUBLISHED.lines().next().expect("a head").to_owned() + "\n";
    let one_card = head + &rows("one", 1, 1.0) + &rows("one", 2, 3.0);
    let seeds = catalogue(&declared, &one_card);
    assert_eq!(seeds.known("log_set.a.spread.resnet20"), None);
    assert!(!seeds.flag("log_set.a.same_steps_to_loss"));
    let both = catalogue(&declared, &(one_card + &rows("two", 1, 1.0)));
    // 2 and 1 at every step: their difference is two thirds of their mean.
    close(value(&both, "log_set.a.spread.resnet20"), 2.0 / 3.0, 1e-9);
}
