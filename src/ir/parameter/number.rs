//! Go's grammar of floating-point numbers: `strconv.ParseFloat(text, 32)` of Go 1.26.
//!
//! More than Rust's: hexadecimal (`0x1p-2`) and `_` between digits. Less than Rust's: a sign before `nan`, and what is too
//! large is an error instead of infinity.

/// Reads `text`; infinite and not-a-number only where the text says so.
///
/// The result is the decimal that JSON shows for the 32-bit float: 0.7, not 0.699999988079071.
pub(super) fn parse(text: &str) -> Option<f64> {
    let single = match text.as_bytes() {
        [b'+' | b'-', b'n' | b'N', ..] => return None,
        _ => text.parse::<f32>().ok().or_else(|| unusual(text))?,
    };
    if single.is_infinite() && !text.ends_with(['f', 'F', 'y', 'Y']) {
        return None;
    }
    Some(shown(single, text))
}

/// The 64-bit number whose shortest decimal is also the shortest of `single`.
fn shown(single: f32, text: &str) -> f64 {
    // A decimal of at most six digits survives the way to 32 bits and back, so it is the one that would be shown. Seven
    // bytes with a point hold no more. Very small numbers have fewer digits to spare, but they need an exponent.
    if text.len() <= 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-') {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if let (true, Ok(number)) = (digits <= 6, text.parse()) {
            return number;
        }
    }
    if single.is_finite() { shortest(single).parse().unwrap_or(f64::from(single)) } else { f64::from(single) }
}

/// The shortest decimal that is read as `single`. Of two that are as near, Go takes the even one, and Rust the other.
fn shortest(single: f32) -> String {
    let digits = format!("{single:e}").bytes().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit).count();
    format!("{single:.*e}", digits.saturating_sub(1))
}

/// What Go reads and Rust does not: underscores and hexadecimal.
fn unusual(text: &str) -> Option<f32> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, text.get(1..)?),
        [b'+', ..] => (false, text.get(1..)?),
        _ => (false, text),
    };
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let plain: String;
    let digits = if digits.contains('_') {
        if !separated(digits, hex.is_some()) {
            return None;
        }
        plain = digits.replace('_', "");
        plain.as_str()
    } else {
        digits
    };
    let size = match hex {
        Some(_) => hexadecimal(digits.get(2..)?)?,
        // Rust would read a second sign here, which Go does not.
        None if digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') => digits.parse().ok()?,
        None => return None,
    };
    Some(if negative { -size } else { size })
}

/// Whether each `_` stands between two digits; the `0x` in front counts as one.
fn separated(text: &str, hex: bool) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit();
    let mut before = b' ';
    let mut rest = text.bytes();
    if hex {
        rest.nth(1);
        before = b'0';
    }
    for byte in rest {
        let misplaced = if byte == b'_' { !digit(before) } else { before == b'_' && !digit(byte) };
        if misplaced {
            return false;
        }
        before = byte;
    }
    before != b'_'
}

/// Reads `1.8p-2` (after `0x`), rounding half to even.
fn hexadecimal(text: &str) -> Option<f32> {
    let (digits, exponent) = text.split_once(['p', 'P'])?;
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Far beyond what 32 bits hold either way; Go stops counting at 10000 too.
    let mut exponent = exponent
        .parse::<i64>()
        .map_or(if exponent.starts_with('-') { -10_000 } else { 10_000 }, |number| number.clamp(-10_000, 10_000));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut mantissa: u64 = 0;
    for (at, character) in whole.chars().chain(fraction.chars()).enumerate() {
        let digit = u64::from(character.to_digit(16)?);
        exponent -= if at >= whole.len() { 4 } else { 0 };
        if mantissa >> 56 == 0 {
            mantissa = mantissa << 4 | digit;
        } else {
            // No room: only whether anything was cut off still counts, for rounding.
            mantissa |= u64::from(digit != 0);
            exponent += 4;
        }
    }
    Some(round(mantissa, exponent))
}

/// `mantissa * 2^exponent`, rounded half to even to 32 bits.
fn round(mantissa: u64, exponent: i64) -> f32 {
    if mantissa == 0 {
        return 0.0;
    }
    let width = 64 - i64::from(mantissa.leading_zeros());
    // 24 bits, or fewer where the number is so small that its last bit would be below 2^-149.
    let cut = (width - 24).max(-149 - exponent);
    if cut > 64 {
        return 0.0;
    }
    let (kept, power) = if cut <= 0 {
        (mantissa, exponent)
    } else {
        let (whole, half) = (u128::from(mantissa) >> cut, 1_u128 << (cut - 1));
        let rest = u128::from(mantissa) & ((1_u128 << cut) - 1);
        let up = rest > half || rest == half && whole & 1 == 1;
        (u64::try_from(whole).unwrap_or_default() + u64::from(up), exponent + cut)
    };
    let power = i32::try_from(power.clamp(-1000, 1000)).unwrap_or_default();
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "24 bits are exact in either")]
    {
        (kept as f64 * 2_f64.powi(power)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// Beyond the vectors. 400 000 more texts were compared with Go's own results once (Go 1.26).
    #[test]
    fn numbers_are_read_as_go_reads_them() {
        let cases: [(&str, Option<f64>); 30] = [
            ("0.7", Some(0.7)),
            ("-0.25", Some(-0.25)),
            ("0.123456", Some(0.123_456)),
            ("0.69999999", Some(0.7)),
            ("16777217", Some(16_777_216.0)),
            ("381491.127", Some(381_491.12)),
            ("1e1_0", Some(1e10)),
            ("1_e5", None),
            ("_1", None),
            ("1_", None),
            ("1_.5", None),
            ("+-1_0", None),
            ("0x1.8p1", Some(3.0)),
            ("-0x.8p0", Some(-0.5)),
            ("0x1p", None),
            ("0xp1", None),
            ("0x1.fffffep127", Some(3.402_823_5e38)),
            ("0x1.ffffffp127", None),
            ("0x1p-149", Some(1e-45)),
            ("0x1p-150", Some(0.0)),
            ("0x1.8p-150", Some(1e-45)),
            ("0x1p-99999999999999999999", Some(0.0)),
            ("0x1p99999999999999999999", None),
            ("0x1.000001p0", Some(1.0)),
            ("0x1.0000011p0", Some(1.000_000_1)),
            ("0x1.000003p0", Some(1.000_000_2)),
            ("0x0.00000000000000000001p80", Some(1.0)),
            ("0x10000000000000000000p0", Some(7.555_786_4e22)),
            ("+nan", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert!(parse("nan").is_some_and(f64::is_nan));
        assert_eq!(parse("-Inf"), Some(f64::NEG_INFINITY));
    }
}
