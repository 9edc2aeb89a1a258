//! What `#[fields(…)]` says of a profile.

use rest_auth_macros::Fields;

#[derive(Fields)]
#[fields(table = "app_userprofile")]
struct WithoutName {
    bio: String,
}

#[derive(Fields)]
#[fields(name = "profile")]
struct WithoutTable {
    bio: String,
}

#[derive(Fields)]
#[fields(name = "profile", tabel = "app_userprofile")]
struct Misspelt {
    bio: String,
}

#[derive(Fields)]
#[fields(name = profile, table = "app_userprofile")]
struct WithoutQuotes {
    bio: String,
}

#[derive(Fields)]
#[fields(name = "profile", table = "app_userprofile", auto_create = "no")]
struct NoTruth {
    bio: String,
}

#[derive(Fields)]
#[fields(name = "profile")]
#[fields(table = "app_userprofile")]
struct Twice {
    bio: String,
}

#[derive(Fields)]
#[field(blank)]
struct OfAField {
    bio: String,
}

#[derive(Fields)]
struct OfTheStruct {
    #[fields(blank)]
    bio: String,
}

fn main() {}
