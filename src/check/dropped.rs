//! The characters that Ollama deletes from values, by what their loss does.

use super::{Context, Reporter};
use crate::diagnostic::{Applicability, Diagnostic, Edit};
use crate::source::Span;
use crate::syntax::{Head, is_kept};

/// What kind of character is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Joiners, marks of direction, soft hyphens, tags of flags.
    Invisible,
    /// Spaces other than U+0020, and the line ends that only Unicode knows.
    Space,
    /// C0 and C1.
    Control,
    /// Private use, and whatever is newer than Ollama's tables.
    Other,
}

impl Class {
    fn of(character: char) -> Self {
        match character {
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => Self::Invisible,
            '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => {
                Self::Invisible
            }
            '\u{85}' | '\u{2028}' | '\u{2029}' => Self::Space,
            character if character.is_whitespace() && !character.is_ascii() => Self::Space,
            character if character.is_control() => Self::Control,
            _ => Self::Other,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Invisible => "invisible character",
            Self::Space => "unusual space",
            Self::Control => "control character",
            Self::Other => "private or very new character",
        }
    }
}

/// One finding for each value that loses characters of `class`; `instead` replaces them in the repair.
pub(super) fn report(
    rule: &'static str,
    class: Class,
    instead: Option<&str>,
    context: &Context,
    reporter: &mut Reporter,
) {
    if !context.targets.ollama || !context.tree.has_dropped {
        return;
    }
    // Ollama sees the values of its own words only.
    let statements = context.tree.statements().filter(|statement| statement.head != Head::Extended);
    for statement in statements {
        // At the edges nothing is lost but a blank; of a control sequence, the rest stays in the value.
        let place = match class {
            Class::Control => Span::new(statement.keyword.end, statement.span.end),
            // Between quotes they make other quotes of them.
            Class::Invisible => statement.value.span,
            Class::Space | Class::Other => statement.value.content,
        };
        let lost: Vec<(Span, char)> = context
            .text(place)
            .char_indices()
            .filter(|&(_, character)| !is_kept(character) && Class::of(character) == class)
            .map(|(at, character)| {
                let start = place.start + u32::try_from(at).unwrap_or_default();
                (Span::new(start, start + u32::try_from(character.len_utf8()).unwrap_or_default()), character)
            })
            .collect();
        let Some(&(first, character)) = lost.first() else { continue };
        let plural = if lost.len() == 1 { "" } else { "s" };
        let message = format!("ollama deletes {} {}{plural} from this value", lost.len(), class.noun());
        let finding = Diagnostic::new(rule, context.at(first), message).label(character_name(character));
        let more = lost.iter().skip(1).take(MORE);
        let finding =
            more.fold(finding, |finding, &(span, character)| finding.also(context.at(span), character_name(character)));
        reporter.push(match instead {
            Some(instead) => {
                let edits = lost.iter().map(|&(span, _)| Edit { span, text: instead.to_owned() }).collect();
                let title = if instead.is_empty() { "remove them" } else { "use ordinary spaces" };
                finding.fix(Applicability::Safe, title, edits)
            }
            None => finding.help("write it another way if the model is to see it"),
        });
    }
}

/// How many places are shown besides the first: a text in another script has hundreds.
const MORE: usize = 7;

/// A character that cannot be seen, by code point and name.
#[must_use]
pub fn character_name(character: char) -> String {
    let code_point = format!("U+{:04X}", u32::from(character));
    let control = CONTROLS.iter().find(|(control, _)| *control == character).map(|&(_, name)| name);
    match (control, unicode_names2::name(character)) {
        (Some(name), _) => format!("{code_point} {name}"),
        (None, Some(name)) => format!("{code_point} {name}"),
        (None, None) if matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..) => {
            format!("{code_point} of private use")
        }
        (None, None) => code_point,
    }
}

/// Unicode gives control characters no names of their own; these are its aliases.
const CONTROLS: [(char, &str); 10] = [
    ('\0', "NULL"),
    ('\x07', "ALERT"),
    ('\x08', "BACKSPACE"),
    ('\x0B', "LINE TABULATION"),
    ('\x0C', "FORM FEED"),
    ('\x0E', "SHIFT OUT"),
    ('\x1A', "SUBSTITUTE"),
    ('\x1B', "ESCAPE"),
    ('\x7F', "DELETE"),
    ('\u{85}', "NEXT LINE"),
];

#[cfg(test)]
mod tests {
    use super::character_name;

    #[test]
    fn characters_that_cannot_be_seen_are_named() {
        let cases = [
            ('\u{200b}', "U+200B ZERO WIDTH SPACE"),
            ('\u{a0}', "U+00A0 NO-BREAK SPACE"),
            ('\u{1b}', "U+001B ESCAPE"),
            ('\u{1}', "U+0001"),
            ('\u{e0b0}', "U+E0B0 of private use"),
            ('\u{e0067}', "U+E0067 TAG LATIN SMALL LETTER G"),
            ('\u{10ffff}', "U+10FFFF of private use"),
        ];
        for (character, expected) in cases {
            assert_eq!(character_name(character), expected);
        }
    }
}
