//! `[engine.slurm]` of the plan: which options `sbatch` gets for which hardware, and what is told of bad ones.

use std::num::NonZero;

use expect_test::{Expect, expect};
use results::slurm::check_option;
use results::{Hardware, Plan, Slurm, SlurmOptions, SlurmValue};

const SETTINGS: &str = r#"
[engine.slurm]
at_once = 4
stop_s = 90
before = ["module load cuda"]
within = ["apptainer", "exec", "--nv", "torch.sif"]
[engine.slurm.options]
partition = "gpu"
time = "4:00:00"
cpus-per-task = 4
exclusive = true
[engine.slurm.on.cpu]
partition = "main"
exclusive = false
[engine.slurm.on.V100]
constraint = "v100"
[engine.slurm.on.A100]
gpus = "a100:1"
"#;

fn settings(text: &str) -> Slurm {
    Plan::parse(text, "plan.toml").unwrap().slurm
}

fn card(name: &str) -> Hardware {
    Hardware::Card(name.to_owned())
}

/// The options for runs on `hardware` in the words of a script.
fn options_on(hardware: &Hardware, own: &[(&str, SlurmValue)]) -> Result<String, String> {
    let own: SlurmOptions = { own.iter() }
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let options = settings(SETTINGS).options_on(hardware, &own)?;
    let words: Vec<String> = { options.iter() }
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    Ok(words.join(" "))
}

#[test]
fn what_the_plan_says() {
    let slurm = settings(SETTINGS);
    assert_eq!((slurm.at_once, slurm.stop_s), (NonZero::new(4), 90));
    assert_eq!(slurm.before, ["module load cuda"]);
    assert_eq!(slurm.within, ["apptainer", "exec", "--nv", "torch.sif"]);
    assert_eq!(settings(""), Slurm::default());
    assert_eq!(settings("[engine.slurm]"), Slurm::default());
    assert_eq!(Slurm::default().stop_s, 60);
}

#[test]
fn hardware_has_options_of_its_own_and_the_command_line_the_last_word() {
    let check = |hardware: &Hardware, expect: &str| {
        assert_eq!(
            options_on(hardware, &[]).as_deref(),
            Ok(expect),
            "{hardware}"
        );
    };
    // A GPU is asked for where a run needs one and nobody says how; `false` takes an option away.
    check(
        &Hardware::Cuda,
        "cpus-per-task=4 exclusive=true gres=gpu:1 partition=gpu time=4:00:00",
    );
    check(
        &Hardware::Any,
        "cpus-per-task=4 exclusive=true partition=gpu time=4:00:00",
    );
    check(
        &Hardware::Cpu,
        "cpus-per-task=4 partition=main time=4:00:00",
    );
    check(
        &card("V100"),
        "constraint=v100 cpus-per-task=4 exclusive=true gres=gpu:1 partition=gpu time=4:00:00",
    );
    check(
        &card("A100"),
        "cpus-per-task=4 exclusive=true gpus=a100:1 partition=gpu time=4:00:00",
    );
    let own = [
        ("gres", SlurmValue::Flag(false)),
        ("partition", SlurmValue::Text("debug".to_owned())),
    ];
    assert_eq!(
        options_on(&card("V100"), &own).unwrap(),
        "constraint=v100 cpus-per-task=4 exclusive=true partition=debug time=4:00:00"
    );
}

