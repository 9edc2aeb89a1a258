//! Whatever can be said in Rust and in a file is the same settings: everything that the guide has, at once.

use std::time::Duration;

use rest_auth::testing::TestApp;
use rest_auth::{
    Account, Builder, ClaimValue, EmailVerification, Fields, Frontend, Login, LoginMethod, Rate, Registration,
    Throttle, Tokens, UserDetails, Webhook,
};
use serde_json::json;

use crate::{PASSWORD, both, link};

#[derive(Fields)]
#[fields(name = "profile", table = "app_userprofile")]
struct UserProfile {
    #[field(blank, max_length = 100)]
    company_name: String,
    #[field(blank, max_length = 20)]
    phone_number: String,
    #[field(blank)]
    bio: String,
}

#[derive(Fields)]
#[fields(name = "vendor", table = "app_vendorprofile", auto_create = false)]
struct VendorProfile {
    #[field(max_length = 100)]
    business_name: String,
}

#[derive(Fields)]
struct Signup {
    #[field(save_to = "user.first_name")]
    first_name: String,
    #[field(save_to = "user.last_name")]
    last_name: String,
    #[field(blank, save_to = "profile.company_name")]
    company: Option<String>,
}

#[derive(Fields)]
struct VendorSignup {
    #[field(max_length = 100, save_to = "vendor.business_name")]
    business_name: String,
}

#[derive(Fields)]
struct OrganizationLogin {
    #[field(blank)]
    organization: Option<String>,
}

fn accounts(builder: Builder) -> Builder {
    builder
        .account(
            Account::default()
                .login_methods([LoginMethod::Email])
                .signup_fields(["email*", "password1*", "password2*"])
                .email_verification(EmailVerification::Mandatory),
        )
        .profile::<UserProfile>()
        .profile::<VendorProfile>()
        .user_details(UserDetails::default().fields(["pk", "email", "first_name", "last_name", "profile", "vendor"]))
        .registration(Registration::default().fields::<Signup>().create_groups())
        .registration(Registration::kind("customer").at("join/customer/").group("Customers"))
        .registration(Registration::kind("vendor").group("Vendors").fields::<VendorSignup>())
        .login(
            Login::default()
                .fields::<OrganizationLogin>()
                .unverified_email_error("email", "Please verify your email address before logging in.")
                .webhook(Webhook::new("https://yourapp.com/login", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
        )
        .throttle(Throttle::default().all(Rate::per_hour(100)).login(Rate::per_minute(5)))
        .frontend(
            Frontend::default()
                .verify_email_url("https://yourapp.com/verify-email/{key}")
                .password_reset_url("https://yourapp.com/reset-password/{uid}/{token}"),
        )
        .tokens(
            Tokens::cookies("access", "refresh")
                .access_token_lifetime(Duration::from_secs(15 * 60))
                .refresh_token_lifetime(Duration::from_secs(7 * 24 * 60 * 60))
                .rotate_refresh_tokens()
                .blacklist_after_rotation()
                .refresh_on_activity(Duration::from_secs(5 * 60))
                .claim("username", ClaimValue::Username)
                .claim("groups", ClaimValue::Groups),
        )
}

const TOML: &str = r#"
claims = { username = "user.username", groups = "user.groups" }

[account]
login_methods = ["email"]
signup_fields = ["email*", "password1*", "password2*"]
email_verification = "mandatory"

[profiles.profile]
table = "app_userprofile"
fields.company_name = { type = "char", max_length = 100, blank = true }
fields.phone_number = { type = "char", max_length = 20, blank = true }
fields.bio = { type = "text", blank = true }

[profiles.vendor]
table = "app_vendorprofile"
auto_create = false
fields.business_name = { type = "char", max_length = 100 }

[user_details]
fields = ["pk", "email", "first_name", "last_name", "profile", "vendor"]

[registration]
create_groups = true
fields.first_name = { type = "char", save_to = "user.first_name" }
fields.last_name = { type = "char", save_to = "user.last_name" }
fields.company = { type = "char", blank = true, required = false, save_to = "profile.company_name" }

[registration.types.customer]
path = "join/customer/"
groups = ["Customers"]

[registration.types.vendor]
groups = ["Vendors"]
fields.business_name = { type = "char", max_length = 100, save_to = "vendor.business_name" }

[login]
fields.organization = { type = "char", blank = true, required = false }
unverified_email_error = { email = "Please verify your email address before logging in." }
webhook = { url = "https://yourapp.com/login", secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }

[throttle]
rates = { dj_rest_auth = "100/hour", login = "5/minute" }

[frontend]
verify_email_url = "https://yourapp.com/verify-email/{key}"
password_reset_url = "https://yourapp.com/reset-password/{uid}/{token}"

[rest_auth]
use_jwt = true
jwt_auth_cookie = "access"
jwt_auth_refresh_cookie = "refresh"

[simple_jwt]
access_token_lifetime = "15m"
refresh_token_lifetime = "7d"
rotate_refresh_tokens = true
blacklist_after_rotation = true
refresh_on_activity = "5m"
"#;

#[tokio::test]
async fn it_works_together_and_is_said_twice() {
    for app in both(accounts, TOML).await {
        a_vendor_registers(&app).await;
    }
}

async fn a_vendor_registers(app: &TestApp) {
    let body = json!({
        "email": "victor@example.com", "password1": PASSWORD, "password2": PASSWORD,
        "business_name": "Victor & Sons",
    });
    let registered = app.client().post("/register/vendor/", body).await;
    assert_eq!(registered.line(), r#"201 {"detail":"Verification e-mail sent."}"#);
    assert!(link(app).await.starts_with("https://yourapp.com/verify-email/"));
    assert_eq!(app.sql("SELECT business_name FROM app_vendorprofile").await, [[json!("Victor & Sons")]]);
    assert_eq!(app.sql("SELECT name FROM auth_group ORDER BY name").await, [[json!("Customers")], [json!("Vendors")]]);
}
