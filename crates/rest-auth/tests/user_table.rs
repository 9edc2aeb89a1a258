//! Users in a table of the application's own: UUID keys, other names of columns, columns that are missing and columns
//! that are more.

use rest_auth::testing::{Answer, Client, TestApp, each_database};
use rest_auth::{Fields, Settings, UserDetails, UserTable};
use serde_json::{Value, json};

/// Much is different here, and clients notice nothing of it but the UUID.
const PEOPLE: &str = r#"
    [user]
    table = "people"
    key = "uuid"
    columns = { id = "uid", username = "login", first_name = "given_name", is_active = "active" }
    without = ["date_joined"]
    groups_column = "person_id"
    fields.phone = { type = "char", max_length = 20, blank = true }
    fields.score = { type = "integer", default = 7, read_only = true }
    fields.extra = { type = "json", default = {} }

    [profiles.profile]
    table = "app_profile"
    fields.company_name = { type = "char", max_length = 100, blank = true }

    [user_details]
    fields = ["pk", "username", "email", "first_name", "phone", "score", "extra", "groups", "is_active", "profile"]

    [registration]
    create_groups = true
    groups = ["People"]
    fields.number = { type = "char", required = false, save_to = "user.phone" }
    fields.first_name = { type = "char", save_to = "user.first_name" }
"#;

/// Users who have no name but their address.
const NAMELESS: &str = r#"
    [user]
    table = "accounts_user"
    columns = { username = "email" }
    without = ["first_name", "last_name", "is_staff", "is_superuser", "groups", "last_login"]

    [account]
    login_methods = ["email"]
    signup_fields = ["email*", "password1*", "password2*"]
"#;

fn jane() -> Value {
    json!({
        "username": "jane", "email": "jane@example.com", "first_name": "Jane", "number": "0123",
        "password1": "correct horse battery", "password2": "correct horse battery",
    })
}

async fn registered(app: &TestApp, form: Value) -> Client {
    let mut client = app.client();
    let answer = client.post("/registration/", form).await;
    assert_eq!(answer.status(), 201, "{}", answer.text());
    client.with_csrf()
}

/// An answer without the UUID in it, which differs from run to run only in a test of one seed on several databases.
fn without_uuid(answer: &Answer) -> (String, String) {
    let pk = answer.json()["pk"].as_str().expect("a UUID").to_owned();
    assert_eq!((pk.len(), pk.matches('-').count(), pk.as_bytes()[14]), (36, 4, b'4'), "{pk}");
    (answer.line().replace(&pk, "UUID"), pk)
}

