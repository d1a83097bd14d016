//! What the tree says is wrong, in words that help: one finding for each malformed statement and each unknown keyword.

use super::{Context, swallowed};
use crate::diagnostic::{Applicability, Diagnostic, Edit, closest};
use crate::ir::parameter::{self, Kind};
use crate::ir::{Directive, Family, Shape, directive};
use crate::source::Span;
use crate::syntax::{Fault, Head, Item, Malformed, Quoting, Statement, Word, parse};

/// The findings, in the order of the text.
pub(super) fn findings(context: &Context) -> Vec<Diagnostic> {
    let mut reader = Reader { context, findings: Vec::new(), above: None, prose: None, early: 0, searched: None };
    for item in &context.tree.items {
        match item {
            Item::Trivia(_) | Item::Comment(_) => {}
            Item::Statement(statement) => reader.statement(statement),
            Item::Malformed(malformed) => reader.malformed(malformed),
        }
    }
    reader.end_prose();
    reader.findings
}

struct Reader<'c, 'a> {
    context: &'c Context<'a>,
    findings: Vec<Diagnostic>,
    /// The last statement that was understood.
    above: Option<&'a Statement>,
    /// The lines that seem to belong to it.
    prose: Option<Span>,
    /// Up to where lines belong to a value that ended too early.
    early: u32,
    /// The value whose end was looked for.
    searched: Option<Span>,
}

