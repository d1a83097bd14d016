//! The pieces of Go's standard library that templates show in messages or read literals with (Go 1.26).

use std::fmt::Write as _;

use unicode_general_category::{GeneralCategory, get_general_category};

use crate::syntax::is_kept;

/// `unicode.IsLetter` or `unicode.IsDigit`, or `_`. What is newer than Go's tables is neither.
pub(super) fn is_alphanumeric(character: char) -> bool {
    use GeneralCategory as Is;
    if character.is_ascii() {
        return character == '_' || character.is_ascii_alphanumeric();
    }
    let category = get_general_category(character);
    is_kept(character)
        && matches!(
            category,
            Is::UppercaseLetter
                | Is::LowercaseLetter
                | Is::TitlecaseLetter
                | Is::ModifierLetter
                | Is::OtherLetter
                | Is::DecimalNumber
        )
}

/// `strconv.IsPrint`.
fn is_printable(character: char) -> bool {
    !matches!(character, '\t' | '\r' | '\n') && is_kept(character)
}

/// `%#U`.
pub(super) fn code_point(character: char) -> String {
    let mut shown = format!("U+{:04X}", u32::from(character));
    if is_printable(character) {
        let _ = write!(shown, " '{character}'");
    }
    shown
}

/// `strconv.Quote`.
pub(super) fn quote(bytes: &[u8]) -> String {
    let mut quoted = String::with_capacity(bytes.len() + 2);
    quoted.push('"');
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            push_quoted(&mut quoted, character);
        }
        for byte in chunk.invalid() {
            let _ = write!(quoted, "\\x{byte:02x}");
        }
    }
    quoted.push('"');
    quoted
}

fn push_quoted(quoted: &mut String, character: char) {
    let _ = match character {
        '"' | '\\' => write!(quoted, "\\{character}"),
        _ if is_printable(character) => write!(quoted, "{character}"),
        '\x07' => write!(quoted, "\\a"),
        '\x08' => write!(quoted, "\\b"),
        '\x0C' => write!(quoted, "\\f"),
        '\n' => write!(quoted, "\\n"),
        '\r' => write!(quoted, "\\r"),
        '\t' => write!(quoted, "\\t"),
        '\x0B' => write!(quoted, "\\v"),
        '\0'..' ' | '\x7F' => write!(quoted, "\\x{:02x}", u32::from(character)),
        '\0'..='\u{FFFF}' => write!(quoted, "\\u{:04x}", u32::from(character)),
        _ => write!(quoted, "\\U{:08x}", u32::from(character)),
    };
}

/// What Go says of a literal that it cannot read.
const INVALID: &str = "invalid syntax";

/// `strconv.Unquote` of a `"…"` or `` `…` `` that the lexer found; bytes, because `\xff` is one.
pub(super) fn unquote(literal: &str) -> Result<Vec<u8>, String> {
    if let Some(raw) = literal.strip_prefix('`') {
        return Ok(raw.bytes().filter(|&byte| byte != b'\r' && byte != b'`').collect());
    }
    let mut rest = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or(INVALID)?;
    let mut bytes = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let (character, after) = unquote_character(rest, '"')?;
        match character {
            Unquoted::Byte(byte) => bytes.push(byte),
            Unquoted::Character(character) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        rest = after;
    }
    Ok(bytes)
}

enum Unquoted {
    Byte(u8),
    Character(char),
}

/// `strconv.UnquoteChar`: the first character of `text`, and what follows it.
fn unquote_character(text: &str, quote: char) -> Result<(Unquoted, &str), String> {
    let mut characters = text.chars();
    let first = characters.next().ok_or(INVALID)?;
    if first == quote {
        return Err(INVALID.to_owned());
    }
    if first != '\\' {
        return Ok((Unquoted::Character(first), characters.as_str()));
    }
    let escape = characters.next().ok_or(INVALID)?;
    let rest = characters.as_str();
    let simple = match escape {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0C',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0B',
        '\\' => '\\',
        '\'' | '"' if escape == quote => escape,
        'x' | 'u' | 'U' => return unquote_hexadecimal(escape, rest),
        '0'..='7' => {
            let digits = text.get(1..4).ok_or(INVALID)?;
            let byte = digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| u8::from_str_radix(digits, 8).ok());
            let byte = byte.flatten().ok_or(INVALID)?;
            return Ok((Unquoted::Byte(byte), text.get(4..).unwrap_or_default()));
        }
        _ => return Err(INVALID.to_owned()),
    };
    Ok((Unquoted::Character(simple), rest))
}

