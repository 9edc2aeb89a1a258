//! What a type cannot go without.

use rest_auth_macros::Fields;

#[derive(Fields)]
struct OneOfTwo {
    #[field(decimal, max_digits = 5)]
    price: String,
}

#[derive(Fields)]
#[fields(name = "shop", table = "app_shop")]
struct WithoutDigits {
    #[field(decimal)]
    price: String,
}

#[derive(Fields)]
#[fields(name = "shop", table = "app_shop")]
struct WithoutLength {
    #[field(char)]
    name: String,
}

fn main() {}
