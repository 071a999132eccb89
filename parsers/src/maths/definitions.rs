//! Commands and environments that KaTeX lacks, and those that a book defines.

use super::limits;
use super::{Display, Fault, settings};
use crate::contained::contained;
use katex::define_environment::{EnvContext, EnvHandler, EnvSpec};
use katex::define_function::{FunctionDefSpec, FunctionPropSpec};
use katex::macro_expander::MacroMap;
use katex::macros::{MacroContextInterface, MacroDefinition, MacroExpansion, MacroExpansionResult};
use katex::parser::parse_node::{AlignSpec, AnyParseNode, ParseNodeAccent, ParseNodeHorizBrace};
use katex::types::ParseErrorKind;
use katex::{KatexContext, ParseError};
use std::sync::{Arc, LazyLock};

/// The file beside the chapters in which a book defines commands.
pub const DEFINITIONS: &str = "definitions.tex";

/// The commands that a formula may use besides the parser's own.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    macros: MacroMap,
}

impl Definitions {
    /// The commands that `latex` defines by `\newcommand`, `\DeclareMathOperator` or `\def`.
    ///
    /// # Errors
    /// What is wrong with a definition, and text that defines nothing.
    pub fn parse(latex: &str) -> Result<Self, Fault> {
        limits::check(latex)?;
        limits::on_large_stack(|| Self::parse_here(latex))
    }

    fn parse_here(latex: &str) -> Result<Self, Fault> {
        let settings = settings(Display::Block, &Self::default(), true);
        let parsed = contained(|| katex::parse(&CONTEXT, latex, &settings));
        let nodes = parsed
            .map_err(|panic| Fault::of_panic(&panic))?
            .map_err(|error| Fault::of(&error, latex))?;
        if nodes.iter().any(|node| !is_nothing(node)) {
            return Err(Fault::new("text that defines no command"));
        }
        let mut macros = settings.macros.take();
        macros.retain(|name, _| !OWN_MACROS.iter().any(|(own, _)| own == name));
        macros.retain(|name, _| !FUNCTIONS.iter().any(|(own, _)| own == name));
        Ok(Self { macros })
    }

    /// Whether the book defines none.
    pub(super) fn is_empty(&self) -> bool {
        self.macros.is_empty()
    }

    /// These commands and those of this module.
    pub(super) fn macros(&self) -> MacroMap {
        let written = OWN_MACROS
            .iter()
            .map(|(name, text)| ((*name).to_owned(), MacroDefinition::StaticStr(text)));
        let functions = FUNCTIONS.iter().map(|(name, function)| {
            let definition = MacroDefinition::StaticFunction(*function);
            ((*name).to_owned(), definition)
        });
        let own = self.macros.iter();
        let own = own.map(|(name, definition)| (name.clone(), definition.clone()));
        written.chain(functions).chain(own).collect()
    }
}

fn is_nothing(node: &AnyParseNode) -> bool {
    match node {
        AnyParseNode::Internal(_) | AnyParseNode::Spacing(_) => true,
        AnyParseNode::OrdGroup(group) => group.body.iter().all(is_nothing),
        _ => false,
    }
}

type Function = for<'a, 'b> fn(
    &'a mut (dyn MacroContextInterface<'b> + 'a),
) -> Result<MacroExpansionResult, ParseError>;

/// Commands of LaTeX and its usual packages, by those that the parser has.
const OWN_MACROS: [(&str, &str); 16] = [
    (
        "\\DeclareMathOperator",
        "\\@ifstar\\declare@starred\\declare@plain",
    ),
    ("\\declare@plain", "\\gdef#1{\\operatorname{#2}}"),
    ("\\declare@starred", "\\gdef#1{\\operatorname*{#2}}"),
    ("\\mathbbm", "\\mathbb{#1}"),
    ("\\mathds", "\\mathbb{#1}"),
    ("\\mbox", "\\text{#1}"),
    ("\\ensuremath", "{#1}"),
    ("\\mspace", "\\mskip#1"),
    ("\\strut", "\\vphantom{(}"),
    ("\\xspace", ""),
    ("\\varvdots", "\\mathord{\\char\"22ee}"),
    ("\\vdots", "\\varvdots"),
    ("\\colon", "\\mathpunct{:}\\mskip2mu"),
    ("\\dotsi", "\\cdots"),
    ("\\dddot", "\\mark@dddot{#1}"),
    ("\\ddddot", "\\mark@ddddot{#1}"),
];

const FUNCTIONS: [(&str, Function); 2] = [
    ("\\newcommand", |context| define(context)),
    ("\\renewcommand", |context| define(context)),
];

/// `\newcommand{\name}[count]{definition}`, also of a name that the parser knows.
fn define(
    context: &mut (dyn MacroContextInterface<'_> + '_),
) -> Result<MacroExpansionResult, ParseError> {
    context.consume_spaces()?;
    if context.future_mut()?.text == "*" {
        context.pop_token()?;
    }
    let name = context.consume_arg(None)?.tokens;
    let [name] = &name[..] else {
        return Err(ParseError::new(ParseErrorKind::ExpectedControlSequence));
    };
    let name = name.text.to_owned_string();
    let mut tokens = context.consume_arg(None)?.tokens;
    let mut count = String::new();
    if matches!(&tokens[..], [bracket] if bracket.text == "[") {
        loop {
            let token = context.expand_next_token()?;
            if token.text == "]" || token.text == "EOF" {
                break;
            }
            count += token.text.as_str();
        }
        tokens = context.consume_arg(None)?.tokens;
    }
    let arguments = match count.as_str() {
        "" => 0,
        count => { count.trim().parse().ok() }
            .filter(|count| *count < 10)
            .ok_or_else(|| ParseError::new(ParseErrorKind::InvalidNewcommandArgumentCount))?,
    };
    if matches!(&tokens[..], [bracket] if bracket.text == "[") {
        return Err(ParseError::new(ParseErrorKind::ExpectedMacroDefinition));
    }
    let definition = MacroDefinition::Expansion(MacroExpansion {
        tokens,
        num_args: arguments,
        ..MacroExpansion::default()
    });
    context.macros_mut().set(&name, Some(definition), false);
    Ok(MacroExpansionResult::Empty)
}