#[each_database]
async fn every_flow_works_on_another_table() {
    let app = TestApp::with(PEOPLE).await;
    let mut jane_here = registered(&app, jane()).await;
    let (shown, pk) = without_uuid(&jane_here.get("/user/").await);
    let rest =
        r#""phone":"0123","score":7,"extra":{},"groups":["People"],"is_active":true,"profile":{"company_name":""}}"#;
    assert_eq!(
        shown,
        format!(r#"200 {{"pk":"UUID","username":"jane","email":"jane@example.com","first_name":"Jane",{rest}"#)
    );
    let patched = jane_here
        .patch(
            "/user/",
            json!({ "phone": "999", "score": 1000, "extra": { "a": [1] }, "first_name": "J", "profile": { "company_name": "A" } }),
        )
        .await;
    let (shown, _) = without_uuid(&patched);
    let rest = rest
        .replace("0123", "999")
        .replace("{}", r#"{"a":[1]}"#)
        .replace(r#""company_name":"""#, r#""company_name":"A""#);
    assert_eq!(
        shown,
        format!(r#"200 {{"pk":"UUID","username":"jane","email":"jane@example.com","first_name":"J",{rest}"#)
    );
    assert_eq!(
        jane_here.patch("/user/", json!({ "phone": "012345678901234567890" })).await.line(),
        r#"400 {"phone":["Ensure this field has no more than 20 characters."]}"#
    );

    // Her other ways in, and the way out.
    let login = app.client().post("/login/", json!({ "username": "jane", "password": "correct horse battery" })).await;
    let key = login.json()["key"].as_str().expect("a key").to_owned();
    let mut by_key = app.client().header("authorization", &format!("Token {key}"));
    assert_eq!(without_uuid(&by_key.get("/user/").await).1, pk);
    let change = json!({ "new_password1": "battery staple 2", "new_password2": "battery staple 2" });
    assert_eq!(jane_here.post("/password/change/", change).await.status(), 200);
    assert_eq!(jane_here.get("/user/").await.status(), 200);
    assert_eq!(jane_here.post("/logout/", json!({})).await.status(), 200);
    assert_eq!(by_key.get("/user/").await.status(), 401);

    // A second user, whose name differs from hers in case alone, is none.
    let again = app
        .client()
        .post("/registration/", {
            let mut form = jane();
            form["username"] = "JANE".into();
            form
        })
        .await;
    assert_eq!(again.line(), r#"400 {"username":["A user with that username already exists."]}"#);
    assert_eq!(app.sql("SELECT COUNT(*) FROM people").await, [[json!(1)]]);
    let found = app.auth().users().find(&format!("#{pk}")).await.expect("an answer").expect("a user");
    assert_eq!((found.username.as_str(), found.field("phone")), ("jane", Some(&json!("999"))));
}

#[each_database]
async fn tokens_and_links_name_the_user_by_the_uuid() {
    let toml = format!(
        "{PEOPLE}\n[rest_auth]\nuse_jwt = true\njwt_auth_httponly = false\nsession_login = false\n[simple_jwt]\nrotate_refresh_tokens = true\nblacklist_after_rotation = true\n"
    );
    let app = TestApp::with(&toml).await;
    let mut client = app.client();
    let registered = client.post("/registration/", jane()).await;
    let refresh = registered.json()["refresh"].as_str().expect("a token").to_owned();
    client.cookies.clear();
    let refreshed = client.post("/token/refresh/", json!({ "refresh": refresh })).await;
    let access = refreshed.json()["access"].as_str().expect("a token").to_owned();
    let mut by_token = app.client().header("authorization", &format!("Bearer {access}"));
    let (_, pk) = without_uuid(&by_token.get("/user/").await);
    let stored = app.sql("SELECT user_id FROM token_blacklist_outstandingtoken").await;
    assert_eq!(stored.len(), 2);
    for row in stored {
        assert_eq!(row[0].as_str().expect("a key").replace('-', ""), pk.replace('-', ""));
    }

    app.client().post("/password/reset/", json!({ "email": "jane@example.com" })).await;
    let mail = app.mails().await.pop().expect("a mail");
    let link = mail.text.lines().find(|line| line.contains("http")).expect("a link").trim().to_owned();
    let mut parts = link.trim_end_matches('/').rsplit('/');
    let (token, uid) = (parts.next().expect("a token"), parts.next().expect("a uid"));
    assert_eq!(uid, pk.replace('-', ""));
    let reset = |uid: &str| json!({ "uid": uid, "token": token, "new_password1": "battery staple 2", "new_password2": "battery staple 2" });
    for wrong in ["1", "zz", "0", "", "00000000-0000-4000-8000-000000000000"] {
        let answer = app.client().post("/password/reset/confirm/", reset(wrong)).await;
        assert_eq!(answer.status(), 400, "{wrong}: {}", answer.text());
    }
    assert_eq!(app.client().post("/password/reset/confirm/", reset(uid)).await.status(), 200);
}

#[each_database]
async fn a_key_of_the_other_kind_is_nobodys() {
    let app = TestApp::with(PEOPLE).await;
    assert!(app.auth().users().find("#7").await.expect("an answer").is_none());
    let usual = TestApp::new().await;
    let uuid = "#0b6e7a4c-8f0a-4b6e-9d5e-0d9a3c1f2b47";
    assert!(usual.auth().users().find(uuid).await.expect("an answer").is_none());
}

#[each_database]
async fn users_may_have_no_name_but_their_address() {
    let app = TestApp::with(NAMELESS).await;
    let form = json!({ "email": "Jane@Example.com", "password1": "correct horse battery", "password2": "correct horse battery" });
    let mut jane = registered(&app, form.clone()).await;
    assert_eq!(jane.get("/user/").await.line(), r#"200 {"pk":1,"email":"jane@example.com"}"#);
    assert_eq!(jane.patch("/user/", json!({ "email": "eve@example.com", "username": "eve" })).await.status(), 200);
    let login = json!({ "email": "jane@example.com", "password": "correct horse battery" });
    assert_eq!(app.client().post("/login/", login).await.status(), 200);
    assert_eq!(
        app.client().post("/registration/", form).await.line(),
        r#"400 {"email":["User is already registered with this e-mail address."]}"#
    );
    app.user("joe", "correct horse battery").await;
    assert_eq!(
        app.sql("SELECT email FROM accounts_user ORDER BY id").await,
        [[json!("jane@example.com")], [json!("joe@example.com")]]
    );
    let joe = app.auth().users().find("joe@example.com").await.expect("an answer").expect("a user");
    assert!(joe.is_active && !joe.is_superuser);
    assert!(app.auth().users().set_superuser(&joe, true).await.is_err(), "there is no such column");
}

#[each_database]
async fn a_further_column_that_must_be_unique_says_so() {
    let app = TestApp::with(PEOPLE).await;
    app.sql("CREATE UNIQUE INDEX people_phone_unique ON people (phone)").await;
    registered(&app, jane()).await;
    let mut form = jane();
    (form["username"], form["email"]) = ("joe".into(), "joe@example.com".into());
    let answer = app.client().post("/registration/", form.clone()).await;
    assert_eq!(answer.line(), r#"400 {"number":["This field must be unique."]}"#);
    form["number"] = "0124".into();
    let mut joe = registered(&app, form).await;
    let answer = joe.patch("/user/", json!({ "phone": "0123" })).await;
    assert_eq!(answer.line(), r#"400 {"phone":["This field must be unique."]}"#);
}

#[each_database]
async fn what_gives_power_is_never_written() {
    let app = TestApp::with(PEOPLE).await;
    let mut client = registered(&app, jane()).await;
    let before = app.sql("SELECT uid, login, email, active, is_staff, is_superuser, password, score FROM people").await;
    let greedy = json!({
        "pk": 1, "id": 1, "uid": 1, "login": "eve", "active": false, "is_active": false, "is_staff": true,
        "is_superuser": true, "password": "x", "score": 1, "email": "eve@example.com", "groups": ["Admins"],
        "user.is_staff": true, "username": "jane", "first_name": "",
    });
    for method in ["PATCH", "PUT"] {
        let body = greedy.to_string().into_bytes().into();
        let answer = client.send(method.parse().expect("a method"), "/user/", Some("application/json"), body).await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
    }
    assert_eq!(
        app.sql("SELECT uid, login, email, active, is_staff, is_superuser, password, score FROM people").await,
        before
    );
}

#[derive(Fields)]
#[allow(dead_code)]
struct Account {
    #[field(blank, max_length = 20)]
    phone: String,
}

#[each_database]
async fn rust_and_toml_say_the_same() {
    let table = UserTable::new("accounts_user")
        .uuid_key()
        .column("username", "login")
        .without(["last_name"])
        .groups("members", "account_id")
        .fields::<Account>();
    let toml = r#"
        [user]
        table = "accounts_user"
        key = "uuid"
        columns.username = "login"
        without = ["last_name"]
        groups_table = "members"
        groups_column = "account_id"
        fields.phone = { type = "char", blank = true, max_length = 20 }
        [user_details]
        fields = ["pk", "phone"]
    "#;
    let rust = TestApp::built(Settings::default(), |builder| {
        builder.user(table).user_details(UserDetails::default().fields(["pk", "phone"]))
    })
    .await;
    let toml = Settings::from_toml(toml).expect("settings").settings;
    let rust = rust.auth().settings();
    assert_eq!((&rust.user, &rust.user_details), (&toml.user, &toml.user_details));
}

#[test]
fn what_cannot_be_is_said_at_once() {
    let wrong = r#"
        [user]
        table = "auth_group"
        columns = { username = "email", first_name = "last_name", shoe_size = "size", is_staff = "is staff" }
        without = ["password", "groups"]
        fields.is_superuser = { type = "boolean", default = false }
        fields.age = { type = "integer" }
        [registration]
        groups = ["People"]
        [user_details]
        fields = ["pk", "shoe"]
    "#;
    let problems = Settings::from_toml(wrong).expect_err("misfits").to_string();
    for line in [
        r#"user.table: "auth_group" cannot be the table of users"#,
        "user.columns.shoe_size: Django's users have no such column",
        r#"user.columns.is_staff: "is staff" cannot be a column"#,
        "user.columns: first_name and last_name would be one column",
        r#"user.without: no table can do without "password""#,
        "user.without: there are no groups to put a user into",
        "user.fields.is_superuser: it is no further column",
        "user.fields.age: a user who is not asked for it would have no value",
        "account.login_methods: users have no name but their address",
        "account.signup_fields: users have no name but their address",
        r#"user_details.fields: "shoe" is neither a field of the user nor a profile"#,
    ] {
        assert!(problems.contains(line), "{line} is missing in\n{problems}");
    }
}
