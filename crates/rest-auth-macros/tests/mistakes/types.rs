//! The type of a field.

use rest_auth_macros::Fields;

#[derive(Fields)]
struct DoesNotFollow {
    tags: Vec<String>,
}

#[derive(Fields)]
struct DoesNotFollowEither {
    size: Option<Size>,
}

#[derive(Fields)]
struct Two {
    #[field(email, url)]
    contact: String,
}

#[derive(Fields)]
struct TwoWithChoices {
    #[field(integer, choices = ["1", "2"])]
    size: u32,
}

#[derive(Fields)]
struct NotInBrackets {
    #[field(choices = "small, large")]
    size: String,
}

#[derive(Fields)]
struct NumbersToChoose {
    #[field(choices = [1, 2])]
    size: u32,
}

#[derive(Fields)]
struct NothingToChoose {
    #[field(choices = [])]
    size: String,
}

fn main() {}
