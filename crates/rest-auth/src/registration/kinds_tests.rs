//! Fields of an application's own, and kinds of user.

use serde_json::{Value, json};

use crate::builder::BuildError;
use crate::fields::{Field, Fields, Kind};
use crate::hooks::Registered;
use crate::registration::builder::Registration;
use crate::settings::Settings;
use crate::testing::{TestApp, each_database};
use crate::{Auth, Error};

const TOML: &str = r#"
    [profiles.profile]
    table = "app_userprofile"
    fields.company_name = { type = "char", max_length = 10, blank = true }
    fields.size = { type = "choice", choices = ["small", "large"], default = "small" }

    [profiles.vendor]
    table = "app_vendorprofile"
    auto_create = false
    fields.business_name = { type = "char", max_length = 20 }
    fields.founded = { type = "date" }

    [user_details]
    fields = ["username", "first_name", "groups", "profile", "vendor"]

    [registration]
    create_groups = true
    fields.first_name = { type = "char", save_to = "user.first_name" }
    fields.company = { type = "char", blank = true, save_to = "profile.company_name" }
    fields.size = { type = "char", required = false, save_to = "profile.size" }

    [registration.types.customer]
    groups = ["Customers", "O'Hara \\ \"Sons\""]

    [registration.types.vendor]
    path = "sellers/"
    groups = ["Vendors"]
    fields.business_name = { type = "char", save_to = "vendor.business_name" }
    fields.founded = { type = "date", default = "2000-01-01", save_to = "vendor.founded" }
"#;

fn signup(name: &str, more: Value) -> Value {
    let mut body = json!({
        "username": name, "email": format!("{name}@example.com"),
        "password1": "correct horse battery", "password2": "correct horse battery",
    });
    for (key, value) in more.as_object().expect("a table") {
        body[key] = value.clone();
    }
    body
}

#[each_database]
async fn each_kind_of_user_has_an_endpoint_with_its_fields_groups_and_profile() {
    let app = TestApp::with(TOML).await;
    let mut jane = app.client();
    let made = jane.post("/registration/", signup("jane", json!({ "first_name": "Jane", "company": "Acme" }))).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    assert_eq!(
        jane.get("/user/").await.line(),
        r#"200 {"username":"jane","first_name":"Jane","groups":[],"profile":{"company_name":"Acme","size":"small"}}"#
    );
    let mut carol = app.client();
    assert_eq!(carol.post("/register/customer/", signup("carol", json!({}))).await.status(), 201);
    assert_eq!(carol.get("/user/").await.json()["groups"], json!(["Customers", "O'Hara \\ \"Sons\""]));
    assert_eq!(carol.get("/user/").await.json()["vendor"], Value::Null);

    let mut victor = app.client();
    let refused = victor.post("/sellers/", signup("victor", json!({ "founded": "once" }))).await;
    assert_eq!(
        refused.line(),
        "400 {\"business_name\":[\"This field is required.\"],\"founded\":[\"Date has wrong format. Use one of these \
         formats instead: YYYY-MM-DD.\"]}"
    );
    assert_eq!(victor.post("/sellers/", signup("victor", json!({ "business_name": "V" }))).await.status(), 201);
    assert_eq!(
        victor.get("/user/").await.line(),
        concat!(
            r#"200 {"username":"victor","first_name":"","groups":["Vendors"],"#,
            r#""profile":{"company_name":"","size":"small"},"vendor":{"business_name":"V","founded":"2000-01-01"}}"#
        )
    );
    assert_eq!(app.client().get("/sellers/").await.header("allow"), "POST, OPTIONS");
}

#[each_database]
async fn a_field_has_the_limits_of_the_place_where_it_is_kept() {
    let app = TestApp::with(TOML).await;
    let long = "x".repeat(151);
    let mut client = app.client();
    let body = signup("jane", json!({ "first_name": long, "company": "more than ten", "size": "huge" }));
    assert_eq!(
        client.post("/registration/", body).await.line(),
        "400 {\"first_name\":[\"Ensure this field has no more than 150 characters.\"],\"company\":[\"Ensure this field \
         has no more than 10 characters.\"],\"size\":[\"\\\"huge\\\" is not a valid choice.\"]}"
    );
    let options = client.send(axum::http::Method::OPTIONS, "/registration/", None, axum::body::Body::empty());
    let fields = options.await.json()["actions"]["POST"].clone();
    assert_eq!(
        fields["company"],
        json!({ "type": "string", "required": false, "read_only": false, "label": "Company", "max_length": 10 })
    );
}

#[each_database]
async fn the_password_is_held_against_the_names_that_come_with_it() {
    let app = TestApp::with(TOML).await;
    let mut body = signup("jane", json!({ "first_name": "Wilhelmina" }));
    (body["password1"], body["password2"]) = (json!("wilhelmina1"), json!("wilhelmina1"));
    assert_eq!(
        app.client().post("/registration/", body).await.line(),
        r#"400 {"non_field_errors":["The password is too similar to the first name."]}"#
    );
}

