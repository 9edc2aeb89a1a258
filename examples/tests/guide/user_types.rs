//! What clients see of two kinds of user, said in Rust and in TOML.

#[path = "../registration/main.rs"]
#[allow(dead_code)]
mod example;

use rest_auth::Settings;
use rest_auth::testing::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn both_say_the_same() {
    let rust = TestApp::built(Settings::default(), example::accounts).await;
    let toml = TestApp::with(include_str!("../registration/rest-auth.toml")).await;
    let (mut said, wanted) = (rust.auth().settings().clone(), toml.auth().settings());
    said.database_url = wanted.database_url.clone();
    assert_eq!(said, *wanted);
    for app in [rust, toml] {
        each_kind_registers_at_its_own_endpoint(&app).await;
    }
}

fn signup(name: &str) -> Value {
    json!({
        "username": name, "email": format!("{name}@example.com"),
        "password1": "correct horse battery", "password2": "correct horse battery",
    })
}

async fn each_kind_registers_at_its_own_endpoint(app: &TestApp) {
    let mut body = signup("jane");
    assert_eq!(
        app.client().post("/registration/", body.clone()).await.line(),
        r#"400 {"first_name":["This field is required."],"last_name":["This field is required."]}"#
    );
    (body["first_name"], body["last_name"], body["company"]) = (json!("Jane"), json!("Doe"), json!("Acme"));
    let mut jane = app.client();
    assert_eq!(jane.post("/registration/", body).await.status(), 201);
    let mine = jane.get("/user/").await.json();
    assert_eq!((&mine["last_name"], &mine["profile"]["company_name"]), (&json!("Doe"), &json!("Acme")));

    assert_eq!(app.client().post("/register/customer/", signup("carol")).await.status(), 201);
    let mut body = signup("victor");
    body["business_name"] = json!("Victor & Sons");
    assert_eq!(app.client().post("/register/vendor/", body).await.status(), 201);
    assert_eq!(app.sql("SELECT business_name FROM app_vendorprofile").await, [[json!("Victor & Sons")]]);
    assert_eq!(
        app.sql(
            "SELECT u.username, g.name FROM auth_user_groups m JOIN auth_user u ON u.id = m.user_id \
             JOIN auth_group g ON g.id = m.group_id ORDER BY u.id"
        )
        .await,
        [[json!("carol"), json!("Customers")], [json!("victor"), json!("Vendors")]]
    );
}

#[tokio::test]
async fn the_rule_keeps_out_whom_it_does_not_let_in() {
    let app = TestApp::built(Settings::default(), |builder| example::accounts(builder).check_login(example::is_open));
    let app = app.await;
    let mut body = signup("old-victor");
    body["business_name"] = json!("Victor & Sons");
    app.client().post("/register/vendor/", body).await;
    let login = json!({ "username": "old-victor", "password": "correct horse battery" });
    assert_eq!(
        app.client().post("/login/", login).await.line(),
        r#"400 {"non_field_errors":["Your shop has moved."]}"#
    );
}
