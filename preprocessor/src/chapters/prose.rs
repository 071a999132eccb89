//! Which text of a chapter stands together in a block.

use super::citing::{Block, Place};
use pulldown_cmark::{Event, LinkType, Tag, TagEnd};
use std::ops::Range;

/// Gathers the text of a block while the events of a chapter go by.
#[derive(Default)]
pub(super) struct Prose {
    block: Block,
    code_blocks: usize,
    headings: usize,
    links: usize,
    images: usize,
    /// Links that show their own address, whose text is none.
    addresses: usize,
}

/// Whether an event ends the block of text before it.
#[derive(PartialEq, Eq)]
pub(super) enum Flow {
    GoesOn,
    EndsBlock,
}

impl Prose {
    /// Reads the next event.
    pub(super) fn read(&mut self, event: &Event, range: Range<usize>) -> Flow {
        match event {
            Event::Text(_) if self.code_blocks + self.addresses == 0 => {
                let place = match (self.links, self.images, self.headings) {
                    (0, 0, 0) => Place::Prose,
                    (0, 0, _) => Place::Heading,
                    (0, ..) => Place::Image,
                    _ => Place::Link,
                };
                self.block.push(range, place);
            }
            Event::Start(Tag::CodeBlock(_)) => self.code_blocks += 1,
            Event::End(TagEnd::CodeBlock) => self.code_blocks -= 1,
            Event::Start(Tag::Heading { .. }) => self.headings += 1,
            Event::End(TagEnd::Heading(_)) => self.headings -= 1,
            Event::Start(Tag::Link {
                link_type: LinkType::Autolink | LinkType::Email,
                ..
            }) => {
                self.addresses += 1;
            }
            Event::End(TagEnd::Link) if self.addresses > 0 => self.addresses -= 1,
            Event::Start(Tag::Link { .. }) => self.links += 1,
            Event::End(TagEnd::Link) => self.links -= 1,
            Event::Start(Tag::Image { .. }) => self.images += 1,
            Event::End(TagEnd::Image) => self.images -= 1,
            _ => {}
        }
        match is_inline(event) {
            true => Flow::GoesOn,
            false => Flow::EndsBlock,
        }
    }

    /// The block so far, which a new one follows.
    pub(super) fn take(&mut self) -> Block {
        std::mem::take(&mut self.block)
    }
}

/// Whether an event is one inside a block of text.
fn is_inline(event: &Event) -> bool {
    match event {
        Event::Start(tag) => matches!(
            tag,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
        ),
        Event::End(tag) => matches!(
            tag,
            TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Link
                | TagEnd::Image
        ),
        Event::Rule | Event::Html(_) => false,
        _ => true,
    }
}
