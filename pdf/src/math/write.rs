//! The tree of a formula as Typst's maths mode.

use super::characters::{
    character, em, escaped, join, name, nonempty, number, quoted, symbol, text,
};
use super::marks::marked;
use super::table::{lines, table};
use parsers::maths::Display;
use parsers::maths::spacing::gaps;
use parsers::maths::tree::{Bar, Class, Enclosure, Lap, Node, Style};

pub(super) type Written = Result<String, String>;

/// A whole formula. Where it is lines alone, they become Typst's own, which may be wide and are
/// aligned on the page.
pub(super) fn formula(parts: &[Node], display: Display) -> Written {
    match (parts, display) {
        ([Node::Table(table)], Display::Block) if table.is_lines => lines(table),
        (parts, _) => row(parts),
    }
}

/// Parts side by side.
pub(super) fn row(parts: &[Node]) -> Written {
    let mut written = String::new();
    let mut spaces = None;
    for (node, gap) in parts.iter().zip(gaps(parts, Style::Text)) {
        if let Node::Space(width) = node {
            spaces = Some(spaces.unwrap_or(0.0) + width);
            continue;
        }
        // Beside a space, Typst leaves out the one that the parts have of themselves.
        if let Some(width) = spaces.take() {
            written += &format!("#h({});", em(width + gap));
        }
        join(&mut written, &part(node)?);
    }
    if let Some(width) = spaces {
        written += &format!("#h({});", em(width));
    }
    Ok(written)
}

pub(super) fn part(node: &Node) -> Written {
    Ok(match node {
        Node::Symbol {
            text,
            class,
            upright,
        } => symbol(text, *class, *upright),
        Node::Number(digits) => number(digits),
        Node::Text(words, font) => text(words, *font),
        Node::Function(body) => match &body[..] {
            [Node::Symbol { text, .. }] => format!("op({})", quoted(text)),
            body => format!("op({})", nonempty(row(body)?)),
        },
        Node::Space(width) => format!("#h({});", em(*width)),
        Node::Row(parts) => group(parts)?,
        Node::Classed(Class::Operator, parts) => format!("op({})", nonempty(row(parts)?)),
        Node::Classed(class, parts) => classed(*class, parts)?,
        Node::Fraction {
            numerator,
            denominator,
            bar,
        } => fraction(numerator, denominator, *bar)?,
        Node::Root { radicand, index } => match index {
            None => format!("sqrt({})", part(radicand)?),
            Some(index) => format!("root({},{})", part(index)?, part(radicand)?),
        },
        Node::Scripts {
            base,
            lower,
            upper,
            stacked,
        } => scripts(base, lower.as_deref(), upper.as_deref(), *stacked)?,
        Node::Marked {
            base,
            mark,
            side,
            stretchy,
        } => marked(base, *mark, *side, *stretchy)?,
        Node::Arrow { arrow, over, under } => {
            let mut written = format!(
                "attach(limits(stretch({})),t:{}",
                escaped(*arrow),
                nonempty(part(over)?)
            );
            if let Some(under) = under {
                written += &format!(",b:{}", nonempty(part(under)?));
            }
            format!("class(\"relation\",{written}))")
        }
        Node::Fenced { open, close, body } => fenced(*open, *close, body)?,
        Node::Middle(bracket) => bracket.map_or(String::new(), |c| {
            format!("mid({})", character(c, Class::Ordinary))
        }),
        Node::Delimiter {
            delimiter,
            size,
            class,
        } => delimiter.map_or(String::new(), |c| {
            // Heights of plain TeX's `\big` and its sisters.
            let height = em(0.6 * f64::from(size + 1));
            format!(
                "class(\"{}\",lr(size:#{height},{}))",
                name(*class),
                escaped(c)
            )
        }),
        Node::Table(it) => table(it)?,
        node => changed(node)?,
    })
}

/// Parts as of a class; Typst gives no space to words that are an operation or a relation.
fn classed(class: Class, parts: &[Node]) -> Written {
    let written = nonempty(row(parts)?);
    Ok(match class {
        Class::Binary => format!("#h(0.2222em);{written}#h(0.2222em);"),
        Class::Relation => format!("#h(0.2778em);{written}#h(0.2778em);"),
        class => format!("class(\"{}\",{written})", name(class)),
    })
}

