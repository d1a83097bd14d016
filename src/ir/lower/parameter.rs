//! PARAMETER: a name of the table, and a value of its type.

use super::Lowering;
use crate::diagnostic::{Applicability, Diagnostic, Edit, closest};
use crate::ir::parameter::{self, Kind, Ollama, Parameter, ValueError, parse_value};
use crate::ir::{Directive, ParameterValue, Role, Text, Value, directive, inline_comment};
use crate::source::{Located, Span};
use crate::syntax::{Quoting, parse};

impl Lowering<'_, '_> {
    pub(super) fn parameter(&mut self) -> Option<(&'static Directive, Value)> {
        let name = self.statement.name?;
        let word = self.text(name);
        let Some(row) = parameter::find(word) else { return self.unknown(name, word) };
        let text = self.read();
        if text.is_empty() {
            self.missing_value(&format!("PARAMETER {word}"), row.kind.example());
            return None;
        }
        // What nobody reads any more has no type.
        let read = if row.ollama.holds() || row.open_webui.is_some() {
            parse_value(row, &text)
        } else {
            Ok(ParameterValue::Text(text.clone().into_owned()))
        };
        match read {
            Ok(value) => Some(self.known(row.name, name, value)),
            // Ollama drops it unread, whatever it says; what Open WebUI would make of it, the rule `wrong-type` judges.
            Err(_) if matches!(row.ollama, Ollama::Deprecated(_)) => {
                Some(self.known(row.name, name, ParameterValue::Text(text.into_owned())))
            }
            Err(error) => {
                let finding = self.wrong(row, &text, &error);
                self.findings.push(finding);
                None
            }
        }
    }

    fn known(&self, canonical: &str, name: Span, value: ParameterValue) -> (&'static Directive, Value) {
        let name = Located::new(canonical.to_owned(), self.at(name));
        (&directive::PARAMETER, Value::Parameter { name, value })
    }

    /// A name that is not in the table: a command of Ollama's, nothing, or unknown.
    fn unknown(&mut self, name: Span, word: &str) -> Option<(&'static Directive, Value)> {
        if word.is_empty() {
            self.two_blanks(name);
            return None;
        }
        if let Some(meant) = command(word) {
            return self.instruction(name, word, meant);
        }
        let value = ParameterValue::Text(self.read().into_owned());
        // Reported by the rules `unknown-parameter` and `parameter-case`.
        Some(self.known(word, name, value))
    }

    fn two_blanks(&mut self, name: Span) {
        let value = self.text(self.statement.value.span);
        let finding = self
            .finding(
                "double-blank-after-parameter",
                self.statement.span,
                "two blanks after `PARAMETER` leave its name empty",
            )
            .label(format!("ollama reads a parameter without a name and the value `{value}`"))
            .help("write one blank");
        let blanks = Span::new(name.start, self.statement.value.span.start.max(name.start));
        let edit = Edit { span: blanks, text: String::new() };
        // What stands there may be no parameter either, or open a quote that nothing closes.
        let is_read = parse(format!("PARAMETER {value}").into()).malformed().next().is_none();
        self.findings.push(if is_read {
            finding.fix(Applicability::Safe, "remove the blanks", vec![edit])
        } else {
            finding
        });
    }

    /// `PARAMETER system x` is `SYSTEM x` for Ollama, which keeps parameters and commands in one list (`parser/parser.go`,
    /// ollama fb307609).
    fn instruction(
        &mut self,
        name: Span,
        word: &str,
        meant: &'static Directive,
    ) -> Option<(&'static Directive, Value)> {
        let message = format!("ollama takes a parameter named `{word}` as the instruction `{}`", meant.keyword);
        let head = Span::new(self.statement.keyword.start, name.end);
        let edit = Edit { span: head, text: meant.keyword.to_owned() };
        let finding =
            self.finding("parameter-as-instruction", head, message).help(format!("write `{}`", meant.keyword));
        if !meant.is(&directive::MESSAGE) {
            self.findings.push(finding.fix(Applicability::Safe, format!("write `{}`", meant.keyword), vec![edit]));
            return Some((meant, self.ollama_text(meant)?));
        }
        let value = self.read();
        let (role, content) = value.split_once(": ").unwrap_or((&value, ""));
        let Some(role) = Role::parse(role) else {
            let message = format!("`{role}` is not the role of a message");
            let finding = self.finding("bad-message-role", self.statement.value.span, message);
            self.findings.push(finding.help("write `MESSAGE user …`, `MESSAGE assistant …` or `MESSAGE system …`"));
            return None;
        };
        self.findings.push(finding);
        let content = Text { text: content.to_owned(), written: None };
        Some((meant, Value::Message { role, content }))
    }

