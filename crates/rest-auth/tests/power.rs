//! What gives power is never written: every column of `auth_user`, and of a profile, sent to every endpoint.

use axum::http::Method;
use rest_auth::testing::{Client, TestApp, each_database};
use serde_json::{Value, json};

const TOML: &str = r#"
    [profiles.profile]
    table = "app_userprofile"
    fields.company_name = { type = "char", max_length = 100, blank = true }
    fields.rank = { type = "integer", default = 1, read_only = true }

    [user_details]
    fields = [
        "pk", "id", "username", "email", "first_name", "last_name", "is_active", "is_staff", "is_superuser",
        "last_login", "date_joined", "groups", "profile",
    ]

    [registration]
    create_groups = true
    fields.company = { type = "char", blank = true, save_to = "profile.company_name" }
    types.vendor.groups = ["Vendors"]

    [rest_auth]
    use_jwt = true
    jwt_auth_httponly = false
"#;

/// Every column, with a value that would show.
fn columns() -> Value {
    json!({
        "id": 77, "pk": 77, "user": 77, "user_id": 77,
        "password": "correct horse", "last_login": "2001-01-01T00:00:00Z", "is_superuser": true, "is_staff": true,
        "is_active": false, "date_joined": "2001-01-01T00:00:00Z", "email": "eve@example.com",
        "first_name": "Eve", "last_name": "Evil", "username": "jane",
        "groups": ["Admins"], "user_permissions": [1], "rank": 9, "verified": true, "primary": true,
        "profile": { "id": 77, "user": 77, "user_id": 77, "rank": 9, "company_name": "Evil" },
        "profile.rank": "9", "profile.user_id": "77", "user.is_staff": true,
    })
}

/// What of the users and their profiles no request of theirs may change.
async fn guarded(app: &TestApp) -> Vec<Vec<Value>> {
    let mut rows = app
        .sql("SELECT id, username, is_superuser, is_staff, is_active, email, password FROM auth_user ORDER BY id")
        .await;
    rows.extend(app.sql("SELECT user_id, rank FROM app_userprofile ORDER BY id").await);
    rows.extend(app.sql("SELECT user_id, group_id FROM auth_user_groups ORDER BY id").await);
    rows.extend(app.sql("SELECT user_id, email, verified FROM account_emailaddress ORDER BY id").await);
    rows.extend(app.sql("SELECT COUNT(*) FROM auth_user WHERE date_joined < '2002-01-01'").await);
    rows
}

async fn logged_in(app: &TestApp) -> Client {
    let mut client = app.client();
    let login = client.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    client.cookies.clear();
    let access = login.json()["access"].as_str().expect("a token").to_owned();
    client.header("authorization", &format!("Bearer {access}"))
}

fn form(body: &Value) -> String {
    let pairs = body.as_object().expect("a table").iter().map(|(name, value)| match value {
        Value::String(text) => (name.clone(), text.clone()),
        value => (name.clone(), value.to_string()),
    });
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[each_database]
async fn no_endpoint_writes_what_gives_power() {
    let app = TestApp::with(TOML).await;
    app.sql("INSERT INTO auth_group (name) VALUES ('Admins')").await;
    app.user("jane", "correct horse").await;
    app.user("joe", "correct horse").await;
    let before = guarded(&app).await;
    let mut asked = 0;
    for (path, methods) in app.auth().endpoints() {
        for method in methods.split(", ").filter(|method| ["POST", "PUT", "PATCH", "DELETE"].contains(method)) {
            let method: Method = method.parse().expect("a method");
            for media_type in ["application/json", "application/x-www-form-urlencoded"] {
                let body = match media_type {
                    "application/json" => columns().to_string(),
                    _ => form(&columns()),
                };
                for mut client in [logged_in(&app).await, app.client()] {
                    let path = format!("/{path}");
                    let answer = client.send(method.clone(), &path, Some(media_type), body.clone().into()).await;
                    assert!(answer.status() < 500, "{method} {path}: {}", answer.line());
                    assert_eq!(guarded(&app).await, before, "{method} {path}: {}", answer.line());
                    asked += 1;
                }
            }
        }
    }
    assert!(asked >= 40, "{asked}");
    let mine = logged_in(&app).await.get("/user/").await.json();
    assert_eq!((&mine["first_name"], &mine["profile"]["company_name"]), (&json!("Eve"), &json!("Evil")), "her own");
}

#[each_database]
async fn whoever_registers_has_no_more_than_the_kind_gives() {
    let app = TestApp::with(TOML).await;
    app.sql("INSERT INTO auth_group (name) VALUES ('Admins')").await;
    for (path, name) in [("/registration/", "eve"), ("/register/vendor/", "vic")] {
        let mut body = columns();
        body["username"] = json!(name);
        body["email"] = json!(format!("{name}@example.com"));
        (body["password1"], body["password2"]) = (json!("correct horse battery"), json!("correct horse battery"));
        let answer = app.client().post(path, body).await;
        assert_eq!(answer.status(), 201, "{}", answer.text());
    }
    assert_eq!(
        app.sql("SELECT username, first_name, is_superuser, is_staff, is_active FROM auth_user ORDER BY username")
            .await,
        [
            [json!("eve"), json!(""), json!(0), json!(0), json!(1)],
            [json!("vic"), json!(""), json!(0), json!(0), json!(1)],
        ]
    );
    assert_eq!(
        app.sql("SELECT COUNT(*) FROM auth_user WHERE id = 77 OR date_joined < '2002-01-01'").await,
        [[json!(0)]]
    );
    assert_eq!(app.sql("SELECT DISTINCT rank FROM app_userprofile").await, [[json!(1)]]);
    assert_eq!(
        app.sql(
            "SELECT u.username, g.name FROM auth_user_groups m JOIN auth_user u ON u.id = m.user_id \
             JOIN auth_group g ON g.id = m.group_id"
        )
        .await,
        [[json!("vic"), json!("Vendors")]]
    );
    assert_eq!(app.sql("SELECT COUNT(*) FROM account_emailaddress WHERE verified").await, [[json!(0)]]);
}

#[each_database]
async fn computed_fields_are_shown_and_never_written() {
    let settings = rest_auth::Settings::from_toml(TOML).unwrap_or_else(|error| panic!("{error}")).settings;
    let app = TestApp::built(settings, |builder| {
        builder
            .user_details(rest_auth::UserDetails::default().fields(["username", "first_name", "profile"]))
            .computed_fields(async |shown: rest_auth::ShownUser| {
                let company = shown.fields["profile"]["company_name"].clone();
                Ok(json!({ "title": format!("{} of {company}", shown.user.username) }))
            })
    })
    .await;
    app.user("jane", "correct horse").await;
    let mut jane = logged_in(&app).await;
    let patch = jane.patch("/user/", json!({ "title": "Queen", "profile": { "company_name": "Acme" } })).await;
    assert_eq!(
        patch.line(),
        r#"200 {"username":"jane","first_name":"","profile":{"company_name":"Acme","rank":1},"title":"jane of \"Acme\""}"#
    );
    assert_eq!(jane.get("/user/").await.line(), patch.line());
}
