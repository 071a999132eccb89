//! Hostile texts in everything that a book shows and that its author did not write: after the
//! whole fill, the pages hold the markup and the links of a book with a harmless word in their
//! places, and nothing else.

use super::contract::{Renderer, SVG_URL};
use super::file_path::FilePath;
use super::parsed::Parsed;
use super::typeset::page;
use super::{Bibliography, Chapter, Filled, fill_book, markdown_options};
use crate::catalogue::{Question, RunFacts, SampleImage, Samples};
use crate::escape::check_link;
use crate::escape_tests::NASTY;
use crate::topics::synthetic_runs::{SyntheticRun, facts_of, record_mut, timed_run, trained_mut};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use pulldown_cmark::{CowStr, Event, Parser, Tag};
use results::{Arithmetic, Change, Hardware, Plan, Record, State};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

const PLAN: &str = include_str!("../topics/fixtures/plan.toml");
const RECORD: &str = include_str!("../topics/fixtures/record.json");
const QUOTED: &str = include_str!("../topics/fixtures/quoted.toml");
const THROUGHPUT: &str = include_str!("../topics/fixtures/training_throughput.csv");
const WORKS: [&str; 7] = [
    "a",
    "tensorflow_benchmarks",
    "nvidia_examples",
    "lambda2019",
    "gavel2020",
    "torchvision_experiments",
    "resnet_simplified",
];

/// What a record holds that is not free: other parts of it are looked up by it, or it is checked to
/// be a plain name when the record is read.
const LOOKED_UP: [&str; 4] = [
    "/experiment",
    "/run",
    "/configuration/network",
    "/completion",
];

/// Every place in a chapter for a text, and every view.
const CHAPTER: &str = r#"# On << runs.finetune_lr0_01.device >>

<< runs.finetune_lr0_01.device >> is a device, << runs.finetune_lr0_1.state >>
<< runs.finetune_lr0_01.state >>
a state, [<< runs.finetune_lr0_01.device >>](b.md) and **<< runs.finetune_lr0_01.device >>** markup.

- << runs.finetune_lr0_01.device >>
1. << runs.finetune_lr0_01.device >>

<div title="<< runs.finetune_lr0_01.device >>" class='<< runs.finetune_lr0_01.device >>'>
<< runs.finetune_lr0_01.device >>
</div>

| Device | State |
|---|---|
| << runs.finetune_lr0_01.device >> | << runs.finetune_lr0_1.state >> |

<< runs.finetune_lr0_01.final_train_loss | fixed(places=2, unit="nat") >>, << lu.time.vgg16.tk1_cpu.forward >>

<% filter table(id="tbl-own", columns=[{"head": "Device"}, {"head": "Loss", "places": 2, "unit": "nat"}], rows=[[runs.finetune_lr0_01.device, runs.finetune_lr0_01.final_train_loss]]) %>Of << runs.finetune_lr0_01.device >>.<% endfilter %>

<% filter table(id="tbl-finetune", view="runs_of", experiment="finetune") %>C.<% endfilter %>

<% filter table(id="tbl-loss", view="runs_of", experiment="loss_curve") %>C.<% endfilter %>

<% filter table(id="tbl-times", view="layer_times") %>C.<% endfilter %>

<% filter table(id="tbl-speeds", view="layer_speeds") %>C.<% endfilter %>

<% filter table(id="tbl-models", view="loss_models") %>C.<% endfilter %>

<% filter table(id="tbl-k80", view="throughput_sources", gpu="k80") %>C.<% endfilter %>

<% filter figure(id="fig-curves", view="curves", runs=["finetune-lr0.01", "finetune-lr0.1"], y="train_loss") %>C.<% endfilter %>

<% filter figure(id="fig-fit", view="loss_fit", run="loss_resnet20_fp32") %>C.<% endfilter %>

<% filter figure(id="fig-waits", view="loss_fit", run="loss_resnet32_fp32") %>C.<% endfilter %>

<% filter figure(id="fig-sums", view="layer_sum_against_full_pass", platforms=["tk1_cpu", "tk1_gpu"]) %>C.<% endfilter %>

<% filter figure(id="fig-ppp", view="ppp_by_gpu") %>C.<% endfilter %>

