//! Tables and figures wherever Markdown has blocks.

use super::contract::Renderer;
use super::small_books::{faults, outline, text};

const TABLE: &str = "<% filter table(id=\"tbl-k\", columns=[{\"head\": \"N\"}, {\"head\": \"V\"}], \
                     rows=[[\"a\", \"b\"]]) %>It.<% endfilter %>";

/// Looks where Markdown has the table in the place of `TABLE`, and what is around it.
#[track_caller]
fn check(source: &str, expected: &str) {
    let figure = "<figure id=\"tbl-k\" class=\"table\"> <figcaption> Para Table\u{a0}1. It. Link Data \
                  (CSV) . . </figcaption> Tabl Tabl Tabl N . Tabl V . . Tabl Tabl a . Tabl b . . . \
                  </figure>";
    let figure = figure.split_whitespace().collect::<Vec<_>>().join(" ");
    for renderer in [Renderer::Html, Renderer::Pdf] {
        let filled = text(renderer, &source.replace("TABLE", TABLE));
        let outline = outline(&filled).replace(&figure, "TABLE");
        assert_eq!(outline, expected, "{filled}");
    }
}

#[test]
fn a_table_stands_where_it_is_called() {
    check("a\n\nTABLE\n\nb", "Para a . TABLE Para b .");
    check("1. a\n\n   TABLE\n\n   b", "Item Para a . TABLE Para b . .");
    check(
        "- a\n  - b\n\n    TABLE\n  - c",
        "Item a Item Para b . TABLE . Item Para c . . .",
    );
    check("10) TABLE\n\n    b", "Item TABLE Para b . .");
    check("- TABLE\n- b", "Item TABLE . Item Para b . .");
    check("> TABLE\n>\n> b", "Bloc TABLE Para b . .");
    check("> [!NOTE]\n> TABLE", "Bloc TABLE .");
    check(
        "> - a\n>\n>   TABLE\n>   b",
        "Bloc Item Para a . TABLE Para b . . .",
    );
    check("t\n: a\n\n  TABLE", "Defi Defi t . Defi Para a . TABLE . .");
    check(
        "a[^1]\n\n[^1]: b\n\n    TABLE\n\nc",
        "Para a ? . Foot Para b . TABLE . Para c .",
    );
    check("<div>\n\nTABLE\n\n</div>", "<div> TABLE </div>");
}

#[test]
fn text_beside_a_table_is_a_paragraph_of_its_own() {
    check("a\nTABLE\nb", "Para a . TABLE Para b .");
    check("a TABLE b", "Para a . TABLE Para b .");
    check(
        "- a TABLE b\n- c",
        "Item Para a . TABLE Para b . . Item Para c . .",
    );
    check("- a\n  TABLE\n  b", "Item Para a . TABLE Para b . .");
    check("> a TABLE b\n> c", "Bloc Para a . TABLE Para b ? c . .");
    check("> a\nTABLE\nb", "Bloc Para a . . TABLE Para b .");
    check(
        "- a\n  - b\n  TABLE\n- c",
        "Item Para a . Item b . TABLE . Item Para c . .",
    );
    check("- [ ] a\n\n  TABLE", "Item Para ? a . TABLE .");
}

#[test]
fn what_is_written_in_a_list_or_a_quotation_is_read_without_its_beginning() {
    let own = "> - <% filter table(id=\"tbl-k\",\n>     caption=\"It.\") %>\n>     | N | V |\n>     \
               |---|---|\n>     | a | b |\n>     <% endfilter %>\n";
    let filled = text(Renderer::Html, own);
    let expected = "> - <figure id=\"tbl-k\" class=\"table\">\n>   \n>   <figcaption>\n>   \n>   \
                    **Table\u{a0}1.** It.\n>   \n>   </figcaption>\n>   \n>   | N | V |\n>   |---|---|\n\
                    >   | a | b |\n>   \n>   </figure>\n";
    assert_eq!(filled, expected);
    let caption = TABLE.replace("It.", "\n>         It\n>         is.\n>   ");
    let filled = text(Renderer::Pdf, &format!("> - {caption}\n"));
    assert!(
        filled.contains("**Table\u{a0}1.** It\n>   is. [Data"),
        "{filled}"
    );
}

#[test]
fn where_no_table_can_stand_is_told() {
    for (source, inside) in [
        ("## TABLE", "a heading"),
        ("| a |\n|---|\n| TABLE |", "a cell of a table"),
        ("a *b TABLE*", "emphasised text"),
        ("[TABLE](a.md)", "a link"),
        ("TABLE\n: a", "a term to define"),
        ("a\n\n    TABLE", "code"),
        ("- [ ] TABLE", "the line of a task"),
    ] {
        let faults = faults(&source.replace("TABLE", TABLE));
        let expected = format!(
            "the table `tbl-k` stands inside {inside}; hint: put it on lines of its own, between \
             paragraphs or in an item of a list"
        );
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].ends_with(&expected), "{faults:?}");
    }
    let nested = TABLE.replace("It.", &TABLE.replace("tbl-k", "tbl-l"));
    let faults = faults(&nested);
    assert!(
        faults[0].contains("the table `tbl-l` stands inside another figure or table"),
        "{faults:?}"
    );
}
