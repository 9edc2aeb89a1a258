//! A shop's accounts, whole: a profile, two kinds of user, a rule at login. `cargo run -p rest-auth-examples shop`.

use axum::{Router, routing::get};
use rest_auth::{Auth, Builder, CurrentUser, Error, Fields, LoginAttempt, Registration};
use tokio::net::TcpListener;

#[derive(Fields, serde::Deserialize)]
#[fields(name = "profile", table = "shop_profile")]
struct Profile {
    #[field(blank, max_length = 20)]
    phone_number: String,
}

#[derive(Fields)]
#[fields(name = "vendor", table = "shop_vendor", auto_create = false)]
struct Vendor {
    #[field(max_length = 100)]
    business_name: String,
}

#[derive(Fields)]
struct VendorSignup {
    #[field(save_to = "vendor.business_name")]
    business_name: String,
}

async fn is_open(login: LoginAttempt) -> Result<(), Error> {
    match login.in_group("Closed") {
        true => Err(Error::non_field("This shop has closed.")),
        false => Ok(()),
    }
}

/// What the accounts are like.
pub fn accounts(builder: Builder) -> Builder {
    builder
        .profile::<Profile>()
        .profile::<Vendor>()
        .registration(Registration::kind("customer").group("Customers").create_groups())
        .registration(Registration::kind("vendor").group("Vendors").fields::<VendorSignup>())
        .check_login(is_open)
}

async fn phone(user: CurrentUser) -> Result<String, Error> {
    Ok(user.profile::<Profile>().await?.map(|profile| profile.phone_number).unwrap_or_default())
}

/// The shop's own routes, and the accounts.
pub fn app(auth: &Auth) -> Router {
    Router::new().route("/phone", get(phone)).layer(auth.layer()).nest("/api/auth", auth.router())
}

/// Opens the database, makes its tables, and serves.
#[tokio::main]
pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = std::env::var("SECRET_KEY").unwrap_or_else(|_| "only for this example".to_owned());
    let auth = accounts(Auth::builder()).secret_key(key).database_url("sqlite://shop.db").migrate().build().await?;
    Ok(axum::serve(TcpListener::bind("127.0.0.1:8000").await?, app(&auth)).await?)
}
