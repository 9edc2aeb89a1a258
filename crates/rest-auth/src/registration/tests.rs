use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::auth::Auth;
use crate::error::Error;
use crate::hooks::Registered;
use crate::settings::Settings;
use crate::store::Dialect;
use crate::testing::{TestApp, each_database};

fn form(username: &str, email: &str) -> Value {
    json!({ "username": username, "email": email, "password1": "a long password", "password2": "a long password" })
}

#[each_database]
async fn who_registers_is_let_in_as_at_login() {
    let app = TestApp::new().await;
    let mut client = app.client();
    let registered = client.post("/registration/", form("jane", "Jane@Example.com")).await;
    assert_eq!(registered.status(), 201);
    assert_eq!(registered.json()["key"].as_str().map(str::len), Some(40));
    assert_eq!(
        client.get("/user/").await.line(),
        r#"200 {"pk":1,"username":"jane","email":"jane@example.com","first_name":"","last_name":""}"#
    );
    let jane = app.auth().users().find("jane").await.expect("an answer").expect("jane");
    assert_eq!(jane.last_login, Some(app.auth().now()));
}

#[each_database]
async fn without_session_login_no_session_is_made() {
    let app = TestApp::with("rest_auth.session_login = false").await;
    let registered = app.client().post("/registration/", form("jane", "jane@example.com")).await;
    assert_eq!(registered.status(), 201);
    assert!(registered.cookies().is_empty());
}

#[each_database]
async fn of_many_who_want_one_name_one_gets_it() {
    let app = TestApp::new().await;
    let names = ["jane", "JANE", "Jane", "jané", "JANÉ", "ｊａｎｅ"];
    let attempts = (0..60).map(|index| {
        let mut client = app.client();
        async move { client.post("/registration/", form(names[index % names.len()], "")).await }
    });
    let attempts = attempts.map(|attempt| async move {
        let answer = attempt.await;
        (answer.status(), answer.text().to_owned())
    });
    let answers = join_all(attempts).await;
    // An empty address is no address.
    assert!(answers.iter().all(|(status, _)| *status == 400), "{answers:?}");

    let attempts = (0..60).map(|index| {
        let mut client = app.client();
        let mut body = form(names[index % names.len()], "");
        body.as_object_mut().expect("an object").shift_remove("email");
        async move { client.post("/registration/", body).await }
    });
    let answers = join_all(attempts).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status() == 201);
    // "jane" and "jané", which MySQL's usual collation takes for the same.
    let names = if app.auth().store().dialect() == Dialect::MySql { 1 } else { 2 };
    assert_eq!(made.len(), names);
    for answer in refused {
        assert_eq!(answer.line(), r#"400 {"username":["A user with that username already exists."]}"#);
    }
}

#[each_database]
async fn of_many_who_name_one_address_one_has_it_as_primary() {
    let app = TestApp::new().await;
    let attempts = (0..20).map(|index| {
        let mut client = app.client();
        async move { client.post("/registration/", form(&format!("user{index}"), "jane@example.com")).await.status() }
    });
    assert!(join_all(attempts).await.iter().all(|status| *status == 201));
    let primary = app.sql("SELECT count(*) FROM account_emailaddress WHERE \"primary\"").await;
    // MySQL has no lock that a transaction takes for a text.
    if app.auth().store().dialect() != Dialect::MySql {
        assert_eq!(primary, [[1]]);
    }
}

#[each_database]
async fn a_verified_address_is_closed_to_others() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    app.sql("UPDATE account_emailaddress SET verified = true").await;
    let answer = app.client().post("/registration/", form("other", "JANE@example.com")).await;
    assert_eq!(answer.line(), r#"400 {"email":["User is already registered with this e-mail address."]}"#);
}