#[derive(Fields, serde::Deserialize)]
struct Signup {
    #[field(save_to = "user.first_name")]
    first_name: String,
    invitation: Option<String>,
}

async fn check_invitation(registered: Registered) -> Result<(), Error> {
    let input: Signup = registered.input()?;
    match (registered.kind.as_deref(), input.invitation.as_deref(), input.first_name.as_str()) {
        (Some("guest"), Some("please"), "Jane") => Ok(()),
        _ => Err(Error::field("invitation", "You are not invited.")),
    }
}

#[each_database]
async fn a_hook_sees_what_was_written_and_undoes_everything() {
    let app = TestApp::built(Settings::default(), |builder| {
        let guest = Registration::kind("guest").fields::<Signup>().group("Guests").create_groups();
        builder.registration(guest).after_registration(check_invitation)
    })
    .await;
    let body = |invitation: &str| signup("jane", json!({ "first_name": "Jane", "invitation": invitation }));
    let refused = app.client().post("/register/guest/", body("now!")).await;
    assert_eq!(refused.line(), r#"400 {"invitation":["You are not invited."]}"#);
    assert_eq!(app.sql("SELECT COUNT(*) FROM auth_user").await, [[json!(0)]]);
    assert_eq!(app.client().post("/register/guest/", body("please")).await.status(), 201);
}

#[each_database]
async fn a_group_that_is_missing_stops_the_start() {
    let app = TestApp::new().await;
    let start = async |create: bool| {
        let toml = format!("[registration]\ncreate_groups = {create}\ntypes.vendor.groups = [\"Vendors\"]");
        let settings = Settings::from_toml(&toml).unwrap_or_else(|error| panic!("{error}")).settings;
        Auth::builder().settings(settings).secret_key("a key").pool(app.auth().store().pool().clone()).build().await
    };
    let error = start(false).await.expect_err("refused");
    assert!(matches!(&error, BuildError::MissingGroups(names) if names == &["Vendors"]), "{error}");
    let error = start(true).await.expect_err("refused").to_string();
    assert_eq!(error, "the database lacks the group Vendors: run `rest-auth migrate`");
    app.sql("INSERT INTO auth_group (name) VALUES ('Vendors')").await;
    assert!(start(false).await.is_ok());
}

#[test]
fn rust_and_toml_make_the_same_kinds() {
    let mut rust = Settings::default();
    Registration::default().fields::<Signup>().apply(&mut rust);
    Registration::kind("vendor").at("sellers/").group("Vendors").apply(&mut rust);
    let mut toml = Settings::from_toml(
        r#"
        [registration]
        fields.first_name = { type = "char", save_to = "user.first_name" }
        [registration.types.vendor]
        path = "sellers/"
        groups = ["Vendors"]
        "#,
    )
    .unwrap_or_else(|error| panic!("{error}"))
    .settings
    .registration;
    toml.fields.push(Field::new("invitation", Kind::Char).required(false));
    assert_eq!(rust.registration, toml);
}

#[test]
fn what_registration_cannot_ask_for_is_refused_with_all_that_is_wrong() {
    let error = Settings::from_toml(
        r#"
        [profiles.vendor]
        table = "app_vendorprofile"
        auto_create = false
        fields.founded = { type = "date" }
        fields.name = { type = "char", max_length = 10 }

        [registration]
        fields.admin = { type = "boolean", save_to = "user.is_staff" }
        fields.password1 = { type = "char", save_to = "user.first_name" }
        fields.nickname = { type = "char" }
        fields.age = { type = "integer", save_to = "user.last_name" }

        [registration.types.a]
        path = "login/"
        groups = [""]
        fields.name = { type = "char", blank = true, null = true, save_to = "vendor.name" }

        [registration.types."no name"]

        [registration.types.b]
        path = "/{b}"
        profiles = ["seller"]
        "#,
    )
    .expect_err("refused")
    .to_string();
    for said in [
        "registration.fields.admin.save_to: a client cannot write to \"user.is_staff\"",
        "registration.fields.password1: registration has this field already",
        "registration.fields.nickname: nothing would become of it",
        "registration.fields.age.save_to: user.last_name is of another type",
        "registration.types.a.path: there is another endpoint \"login/\"",
        "registration.types.a.groups: \"\" cannot be a group",
        "registration.types.a.fields.name.save_to: vendor.name takes no null",
        "registration.types.a.fields.name.save_to: vendor.name takes no empty text",
        "registration.types.a: its users would have no value for vendor.founded",
        "registration.types.no name: it cannot be called that",
        "registration.types.b.path: \"/{b}\" is no path below base_path",
        "registration.types.b.profiles: there is no profile \"seller\"",
    ] {
        assert!(error.contains(said), "{said} is not in\n{error}");
    }
}
