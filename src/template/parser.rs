//! Tokens become parts: `text/template/parse/parse.go` of Go 1.26, with stacks of its own in place of recursion, so that
//! no text is too deep.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::lexer::{Kind, Lexer, Token};
use super::{Block, Fault, FaultKind, Part, PartKind, Template, go};
use crate::source::Span;

/// Go's own limit for parentheses in parentheses.
const MAX_PARENS: usize = 10_000;

/// What a template may call: Go's own functions, and Ollama's (`template/template.go`, ollama fb307609).
pub const FUNCTIONS: [&str; 23] = [
    "and",
    "call",
    "currentDate",
    "eq",
    "ge",
    "gt",
    "html",
    "index",
    "js",
    "json",
    "le",
    "len",
    "lt",
    "ne",
    "not",
    "or",
    "print",
    "printf",
    "println",
    "slice",
    "toTypeScriptType",
    "urlquery",
    "yesterdayDate",
];

pub(super) fn parse(text: &str) -> Result<Template<'_>, Fault> {
    let mut parser = Parser {
        text,
        lexer: Lexer::new(text),
        ahead: Vec::new(),
        last: Span::default(),
        line: 0,
        parts: Vec::new(),
        variables: Variables::default(),
        tree: Tree::default(),
        open: Vec::new(),
        defined: HashMap::new(),
    };
    parser.everything()?;
    let template = Template { text, parts: parser.parts };
    // What Ollama adds: it collects the names, and a call without a value has none.
    match template.parts.iter().find(|part| part.kind == PartKind::Call { with_value: false }) {
        Some(call) => Err(Fault {
            message: "undefined template specified".to_owned(),
            line: None,
            span: call.span,
            kind: FaultKind::CallWithoutValue,
        }),
        None => Ok(template),
    }
}

#[derive(Debug)]
struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// Tokens that were looked at and not taken; the next one is the last.
    ahead: Vec<Token<'a>>,
    /// The last token that was read, also if only looked at.
    last: Span,
    /// Its line, which is the one that messages name.
    line: u32,
    parts: Vec<Part>,
    variables: Variables<'a>,
    tree: Tree,
    /// The blocks that are not ended yet, from outside in.
    open: Vec<Open>,
    /// The templates that are defined, and whether there is something in them.
    defined: HashMap<Vec<u8>, bool>,
}

/// What Go keeps for each template: the text itself, each `define` and each `block`.
#[derive(Debug, Default)]
struct Tree {
    name: Vec<u8>,
    /// Where the name stands.
    span: Span,
    /// The line of the action that is read, or 0.
    action_line: u32,
    ranges: u32,
    /// Whether there is more in it than blanks.
    is_filled: bool,
    /// Where its variables start.
    variables: usize,
}

/// A block that needs an `{{end}}`.
#[derive(Debug)]
struct Open {
    block: Block,
    span: Span,
    /// The line on which its pipeline ends.
    line: u32,
    /// Whether its `{{else}}` was there.
    has_else: bool,
    /// Whether it is the `if` of an `{{else if}}`, which ends together with the one around it.
    is_chained: bool,
    /// How many variables there were before it.
    variables: usize,
    /// The template around a `define` or `block`.
    outer: Option<Tree>,
}

/// The variables that can be used where the parser is.
#[derive(Debug, Default)]
struct Variables<'a> {
    names: Vec<&'a str>,
    /// For each name, where it stands in `names`.
    places: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Variables<'a> {
    fn push(&mut self, name: &'a str) {
        self.places.entry(name).or_default().push(self.names.len());
        self.names.push(name);
    }

    fn truncate(&mut self, length: usize) {
        for name in self.names.drain(length.min(self.names.len())..) {
            if let Some(places) = self.places.get_mut(name) {
                places.pop();
            }
        }
    }

    /// Whether `name` is known to a template whose variables start at `from`.
    fn knows(&self, name: &str, from: usize) -> bool {
        name == "$" || self.places.get(name).and_then(|places| places.last()).is_some_and(|&last| last >= from)
    }
}