/// What changes how its parts are set.
fn changed(node: &Node) -> Written {
    Ok(match node {
        Node::Styled(style, parts) => {
            let function = match style {
                Style::Display => "display",
                Style::Text => "inline",
                Style::Script => "script",
                Style::ScriptScript => "sscript",
            };
            format!("{function}({})", nonempty(row(parts)?))
        }
        Node::Coloured(colour, parts) => {
            format!("tinted(#rgb(\"{colour}\"),{})", nonempty(row(parts)?))
        }
        Node::Shaded(colour, body) => {
            format!("shaded(#rgb(\"{colour}\"),{})", nonempty(part(body)?))
        }
        Node::Phantom(body) => format!("phantom({})", nonempty(part(body)?)),
        Node::Smashed {
            body,
            height,
            depth,
        } => format!("smashed({},#{height},#{depth})", nonempty(part(body)?)),
        Node::Lapped(lap, body) => {
            let part_to_the_left = match lap {
                Lap::Left => 1.0,
                Lap::Centre => 0.5,
                Lap::Right => 0.0,
            };
            format!("lapped(#{part_to_the_left},{})", nonempty(part(body)?))
        }
        Node::Enclosed(enclosure, body) => enclosed(enclosure, &nonempty(part(body)?)),
        Node::Raised(by, body) => format!("raised(#{},{})", em(*by), nonempty(part(body)?)),
        Node::Rule {
            width,
            height,
            raise,
        } => format!(
            "#box(width:{},height:{},baseline:{},fill:black);",
            em(*width),
            em(*height),
            em(-raise)
        ),
        _ => unreachable!("`part` writes the others"),
    })
}

/// Parts in braces, which are one ordinary part to the space around them.
fn group(parts: &[Node]) -> Written {
    let written = row(parts)?;
    let is_ordinary = |class: Class| class == Class::Ordinary;
    match parts.iter().filter_map(Node::classes).collect::<Vec<_>>()[..] {
        [(class, _)] if !is_ordinary(class) && class != Class::Operator => {
            Ok(format!("class(\"normal\",{written})"))
        }
        _ => Ok(written),
    }
}

fn enclosed(enclosure: &Enclosure, body: &str) -> String {
    match enclosure {
        Enclosure::Box(None) => format!("framed(#black,{body})"),
        Enclosure::Box(Some(colour)) => format!("framed(#rgb(\"{colour}\"),{body})"),
        Enclosure::Up => format!("cancel({body})"),
        Enclosure::Down => format!("cancel(inverted:#true,{body})"),
        Enclosure::Cross => format!("cancel(cross:#true,{body})"),
        Enclosure::Through => format!("cancel(angle:#90deg,{body})"),
    }
}

fn fenced(open: Option<char>, close: Option<char>, body: &[Node]) -> Written {
    if let (
        Some('('),
        Some(')'),
        [
            Node::Fraction {
                numerator,
                denominator,
                bar: Bar::None,
            },
        ],
    ) = (open, close, body)
    {
        return Ok(format!(
            "binom({},{})",
            part(numerator)?,
            part(denominator)?
        ));
    }
    let bracket = |c: Option<char>, class| c.map_or(String::new(), |c| character(c, class));
    let mut inside = bracket(open, Class::Opening);
    join(&mut inside, &row(body)?);
    join(&mut inside, &bracket(close, Class::Closing));
    Ok(format!("lr({inside})"))
}

fn fraction(numerator: &Node, denominator: &Node, bar: Bar) -> Written {
    let (above, below) = (nonempty(part(numerator)?), nonempty(part(denominator)?));
    match bar {
        Bar::Usual => Ok(format!("frac({above},{below})")),
        Bar::None => Ok(format!("mat(delim:#none,row-gap:#0.3em,{above};{below})")),
        Bar::Thick(width) => Ok(format!(
            "mat(delim:#none,row-gap:#0.5em,augment:#(hline:1,stroke:{}),{above};{below})",
            em(width)
        )),
    }
}

fn scripts(base: &Node, lower: Option<&Node>, upper: Option<&Node>, stacked: bool) -> Written {
    let written = nonempty(part(base)?);
    let moves_by_itself = matches!(
        base,
        Node::Function(_)
            | Node::Classed(..)
            | Node::Symbol {
                class: Class::Operator | Class::Relation,
                ..
            }
    );
    // Typst would put scripts of scripts in one place.
    let written = match base {
        Node::Row(parts) if matches!(parts[..], [Node::Scripts { .. }]) => {
            format!("class(\"normal\",{written})")
        }
        _ => written,
    };
    let base = match (stacked, moves_by_itself) {
        (true, _) => format!("limits({written})"),
        (false, true) => format!("scripts({written})"),
        (false, false) => written,
    };
    let mut written = format!("attach({base}");
    // Primes stand at the corner, where Typst raises them.
    let at_corner = upper.is_some_and(begins_with_prime);
    let (below, above) = if at_corner { ("br", "tr") } else { ("b", "t") };
    for (place, script) in [(below, lower), (above, upper)] {
        if let Some(script) = script {
            written += &format!(",{place}:{}", nonempty(part(script)?));
        }
    }
    Ok(written + ")")
}

fn begins_with_prime(script: &Node) -> bool {
    let first = script.parts().first();
    matches!(first, Some(Node::Symbol { text, .. }) if "′″‴⁗".contains(text.as_str()))
}
