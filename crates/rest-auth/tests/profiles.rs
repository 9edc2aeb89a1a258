//! A profile that an application derives: the same settings as in TOML, and its values in a handler.

use axum::{Router, routing::get};
use rest_auth::testing::{TestApp, each_database};
use rest_auth::{CurrentUser, Error, Fields, Settings};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What dates are read into is for the application to choose: chrono, jiff and time know these texts.
type Date = String;
type OffsetDateTime = String;

#[derive(Debug, Deserialize, Fields, PartialEq, Serialize)]
#[fields(name = "profile", table = "app_userprofile")]
struct UserProfile {
    #[field(blank, max_length = 100)]
    company_name: String,
    #[field(blank)]
    bio: String,
    #[field(email, blank)]
    contact: String,
    #[field(url)]
    website: Option<String>,
    #[field(min_value = 0, max_value = 150)]
    age: Option<i32>,
    #[field(decimal, max_digits = 8, decimal_places = 2, default = "0.00")]
    price: String,
    #[field(default = true, read_only)]
    newsletter: bool,
    birthday: Option<Date>,
    seen: Option<OffsetDateTime>,
    #[field(choices = ["small", "large"], default = "small")]
    size: Size,
    #[field(default = json!({}))]
    extra: Value,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Large,
}

#[derive(Fields)]
#[fields(name = "vendor", table = "app_vendorprofile", auto_create = false)]
struct VendorProfile {
    #[field(max_length = 100)]
    business_name: String,
}

const TOML: &str = r#"
    [profiles.profile]
    table = "app_userprofile"
    fields.company_name = { type = "char", max_length = 100, blank = true }
    fields.bio = { type = "text", blank = true }
    fields.contact = { type = "email", blank = true }
    fields.website = { type = "url", null = true }
    fields.age = { type = "integer", null = true, min_value = 0, max_value = 150 }
    fields.price = { type = "decimal", max_digits = 8, decimal_places = 2, default = "0.00" }
    fields.newsletter = { type = "boolean", default = true, read_only = true }
    fields.birthday = { type = "date", null = true }
    fields.seen = { type = "datetime", null = true }
    fields.size = { type = "choice", choices = ["small", "large"], default = "small" }
    fields.extra = { type = "json", default = {} }

    [profiles.vendor]
    table = "app_vendorprofile"
    auto_create = false
    fields.business_name = { type = "char", max_length = 100 }
"#;

async fn mine(user: CurrentUser) -> Result<String, Error> {
    let profile = user.profile::<UserProfile>().await?;
    Ok(json!({ "size_is_large": profile.as_ref().map(|p| p.size == Size::Large), "profile": profile }).to_string())
}

#[each_database]
async fn a_derived_profile_is_the_same_as_one_in_toml() {
    let rust =
        TestApp::built(Settings::default(), |builder| builder.profile::<UserProfile>().profile::<VendorProfile>())
            .await;
    let toml = Settings::from_toml(TOML).unwrap_or_else(|error| panic!("{error}")).settings;
    assert_eq!(rust.auth().settings().profiles, toml.profiles);

    rust.user("jane", "correct horse").await;
    let router = Router::new().route("/mine", get(mine)).layer(rust.auth().layer()).merge(rust.auth().router());
    let mut jane = rust.client_of(router);
    jane.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    let mut jane = jane.with_csrf();
    let changes = json!({ "birthday": "1990-02-03", "seen": "2026-01-02T03:04:05Z", "size": "large", "price": "7.5" });
    jane.patch("/user/", json!({ "profile": changes })).await;
    let mine = jane.get("/mine").await.json();
    assert_eq!(mine["size_is_large"], true);
    assert_eq!(mine["profile"]["price"], "7.50");
    assert_eq!(mine["profile"]["seen"], "2026-01-02T03:04:05Z");

    rust.sql("DELETE FROM app_userprofile").await;
    assert_eq!(jane.get("/mine").await.json()["profile"], Value::Null);
}