impl<'a> Reader<'_, 'a> {
    fn statement(&mut self, statement: &'a Statement) {
        if statement.head == Head::Extended && directive::find(self.text(statement.keyword)).is_none() {
            self.unknown(statement.span, statement.keyword);
        } else {
            self.end_prose();
            self.above = Some(statement);
        }
    }

    fn malformed(&mut self, malformed: &Malformed) {
        let keyword = self.text(malformed.keyword);
        let finding = match malformed.fault {
            Fault::Unclosed { opening } => self.unclosed(malformed, opening),
            Fault::Role => self.role(malformed),
            Fault::Name { word } if keyword.eq_ignore_ascii_case("MESSAGE") => self.role_then(malformed, word),
            Fault::Name { word } => self.separator(malformed, word),
            Fault::End if ["PARAMETER", "MESSAGE"].iter().any(|known| keyword.eq_ignore_ascii_case(known)) => {
                let text = self.text(malformed.span).trim_end();
                let span = Span::new(malformed.span.start, malformed.span.start + length(text));
                self.finding("missing-value", span, format!("`{text}` has no value")).help("write it on the same line")
            }
            Fault::Command | Fault::End => return self.unknown(malformed.span, malformed.keyword),
        };
        self.end_prose();
        self.above = None;
        self.findings.push(finding);
    }

    /// A line that starts with no keyword, or with a keyword and no value.
    fn unknown(&mut self, line: Span, keyword: Span) {
        if line.start < self.early || self.ended_early(line) {
            return;
        }
        let text = self.text(line).trim_end();
        let word = word(text);
        let rest = text.get(word.len()..).unwrap_or_default();
        let known = directive::find(&word.to_ascii_uppercase());
        let written_right = known.is_some_and(|known| known.family == Family::Ollama || word == known.keyword);
        let finding = match known {
            Some(known) if written_right && rest.trim().is_empty() => self.without_value(line, known),
            Some(known) if written_right => self.without_blank(line, word, rest, known),
            _ => match self.parameter(line, word, rest) {
                Some(finding) => finding,
                None if self.is_prose(word) => return self.extend_prose(line),
                None => self.no_keyword(line, keyword, word, known),
            },
        };
        self.end_prose();
        self.findings.push(finding);
    }

    /// Whether this line belongs to the value above, which a line inside of it has closed: where the quotes stand at the
    /// end of a line once more, before anything that is clearly a directive.
    fn ended_early(&mut self, line: Span) -> bool {
        let Some(above) = self.above.filter(|above| above.value.quoting != Quoting::Bare) else { return false };
        let (value, quote) = (above.value, if above.value.quoting == Quoting::Single { "\"" } else { "\"\"\"" });
        let closing = Span::new(value.content.end, value.span.end);
        // It is looked for once.
        if self.searched == Some(value.span) || !self.text(value.content).contains('\n') {
            return false;
        }
        self.searched = Some(value.span);
        let rest = self.context.tree.text.get(line.start as usize..).unwrap_or_default();
        let mut end = line.start;
        for (at, line) in rest.split_inclusive('\n').take(MANY_LINES).enumerate() {
            end += length(line);
            let keyword = line.split([' ', '\t']).next().unwrap_or_default();
            if at > 0 && directive::find(keyword).is_some() {
                break;
            }
            if line.trim_end().ends_with(quote) {
                self.early = end;
                self.above = None;
                let keyword = self.text(above.keyword);
                let finding = self
                    .finding("early-closed-value", closing, format!("this ends the value of `{keyword}`"))
                    .also(self.context.at(Span::at(value.span.start)), "it starts here")
                    .also(self.context.at(line_start(end, line)), "and seems to end here")
                    .help(if quote == "\"" {
                        "put the value in `\"\"\"`"
                    } else {
                        "no line inside of a value may end with `\"\"\"`: write `'''` there, or put something behind it"
                    });
                self.findings.push(finding);
                return true;
            }
        }
        false
    }

    fn without_value(&self, line: Span, known: &Directive) -> Diagnostic {
        let name = known.keyword;
        let finding = self.finding("missing-value", line, format!("`{name}` has no value"));
        let rest = self.context.tree.text.get(line.end as usize..).unwrap_or_default();
        // A value may not start on the next line.
        let value = rest.trim_start();
        if value.starts_with("\"\"\"") {
            let end = line.end + length(rest) - length(value);
            let edit = Edit { span: Span::new(line.end, end), text: " ".to_owned() };
            return finding.help("the value starts on the line of its keyword").fix(
                Applicability::Safe,
                "move the value up",
                vec![edit],
            );
        }
        match (known.family, known.shape) {
            (Family::Maquette, Shape::List | Shape::Switches | Shape::Knowledge) => {
                finding.help(format!("write `{name} {}`, or a blank behind `{name}` for the empty list", known.value))
            }
            _ => finding.help(format!("write `{name} {}`", known.value)),
        }
    }

    fn without_blank(&self, line: Span, word: &str, rest: &str, known: &Directive) -> Diagnostic {
        let after = line.start + length(word);
        let separator = u32::from(rest.starts_with(['=', ':']));
        let finding = self
            .finding(
                "unknown-instruction",
                Span::new(line.start, after + separator),
                format!("a blank must follow `{word}`"),
            )
            .help(format!("write `{} {}`", known.keyword, known.value));
        let rest = rest.trim_start_matches(['=', ':']).trim_start();
        if rest.is_empty() || !rest.starts_with(|first: char| first.is_ascii_graphic()) {
            return finding;
        }
        let start = line.start + u32::try_from(self.text(line).trim_end().len() - rest.len()).unwrap_or_default();
        let edit = Edit { span: Span::new(after, start), text: " ".to_owned() };
        finding.fix(Applicability::Unsafe, "write a blank", vec![edit])
    }

    /// `temperature 0.7`: only where the value fits, because many parameters are words of prose as well.
    fn parameter(&self, line: Span, word: &str, rest: &str) -> Option<Diagnostic> {
        let name = word.to_ascii_lowercase().replace('-', "_");
        let row = parameter::find(&name).or_else(|| {
            let shouted = !word.bytes().any(|byte| byte.is_ascii_lowercase()) || word.contains('_');
            let near = closest(&name, parameter::names()).filter(|_| shouted);
            near.and_then(parameter::find)
        })?;
        let value = rest.trim_start_matches(['=', ':', ' ', '\t']);
        let unquoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let takes_any = matches!(row.kind, Kind::Text | Kind::Texts | Kind::ObjectOrText);
        let fits = if takes_any {
            unquoted.is_some() || !value.is_empty() && !value.contains([' ', '\t'])
        } else {
            parameter::parse_value(row, unquoted.unwrap_or(value)).is_ok()
        };
        let meant = format!("PARAMETER {} {value}", row.name);
        // With a quote that nothing closes it would swallow what follows.
        if !fits || parse(meant.as_str().into()).malformed().next().is_some() {
            return None;
        }
        let message = format!("`{}` is a parameter, not a directive", row.name);
        let edit = Edit { span: line, text: meant.clone() };
        let sure = if row.name == name { Applicability::Safe } else { Applicability::Unsafe };
        let span = Span::new(line.start, line.start + length(word));
        Some(self.finding("parameter-used-as-instruction", span, message).help(format!("write `{meant}`")).fix(
            sure,
            "write `PARAMETER` in front of it",
            vec![edit],
        ))
    }

    /// Whether the line above may go on here: it holds a text without quotes, and this starts with no misspelt keyword.
    fn is_prose(&self, word: &str) -> bool {
        let Some(above) = self.above.filter(|above| above.value.quoting == Quoting::Bare) else { return false };
        let is_text = match above.head {
            Head::Ollama(word) => matches!(word, Word::System | Word::Template | Word::License | Word::Message),
            Head::Extended => matches!(self.text(above.keyword), "DESCRIPTION" | "SUGGESTION"),
        };
        is_text && !is_misspelt(word)
    }

    fn extend_prose(&mut self, line: Span) {
        self.prose = Some(self.prose.map_or(line, |prose| prose.cover(line)));
    }

    /// Reports the lines that belong to the text above them, all at once.
    fn end_prose(&mut self) {
        let (Some(prose), Some(above)) = (self.prose.take(), self.above) else { return };
        let keyword = self.text(above.keyword);
        let value = above.value.content;
        let finding = self
            .finding("multiline-without-triple-quotes", prose, format!("the value of `{keyword}` ends with its line"))
            .label("starts with no directive")
            .also(self.context.at(above.span), "does this go on below?")
            .help("put a text of several lines in `\"\"\"`");
        let text = self.text(Span::new(value.start, prose.end));
        self.findings.push(if text.contains("\"\"\"") || text.ends_with('"') {
            finding
        } else {
            let edit = |at, text: &str| Edit { span: Span::at(at), text: text.to_owned() };
            let edits = vec![edit(value.start, "\"\"\""), edit(prose.end, "\"\"\"")];
            finding.fix(Applicability::Unsafe, "put the text in `\"\"\"`", edits)
        });
    }

    fn no_keyword(&self, line: Span, keyword: Span, word: &str, known: Option<&Directive>) -> Diagnostic {
        let text = self.text(line);
        if word.is_empty() {
            return self.no_word(line, keyword);
        }
        let span = Span::new(line.start, line.start + length(word));
        let finding = self.finding("unknown-instruction", span, format!("`{word}` is no directive"));
        let finding = self.after_quotes(finding);
        if let Some(known) = known {
            let edit = Edit { span, text: known.keyword.to_owned() };
            return finding
                .help(format!(
                    "write `{}` in upper case, or put `\"\"\"` around a text of several lines",
                    known.keyword
                ))
                .fix(Applicability::Unsafe, format!("write `{}`", known.keyword), vec![edit]);
        }
        match closest(word, keywords()).filter(|_| text.len() > word.len()) {
            Some(meant) => {
                let edit = Edit { span, text: meant.to_owned() };
                finding.help(format!("did you mean `{meant}`?")).fix(
                    Applicability::Unsafe,
                    format!("write `{meant}`"),
                    vec![edit],
                )
            }
            None => finding.help("a line starts with a directive, or with `#` if it is a comment"),
        }
    }

    fn no_word(&self, line: Span, keyword: Span) -> Diagnostic {
        let first = self.text(line).chars().next().unwrap_or_default();
        let end = line.start + u32::try_from(first.len_utf8()).unwrap_or_default();
        let finding = self.finding(
            "unknown-instruction",
            Span::new(line.start, end.max(keyword.start).min(line.end)),
            format!("a line cannot start with `{}`", first.escape_debug()),
        );
        let finding = self.after_quotes(finding);
        match self.text(line) {
            text if text.starts_with("//") || text.starts_with("--") || text.starts_with("<!--") => {
                finding.help("a comment starts with `#`")
            }
            text if text.starts_with("```") => finding.help("remove the fence: the whole file is the Modelfile"),
            _ => finding.help("a line starts with a directive, or with `#` if it is a comment"),
        }
    }

    /// Says where the value above ended, if it may have ended too early.
    fn after_quotes(&self, finding: Diagnostic) -> Diagnostic {
        match self.above {
            Some(above) if above.value.quoting != Quoting::Bare && self.text(above.value.content).contains('\n') => {
                let closing = Span::new(above.value.content.end, above.value.span.end);
                let keyword = self.text(above.keyword);
                finding.also(self.context.at(closing), format!("the value of `{keyword}` ends here"))
            }
            _ => finding,
        }
    }

    fn unclosed(&self, malformed: &Malformed, opening: Span) -> Diagnostic {
        let quote = self.text(opening);
        let content = self.context.tree.text.get(opening.end as usize..malformed.span.end as usize).unwrap_or_default();
        // Closed, but something follows on the line. A single quote further down may be anything.
        let searched = if quote == "\"" { content.lines().next().unwrap_or_default() } else { content };
        if let Some(at) = searched.find(quote) {
            let after = content.get(at + quote.len()..).unwrap_or_default().lines().next().unwrap_or_default();
            let start = opening.end + length(content) - length(content.get(at + quote.len()..).unwrap_or_default());
            let span = Span::new(start, start + length(after));
            return self
                .finding("text-after-closing-quote", span, "text after a closing quote makes the value go on")
                .also(self.context.at(opening), "the value starts here, and nothing ends it")
                .help("a closing quote is the last thing on its line; a comment takes a line of its own");
        }
        let finding = self
            .finding("unterminated-quote", opening, format!("nothing closes this `{quote}`"))
            .help(format!("end the value with `{quote}` at the end of a line"));
        match swallowed::line(content) {
            Some((at, _)) => {
                let start = opening.end + at;
                finding.also(self.context.at(Span::at(start)), "this line, too, is now part of the value")
            }
            None => finding,
        }
    }

    fn role(&self, malformed: &Malformed) -> Diagnostic {
        let text = self.text(malformed.span);
        let after = text.get(malformed.keyword.len() as usize..).unwrap_or_default();
        let rest = after.get(1..).unwrap_or_default();
        let role = word(rest.trim_start());
        let start = malformed.keyword.end + 1;
        if rest.starts_with([' ', '\t']) && ["system", "user", "assistant"].contains(&role) {
            let blanks = u32::try_from(rest.len() - rest.trim_start().len()).unwrap_or_default();
            let span = Span::new(start, start + blanks);
            return self
                .finding("bad-message-role", span, "two blanks after `MESSAGE` leave its role empty")
                .help("write one blank")
                .fix(Applicability::Safe, "remove the blanks", vec![Edit { span, text: String::new() }]);
        }
        let start = malformed.span.start + u32::try_from(text.len() - rest.trim_start().len()).unwrap_or_default();
        let span = Span::new(start, start + length(role));
        self.wrong_role(span, role)
    }

    fn role_then(&self, malformed: &Malformed, role: Span) -> Diagnostic {
        let text = self.text(role);
        let rest = self.text(Span::new(role.end, malformed.span.end));
        if !["system", "user", "assistant"].contains(&text) {
            return self.wrong_role(role, text);
        }
        if rest.trim().is_empty() {
            return self
                .finding("missing-value", malformed.span, format!("`MESSAGE {text}` has no text"))
                .help(format!("write `MESSAGE {text} <text>`"));
        }
        let finding = self
            .finding(
                "bad-message-role",
                Span::new(role.start, role.end + first_length(rest)),
                format!("a blank must follow `{text}`"),
            )
            .help(format!("write `MESSAGE {text} <text>`"));
        match rest.strip_prefix([':', '=']) {
            Some(value) => {
                let skipped = rest.len() - value.trim_start().len();
                let span = Span::new(role.end, role.end + u32::try_from(skipped).unwrap_or_default());
                let edit = Edit { span, text: " ".to_owned() };
                finding.fix(Applicability::Safe, "write a blank instead", vec![edit])
            }
            None => finding,
        }
    }

    fn wrong_role(&self, span: Span, role: &str) -> Diagnostic {
        let finding = self.finding("bad-message-role", span, format!("`{role}` is not the role of a message"));
        let lower = role.to_ascii_lowercase();
        let roles = ["system", "user", "assistant"];
        if let Some(meant) = roles.into_iter().find(|known| *known == lower).or_else(|| closest(role, roles)) {
            let sure = if meant == lower { Applicability::Safe } else { Applicability::Unsafe };
            let edit = Edit { span, text: meant.to_owned() };
            return finding.help(format!("did you mean `{meant}`?")).fix(sure, format!("write `{meant}`"), vec![edit]);
        }
        finding.help("write `MESSAGE user …`, `MESSAGE assistant …` or `MESSAGE system …`")
    }

    /// `PARAMETER temperature=1`, `PARAMETER top-p 1`, `PARAMETER temperature`.
    fn separator(&self, malformed: &Malformed, name: Span) -> Diagnostic {
        let word = self.text(name);
        let rest = self.text(Span::new(name.end, malformed.span.end));
        if rest.trim().is_empty() {
            return self
                .finding("missing-value", malformed.span, format!("`PARAMETER {word}` has no value"))
                .help(format!("write `PARAMETER {word} <value>`"));
        }
        let hyphened = self::word(self.text(Span::new(name.start, malformed.span.end)));
        let underscored = hyphened.replace('-', "_");
        if rest.starts_with('-') && parameter::find(&underscored).is_some() {
            let span = Span::new(name.start, name.start + length(hyphened));
            let edit = Edit { span, text: underscored.clone() };
            return self
                .finding("bad-parameter-separator", span, format!("there is no parameter `{hyphened}`"))
                .help(format!("write `{underscored}`"))
                .fix(Applicability::Safe, format!("write `{underscored}`"), vec![edit]);
        }
        let span = Span::new(name.end, name.end + first_length(rest));
        let finding = self.finding("bad-parameter-separator", span, format!("a blank must follow `{word}`"));
        let finding = finding.help(format!("write `PARAMETER {word} <value>`"));
        match rest.strip_prefix(['=', ':']) {
            Some(value) if !value.trim().is_empty() => {
                let skipped = rest.len() - value.trim_start().len();
                let span = Span::new(name.end, name.end + u32::try_from(skipped).unwrap_or_default());
                let edit = Edit { span, text: " ".to_owned() };
                finding.fix(Applicability::Safe, "write a blank instead", vec![edit])
            }
            _ => finding,
        }
    }

    fn finding(&self, rule: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(rule, self.context.at(span), message)
    }

    fn text(&self, span: Span) -> &'a str {
        self.context.text(span)
    }
}

/// How many lines after a value may still belong to it.
const MANY_LINES: usize = 500;

/// Where the line that ends at `end` starts.
fn line_start(end: u32, line: &str) -> Span {
    Span::at(end - length(line))
}

/// Whether a word in upper case is nearly one of Ollama's.
fn is_misspelt(word: &str) -> bool {
    let is_upper = word.len() > 3 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let words = directive::ALL.iter().filter(|directive| directive.family == Family::Ollama);
    is_upper && closest(word, words.map(|directive| directive.keyword)).is_some()
}

/// Every keyword, for did-you-mean.
fn keywords() -> impl Iterator<Item = &'static str> {
    directive::ALL.iter().map(|directive| directive.keyword)
}

/// The word that `text` starts with.
fn word(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_ascii_alphanumeric() && !matches!(character, '_' | '-'));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

fn length(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or_default()
}

fn first_length(text: &str) -> u32 {
    text.chars().next().map_or(0, |first| length(first.encode_utf8(&mut [0; 4])))
}
