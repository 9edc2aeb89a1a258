//! What is no struct with named fields.

use rest_auth_macros::Fields;

#[derive(Fields)]
enum Size {
    Small,
    Large,
}

#[derive(Fields)]
struct Signup(String, bool);

#[derive(Fields)]
struct Nothing;

#[derive(Fields)]
union Either {
    number: u32,
    truth: bool,
}

fn main() {}
