//! A formula as a tree: what both formats write.
//!
//! The parts are those of TeX's maths lists (The TeXbook, chap. 17) after macros are expanded, fonts
//! are chosen and the places of scripts are decided. All lengths are in ems of the text around.

/// A formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// What it says.
    pub body: Vec<Node>,
    /// What `\tag` puts in the place of its number.
    pub tag: Option<Vec<Node>>,
}

impl Formula {
    /// Whether it or one of its rows has a `\tag`.
    pub fn is_tagged(&self) -> bool {
        let has_tag = |node: &Node| match node {
            Node::Table(table) => table.rows.iter().any(|row| row.tag.is_some()),
            _ => false,
        };
        self.tag.is_some() || self.body.iter().any(has_tag)
    }

    /// The characters that it shows, in the order of its source.
    pub fn text(&self) -> String {
        let mut text = String::new();
        { self.body.iter() }.for_each(|node| node.add_text(&mut text));
        text
    }
}

/// TeX's class of an atom, which decides the space around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A variable or a number.
    Ordinary,
    /// A large operator or the name of a function.
    Operator,
    /// A binary operation.
    Binary,
    /// A relation.
    Relation,
    /// An opening bracket.
    Opening,
    /// A closing bracket.
    Closing,
    /// Punctuation.
    Punctuation,
    /// A bracketed formula.
    Inner,
}

/// The shape of a text inside a formula.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextFont {
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// The family.
    pub family: Family,
}

/// The family of a text's font.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Family {
    /// That of the formula.
    #[default]
    Serif,
    /// Without serifs.
    SansSerif,
    /// Of one width.
    Monospace,
}

/// TeX's four styles, from a formula on lines of its own to scripts of scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// On lines of its own.
    Display,
    /// In a line of text.
    Text,
    /// A script.
    Script,
    /// A script of a script.
    ScriptScript,
}

impl Style {
    /// The style of this style's scripts.
    pub fn of_scripts(self) -> Self {
        match self {
            Style::Display | Style::Text => Style::Script,
            Style::Script | Style::ScriptScript => Style::ScriptScript,
        }
    }

    /// The style above and below a fraction bar.
    pub fn of_fraction(self) -> Self {
        match self {
            Style::Display => Style::Text,
            style => style.of_scripts(),
        }
    }
}

/// Above or below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Above.
    Over,
    /// Below.
    Under,
}

/// The line of a fraction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bar {
    /// The font's.
    Usual,
    /// None, as in a binomial coefficient.
    None,
    /// As thick as this, in ems.
    Thick(f64),
}

/// A line around or through a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enclosure {
    /// A frame, in a colour where one is given.
    Box(Option<String>),
    /// A stroke from below left to above right.
    Up,
    /// A stroke from above left to below right.
    Down,
    /// Both strokes.
    Cross,
    /// A stroke through the middle.
    Through,
}

/// Where a part without width reaches to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lap {
    /// To the left.
    Left,
    /// To both sides.
    Centre,
    /// To the right.
    Right,
}

/// A part of a formula.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A letter or symbol, or letters that one font sets as a word; letters of other fonts than the
    /// usual are those of Unicode's block of mathematical letters.
    Symbol {
        /// The characters.
        text: String,
        /// Its class.
        class: Class,
        /// Whether it stands upright where a variable would slant.
        upright: bool,
    },
    /// A number.
    Number(String),
    /// Words.
    Text(String, TextFont),
    /// The name of a function, such as `log`.
    Function(Vec<Node>),
    /// Space, or less of it, in ems.
    Space(f64),
    /// Parts side by side.
    Row(Vec<Node>),
    /// A part that counts as of another class.
    Classed(Class, Vec<Node>),
    /// A fraction, without the brackets of a binomial coefficient.
    Fraction {
        /// Above.
        numerator: Box<Node>,
        /// Below.
        denominator: Box<Node>,
        /// The line between.
        bar: Bar,
    },
    /// A root.
    Root {
        /// What the root is of.
        radicand: Box<Node>,
        /// Which root; 2 where none.
        index: Option<Box<Node>>,
    },
    /// A base with scripts.
    Scripts {
        /// The base, which may be empty.
        base: Box<Node>,
        /// Below.
        lower: Option<Box<Node>>,
        /// Above.
        upper: Option<Box<Node>>,
        /// Whether they stand under and over the base, not beside it.
        stacked: bool,
    },
    /// A base with an accent, brace, line or arrow.
    Marked {
        /// The base.
        base: Box<Node>,
        /// The mark.
        mark: char,
        /// Where it stands.
        side: Side,
        /// Whether it is as wide as the base.
        stretchy: bool,
    },
    /// An arrow as long as what stands above and below it.
    Arrow {
        /// The arrow.
        arrow: char,
        /// What stands above.
        over: Box<Node>,
        /// What stands below.
        under: Option<Box<Node>>,
    },
    /// Parts between brackets as high as they; `None` for no bracket.
    Fenced {
        /// At the beginning.
        open: Option<char>,
        /// At the end.
        close: Option<char>,
        /// Between them.
        body: Vec<Node>,
    },
    /// A bracket as high as the [`Node::Fenced`] that it stands in.
    Middle(Option<char>),
    /// A bracket of a given height.
    Delimiter {
        /// The bracket; `None` for none.
        delimiter: Option<char>,
        /// From 1 for `\big` to 4 for `\Bigg`.
        size: u8,
        /// Its class.
        class: Class,
    },
    /// A matrix, array or lines of a formula.
    Table(Table),
    /// Parts in a style.
    Styled(Style, Vec<Node>),
    /// Parts in a CSS colour.
    Coloured(String, Vec<Node>),
    /// Parts before a CSS colour.
    Shaded(String, Box<Node>),
    /// A part that takes its place and is not seen.
    Phantom(Box<Node>),
    /// A part as high and deep as nothing, where so marked.
    Smashed {
        /// The part.
        body: Box<Node>,
        /// Whether its height counts for nothing.
        height: bool,
        /// Whether its depth counts for nothing.
        depth: bool,
    },
    /// A part as wide as nothing.
    Lapped(Lap, Box<Node>),
    /// A part in a frame, or struck out.
    Enclosed(Enclosure, Box<Node>),
    /// A part moved up, in ems.
    Raised(f64, Box<Node>),
    /// A filled rectangle, in ems.
    Rule {
        /// Its width.
        width: f64,
        /// Its height.
        height: f64,
        /// How far it is moved up.
        raise: f64,
    },
}

