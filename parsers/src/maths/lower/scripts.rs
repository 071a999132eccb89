//! Bases with scripts.

use super::{Lower, Lowered};
use crate::maths::tree::{Node, Style};
use katex::parser::parse_node::{AnyParseNode as Parsed, ParseNodeSupSub};

impl Lower {
    pub(super) fn scripts(self, scripts: &ParseNodeSupSub) -> Lowered {
        let script = self.of_scripts();
        let optional = |node: &Option<Box<Parsed>>| match node {
            Some(node) => script.boxed(node).map(Some),
            None => Ok(None),
        };
        let base = scripts.base.as_deref();
        let stacked = base.is_some_and(|base| self.stacks(base, scripts));
        Ok(Node::Scripts {
            base: match base {
                Some(base) => self.boxed(base)?,
                None => Box::new(Node::Row(Vec::new())),
            },
            lower: optional(&scripts.sub)?,
            upper: optional(&scripts.sup)?,
            stacked,
        })
    }

    /// Whether scripts stand under and over the base (The TeXbook, rule 13a of appendix G): those of
    /// large operators in displayed formulas or by `\limits`, and the words of a brace.
    fn stacks(self, base: &Parsed, scripts: &ParseNodeSupSub) -> bool {
        let is_display = self.style == Style::Display;
        match base {
            Parsed::Op(operator) => {
                operator.limits() && (is_display || operator.always_handle_sup_sub())
            }
            Parsed::OperatorName(name) => name.always_handle_sup_sub && (is_display || name.limits),
            Parsed::HorizBrace(brace) => match brace.is_over {
                true => scripts.sup.is_some(),
                false => scripts.sub.is_some(),
            },
            _ => false,
        }
    }
}