#[test]
fn a_card_that_nobody_says_how_to_ask_for() {
    let message = options_on(&card("K80"), &[]).unwrap_err();
    expect![[r#"no `[engine.slurm.on.K80]` says how a node with one is asked for; hint: `gres = "gpu:k80:1"` or `constraint = "k80"`, as the site calls it"#]]
        .assert_eq(&message);
    let own = |name, value: &str| [(name, SlurmValue::Text(value.to_owned()))];
    assert!(options_on(&card("K80"), &own("constraint", "old")).is_ok());
    assert!(options_on(&card("K80"), &own("gres", "gpu:k80:1")).is_ok());
    // That says nothing of the card.
    assert!(options_on(&card("K80"), &own("time", "1:00:00")).is_err());
}

#[test]
fn options_that_sbatch_or_a_script_would_not_take() {
    let check = |name: &str, value: &str, expect: Option<&str>| {
        let fault = check_option(name, &SlurmValue::Text(value.to_owned())).err();
        match expect {
            None => assert_eq!(fault, None, "{name}"),
            Some(part) => assert!(
                fault.as_ref().is_some_and(|it| it.contains(part)),
                "{fault:?}"
            ),
        }
    };
    check("partition", "gpu", None);
    check("comment", "a # and 'quotes'", None);
    check("array", "0-9", Some("itself; hint: `at_once`"));
    check("signal", "USR1", Some("itself; hint: `stop_s`"));
    check("output", "x.log", Some("says `--output` itself"));
    check("requeue", "x", Some("says `--requeue` itself"));
    // `sbatch` takes the beginning of a name, too.
    check("arr", "0-9", Some("says `--array` itself"));
    check("outp", "x", Some("says `--output` itself"));
    check("export", "NONE", None);
    check("wait-all-nodes", "1", None);
    check("p", "gpu", Some("hint: `sbatch --help` lists them"));
    check("--partition", "gpu", Some("no long name"));
    check("Gres", "gpu:1", Some("hint: `gres`"));
    check("cpus_per_task", "1", Some("hint: `cpus-per-task`"));
    check("comment", "two\nlines", Some("without quotation marks"));
    check("comment", "a \"word\"", Some("without quotation marks"));
    check("partition", " ", Some("is empty"));
}

/// What is told of a plan with this in the place of `old`.
fn check(old: &str, new: &str, expect: Expect) {
    assert!(SETTINGS.contains(old), "{old}");
    let error = Plan::parse(&SETTINGS.replacen(old, new, 1), "plan.toml").unwrap_err();
    expect.assert_eq(&format!("{error}\n"));
}

#[test]
fn faults_name_key_and_line() {
    check(
        "at_once",
        "at_most",
        expect![[r#"
            plan.toml:3: `engine.slurm.at_most`: unknown field `at_most`, expected one of `at_once`, `stop_s`, `before`, `within`, `options`, `on`
        "#]],
    );
    check(
        "at_once = 4",
        "at_once = 0",
        expect![[r#"
            plan.toml:3: `engine.slurm.at_once`: invalid value: integer `0`, expected a whole number from 1 to 4294967295
        "#]],
    );
    check(
        "stop_s = 90",
        "stop_s = 70000",
        expect![[r#"
        plan.toml:4: `engine.slurm.stop_s`: 70000, expected 1 to 65535 seconds
    "#]],
    );
    check(
        "stop_s = 90",
        "stop_s = 0",
        expect![[r#"
        plan.toml:4: `engine.slurm.stop_s`: 0, expected 1 to 65535 seconds
    "#]],
    );
    check(
        "[engine.slurm]",
        "[engine.slrum]",
        expect![[r#"
            plan.toml:2: `engine.slrum`: unknown field `slrum`, expected `slurm`; hint: `slurm`
        "#]],
    );
    check(
        "time = \"4:00:00\"",
        "time = 4.5",
        expect![[r#"
            plan.toml:9: `engine.slurm.options.time`: expected a text, a whole number, `true` or `false`
        "#]],
    );
    check(
        "partition = \"gpu\"",
        "array = \"0-9\"",
        expect![[r#"
            plan.toml:8: `engine.slurm.options.array`: `plan submit` says `--array` itself; hint: `at_once` of `[engine.slurm]`
        "#]],
    );
    check(
        "constraint = \"v100\"",
        "Constraint = \"v100\"",
        expect![[r#"
            plan.toml:16: `engine.slurm.on.V100.Constraint`: `Constraint` is no long name of an option of `sbatch`, such as `partition` or `cpus-per-task`; hint: `constraint`
        "#]],
    );
    check(
        "on.V100",
        "on.V1O0",
        expect![[r#"
            plan.toml:15: `engine.slurm.on.V1O0`: `V1O0` is no hardware, expected `any`, `cpu`, `cuda` or one word of a card's name, such as `V100`; hint: `V100`
        "#]],
    );
    check(
        "\"module load cuda\"",
        "\"module load\\ncuda\"",
        expect![[r#"
            plan.toml:5: `engine.slurm.before`: a text of several lines, expected one line in each
        "#]],
    );
}