/// How the columns of a table stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    /// At the left.
    Left,
    /// In the middle.
    Centre,
    /// At the right.
    Right,
}

/// A line in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A line.
    Solid,
    /// Dashes.
    Dashed,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// How its cells stand.
    pub alignment: Alignment,
    /// The space before it, in ems.
    pub gap: f64,
    /// The line before it.
    pub line: Option<Line>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its cells, at most one for each column.
    pub cells: Vec<Vec<Node>>,
    /// The lines above it.
    pub lines: Vec<Line>,
    /// Space behind it besides that between all rows, in ems.
    pub space: f64,
    /// What `\tag` writes beside it.
    pub tag: Option<Vec<Node>>,
}

/// A matrix, array or lines of a formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// The line behind the last column.
    pub last_line: Option<Line>,
    /// Its rows; one without cells at the end carries the lines below the table.
    pub rows: Vec<Row>,
    /// The style of its cells.
    pub style: Style,
    /// The space between rows, in ems.
    pub row_gap: f64,
    /// Whether it is lines of a displayed formula, such as `align` makes.
    pub is_lines: bool,
}

impl Node {
    /// Parts side by side as one; a single part as it is.
    pub fn row(mut nodes: Vec<Node>) -> Node {
        match nodes.len() {
            1 => nodes.remove(0),
            _ => Node::Row(nodes),
        }
    }

    /// The parts side by side in this one.
    pub fn parts(&self) -> &[Node] {
        match self {
            Node::Row(parts) => parts,
            part => std::slice::from_ref(part),
        }
    }

    /// The class by which the space before and behind it is chosen; `None` for what is no atom.
    pub fn classes(&self) -> Option<(Class, Class)> {
        let both = |class| Some((class, class));
        match self {
            Node::Space(_) => None,
            Node::Symbol { class, .. } | Node::Delimiter { class, .. } => both(*class),
            Node::Classed(class, _) => both(*class),
            Node::Function(_) => both(Class::Operator),
            Node::Arrow { .. } => both(Class::Relation),
            Node::Fenced { .. } => both(Class::Inner),
            Node::Middle(_) => both(Class::Ordinary),
            Node::Scripts { base, .. } | Node::Smashed { body: base, .. } => base.classes(),
            Node::Styled(_, body) | Node::Coloured(_, body) => outer_classes(body),
            _ => both(Class::Ordinary),
        }
    }

    /// The parts inside, one level down.
    pub fn children(&self) -> Vec<&Node> {
        match self {
            Node::Symbol { .. }
            | Node::Number(_)
            | Node::Text(..)
            | Node::Space(_)
            | Node::Middle(_)
            | Node::Delimiter { .. }
            | Node::Rule { .. } => Vec::new(),
            Node::Function(body)
            | Node::Row(body)
            | Node::Classed(_, body)
            | Node::Styled(_, body)
            | Node::Coloured(_, body)
            | Node::Fenced { body, .. } => body.iter().collect(),
            Node::Fraction {
                numerator,
                denominator,
                ..
            } => vec![numerator, denominator],
            Node::Root { radicand, index } => with(radicand, [index]),
            Node::Scripts {
                base, lower, upper, ..
            } => with(base, [lower, upper]),
            Node::Arrow { over, under, .. } => with(over, [under]),
            Node::Marked { base: body, .. }
            | Node::Shaded(_, body)
            | Node::Phantom(body)
            | Node::Smashed { body, .. }
            | Node::Lapped(_, body)
            | Node::Enclosed(_, body)
            | Node::Raised(_, body) => vec![body],
            Node::Table(table) => {
                let rows = table.rows.iter();
                rows.flat_map(|row| row.cells.iter().chain(&row.tag).flatten())
                    .collect()
            }
        }
    }

    fn add_text(&self, text: &mut String) {
        match self {
            Node::Symbol { text: own, .. } | Node::Number(own) | Node::Text(own, _) => {
                text.push_str(own);
            }
            node => { node.children().into_iter() }.for_each(|child| child.add_text(text)),
        }
    }

    /// How deep the parts are nested.
    pub fn depth(&self) -> usize {
        let inside = self.children().into_iter().map(Node::depth);
        1 + inside.max().unwrap_or(0)
    }
}

fn with<'a, const N: usize>(first: &'a Node, others: [&'a Option<Box<Node>>; N]) -> Vec<&'a Node> {
    let others = others.into_iter().flatten().map(|node| &**node);
    std::iter::once(first).chain(others).collect()
}

fn outer_classes(body: &[Node]) -> Option<(Class, Class)> {
    let (first, _) = body.iter().find_map(Node::classes)?;
    let (_, last) = body.iter().rev().find_map(Node::classes)?;
    Some((first, last))
}
