//! The views of training logs, on the published ones.

use crate::catalogue::Facts;
use crate::evidence::Quantity;
use crate::topics::optimus::quantities::logs::tests::{DECLARED, PUBLISHED, facts};
use crate::views::plot::{Mark, Plot};
use crate::views::*;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

fn published() -> Facts {
    facts(DECLARED, PUBLISHED, Vec::new()).expect("sound logs")
}

fn drawn(name: &str, of: Value) -> Result<Box<Plot>, String> {
    let arguments = of.as_object().expect("arguments are named").clone();
    match figure(name, arguments, &published())?.content {
        Figure::Plot(plot) => Ok(plot),
        other => panic!("{other:?}"),
    }
}

/// The names of the lines with how many points they have, the first and the last.
fn lines(plot: &Plot) -> String {
    let line = |mark: &Mark| match mark {
        Mark::Line(line) => {
            let ends = [line.points[0], line.points[line.points.len() - 1]];
            let [first, last] = ends.map(|(x, y)| format!("({x:.4}, {y:.4})"));
            Some(format!(
                "{}: {} points, {first} to {last}\n",
                line.name,
                line.points.len()
            ))
        }
        _ => None,
    };
    plot.marks.iter().filter_map(line).collect()
}

fn check(name: &str, of: &[Value], expect: Expect) {
    let shown = of.iter().map(|of| match drawn(name, of.clone()) {
        Ok(plot) => lines(&plot),
        Err(error) => error + "\n",
    });
    expect.assert_eq(&shown.collect::<String>());
}