/// A pipeline that is being read.
#[derive(Debug)]
struct Pipeline {
    context: &'static str,
    end: Kind,
    commands: usize,
    /// How many operands the command has that is read.
    operands: usize,
    /// The first stage that cannot be run, counted as Go does.
    literal_stage: Option<usize>,
    /// The part of its `(`.
    open: usize,
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Token<'a> {
        self.ahead.pop().unwrap_or_else(|| {
            let token = self.lexer.next_token();
            (self.last, self.line) = (token.span, token.line);
            token
        })
    }

    fn back(&mut self, token: Token<'a>) {
        self.ahead.push(token);
    }

    fn next_non_space(&mut self) -> Token<'a> {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    fn peek(&mut self) -> Kind {
        let token = self.next();
        let kind = token.kind;
        self.back(token);
        kind
    }

    fn peek_non_space(&mut self) -> Kind {
        let token = self.next_non_space();
        let kind = token.kind;
        self.back(token);
        kind
    }

    fn part(&mut self, kind: PartKind, span: Span) {
        self.parts.push(Part { kind, span });
    }

    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault { message: message.into(), line: Some(self.line), span: self.last, kind: FaultKind::Syntax }
    }

    fn unexpected(&self, token: &Token, context: &str) -> Fault {
        if token.kind != Kind::Error {
            let fault = self.fault(format!("unexpected {} in {context}", token.shown()));
            return Fault { span: token.span, ..fault };
        }
        let mut message = token.shown();
        let is_action = message.ends_with(" action");
        if self.tree.action_line != 0 && self.tree.action_line != token.line {
            let words = if is_action { "" } else { " in action" };
            let _ = write!(message, "{words} started at :{}", self.tree.action_line);
        }
        let span = if token.text == "unclosed action" { self.lexer.action } else { token.span };
        Fault { span, ..self.fault(message) }
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Result<Token<'a>, Fault> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(&token, context)) }
    }

    /// The whole text.
    fn everything(&mut self) -> Result<(), Fault> {
        loop {
            // Between blocks, a `define` may stand, and the text may end.
            if self.open.is_empty() {
                let token = self.next();
                if token.kind == Kind::Eof {
                    return self.add();
                }
                if token.kind == Kind::LeftDelim {
                    let word = self.next_non_space();
                    if word.kind == Kind::Define {
                        self.define(word.span)?;
                        continue;
                    }
                    self.back(word);
                }
                self.back(token);
            } else if self.peek_non_space() == Kind::Eof {
                let opened = self.open.last().map_or(self.last, |open| open.span);
                return Err(Fault { span: opened, ..self.fault("unexpected EOF") });
            }
            self.text_or_action()?;
        }
    }

    fn define(&mut self, keyword: Span) -> Result<(), Fault> {
        const CONTEXT: &str = "define clause";
        self.part(PartKind::Open(Block::Define), keyword);
        self.start_tree(Block::Define, keyword);
        (self.tree.name, self.tree.span) = self.template_name(CONTEXT)?;
        self.expect(Kind::RightDelim, CONTEXT)?;
        self.part(PartKind::Body, keyword);
        Ok(())
    }

    /// From here on the parts belong to a template of its own.
    fn start_tree(&mut self, block: Block, span: Span) {
        let variables = self.variables.names.len();
        let outer = std::mem::replace(&mut self.tree, Tree { variables, ..Tree::default() });
        let line = self.line;
        self.open.push(Open { block, span, line, has_else: false, is_chained: false, variables, outer: Some(outer) });
    }

    /// The template is complete. One that is empty gives way to another of its name.
    fn add(&mut self) -> Result<(), Fault> {
        let Tree { name, is_filled, span, .. } = &self.tree;
        match self.defined.get(name) {
            Some(true) if *is_filled => {
                let name = go::quote(name);
                let fault = self.fault(format!("template: multiple definition of template {name}"));
                Err(Fault { span: *span, ..fault })
            }
            Some(true) => Ok(()),
            Some(false) | None => {
                self.defined.insert(name.clone(), *is_filled);
                Ok(())
            }
        }
    }

    fn text_or_action(&mut self) -> Result<(), Fault> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => {
                self.tree.is_filled |= !token.text.trim().is_empty();
                self.part(PartKind::Text, token.span);
                Ok(())
            }
            Kind::LeftDelim => {
                self.tree.action_line = token.line;
                self.action(token.span)
            }
            _ => Err(self.unexpected(&token, "input")),
        }
    }

    fn action(&mut self, delim: Span) -> Result<(), Fault> {
        let token = self.next_non_space();
        match token.kind {
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return self.end(token.span);
            }
            Kind::Else => return self.or_else(token.span),
            _ => self.tree.is_filled = true,
        }
        match token.kind {
            Kind::If => return self.open(Block::If, token.span, false),
            Kind::With => return self.open(Block::With, token.span, false),
            Kind::Range => return self.open(Block::Range, token.span, false),
            Kind::Block => return self.block(token.span),
            Kind::Break => self.jump("{{break}}", token.span)?,
            Kind::Continue => self.jump("{{continue}}", token.span)?,
            Kind::Template => self.call(delim)?,
            _ => {
                self.back(token);
                self.part(PartKind::Action, delim);
                self.pipeline("command")?;
            }
        }
        self.tree.action_line = 0;
        Ok(())
    }

    fn open(&mut self, block: Block, span: Span, is_chained: bool) -> Result<(), Fault> {
        let variables = self.variables.names.len();
        self.part(PartKind::Open(block), span);
        self.pipeline(match block {
            Block::Range => "range",
            Block::With => "with",
            Block::If | Block::Define | Block::Block => "if",
        })?;
        self.part(PartKind::Body, span);
        self.tree.ranges += u32::from(block == Block::Range);
        let line = self.line;
        self.open.push(Open { block, span, line, has_else: false, is_chained, variables, outer: None });
        Ok(())
    }

    fn block(&mut self, span: Span) -> Result<(), Fault> {
        const CONTEXT: &str = "block clause";
        self.part(PartKind::Open(Block::Block), span);
        let (name, name_span) = self.template_name(CONTEXT)?;
        self.pipeline(CONTEXT)?;
        self.start_tree(Block::Block, span);
        self.part(PartKind::Body, span);
        (self.tree.name, self.tree.span) = (name, name_span);
        Ok(())
    }

    fn call(&mut self, delim: Span) -> Result<(), Fault> {
        const CONTEXT: &str = "template clause";
        self.template_name(CONTEXT)?;
        let with_value = self.peek_non_space() != Kind::RightDelim;
        self.part(PartKind::Call { with_value }, delim);
        if with_value { self.pipeline(CONTEXT) } else { self.expect(Kind::RightDelim, CONTEXT).map(drop) }
    }

    fn template_name(&mut self, context: &str) -> Result<(Vec<u8>, Span), Fault> {
        let name = self.next_non_space();
        if !matches!(name.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(&name, context));
        }
        let bytes = go::unquote(&name.text).map_err(|error| self.fault(error))?;
        Ok((bytes, name.span))
    }

    fn jump(&mut self, context: &str, span: Span) -> Result<(), Fault> {
        self.expect(Kind::RightDelim, context)?;
        if self.tree.ranges == 0 {
            return Err(Fault { span, ..self.fault(format!("{context} outside {{{{range}}}}")) });
        }
        self.part(PartKind::Jump, span);
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Fault> {
        self.tree.action_line = 0;
        loop {
            let Some(open) = self.open.pop() else {
                return Err(Fault { span, ..self.fault("unexpected {{end}}") });
            };
            self.part(PartKind::End, span);
            self.tree.ranges -= u32::from(open.block == Block::Range && !open.has_else);
            if open.outer.is_some() {
                self.add()?;
            }
            self.variables.truncate(open.variables);
            if let Some(outer) = open.outer {
                self.tree = outer;
                self.tree.action_line = 0;
            }
            if !open.is_chained {
                return Ok(());
            }
        }
    }

    fn or_else(&mut self, span: Span) -> Result<(), Fault> {
        let next = self.peek_non_space();
        if !matches!(next, Kind::If | Kind::With) {
            self.expect(Kind::RightDelim, "else")?;
        }
        self.tree.action_line = 0;
        let message = match self.open.last_mut() {
            Some(Open { block: Block::Define, .. }) => "unexpected {{else}} in define clause",
            Some(Open { block: Block::Block, line, .. }) => {
                // The template around it complains, which has read no further than the block's own action.
                self.line = *line;
                "unexpected {{else}} in block clause"
            }
            Some(Open { has_else: true, .. }) => "expected end; found {{else}}",
            None => "unexpected {{else}}",
            Some(open) => {
                open.has_else = true;
                let block = open.block;
                self.tree.ranges -= u32::from(block == Block::Range);
                self.part(PartKind::Else, span);
                // `{{else if}}` of an `if`; any other one is an error at its next word.
                return match (block, next) {
                    (Block::If, Kind::If) | (Block::With, Kind::With) => {
                        let word = self.next();
                        self.open(block, word.span, true)
                    }
                    _ => Ok(()),
                };
            }
        };
        Err(Fault { span, ..self.fault(message) })
    }
}

