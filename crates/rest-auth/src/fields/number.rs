//! Numbers as text: a text field takes a JSON number, and keeps what Python's `str` makes of it; a number's field
//! takes a text, and reads it as Python does, with digits of ASCII alone.

/// The number as Python writes it after reading it: an integer with all its digits, a float by its
/// shortest form. The text must be a JSON number.
pub(crate) fn as_python_writes(number: &str) -> String {
    if !number.contains(['.', 'e', 'E']) {
        return if number == "-0" { "0".to_owned() } else { number.to_owned() };
    }
    match number.parse::<f64>() {
        Ok(float) => repr(float),
        Err(_) => number.to_owned(),
    }
}

/// Python's `repr` of a float: an exponent from 1e16 on and below 1e-4, with at least two digits.
fn repr(float: f64) -> String {
    if float.is_infinite() {
        return if float > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let magnitude = float.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{float:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = float.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// A whole number as DRF's `IntegerField` reads it: Python's `int`, and `.0` behind it. One that is greater than any
/// field takes is as great as can be.
pub(super) fn integer(text: &str) -> Option<i128> {
    let text = text.trim_end();
    let text = match text.rsplit_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    };
    let (negative, digits) = sign(text.trim());
    let well_formed = digits.split('_').all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    if !well_formed {
        return None;
    }
    let number = digits.replace('_', "").parse().unwrap_or(i128::MAX);
    Some(if negative { -number } else { number })
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// A decimal number: its digits, without zeros in front, times ten to the power of the exponent.
pub(super) struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads a number as Python's `Decimal` does; infinity and what is no number are none here.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace('_', "");
        let (negative, text) = sign(&text);
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let digits = match digits.trim_start_matches('0') {
            "" => "0".to_owned(),
            digits => digits.to_owned(),
        };
        Some(Self { negative, digits, exponent })
    }

    /// How many digits there are in all, behind the point, and before it: DRF's `validate_precision`.
    pub(super) fn extent(&self) -> (usize, usize, usize) {
        let (digits, shift) = (self.digits.len(), usize::try_from(self.exponent.unsigned_abs()).unwrap_or(usize::MAX));
        if self.exponent >= 0 {
            let whole = digits.saturating_add(shift);
            (whole, 0, whole)
        } else if digits > shift {
            (digits, shift, digits - shift)
        } else {
            (shift, shift, 0)
        }
    }

    /// The number with so many digits behind the point; what is beyond is rounded away.
    pub(super) fn fixed(&self, places: usize) -> String {
        let scaled = self.scaled(places).unsigned_abs().to_string();
        let digits = format!("{scaled:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let sign = if self.negative { "-" } else { "" };
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    /// The number times ten to the power of `places`, rounded.
    pub(super) fn scaled(&self, places: usize) -> i128 {
        let number: i128 = self.digits.parse().unwrap_or(i128::MAX);
        let shift = self.exponent.saturating_add(i64::try_from(places).unwrap_or(i64::MAX));
        let power = u32::try_from(shift.unsigned_abs()).ok().and_then(|shift| 10_i128.checked_pow(shift));
        let scaled = match (shift >= 0, power) {
            (true, Some(power)) => number.saturating_mul(power),
            (true, None) if number != 0 => i128::MAX,
            (false, Some(power)) => number / power + i128::from(number % power >= power / 2 + power % 2),
            _ => 0,
        };
        if self.negative { -scaled } else { scaled }
    }
}

/// A number out of the database with so many digits behind the point.
pub(crate) fn fixed(text: &str, places: usize) -> Option<String> {
    Decimal::parse(text).map(|number| number.fixed(places))
}