    /// A value that is not of its parameter's type, under the rule that explains it best.
    fn wrong(&self, row: &Parameter, text: &str, error: &ValueError) -> Diagnostic {
        let value = self.statement.value.span;
        if self.has_filled() {
            // Places and repairs are about what is written.
            let message = format!("`{}` takes {}, not `{}`", row.name, row.kind.noun(), shortened(text));
            return self.finding("wrong-type", value, message).label("after its arguments are filled in");
        }
        if let Some((before, comment)) = inline_comment::split(text)
            && self.statement.value.quoting == Quoting::Bare
            && parse_value(row, before).is_ok()
        {
            return inline_comment::finding(self.file, self.statement, before, comment);
        }
        if let Some(rest) = text.strip_prefix(['=', ':'])
            && parse_value(row, rest.trim_start()).is_ok()
        {
            let message = format!("`{}` and its value are separated by a blank only", row.name);
            let cut = text.len() - rest.trim_start().len();
            let span = Span::new(value.start, value.start + u32::try_from(cut).unwrap_or_default());
            let edit = Edit { span, text: String::new() };
            return self
                .finding("bad-parameter-separator", span, message)
                .help(format!("write `PARAMETER {} {}`", row.name, rest.trim_start()))
                .fix(Applicability::Safe, "remove it", vec![edit]);
        }
        if matches!(error, ValueError::NotFinite(_)) {
            let message = format!("`{}` takes a finite number, not `{text}`", row.name);
            return self.finding("not-finite", value, message).label("ollama accepts it and then fails to send it");
        }
        let message = format!("`{}` takes {}, not `{}`", row.name, row.kind.noun(), shortened(text));
        let mut finding = self.finding("wrong-type", value, message);
        finding.label = match error {
            ValueError::Integer(_) | ValueError::Float(_) | ValueError::Boolean(_) if row.ollama.holds() => {
                Some(format!("ollama would say: {error}"))
            }
            ValueError::Json(reason) => Some(reason.clone()),
            ValueError::Integer(_)
            | ValueError::Float(_)
            | ValueError::Boolean(_)
            | ValueError::NotFinite(_)
            | ValueError::Word(_) => None,
        };
        match repaired(row, text) {
            Some(meant) => {
                let edit = Edit { span: value, text: meant.clone() };
                finding.help(format!("did you mean `{meant}`?")).fix(
                    Applicability::Unsafe,
                    format!("write `{meant}`"),
                    vec![edit],
                )
            }
            None => finding.help(format!("write for example `PARAMETER {} {}`", row.name, row.kind.example())),
        }
    }
}

/// The instruction that Ollama takes a parameter of that name for. Names are compared with their case.
fn command(name: &str) -> Option<&'static Directive> {
    Some(match name {
        "model" => &directive::FROM,
        "system" => &directive::SYSTEM,
        "template" => &directive::TEMPLATE,
        "adapter" => &directive::ADAPTER,
        "draft" => &directive::DRAFT,
        "license" => &directive::LICENSE,
        "renderer" => &directive::RENDERER,
        "parser" => &directive::PARSER,
        "requires" => &directive::REQUIRES,
        "message" => &directive::MESSAGE,
        _ => return None,
    })
}

/// What `text` probably means, if some spelling near it can be read.
fn repaired(row: &Parameter, text: &str) -> Option<String> {
    let unquoted = text.trim_matches(['\'', '`', '“', '”', '‘', '’']);
    let candidates = match row.kind {
        Kind::Float => vec![unquoted.replace(',', ".")],
        Kind::Integer => vec![unquoted.replace(['_', ',', '\''], ""), thousands(unquoted), whole(unquoted)],
        Kind::Boolean | Kind::BooleanOr(_) | Kind::ListOrBoolean => {
            let on = matches!(unquoted.to_ascii_lowercase().as_str(), "yes" | "on" | "true" | "enabled");
            let off = matches!(unquoted.to_ascii_lowercase().as_str(), "no" | "off" | "false" | "disabled");
            let word = closest(unquoted, row.kind.words().iter().copied()).map(str::to_owned);
            if on {
                vec!["true".to_owned()]
            } else if off {
                vec!["false".to_owned()]
            } else {
                word.into_iter().collect()
            }
        }
        Kind::Choice(words) => closest(unquoted, words.iter().copied()).map(str::to_owned).into_iter().collect(),
        Kind::Object | Kind::ObjectOrText | Kind::Text | Kind::Texts => Vec::new(),
    };
    candidates.into_iter().find(|candidate| candidate != text && parse_value(row, candidate).is_ok())
}

/// `4k` as people mean it of tokens; the text itself otherwise.
fn thousands(text: &str) -> String {
    let count = text.strip_suffix(['k', 'K']).and_then(|count| count.parse::<i64>().ok()?.checked_mul(1024));
    count.map_or_else(|| text.to_owned(), |count| count.to_string())
}

/// `4096.0` without its zeros; the text itself otherwise.
fn whole(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole.to_owned(),
        _ => text.to_owned(),
    }
}

/// At most forty characters of `text`, for messages.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None if line.len() < text.len() => format!("{line}…"),
        None => line.to_owned(),
    }
}
