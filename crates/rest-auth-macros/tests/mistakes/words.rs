//! The words of `#[field(…)]`.

use rest_auth_macros::Fields;

#[derive(Fields)]
struct Misspelt {
    #[field(max_lenght = 100)]
    name: String,
}

#[derive(Fields)]
struct Unheard {
    #[field(widget = "textarea")]
    name: String,
}

#[derive(Fields)]
struct AsInDjango {
    #[field(null = true)]
    name: String,
}

#[derive(Fields)]
struct AsInASerializer {
    #[field(required = false)]
    name: String,
}

#[derive(Fields)]
struct AsInTheFile {
    #[field(type = "email")]
    address: String,
}

#[derive(Fields)]
struct NotAlone {
    #[field(blank = true)]
    name: String,
}

#[derive(Fields)]
struct WithoutNumber {
    #[field(max_length)]
    name: String,
}

fn main() {}
