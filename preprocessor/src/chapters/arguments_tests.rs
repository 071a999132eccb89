use super::super::names::tags;
use super::*;
use crate::evidence::Quantity;
use crate::evidence::unit::Unit;
use expect_test::{Expect, expect};

fn check(source: &str, expect: Expect) {
    let mut catalogue = Catalogue::default();
    for (name, unit) in [
        ("a.time", Unit::Second),
        ("a.share", Unit::One),
        ("a.work", Unit::Flop),
        ("a.images", Unit::Image),
    ] {
        catalogue.add(Quantity::exact(name, unit, 1.0, "a definition"));
    }
    let tags: Vec<_> = tags(source).collect();
    let faults = super::check(&catalogue, ("a.md", source), &tags);
    let lines: Vec<_> = faults.iter().map(|fault| format!("{fault}\n")).collect();
    expect.assert_eq(&lines.concat());
}

#[test]
fn a_misspelt_argument_is_told_the_nearest() {
    check(
        "<< a.time | fixed(place=2, unit='ms') >><< a.share|si(digit=4) >><< a.images | integer(x=1) >>",
        expect![[r#"
            `a.md:1:19`: `fixed`: it has no argument `place`; hint: `places`
            `a.md:1:55`: `si`: it has no argument `digit`; hint: `digits`
            `a.md:1:88`: `integer`: it has no argument `x`; expected one of `interval`, `mark`
        "#]],
    );
    check(
        "<% if false %>\n<< a.time | duration(plases=2) >><< ratio(a.time, too=a.time) >><< references(x=1) >><% endif %>",
        expect![[r#"
            `a.md:2:22`: `duration`: it has no argument `plases`; expected one of `interval`, `mark`
            `a.md:2:51`: `ratio`: it has no argument `too`
            `a.md:2:79`: `references`: it has no argument `x`
        "#]],
    );
    check(
        "<< a.share | fixed(2) >>",
        expect![[r#"
            `a.md:1:20`: `fixed`: an argument without a name; hint: `fixed(places=…)`
        "#]],
    );
}

#[test]
fn a_misspelt_filter_or_function_is_told_the_nearest() {
    check(
        "<< a.time | fixd(places=1) >><< a.time | upercase >><< pik('x.y') >><% filter tabel(id='t') %>x<% endfilter %>",
        expect![[r#"
            `a.md:1:13`: `fixd`: there is no such filter; hint: `fixed`
            `a.md:1:42`: `upercase`: there is no such filter; expected one of `integer`, `number`, `si`, `percent`, `fixed`, `bare`, `duration`, `table`, `figure`
            `a.md:1:56`: `pik`: there is no such function; hint: `pick`
            `a.md:1:79`: `tabel`: there is no such filter; hint: `table`
        "#]],
    );
    check(
        "<< percent(a.share) >>",
        expect![[r#"
            `a.md:1:4`: `percent`: it is a filter; hint: `… | percent(…)`
        "#]],
    );
}

#[test]
fn counts_and_flags_are_looked_at() {
    check(
        "<< a.share | percent(places=-1) >><< a.share | number(digits=0) >><< a.share | fixed(places=400) >>\
         << a.share | fixed(places=1.5) >><< a.share | fixed(places='2') >><< a.share | fixed(interval=1) >>",
        expect![[r#"
            `a.md:1:22`: `percent`: `places` is -1, expected 0 to 17
            `a.md:1:55`: `number`: `digits` is 0, expected 1 to 17
            `a.md:1:86`: `fixed`: `places` is 400, expected 0 to 17
            `a.md:1:119`: `fixed`: `places` is 1.5, expected 0 to 17
            `a.md:1:152`: `fixed`: `places` is no number, expected a whole one such as 2
            `a.md:1:185`: `fixed`: `interval` is neither `true` nor `false`
        "#]],
    );
}

#[test]
fn a_filter_fits_the_unit_in_every_branch() {
    check(
        "<% if false %><< a.work | percent >>\n<< a.work | duration >> << a.time | fixed(places=1) >> \
         << a.time | integer >> << a.share | fixed(unit='ms') >> $<< a.time | bare >>$<% endif %>",
        expect![[r#"
            `a.md:1:27`: `percent`: `a.work` is in `FLOP`, and `percent` prints a share; hint: `si` or `fixed(places=1, unit="FLOP")`
            `a.md:2:13`: `duration`: `a.work` is in `FLOP`, and `duration` prints a time; hint: `si` or `fixed(places=1, unit="FLOP")`
            `a.md:2:37`: `fixed`: `a.time` is in `s`, and `fixed` states no unit; hint: `duration`, `si` or `fixed(places=1, unit="s")`
            `a.md:2:68`: `integer`: `a.time` is in `s`, and `integer` prints a count without its unit; hint: `duration`, `si` or `fixed(places=1, unit="s")`
            `a.md:2:92`: `fixed`: `a.share` is a pure number, and `fixed` cannot show it in `ms`; hint: `number`, `percent` or `fixed(places=1)`
            `a.md:2:125`: `bare`: `a.time` is in `s`, and `bare` states no unit; hint: `bare(places=2, unit="s")`
        "#]],
    );
    check(
        "<< a.work | integer >><< a.images | fixed >><< a.time | number(digits=2, unit='ms') >>\
         << a.share | percent >><< a.time | si(interval=true) >><% set a = b %><< a.time | percent >>",
        expect![""],
    );
}

#[test]
fn keys_of_columns_are_looked_at() {
    check(
        "<% filter table(id='t', coloumns=[{\"head\": \"A\"}], rows=[]) %>x<% endfilter %>",
        expect![[r#"
            `a.md:1:25`: `table`: it has no argument `coloumns`; hint: `columns`
        "#]],
    );
    check(
        "<% if false %><% filter table(id='t', columns=[{\"head\": \"A\", \"place\": 1}], rows=[[\"place\"]]) %>x<% endfilter %><% endif %>",
        expect![[r#"
            `a.md:1:62`: `table`: a column has no `place`; hint: `places`
        "#]],
    );
}

#[test]
fn what_is_known_passes() {
    check(
        "<% for x in range(end=3) %><< x | default(value=1) | upper >><% if (x) and not (a.share) %>\
         << loop.index is divisible_by(2) >><< x is not containing('y') >><% endif %><% endfor %>\
         <%- filter figure(id='f', view='v', z=1) %>x<% endfilter %>\
         <% filter table(id='t', view='v', z=1) %>x<% endfilter %>",
        expect![""],
    );
}

#[test]
fn the_filters_of_tera_are_known() {
    for filter in TERA_FILTERS {
        let mut tera = tera::Tera::default();
        let source = format!("{{{{ x | {filter} }}}}");
        assert!(tera.add_raw_template("x", &source).is_ok(), "{filter}");
    }
}

#[test]
fn filters_of_texts_do_not_change_numbers() {
    check(
        "<< a.time | length >> << a.time | si | upper >> << a.time | fixed(unit=\"s\") | replace(from='a', to='b') >>\n\
         <% filter upper %>x<% endfilter %> << \"x\" | upper >> << a.time | si ~ (\"x\" | upper) >>",
        expect![[r#"
            `a.md:1:13`: `length`: it changes texts, and would change the mark of a number; hint: a filter that prints it, such as `si`
            `a.md:1:40`: `upper`: it changes texts, and would change the mark of a number; hint: a filter that prints it, such as `si`
            `a.md:1:79`: `replace`: it changes texts, and would change the mark of a number; hint: a filter that prints it, such as `si`
            `a.md:2:11`: `upper`: it changes texts, and would change the mark of a number; hint: a filter that prints it, such as `si`
        "#]],
    );
}

#[test]
fn a_template_in_quotation_marks_is_told() {
    check(
        "<% filter table(id='tbl-a', caption=\"It is << a.time | si >>.\") %>",
        expect![[r#"
            `a.md:1:37`: a template in a text in quotation marks is not filled; hint: `"…" ~ (NAME | si) ~ "…"`, or `raw` where it is text
        "#]],
    );
}
