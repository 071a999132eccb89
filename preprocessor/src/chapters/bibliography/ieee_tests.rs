//! Entries and their lines, after the IEEE Reference Guide (V 11.29.2023).

use super::Bibliography;

/// The line of the entry with the key `a`, or what is wrong with the file.
fn line(text: &str) -> String {
    match Bibliography::parse("references.bib", text) {
        Ok(read) => read.work("a").to_owned(),
        Err(faults) => faults[0].to_string(),
    }
}

fn check(table: &[(&str, &str)]) {
    let wrong: Vec<_> = { table.iter() }
        .filter(|(entry, expected)| line(entry) != *expected)
        .map(|(entry, expected)| {
            format!("{entry}\n  is       {}\n  expected {expected}", line(entry))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn kinds_of_works() {
    check(&[
        (
            "@article{a, author = {Muster, Max and Roe, Jane}, title = {One}, journal = {J. W.}, \
             volume = 3, number = {4}, pages = {5--9}, month = mar, year = 2019, doi = {10.1000/182}}",
            "M. Muster and J. Roe, “One,” *J. W.*, vol. 3, no. 4, pp. 5–9, Mar. 2019, doi: \
             [10.1000/182](<https://doi.org/10.1000/182>).",
        ),
        (
            "@article{a, author = {Muster, Max}, title = {One}, journal = {J. W.}, publisher = {OUP}, \
             volume = 3, pages = 5, year = 2019}",
            "M. Muster, “One,” *J. W.*, vol. 3, p. 5, 2019, OUP.",
        ),
        (
            "@article{a, author = {Muster, Max}, title = {One}, journaltitle = {J. W.}, eid = {17}, \
             date = {2019-05-02}}",
            "M. Muster, “One,” *J. W.*, Art. no. 17, May 02, 2019.",
        ),
        (
            "@inproceedings{a, author = {Muster, Max}, title = {One}, booktitle = {Proc. of Widgets}, \
             series = {LNCS}, volume = {7}, editor = {Roe, Jane and Doe, John}, address = {Bern}, \
             organization = {IEEE}, publisher = {Springer}, pages = {1-9}, year = {2017}}",
            "M. Muster, “One,” in *Proc. of Widgets*, ser. LNCS, vol. 7, J. Roe and J. Doe, Eds., \
             Bern: Springer, IEEE, 2017, pp. 1–9.",
        ),
        (
            "@inproceedings{a, author = {Muster, Max}, title = {One}, eventtitle = {Widgets 17}, \
             venue = {Bern}, eventdate = {2017-05-02/2017-05-04}}",
            "M. Muster, “One,” presented at Widgets 17, Bern, May 02, 2017–May 04, 2017.",
        ),
        (
            "@book{a, author = {Muster, Max}, title = {Widgets}, subtitle = {A Study}, edition = {2}, \
             publisher = {Chapman and Hall}, location = {London}, month = 5, year = {1998}, series = {Texts}}",
            "M. Muster, *Widgets: A Study*, 2nd ed., ser. Texts. London: Chapman and Hall, May 1998.",
        ),
        (
            "@book{a, editor = {Roe, Jane}, title = {Widgets}, edition = {Third}, volumes = {2}, year = 1998}",
            "J. Roe, Ed., *Widgets*, Third ed., 2 vols. 1998.",
        ),
        (
            "@incollection{a, author = {Muster, Max}, title = {One}, booktitle = {Handbook}, chapter = 3, \
             pages = {44}, publisher = {P}, year = 2001, edition = 11}",
            "M. Muster, “One,” in *Handbook*, 11th ed., P, 2001, ch. 3, p. 44.",
        ),
        (
            "@techreport{a, author = {Muster, Max}, title = {Four}, institution = {University of \
             Nowhere}, number = {TR-7}, address = {Nowhere}, year = {2009}}",
            "M. Muster, “Four,” University of Nowhere, Nowhere, Tech. Rep. TR-7, 2009.",
        ),
        (
            "@report{a, author = {Muster, Max}, title = {Four}, type = {techreport}, institution = {U}, date = 2009}",
            "M. Muster, “Four,” U, Tech. Rep., 2009.",
        ),
        (
            "@phdthesis{a, author = {Muster, Max}, title = {Five}, school = {ETH}, address = {Zürich}, year = 2010}",
            "M. Muster, “Five,” Ph.D. dissertation, ETH, Zürich, 2010.",
        ),
        (
            "@thesis{a, author = {Muster, Max}, title = {Five}, type = {mathesis}, institution = {ETH}, date = 2010}",
            "M. Muster, “Five,” M.S. thesis, ETH, 2010.",
        ),
        (
            "@patent{a, author = {Muster, Max}, title = {A widget}, type = {patentus}, number = {7 654 321}, \
             holder = {Acme}, date = {2011-01}}",
            "M. Muster, “A widget,” Acme, U.S. Patent 7 654 321, Jan. 2011.",
        ),
        (
            "@software{a, author = {Muster, Max}, title = {wid}, version = {1.2}, publisher = {Zenodo}, \
             year = 2020, url = {https://example.org/w}}",
            "M. Muster, “wid,” Zenodo, ver. 1.2, 2020. &#91;Online&#93;. Available: <https://example.org/w>",
        ),
        (
            "@online{a, author = {Muster, Max}, title = {A tutorial}, year = {2017}, \
             url = {https://example.org/t}, urldate = {2020-11-03}}",
            "M. Muster, “A tutorial,” 2017. Accessed: Nov. 03, 2020. &#91;Online&#93;. Available: <https://example.org/t>",
        ),
        (
            "@misc{a, author = {Muster, Max}, title = {Widgets}, year = {2019}, eprint = {1905.00001}, \
             archiveprefix = {arXiv}, primaryclass = {cs.LG}, url = {https://example.org/1905.00001}}",
            "M. Muster, “Widgets,” 2019, [arXiv:1905.00001](<https://arxiv.org/abs/1905.00001>) &#91;cs.LG&#93;. &#91;Online&#93;. Available: \
             <https://example.org/1905.00001>",
        ),
        (
            "@unpublished{a, author = {Muster, Max}, title = {Draft}, note = {submitted}, year = 2020}",
            "M. Muster, “Draft,” 2020, submitted.",
        ),
        (
            "@manual{a, organization = {Acme}, title = {The Manual}, year = 1999, note = {Read it twice.}}",
            "*The Manual*. Acme, 1999. Read it twice.",
        ),
        (
            "@proceedings{a, editor = {Roe, Jane}, title = {Proc. of Widgets}, year = 2001, publisher = {ACM}}",
            "J. Roe, Ed., *Proc. of Widgets*. ACM, 2001.",
        ),
        (
            "@webpage{a, title = {Home}, year = 2001, url = {https://x.org}}",
            "“Home,” 2001. &#91;Online&#93;. Available: <https://x.org>",
        ),
    ]);
}

#[test]
fn names() {
    let all = |names: &str| format!("@misc{{a, author = {{{names}}}, title = {{T}}}}");
    for (names, expected) in [
        ("Muster, Max and others", "M. Muster *et al.*, “T.”"),
        (
            "Muster, Max and Roe, Jane and others",
            "M. Muster, J. Roe, *et al.*, “T.”",
        ),
        ("Jean-Pierre de la Fontaine", "J.-P. de la Fontaine, “T.”"),
        ("van der Maaten, Laurens", "L. van der Maaten, “T.”"),
        ("King, Jr., Martin Luther", "M. L. King Jr., “T.”"),
        ("{NVIDIA}", "NVIDIA, “T.”"),
        (
            "{Barnes and Noble, Inc.} and R.A. Fisher",
            "Barnes and Noble, Inc. and R. A. Fisher, “T.”",
        ),
        ("M{\\\"u}ller, {\\'E}mile", "É. Müller, “T.”"),
        (
            "{\\L}ukasz, \\'{I}ris and \\O{}rsted, \\v{S}ime",
            "Í. Łukasz and Š. Ørsted, “T.”",
        ),
        ("Knuth, Donald~E.", "D. E. Knuth, “T.”"),
        (
            "A and B and C and D and E and F",
            "A, B, C, D, E, and F, “T.”",
        ),
        ("A and B and C and D and E and F and G", "A *et al.*, “T.”"),
        (
            "family=Maaten, given=Laurens, prefix=van der",
            "L. van der Maaten, “T.”",
        ),
        ("王, 小明", "小明 王, “T.”"),
        ("Aristotle", "Aristotle, “T.”"),
    ] {
        check(&[(&all(names), expected)]);
    }
}

#[test]
fn dates() {
    for (fields, expected) in [
        ("year = {in press}", "in press"),
        ("year = {n.d.}", "n.d."),
        ("year = {forthcoming}", "forthcoming"),
        ("year = {2019a}", "2019a"),
        ("year = {[1998]}", "&#91;1998&#93;"),
        ("year = 2019, month = {June}", "Jun. 2019"),
        ("year = 2019, month = {Sept.}", "Sep. 2019"),
        ("year = 2019, month = dec", "Dec. 2019"),
        ("year = 2019, month = {12}", "Dec. 2019"),
        ("year = 2019, month = jun # \"~12\"", "Jun. 12, 2019"),
        ("year = 2019, month = \"1~\" # jan", "Jan. 01, 2019"),
        ("year = 2019, month = {May--June}", "May–June 2019"),
        ("year = 2019, month = {Spring}", "Spring 2019"),
        ("year = 2019, month = 2, day = 3", "Feb. 03, 2019"),
        ("date = {2019-03-04}", "Mar. 04, 2019"),
        ("date = {2019-03}", "Mar. 2019"),
        ("date = {2018/2019}", "2018–2019"),
        ("date = {2018/}", "2018–"),
        ("date = {2018~}", "ca. 2018"),
        ("date = {2018?}", "2018?"),
        ("date = {199X}", "1990–1999"),
        ("date = {yesterday}", "yesterday"),
        ("date = {2019-13-45}", "2019-13-45"),
        ("date = {2019-21}", "2019-21"),
    ] {
        let entry = format!("@misc{{a, title = {{T}}, {fields}}}");
        // A stop of its own is not doubled.
        let stop = if expected.ends_with(['.', '?']) {
            ""
        } else {
            "."
        };
        let expected = format!("“T,” {expected}{stop}");
        check(&[(&entry, &expected)]);
    }
}

#[test]
fn latex_in_titles() {
    for (title, expected) in [
        (
            "The \\emph{Adam} rule with rate $\\mathcal{O}(1/\\sqrt{k})$, or ``fast''",
            "“The *Adam* rule with rate $\\mathcal{O}(1/\\sqrt{k})$, or ‘fast.’”",
        ),
        (
            "{BERT}: pre-training {\\&} more, 5\\% of \\$ 3\\_4 \\# 1",
            "“BERT: pre-training &amp; more, 5% of &#36; 3&#95;4 # 1.”",
        ),
        (
            "G{\\\"o}del, Erd\\H{o}s, na\\\"{\\i}ve, \\c{c}a, \\AA{}ngstr\\\"om, \\ss",
            "“Gödel, Erdős, naïve, ça, Ångström, ß.”",
        ),
        ("From~A to~B -- and --- back", "“From A to B – and — back.”"),
        (
            "{\\em Slanted} and \\textbf{bold} and \\textsc{Small} \\texttt{code}",
            "“*Slanted* and **bold** and Small code.”",
        ),
        (
            "\\emph{(k)}th x\\emph{(y)}",
            "“*&#40;k)*&#116;h &#120;*&#40;y)*.”",
        ),
        ("A \\emph{ b } c", "“A  *b*  c.”"),
        ("What is `this'? It isn't", "“What is ‘this’? It isn’t.”"),
        (
            "\\enquote{Quoted} \\LaTeX{} on\\,time\\-less \\(x\\)",
            "“‘Quoted’ LaTeX on timeless $x$.”",
        ),
        ("CO\\textsubscript{2}", "“CO${}_{\\text{2}}$.”"),
        (
            "See \\url{https://x.org/a_b} or \\href{https://y.org}{there}",
            "“See <https://x.org/a_b> or [there](<https://y.org>).”",
        ),
        ("How? ", "“How?”"),
        (
            "a \\textbackslash{} b \\{c\\} \\textless d\\textgreater",
            "“a &#92; b &#123;c&#125; &lt;d&gt;.”",
        ),
        ("$x$1 and $$y$$", "“$x$&#49; and $y$.”"),
    ] {
        check(&[(&format!("@misc{{a, title = {{{title}}}}}"), expected)]);
    }
    check(&[(
        "@book{a, title = {On \\emph{E. coli} $x^2$}, year = 1999}",
        "*On* E. coli *$x^2$*. 1999.",
    )]);
}

#[test]
fn what_is_not_latex_is_told() {
    for (fields, expected) in [
        (
            "title = {A \\frobnicate{b}}",
            "`a`: `title`: `\\frobnicate` is not a command that is known here; hint: write the character \
          itself, and formulas between `$`",
        ),
        (
            "title = {Costs $5}",
            "`a`: `title`: a formula begins with `$` and does not end; hint: a dollar sign that is none is `\\$`",
        ),
        (
            "note = {\\url{javascript:alert(1)}}",
            "`a`: `note`: `javascript:alert(1)` is no address; hint: a link begins with `https://`, \
          `http://`, `mailto:` or `doi:`",
        ),
        (
            "title = {\\url x}",
            "`a`: `title`: `\\url` has no argument, expected `\\url{…}`",
        ),
    ] {
        let entry = format!("@misc{{a,\n  {fields}}}");
        let expected = format!("`references.bib:2:3`: {expected}");
        check(&[(&entry, &expected)]);
    }
}

#[test]
fn identifiers_and_addresses() {
    let tail = " &#91;Online&#93;. Available: ";
    for (fields, expected) in [
        (
            "doi = {https://doi.org/10.1000/182}",
            ", doi: [10.1000/182](<https://doi.org/10.1000/182>).",
        ),
        (
            "doi = {http://dx.doi.org/10.1000/182}",
            ", doi: [10.1000/182](<https://doi.org/10.1000/182>).",
        ),
        (
            "doi = {doi:10.1000/182}",
            ", doi: [10.1000/182](<https://doi.org/10.1000/182>).",
        ),
        (
            "doi = {10.1007/978-3\\_1}",
            ", doi: [10.1007/978-3&#95;1](<https://doi.org/10.1007/978-3_1>).",
        ),
        (
            "doi = {10.1000/182}, url = {https://doi.org/10.1000/182}",
            ", doi: [10.1000/182](<https://doi.org/10.1000/182>).",
        ),
        (
            "doi = {10.1000/182}, url = {https://x.org}",
            &format!(", doi: [10.1000/182](<https://doi.org/10.1000/182>).{tail}<https://x.org>"),
        ),
        (
            "url = {https://x.org/a\\_b?c=1\\&d=~e}",
            &format!(".{tail}<https://x.org/a_b?c=1&d=~e>"),
        ),
        (
            "url = {\\url{https://x.org}}",
            &format!(".{tail}<https://x.org>"),
        ),
        (
            "howpublished = {\\url{https://x.org}}",
            &format!(".{tail}<https://x.org>"),
        ),
        (
            "howpublished = \"\\url{https://x.org}\", url = {https://x.org}",
            &format!(".{tail}<https://x.org>"),
        ),
        (
            "howpublished = {Available at \\url{https://x.org}}",
            ", Available at <https://x.org>.",
        ),
        ("howpublished = {Self-published}", ", Self-published."),
        (
            "eprint = {https://x.org/a.pdf}",
            &format!(".{tail}<https://x.org/a.pdf>"),
        ),
        (
            "eprint = {https://x.org/a.pdf}, doi = {10.1/2}, url = {https://doi.org/10.1/2}",
            &format!(", doi: [10.1/2](<https://doi.org/10.1/2>).{tail}<https://x.org/a.pdf>"),
        ),
        (
            "howpublished = {http://x.org/}",
            &format!(".{tail}<http://x.org/>"),
        ),
        (
            "address = {USA}, location = {Bern, CH}, publisher = {P}",
            ", Bern, CH, P, USA.",
        ),
        ("number = {3}, issue = {Spring}", ", no. 3, Spring."),
        ("number = {754}, type = {Standard}", ", Standard 754."),
        (
            "eprint = {1905.00001}",
            ", [arXiv:1905.00001](<https://arxiv.org/abs/1905.00001>).",
        ),
        (
            "eprint = {arXiv:1905.00001v2}",
            ", [arXiv:1905.00001v2](<https://arxiv.org/abs/1905.00001v2>).",
        ),
        (
            "eprint = {math/0309136}",
            ", [arXiv:math/0309136](<https://arxiv.org/abs/math/0309136>).",
        ),
        ("eprint = {123}, eprinttype = {jstor}", ", jstor:123."),
        (
            "eprint = {1905.00001}, url = {https://arxiv.org/abs/1905.00001}",
            ", [arXiv:1905.00001](<https://arxiv.org/abs/1905.00001>).",
        ),
        (
            "eprint = {1905.00001}, note = {Preprint}",
            ", [arXiv:1905.00001](<https://arxiv.org/abs/1905.00001>). Preprint.",
        ),
        (
            "journal = {arXiv preprint arXiv:1905.00001}, eprint = {1905.00001}",
            ", *arXiv preprint arXiv:1905.00001*.",
        ),
        (
            "volume = {}, number = {}, pages = { }, doi = {}, url = {}",
            ".",
        ),
    ] {
        let entry = format!("@misc{{a, author = {{M}}, title = {{T}}, {fields}}}");
        let found = line(&entry);
        let expected = match expected.starts_with('.') {
            true => format!("M, “T.”{}", &expected[1..]),
            false => format!("M, “T,”{}", &expected[1..]),
        };
        assert!(
            found.starts_with(&expected),
            "{entry}\n  is       {found}\n  expected {expected}"
        );
    }
}

/// No kind of entry drops a field that says something about the work.
#[test]
fn every_field_is_printed_whatever_the_kind() {
    let fields = [
        ("author", "Unique, Ada", "A. Unique"),
        ("title", "Unique", "Unique"),
        ("subtitle", "Unique", "Unique"),
        ("titleaddon", "Unique", "Unique"),
        ("booktitle", "Unique", "*Unique*"),
        ("booksubtitle", "Unique", "*Unique*"),
        ("journal", "Unique", "*Unique*"),
        ("journaltitle", "Unique", "*Unique*"),
        ("maintitle", "Unique", "*Unique*"),
        ("issuetitle", "Unique", "Unique"),
        ("eventtitle", "Unique", "Unique"),
        ("venue", "Unique", "Unique"),
        ("editor", "Unique, Ada", "A. Unique, Ed."),
        ("translator", "Unique, Ada", "A. Unique, Trans."),
        ("bookauthor", "Unique, Ada", "A. Unique"),
        ("holder", "Unique, Ada", "A. Unique"),
        ("edition", "7", "7th ed."),
        ("series", "Unique", "ser. Unique"),
        ("volume", "77", "vol. 77"),
        ("volumes", "77", "77 vols."),
        ("part", "77", "pt. 77"),
        ("number", "77", "77"),
        ("issue", "77", "no. 77"),
        ("type", "Unique", "Unique"),
        ("version", "7.7", "ver. 7.7"),
        ("publisher", "Unique", "Unique"),
        ("organization", "Unique", "Unique"),
        ("institution", "Unique", "Unique"),
        ("school", "Unique", "Unique"),
        ("location", "Unique", "Unique"),
        ("address", "Unique", "Unique"),
        ("howpublished", "Unique", "Unique"),
        ("date", "1977", "1977"),
        ("year", "1977", "1977"),
        ("chapter", "77", "ch. 77"),
        ("pages", "77--78", "pp. 77–78"),
        ("eid", "77", "Art. no. 77"),
        ("pagetotal", "77", "77 pp."),
        ("pubstate", "inpress", "in press"),
        ("note", "Unique", "Unique"),
        ("addendum", "Unique", "Unique"),
        ("doi", "10.7/7", "10.7/7"),
        ("eprint", "7777.77777", "7777.77777"),
        ("url", "https://unique.org", "https://unique.org"),
        ("urldate", "1977-07-07", "Jul. 07, 1977"),
    ];
    for kind in [
        "article",
        "book",
        "booklet",
        "inbook",
        "incollection",
        "inproceedings",
        "conference",
        "manual",
        "mastersthesis",
        "misc",
        "phdthesis",
        "proceedings",
        "techreport",
        "unpublished",
        "online",
        "report",
        "thesis",
        "patent",
        "software",
        "dataset",
        "standard",
        "collection",
        "inreference",
    ] {
        for (field, value, expected) in fields {
            if (field, kind) == ("issue", "report")
                || (field == "issue" && matches!(kind, "techreport" | "patent"))
            {
                continue; // neither has issues
            }
            let beside = match field {
                "title" | "subtitle" => "year = 2001",
                "author" => "title = {T}, year = 2001",
                "date" | "year" => "title = {T}, author = {B}",
                _ => "title = {T}, author = {B}, year = 2001",
            };
            let found = line(&format!("@{kind}{{a, {beside}, {field} = {{{value}}}}}"));
            assert!(found.contains(expected), "{kind} {field}: {found}");
        }
    }
}