<% filter figure(id="fig-samples", view="sample_images", data_set="flowers") %>C.<% endfilter %>

<% filter figure(id="fig-none", view="sample_images", data_set="none") %>C.<% endfilter %>

<< evidence() >>

<< coverage() >>

<< references() >>
"#;

/// The record with `text` wherever it holds a free text.
fn record(text: &str) -> Record {
    let mut record: Value = serde_json::from_str(RECORD).expect("JSON");
    record["environment"]["sources"][text] = record["digest"].clone();
    for key in ["driver", "cuda", "cudnn", "libtorch"] {
        record["environment"][key] = Value::from("1.0");
    }
    record["counted"]["images_per_class"][text] =
        record["counted"]["images_per_class"]["test"].clone();
    let mut free = 0;
    for place in leaves(&record, String::new()) {
        let mut tried = record.clone();
        *tried.pointer_mut(&place).expect("a place of the record") = Value::from(text);
        if !LOOKED_UP.contains(&place.as_str()) && read(&tried).is_ok() {
            record = tried;
            free += 1;
        }
    }
    assert_eq!(free, 9, "free texts of a record");
    read(&record).expect("a record")
}

/// A record of JSON that says first what experiment it is of.
fn read(record: &Value) -> serde_json::Result<Record> {
    let mut others = record.clone();
    let experiment = others["experiment"].take();
    let fields = others.as_object_mut().expect("fields");
    fields.remove("experiment");
    let others = others.to_string();
    serde_json::from_str(&format!("{{\"experiment\":{experiment},{}", &others[1..]))
}

/// The places of the strings in a value.
fn leaves(value: &Value, place: String) -> Vec<String> {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::String(_) => vec![place],
        Value::Array(items) => { items.iter().enumerate() }
            .flat_map(|(index, item)| leaves(item, format!("{place}/{index}")))
            .collect(),
        Value::Object(fields) => { fields.iter() }
            .flat_map(|(key, field)| leaves(field, format!("{place}/{}", escaped(key))))
            .collect(),
        _ => Vec::new(),
    }
}

/// Runs in every state, all with `text` for a name, a reason or a device.
fn runs(text: &str) -> Vec<RunFacts> {
    let plan = Plan::parse(PLAN, "plan.toml").expect("a valid plan");
    let record = Arc::new(record(text));
    let change = || text.to_owned();
    let states = [
        State::Measured,
        State::Failed {
            reason: text.to_owned(),
        },
        State::NoSuchCard,
    ];
    let fixed = plan
        .runs
        .into_iter()
        .zip(states)
        .map(|(mut planned, state)| {
            if let Some(training) = planned.configuration.as_training_mut() {
                let weights = training.initial_weights.as_mut();
                weights
                    .into_iter()
                    .for_each(|weights| weights.name = text.to_owned());
                training.data.name = text.to_owned();
            }
            if let Hardware::Card(card) = &mut planned.hardware {
                *card = text.to_owned();
            }
            RunFacts {
                id: planned.id.clone(),
                command: planned.command(),
                record: (state != State::NoSuchCard)
                    .then(|| (format!("results/runs/{text}.json"), record.clone())),
                state,
                planned,
            }
        });
    let curve = |network, state| {
        let mut run = SyntheticRun::new(network, Arithmetic::Fp32, "device").complete();
        let (path, record) = run.record.as_mut().expect("a record");
        *path = format!("results/runs/{text}.json");
        Arc::make_mut(record).environment.device = text.to_owned();
        run.state = state;
        run
    };
    let stale = State::Stale {
        changes: vec![Change {
            what: change(),
            recorded: change(),
            current: change(),
        }],
    };
    let mut waiting = curve(
        ("resnet32", 32),
        State::Failed {
            reason: text.to_owned(),
        },
    );
    trained_mut(&mut waiting).epochs.truncate(1);
    let mut timed = timed_run("device");
    record_mut(&mut timed).environment.device = text.to_owned();
    let more = [
        curve(("resnet20", 20), State::Measured),
        curve(("resnet44", 44), stale),
        waiting,
        timed,
    ];
    fixed.chain(more).collect()
}