/// Where in a pipeline the parser is.
#[derive(Clone, Copy)]
enum Step {
    /// A command may start, or the pipeline end.
    Command,
    /// An operand may start.
    Operand,
    /// Something must follow the operand.
    AfterOperand,
}

impl<'a> Parser<'a> {
    /// A pipeline and what ends the action.
    fn pipeline(&mut self, context: &'static str) -> Result<(), Fault> {
        let mut outer: Vec<Pipeline> = Vec::new();
        let mut current = self.start_pipeline(context, Kind::RightDelim)?;
        let mut step = Step::Command;
        loop {
            step = match step {
                Step::Command => {
                    let token = self.next_non_space();
                    if token.kind == current.end {
                        self.complete(&current)?;
                        let Some(around) = outer.pop() else { return Ok(()) };
                        self.part(PartKind::Close, token.span);
                        let chained = self.chain().is_some();
                        if let Some(paren) = self.parts.get_mut(current.open) {
                            paren.kind = PartKind::Paren { chained };
                        }
                        current = around;
                        current.operand(false);
                        Step::AfterOperand
                    } else if starts_operand(token.kind) {
                        self.back(token);
                        current.operands = 0;
                        Step::Operand
                    } else {
                        return Err(self.unexpected(&token, current.context));
                    }
                }
                Step::Operand => {
                    let token = self.next_non_space();
                    if token.kind == Kind::LeftParen {
                        if outer.len() >= MAX_PARENS {
                            return Err(self.fault("max expression depth exceeded"));
                        }
                        let open = self.parts.len();
                        self.part(PartKind::Paren { chained: false }, token.span);
                        let inner = self.start_pipeline("parenthesized pipeline", Kind::RightParen)?;
                        outer.push(std::mem::replace(&mut current, Pipeline { open, ..inner }));
                        Step::Command
                    } else {
                        if let Some(is_literal) = self.operand(token)? {
                            current.operand(is_literal);
                        }
                        Step::AfterOperand
                    }
                }
                Step::AfterOperand => {
                    let token = self.next();
                    match token.kind {
                        Kind::Space => Step::Operand,
                        Kind::RightDelim | Kind::RightParen | Kind::Pipe => {
                            if token.kind == Kind::Pipe {
                                self.part(PartKind::Stage, token.span);
                            } else {
                                self.back(token);
                            }
                            if current.operands == 0 {
                                return Err(self.fault("empty command"));
                            }
                            current.commands += 1;
                            Step::Command
                        }
                        _ => return Err(self.unexpected(&token, "operand")),
                    }
                }
            };
        }
    }

