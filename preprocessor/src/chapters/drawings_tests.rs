//! Plots of several chapters, drawn together.

use super::contract::{Renderer, SVG_URL};
use super::{Bibliography, Chapter, Filled, fill_book, tables_tests};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use std::collections::BTreeSet;

const DECLARED: &str = "[times]\nfile = 'data/times.csv'\nmade_by = 'bench/run.sh'\n\
    where = ['program', 'n']\n[times.columns]\nn = '1'\nseconds = 'ms'\n";

/// Three programs for small n, of which two go on.
const ROWS: &str = "program,n,seconds\nradix,1,5\nradix,2,6\nmerge,1,3\nmerge,2,4\nmerge,3,6\n\
    heap,1,4\nheap,2,5\nheap,3,7\n";

const ALL: &str = "<% filter figure(id=\"fig-all\", view=\"plot\", table=\"times\", x=\"n\", y=\"seconds\", \
    by=\"program\") %>All.<% endfilter %>";
const SOME: &str = "<% filter figure(id=\"fig-some\", view=\"bars\", table=\"times\", x=\"n\", y=\"seconds\", \
    by=\"program\", where={\"n\": 3}) %>Some.<% endfilter %>";
/// The rows of two programs, without a series for each.
const BARS: &str = "<% filter figure(id=\"fig-bars\", view=\"bars\", table=\"times\", x=\"program\", y=\"seconds\", \
    where={\"n\": 3}) %>Bars.<% endfilter %>";
const ONE: &str = "<% filter figure(id=\"fig-one\", view=\"histogram\", table=\"times\", x=\"seconds\", \
    where={\"program\": \"heap\"}) %>One.<% endfilter %>";

fn fill(renderer: Renderer, sources: &[(&str, &str)]) -> Filled {
    let chapters: Vec<_> = { sources.iter() }
        .map(|(path, source)| Chapter {
            path: (*path).to_owned(),
            file: format!("book/{path}"),
            source: (*source).to_owned(),
        })
        .collect();
    let bibliography = Bibliography::parse("references.bib", "").expect("empty");
    let facts = tables_tests::facts(DECLARED, Some(ROWS));
    let filled = fill_book(&chapters, facts, &bibliography, renderer);
    assert_eq!(filled.faults, []);
    filled
}

/// The drawings of a figure.
fn drawings(filled: &Filled, id: &str) -> String {
    let all: String = filled.chapters.values().cloned().collect();
    let figure = all.split(&format!("<figure id=\"{id}\"")).nth(1);
    let figure = figure.and_then(|it| it.split("<figcaption>").next());
    figure.expect("the figure").to_owned()
}

/// The colours of the elements that hold `class`, one for each.
fn colours(drawing: &str, class: &str, attribute: &str) -> Vec<String> {
    let wide = drawing.split("</svg>").next().unwrap_or_default();
    let tags = wide
        .split('<')
        .filter(|tag| tag.contains(&format!("class=\"{class}\"")));
    let colour = |tag: &str| {
        let (_, rest) = tag.split_once(&format!(" {attribute}=\""))?;
        rest.split('"').next().map(str::to_owned)
    };
    tags.filter_map(colour).collect()
}

/// The colour of each bar: its own, or that of the group.
fn of_bars(drawing: &str) -> Vec<String> {
    let (_, group) = drawing.split_once("class=\"bars\"").expect("bars");
    let tags: Vec<_> = group
        .split("</g>")
        .next()
        .unwrap_or_default()
        .split("<rect")
        .collect();
    let colour = |tag: &str| {
        let (_, rest) = tag.split_once("fill=\"")?;
        rest.split('"').next().map(str::to_owned)
    };
    let of_group = colour(tags[0]).expect("a colour");
    let own = tags[1..].iter().map(|tag| colour(tag));
    own.map(|own| own.unwrap_or_else(|| of_group.clone()))
        .collect()
}

#[test]
fn bars_of_values_that_no_plot_tells_apart_have_one_colour() {
    let filled = fill(Renderer::Html, &[("a.md", BARS)]);
    let colours = of_bars(&drawings(&filled, "fig-bars"));
    assert_eq!(colours.len(), 2);
    assert_eq!(colours[0], colours[1]);
}

#[test]
fn a_value_has_one_colour_in_all_chapters_whatever_their_order() {
    let mut chapters = vec![("a.md", ALL), ("b.md", SOME), ("c.md", ONE), ("d.md", BARS)];
    let mut styles = Vec::new();
    for _ in 0..2 {
        let filled = fill(Renderer::Html, &chapters);
        let lines = colours(&drawings(&filled, "fig-all"), "line", "stroke");
        let bars = colours(&drawings(&filled, "fig-some"), "bars", "fill");
        let outline = colours(&drawings(&filled, "fig-one"), "line", "stroke");
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!(bars, lines[1..], "merge and heap");
        assert_eq!(outline, lines[2..], "heap alone");
        assert_eq!(
            of_bars(&drawings(&filled, "fig-bars")),
            lines[1..],
            "merge and heap"
        );
        let distinct: BTreeSet<_> = lines.iter().collect();
        assert_eq!(distinct.len(), 3, "{lines:?}");
        styles.push(lines);
        chapters.reverse();
    }
    assert_eq!(styles[0], styles[1]);
}

#[test]
fn a_page_has_a_wide_and_a_narrow_drawing_and_the_pdf_one() {
    let chapters = [("a.md", ALL)];
    let page = drawings(&fill(Renderer::Html, &chapters), "fig-all");
    let count = |part: &str| page.matches(part).count();
    assert_eq!(
        (
            count("<svg class=\"plot\""),
            count("<svg class=\"plot narrow\"")
        ),
        (1, 1)
    );
    assert_eq!(
        (count("<svg"), count("</svg>"), count("<style/>")),
        (2, 2, 1)
    );
    assert_eq!(count("aria-label=\"seconds (ms) over n\""), 2);
    assert_eq!((count(" id=\""), count("plot-frame")), (0, 1));
    let pdf = drawings(&fill(Renderer::Pdf, &chapters), "fig-all");
    let (_, data) = pdf.split_once(SVG_URL).expect("an image");
    assert_eq!(pdf.matches(SVG_URL).count(), 1);
    let data = data.split(')').next().unwrap_or_default();
    let svg = BASE64_STANDARD.decode(data).expect("base 64");
    let svg = String::from_utf8(svg).expect("text");
    assert_eq!(svg.matches("<svg ").count(), 1, "{svg}");
    assert!(
        svg.contains(" width=\"640\"") && svg.contains("Libertinus Serif"),
        "{svg}"
    );
}

#[test]
fn a_plot_in_a_quotation_stays_in_it() {
    let quoted = format!("> Before.\n>\n> {ALL}\n>\n> Behind.\n\nEnd.");
    let filled = fill(Renderer::Html, &[("a.md", &quoted)]);
    let text = &filled.chapters["a.md"];
    let figure: Vec<_> = { text.lines() }
        .skip_while(|line| !line.contains("<figure"))
        .take_while(|line| !line.contains("</figure>"))
        .collect();
    assert!(figure.len() > 5, "{text}");
    assert!(figure.iter().all(|line| line.starts_with('>')), "{text}");
}
