//! What the derive says to a mistake.

use syn::{DeriveInput, parse_str};

fn said(code: &str) -> String {
    let input: DeriveInput = parse_str(code).expect("a struct");
    match crate::fields::expand(&input) {
        Ok(_) => "nothing".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_mistake_is_told_with_what_to_write() {
    for (code, message) in [
        ("enum Profile { A }", "Fields can be derived for a struct"),
        ("struct Profile(String);", "Fields wants a struct whose fields have names"),
        (
            "struct Profile { avatar: Vec<u8> }",
            "what a client writes there? Say it: #[field(char)], #[field(integer)], #[field(json)], \
             #[field(choices = […])], …",
        ),
        (
            "#[fields(table = \"app_userprofile\")] struct P { a: String }",
            "a profile has a name: add name = \"profile\"",
        ),
        (
            "#[fields(name = \"profile\")] struct P { a: String }",
            "a profile has a table: add table = \"app_userprofile\"",
        ),
        (
            "#[fields(name = \"profile\", tabel = \"x\")] struct P { a: String }",
            "a profile has a name, a table, and may have auto_create = false",
        ),
        ("struct P { #[field(email, url)] a: String }", "a field has one type"),
        (
            "struct P { #[field(decimal, max_digits = 3)] a: String }",
            "a decimal has both max_digits and decimal_places",
        ),
    ] {
        assert_eq!(said(code), message, "{code}");
    }
    assert!(said("struct P { #[field(max_lenght = 3)] a: String }").starts_with("a field may be char, text, email"));
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
