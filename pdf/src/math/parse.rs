//! The LaTeX parser's events as a tree.

use parsers::latex::event::{
    Content, Dimension, EnvironmentFlow, Event, Grouping, ScriptPosition, ScriptType, StateChange,
    Visual,
};
use parsers::latex::{Storage, events};

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part<'a> {
    Content(Content<'a>),
    Group(Grouping, Vec<Part<'a>>),
    /// A root, fraction or negation with its one or two parts.
    Visual(Visual, Vec<Part<'a>>),
    /// Base, then subscript, then superscript, as far as `ScriptType` has them.
    Script(ScriptType, ScriptPosition, Vec<Part<'a>>),
    Space {
        width: Option<Dimension>,
        height: Option<Dimension>,
        depth: Option<Dimension>,
    },
    State(StateChange),
    Flow(EnvironmentFlow),
}

/// Parses a formula.
pub(super) fn formula<'a>(latex: &'a str, storage: &'a Storage) -> Result<Vec<Part<'a>>, String> {
    sequence(&mut events(latex, storage)?.into_iter())
}

type Events<'a> = std::vec::IntoIter<Event<'a>>;

fn sequence<'a>(events: &mut Events<'a>) -> Result<Vec<Part<'a>>, String> {
    let mut parts = Vec::new();
    while let Some(event) = events.next() {
        if event == Event::End {
            break;
        }
        parts.push(part(event, events)?);
    }
    Ok(parts)
}

fn part<'a>(event: Event<'a>, events: &mut Events<'a>) -> Result<Part<'a>, String> {
    Ok(match event {
        Event::Content(content) => Part::Content(content),
        Event::Begin(grouping) => Part::Group(grouping, sequence(events)?),
        Event::Visual(visual) => {
            let count = if matches!(visual, Visual::Root | Visual::Fraction(_)) {
                2
            } else {
                1
            };
            Part::Visual(visual, elements(count, events)?)
        }
        Event::Script { ty, position } => {
            let count = if ty == ScriptType::SubSuperscript {
                3
            } else {
                2
            };
            Part::Script(ty, position, elements(count, events)?)
        }
        Event::Space {
            width,
            height,
            depth,
        } => Part::Space {
            width,
            height,
            depth,
        },
        Event::StateChange(change) => Part::State(change),
        Event::EnvironmentFlow(flow) => Part::Flow(flow),
        Event::End => return Err("a group ends that never began".into()),
    })
}

fn elements<'a>(count: usize, events: &mut Events<'a>) -> Result<Vec<Part<'a>>, String> {
    let next = |_| {
        let event = events
            .next()
            .ok_or("the formula ends where an argument is expected")?;
        part(event, events)
    };
    (0..count).map(next).collect()
}
