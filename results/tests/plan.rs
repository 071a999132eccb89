//! The plan: defaults, hardware, and every mistake with its line.

use std::path::Path;

use expect_test::{Expect, expect};
use results::*;

const PLAN: &str = r#"[defaults.loss_curve]
hardware = "cuda"
priority = 2
[defaults.loss_curve.configuration]
image_px = 32
batch_size = 128
data = { name = "cifar10", digest = "11dae35a8c6f4a4fd4e4b7af4c19efb1c8fd0f94b9b9c1d6f20c7a3a8c4f7a10" }
[defaults.loss_curve.configuration.training]
epochs = 350
learning_rate = { base = 0.1, factor = 0.1, milestones = [150, 250] }
momentum = 0.9
weight_decay = 5e-4
augmentation = { crop_padding_px = 4, horizontal_flip = true }
trainable = "all"
frozen_batch_norm = "none"

[[run]]
id = "resnet20-bf16-1"
experiment = "loss_curve"
configuration = { network = "resnet20", depth = 20, arithmetic = "bf16", seed = 1 }

[[run]]
id = "resnet20-v100"
experiment = "loss_curve"
hardware = "V100"
priority = 9
configuration = { network = "resnet20", depth = 20, arithmetic = "fp32", seed = 2, training.epochs = 3, training.learning_rate.milestones = [] }
"#;

#[test]
fn a_run_takes_what_it_does_not_say_from_the_defaults() {
    let plan = Plan::parse(PLAN, "plan.toml").unwrap();
    let [first, second] = &plan.runs[..] else {
        panic!("{plan:?}")
    };
    assert_eq!((&first.hardware, first.priority), (&Hardware::Cuda, 2));
    assert_eq!(first.configuration.planned(), 350);
    assert_eq!(second.hardware, Hardware::Card("V100".to_owned()));
    assert_eq!((second.priority, second.configuration.planned()), (9, 3));
    assert_eq!(
        second
            .configuration
            .as_training()
            .unwrap()
            .training
            .momentum,
        0.9
    );
    assert_eq!(
        plan.run("resnet20-bf16-1").unwrap().command(),
        "scripts/plan run resnet20-bf16-1"
    );
}

#[test]
fn an_empty_plan_has_no_runs() {
    assert!(Plan::parse("", "plan.toml").unwrap().runs.is_empty());
}

/// Applies `old` → `new` to a sound plan.
fn check(old: &str, new: &str, expect: Expect) {
    assert!(PLAN.contains(old), "{old}");
    let error = Plan::parse(&PLAN.replacen(old, new, 1), "plan.toml").unwrap_err();
    expect.assert_eq(&format!("{error}\n"));
}

