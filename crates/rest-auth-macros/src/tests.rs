//! What the derive takes; what it says to a mistake is in `tests/mistakes/`.

use syn::{DeriveInput, parse_str};

fn said(code: &str) -> String {
    let input: DeriveInput = parse_str(code).expect("a struct");
    match crate::fields::expand(&input) {
        Ok(_) => "nothing".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_type_follows_from_that_of_rust() {
    for code in [
        "struct P { a: String, b: Option<i64>, c: bool, d: time::Date, e: Option<chrono::DateTime<Utc>>, f: Value }",
        "#[fields(name = \"p\", table = \"t\", auto_create = false)] struct P { #[field(json)] a: Vec<String> }",
        "struct P { #[field(choices = [\"a\"], default = \"a\")] a: Size, #[field(read_only, default = 1)] r#type: u8 }",
    ] {
        assert_eq!(said(code), "nothing", "{code}");
    }
}
