use crate::chapters::small_books::faults;
use expect_test::{Expect, expect};

/// Typical mistakes, each with what is said of it.
fn check(source: &str, expect: Expect) {
    let lines: Vec<_> = { faults(source).into_iter() }
        .map(|fault| fault + "\n")
        .collect();
    expect.assert_eq(&lines.concat());
}

#[test]
fn typical_mistakes() {
    check(
        "Text\n\n<<name>",
        expect![[r#"
        `book/a.md:3:1`: `<<` is not closed, expected `>>`; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
    "#]],
    );
    check(
        "<< name }} b",
        expect![[r#"
        `book/a.md:1:1`: `<<` is not closed, expected `>>`; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
    "#]],
    );
    check(
        "a\n<% if plan.complete %>\nb",
        expect![[r#"
        `book/a.md:2:1`: `<% if … %>` opens here and has no `<% endif %>`
    "#]],
    );
    check(
        "<% filter table(id='tbl-a',\n columns=[]) %>c",
        expect![[r#"
        `book/a.md:1:1`: `<% filter … %>` opens here and has no `<% endfilter %>`
    "#]],
    );
    check(
        "<% for a in b %>",
        expect![[r#"
        `book/a.md:1:1`: `<% for … %>` opens here and has no `<% endfor %>`
    "#]],
    );
    check(
        "<% for a of b %>x<% endfor %>",
        expect![[r#"
            `book/a.md:1:10`: found `of`, expected `in`
        "#]],
    );
    check(
        "<% endif %>",
        expect![[r#"
        `book/a.md:1:1`: `<% endif %>` ends no `<% if … %>`
    "#]],
    );
    check(
        "<% elseif a %>",
        expect![[r#"
        `book/a.md:1:1`: no tag begins with `elseif`; hint: `elif`
    "#]],
    );
    check(
        "<< a b >>",
        expect![[r#"
        `book/a.md:1:6`: found `b`, expected `>>`; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
    "#]],
    );
    check(
        "<< a | >>",
        expect![[r#"
        `book/a.md:1:8`: found `>>`, expected a name; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
    "#]],
    );
    check(
        "<< a.b.| si >>",
        expect![[r#"
            `book/a.md:1:8`: found `|`, expected a name; hint: `or`, or the name of a filter; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
        "#]],
    );
    check(
        "<< a | si(digits 3) >>",
        expect![[r#"
        `book/a.md:1:18`: found `3`, expected `=`; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
    "#]],
    );
    check(
        "<< a | si(digits=3 >>",
        expect![[r#"
            `book/a.md:1:20`: found `>>`, expected `,` or a closing bracket; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
        "#]],
    );
    check(
        "<< a | si(digits=) >>",
        expect![[r#"
            `book/a.md:1:18`: found `)`, expected a value or a name; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
        "#]],
    );
    check(
        "<< \"a >>",
        expect![[r#"
        `book/a.md:1:1`: `<<` is not closed, expected `>>`; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
    "#]],
    );
    check(
        "<< nothing >>",
        expect![[r#"
        `book/a.md:1:4`: nothing is named `nothing`; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
    "#]],
    );
    check(
        "<< a.b >>",
        expect![[r#"
        `book/a.md:1:4`: no quantity is named `a.b`; hint: the names begin with ; `topics` in book.toml switches others on
    "#]],
    );
    check(
        "<% if a = b %>x<% endif %>",
        expect![[r#"
            `book/a.md:1:9`: found `=`, expected `%>`; hint: `==`
        "#]],
    );
    check(
        "<% if a && b %>x<% endif %>",
        expect![[r#"
            `book/a.md:1:9`: found `&`; hint: `and`
        "#]],
    );
    check(
        "<% if a is definde %>x<% endif %>",
        expect![[r#"
        `book/a.md:1:12`: there is no test `definde`; hint: `is defined`
    "#]],
    );
    check(
        "<% set a 3 %>",
        expect![[r#"
            `book/a.md:1:1`: `<% set … %>` has neither `=` nor a `<% endset %>`
        "#]],
    );
    check(
        "<% set true = 3 %>",
        expect![[r#"
            `book/a.md:1:8`: found `true`, expected a name
        "#]],
    );
    check(
        "<< [1, 2 >>",
        expect![[r#"
            `book/a.md:1:10`: found `>>`, expected `,` or a closing bracket; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
        "#]],
    );
    check(
        "<< {\"a\" 1} >>",
        expect![[r#"
        `book/a.md:1:9`: found `1`, expected `:`; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
    "#]],
    );
    check(
        "<< a ? b : c >>",
        expect![[r#"
            `book/a.md:1:6`: found `?`, which no tag has; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
        "#]],
    );
    check(
        "<< >>",
        expect![[r#"
            `book/a.md:1:4`: found `>>`, expected a value or a name; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
        "#]],
    );
    check(
        "<% %>",
        expect![[r#"
            `book/a.md:1:4`: no tag begins so
        "#]],
    );
    check(
        "<% include \"a.md\" %>",
        expect![[r#"
        `book/a.md:1:12`: unknown template `a.md`
    "#]],
    );
    check(
        "<% for a in 3 %>x<% endfor %>",
        expect![[r#"
        `book/a.md:1:13`: iteration not possible on type `i64`
    "#]],
    );
    check(
        "<% filter figure(view='plot') %>x<% endfilter %>",
        expect![[r#"
            `book/a.md:1:11`: missing field `id`
        "#]],
    );
    check(
        "<< question() >>",
        expect![[r#"
        `book/a.md:1:4`: missing keyword argument `id`
    "#]],
    );
    check(
        "é << 'a' | upcase >>",
        expect![[r#"
        `book/a.md:1:12`: `upcase`: there is no such filter; expected one of `integer`, `number`, `si`, `percent`, `fixed`, `bare`, `duration`, `table`, `figure`
    "#]],
    );
    check(
        "<% set loops = 1 %><< loop >>",
        expect![[r#"
        `book/a.md:1:23`: nothing is named `loop`; hint: `loops`; hint: `<<` begins a template; as text, outside of code, it is `<% raw %><<<% endraw %>`, in a formula `\ll`
    "#]],
    );
}
