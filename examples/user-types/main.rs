//! Two kinds of user, each with an endpoint, a group and fields of its own:
//! `cargo run -p rest-auth-examples user-types`.

use axum::Router;
use axum::routing::get;
use rest_auth::{Auth, Builder, Fields, Group, Registration, RequireGroup};
use rest_auth_examples::{Ended, serve};

/// Only vendors have one.
#[derive(Fields)]
#[fields(name = "vendor", table = "app_vendorprofile", auto_create = false)]
struct VendorProfile {
    #[field(max_length = 100)]
    business_name: String,
}

/// What vendors are asked for.
#[derive(Fields)]
struct VendorSignup {
    #[field(save_to = "vendor.business_name")]
    business_name: String,
}

/// What the accounts are like; `rest-auth.toml` says the same.
pub fn accounts(builder: Builder) -> Builder {
    builder
        .profile::<VendorProfile>()
        .registration(Registration::default().create_groups())
        .registration(Registration::kind("customer").group("Customers"))
        .registration(Registration::kind("vendor").group("Vendors").fields::<VendorSignup>())
}

/// The group that a handler asks for.
struct Vendors;

impl Group for Vendors {
    const NAME: &'static str = "Vendors";
}

async fn shelf(user: RequireGroup<Vendors>) -> String {
    format!("What {} sells.", user.username)
}

/// The application's own routes, and the accounts.
pub fn app(auth: &Auth) -> Router {
    Router::new().route("/shelf", get(shelf)).layer(auth.layer()).nest("/api/auth", auth.router())
}

/// Serves them.
pub fn main() -> Ended {
    serve("user-types", accounts, app)
}
