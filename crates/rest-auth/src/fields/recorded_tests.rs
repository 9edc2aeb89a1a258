//! What each kind of field answers to each value, against what Django REST framework was recorded to answer for a
//! serializer of a Django model with such a field.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::body::FormValue;
use super::{Data, Field, Form, Kind, parse};
use crate::error::Error;

/// By `FIELD json`, `FIELD form`, with `partial` for a PATCH: each answer, and what was sent to get it.
const RECORDED: &str = include_str!("recorded.json");

#[derive(serde::Deserialize)]
struct Recorded {
    /// `"absent"`, `{"value": …}` as it is shown, or the messages.
    answer: Value,
    /// Whether it is the answer to a body without the field, too.
    absent: bool,
    sent: Vec<Value>,
}

/// The field that the recording's model had.
fn field(name: &str) -> Field {
    let field = |kind| Field::new("f", kind);
    let (char, choice) = (field(Kind::Char).max_length(10), field(Kind::Choice).choices(["small", "large"]));
    let decimal = field(Kind::Decimal).digits(5, 2);
    match name {
        "char" => char,
        "char_blank" => char.blank(),
        "char_null" => char.null(),
        "char_default" => char.default_value("abc"),
        "text" => field(Kind::Text),
        "text_blank" => field(Kind::Text).blank(),
        "email" => field(Kind::Email).max_length(254),
        "email_blank" => field(Kind::Email).max_length(254).blank(),
        "url" => field(Kind::Url).max_length(200),
        "url_blank" => field(Kind::Url).max_length(200).blank(),
        "integer" => field(Kind::Integer),
        "integer_null" => field(Kind::Integer).null(),
        "integer_default" => field(Kind::Integer).default_value(7),
        "integer_range" => field(Kind::Integer).min_value(1).max_value(5),
        "decimal" => decimal,
        "decimal_null" => decimal.null(),
        "decimal_range" => decimal.min_value(1).max_value(5),
        "boolean" => field(Kind::Boolean),
        "boolean_default" => field(Kind::Boolean).default_value(true),
        "boolean_null" => field(Kind::Boolean).null(),
        "date" => field(Kind::Date),
        "date_null" => field(Kind::Date).null(),
        "datetime" => field(Kind::DateTime),
        "choice" => choice,
        "choice_blank" => choice.blank(),
        "choice_null" => choice.null(),
        "choice_default" => choice.default_value("small"),
        "json" => field(Kind::Json),
        "json_null" => field(Kind::Json).null(),
        name => panic!("{name} was recorded, and is not tested"),
    }
}

fn body(how: &str, sent: Option<&Value>) -> Data {
    if how == "form" {
        let text = sent.map(|text| ("f".to_owned(), FormValue::Text(text.as_str().expect("text").to_owned())));
        return Data::Form(text.into_iter().collect());
    }
    let body = sent.map_or(json!({}), |sent| json!({ "f": sent })).to_string();
    let media_type = "application/json".parse().expect("a media type");
    let headers = [(axum::http::header::CONTENT_TYPE, media_type)].into_iter().collect();
    let read = parse(&headers, body.into(), usize::MAX);
    futures_util::FutureExt::now_or_never(read).expect("a body at hand").unwrap_or_else(|error| panic!("{error}"))
}

fn answer(field: &Field, body: &Data, partial: bool) -> Value {
    let fields = [field.clone()];
    match Form::read(&fields, body, partial).and_then(Form::finish) {
        Ok(mut values) => values.take("f").map_or(json!("absent"), |value| json!({ "value": value })),
        Err(Error::Invalid(errors)) => Value::from(errors)["f"].clone(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_kind_of_field_answers_as_the_reference_does() {
    let recorded: BTreeMap<String, Vec<Recorded>> = serde_json::from_str(RECORDED).expect("a recording");
    let mut differences = Vec::new();
    for (case, answers) in &recorded {
        let words: Vec<&str> = case.split(' ').collect();
        let (field, how, partial) = (field(words[0]), words[1], words.len() > 2);
        for Recorded { answer: wanted, absent, sent } in answers {
            for sent in sent.iter().map(Some).chain(absent.then_some(None)) {
                let got = answer(&field, &body(how, sent), partial);
                // The reference keeps JSON's null in a column that takes no null.
                let differs = case == "json form" && *wanted == json!({ "value": null });
                if got != *wanted && !differs {
                    differences.push(format!("{case}: {sent:?}\n    wanted {wanted}\n    got    {got}"));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}