    /// A pipeline up to its first command: with `$x :=`, `$x =` or the `$i, $x :=` of a range.
    fn start_pipeline(&mut self, context: &'static str, end: Kind) -> Result<Pipeline, Fault> {
        let mut declared = 0;
        while self.peek_non_space() == Kind::Variable {
            let variable = self.next();
            let after = self.next();
            let (space, next) =
                if after.kind == Kind::Space { (Some(after), self.next_non_space()) } else { (None, after) };
            let is_comma = next.kind == Kind::Char && next.text == ",";
            if !is_comma && !matches!(next.kind, Kind::Assign | Kind::Declare) {
                self.back(next);
                self.ahead.extend(space);
                self.back(variable);
                break;
            }
            declared += 1;
            self.variables.push(variable.span.of(self.text));
            self.part(PartKind::Declared, variable.span);
            if !is_comma {
                break;
            }
            if context != "range" || declared > 1 {
                return Err(self.fault(format!("too many declarations in {context}")));
            }
            if !matches!(self.peek_non_space(), Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                return Err(self.fault("range can only initialize variables"));
            }
        }
        Ok(Pipeline { context, end, commands: 0, operands: 0, literal_stage: None, open: 0 })
    }

    fn complete(&self, pipeline: &Pipeline) -> Result<(), Fault> {
        if pipeline.commands == 0 {
            return Err(self.fault(format!("missing value for {}", pipeline.context)));
        }
        match pipeline.literal_stage {
            Some(stage) => Err(self.fault(format!("non executable command in pipeline stage {stage}"))),
            None => Ok(()),
        }
    }