fn unquote_hexadecimal(escape: char, rest: &str) -> Result<(Unquoted, &str), String> {
    let length = match escape {
        'x' => 2,
        'u' => 4,
        _ => 8,
    };
    let (digits, after) = rest.split_at_checked(length).ok_or(INVALID)?;
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal).ok_or(INVALID)?;
    let unquoted = match escape {
        'x' => Unquoted::Byte(u8::try_from(value).unwrap_or_default()),
        _ => Unquoted::Character(char::from_u32(value).ok_or(INVALID)?),
    };
    Ok((unquoted, after))
}

/// A `'…'` that the lexer found.
pub(super) fn character_constant(literal: &str) -> Result<(), String> {
    let (_, tail) = unquote_character(literal.get(1..).unwrap_or_default(), '\'')?;
    if tail == "'" { Ok(()) } else { Err(format!("malformed character constant: {literal}")) }
}

/// A number that the lexer found.
pub(super) fn number(text: &str) -> Result<(), String> {
    if text.strip_suffix('i').is_some_and(|size| float(size).is_ok()) || is_integer(text) {
        return Ok(());
    }
    match float(text) {
        Ok(()) if text.contains(['.', 'e', 'E', 'p', 'P']) => Ok(()),
        Ok(()) => Err(format!("integer overflow: {}", quote(text.as_bytes()))),
        Err(_) => Err(format!("illegal number syntax: {}", quote(text.as_bytes()))),
    }
}

/// `strconv.ParseUint(text, 0, 64)` or `strconv.ParseInt(text, 0, 64)`.
fn is_integer(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let has_prefix = unsigned.len() >= 3;
    let (base, digits) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] if has_prefix => (16, unsigned.get(2..)),
        [b'0', b'o' | b'O', ..] if has_prefix => (8, unsigned.get(2..)),
        [b'0', b'b' | b'B', ..] if has_prefix => (2, unsigned.get(2..)),
        [b'0', _, ..] => (8, unsigned.get(1..)),
        _ => (10, Some(unsigned)),
    };
    let digits = digits.unwrap_or_default();
    let plain = digits.replace('_', "");
    if !plain.chars().all(|digit| digit.is_digit(base)) || digits.contains('_') && !is_separated(text) {
        return false;
    }
    let Ok(size) = u64::from_str_radix(&plain, base) else { return false };
    match text.as_bytes().first() {
        Some(b'-') => size <= 1 << 63,
        Some(b'+') => size < 1 << 63,
        _ => true,
    }
}

/// `strconv.underscoreOK`: each `_` stands between digits, or between the base's prefix and a digit.
fn is_separated(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mut before, rest, hexadecimal) = match unsigned.as_bytes() {
        [b'0', letter @ (b'x' | b'X' | b'o' | b'O' | b'b' | b'B'), rest @ ..] => {
            (b'0', rest, matches!(letter, b'x' | b'X'))
        }
        all => (b'^', all, false),
    };
    for &byte in rest {
        let is_digit = byte.is_ascii_digit() || hexadecimal && byte.is_ascii_hexdigit();
        let class = match byte {
            _ if is_digit => b'0',
            b'_' => b'_',
            _ => b'!',
        };
        if class == b'_' && before != b'0' || class == b'!' && before == b'_' {
            return false;
        }
        before = class;
    }
    before != b'_'
}

/// What keeps `strconv.ParseFloat(text, 64)` from reading a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NoFloat {
    Syntax,
    Range,
}

/// Whether `strconv.ParseFloat(text, 64)` reads `text`; `inf` and `nan` are no numbers of templates.
fn float(text: &str) -> Result<(), NoFloat> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.contains('_') && !is_separated(text) {
        return Err(NoFloat::Syntax);
    }
    let plain = unsigned.replace('_', "");
    let hexadecimal = plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X"));
    let (digits, marks) = match hexadecimal {
        Some(digits) => (digits, ['p', 'P']),
        None => (plain.as_str(), ['e', 'E']),
    };
    let (mantissa, exponent) = match digits.split_once(marks) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let base = if hexadecimal.is_some() { 16 } else { 10 };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = |text: &str, base| text.chars().all(|digit| digit.is_digit(base));
    let has_digits = !whole.is_empty() || !fraction.is_empty();
    let is_exponent = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && is_number(digits, 10)
    });
    let is_complete = exponent.is_some() || hexadecimal.is_none();
    if !has_digits || !is_number(whole, base) || !is_number(fraction, base) || !is_exponent || !is_complete {
        return Err(NoFloat::Syntax);
    }
    let is_finite = match hexadecimal {
        Some(_) => is_finite_hexadecimal(whole, fraction, exponent.unwrap_or_default()),
        None => plain.parse::<f64>().is_ok_and(f64::is_finite),
    };
    if is_finite { Ok(()) } else { Err(NoFloat::Range) }
}

