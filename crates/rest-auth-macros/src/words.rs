//! The words of `#[field(…)]`.

use syn::{Error, Expr, ExprArray, Lit};

/// The words that name a type, and what it is called in `Kind`.
pub(crate) const KINDS: [(&str, &str); 12] = [
    ("char", "Char"),
    ("text", "Text"),
    ("email", "Email"),
    ("url", "Url"),
    ("integer", "Integer"),
    ("decimal", "Decimal"),
    ("boolean", "Boolean"),
    ("date", "Date"),
    ("datetime", "DateTime"),
    ("json", "Json"),
    ("image", "Image"),
    ("file", "File"),
];

/// The words beside those that name a type.
const WORDS: [&str; 12] = [
    "choices",
    "blank",
    "default",
    "max_length",
    "min_length",
    "min_value",
    "max_value",
    "max_digits",
    "decimal_places",
    "read_only",
    "save_to",
    "upload_to",
];

/// What is said to a word that there is not.
pub(crate) fn unknown(word: &str) -> String {
    match word {
        "null" => return "there is no `null`: make it an Option".to_owned(),
        "required" => return "there is no `required`: an Option may be left out, anything else may not".to_owned(),
        "type" => return "there is no `type`: write the type alone, for example #[field(email)]".to_owned(),
        _ => {}
    }
    let known = || KINDS.iter().map(|(kind, _)| *kind).chain(WORDS);
    let nearest = known().map(|known| (strsim::jaro_winkler(word, known), known)).max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((likeness, known)) if likeness > 0.8 => format!("there is no `{word}`: did you mean `{known}`?"),
        _ => format!("there is no `{word}`; there are {}", known().collect::<Vec<_>>().join(", ")),
    }
}

/// The list of what a client may write there.
pub(crate) fn choices(said: Expr) -> Result<ExprArray, Error> {
    let wanted = "choices are texts in brackets: choices = [\"small\", \"large\"]";
    let Expr::Array(choices) = said else { return Err(Error::new_spanned(said, wanted)) };
    if choices.elems.is_empty() {
        return Err(Error::new_spanned(choices, "there is nothing to choose from"));
    }
    let is_no_text = |choice: &&Expr| matches!(choice, Expr::Lit(literal) if !matches!(literal.lit, Lit::Str(_)));
    match choices.elems.iter().find(is_no_text) {
        Some(choice) => Err(Error::new_spanned(choice, wanted)),
        None => Ok(choices),
    }
}
