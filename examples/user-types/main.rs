//! Registration with fields of one's own, two kinds of user, and a rule at login:
//! `cargo run -p rest-auth-examples --bin registration`. What `accounts` says but for the rule, `rest-auth.toml` beside
//! it says to the server that needs no Rust.

use rest_auth::{Auth, Builder, Error, Fields, LoginAttempt, Registration};

#[derive(Fields)]
#[fields(name = "profile", table = "app_userprofile")]
struct UserProfile {
    #[field(blank, max_length = 100)]
    company_name: String,
}

/// Only vendors have one.
#[derive(Fields)]
#[fields(name = "vendor", table = "app_vendorprofile", auto_create = false)]
struct VendorProfile {
    #[field(max_length = 100)]
    business_name: String,
}

/// What everyone is asked for, and where it goes.
#[derive(Fields)]
struct Signup {
    #[field(save_to = "user.first_name")]
    first_name: String,
    #[field(save_to = "user.last_name")]
    last_name: String,
    #[field(blank, save_to = "profile.company_name")]
    company: String,
}

/// What vendors are asked for.
#[derive(Fields)]
struct VendorSignup {
    #[field(save_to = "vendor.business_name")]
    business_name: String,
}

/// What the accounts are like, also as the server without Rust has them.
pub fn accounts(builder: Builder) -> Builder {
    builder
        .profile::<UserProfile>()
        .profile::<VendorProfile>()
        .registration(Registration::default().fields::<Signup>())
        .registration(Registration::kind("customer").group("Customers"))
        .registration(Registration::kind("vendor").group("Vendors").fields::<VendorSignup>())
        .create_groups()
}

/// A rule at login.
pub async fn is_open(login: LoginAttempt) -> Result<(), Error> {
    if login.in_group("Vendors") && login.user.username.starts_with("old-") {
        return Err(Error::non_field("Your shop has moved."));
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let auth = accounts(Auth::builder())
        .check_login(is_open)
        .secret_key(std::env::var("SECRET_KEY").unwrap_or_else(|_| "only for this example".to_owned()))
        .database_url("sqlite://registration.db")
        .migrate()
        .build()
        .await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    println!("Listening at http://{}", listener.local_addr()?);
    axum::serve(listener, axum::Router::new().nest("/api/auth", auth.router())).await?;
    Ok(())
}
