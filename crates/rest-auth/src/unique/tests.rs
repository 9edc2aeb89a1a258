use serde_json::{Value, json};

use crate::store::Dialect;
use crate::testing::{Answer, Client, TestApp, each_database};
use crate::users::NewAccount;

const CUSTOMERS: &str = r#"
    [user]
    table = "people"
    fields.tenant = { type = "char", max_length = 20, default = "main" }
    fields.badge = { type = "char", max_length = 20, null = true }
    fields.plan = { type = "char", max_length = 20, default = "free", read_only = true }

    [profiles.customer]
    table = "app_customer"
    fields.phone_number = { type = "char", max_length = 20, blank = true }
    fields.street = { type = "char", max_length = 50, blank = true }
    fields.town = { type = "char", max_length = 50, blank = true }

    [user_details]
    fields = ["username", "email", "tenant", "badge", "plan", "customer"]

    [account]
    signup_fields = ["username*", "email", "password1*", "password2*"]

    [registration]
    fields.phone = { type = "char", required = false, save_to = "customer.phone_number" }
    fields.road = { type = "char", required = false, save_to = "customer.street" }
    fields.city = { type = "char", required = false, save_to = "customer.town" }
    fields.badge = { type = "char", required = false, save_to = "user.badge" }
"#;

const TAKEN: &str = "This field must be unique.";

async fn customers(indexes: &[&str]) -> TestApp {
    let app = TestApp::with(CUSTOMERS).await;
    for index in indexes {
        app.sql(index).await;
    }
    app
}

/// Registers a user with this name and more fields.
async fn register(app: &TestApp, name: &str, more: Value) -> Answer {
    let mut body = json!({
        "username": name, "email": format!("{name}@example.com"),
        "password1": "correct horse battery", "password2": "correct horse battery",
    });
    for (field, value) in more.as_object().expect("fields") {
        body[field] = value.clone();
    }
    // Fields that are null are left out.
    body.as_object_mut().expect("fields").retain(|_, value| !value.is_null());
    app.client().post("/registration/", body).await
}

async fn registered(app: &TestApp, name: &str, more: Value) -> Client {
    let answer = register(app, name, more).await;
    assert_eq!(answer.status(), 201, "{}", answer.text());
    let key = answer.json()["key"].as_str().expect("a key").to_owned();
    app.client().header("authorization", &format!("Token {key}"))
}