    /// An operand with its fields, and whether it is a literal; none if the token is no operand, which is then put back.
    fn operand(&mut self, token: Token<'a>) -> Result<Option<bool>, Fault> {
        let here = |fault: Fault| Fault { span: token.span, ..fault };
        let kind = match token.kind {
            Kind::Identifier if FUNCTIONS.contains(&&*token.text) => PartKind::Function,
            Kind::Identifier => {
                let fault = self.fault(format!("function {} not defined", go::quote(token.text.as_bytes())));
                return Err(here(Fault { kind: FaultKind::UnknownFunction, ..fault }));
            }
            Kind::Variable if self.variables.knows(&token.text, self.tree.variables) => PartKind::Variable,
            Kind::Variable => {
                let fault = self.fault(format!("undefined variable {}", go::quote(token.text.as_bytes())));
                return Err(here(fault));
            }
            Kind::Field => PartKind::Field,
            Kind::Dot => PartKind::Dot,
            Kind::Nil | Kind::Bool => PartKind::Literal,
            Kind::CharConstant | Kind::Number | Kind::Complex | Kind::String | Kind::RawString => {
                literal(&token).map_err(|message| here(self.fault(message)))?;
                PartKind::Literal
            }
            _ => {
                self.back(token);
                return Ok(None);
            }
        };
        let is_literal = matches!(kind, PartKind::Literal | PartKind::Dot);
        let mut span = token.span;
        if let Some(fields) = self.chain() {
            if is_literal {
                let shown = go::quote(token.text.as_bytes());
                return Err(Fault { span: fields, ..self.fault(format!("unexpected . after term {shown}")) });
            }
            if kind != PartKind::Function {
                span = span.cover(fields);
            }
        }
        self.part(kind, span);
        Ok(Some(is_literal))
    }

    /// The fields right behind an operand.
    fn chain(&mut self) -> Option<Span> {
        let mut fields: Option<Span> = None;
        while self.peek() == Kind::Field {
            let field = self.next().span;
            fields = Some(fields.map_or(field, |before| before.cover(field)));
        }
        fields
    }
}

impl Pipeline {
    fn operand(&mut self, is_literal: bool) {
        if is_literal && self.operands == 0 && self.commands > 0 {
            self.literal_stage.get_or_insert(self.commands + 1);
        }
        self.operands += 1;
    }
}

fn literal(token: &Token) -> Result<(), String> {
    match token.kind {
        Kind::CharConstant => go::character_constant(&token.text),
        Kind::Complex => go::complex(&token.text),
        Kind::Number => go::number(&token.text),
        _ => go::unquote(&token.text).map(drop),
    }
}

fn starts_operand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Bool
            | Kind::CharConstant
            | Kind::Complex
            | Kind::Dot
            | Kind::Field
            | Kind::Identifier
            | Kind::Number
            | Kind::Nil
            | Kind::RawString
            | Kind::String
            | Kind::Variable
            | Kind::LeftParen
    )
}