/// Whether 64 bits hold `0x<whole>.<fraction>p<exponent>`.
fn is_finite_hexadecimal(whole: &str, fraction: &str, exponent: &str) -> bool {
    // Go stops counting once there are five digits.
    let power = exponent
        .bytes()
        .filter(u8::is_ascii_digit)
        .fold(0_i64, |power, digit| if power < 10_000 { power * 10 + i64::from(digit - b'0') } else { power });
    let power = if exponent.starts_with('-') { -power } else { power };
    let zeros = whole.bytes().chain(fraction.bytes()).take_while(|&digit| digit == b'0').count();
    let mut digits = whole.chars().chain(fraction.chars()).skip(zeros).map(|digit| digit.to_digit(16).unwrap_or(0));
    let Some(first) = digits.next() else { return true };
    let place = i64::try_from(whole.len()).unwrap_or(i64::MAX) - i64::try_from(zeros).unwrap_or_default();
    // The place of the highest bit.
    let highest = (place - 1) * 4 + i64::from(first.ilog2()) + power;
    if highest != 1023 {
        return highest < 1023;
    }
    // Rounded up if its 54 highest bits are ones.
    let (mut ones, mut left) = (first.trailing_ones(), first.trailing_ones() == first.ilog2() + 1);
    for digit in digits {
        if !left || ones >= 54 {
            break;
        }
        let leading = (digit << 28).leading_ones();
        ones += leading;
        left = leading == 4;
    }
    ones < 54
}

/// A complex number such as `1+2i` that the lexer found, read as `fmt.Sscan` does.
pub(super) fn complex(text: &str) -> Result<(), String> {
    const MALFORMED: &str = "syntax error scanning complex number";
    let (real, rest) = float_token(text);
    let sign = rest.get(..1).filter(|sign| matches!(*sign, "+" | "-")).ok_or(MALFORMED)?;
    let (imaginary, rest) = float_token(rest.get(1..).unwrap_or_default());
    if !rest.starts_with('i') {
        return Err(MALFORMED.to_owned());
    }
    for part in [real.to_owned(), format!("{sign}{imaginary}")] {
        float(&part).map_err(|error| {
            let error = match error {
                NoFloat::Syntax => INVALID,
                NoFloat::Range => "value out of range",
            };
            format!("strconv.ParseFloat: parsing {}: {error}", quote(part.as_bytes()))
        })?;
    }
    Ok(())
}

/// `fmt`'s `floatToken`: what looks like a number, and what follows.
fn float_token(text: &str) -> (&str, &str) {
    let bytes = text.as_bytes();
    let mut at = 0;
    let accept = |at: &mut usize, wanted: &[u8]| {
        let accepted = bytes.get(*at).is_some_and(|byte| wanted.contains(byte));
        *at += usize::from(accepted);
        accepted
    };
    let run = |at: &mut usize, wanted: &dyn Fn(u8) -> bool| {
        while bytes.get(*at).is_some_and(|&byte| byte == b'_' || wanted(byte)) {
            *at += 1;
        }
    };
    accept(&mut at, b"+-");
    // It tries to read `Inf`, and does not step back.
    accept(&mut at, b"iI");
    let hexadecimal = accept(&mut at, b"0") && accept(&mut at, b"xX");
    let digit = |byte: u8| if hexadecimal { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
    run(&mut at, &digit);
    if accept(&mut at, b".") {
        run(&mut at, &digit);
    }
    if accept(&mut at, if hexadecimal { b"pP".as_slice() } else { b"eEpP" }) {
        accept(&mut at, b"+-");
        run(&mut at, &|byte| byte.is_ascii_digit());
    }
    text.split_at_checked(at).unwrap_or((text, ""))
}
