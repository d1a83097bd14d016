//! What Ollama hands to a template, and which of it a template asks for (`template/template.go`, ollama fb307609).

use std::collections::HashMap;

use super::{Block, PartKind, Template};
use crate::source::Span;

/// The values of a whole template.
pub const ROOT: [&str; 8] = ["System", "Prompt", "Messages", "Tools", "Response", "Suffix", "Think", "ThinkLevel"];

/// What only the newest versions hand over as well.
const NEWER: [&str; 1] = ["IsThinkSet"];

/// The fields of a message.
pub const MESSAGE: [&str; 7] = ["Role", "Content", "Thinking", "Images", "ToolCalls", "ToolName", "ToolCallID"];

/// What a name is looked up in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The values of a whole template. What is not there prints `<no value>`.
    Root,
    /// One of the messages. What is not there is an error when somebody chats.
    Message,
}

/// A value that a template asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use<'a> {
    /// Its name, without what follows it.
    pub name: &'a str,
    /// Where the name stands.
    pub span: Span,
    /// What it is looked up in.
    pub scope: Scope,
}

impl Use<'_> {
    /// Whether there is such a value.
    #[must_use]
    pub fn is_known(&self) -> bool {
        match self.scope {
            Scope::Root => ROOT.contains(&self.name) || NEWER.contains(&self.name),
            Scope::Message => MESSAGE.contains(&self.name),
        }
    }
}

/// What a value is, as far as that can be told without running the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Root,
    Messages,
    Message,
    Unknown,
}

impl Type {
    fn field(self, name: &str) -> Self {
        if self == Self::Root && name == "Messages" { Self::Messages } else { Self::Unknown }
    }

    fn element(self) -> Self {
        if self == Self::Messages { Self::Message } else { Self::Unknown }
    }
}

/// What a pipeline comes to, as far as it was read.
#[derive(Clone, Copy)]
enum Value {
    Nothing,
    One(Type),
    /// More than one operand: who knows.
    Many,
}

struct Frame<'a> {
    block: Block,
    /// What `.` was outside.
    dot: Type,
    /// The variables that its pipeline sets.
    declared: Vec<&'a str>,
}

pub(super) fn uses<'a>(template: &Template<'a>) -> Vec<Use<'a>> {
    let mut found = Vec::new();
    let mut dot = Type::Root;
    let mut frames: Vec<Frame<'a>> = Vec::new();
    // A name that is set twice to different things is nothing that can be told.
    let mut variables: HashMap<&str, Type> = HashMap::from([("$", Type::Root)]);
    let mut value = Value::Nothing;
    let mut declared: Vec<&str> = Vec::new();
    for &part in &template.parts {
        let text = template.text_of(part);
        match part.kind {
            PartKind::Action | PartKind::Call { .. } | PartKind::Stage => {
                settle(&mut variables, &mut declared, value, part.kind == PartKind::Stage);
                value = if part.kind == PartKind::Stage { Value::Many } else { Value::Nothing };
            }
            PartKind::Open(block) => {
                settle(&mut variables, &mut declared, value, false);
                value = Value::Nothing;
                frames.push(Frame { block, dot, declared: Vec::new() });
            }
            PartKind::Body => {
                let of = if let Value::One(of) = value { of } else { Type::Unknown };
                let Some(frame) = frames.last_mut() else { continue };
                frame.declared = std::mem::take(&mut declared);
                match frame.block {
                    Block::If => {}
                    Block::With => dot = of,
                    Block::Range => dot = of.element(),
                    // Whoever calls it says what it is handed; its `$` too.
                    Block::Define | Block::Block => {
                        dot = Type::Unknown;
                        variables.insert("$", Type::Unknown);
                    }
                }
                let inner = if frame.block == Block::Range { of.element() } else { of };
                if let Some((last, others)) = frame.declared.split_last() {
                    set(&mut variables, last, inner);
                    for other in others {
                        set(&mut variables, other, Type::Unknown);
                    }
                }
                value = Value::Nothing;
            }
            PartKind::Else => dot = frames.last().map_or(dot, |frame| frame.dot),
            PartKind::End => {
                let Some(frame) = frames.pop() else { continue };
                dot = frame.dot;
                if matches!(frame.block, Block::Define | Block::Block) {
                    let outside = frames.iter().any(|frame| matches!(frame.block, Block::Define | Block::Block));
                    variables.insert("$", if outside { Type::Unknown } else { Type::Root });
                }
            }
            PartKind::Declared => declared.push(text),
            PartKind::Paren { .. } | PartKind::Close | PartKind::Function | PartKind::Literal => value = Value::Many,
            PartKind::Dot => value = joined(value, dot),
            PartKind::Field | PartKind::Variable => {
                let (of, fields, skipped) = if let Some(fields) = text.strip_prefix('.') {
                    (dot, fields, 1)
                } else {
                    let (name, fields) = text.split_once('.').unwrap_or((text, ""));
                    (variables.get(name).copied().unwrap_or(Type::Unknown), fields, name.len() + 1)
                };
                let name = fields.split('.').next().unwrap_or_default();
                let scope = match of {
                    Type::Root => Some(Scope::Root),
                    Type::Message => Some(Scope::Message),
                    Type::Messages | Type::Unknown => None,
                };
                if let Some(scope) = scope.filter(|_| !name.is_empty()) {
                    let start = part.span.start + u32::try_from(skipped).unwrap_or_default();
                    let span = Span::new(start, start + u32::try_from(name.len()).unwrap_or_default());
                    found.push(Use { name, span, scope });
                }
                let whole = if fields.is_empty() { of } else { fields.split('.').fold(of, Type::field) };
                value = joined(value, whole);
            }
            PartKind::Text | PartKind::Jump => {}
        }
    }
    found
}

fn joined(value: Value, with: Type) -> Value {
    if matches!(value, Value::Nothing) { Value::One(with) } else { Value::Many }
}

/// The variables that an action set are what its pipeline came to.
fn settle<'a>(variables: &mut HashMap<&'a str, Type>, declared: &mut Vec<&'a str>, value: Value, goes_on: bool) {
    if goes_on {
        return;
    }
    let of = if let Value::One(of) = value { of } else { Type::Unknown };
    for name in declared.drain(..) {
        set(variables, name, of);
    }
}

fn set<'a>(variables: &mut HashMap<&'a str, Type>, name: &'a str, of: Type) {
    variables.entry(name).and_modify(|known| *known = if *known == of { of } else { Type::Unknown }).or_insert(of);
}