/// The parser's commands and environments, and those of this module.
pub(super) static CONTEXT: LazyLock<KatexContext> = LazyLock::new(|| {
    let mut context = KatexContext::default();
    define_marks(&mut context);
    define_environments(&mut context);
    context
});

fn define_marks(context: &mut KatexContext) {
    let props = || FunctionPropSpec {
        num_args: 1,
        ..FunctionPropSpec::default()
    };
    context.define_function(FunctionDefSpec {
        node_type: None,
        names: &["\\mark@dddot", "\\mark@ddddot"],
        props: props(),
        handler: Some(|context, mut arguments, _| {
            Ok(AnyParseNode::Accent(Box::new(ParseNodeAccent {
                mode: context.parser.mode,
                loc: context.loc(),
                label: context.func_name.to_owned(),
                is_stretchy: Some(false),
                is_shifty: Some(true),
                base: arguments.remove(0),
            })))
        }),
        html_builder: None,
        mathml_builder: None,
    });
    context.define_function(FunctionDefSpec {
        node_type: None,
        names: &["\\overparen", "\\underparen"],
        props: props(),
        handler: Some(|context, mut arguments, _| {
            Ok(AnyParseNode::HorizBrace(ParseNodeHorizBrace {
                mode: context.parser.mode,
                loc: context.loc(),
                label: context.func_name.to_owned(),
                is_over: context.func_name == "\\overparen",
                base: Box::new(arguments.remove(0)),
            }))
        }),
        html_builder: None,
        mathml_builder: None,
    });
}

/// What the columns of an environment are called that sets each line further to the right.
pub(super) const STAGGERED: &str = "staggered";

fn define_environments(context: &mut KatexContext) {
    // The place of a part in its line, `[t]` or `[b]`, is read; formulas stand on the axis all the same.
    for name in ["aligned", "gathered", "alignedat", "split"] {
        let mut known = EnvSpec::clone(&context.environments[name]);
        known.num_optional_args = 1;
        context
            .environments
            .insert(name.to_owned(), Arc::new(known));
    }
    let own: [(&[&str], EnvHandler); 3] = [
        (&["multline", "multline*", "multlined"], |context, _, _| {
            as_environment("gathered", context, &[("staggered", 0.0)])
        }),
        (&["eqnarray", "eqnarray*"], |context, _, _| {
            as_environment("aligned", context, &[("r", 0.0), ("c", 0.28), ("l", 0.28)])
        }),
        (&["flalign", "flalign*"], |context, _, _| {
            as_environment("aligned", context, &[])
        }),
    ];
    let array = EnvSpec::clone(&context.environments["array"]);
    let handler: EnvHandler = |context, mut arguments, optional| {
        drop_empty_separators(&mut arguments);
        let known = context.parser.ctx.environments[KNOWN_ARRAY].handler;
        known(context, arguments, optional)
    };
    let known = Arc::new(array.clone());
    context.environments.insert(KNOWN_ARRAY.to_owned(), known);
    let array = Arc::new(EnvSpec { handler, ..array });
    for name in ["array", "darray"] {
        context
            .environments
            .insert(name.to_owned(), Arc::clone(&array));
    }
    for (names, handler) in own {
        let known = EnvSpec::clone(&context.environments["gathered"]);
        let environment = Arc::new(EnvSpec { handler, ..known });
        for name in names {
            let environment = Arc::clone(&environment);
            context.environments.insert((*name).to_owned(), environment);
        }
    }
}

/// What the parser's own environment for arrays is kept as.
const KNOWN_ARRAY: &str = "array@known";

/// Takes `@{}` out of the columns of an array, which means no space there: at the edges there is none.
fn drop_empty_separators(arguments: &mut [AnyParseNode]) {
    let Some(AnyParseNode::OrdGroup(columns)) = arguments.first_mut() else {
        return;
    };
    let is_empty = |pair: &[AnyParseNode]| match pair {
        [at, AnyParseNode::OrdGroup(group)] => at.text() == Some("@") && group.body.is_empty(),
        _ => false,
    };
    while let Some(at) = columns.body.windows(2).position(is_empty) {
        columns.body.drain(at..at + 2);
    }
}

/// Reads an environment as another, whose columns are then these: alignment, and space before it.
fn as_environment(
    name: &str,
    mut context: EnvContext,
    columns: &[(&str, f64)],
) -> Result<AnyParseNode, ParseError> {
    context.env_name = name.to_owned();
    let known = context.parser.ctx.environments[name].handler;
    let mut node = known(context, Vec::new(), Vec::new())?;
    if let (AnyParseNode::Array(array), false) = (&mut node, columns.is_empty()) {
        let column = |(alignment, gap): &(&str, f64)| AlignSpec::Align {
            align: (*alignment).to_owned(),
            pregap: Some(*gap),
            postgap: Some(0.0),
        };
        array.cols = Some(columns.iter().map(column).collect());
    }
    Ok(node)
}