fn quoted(text: &str) -> String {
    let text = toml::Value::from(text).to_string();
    let note = format!("checked = {text}, note = {text}");
    QUOTED
        .replace("place = \"p. 1\"", &format!("place = {text}"))
        .replace("checked = \"read\"", &note)
}

/// The published speeds with `text` in the columns that are only shown.
fn throughput(text: &str) -> String {
    let mut rows = csv::Reader::from_reader(THROUGHPUT.as_bytes());
    let head = rows.headers().expect("a head").clone();
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(&head).expect("a row");
    for row in rows.records() {
        let row = row.expect("a row");
        let fields = head.iter().zip(&row).map(|(column, field)| match column {
            "location" | "version" | "framework" | "note" => text,
            _ => field,
        });
        out.write_record(fields).expect("a row");
    }
    String::from_utf8(out.into_inner().expect("all rows")).expect("UTF-8")
}

fn samples(text: &str) -> Vec<Samples> {
    let image = SampleImage {
        class: text.to_owned(),
        file: text.to_owned(),
        extension: "jpg",
        content: Vec::new(),
    };
    let named = |name: &str, images| Samples {
        name: name.to_owned(),
        images,
        remedy: format!("name `{text}`, {text}"),
    };
    vec![named("flowers", vec![image]), named("none", Vec::new())]
}

/// The chapter, filled by facts that hold `text` wherever they can.
fn fill(renderer: Renderer, text: &str) -> Filled {
    let runs = runs(text);
    let question = Question {
        id: text.to_owned(),
        points: 1,
        wording: String::new(),
        chapter: "part/a.md".into(),
        anchor: text.to_owned(),
    };
    let mut facts = facts_of(&quoted(text), runs, &throughput(text));
    facts.questions = vec![question];
    facts.samples = samples(text);
    let works = WORKS.map(|key| format!("@misc{{{key}, title = {{T}}}}\n"));
    let bibliography = Bibliography::parse("references.bib", &works.concat()).expect("valid");
    let chapter = Chapter {
        path: "part/a.md".into(),
        file: "book/part/a.md".into(),
        source: CHAPTER.to_owned(),
    };
    let filled = fill_book(&[chapter], facts, &bibliography, renderer);
    let faults: Vec<_> = filled.faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults.join("\n"), "", "with `{text}`");
    filled
}

/// What a browser would obey of a page.
#[derive(Debug, PartialEq)]
struct Obeyed {
    /// Markdown's elements, with where links lead.
    elements: Vec<String>,
    /// Tags of HTML with the names of their attributes.
    tags: BTreeSet<String>,
}

fn obeyed(page: &str, renderer: Renderer) -> Obeyed {
    let (mut elements, mut html) = (Vec::new(), String::new());
    for event in Parser::new_ext(page, markdown_options()) {
        match event {
            Event::Html(part) | Event::InlineHtml(part) => html.push_str(&part),
            Event::Text(_) | Event::Code(_) | Event::SoftBreak => html.push(' '),
            Event::Start(Tag::Link { dest_url, .. }) => elements.push(link("link", &dest_url)),
            Event::Start(Tag::Image { dest_url, .. }) => elements.push(link("image", &dest_url)),
            other => elements.push(format!("{other:?}")),
        }
    }
    if renderer == Renderer::Pdf {
        elements.sort(); // the register is in the order of texts
    }
    let tags = tags(&html).unwrap_or_else(|| panic!("no HTML: {html}"));
    Obeyed { elements, tags }
}

/// A link without what a text made of its place.
fn link(kind: &str, to: &CowStr) -> String {
    if !to.starts_with("project:") {
        assert_eq!(check_link(to), Ok(()));
    }
    assert!(!to.contains(['<', '>', '"', ' ', '\n']), "`{to}`");
    let place = to.split_inclusive('#').find(|part| part.contains("mark"));
    format!("{kind} {}", place.map_or(to.as_ref(), |_| "to the text"))
}