fn assert_later(answer: &Answer, seconds: &str) {
    assert_eq!(answer.line(), r#"503 {"detail":"The server is busy. Try again later."}"#);
    assert_eq!(answer.header("retry-after"), seconds);
}

#[each_database]
async fn a_unique_column_of_a_profile_is_an_error_of_the_field_that_the_client_sent() {
    let app = customers(&["CREATE UNIQUE INDEX app_phone ON app_customer (phone_number)"]).await;
    let mut jane = registered(&app, "jane", json!({ "phone": "0123" })).await;
    let answer = register(&app, "joan", json!({ "phone": "0123" })).await;
    assert_eq!(answer.line(), r#"400 {"phone":["This field must be unique."]}"#);
    assert_eq!(app.sql("SELECT username FROM people").await, [[json!("jane")]], "nothing is left of joan");

    let mut joan = registered(&app, "joan", json!({ "phone": "0124" })).await;
    let taken = r#"400 {"customer":{"phone_number":["This field must be unique."]}}"#;
    let body = json!({ "tenant": "other", "customer": { "phone_number": "0123" } });
    assert_eq!(joan.patch("/user/", body.clone()).await.line(), taken);
    assert_eq!(joan.get("/user/").await.json()["tenant"], "main", "the whole change is undone");
    let mut whole = body;
    whole["username"] = "joan".into();
    assert_eq!(joan.put("/user/", whole).await.line(), taken);
    let form: &[(&str, Option<&str>, &[u8])] = &[("customer.phone_number", None, b"0123")];
    assert_eq!(joan.patch_multipart("/user/", form).await.line(), taken);

    // The user's own value is free. The error names the field even if the client did not send it.
    assert_eq!(jane.patch("/user/", json!({ "customer": { "phone_number": "0123" } })).await.status(), 200);
    registered(&app, "eve", json!({})).await;
    let answer = register(&app, "ann", json!({})).await;
    assert_eq!(answer.line(), r#"400 {"phone":["This field must be unique."]}"#);
    assert_eq!(
        app.sql("SELECT username, phone_number FROM people JOIN app_customer ON user_id = people.id ORDER BY 1").await,
        [[json!("eve"), json!("")], [json!("jane"), json!("0123")], [json!("joan"), json!("0124")]]
    );
}

#[each_database]
async fn a_unique_column_of_the_users_table_is_not_blamed_on_the_name() {
    let app = customers(&[
        "CREATE UNIQUE INDEX people_badge ON people (badge)",
        "CREATE UNIQUE INDEX people_address ON people (email)",
    ])
    .await;
    registered(&app, "jane", json!({ "badge": "7" })).await;
    let answer = register(&app, "joan", json!({ "badge": "7" })).await;
    assert_eq!(answer.json(), json!({ "badge": [TAKEN] }));
    let answer = register(&app, "joan", json!({ "email": "jane@example.com" })).await;
    assert_eq!(answer.line(), r#"400 {"email":["This field must be unique."]}"#);
    let mut joan = registered(&app, "joan", json!({})).await;
    assert_eq!(joan.patch("/user/", json!({ "badge": "7" })).await.json(), json!({ "badge": [TAKEN] }));
    let body = json!({ "username": "jane" });
    let name = r#"400 {"username":["A user with that username already exists."]}"#;
    assert_eq!(joan.patch("/user/", body).await.line(), name);

    registered(&app, "eve", json!({ "email": null })).await;
    let answer = register(&app, "ann", json!({ "email": null })).await;
    assert_eq!(answer.line(), r#"400 {"email":["This field must be unique."]}"#);
    let new = NewAccount { username: "ann".into(), email: "jane@example.com".into(), ..NewAccount::default() };
    let error = app.auth().users().create(new).await.expect_err("a taken address");
    assert_eq!(error.to_string(), "email: This field must be unique.");
}

#[each_database]
async fn an_index_of_several_columns_is_an_error_of_no_single_field() {
    let app = customers(&[
        "CREATE UNIQUE INDEX app_place ON app_customer (street, town)",
        "CREATE UNIQUE INDEX people_seat ON people (tenant, badge)",
    ])
    .await;
    registered(&app, "jane", json!({ "road": "High Street", "city": "York", "badge": "7" })).await;
    let answer = register(&app, "joan", json!({ "road": "High Street", "city": "York" })).await;
    assert_eq!(answer.line(), r#"400 {"non_field_errors":["The fields road, city must make a unique set."]}"#);
    // The registration form has no field for the tenant.
    let answer = register(&app, "joan", json!({ "road": "High Street", "badge": "7" })).await;
    assert_eq!(answer.json(), json!({ "badge": [TAKEN] }));
    let mut joan = registered(&app, "joan", json!({ "road": "High Street", "badge": "8" })).await;
    assert_eq!(
        joan.patch("/user/", json!({ "customer": { "town": "York" } })).await.line(),
        r#"400 {"customer":{"non_field_errors":["The fields street, town must make a unique set."]}}"#
    );
    assert_eq!(
        joan.patch("/user/", json!({ "badge": "7" })).await.line(),
        r#"400 {"non_field_errors":["The fields tenant, badge must make a unique set."]}"#
    );
}

#[each_database]
async fn an_index_of_an_expression_or_of_some_rows_is_an_error_of_its_field() {
    let app = customers(&[]).await;
    match app.auth().store().dialect() {
        Dialect::MySql => {
            app.sql("ALTER TABLE people ADD folded varchar(20) AS (lower(badge)) VIRTUAL, ADD UNIQUE (folded)").await;
            let numbered = "varchar(20) AS (nullif(phone_number, '')) VIRTUAL";
            app.sql(&format!("ALTER TABLE app_customer ADD numbered {numbered}, ADD UNIQUE (numbered)")).await;
        }
        _ => {
            app.sql("CREATE UNIQUE INDEX people_folded ON people (lower(badge))").await;
            app.sql("CREATE UNIQUE INDEX app_phone ON app_customer (phone_number) WHERE phone_number <> ''").await;
        }
    }
    registered(&app, "jane", json!({ "badge": "a7", "phone": "0123" })).await;
    let mut joan = registered(&app, "joan", json!({})).await;
    registered(&app, "eve", json!({})).await;
    assert_eq!(register(&app, "ann", json!({ "badge": "A7" })).await.json(), json!({ "badge": [TAKEN] }));
    assert_eq!(register(&app, "ann", json!({ "phone": "0123" })).await.json(), json!({ "phone": [TAKEN] }));
    assert_eq!(joan.patch("/user/", json!({ "badge": "A7" })).await.json(), json!({ "badge": [TAKEN] }));
}

#[each_database]
async fn an_index_of_no_field_is_for_the_operator() {
    let app = customers(&["CREATE UNIQUE INDEX people_plan ON people (plan)"]).await;
    registered(&app, "jane", json!({})).await;
    assert_later(&register(&app, "joan", json!({})).await, "30");
}

#[each_database(Postgres)]
async fn a_sequence_behind_its_rows_is_caught_up_with_by_trying_again() {
    let app = customers(&[]).await;
    registered(&app, "jane", json!({})).await;
    for table in ["people", "account_emailaddress", "app_customer"] {
        app.sql(&format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1, false) IS NULL")).await;
        assert_later(&register(&app, "joan", json!({})).await, "1");
    }
    registered(&app, "joan", json!({})).await;
}

#[each_database(Postgres)]
async fn a_constraint_that_is_checked_at_the_commit_is_an_error_of_its_field_too() {
    let unique = "UNIQUE (phone_number) DEFERRABLE INITIALLY DEFERRED";
    let app = customers(&[&format!("ALTER TABLE app_customer ADD CONSTRAINT late {unique}")]).await;
    registered(&app, "jane", json!({ "phone": "0123" })).await;
    assert_eq!(register(&app, "joan", json!({ "phone": "0123" })).await.json(), json!({ "phone": [TAKEN] }));
    let mut joan = registered(&app, "joan", json!({ "phone": "0124" })).await;
    assert_eq!(
        joan.patch("/user/", json!({ "customer": { "phone_number": "0123" } })).await.json(),
        json!({ "customer": { "phone_number": [TAKEN] } })
    );
}

#[each_database]
async fn a_profile_that_a_trigger_made_keeps_what_the_client_sent() {
    let app = customers(&[]).await;
    let row = "INSERT INTO app_customer (user_id, phone_number, street, town) VALUES (NEW.id, 'none', '', 'Leeds')";
    let trigger = "CREATE TRIGGER new_customer AFTER INSERT ON people FOR EACH ROW";
    match app.auth().store().dialect() {
        Dialect::Sqlite => drop(app.sql(&format!("{trigger} BEGIN {row}; END")).await),
        Dialect::MySql => drop(app.sql(&format!("{trigger} {row}")).await),
        Dialect::Postgres => {
            let body = format!("AS $$ BEGIN {row}; RETURN NEW; END $$ LANGUAGE plpgsql");
            app.sql(&format!("CREATE FUNCTION new_customer() RETURNS trigger {body}")).await;
            app.sql(&format!("{trigger} EXECUTE FUNCTION new_customer()")).await;
        }
    }
    let mut jane = registered(&app, "jane", json!({ "phone": "0123" })).await;
    let customer = json!({ "phone_number": "0123", "street": "", "town": "Leeds" });
    assert_eq!(jane.get("/user/").await.json()["customer"], customer);
}

#[each_database]
async fn an_address_that_is_taken_in_the_meantime_is_refused_at_the_link_that_confirms_it() {
    let toml = format!("{CUSTOMERS}\n[frontend]\nverify_email_url = '{{origin}}/verify/{{key}}'")
        .replace("[account]", "[account]\nchange_email = true");
    let app = TestApp::with(&toml).await;
    app.sql("CREATE UNIQUE INDEX people_address ON people (email)").await;
    let mut jane = registered(&app, "jane", json!({ "email": null })).await;
    let body = json!({ "email": "joan@example.com", "password": "correct horse battery" });
    assert_eq!(jane.post("/email/change/", body).await.status(), 200);
    let mail = app.mails().await.pop().expect("a mail");
    let (_, key) = mail.text.split_once("/verify/").expect("a link");
    let key = key.split_whitespace().next().expect("a key");
    registered(&app, "joan", json!({})).await;

    let taken = r#"400 {"email":["This field must be unique."]}"#;
    assert_eq!(app.client().post("/registration/verify-email/", json!({ "key": key })).await.line(), taken);
    let verified = app.sql("SELECT count(*) FROM account_emailaddress WHERE verified").await;
    assert_eq!(verified, [[json!(0)]], "nothing is verified");
    assert_eq!(jane.get("/user/").await.json()["email"], "");
}

/// Alters the users' table to Django's for `EmailField(null=True, unique=True)`.
async fn let_addresses_be_null(app: &TestApp) {
    match app.auth().store().dialect() {
        Dialect::Sqlite => {
            app.sql("DROP TABLE people").await;
            app.sql(
                "CREATE TABLE people (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, password varchar(128) NOT NULL, \
                 last_login datetime NULL, is_superuser bool NOT NULL, username varchar(150) NOT NULL UNIQUE, \
                 first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL, email varchar(254) NULL UNIQUE, \
                 is_staff bool NOT NULL, is_active bool NOT NULL, date_joined datetime NOT NULL, \
                 tenant varchar(20) NOT NULL, badge varchar(20) NULL, plan varchar(20) NOT NULL)",
            )
            .await;
        }
        Dialect::Postgres => {
            app.sql("ALTER TABLE people ALTER COLUMN email DROP NOT NULL").await;
            app.sql("ALTER TABLE people ADD UNIQUE (email)").await;
        }
        Dialect::MySql => {
            app.sql("ALTER TABLE people MODIFY email varchar(254) NULL UNIQUE").await;
        }
    }
}

#[each_database]
async fn users_without_an_address_have_null_where_the_column_takes_it() {
    let app = customers(&[]).await;
    let_addresses_be_null(&app).await;
    registered(&app, "jane", json!({ "email": null })).await;
    let mut joan = registered(&app, "joan", json!({ "email": null })).await;
    let new = NewAccount { username: "ann".into(), ..NewAccount::default() };
    assert_eq!(app.auth().users().create(new).await.expect("a user").email, "");
    registered(&app, "eve", json!({})).await;
    assert_eq!(
        app.sql("SELECT username, email FROM people ORDER BY id").await,
        [
            [json!("jane"), Value::Null],
            [json!("joan"), Value::Null],
            [json!("ann"), Value::Null],
            [json!("eve"), json!("eve@example.com")]
        ]
    );
    assert_eq!(joan.get("/user/").await.json()["email"], Value::Null);
    assert_eq!(joan.patch("/user/", json!({ "badge": "8" })).await.json()["email"], Value::Null);
    let login = json!({ "username": "jane", "password": "correct horse battery" });
    assert_eq!(app.client().post("/login/", login).await.status(), 200);
    let answer = register(&app, "zoe", json!({ "email": "eve@example.com" })).await;
    assert_eq!(answer.json(), json!({ "email": [TAKEN] }));
}