#[test]
fn an_unknown_key_of_the_file() {
    check(
        "[defaults.loss_curve]",
        "[default.loss_curve]",
        expect![[r#"
            plan.toml:1: `default` is unknown, expected `[defaults.EXPERIMENT]`, `[[run]]`, `[[grid]]` and `[engine.slurm]`
            plan.toml:17: `run`: missing field `hardware`
        "#]],
    );
}

#[test]
fn an_unknown_key_of_the_defaults() {
    check(
        "momentum",
        "momentun",
        expect![[r#"
            plan.toml:11: `configuration.training.momentun`: unknown field `momentun`, expected one of `epochs`, `learning_rate`, `momentum`, `weight_decay`, `augmentation`, `trainable`, `frozen_batch_norm`; hint: `momentum`
        "#]],
    );
}

#[test]
fn an_unknown_key_of_a_run() {
    check(
        "priority = 9",
        "no_card = true",
        expect![[r#"
            plan.toml:26: `no_card`: unknown field `no_card`, expected one of `id`, `experiment`, `hardware`, `priority`, `configuration`, `accepted`
        "#]],
    );
}

#[test]
fn an_unknown_key_of_a_configuration() {
    check(
        "seed = 2",
        "sed = 2",
        expect![[r#"
            plan.toml:27: `configuration.sed`: unknown field `sed`, expected one of `network`, `depth`, `image_px`, `batch_size`, `arithmetic`, `seed`, `data`, `initial_weights`, `training`; hint: `seed`
        "#]],
    );
}

#[test]
fn an_absent_key() {
    check(
        ", seed = 2",
        "",
        expect![[r#"
            plan.toml:27: `configuration`: missing field `seed`
        "#]],
    );
}

#[test]
fn a_value_of_another_type() {
    check(
        "seed = 2",
        "seed = -2",
        expect![[r#"
            plan.toml:27: `configuration.seed`: invalid value: integer `-2`, expected a whole number of at least 0
        "#]],
    );
}

#[test]
fn values_out_of_range() {
    check(
        "momentum = 0.9",
        "momentum = 1.9",
        expect![[r#"
            plan.toml:11: `configuration.training.momentum` is 1.9, expected at least 0 and below 1; hint: correct the plan
        "#]],
    );
}

#[test]
fn nan() {
    check(
        "momentum = 0.9",
        "momentum = nan",
        expect![[r#"
            plan.toml:11: `configuration.training.momentum` is NaN, expected at least 0 and below 1; hint: correct the plan
        "#]],
    );
}

#[test]
fn hardware_that_is_none() {
    check(
        "\"cuda\"",
        "\"cdua\"",
        expect![[r#"
            plan.toml:2: `hardware`: `cdua` is no hardware, expected `any`, `cpu`, `cuda` or one word of a card's name, such as `V100`; hint: `cuda`
        "#]],
    );
}

#[test]
fn an_unknown_experiment() {
    check(
        "id = \"resnet20-v100\"\nexperiment = \"loss_curve\"",
        "id = \"resnet20-v100\"\nexperiment = \"loss_curv\"",
        expect![[r#"
            plan.toml:24: `experiment` is `loss_curv`, expected one of `feature_extraction`, `feature_study`, `finetune`, `finetune_study`, `layer_time`, `loss_curve`; hint: `loss_curve`
        "#]],
    );
    check(
        "[defaults.loss_curve]\n",
        "[defaults.los_curve]\nhardware = \"cpu\"\n[defaults.loss_curve]\n",
        expect![[r#"
            plan.toml:1: `defaults.los_curve` serves no run; hint: `loss_curve`
        "#]],
    );
}

/// The program of an experiment reads what it is to do from the plan.
#[test]
fn the_experiments_are_the_programs_that_make_runs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments/src/bin");
    let programs = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap());
    let makes_runs = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.contains(".planned_run(") || text.contains("transfer::experiment(")
    };
    let mut found: Vec<String> = programs
        .filter(|program| makes_runs(&program.path()))
        .map(|program| program.file_name().into_string().unwrap())
        .collect();
    found.sort();
    let listed: Vec<String> = { EXPERIMENTS.iter() }
        .map(|known| format!("{}.rs", known.name))
        .collect();
    assert_eq!(found, listed);
}

#[test]
fn what_the_experiment_does_not_take() {
    let timing = "timing = { warm_up_iterations = 1, trials = 2, iterations = 3 }";
    check(
        "name = \"cifar10\"",
        "name = \"cifar100\"",
        expect![[r#"
        plan.toml:7: `configuration.data.name` is `cifar100`, `loss_curve` expects `cifar10`
    "#]],
    );
    check(
        "trainable = \"all\"\nfrozen_batch_norm = \"none\"",
        "trainable = \"classifier only\"\nfrozen_batch_norm = \"stored statistics\"",
        expect![[r#"
            plan.toml:14: `configuration.training.trainable` is `classifier only`, `loss_curve` expects `all`
            plan.toml:15: `configuration.training.frozen_batch_norm` is not `none`, `loss_curve` expects `none` where weights are random
        "#]],
    );
    check(
        "milestones = [150, 250]",
        "milestones = [150, 350]",
        expect![[r#"
            plan.toml:10: `configuration.training.learning_rate.milestones` is [150, 350], `loss_curve` expects epochs before the last, which is 350
        "#]],
    );
    check(
        "milestones = [150, 250]",
        "milestones = [250, 150]",
        expect![[r#"
            plan.toml:10: `configuration.training.learning_rate.milestones` is [250, 150], expected epochs from 1 in increasing order; hint: correct the plan
        "#]],
    );
    check(
        "epochs = 350",
        "epochs = 0",
        expect![[r#"
        plan.toml:9: `configuration.training.epochs` is 0, expected at least 1; hint: correct the plan
    "#]],
    );
    check(
        "crop_padding_px = 4",
        "crop_padding_px = 33",
        expect![[r#"
        plan.toml:13: `configuration.training.augmentation.crop_padding_px` is 33, `loss_curve` expects at most the image's 32
    "#]],
    );
    check(
        "batch_size = 128\n",
        "batch_size = 128\ninitial_weights = { name = \"w\", digest = \"11dae35a8c6f4a4fd4e4b7af4c19efb1c8fd0f94b9b9c1d6f20c7a3a8c4f7a10\" }\n",
        expect![[r#"
            plan.toml:7: `configuration.initial_weights` is present, `loss_curve` expects absent
        "#]],
    );
    check(
        "hardware = \"V100\"\npriority = 9\nconfiguration = { network = \"resnet20\", depth = 20, arithmetic = \"fp32\"",
        "hardware = \"cpu\"\nconfiguration = { network = \"resnet20\", arithmetic = \"tf32\"",
        expect![[r#"
            plan.toml:26: `configuration.arithmetic` is `tf32`, `loss_curve` expects `fp32` or `bf16` on a CPU
        "#]],
    );
    let text = format!(
        "[[run]]\nid = \"a\"\nexperiment = \"layer_time\"\nhardware = \"cpu\"\npriority = 1\n\
         configuration = {{ network = \"vgg16\", image_px = 224, batch_size = 1, arithmetic = \"fp32\", seed = 1, {timing}, \
         data = {{ name = \"cifar10\", digest = \"{}\" }} }}\n\
         [[run]]\nid = \"b\"\nexperiment = \"loss_curve\"\nhardware = \"cpu\"\npriority = 1\n\
         configuration = {{ network = \"resnet20\", image_px = 32, batch_size = 1, arithmetic = \"fp32\", seed = 1, {timing} }}\n",
        Digest::default()
    );
    let error = Plan::parse(&text, "plan.toml").unwrap_err();
    expect![[r#"
        plan.toml:6: `configuration.data`: unknown field `data`, expected one of `network`, `depth`, `image_px`, `batch_size`, `arithmetic`, `seed`, `timing`; `layer_time` takes times, of inputs that are made up
        plan.toml:12: `configuration.timing`: unknown field `timing`, expected one of `network`, `depth`, `image_px`, `batch_size`, `arithmetic`, `seed`, `data`, `initial_weights`, `training`; `loss_curve` trains a network"#]].assert_eq(&error.to_string());
}

/// A timing in whose text `old` became `new`, and what is wrong with it.
fn misshaped(old: &str, new: &str) -> String {
    const SOUND: &str = "[[run]]\nid = \"a\"\nexperiment = \"layer_time\"\nhardware = \"cpu\"\npriority = 1\n\
        configuration = { network = \"vgg16\", image_px = 224, batch_size = 1, arithmetic = \"fp32\", seed = 1, \
        timing = { warm_up_iterations = 1, trials = 2, iterations = 3 } }\n";
    assert!(
        Plan::parse(SOUND, "p").is_ok() && SOUND.contains(old),
        "{old}"
    );
    let error = Plan::parse(&SOUND.replacen(old, new, 1), "p");
    error.map_or_else(|error| error.to_string(), |plan| format!("{:?}", plan.runs))
}

#[test]
fn a_list_is_no_table_and_a_table_no_word() {
    let timing = "timing = { warm_up_iterations = 1, trials = 2, iterations = 3 }";
    let check = |old: &str, new: &str, expect: Expect| expect.assert_eq(&misshaped(old, new));
    check(
        timing,
        "timing = [1, 2, 3]",
        expect!["p:6: `configuration.timing` is a list, expected a table"],
    );
    check(
        "\"fp32\"",
        "{ fp32 = {} }",
        expect!["p:6: `configuration.arithmetic` is a table, expected a word in quotes"],
    );
    check(
        "\"fp32\"",
        "32",
        expect!["p:6: `configuration.arithmetic`: expected a word in quotes"],
    );
    check(
        "\"fp32\"",
        "{}",
        expect!["p:6: `configuration.arithmetic`: expected a word in quotes"],
    );
    check(
        "\"vgg16\"",
        "[\"vgg16\"]",
        expect!["p:6: `configuration.network`: invalid type: list, expected a text in quotes"],
    );
    check(
        timing,
        "timing = 3",
        expect!["p:6: `configuration.timing`: invalid type: integer `3`, expected a table"],
    );
    check(
        "trials = 2",
        "trials = 99999999999999999999",
        expect![
            "p:6: `configuration.timing.trials`: invalid type: integer `99999999999999999999`, expected a whole number from 0 to 18446744073709551615"
        ],
    );
    check(
        "seed = 1",
        "seed = 9223372036854775808",
        expect![
            "p:6: `configuration.seed` is 9223372036854775808, expected at most 9223372036854775807"
        ],
    );
    let (before, configuration) = ("configuration = {", "configuration = [{");
    check(
        before,
        configuration,
        expect!["p:6: unclosed array, expected `]`"],
    );
    for (configuration, expect) in [
        ("[\"foo\", 999, 3, 64, \"fp32\", 1, [10, 10, 10]]", "a list"),
        ("\"x\"", "a text"),
        ("1", "a number"),
        ("2026-01-01", "a date"),
    ] {
        let text = format!("configuration = {configuration} #");
        let expected = format!("p:6: `configuration` is {expect}, expected a table");
        assert_eq!(misshaped("configuration = {", &text), expected);
    }
}

#[test]
fn what_the_plan_holds_has_its_shape() {
    let check = |text: &str, expect: Expect| {
        expect.assert_eq(&Plan::parse(text, "p").unwrap_err().to_string());
    };
    check(
        "run = [[\"a\", \"layer_time\"]]",
        expect!["p:1: `run` is a list, expected `[[run]]`"],
    );
    check(
        "run = \"a\"",
        expect!["p:1: `run` is a text, expected `[[run]]`"],
    );
    check(
        "grid = 3",
        expect!["p:1: `grid` is a number, expected `[[grid]]`"],
    );
    check(
        "defaults = true",
        expect!["p:1: `defaults` is true or false, expected `[defaults.EXPERIMENT]`"],
    );
    check(
        "[run]\nid = \"a\"",
        expect!["p:1: `run` is a table, expected `[[run]]`"],
    );
    let digest = Digest::of("changed");
    let moved = format!("{{ file = 'b.rs', digest = '{digest}' }}");
    for (entry, is_sound) in [
        (format!("['a.rs', '{digest}', {moved}, 'r']"), false),
        (
            format!("{{ file = 'a.rs', digest = '{digest}', moved_to = {moved}, reason = 'r' }}"),
            true,
        ),
        (
            format!(
                "{{ file = 'a.rs', digest = '{digest}', moved_to = ['b.rs', '{digest}'], reason = 'r' }}"
            ),
            false,
        ),
    ] {
        let text = PLAN.replace(
            "[defaults.loss_curve]",
            &format!("[defaults.loss_curve]\naccepted = [{entry}]"),
        );
        let told = Plan::parse(&text, "p").err().map(|error| error.to_string());
        let fault =
            "`accepted` lists something else than tables with `file`, `digest` and `reason`";
        let is_told = told.as_ref().is_some_and(|told| told.contains(fault));
        assert_eq!((told.is_none(), is_told), (is_sound, !is_sound), "{told:?}");
    }
}

#[test]
fn an_id_that_is_no_file_name() {
    for id in ["", "..", ".hidden", "a/b", "A", "é", "-a", &"a".repeat(201)] {
        let text = PLAN.replace("resnet20-v100", id);
        let error = Plan::parse(&text, "plan.toml").unwrap_err().to_string();
        assert!(error.starts_with("plan.toml:23: `id` is "), "{error}");
    }
}

#[test]
fn an_id_that_the_plan_has_not() {
    let plan = Plan::parse(PLAN, "plan.toml").unwrap();
    let error = |id| plan.expect_run(id, Path::new("plan.toml")).unwrap_err();
    expect!["`plan.toml` has no run `resnet20-v10`; hint: `resnet20-v100`"]
        .assert_eq(&error("resnet20-v10"));
    expect!["`plan.toml` has no run `sort`; hint: `scripts/plan status` lists the runs"]
        .assert_eq(&error("sort"));
}

#[test]
fn runs_are_chosen_by_ids_and_patterns() {
    let plan = Plan::parse(PLAN, "plan.toml").unwrap();
    let chosen = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let chosen = plan.chosen(&names, Path::new("plan.toml"))?;
        Ok(chosen.into_iter().collect::<Vec<_>>().join(" "))
    };
    let ids: Vec<&str> = plan.runs.iter().map(|run| run.id.as_str()).collect();
    let [first, second] = ids[..] else {
        panic!("{ids:?}");
    };
    let both = format!("{first} {second}");
    assert_eq!(chosen(&[]), Ok(String::new()));
    assert_eq!(chosen(&[second]), Ok(second.to_owned()));
    assert_eq!(chosen(&["resnet20-*"]), Ok(both.clone()));
    assert_eq!(chosen(&["*-1", "*", first]), Ok(both));
    let none = |message: &str| Err::<String, _>(message.to_owned());
    assert_eq!(
        chosen(&["*", "vgg*"]),
        none("`plan.toml` has no run like `vgg*`; hint: `scripts/plan status` lists the runs")
    );
    assert!(chosen(&["resnet20-bf16-2"]).is_err());
}

#[test]
fn the_same_id_twice() {
    check(
        "resnet20-v100",
        "resnet20-bf16-1",
        expect![[r#"
            plan.toml:22: `id` is `resnet20-bf16-1`, which line 17 has, too; expected a new one
        "#]],
    );
}

#[test]
fn ids_that_templates_write_alike() {
    check(
        "resnet20-v100",
        "resnet20_bf16.1",
        expect![[r#"
        plan.toml:22: `id` is `resnet20_bf16.1`, which templates write `resnet20_bf16_1` like `resnet20-bf16-1` of line 17, expected another difference than between `-`, `.` and `_`
    "#]],
    );
}

#[test]
fn an_id_that_no_shell_leaves_alone() {
    check(
        "resnet20-v100",
        "v100; rm",
        expect![[r#"
            plan.toml:23: `id` is `v100; rm`, expected at most 200 lowercase letters, digits, `-`, `_` and `.`, no sign first
        "#]],
    );
}

#[test]
fn a_key_that_the_book_has_now() {
    check(
        "priority = 9",
        "priority = 9\ncard_not_at_hand = true",
        expect![[r#"
            plan.toml:27: `card_not_at_hand`: unknown field `card_not_at_hand`, expected one of `id`, `experiment`, `hardware`, `priority`, `configuration`, `accepted`; hint: `without-cards` in `book.toml` names the cards that the book does without
        "#]],
    );
}

#[test]
fn defaults_that_serve_no_run() {
    check(
        "[[run]]",
        "[defaults.finetune]\npriority = 1\n[[run]]",
        expect![[r#"
            plan.toml:17: `defaults.finetune` serves no run
        "#]],
    );
}

#[test]
fn accepted_without_a_reason() {
    let accepted = format!(
        "accepted = [{{ file = \"a.rs\", digest = \"{}\", reason = \"\" }}]\npriority = 9",
        Digest::default()
    );
    check(
        "priority = 9",
        &accepted,
        expect![[r#"
            plan.toml:26: `accepted` has no reason for 000000000000…; hint: say why the result is the same
        "#]],
    );
}

#[test]
fn the_depth_follows_from_the_network() {
    let plan = Plan::parse(&PLAN.replace("depth = 20, ", ""), "plan.toml").unwrap();
    assert_eq!(plan, Plan::parse(PLAN, "plan.toml").unwrap());
    let other = PLAN.replace("resnet20\", depth = 20", "resnet50-6n2\"");
    let plan = Plan::parse(&other, "plan.toml").unwrap();
    assert_eq!(plan.runs[0].configuration.as_training().unwrap().depth, 50);
}

#[test]
fn another_depth_than_the_networks() {
    check(
        "depth = 20, arithmetic = \"bf16\"",
        "depth = 32, arithmetic = \"bf16\"",
        expect![[r#"
            plan.toml:20: `configuration.depth` is 32, expected 20, the depth of `resnet20`; hint: leave it out
        "#]],
    );
}

#[test]
fn images_that_the_network_does_not_take() {
    check(
        "image_px = 32",
        "image_px = 96",
        expect![[r#"
            plan.toml:5: `configuration.image_px` is 96, `loss_curve` expects 32, the side of the images of `cifar10`
            plan.toml:5: `configuration.image_px` is 96, expected 8 to 32, which `resnet20` takes
        "#]],
    );
    check(
        "network = \"resnet20\", depth = 20, arithmetic = \"fp32\"",
        "network = \"vgg16\", arithmetic = \"fp32\"",
        expect![[r#"
            plan.toml:5: `configuration.image_px` is 32, expected 224, which `vgg16` takes
        "#]],
    );
}

#[test]
fn an_unknown_network() {
    check(
        "network = \"resnet20\", depth = 20, arithmetic = \"bf16\"",
        "network = \"resnet21\", depth = 21, arithmetic = \"bf16\"",
        expect![[r#"
            plan.toml:20: network `resnet21` is unknown, expected one of `alexnet`, `alexnet-torchvision`, `vgg16`, `vgg19`, `googlenet`, `resnet50`, `resnet50-v1`, `resnet20`, `resnet32`, `resnet44`, `resnet50-6n2`, `resnet56`, `resnet18`, `resnet50-bottleneck`; hint: `resnet20`
        "#]],
    );
}

/// A list with one accepted change of a file.
fn accepting(file: &str) -> String {
    let digest = Digest::of(file);
    format!("accepted = [{{ file = \"{file}\", digest = \"{digest}\", reason = \"r\" }}]\n")
}

#[test]
fn a_run_adds_to_what_its_defaults_accept() {
    let text = PLAN
        .replace(
            "hardware = \"cuda\"\n",
            &format!("hardware = \"cuda\"\n{}", accepting("a.rs")),
        )
        .replace(
            "priority = 9\n",
            &format!("priority = 9\n{}", accepting("b.rs")),
        );
    let plan = Plan::parse(&text, "plan.toml").unwrap();
    let files = |run: &PlannedRun| -> Vec<String> {
        run.accepted
            .iter()
            .map(|accepted| accepted.file.clone())
            .collect()
    };
    assert_eq!(files(&plan.runs[0]), ["a.rs"]);
    assert_eq!(files(&plan.runs[1]), ["b.rs", "a.rs"]);
}

#[test]
fn no_toml() {
    check(
        "priority = 9",
        "priority = ",
        expect![[r#"
            plan.toml:26: string values must be quoted, expected literal string
        "#]],
    );
}

#[test]
fn several_mistakes_at_once() {
    let text = PLAN
        .replace("seed = 1", "seed = true")
        .replace("batch_size = 128", "batch_size = 0");
    let error = Plan::parse(&text, "plan.toml").unwrap_err();
    expect![[r#"
        plan.toml:6: `configuration.batch_size` is 0, expected at least 1; hint: correct the plan
        plan.toml:20: `configuration.seed`: invalid type: boolean `true`, expected a whole number of at least 0"#]]
    .assert_eq(&error.to_string());
}

#[test]
fn a_missing_file() {
    let error = Plan::read(Path::new("absent/plan.toml")).unwrap_err();
    expect!["absent/plan.toml: cannot be read: No such file or directory (os error 2)"]
        .assert_eq(&error.to_string());
}

#[test]
fn cards_are_known_by_a_whole_word_of_their_name() {
    let card = |word: &str| Hardware::Card(word.to_owned());
    let cases = [
        (card("V100"), "Tesla V100-SXM2-16GB", true),
        (card("K80"), "Tesla K80", true),
        (card("A10"), "NVIDIA A100-SXM4-40GB", false),
        (card("H200"), "NVIDIA H200", true),
        (Hardware::Cuda, "NVIDIA H200", true),
        (Hardware::Any, "NVIDIA H200", true),
        (Hardware::Cpu, "NVIDIA H200", false),
    ];
    for (hardware, name, admitted) in cases {
        assert_eq!(
            hardware.admits_device(name, DeviceKind::Cuda),
            admitted,
            "{hardware} {name}"
        );
    }
    assert!(!card("V100").admits_device("V100", DeviceKind::Cpu));
}

#[test]
fn the_learning_rate_drops_after_its_milestone() {
    let schedule = LearningRateSchedule {
        base: 1.0,
        factor: 0.5,
        milestones: vec![2, 4],
    };
    let rates: Vec<f64> = (1..=6).map(|epoch| schedule.at(epoch)).collect();
    assert_eq!(rates, [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]);
}

/// The plan of this repository, once there is one.
#[test]
fn the_committed_plan_is_sound() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../experiments/plan.toml");
    if path.exists() {
        Plan::read(&path).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// The plan of a grid: two arithmetics by three networks, one run of which is different.
const GRID: &str = r#"
[[grid]]
id = "loss-{network}-{on}"
experiment = "loss_curve"
configuration.seed = { first = 7 }
[grid.axes]
on = [
  { as = "bf16", configuration.arithmetic = "bf16" },
  { as = "k80", hardware = "K80", configuration = { arithmetic = "fp32", training = { epochs = 9, learning_rate.milestones = [3] } } },
]
network = ["resnet20", "resnet32", "resnet44"]

[[run]]
id = "loss-resnet32-bf16"
priority = 5
hardware = "any"
"#;

/// [`PLAN`] with the runs of a grid before its last run.
fn with_grid(grid: &str) -> Result<Plan, PlanError> {
    let (defaults, runs) = PLAN.split_once("[[run]]").unwrap();
    let (first, last) = runs.split_once("[[run]]").unwrap();
    let last = last.replace("milestones = []", "milestones = [1]");
    Plan::parse(
        &format!("{defaults}[[run]]{first}{grid}\n[[run]]{last}"),
        "plan.toml",
    )
}

#[test]
fn a_grid_is_a_run_for_each_combination() {
    let plan = with_grid(GRID).unwrap();
    let lines: Vec<_> = { plan.runs.iter() }
        .map(|run| {
            let TrainingConfiguration {
                seed,
                arithmetic,
                depth,
                ..
            } = run.configuration.as_training().unwrap();
            let grid = run.grid.as_deref().unwrap_or("-");
            format!(
                "{} {} {} {seed} {arithmetic} {depth} {} {grid}\n",
                run.id,
                run.hardware,
                run.priority,
                run.configuration.planned()
            )
        })
        .collect();
    expect![[r#"
        resnet20-bf16-1 cuda 2 1 bf16 20 350 -
        loss-resnet20-bf16 cuda 2 7 bf16 20 350 loss-{network}-{on}
        loss-resnet32-bf16 any 5 8 bf16 32 350 loss-{network}-{on}
        loss-resnet44-bf16 cuda 2 9 bf16 44 350 loss-{network}-{on}
        loss-resnet20-k80 K80 2 10 fp32 20 9 loss-{network}-{on}
        loss-resnet32-k80 K80 2 11 fp32 32 9 loss-{network}-{on}
        loss-resnet44-k80 K80 2 12 fp32 44 9 loss-{network}-{on}
        resnet20-v100 V100 9 2 fp32 20 3 -
    "#]]
    .assert_eq(&lines.concat());
}

#[test]
fn a_value_goes_where_its_axis_says() {
    let grid = "[[grid]]\nid = 'r{base}-{horizontal_flip}'\nexperiment = 'loss_curve'\n\
                configuration = { network = 'resnet20', arithmetic = 'fp32', seed = 3 }\n\
                [grid.axes.training]\nlearning_rate.base = [1, 0.10]\naugmentation.horizontal_flip = [false]\n";
    let plan = with_grid(grid).unwrap();
    let found: Vec<_> = { plan.runs.iter().filter(|run| run.grid.is_some()) }
        .map(|run| {
            let training = &run.configuration.as_training().unwrap().training;
            let flips = training.augmentation.horizontal_flip;
            (
                run.id.as_str(),
                training.learning_rate.base,
                flips,
                run.configuration.seed(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [("r1-false", 1.0, false, 3), ("r0.10-false", 0.1, false, 3)]
    );
}

#[test]
fn a_run_of_a_grid_may_have_its_own_seed() {
    let own = GRID.replace("priority = 5", "configuration.seed = 40");
    let plan = with_grid(&own).unwrap();
    assert_eq!(
        plan.run("loss-resnet32-bf16").unwrap().configuration.seed(),
        40
    );
    assert_eq!(
        plan.run("loss-resnet44-bf16").unwrap().configuration.seed(),
        9
    );
}

#[test]
fn what_grid_and_points_accept_is_joined() {
    let accepted = |file: &str| accepting(file).trim_end().to_owned();
    let grid = GRID
        .replace(
            "configuration.seed",
            &format!("{}\nconfiguration.seed", accepted("a")),
        )
        .replace(
            "as = \"bf16\"",
            &format!("as = \"bf16\", {}", accepted("b")),
        )
        .replace("as = \"k80\"", &format!("as = \"k80\", {}", accepted("c")))
        .replace("priority = 5", &accepted("d"));
    let plan = with_grid(&grid).unwrap();
    let files = |run: &str| {
        let accepted = plan.run(run).unwrap().accepted.iter();
        accepted.map(|it| it.file.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(files("loss-resnet20-bf16"), ["b", "a"]);
    assert_eq!(files("loss-resnet32-bf16"), ["d", "b", "a"]);
    assert_eq!(files("loss-resnet44-k80"), ["c", "a"]);
}

/// Applies `old` → `new` to a sound grid.
fn check_grid(old: &str, new: &str, expect: Expect) {
    assert!(GRID.contains(old), "{old}");
    let error = with_grid(&GRID.replacen(old, new, 1)).unwrap_err();
    expect.assert_eq(&format!("{error}\n"));
}

#[test]
fn what_is_wrong_with_a_grid() {
    check_grid(
        "id = \"loss-{network}-{on}\"\n",
        "",
        expect![[r#"
            plan.toml:23: a grid without `id`, expected one that names its axes, such as `loss-{network}`
        "#]],
    );
    check_grid(
        "{network}",
        "{netwrok}",
        expect![[r#"
            plan.toml:24: `id` names `{netwrok}`, which is no axis; hint: `network`
            plan.toml:32: axis `network` is not in `id`, so that runs would have one id
        "#]],
    );
    check_grid(
        "-{on}",
        "",
        expect![[r#"
            plan.toml:28: axis `on` is not in `id`, so that runs would have one id
        "#]],
    );
    check_grid(
        "-{on}",
        "-{on",
        expect![[r#"
            plan.toml:24: `id` is `loss-{network}-{on`, expected the name of an axis between `{` and `}`
        "#]],
    );
    check_grid(
        "-{on}",
        "-on}",
        expect![[r#"
            plan.toml:24: `id` is `loss-{network}-on}`, expected the name of an axis between `{` and `}`
        "#]],
    );
    check_grid(
        "\"loss-{network}-{on}\"",
        "3",
        expect![[r#"
            plan.toml:24: `id` is no text, expected one that names the axes
        "#]],
    );
    check_grid(
        "[grid.axes]",
        "[grid.axis]",
        expect![[r#"
            plan.toml:23: a grid without `axes`; hint: they stand in `[grid.axes]`, and a single run is a `[[run]]`
        "#]],
    );
    check_grid(
        "[\"resnet20\", \"resnet32\", \"resnet44\"]",
        "[]",
        expect![[r#"
            plan.toml:32: axis `network` is empty
        "#]],
    );
    check_grid(
        "[\"resnet20\", \"resnet32\", \"resnet44\"]",
        "\"resnet20\"",
        expect![[r#"
            plan.toml:32: axis `network`: found string, expected a list; hint: what all runs have in common stands before `[grid.axes]`
        "#]],
    );
    check_grid(
        "\"resnet44\"",
        "\"resnet20\"",
        expect![[r#"
            plan.toml:23: `id` is `loss-resnet20-bf16`, which line 23 has, too; expected a new one
            plan.toml:23: `id` is `loss-resnet20-k80`, which line 23 has, too; expected a new one
        "#]],
    );
    check_grid(
        "\"resnet44\"",
        "\"resnet45\"",
        expect![[r#"
            plan.toml:32: network `resnet45` is unknown, expected one of `alexnet`, `alexnet-torchvision`, `vgg16`, `vgg19`, `googlenet`, `resnet50`, `resnet50-v1`, `resnet20`, `resnet32`, `resnet44`, `resnet50-6n2`, `resnet56`, `resnet18`, `resnet50-bottleneck`; hint: `resnet44`
        "#]],
    );
    check_grid(
        "\"resnet44\"",
        "[\"resnet44\"]",
        expect![[r#"
            plan.toml:32: found array, expected a decimal number, a text, or a table such as `{ as = "a", … }`
        "#]],
    );
    check_grid(
        "as = \"k80\", ",
        "",
        expect![[r#"
            plan.toml:30: a point without `as`, expected the text that stands for it in ids
        "#]],
    );
    check_grid(
        "{ arithmetic = \"fp32\",",
        "{ arithmetic = \"fp32\", network = \"resnet56\",",
        expect![[r#"
            plan.toml:32: axis `network`: `configuration.network` is another axis's, too
        "#]],
    );
    check_grid(
        "{ first = 7 }",
        "{ first = 7, last = 9 }",
        expect![[r#"
        plan.toml:26: `configuration.seed` is a table, expected a seed or `{ first = 1 }`, from which the grid counts
    "#]],
    );
    check_grid(
        "{ first = 7 }",
        "{ frist = 7 }",
        expect![[r#"
            plan.toml:26: `configuration.seed` is a table, expected a seed or `{ first = 1 }`, from which the grid counts
        "#]],
    );
    check_grid(
        "{ first = 7 }",
        "{ first = \"a\" }",
        expect![[r#"
            plan.toml:26: `configuration.seed` is a table, expected a seed or `{ first = 1 }`, from which the grid counts
        "#]],
    );
    check_grid(
        "id = \"loss-resnet32-bf16\"",
        "id = \"loss-resnet33-bf16\"",
        expect![[r#"
            plan.toml:35: `experiment` is missing, and no grid has a run `loss-resnet33-bf16`; hint: `loss-resnet32-bf16`
        "#]],
    );
    check_grid(
        "network = [",
        "training.network = [1]\nnetwork = [",
        expect![[r#"
            plan.toml:33: axis `network` a second time; hint: `id` names an axis by the last part of its key
        "#]],
    );
    check_grid(
        "[grid.axes]\n",
        "[grid.axes]\nseed = [1]\n",
        expect![[r#"
            plan.toml:28: axis `seed` says `configuration.seed` at every point, and what all runs have in common does, too
        "#]],
    );
}

/// What an author of a grid writes that would have no effect, or another than meant.
#[test]
fn nothing_of_a_grid_is_left_out_in_silence() {
    let points = "[\"resnet20\", \"resnet32\", \"resnet44\"]";
    check_grid(
        "as = \"bf16\"",
        "as = \"bf16\", id = \"mine\"",
        expect![[r#"
        plan.toml:29: a point with `id`: the grid's makes the ids, hint: `as` is the text for this point
    "#]],
    );
    check_grid(
        "as = \"bf16\"",
        "as = 16",
        expect![[r#"
        plan.toml:29: `as`: found integer, expected a text
    "#]],
    );
    check_grid(
        "configuration.seed",
        "configuration.network = \"resnet20\"\nconfiguration.seed",
        expect![[r#"
            plan.toml:33: axis `network` says `configuration.network` at every point, and what all runs have in common does, too
        "#]],
    );
    check_grid(
        "[grid.axes]\n",
        "[grid.axes]\nseed = [1, 2]\n",
        expect![[r#"
        plan.toml:28: axis `seed` says `configuration.seed` at every point, and what all runs have in common does, too
    "#]],
    );
    check_grid(
        "configuration.seed = { first = 7 }",
        "configuration = 3",
        expect![[r#"
            plan.toml:26: `configuration`: found integer, expected table
        "#]],
    );
    check_grid(
        "as = \"bf16\", ",
        "as = \"bf16\", accepted = \"none\", ",
        expect![[r#"
            plan.toml:29: `accepted`: found string, expected array
        "#]],
    );
    check_grid(
        "arithmetic = \"fp32\",",
        "arithmetic = \"fp32\", seed = { first = 1 },",
        expect![[r#"
            plan.toml:30: `seed` is a table, expected a seed: only what all runs have in common counts
        "#]],
    );
    check_grid(
        "{ first = 7 }",
        "{ first = 9223372036854775806 }",
        expect![[r#"
            plan.toml:26: the grid counts beyond 9223372036854775807, the largest seed
        "#]],
    );
    check_grid(
        "network = [",
        "batch_size = [0x10]\nnetwork = [",
        expect![[r#"
            plan.toml:32: found integer, expected a decimal number, a text, or a table such as `{ as = "a", … }`
        "#]],
    );
    check_grid(
        "network = [",
        "hardware = [\"cpu\"]\nnetwork = [",
        expect![[r#"
            plan.toml:32: axis `hardware`: a value is one of the configuration; hint: `{ as = "a", hardware = … }`
        "#]],
    );
    check_grid(
        "network = [",
        "configuration.network = [",
        expect![[r#"
        plan.toml:32: axes are those of the configuration; hint: leave `configuration.` out
    "#]],
    );
    check_grid(
        "network = [",
        "priority = 3\nnetwork = [",
        expect![[r#"
        plan.toml:32: axis `priority`: found integer, expected a list; hint: what all runs have in common stands before `[grid.axes]`
    "#]],
    );
    check_grid(
        "{network}",
        "{configuration.network}",
        expect![[r#"
        plan.toml:24: `id` names `{configuration.network}`, which is no axis; hint: `{network}`
        plan.toml:32: axis `network` is not in `id`, so that runs would have one id
    "#]],
    );
    check_grid(
        "experiment = \"loss_curve\"\n",
        "",
        expect![[r#"
        plan.toml:23: a grid without `experiment`, expected that of its runs
    "#]],
    );
    check_grid(
        "experiment = \"loss_curve\"\n",
        "experiment = \"loss_curve\"\nlike = \"x\"\n",
        expect![[r#"
            plan.toml:26: `like`: unknown field `like`, expected one of `id`, `experiment`, `hardware`, `priority`, `configuration`, `accepted`
        "#]],
    );
    check_grid(
        "[grid.axes]\non = [",
        "[grid]\non = [",
        expect![[r#"
        plan.toml:27: duplicate key
    "#]],
    );
    check_grid(
        points,
        "[\"resnet20\", 2026-11-29]",
        expect![[r#"
        plan.toml:32: found datetime, expected a decimal number, a text, or a table such as `{ as = "a", … }`
    "#]],
    );
    // Changes of single runs.
    check_grid(
        "priority = 5",
        "configuration.network = \"resnet56\"",
        expect![[r#"
            plan.toml:36: `configuration.network` is what an axis of the grid says; hint: a `[[run]]` with an id of its own
        "#]],
    );
    check_grid(
        "priority = 5",
        "experiment = \"loss_curve\"\nconfiguration = { network = \"resnet32\", arithmetic = \"fp32\", seed = 1 }",
        expect![[r#"
            plan.toml:34: `id` is `loss-resnet32-bf16`, which line 23 has, too; expected a new one
        "#]],
    );
    check_grid(
        "priority = 5",
        "configuration = 3",
        expect![[r#"
        plan.toml:36: `configuration`: found integer, expected table
    "#]],
    );
    check_grid(
        "[[grid]]",
        "[grid]",
        expect![[r#"
        plan.toml:23: `grid` is a table, expected `[[grid]]`
        plan.toml:34: `run`: missing field `experiment`
    "#]],
    );
}

#[test]
fn defaults_are_tables_of_what_runs_have() {
    let check = |old: &str, new: &str, expected: Expect| {
        assert!(PLAN.contains(old), "{old}");
        let error = Plan::parse(&PLAN.replacen(old, new, 1), "plan.toml").unwrap_err();
        expected.assert_eq(&format!("{error}\n"));
    };
    check(
        "[defaults.loss_curve]\n",
        "[defaults]\nfinetune = 3\n[defaults.loss_curve]\n",
        expect![[r#"
            plan.toml:2: `defaults.finetune` is no table, expected `[defaults.finetune]`
            plan.toml:2: `defaults.finetune` serves no run
        "#]],
    );
    check(
        "priority = 2",
        "priority = 2\nid = \"x\"\nexperiment = \"loss_curve\"",
        expect![[r#"
            plan.toml:4: `id` among defaults, expected in each run
            plan.toml:5: `experiment` among defaults, expected in each run
        "#]],
    );
    check(
        "priority = 2",
        "priority = 2\naccepted = 3",
        expect![[r#"
        plan.toml:4: `accepted`: found integer, expected array
        plan.toml:4: `accepted`: invalid type: integer `3`, expected a sequence
    "#]],
    );
    check(
        "priority = 2",
        "priority = 2\nlike = 3",
        expect![[r#"
        plan.toml:4: `like`: found integer, expected the name of other defaults
    "#]],
    );
}

#[test]
fn a_grid_is_not_endless() {
    let many: Vec<_> = (0..400).map(|number| number.to_string()).collect();
    let many = many.join(", ");
    let grid = format!(
        "[[grid]]\nid = '{{seed}}-{{batch_size}}'\nexperiment = 'loss_curve'\n[grid.axes]\nseed = [{many}]\nbatch_size = [{many}]\n"
    );
    expect!["plan.toml:22: with it, the plan has more than 20000 runs of grids"]
        .assert_eq(&with_grid(&grid).unwrap_err().to_string());
}

#[test]
fn the_same_exception_twice() {
    let (_, exception) = GRID.split_once("[[run]]").unwrap();
    let twice = format!("{GRID}\n[[run]]{exception}");
    expect!["plan.toml:40: run `loss-resnet32-bf16` of a grid is changed in line 34 already"]
        .assert_eq(&with_grid(&twice).unwrap_err().to_string());
}

#[test]
fn defaults_may_be_like_others() {
    let like = |table: &str| {
        let plan = PLAN.replace("[defaults.loss_curve", "[defaults.curves");
        Plan::parse(&format!("{table}\n{plan}"), "plan.toml")
    };
    let plan = like("[defaults.loss_curve]\nlike = 'curves'\npriority = 1").unwrap();
    assert_eq!((plan.runs[0].priority, plan.runs[1].priority), (1, 9));
    assert_eq!(plan.runs[0].hardware, Hardware::Cuda);
    let chain =
        "[defaults.loss_curve]\nlike = 'more'\n[defaults.more]\nlike = 'curves'\npriority = 3";
    assert_eq!(like(chain).unwrap().runs[0].priority, 3);
    let check = |table: &str, expected: Expect| {
        expected.assert_eq(&format!("{}\n", like(table).unwrap_err()));
    };
    check(
        "[defaults.loss_curve]\nlike = 'curve'",
        expect![[r#"
            plan.toml:2: `like` is `curve`, of which there are no defaults; hint: `curves`
            plan.toml:3: `defaults.curves` serves no run
            plan.toml:22: `configuration`: missing field `image_px`
            plan.toml:29: `configuration.training.learning_rate`: missing field `base`
        "#]],
    );
    check(
        "[defaults.loss_curve]\nlike = 'more'\n[defaults.more]\nlike = 'loss_curve'",
        expect![[r#"
            plan.toml:2: `like` leads from `more` back to it
            plan.toml:4: `like` leads from `loss_curve` back to it
            plan.toml:5: `defaults.curves` serves no run
            plan.toml:24: `configuration`: missing field `image_px`
            plan.toml:31: `configuration.training.learning_rate`: missing field `base`
        "#]],
    );
}

#[test]
fn a_run_that_is_shown_is_the_run() {
    let plan = with_grid(GRID).unwrap();
    for run in &plan.runs {
        let shown = Plan::parse(&run.to_toml(), "shown").unwrap();
        let run = PlannedRun {
            grid: None,
            ..run.clone()
        };
        assert_eq!(shown.runs, [run]);
    }
    let accepted = "experiment = \"loss_curve\"\naccepted = [{ file = 'a', digest = 'DIGEST', moved_to = { file = 'b', digest = 'DIGEST' }, reason = 'r' }]\n";
    let accepted = accepted.replace("DIGEST", &"1".repeat(64));
    let plan = Plan::parse(
        &PLAN.replace("experiment = \"loss_curve\"\n", &accepted),
        "p",
    )
    .unwrap();
    let shown = Plan::parse(&plan.runs[1].to_toml(), "shown").unwrap();
    assert_eq!(shown.runs, plan.runs[1..]);
}

#[test]
fn the_grid_of_the_readme() {
    let readme = include_str!("../../README.md");
    let (_, grid) = readme.split_once("```toml\n[[grid]]").unwrap();
    let (grid, _) = grid.split_once("```").unwrap();
    let plan = with_grid(&format!("[[grid]]{grid}")).unwrap();
    let runs: Vec<_> = { plan.runs.iter().filter(|run| run.grid.is_some()) }
        .map(|run| (run.id.as_str(), run.configuration.seed(), run.priority))
        .collect();
    assert_eq!(
        runs,
        [
            ("loss-resnet20-bf16", 1, 2),
            ("loss-resnet32-bf16", 2, 2),
            ("loss-resnet20-k80", 3, 2),
            ("loss-resnet32-k80", 4, 9)
        ]
    );
}
