//! Numbers as text: a text field takes a JSON number, and keeps what Python's `str` makes of it.

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