/// The tags of HTML with their attributes' names; none where a `<` begins no tag.
fn tags(html: &str) -> Option<BTreeSet<String>> {
    let mut tags = BTreeSet::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let name_end = rest.find(|c: char| c.is_whitespace() || c == '>')?;
        let mut tag = rest[..name_end].trim_end_matches('/').to_owned();
        if !tag
            .trim_start_matches('/')
            .starts_with(|c: char| c.is_ascii_alphabetic())
        {
            return None;
        }
        rest = rest[name_end..].trim_start();
        while !rest.starts_with('>') && !rest.starts_with("/>") {
            let (attribute, value) = rest.split_once('=')?;
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            rest = value[1..].split_once(quote)?.1.trim_start();
            tag.extend([" ", attribute]);
        }
        tags.insert(tag);
    }
    Some(tags)
}

/// A page without the drawings that addresses in it carry, and these.
fn without_drawings(page: &str) -> (String, Vec<String>) {
    let mut parts = page.split(SVG_URL);
    let mut rest = parts.next().unwrap_or_default().to_owned();
    let mut drawings = Vec::new();
    for part in parts {
        let (carried, after) = part.split_once(')').expect("an address ends");
        let svg = BASE64_STANDARD.decode(carried).expect("base 64");
        drawings.push(String::from_utf8(svg).expect("UTF-8"));
        rest.push_str(after);
    }
    (rest, drawings)
}

/// The book as its renderer gets it.
fn set(renderer: Renderer, text: &str) -> Filled {
    let mut filled = fill(renderer, text);
    if renderer == Renderer::Html {
        for text in filled.chapters.values_mut() {
            let set = page(&Parsed::filled(text, renderer, false));
            *text = set.unwrap_or_else(|| text.clone());
        }
    }
    filled
}

/// The files whose names a text from outside could change.
fn own_files(filled: &Filled) -> impl Iterator<Item = &str> {
    let paths = filled.files.keys().map(FilePath::as_str);
    paths.filter(|path| !path.starts_with("cards/"))
}

/// The numbers with cards, which are data in a script that calls one function.
fn cards(filled: &Filled) -> Vec<usize> {
    let files = { filled.files.iter() }.filter(|(path, _)| path.as_str().starts_with("cards/"));
    let count = |(_, script): (&FilePath, &Vec<u8>)| {
        let script = std::str::from_utf8(script).expect("UTF-8");
        let data = script
            .strip_prefix("measuredCards(")
            .and_then(|rest| rest.strip_suffix(");\n"));
        let data: serde_json::Value = serde_json::from_str(data.expect("a call")).expect("JSON");
        data["numbers"]
            .as_object()
            .expect("cards by their names")
            .len()
    };
    files.map(count).collect()
}

#[test]
fn no_text_from_outside_is_obeyed() {
    for renderer in [Renderer::Html, Renderer::Pdf] {
        let harmless = set(renderer, "mark");
        let (harmless_page, harmless_drawings) = without_drawings(&harmless.chapters["part/a.md"]);
        assert_eq!(harmless_drawings.is_empty(), renderer == Renderer::Html);
        let expected = obeyed(&harmless_page, renderer);
        for nasty in NASTY {
            let filled = set(renderer, nasty);
            let (page, drawings) = without_drawings(&filled.chapters["part/a.md"]);
            let found = obeyed(&page, renderer);
            let more: Vec<_> = found.tags.difference(&expected.tags).collect();
            assert!(more.is_empty(), "`{nasty}` made {more:?}");
            for (found, expected) in found.elements.iter().zip(&expected.elements) {
                assert_eq!(found, expected, "of `{nasty}`");
            }
            assert_eq!(
                found.elements.len(),
                expected.elements.len(),
                "of `{nasty}`"
            );
            assert!(!page.contains("{{"), "`{nasty}`: a directive of mdBook");
            assert!(own_files(&filled).eq(own_files(&harmless)), "`{nasty}`");
            assert_eq!(cards(&filled), cards(&harmless), "`{nasty}`");
            for (drawing, harmless) in drawings.iter().zip(&harmless_drawings) {
                let found = tags(drawing).unwrap_or_else(|| panic!("`{nasty}`: no SVG"));
                assert!(found.is_subset(&tags(harmless).expect("SVG")), "`{nasty}`");
            }
            assert_eq!(drawings.len(), harmless_drawings.len(), "`{nasty}`");
        }
    }
}
