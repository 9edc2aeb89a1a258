use proptest::prelude::*;
use serde_json::json;

use super::form::Values;
use super::number::as_python_writes;
use super::{Data, Field, Form, Kind, email, json_error, parse};
use crate::error::Error;

/// Texts that are no JSON, and what Python 3.11's `json.loads` says to each.
const PYTHON: &[(&str, &str)] = &[
    (r"", r#"Expecting value: line 1 column 1 (char 0)"#),
    (r"  ", r#"Expecting value: line 1 column 3 (char 2)"#),
    ("\n{", r#"Expecting property name enclosed in double quotes: line 2 column 2 (char 2)"#),
    (r"{nope", r#"Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"#),
    (r##"{"a""##, r#"Expecting ':' delimiter: line 1 column 5 (char 4)"#),
    (r##"{"a" 1}"##, r#"Expecting ':' delimiter: line 1 column 6 (char 5)"#),
    (r##"{"a":}"##, r#"Expecting value: line 1 column 6 (char 5)"#),
    (r##"{"a":1,}"##, r#"Expecting property name enclosed in double quotes: line 1 column 8 (char 7)"#),
    (r##"{"a":1 "b"}"##, r#"Expecting ',' delimiter: line 1 column 8 (char 7)"#),
    (r"[1,]", r#"Expecting value: line 1 column 4 (char 3)"#),
    (r"[", r#"Expecting value: line 1 column 2 (char 1)"#),
    (r"[1 2]", r#"Expecting ',' delimiter: line 1 column 4 (char 3)"#),
    (r##""abc"##, r#"Unterminated string starting at: line 1 column 1 (char 0)"#),
    ("\"a\tb\"", r#"Invalid control character at: line 1 column 3 (char 2)"#),
    ("{\"a\":\"x\n\"}", r#"Invalid control character at: line 1 column 8 (char 7)"#),
    (r##""\x""##, r#"Invalid \escape: line 1 column 2 (char 1)"#),
    (r##""\u12""##, r#"Invalid \uXXXX escape: line 1 column 3 (char 2)"#),
    (r##""\u12G4""##, r#"Invalid \uXXXX escape: line 1 column 3 (char 2)"#),
    (r##"{"a":"\u123"}"##, r#"Invalid \uXXXX escape: line 1 column 8 (char 7)"#),
    (r"1 2", r#"Extra data: line 1 column 3 (char 2)"#),
    (r"01", r#"Extra data: line 1 column 2 (char 1)"#),
    (r"-", r#"Expecting value: line 1 column 1 (char 0)"#),
    (r"1.", r#"Extra data: line 1 column 2 (char 1)"#),
    (r"1e", r#"Extra data: line 1 column 2 (char 1)"#),
    (r"NaN", r#"Out of range float values are not JSON compliant: 'NaN'"#),
    (r"[Infinity]", r#"Out of range float values are not JSON compliant: 'Infinity'"#),
    (r##"{"a":-Infinity}"##, r#"Out of range float values are not JSON compliant: '-Infinity'"#),
    (r"nul", r#"Expecting value: line 1 column 1 (char 0)"#),
    (r##"{"a": tru}"##, r#"Expecting value: line 1 column 7 (char 6)"#),
    ("\u{feff}{}", r#"Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)"#),
    (r##"{"é": nope}"##, r#"Expecting value: line 1 column 7 (char 6)"#),
    ("{\n \"a\": 1,\n b\n}", r#"Expecting property name enclosed in double quotes: line 3 column 2 (char 12)"#),
    (r##"{"a":"\"##, r#"Unterminated string starting at: line 1 column 6 (char 5)"#),
    (r##"{"a":1}}"##, r#"Extra data: line 1 column 8 (char 7)"#),
    (r##"{"a":1]"##, r#"Expecting ',' delimiter: line 1 column 7 (char 6)"#),
    (r"{'a':1}", r#"Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"#),
    ("[1,\n\n2,,]", r#"Expecting value: line 3 column 3 (char 7)"#),
    (r##"{"a":"\ud800\u12"}"##, r#"Invalid \uXXXX escape: line 1 column 14 (char 13)"#),
    (r##""\u1234"##, r#"Invalid \uXXXX escape: line 1 column 3 (char 2)"#),
    (r##"{"a": 1.e5}"##, r#"Expecting ',' delimiter: line 1 column 8 (char 7)"#),
    (r"[-a]", r#"Expecting value: line 1 column 2 (char 1)"#),
    (r"{,}", r#"Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"#),
    (r##"{"a"::1}"##, r#"Expecting value: line 1 column 6 (char 5)"#),
    (r##"{"a":"b" , }"##, r#"Expecting property name enclosed in double quotes: line 1 column 12 (char 11)"#),
    (r"tru", r#"Expecting value: line 1 column 1 (char 0)"#),
    (r"+1", r#"Expecting value: line 1 column 1 (char 0)"#),
    (r".5", r#"Expecting value: line 1 column 1 (char 0)"#),
    (r##"{"k":.5}"##, r#"Expecting value: line 1 column 6 (char 5)"#),
    (r##""\ud83d"x"##, r#"Extra data: line 1 column 9 (char 8)"#),
    (r##"{"password": "x", "username": undefined}"##, r#"Expecting value: line 1 column 31 (char 30)"#),
];

#[test]
fn a_fault_is_explained_as_python_does() {
    for (text, message) in PYTHON {
        assert_eq!(json_error::explain(text), *message, "{text}");
    }
}

#[test]
fn bytes_that_are_no_text_are_explained_as_python_does() {
    for (bytes, message) in [
        (&b"\xff"[..], "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b"a\xc3(", "'utf-8' codec can't decode byte 0xc3 in position 1: invalid continuation byte"),
        (b"\xe2\x82(", "'utf-8' codec can't decode bytes in position 0-1: invalid continuation byte"),
    ] {
        let error = std::str::from_utf8(bytes).expect_err("no text");
        assert_eq!(json_error::undecodable(bytes, error), message);
    }
}

#[test]
fn deep_nesting_is_no_danger() {
    let deep = "[".repeat(1_000_000);
    assert_eq!(json_error::explain(&deep), "Too many nested values: line 1 column 502 (char 501)");
}

#[test]
fn numbers_become_the_text_that_python_writes() {
    for (number, text) in [
        ("0", "0"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("1.50", "1.5"),
        ("1e5", "100000.0"),
        ("1E16", "1e+16"),
        ("123456789012345678", "123456789012345678"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1.5e300", "1.5e+300"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("1e400", "inf"),
        ("-1e400", "-inf"),
    ] {
        assert_eq!(as_python_writes(number), text, "{number}");
    }
}

#[test]
fn addresses_are_told_as_django_does() {
    for good in [
        "jane@example.com",
        "a@localhost",
        "!#$%&'*+/=?^_`{}|~-@example.com",
        "\"quoted@part\"@example.com",
        "a@[127.0.0.1]",
        "a@[2001:db8::1]",
        "a@exämple.com",
        "a@example.xn--p1ai",
        "a@a-b.example",
    ] {
        assert!(email::is_valid(good), "{good}");
    }
    for bad in [
        "",
        "a",
        "a@",
        "@example.com",
        "a b@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a@example",
        "a@-example.com",
        "a@example-.com",
        "a@example.c",
        "a@example.com.",
        "a@example.123",
        "a@[127.0.0]",
        "ä@example.com",
        "a@example.com\n",
        "\"a\"b\"@example.com",
    ] {
        assert!(!email::is_valid(bad), "{bad}");
    }
    assert!(!email::is_valid(&format!("{}@example.com", "a".repeat(320))));
}

fn headers(media_type: &str) -> axum::http::HeaderMap {
    [(axum::http::header::CONTENT_TYPE, media_type.parse().expect("a media type"))].into_iter().collect()
}

fn read(media_type: &str, body: &[u8]) -> Result<Data, Error> {
    futures_util::FutureExt::now_or_never(parse(&headers(media_type), body.to_vec().into(), usize::MAX))
        .expect("a body at hand")
}

fn fields() -> Vec<Field> {
    vec![
        Field::new("name", Kind::Char).max_length(10).min_length(2),
        Field::new("email", Kind::Email).required(false).blank(),
    ]
}

proptest! {
    #[test]
    fn no_body_panics(
        media_type in prop_oneof![
            Just("application/json"),
            Just("application/x-www-form-urlencoded"),
            Just("multipart/form-data; boundary=x"),
        ],
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "[{}\\[\\]\":,\\\\u0-9a-fA-FeE.\\- \n]{0,60}".prop_map(String::into_bytes),
            "(--x\r\n|Content-Disposition: form-data; name=\"name\"|\r\n|--|name=|&|%[0-9]){0,20}".prop_map(String::into_bytes),
        ],
    ) {
        let fields = fields();
        let read = read(media_type, &body).and_then(|data| Form::read(&fields, &data, false)?.finish());
        if let Err(error) = read {
            let client_error = matches!(error, Error::Invalid(_) | Error::Parse(_));
            prop_assert!(client_error, "{error:?}");
        }
    }

    #[test]
    fn json_and_forms_say_the_same(name in "\\PC{0,12}", email in "\\PC{0,12}") {
        let fields = fields();
        let json = read("application/json", json!({ "name": name, "email": email }).to_string().as_bytes());
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("name", &name)
            .append_pair("email", &email)
            .finish();
        let form = read("application/x-www-form-urlencoded", form.as_bytes());
        let outcome = |data: Result<Data, Error>| {
            let read = data.and_then(|data| Form::read(&fields, &data, false)?.finish());
            let texts = |values: Values| ["name", "email"].map(|field| values.text(field).map(str::to_owned));
            read.map(texts).map_err(|error| error.to_string())
        };
        prop_assert_eq!(outcome(json), outcome(form));
    }

    #[test]
    fn whatever_is_explained_is_no_json(text in "[{}\\[\\]\":,\\\\ua0-9eE.\\- ]{0,20}") {
        // What serde_json takes, Python takes; the explanation is asked for otherwise.
        if serde_json::from_str::<serde_json::Value>(&text).is_err() {
            prop_assert!(json_error::explain(&text).contains("char") || text.contains("\\ud"), "{text}");
        }
    }
}