/// 451 steps of 27.21 ms are 12.27 s.
#[test]
fn machines_over_steps_and_over_hours() {
    let of = |over| json!({"recipe": "dawnbench", "network": "resnet20", "over": over});
    check(
        "log_curves",
        &[of("steps"), of("hours")],
        expect![[r#"
        K80 (EC2): 88 points, (451.0000, 1.6859) to (70051.0000, 0.1430)
        K80 (Google Cloud): 88 points, (451.0000, 1.7418) to (70051.0000, 0.1401)
        P100: 88 points, (451.0000, 1.7773) to (70051.0000, 0.1395)
        16 vCPUs (Google Cloud): 88 points, (451.0000, 1.6892) to (70051.0000, 0.1401)
        K80 (EC2): 88 points, (0.0107, 1.6859) to (1.6592, 0.1430)
        K80 (Google Cloud): 88 points, (0.0139, 1.7418) to (2.1609, 0.1401)
        P100: 88 points, (0.0034, 1.7773) to (0.5295, 0.1395)
        16 vCPUs (Google Cloud): 88 points, (0.0785, 1.6892) to (12.1867, 0.1401)
    "#]],
    );
}

#[test]
fn a_depth_that_was_left_out_and_one_that_nobody_logged() {
    for depth in [44, 50] {
        let of = json!({"recipe": "chenyaofo2021", "hardware": "GTX 1080", "depth": depth});
        let plot = drawn("log_prediction", of).expect("a prediction");
        let points = plot.marks.iter().filter_map(|mark| match mark {
            Mark::Points(points) => Some(points.name.as_str()),
            _ => None,
        });
        let expected: &[&str] = match depth {
            44 => &["ResNet-44, logged"],
            _ => &["ResNet-44, logged", "ResNet-56, logged"],
        };
        assert_eq!(points.collect::<Vec<_>>(), expected);
        let bands = plot
            .marks
            .iter()
            .filter(|mark| matches!(mark, Mark::Band(_)));
        assert_eq!(bands.count(), 1);
    }
}

#[test]
fn a_log_with_its_model() {
    let log = "logs_chenyaofo2021_resnet20_gtx_1080";
    check(
        "log_fit",
        &[json!({"log": log})],
        expect![[r#"
        model: 40 points, (294.0000, 0.8619) to (39102.0000, 0.0824)
    "#]],
    );
}

#[test]
fn parameters_of_logs_over_depth() {
    let of = |beta| json!({"recipe": "chenyaofo2021", "beta": beta});
    check(
        "beta_over_depth",
        &[of(0), of(1), of(2), of(3)],
        expect![[r#"
            GTX 1080: 37 points, (20.0000, 0.0003) to (56.0000, 0.0008)
            GTX 1080: 37 points, (20.0000, 1.0549) to (56.0000, 0.4554)
            GTX 1080: 37 points, (20.0000, 0.0075) to (56.0000, 0.0599)
            view `beta_over_depth(beta=3, recipe="chenyaofo2021")`: `beta` is `3`; expected 0, 1 or 2
        "#]],
    );
}

#[test]
fn what_is_not_there_is_told() {
    check(
        "log_fit",
        &[json!({"log": "a"})],
        expect![[r#"
        view `log_fit(log="a")`: no log is called `a`; expected one of `logs_dawnbench_resnet20_k80_ec2`, `logs_dawnbench_resnet20_k80_google_cloud`, `logs_dawnbench_resnet20_p100`, `logs_dawnbench_resnet20_16_vcpus_google_cloud`, `logs_dawnbench_resnet56_k80_ec2`, `logs_dawnbench_resnet56_k80_google_cloud`, `logs_dawnbench_resnet56_p100`, `logs_dawnbench_resnet56_16_vcpus_google_cloud`, `logs_dawnbench_resnet164_k80_ec2`, `logs_dawnbench_resnet164_k80_google_cloud`, `logs_dawnbench_resnet164_p100`, `logs_dawnbench_resnet164_16_vcpus_google_cloud`, `logs_chenyaofo2021_resnet20_gtx_1080`, `logs_chenyaofo2021_resnet32_gtx_1080`, `logs_chenyaofo2021_resnet44_gtx_1080`, `logs_chenyaofo2021_resnet56_gtx_1080`
    "#]],
    );
    let of = |recipe| json!({"recipe": recipe, "network": "vgg16", "over": "steps"});
    check(
        "log_curves",
        &[of("dawnbench"), of("dawn")],
        expect![[r#"
            view `log_curves(network="vgg16", over="steps", recipe="dawnbench")`: no log of `dawnbench` is of `vgg16`; expected one of `resnet20`, `resnet56`, `resnet164`
            view `log_curves(network="vgg16", over="steps", recipe="dawn")`: no logs have the recipe `dawn`; expected one of `chenyaofo2021`, `dawnbench`
        "#]],
    );
    let of = |depth| json!({"recipe": "dawnbench", "hardware": "V100", "depth": depth});
    check(
        "log_prediction",
        &[of(50)],
        expect![[r#"
        view `log_prediction(depth=50, hardware="V100", recipe="dawnbench")`: expected a `depth` of `20`, `56`, `164`, `50` and a `hardware` of `16 vCPUs (Google Cloud)`, `K80 (EC2)`, `K80 (Google Cloud)`, `P100`
    "#]],
    );
}

/// Two depths predict nothing: the figures say so in their places.
#[test]
fn what_cannot_be_predicted_says_why() {
    let of = json!({"recipe": "dawnbench", "hardware": "P100", "depth": 20});
    let arguments = of.as_object().expect("arguments are named").clone();
    let made = figure("log_prediction", arguments, &published()).expect("a place");
    let Figure::Pending(awaited) = made.content else {
        panic!("drawn");
    };
    expect!["found models of `2` depths of the form 6n + 2 among `8`, expected at least `3`; hint: train ResNet-20, 32, 44 and 56"].assert_eq(&awaited.reason);
}

#[test]
fn times_of_every_log() {
    let mark = |_: &Quantity, text: &str| text.to_owned();
    let of = json!({"recipe": "dawnbench"});
    let arguments = of.as_object().expect("arguments are named").clone();
    let exhibit = table("log_times", arguments, &published(), &mark).expect("a table");
    let made = exhibit.content.to_markdown();
    let plain = |c: char| !matches!(c, '\u{2007}' | '\u{2008}' | '\u{2060}');
    expect![[r#"
        | Network | Hardware | 10³ β₀ (1/(nat·step)) | Steps to loss 0.5 | Step (ms) | Time to loss 0.5 (h) |
        | :--- | :--- | ---: | ---: | ---: | ---: |
        | ResNet-20 | K80 (EC2) | 0.0437 (0.0243 to 0.226) | 36,451 | 85.3 | 0.86 |
        | ResNet-20 | K80 (Google Cloud) | 0.0448 (0.0257 to 0.205) | 36,451 | 111.1 | 1.12 |
        | ResNet-20 | P100 | 0.0453 (0.0278 to 0.206) | 36,451 | 27.2 | 0.28 |
        | ResNet-20 | 16 vCPUs (Google Cloud) | 0.0453 (0.0267 to 0.220) | 36,451 | 626.3 | 6.34 |
        | ResNet-56 | K80 (EC2) | 0.0576 (0.0322 to 0.183) | 36,451 | 223.5 | 2.26 |
        | ResNet-56 | K80 (Google Cloud) | 0.0586 (0.0346 to 0.188) | 36,451 | 308.8 | 3.13 |
        | ResNet-56 | P100 | 0.0589 (0.0346 to 0.190) | 36,451 | 69.4 | 0.70 |
        | ResNet-56 | 16 vCPUs (Google Cloud) | 0.0596 (0.0348 to 0.196) | 36,451 | 1,708.2 | 17.30 |
        | ResNet-164 | K80 (EC2) | 0.292 (0.142 to 0.582) | 36,451 | 650.7 | 6.59 |
        | ResNet-164 | K80 (Google Cloud) | 0.296 (0.140 to 0.611) | 36,451 | 642.6 | 6.51 |
        | ResNet-164 | P100 | 0.287 (0.135 to 0.592) | 36,451 | 194.7 | 1.97 |
        | ResNet-164 | 16 vCPUs (Google Cloud) | 0.293 (0.140 to 0.597) | 36,451 | 5,284.0 | 53.50 |
    "#]].assert_eq(&made.chars().filter(|c| plain(*c)).collect::<String>());
}