#[each_database]
async fn names_that_look_the_same_are_the_same() {
    let app = TestApp::new().await;
    let mut client = app.client();
    assert_eq!(client.post("/registration/", form("ﬁsh", "fish@example.com")).await.status(), 201);
    assert_eq!(client.get("/user/").await.json()["username"], "fish");
    let again = app.client().post("/registration/", form("ＦＩＳＨ", "fish2@example.com")).await;
    assert_eq!(again.line(), r#"400 {"username":["A user with that username already exists."]}"#);
}

#[each_database]
async fn a_name_that_grows_too_long_is_refused() {
    let app = TestApp::new().await;
    let answer = app.client().post("/registration/", form(&"ﬃ".repeat(60), "jane@example.com")).await;
    assert_eq!(answer.line(), r#"400 {"username":["Ensure this field has no more than 150 characters."]}"#);
    let answer = app.client().post("/registration/", form("㌀", "jane@example.com")).await;
    assert_eq!(answer.status(), 400, "a sign that stands for letters is none");
}

#[each_database]
async fn registering_somebody_else_logs_nobody_out() {
    let app = TestApp::with("account.email_verification = 'mandatory'").await;
    app.user("jane", "correct horse").await;
    app.sql("UPDATE account_emailaddress SET verified = true").await;
    let mut client = app.client();
    client.post("/login/", json!({ "username": "jane", "password": "correct horse" })).await;
    let mut client = client.with_csrf();
    let registered = client.post("/registration/", form("joe", "joe@example.com")).await;
    assert_eq!(registered.line(), r#"201 {"detail":"Verification e-mail sent."}"#);
    assert_eq!(client.get("/user/").await.json()["username"], "jane");
}

#[each_database]
async fn a_name_is_asked_for_only_where_the_settings_do() {
    let app = TestApp::with(
        "account.signup_fields = ['email*', 'password1*', 'password2*']\naccount.login_methods = ['email']",
    )
    .await;
    let body =
        json!({ "email": "Jörg.Müller@example.com", "password1": "a long password", "password2": "a long password" });
    let mut client = app.client();
    assert_eq!(
        client.post("/registration/", body.clone()).await.line(),
        r#"400 {"email":["Enter a valid email address."]}"#
    );
    let body =
        json!({ "email": "jorg.muller@example.com", "password1": "a long password", "password2": "a long password" });
    assert_eq!(client.post("/registration/", body.clone()).await.status(), 201);
    assert_eq!(client.get("/user/").await.json()["username"], "jorg.muller");
    let mut other = app.client();
    let body =
        json!({ "email": "jorg.muller@example.org", "password1": "a long password", "password2": "a long password" });
    assert_eq!(other.post("/registration/", body).await.status(), 201);
    let username = other.get("/user/").await.json()["username"].clone();
    assert!(username.as_str().is_some_and(|name| name.starts_with("jorg.muller") && name.len() > 11), "{username}");
}

#[each_database]
async fn power_cannot_be_registered() {
    let app = TestApp::new().await;
    let mut body = form("jane", "jane@example.com");
    for (key, value) in [
        ("id", json!(77)),
        ("pk", json!(77)),
        ("is_staff", json!(true)),
        ("is_superuser", json!(true)),
        ("is_active", json!(false)),
        ("date_joined", json!("2000-01-01T00:00:00Z")),
        ("last_login", json!("2000-01-01T00:00:00Z")),
        ("password", json!("pbkdf2_sha256$1$a$b")),
        ("groups", json!([1])),
    ] {
        body[key] = value;
    }
    assert_eq!(app.client().post("/registration/", body).await.status(), 201);
    let jane = app.auth().users().find("jane").await.expect("an answer").expect("jane");
    assert_eq!(
        (jane.id.to_string().as_str(), jane.is_staff, jane.is_superuser, jane.is_active),
        ("1", false, false, true)
    );
    assert_eq!(jane.date_joined, app.auth().now());
}

/// What an application may do with a new user: a row in a table of its own, and a rule.
async fn note(registered: Registered) -> Result<(), Error> {
    let insert = format!("INSERT INTO app_note (user_id) VALUES ({})", registered.user.id);
    let insert = sqlx::raw_sql(sqlx::AssertSqlSafe(insert));
    let mut tx = registered.transaction().await;
    if let Some(sqlite) = tx.sqlite() {
        insert.execute(sqlite).await?;
    } else if let Some(postgres) = tx.postgres() {
        insert.execute(postgres).await?;
    } else if let Some(mysql) = tx.mysql() {
        insert.execute(mysql).await?;
    }
    match registered.user.username.as_str() {
        "eve" => Err(Error::field("username", "Not you.")),
        _ => Ok(()),
    }
}

#[each_database]
async fn an_application_writes_in_the_same_transaction() {
    let app = TestApp::built(Settings::default(), |builder| builder.after_registration(note)).await;
    app.sql("CREATE TABLE app_note (user_id integer)").await;
    let refused = app.client().post("/registration/", form("eve", "eve@example.com")).await;
    assert_eq!(refused.line(), r#"400 {"username":["Not you."]}"#);
    assert!(app.sql("SELECT id FROM auth_user").await.is_empty());
    assert!(app.sql("SELECT user_id FROM app_note").await.is_empty());
    assert_eq!(app.client().post("/registration/", form("jane", "jane@example.com")).await.status(), 201);
    assert_eq!(app.sql("SELECT user_id FROM app_note").await, app.sql("SELECT id FROM auth_user").await);
}

#[each_database]
async fn an_application_hands_over_its_own_connections() {
    let app = TestApp::new().await;
    app.user("jane", "correct horse").await;
    let builder = Auth::builder().settings(app.auth().settings().clone()).database_url("sqlite://not-used.db");
    let auth = builder.pool(app.auth().store().pool().clone()).build().await.expect("accounts");
    let mut client = app.client_of(auth.router());
    let login = client.post("/login/", json!({ "username": "JANE", "password": "correct horse" })).await;
    assert_eq!(login.status(), 200);
}
